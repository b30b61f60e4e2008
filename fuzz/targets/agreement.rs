//! Agreements: any text is an agreement or a list of problems, each with a place in the text.
#![no_main]

use std::sync::LazyLock;

use carveout_terms::{Agreement, Vocabulary};
use libfuzzer_sys::fuzz_target;

static DEFENSE: LazyLock<Vocabulary> = LazyLock::new(|| {
    let schema = include_str!("../../packs/defense/defense.cedarschema");
    Vocabulary::parse(schema, include_str!("../../packs/defense/defense.toml"))
        .expect("the vocabulary is read")
});

fuzz_target!(|source: &str| match Agreement::parse(source, &DEFENSE) {
    Ok(agreement) => {
        for outcome in agreement.run_examples(&DEFENSE) {
            assert!(source.contains(outcome.example.text()));
        }
    }
    Err(problems) => {
        assert!(!problems.list().is_empty());
        for problem in problems.list() {
            assert!(source.get(problem.span.clone()).is_some(), "{problem} is outside of the text");
        }
    }
});
