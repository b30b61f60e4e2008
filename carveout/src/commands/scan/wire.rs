//! Which texts trip the wire, and why: for those who look after a gateway, before they let it hold anything.

use carveout_signals::{
    Scanner,
    tripwire::{Family, Reading, Reason, Tripwire},
};
use serde_json::{Value as Json, json};

use super::{Scanned, input::Text};
use crate::output::{Printer, strong};

/// A text that tripped a wire.
struct Raised<'s> {
    file: &'s str,
    text: &'s Text,
    family: Family,
    reading: &'s Reading,
}

impl Raised<'_> {
    fn reasons(&self, scanner: &Scanner) -> Vec<Reason> {
        Tripwire::embedded().explain(scanner, &self.text.text, self.family)
    }

    fn share(&self) -> u8 {
        Tripwire::embedded().share(self.family, self.reading.score(self.family))
    }
}

fn raised<'s>(scanned: &'s [Scanned<'_>]) -> impl Iterator<Item = Raised<'s>> {
    scanned.iter().flat_map(|file| {
        let texts = file.texts.iter().zip(&file.readings);
        texts.flat_map(move |((text, _), reading)| {
            reading.raised().map(move |family| Raised { file: &file.input.name, text, family, reading })
        })
    })
}

/// The document.
pub(super) fn document(scanned: &[Scanned<'_>], scanner: &Scanner) -> Json {
    let reason = |reason: Reason| json!({ "what": reason.what, "word": reason.is_word, "weight": f64::from(reason.weight) / 1024.0 });
    let one = |raised: Raised<'_>| {
        json!({
            "file": raised.file,
            "line": raised.text.line,
            "place": raised.text.place,
            "family": raised.family.as_str(),
            "score": f64::from(raised.reading.score(raised.family)) / 1024.0,
            "share_percent": raised.share(),
            "reasons": raised.reasons(scanner).into_iter().map(reason).collect::<Vec<_>>(),
        })
    };
    raised(scanned).map(one).collect()
}

/// The result for people.
pub(super) fn print(scanned: &[Scanned<'_>], scanner: &Scanner, printer: &Printer) {
    let texts: usize = scanned.iter().map(|file| file.texts.len()).sum();
    let mut tripped = 0;
    for raised in raised(scanned) {
        tripped += 1;
        let place = raised.text.place.as_ref().map(|place| format!(" at {place}")).unwrap_or_default();
        printer.line(format_args!(
            "{} in {}, line {}{place}: about {}% of such scores were of it when it was calibrated",
            strong(raised.family.as_str()),
            raised.file,
            raised.text.line,
            raised.share(),
        ));
        let reasons = raised.reasons(scanner);
        let told = |words: bool| {
            let mine = reasons.iter().filter(|reason| reason.is_word == words);
            mine.map(|reason| reason.what.as_str()).collect::<Vec<_>>().join(", ")
        };
        printer.line(format_args!("  together: {}", told(false)));
        printer.line(format_args!("  words: {}", told(true)));
    }
    printer.line(format_args!(
        "tripwire: {tripped} raised in {texts} texts; it misses much and decides nothing"
    ));
}
