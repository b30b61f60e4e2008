//! Anthropic Messages.
//!
//! The list of known members is that of API version 2026-10-21 as typed by the official Python SDK 2.12.0, the newest
//! on 2026-11-23: `anthropic.types`, and of `anthropic.types.beta` what changes what is asked (remote MCP
//! servers, fallbacks, threads, compaction). `temperature`, `top_p` and `top_k`, which that version
//! dropped, stay on the list: clients of version 2023-06-01 send them.

mod blocks;
mod common;
mod reply;
mod request;
mod results;
mod tools;

pub(crate) use reply::{ERROR, EVENTS, MESSAGE};
pub(crate) use request::REQUEST;
