//! How exposure comes to somebody: every way from the barred along owners, products, suppliers and contracts.

use std::collections::{HashMap, HashSet, VecDeque};

use chrono::NaiveDate;

use crate::{
    graph::{Edge, EdgeKind, Evidence, Graph, NodeId},
    ownership::{AffiliateRule, affiliates},
};

/// The most ways to one node that are told.
const MOST_PATHS: usize = 20;

/// The most steps that are taken to look for the ways to one node.
const MOST_STEPS: u32 = 20_000;

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
    /// FAR 52.204-30; 0 is not at all, as with paragraph (a)(1)(B) of section 889.
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

/// Everything that the barred and their affiliates reach, the nearest first. The sources themselves are not told, but for
/// affiliates, which come first and have no way: the affiliate rule is why.
#[must_use]
pub fn exposed(graph: &Graph, question: &Question<'_>) -> Vec<Exposed> {
    let reached_by_rule = affiliates(graph, question.barred, question.rule, question.day);
    let sources: HashSet<NodeId> = question
        .barred
        .iter()
        .copied()
        .chain(reached_by_rule.iter().map(|affiliate| affiliate.node))
        .collect();
    let walk = Walk { graph, question, sources: &sources };
    let grades = walk.grades();
    let mut found: Vec<Exposed> = reached_by_rule
        .iter()
        .map(|affiliate| Exposed {
            node: affiliate.node,
            distance: 0,
            evidence: if affiliate.certain { Evidence::Declared } else { Evidence::Capable },
            paths: Vec::new(),
            complete: true,
        })
        .collect();
    let mut distances: Vec<(u32, NodeId)> =
        walk.distances(Evidence::Capable).into_iter().map(|(node, distance)| (distance, node)).collect();
    distances.sort_unstable();
    for (distance, node) in distances.into_iter().filter(|(_, node)| !sources.contains(node)) {
        let (paths, complete) = walk.ways_to(node);
        let evidence = grades.get(&node).copied().unwrap_or(Evidence::Capable);
        found.push(Exposed { node, distance, evidence, paths, complete });
    }
    found
}

/// What is walked on.
struct Walk<'a> {
    graph: &'a Graph,
    question: &'a Question<'a>,
    sources: &'a HashSet<NodeId>,
}

impl<'a> Walk<'a> {
    /// Whether exposure goes along an edge on the day. Ownership is the affiliate rule's matter.
    fn carries(&self, edge: &Edge) -> bool {
        let kind = match edge.kind {
            EdgeKind::Owns | EdgeKind::Controls | EdgeKind::BecomesPart => false,
            EdgeKind::Offers
            | EdgeKind::EmbeddedIn
            | EdgeKind::WorksFor
            | EdgeKind::Performs
            | EdgeKind::UsedBy => true,
        };
        kind && edge.from != edge.to && edge.span.holds(self.question.day)
    }

    fn flows(&self, flowed: u32, edge: &Edge) -> Option<u32> {
        let next = flowed + u32::from(edge.kind == EdgeKind::WorksFor);
        self.question.tiers.is_none_or(|most| next <= most).then_some(next)
    }

    /// The fewest steps to everything that edges of at least this grade lead to. What flows down only so often may be
    /// reached in more steps with fewer flows, so nodes are visited once for each number of flows.
    fn distances(&self, least: Evidence) -> HashMap<NodeId, u32> {
        let mut distances: HashMap<NodeId, u32> = HashMap::new();
        let mut fewest: HashMap<NodeId, u32> = self.sources.iter().map(|node| (*node, 0)).collect();
        let mut queue: VecDeque<(NodeId, u32, u32)> = self.sources.iter().map(|node| (*node, 0, 0)).collect();
        while let Some((node, distance, flowed)) = queue.pop_front() {
            distances.entry(node).or_insert(distance);
            let edges = self.graph.outgoing(node).filter(|edge| edge.evidence >= least && self.carries(edge));
            for edge in edges {
                let Some(next) = self.flows(flowed, edge) else { continue };
                // Without a limit the number of flows doesn't matter, and once is enough.
                let counted = if self.question.tiers.is_none() { 0 } else { next };
                if fewest.get(&edge.to).is_none_or(|known| counted < *known) {
                    fewest.insert(edge.to, counted);
                    queue.push_back((edge.to, distance + 1, next));
                }
            }
        }
        distances
    }

    /// For everything reached the grade of the worst step on the best known way: a way in which every step has at least
    /// a grade is a way through the edges of that grade.
    fn grades(&self) -> HashMap<NodeId, Evidence> {
        let mut grades = HashMap::new();
        for grade in [Evidence::Observed, Evidence::Configured, Evidence::Declared, Evidence::Capable] {
            for node in self.distances(grade).into_keys() {
                grades.entry(node).or_insert(grade);
            }
        }
        grades
    }

    /// Ways to a node that visit nothing twice, found backwards.
    fn ways_to(&self, node: NodeId) -> (Vec<Way>, bool) {
        let mut search = Search { walk: self, steps: 0, ways: Vec::new(), complete: true };
        search.back(node, &mut Vec::new(), &mut HashSet::from([node]), 0);
        let Search { mut ways, complete, .. } = search;
        ways.sort_by(|one, other| {
            other.weakest.cmp(&one.weakest).then(one.edges.len().cmp(&other.edges.len()))
        });
        (ways, complete)
    }
}

/// A search for ways.
struct Search<'a> {
    walk: &'a Walk<'a>,
    steps: u32,
    ways: Vec<Way>,
    complete: bool,
}

/// The longest way that is told. Six tiers of suppliers with a product and a contract each fit.
const LONGEST: usize = 24;

impl Search<'_> {
    fn back(&mut self, node: NodeId, behind: &mut Vec<Edge>, visited: &mut HashSet<NodeId>, flowed: u32) {
        let walk = self.walk;
        for edge in walk.graph.incoming(node).filter(|edge| walk.carries(edge)) {
            self.steps = self.steps.saturating_add(1);
            if self.steps > MOST_STEPS || self.ways.len() >= MOST_PATHS || behind.len() >= LONGEST {
                self.complete = false;
                return;
            }
            let Some(next) = walk.flows(flowed, edge) else { continue };
            if visited.contains(&edge.from) {
                continue;
            }
            behind.push(*edge);
            if walk.sources.contains(&edge.from) {
                let edges: Vec<Edge> = behind.iter().rev().copied().collect();
                let weakest = edges.iter().map(|edge| edge.evidence).min().unwrap_or(Evidence::Capable);
                self.ways.push(Way { edges, weakest });
            } else {
                visited.insert(edge.from);
                self.back(edge.from, behind, visited, next);
                visited.remove(&edge.from);
            }
            behind.pop();
        }
    }
}
