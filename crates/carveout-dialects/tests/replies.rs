//! Replies of both dialects: what is released, what it says, what is refused.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may panic")]

mod support;

use carveout_dialects::{Dialect, EventDecoder, EventTooLarge, Item, Limits, ReplyFault, ReplyReader};
use proptest::prelude::*;
use support::REPLIES;

/// What came of a reply, whatever the pieces it came in.
#[derive(Debug, PartialEq)]
struct Outcome {
    released: String,
    texts: Vec<String>,
    fault: Option<ReplyFault>,
}

fn run<'a>(
    dialect: Dialect,
    streamed: bool,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> (Outcome, ReplyReader) {
    let mut reader = ReplyReader::new(dialect, streamed, Limits::default());
    let mut outcome = Outcome { released: String::new(), texts: Vec::new(), fault: None };
    let mut take = |result: Result<carveout_dialects::Judged, carveout_dialects::ReplyError>| {
        let (judged, fault) = match result {
            Ok(judged) => (judged, None),
            Err(error) => (error.judged, Some(*error.fault)),
        };
        let by_event: Vec<u8> = judged.events().flat_map(|event| event.bytes().to_vec()).collect();
        assert_eq!(by_event, judged.bytes().to_vec(), "events make up the whole");
        let in_events: usize = judged.events().map(|event| event.texts().count()).sum();
        assert_eq!(in_events, judged.texts().len(), "texts belong to events");
        outcome.texts.extend(
            judged
                .texts()
                .map(|text| format!("{} {:?} {:?} {:?}", text.choice, text.index, text.kind, text.text)),
        );
        outcome.released.push_str(std::str::from_utf8(judged.bytes()).unwrap());
        outcome.fault = fault;
    };
    for piece in pieces {
        take(reader.push(piece));
    }
    take(reader.finish());
    (outcome, reader)
}

#[test]
fn golden_replies_are_judged_in_full() {
    for (name, dialect, streamed, body) in REPLIES {
        let (outcome, reader) = run(*dialect, *streamed, [body.as_bytes()]);
        assert_eq!(outcome.fault, None, "{name}");
        let described =
            format!("{:#?}\n{}\n{}", reader.summary(), outcome.texts.join("\n"), outcome.released);
        insta::assert_snapshot!(*name, described);
    }
}

#[test]
fn what_is_released_reads_the_same_again() {
    for (name, dialect, streamed, body) in REPLIES {
        let (first, _) = run(*dialect, *streamed, [body.as_bytes()]);
        let (second, _) = run(*dialect, *streamed, [first.released.as_bytes()]);
        assert_eq!(first, second, "{name}");
    }
}

#[test]
fn line_endings_and_a_byte_order_mark_make_no_difference() {
    for (name, dialect, _, body) in REPLIES.iter().filter(|(_, _, streamed, _)| *streamed) {
        let (plain, _) = run(*dialect, true, [body.as_bytes()]);
        for spelling in [body.replace('\n', "\r\n"), body.replace('\n', "\r"), format!("\u{feff}{body}")] {
            let (outcome, _) = run(*dialect, true, [spelling.as_bytes()]);
            assert_eq!(outcome, plain, "{name}");
            let bytes = spelling.as_bytes().chunks(1);
            let (outcome, _) = run(*dialect, true, bytes);
            assert_eq!(outcome, plain, "{name}, byte by byte");
        }
    }
}

#[test]
fn a_cut_anywhere_is_told_and_releases_only_whole_events() {
    for (name, dialect, streamed, body) in REPLIES {
        let (whole, _) = run(*dialect, *streamed, [body.as_bytes()]);
        // The golden files end in the blank line that completes the last event, or in a line feed.
        for end in 0..body.len() - 1 {
            let Some(start) = body.get(..end) else { continue };
            let (outcome, _) = run(*dialect, *streamed, [start.as_bytes()]);
            let fault = outcome.fault.unwrap_or_else(|| panic!("{name} cut at {end} passed"));
            assert!(fault.is_cut(), "{name} cut at {end}: {fault}");
            assert!(whole.released.starts_with(&outcome.released), "{name} cut at {end}");
            assert!(outcome.released.is_empty() || outcome.released.ends_with("\n\n"), "{name} cut at {end}");
        }
    }
}

