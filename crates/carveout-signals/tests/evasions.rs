//! An identifier in disguise is the identifier, and its span is the disguise.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests are tests: clippy.toml exempts test functions only"
)]

use base64::{Engine as _, engine::general_purpose::STANDARD};
use carveout_signals::{Finding, Kind, OpaqueKind, Scanner, View};
use proptest::prelude::*;

/// The one finding of a text.
#[track_caller]
fn one(text: &str) -> Finding {
    let found = Scanner::default().scan(text).findings;
    assert_eq!(found.len(), 1, "{text:?}: {found:?}");
    found.into_iter().next().unwrap()
}

/// A way to write a text.
type Disguise = fn(&str) -> String;

/// Ways to write a text that people and models still read.
fn disguises() -> Vec<(&'static str, Disguise)> {
    vec![
        ("zero width", |text| text.chars().flat_map(|character| [character, '\u{200b}']).collect()),
        ("soft hyphens", |text| text.chars().flat_map(|character| [character, '\u{ad}']).collect()),
        ("full width", |text| {
            text.chars()
                .map(|character| match character {
                    '!'..='~' => char::from_u32(u32::from(character) + 0xfee0).unwrap(),
                    other => other,
                })
                .collect()
        }),
        ("mathematical", |text| {
            text.chars()
                .map(|character| match character {
                    'a'..='z' => char::from_u32(0x1d41a + u32::from(character) - 97).unwrap(),
                    '0'..='9' => char::from_u32(0x1d7ce + u32::from(character) - 48).unwrap(),
                    other => other,
                })
                .collect()
        }),
        ("look-alikes", |text| text.replace('a', "а").replace('e', "е").replace('o', "о").replace('.', "．")),
        ("letters for digits", |text| text.replace('3', "З").replace('6', "б")),
        ("percent", |text| text.bytes().map(|byte| format!("%{byte:02X}")).collect()),
        ("references", |text| text.chars().map(|character| format!("&#{};", u32::from(character))).collect()),
        ("backslashes", |text| {
            text.chars().map(|character| format!("\\u{:04x}", u32::from(character))).collect()
        }),
        ("base64", |text| STANDARD.encode(format!("a note: {text} "))),
        ("base64 of base64", |text| STANDARD.encode(STANDARD.encode(format!("a note: {text} ")))),
        ("hexadecimal", |text| hex::encode(format!("a note: {text} "))),
        ("tags", |text| {
            let hidden: String = text
                .chars()
                .map(|character| char::from_u32(0xe0000 + u32::from(character)).unwrap())
                .collect();
            format!("🏴{hidden}")
        }),
        ("turned round", |text| format!("\u{202e}{}\u{202c}", text.chars().rev().collect::<String>())),
        ("spaced", |text| {
            let letters: Vec<String> =
                text.chars().filter(|letter| *letter != ' ').map(String::from).collect();
            letters.join(" ")
        }),
    ]
}

#[test]
fn an_identifier_in_disguise_is_the_identifier() {
    for (plain, kind) in [
        ("maria.keller@posthaus-nord.de", Kind::Email),
        ("+14158672309", Kind::Phone),
        ("4532015112830366", Kind::Card),
        ("536-48-7219", Kind::Ssn),
    ] {
        let expected = one(plain);
        assert_eq!(expected.kind, kind);
        assert!(expected.via.is_plain());
        for (name, disguise) in disguises().into_iter().filter(|(_, disguise)| disguise(plain) != plain) {
            let text = format!("Then there is {} of last week.", disguise(plain));
            let found = Scanner::default().scan(&text).findings;
            assert_eq!(found.len(), 1, "{name}: {text:?} {found:?}");
            assert_eq!(found[0].canonical, expected.canonical, "{name}");
            assert!(!found[0].via.is_plain(), "{name}");
            let shown = &text[found[0].span.range()];
            let hidden = shown.len() + 24 >= disguise(plain).len()
                || name.starts_with("base64")
                || name == "hexadecimal";
            assert!(hidden && !shown.contains("Then"), "{name}: the span is {shown:?}");
        }
    }
}

#[test]
fn spoken_addresses_are_addresses() {
    for text in [
        "maria.keller [at] posthaus-nord [dot] de",
        "maria.keller(at)posthaus-nord(dot)de",
        "reach maria.keller at posthaus-nord dot de today",
        "MARIA.KELLER AT POSTHAUS-NORD DOT DE",
        "maria.keller @ posthaus-nord . de",
    ] {
        let found = one(text);
        assert_eq!(found.canonical.as_str(), "maria.keller@posthaus-nord.de", "{text}");
        assert_eq!(found.via.iter().collect::<Vec<_>>(), [View::Spoken]);
    }
    assert!(Scanner::default().scan("see you at noon. The dot is at the end.").findings.is_empty());
}

