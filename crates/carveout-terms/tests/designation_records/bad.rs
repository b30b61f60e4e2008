//! Everything that is wrong with records that can't be read.

use std::collections::BTreeSet;

use carveout_terms::{Problem, Severity, designation::Designation};

use super::WHOLE;

/// Name, what is replaced, by what, the code, the place, and a part of the message or the hint.
const BAD: [(&str, &str, &str, &str, &str, &str); 41] = [
    ("unknown key", "issuer =", "isuer =", "unknown-key", "isuer", "did you mean `issuer`?"),
    (
        "unknown key inside",
        "aggregate =",
        "agregate =",
        "unknown-key",
        "agregate",
        "did you mean `aggregate`?",
    ),
    (
        "unknown word",
        "\"exclusion_order\"",
        "\"exclusion-order\"",
        "unknown-word",
        "\"exclusion-order\"",
        "did you mean `exclusion_order`?",
    ),
    (
        "unknown agency",
        "\"energy\"]\nsystem",
        "\"enrgy\"]\nsystem",
        "unknown-word",
        "\"enrgy\"",
        "did you mean `energy`?",
    ),
    ("wrong type", "version = 2", "version = \"2\"", "wrong-type", "\"2\"", "should be a whole number"),
    ("version zero", "version = 2", "version = 0", "out-of-bounds", "0", "from 1 to"),
    (
        "huge number",
        "threshold = 50",
        "threshold = 99999999999999999999",
        "wrong-type",
        "99999999999999999999",
        "not whole",
    ),
    ("empty text", "\"Example order\"", "\" \"", "empty-text", "\" \"", "empty"),
    ("bad id", "\"example-order\"", "\"Example Order\"", "id", "\"Example Order\"", "lowercase"),
    ("a path as id", "\"example-order\"", "\"../x\"", "id", "\"../x\"", "lowercase"),
    (
        "a bad digest",
        "sha256:e3b0",
        "sha256:E3b0",
        "digest",
        "\"sha256:E3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"",
        "64 lowercase",
    ),
    ("a bad UEI", "ABCDEFGH1234", "ABCDEFGH123", "identifier", "\"ABCDEFGH123\"", "twelve"),
    ("a bad CAGE", "1AB23", "1ab23", "identifier", "\"1ab23\"", "five capital"),
    (
        "no such day",
        "effective = 2026-01-05",
        "effective = \"2026-02-29\"",
        "date",
        "\"2026-02-29\"",
        "no date",
    ),
    (
        "a local time",
        "effective = 2026-01-05",
        "effective = 2026-01-05T10:00:00",
        "date",
        "2026-01-05T10:00:00",
        "with an offset",
    ),
    ("a strange zone", "America/New_York", "EST", "zone", "\"EST\"", "offset"),
    (
        "a strange last day",
        "\"included\"",
        "\"includd\"",
        "unknown-word",
        "\"includd\"",
        "did you mean `included`?",
    ),
    (
        "published before signed",
        "published = 2026-01-10",
        "published = 2026-01-01",
        "contradictory-dates",
        "2026-01-01",
        "is before `signed`",
    ),
    (
        "phase-out before effect",
        "phase_out_until = 2026-07-01\nreview",
        "phase_out_until = 2026-01-04\nreview",
        "contradictory-dates",
        "2026-01-04",
        "is before `effective`",
    ),
    (
        "over before it starts",
        "until = 2028-01-05",
        "until = 2025-01-05",
        "contradictory-dates",
        "2025-01-05",
        "is before `effective`",
    ),
    (
        "rescinded before signed",
        "review_due = 2027-01-05",
        "rescinded = 2025-12-31",
        "contradictory-dates",
        "2025-12-31",
        "is before `signed`",
    ),
    (
        "corrected before it was published",
        "review_due = 2027-01-05",
        "corrected = 2025-12-31",
        "contradictory-dates",
        "2025-12-31",
        "is before `published`",
    ),
    (
        "a waiver that ends first",
        "expires = 2026-12-31",
        "expires = 2026-07-31",
        "contradictory-dates",
        "2026-07-31",
        "is before `granted`",
    ),
    (
        "known before decided",
        "known = 2026-02-01",
        "known = 2026-01-31",
        "contradictory-dates",
        "2026-01-31",
        "is before `decided`",
    ),
    (
        "an event that ends first",
        "until = 2026-02-20",
        "until = 2026-02-02",
        "contradictory-dates",
        "2026-02-02",
        "is before `effective`",
    ),
    (
        "contracts in no time",
        "contracts_before = 2026-11-01",
        "contracts_before = 2023-11-01",
        "contradictory-dates",
        "2023-11-01",
        "is before `contracts_from`",
    ),
    (
        "superseding itself",
        "[\"older-order\"]",
        "[\"example-order\"]",
        "own-id",
        "\"example-order\"",
        "this record itself",
    ),
    (
        "the same event twice",
        "id = \"lifted\"",
        "id = \"longer\"",
        "duplicate-id",
        "\"longer\"",
        "two events",
    ),
    (
        "an authority that isn't there",
        "authorities = [\"10 USC 3252\"]",
        "authorities = [\"10 USC 3253\"]",
        "missing",
        "\"10 USC 3253\"",
        "did you mean `10 USC 3252`?",
    ),
    (
        "an event that isn't there",
        "lifts = [\"stayed\"]",
        "lifts = [\"staid\"]",
        "missing",
        "\"staid\"",
        "did you mean `stayed`?",
    ),
    (
        "a source that isn't there",
        "source = \"order\"",
        "source = \"ordr\"",
        "missing",
        "\"ordr\"",
        "did you mean `order`?",
    ),
    (
        "lifting nothing",
        "lifts = [\"stayed\"]",
        "note = \"x\"",
        "event-shape",
        "\"lifts\"",
        "write which events end",
    ),
    (
        "a phase-out without an end",
        "phase_out_until = 2026-09-01",
        "note = \"x\"",
        "event-shape",
        "\"sets_phase_out\"",
        "write the new end",
    ),
    ("ownership without a share", "threshold = 50\n", "", "no-threshold", "\"ownership\"", "threshold = 50"),
    ("a share of 101", "threshold = 50", "threshold = 101", "out-of-bounds", "101", "from 1 to 100"),
    ("names of nobody", "names = [\"Example Subsidiary\"]", "", "no-names", "\"named_only\"", "names ="),
    (
        "a share of what",
        "names = [\"Example Subsidiary\"]",
        "names = [\"X\"]\nthreshold = 50",
        "not-ownership",
        "\"named_only\"",
        "belong to",
    ),
    (
        "a scope that says nothing",
        "scope = { programs = [\"depot\"] }",
        "scope = {}",
        "empty-scope",
        "{}",
        "says nothing",
    ),
    ("a text twice", "aliases = [\"EMM\"]", "aliases = [\"EMM\", \"EMM\"]", "duplicate", "\"EMM\"", "twice"),
    (
        "a steering character",
        "\"A made-up order.\"",
        "\"A \\u001b[8mmade-up order.\"",
        "control-character",
        "\"A \\u001b[8mmade-up order.\"",
        "control",
    ),
    (
        "no member fact",
        "operator = \"sample-operator\"",
        "oprator = \"sample-operator\"",
        "unknown-key",
        "oprator",
        "did you mean `operator`?",
    ),
];

