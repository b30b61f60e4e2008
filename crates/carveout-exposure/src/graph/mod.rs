//! The supplier graph: who owns whom, who works for whom, what is built on what.

mod builder;
mod edge;
mod node;
mod problems;
mod snapshot;

pub use builder::{GraphBuilder, Party};
pub use edge::{Edge, EdgeKind, Evidence, SourceId};
pub use node::{Kind, Node, NodeId};
pub use problems::Problem;
pub use snapshot::SnapshotError;

use std::collections::HashMap;

/// A finished graph. Edges are looked up from both of their ends.
#[derive(Debug, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    /// By the node they start at.
    edges: Vec<Edge>,
    /// Where the edges of each node start in `edges`; one more than there are nodes.
    outgoing: Vec<u32>,
    /// Positions in `edges`, by the node they end at.
    incoming: Vec<u32>,
    incoming_starts: Vec<u32>,
    keys: HashMap<Box<str>, NodeId>,
    sources: Vec<String>,
    problems: Vec<Problem>,
}

impl Graph {
    /// Orders edges by both ends.
    fn new(
        nodes: Vec<Node>,
        mut edges: Vec<Edge>,
        keys: HashMap<Box<str>, NodeId>,
        sources: Vec<String>,
        problems: Vec<Problem>,
    ) -> Self {
        edges.sort_unstable();
        edges.dedup_by(|one, other| one.says_the_same(other));
        Self::ordered(nodes, edges, keys, sources, problems)
    }

    /// The same of edges that are in order.
    fn ordered(
        nodes: Vec<Node>,
        edges: Vec<Edge>,
        keys: HashMap<Box<str>, NodeId>,
        sources: Vec<String>,
        problems: Vec<Problem>,
    ) -> Self {
        let outgoing = starts(nodes.len(), edges.iter().map(|edge| edge.from));
        let incoming_starts = starts(nodes.len(), edges.iter().map(|edge| edge.to));
        let incoming = by_end(&edges, &incoming_starts);
        Self { nodes, edges, outgoing, incoming, incoming_starts, keys, sources, problems }
    }

    /// How many nodes there are.
    #[must_use]
    pub fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// How many edges there are.
    #[must_use]
    pub fn edge_count(&self) -> usize {
        self.edges.len()
    }

    /// All nodes.
    pub fn nodes(&self) -> impl Iterator<Item = (NodeId, &Node)> {
        (0..).map(NodeId).zip(&self.nodes)
    }

    /// A node of this graph.
    #[must_use]
    pub fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(at(id.0))
    }

    /// What a node is called, or its first key.
    #[must_use]
    pub fn name(&self, id: NodeId) -> &str {
        self.node(id).map_or("", Node::name)
    }

    /// The node that has an identifier or key: `uei:…`, `lei:…`.
    #[must_use]
    pub fn find(&self, key: &str) -> Option<NodeId> {
        self.keys.get(key).copied()
    }

    /// The edges that start at a node.
    pub fn outgoing(&self, id: NodeId) -> impl Iterator<Item = &Edge> {
        let (start, end) = range(&self.outgoing, id);
        self.edges.get(start..end).unwrap_or_default().iter()
    }

    /// The edges that start at a node, each with its number.
    pub(crate) fn numbered_outgoing(&self, id: NodeId) -> impl Iterator<Item = (u32, &Edge)> {
        let (start, end) = range(&self.outgoing, id);
        let edges = self.edges.get(start..end).unwrap_or_default();
        (u32::try_from(start).unwrap_or(u32::MAX)..).zip(edges)
    }

    /// The edge with a number.
    pub(crate) fn edge(&self, number: u32) -> Option<&Edge> {
        self.edges.get(at(number))
    }

    /// The edges that end at a node.
    pub fn incoming(&self, id: NodeId) -> impl Iterator<Item = &Edge> {
        let (start, end) = range(&self.incoming_starts, id);
        let positions = self.incoming.get(start..end).unwrap_or_default();
        positions.iter().filter_map(|position| self.edges.get(at(*position)))
    }

    /// Where an edge comes from.
    #[must_use]
    pub fn source(&self, id: SourceId) -> &str {
        self.sources.get(usize::from(id.0)).map_or("", String::as_str)
    }

    /// What the sources say that can't be, each with its place.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

/// Where each node's edges start, given the nodes of the edges in any order.
fn starts(nodes: usize, ends: impl Iterator<Item = NodeId>) -> Vec<u32> {
    let mut starts = vec![0_u32; nodes + 1];
    for end in ends {
        if let Some(count) = starts.get_mut(at(end.0) + 1) {
            *count += 1;
        }
    }
    let mut sum = 0;
    for start in &mut starts {
        sum += *start;
        *start = sum;
    }
    starts
}

/// The positions of edges by where they end: each takes the next free place of its end.
fn by_end(edges: &[Edge], starts: &[u32]) -> Vec<u32> {
    let mut free = starts.to_vec();
    let mut positions = vec![0; edges.len()];
    for (position, edge) in (0..).zip(edges) {
        let Some(place) = free.get_mut(at(edge.to.0)) else { continue };
        if let Some(slot) = positions.get_mut(at(*place)) {
            *slot = position;
        }
        *place += 1;
    }
    positions
}

fn range(starts: &[u32], id: NodeId) -> (usize, usize) {
    let position = at(id.0);
    let start = starts.get(position).copied().unwrap_or(0);
    (at(start), at(starts.get(position + 1).copied().unwrap_or(start)))
}

/// A position. All supported machines have at least 32 bits.
pub(crate) const fn at(position: u32) -> usize {
    position as usize
}
