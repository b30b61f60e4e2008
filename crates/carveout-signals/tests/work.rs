//! Reading takes a bounded amount of work for each byte, whatever the bytes are. Work is counted, not timed.

use std::fmt::Write as _;

use carveout_signals::{Limits, Scanner, Work};

/// Texts that make a careless recogniser look again and again.
fn hostile(length: usize) -> Vec<(&'static str, String)> {
    let repeated = |unit: &str| unit.repeat(length / unit.len() + 1);
    let mut numbers = String::new();
    let mut number = 7_u64;
    while numbers.len() < length {
        number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let _ = write!(numbers, "{} ", number % 100_000);
    }
    vec![
        ("digits", repeated("1")),
        ("digits and blanks", repeated("1 ")),
        ("phone after phone", repeated("phone 202 867 2309 ")),
        ("numbers", numbers),
        ("letters and digits", repeated("a1")),
        ("one long word", repeated("abcdefgh")),
        ("at signs", repeated("@")),
        ("addresses without an end", repeated("a@a.")),
        ("dots", repeated("1.")),
        ("colons", repeated("a:")),
        ("hyphens", repeated("ab-cd-ef-")),
        ("lines of hyphens", repeated("-")),
        ("uuids", repeated("6d92078a-8246-4ba4-ae5b-76104861e7dc-")),
        ("machine-readable", repeated("A1<")),
        ("base64", repeated("QUFBQUFBQUFBQUFB")),
        ("base64 runs", repeated("QUFBQUFBQUFBQUFBQUFB ")),
        ("hexadecimal", repeated("61")),
        ("percent", repeated("%25")),
        ("references", repeated("&#38;")),
        ("zero width", repeated("1\u{200b}")),
        ("full width", repeated("１")),
        ("tags", repeated("\u{e0031}")),
        ("turned", repeated("\u{202e}1")),
        ("spoken", repeated(" dot at ")),
        ("leet", repeated("O1")),
        ("cells", repeated("name,1\n")),
        ("tables", repeated("name,ssn\nab,1\n\n")),
        ("quotes", repeated("\",\"")),
        ("members", repeated("\"name\":\"ab\",")),
        ("plates", repeated("plate A1 ")),
        ("context", repeated("imei imsi ssn passport ")),
        ("prose of another script", repeated("себя 1 ")),
        ("letters like digits", repeated("бЗ")),
        ("words asked for back and forth", repeated("6d92078a-8246-4ba4-ae5b-76104861e7dc 158672309 9Z ")),
        ("times of day", repeated("06:11:22 ")),
        ("reserved and not", repeated("a@b.test a@b.co ")),
    ]
}

/// Bytes looked at again for each byte of the texts that were read.
const WALKED: usize = 64;

#[test]
fn work_grows_with_the_text_and_not_faster() {
    let limits = Limits::default();
    for (name, text) in hostile(60_000) {
        let Work { texts, bytes, walked } = Scanner::default().scan(&text).work;
        assert!(texts <= limits.views + 1, "{name}: {texts} texts");
        assert!(bytes <= text.len() + (text.len() * limits.times).max(limits.least), "{name}: {bytes} bytes");
        assert!(walked <= WALKED * bytes, "{name}: {walked} for {bytes}");
    }
}

#[test]
fn twice_the_text_is_about_twice_the_work() {
    let half = hostile(20_000);
    for ((name, once), (_, twice)) in half.into_iter().zip(hostile(40_000)) {
        let work = |text: &str| Scanner::default().scan(text).work.walked;
        let (once, twice) = (work(&once), work(&twice));
        assert!(twice <= 2 * once + once / 4 + 4096, "{name}: {once}, then {twice}");
    }
}

#[test]
fn ten_megabytes_are_read() {
    let mut text = "The depot has twelve filters left, and the convoy needs forty. ".repeat(160_000);
    text.push_str("maria.keller@posthaus-nord.de");
    let evidence = Scanner::default().scan(&text);
    assert_eq!(evidence.findings.len(), 1);
    assert_eq!(evidence.work.texts, 1);
}
