//! Records that can be read, and everything that is wrong with those that can't.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where it can't go on"
)]

use std::collections::BTreeSet;

use carveout_terms::{
    Problem, Problems, Severity,
    designation::{Designation, Notice, Record},
};
use serde_json::Value as Json;

/// A record with everything in it.
const WHOLE: &str = r#"
designation = "example-order"
version = 2
title = "Example order"
kind = "exclusion_order"
issuer = "Example Agency"
force = "binding"
confidence = "primary"
authorities = ["41 USC 1323", "10 USC 3252"]
conduct = ["provide", "use_in_performance"]
existing_contracts = "only_if_modified"
supersedes = ["older-order"]
conflicts_with = ["other-order"]
note = "A made-up order."

[[source]]
id = "order"
title = "The order"
date = 2026-01-02
url = "https://agency.example/order"
digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
holds = "document"
confidence = "primary"

[[target]]
kind = "source"
name = "Example Model Maker"
aliases = ["EMM"]
uei = "ABCDEFGH1234"
cage = ["1AB23"]
lei = "529900T8BM49AURSDO55"
domains = ["maker.example"]
packages = ["npm:@maker"]
models = ["maker-*"]
members = { maker = ["sample-maker"], operator = "sample-operator" }
reach = ["made_by", "provided_by", "hosted_by"]
[[target.affiliates]]
rule = "ownership"
threshold = 50
aggregate = true
[[target.affiliates]]
rule = "named_only"
names = ["Example Subsidiary"]

[scope]
agencies = ["defense", "energy"]
system_classes = ["national_security_system"]
components = ["other_component"]
procurement_classes = ["information technology"]
purposes = ["logistics"]
hooks = ["FAR 52.204-30"]

[dates]
zone = "America/New_York"
last_day = "included"
signed = 2026-01-02
effective = 2026-01-05
published = 2026-01-10
phase_out_until = 2026-07-01
review_due = 2027-01-05
until = 2028-01-05

[[priority]]
name = "cyber"
until = 2026-03-01
scope = { purposes = ["cyber"] }

[[exception]]
what = "spare parts"
until = 2026-05-01
scope = { system_classes = ["routine_business"] }

[flow_down]
tiers = 2
excluded = ["(c)(1)"]

[[duty]]
kind = "report"
trigger = "finding it"
within = { amount = 3, unit = "business_days" }
fields = ["contract", "supplier"]
recipient = "The contracting officer"
hook = "FAR 52.204-30(c)"
contracts_from = 2023-12-04
contracts_before = 2026-11-01

[waiver_rule]
by = "The head of the agency"
criteria = "no alternative"
attachments = ["plan"]

[[waiver]]
id = "depot"
for = "the depot"
granted = 2026-08-01
expires = 2026-12-31
known = 2026-08-02
scope = { programs = ["depot"] }

[[event]]
id = "stayed"
kind = "stays"
forum = "Example Court"
docket = "1:26-cv-1"
decided = 2026-02-01
effective = 2026-02-03T12:00:00-05:00
until = 2026-02-20
known = 2026-02-01
authorities = ["10 USC 3252"]
scope = { agencies = ["energy"] }
source = "order"
confidence = "secondary"
note = "In part."

[[event]]
id = "lifted"
kind = "lifts"
forum = "Example Court of Appeals"
decided = 2026-02-10
lifts = ["stayed"]

[[event]]
id = "longer"
kind = "sets_phase_out"
forum = "Example Agency"
decided = 2026-06-01
phase_out_until = 2026-09-01
"#;

const NOTICE: &str = r#"
event = "back"
of = "example-order"
kind = "rescinds"
forum = "Example Agency"
decided = 2026-01-01
confidence = "primary"
[[source]]
id = "letter"
title = "A letter"
digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
confidence = "primary"
"#;

fn whole() -> Designation {
    Designation::parse(WHOLE).unwrap_or_else(|problems| panic!("{problems}"))
}

