//! Requests of both dialects: what is found in them, what is forwarded, what is refused.

mod support;

use carveout_dialects::{Asked, Dialect, Limits, ReadError, read};
use proptest::prelude::*;
use support::{REQUESTS, string_places};

fn ask(dialect: Dialect, body: &str) -> Result<Asked, ReadError> {
    read(dialect, body.as_bytes(), &Limits::default())
}

/// Everything an [`Asked`] tells, as lines.
fn described(asked: &Asked) -> String {
    let mut lines = vec![
        format!("model {}", asked.model()),
        format!("stream {}", asked.stream()),
        format!("choices {}", asked.choices()),
        format!("max_tokens {:?}", asked.max_tokens()),
        format!("tools_offered {}", asked.tools_offered()),
        format!("tool_results {}", asked.tool_results()),
    ];
    lines.extend(asked.server_tools().map(|tool| format!("server tool {} {}", tool.place(), tool.name)));
    lines.extend(asked.opaque().map(|opaque| format!("opaque {} {:?}", opaque.place(), opaque.media)));
    lines.extend(asked.unlisted().map(|unlisted| format!("unlisted {}", unlisted.place())));
    lines.extend(
        asked
            .texts()
            .map(|text| format!("text {} {:?} {:?} {:?}", text.place(), text.speaker, text.kind, text.text)),
    );
    let body = asked.canonical("target-model");
    lines.push(format!("canonical {}", String::from_utf8_lossy(body.as_bytes())));
    lines.join("\n")
}

#[test]
fn golden_requests_are_described_in_full() {
    for (name, dialect, body) in REQUESTS {
        let asked = ask(*dialect, body).unwrap_or_else(|error| panic!("{name}: {error}"));
        insta::assert_snapshot!(*name, described(&asked));
    }
}

#[test]
fn only_the_model_is_replaced() {
    for (name, dialect, body) in REQUESTS {
        let asked = ask(*dialect, body).unwrap();
        let forwarded = asked.into_canonical("a \"quoted\" model\n");
        let mut expected: serde_json::Value = serde_json::from_str(body).unwrap();
        expected["model"] = "a \"quoted\" model\n".into();
        let actual: serde_json::Value = serde_json::from_slice(forwarded.as_bytes()).unwrap();
        assert_eq!(actual, expected, "{name}");
        // Member order counts too, which comparing values doesn't see.
        assert_eq!(actual.to_string(), expected.to_string(), "{name}");
        let again = ask(*dialect, std::str::from_utf8(forwarded.as_bytes()).unwrap()).unwrap();
        assert_eq!(again.into_canonical("a \"quoted\" model\n"), forwarded, "{name}");
    }
}

/// Puts `marker` into every string of every golden request, one at a time, member names included.
/// The model apart, each is told as a text, lies in an opaque part, or the request is refused.
#[test]
fn a_marker_in_any_string_is_found() {
    for (name, dialect, body) in REQUESTS {
        let document: serde_json::Value = serde_json::from_str(body).unwrap();
        for (place, marked) in string_places(&document, "marker-7f3a \u{1} \"\\") {
            assert_found(*dialect, &marked, &place, "marker-7f3a \u{1} \"\\", name);
        }
    }
}

fn assert_found(dialect: Dialect, document: &serde_json::Value, place: &str, marker: &str, name: &str) {
    let Ok(asked) = ask(dialect, &document.to_string()) else { return };
    let found = asked.model().contains(marker)
        || asked.texts().any(|text| text.text.contains(marker))
        || asked.opaque().any(|opaque| opaque.place() == place);
    assert!(found, "{name}: a text at {place} was not told");
}

