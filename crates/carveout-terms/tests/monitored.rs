//! Clauses that are only monitored: which can be, and what decides meanwhile.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it can't go on")]

use std::sync::Arc;

use carveout_terms::{
    Agreement, ClauseRef, Facts, MonitorError, Ruling, Stack, Use, UseLayers, Vocabulary, drafted,
};

const TERMS: &str = include_str!("../../../packs/sample/sample-terms.md");

fn vocabulary() -> Arc<Vocabulary> {
    let schema = include_str!("../../../packs/defense/defense.cedarschema");
    let taxonomy = include_str!("../../../packs/defense/defense.toml");
    Arc::new(Vocabulary::parse(schema, taxonomy).unwrap())
}

fn stack_of(vocabulary: &Arc<Vocabulary>, source: &str, presume: &str) -> Stack {
    let agreement = Agreement::parse(source, vocabulary).unwrap_or_else(|problems| panic!("{problems}"));
    let presume = Facts::suppose(vocabulary, presume).unwrap();
    Stack::new(Arc::clone(vocabulary), vec![Arc::new(agreement)], presume).unwrap()
}

fn clause(number: &str) -> ClauseRef {
    ClauseRef { agreement: "sample-terms".to_owned(), clause: number.to_owned() }
}

fn use_of(vocabulary: &Vocabulary, caller: &str, evidence: &[&str]) -> Use {
    let facts = |text: &str| Facts::suppose(vocabulary, text).unwrap();
    let mut gateway = facts("maker=sample-maker, deployment=gov_cloud");
    for fact in vocabulary.facts().map(|(_, fact)| fact) {
        match fact.name() {
            "at" => gateway.set_datetime(vocabulary, "at", "2026-06-01".parse().unwrap()).unwrap(),
            name => {
                let _ = gateway.set_long(vocabulary, name, 0);
                let _ = gateway.set_bool(vocabulary, name, false);
            }
        }
    }
    let caller = facts(caller);
    let evidence: Vec<Facts> = evidence.iter().map(|text| facts(text)).collect();
    let layers = UseLayers {
        caller: Some(&caller),
        gateway: Some(&gateway),
        evidence: &evidence,
        ..UseLayers::default()
    };
    Use::assemble(vocabulary, &layers).unwrap()
}

#[test]
fn some_clauses_are_never_only_monitored() {
    let vocabulary = vocabulary();
    let stack = stack_of(&vocabulary, TERMS, "");
    let lethal =
        |number: &str, fact: &str| MonitorError::Lethal { clause: clause(number), fact: fact.to_owned() };
    for (number, expected) in [
        ("3.5", lethal("3.5", "effect")),
        ("3.6", lethal("3.6", "weapon_function")),
        ("4.3", lethal("4.3", "effect")),
        ("2.1", MonitorError::Grants(clause("2.1"))),
        ("1.3", MonitorError::NothingEnforced(clause("1.3"))),
        ("9.9", MonitorError::NoClause(clause("9.9"))),
    ] {
        assert_eq!(stack.without(&[clause(number)]).unwrap_err(), expected, "{number}");
    }
    let elsewhere = ClauseRef { agreement: "other".to_owned(), clause: "3.3".to_owned() };
    assert_eq!(
        stack.without(std::slice::from_ref(&elsewhere)).unwrap_err(),
        MonitorError::NoClause(elsewhere)
    );
    let compiled =
        TERMS.replace("# Sample terms of use", "# Sample\n\n> **Compiled from a record.** The record\n");
    let compiled = stack_of(&vocabulary, &compiled, "").without(&[clause("3.3")]).unwrap_err();
    assert_eq!(compiled, MonitorError::Designation(clause("3.3")));
    let presuming =
        stack_of(&vocabulary, TERMS, "effect=kinetic_lethal").without(&[clause("3.3")]).unwrap_err();
    assert_eq!(presuming, MonitorError::Presumed("effect".to_owned()));
    assert!(stack_of(&vocabulary, TERMS, "weapon_function=none").without(&[clause("3.3")]).is_ok());
}

