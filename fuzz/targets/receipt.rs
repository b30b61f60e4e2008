//! Receipts in both forms: no text makes an unsigned one verify, and reading what was written changes nothing.
#![no_main]

use std::sync::LazyLock;

use carveout_ledger::{Receipt, SigningKey, VerifierKey, verify_tlog_proof};
use libfuzzer_sys::fuzz_target;

static LOG: LazyLock<VerifierKey> = LazyLock::new(|| {
    SigningKey::from_seed("fuzz.carveout.example/log", &[7; 32]).expect("the seed makes a key").verifier()
});

fuzz_target!(|bytes: &[u8]| {
    if let Ok(receipt) = Receipt::from_json(bytes) {
        assert!(receipt.verify_own(&LOG).is_err(), "nobody signed this");
        let again = Receipt::from_json(receipt.to_json().as_bytes()).expect("what is written is read");
        assert_eq!((again.index(), again.leaf()), (receipt.index(), receipt.leaf()));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        assert!(verify_tlog_proof(text, &LOG, b"entry").is_err(), "nobody signed this");
    }
});
