//! A fact that raises scrutiny only may hold, or have a judge asked; it grants nothing and denies nothing alone.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it can't go on")]

mod common;

use carveout_terms::{Agreement, Vocabulary};
use common::{SCHEMA, TAXONOMY, clauses, errors, source};

/// The small vocabulary with a tripwire and a judge.
fn schema() -> String {
    let types = "entity Program;\nentity Wire enum [\"none\", \"loud\", \"unknown\"];\n\
                 entity Verdict enum [\"violates\", \"complies\", \"unknown\"];";
    let facts = "context: {\n@attester(\"judge\") @scrutiny(\"only\") @doc(\"it looks so\") wire: Set<Wire>,\n\
                 @attester(\"judge\") @doc(\"the judge said\") verdict: Verdict,";
    SCHEMA.replacen("entity Program;", types, 1).replacen("context: {", facts, 1)
}

const LOUD: &str = r#"context.wire.containsAny([Wire::"loud", Wire::"unknown"])"#;

#[test]
fn a_tripwire_holds_and_neither_grants_nor_denies_alone() {
    let vocabulary = Vocabulary::parse(&schema(), TAXONOMY).unwrap_or_else(|problems| panic!("{problems}"));
    let not_cleared = r#"[Verdict::"violates", Verdict::"unknown"].contains(context.verdict)"#;
    let violates = r#"context.verdict == Verdict::"violates""#;
    let bulk = r#"[Volume::"bulk", Volume::"unknown"].contains(context.volume)"#;
    let forbid = |condition: &str| format!("forbid (principal, action, resource) when {{ {condition} }};");
    let permit = |condition: &str| format!("permit (principal, action, resource) when {{ {condition} }};");
    let hold = |condition: &str| format!("@hold(\"customer/counsel\") {}", forbid(condition));
    let silent = |condition: &str| format!("@silent(\"another clause holds it\") {}", forbid(condition));
    let grants = "a grant can't rest on `wire`";
    let denies = "this denies on `wire` alone";
    for (name, policy, expected) in [
        ("a hold", hold(LOUD), None),
        ("a hold with more", hold(&format!("{LOUD} && {bulk}")), None),
        ("a hold unless the judge clears it", hold(&format!("{LOUD} && {not_cleared}")), None),
        ("a denial", forbid(LOUD), Some(denies)),
        ("a denial with the caller's word", forbid(&format!("{LOUD} && {bulk}")), Some(denies)),
        ("a denial with a measure", forbid(&format!("{LOUD} && context.parts > 0")), Some(denies)),
        ("one of two ways to deny", forbid(&format!("{bulk} || {LOUD}")), Some(denies)),
        ("what a judge found too", silent(&format!("{LOUD} && {violates}")), None),
        ("where the judge is silent", forbid(&format!("{LOUD} && {not_cleared}")), Some(denies)),
        ("tested and of no account", forbid(&format!("{bulk} || ({bulk} && {LOUD})")), None),
        ("a grant", permit(LOUD), Some(grants)),
        ("a grant unless it is loud", permit(&format!("!({LOUD})")), Some(grants)),
        ("a grant that a judge clears", permit(r#"context.verdict == Verdict::"complies""#), None),
    ] {
        let text = source("a", "", &clauses([policy.as_str()]));
        let found = match Agreement::parse(&text, &vocabulary) {
            Ok(_) => None,
            Err(problems) => {
                let found = errors(&problems);
                assert_eq!(found.len(), 1, "{name}: {found:#?}");
                let problem = &found[0];
                assert_eq!(problem.code, "scrutiny-alone", "{name}");
                assert!(
                    problem.hint.as_ref().is_some_and(|hint| hint.contains("@hold")),
                    "{name}: {problem:#?}"
                );
                Some(problem.message.clone())
            }
        };
        let fits = match (&found, expected) {
            (None, None) => true,
            (Some(found), Some(expected)) => found.contains(expected),
            _ => false,
        };
        assert!(fits, "{name}: {found:?}, expected {expected:?}");
    }
}

#[test]
fn only_what_is_measured_or_judged_raises_scrutiny() {
    for (from, to, expected) in [
        ("@attester(\"judge\") @scrutiny", "@attester(\"caller\") @scrutiny", "of the gateway or of a judge"),
        ("@scrutiny(\"only\")", "@scrutiny(\"yes\")", "says `only`"),
    ] {
        let problems = Vocabulary::parse(&schema().replace(from, to), TAXONOMY).unwrap_err();
        assert!(problems.to_string().contains(expected), "{problems}");
    }
}
