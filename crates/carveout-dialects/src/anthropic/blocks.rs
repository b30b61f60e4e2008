//! Content blocks: those a caller may send, and those a model may answer with.

use Rule::{Boolean, Either, Fetched, Json, List, Object, Opaque, Reference, Tagged as TaggedBy, Text, Word};
use TextKind::{
    Citation, Identifier, Label, Name, Prose, Reasoning, ToolArguments, ToolDescription, ToolResult,
};

use super::common::{CACHE, CALLER, CITATIONS, CITATIONS_CONFIG};
use super::results;
use crate::shape::{Mark, Rule, Shape, Tagged, plain};
use crate::{Media, TextKind};

/// A block in a request. Every listed block is taken in every role, as in a reply sent back.
pub(super) static BLOCK: Tagged = Tagged {
    name: "content block",
    tag: "type",
    untagged: None,
    variants: &[
        ("text", &TEXT),
        ("tool_use", &TOOL_USE),
        ("tool_result", &TOOL_RESULT),
        ("image", &IMAGE),
        ("document", &DOCUMENT),
        ("search_result", &SEARCH_RESULT),
        ("thinking", &THINKING),
        ("redacted_thinking", &REDACTED_THINKING),
        ("server_tool_use", &SERVER_TOOL_USE),
        ("web_search_tool_result", &results::WEB_SEARCH),
        ("web_fetch_tool_result", &results::WEB_FETCH),
        ("code_execution_tool_result", &results::EXECUTION),
        ("bash_code_execution_tool_result", &results::EXECUTION),
        ("text_editor_code_execution_tool_result", &results::EDITOR),
        ("tool_search_tool_result", &results::TOOL_SEARCH),
        ("advisor_tool_result", &results::ADVISOR),
        ("mcp_tool_use", &MCP_TOOL_USE),
        ("mcp_tool_result", &TOOL_RESULT),
        ("mcp_tool_listing", &MCP_TOOL_LISTING),
        ("container_upload", &CONTAINER_UPLOAD),
        ("compaction", &COMPACTION),
        ("tool_addition", &TOOL_CHANGE),
        ("tool_removal", &TOOL_CHANGE),
        ("fallback", &FALLBACK),
    ],
};

/// A block in a reply.
pub(super) static REPLY_BLOCK: Tagged = Tagged {
    name: "content block",
    tag: "type",
    untagged: None,
    variants: &[
        ("text", &TEXT),
        ("tool_use", &TOOL_USE),
        ("thinking", &THINKING),
        ("redacted_thinking", &REDACTED_THINKING),
        ("server_tool_use", &SERVER_TOOL_USE),
        ("web_search_tool_result", &results::WEB_SEARCH),
        ("web_fetch_tool_result", &results::WEB_FETCH),
        ("code_execution_tool_result", &results::EXECUTION),
        ("bash_code_execution_tool_result", &results::EXECUTION),
        ("text_editor_code_execution_tool_result", &results::EDITOR),
        ("tool_search_tool_result", &results::TOOL_SEARCH),
        ("advisor_tool_result", &results::ADVISOR),
        ("mcp_tool_use", &MCP_TOOL_USE),
        ("mcp_tool_result", &TOOL_RESULT),
        ("mcp_tool_listing", &MCP_TOOL_LISTING),
        ("container_upload", &CONTAINER_UPLOAD),
        ("compaction", &COMPACTION),
        ("fallback", &FALLBACK),
    ],
};

const TYPE: (&str, Rule) = ("type", Word);

pub(super) static TEXT: Shape =
    plain("text block", &["text"], &[TYPE, ("text", Text(Prose)), CACHE, ("citations", CITATIONS)]);

static THINKING: Shape = plain(
    "thinking block",
    &["thinking"],
    // The signature carries the whole of the thinking, sealed, where the text is a summary.
    &[TYPE, ("thinking", Text(Reasoning)), ("signature", Opaque(Media::Sealed))],
);

static REDACTED_THINKING: Shape =
    plain("redacted thinking block", &["data"], &[TYPE, ("data", Opaque(Media::Sealed))]);

static IMAGE: Shape = plain(
    "image block",
    &["source"],
    &[TYPE, ("source", TaggedBy(&IMAGE_SOURCE)), CACHE, ("transformations", Object(&TRANSFORMATIONS))],
);

static TRANSFORMATIONS: Shape = plain("image transformations", &[], &[("oversized_image", Text(Label))]);

static IMAGE_SOURCE: Tagged = Tagged {
    name: "image source",
    tag: "type",
    untagged: None,
    variants: &[("base64", &INLINE_IMAGE), ("url", &REMOTE_IMAGE), ("file", &STORED_IMAGE)],
};

static INLINE_IMAGE: Shape =
    plain("inline image", &["data"], &[TYPE, ("media_type", Text(Label)), ("data", Opaque(Media::Image))]);
static REMOTE_IMAGE: Shape = plain("remote image", &["url"], &[TYPE, ("url", Fetched(Media::Image))]);
static STORED_IMAGE: Shape =
    plain("stored image", &["file_id"], &[TYPE, ("file_id", Reference(Media::Image))]);

pub(super) static DOCUMENT: Shape = plain(
    "document block",
    &["source"],
    &[
        TYPE,
        ("source", TaggedBy(&DOCUMENT_SOURCE)),
        CACHE,
        CITATIONS_CONFIG,
        ("context", Text(Prose)),
        ("title", Text(Citation)),
    ],
);

