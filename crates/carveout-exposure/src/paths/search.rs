//! Looking for all ways to a node, backwards, within bounds.

use std::collections::HashSet;

use super::{Way, walk::Reached};
use crate::graph::{Edge, Graph, NodeId};

/// The most ways to one node that are told.
const MOST_PATHS: usize = 20;

/// The most steps that are taken to look for the ways to one node.
const MOST_STEPS: u32 = 20_000;

/// The longest way that is told. Six tiers of suppliers with a product and a contract each fit.
const LONGEST: usize = 24;

/// A search for ways.
pub(super) struct Search<'r, 'g> {
    reached: &'r Reached<'g>,
    steps: u32,
    ways: Vec<Way>,
    complete: bool,
}

impl<'r, 'g> Search<'r, 'g> {
    /// The ways to a node: those that are known, and others. Whether these are all.
    pub(super) fn ways_to(reached: &'r Reached<'g>, node: NodeId, known: Vec<Way>) -> (Vec<Way>, bool) {
        let mut ways = known;
        ways.dedup();
        let mut search = Self { reached, steps: 0, ways, complete: true };
        search.back(node, &mut Vec::new(), &mut HashSet::from([node]), 0);
        (search.ways, search.complete)
    }

    fn back(&mut self, node: NodeId, behind: &mut Vec<Edge>, visited: &mut HashSet<NodeId>, flowed: u32) {
        let (reached, graph): (&'r Reached<'g>, &'g Graph) = (self.reached, self.reached.graph);
        for edge in graph.incoming(node) {
            self.steps = self.steps.saturating_add(1);
            if self.steps > MOST_STEPS || self.ways.len() >= MOST_PATHS {
                self.complete = false;
                return;
            }
            // Nothing that isn't reached itself lies on a way.
            let Some(distance) = reached.distance(edge.from).filter(|_| reached.carries(edge)) else {
                continue;
            };
            let Some(next) = reached.flows(flowed, edge) else { continue };
            if visited.contains(&edge.from) {
                continue;
            }
            if behind.len() + 1 + usize::try_from(distance).unwrap_or(usize::MAX) > LONGEST {
                self.complete = false;
                continue;
            }
            behind.push(*edge);
            if reached.is_source(edge.from) {
                let way = Way::of(behind.iter().rev().copied().collect());
                if !self.ways.contains(&way) {
                    self.ways.push(way);
                }
            } else {
                visited.insert(edge.from);
                self.back(edge.from, behind, visited, next);
                visited.remove(&edge.from);
            }
            behind.pop();
        }
    }
}
