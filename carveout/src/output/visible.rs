//! Text that somebody else wrote, shown without letting it steer the reader's terminal.
//!
//! Agreements come from a counterparty and ledgers from an operator. An escape sequence could hide a clause
//! on the screen, and a bidirectional override could show it in another order than it is decided in
//! (Unicode Technical Standard 55), so both are shown as what they are.

use std::fmt::Write;

/// Text with what steers a terminal made visible, apart from line breaks, tabs, and plain changes of style.
pub(crate) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let style = style_length(rest);
        let (taken, after) = rest.split_at(style.unwrap_or(character.len_utf8()));
        if style.is_some() || !steers(character) {
            shown.push_str(taken);
        } else {
            // Writing to a `String` can't fail.
            let _ = write!(shown, "{}", character.escape_unicode());
        }
        rest = after;
    }
    shown
}

/// The same for the source of an error that is pointed into: of the same length, so that spans still fit.
pub(crate) fn visible_source(text: &str) -> String {
    let replacement = |character: char| match character.len_utf8() {
        3 => "\u{fffd}".to_owned(),
        length => "?".repeat(length),
    };
    let shown = |character| if steers(character) { replacement(character) } else { String::from(character) };
    text.chars().map(shown).collect()
}

/// A JSON text with the same characters escaped as JSON does it. They can stand in its strings only.
pub(crate) fn visible_json(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if steers(character) {
            // All of them are in the basic plane. Writing to a `String` can't fail.
            let _ = write!(shown, "\\u{:04x}", u32::from(character));
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Whether a character moves or hides other text instead of being seen itself.
pub(super) fn steers(character: char) -> bool {
    let bidirectional = matches!(character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    bidirectional || character.is_control() && !matches!(character, '\n' | '\t')
}

/// The length of the change of style that a text begins with: bold, a bright enough colour, or back to normal.
/// Concealed and black text are not among them.
fn style_length(text: &str) -> Option<usize> {
    let codes = text.strip_prefix("\u{1b}[")?;
    let (codes, _) = codes.split_once('m').filter(|(codes, _)| codes.len() <= 2)?;
    let known = matches!(codes, "" | "0" | "1" | "2" | "4" | "22" | "24" | "31" | "32" | "33" | "36" | "39");
    known.then(|| "\u{1b}[m".len() + codes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_shown_and_styles_are_kept() {
        for (text, shown) in [
            ("plain\ttext\nof ünï", "plain\ttext\nof ünï"),
            ("\u{1b}[1mbold\u{1b}[0m", "\u{1b}[1mbold\u{1b}[0m"),
            ("\u{1b}[8mhidden", "\\u{1b}[8mhidden"),
            ("\u{1b}[2Jwiped\u{1b}", "\\u{1b}[2Jwiped\\u{1b}"),
            ("a\u{202e}b\u{9b}c\rd", "a\\u{202e}b\\u{9b}c\\u{d}d"),
        ] {
            assert_eq!(visible(text), shown);
        }
    }

    #[test]
    fn json_stays_json() {
        let text = "a\u{202e}b\u{9b}c\u{1b}\n\u{7f}";
        let written = serde_json::to_string(text).unwrap();
        let shown = visible_json(&written);
        assert!(shown.chars().all(|character| !steers(character)), "{shown}");
        assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), text);
    }

    #[test]
    fn a_source_keeps_its_length() {
        let source = "a\u{1b}[8mb\u{9b}c\u{202e}d\r\n";
        let shown = visible_source(source);
        assert_eq!(shown.len(), source.len());
        assert_eq!(shown, "a?[8mb??c\u{fffd}d?\n");
    }
}