/// Splits `bytes` at places that `cuts` says.
fn pieces<'a>(bytes: &'a [u8], cuts: &[prop::sample::Index]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
    places.extend([0, bytes.len()]);
    places.sort_unstable();
    places.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect()
}

proptest! {
    #[test]
    fn how_a_reply_is_cut_makes_no_difference(
        reply in 0..REPLIES.len(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let (_, dialect, streamed, body) = REPLIES[reply];
        let mut bytes = body.as_bytes().to_vec();
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let (whole, _) = run(dialect, streamed, [bytes.as_slice()]);
        let (cut, _) = run(dialect, streamed, pieces(&bytes, &cuts));
        prop_assert_eq!(whole, cut);
    }

    #[test]
    fn arbitrary_bytes_never_panic_and_never_come_out(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        streamed in any::<bool>(),
    ) {
        for dialect in [Dialect::OpenAi, Dialect::Anthropic] {
            let (outcome, _) = run(dialect, streamed, [bytes.as_slice()]);
            prop_assert!(outcome.fault.is_some());
            prop_assert!(outcome.released.replace(":\n\n", "").is_empty());
        }
    }

    #[test]
    fn decoding_events_does_not_depend_on_the_pieces(
        stream in "(data|event|id|:|x)?:? ?[a-c]{0,3}(\r|\n|\r\n){0,2}(data:a)?[\r\n]{0,3}",
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let decode = |pieces: Vec<&[u8]>| {
            let mut decoder = EventDecoder::new(1_000);
            let mut told = Vec::new();
            for piece in pieces {
                let result: Result<(), EventTooLarge> = decoder.push(piece, |item| {
                    told.push(format!("{item:?}"));
                    Ok(())
                });
                result.unwrap();
            }
            told
        };
        prop_assert_eq!(decode(vec![stream.as_bytes()]), decode(pieces(stream.as_bytes(), &cuts)));
    }
}

#[test]
fn event_streams_are_decoded_as_the_standard_says() {
    // Examples in the manner of WHATWG HTML section 9.2.6: (stream, name=data of each event; `:` for a comment)
    for (stream, expected) in [
        ("data: one\n\n", &["=one"][..]),
        ("data:one\ndata:two\n\n", &["=one\ntwo"]),
        ("data:  padded\n\n", &["= padded"]),
        ("event: add\ndata: 1\n\nevent: remove\ndata: 2\n\n", &["add=1", "remove=2"]),
        (": note\n\ndata: x\n\n", &[":", "=x"]),
        ("data\n\n", &["="]),
        ("data\ndata\n\n", &["=\n"]),
        ("data: lost at the end", &[]),
        ("data: lost at the end\n", &[]),
        ("event: without data\n\n", &[]),
        ("id: 7\nretry: 10\nData: no\nunknown: x\ndata: y\n\n", &["=y"]),
        ("event: a\nevent: b\ndata: x\n\n", &["b=x"]),
        ("\u{feff}data: x\n\n", &["=x"]),
        ("data: x\n\n\u{feff}data: y\n\n", &["=x"]),
        ("data: a:b\n\n", &["=a:b"]),
    ] {
        let mut told = Vec::new();
        let result: Result<(), EventTooLarge> = EventDecoder::new(1_000).push(stream.as_bytes(), |item| {
            told.push(match item {
                Item::Comment => ":".to_owned(),
                Item::Event { name, data } => {
                    format!("{}={}", String::from_utf8_lossy(name), String::from_utf8_lossy(data))
                }
            });
            Ok(())
        });
        assert_eq!(result, Ok(()));
        assert_eq!(told, expected, "{stream:?}");
    }
}

const START: &str = "data: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":[]}}\n\n";
const BLOCK: &str = "data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n";
const CHUNK: &str = "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"}}]}\n\n";

