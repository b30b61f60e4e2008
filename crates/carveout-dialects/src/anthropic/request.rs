//! What a messages request may hold.

use Rule::{
    Boolean, Either, Feature, Integer, Json, List, Number, Object, Reference, Says, Tagged as TaggedBy, Text,
    Word,
};
use TextKind::{Address, Identifier, Label, Name, OutputSchema, Prose, StopSequence, UserId};

use super::blocks::BLOCK;
use super::common::{CACHE, SKILL};
use super::tools::TOOL;
use crate::shape::{Mark, Rule, Shape, Tagged, plain};
use crate::{Media, Speaker, TextKind};

/// The document itself.
pub(crate) static REQUEST: Shape = Shape {
    name: "messages request",
    mark: Mark::Plain,
    required: &["model", "messages"],
    members: &[
        ("model", Word),
        ("messages", List(&TaggedBy(&MESSAGE))),
        ("max_tokens", Integer),
        ("system", Says(Speaker::System, &CONTENT)),
        ("stream", Boolean),
        ("tools", List(&TaggedBy(&TOOL))),
        ("tool_choice", TaggedBy(&TOOL_CHOICE)),
        ("thinking", TaggedBy(&THINKING)),
        ("temperature", Number),
        ("top_p", Number),
        ("top_k", Integer),
        ("stop_sequences", List(&Text(StopSequence))),
        ("metadata", Object(&METADATA)),
        CACHE,
        ("output_config", Object(&OUTPUT_CONFIG)),
        ("output_format", Object(&OUTPUT_FORMAT)),
        ("service_tier", Text(Label)),
        ("speed", Text(Label)),
        ("inference_geo", Text(Label)),
        ("diagnostics", Object(&DIAGNOSTICS)),
        ("billing_policy", Json(Label)),
        ("fallback_credit_token", Json(Identifier)),
        // The provider runs code, with skills and files that the container holds.
        ("container", Feature("container", &Either(&[Reference(Media::Stored), Object(&CONTAINER)]))),
        // The provider calls these servers itself and feeds their answers to the model.
        ("mcp_servers", Feature("mcp_servers", &List(&Object(&MCP_SERVER)))),
        // Another model may answer.
        ("fallbacks", Feature("fallbacks", &Json(Label))),
        // The provider drops, keeps or summarises earlier turns.
        ("thread", Feature("thread", &Json(Identifier))),
        ("context_management", Feature("context_management", &Json(Label))),
        ("compaction", Feature("compaction", &Json(Prose))),
    ],
};

const CONTENT: Rule = Either(&[Text(Prose), List(&TaggedBy(&BLOCK))]);

static MESSAGE: Tagged = Tagged {
    name: "message",
    tag: "role",
    untagged: None,
    variants: &[("user", &USER), ("assistant", &ASSISTANT), ("system", &SYSTEM)],
};

static USER: Shape = says("user message", Speaker::User);
static ASSISTANT: Shape = says("assistant message", Speaker::Assistant);
static SYSTEM: Shape = Shape {
    name: "system message",
    mark: Mark::Says(Speaker::System),
    required: &[],
    members: &[
        ("role", Word),
        ("content", CONTENT),
        ("clear_at", Text(Label)),
        ("output_config", Json(Label)),
    ],
};

const fn says(name: &'static str, speaker: Speaker) -> Shape {
    let members = &[("role", Word), ("content", CONTENT)];
    Shape { name, mark: Mark::Says(speaker), required: &["content"], members }
}

static TOOL_CHOICE: Tagged = Tagged {
    name: "tool choice",
    tag: "type",
    untagged: None,
    variants: &[("auto", &CHOICE), ("any", &CHOICE), ("tool", &CHOICE), ("none", &CHOICE)],
};

static CHOICE: Shape = plain(
    "tool choice",
    &[],
    &[("type", Word), ("name", Text(Name)), ("disable_parallel_tool_use", Boolean)],
);

static THINKING: Tagged = Tagged {
    name: "thinking",
    tag: "type",
    untagged: None,
    variants: &[
        ("enabled", &THINKING_CONFIG),
        ("disabled", &THINKING_CONFIG),
        ("adaptive", &THINKING_CONFIG),
        ("between_tools", &THINKING_CONFIG),
    ],
};

static THINKING_CONFIG: Shape =
    plain("thinking", &[], &[("type", Word), ("budget_tokens", Integer), ("display", Text(Label))]);

static METADATA: Shape = plain("metadata", &[], &[("user_id", Text(UserId))]);

static OUTPUT_CONFIG: Shape = plain(
    "output config",
    &[],
    &[("effort", Text(Label)), ("format", Object(&OUTPUT_FORMAT)), ("task_budget", Json(Label))],
);

static OUTPUT_FORMAT: Shape =
    plain("output format", &[], &[("type", Text(Label)), ("schema", Json(OutputSchema))]);

static DIAGNOSTICS: Shape = plain("diagnostics", &[], &[("previous_message_id", Text(Identifier))]);

static MCP_SERVER: Shape = plain(
    "remote tool server",
    &[],
    &[
        ("type", Text(Label)),
        ("name", Text(Name)),
        ("url", Text(Address)),
        // A credential, and the caller's bytes all the same.
        ("authorization_token", Text(Identifier)),
        ("tool_configuration", Json(Label)),
    ],
);

static CONTAINER: Shape =
    plain("container", &[], &[("id", Reference(Media::Stored)), ("skills", List(&Object(&SKILL)))]);
