//! Facts: dictionaries that are read, and those that are refused.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops where it can't go on"
)]

mod common;

use carveout_terms::{Attester, Facts, Timestamp, Use, UseLayers, Vocabulary};
use common::{GATEWAY, SCHEMA, TAXONOMY, vocabulary};
use proptest::prelude::*;

fn caller(text: &str) -> String {
    said(&vocabulary(), text, Attester::Caller)
}

fn said(vocabulary: &Vocabulary, text: &str, attester: Attester) -> String {
    match Facts::parse(vocabulary, text, attester) {
        Ok(facts) => facts.display(vocabulary).to_string(),
        Err(errors) => format!("refused: {errors}"),
    }
}

#[test]
fn what_a_caller_may_say() {
    let table = [
        ("", ""),
        ("  ", ""),
        ("purpose=translation", "purpose=translation"),
        ("volume=bulk,purpose=\"intel.home.one\"", "purpose=intel.home.one, volume=bulk"),
        ("steps=(query link)", "steps=(link query)"),
        ("steps=(query query)", "steps=(query)"),
        ("steps=query", "steps=(query)"),
        ("purpose=unknown", "purpose=unknown"),
    ];
    for (text, facts) in table {
        assert_eq!(caller(text), facts, "of {text:?}");
    }
}

#[test]
fn what_is_refused_and_why() {
    let table = [
        ("purpos=translation", "unknown fact `purpos`; did you mean `purpose`?"),
        ("zzzzzzzzzz=1", "unknown fact `zzzzzzzzzz`"),
        ("purpose=translaton", "`purpose` can't be `translaton`; did you mean `translation`?"),
        ("purpose=Translation", "`purpose` can't be `Translation`; did you mean `translation`?"),
        ("purpose=\" translation\"", "`purpose` can't be ` translation`; did you mean `translation`?"),
        (
            "purpose=intel.home",
            "`purpose` can't be `intel.home`; it is a group; state one of its members, such as `intel.home.mass`, `intel.home.one`",
        ),
        (
            "volume=enormous-quantities",
            "`volume` can't be `enormous-quantities`; it is one of `bulk`, `targeted`, `unknown`",
        ),
        ("volume=bulk, volume=bulk", "the fact `volume` is stated twice; state it once"),
        ("volume=bulk, volume=targeted", "the fact `volume` is stated twice; state it once"),
        ("volume=(bulk)", "`volume` can't be a list; it has one value"),
        ("volume=()", "`volume` can't be a list; it has one value"),
        ("steps=()", "`steps` can't be an empty list; leave the fact out to say nothing"),
        ("steps=(query lonk)", "`steps` can't be `lonk`; did you mean `link`?"),
        ("steps=(query 1)", "`steps` can't be `1`; write a member's name"),
        ("volume", "`volume` can't be `?1`; write a member's name"),
        ("volume=3", "`volume` can't be `3`; write a member's name"),
        ("volume=%\"bulk\"", "`volume` can't be this; write a member's name"),
        ("volume=bulk;q=1", "`volume` has parameters; a fact has none, write only `volume=value`"),
        ("steps=(query;q=1)", "`steps` has parameters; a fact has none, write only `steps=value`"),
        ("steps=(query);q=1", "`steps` has parameters; a fact has none, write only `steps=value`"),
        ("authority=warrant", "`authority` is attested by program, it can't be stated by caller"),
        ("maker=acme", "`maker` is attested by gateway, it can't be stated by caller"),
        ("at=@0", "`at` is attested by gateway, it can't be stated by caller"),
        ("intent=intentional", "`intent` is attested by none, it can't be stated by caller"),
        ("approvals=(a)", "unknown fact `approvals`"),
        (
            "purpos=a, volume=bluk, maker=acme",
            "unknown fact `purpos`; did you mean `purpose`?; `volume` can't be `bluk`; did you mean `bulk`?; `maker` is attested by gateway, it can't be stated by caller",
        ),
    ];
    for (text, why) in table {
        assert_eq!(caller(text), format!("refused: {why}"), "of {text:?}");
    }
    for text in [
        "purpose==x",
        "purpose=tr\u{e4}ns",
        "Purpose=translation",
        "purpose=translation,",
        "{\"purpose\":1}",
        "purpose=tra\u{430}",
        "\u{a0}",
        "a b",
    ] {
        assert!(
            caller(text).starts_with("refused: not a dictionary of facts: "),
            "of {text:?}: {}",
            caller(text)
        );
    }
}

