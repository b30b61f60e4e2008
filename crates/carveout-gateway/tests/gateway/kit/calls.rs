//! Replies with tool calls, in both dialects, whole and streamed, and what a caller's SDK would make of them.

use serde_json::{Value as Json, json};

use super::{
    client::Answer,
    provider::{Step, chunk, json_reply, last_chunk, stream_head},
};

/// A way for a reply to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    OpenAi,
    OpenAiStream,
    Anthropic,
    AnthropicStream,
}

pub const FORMS: [Form; 4] = [Form::OpenAi, Form::OpenAiStream, Form::Anthropic, Form::AnthropicStream];

impl Form {
    pub fn path(self) -> &'static str {
        match self {
            Self::OpenAi | Self::OpenAiStream => "/v1/chat/completions",
            Self::Anthropic | Self::AnthropicStream => "/v1/messages",
        }
    }

    pub fn is_stream(self) -> bool {
        matches!(self, Self::OpenAiStream | Self::AnthropicStream)
    }

    /// A request that is answered in this form.
    pub fn request(self) -> String {
        let (model, stream) = match self.path() {
            "/v1/messages" => ("depot-claude", self.is_stream()),
            _ => ("depot", self.is_stream()),
        };
        json!({"model": model, "max_tokens": 50, "stream": stream, "messages": [{"role": "user", "content": "How many pallets?"}]})
            .to_string()
    }

    /// A reply that says something and calls these tools.
    pub fn reply(self, text: &str, calls: &[(&str, &str)]) -> String {
        match self {
            Self::OpenAi => openai_whole(text, calls),
            Self::OpenAiStream => openai_events(text, calls).concat(),
            Self::Anthropic => anthropic_whole(text, calls),
            Self::AnthropicStream => anthropic_events(text, calls).concat(),
        }
    }

    /// How a provider sends that.
    pub fn steps(self, reply: &str) -> Vec<Step> {
        if self.is_stream() {
            vec![Step::Send(stream_head()), Step::Send(chunk(reply)), Step::Send(last_chunk())]
        } else {
            vec![Step::Send(json_reply(reply))]
        }
    }
}

fn arguments(input: &str) -> Json {
    serde_json::from_str(input).unwrap_or(Json::Null)
}

fn openai_whole(text: &str, calls: &[(&str, &str)]) -> String {
    let called: Vec<Json> = calls
        .iter()
        .enumerate()
        .map(|(index, (name, input))| json!({"id": format!("call_{index}"), "type": "function", "function": {"name": name, "arguments": input}}))
        .collect();
    let mut message = json!({"role": "assistant", "content": text, "refusal": null});
    if !calls.is_empty() {
        message["tool_calls"] = json!(called);
    }
    let finish = if calls.is_empty() { "stop" } else { "tool_calls" };
    json!({"id": "chatcmpl-1", "object": "chat.completion", "created": 1_770_000_000, "model": "sample-1",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}]})
    .to_string()
}

pub fn openai_chunk(choice: usize, delta: &Json, finish: Option<&str>) -> String {
    let chunk = json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_770_000_000, "model": "sample-1",
        "choices": [{"index": choice, "delta": delta, "finish_reason": finish}]});
    format!("data: {chunk}\n\n")
}

/// A text in the pieces of a stream: four bytes, as tokens are, whatever characters that cuts.
pub fn pieces(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(4).map(|piece| piece.iter().collect()).collect()
}

fn openai_events(text: &str, calls: &[(&str, &str)]) -> Vec<String> {
    let mut events = vec![openai_chunk(0, &json!({"role": "assistant", "content": ""}), None)];
    events.extend(pieces(text).iter().map(|piece| openai_chunk(0, &json!({"content": piece}), None)));
    for (index, (name, input)) in calls.iter().enumerate() {
        let start = json!({"index": index, "id": format!("call_{index}"), "type": "function", "function": {"name": name, "arguments": ""}});
        events.push(openai_chunk(0, &json!({"tool_calls": [start]}), None));
        for piece in pieces(input) {
            let more = json!({"tool_calls": [{"index": index, "function": {"arguments": piece}}]});
            events.push(openai_chunk(0, &more, None));
        }
    }
    let finish = if calls.is_empty() { "stop" } else { "tool_calls" };
    events.push(openai_chunk(0, &json!({}), Some(finish)));
    events.push("data: [DONE]\n\n".to_owned());
    events
}

fn anthropic_whole(text: &str, calls: &[(&str, &str)]) -> String {
    let mut content = vec![json!({"type": "text", "text": text})];
    content.extend(calls.iter().enumerate().map(|(index, (name, input))| {
        json!({"type": "tool_use", "id": format!("call_{index}"), "name": name, "input": arguments(input)})
    }));
    let stop = if calls.is_empty() { "end_turn" } else { "tool_use" };
    json!({"id": "msg_1", "type": "message", "role": "assistant", "model": "sample-1", "content": content,
        "stop_reason": stop, "stop_sequence": null, "usage": {"input_tokens": 7, "output_tokens": 3}})
    .to_string()
}

pub fn anthropic_event(kind: &str, more: Json) -> String {
    let mut data = json!({"type": kind});
    for (name, value) in more.as_object().unwrap() {
        data[name] = value.clone();
    }
    format!("event: {kind}\ndata: {data}\n\n")
}

