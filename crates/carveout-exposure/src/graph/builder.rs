//! A graph put together from the records of many sources.

use std::collections::{HashMap, HashSet};

use super::{
    Graph, at,
    edge::{Edge, EdgeKind, Evidence, SourceId},
    node::{Kind, Node, NodeId},
    problems::{self, Problem},
};
use crate::{
    dates::Span,
    identifier::Identifier,
    names::{Lexicon, REVIEW, fold},
    share::Stake,
};

/// What a record says about one organisation, product or contract.
#[derive(Clone, Debug)]
pub struct Party<'a> {
    /// What it is.
    pub kind: Kind,
    /// What it is called, the most official name first.
    pub names: &'a [&'a str],
    /// Its identifiers.
    pub identifiers: &'a [Identifier],
}

/// Collects nodes and edges. Records that share an identifier become one node, unless their names contradict it.
#[derive(Debug, Default)]
pub struct GraphBuilder {
    nodes: Vec<Node>,
    /// For each node the one it turned out to be, or itself.
    same_as: Vec<u32>,
    keys: HashMap<Box<str>, NodeId>,
    edges: Vec<Edge>,
    sources: Vec<String>,
    problems: Vec<Problem>,
    /// Contradictions that were reported, so that a million records report one.
    reported: HashSet<(Box<str>, String)>,
    lexicon: Lexicon,
}

impl GraphBuilder {
    /// An empty graph.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Goes on from a finished graph.
    #[must_use]
    pub fn resume(graph: Graph) -> Self {
        let Graph { nodes, edges, keys, sources, problems, .. } = graph;
        let same_as = (0..).take(nodes.len()).collect();
        // What follows from the edges is looked for again at the end.
        let stays = |problem: &Problem| {
            matches!(problem, Problem::SharedIdentifier { .. } | Problem::ContradictoryDates { .. })
        };
        let problems: Vec<Problem> = problems.into_iter().filter(stays).collect();
        let told = problems.iter().filter_map(|problem| match problem {
            Problem::SharedIdentifier { key, other, .. } => Some((key.as_str().into(), other.clone())),
            _ => None,
        });
        let reported = told.collect();
        Self { nodes, same_as, keys, edges, sources, problems, reported, lexicon: Lexicon::default() }
    }

    /// Notes a source. Everything that is added names one.
    pub fn source(&mut self, name: &str) -> SourceId {
        let known = self.sources.iter().position(|known| known == name);
        let position = known.unwrap_or_else(|| {
            self.sources.push(name.to_owned());
            self.sources.len() - 1
        });
        SourceId(u16::try_from(position).unwrap_or(u16::MAX))
    }

    /// How many edges were added.
    #[must_use]
    pub fn edge_count(&self) -> usize {
        self.edges.len()
    }

    /// The node of a record: a known one if an identifier is known and a name agrees, else a new one.
    ///
    /// A record without identifiers is found by its folded name, among records without identifiers only: a name
    /// is no proof, so joining it with others is the matcher's work, with a score.
    pub fn node(&mut self, party: &Party<'_>) -> NodeId {
        let mut keys: Vec<String> = party.identifiers.iter().map(ToString::to_string).collect();
        if keys.is_empty() {
            let name = party.names.iter().map(|name| fold(name)).find(|name| !name.is_empty());
            keys.push(format!("name:{}", name.unwrap_or_default()));
        }
        let mut found: Option<NodeId> = None;
        let mut contradicted = None;
        for (key, shared) in keys.iter().zip(shared_flags(party)) {
            let Some(known) = self.keys.get(key.as_str()).map(|known| self.root(*known)) else { continue };
            if found == Some(known) || shared {
                continue;
            }
            if !self.names_agree(known, party.names) {
                self.report_shared(key, known, party.names);
                contradicted = Some(key.clone());
                continue;
            }
            match found {
                None => found = Some(known),
                Some(first) => self.unite(first, known),
            }
        }
        if let (None, Some(key)) = (found, contradicted) {
            // Whoever shares an identifier is one node under it and the own name.
            let own = format!("{key}#{}", party.names.iter().map(|name| fold(name)).collect::<String>());
            found = self.keys.get(own.as_str()).map(|known| self.root(*known));
            keys.push(own);
        }
        let node = found.unwrap_or_else(|| self.add(party.kind));
        self.fill(node, party.names, keys);
        node
    }

    /// The node that has this very key already, in its one right spelling: what ten million rows ask for.
    #[must_use]
    pub fn known(&self, key: &str) -> Option<NodeId> {
        self.keys.get(key).map(|known| self.root(*known))
    }

    /// Adds an edge.
    pub fn edge(&mut self, edge: Edge) {
        if edge.span.is_contradictory() {
            let (source, line) = (edge.source, edge.line);
            self.problems.push(Problem::ContradictoryDates { source, line, span: edge.span });
        }
        self.edges.push(edge);
    }

    /// Adds an edge that holds always and says nothing of shares.
    pub fn plain_edge(&mut self, from: NodeId, to: NodeId, kind: EdgeKind, source: SourceId, line: u32) {
        let (evidence, span, stake) = (Evidence::Declared, Span::ALWAYS, Stake::UNKNOWN);
        self.edge(Edge { from, to, kind, evidence, span, stake, source, line });
    }

