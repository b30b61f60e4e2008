//! The packs that ship with Carveout are read, and their examples run.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops where it can't go on"
)]

use std::{fs, path::PathBuf, sync::Arc};

use carveout_terms::{Agreement, Program, Stack, Vocabulary};

fn pack(path: &str) -> String {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../packs").join(path);
    fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn vocabulary() -> Vocabulary {
    Vocabulary::parse(&pack("defense/defense.cedarschema"), &pack("defense/defense.toml"))
        .unwrap_or_else(|e| panic!("{e}"))
}

fn agreement(path: &str) -> Agreement {
    Agreement::parse(&pack(path), &vocabulary()).unwrap_or_else(|problems| panic!("{path}: {problems}"))
}

#[test]
fn the_sample_agreements_are_read_and_every_example_comes_out_as_agreed() {
    let vocabulary = vocabulary();
    for path in ["sample/sample-terms.md", "sample/house-rules.md"] {
        let agreement = agreement(path);
        assert!(agreement.warnings().list().is_empty(), "{path}: {}", agreement.warnings());
        let failures: Vec<String> = agreement
            .run_examples(&vocabulary)
            .into_iter()
            .filter_map(|outcome| {
                Some(format!("{} {}: {}", outcome.example.clause(), outcome.example.text(), outcome.failure?))
            })
            .collect();
        assert!(failures.is_empty(), "{path}:\n{}", failures.join("\n"));
    }
}

#[test]
fn every_sample_clause_with_policies_has_two_examples() {
    let agreement = agreement("sample/sample-terms.md");
    // A part such as `3 Restrictions` has no prose: it is a heading over clauses.
    let clauses = agreement.clauses().iter().filter(|clause| !clause.prose().is_empty()).count();
    assert!((12..=20).contains(&clauses), "{clauses} clauses");
    for clause in agreement.clauses().iter().filter(|clause| agreement.policies_of(clause).next().is_some()) {
        let examples =
            agreement.examples().iter().filter(|example| example.clause() == clause.number()).count();
        assert!(examples >= 2, "clause {} has {examples} examples", clause.number());
    }
}

#[test]
fn the_sample_programs_are_read_and_bound_by_agreements_that_exist() {
    let vocabulary = vocabulary();
    let terms = Arc::new(agreement("sample/sample-terms.md"));
    let rules = Arc::new(agreement("sample/house-rules.md"));
    for path in ["sample/programs/logistics-support.toml", "sample/programs/intelligence-support.toml"] {
        let program =
            Program::parse(&pack(path), &vocabulary).unwrap_or_else(|problems| panic!("{path}: {problems}"));
        let bound: Vec<_> = program
            .agreements()
            .iter()
            .map(|id| [&terms, &rules].into_iter().find(|known| known.id() == id).unwrap().clone())
            .collect();
        Stack::new(Arc::new(vocabulary.clone()), bound, program.presume().clone()).unwrap();
    }
}
