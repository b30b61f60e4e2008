//! The views: their number and size are bounded, spans lead back between characters, and what is plain stays found.
#![no_main]

use carveout_signals::{Limits, Scanner};
use libfuzzer_sys::fuzz_target;

const ADDRESS: &str = " maria.keller@posthaus-nord.de ";

fuzz_target!(|text: &str| {
    let limits = Limits { views: 8, times: 2, least: 4096 };
    let evidence = Scanner::default().limits(limits).scan(text);
    assert!(evidence.work.texts <= limits.views + 1, "{:?}", evidence.work);
    let allowed = text.len() + (text.len() * limits.times).max(limits.least);
    assert!(evidence.work.bytes <= allowed, "{:?}", evidence.work);
    for span in evidence.opaque.iter().map(|one| one.span).chain(evidence.findings.iter().map(|one| one.span))
    {
        assert!(text.get(span.range()).is_some(), "{span:?}");
    }
    // Whatever stands before, an address after a line break is seen.
    let with = format!("{text}\n{ADDRESS}");
    let found = Scanner::default().scan(&with).findings;
    assert!(found.iter().any(|one| one.span.end > text.len()), "{found:?}");
});
