//! Tool calls of a reply: whatever is refused of it, what is left is a good reply that doesn't hold the call, and what isn't
//! refused stays as it was.
#![no_main]

use carveout_dialects::json::Limits;
use carveout_dialects::{CallReader, Dialect, Fates, ReplyReader, Slot, ToolCall, calls_of, refuse_in_reply};
use libfuzzer_sys::fuzz_target;

const LIMITS: Limits = Limits { depth: 64, bytes: 1 << 16 };
const MOST: usize = 32;

/// The reply as it is judged, event by event.
fn judged(dialect: Dialect, streamed: bool, reply: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut reader = ReplyReader::new(dialect, streamed, LIMITS);
    let (first, last) = (reader.push(reply).ok()?, reader.finish().ok()?);
    let events = first.events().chain(last.events());
    Some(events.map(|event| event.bytes().to_vec()).collect())
}

/// The calls of a reply, and the reply with those that `refuses` says taken out.
fn without(
    dialect: Dialect,
    streamed: bool,
    events: &[Vec<u8>],
    refuses: impl Fn(usize) -> bool,
) -> Option<(Vec<(Slot, bool)>, Vec<u8>)> {
    let mut slots = Vec::new();
    let mut fates = Fates::default();
    let mut decide = |slot: Slot, read: Result<ToolCall, _>| {
        if let Ok(call) = read {
            let again =
                ToolCall::from_document(call.document().as_bytes(), &LIMITS).expect("a call is read back");
            assert_eq!(again.document(), call.document());
        }
        let refused = refuses(slots.len());
        slots.push((slot, refused));
        fates.insert(slot, refused.then(|| "no".to_owned()));
    };
    if !streamed {
        let body = events.concat();
        for call in calls_of(dialect, &body, &LIMITS, MOST).ok()? {
            decide(call.slot, call.read);
        }
        return Some((slots, refuse_in_reply(dialect, &body, &fates)));
    }
    let mut reader = CallReader::new(dialect, LIMITS, MOST);
    for event in events {
        for call in reader.see(event).ok()?.complete {
            decide(call.slot, call.read);
        }
    }
    if reader.has_open() {
        return None;
    }
    let rewritten = events.iter().filter_map(|event| fates.rewrite(dialect, event)).flatten();
    Some((slots, rewritten.collect()))
}

fuzz_target!(|input: (bool, bool, u32, &[u8])| {
    let (is_openai, streamed, refused, reply) = input;
    let dialect = if is_openai { Dialect::OpenAi } else { Dialect::Anthropic };
    let Some(events) = judged(dialect, streamed, reply) else { return };
    let Some((_, same)) = without(dialect, streamed, &events, |_| false) else { return };
    assert_eq!(same, events.concat(), "what is not refused stays as it was");
    let refuses = |number: usize| refused >> (number % 32) & 1 == 1;
    let Some((slots, rest)) = without(dialect, streamed, &events, refuses) else { return };
    let left = judged(dialect, streamed, &rest).expect("what is left is a good reply");
    let (remaining, _) = without(dialect, streamed, &left, |_| false).expect("and its calls are whole");
    let released = slots.iter().filter(|(_, refused)| !refused).count();
    assert_eq!(remaining.len(), released, "every refused call is gone, and no other");
});
