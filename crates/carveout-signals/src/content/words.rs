//! The words of a text, as keyed digests.

use std::hash::Hasher as _;

use fearless_simd::{Level, Simd, dispatch};
use siphasher::sip::SipHasher13;
use unicode_normalization::UnicodeNormalization as _;

use super::sip::WordKey;
use crate::{
    bytes::ascii_length,
    lanes::{BLOCK, Lanes, bits, padded, within},
    meters::ScopeKey,
};

/// Words in a fingerprint.
pub const SHINGLE: usize = 4;

/// A text with fewer words than this says too little to be told from others: thanks, or a greeting.
const FEWEST: usize = 12;

/// Spreads the digests of words over the digest of a row of them: an odd number without structure (the golden ratio).
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// The key of the digests of words.
#[derive(Clone)]
pub struct ContentKey {
    texts: SipHasher13,
    words: WordKey,
}

impl std::fmt::Debug for ContentKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("ContentKey(…)")
    }
}

impl ContentKey {
    /// The key for contents, derived from another.
    #[must_use]
    pub fn of(key: &ScopeKey) -> Self {
        let key = key.derive("content");
        Self { texts: SipHasher13::new_with_key(&key), words: WordKey::new(&key) }
    }

    /// The digest of a short text as it stands, such as a claim.
    #[must_use]
    pub fn digest(&self, text: &str) -> u64 {
        let mut hasher = self.texts;
        hasher.write(text.as_bytes());
        hasher.finish()
    }
}

/// The words of one text.
#[derive(Clone, Debug, Default)]
pub struct Words(Vec<u64>);

impl Words {
    /// Takes a text apart. A word is a run of letters and digits, in lower case and compatibility form (NFKC).
    #[must_use]
    pub fn of(key: &ContentKey, text: &str) -> Self {
        if text.is_ascii() {
            return Self::of_ascii(key, text);
        }
        let mut reader = Reader::new(key, text);
        let mut rest = text;
        loop {
            let place = ascii_length(rest.as_bytes());
            let (ascii, others) = rest.split_at(place);
            if others.is_empty() {
                reader.ascii(ascii);
                reader.end();
                return Self(reader.words);
            }
            let mut after = others.chars();
            if after.next().is_some_and(is_mark) {
                reader.ascii(ascii);
                reader.end();
                rest = after.as_str();
                continue;
            }
            // What follows may be put together with the last character before it, and with nothing that stands before or after.
            let end = place + others_end(others);
            let start = place.saturating_sub(1);
            reader.ascii(rest.get(..start).unwrap_or_default());
            reader.take(rest.get(start..end).unwrap_or_default().nfkc().flat_map(in_lower_case));
            rest = rest.get(end..).unwrap_or_default();
        }
    }

    fn of_ascii(key: &ContentKey, text: &str) -> Self {
        let (blocks, rest) = text.as_bytes().as_chunks();
        let last = padded(rest);
        let (mut words, mut begun, mut inside) = (Vec::with_capacity(text.len() / 6), None, 0);
        for (base, block) in (0..).step_by(BLOCK).zip(blocks.iter().chain([&last])) {
            let letters = dispatch!(Level::baseline(), simd => letters(simd, block));
            // Words begin and end where the class changes.
            let edges = letters ^ (letters << 1 | inside);
            inside = letters >> (BLOCK - 1);
            for place in bits(edges) {
                match begun.take() {
                    None => begun = Some(base + place),
                    Some(from) => words.push(key.words.lowered(text.as_bytes(), from..base + place)),
                }
            }
        }
        Self(words)
    }

    /// The digest of the whole text; none if it says too little.
    #[must_use]
    pub fn digest(&self) -> Option<u64> {
        (self.0.len() >= FEWEST).then(|| self.0.iter().fold(SPREAD, |digest, word| mixed(digest, *word)))
    }

    /// The fingerprints of the text, in its order: one for every row of [`SHINGLE`] words.
    pub fn fingerprints(&self) -> impl Iterator<Item = u64> {
        self.0.windows(SHINGLE).map(|words| words.iter().fold(0, |sum, word| mixed(sum, *word)))
    }
}

/// Where a block has ASCII letters and digits.
#[inline(always)]
fn letters<S: Simd>(simd: S, block: &[u8; BLOCK]) -> u64 {
    Lanes::of(simd, block).of_class(|bytes| within(bytes | 0x20, b'a', 26) | within(bytes, b'0', 10))
}

/// Reads words.
struct Reader<'k> {
    key: &'k ContentKey,
    words: Vec<u64>,
    /// The last bytes of the word, and the digest of those before if it is longer.
    last: [u8; 32],
    length: usize,
    hasher: Option<SipHasher13>,
}

impl<'k> Reader<'k> {
    fn new(key: &'k ContentKey, text: &str) -> Self {
        Self { key, words: Vec::with_capacity(text.len() / 6), last: [0; 32], length: 0, hasher: None }
    }

