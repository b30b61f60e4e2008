//! One spelling for what is read as the same.

use unicode_normalization::UnicodeNormalization;

/// The longest name that is read; longer ones are cut. The longest legal names of public registers have some 500
/// characters.
const MOST_CHARACTERS: usize = 1_000;

/// Small Latin letters and digits, in words separated by single spaces.
///
/// Compatibility forms are unified (NFKC), other scripts transliterated, `&` becomes `and`, apostrophes vanish,
/// everything else that is no letter or digit separates. Single letters in a row are one word: `A.B.C.` and
/// `A B C` are `abc`.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len());
    if text.is_ascii() {
        // NFKC changes nothing in ASCII, which most names are.
        text.chars().take(MOST_CHARACTERS).for_each(|character| push_ascii(&mut spaced, character));
    } else {
        text.nfkc().take(MOST_CHARACTERS).for_each(|character| push(&mut spaced, character));
    }
    closed_up(&spaced)
}

fn push(spaced: &mut String, character: char) {
    if character.is_ascii() {
        push_ascii(spaced, character);
    } else if is_apostrophe(character) || is_invisible(character) {
    } else if character.is_alphanumeric() {
        // Soft signs of Cyrillic come out as apostrophes.
        let latin = deunicode::deunicode_char(character).unwrap_or(" ");
        spaced.extend(
            latin
                .chars()
                .filter(|letter| *letter != '\'')
                .map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { ' ' }),
        );
    } else {
        spaced.push(' ');
    }
}

fn push_ascii(spaced: &mut String, character: char) {
    match character {
        '\'' | '`' => {}
        '&' | '+' => spaced.push_str(" and "),
        // The full stop stays through this step: it tells `A.B.C.` from `a b c` in words.
        '.' => spaced.push('.'),
        letter if letter.is_ascii_alphanumeric() => spaced.push(letter.to_ascii_lowercase()),
        _ => spaced.push(' '),
    }
}

fn is_apostrophe(character: char) -> bool {
    matches!(character, '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2bc}' | '\u{2b9}' | '\u{2bb}')
}

/// Zero-width characters, soft hyphens, direction marks and combining marks that no letter took up.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{300}'..='\u{36f}')
}

/// Joins single letters that stand in a row, and drops the dots. Letters with dots between them are a word of
/// their own: `Fund V L.P.` is `fund v lp`.
fn closed_up(spaced: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut open = false;
    for chunk in spaced.split(' ') {
        let parts: Vec<&str> = chunk.split('.').filter(|part| !part.is_empty()).collect();
        let initials = parts.len() > 1 && parts.iter().all(|part| is_letter(part));
        let pieces =
            if initials { vec![parts.concat()] } else { parts.iter().map(ToString::to_string).collect() };
        for piece in pieces {
            let single = is_letter(&piece);
            match words.last_mut() {
                Some(last) if single && open => last.push_str(&piece),
                _ => words.push(piece),
            }
            open = single;
        }
    }
    words.join(" ")
}

fn is_letter(word: &str) -> bool {
    word.len() == 1 && word.bytes().all(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn names_are_folded() {
        for (text, folded) in [
            ("  Example  Model-Maker, Inc. ", "example model maker inc"),
            ("A.B.C. Company", "abc company"),
            ("p.l.c.", "plc"),
            ("Fund V L.P.", "fund v lp"),
            ("S. A. Example", "sa example"),
            ("AT&T", "at and t"),
            ("Société Générale S.A.", "societe generale sa"),
            ("ＦＵＬＬ ｗｉｄｔｈ", "full width"),
            ("People\u{2019}s O'Neill", "peoples oneill"),
            ("ООО \u{ab}Пример\u{bb}", "ooo primer"),
            ("zero\u{200b}width\u{ad}", "zerowidth"),
            ("", ""),
            ("!?", ""),
        ] {
            assert_eq!(fold(text), folded, "{text}");
        }
    }

    #[test]
    fn folding_twice_changes_nothing() {
        for text in ["A.B. Examples", "Пример & Сыновья", "x y z 1", "Ægir ß straße"] {
            assert_eq!(fold(&fold(text)), fold(text), "{text}");
        }
    }
}
