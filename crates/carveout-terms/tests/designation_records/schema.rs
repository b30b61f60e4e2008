//! The published schema says what is read.

use std::collections::BTreeSet;

use carveout_terms::{
    Problems,
    designation::{Designation, Record},
};
use serde_json::Value as Json;

use super::{NOTICE, WHOLE};

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
