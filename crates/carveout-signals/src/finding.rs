//! What a scan returns.

use std::{fmt, ops::Range};

use smol_str::SmolStr;

use crate::{Confidence, Kind, Views};

/// A range of bytes of the original text, always between characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl Span {
    /// The span of a range.
    #[must_use]
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The range, to take it out of the text.
    #[must_use]
    pub const fn range(self) -> Range<usize> {
        self.start..self.end
    }

    /// Whether two spans share a byte.
    #[must_use]
    pub const fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

/// The one spelling of an identifier: two findings of one kind with equal canonical forms are one identifier.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Canonical(SmolStr);

impl Canonical {
    pub(crate) fn new(text: impl Into<SmolStr>) -> Self {
        Self(text.into())
    }

    /// The spelling.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Canonical {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), formatter)
    }
}

/// An identifier in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub kind: Kind,
    /// Where it is in the original text.
    pub span: Span,
    /// Its one spelling.
    pub canonical: Canonical,
    /// How sure that is.
    pub confidence: Confidence,
    /// How the text had to be read to see it; empty if as it stands.
    pub via: Views,
}

/// A part of a text that holds content nobody here can read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opaque {
    /// Where it is in the original text.
    pub span: Span,
    /// Bytes of what it encodes, at least.
    pub bytes: usize,
    /// What it seems to be.
    pub kind: OpaqueKind,
}

/// What an unreadable part seems to be, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum OpaqueKind {
    /// A picture.
    Image,
    /// Sound or video.
    Media,
    /// A PDF or office document.
    Document,
    /// Something compressed.
    Archive,
    /// Encrypted, or of a format that isn't known here.
    Unknown,
    /// Text that a limit kept from being read.
    Unread,
}

impl OpaqueKind {
    /// Its name in documents.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Media => "media",
            Self::Document => "document",
            Self::Archive => "archive",
            Self::Unknown => "unknown",
            Self::Unread => "unread",
        }
    }
}

/// Rows about persons: of a table with a header, or members of objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct People {
    /// Where they are in the original text.
    pub span: Span,
    /// How many rows, the header not counted.
    pub rows: usize,
    /// How many of them hold no identifier but, at most, a name.
    pub unidentified: usize,
}

/// What reading a text took. No clock is needed to see that it is linear.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Texts read: the original, and every view of it.
    pub texts: usize,
    /// Bytes of those.
    pub bytes: usize,
    /// Bytes looked at again, around candidates.
    pub walked: usize,
}

/// What one text shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Identifiers, in the order of their spans.
    pub findings: Vec<Finding>,
    /// Rows about persons.
    pub people: Vec<People>,
    /// What can't be read.
    pub opaque: Vec<Opaque>,
    /// What reading took.
    pub work: Work,
}