#[test]
fn a_stream_out_of_order_is_given_up_after_its_good_events() {
    // (what, dialect, good events, bad event, part of the message)
    let stop = "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}\n\ndata: {\"type\":\"message_stop\"}\n\n";
    let ended = format!("{START}{stop}");
    let opened = format!("{START}{BLOCK}");
    let done = format!("{CHUNK}data: [DONE]\n\n");
    let cases: &[(&str, Dialect, &str, &str, &str)] = &[
        (
            "delta before start",
            Dialect::Anthropic,
            "",
            "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"x\"}}\n\n",
            "`content_block_delta` where",
        ),
        ("second start", Dialect::Anthropic, START, START, "`message_start` where"),
        (
            "delta without block",
            Dialect::Anthropic,
            START,
            "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"x\"}}\n\n",
            "`content_block_delta` where",
        ),
        (
            "delta of another block",
            Dialect::Anthropic,
            &opened,
            "data: {\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"text_delta\",\"text\":\"x\"}}\n\n",
            "`content_block_delta` where",
        ),
        (
            "delta of another kind",
            Dialect::Anthropic,
            &opened,
            "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"x\"}}\n\n",
            "another kind than its block",
        ),
        ("block inside block", Dialect::Anthropic, &opened, BLOCK, "`content_block_start` where"),
        (
            "block skipped",
            Dialect::Anthropic,
            START,
            "data: {\"type\":\"content_block_start\",\"index\":1,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n",
            "not the next one",
        ),
        (
            "end with open block",
            Dialect::Anthropic,
            &opened,
            "data: {\"type\":\"message_delta\",\"delta\":{}}\n\n",
            "`message_delta` where",
        ),
        (
            "stop without reason",
            Dialect::Anthropic,
            START,
            "data: {\"type\":\"message_stop\"}\n\n",
            "`message_stop` where",
        ),
        (
            "event after stop",
            Dialect::Anthropic,
            &ended,
            "data: {\"type\":\"ping\"}\n\n",
            "after `message_stop`",
        ),
        (
            "unknown event",
            Dialect::Anthropic,
            START,
            "event: telemetry\ndata: {\"type\":\"telemetry\"}\n\n",
            "unknown kind of event, `telemetry`",
        ),
        (
            "name unlike type",
            Dialect::Anthropic,
            START,
            "event: ping\ndata: {\"type\":\"message_stop\"}\n\n",
            "unknown kind `ping`",
        ),
        (
            "unknown block",
            Dialect::Anthropic,
            START,
            "data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"hologram\"}}\n\n",
            "`hologram`",
        ),
        (
            "unknown delta",
            Dialect::Anthropic,
            &opened,
            "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"smell_delta\"}}\n\n",
            "`smell_delta`",
        ),
        (
            "provider's error",
            Dialect::Anthropic,
            START,
            "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n",
            "reported an error: Overloaded",
        ),
        ("not JSON", Dialect::Anthropic, START, "event: ping\ndata: hello\n\n", "not acceptable JSON"),
        (
            "duplicate member",
            Dialect::Anthropic,
            START,
            "data: {\"type\":\"ping\",\"type\":\"ping\"}\n\n",
            "appears twice",
        ),
        (
            "case variant",
            Dialect::Anthropic,
            &opened,
            "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"x\",\"Text\":\"y\"}}\n\n",
            "another spelling of `text`",
        ),
        ("after done", Dialect::OpenAi, &done, CHUNK, "after `[DONE]`"),
        ("done twice", Dialect::OpenAi, &done, "data: [DONE]\n\n", "after `[DONE]`"),
        (
            "named event",
            Dialect::OpenAi,
            CHUNK,
            "event: thread.run\ndata: {}\n\n",
            "unknown kind `thread.run`",
        ),
        (
            "another object",
            Dialect::OpenAi,
            CHUNK,
            "data: {\"object\":\"text_completion\",\"choices\":[]}\n\n",
            "`text_completion`",
        ),
        (
            "no object",
            Dialect::OpenAi,
            CHUNK,
            "data: {\"choices\":[{\"index\":0}]}\n\n",
            "lacks the member `object`",
        ),
        (
            "choice without index",
            Dialect::OpenAi,
            CHUNK,
            "data: {\"object\":\"chat.completion.chunk\",\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\n",
            "lacks the member `index`",
        ),
        (
            "choice out of range",
            Dialect::OpenAi,
            CHUNK,
            "data: {\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":128}]}\n\n",
            "out of range",
        ),
        (
            "unknown tool call",
            Dialect::OpenAi,
            CHUNK,
            "data: {\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"type\":\"shell\"}]}}]}\n\n",
            "`shell`",
        ),
        (
            "provider's error",
            Dialect::OpenAi,
            CHUNK,
            "data: {\"error\":{\"message\":\"engine died\"}}\n\n",
            "reported an error: engine died",
        ),
        ("garbage", Dialect::OpenAi, CHUNK, "data: <html>\n\n", "not acceptable JSON"),
        ("invalid UTF-8 stands in", Dialect::OpenAi, CHUNK, "data: \"\u{1}\"\n\n", "not acceptable JSON"),
    ];
    for (what, dialect, good, bad, message) in cases {
        let (expected, _) = run(*dialect, true, [good.as_bytes()]);
        let stream = format!("{good}{bad}");
        let (outcome, _) = run(*dialect, true, [stream.as_bytes(), b"data: late\n\n"]);
        let fault = outcome.fault.unwrap_or_else(|| panic!("{dialect}: {what} passed")).to_string();
        assert!(fault.contains(message), "{dialect}: {what}: {fault}");
        assert_eq!(outcome.released, expected.released, "{dialect}: {what}");
    }
}

