//! Who is reached from sources, in how few steps, and how well that is known. A visit of each edge for each grade, in
//! arrays by the number of a node: ten million edges take seconds.

use std::collections::VecDeque;

use chrono::NaiveDate;

use super::{Exposed, Way, search::Search};
use crate::graph::{Edge, EdgeKind, Evidence, Graph, NodeId, at};

/// The distance of what isn't reached, and the number of no edge.
const NONE: u32 = u32::MAX;

/// The grades, the best first.
const GRADES: [Evidence; 4] =
    [Evidence::Observed, Evidence::Configured, Evidence::Declared, Evidence::Capable];

/// What sources reach on a day.
#[derive(Debug)]
pub struct Reached<'g> {
    pub(super) graph: &'g Graph,
    day: NaiveDate,
    tiers: Option<u32>,
    is_source: Vec<bool>,
    any: Tree,
    /// For each node the best grade for which there is a way, none if it isn't reached.
    grades: Vec<Option<Evidence>>,
    /// The last edge of a shortest one of the best known ways to each node.
    best: Vec<u32>,
}

/// One visit: the fewest steps to each node, and the edge by which it was reached first.
#[derive(Debug)]
struct Tree {
    distances: Vec<u32>,
    parents: Vec<u32>,
    reached: usize,
}

impl<'g> Reached<'g> {
    /// Walks from the sources. `tiers` is how often a duty flows up from a subcontractor, none without end.
    #[must_use]
    pub fn from(graph: &'g Graph, sources: &[NodeId], day: NaiveDate, tiers: Option<u32>) -> Self {
        let mut is_source = vec![false; graph.node_count()];
        for source in sources {
            if let Some(slot) = is_source.get_mut(at(source.0)) {
                *slot = true;
            }
        }
        let any = Tree { distances: Vec::new(), parents: Vec::new(), reached: 0 };
        let mut reached = Self { graph, day, tiers, is_source, any, grades: Vec::new(), best: Vec::new() };
        reached.any = reached.tree(Evidence::Capable);
        reached.grade();
        reached
    }

    /// Everything reached but the sources: the fewest steps and the node, the nearest first.
    #[must_use]
    pub fn nodes(&self) -> Vec<(u32, NodeId)> {
        let numbered = (0..).map(NodeId).zip(&self.any.distances);
        let mut nodes: Vec<(u32, NodeId)> = numbered
            .filter(|(node, distance)| **distance != NONE && !self.is_source(*node))
            .map(|(node, distance)| (*distance, node))
            .collect();
        nodes.sort_unstable();
        nodes
    }

    /// A node that is reached, with the ways to it.
    #[must_use]
    pub fn exposed(&self, node: NodeId) -> Exposed {
        let (paths, complete) = self.ways_to(node);
        let distance = self.distance(node).unwrap_or(0);
        Exposed { node, distance, evidence: self.evidence(node), paths, complete }
    }

    /// How well the best known way is known where it is known worst.
    #[must_use]
    pub fn evidence(&self, node: NodeId) -> Evidence {
        self.grades.get(at(node.0)).copied().flatten().unwrap_or(Evidence::Capable)
    }

    /// The fewest steps to a node, if it is reached.
    #[must_use]
    pub fn distance(&self, node: NodeId) -> Option<u32> {
        self.any.distances.get(at(node.0)).copied().filter(|distance| *distance != NONE)
    }

    pub(super) fn is_source(&self, node: NodeId) -> bool {
        self.is_source.get(at(node.0)).copied().unwrap_or(false)
    }

    /// Whether exposure goes along an edge on the day. Ownership is the affiliate rule's matter.
    pub(super) fn carries(&self, edge: &Edge) -> bool {
        let kind = match edge.kind {
            EdgeKind::Owns | EdgeKind::Controls | EdgeKind::BecomesPart => false,
            EdgeKind::Offers
            | EdgeKind::EmbeddedIn
            | EdgeKind::WorksFor
            | EdgeKind::Performs
            | EdgeKind::UsedBy
            | EdgeKind::DeployedAs
            | EdgeKind::Hosts => true,
        };
        kind && edge.from != edge.to && edge.span.holds(self.day)
    }

