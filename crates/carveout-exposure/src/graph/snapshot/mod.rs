//! A graph as one file, to be read again in seconds: tables take most of a minute to be put together.
//!
//! Numbers are little-endian. The file starts with a line that names it and a version, then come sources, spans and
//! stakes (each once), nodes, how many edges start at each, the edges in order, the contradictions that were found, and
//! a SHA-256 of everything before it. A file that ends early, goes on after its end, was changed, or refers to what it
//! doesn't hold is refused: half a graph would answer *not exposed*.

mod bytes;
mod parts;

use std::{
    collections::HashMap,
    io::{self, Read, Write},
};

use self::{
    bytes::{Input, Output},
    parts::{Referred, read_edges, read_node, read_problem, read_span, read_stake, write_edge, write_node},
    parts::{write_problem, write_span, write_stake},
};
use super::{Graph, at, node::NodeId};

const MAGIC: &[u8] = b"carveout graph\n";

/// The version of the format that is written, and the only one that is read.
const VERSION: u32 = 2;

/// Room that is made before anything was read: a count may lie.
const MOST_AT_ONCE: usize = 1 << 20;

/// Why a file can't be read as a graph.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// It is something else.
    #[error("this is no snapshot of a graph: make one with `carveout exposure snapshot`")]
    Other,
    /// It is one of another version.
    #[error(
        "the snapshot has version {0}; this program reads version {VERSION}: make it again from its sources"
    )]
    Version(u32),
    /// It ends before its end.
    #[error("the snapshot is cut: it ends before its end; make it again from its sources")]
    Cut,
    /// It was changed, or damaged.
    #[error("the snapshot is damaged: {0}; make it again from its sources")]
    Damaged(&'static str),
    /// The file could not be read.
    #[error("the snapshot can't be read: {0}")]
    Io(io::Error),
}

impl From<io::Error> for SnapshotError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Cut,
            _ => Self::Io(error),
        }
    }
}

impl Graph {
    /// Writes the graph.
    ///
    /// # Errors
    /// If the writer fails.
    pub fn write_snapshot(&self, writer: impl Write) -> io::Result<()> {
        let mut out = Output::new(writer);
        out.bytes(MAGIC)?;
        out.word(VERSION)?;
        out.count(self.sources.len())?;
        self.sources.iter().try_for_each(|source| out.text(source))?;
        let (spans, stakes) = (
            Listed::of(self.edges.iter().map(|edge| edge.span)),
            Listed::of(self.edges.iter().map(|edge| edge.stake)),
        );
        out.count(spans.list.len())?;
        spans.list.iter().try_for_each(|span| write_span(&mut out, *span))?;
        out.count(stakes.list.len())?;
        stakes.list.iter().try_for_each(|stake| write_stake(&mut out, *stake))?;
        out.count(self.nodes.len())?;
        for (number, node) in (0..).zip(&self.nodes) {
            // Of several that share a key one is found by it.
            write_node(&mut out, node, |key| self.find(key) == Some(NodeId(number)))?;
        }
        for pair in self.outgoing.windows(2) {
            if let [start, end] = pair {
                out.word(end.saturating_sub(*start))?;
            }
        }
        out.count(self.edges.len())?;
        for edge in &self.edges {
            write_edge(&mut out, edge, spans.number(edge.span), stakes.number(edge.stake))?;
        }
        out.count(self.problems.len())?;
        self.problems.iter().try_for_each(|problem| write_problem(&mut out, problem))?;
        out.finish()
    }

    /// Reads a graph that was written.
    ///
    /// # Errors
    /// See [`SnapshotError`].
    pub fn read_snapshot(reader: impl Read) -> Result<Self, SnapshotError> {
        let mut input = Input::new(reader);
        let mut magic = [0; MAGIC.len()];
        match input.fill(&mut magic) {
            Ok(()) if magic == MAGIC => {}
            Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => return Err(error.into()),
            _ => return Err(SnapshotError::Other),
        }
        let version = input.word()?;
        if version != VERSION {
            return Err(SnapshotError::Version(version));
        }
        let sources = list(&mut input, |input| Ok(input.text()?.into_string()))?;
        let spans = list(&mut input, read_span)?;
        let stakes = list(&mut input, read_stake)?;
        let mut keys = HashMap::new();
        let count = input.word()?;
        let mut nodes = Vec::with_capacity(at(count).min(MOST_AT_ONCE));
        for number in 0..count {
            nodes.push(read_node(&mut input, NodeId(number), &mut keys)?);
        }
        let referred = Referred { nodes: count, sources: sources.len(), spans: &spans, stakes: &stakes };
        let edges = read_edges(&mut input, &referred)?;
        let problems = list(&mut input, |input| read_problem(input, &referred))?;
        input.finish()?;
        // Whoever walks the graph relies on the order.
        if !edges.is_sorted() {
            return Err(SnapshotError::Damaged("its edges are not in order"));
        }
        Ok(Self::ordered(nodes, edges, keys, sources, problems))
    }
}

/// Values that occur often, each once, with their numbers.
struct Listed<T> {
    list: Vec<T>,
    numbers: HashMap<T, u32>,
}

impl<T: Copy + Eq + std::hash::Hash> Listed<T> {
    fn of(values: impl Iterator<Item = T>) -> Self {
        let mut listed = Self { list: Vec::new(), numbers: HashMap::new() };
        let mut last = None;
        for value in values {
            // Neighbours are often alike.
            if last != Some(value) && !listed.numbers.contains_key(&value) {
                listed.numbers.insert(value, u32::try_from(listed.list.len()).unwrap_or(u32::MAX));
                listed.list.push(value);
            }
            last = Some(value);
        }
        listed
    }

    fn number(&self, value: T) -> u32 {
        self.numbers.get(&value).copied().unwrap_or(u32::MAX)
    }
}

fn list<R: Read, T>(
    input: &mut Input<R>,
    mut one: impl FnMut(&mut Input<R>) -> Result<T, SnapshotError>,
) -> Result<Vec<T>, SnapshotError> {
    let count = at(input.word()?);
    let mut list = Vec::with_capacity(count.min(MOST_AT_ONCE));
    for _ in 0..count {
        list.push(one(input)?);
    }
    Ok(list)
}