#[test]
fn a_bad_whole_reply_is_refused_and_nothing_comes_out() {
    for (what, dialect, body, message) in [
        (
            "unknown block",
            Dialect::Anthropic,
            r#"{"type":"message","content":[{"type":"hologram"}]}"#,
            "`hologram`",
        ),
        ("another object", Dialect::Anthropic, r#"{"type":"completion","content":[]}"#, "`completion`"),
        (
            "error with 200",
            Dialect::Anthropic,
            r#"{"type":"error","error":{"type":"api_error","message":"no"}}"#,
            "reported an error: no",
        ),
        ("a list", Dialect::OpenAi, "[]", "not of its dialect"),
        (
            "unknown tool call",
            Dialect::OpenAi,
            r#"{"object":"chat.completion","choices":[{"index":0,"message":{"tool_calls":[{"id":"c","type":"shell"}]}}]}"#,
            "`shell`",
        ),
        (
            "unknown part",
            Dialect::OpenAi,
            r#"{"object":"chat.completion","choices":[{"index":0,"message":{"content":[{"type":"hologram"}]}}]}"#,
            "`hologram`",
        ),
        ("error with 200", Dialect::OpenAi, r#"{"error":"quota"}"#, "reported an error: quota"),
        ("error page", Dialect::OpenAi, "<html></html>", "not acceptable JSON"),
    ] {
        let (outcome, _) = run(dialect, false, [body.as_bytes()]);
        let fault = outcome.fault.unwrap_or_else(|| panic!("{dialect}: {what} passed")).to_string();
        assert!(fault.contains(message), "{dialect}: {what}: {fault}");
        assert_eq!(outcome.released, "", "{dialect}: {what}");
    }
}

#[test]
fn a_reply_over_the_limit_is_given_up() {
    let limits = Limits { bytes: 100, ..Limits::default() };
    for streamed in [true, false] {
        let mut reader = ReplyReader::new(Dialect::OpenAi, streamed, limits);
        let result = (0..20).find_map(|_| reader.push(b"data: 0123456789").err());
        assert!(matches!(*result.unwrap().fault, ReplyFault::TooLarge(EventTooLarge { limit: 100 })));
        // And stays given up.
        assert!(reader.push(b"\n\n").is_err());
        assert!(reader.finish().is_err());
    }
}

#[test]
fn content_is_not_in_debug_output() {
    let mut reader = ReplyReader::new(Dialect::OpenAi, true, Limits::default());
    let stream = format!("{}data: half a secret-7f3a", CHUNK.replace("\"x\"", "\"secret-7f3a\""));
    let judged = reader.push(stream.as_bytes()).unwrap();
    let mut shown = format!("{reader:?} {judged:?}");
    judged.texts().for_each(|text| shown.push_str(&format!("{text:?}")));
    judged.events().for_each(|event| shown.push_str(&format!("{event:?}")));
    assert!(judged.texts().any(|text| text.text.contains("secret")));
    assert!(!shown.contains("secret"), "{shown}");
}

#[test]
fn azure_may_begin_with_a_chunk_that_names_nothing() {
    let stream = format!(
        "data: {{\"choices\":[],\"created\":0,\"id\":\"\",\"model\":\"\",\"object\":\"\",\"prompt_filter_results\":[]}}\n\n{CHUNK}data: [DONE]\n\n"
    );
    let (outcome, reader) = run(Dialect::OpenAi, true, [stream.as_bytes()]);
    assert_eq!(outcome.fault, None);
    assert_eq!(reader.summary().provider_request.as_deref(), Some("c"));
    assert_eq!(reader.summary().unlisted, 1);
}
