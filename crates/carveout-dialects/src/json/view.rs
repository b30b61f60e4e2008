//! Looking at a document that has been read.

use std::borrow::Cow;
use std::fmt;

use thiserror::Error;

use super::tape::Node;
use super::write::unescape;
use super::{JsonError, Kind, LARGEST_INTEGER, Limits, Tape};

/// A document with its canonical text. (`Debug` of this and of everything else here that holds content tells sizes and
/// places only: content doesn't belong in logs.)
#[derive(Clone)]
pub struct Document {
    text: String,
    tape: Tape,
}

impl Document {
    /// Reads `source` strictly.
    ///
    /// # Errors
    /// The first fault, with its byte offset.
    pub fn read(source: &[u8], limits: &Limits) -> Result<Self, JsonError> {
        let mut text = String::with_capacity(source.len());
        let mut tape = Tape::new();
        tape.read(source, limits, &mut text)?;
        Ok(Self { text, tape })
    }

    /// The canonical text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The whole document as a view.
    #[must_use]
    pub fn root(&self) -> View<'_> {
        self.tape.root(&self.text)
    }

    /// Gives up the nodes and keeps the canonical text.
    #[must_use]
    pub fn into_text(self) -> String {
        self.text
    }

    pub(crate) fn view(&self, index: u32) -> View<'_> {
        View { text: &self.text, nodes: &self.tape.nodes, index }
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Document").field("bytes", &self.text.len()).finish_non_exhaustive()
    }
}

impl Tape {
    /// The document last read, whose canonical text is `text`.
    #[must_use]
    pub fn root<'a>(&'a self, text: &'a str) -> View<'a> {
        View { text, nodes: &self.nodes, index: 0 }
    }
}

/// Why a value is not an integer that every reader reads alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum IntegerFault {
    /// Not a number, or one with a fraction or an exponent.
    #[error("must be an integer, written without fraction or exponent")]
    NotAnInteger,
    /// Beyond 2^53 in either direction: readers that use doubles would read another number.
    #[error("is beyond 2^53, where readers disagree; send a smaller number")]
    BeyondExact,
}

/// One value (or key) of a document.
#[derive(Clone, Copy)]
pub struct View<'a> {
    text: &'a str,
    nodes: &'a [Node],
    index: u32,
}

impl fmt::Debug for View<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "View({:?} at byte {})", self.kind(), self.source_offset())
    }
}

impl<'a> View<'a> {
    /// What it is. (A view of nothing, from an empty tape, is null.)
    #[must_use]
    pub fn kind(self) -> Kind {
        self.node().map_or(Kind::Null, |node| node.kind)
    }

    /// Its canonical text; of strings and keys, without the quotes.
    #[must_use]
    pub fn canonical(self) -> &'a str {
        let (start, end) = self.span();
        self.text.get(start..end).unwrap_or_default()
    }

    /// Of a string or key, its characters.
    #[must_use]
    pub fn characters(self) -> Cow<'a, str> {
        if self.is_escaped() {
            Cow::Owned(unescape(self.canonical()))
        } else {
            Cow::Borrowed(self.canonical())
        }
    }

    /// The characters, if it is a string.
    #[must_use]
    pub fn string(self) -> Option<Cow<'a, str>> {
        (self.kind() == Kind::String).then(|| self.characters())
    }

    /// True if its canonical form holds an escape.
    #[must_use]
    pub fn is_escaped(self) -> bool {
        self.node().is_some_and(|node| node.escaped)
    }

    /// The members of an object; nothing for other kinds.
    pub fn members(self) -> impl Iterator<Item = (View<'a>, View<'a>)> {
        let mut children = self.children(Kind::Object);
        std::iter::from_fn(move || Some((children.next()?, children.next()?)))
    }

    /// The elements of an array; nothing for other kinds.
    pub fn elements(self) -> impl Iterator<Item = View<'a>> {
        self.children(Kind::Array)
    }

    /// The value of the member called `name` (plain ASCII without escapes).
    #[must_use]
    pub fn member(self, name: &str) -> Option<View<'a>> {
        self.members().find(|(key, _)| key.canonical() == name).map(|(_, value)| value)
    }

    /// Everything inside, and itself, in document order.
    pub fn subtree(self) -> impl Iterator<Item = View<'a>> {
        let past = self.node().map_or(self.index, |node| node.next);
        (self.index..past).map(move |index| View { index, ..self })
    }

    /// The integer it spells.
    ///
    /// # Errors
    /// Not an integer, or beyond 2^53.
    pub fn integer(self) -> Result<i64, IntegerFault> {
        let digits = self.canonical();
        let plain = |byte: u8| byte.is_ascii_digit() || byte == b'-';
        if self.kind() != Kind::Number || !digits.bytes().all(plain) {
            return Err(IntegerFault::NotAnInteger);
        }
        digits
            .parse::<i64>()
            .ok()
            .filter(|integer| integer.unsigned_abs() <= LARGEST_INTEGER)
            .ok_or(IntegerFault::BeyondExact)
    }

    /// Where it began in the bytes as received.
    #[must_use]
    pub fn source_offset(self) -> usize {
        self.node().map_or(0, |node| node.source as usize)
    }

    /// Its place as a JSON pointer (RFC 6901); a key has the place of its member.
    #[must_use]
    pub fn pointer(self) -> String {
        let mut pointer = String::new();
        let mut around = View { index: 0, ..self };
        while around.index < self.index {
            let Some((step, inside)) = around.step_towards(self.index) else { break };
            pointer.push('/');
            pointer.push_str(&step);
            around = inside;
        }
        pointer
    }

    /// Index of its node, to come back to it later.
    pub(crate) fn index(self) -> u32 {
        self.index
    }

    /// The node with that index in the same document.
    pub(crate) fn at(self, index: u32) -> View<'a> {
        View { index, ..self }
    }

    /// First and one past the last byte in the canonical text.
    pub(crate) fn span(self) -> (usize, usize) {
        self.node().map_or((0, 0), |node| (node.start as usize, node.end as usize))
    }

    /// The child that holds node `target`, and its step of the pointer.
    fn step_towards(self, target: u32) -> Option<(String, View<'a>)> {
        if self.kind() == Kind::Object {
            let (key, value) = self.members().find(|(_, value)| target < value.past())?;
            // A key stands for its member: stop there.
            let inside = if target == key.index { key } else { value };
            return Some((key.characters().replace('~', "~0").replace('/', "~1"), inside));
        }
        let (position, element) = self.elements().enumerate().find(|(_, element)| target < element.past())?;
        Some((position.to_string(), element))
    }

    /// The node after this one and everything inside it.
    pub(crate) fn past(self) -> u32 {
        self.node().map_or(self.index, |node| node.next)
    }

    fn node(self) -> Option<&'a Node> {
        self.nodes.get(self.index as usize)
    }

    pub(super) fn children(self, kind: Kind) -> Children<'a> {
        let past = if self.kind() == kind { self.past() } else { 0 };
        Children { at: View { index: self.index + 1, ..self }, past }
    }
}

pub(super) struct Children<'a> {
    at: View<'a>,
    past: u32,
}

impl<'a> Iterator for Children<'a> {
    type Item = View<'a>;

    fn next(&mut self) -> Option<View<'a>> {
        if self.at.index >= self.past {
            return None;
        }
        let child = self.at;
        self.at.index = child.past();
        Some(child)
    }
}
