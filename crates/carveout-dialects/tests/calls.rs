//! Tool calls: put together from pieces, strictly read, and taken out such that what is left is a reply.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "helpers of tests may panic")]

use carveout_dialects::{
    CallFault, CallReader, CallsFault, Dialect, Fates, Limits, ReplyReader, Slot, ToolCall, calls_of,
    refuse_in_reply,
};
use proptest::prelude::*;
use serde_json::{Value, json};

const MOST: usize = 128;

/// The judged events of a stream.
fn judged(dialect: Dialect, streamed: bool, reply: &str) -> Vec<Vec<u8>> {
    let mut reader = ReplyReader::new(dialect, streamed, Limits::default());
    let first = reader.push(reply.as_bytes()).unwrap_or_else(|error| panic!("{error}: {reply}"));
    let last = reader.finish().unwrap_or_else(|error| panic!("{error}: {reply}"));
    first.events().chain(last.events()).map(|event| event.bytes().to_vec()).collect()
}

fn chunk(choice: usize, delta: &Value, finish: Option<&str>) -> String {
    let chunk = json!({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m",
        "choices": [{"index": choice, "delta": delta, "finish_reason": finish}]});
    format!("data: {chunk}\n\n")
}

fn event(kind: &str, more: &Value) -> String {
    let mut data = json!({"type": kind});
    data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    format!("event: {kind}\ndata: {data}\n\n")
}

/// A call in one delta.
fn called(index: usize, name: &str, arguments: &str) -> Value {
    json!({"tool_calls": [{"index": index, "id": format!("c{index}"), "type": "function", "function": {"name": name, "arguments": arguments}}]})
}

const DONE: &str = "data: [DONE]\n\n";

