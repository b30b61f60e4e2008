//! The sample provider: it answers like a model provider, and it is not one.
//!
//! Every answer says so, in its text and in its model name (`sample-1`). It
//! speaks OpenAI Chat Completions and Anthropic Messages, streamed or whole,
//! with several choices and with tool calls, and it is deterministic: the same
//! request gets the same answer, apart from the request's id.
//!
//! | request | answer |
//! |---|---|
//! | `POST /v1/chat/completions` | OpenAI Chat Completions |
//! | `POST /v1/messages` | Anthropic Messages |
//! | `GET /v1/models` | the models below, in the list form that the `anthropic-version` header selects |
//! | `GET /sample/usage.csv` | what was answered: `time,request_id,model,input_tokens,output_tokens` |
//! | `GET /sample/last` | the last `POST` as it arrived, for tests of what a gateway forwards |
//!
//! Two markers in the last user message steer an answer:
//! - `[words 50]` makes the text exactly that many words (streamed one word an event);
//! - `[call NAME {"argument": 1}]` calls that tool, if the request offers it. Several markers make several calls.
//!
//! Tokens are words here: input tokens are the words of all texts of the request, output tokens those
//! of the answer. The `id` in a reply's body is also its request id (`x-request-id`, `request-id`) and
//! the `request_id` of the usage record.
//!
//! A model name selects a misbehaviour, see [`Behaviour`]. The model `sample-judge` stands in for a judge, and says what the judged
//! content tells it to: `[judge request WORD]` in it steers the verdict on a request, `[judge answer WORD]` that on request and answer, where
//! WORD is `violates`, `prose`, `hangs` or `stalls`. Without a marker it is `complies`.

mod answer;
mod anthropic;
mod asked;
mod behaviour;
pub mod client;
mod deliver;
mod judge;
mod openai;
mod server;
mod usage;

pub use behaviour::Behaviour;
pub use server::{SampleProvider, serve};
pub use usage::Used;

/// The model that behaves.
pub const MODEL: &str = "sample-1";

/// The first words of every answer, but of verdicts, which have room for one word.
pub const LABEL: &str = "This is the sample provider, not a model.";