fn anthropic_events(text: &str, calls: &[(&str, &str)]) -> Vec<String> {
    let message = json!({"id": "msg_1", "type": "message", "role": "assistant", "model": "sample-1", "content": [],
        "stop_reason": null, "stop_sequence": null, "usage": {"input_tokens": 7, "output_tokens": 1}});
    let mut events = vec![anthropic_event("message_start", json!({"message": message}))];
    let blocks = std::iter::once((json!({"type": "text", "text": ""}), "text", text)).chain(
        calls.iter().enumerate().map(|(index, (name, input))| {
            let start = json!({"type": "tool_use", "id": format!("call_{index}"), "name": name, "input": {}});
            (start, "input_json", *input)
        }),
    );
    for (index, (start, kind, content)) in blocks.enumerate() {
        events.push(anthropic_event("content_block_start", json!({"index": index, "content_block": start})));
        for piece in pieces(content) {
            let member = if kind == "text" { "text" } else { "partial_json" };
            let delta = json!({"type": format!("{kind}_delta"), member: piece});
            events.push(anthropic_event("content_block_delta", json!({"index": index, "delta": delta})));
        }
        events.push(anthropic_event("content_block_stop", json!({"index": index})));
    }
    let stop = if calls.is_empty() { "end_turn" } else { "tool_use" };
    events.push(anthropic_event(
        "message_delta",
        json!({"delta": {"stop_reason": stop, "stop_sequence": null}, "usage": {"output_tokens": 3}}),
    ));
    events.push(anthropic_event("message_stop", json!({})));
    events
}

/// What a program is told by a reply.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Told {
    pub text: String,
    /// What stands in the dialect's place for refusals; in Anthropic's, further text blocks.
    pub refusals: String,
    pub calls: Vec<(String, String)>,
    pub finish: String,
    pub error: Option<String>,
}

/// Reads a reply the way the official SDKs put one together.
pub fn told(form: Form, answer: &Answer) -> Told {
    let mut told = Told::default();
    match form {
        Form::OpenAi => {
            let reply = answer.json();
            let message = &reply["choices"][0]["message"];
            told.text = message["content"].as_str().unwrap_or_default().to_owned();
            told.refusals = message["refusal"].as_str().unwrap_or_default().to_owned();
            for call in message["tool_calls"].as_array().into_iter().flatten() {
                told.calls.push((string(&call["function"]["name"]), string(&call["function"]["arguments"])));
            }
            told.finish = string(&reply["choices"][0]["finish_reason"]);
        }
        Form::Anthropic => {
            let reply = answer.json();
            for block in reply["content"].as_array().into_iter().flatten() {
                match block["type"].as_str().unwrap() {
                    "text" if told.text.is_empty() => told.text = string(&block["text"]),
                    "text" => told.refusals.push_str(block["text"].as_str().unwrap()),
                    _ => told.calls.push((string(&block["name"]), block["input"].to_string())),
                }
            }
            told.finish = string(&reply["stop_reason"]);
        }
        Form::OpenAiStream => openai_told(&events(answer), &mut told),
        Form::AnthropicStream => anthropic_told(&events(answer), &mut told),
    }
    told
}

fn string(value: &Json) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The data of every event.
pub fn events(answer: &Answer) -> Vec<Json> {
    let text = answer.text();
    let data = text.split("\n\n").filter_map(|event| event.split_once("data: "));
    data.filter(|(_, data)| *data != "[DONE]").map(|(_, data)| serde_json::from_str(data).unwrap()).collect()
}

fn openai_told(events: &[Json], told: &mut Told) {
    for event in events {
        if let Some(error) = event.get("error") {
            told.error = Some(string(&error["message"]));
            continue;
        }
        for choice in event["choices"].as_array().into_iter().flatten() {
            let delta = &choice["delta"];
            told.text.push_str(delta["content"].as_str().unwrap_or_default());
            told.refusals.push_str(delta["refusal"].as_str().unwrap_or_default());
            for call in delta["tool_calls"].as_array().into_iter().flatten() {
                let index = usize::try_from(call["index"].as_u64().unwrap()).unwrap();
                if index == told.calls.len() {
                    told.calls.push(<_>::default());
                }
                let (name, input) = &mut told.calls[index];
                name.push_str(call["function"]["name"].as_str().unwrap_or_default());
                input.push_str(call["function"]["arguments"].as_str().unwrap_or_default());
            }
            told.finish.push_str(choice["finish_reason"].as_str().unwrap_or_default());
        }
    }
}

fn anthropic_told(events: &[Json], told: &mut Told) {
    let mut blocks: Vec<(String, String, String)> = Vec::new();
    for event in events {
        match event["type"].as_str().unwrap() {
            "content_block_start" => {
                assert_eq!(event["index"], blocks.len());
                let block = &event["content_block"];
                blocks.push((string(&block["type"]), string(&block["name"]), string(&block["text"])));
            }
            "content_block_delta" => {
                let (kind, _, content) = blocks.last_mut().unwrap();
                let member = if kind == "text" { "text" } else { "partial_json" };
                content.push_str(event["delta"][member].as_str().unwrap());
            }
            "message_delta" => told.finish = string(&event["delta"]["stop_reason"]),
            "error" => told.error = Some(string(&event["error"]["message"])),
            _ => {}
        }
    }
    for (kind, name, content) in blocks {
        match kind.as_str() {
            "text" if told.text.is_empty() => told.text = content,
            "text" => told.refusals.push_str(&content),
            _ => told.calls.push((name, content)),
        }
    }
}
