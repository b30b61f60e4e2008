//! Any text is read: nothing panics, a part never scores higher than the whole by the windows that both have, reasons exist.
#![no_main]

use carveout_signals::{
    Scanner,
    tripwire::{Family, Tripwire},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let tripwire = Tripwire::embedded();
    let plain = tripwire.read(text);
    let (_, whole) = tripwire.scan(&Scanner::default(), text);
    for family in Family::ALL {
        assert!(whole.score(family) >= plain.score(family));
        assert!(whole.is_raised(family) || !plain.is_raised(family));
        assert!(tripwire.reasons(text, family).iter().all(|reason| reason.weight > 0));
    }
});
