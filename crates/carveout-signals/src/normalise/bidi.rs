//! Text whose direction is overridden: shown from its end to its start (Unicode Standard Annex 9).

use super::Mapped;
use crate::Span;

const OVERRIDE: char = '\u{202e}';

/// Every overridden part, turned round.
pub(super) fn view(text: &str, suspected: bool) -> Mapped {
    let mut mapped = Mapped::default();
    if !suspected {
        return mapped;
    }
    let mut turned: Option<usize> = None;
    for (place, character) in text.char_indices() {
        match (character, turned) {
            (OVERRIDE, None) => turned = Some(place + character.len_utf8()),
            ('\u{202c}' | '\n', Some(start)) => {
                turn(text, Span::new(start, place), &mut mapped);
                turned = None;
            }
            _ => {}
        }
    }
    if let Some(start) = turned {
        turn(text, Span::new(start, text.len()), &mut mapped);
    }
    mapped
}

fn turn(text: &str, span: Span, mapped: &mut Mapped) {
    mapped.end_part();
    mapped.words_apart(text, span.start - OVERRIDE.len_utf8());
    let part = text.get(span.range()).unwrap_or_default();
    for (offset, character) in part.char_indices().rev() {
        let start = span.start + offset;
        mapped.whole(character.encode_utf8(&mut [0; 4]), Span::new(start, start + character.len_utf8()));
    }
}
