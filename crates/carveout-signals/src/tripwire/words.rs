//! A text as small words of ASCII, whatever it is written with.
//!
//! Capitals, accents, look-alikes, full width and invisible characters are undone here, for every word; codes such as base64 are
//! the scanner's views, which are read as texts of their own.

use std::sync::LazyLock;

use fearless_simd::{Level, Simd, dispatch};
use unicode_normalization::UnicodeNormalization as _;

use super::word::{LONGEST, Word};
use crate::{
    bytes::at,
    lanes::{BLOCK, Lanes, padded, within},
    normalise::{is_letter, stands_for},
};

/// Letters that stand alone, one after the other, from which they are a word that was spaced out.
const SPACED: usize = 4;

/// What takes the words.
pub(super) trait Words {
    /// The next word: small letters and digits, 1 to [`LONGEST`] of them.
    fn word(&mut self, word: &Word);
    /// A sentence, a line or an object ends.
    fn stop(&mut self);
}

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
    let mut reader = Reader { words, word: Word::default(), spaced: Word::default() };
    let level = Level::new();
    let (blocks, rest) = bytes.as_chunks();
    let mut place = 0;
    for (block, start) in blocks.iter().chain([&padded(rest)]).zip((0..).step_by(BLOCK)) {
        let runs = dispatch!(level, simd => Runs::of(simd, block));
        let end = bytes.len().min(start + BLOCK);
        while place < end {
            let (length, digits) = runs.at(place - start);
            place = match length {
                0 => reader.other(text, place),
                _ => reader.run(bytes, place, length, digits),
            };
        }
    }
    reader.end_word();
    reader.end_spaced();
}

/// Where a block has letters and digits.
struct Runs {
    letters_and_digits: u64,
    digits: u64,
}

impl Runs {
    #[inline(always)]
    fn of<S: Simd>(simd: S, block: &[u8; BLOCK]) -> Self {
        let lanes = Lanes::of(simd, block);
        let letters = lanes.of_class(|bytes| within(bytes | 0x20, b'a', 26));
        let digits = lanes.are_within(b'0', 10);
        Self { letters_and_digits: letters | digits, digits }
    }

    /// How many stand in a row from a place of the block on, no more than a word has, and a bit for each that is a digit.
    fn at(&self, place: usize) -> (usize, u32) {
        let length = (!(self.letters_and_digits >> place)).trailing_zeros().min(LONGEST as u32);
        (length as usize, (self.digits >> place & !(u64::MAX << length)) as u32)
    }
}

struct Reader<'w, W> {
    words: &'w mut W,
    word: Word,
    /// Letters that stood alone.
    spaced: Word,
}

impl<W: Words> Reader<'_, W> {
    fn push(&mut self, byte: u8) {
        if self.word.len() == LONGEST {
            self.end_word();
        }
        self.word.push(byte);
    }

    /// Takes letters and digits in from a place on, as many as the word has room for, and returns where to go on.
    #[inline]
    fn run(&mut self, bytes: &[u8], place: usize, length: usize, digits: u32) -> usize {
        if self.word.len() == LONGEST {
            self.end_word();
        }
        place + self.word.extend(bytes, place, length, digits)
    }

    /// Takes what is neither letter nor digit, and returns where to go on.
    #[inline]
    fn other(&mut self, text: &str, place: usize) -> usize {
        let bytes = text.as_bytes();
        let byte = at(bytes, place);
        match BYTES.get(usize::from(byte)) {
            Some(1) => self.stop(bytes, place),
            Some(2) => {
                let character = text.get(place..).and_then(|rest| rest.chars().next()).unwrap_or(' ');
                self.beyond_ascii(character);
                return place + character.len_utf8();
            }
            _ => self.gap(byte, bytes, place),
        }
        place + 1
    }

    fn gap(&mut self, byte: u8, bytes: &[u8], place: usize) {
        // `tr@ck`, `p3r$on`.
        let stands_for = match byte {
            b'@' => b'a',
            b'$' => b's',
            // Wider than between letters.
            _ if self.word.is_empty() => return self.end_spaced(),
            _ => return self.end_word(),
        };
        match self.word.has_letters() && at(bytes, place + 1).is_ascii_alphanumeric() {
            true => self.push(stands_for),
            false if self.word.is_empty() => self.end_spaced(),
            false => self.end_word(),
        }
    }

    fn stop(&mut self, bytes: &[u8], place: usize) {
        let decimal = self.word.is_number() && at(bytes, place + 1).is_ascii_digit();
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
            None if is_letter(character) => {
                let code = code as usize;
                for part in [code % 26, code / 26 % 26, code / 676 % 26] {
                    self.push(b'a' + part as u8);
                }
            }
            None => self.end_word(),
        }
    }

    #[inline]
    fn end_word(&mut self) {
        match self.word.len() {
            0 => return,
            1 => {
                if self.spaced.len() == LONGEST {
                    self.end_spaced();
                }
                self.word.as_slice().iter().for_each(|letter| self.spaced.push(*letter));
            }
            _ => {
                self.end_spaced();
                self.word.without_leet();
                self.words.word(&self.word);
            }
        }
        self.word.clear();
    }

    /// Letters that stood alone are a word if there are enough of them.
    #[inline]
    fn end_spaced(&mut self) {
        if !self.spaced.is_empty() {
            self.end_letters();
        }
    }

    fn end_letters(&mut self) {
        if self.spaced.len() >= SPACED {
            self.spaced.without_leet();
            self.words.word(&self.spaced);
        } else {
            for letter in self.spaced.as_slice() {
                let mut word = Word::default();
                word.push(*letter);
                self.words.word(&word);
            }
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
        fn word(&mut self, word: &Word) {
            self.0.push(String::from_utf8_lossy(word.as_slice()).into_owned());
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