    /// Takes bytes of words in lower case, with other characters of ASCII between.
    #[inline]
    fn take(&mut self, bytes: impl Iterator<Item = u8>) {
        // What changes with each byte is kept at hand meanwhile.
        let (mut last, mut length) = (self.last, self.length);
        bytes.for_each(|byte| {
            if byte.is_ascii_alphanumeric() || !byte.is_ascii() {
                if length == last.len() {
                    self.hasher.get_or_insert(self.key.texts).write(&last);
                    length = 0;
                }
                if let Some(place) = last.get_mut(length) {
                    *place = byte;
                }
                length += 1;
            } else if length > 0 {
                let mut hasher = self.hasher.take().unwrap_or(self.key.texts);
                hasher.write(last.get(..length).unwrap_or_default());
                self.words.push(hasher.finish());
                length = 0;
            }
        });
        (self.last, self.length) = (last, length);
    }

    fn ascii(&mut self, text: &str) {
        self.take(text.bytes().map(|byte| byte.to_ascii_lowercase()));
    }

    fn end(&mut self) {
        self.take(std::iter::once(b' '));
    }
}

/// A character in lower case as bytes, if it belongs to a word; a blank for what stands between words, nothing for what nobody sees.
fn in_lower_case(character: char) -> impl Iterator<Item = u8> {
    /// Bytes of the longest: three characters.
    const LONGEST: usize = 12;
    let (mut bytes, mut length) = ([b' '; LONGEST], 0);
    if character.is_alphanumeric() {
        for small in character.to_lowercase() {
            let room = bytes.get_mut(length..).unwrap_or_default();
            length += small.encode_utf8(room).len();
        }
    } else {
        length = usize::from(!is_invisible(character));
    }
    bytes.into_iter().take(length)
}

/// Where the next longer piece of ASCII starts. Between words of another script there is none.
fn others_end(text: &str) -> usize {
    const LONGER: usize = 4;
    let (mut end, mut ascii) = (0, 0);
    for (byte, after) in text.bytes().zip(1..) {
        (end, ascii) = if byte.is_ascii() { (end, ascii + 1) } else { (after, 0) };
        if ascii == LONGER {
            break;
        }
    }
    end
}

/// Dashes, quotation marks, dots and line ends, which are the only characters beyond ASCII of many texts. Their compatibility forms
/// are marks too, and they are put together with nothing. The double low line is none of them: its form ends with a line that
/// combines, which changes places with the vowel points after it.
const fn is_mark(character: char) -> bool {
    matches!(character, '\u{2010}'..='\u{2016}' | '\u{2018}'..='\u{2029}')
}

fn mixed(digest: u64, word: u64) -> u64 {
    (digest.rotate_left(23) ^ word).wrapping_mul(SPREAD)
}

/// Characters that nobody sees: soft hyphens, zero-width characters, marks of direction, variation selectors, tags.
const fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::meters::MeterKey;

    /// The same, by taking the whole text into its compatibility form first.
    fn at_once(key: &ContentKey, text: &str) -> Vec<u64> {
        let (mut words, mut word) = (Vec::new(), String::new());
        for character in text.nfkc().chain([' ']) {
            if character.is_alphanumeric() {
                word.extend(character.to_lowercase());
            } else if !is_invisible(character) && !word.is_empty() {
                words.push(key.digest(&std::mem::take(&mut word)));
            }
        }
        words
    }

    #[test]
    fn pieces_have_the_words_of_the_whole() {
        const PIECES: [&str; 29] = [
            "e\u{301}",
            "e",
            "\u{301}",
            "’",
            "“",
            "…",
            "ﬁ",
            "Å",
            "가",
            "ᄀ",
            "ᅡ",
            "ᆨ",
            "\u{ad}",
            "İ",
            "½",
            "—",
            "a\u{30d}\u{323}",
            "\u{344}",
            "\u{2017}",
            "\u{5b0}",
            "א",
            "\u{200b}",
            " ",
            "the house ",
            "X",
            "дом",
            "中",
            "a word of more than 32 bytes: ",
            "donaudampfschifffahrtsgesellschaftskapitän",
        ];
        let key = ContentKey::of(&MeterKey::new(&[7; 32]).scope("content"));
        let mut seed = 5_u64;
        for round in 0..4000 {
            let mut text = String::new();
            for _ in 0..round % 40 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                text.push_str(PIECES[(seed >> 33) as usize % PIECES.len()]);
            }
            assert_eq!(Words::of(&key, &text).0, at_once(&key, &text), "{text}");
        }
    }

    proptest! {
        /// Plain texts are taken apart in another way than all others.
        #[test]
        fn a_plain_text_has_the_words_of_any_text(text in "[\\x00-\\x7f]{0,300}|([a-zA-Z0-9]{1,70} ?){0,9}") {
            let key = ContentKey::of(&MeterKey::new(&[7; 32]).scope("content"));
            prop_assert_eq!(Words::of(&key, &text).0, at_once(&key, &text));
        }
    }
}
