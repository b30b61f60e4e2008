//! Tools on offer.

use Rule::{Boolean, Integer, Json, List, Object, Text, Word};
use TextKind::{Address, Label, Name, ToolDescription, ToolSchema};

use super::common::{CACHE, CACHE_CONTROL, CITATIONS_CONFIG, USER_LOCATION};
use crate::TextKind;
use crate::shape::{Mark, Rule, Shape, Tagged};

/// A tool; without a `type` it is the caller's own.
pub(super) static TOOL: Tagged = Tagged {
    name: "tool",
    tag: "type",
    untagged: Some(&OWN),
    variants: &[
        ("custom", &OWN),
        // The caller runs these; the provider knows their schema.
        ("bash_20241022", &WELL_KNOWN),
        ("bash_20250124", &WELL_KNOWN),
        ("text_editor_20241022", &WELL_KNOWN),
        ("text_editor_20250124", &WELL_KNOWN),
        ("text_editor_20250429", &WELL_KNOWN),
        ("text_editor_20250728", &WELL_KNOWN),
        ("memory_20250818", &WELL_KNOWN),
        ("computer_20241022", &WELL_KNOWN),
        ("computer_20250124", &WELL_KNOWN),
        ("computer_20251124", &WELL_KNOWN),
        ("computer_toolset_20260801", &WELL_KNOWN),
        ("browser_toolset_20260801", &WELL_KNOWN),
        // The provider runs these.
        ("code_execution_20250522", &SERVER),
        ("code_execution_20250825", &SERVER),
        ("code_execution_20260120", &SERVER),
        ("code_execution_20260521", &SERVER),
        ("web_search_20250305", &SERVER),
        ("web_search_20260209", &SERVER),
        ("web_search_20260318", &SERVER),
        ("web_fetch_20250910", &SERVER),
        ("web_fetch_20260209", &SERVER),
        ("web_fetch_20260309", &SERVER),
        ("web_fetch_20260318", &SERVER),
        ("tool_search_tool_bm25", &SERVER),
        ("tool_search_tool_bm25_20251119", &SERVER),
        ("tool_search_tool_regex", &SERVER),
        ("tool_search_tool_regex_20251119", &SERVER),
        ("mcp_toolset", &SERVER),
        ("advisor_20260301", &SERVER),
    ],
};

const CALLERS: (&str, Rule) = ("allowed_callers", List(&Text(Label)));
const DEFER: (&str, Rule) = ("defer_loading", Boolean);
const EXAMPLES: (&str, Rule) = ("input_examples", List(&Json(ToolDescription)));
const STRICT: (&str, Rule) = ("strict", Boolean);

static OWN: Shape = Shape {
    name: "tool",
    mark: Mark::Tool,
    required: &["name"],
    members: &[
        ("name", Text(Name)),
        ("description", Text(ToolDescription)),
        ("input_schema", Json(ToolSchema)),
        ("type", Word),
        CACHE,
        STRICT,
        EXAMPLES,
        CALLERS,
        DEFER,
        ("eager_input_streaming", Boolean),
    ],
};

/// Every member that one of these tools has.
static WELL_KNOWN: Shape = Shape {
    name: "well-known tool",
    mark: Mark::Tool,
    required: &[],
    members: &[
        ("type", Word),
        ("name", Text(Name)),
        CACHE,
        STRICT,
        EXAMPLES,
        CALLERS,
        DEFER,
        ("max_characters", Integer),
        ("display_width_px", Integer),
        ("display_height_px", Integer),
        ("display_number", Integer),
        ("enable_zoom", Boolean),
        ("configs", Json(Label)),
    ],
};

/// Every member that one of these tools has.
static SERVER: Shape = Shape {
    name: "server tool",
    mark: Mark::ServerTool,
    required: &[],
    members: &[
        ("type", Word),
        ("name", Text(Name)),
        ("allowed_domains", List(&Text(Address))),
        ("blocked_domains", List(&Text(Address))),
        ("max_uses", Integer),
        ("user_location", Object(&USER_LOCATION)),
        CITATIONS_CONFIG,
        ("max_content_tokens", Integer),
        ("url_sources", Json(Label)),
        ("use_cache", Boolean),
        ("response_inclusion", Text(Label)),
        ("mcp_server_name", Text(Name)),
        ("default_config", Json(Label)),
        ("configs", Json(Label)),
        ("tools", List(&Json(ToolSchema))),
        ("model", Text(Label)),
        ("max_tokens", Integer),
        ("caching", Object(&CACHE_CONTROL)),
        CACHE,
        STRICT,
        CALLERS,
        DEFER,
    ],
};