#[test]
fn terms_without_a_clause_decide_as_if_it_was_not_there_and_are_other_terms() {
    let vocabulary = vocabulary();
    let whole = stack_of(&vocabulary, TERMS, "");
    let without = whole.without(&[clause("3.3")]).unwrap();
    assert_ne!(whole.digest(), without.digest());
    assert_ne!(without.digest(), whole.without(&[clause("3.4")]).unwrap().digest());
    assert_eq!(without.digest(), whole.without(&[clause("3.3")]).unwrap().digest());
    let bulk =
        "purpose=software.dev, volume=bulk, source=user_submitted, subject=us_person, weapon_function=none";
    let domestic = "purpose=surveillance.domestic.mass, volume=bulk, source=user_submitted, subject=us_person, weapon_function=none";
    for (claim, before, after) in
        [(bulk, Ruling::Deny, Ruling::Permit), (domestic, Ruling::Deny, Ruling::Deny)]
    {
        let use_ = use_of(&vocabulary, claim, &[]);
        assert_eq!((whole.decide(&use_).ruling, without.decide(&use_).ruling), (before, after), "{claim}");
    }
    let denied = whole.decide(&use_of(&vocabulary, bulk, &[]));
    assert_eq!(denied.grounds, [clause("3.3")]);
}

#[test]
fn a_use_that_may_kill_is_known_by_any_reading() {
    let vocabulary = vocabulary();
    for (claim, evidence, expected) in [
        ("purpose=logistics.supply", vec![], false),
        ("effect=informational, weapon_function=none", vec![], false),
        ("effect=kinetic_nonlethal, weapon_function=track", vec![], false),
        ("effect=kinetic_lethal", vec![], true),
        ("weapon_function=engage", vec![], true),
        ("weapon_function=prioritise", vec![], true),
        ("effect=informational", vec!["effect=kinetic_lethal"], true),
        ("", vec!["weapon_function=select"], true),
        ("effect=informational", vec!["effect=cyber"], false),
    ] {
        let use_ = use_of(&vocabulary, claim, &evidence);
        assert_eq!(use_.may_be_lethal(&vocabulary), expected, "{claim} {evidence:?}");
    }
}

#[test]
fn a_draft_takes_the_place_of_its_older_version_or_stands_beside_the_others() {
    let vocabulary = vocabulary();
    let stack = stack_of(&vocabulary, TERMS, "");
    let named = |id: &str| {
        let source = TERMS.replace("agreement = \"sample-terms\"", &format!("agreement = \"{id}\""));
        Arc::new(Agreement::draft(&source, &vocabulary).unwrap())
    };
    let ids = |draft: &Arc<Agreement>| -> Vec<String> {
        drafted(stack.agreements(), draft).iter().map(|agreement| agreement.id().to_owned()).collect()
    };
    assert_eq!(ids(&named("sample-terms")), ["sample-terms"]);
    assert_eq!(ids(&named("next-terms")), ["sample-terms", "next-terms"]);
}

#[test]
fn some_clauses_must_see_what_they_test() {
    let vocabulary = vocabulary();
    let fact = |name: &str| vocabulary.fact(name).unwrap();
    let blind = |source: &str, presume: &str, facts: &[&str]| {
        let facts: Vec<_> = facts.iter().map(|name| fact(name)).collect();
        stack_of(&vocabulary, source, presume).may_be_blind_to(&facts)
    };
    assert_eq!(blind(TERMS, "", &["subject", "identifiers", "persons_at_least"]), Ok(()));
    assert_eq!(blind(TERMS, "", &[]), Ok(()));
    assert!(matches!(blind(TERMS, "", &["purpose"]), Err(MonitorError::Lethal { .. })));
    let compiled =
        TERMS.replace("# Sample terms of use", "# Sample\n\n> **Compiled from a record.** The record\n");
    assert!(matches!(blind(&compiled, "", &["subject"]), Err(MonitorError::Designation(_))));
    assert_eq!(blind(&compiled, "", &["identifiers"]), Ok(()), "it tests nothing of it");
    let presumed = blind(TERMS, "effect=kinetic_lethal", &["identifiers"]);
    assert_eq!(presumed, Err(MonitorError::Presumed("effect".to_owned())));
}
