//! Bills of materials: any bytes are read or refused, the same however they come in, and parts have names.
#![no_main]

use std::io::BufReader;

use carveout_exposure::inventory::{Part, read};
use libfuzzer_sys::fuzz_target;

fn told(bytes: &[u8], capacity: usize) -> (Vec<Part>, bool) {
    let mut parts = Vec::new();
    let read = read(BufReader::with_capacity(capacity, bytes), &mut |part| parts.push(part));
    (parts, read.is_ok())
}

fuzz_target!(|bytes: &[u8]| {
    let (parts, whole) = told(bytes, 1 << 16);
    assert!(parts.iter().all(|part| !part.name.is_empty() || part.package.is_some()));
    assert_eq!((parts, whole), told(bytes, 7));
});
