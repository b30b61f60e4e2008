//! Letters spaced out: `j o h n @ x . o r g`, `2 0 2 5 5 5`.

use super::Mapped;
use crate::{Span, bytes::floor};

/// Bytes before spaced letters that may say what they are.
const BEFORE: usize = 40;

/// The spaced parts without the single spaces; wider gaps part words.
pub(super) fn view(text: &str, spans: &[Span]) -> Mapped {
    let mut mapped = Mapped::default();
    for span in spans {
        mapped.end_part();
        mapped.same(text, Span::new(floor(text, span.start.saturating_sub(BEFORE)), span.start));
        // The first letter doesn't belong to the word before.
        mapped.whole(" ", Span::new(span.start, span.start + 1));
        let part = text.get(span.range()).unwrap_or_default();
        let mut place = span.start;
        for letters in part.split(' ') {
            mapped.same(text, Span::new(place, place + letters.len()));
            place += letters.len() + 1;
        }
    }
    mapped
}
