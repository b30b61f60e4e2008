//! What a chat completion request may hold.

use Rule::{
    Boolean, Either, Feature, Fetched, Integer, Json, List, Number, Object, Opaque, Reference, Text, Word,
};
use TextKind::{
    Identifier, Label, Metadata, Name, OutputSchema, Prediction, Prose, Refusal, StopSequence, ToolArguments,
    ToolDescription, ToolSchema, UserId,
};

use crate::shape::{Mark, Rule, Shape, Tagged, plain};
use crate::{Media, Speaker, TextKind};

/// The document itself.
pub(crate) static REQUEST: Shape = Shape {
    name: "chat completion request",
    mark: Mark::Plain,
    required: &["model", "messages"],
    members: &[
        ("model", Word),
        ("messages", List(&Rule::Tagged(&MESSAGE))),
        ("stream", Boolean),
        ("tools", List(&Rule::Tagged(&TOOL))),
        ("max_tokens", Integer),
        ("max_completion_tokens", Integer),
        ("temperature", Number),
        ("top_p", Number),
        ("n", Integer),
        ("stop", Either(&[Text(StopSequence), List(&Text(StopSequence))])),
        ("tool_choice", Either(&[Text(Label), Rule::Tagged(&TOOL_CHOICE)])),
        ("response_format", Rule::Tagged(&RESPONSE_FORMAT)),
        ("stream_options", Object(&STREAM_OPTIONS)),
        ("user", Text(UserId)),
        ("safety_identifier", Text(UserId)),
        ("metadata", Json(Metadata)),
        ("reasoning_effort", Text(Label)),
        ("verbosity", Text(Label)),
        ("seed", Integer),
        ("frequency_penalty", Number),
        ("presence_penalty", Number),
        ("logit_bias", Json(Label)),
        ("logprobs", Boolean),
        ("top_logprobs", Integer),
        ("parallel_tool_calls", Boolean),
        ("prediction", Rule::Tagged(&PREDICTION)),
        ("modalities", List(&Text(Label))),
        ("audio", Object(&AUDIO_WANTED)),
        ("service_tier", Text(Label)),
        ("prompt_cache_key", Text(Identifier)),
        ("prompt_cache_options", Object(&CACHE_SETTING)),
        ("prompt_cache_retention", Text(Label)),
        ("functions", List(&Object(&FUNCTION_OFFERED))),
        ("function_call", Either(&[Text(Label), Object(&NAMED)])),
        // Kept by the provider, readable later and outside the gateway.
        ("store", Feature("store", &Boolean)),
        // The provider searches the web and feeds what it finds to the model.
        ("web_search_options", Feature("web_search_options", &Object(&WEB_SEARCH))),
        // The provider runs another model over input and output.
        ("moderation", Feature("moderation", &Object(&MODERATION))),
    ],
};

static MESSAGE: Tagged = Tagged {
    name: "message",
    tag: "role",
    untagged: None,
    variants: &[
        ("user", &USER),
        ("assistant", &ASSISTANT),
        ("system", &SYSTEM),
        ("tool", &TOOL_MESSAGE),
        ("developer", &DEVELOPER),
        ("function", &FUNCTION_MESSAGE),
    ],
};

/// A string or parts. Every listed part is taken in every role: which role may hold which is the
/// provider's rule and changes; that each is read and counted is ours.
const CONTENT: Rule = Either(&[Text(Prose), List(&Rule::Tagged(&PART))]);

static SYSTEM: Shape = says("system message", Speaker::System);
static DEVELOPER: Shape = says("developer message", Speaker::Developer);
static USER: Shape = says("user message", Speaker::User);

const fn says(name: &'static str, speaker: Speaker) -> Shape {
    let members = &[("role", Word), ("content", CONTENT), ("name", Text(Name))];
    Shape { name, mark: Mark::Says(speaker), required: &["content"], members }
}

static ASSISTANT: Shape = Shape {
    name: "assistant message",
    mark: Mark::Says(Speaker::Assistant),
    required: &[],
    members: &[
        ("role", Word),
        ("content", CONTENT),
        ("tool_calls", List(&Rule::Tagged(&TOOL_CALL))),
        ("refusal", Text(Refusal)),
        ("name", Text(Name)),
        ("audio", Object(&EARLIER_AUDIO)),
        ("function_call", Object(&FUNCTION_CALLED)),
    ],
};

static TOOL_MESSAGE: Shape = Shape {
    name: "tool message",
    mark: Mark::ToolResult,
    required: &["content"],
    members: &[("role", Word), ("content", CONTENT), ("tool_call_id", Text(Identifier))],
};

