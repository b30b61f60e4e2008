//! Ledger entries: what is read is written again as the same bytes, since the bytes are what is hashed.
#![no_main]

use carveout_ledger::{Entry, parse_bundle};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(entry) = Entry::parse(bytes) {
        assert_eq!(entry.encode().expect("a read entry can be written"), bytes);
    }
    if let Ok(entries) = parse_bundle(bytes) {
        let again: Vec<u8> = entries
            .iter()
            .flat_map(|entry| {
                let length = u16::try_from(entry.len()).expect("an entry's length has 16 bits").to_be_bytes();
                length.into_iter().chain(entry.iter().copied())
            })
            .collect();
        assert_eq!(again, bytes);
    }
});