#[test]
fn errors_are_listed_up_to_a_limit() {
    let text: Vec<String> = (0..5000).map(|number| format!("purpos{number}=x")).collect();
    let errors = Facts::parse(&vocabulary(), &text.join(", "), Attester::Caller).unwrap_err();
    assert_eq!(errors.list().len(), 17);
    assert!(errors.to_string().ends_with("; and more"));
    let long = format!("{}=x", "p".repeat(60_000));
    assert!(caller(&long).starts_with("refused: unknown fact `ppp"));
}

#[test]
fn who_may_state_what() {
    use Attester::{Caller, Gateway, Judge, None, Officer, Program};
    let vocabulary = vocabulary();
    let table = [
        ("volume=bulk", &[Gateway, Officer, Program, Judge, Caller][..]),
        ("authority=warrant", &[Gateway, Officer, Program]),
        ("parts=1", &[Gateway]),
        ("intent=intentional", &[]),
    ];
    for (text, may) in table {
        for attester in [Gateway, Officer, Program, Judge, Caller, None] {
            let parsed = Facts::parse(&vocabulary, text, attester).is_ok();
            assert_eq!(parsed, may.contains(&attester), "{text} by {attester}");
        }
        assert!(Facts::suppose(&vocabulary, text).is_ok(), "{text} supposed");
    }
}

#[test]
fn values_of_other_types() {
    let vocabulary = vocabulary();
    let table = [
        ("parts=3, retry=?1", "parts=3, retry=?1"),
        ("retry", "retry=?1"),
        ("parts=-999999999999999", "parts=-999999999999999"),
        ("at=@1780000000", "at=@1780000000"),
        ("at=\"2026-06-01T00:00:00+02:00\"", "at=@1780264800"),
        ("at=\"2026-06-01T00:00:00.5Z\"", "at=\"2026-06-01T00:00:00.500Z\""),
        ("at=\"2026-06-01\"", "at=@1780272000"),
        ("at=@999999999999999", "refused: `at` can't be this time; its year has four digits"),
        (
            "at=\"soon\"",
            "refused: `at` can't be `soon`; `soon` is not a time; write an RFC 3339 time such as `2026-03-05T00:00:00Z` or a date such as `2026-03-05`",
        ),
        ("at=1", "refused: `at` can't be `1`; write `\"2026-03-05T00:00:00Z\"` or `@` and Unix seconds"),
        ("parts=1.5", "refused: `parts` can't be this; write a whole number"),
        ("parts=\"1\"", "refused: `parts` can't be `1`; write a whole number"),
        ("retry=yes", "refused: `retry` can't be `yes`; write `?1` or `?0`"),
    ];
    for (text, expected) in table {
        assert_eq!(said(&vocabulary, text, Attester::Gateway), expected, "of {text:?}");
    }
}

/// What is recorded of a use of which the gateway measured this.
fn recorded(vocabulary: &Vocabulary, measured: &Facts) -> String {
    let layers = UseLayers { gateway: Some(measured), ..UseLayers::default() };
    Use::assemble(vocabulary, &layers).unwrap().measured().to_owned()
}

#[test]
fn a_record_names_the_numbers_that_are_not_zero() {
    let vocabulary = vocabulary();
    let table = [
        ("parts=0, tools=0", "retry=?0, *=0;of=\"MARK\""),
        ("parts=3, tools=0", "parts=3, retry=?0, *=0;of=\"MARK\""),
        ("parts=3, tools=-1", "parts=3, retry=?0, tools=-1"),
    ];
    let mark = "ce8dbe4aa1c9bcb3";
    for (numbers, expected) in table {
        let in_full = GATEWAY.replace("parts=0, tools=0", numbers);
        let facts = Facts::suppose(&vocabulary, &in_full).unwrap();
        let text = recorded(&vocabulary, &facts);
        assert!(text.ends_with(&expected.replace("MARK", mark)), "of {numbers}: {text}");
        assert_eq!(Facts::suppose(&vocabulary, &text).unwrap(), facts, "of {numbers}");
        // As records were before.
        assert_eq!(Facts::suppose(&vocabulary, &facts.display(&vocabulary).to_string()).unwrap(), facts);
    }
}

