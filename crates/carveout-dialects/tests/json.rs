//! The strict reader against a lenient one.

use carveout_dialects::json::{Document, JsonFault, Limits, write_string};
use proptest::prelude::*;
use serde_json::Value;

fn canonical(source: &[u8]) -> Result<String, carveout_dialects::json::JsonError> {
    Document::read(source, &Limits::default()).map(Document::into_text)
}

#[test]
fn the_canonical_form_is_minimal_and_keeps_what_matters() {
    for (source, expected) in [
        (" {\t\"a\" :\r\n1 , \"b\" : [ ] } ", r#"{"a":1,"b":[]}"#),
        // Order and number spelling are the sender's.
        (r#"{"b":1.0,"a":1E+2,"c":-0,"d":0.10}"#, r#"{"b":1.0,"a":1E+2,"c":-0,"d":0.10}"#),
        (r#""\/\u0041\u00e9\u20ac\ud83d\ude00""#, "\"/A\u{e9}\u{20ac}\u{1f600}\""),
        (r#""\u0022\u005c\u0008\u000c\u000a\u000d\u0009\u0001\u001F""#, r#""\"\\\b\f\n\r\t\u0001\u001f""#),
        ("\"\u{7f}\u{2028}\"", "\"\u{7f}\u{2028}\""),
        (r#"{"\u0061":{"\u0062":[true,false,null]}}"#, r#"{"a":{"b":[true,false,null]}}"#),
        ("7", "7"),
        (r#"["",{},[[]]]"#, r#"["",{},[[]]]"#),
    ] {
        assert_eq!(canonical(source.as_bytes()).as_deref(), Ok(expected), "{source}");
    }
}

#[test]
fn bad_json_is_refused_with_its_fault_and_offset() {
    use JsonFault as F;
    let unexpected = |found: u8, expected| F::Unexpected { found, expected };
    let duplicate = |name: &str| F::DuplicateKey { name: name.to_owned() };
    let cases: &[(&[u8], JsonFault, usize)] = &[
        (b"", F::Empty, 0),
        (b" \n ", F::Empty, 3),
        (b"\xef\xbb\xbf{}", F::ByteOrderMark, 0),
        (b"{\"a\":\"\xff\"}", F::InvalidUtf8, 6),
        (b"\"\xed\xa0\x80\"", F::InvalidUtf8, 1),
        (b"{\"a\":1}x", F::TrailingGarbage, 7),
        (b"{} {}", F::TrailingGarbage, 3),
        (b"[1", F::UnexpectedEnd, 2),
        (b"{\"a\"", F::UnexpectedEnd, 4),
        (b"\"abc", F::UnexpectedEnd, 4),
        (b"\"\\", F::UnexpectedEnd, 1),
        (b"[1,]", unexpected(b']', "a value"), 3),
        (b"{\"a\":1,}", unexpected(b'}', "a member name in quotes"), 7),
        (b"{a:1}", unexpected(b'a', "a member name in quotes"), 1),
        (b"{\"a\" 1}", unexpected(b'1', "`:`"), 5),
        (b"[1 2]", unexpected(b'2', "`,` or `]`"), 3),
        (b"{\"a\":1]", unexpected(b']', "`,` or `}`"), 6),
        (b"// x\n1", unexpected(b'/', "a value"), 0),
        (b"'a'", unexpected(b'\'', "a value"), 0),
        (b"True", unexpected(b'T', "a value"), 0),
        (b"nul", F::UnexpectedEnd, 0),
        (b"nule", unexpected(b'n', "a value"), 0),
        (b"\"\xe2\x82", F::UnexpectedEnd, 3),
        (b"\"\\ud83d", F::UnexpectedEnd, 1),
        (b"\"\\ud83d\\u", F::UnexpectedEnd, 1),
        (b"NaN", F::NotFinite, 0),
        (b"[-Infinity]", F::NotFinite, 2),
        (b"1e999", F::NotFinite, 5),
        (b"012", F::LeadingZero, 0),
        (b"-01", F::LeadingZero, 1),
        (b"+1", unexpected(b'+', "a value"), 0),
        (b".5", unexpected(b'.', "a value"), 0),
        (b"1.", F::UnexpectedEnd, 2),
        (b"[1.]", F::IncompleteNumber, 3),
        (b"1.e1", F::IncompleteNumber, 2),
        (b"1e", F::UnexpectedEnd, 2),
        (b"[1e+]", F::IncompleteNumber, 4),
        (b"-", F::UnexpectedEnd, 1),
        (b"-x", F::IncompleteNumber, 1),
        (b"\"a\nb\"", F::ControlCharacter { found: b'\n' }, 2),
        (b"\"a\0b\"", F::ControlCharacter { found: 0 }, 2),
        (b"\"\\x41\"", F::BadEscape, 1),
        (b"\"\\u12g4\"", F::BadEscape, 1),
        (b"\"\\u+123\"", F::BadEscape, 1),
        (b"\"\\ud800\"", F::LoneSurrogate, 1),
        (b"\"\\ud800x\"", F::LoneSurrogate, 1),
        (b"\"\\ud800\\u0041\"", F::LoneSurrogate, 1),
        (b"\"\\udc00\\ud800\"", F::LoneSurrogate, 1),
        (b"{\"a\":1,\"a\":1}", duplicate("a"), 7),
        (b"{\"a\":1,\"\\u0061\":2}", duplicate("a"), 7),
        (b"[{\"x\":{\"\\n\":1,\"b\":2,\"\\u000a\":3}}]", duplicate("\\n"), 20),
    ];
    for (source, fault, offset) in cases {
        let error = Document::read(source, &Limits::default()).map(Document::into_text).unwrap_err();
        let shown = String::from_utf8_lossy(source);
        assert_eq!((&error.fault, error.offset), (fault, *offset), "{shown}");
    }
}

#[test]
fn limits_hold_to_the_level_and_the_byte() {
    let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    let limits = Limits::default();
    assert!(Document::read(nested(64).as_bytes(), &limits).is_ok());
    let error = Document::read(nested(65).as_bytes(), &limits).unwrap_err();
    assert_eq!((error.fault, error.offset), (JsonFault::TooDeep { limit: 64 }, 64));
    // No recursion: depth can't exhaust the stack.
    let deep = Limits { depth: usize::MAX, ..limits };
    assert!(Document::read(nested(1_000_000).as_bytes(), &deep).is_ok());
    let tight = Limits { bytes: 4, ..limits };
    assert!(Document::read(b"[12]", &tight).is_ok());
    let error = Document::read(b"[123]", &tight).unwrap_err();
    assert_eq!(error.fault, JsonFault::TooLarge { limit: 4 });
}

#[test]
fn a_duplicate_among_many_members_is_found() {
    let members: Vec<String> = (0..5_000).map(|number| format!("\"m{number}\":0")).collect();
    let fine = format!("{{{}}}", members.join(","));
    assert!(canonical(fine.as_bytes()).is_ok());
    // First, last and between in the order of names, which is how they are compared.
    for name in ["m0", "m17", "m999"] {
        let twice = format!("{{{},\"{name}\":1}}", members.join(","));
        let error = canonical(twice.as_bytes()).unwrap_err();
        assert_eq!(error.fault, JsonFault::DuplicateKey { name: name.to_owned() });
        assert_eq!(error.offset, fine.len());
    }
}

#[test]
fn a_pointer_leads_to_its_value() {
    let source = r#"{"a":[0,{"b/c":{"d~e":"here"}}],"":{"":1}}"#;
    let document = Document::read(source.as_bytes(), &Limits::default()).unwrap();
    let oracle: Value = serde_json::from_str(source).unwrap();
    let mut values = 0;
    for view in document.root().subtree().filter(|view| view.string().is_some()) {
        values += 1;
        assert_eq!(oracle.pointer(&view.pointer()).and_then(Value::as_str), view.string().as_deref());
    }
    assert_eq!(values, 1);
}

/// Arbitrary JSON, of moderate size and with duplicate-prone names.
fn json() -> impl Strategy<Value = Value> {
    let number = prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        prop::num::f64::NORMAL.prop_map(Value::from),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        number,
        ".{0,12}".prop_map(Value::from),
        "[\\x00-\\x7f]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::vec((".{0,4}", inner), 0..24)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Writes `value` in one of its many spellings: `choices` decides about whitespace and escapes.
fn spelt(value: &Value, choices: &mut impl Iterator<Item = u8>, out: &mut String) {
    space(choices, out);
    match value {
        Value::Array(elements) => {
            out.push('[');
            for (position, element) in elements.iter().enumerate() {
                out.push_str(if position > 0 { "," } else { "" });
                spelt(element, choices, out);
            }
            space(choices, out);
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (position, (name, member)) in members.iter().enumerate() {
                out.push_str(if position > 0 { "," } else { "" });
                space(choices, out);
                spelt_string(name, choices, out);
                space(choices, out);
                out.push(':');
                spelt(member, choices, out);
            }
            space(choices, out);
            out.push('}');
        }
        Value::String(text) => spelt_string(text, choices, out),
        other => out.push_str(&other.to_string()),
    }
    space(choices, out);
}

fn space(choices: &mut impl Iterator<Item = u8>, out: &mut String) {
    out.push_str(match choices.next() {
        Some(0) => " ",
        Some(1) => "\r\n\t",
        _ => "",
    });
}

fn spelt_string(text: &str, choices: &mut impl Iterator<Item = u8>, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match (choices.next().unwrap_or(9), character) {
            (0, '/') => out.push_str("\\/"),
            (0..=2, _) => {
                let mut units = [0; 2];
                for unit in character.encode_utf16(&mut units) {
                    out.push_str(&format!("\\u{unit:04X}"));
                }
            }
            (_, '"') => out.push_str("\\\""),
            (_, '\\') => out.push_str("\\\\"),
            (_, control) if control < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(control))),
            (_, plain) => out.push(plain),
        }
    }
    out.push('"');
}

proptest! {
    #[test]
    fn any_spelling_has_one_canonical_form(
        value in json(),
        choices in prop::collection::vec(0u8..12, 1..64),
    ) {
        let mut source = String::new();
        spelt(&value, &mut choices.iter().copied().cycle(), &mut source);
        let canonical_text = canonical(source.as_bytes()).unwrap();
        // serde_json escapes as sparingly as the canonical form does and keeps order and number spelling.
        prop_assert_eq!(&canonical_text, &value.to_string());
        // (Its floats don't survive a round trip to the last bit, so values are compared after reading both.)
        let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        prop_assert_eq!(read(&canonical_text), read(&source));
        prop_assert_eq!(canonical(canonical_text.as_bytes()).unwrap(), canonical_text);
    }

    /// Accepted exactly if the oracle accepts, minus what we refuse on purpose.
    #[test]
    fn damaged_json_is_judged_as_the_oracle_does(
        value in json(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..3), 0..4),
    ) {
        let mut source = value.to_string().into_bytes();
        for (at, byte, what) in damage {
            let at = at.index(source.len() + 1);
            match what {
                0 => source.insert(at, byte),
                1 if at < source.len() => source[at] = byte,
                _ if at < source.len() => drop(source.remove(at)),
                _ => {}
            }
        }
        let oracle = serde_json::from_slice::<Value>(&source);
        match (canonical(&source), oracle) {
            (Ok(text), Ok(value)) => prop_assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value),
            (Err(_), Err(_)) => {}
            (Ok(text), Err(error)) => prop_assert!(false, "accepted `{text}`, but {error}"),
            (Err(error), Ok(_)) => prop_assert!(
                matches!(error.fault, JsonFault::DuplicateKey { .. } | JsonFault::ByteOrderMark),
                "refused what the oracle takes: {error}"
            ),
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = canonical(&bytes);
    }

    #[test]
    fn json_like_bytes_never_panic(bytes in "[\\[\\]{}:,\"\\\\u0-9a-fA-F.eE+\\- tn]{0,40}") {
        let ours = canonical(bytes.as_bytes()).is_ok();
        let theirs = serde_json::from_str::<Value>(&bytes).is_ok();
        prop_assert!(theirs || !ours);
    }

    #[test]
    fn a_written_string_reads_back(text in ".{0,40}") {
        let mut written = String::new();
        write_string(&mut written, &text);
        prop_assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text.clone());
        let document = Document::read(written.as_bytes(), &Limits::default()).unwrap();
        let read = document.root().string().map(std::borrow::Cow::into_owned);
        prop_assert_eq!(read, Some(text));
        prop_assert_eq!(document.text(), written);
    }
}
