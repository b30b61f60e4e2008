//! Finding the organisation that somebody names: by identifier first, then by name.

mod index;
mod spelling;

use std::collections::HashMap;

use crate::{
    graph::{Graph, Kind, NodeId},
    identifier::Identifier,
    names::{Comparison, Lexicon, MATCH, REVIEW},
};
use index::Index;

/// How sure a match is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The same, by an identifier or by a name from [`MATCH`] on.
    Same,
    /// A person must look: a name from [`REVIEW`] on, or an identifier whose names disagree.
    Review,
}

/// An organisation that may be the one that is looked for.
#[derive(Clone, PartialEq, Debug)]
pub struct Candidate {
    /// The organisation.
    pub node: NodeId,
    /// From 0 to 1.
    pub score: f64,
    /// What follows from it.
    pub verdict: Verdict,
    /// The name of the organisation that was compared.
    pub name: String,
    /// Why.
    pub reasons: Vec<String>,
}

/// Looks organisations of a graph up.
#[derive(Debug)]
pub struct Matcher<'a> {
    graph: &'a Graph,
    lexicon: Lexicon,
    index: Index,
}

impl<'a> Matcher<'a> {
    /// Counts the words of all names, and indexes them.
    #[must_use]
    pub fn new(graph: &'a Graph) -> Self {
        let mut lexicon = Lexicon::standard();
        let named =
            || graph.nodes().filter(|(_, node)| matches!(node.kind(), Kind::Organisation | Kind::Person));
        for (_, node) in named() {
            for name in node.names() {
                lexicon.count(name);
            }
        }
        let index =
            Index::new(named().flat_map(|(id, node)| node.names().map(move |name| (id, name))), &lexicon);
        Self { graph, lexicon, index }
    }

    /// The organisations that could be meant, the likeliest first.
    #[must_use]
    pub fn find(&self, names: &[&str], identifiers: &[Identifier]) -> Vec<Candidate> {
        let mut best: HashMap<NodeId, Candidate> = HashMap::new();
        for identifier in identifiers {
            if let Some(node) = self.graph.find(&identifier.to_string()) {
                let candidate = self.identified(node, names, identifier);
                best.insert(node, candidate);
            }
        }
        for text in names {
            let wanted = self.lexicon.read(text);
            for (node, position) in self.index.candidates(&wanted) {
                if best.get(&node).is_some_and(|known| known.verdict == Verdict::Same && known.score >= 1.0) {
                    continue;
                }
                let Some(name) = self.graph.node(node).and_then(|node| node.names().nth(position)) else {
                    continue;
                };
                let Comparison { score, reasons } = self.lexicon.compare(&wanted, &self.lexicon.read(name));
                if score < REVIEW || best.get(&node).is_some_and(|known| known.score >= score) {
                    continue;
                }
                let verdict = if score >= MATCH { Verdict::Same } else { Verdict::Review };
                let reasons = reasons.iter().map(ToString::to_string).collect();
                best.insert(node, Candidate { node, score, verdict, name: name.to_owned(), reasons });
            }
        }
        let mut found: Vec<Candidate> = best.into_values().collect();
        found.sort_by(|one, other| other.score.total_cmp(&one.score).then(one.node.cmp(&other.node)));
        found
    }

    /// Who bears an identifier is meant by it, unless the names say otherwise: identifiers are mistyped and reused. A
    /// domain is a group's, and needs a name beside it.
    fn identified(&self, node: NodeId, names: &[&str], identifier: &Identifier) -> Candidate {
        let own: Vec<&str> = self.graph.node(node).into_iter().flat_map(|node| node.names()).collect();
        let compared = names
            .iter()
            .flat_map(|name| own.iter().map(move |own| (name, own)))
            .map(|(name, own)| self.lexicon.compare(&self.lexicon.read(name), &self.lexicon.read(own)).score);
        let likest = compared.fold(0.0_f64, f64::max);
        let nameless = own.is_empty() || names.is_empty();
        let mut reasons = vec![format!("the identifier `{identifier}`")];
        let agrees = nameless && !identifier.is_shared() || likest >= REVIEW;
        if !agrees && !nameless {
            reasons.push("but the names differ".to_owned());
        }
        let (score, verdict) = if agrees { (1.0, Verdict::Same) } else { (REVIEW, Verdict::Review) };
        Candidate { node, score, verdict, name: self.graph.name(node).to_owned(), reasons }
    }
}
