//! Names by their words, so that one name is not compared with a million.

use std::collections::HashMap;

use super::spelling::Spelling;
use crate::{
    graph::NodeId,
    names::{Lexicon, Name},
};

/// Words that more names have are looked up only if no rarer one is there.
const MOST_NAMES: usize = 5_000;

/// How many names are compared in full.
const MOST_COMPARED: usize = 100;

/// A name: its node, and which of the node's names it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Entry {
    node: NodeId,
    position: u32,
}

/// Names by word, by spelling of a word, and by all their letters.
#[derive(Debug)]
pub(super) struct Index {
    entries: Vec<Entry>,
    words: HashMap<Box<str>, u32>,
    /// For each word the names that have it.
    names: Vec<Vec<u32>>,
    closed: HashMap<Box<str>, Vec<u32>>,
    spelling: Spelling,
}

impl Index {
    pub(super) fn new<'a>(named: impl Iterator<Item = (NodeId, &'a str)>, lexicon: &Lexicon) -> Self {
        let mut index = Self {
            entries: Vec::new(),
            words: HashMap::new(),
            names: Vec::new(),
            closed: HashMap::new(),
            spelling: Spelling::default(),
        };
        for (node, text) in named {
            index.add(node, &lexicon.read(text));
        }
        index.spelling = Spelling::new(index.words.iter().map(|(word, id)| (&**word, *id)));
        index
    }

    fn add(&mut self, node: NodeId, name: &Name) {
        let last = self.entries.last().filter(|last| last.node == node);
        let position = last.map_or(0, |last| last.position + 1);
        let number = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        self.entries.push(Entry { node, position });
        for (word, _) in name.words() {
            let id = match self.words.get(word) {
                Some(id) => *id,
                None => {
                    let id = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
                    self.words.insert(word.into(), id);
                    self.names.push(Vec::new());
                    id
                }
            };
            if let Some(names) = self.names.get_mut(id as usize)
                && names.last() != Some(&number)
            {
                names.push(number);
            }
        }
        self.closed.entry(name.closed().into()).or_default().push(number);
    }

    /// The names that share the most weight with the wanted one: their nodes, and which of a node's names.
    pub(super) fn candidates(&self, wanted: &Name) -> Vec<(NodeId, usize)> {
        let mut weights: HashMap<u32, f64> = HashMap::new();
        for number in self.closed.get(wanted.closed()).into_iter().flatten().take(MOST_COMPARED) {
            // The same letters outweigh any words.
            weights.insert(*number, 100.0);
        }
        let mut lists: Vec<(&[u32], f64)> =
            wanted.words().flat_map(|(word, weight)| self.lists(word, weight)).collect();
        lists.sort_by_key(|(names, _)| names.len());
        for (position, (names, weight)) in lists.into_iter().enumerate() {
            if position > 0 && names.len() > MOST_NAMES {
                // What is common only adds to what is already there.
                for number in weights.keys().copied().collect::<Vec<_>>() {
                    if names.binary_search(&number).is_ok() {
                        *weights.entry(number).or_default() += weight;
                    }
                }
                continue;
            }
            for number in names.iter().take(MOST_NAMES) {
                *weights.entry(*number).or_default() += weight;
            }
        }
        let mut ranked: Vec<(u32, f64)> = weights.into_iter().collect();
        ranked.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
        let entry = |number: u32| self.entries.get(number as usize);
        let found = ranked.into_iter().take(MOST_COMPARED).filter_map(|(number, _)| entry(number));
        found.map(|entry| (entry.node, entry.position as usize)).collect()
    }

    /// The names that have a word, and those that have one spelt nearly like it.
    fn lists(&self, word: &str, weight: f64) -> Vec<(&[u32], f64)> {
        let own = self.words.get(word).copied();
        let near = self.spelling.near(word).into_iter().filter(|(id, _)| Some(*id) != own);
        let all = own.into_iter().map(|id| (id, 1.0)).chain(near);
        let lists = all
            .filter_map(|(id, likeness)| Some((self.names.get(id as usize)?.as_slice(), weight * likeness)));
        lists.collect()
    }
}
