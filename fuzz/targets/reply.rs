//! Replies of both dialects, whole and streamed: how the network cuts the bytes changes nothing.
#![no_main]

use carveout_dialects::json::Limits;
use carveout_dialects::{Dialect, ReplyReader};
use libfuzzer_sys::fuzz_target;

/// What may be released of a reply that arrives in pieces of `size` bytes, and whether it was good to its end.
fn released(dialect: Dialect, streamed: bool, reply: &[u8], size: usize) -> (Vec<u8>, bool) {
    let mut reader = ReplyReader::new(dialect, streamed, Limits { depth: 64, bytes: 1 << 16 });
    let mut bytes = Vec::new();
    for piece in reply.chunks(size) {
        match reader.push(piece) {
            Ok(judged) => bytes.extend_from_slice(judged.bytes()),
            Err(error) => {
                bytes.extend_from_slice(error.judged.bytes());
                return (bytes, false);
            }
        }
    }
    match reader.finish() {
        Ok(judged) => {
            bytes.extend_from_slice(judged.bytes());
            (bytes, true)
        }
        Err(_) => (bytes, false),
    }
}

fuzz_target!(|input: (bool, bool, u8, &[u8])| {
    let (is_openai, streamed, size, reply) = input;
    let dialect = if is_openai { Dialect::OpenAi } else { Dialect::Anthropic };
    let at_once = released(dialect, streamed, reply, reply.len().max(1));
    let in_pieces = released(dialect, streamed, reply, usize::from(size).max(1));
    assert_eq!(at_once, in_pieces);
    let (bytes, good) = at_once;
    if good {
        let (again, still_good) = released(dialect, streamed, &bytes, bytes.len().max(1));
        assert!(still_good, "what is released is a good reply to the next reader");
        assert_eq!(again, bytes);
    }
});
