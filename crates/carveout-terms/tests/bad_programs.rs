//! Programs that can't be used, and claims outside of their purposes.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops where it can't go on"
)]

mod common;

use carveout_terms::{Attester, Facts, Problem, Program, PurposeRefused};
use common::vocabulary;

const PROGRAM: &str = r#"
program = "supply"
name = "Supply"
agreements = ["g", "h"]
purposes = ["logistics", "translation"]
[facts]
authority = "contract"
[presume]
volume = "targeted"
steps = ["query", "link"]
[[key]]
id = "first"
sha256 = "00ff000000000000000000000000000000000000000000000000000000000000"
expires = 2027-01-01T00:00:00Z
claim = "purpose=logistics.supply"
"#;

#[test]
fn a_program_is_read() {
    let vocabulary = vocabulary();
    let program = Program::parse(PROGRAM, &vocabulary).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!((program.id(), program.name()), ("supply", "Supply"));
    assert_eq!(program.agreements(), ["g", "h"]);
    assert_eq!(program.facts().display(&vocabulary).to_string(), "authority=contract");
    assert_eq!(program.presume().display(&vocabulary).to_string(), "steps=(link query), volume=targeted");
    let [key] = program.keys() else { panic!("one key") };
    assert_eq!((key.id.as_str(), key.sha256[1]), ("first", 0xff));
    assert_eq!(key.expires.unwrap().to_string(), "2027-01-01T00:00:00.000Z");
    assert_eq!(key.claim.display(&vocabulary).to_string(), "purpose=logistics.supply");
}

#[test]
fn programs_that_cant_be_used() {
    let table: &[(&str, &str, &str, &str, &str, &str)] = &[
        ("unknown key", "name =", "nmae =", "program", "nmae", "unknown field"),
        ("no agreements", "[\"g\", \"h\"]", "[]", "no-agreements", "[]", "at least one agreement"),
        ("bad id", "\"supply\"", "\"Supply 1\"", "program-id", "\"Supply 1\"", "lowercase"),
        (
            "unknown purpose",
            "\"translation\"]",
            "\"translaton\"]",
            "unknown-purpose",
            "[\"logistics\", \"translaton\"]",
            "no purpose `translaton`",
        ),
        ("unknown fact", "authority =", "authorty =", "facts", "authorty", "did you mean `authority`?"),
        ("unknown member", "\"contract\"", "\"contrct\"", "facts", "\"contrct\"", "did you mean `contract`?"),
        (
            "two members of one",
            "\"contract\"",
            "[\"contract\", \"warrant\"]",
            "facts",
            "[\"contract\", \"warrant\"]",
            "it has one value",
        ),
        (
            "a gateway fact",
            "authority = \"contract\"",
            "maker = \"acme\"",
            "facts",
            "maker",
            "attested by gateway",
        ),
        (
            "what nobody can observe",
            "authority = \"contract\"",
            "intent = \"intentional\"",
            "facts",
            "intent",
            "attested by none",
        ),
        (
            "facts smuggled in",
            "\"contract\"",
            "'contract\", volume=\"bulk'",
            "facts",
            "'contract\", volume=\"bulk'",
            "can't be",
        ),
        (
            "a presumed gateway fact",
            "volume = \"targeted\"",
            "maker = \"acme\"",
            "presume",
            "maker",
            "measured by the gateway",
        ),
        ("presumed silence", "\"targeted\"", "\"unknown\"", "presume", "\"unknown\"", "what silence means"),
        (
            "a presumed group",
            "volume = \"targeted\"",
            "purpose = \"logistics\"",
            "presume",
            "\"logistics\"",
            "it is a group",
        ),
        (
            "a short digest",
            "00ff0",
            "00ff",
            "key-digest",
            "\"00ff00000000000000000000000000000000000000000000000000000000000\"",
            "64 lowercase",
        ),
        (
            "a digest in upper case",
            "00ff",
            "00FF",
            "key-digest",
            "\"00FF000000000000000000000000000000000000000000000000000000000000\"",
            "64 lowercase",
        ),
        (
            "a local time",
            "2027-01-01T00:00:00Z",
            "2027-01-01T00:00:00",
            "time",
            "2027-01-01T00:00:00",
            "is not a time",
        ),
        (
            "a bad claim",
            "purpose=logistics.supply",
            "purpose=logistics",
            "claim",
            "\"purpose=logistics\"",
            "it is a group",
        ),
        (
            "a claim that isn't the caller's",
            "purpose=logistics.supply",
            "authority=warrant",
            "claim",
            "\"authority=warrant\"",
            "can't be stated by caller",
        ),
        ("a bad key id", "\"first\"", "\"First\"", "key-id", "\"First\"", "lowercase"),
    ];
    let vocabulary = vocabulary();
    let mut wrong = Vec::new();
    for (name, from, to, code, excerpt, message) in table {
        assert!(PROGRAM.contains(from), "{name}: nothing to edit");
        let text = PROGRAM.replacen(from, to, 1);
        let Err(problems) = Program::parse(&text, &vocabulary) else {
            wrong.push(format!("{name}: accepted"));
            continue;
        };
        let says = |problem: &Problem| {
            problem.message.contains(message)
                || problem.hint.as_ref().is_some_and(|hint| hint.contains(message))
        };
        let fits = matches!(problems.list(), [problem]
            if problem.code == *code && text.get(problem.span.clone()) == Some(excerpt) && says(problem));
        if !fits {
            wrong.push(format!(
                "{name}: {problems} {:?}",
                problems.list().iter().map(|p| text.get(p.span.clone())).collect::<Vec<_>>()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn all_problems_are_reported_at_once() {
    let key = &PROGRAM[PROGRAM.find("[[key]]").unwrap()..];
    let text = format!("{PROGRAM}{key}").replacen("\"contract\"", "\"contrct\"", 1).replacen(
        "\"targeted\"",
        "\"tageted\"",
        1,
    );
    let problems = Program::parse(&text, &vocabulary()).unwrap_err();
    let codes: Vec<&str> = problems.list().iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["facts", "presume", "duplicate-key"], "{problems}");
}

#[test]
fn a_program_admits_its_own_purposes() {
    let vocabulary = vocabulary();
    let program = Program::parse(PROGRAM, &vocabulary).unwrap();
    let admits = |claim: &str| {
        program.admits(&Facts::parse(&vocabulary, claim, Attester::Caller).unwrap(), &vocabulary)
    };
    for claim in [
        "",
        "purpose=unknown",
        "purpose=logistics.supply",
        "purpose=logistics.repair",
        "purpose=translation",
        "volume=bulk",
    ] {
        assert_eq!(admits(claim), Ok(()), "{claim}");
    }
    let refused = PurposeRefused { program: "supply".into(), purpose: "intel.foreign".into() };
    assert_eq!(admits("purpose=intel.foreign"), Err(refused));
    let open = Program::parse(
        &PROGRAM.replacen("purposes = [\"logistics\", \"translation\"]\n", "", 1),
        &vocabulary,
    )
    .unwrap();
    assert_eq!(
        open.admits(
            &Facts::parse(&vocabulary, "purpose=intel.foreign", Attester::Caller).unwrap(),
            &vocabulary
        ),
        Ok(())
    );
}
