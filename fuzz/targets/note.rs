//! Signed notes and keys: nothing that wasn't signed verifies, and a key has one spelling.
#![no_main]

use std::str::FromStr;
use std::sync::LazyLock;

use carveout_ledger::{Checkpoint, Note, SigningKey, VerifierKey};
use libfuzzer_sys::fuzz_target;

static LOG: LazyLock<VerifierKey> = LazyLock::new(|| {
    SigningKey::from_seed("fuzz.carveout.example/log", &[7; 32]).expect("the seed makes a key").verifier()
});

fuzz_target!(|text: &str| {
    if let Ok(note) = Note::parse(text) {
        assert!(text.starts_with(note.text()));
        assert!(note.verify(&LOG).is_err(), "nobody signed this");
    }
    assert!(Checkpoint::verify(text, &LOG).is_err(), "nobody signed this");
    if let Ok(key) = VerifierKey::from_str(text) {
        assert_eq!(key.to_string(), text);
    }
    let _ = SigningKey::from_str(text);
});
