//! A text as small words of ASCII, whatever it is written with.
//!
//! Capitals, accents, look-alikes, full width and invisible characters are undone here, for every word; codes such as base64 are
//! the scanner's views, which are read as texts of their own.

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization as _;

use crate::{
    bytes::{at, slice},
    normalise::stands_for,
};

/// Bytes of the longest word; what is longer is read as several.
pub(super) const LONGEST: usize = 32;
/// Letters that stand alone, one after the other, from which they are a word that was spaced out.
const SPACED: usize = 4;

/// What takes the words.
pub(super) trait Words {
    /// The next word: small letters and digits, 1 to [`LONGEST`] of them.
    fn word(&mut self, word: &[u8]);
    /// A sentence, a line or an object ends.
    fn stop(&mut self);
}

/// The highest class of a byte that is no letter or digit.
const LAST_CLASS: u8 = 2;

/// What a byte is: 0 ends a word, 1 ends a sentence, 2 is no ASCII, anything else is the letter or digit itself.
const BYTES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0_u8;
    loop {
        #[expect(clippy::indexing_slicing, reason = "a byte is below 256")]
        {
            classes[byte as usize] = match byte {
                b'0'..=b'9' | b'a'..=b'z' => byte,
                b'A'..=b'Z' => byte + 32,
                b'.' | b'!' | b'?' | b';' | b'\n' | b'{' | b'}' => 1,
                0x80.. => 2,
                _ => 0,
            };
        }
        if byte == u8::MAX {
            break;
        }
        byte += 1;
    }
    classes
};

/// Latin letters without their marks.
static LATIN: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let plain = |code: u32| {
        let character = char::from_u32(code)?;
        let base = std::iter::once(character).nfd().next().filter(char::is_ascii_alphabetic)?;
        Some(base.to_ascii_lowercase() as u8)
    };
    (0xc0..0x250).map(|code| plain(code).unwrap_or(0)).collect()
});

/// Hands every word of a text over.
pub(super) fn each(text: &str, words: &mut impl Words) {
    let bytes = text.as_bytes();
    let mut reader = Reader { words, word: Letters::default(), spaced: Letters::default() };
    let mut place = 0;
    while place < bytes.len() {
        let byte = at(bytes, place);
        let class = BYTES.get(usize::from(byte)).copied().unwrap_or(0);
        match class {
            0 => reader.gap(byte, bytes, place),
            1 => reader.stop(bytes, place),
            2 => {
                let character = text.get(place..).and_then(|rest| rest.chars().next()).unwrap_or(' ');
                reader.beyond_ascii(character);
                place += character.len_utf8() - 1;
            }
            _ => {
                place = reader.run(bytes, place);
                continue;
            }
        }
        place += 1;
    }
    reader.end_word();
    reader.end_spaced();
}

#[derive(Default)]
struct Letters {
    bytes: [u8; LONGEST],
    length: usize,
    letters: usize,
}

impl Letters {
    fn push(&mut self, byte: u8) {
        if let Some(slot) = self.bytes.get_mut(self.length) {
            *slot = byte;
            self.length += 1;
            self.letters += usize::from(byte > b'9');
        }
    }

    fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    const fn clear(&mut self) {
        self.length = 0;
        self.letters = 0;
    }

    /// Letters for the digits that look like them, in a word that is mostly letters.
    fn without_leet(&mut self) {
        if self.letters == self.length || self.letters < 2 {
            return;
        }
        for byte in self.bytes.iter_mut().take(self.length) {
            *byte = match *byte {
                b'0' => b'o',
                b'1' => b'i',
                b'3' => b'e',
                b'4' => b'a',
                b'5' => b's',
                b'7' => b't',
                other => other,
            };
        }
    }
}

struct Reader<'w, W> {
    words: &'w mut W,
    word: Letters,
    /// Letters that stood alone.
    spaced: Letters,
}