#[test]
fn everything_in_a_record_is_read() {
    let record = whole();
    assert!(record.warnings().list().is_empty(), "{}", record.warnings());
    let instrument = record.instrument();
    assert_eq!((instrument.id.as_str(), instrument.version), ("example-order", 2));
    assert_eq!(instrument.targets[0].affiliates[0].threshold, Some(50));
    assert_eq!(instrument.targets[0].members["operator"], ["sample-operator"]);
    assert_eq!(instrument.flow_down.as_ref().unwrap().tiers, Some(2));
    assert_eq!(instrument.duties[0].within.unwrap().amount, 3);
    assert_eq!(instrument.waivers[0].scope.programs, ["depot"]);
    assert_eq!(instrument.events.len(), 3);
    assert_eq!(instrument.events[0].effective.to_string(), "2026-02-03T17:00:00.000Z");
    // Published after it took effect, as orders are: known from the publication.
    assert_eq!(instrument.dates.known.to_string(), "2026-01-10");
}

/// The same record as JSON: dates are texts there.
fn as_json(source: &str) -> String {
    let table: toml::Table = toml::from_str(source).unwrap();
    fn json(value: &toml::Value) -> Json {
        match value {
            toml::Value::Datetime(when) => Json::String(when.to_string()),
            toml::Value::Array(list) => list.iter().map(json).collect(),
            toml::Value::Table(table) => table.iter().map(|(k, v)| (k.clone(), json(v))).collect(),
            other => serde_json::to_value(other).unwrap(),
        }
    }
    serde_json::to_string_pretty(&json(&toml::Value::Table(table))).unwrap()
}

#[test]
fn json_says_the_same_as_toml() {
    let json = as_json(WHOLE);
    let read = Designation::parse(&json).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(read.instrument(), whole().instrument());
    assert_ne!(read.digest(), whole().digest(), "a signature is over the text");
    let notice = Notice::parse(&as_json(NOTICE)).unwrap();
    assert_eq!(notice.event(), Notice::parse(NOTICE).unwrap().event());
}

#[test]
fn a_file_is_told_by_its_keys() {
    assert!(matches!(Record::parse(WHOLE), Ok(Record::Designation(_))));
    assert!(matches!(Record::parse(NOTICE), Ok(Record::Notice(_))));
    let notice = Notice::parse(NOTICE).unwrap();
    assert_eq!((notice.of(), notice.event().id.as_str()), ("example-order", "back"));
    assert_eq!(notice.loosened().unwrap(), "the event `back` rescinds `example-order`");
}

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

#[test]
fn the_record_that_the_guide_shows_is_read() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/designations.md");
    let page = std::fs::read_to_string(path).unwrap();
    let shown = page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let record = Designation::parse(shown).unwrap_or_else(|problems| panic!("{problems}"));
    assert!(record.warnings().list().is_empty(), "{}", record.warnings());
}

