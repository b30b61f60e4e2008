//! What a message, whole or as events, may hold.

use Rule::{Integer, Json, List, Object, Opaque, Tagged as TaggedBy, Text, Word};
use TextKind::{Identifier, Label, Prose, Reasoning, ToolArguments};

use super::blocks::REPLY_BLOCK;
use super::common::TEXT_CITATION;
use crate::shape::{Mark, Rule, Shape, Tagged, plain};
use crate::{Media, TextKind};

const TYPE: (&str, Rule) = ("type", Word);

/// A whole reply; also what `message_start` begins with.
pub(crate) static MESSAGE: Shape = plain(
    "message",
    &["type", "content"],
    &[
        TYPE,
        ("id", Text(Identifier)),
        ("role", Text(Label)),
        ("model", Text(Label)),
        ("content", List(&TaggedBy(&REPLY_BLOCK))),
        ("stop_reason", Text(Label)),
        ("stop_sequence", Text(Label)),
        // Holds the words of a refusal.
        ("stop_details", Json(TextKind::Refusal)),
        ("usage", Json(Label)),
        ("container", Json(Identifier)),
        ("diagnostics", Json(Label)),
        ("context_management", Json(Label)),
        ("input_transformations", Json(Label)),
    ],
);

/// The events of a streamed reply, except `error`.
pub(crate) static EVENTS: Tagged = Tagged {
    name: "event",
    tag: "type",
    untagged: None,
    variants: &[
        ("message_start", &MESSAGE_START),
        ("content_block_start", &BLOCK_START),
        ("content_block_delta", &BLOCK_DELTA),
        ("content_block_stop", &BLOCK_STOP),
        ("message_delta", &MESSAGE_DELTA),
        ("message_stop", &BARE),
        ("ping", &BARE),
    ],
};

/// `{"type":"error"}`, as an event and as a body.
pub(crate) static ERROR: Shape =
    plain("error", &["type", "error"], &[TYPE, ("error", Json(Label)), ("request_id", Text(Identifier))]);

static MESSAGE_START: Shape = plain("message start", &["message"], &[TYPE, ("message", Object(&MESSAGE))]);

const fn about_block(
    name: &'static str,
    required: &'static [&'static str],
    members: &'static [(&'static str, Rule)],
) -> Shape {
    Shape { name, mark: Mark::BlockEvent, required, members }
}

static BLOCK_START: Shape = about_block(
    "content block start",
    &["index", "content_block"],
    &[TYPE, ("index", Integer), ("content_block", TaggedBy(&REPLY_BLOCK))],
);

static BLOCK_DELTA: Shape = about_block(
    "content block delta",
    &["index", "delta"],
    &[TYPE, ("index", Integer), ("delta", TaggedBy(&DELTA))],
);

static BLOCK_STOP: Shape = about_block("content block stop", &["index"], &[TYPE, ("index", Integer)]);

static DELTA: Tagged = Tagged {
    name: "delta",
    tag: "type",
    untagged: None,
    variants: &[
        ("text_delta", &TEXT_DELTA),
        ("input_json_delta", &INPUT_DELTA),
        ("thinking_delta", &THINKING_DELTA),
        ("signature_delta", &SIGNATURE_DELTA),
        ("citations_delta", &CITATIONS_DELTA),
        ("compaction_delta", &COMPACTION_DELTA),
    ],
};

static TEXT_DELTA: Shape = plain("text delta", &["text"], &[TYPE, ("text", Text(Prose))]);
static INPUT_DELTA: Shape =
    plain("input delta", &["partial_json"], &[TYPE, ("partial_json", Text(ToolArguments))]);
static THINKING_DELTA: Shape = plain("thinking delta", &["thinking"], &[TYPE, ("thinking", Text(Reasoning))]);
static SIGNATURE_DELTA: Shape =
    plain("signature delta", &["signature"], &[TYPE, ("signature", Opaque(Media::Sealed))]);
static CITATIONS_DELTA: Shape =
    plain("citations delta", &["citation"], &[TYPE, ("citation", Object(&TEXT_CITATION))]);
static COMPACTION_DELTA: Shape = plain(
    "compaction delta",
    &[],
    &[TYPE, ("content", Text(Prose)), ("encrypted_content", Opaque(Media::Sealed))],
);

static MESSAGE_DELTA: Shape = plain(
    "message delta",
    &["delta"],
    &[
        TYPE,
        ("delta", Object(&MESSAGE_CHANGE)),
        ("usage", Json(Label)),
        ("context_management", Json(Label)),
        ("input_transformations", Json(Label)),
    ],
);

static MESSAGE_CHANGE: Shape = plain(
    "message change",
    &[],
    &[
        ("stop_reason", Text(Label)),
        ("stop_sequence", Text(Label)),
        ("stop_details", Json(TextKind::Refusal)),
        ("container", Json(Identifier)),
    ],
);

static BARE: Shape = plain("event", &[], &[TYPE]);
