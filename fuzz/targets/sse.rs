//! The event decoder: how the network cuts a stream changes no event.
#![no_main]

use carveout_dialects::{EventDecoder, EventTooLarge, Item};
use libfuzzer_sys::fuzz_target;

fn events(stream: &[u8], size: usize) -> (Vec<(Vec<u8>, Vec<u8>)>, bool) {
    let mut decoder = EventDecoder::new(1 << 12);
    let mut events = Vec::new();
    for piece in stream.chunks(size) {
        let told = decoder.push(piece, |item| {
            if let Item::Event { name, data } = item {
                events.push((name.to_vec(), data.to_vec()));
            }
            Ok::<(), EventTooLarge>(())
        });
        if told.is_err() {
            return (events, false);
        }
    }
    (events, true)
}

fuzz_target!(|input: (u8, &[u8])| {
    let (size, stream) = input;
    assert_eq!(events(stream, stream.len().max(1)), events(stream, usize::from(size).max(1)));
});
