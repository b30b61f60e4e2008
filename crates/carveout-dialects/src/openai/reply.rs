//! What a chat completion, whole or in chunks, may hold.

use Rule::{Either, Integer, Json, List, Object, Opaque, Text, Word};
use TextKind::{
    Citation, Identifier, Label, Metadata, Name, Prose, Reasoning, Refusal, ToolArguments, Transcript,
};

use crate::shape::{Mark, Rule, Shape, Tagged, plain};
use crate::{Media, TextKind};

/// A whole reply.
pub(crate) static COMPLETION: Shape = Shape {
    name: "chat completion",
    mark: Mark::Plain,
    required: &["object", "choices"],
    members: &[
        ("id", Text(Identifier)),
        ("object", Word),
        ("created", Integer),
        ("model", Text(Label)),
        ("choices", List(&Object(&CHOICE))),
        ("usage", Json(Label)),
        ("service_tier", Text(Label)),
        ("system_fingerprint", Text(Identifier)),
        ("metadata", Json(Metadata)),
        ("moderation", Json(Label)),
    ],
};

/// One chunk of a streamed reply.
pub(crate) static CHUNK: Shape = Shape {
    name: "chat completion chunk",
    mark: Mark::Plain,
    required: &["choices"],
    members: &[
        ("id", Text(Identifier)),
        ("object", Word),
        ("created", Integer),
        ("model", Text(Label)),
        ("choices", List(&Object(&CHUNK_CHOICE))),
        ("usage", Json(Label)),
        ("service_tier", Text(Label)),
        ("system_fingerprint", Text(Identifier)),
        ("moderation", Json(Label)),
        ("obfuscation", Text(Label)),
    ],
};

static CHOICE: Shape = Shape {
    name: "choice",
    mark: Mark::Choice,
    required: &["index", "message"],
    members: &[
        ("index", Integer),
        ("message", Object(&MESSAGE)),
        ("finish_reason", Text(Label)),
        ("logprobs", Json(Label)),
    ],
};

static CHUNK_CHOICE: Shape = Shape {
    name: "chunk choice",
    mark: Mark::Choice,
    required: &["index"],
    members: &[
        ("index", Integer),
        ("delta", Object(&DELTA)),
        ("finish_reason", Text(Label)),
        ("logprobs", Json(Label)),
    ],
};

/// Text in one piece; some compatible servers send it in parts.
const CONTENT: Rule = Either(&[Text(Prose), List(&Rule::Tagged(&PART))]);

static PART: Tagged = Tagged {
    name: "content part",
    tag: "type",
    untagged: None,
    variants: &[("text", &TEXT_PART), ("refusal", &REFUSAL_PART)],
};

static TEXT_PART: Shape = plain("text part", &["text"], &[("type", Word), ("text", Text(Prose))]);
static REFUSAL_PART: Shape =
    plain("refusal part", &["refusal"], &[("type", Word), ("refusal", Text(Refusal))]);

static MESSAGE: Shape = plain(
    "assistant message",
    &[],
    &[
        ("role", Text(Label)),
        ("content", CONTENT),
        ("refusal", Text(Refusal)),
        // Two spellings among self-hosted servers; not on the official list, but it is the model's speech.
        ("reasoning_content", Text(Reasoning)),
        ("reasoning", Text(Reasoning)),
        ("annotations", List(&Json(Citation))),
        ("audio", Object(&AUDIO)),
        ("function_call", Object(&FUNCTION_CALLED)),
        ("tool_calls", List(&Rule::Tagged(&TOOL_CALL))),
    ],
);

static DELTA: Shape = plain(
    "delta",
    &[],
    &[
        ("role", Text(Label)),
        ("content", CONTENT),
        ("refusal", Text(Refusal)),
        ("reasoning_content", Text(Reasoning)),
        ("reasoning", Text(Reasoning)),
        ("annotations", List(&Json(Citation))),
        ("audio", Object(&AUDIO)),
        ("function_call", Object(&FUNCTION_CALLED)),
        ("tool_calls", List(&Rule::Tagged(&TOOL_CALL_DELTA))),
    ],
);

static AUDIO: Shape = plain(
    "audio",
    &[],
    &[
        ("id", Text(Identifier)),
        ("data", Opaque(Media::Audio)),
        ("expires_at", Integer),
        ("transcript", Text(Transcript)),
    ],
);

static FUNCTION_CALLED: Shape =
    plain("called function", &[], &[("name", Text(Name)), ("arguments", Text(ToolArguments))]);

static CUSTOM_CALLED: Shape =
    plain("called custom tool", &[], &[("name", Text(Name)), ("input", Text(ToolArguments))]);

static TOOL_CALL: Tagged = Tagged {
    name: "tool call",
    tag: "type",
    untagged: None,
    variants: &[("function", &FUNCTION_TOOL_CALL), ("custom", &CUSTOM_TOOL_CALL)],
};

const INDEX: (&str, Rule) = ("index", Integer);

static FUNCTION_TOOL_CALL: Shape = plain(
    "function tool call",
    &["function"],
    &[("type", Word), ("id", Text(Identifier)), INDEX, ("function", Object(&FUNCTION_CALLED))],
);

static CUSTOM_TOOL_CALL: Shape = plain(
    "custom tool call",
    &["custom"],
    &[("type", Word), ("id", Text(Identifier)), INDEX, ("custom", Object(&CUSTOM_CALLED))],
);

/// Only the first delta of a call says its type.
static TOOL_CALL_DELTA: Tagged = Tagged {
    name: "piece of a tool call",
    tag: "type",
    untagged: Some(&ANY_TOOL_CALL_DELTA),
    variants: &[("function", &ANY_TOOL_CALL_DELTA), ("custom", &ANY_TOOL_CALL_DELTA)],
};

static ANY_TOOL_CALL_DELTA: Shape = Shape {
    name: "tool call delta",
    mark: Mark::ToolCall,
    required: &["index"],
    members: &[
        INDEX,
        ("type", Word),
        ("id", Text(Identifier)),
        ("function", Object(&FUNCTION_CALLED)),
        ("custom", Object(&CUSTOM_CALLED)),
    ],
};
