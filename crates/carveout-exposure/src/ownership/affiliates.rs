//! Whom an instrument reaches beside the ones it names.

use std::collections::{HashMap, HashSet, VecDeque};

use chrono::NaiveDate;

use super::aggregate::{Reading, owned};
use crate::{
    graph::{Edge, EdgeKind, Graph, NodeId},
    share::Share,
};

/// The affiliate rule of an instrument. 10 USC 3252 and orders under 41 USC 1323 have no percentage: they reach whom
/// they say, so the rule is data, and never assumed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", tag = "rule")]
pub enum AffiliateRule {
    /// Nobody else.
    None,
    /// Those whom the instrument names, which are then in its list of targets: nobody else.
    NamedOnly,
    /// Companies that they control: by more than half, or without a stated share. Down only.
    Subsidiaries,
    /// Companies that control them, that they control, or that are under common control (FAR 2.101).
    AnyAffiliate,
    /// Companies owned to this share, in billionths, directly or indirectly.
    Ownership {
        /// From this share on.
        threshold: u64,
        /// Whether the shares of several of the barred are added up.
        aggregate: bool,
    },
    /// Companies that took over their business.
    Successors,
}

/// A company that an affiliate rule reaches.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Affiliate {
    /// The company.
    pub node: NodeId,
    /// Whether the least that the sources say is enough. If not, it depends on what they leave open.
    pub certain: bool,
    /// The companies from a barred one to this one, both included.
    pub through: Vec<NodeId>,
}

/// Everybody whom the rule reaches on a day, without the barred themselves.
#[must_use]
pub fn affiliates(graph: &Graph, barred: &[NodeId], rule: AffiliateRule, day: NaiveDate) -> Vec<Affiliate> {
    match rule {
        AffiliateRule::None | AffiliateRule::NamedOnly => Vec::new(),
        AffiliateRule::Subsidiaries => controlled(graph, barred, day, false),
        AffiliateRule::AnyAffiliate => controlled(graph, barred, day, true),
        AffiliateRule::Successors => walked(graph, barred, |node| successors(graph, node, day)),
        AffiliateRule::Ownership { threshold, aggregate } => {
            let threshold = Share::from_billionths(threshold);
            let certain = owned(graph, barred, threshold, aggregate, day, Reading::Least);
            let possible = owned(graph, barred, threshold, aggregate, day, Reading::Most);
            let sure: HashSet<NodeId> = certain.iter().map(|found| found.node).collect();
            let owners: HashMap<NodeId, NodeId> = possible
                .iter()
                .filter_map(|found| Some((found.node, found.holdings.first()?.owner)))
                .collect();
            let told = |node: NodeId| Affiliate {
                node,
                certain: sure.contains(&node),
                through: chain(&owners, node),
            };
            possible.iter().map(|found| told(found.node)).collect()
        }
    }
}

/// From the barred one down to a company, by whom it was reached from first. Nobody is reached before whom they are reached
/// from, so the chain ends.
fn chain(owners: &HashMap<NodeId, NodeId>, node: NodeId) -> Vec<NodeId> {
    let mut through = vec![node];
    while let Some(owner) = through.last().and_then(|last| owners.get(last)) {
        through.push(*owner);
    }
    through.reverse();
    through
}

/// Control: certain by more than half or a stated control, possible where the most is more than half.
fn controlled(graph: &Graph, barred: &[NodeId], day: NaiveDate, upwards: bool) -> Vec<Affiliate> {
    walked(graph, barred, |node| {
        let down = graph.outgoing(node).filter_map(|edge| Some((edge.to, control(edge, day)?)));
        let up = graph.incoming(node).filter_map(|edge| Some((edge.from, control(edge, day)?)));
        down.chain(up.filter(|_| upwards)).collect()
    })
}

/// Whether an edge is control on a day, and whether certainly.
fn control(edge: &Edge, day: NaiveDate) -> Option<bool> {
    if !edge.span.holds(day) || edge.from == edge.to {
        return None;
    }
    match edge.kind {
        EdgeKind::Controls => Some(true),
        EdgeKind::Owns if edge.stake.least > Share::HALF => Some(true),
        EdgeKind::Owns if edge.stake.most > Share::HALF => Some(false),
        _ => None,
    }
}

fn successors(graph: &Graph, node: NodeId, day: NaiveDate) -> Vec<(NodeId, bool)> {
    // A succession doesn't end: from its day on the successor is one.
    let since = |edge: &&Edge| edge.span.from().is_none_or(|from| from <= day);
    let edges = graph.outgoing(node).filter(|edge| edge.kind == EdgeKind::BecomesPart);
    edges.filter(since).map(|edge| (edge.to, true)).collect()
}

/// Breadth first, what is certain before what is possible, so that each is reached in the surest way.
fn walked(graph: &Graph, barred: &[NodeId], next: impl Fn(NodeId) -> Vec<(NodeId, bool)>) -> Vec<Affiliate> {
    let mut found: Vec<(NodeId, bool)> = Vec::new();
    // Who was reached, and from whom. The barred were reached from nobody.
    let mut owners: HashMap<NodeId, NodeId> = HashMap::new();
    let is_barred: HashSet<NodeId> =
        barred.iter().copied().filter(|node| graph.node(*node).is_some()).collect();
    let mut sure: VecDeque<(NodeId, bool)> = barred.iter().map(|node| (*node, true)).collect();
    let mut unsure: VecDeque<(NodeId, NodeId)> = VecDeque::new();
    loop {
        while let Some((node, certain)) = sure.pop_front() {
            for (company, is_certain) in next(node) {
                if is_barred.contains(&company) || owners.contains_key(&company) {
                    continue;
                }
                if certain && !is_certain {
                    unsure.push_back((node, company));
                    continue;
                }
                owners.insert(company, node);
                found.push((company, certain));
                sure.push_back((company, certain));
            }
        }
        let Some((node, company)) = unsure.pop_front() else { break };
        if !is_barred.contains(&company) && !owners.contains_key(&company) {
            owners.insert(company, node);
            found.push((company, false));
            sure.push_back((company, false));
        }
    }
    let told = |(node, certain)| Affiliate { node, certain, through: chain(&owners, node) };
    found.into_iter().map(told).collect()
}
