//! The recognisers: every finding lies between characters, canonical forms are stable, and work stays in proportion.
#![no_main]

use carveout_signals::{Kind, Region, Scanner};
use libfuzzer_sys::fuzz_target;

/// Bytes that may be looked at again for every byte of a text and its views.
const WALKED: usize = 64;

fuzz_target!(|text: &str| {
    for region in [Region::Us, Region::De] {
        let scanner = Scanner::new(region).with_reserved();
        let evidence = scanner.scan(text);
        let mut last = 0;
        for finding in &evidence.findings {
            let part = text.get(finding.span.range()).expect("a span lies between characters");
            assert!(!part.is_empty() && finding.span.start >= last, "findings are in order");
            last = finding.span.start;
            // What is found by itself is found again as it is spelt canonically.
            if finding.kind == Kind::Iban {
                let again = scanner.scan(finding.canonical.as_str());
                assert_eq!(
                    again.findings.first().map(|one| one.canonical.clone()),
                    Some(finding.canonical.clone())
                );
            }
        }
        let persons = evidence.persons();
        assert!(persons.lower <= persons.upper);
        assert!(evidence.work.walked <= WALKED * (evidence.work.bytes + 64), "{:?}", evidence.work);
        assert_eq!(evidence, scanner.scan(text), "the same text shows the same");
    }
});
