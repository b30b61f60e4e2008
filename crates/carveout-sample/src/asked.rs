//! What a request asks of the sample provider, read with a tolerant eye: a
//! stand-in for a provider is no place to be strict (the gateway is).

use serde_json::Value;

/// Which API a request speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    OpenAi,
    Anthropic,
}

/// The parts of a request that shape its answer.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) dialect: Dialect,
    pub(crate) model: String,
    pub(crate) stream: bool,
    pub(crate) stream_usage: bool,
    pub(crate) choices: usize,
    /// The text of the last message.
    pub(crate) text: String,
    /// Whether the last message brings a tool's result.
    pub(crate) answers_tool: bool,
    pub(crate) tools: Vec<String>,
    pub(crate) most_words: usize,
    pub(crate) input_tokens: usize,
}

/// More choices than any provider gives; caps the work of one request.
const MOST_CHOICES: usize = 16;
const MOST_WORDS: usize = 100_000;

impl Asked {
    /// Reads a request's body.
    pub(crate) fn read(dialect: Dialect, body: &[u8]) -> Result<Self, String> {
        let root: Value =
            serde_json::from_slice(body).map_err(|error| format!("the body is not JSON: {error}"))?;
        let model = root.get("model").and_then(Value::as_str).ok_or("`model` is missing")?;
        let messages = root.get("messages").and_then(Value::as_array).ok_or("`messages` is missing")?;
        let last = messages.last().ok_or("`messages` is empty")?;
        let mut words = 0;
        for message in messages.iter().chain(root.get("system")) {
            words += count_words(message);
        }
        Ok(Self {
            dialect,
            model: model.to_owned(),
            stream: flag(&root, "/stream"),
            stream_usage: flag(&root, "/stream_options/include_usage"),
            choices: number(&root, "n").unwrap_or(1).clamp(1, MOST_CHOICES),
            text: text_of(last.get("content").unwrap_or(&Value::Null)),
            answers_tool: is_tool_result(last),
            tools: tool_names(&root),
            most_words: number(&root, "max_completion_tokens")
                .or_else(|| number(&root, "max_tokens"))
                .unwrap_or(MOST_WORDS)
                .clamp(1, MOST_WORDS),
            input_tokens: words,
        })
    }
}

fn flag(root: &Value, pointer: &str) -> bool {
    root.pointer(pointer).and_then(Value::as_bool).unwrap_or(false)
}

fn number(root: &Value, name: &str) -> Option<usize> {
    root.get(name).and_then(Value::as_u64).map(|number| usize::try_from(number).unwrap_or(usize::MAX))
}

/// The text of a message's content: a string, or parts that hold texts and tool results.
fn text_of(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().map(part_text).collect::<Vec<_>>().join("\n"),
        _ => String::new(),
    }
}

fn part_text(part: &Value) -> String {
    match part.get("type").and_then(Value::as_str) {
        Some("tool_result") => text_of(part.get("content").unwrap_or(&Value::Null)),
        _ => part.get("text").and_then(Value::as_str).unwrap_or_default().to_owned(),
    }
}

fn is_tool_result(message: &Value) -> bool {
    let role = message.get("role").and_then(Value::as_str);
    let parts = message.get("content").and_then(Value::as_array);
    role == Some("tool")
        || parts.is_some_and(|parts| {
            parts.iter().any(|part| part.get("type").and_then(Value::as_str) == Some("tool_result"))
        })
}

/// The tools offered: OpenAI nests the name in `function`, Anthropic doesn't.
fn tool_names(root: &Value) -> Vec<String> {
    let tools = root.get("tools").and_then(Value::as_array);
    let name = |tool: &Value| {
        tool.pointer("/function/name").or(tool.get("name")).and_then(Value::as_str).map(str::to_owned)
    };
    tools.into_iter().flatten().filter_map(name).collect()
}

/// The words of every string in a value, member names aside.
fn count_words(value: &Value) -> usize {
    match value {
        Value::String(text) => text.split_whitespace().count(),
        Value::Array(items) => items.iter().map(count_words).sum(),
        Value::Object(members) => members
            .iter()
            .filter(|(name, _)| !matches!(name.as_str(), "role" | "type" | "id"))
            .map(|(_, item)| count_words(item))
            .sum(),
        _ => 0,
    }
}
