//! What tools that the provider ran itself returned.

use Rule::{Boolean, Either, Integer, Json, List, Object, Opaque, Reference, Tagged as TaggedBy, Text, Word};
use TextKind::{Address, Citation, Identifier, Label, Prose, ToolResult};

use super::blocks::DOCUMENT;
use super::common::{CACHE, CALLER};
use crate::shape::{Mark, Rule, Shape, Tagged, plain};
use crate::{Media, TextKind};

const TYPE: (&str, Rule) = ("type", Word);

const fn result(name: &'static str, members: &'static [(&'static str, Rule)]) -> Shape {
    Shape { name, mark: Mark::ToolResult, required: &["tool_use_id", "content"], members }
}

pub(super) static WEB_SEARCH: Shape = result(
    "web search result block",
    &[
        TYPE,
        ("tool_use_id", Text(Identifier)),
        ("content", Either(&[List(&TaggedBy(&FOUND)), TaggedBy(&SEARCH_ERROR)])),
        CACHE,
        CALLER,
    ],
);

static FOUND: Tagged = Tagged {
    name: "search result",
    tag: "type",
    untagged: None,
    variants: &[("web_search_result", &FOUND_PAGE)],
};

static FOUND_PAGE: Shape = plain(
    "found page",
    &[],
    &[
        TYPE,
        ("title", Text(Citation)),
        ("url", Text(Address)),
        ("encrypted_content", Opaque(Media::Sealed)),
        ("page_age", Text(Label)),
    ],
);

static SEARCH_ERROR: Tagged = Tagged {
    name: "search result",
    tag: "type",
    untagged: None,
    variants: &[("web_search_tool_result_error", &ERROR)],
};

static ERROR: Shape =
    plain("tool error", &[], &[TYPE, ("error_code", Text(Label)), ("error_message", Text(ToolResult))]);

pub(super) static WEB_FETCH: Shape = result(
    "web fetch result block",
    &[TYPE, ("tool_use_id", Text(Identifier)), ("content", TaggedBy(&FETCHED)), CACHE, CALLER],
);

static FETCHED: Tagged = Tagged {
    name: "fetch result",
    tag: "type",
    untagged: None,
    variants: &[("web_fetch_result", &FETCHED_PAGE), ("web_fetch_tool_result_error", &ERROR)],
};

static FETCHED_PAGE: Shape = plain(
    "fetched page",
    &[],
    &[TYPE, ("url", Text(Address)), ("content", Object(&DOCUMENT)), ("retrieved_at", Text(Label))],
);

pub(super) static EXECUTION: Shape = result(
    "code execution result block",
    &[TYPE, ("tool_use_id", Text(Identifier)), ("content", TaggedBy(&EXECUTED)), CACHE],
);

static EXECUTED: Tagged = Tagged {
    name: "execution result",
    tag: "type",
    untagged: None,
    variants: &[
        ("code_execution_result", &OUTPUT),
        ("bash_code_execution_result", &OUTPUT),
        ("encrypted_code_execution_result", &OUTPUT),
        ("code_execution_tool_result_error", &ERROR),
        ("bash_code_execution_tool_result_error", &ERROR),
    ],
};

static OUTPUT: Shape = plain(
    "output",
    &[],
    &[
        TYPE,
        ("stdout", Text(ToolResult)),
        ("stderr", Text(ToolResult)),
        ("return_code", Integer),
        ("encrypted_stdout", Opaque(Media::Sealed)),
        ("content", List(&Object(&OUTPUT_FILE))),
    ],
);

static OUTPUT_FILE: Shape =
    plain("output file", &["file_id"], &[("type", Text(Label)), ("file_id", Reference(Media::File))]);

pub(super) static EDITOR: Shape = result(
    "editor result block",
    &[TYPE, ("tool_use_id", Text(Identifier)), ("content", TaggedBy(&EDITED)), CACHE],
);

static EDITED: Tagged = Tagged {
    name: "editor result",
    tag: "type",
    untagged: None,
    variants: &[
        ("text_editor_code_execution_view_result", &EDITOR_OUTPUT),
        ("text_editor_code_execution_create_result", &EDITOR_OUTPUT),
        ("text_editor_code_execution_str_replace_result", &EDITOR_OUTPUT),
        ("text_editor_code_execution_tool_result_error", &ERROR),
    ],
};

static EDITOR_OUTPUT: Shape = plain(
    "editor output",
    &[],
    &[
        TYPE,
        ("content", Text(ToolResult)),
        ("file_type", Text(Label)),
        ("is_file_update", Boolean),
        ("lines", List(&Text(ToolResult))),
        ("num_lines", Integer),
        ("start_line", Integer),
        ("total_lines", Integer),
        ("new_lines", Integer),
        ("new_start", Integer),
        ("old_lines", Integer),
        ("old_start", Integer),
    ],
);

pub(super) static TOOL_SEARCH: Shape = result(
    "tool search result block",
    &[TYPE, ("tool_use_id", Text(Identifier)), ("content", TaggedBy(&SEARCHED)), CACHE],
);

static SEARCHED: Tagged = Tagged {
    name: "tool search result",
    tag: "type",
    untagged: None,
    variants: &[("tool_search_tool_search_result", &TOOLS_FOUND), ("tool_search_tool_result_error", &ERROR)],
};

static TOOLS_FOUND: Shape = plain("found tools", &[], &[TYPE, ("tool_references", List(&Json(ToolResult)))]);

pub(super) static ADVISOR: Shape = result(
    "advisor result block",
    &[TYPE, ("tool_use_id", Text(Identifier)), ("content", TaggedBy(&ADVICE)), CACHE],
);

static ADVICE: Tagged = Tagged {
    name: "advice",
    tag: "type",
    untagged: None,
    variants: &[
        ("advisor_result", &ADVICE_GIVEN),
        ("advisor_redacted_result", &ADVICE_GIVEN),
        ("advisor_tool_result_error", &ERROR),
    ],
};

static ADVICE_GIVEN: Shape = plain(
    "advice",
    &[],
    &[
        TYPE,
        ("text", Text(Prose)),
        ("encrypted_content", Opaque(Media::Sealed)),
        ("stop_reason", Text(Label)),
    ],
);
