//! Anthropic Messages: an answer as bytes. This API has no `n`: the first choice is the answer.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::Behaviour;
use crate::answer::{Answer, Call, Choice, Finish};

/// A whole answer.
pub(crate) fn whole(answer: &Answer) -> Value {
    let content: Vec<Value> =
        answer.choices.iter().take(1).flat_map(|choice| blocks(answer, choice)).collect();
    let stop = answer.choices.first().map(|choice| stop_reason(choice.finish));
    message(answer, &json!(content), &json!(stop), answer.output_tokens)
}

/// The events of a streamed answer.
pub(crate) fn events(answer: &Answer) -> Vec<Bytes> {
    let start = message(answer, &json!([]), &Value::Null, 0);
    let mut events = vec![event("message_start", &json!({"message": start}))];
    let Some(choice) = answer.choices.first() else { return events };
    if choice.calls.is_empty() {
        let deltas = choice.pieces().map(|piece| json!({"type": "text_delta", "text": piece}));
        events.extend(block_events(0, &json!({"type": "text", "text": ""}), deltas));
    }
    for (index, call) in choice.calls.iter().enumerate() {
        let opening =
            json!({"type": "tool_use", "id": call_id(answer, index), "name": call.name, "input": {}});
        let deltas =
            call.pieces().into_iter().map(|piece| json!({"type": "input_json_delta", "partial_json": piece}));
        events.extend(block_events(index, &opening, deltas));
    }
    // A ping may come anywhere; here it comes after the first block's start.
    events.insert(2, event("ping", &json!({})));
    let delta = json!({"stop_reason": stop_reason(choice.finish), "stop_sequence": null});
    events.push(event(
        "message_delta",
        &json!({"delta": delta, "usage": {"output_tokens": answer.output_tokens}}),
    ));
    events.push(event("message_stop", &json!({})));
    events
}

/// An event that Messages does not have.
pub(crate) fn unknown_event() -> Bytes {
    event("surprise", &json!({"surprise": "sample"}))
}

/// A message with a block that Messages does not have.
pub(crate) fn unknown_whole(answer: &Answer) -> Value {
    let mut whole = whole(answer);
    if let Some(content) = whole.pointer_mut("/content/0") {
        *content = json!({"type": "surprise", "surprise": "sample"});
    }
    whole
}

/// An error, as a body and as an event's data.
pub(crate) fn error(status: u16, message: &str) -> Value {
    let kind = match status {
        401 => "authentication_error",
        404 => "not_found_error",
        429 => "rate_limit_error",
        503 => "overloaded_error",
        500.. => "api_error",
        _ => "invalid_request_error",
    };
    json!({"type": "error", "error": {"type": kind, "message": message}})
}

/// An error in the midst of a stream.
pub(crate) fn error_event() -> Bytes {
    let error = error(503, "the sample provider fails here, as its model name asks");
    Bytes::from(format!("event: error\ndata: {error}\n\n"))
}

/// The models, as a list.
pub(crate) fn models() -> Value {
    let data: Vec<Value> = Behaviour::models().map(model).collect();
    let first = data.first().and_then(|model| model.get("id")).cloned();
    let last = data.last().and_then(|model| model.get("id")).cloned();
    json!({"data": data, "has_more": false, "first_id": first, "last_id": last})
}

/// One model.
pub(crate) fn model(id: &str) -> Value {
    json!({
        "type": "model", "id": id, "display_name": format!("Sample provider ({id})"),
        "created_at": "2026-03-05T00:00:00Z", "lifecycle": "active",
    })
}

fn message(answer: &Answer, content: &Value, stop_reason: &Value, output_tokens: usize) -> Value {
    json!({
        "id": answer.id, "type": "message", "role": "assistant", "model": answer.model, "content": content,
        "stop_reason": stop_reason, "stop_sequence": null,
        "usage": {"input_tokens": answer.input_tokens, "output_tokens": output_tokens},
    })
}

fn blocks(answer: &Answer, choice: &Choice) -> Vec<Value> {
    if choice.calls.is_empty() {
        return vec![json!({"type": "text", "text": choice.text})];
    }
    let block = |(index, call): (usize, &Call)| json!({"type": "tool_use", "id": call_id(answer, index), "name": call.name, "input": call.input});
    choice.calls.iter().enumerate().map(block).collect()
}

fn block_events(index: usize, opening: &Value, deltas: impl Iterator<Item = Value>) -> Vec<Bytes> {
    let start = event("content_block_start", &json!({"index": index, "content_block": opening}));
    let stop = event("content_block_stop", &json!({"index": index}));
    let middle = deltas.map(|delta| event("content_block_delta", &json!({"index": index, "delta": delta})));
    std::iter::once(start).chain(middle).chain([stop]).collect()
}

fn call_id(answer: &Answer, index: usize) -> String {
    format!("toolu_{}_{index}", answer.id)
}

fn stop_reason(finish: Finish) -> &'static str {
    match finish {
        Finish::Stop => "end_turn",
        Finish::Length => "max_tokens",
        Finish::Calls => "tool_use",
    }
}

/// An event; its name is repeated as the data's `type`, as this API does.
fn event(name: &str, members: &Value) -> Bytes {
    let mut data = serde_json::Map::new();
    data.insert("type".to_owned(), json!(name));
    data.extend(members.as_object().cloned().unwrap_or_default());
    Bytes::from(format!("event: {name}\ndata: {}\n\n", Value::Object(data)))
}
