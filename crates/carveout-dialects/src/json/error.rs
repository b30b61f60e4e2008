//! Why a body is not acceptable JSON.

use thiserror::Error;

/// The first thing that is wrong, and where: `offset` counts bytes from the start of the body.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{fault} (at byte {offset})")]
pub struct JsonError {
    /// What is wrong.
    pub fault: JsonFault,
    /// Bytes before the place.
    pub offset: usize,
}

/// What is wrong with the bytes. Several of these are legal for lenient readers; they are refused
/// because two lenient readers would not read the same thing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum JsonFault {
    /// Nothing but whitespace.
    #[error("the body is empty; send one JSON document")]
    Empty,
    /// More bytes than the limit.
    #[error("the body is larger than {limit} bytes; send less")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// Nested deeper than the limit.
    #[error("nested deeper than {limit} levels; flatten the document")]
    TooDeep {
        /// The limit in levels.
        limit: usize,
    },
    /// A byte order mark (RFC 8259 section 8.1 forbids sending one).
    #[error("starts with a byte order mark; send plain UTF-8")]
    ByteOrderMark,
    /// Not UTF-8 (RFC 8259 section 8.1).
    #[error("not valid UTF-8; encode the body as UTF-8")]
    InvalidUtf8,
    /// The document ends before it is complete.
    #[error("ends too early; send the whole document")]
    UnexpectedEnd,
    /// A byte that can't stand there.
    #[error("unexpected `{}`; expected {expected}", found.escape_ascii())]
    Unexpected {
        /// The byte found.
        found: u8,
        /// What could have stood there.
        expected: &'static str,
    },
    /// Something follows the document.
    #[error("something follows the document; send exactly one")]
    TrailingGarbage,
    /// `NaN`, `Infinity`, or a number beyond what a double can hold.
    #[error("a number is not finite, or too large for a double; send a smaller one")]
    NotFinite,
    /// A number such as `012`.
    #[error("a number has a leading zero; drop it")]
    LeadingZero,
    /// A number such as `1.` or `-`.
    #[error("a number lacks a digit; complete it")]
    IncompleteNumber,
    /// A control character that is not escaped (RFC 8259 section 7).
    #[error("control character {found:#04x} inside a string; escape it")]
    ControlCharacter {
        /// The byte found.
        found: u8,
    },
    /// A backslash followed by something that is not an escape.
    #[error("unknown escape in a string; use one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u")]
    BadEscape,
    /// Half of a surrogate pair: not a character, and readers disagree about it.
    #[error("a `\\u` escape is half of a surrogate pair; escape the whole character")]
    LoneSurrogate,
    /// The same member name twice in one object, compared after unescaping.
    #[error("the member `{name}` appears twice in one object; send it once")]
    DuplicateKey {
        /// The name, canonically escaped and cut to 64 characters.
        name: String,
    },
}
