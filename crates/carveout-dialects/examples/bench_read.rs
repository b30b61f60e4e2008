//! What reading costs: a 1 KB request to canonical bytes, and a stream of 50 chunks to judged ones.
//!
//! `cargo run --release -p carveout-dialects --example bench_read`

#![allow(clippy::print_stdout, reason = "a measurement is printed")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;

use carveout_dialects::{Dialect, Limits, ReplyReader, read};

const ROUNDS: usize = 41;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let limits = Limits::default();
    let requests = [
        ("openai, prose", Dialect::OpenAi, prose()),
        ("openai, tools", Dialect::OpenAi, tools()),
        ("openai, tools, spaced", Dialect::OpenAi, spaced(&tools())),
        ("anthropic, blocks", Dialect::Anthropic, blocks()),
    ];
    for (name, dialect, request) in requests {
        read(dialect, request.as_bytes(), &limits)?;
        let nanoseconds = median(2_000, || {
            if let Ok(asked) = read(dialect, black_box(request.as_bytes()), &limits) {
                black_box(asked.texts().map(|text| text.text.len()).sum::<usize>());
                black_box(asked.into_canonical("example-model-2026"));
            }
        });
        println!("request  {name:24} {:5} bytes  {nanoseconds:7.0} ns", request.len());
    }
    for (name, dialect, stream) in
        [("openai", Dialect::OpenAi, chunks()), ("anthropic", Dialect::Anthropic, events())]
    {
        let mut check = ReplyReader::new(dialect, true, limits);
        check.push(stream.concat().as_bytes())?;
        check.finish()?;
        let nanoseconds = median(200, || {
            let mut reader = ReplyReader::new(dialect, true, limits);
            for piece in &stream {
                let _ = black_box(reader.push(black_box(piece.as_bytes())));
            }
            let _ = black_box(reader.finish());
        });
        let bytes: usize = stream.iter().map(String::len).sum();
        println!("stream   {name:24} {bytes:5} bytes  {nanoseconds:7.0} ns, {} pieces", stream.len());
    }
    Ok(())
}

/// Nanoseconds of one call, the median of several rounds.
fn median(calls: usize, mut call: impl FnMut()) -> f64 {
    let mut rounds: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            (0..calls).for_each(|_| call());
            start.elapsed().as_nanos() as f64 / calls as f64
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    rounds.get(ROUNDS / 2).copied().unwrap_or_default()
}

const SENTENCES: &str = "The convoy needs 40 spare filters by Thursday; the depot at the northern crossing has 12.\\n\
    Plan the transfer so that no vehicle waits longer than two hours, and list what remains to be ordered. ";

fn prose() -> String {
    format!(
        r#"{{"model":"logistics","messages":[{{"role":"system","content":"You plan supply runs. {SENTENCES}"}},{{"role":"user","content":"{SENTENCES}{SENTENCES}"}},{{"role":"assistant","content":"Understood."}},{{"role":"user","content":"{}"}}],"temperature":0.2,"max_tokens":512}}"#,
        SENTENCES.get(..60).unwrap_or_default()
    )
}

fn tools() -> String {
    format!(
        r#"{{"model":"logistics","messages":[{{"role":"system","content":"You plan supply runs."}},{{"role":"user","content":"{SENTENCES}"}},{{"role":"assistant","content":null,"tool_calls":[{{"id":"call_1","type":"function","function":{{"name":"stock","arguments":"{{\"depot\":\"north\",\"part\":\"filter\"}}"}}}}]}},{{"role":"tool","tool_call_id":"call_1","content":"{{\"count\":12}}"}}],"tools":[{{"type":"function","function":{{"name":"stock","description":"Counts a part in a depot.","parameters":{{"type":"object","properties":{{"depot":{{"type":"string","enum":["north","south"]}},"part":{{"type":"string","description":"Part name"}}}},"required":["depot","part"]}}}}}}],"tool_choice":"auto","stream":true,"stream_options":{{"include_usage":true}}}}"#
    )
}

/// The same with the whitespace that some clients send.
fn spaced(request: &str) -> String {
    request.replace(r#"":"#, r#"": "#).replace(r#","#, r#", "#)
}

fn blocks() -> String {
    format!(
        r#"{{"model":"logistics","max_tokens":1024,"system":[{{"type":"text","text":"You plan supply runs.","cache_control":{{"type":"ephemeral"}}}}],"messages":[{{"role":"user","content":[{{"type":"text","text":"{SENTENCES}"}}]}},{{"role":"assistant","content":[{{"type":"text","text":"I look up the stock."}},{{"type":"tool_use","id":"toolu_1","name":"stock","input":{{"depot":"north","part":"filter"}}}}]}},{{"role":"user","content":[{{"type":"tool_result","tool_use_id":"toolu_1","content":[{{"type":"text","text":"12"}}]}}]}}],"tools":[{{"name":"stock","description":"Counts a part in a depot.","input_schema":{{"type":"object","properties":{{"depot":{{"type":"string"}},"part":{{"type":"string"}}}},"required":["depot","part"]}}}}],"stream":true}}"#
    )
}

fn chunks() -> Vec<String> {
    let mut pieces: Vec<String> = (0..50)
        .map(|number| {
            format!(
                "data: {{\"id\":\"chatcmpl-9\",\"object\":\"chat.completion.chunk\",\"created\":1790000000,\"model\":\"example-model\",\"system_fingerprint\":\"fp_1\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\" word{number}\"}},\"logprobs\":null,\"finish_reason\":null}}]}}\n\n"
            )
        })
        .collect();
    pieces.push("data: [DONE]\n\n".to_owned());
    pieces
}

fn events() -> Vec<String> {
    let mut pieces = vec![
        "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"example-model\",\"content\":[],\"stop_reason\":null,\"usage\":{\"input_tokens\":20,\"output_tokens\":1}}}\n\n".to_owned(),
        "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n".to_owned(),
    ];
    pieces.extend((0..46).map(|number| {
        let mut piece = String::new();
        let _ = write!(piece, "event: content_block_delta\ndata: {{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{{\"type\":\"text_delta\",\"text\":\" word{number}\"}}}}\n\n");
        piece
    }));
    for end in [
        "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n",
        "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":50}}\n\n",
        "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
    ] {
        pieces.push(end.to_owned());
    }
    pieces
}