impl<W: Words> Reader<'_, W> {
    fn push(&mut self, byte: u8) {
        if self.word.length == LONGEST {
            self.end_word();
        }
        self.word.push(byte);
    }

    /// Takes the letters and digits from a place on, as many as the word has room for, and returns where to go on.
    fn run(&mut self, bytes: &[u8], place: usize) -> usize {
        if self.word.length == LONGEST {
            self.end_word();
        }
        let room = self.word.bytes.get_mut(self.word.length..).unwrap_or_default();
        let (mut taken, mut letters) = (0, 0);
        for (slot, byte) in room.iter_mut().zip(slice(bytes, place, bytes.len())) {
            let letter = BYTES.get(usize::from(*byte)).copied().unwrap_or(0);
            if letter <= LAST_CLASS {
                break;
            }
            *slot = letter;
            taken += 1;
            letters += usize::from(letter > b'9');
        }
        self.word.length += taken;
        self.word.letters += letters;
        place + taken
    }

    fn gap(&mut self, byte: u8, bytes: &[u8], place: usize) {
        // `tr@ck`, `p3r$on`.
        let stands_for = match byte {
            b'@' => b'a',
            b'$' => b's',
            // Wider than between letters.
            _ if self.word.length == 0 => return self.end_spaced(),
            _ => return self.end_word(),
        };
        match self.word.letters > 0 && at(bytes, place + 1).is_ascii_alphanumeric() {
            true => self.push(stands_for),
            false if self.word.length == 0 => self.end_spaced(),
            false => self.end_word(),
        }
    }

    fn stop(&mut self, bytes: &[u8], place: usize) {
        let decimal = self.word.length > 0 && self.word.letters == 0 && at(bytes, place + 1).is_ascii_digit();
        self.end_word();
        if !decimal {
            self.end_spaced();
            self.words.stop();
        }
    }

    fn beyond_ascii(&mut self, character: char) {
        let code = u32::from(character);
        let latin = code.checked_sub(0xc0).and_then(|place| LATIN.get(place as usize).copied());
        if let Some(letter) = latin.filter(|letter| *letter != 0) {
            return self.push(letter);
        }
        match stands_for(character) {
            // It shows nothing: the word goes on.
            Some(u32::MAX) => {}
            Some(stands) => {
                for byte in stands.to_le_bytes().into_iter().take_while(|byte| *byte != 0) {
                    match BYTES.get(usize::from(byte)).copied().unwrap_or(0) {
                        0 | 1 => self.end_word(),
                        letter => self.push(letter),
                    }
                }
            }
            None if character == 'ß' => {
                self.push(b's');
                self.push(b's');
            }
            // A letter of another script: three small letters that stand for it.
            None if character.is_alphabetic() => {
                let code = code as usize;
                for part in [code % 26, code / 26 % 26, code / 676 % 26] {
                    self.push(b'a' + part as u8);
                }
            }
            None => self.end_word(),
        }
    }

    fn end_word(&mut self) {
        if self.word.length == 0 {
            return;
        }
        if self.word.length == 1 {
            if self.spaced.length == LONGEST {
                self.end_spaced();
            }
            self.spaced.push(self.word.bytes[0]);
        } else {
            self.end_spaced();
            self.word.without_leet();
            self.words.word(self.word.as_slice());
        }
        self.word.clear();
    }

    /// Letters that stood alone are a word if there are enough of them.
    fn end_spaced(&mut self) {
        if self.spaced.length == 0 {
            return;
        }
        if self.spaced.length >= SPACED {
            self.spaced.without_leet();
            self.words.word(self.spaced.as_slice());
        } else {
            self.spaced.as_slice().chunks(1).for_each(|letter| self.words.word(letter));
        }
        self.spaced.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Listed(Vec<String>);

    impl Words for Listed {
        fn word(&mut self, word: &[u8]) {
            self.0.push(String::from_utf8_lossy(word).into_owned());
        }
        fn stop(&mut self) {
            self.0.push("/".to_owned());
        }
    }

    #[test]
    fn words_are_what_they_are_meant_to_look_like() {
        for (text, expected) in [
            ("Track ALL people.", "track all people /"),
            ("Überwachung größer café", "uberwachung grosser cafe"),
            ("tr\u{200b}ack", "track"),
            ("ｔｒａｃｋ", "track"),
            ("trасk", "track"),
            ("tr4ck p30ple tr@ck per$on", "track people track person"),
            ("t r a c k  a l l o", "track allo"),
            ("a b see", "a b see"),
            ("3.5 million", "3 5 million"),
            ("cell_pings|x", "cell pings x"),
            ("", ""),
        ] {
            let mut listed = Listed::default();
            each(text, &mut listed);
            assert_eq!(listed.0.join(" "), expected, "{text}");
        }
    }

    #[test]
    fn no_word_is_longer_than_it_may_be() {
        let mut listed = Listed::default();
        each(&"a".repeat(1000), &mut listed);
        assert!(listed.0.iter().all(|word| word.len() <= LONGEST) && listed.0.len() == 32);
    }
}
