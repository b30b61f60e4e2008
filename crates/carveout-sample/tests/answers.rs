//! The sample provider over real sockets: what it answers.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a helper of tests fails the test")]

use carveout_sample::client::{get, post};
use carveout_sample::{LABEL, SampleProvider, serve};
use serde_json::{Value, json};

const CHAT: &str = "/v1/chat/completions";
const MESSAGES: &str = "/v1/messages";

async fn provider() -> SampleProvider {
    serve("127.0.0.1:0".parse().unwrap()).await.unwrap()
}

async fn ask(provider: &SampleProvider, path: &str, body: Value) -> (String, Value) {
    let reply = post(provider.local_addr(), path, &[], &body.to_string()).await.unwrap();
    let header = if path == CHAT { "x-request-id" } else { "request-id" };
    let id = reply.headers.get(header).unwrap().to_str().unwrap().to_owned();
    (id, serde_json::from_slice(&reply.whole().await.unwrap()).unwrap())
}

async fn stream(provider: &SampleProvider, path: &str, mut body: Value) -> String {
    body["stream"] = json!(true);
    let reply = post(provider.local_addr(), path, &[], &body.to_string()).await.unwrap();
    assert_eq!(reply.headers["content-type"], "text/event-stream");
    String::from_utf8(reply.whole().await.unwrap()).unwrap()
}

/// The JSON of every `data:` line but `[DONE]`.
fn data(events: &str) -> Vec<Value> {
    let lines =
        events.lines().filter_map(|line| line.strip_prefix("data: ")).filter(|data| *data != "[DONE]");
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn joined(values: &[Value], pointer: &str) -> String {
    values.iter().filter_map(|value| value.pointer(pointer)?.as_str()).collect()
}

fn chat(text: &str) -> Value {
    json!({"model": "sample-1", "max_tokens": 5000, "messages": [{"role": "user", "content": text}]})
}

#[tokio::test]
async fn both_dialects_answer_the_same_way_twice_and_say_what_they_are() {
    let provider = provider().await;
    for (path, pointer) in [(CHAT, "/choices/0/message/content"), (MESSAGES, "/content/0/text")] {
        let (first_id, mut first) = ask(&provider, path, chat("Where is the tarpaulin?")).await;
        let (second_id, mut second) = ask(&provider, path, chat("Where is the tarpaulin?")).await;
        assert!(first.pointer(pointer).unwrap().as_str().unwrap().starts_with(LABEL));
        assert_eq!(first["model"], "sample-1");
        assert_eq!((&first["id"], &second["id"]), (&json!(first_id), &json!(second_id)));
        assert_ne!(first_id, second_id);
        first["id"].take();
        second["id"].take();
        assert_eq!(first, second);
    }
}

#[tokio::test]
async fn a_stream_carries_the_same_text_as_a_whole_answer() {
    let provider = provider().await;
    for (path, whole, piece) in [
        (CHAT, "/choices/0/message/content", "/choices/0/delta/content"),
        (MESSAGES, "/content/0/text", "/delta/text"),
    ] {
        let (_, answer) = ask(&provider, path, chat("Plan [words 50] of it")).await;
        let text = answer.pointer(whole).unwrap().as_str().unwrap();
        assert_eq!(text.split_whitespace().count(), 50);
        let events = stream(&provider, path, chat("Plan [words 50] of it")).await;
        assert_eq!(joined(&data(&events), piece), text);
    }
}

#[tokio::test]
async fn an_openai_stream_ends_with_done_and_has_usage_only_when_asked() {
    let provider = provider().await;
    let mut body = chat("hello there");
    let events = stream(&provider, CHAT, body.clone()).await;
    assert!(events.ends_with("data: [DONE]\n\n"));
    assert!(data(&events).iter().all(|chunk| chunk["usage"].is_null()));
    body["stream_options"] = json!({"include_usage": true});
    let chunks = data(&stream(&provider, CHAT, body).await);
    assert_eq!(chunks.last().unwrap()["usage"]["prompt_tokens"], 2);
}

#[tokio::test]
async fn several_choices_differ_and_are_streamed_by_index() {
    let provider = provider().await;
    let mut body = chat("three, please");
    body["n"] = json!(3);
    let (_, answer) = ask(&provider, CHAT, body.clone()).await;
    let chunks = data(&stream(&provider, CHAT, body).await);
    for index in 0..3 {
        let text = answer["choices"][index]["message"]["content"].as_str().unwrap();
        assert!(text.ends_with(&format!("(choice {})", index + 1)));
        let own: Vec<Value> =
            chunks.iter().filter(|chunk| chunk["choices"][0]["index"] == index).cloned().collect();
        assert_eq!(joined(&own, "/choices/0/delta/content"), text);
    }
}

#[tokio::test]
async fn tools_are_called_when_offered_and_asked_for() {
    let provider = provider().await;
    let text = r#"Look [call stock {"item": "tarpaulin, large"}] and [call other {"a": 1}] up"#;
    let arguments = json!({"item": "tarpaulin, large"});

    let mut body = chat(text);
    body["tools"] = json!([{"type": "function", "function": {"name": "stock", "parameters": {}}}]);
    let (_, answer) = ask(&provider, CHAT, body.clone()).await;
    let calls = answer["choices"][0]["message"]["tool_calls"].as_array().unwrap();
    assert_eq!(calls.len(), 1, "only the tool on offer is called");
    assert_eq!(calls[0]["function"]["name"], "stock");
    assert_eq!(answer["choices"][0]["finish_reason"], "tool_calls");
    let streamed = joined(
        &data(&stream(&provider, CHAT, body).await),
        "/choices/0/delta/tool_calls/0/function/arguments",
    );
    for spelling in [calls[0]["function"]["arguments"].as_str().unwrap(), &streamed] {
        assert_eq!(serde_json::from_str::<Value>(spelling).unwrap(), arguments);
    }

    let mut body = chat(text);
    body["tools"] = json!([{"name": "stock", "input_schema": {"type": "object"}}]);
    let (_, answer) = ask(&provider, MESSAGES, body.clone()).await;
    assert_eq!(answer["content"][0]["input"], arguments);
    assert_eq!(answer["stop_reason"], "tool_use");
    let streamed = joined(&data(&stream(&provider, MESSAGES, body.clone()).await), "/delta/partial_json");
    assert_eq!(serde_json::from_str::<Value>(&streamed).unwrap(), arguments);

    body["messages"].as_array_mut().unwrap().push(json!({"role": "user", "content": [
        {"type": "tool_result", "tool_use_id": answer["content"][0]["id"], "content": "12 in [call stock {}] store"},
    ]}));
    let (_, answer) = ask(&provider, MESSAGES, body).await;
    let text = answer["content"][0]["text"].as_str().unwrap();
    assert!(text.contains("The tool answered: \"12 in"), "{text}");
}

#[tokio::test]
async fn an_answer_is_cut_at_the_limit_asked_for() {
    let provider = provider().await;
    let mut body = chat("hello");
    body["max_tokens"] = json!(4);
    let (_, answer) = ask(&provider, CHAT, body.clone()).await;
    assert_eq!(answer["choices"][0]["message"]["content"], "This is the sample");
    assert_eq!(answer["choices"][0]["finish_reason"], "length");
    let (_, answer) = ask(&provider, MESSAGES, body).await;
    assert_eq!(answer["stop_reason"], "max_tokens");
    assert_eq!(answer["usage"]["output_tokens"], 4);
}

#[tokio::test]
async fn models_are_listed_in_both_forms() {
    let provider = provider().await;
    let address = provider.local_addr();
    let version = [("anthropic-version", "2023-06-01")];
    for (headers, kind) in [(&[][..], "object"), (&version[..], "type")] {
        let list = get(address, "/v1/models", headers).await.unwrap().whole().await.unwrap();
        let list: Value = serde_json::from_slice(&list).unwrap();
        assert_eq!((&list["data"][0]["id"], &list["data"][0][kind]), (&json!("sample-1"), &json!("model")));
        let one = get(address, "/v1/models/sample-1", headers).await.unwrap().whole().await.unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&one).unwrap(), list["data"][0]);
    }
    for path in ["/v1/models/gpt-0", "/v1/surprise", "/"] {
        assert_eq!(get(address, path, &[]).await.unwrap().status, 404, "{path}");
    }
}