    /// Puts the graph together and looks for what can't be.
    #[must_use]
    pub fn finish(mut self) -> Graph {
        let (numbers, nodes) = self.compacted();
        let number = |id: NodeId| numbers.get(at(id.0)).copied().unwrap_or(id);
        for edge in &mut self.edges {
            (edge.from, edge.to) = (number(edge.from), number(edge.to));
        }
        for id in self.keys.values_mut() {
            *id = number(*id);
        }
        let mut graph = Graph::new(nodes, self.edges, self.keys, self.sources, self.problems);
        let found = problems::of_ownership(&graph);
        graph.problems.extend(found);
        let found = problems::of_deployments(&graph);
        graph.problems.extend(found);
        graph
    }

    fn add(&mut self, kind: Kind) -> NodeId {
        let number = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        self.nodes.push(Node { kind, names: Vec::new(), keys: Vec::new() });
        self.same_as.push(number);
        NodeId(number)
    }

    fn fill(&mut self, id: NodeId, names: &[&str], keys: Vec<String>) {
        for key in keys {
            let key = key.into_boxed_str();
            if !self.keys.contains_key(&key) {
                self.keys.insert(key.clone(), id);
            }
            if let Some(node) = self.nodes.get_mut(at(id.0))
                && !node.keys.contains(&key)
            {
                node.keys.push(key);
            }
        }
        let Some(node) = self.nodes.get_mut(at(id.0)) else { return };
        for name in names.iter().map(|name| name.trim()).filter(|name| !name.is_empty()) {
            if !node.names.iter().any(|known| **known == *name) {
                node.names.push(name.into());
            }
        }
    }

    /// Whether a record's names could be those of a node. Who is not named contradicts nobody.
    fn names_agree(&self, id: NodeId, names: &[&str]) -> bool {
        let Some(node) = self.nodes.get(at(id.0)) else { return false };
        if node.names.is_empty() || names.iter().all(|name| name.trim().is_empty()) {
            return true;
        }
        if names.iter().any(|name| node.names.iter().any(|known| **known == *name.trim())) {
            return true;
        }
        let read: Vec<_> = names.iter().map(|name| self.lexicon.read(name)).collect();
        node.names.iter().map(|known| self.lexicon.read(known)).any(|known| {
            read.iter().any(|name| {
                // Two brigades share a number, two companies no identifier: the same words are enough.
                known.closed() == name.closed() || self.lexicon.compare(&known, name).score >= REVIEW
            })
        })
    }

    fn report_shared(&mut self, key: &str, known: NodeId, names: &[&str]) {
        let other = names.iter().find(|name| !name.trim().is_empty()).map_or("", |name| name.trim());
        if self.reported.insert((key.into(), other.to_owned())) {
            let one = self.nodes.get(at(known.0)).map_or("", Node::name).to_owned();
            self.problems.push(Problem::SharedIdentifier {
                key: key.to_owned(),
                one,
                other: other.to_owned(),
            });
        }
    }

    fn root(&self, id: NodeId) -> NodeId {
        let mut id = id.0;
        while let Some(next) = self.same_as.get(at(id)).copied().filter(|next| *next != id) {
            id = next;
        }
        NodeId(id)
    }

    /// Two nodes that turned out to be one. The older keeps its number.
    fn unite(&mut self, kept: NodeId, gone: NodeId) {
        if let Some(same_as) = self.same_as.get_mut(at(gone.0)) {
            *same_as = kept.0;
        }
        let Some(node) = self.nodes.get_mut(at(gone.0)) else { return };
        let (names, keys) = (std::mem::take(&mut node.names), std::mem::take(&mut node.keys));
        let names: Vec<&str> = names.iter().map(|name| &**name).collect();
        self.fill(kept, &names, keys.iter().map(ToString::to_string).collect());
    }

    /// The new number of each node, and the nodes that are left.
    fn compacted(&mut self) -> (Vec<NodeId>, Vec<Node>) {
        let mut numbers: Vec<NodeId> = Vec::with_capacity(self.nodes.len());
        let mut nodes = Vec::with_capacity(self.nodes.len());
        let taken = std::mem::take(&mut self.nodes);
        for (old, node) in (0..).zip(taken) {
            let is_root = self.same_as.get(at(old)).is_none_or(|same_as| *same_as == old);
            numbers.push(NodeId(u32::try_from(nodes.len()).unwrap_or(u32::MAX)));
            if is_root {
                nodes.push(node);
            }
        }
        let roots = (0..).take(numbers.len()).map(|old| self.root(NodeId(old)));
        let resolved = roots.map(|root| numbers.get(at(root.0)).copied().unwrap_or(root)).collect();
        (resolved, nodes)
    }
}

/// For each key of a record whether others may share it. A name that stands for identifiers may not.
fn shared_flags(party: &Party<'_>) -> impl Iterator<Item = bool> {
    let has_own = party.identifiers.iter().any(|identifier| !identifier.is_shared());
    party.identifiers.iter().map(move |identifier| identifier.is_shared() && has_own).chain([false])
}
