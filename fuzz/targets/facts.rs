//! Dictionaries of facts: what is read is a fixed point of being written, and callers can't state what isn't theirs.
#![no_main]

use std::sync::LazyLock;

use carveout_terms::{Attester, Facts, Vocabulary};
use libfuzzer_sys::fuzz_target;

static DEFENSE: LazyLock<Vocabulary> = LazyLock::new(|| {
    let schema = include_str!("../../packs/defense/defense.cedarschema");
    Vocabulary::parse(schema, include_str!("../../packs/defense/defense.toml"))
        .expect("the vocabulary is read")
});

fuzz_target!(|text: &str| {
    let supposed = Facts::suppose(&DEFENSE, text);
    if let Ok(facts) = &supposed {
        let written = facts.display(&DEFENSE).to_string();
        let again = Facts::suppose(&DEFENSE, &written).expect("what is written is read");
        assert_eq!(again.display(&DEFENSE).to_string(), written);
    }
    if Facts::parse(&DEFENSE, text, Attester::Caller).is_ok() {
        assert!(supposed.is_ok(), "a caller can state less than an example, never more");
    }
});
