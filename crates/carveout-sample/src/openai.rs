//! OpenAI Chat Completions: an answer as bytes.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::Behaviour;
use crate::answer::{Answer, Call, Choice, Finish};

/// When the sample model was "created": a constant, so that answers are equal.
const CREATED: u64 = 1_772_668_800;

/// A whole answer.
pub(crate) fn whole(answer: &Answer) -> Value {
    let choices: Vec<Value> = answer
        .choices
        .iter()
        .enumerate()
        .map(|(index, choice)| {
            json!({"index": index, "message": message(answer, choice), "logprobs": null, "finish_reason": finish(choice.finish)})
        })
        .collect();
    json!({
        "id": answer.id, "object": "chat.completion", "created": CREATED, "model": answer.model,
        "choices": choices, "usage": usage(answer),
    })
}

/// The events of a streamed answer, with `data: [DONE]` at the end.
pub(crate) fn events(answer: &Answer, with_usage: bool) -> Vec<Bytes> {
    let mut events = Vec::new();
    for (index, choice) in answer.choices.iter().enumerate() {
        events.push(delta(answer, index, &json!({"role": "assistant", "content": ""}), None));
        for piece in choice.pieces() {
            events.push(delta(answer, index, &json!({"content": piece}), None));
        }
        for (position, call) in choice.calls.iter().enumerate() {
            events.extend(call_events(answer, index, position, call));
        }
        events.push(delta(answer, index, &json!({}), Some(choice.finish)));
    }
    if with_usage {
        events.push(event(&chunk(answer, &json!([]), &usage(answer))));
    }
    events.push(Bytes::from_static(b"data: [DONE]\n\n"));
    events
}

/// An event that Chat Completions does not have.
pub(crate) fn unknown_event() -> Bytes {
    event(&json!({"object": "chat.completion.surprise", "surprise": "sample"}))
}

/// A message that carries something that Chat Completions does not have.
pub(crate) fn unknown_whole(answer: &Answer) -> Value {
    let mut whole = whole(answer);
    if let Some(content) = whole.pointer_mut("/choices/0/message/content") {
        *content = json!([{"type": "surprise", "surprise": "sample"}]);
    }
    whole
}

/// An error, as a body.
pub(crate) fn error(status: u16, message: &str) -> Value {
    let kind = match status {
        401 => "authentication_error",
        429 => "rate_limit_error",
        500.. => "server_error",
        _ => "invalid_request_error",
    };
    json!({"error": {"message": message, "type": kind, "param": null, "code": null}})
}

/// An error in the midst of a stream.
pub(crate) fn error_event() -> Bytes {
    event(&error(500, "the sample provider fails here, as its model name asks"))
}

/// The models, as a list.
pub(crate) fn models() -> Value {
    let data: Vec<Value> = Behaviour::models().map(model).collect();
    json!({"object": "list", "data": data})
}

/// One model.
pub(crate) fn model(id: &str) -> Value {
    json!({"id": id, "object": "model", "created": CREATED, "owned_by": "sample-provider"})
}

fn message(answer: &Answer, choice: &Choice) -> Value {
    if choice.calls.is_empty() {
        return json!({"role": "assistant", "content": choice.text, "refusal": null});
    }
    let calls: Vec<Value> =
        choice.calls.iter().enumerate().map(|(index, call)| call_value(answer, index, call)).collect();
    json!({"role": "assistant", "content": null, "refusal": null, "tool_calls": calls})
}

fn call_value(answer: &Answer, position: usize, call: &Call) -> Value {
    json!({"id": call_id(answer, position), "type": "function", "function": {"name": call.name, "arguments": call.arguments()}})
}

fn call_events(answer: &Answer, index: usize, position: usize, call: &Call) -> Vec<Bytes> {
    let opening = json!({"tool_calls": [{
        "index": position, "id": call_id(answer, position), "type": "function",
        "function": {"name": call.name, "arguments": ""},
    }]});
    let piece =
        |piece: String| json!({"tool_calls": [{"index": position, "function": {"arguments": piece}}]});
    std::iter::once(opening)
        .chain(call.pieces().into_iter().map(piece))
        .map(|value| delta(answer, index, &value, None))
        .collect()
}

fn call_id(answer: &Answer, position: usize) -> String {
    format!("call_{}_{position}", answer.id)
}

fn delta(answer: &Answer, index: usize, delta: &Value, finished: Option<Finish>) -> Bytes {
    let choices =
        json!([{"index": index, "delta": delta, "logprobs": null, "finish_reason": finished.map(finish)}]);
    event(&chunk(answer, &choices, &Value::Null))
}

fn chunk(answer: &Answer, choices: &Value, usage: &Value) -> Value {
    json!({
        "id": answer.id, "object": "chat.completion.chunk", "created": CREATED, "model": answer.model,
        "choices": choices, "usage": usage,
    })
}

fn usage(answer: &Answer) -> Value {
    json!({
        "prompt_tokens": answer.input_tokens, "completion_tokens": answer.output_tokens,
        "total_tokens": answer.input_tokens + answer.output_tokens,
    })
}

fn finish(finish: Finish) -> &'static str {
    match finish {
        Finish::Stop => "stop",
        Finish::Length => "length",
        Finish::Calls => "tool_calls",
    }
}

fn event(value: &Value) -> Bytes {
    Bytes::from(format!("data: {value}\n\n"))
}
