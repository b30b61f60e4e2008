//! Text in characters that no screen shows.
//!
//! Tag characters (U+E0020 to U+E007E) repeat ASCII; the 256 variation selectors can spell any bytes, and language models read
//! both.

use super::Mapped;
use crate::Span;

/// Whether a character may carry hidden text.
pub(super) const fn carries(character: char) -> bool {
    matches!(character, '\u{e0020}'..='\u{e007e}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// The hidden text, every run of it a part of its own.
pub(super) fn view(text: &str, suspected: bool) -> Mapped {
    let mut mapped = Mapped::default();
    if !suspected {
        return mapped;
    }
    let mut expected = 0;
    for (place, character) in text.char_indices() {
        let Some(shown) = shown(character) else { continue };
        let here = Span::new(place, place + character.len_utf8());
        if expected != place {
            mapped.end_part();
            mapped.words_apart(text, place);
        }
        expected = here.end;
        mapped.whole(shown.encode_utf8(&mut [0; 4]), here);
    }
    mapped
}

/// The ASCII character that a hidden one spells. Of the selectors, emoji use the sixteen first, which spell no printable
/// character.
fn shown(character: char) -> Option<char> {
    let code = u32::from(character);
    let byte = match code {
        0xe_0020..=0xe_007e => code - 0xe_0000,
        0xe_0100..=0xe_01ef => code - 0xe_0100 + 16,
        _ => return None,
    };
    char::from_u32(byte).filter(|shown| (' '..='~').contains(shown))
}
