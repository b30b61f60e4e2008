//! What several test files share.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "for tests; each test file uses a part"
)]

use carveout_dialects::Dialect;
use serde_json::Value;

pub(crate) const REQUESTS: &[(&str, Dialect, &str)] = &[
    ("openai_tools", Dialect::OpenAi, include_str!("../requests/openai_tools.json")),
    ("openai_parts", Dialect::OpenAi, include_str!("../requests/openai_parts.json")),
    ("anthropic_tools", Dialect::Anthropic, include_str!("../requests/anthropic_tools.json")),
    ("anthropic_server_tools", Dialect::Anthropic, include_str!("../requests/anthropic_server_tools.json")),
];

/// (name, dialect, streamed, bytes)
pub(crate) const REPLIES: &[(&str, Dialect, bool, &str)] = &[
    ("openai_whole", Dialect::OpenAi, false, include_str!("../replies/openai_whole.json")),
    ("openai_stream", Dialect::OpenAi, true, include_str!("../replies/openai_stream.sse")),
    ("anthropic_whole", Dialect::Anthropic, false, include_str!("../replies/anthropic_whole.json")),
    ("anthropic_stream", Dialect::Anthropic, true, include_str!("../replies/anthropic_stream.sse")),
];

/// Every string of the document replaced by `marker`, one at a time, and every member name too, each with
/// the JSON pointer to it.
pub(crate) fn string_places(document: &Value, marker: &str) -> Vec<(String, Value)> {
    let mut places = Vec::new();
    collect(document, String::new(), &mut |pointer, is_key| {
        let mut marked = document.clone();
        if is_key {
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            let name = name.replace("~1", "/").replace("~0", "~");
            let object = marked.pointer_mut(parent).unwrap().as_object_mut().unwrap();
            let value = object.shift_remove(&name).unwrap();
            object.insert(marker.to_owned(), value);
            let step = marker.replace('~', "~0").replace('/', "~1");
            places.push((format!("{parent}/{step}"), marked));
        } else {
            *marked.pointer_mut(pointer).unwrap() = marker.into();
            places.push((pointer.to_owned(), marked));
        }
    });
    places
}

fn collect(value: &Value, pointer: String, tell: &mut impl FnMut(&str, bool)) {
    match value {
        Value::String(_) => tell(&pointer, false),
        Value::Array(elements) => {
            for (position, element) in elements.iter().enumerate() {
                collect(element, format!("{pointer}/{position}"), tell);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                let inside = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
                tell(&inside, true);
                collect(member, inside, tell);
            }
        }
        _ => {}
    }
}
