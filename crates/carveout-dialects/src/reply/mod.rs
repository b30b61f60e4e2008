//! A provider's reply, judged piece by piece: only what was parsed and written anew is ever handed on.

mod anthropic;
mod calls;
mod fault;
mod judged;
mod openai;
mod provider_error;
mod reader;
mod refused;
mod sse;
mod summary;
mod visitor;

pub use calls::{CallFault, CallReader, CallsFault, ReadCall, Seen, Slot, ToolCall, calls_of};
pub use fault::{ReplyError, ReplyFault};
pub use judged::{Judged, JudgedEvent, ReplyText, TextEnd};
pub use provider_error::{ProviderError, provider_error};
pub use reader::ReplyReader;
pub use refused::{Fates, refuse_in_reply};
pub use sse::{EventDecoder, EventTooLarge, Item};
pub use summary::{ReplySummary, Usage};
