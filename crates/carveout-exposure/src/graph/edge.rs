//! The edges of the graph.

use super::node::NodeId;
use crate::{dates::Span, share::Stake};

/// What an edge says of the node it starts at, to the node it ends at. Exposure goes along the edge: who is told
/// that the first is barred must ask about the second.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EdgeKind {
    /// Owns a share of.
    Owns,
    /// Controls without a stated share: consolidates its accounts, appoints its board.
    Controls,
    /// Is succeeded by.
    BecomesPart,
    /// Makes or offers (a product).
    Offers,
    /// Is embedded in (a product, or an organisation's product).
    EmbeddedIn,
    /// Works, as a subcontractor, for.
    WorksFor,
    /// Holds (a contract), or is performed under it.
    Performs,
    /// Is used by (a program or an organisation).
    UsedBy,
    /// Runs as (a deployment).
    DeployedAs,
    /// Has (a deployment) on its machines.
    Hosts,
}

impl EdgeKind {
    /// What the first node does to the second.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owns => "owns",
            Self::Controls => "controls",
            Self::BecomesPart => "is succeeded by",
            Self::Offers => "offers",
            Self::EmbeddedIn => "is embedded in",
            Self::WorksFor => "works for",
            Self::Performs => "performs",
            Self::UsedBy => "is used by",
            Self::DeployedAs => "is deployed as",
            Self::Hosts => "hosts",
        }
    }
}

/// How well something is known, from the weakest up.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Evidence {
    /// A router or an SDK for many models is there: it could.
    Capable,
    /// A manifest, an inventory or a filing says so.
    Declared,
    /// A configuration names it.
    Configured,
    /// The gateway saw it.
    Observed,
}

impl Evidence {
    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Capable => "capable",
            Self::Declared => "declared",
            Self::Configured => "configured",
            Self::Observed => "observed",
        }
    }
}

/// Which source said it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SourceId(pub(crate) u16);

/// An edge. It holds for days, and has a place in a source.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Edge {
    /// Where it starts.
    pub from: NodeId,
    /// Where it ends.
    pub to: NodeId,
    /// What it says.
    pub kind: EdgeKind,
    /// How well it is known.
    pub evidence: Evidence,
    /// When it holds.
    pub span: Span,
    /// How much is owned; unknown for what is not ownership.
    pub stake: Stake,
    /// Who says so.
    pub source: SourceId,
    /// Where the source says it: a line, or a number of a record.
    pub line: u32,
}

impl Edge {
    fn order(&self) -> (NodeId, NodeId, EdgeKind, Span, u64, u64, SourceId, u32) {
        let (least, most) = (self.stake.least.billionths(), self.stake.most.billionths());
        (self.from, self.to, self.kind, self.span, least, most, self.source, self.line)
    }

    /// Whether a source repeats itself: then one edge is enough.
    pub(super) fn says_the_same(&self, other: &Self) -> bool {
        self.evidence == other.evidence
            && Self { line: 0, ..*self }.order() == Self { line: 0, ..*other }.order()
    }
}

impl PartialOrd for Edge {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Edge {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.order().cmp(&other.order())
    }
}