static DOCUMENT_SOURCE: Tagged = Tagged {
    name: "document source",
    tag: "type",
    untagged: None,
    variants: &[
        ("base64", &INLINE_DOCUMENT),
        ("text", &TEXT_DOCUMENT),
        ("content", &COMPOSED_DOCUMENT),
        ("url", &REMOTE_DOCUMENT),
        ("file", &STORED_DOCUMENT),
    ],
};

static INLINE_DOCUMENT: Shape = plain(
    "inline document",
    &["data"],
    &[TYPE, ("media_type", Text(Label)), ("data", Opaque(Media::Document))],
);
static TEXT_DOCUMENT: Shape =
    plain("text document", &["data"], &[TYPE, ("media_type", Text(Label)), ("data", Text(Prose))]);
static COMPOSED_DOCUMENT: Shape = plain(
    "composed document",
    &["content"],
    &[TYPE, ("content", Either(&[Text(Prose), List(&TaggedBy(&DOCUMENT_PART))]))],
);
static REMOTE_DOCUMENT: Shape =
    plain("remote document", &["url"], &[TYPE, ("url", Fetched(Media::Document))]);
static STORED_DOCUMENT: Shape =
    plain("stored document", &["file_id"], &[TYPE, ("file_id", Reference(Media::Document))]);

static DOCUMENT_PART: Tagged = Tagged {
    name: "document part",
    tag: "type",
    untagged: None,
    variants: &[("text", &TEXT), ("image", &IMAGE)],
};

static SEARCH_RESULT: Shape = plain(
    "search result block",
    &["content"],
    &[
        TYPE,
        ("content", List(&TaggedBy(&TEXT_ONLY))),
        ("source", Text(Citation)),
        ("title", Text(Citation)),
        CACHE,
        CITATIONS_CONFIG,
    ],
);

static TEXT_ONLY: Tagged =
    Tagged { name: "search result part", tag: "type", untagged: None, variants: &[("text", &TEXT)] };

static TOOL_USE: Shape = plain(
    "tool use block",
    &["name", "input"],
    &[
        TYPE,
        ("id", Text(Identifier)),
        ("name", Text(Name)),
        ("input", Json(ToolArguments)),
        CACHE,
        CALLER,
        ("toolset_name", Text(Name)),
    ],
);

static SERVER_TOOL_USE: Shape = Shape {
    name: "server tool use block",
    mark: Mark::ServerAction,
    required: &["name", "input"],
    members: &[
        TYPE,
        ("id", Text(Identifier)),
        ("name", Text(Name)),
        ("input", Json(ToolArguments)),
        CACHE,
        CALLER,
    ],
};

static MCP_TOOL_USE: Shape = Shape {
    name: "remote tool use block",
    mark: Mark::ServerAction,
    required: &["name", "input"],
    members: &[
        TYPE,
        ("id", Text(Identifier)),
        ("name", Text(Name)),
        ("server_name", Text(Name)),
        ("input", Json(ToolArguments)),
        CACHE,
    ],
};

static MCP_TOOL_LISTING: Shape = plain(
    "remote tool listing",
    &["tools"],
    &[TYPE, ("mcp_server_name", Text(Name)), ("tools", List(&Json(ToolDescription)))],
);

static TOOL_RESULT: Shape = Shape {
    name: "tool result block",
    mark: Mark::ToolResult,
    required: &["tool_use_id"],
    members: &[
        TYPE,
        ("tool_use_id", Text(Identifier)),
        ("content", Either(&[Text(Prose), List(&TaggedBy(&RESULT_PART))])),
        ("is_error", Boolean),
        CACHE,
        ("toolset_name", Text(Name)),
    ],
};

static RESULT_PART: Tagged = Tagged {
    name: "tool result part",
    tag: "type",
    untagged: None,
    variants: &[
        ("text", &TEXT),
        ("image", &IMAGE),
        ("search_result", &SEARCH_RESULT),
        ("document", &DOCUMENT),
        ("tool_reference", &TOOL_REFERENCE),
        ("browser_state", &BROWSER_STATE),
    ],
};

static TOOL_REFERENCE: Shape =
    plain("tool reference", &["tool_name"], &[TYPE, ("tool_name", Text(Name)), CACHE]);

static BROWSER_STATE: Shape = plain(
    "browser state",
    &["tabs"],
    &[TYPE, ("tabs", List(&Json(ToolResult))), ("state_changes", List(&Json(ToolResult))), CACHE],
);

static CONTAINER_UPLOAD: Shape =
    plain("container upload", &["file_id"], &[TYPE, ("file_id", Reference(Media::File)), CACHE]);

static COMPACTION: Shape = plain(
    "compaction block",
    &[],
    &[
        TYPE,
        ("content", Text(Prose)),
        ("encrypted_content", Opaque(Media::Sealed)),
        ("signature", Opaque(Media::Sealed)),
        ("tool_changes", List(&Json(ToolDescription))),
        CACHE,
    ],
);

static TOOL_CHANGE: Shape = plain("tool change", &["tool"], &[TYPE, ("tool", Object(&CHANGED_TOOL)), CACHE]);

/// A reference to a tool, or the definition of a new one.
static CHANGED_TOOL: Shape = Shape {
    name: "changed tool",
    mark: Mark::Tool,
    required: &[],
    members: &[
        ("type", Text(Label)),
        ("name", Text(Name)),
        ("mcp_server_name", Text(Name)),
        ("description", Text(ToolDescription)),
        ("input_schema", Json(TextKind::ToolSchema)),
    ],
};

/// Where one model stopped and another went on.
static FALLBACK: Shape = plain(
    "fallback block",
    &[],
    &[TYPE, ("from", Json(Label)), ("to", Json(Label)), ("trigger", Json(Label))],
);