#[test]
fn misread_letters_count_only_where_the_number_holds() {
    assert_eq!(one("card 4S32 OlS1 1283 0366").canonical.as_str(), "4532015112830366");
    assert_eq!(one("call +1 4l5 867 23O9").canonical.as_str(), "+14158672309");
    for text in ["models 10B, 20B and 5Ol", "card 4S32 OlS1 1283 0367", "SOS 2000 to 3000 Ibs"] {
        assert!(Scanner::default().scan(text).findings.is_empty(), "{text}");
    }
}

#[test]
fn what_cant_be_read_is_opaque() {
    let scanner = Scanner::default();
    let noise: Vec<u8> = (0..600_u32).map(|place| (place.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let picture: Vec<u8> = b"\x89PNG\r\n".iter().chain(&noise).copied().collect();
    for (bytes, kind) in [(noise.clone(), OpaqueKind::Unknown), (picture, OpaqueKind::Image)] {
        let text = format!("Look: data:image/png;base64,{} end", STANDARD.encode(&bytes));
        let evidence = scanner.scan(&text);
        assert_eq!(evidence.opaque.len(), 1, "{evidence:?}");
        assert_eq!(evidence.opaque[0].kind, kind);
        assert!(evidence.opaque[0].bytes >= bytes.len() - 3);
    }
    for text in [
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "https://posthaus-nord.de/some/long/path/that/goes/on/and-on-and-on/for/very-many-segments/and/does-not/end/here-nor/there",
        "a_rather_long_identifier_that_somebody_wrote_in_a_program_and_that_goes_on_for_a_very_long_time_indeed_as_they_do",
    ] {
        assert!(scanner.scan(text).opaque.is_empty(), "{text}");
    }
}

#[test]
fn what_stands_for_itself_is_not_read_again() {
    for text in
        ["C:\\users\\x and \\u12 &c; &co; 5%ab", "the dot and the dot, at last", "use &x[..] or \\xZZ"]
    {
        let evidence = Scanner::default().scan(text);
        assert_eq!((evidence.work.texts <= 2, evidence.opaque), (true, Vec::new()), "{text}");
    }
}

#[test]
fn prose_of_another_script_is_read_once() {
    let prose =
        "Никто в конторе не мог сказать, почему письмо отправили по другому адресу; было это в среду. Зачем?";
    let evidence = Scanner::default().scan(prose);
    assert_eq!((evidence.work.texts, evidence.opaque), (1, Vec::new()), "б looks like 6, and З like 3");
    for text in ["+49 30 9З6б З66б", "тел. +4930бЗбЗбЗбЗ"] {
        assert_eq!(one(text).kind, Kind::Phone, "{text}");
    }
}

#[test]
fn what_hides_too_deep_is_said_to_be_unread() {
    let mut text = "maria.keller@posthaus-nord.de ".repeat(20);
    for _ in 0..4 {
        text = STANDARD.encode(text);
    }
    let evidence = Scanner::default().scan(&text);
    assert!(evidence.findings.is_empty());
    assert!(evidence.opaque.iter().any(|opaque| opaque.kind == OpaqueKind::Unread), "{:?}", evidence.opaque);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_address_in_every_disguise_is_the_same(
        local in "[a-z]{2,10}(\\.[a-z]{2,8})?",
        domain in "[a-z]{3,12}-nord\\.(de|fr|org)",
        disguise in 0..15_usize,
    ) {
        let address = format!("{local}@{domain}");
        let (name, disguise) = disguises()[disguise];
        let text = format!("Then there is {} of last week.", disguise(&address));
        let found = Scanner::default().scan(&text).findings;
        let seen = found.iter().any(|finding| finding.canonical.as_str() == address);
        prop_assert!(seen || address.starts_with("info@"), "{name}: {text} {found:?}");
    }

    #[test]
    fn spans_lie_between_characters_of_the_text(text in "\\PC{0,80}", middle in 0..15_usize) {
        let text = format!("{text}{}{text}", disguises()[middle].1("maria.keller@posthaus-nord.de"));
        let evidence = Scanner::default().scan(&text);
        for finding in &evidence.findings {
            prop_assert!(text.get(finding.span.range()).is_some_and(|part| !part.is_empty()), "{finding:?}");
        }
        for opaque in &evidence.opaque {
            prop_assert!(text.get(opaque.span.range()).is_some());
        }
        let persons = evidence.persons();
        prop_assert!(persons.lower <= persons.upper);
    }
}