#[test]
fn records_that_cant_be_used() {
    let mut wrong = Vec::new();
    for (name, from, to, code, excerpt, said) in BAD {
        assert!(WHOLE.contains(from), "{name}: nothing to edit");
        let text = WHOLE.replacen(from, to, 1);
        let Err(problems) = Designation::parse(&text) else {
            wrong.push(format!("{name}: accepted"));
            continue;
        };
        let says = |problem: &Problem| {
            problem.message.contains(said) || problem.hint.as_ref().is_some_and(|hint| hint.contains(said))
        };
        let fits = |problem: &&Problem| {
            problem.code == code && text.get(problem.span.clone()) == Some(excerpt) && says(problem)
        };
        let others = |problem: &&Problem| {
            problem.severity == Severity::Error && problem.code != "missing-key" && !fits(problem)
        };
        if problems.list().iter().filter(fits).count() != 1
            || problems.list().iter().any(|problem| others(&problem))
        {
            wrong.push(format!("{name}: {problems}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_missing_is_named() {
    for (from, key) in [
        ("designation = \"example-order\"\n", "designation"),
        ("version = 2\n", "version"),
        ("title = \"Example order\"\n", "title"),
        ("kind = \"exclusion_order\"\n", "kind"),
        ("force = \"binding\"\n", "force"),
        ("authorities = [\"41 USC 1323\", \"10 USC 3252\"]\n", "authorities"),
        ("conduct = [\"provide\", \"use_in_performance\"]\n", "conduct"),
        ("agencies = [\"defense\", \"energy\"]\n", "agencies"),
        ("zone = \"America/New_York\"\n", "zone"),
        ("last_day = \"included\"\n", "last_day"),
        ("effective = 2026-01-05\n", "effective"),
        ("digest = \"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"\n", "digest"),
        ("decided = 2026-02-01\n", "decided"),
        ("scope = { programs = [\"depot\"] }\n", "scope"),
    ] {
        let text = WHOLE.replacen(from, "", 1);
        assert_ne!(text, WHOLE, "{key}");
        let problems = Designation::parse(&text).unwrap_err();
        let named = problems.list().iter().any(|problem| {
            problem.code == "missing-key"
                && problem.message.ends_with(&format!("needs `{key}`"))
                && problem.hint.is_some()
        });
        assert!(named, "{key}: {problems}");
    }
}

#[test]
fn all_problems_are_reported_at_once() {
    let text = WHOLE
        .replacen("\"binding\"", "\"bindng\"", 1)
        .replacen("threshold = 50", "threshold = 500", 1)
        .replacen("2026-01-10", "2026-01-01", 1)
        .replacen("kind = \"stays\"", "kind = \"stay\"", 1);
    let problems = Designation::parse(&text).unwrap_err();
    let codes: BTreeSet<&str> = problems.list().iter().map(|problem| problem.code).collect();
    for code in ["unknown-word", "out-of-bounds", "contradictory-dates"] {
        assert!(codes.contains(code), "{problems}");
    }
    assert!(problems.list().len() >= 4, "{problems}");
    assert!(problems.list().windows(2).all(|pair| pair[0].span.start <= pair[1].span.start));
}

#[test]
fn every_syntax_error_of_toml_is_reported() {
    let problems = Designation::parse("designation = \nversion = 1 2\n").unwrap_err();
    assert!(problems.list().len() >= 2, "{problems}");
}

#[test]
fn unusual_dates_are_warned_about() {
    let text = WHOLE.replacen("effective = 2026-01-05", "effective = 2026-01-01", 1);
    let record = Designation::parse(&text).unwrap();
    let warnings = record.warnings();
    let [warning] = warnings.list() else { panic!("{warnings}") };
    assert_eq!((warning.code, warning.severity), ("unusual-dates", Severity::Warning));
}

#[test]
fn json_that_cant_be_used() {
    for (text, code, message) in [
        ("{", "json", "a key in quotation marks"),
        ("{\"designation\": \"x\", \"designation\": \"y\"}", "duplicate-key", "twice"),
        ("{\"a\": 1} x", "json", "more after the end"),
        ("{\"a\": tru}", "json", "no value of JSON"),
        ("{\"a\": \"\\x\"}", "json", "an escape"),
        ("{\"a\": \"never", "json", "never ends"),
        ("{\"a\": [1 2]}", "json", "a comma"),
        ("{\"a\" 1}", "json", "a colon"),
        ("[[[[[[[[[[[[[[[[[[1", "json", "nested deeper"),
        ("\u{feff}{}", "byte-order-mark", "byte order mark"),
    ] {
        let text = if text.starts_with('[') { format!("{{\"a\": {text}") } else { text.to_owned() };
        let problems = Designation::parse(&text).unwrap_err();
        let [problem] = problems.list() else { panic!("{text}: {problems}") };
        assert_eq!(problem.code, code, "{text}: {problems}");
        assert!(problem.message.contains(message), "{text}: {problems}");
        assert!(text.get(problem.span.clone()).is_some(), "{text}: {:?}", problem.span);
    }
}