fn schema() -> Json {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/designation.schema.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The keys that a table may have, as the reader says when it meets a strange one.
fn keys(text: &str) -> Option<BTreeSet<String>> {
    let problems: Problems = Record::parse(text).err()?;
    let strange = problems
        .list()
        .iter()
        .find(|problem| problem.code == "unknown-key" && problem.message.contains("`qqqqqqqqqqqq`"))?;
    let hint = strange.hint.as_ref()?.strip_prefix("it may have ")?;
    Some(hint.split(", ").map(str::to_owned).collect())
}

#[test]
fn the_schema_has_the_keys_that_are_read() {
    let schema = schema();
    let strange = "qqqqqqqqqqqq = 1\n";
    for (table, text) in [
        ("designation", WHOLE.replacen("version = 2\n", &format!("version = 2\n{strange}"), 1)),
        ("notice", NOTICE.replacen("forum", &format!("{strange}forum"), 1)),
        ("source", WHOLE.replacen("holds =", &format!("{strange}holds ="), 1)),
        ("target", WHOLE.replacen("uei =", &format!("{strange}uei ="), 1)),
        ("affiliates", WHOLE.replacen("aggregate =", &format!("{strange}aggregate ="), 1)),
        ("members", WHOLE.replacen("operator = \"s", "qqqqqqqqqqqq = 1, operator = \"s", 1)),
        ("scope", WHOLE.replacen("components =", &format!("{strange}components ="), 1)),
        ("dates", WHOLE.replacen("signed =", &format!("{strange}signed ="), 1)),
        ("priority", WHOLE.replacen("name = \"cyber\"", &format!("{strange}name = \"cyber\""), 1)),
        ("exception", WHOLE.replacen("what =", &format!("{strange}what ="), 1)),
        ("flow_down", WHOLE.replacen("tiers =", &format!("{strange}tiers ="), 1)),
        ("duty", WHOLE.replacen("trigger =", &format!("{strange}trigger ="), 1)),
        ("clock", WHOLE.replacen("amount = 3", "qqqqqqqqqqqq = 1, amount = 3", 1)),
        ("waiver_rule", WHOLE.replacen("criteria =", &format!("{strange}criteria ="), 1)),
        ("waiver", WHOLE.replacen("granted =", &format!("{strange}granted ="), 1)),
        ("event", WHOLE.replacen("docket =", &format!("{strange}docket ="), 1)),
    ] {
        let read = keys(&text).unwrap_or_else(|| panic!("{table}: {:?}", Record::parse(&text).err()));
        let properties = schema["$defs"][table]["properties"].as_object().unwrap();
        let listed: BTreeSet<String> = properties.keys().cloned().collect();
        assert_eq!(read, listed, "{table}");
    }
}

#[test]
fn the_schema_has_the_words_that_are_read() {
    /// Every list of words in the schema, with the definition and key it belongs to.
    fn lists<'s>(json: &'s Json, path: &str, found: &mut Vec<(String, &'s Vec<Json>)>) {
        match json {
            Json::Object(map) => {
                for (key, value) in map {
                    match (key.as_str(), value) {
                        ("enum", Json::Array(words)) => found.push((path.to_owned(), words)),
                        _ => lists(value, &format!("{path}/{key}"), found),
                    }
                }
            }
            Json::Array(list) => list.iter().for_each(|item| lists(item, path, found)),
            _ => {}
        }
    }
    let schema = schema();
    let mut found = Vec::new();
    lists(&schema["$defs"], "", &mut found);
    assert!(found.len() >= 18, "{found:?}");
    for (path, words) in found {
        let (table, key) = path.trim_start_matches('/').split_once("/properties/").unwrap();
        let key = key.split('/').next().unwrap();
        // A word that is none is refused with the list of those that are.
        let (from, to) = match (table, key) {
            ("scope", "agencies") => ("agencies = [\"defense\", \"energy\"]", "agencies = [\"q\"]"),
            ("scope", "system_classes") => {
                ("system_classes = [\"national_security_system\"]", "system_classes = \"q\"")
            }
            ("scope", "components") => ("components = [\"other_component\"]", "components = \"q\""),
            ("designation", "kind") => ("kind = \"exclusion_order\"", "kind = \"q\""),
            ("designation", "force") => ("force = \"binding\"", "force = \"q\""),
            ("designation", "conduct") => {
                ("conduct = [\"provide\", \"use_in_performance\"]", "conduct = \"q\"")
            }
            ("designation", "existing_contracts") => ("\"only_if_modified\"", "\"q\""),
            ("designation" | "source" | "event" | "notice", "confidence") => {
                ("confidence = \"primary\"", "confidence = \"q\"")
            }
            ("source", "holds") => ("holds = \"document\"", "holds = \"q\""),
            ("target", "kind") => ("kind = \"source\"", "kind = \"q\""),
            ("target", "reach") => ("reach = [\"made_by\", \"provided_by\", \"hosted_by\"]", "reach = \"q\""),
            ("affiliates", "rule") => ("rule = \"ownership\"", "rule = \"q\""),
            ("dates", "last_day") => ("last_day = \"included\"", "last_day = \"q\""),
            ("clock", "unit") => ("unit = \"business_days\"", "unit = \"q\""),
            ("duty", "kind") => ("kind = \"report\"", "kind = \"q\""),
            ("event" | "notice", "kind") => ("kind = \"stays\"", "kind = \"q\""),
            other => panic!("{other:?} is not looked at"),
        };
        let text = WHOLE.replacen(from, to, 1);
        assert_ne!(text, WHOLE, "{path}");
        let problems = Designation::parse(&text).unwrap_err();
        let hints = problems.list().iter().filter(|problem| problem.code == "unknown-word");
        let hint = hints.filter_map(|problem| problem.hint.clone()).next().unwrap();
        let read: BTreeSet<&str> = hint.trim_start_matches("write one of: ").split(", ").collect();
        let listed: BTreeSet<&str> = words.iter().map(|word| word.as_str().unwrap()).collect();
        assert_eq!(read, listed, "{path}");
    }
}
