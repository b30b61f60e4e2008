//! What a dialect's documents look like, as data: one table per object, one rule per known member.
//!
//! A dialect is a list of [`Shape`]s. The walk in [`walk`] holds a document against them and tells a
//! [`Visitor`] what it meets, so that requests and replies of both dialects share one piece of code that
//! decides what is known, what is text and what is refused.

mod fault;
mod visitor;
mod walk;

pub(crate) use fault::Fault;
pub use fault::{Problem, ShapeError};
pub(crate) use visitor::Visitor;
pub(crate) use walk::{walk, walk_object};

use crate::{Media, Speaker, TextKind};

/// What a known member may hold. `null` is always let through: it says nothing.
#[derive(Debug)]
pub(crate) enum Rule {
    /// A string that somebody reads.
    Text(TextKind),
    /// A string that the dialect's own code compares with a closed list, or replaces.
    Word,
    /// An integer, exact in every reader.
    Integer,
    /// Any number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// Any JSON; every string, number and member name in it is a text.
    Json(TextKind),
    /// A string or object that can't be read here: counted, not scanned.
    Opaque(Media),
    /// Where opaque content is fetched from. A `data:` URL is the content itself.
    Fetched(Media),
    /// The id of something the provider keeps: counted, and a text too.
    Reference(Media),
    /// An object.
    Object(&'static Shape),
    /// An array.
    List(&'static Rule),
    /// An object whose `type` (or `role`) says which shape it has.
    Tagged(&'static Tagged),
    /// By JSON type: the first that accepts it.
    Either(&'static [Rule]),
    /// What it holds is said by this speaker.
    Says(Speaker, &'static Rule),
    /// Makes the provider act, fetch or remember on its own, unless null, false or empty.
    Feature(&'static str, &'static Rule),
}

/// One kind of object.
#[derive(Debug)]
pub(crate) struct Shape {
    /// For messages.
    pub(crate) name: &'static str,
    /// What meeting one means.
    pub(crate) mark: Mark,
    /// Members that must be there.
    pub(crate) required: &'static [&'static str],
    /// Known members.
    pub(crate) members: &'static [(&'static str, Rule)],
}

/// A shape without a meaning of its own.
pub(crate) const fn plain(
    name: &'static str,
    required: &'static [&'static str],
    members: &'static [(&'static str, Rule)],
) -> Shape {
    Shape { name, mark: Mark::Plain, required, members }
}

/// Objects told apart by a member.
#[derive(Debug)]
pub(crate) struct Tagged {
    /// For messages.
    pub(crate) name: &'static str,
    /// The member that tells.
    pub(crate) tag: &'static str,
    /// The shape if that member is absent or null.
    pub(crate) untagged: Option<&'static Shape>,
    /// The shapes by the member's value.
    pub(crate) variants: &'static [(&'static str, &'static Shape)],
}

/// What an object means beyond its members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// Nothing.
    Plain,
    /// What it holds is said by this speaker.
    Says(Speaker),
    /// A tool or function on offer.
    Tool,
    /// A tool on offer that the provider runs itself.
    ServerTool,
    /// What a tool returned.
    ToolResult,
    /// One of several replies; its `index` says which.
    Choice,
    /// A tool call in a streamed reply; its `index` says which.
    ToolCall,
    /// An event about one content block; its `index` says which.
    BlockEvent,
    /// The provider ran a tool itself.
    ServerAction,
}