#[test]
fn numbers_that_nobody_measured_are_not_zero() {
    let vocabulary = vocabulary();
    let facts = Facts::suppose(&vocabulary, GATEWAY).unwrap();
    let text = recorded(&vocabulary, &facts);
    let other =
        SCHEMA.replace("tools: Long,", "tools: Long, @attester(\"gateway\") @doc(\"pages\") pages: Long,");
    let other = Vocabulary::parse(&other, TAXONOMY).unwrap();
    let refused = Facts::suppose(&other, &text).unwrap_err().to_string();
    assert!(refused.contains("are those of another vocabulary (`ce8dbe4aa1c9bcb3`, and here `"), "{refused}");
    // A caller can't say it, and what only resembles it is no record.
    let refused = [
        said(&vocabulary, "*=0;of=\"ce8dbe4aa1c9bcb3\"", Attester::Caller),
        said(&vocabulary, "*=0;of=\"ce8dbe4aa1c9bcb3\"", Attester::Gateway),
    ];
    assert!(refused.iter().all(|told| told.starts_with("refused: unknown fact `*`")), "{refused:?}");
    for text in [
        "*=0",
        "*=1;of=\"ce8dbe4aa1c9bcb3\"",
        "*=0;of=\"ce8dbe4aa1c9bcb3\", parts=1",
        "parts=1 *=0;of=\"00\"",
    ] {
        assert!(Facts::suppose(&vocabulary, text).is_err(), "{text}");
    }
}

#[test]
fn setters_refuse_what_dictionaries_do() {
    let vocabulary = vocabulary();
    let mut facts = Facts::default();
    let refusals = [
        facts.set_member(&vocabulary, "volum", "bulk").map_err(|e| e.to_string()),
        facts.set_member(&vocabulary, "volume", "bluk").map_err(|e| e.to_string()),
        facts.set_member(&vocabulary, "purpose", "intel").map_err(|e| e.to_string()),
        facts.set_member(&vocabulary, "steps", "query").map_err(|e| e.to_string()),
        facts.set_member(&vocabulary, "parts", "one").map_err(|e| e.to_string()),
        facts.set_long(&vocabulary, "volume", 1).map_err(|e| e.to_string()),
        facts.set_long(&vocabulary, "parts", i64::MIN).map_err(|e| e.to_string()),
        facts.set_long(&vocabulary, "parts", 1_000_000_000_000_000).map_err(|e| e.to_string()),
        facts.set_bool(&vocabulary, "parts", true).map_err(|e| e.to_string()),
        facts.set_datetime(&vocabulary, "parts", Timestamp::from_millis(0)).map_err(|e| e.to_string()),
        facts.set_datetime(&vocabulary, "at", Timestamp::from_millis(i64::MAX)).map_err(|e| e.to_string()),
    ];
    assert!(refusals.iter().all(Result::is_err), "{refusals:?}");
    assert!(facts.is_empty());
    facts.set_member(&vocabulary, "purpose", "intel.home.one").unwrap();
    facts.set_long(&vocabulary, "parts", 2).unwrap();
    facts.set_bool(&vocabulary, "retry", false).unwrap();
    facts.set_datetime(&vocabulary, "at", Timestamp::from_millis(1)).unwrap();
    assert_eq!(
        facts.display(&vocabulary).to_string(),
        "at=\"1970-01-01T00:00:00.001Z\", parts=2, purpose=intel.home.one, retry=?0"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// What can be stated can be written, and is read back as it was.
    #[test]
    fn every_number_and_time_is_read_back(parts in any::<i64>(), at in any::<i64>(), near in -100_000_i64..100_000, retry in any::<bool>()) {
        let vocabulary = vocabulary();
        let mut facts = Facts::default();
        let _ = facts.set_long(&vocabulary, "parts", parts);
        let _ = facts.set_long(&vocabulary, "tools", near);
        let _ = facts.set_datetime(&vocabulary, "at", Timestamp::from_millis(at / 100_000));
        let _ = facts.set_datetime(&vocabulary, "ends", Timestamp::from_millis(near));
        facts.set_bool(&vocabulary, "retry", retry).unwrap();
        let text = facts.display(&vocabulary).to_string();
        prop_assert_eq!(Facts::suppose(&vocabulary, &text).unwrap(), facts, "{}", text);
    }

    /// Whatever a caller sends, reading it ends, and never with an unknown member.
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,60}|([a-z=,(); \"?@%:0-9._-]{0,60})") {
        let vocabulary = vocabulary();
        if let Ok(facts) = Facts::parse(&vocabulary, &text, Attester::Caller) {
            let printed = facts.display(&vocabulary).to_string();
            prop_assert_eq!(Facts::parse(&vocabulary, &printed, Attester::Caller).unwrap(), facts);
        }
    }
}
