//! Letters spaced out: `j o h n @ x . o r g`, `2 0 2 5 5 5`.

use super::Mapped;
use crate::Span;

/// The spaced parts without the single spaces; wider gaps part words.
pub(super) fn view(text: &str, spans: &[Span]) -> Mapped {
    let mut mapped = Mapped::default();
    for span in spans {
        mapped.end_part();
        mapped.words_apart(text, span.start);
        let part = text.get(span.range()).unwrap_or_default();
        let mut place = span.start;
        for letters in part.split(' ') {
            mapped.same(text, Span::new(place, place + letters.len()));
            place += letters.len() + 1;
        }
    }
    mapped
}