#[test]
fn the_golden_replies_call_the_same_tool() {
    for (name, dialect, streamed, reply) in [
        ("openai_whole", Dialect::OpenAi, false, include_str!("replies/openai_whole.json")),
        ("openai_stream", Dialect::OpenAi, true, include_str!("replies/openai_stream.sse")),
        ("anthropic_whole", Dialect::Anthropic, false, include_str!("replies/anthropic_whole.json")),
        ("anthropic_stream", Dialect::Anthropic, true, include_str!("replies/anthropic_stream.sse")),
    ] {
        let events = judged(dialect, streamed, reply);
        let calls = if streamed {
            let mut reader = CallReader::new(dialect, Limits::default(), MOST);
            let complete: Vec<_> =
                events.iter().flat_map(|event| reader.see(event).unwrap().complete).collect();
            assert!(!reader.has_open(), "{name}");
            complete
        } else {
            calls_of(dialect, &events.concat(), &Limits::default(), MOST).unwrap()
        };
        // The search that the provider ran itself is no call.
        let [call] = &calls[..] else { panic!("{name}: {calls:?}") };
        let read = call.read.as_ref().unwrap();
        assert_eq!(read.name, "stock", "{name}");
        assert!(read.input().starts_with(r#"{"depot":"north""#), "{name}: {}", read.input());
        let again = ToolCall::from_document(read.document().as_bytes(), &Limits::default()).unwrap();
        assert_eq!((again.document(), &again.id), (read.document(), &read.id), "{name}");
        let reply = read.reply(dialect, "hold-1", "alias", 1);
        assert_eq!(calls_of(dialect, reply.as_bytes(), &Limits::default(), MOST).unwrap().len(), 1);
        judged(dialect, false, &reply);
    }
}

#[test]
fn only_what_was_written_of_a_call_is_read_back_as_one() {
    let read =
        |document: &Value| ToolCall::from_document(document.to_string().as_bytes(), &Limits::default());
    let call = json!({"type": "tool_call", "id": "call_1", "name": "stock", "arguments": {"depot": "north"}});
    let text = json!({"type": "tool_call", "id": "call_1", "name": "stock", "input": "north"});
    assert_eq!(read(&call).unwrap().input(), r#"{"depot":"north"}"#);
    assert_eq!(read(&text).unwrap().input(), "north");
    for (case, member, value) in [
        ("a reply of OpenAI's", "choices", json!([])),
        ("a reply of Anthropic's", "content", json!([])),
        ("both inputs", "input", json!("north")),
        ("another type", "type", json!("message")),
        ("no type", "type", Value::Null),
    ] {
        let mut other = call.clone();
        other[member] = value;
        assert!(read(&other).is_none(), "{case}");
    }
    for member in ["type", "id", "name", "arguments"] {
        let mut less = call.clone();
        less.as_object_mut().unwrap().remove(member);
        assert!(read(&less).is_none(), "without {member}");
        less["choices"] = json!([]);
        assert!(read(&less).is_none(), "choices instead of {member}");
    }
}

#[test]
fn what_two_sdks_read_differently_is_no_call() {
    let more = |call: Value| chunk(0, &json!({"tool_calls": [call]}), None);
    let start = chunk(0, &called(0, "stock", "{}"), None);
    let block = |input: Value| {
        event(
            "message_start",
            &json!({"message": {"id": "m", "type": "message", "role": "assistant", "model": "m", "content": [], "usage": {}}}),
        ) + &event(
            "content_block_start",
            &json!({"index": 0, "content_block": {"type": "tool_use", "id": "t", "name": "stock", "input": input}}),
        )
    };
    let input = |text: &str| {
        event(
            "content_block_delta",
            &json!({"index": 0, "delta": {"type": "input_json_delta", "partial_json": text}}),
        )
    };
    let stop = event("content_block_stop", &json!({"index": 0}));
    let finish = chunk(0, &json!({}), Some("tool_calls"));
    let (openai, anthropic) = (Dialect::OpenAi, Dialect::Anthropic);
    let cases: Vec<(&str, Dialect, String, Option<CallFault>)> = vec![
        ("a repeated id", openai, start.clone() + &more(json!({"index": 0, "id": "c0"})) + &finish, None),
        (
            "another id",
            openai,
            start.clone() + &more(json!({"index": 0, "id": "c1"})) + &finish,
            Some(CallFault::Twice("id")),
        ),
        (
            "the name again",
            openai,
            start.clone() + &more(json!({"index": 0, "function": {"name": "stock"}})) + &finish,
            Some(CallFault::Twice("name")),
        ),
        (
            "two kinds",
            openai,
            start + &more(json!({"index": 0, "custom": {"input": "x"}})) + &finish,
            Some(CallFault::TwoInputs),
        ),
        (
            "no name",
            openai,
            more(json!({"index": 0, "id": "c", "function": {"arguments": "{}"}})) + &finish,
            Some(CallFault::Nameless),
        ),
        (
            "no arguments",
            openai,
            more(json!({"index": 0, "id": "c", "function": {"name": "stock"}})) + &finish,
            None,
        ),
        (
            "no object",
            openai,
            chunk(0, &called(0, "stock", "7"), None) + &finish,
            Some(CallFault::NotAnObject),
        ),
        ("input at the start", anthropic, block(json!({"a": 1})) + &stop, None),
        (
            "input in two places",
            anthropic,
            block(json!({"a": 1})) + &input("{}") + &stop,
            Some(CallFault::TwoInputs),
        ),
        ("empty pieces", anthropic, block(json!({})) + &input("") + &stop, None),
        ("an input that is a list", anthropic, block(json!([1])) + &stop, Some(CallFault::NotAnObject)),
    ];
    for (name, dialect, stream, fault) in cases {
        let mut reader = CallReader::new(dialect, Limits::default(), MOST);
        let complete: Vec<_> = stream
            .split_inclusive("\n\n")
            .flat_map(|event| reader.see(event.as_bytes()).unwrap().complete)
            .collect();
        let [call] = &complete[..] else { panic!("{name}: {complete:?}") };
        assert_eq!(call.read.as_ref().err(), fault.as_ref(), "{name}");
    }
}

#[test]
fn calls_are_bounded_and_end_once() {
    let mut reader = CallReader::new(Dialect::OpenAi, Limits { depth: 8, bytes: 100 }, 3);
    for index in 0..3 {
        reader.see(chunk(0, &called(index, "stock", "{}"), None).as_bytes()).unwrap();
    }
    let fourth = reader.see(chunk(0, &called(3, "stock", "{}"), None).as_bytes());
    assert_eq!(fourth.unwrap_err(), CallsFault::TooMany { most: 3 });
    let large = json!({"tool_calls": [{"index": 0, "function": {"arguments": "x".repeat(60)}}]});
    for _ in 0..1_000 {
        reader.see(chunk(0, &large, None).as_bytes()).unwrap();
    }
    let ended = reader.see(chunk(0, &json!({}), Some("tool_calls")).as_bytes()).unwrap();
    assert_eq!(ended.complete.len(), 3);
    assert_eq!(ended.complete[0].read.as_ref().unwrap_err(), &CallFault::TooLarge { limit: 100 });
    let more = reader.see(chunk(0, &large, None).as_bytes());
    assert_eq!(more.unwrap_err(), CallsFault::Reopened);
}

/// What a choice of a random stream says and calls, in turns.
#[derive(Clone, Debug)]
enum Turn {
    Says(String),
    Calls { refused: bool, custom: bool, input: String },
}

fn turns() -> impl Strategy<Value = Vec<Turn>> {
    let says = "[a-z ]{0,12}".prop_map(Turn::Says);
    let calls = (any::<bool>(), any::<bool>(), "[a-z\"\\\\é]{0,9}")
        .prop_map(|(refused, custom, input)| Turn::Calls { refused, custom, input });
    prop::collection::vec(prop_oneof![says, calls], 0..8)
}

/// The events of one choice or message, and which calls are refused.
fn spoken(dialect: Dialect, choice: u32, turns: &[Turn]) -> (Vec<String>, Vec<(Slot, bool)>) {
    let (mut events, mut slots) = (Vec::new(), Vec::new());
    for (block, turn) in (0..).zip(turns) {
        let number = u32::try_from(slots.len()).unwrap();
        match (dialect, turn) {
            (Dialect::OpenAi, Turn::Says(text)) => {
                events.push(chunk(choice as usize, &json!({"content": text}), None))
            }
            (Dialect::OpenAi, Turn::Calls { refused, custom, input }) => {
                let arguments = json!({ "a": input }).to_string();
                let (kind, member) = if *custom { ("custom", "input") } else { ("function", "arguments") };
                let start = json!({"tool_calls": [{"index": number, "id": "c", "type": kind, kind: {"name": format!("t{number}"), member: ""}}]});
                events.push(chunk(choice as usize, &start, None));
                for piece in arguments.chars().collect::<Vec<_>>().chunks(5) {
                    let piece: String = piece.iter().collect();
                    let more =
                        json!({"refusal": null, "tool_calls": [{"index": number, kind: {member: piece}}]});
                    events.push(chunk(choice as usize, &more, None));
                }
                slots.push((Slot { choice, index: Some(number) }, *refused));
            }
            (Dialect::Anthropic, Turn::Says(text)) => {
                events.push(event(
                    "content_block_start",
                    &json!({"index": block, "content_block": {"type": "text", "text": ""}}),
                ));
                events.push(event(
                    "content_block_delta",
                    &json!({"index": block, "delta": {"type": "text_delta", "text": text}}),
                ));
                events.push(event("content_block_stop", &json!({"index": block})));
            }
            (Dialect::Anthropic, Turn::Calls { refused, input, .. }) => {
                let arguments = json!({ "a": input }).to_string();
                events.push(event("content_block_start", &json!({"index": block, "content_block": {"type": "tool_use", "id": "c", "name": format!("t{block}"), "input": {}}})));
                for piece in arguments.chars().collect::<Vec<_>>().chunks(5) {
                    let piece: String = piece.iter().collect();
                    events.push(event("content_block_delta", &json!({"index": block, "delta": {"type": "input_json_delta", "partial_json": piece}})));
                }
                events.push(event("content_block_stop", &json!({"index": block})));
                slots.push((Slot { choice, index: Some(block) }, *refused));
            }
        }
    }
    (events, slots)
}

fn stream(dialect: Dialect, choices: &[Vec<Turn>]) -> (String, Vec<(Slot, bool)>) {
    let mut slots = Vec::new();
    let mut parts: Vec<std::vec::IntoIter<String>> = Vec::new();
    let choices = if dialect == Dialect::Anthropic { &choices[..1] } else { choices };
    for (choice, turns) in (0..).zip(choices) {
        let (mut events, own) = spoken(dialect, choice, turns);
        if dialect == Dialect::OpenAi {
            let finish = if own.is_empty() { "stop" } else { "tool_calls" };
            events.push(chunk(choice as usize, &json!({}), Some(finish)));
        }
        parts.push(events.into_iter());
        slots.extend(own);
    }
    let mut text = String::new();
    if dialect == Dialect::Anthropic {
        text += &event(
            "message_start",
            &json!({"message": {"id": "m", "type": "message", "role": "assistant", "model": "m", "content": [], "usage": {}}}),
        );
    }
    // Choices take turns.
    while let Some(events) = Some(parts.iter_mut().filter_map(Iterator::next).collect::<Vec<_>>())
        .filter(|events| !events.is_empty())
    {
        events.iter().for_each(|event| text += event);
    }
    if dialect == Dialect::Anthropic {
        let stop = if slots.is_empty() { "end_turn" } else { "tool_use" };
        text += &event("message_delta", &json!({"delta": {"stop_reason": stop}, "usage": {}}));
        text += &event("message_stop", &json!({}));
    } else {
        text += DONE;
    }
    (text, slots)
}

fn named(dialect: Dialect, events: &[Vec<u8>]) -> Vec<(u32, String, String)> {
    let mut reader = CallReader::new(dialect, Limits::default(), MOST);
    let complete = events.iter().flat_map(|event| reader.see(event).unwrap().complete);
    let mut named: Vec<_> =
        complete.map(|call| (call.slot.choice, call.name, call.read.unwrap().input().to_owned())).collect();
    named.sort();
    named
}

proptest! {
    #[test]
    fn what_is_refused_is_gone_and_told_and_nothing_else_changes(
        is_openai: bool,
        choices in prop::collection::vec(turns(), 1..4),
    ) {
        let dialect = if is_openai { Dialect::OpenAi } else { Dialect::Anthropic };
        let (text, slots) = stream(dialect, &choices);
        let events = judged(dialect, true, &text);
        let before = named(dialect, &events);
        prop_assert_eq!(before.len(), slots.len());
        let mut fates = Fates::default();
        for (slot, refused) in &slots {
            fates.insert(*slot, refused.then(|| "The call was refused.".to_owned()));
        }
        let rewritten: Vec<u8> =
            events.iter().filter_map(|event| fates.rewrite(dialect, event)).flatten().collect();
        let refused = slots.iter().filter(|(_, refused)| *refused).count();
        if refused == 0 {
            prop_assert_eq!(&rewritten, &events.concat());
        }
        let rewritten = String::from_utf8(rewritten).unwrap();
        prop_assert_eq!(rewritten.matches("The call was refused.").count(), refused);
        // It is a reply of the dialect, and holds the other calls as they were.
        let after = named(dialect, &judged(dialect, true, &rewritten));
        let expected: Vec<_> = before
            .into_iter()
            .filter(|(choice, name, _)| {
                let number = name[1..].parse().ok();
                slots.iter().any(|(slot, refused)| slot.choice == *choice && slot.index == number && !refused)
            })
            .collect();
        prop_assert_eq!(after, expected);
        let texts = |text: &str| text.matches("\"content\":\"").count() + text.matches("\"text_delta\"").count();
        let told = if dialect == Dialect::Anthropic { refused } else { 0 };
        prop_assert_eq!(texts(&rewritten), texts(&text) + told);
    }
}

#[test]
fn in_a_whole_reply_the_call_is_gone_and_the_rest_is_as_it_was() {
    let reply = r#"{"id":"c","object":"chat.completion","created":1.50,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"x","tool_calls":[{"id":"a","type":"function","function":{"name":"s","arguments":"{}"}},{"id":"b","type":"function","function":{"name":"t","arguments":"{}"}}]},"finish_reason":"tool_calls"}]}"#;
    let slot = |index| Slot { choice: 0, index: Some(index) };
    let without = |refused: &[u32]| {
        let mut fates = Fates::default();
        for index in [0, 1] {
            fates.insert(slot(index), refused.contains(&index).then(|| "Not \"s\".".to_owned()));
        }
        String::from_utf8(refuse_in_reply(Dialect::OpenAi, reply.as_bytes(), &fates)).unwrap()
    };
    assert_eq!(without(&[]), reply);
    assert_eq!(
        without(&[0]),
        r#"{"id":"c","object":"chat.completion","created":1.50,"model":"m","choices":[{"index":0,"message":{"refusal":"Not \"s\".","role":"assistant","content":"x","tool_calls":[{"id":"b","type":"function","function":{"name":"t","arguments":"{}"}}]},"finish_reason":"tool_calls"}]}"#
    );
    assert_eq!(
        without(&[0, 1]),
        r#"{"id":"c","object":"chat.completion","created":1.50,"model":"m","choices":[{"index":0,"message":{"refusal":"Not \"s\".\nNot \"s\".","role":"assistant","content":"x","tool_calls":null},"finish_reason":"stop"}]}"#
    );
}