    /// How often something has flowed up after an edge; none if that is once too often.
    pub(super) fn flows(&self, flowed: u32, edge: &Edge) -> Option<u32> {
        let up = edge.kind == EdgeKind::WorksFor && !self.is_source(edge.from);
        let next = flowed + u32::from(up);
        self.tiers.is_none_or(|most| next <= most).then_some(next)
    }

    /// The fewest steps along edges of at least a grade. What flows only so often may be reached in more steps with fewer
    /// flows, so a node is visited again when it is.
    fn tree(&self, least: Evidence) -> Tree {
        let count = self.graph.node_count();
        let mut tree = Tree { distances: vec![NONE; count], parents: vec![NONE; count], reached: 0 };
        let mut fewest = vec![NONE; count];
        let mut queue: VecDeque<(NodeId, u32, u32)> = VecDeque::new();
        for (number, is_source) in (0..).zip(&self.is_source) {
            if *is_source {
                set(&mut fewest, number, 0);
                set(&mut tree.distances, number, 0);
                queue.push_back((NodeId(number), 0, 0));
            }
        }
        while let Some((node, distance, flowed)) = queue.pop_front() {
            for (number, edge) in self.graph.numbered_outgoing(node) {
                if edge.evidence < least || !self.carries(edge) {
                    continue;
                }
                let Some(next) = self.flows(flowed, edge) else { continue };
                // Without a limit the number of flows doesn't matter, and once is enough.
                let counted = if self.tiers.is_none() { 0 } else { next };
                if fewest.get(at(edge.to.0)).is_none_or(|known| counted >= *known) {
                    continue;
                }
                set(&mut fewest, edge.to.0, counted);
                if tree.distances.get(at(edge.to.0)) == Some(&NONE) {
                    set(&mut tree.distances, edge.to.0, distance + 1);
                    set(&mut tree.parents, edge.to.0, number);
                    tree.reached += 1;
                }
                queue.push_back((edge.to, distance + 1, next));
            }
        }
        tree
    }

    /// For everything reached the grade of the worst step on the best known way: a way in which every step has at least
    /// a grade is a way through the edges of that grade.
    fn grade(&mut self) {
        let count = self.graph.node_count();
        let (mut grades, mut best) = (vec![None; count], vec![NONE; count]);
        let mut graded = 0;
        for grade in GRADES {
            if graded == self.any.reached {
                break;
            }
            let walked = (grade != Evidence::Capable).then(|| self.tree(grade));
            let tree = walked.as_ref().unwrap_or(&self.any);
            graded = tree.reached;
            for ((known, best), parent) in grades.iter_mut().zip(&mut best).zip(&tree.parents) {
                if known.is_none() && *parent != NONE {
                    (*known, *best) = (Some(grade), *parent);
                }
            }
        }
        (self.grades, self.best) = (grades, best);
    }

    /// Ways to a node that visit nothing twice: the best known, the shortest, and then whatever a search finds.
    fn ways_to(&self, node: NodeId) -> (Vec<Way>, bool) {
        let sure = [self.back(node, &self.best), self.back(node, &self.any.parents)];
        let (mut ways, complete) = Search::ways_to(self, node, sure.into_iter().flatten().collect());
        ways.sort_by(|one, other| {
            other.weakest.cmp(&one.weakest).then(one.edges.len().cmp(&other.edges.len()))
        });
        (ways, complete)
    }

    /// The way back from a node along the edges by which each was reached. What was reached again with fewer flows may
    /// have changed below, so the whole is looked at: a way that flows too often is none.
    fn back(&self, node: NodeId, parents: &[u32]) -> Option<Way> {
        let mut edges: Vec<Edge> = Vec::new();
        let mut here = node;
        while !self.is_source(here) {
            let edge = parents.get(at(here.0)).and_then(|number| self.graph.edge(*number))?;
            // The parents of one visit form a tree; those of several could meet in a ring.
            if edges.len() > self.graph.node_count() {
                return None;
            }
            edges.push(*edge);
            here = edge.from;
        }
        edges.reverse();
        edges.iter().try_fold(0, |flowed, edge| self.flows(flowed, edge))?;
        (!edges.is_empty()).then(|| Way::of(edges))
    }
}

fn set<T>(slots: &mut [T], number: u32, value: T) {
    if let Some(slot) = slots.get_mut(at(number)) {
        *slot = value;
    }
}
