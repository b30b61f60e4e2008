//! A provider's reply, judged piece by piece: only what was parsed and written anew is ever handed on.

mod anthropic;
mod fault;
mod judged;
mod openai;
mod provider_error;
mod reader;
mod sse;
mod summary;
mod visitor;

pub use fault::{ReplyError, ReplyFault};
pub use judged::{Judged, JudgedEvent, ReplyText};
pub use provider_error::{ProviderError, provider_error};
pub use reader::ReplyReader;
pub use sse::{EventDecoder, EventTooLarge, Item};
pub use summary::{ReplySummary, Usage};