static FUNCTION_MESSAGE: Shape = Shape {
    name: "function message",
    mark: Mark::ToolResult,
    required: &[],
    members: &[("role", Word), ("content", CONTENT), ("name", Text(Name))],
};

static PART: Tagged = Tagged {
    name: "content part",
    tag: "type",
    untagged: None,
    variants: &[
        ("text", &TEXT_PART),
        ("image_url", &IMAGE_PART),
        ("input_audio", &AUDIO_PART),
        ("file", &FILE_PART),
        ("refusal", &REFUSAL_PART),
    ],
};

const BREAKPOINT: (&str, Rule) = ("prompt_cache_breakpoint", Object(&CACHE_SETTING));

static CACHE_SETTING: Shape = plain("cache setting", &[], &[("mode", Text(Label)), ("ttl", Text(Label))]);

static WEB_SEARCH: Shape = plain(
    "web search options",
    &[],
    &[("search_context_size", Text(Label)), ("user_location", Object(&USER_LOCATION))],
);

static USER_LOCATION: Shape =
    plain("user location", &[], &[("type", Text(Label)), ("approximate", Object(&APPROXIMATE))]);

static APPROXIMATE: Shape = plain(
    "approximate location",
    &[],
    &[("city", Text(Label)), ("country", Text(Label)), ("region", Text(Label)), ("timezone", Text(Label))],
);

static MODERATION: Shape =
    plain("moderation", &[], &[("model", Text(Label)), ("policy", Object(&MODERATION_POLICY))]);

static MODERATION_POLICY: Shape = plain(
    "moderation policy",
    &[],
    &[("input", Object(&MODERATION_MODE)), ("output", Object(&MODERATION_MODE))],
);

static MODERATION_MODE: Shape = plain("moderation mode", &[], &[("mode", Text(Label))]);

static TEXT_PART: Shape = plain("text part", &["text"], &[("type", Word), ("text", Text(Prose)), BREAKPOINT]);

static REFUSAL_PART: Shape =
    plain("refusal part", &["refusal"], &[("type", Word), ("refusal", Text(Refusal))]);

static IMAGE_PART: Shape =
    plain("image part", &["image_url"], &[("type", Word), ("image_url", Object(&IMAGE_URL)), BREAKPOINT]);

static IMAGE_URL: Shape =
    plain("image", &["url"], &[("url", Fetched(Media::Image)), ("detail", Text(Label))]);

static AUDIO_PART: Shape =
    plain("audio part", &["input_audio"], &[("type", Word), ("input_audio", Object(&AUDIO)), BREAKPOINT]);

static AUDIO: Shape = plain("audio", &["data"], &[("data", Opaque(Media::Audio)), ("format", Text(Label))]);

static FILE_PART: Shape =
    plain("file part", &["file"], &[("type", Word), ("file", Object(&FILE)), BREAKPOINT]);

static FILE: Shape = plain(
    "file",
    &[],
    &[("file_data", Opaque(Media::File)), ("file_id", Reference(Media::File)), ("filename", Text(Name))],
);

static EARLIER_AUDIO: Shape = plain("earlier audio", &["id"], &[("id", Reference(Media::Audio))]);

static AUDIO_WANTED: Shape =
    plain("wanted audio", &[], &[("format", Text(Label)), ("voice", Either(&[Text(Label), Object(&VOICE)]))]);

static VOICE: Shape = plain("voice", &[], &[("id", Text(Identifier))]);

static TOOL_CALL: Tagged = Tagged {
    name: "tool call",
    tag: "type",
    untagged: None,
    variants: &[("function", &FUNCTION_TOOL_CALL), ("custom", &CUSTOM_TOOL_CALL)],
};

static FUNCTION_TOOL_CALL: Shape = plain(
    "function tool call",
    &["function"],
    &[("type", Word), ("id", Text(Identifier)), ("function", Object(&FUNCTION_CALLED))],
);

static FUNCTION_CALLED: Shape =
    plain("called function", &[], &[("name", Text(Name)), ("arguments", Text(ToolArguments))]);

static CUSTOM_TOOL_CALL: Shape = plain(
    "custom tool call",
    &["custom"],
    &[("type", Word), ("id", Text(Identifier)), ("custom", Object(&CUSTOM_CALLED))],
);

static CUSTOM_CALLED: Shape =
    plain("called custom tool", &[], &[("name", Text(Name)), ("input", Text(ToolArguments))]);

static TOOL: Tagged = Tagged {
    name: "tool",
    tag: "type",
    untagged: None,
    variants: &[("function", &FUNCTION_TOOL), ("custom", &CUSTOM_TOOL)],
};

