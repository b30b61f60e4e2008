//! Frames of the write-ahead log: any bytes are a frame, torn or corrupt, and a frame stays inside its segment.
#![no_main]

use carveout_ledger::wal::parse_frame;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u16, u8, u8, &[u8])| {
    let (offset, epoch, sequence, segment) = input;
    let offset = usize::from(offset);
    if let Ok(frame) = parse_frame(segment, offset, u64::from(epoch), u64::from(sequence)) {
        assert!(frame.body.len() <= frame.bytes);
        assert!(offset + frame.bytes <= segment.len());
    }
});