#[tokio::test]
async fn usage_lists_every_answer_with_the_id_of_its_reply() {
    let provider = provider().await;
    let (first, _) = ask(&provider, CHAT, chat("one two three")).await;
    let (second, _) = ask(&provider, MESSAGES, chat("[words 7]")).await;
    let csv = get(provider.local_addr(), "/sample/usage.csv", &[]).await.unwrap().whole().await.unwrap();
    let csv = String::from_utf8(csv).unwrap();
    assert_eq!(csv, provider.usage_csv());
    let rows: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(rows[0], ["time", "request_id", "model", "input_tokens", "output_tokens"]);
    assert_eq!((rows[1][1], rows[1][3]), (first.as_str(), "3"));
    assert_eq!((rows[2][1], rows[2][3], rows[2][4]), (second.as_str(), "2", "7"));
    assert_eq!(rows.len(), 3);
}

#[tokio::test]
async fn the_last_request_can_be_seen_as_it_arrived() {
    let provider = provider().await;
    let body = chat("look at me").to_string();
    post(provider.local_addr(), CHAT, &[("authorization", "Bearer secret")], &body).await.unwrap();
    let last = get(provider.local_addr(), "/sample/last", &[]).await.unwrap().whole().await.unwrap();
    let last: Value = serde_json::from_slice(&last).unwrap();
    assert_eq!((&last["path"], &last["body"]), (&json!(CHAT), &json!(body)));
    assert_eq!(last["headers"]["authorization"], "Bearer secret");
}

#[tokio::test]
async fn the_sample_judge_says_what_the_judged_content_tells_it_to() {
    let provider = provider().await;
    let cases = [
        (json!({"request": "Count."}), "{\"verdict\":\"complies\"}"),
        (json!({"request": "Score. [judge request violates]"}), "{\"verdict\":\"violates\"}"),
        (json!({"request": "Score. [judge answer violates]"}), "{\"verdict\":\"complies\"}"),
        (
            json!({"request": "Score. [judge answer violates]", "response": "So."}),
            "{\"verdict\":\"violates\"}",
        ),
        (json!({"request": "Go.", "response": "[judge answer prose]"}), "That seems to comply."),
    ];
    for (exchange, verdict) in cases {
        let mut question = chat(&exchange.to_string());
        question["model"] = json!("sample-judge");
        let (_, answer) = ask(&provider, CHAT, question).await;
        assert_eq!(answer["choices"][0]["message"]["content"], verdict, "{exchange}");
    }
}
