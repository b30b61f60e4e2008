//! A strict JSON reader that writes the canonical form while it reads.
//!
//! One pass over the bytes makes two things: the canonical text (no whitespace between tokens, strings in
//! their shortest escape, member order and number spelling kept) and a flat list of nodes that point
//! into it. Dialects look at the nodes; nothing is parsed twice, and what is forwarded is exactly the
//! text the nodes point into.
//!
//! ```
//! use carveout_dialects::json::{Document, Limits};
//!
//! let document = Document::read(br#" { "a" : [ 1.0, "\u0041\/" ] } "#, &Limits::default())?;
//! assert_eq!(document.text(), r#"{"a":[1.0,"A/"]}"#);
//! # Ok::<(), carveout_dialects::json::JsonError>(())
//! ```

mod error;
mod pointers;
mod read;
mod tape;
mod view;
mod write;

pub use error::{JsonError, JsonFault};
pub(crate) use pointers::Pointers;
pub use tape::{Kind, Tape};
pub use view::{Document, IntegerFault, View};
pub(crate) use write::unescape;
pub use write::write_string;

/// The largest integer that every JSON reader reads alike: 2^53 (RFC 8259 section 6).
pub const LARGEST_INTEGER: u64 = 1 << 53;

/// How much a document may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Levels of nesting; the document itself, if an object or array, is the first.
    pub depth: usize,
    /// Bytes of a request, of a whole reply, or of one event in a streamed reply.
    pub bytes: usize,
}

impl Default for Limits {
    /// 64 levels; 32 MiB, the larger provider's own limit for a messages request.
    fn default() -> Self {
        Self { depth: 64, bytes: 32 << 20 }
    }
}
