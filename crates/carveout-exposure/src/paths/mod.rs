//! How exposure comes to somebody: every way from the barred along owners, products, suppliers and contracts.

mod search;
mod walk;

use chrono::NaiveDate;

use crate::{
    graph::{Edge, Evidence, Graph, NodeId},
    ownership::{Affiliate, AffiliateRule, affiliates},
};
pub use walk::Reached;

/// What is asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Question<'a> {
    /// Who is barred.
    pub barred: &'a [NodeId],
    /// Whom the instrument reaches beside them.
    pub rule: AffiliateRule,
    /// On which day.
    pub day: NaiveDate,
    /// How many times a duty flows from a subcontractor to the one it works for. None is without end, as with an order under
    /// FAR 52.204-30; 0 is not at all, as with paragraph (a)(1)(B) of section 889. For whom a barred one works itself is
    /// touched at once, and nothing has flowed yet.
    pub tiers: Option<u32>,
}

/// Somebody or something that is exposed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Exposed {
    /// Who or what.
    pub node: NodeId,
    /// The fewest steps from a barred one or its affiliate. An affiliate is at 0.
    pub distance: u32,
    /// How well the best known way is known where it is known worst.
    pub evidence: Evidence,
    /// Ways that visit nothing twice, the best known first and the shorter first among equals.
    pub paths: Vec<Way>,
    /// Whether these are all ways.
    pub complete: bool,
}

/// A way from a barred one or an affiliate.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Way {
    /// Its steps, the first from the source.
    pub edges: Vec<Edge>,
    /// How well the least known of them is known.
    pub weakest: Evidence,
}

impl Way {
    fn of(edges: Vec<Edge>) -> Self {
        let weakest = edges.iter().map(|edge| edge.evidence).min().unwrap_or(Evidence::Capable);
        Self { edges, weakest }
    }
}

/// Everything that the barred and their affiliates reach, the nearest first. The sources themselves are not told, but for
/// affiliates, which come first and have no way: the affiliate rule is why.
#[must_use]
pub fn exposed(graph: &Graph, question: &Question<'_>) -> Vec<Exposed> {
    let by_rule = affiliates(graph, question.barred, question.rule, question.day);
    let sources: Vec<NodeId> =
        question.barred.iter().copied().chain(by_rule.iter().map(|affiliate| affiliate.node)).collect();
    let reached = Reached::from(graph, &sources, question.day, question.tiers);
    let mut found: Vec<Exposed> = by_rule.iter().map(by_affiliation).collect();
    found.extend(reached.nodes().into_iter().map(|(_, node)| reached.exposed(node)));
    found
}

/// Somebody whom the affiliate rule reaches.
fn by_affiliation(affiliate: &Affiliate) -> Exposed {
    Exposed {
        node: affiliate.node,
        distance: 0,
        evidence: if affiliate.certain { Evidence::Declared } else { Evidence::Capable },
        paths: Vec::new(),
        complete: true,
    }
}
