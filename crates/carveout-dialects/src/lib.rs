//! OpenAI and Anthropic wire forms: bytes to what is asked, notices to bytes.
//!
//! Everything here is a pure function of its arguments: no clock, no files, no network, no randomness.
//!
//! - [`endpoint`] finds which endpoint a request line names.
//! - [`read`] turns a request body into [`Asked`] in one strict pass; [`Asked::canonical`] is the only
//!   way to get bytes for a provider.
//! - [`ReplyReader`] turns a provider's bytes into [`Judged`] ones; nothing else may go back to a caller.
//! - [`CallReader`] puts the tool calls of a reply together, and [`Fates`] takes out the refused ones.
//! - [`Notice`] tells a caller of either dialect why there is no reply.
//! - [`json`] is the reader underneath.
//!
//! What a dialect knows is data: the tables in `openai/` and `anthropic/`, with the API date they were
//! taken from ([`Dialect::listed_as_of`]). A member that isn't in them is scanned and counted; a message, part, tool or event of a
//! kind that isn't in them is refused.

mod anthropic;
mod asked;
#[cfg(test)]
mod coverage;
mod endpoint;
pub mod json;
mod kinds;
mod models;
mod notice;
mod openai;
mod read;
mod reply;
mod shape;

pub use asked::{Asked, CanonicalBody, Opaque, ServerTool, Text, ToolResult, Unlisted};
pub use endpoint::{Endpoint, UnknownRoute, endpoint};
pub use json::Limits;
pub use kinds::{Dialect, Media, Speaker, TextKind};
pub use models::{ModelListed, model, models_list};
pub use notice::{CitedClause, Notice, NoticeKind};
pub use read::{ReadError, read};
pub use reply::{
    CallFault, CallReader, CallsFault, EventDecoder, EventTooLarge, Fates, Item, Judged, JudgedEvent,
    ProviderError, ReadCall, ReplyError, ReplyFault, ReplyReader, ReplySummary, ReplyText, Seen, Slot,
    TextEnd, ToolCall, Usage, calls_of, provider_error, refuse_in_reply,
};
pub use shape::{Problem, ShapeError};