static FUNCTION_TOOL: Shape = Shape {
    name: "function tool",
    mark: Mark::Tool,
    required: &["function"],
    members: &[("type", Word), ("function", Object(&FUNCTION))],
};

const FUNCTION_MEMBERS: &[(&str, Rule)] = &[
    ("name", Text(Name)),
    ("description", Text(ToolDescription)),
    ("parameters", Json(ToolSchema)),
    ("strict", Boolean),
];

static FUNCTION: Shape = plain("function", &["name"], FUNCTION_MEMBERS);

/// In `functions`, the predecessor of `tools`, where the function is the tool.
static FUNCTION_OFFERED: Shape =
    Shape { name: "offered function", mark: Mark::Tool, required: &["name"], members: FUNCTION_MEMBERS };

static CUSTOM_TOOL: Shape = Shape {
    name: "custom tool",
    mark: Mark::Tool,
    required: &["custom"],
    members: &[("type", Word), ("custom", Object(&CUSTOM))],
};

static CUSTOM: Shape = plain(
    "custom tool definition",
    &["name"],
    &[("name", Text(Name)), ("description", Text(ToolDescription)), ("format", Rule::Tagged(&CUSTOM_FORMAT))],
);

static CUSTOM_FORMAT: Tagged = Tagged {
    name: "custom tool format",
    tag: "type",
    untagged: None,
    variants: &[("text", &BARE_FORMAT), ("grammar", &GRAMMAR_FORMAT)],
};

static GRAMMAR_FORMAT: Shape =
    plain("grammar format", &["grammar"], &[("type", Word), ("grammar", Object(&GRAMMAR))]);

static GRAMMAR: Shape =
    plain("grammar", &["definition"], &[("syntax", Text(Label)), ("definition", Text(ToolDescription))]);

static TOOL_CHOICE: Tagged = Tagged {
    name: "tool choice",
    tag: "type",
    untagged: None,
    variants: &[
        ("function", &FUNCTION_CHOICE),
        ("custom", &CUSTOM_CHOICE),
        ("allowed_tools", &ALLOWED_CHOICE),
    ],
};

static FUNCTION_CHOICE: Shape =
    plain("tool choice", &["function"], &[("type", Word), ("function", Object(&NAMED))]);

static CUSTOM_CHOICE: Shape =
    plain("tool choice", &["custom"], &[("type", Word), ("custom", Object(&NAMED))]);

static ALLOWED_CHOICE: Shape =
    plain("tool choice", &["allowed_tools"], &[("type", Word), ("allowed_tools", Object(&ALLOWED))]);

static ALLOWED: Shape =
    plain("allowed tools", &[], &[("mode", Text(Label)), ("tools", List(&Json(ToolSchema)))]);

static NAMED: Shape = plain("named tool", &["name"], &[("name", Text(Name))]);

static RESPONSE_FORMAT: Tagged = Tagged {
    name: "response format",
    tag: "type",
    untagged: None,
    variants: &[("text", &BARE_FORMAT), ("json_object", &BARE_FORMAT), ("json_schema", &SCHEMA_FORMAT)],
};

static BARE_FORMAT: Shape = plain("response format", &[], &[("type", Word)]);

static SCHEMA_FORMAT: Shape =
    plain("response format", &["json_schema"], &[("type", Word), ("json_schema", Object(&JSON_SCHEMA))]);

static JSON_SCHEMA: Shape = plain(
    "output schema",
    &["name"],
    &[
        ("name", Text(Name)),
        ("description", Text(OutputSchema)),
        ("schema", Json(OutputSchema)),
        ("strict", Boolean),
    ],
);

static STREAM_OPTIONS: Shape =
    plain("stream options", &[], &[("include_usage", Boolean), ("include_obfuscation", Boolean)]);

static PREDICTION: Tagged =
    Tagged { name: "prediction", tag: "type", untagged: None, variants: &[("content", &PREDICTED_CONTENT)] };

static PREDICTED_CONTENT: Shape = plain(
    "prediction",
    &["content"],
    &[("type", Word), ("content", Either(&[Text(Prediction), List(&Rule::Tagged(&PREDICTED_PART))]))],
);

static PREDICTED_PART: Tagged =
    Tagged { name: "predicted part", tag: "type", untagged: None, variants: &[("text", &PREDICTED_TEXT)] };

static PREDICTED_TEXT: Shape =
    plain("predicted text", &["text"], &[("type", Word), ("text", Text(Prediction)), BREAKPOINT]);
