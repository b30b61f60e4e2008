//! The strict reader: what it takes is JSON to others too, and its canonical form is a fixed point of equal meaning.
#![no_main]

use carveout_dialects::json::{Document, Limits};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { depth: 16, bytes: 1 << 16 };
    let Ok(document) = Document::read(bytes, &limits) else { return };
    let canonical = document.text();
    let again = Document::read(canonical.as_bytes(), &limits).expect("the canonical form is read again");
    assert_eq!(again.text(), canonical);
    let theirs: Value = serde_json::from_slice(bytes).expect("another reader takes it too");
    let ours: Value = serde_json::from_str(canonical).expect("another reader takes the canonical form");
    assert_eq!(ours, theirs, "both spellings mean the same");
});
