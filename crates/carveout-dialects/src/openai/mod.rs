//! OpenAI Chat Completions.
//!
//! The list of known members is that of the official Python SDK 3.54.0 (`openai.types.chat`), the newest on
//! 2026-11-23. Members that compatible servers add (vLLM, Azure and others) are not on it: they are
//! scanned and counted, never merely passed on.

mod reply;
mod request;

pub(crate) use reply::{CHUNK, COMPLETION};
pub(crate) use request::REQUEST;
