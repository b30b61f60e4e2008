//! Request bodies of both dialects: what is read can be forwarded, and is read the same way by the next reader.
#![no_main]

use carveout_dialects::json::Limits;
use carveout_dialects::{Dialect, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (bool, &[u8])| {
    let (is_openai, body) = input;
    let dialect = if is_openai { Dialect::OpenAi } else { Dialect::Anthropic };
    let limits = Limits { depth: 64, bytes: 1 << 20 };
    let Ok(asked) = read(dialect, body, &limits) else { return };
    let canonical = asked.canonical(asked.model());
    let again = read(dialect, canonical.as_bytes(), &limits).expect("what is forwarded is read again");
    assert_eq!(again.canonical(asked.model()).as_bytes(), canonical.as_bytes());
    let texts = |asked: &carveout_dialects::Asked| -> Vec<String> {
        asked.texts().map(|text| format!("{} {:?} {}", text.place(), text.kind, text.text)).collect()
    };
    assert_eq!(texts(&again), texts(&asked));
    assert_eq!(
        (
            again.tools_offered(),
            again.opaque().len(),
            again.unlisted().len(),
            again.choices(),
            again.stream()
        ),
        (
            asked.tools_offered(),
            asked.opaque().len(),
            asked.unlisted().len(),
            asked.choices(),
            asked.stream()
        ),
    );
});