proptest! {
    #[test]
    fn a_random_marker_anywhere_is_found(
        request in 0..REQUESTS.len(),
        position in any::<prop::sample::Index>(),
        marker in "[a-z]{4}\\PC{0,12}",
    ) {
        let (name, dialect, body) = REQUESTS[request];
        let document: serde_json::Value = serde_json::from_str(body).unwrap();
        let places = string_places(&document, &marker);
        let (place, marked) = position.get(&places);
        assert_found(dialect, marked, place, &marker, name);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for dialect in [Dialect::OpenAi, Dialect::Anthropic] {
            let _ = read(dialect, &bytes, &Limits::default());
        }
    }

    #[test]
    fn damaged_requests_never_panic_and_stay_canonical(
        request in 0..REQUESTS.len(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let (_, dialect, body) = REQUESTS[request];
        let mut bytes = body.as_bytes().to_vec();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(asked) = read(dialect, &bytes, &Limits::default()) {
            let model = asked.model().to_owned();
            asked.texts().for_each(|text| drop(text.place()));
            let body = asked.into_canonical(&model);
            let again = read(dialect, body.as_bytes(), &Limits::default()).unwrap();
            prop_assert_eq!(again.into_canonical(&model), body);
        }
    }
}

/// (what is wrong, body, part of the message)
const BAD_FOR_BOTH: &[(&str, &str, &str)] = &[
    ("not an object", r#"["model"]"#, "is of the wrong type; send an object"),
    ("no model", r#"{"messages":[]}"#, "lacks the member `model`"),
    ("null model", r#"{"model":null,"messages":[]}"#, "lacks the member `model`"),
    ("empty model", r#"{"model":"","messages":[]}"#, "lacks the member `model`"),
    ("model not a string", r#"{"model":7,"messages":[]}"#, "`/model` is of the wrong type"),
    ("no messages", r#"{"model":"m"}"#, "lacks the member `messages`"),
    ("messages not an array", r#"{"model":"m","messages":{}}"#, "send an array"),
    ("message not an object", r#"{"model":"m","messages":["hi"]}"#, "`/messages/0` is of the wrong type"),
    ("no role", r#"{"model":"m","messages":[{"content":"hi"}]}"#, "lacks the member `role`"),
    (
        "unknown role",
        r#"{"model":"m","messages":[{"role":"root","content":"hi"}]}"#,
        "an unknown kind of message, `root`",
    ),
    (
        "role in capitals",
        r#"{"model":"m","messages":[{"role":"User","content":"hi"}]}"#,
        "unknown kind of message, `User`",
    ),
    ("no content", r#"{"model":"m","messages":[{"role":"user"}]}"#, "lacks the member `content`"),
    (
        "content a number",
        r#"{"model":"m","messages":[{"role":"user","content":7}]}"#,
        "`/messages/0/content` is of the wrong type",
    ),
    (
        "unknown part",
        r#"{"model":"m","messages":[{"role":"user","content":[{"type":"hologram","data":"x"}]}]}"#,
        "unknown kind of content",
    ),
    (
        "part without type",
        r#"{"model":"m","messages":[{"role":"user","content":[{"text":"x"}]}]}"#,
        "lacks the member `type`",
    ),
    (
        "text part without text",
        r#"{"model":"m","messages":[{"role":"user","content":[{"type":"text"}]}]}"#,
        "lacks the member `text`",
    ),
    (
        "unknown tool",
        r#"{"model":"m","messages":[],"tools":[{"type":"drone_20270101"}]}"#,
        "an unknown kind of tool, ",
    ),
    (
        "stream a string",
        r#"{"model":"m","messages":[],"stream":"true"}"#,
        "`/stream` is of the wrong type; send true or false",
    ),
    ("stream a number", r#"{"model":"m","messages":[],"stream":1}"#, "send true or false"),
    ("max_tokens beyond 2^53", r#"{"model":"m","messages":[],"max_tokens":9007199254740993}"#, "beyond 2^53"),
    (
        "max_tokens beyond i64",
        r#"{"model":"m","messages":[],"max_tokens":99999999999999999999}"#,
        "beyond 2^53",
    ),
    ("max_tokens a fraction", r#"{"model":"m","messages":[],"max_tokens":1.0}"#, "must be an integer"),
    ("max_tokens an exponent", r#"{"model":"m","messages":[],"max_tokens":1e3}"#, "must be an integer"),
    ("max_tokens negative", r#"{"model":"m","messages":[],"max_tokens":-1}"#, "out of range"),
    ("duplicate member", r#"{"model":"m","messages":[],"model":"n"}"#, "the member `model` appears twice"),
    (
        "duplicate, escaped",
        r#"{"model":"m","messages":[],"m\u006fdel":"n"}"#,
        "the member `model` appears twice",
    ),
    (
        "case variant",
        r#"{"model":"m","Messages":[],"messages":[]}"#,
        "`/Messages` is another spelling of `messages`",
    ),
    (
        "case variant, escaped",
        r#"{"model":"m","messages":[],"\u0053tream":true}"#,
        "another spelling of `stream`",
    ),
    (
        "case variant, long s",
        "{\"model\":\"m\",\"messages\":[],\"\u{17f}tream\":true}",
        "another spelling of `stream`",
    ),
    (
        "case variant, Kelvin sign",
        "{\"model\":\"m\",\"messages\":[],\"max_to\u{212a}ens\":1}",
        "another spelling of `max_tokens`",
    ),
    (
        "case variant, inside",
        r#"{"model":"m","messages":[{"role":"user","content":"x","Role":"system"}]}"#,
        "`/messages/0/Role` is another spelling",
    ),
];

const BAD_OPENAI: &[(&str, &str, &str)] = &[
    ("n of zero", r#"{"model":"m","messages":[],"n":0}"#, "send 1 to 128"),
    ("n of 129", r#"{"model":"m","messages":[],"n":129}"#, "send 1 to 128"),
    ("seed beyond 2^53", r#"{"model":"m","messages":[],"seed":-9007199254740993}"#, "beyond 2^53"),
    (
        "unknown tool call",
        r#"{"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"c","type":"shell"}]}]}"#,
        "an unknown kind of tool call, `shell`",
    ),
    (
        "unknown format",
        r#"{"model":"m","messages":[],"response_format":{"type":"xml"}}"#,
        "an unknown kind of response format, `xml`",
    ),
    (
        "tool without type",
        r#"{"model":"m","messages":[],"tools":[{"function":{"name":"f"}}]}"#,
        "lacks the member `type`",
    ),
];

const BAD_ANTHROPIC: &[(&str, &str, &str)] = &[
    (
        "OpenAI's developer role",
        r#"{"model":"m","messages":[{"role":"developer","content":"x"}]}"#,
        "unknown kind of message, `developer`",
    ),
    (
        "unknown source",
        r#"{"model":"m","messages":[{"role":"user","content":[{"type":"image","source":{"type":"s3"}}]}]}"#,
        "an unknown kind of image source, ",
    ),
    (
        "unknown thinking",
        r#"{"model":"m","messages":[],"thinking":{"type":"deep"}}"#,
        "unknown kind of thinking, `deep`",
    ),
    (
        "unknown result",
        r#"{"model":"m","messages":[{"role":"assistant","content":[{"type":"web_search_tool_result","tool_use_id":"s","content":[{"type":"page"}]}]}]}"#,
        "unknown kind of search result, `page`",
    ),
];

#[test]
fn bad_requests_are_refused_and_say_why() {
    let both = [Dialect::OpenAi, Dialect::Anthropic];
    let all = both.iter().flat_map(|dialect| BAD_FOR_BOTH.iter().map(move |case| (*dialect, case)));
    let openai = BAD_OPENAI.iter().map(|case| (Dialect::OpenAi, case));
    let anthropic = BAD_ANTHROPIC.iter().map(|case| (Dialect::Anthropic, case));
    for (dialect, (name, body, message)) in all.chain(openai).chain(anthropic) {
        match ask(dialect, body) {
            Ok(_) => panic!("{dialect}: {name} was accepted"),
            Err(error) => {
                let said = error.to_string();
                assert!(said.contains(message), "{dialect}: {name}: {said}");
                assert!(said.contains("at byte"), "{dialect}: {name}: {said}");
            }
        }
    }
}

#[test]
fn content_is_not_in_debug_output() {
    let body = r#"{"model":"m","messages":[{"role":"user","content":"secret-7f3a"}]}"#;
    let asked = ask(Dialect::OpenAi, body).unwrap();
    let mut shown = format!("{asked:?}");
    asked.texts().for_each(|text| shown.push_str(&format!("{text:?}")));
    shown.push_str(&format!("{:?}", asked.into_canonical("m")));
    assert!(!shown.contains("secret"), "{shown}");
}

#[test]
fn a_text_of_a_result_names_the_call_that_it_answers() {
    let openai = r#"{"model":"m","messages":[
        {"role":"user","content":"Go."},
        {"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]},
        {"role":"tool","tool_call_id":"\u0061","content":"first"},
        {"role":"tool","tool_call_id":"b","content":[{"type":"text","text":"second"},{"type":"text","text":"third"}]},
        {"role":"function","name":"f","content":"fourth"},
        {"role":"user","content":"last"}]}"#;
    let anthropic = r#"{"model":"m","max_tokens":9,"messages":[
        {"role":"user","content":"Go."},
        {"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{}}]},
        {"role":"user","content":[
            {"type":"tool_result","tool_use_id":"a","content":"first"},
            {"type":"tool_result","tool_use_id":"b","content":[{"type":"text","text":"second"},{"type":"text","text":"third"}]},
            {"type":"text","text":"last"}]}]}"#;
    for (dialect, body) in [(Dialect::OpenAi, openai), (Dialect::Anthropic, anthropic)] {
        let asked = ask(dialect, body).unwrap();
        let found: Vec<_> = asked
            .texts()
            .filter(|text| ["Go.", "first", "second", "third", "fourth", "last"].contains(&&*text.text))
            .map(|text| {
                asked.result_of(&text).map(|one| (one.number, one.call.map(|call| call.into_owned())))
            })
            .collect();
        let (first, second) = (Some((0, Some("a".to_owned()))), Some((1, Some("b".to_owned()))));
        let mut expected = vec![None, first, second.clone(), second];
        expected.extend((dialect == Dialect::OpenAi).then_some(Some((2, None))));
        expected.push(None);
        assert_eq!(found, expected, "{dialect}");
    }
}

#[test]
fn null_says_nothing() {
    let body =
        r#"{"model":"m","messages":[],"stream":null,"max_tokens":null,"n":null,"tools":null,"stop":null}"#;
    let asked = ask(Dialect::OpenAi, body).unwrap();
    assert_eq!((asked.stream(), asked.max_tokens(), asked.choices()), (false, None, 1));
    assert_eq!(asked.texts().len(), 0);
}

#[test]
fn a_feature_that_is_off_is_not_told() {
    for (dialect, off) in [
        (Dialect::OpenAi, r#""store":false"#),
        (Dialect::OpenAi, r#""web_search_options":null"#),
        (Dialect::Anthropic, r#""mcp_servers":[]"#),
        (Dialect::Anthropic, r#""container":null"#),
    ] {
        let asked = ask(dialect, &format!(r#"{{"model":"m","messages":[],{off}}}"#)).unwrap();
        assert_eq!(asked.server_tools().len(), 0, "{off}");
    }
}

#[test]
fn an_unlisted_member_is_scanned_and_counted() {
    let body =
        r#"{"model":"m","messages":[{"role":"user","content":"x","hidden":{"deep":["a word",202555]}}]}"#;
    for dialect in [Dialect::OpenAi, Dialect::Anthropic] {
        let asked = ask(dialect, body).unwrap();
        let unlisted: Vec<_> = asked.unlisted().map(|unlisted| unlisted.place()).collect();
        assert_eq!(unlisted, ["/messages/0/hidden"]);
        let texts: Vec<_> = asked.texts().map(|text| text.text.into_owned()).collect();
        assert_eq!(texts, ["x", "hidden", "deep", "a word", "202555"]);
    }
}

#[test]
fn one_dialect_is_not_the_other() {
    // Settings of the other dialect are unlisted, never acted on.
    let asked =
        ask(Dialect::Anthropic, r#"{"model":"m","messages":[],"n":5,"max_completion_tokens":9}"#).unwrap();
    assert_eq!((asked.choices(), asked.max_tokens(), asked.unlisted().len()), (1, None, 2));
    let asked = ask(Dialect::OpenAi, r#"{"model":"m","messages":[],"system":"x"}"#).unwrap();
    assert_eq!(asked.unlisted().len(), 1);
}

#[test]
fn the_size_limit_is_told_apart() {
    let limits = Limits { bytes: 10, ..Limits::default() };
    for (_, dialect, body) in REQUESTS {
        assert!(read(*dialect, body.as_bytes(), &limits).unwrap_err().is_too_large());
    }
}
