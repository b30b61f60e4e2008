//! The flat form of a document: nodes in document order, each pointing into the canonical text.

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `{...}`; its members follow, key and value by turns.
    Object,
    /// `[...]`; its elements follow.
    Array,
    /// A member name; the member's value is the next node.
    Key,
    /// A string.
    String,
    /// A number, spelt as the sender spelt it.
    Number,
    /// `true`.
    True,
    /// `false`.
    False,
    /// `null`.
    Null,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    /// A string or key whose canonical form has a backslash.
    pub(super) escaped: bool,
    /// First byte in the canonical text; for strings and keys, the one after the quote.
    pub(super) start: u32,
    /// One past the last byte; for strings and keys, the closing quote.
    pub(super) end: u32,
    /// The node after this one and everything inside it.
    pub(super) next: u32,
    /// Where it began in the bytes as received, for error messages.
    pub(super) source: u32,
}

/// The nodes of one document. Reusable: a stream reads many small documents with one tape.
#[derive(Clone, Debug, Default)]
pub struct Tape {
    pub(super) nodes: Vec<Node>,
    /// Containers not closed yet, outermost first.
    pub(super) open: Vec<u32>,
    /// Room for sorting the keys of large objects.
    pub(super) keys: Vec<u32>,
}

impl Tape {
    /// An empty tape.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}
