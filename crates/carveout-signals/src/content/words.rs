//! The words of a text, as keyed digests.

use std::hash::Hasher as _;

use fearless_simd::{Level, Simd, dispatch};
use siphasher::sip::SipHasher13;
use unicode_normalization::UnicodeNormalization as _;

use super::sip::WordKey;
use crate::{
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
        let mut words = Self(Vec::with_capacity(text.len() / 6));
        if text.is_ascii() {
            words.take_ascii(key, text);
        } else {
            words.take(key, text);
        }
        words
    }

    fn take_ascii(&mut self, key: &ContentKey, text: &str) {
        let (blocks, rest) = text.as_bytes().as_chunks();
        let last = padded(rest);
        let (mut begun, mut inside) = (None, 0);
        for (base, block) in (0..).step_by(BLOCK).zip(blocks.iter().chain([&last])) {
            let letters = dispatch!(Level::baseline(), simd => letters(simd, block));
            // Words begin and end where the class changes.
            let edges = letters ^ (letters << 1 | inside);
            inside = letters >> (BLOCK - 1);
            for place in bits(edges) {
                match begun.take() {
                    None => begun = Some(base + place),
                    Some(from) => self.0.push(key.words.lowered(text.as_bytes(), from..base + place)),
                }
            }
        }
    }

    fn take(&mut self, key: &ContentKey, text: &str) {
        let mut word = String::new();
        for character in text.nfkc().chain([' ']) {
            if character.is_alphanumeric() {
                word.extend(character.to_lowercase());
            } else if !is_invisible(character) && !word.is_empty() {
                self.0.push(key.digest(&word));
                word.clear();
            }
        }
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

    proptest! {
        /// Plain texts are taken apart in another way than all others.
        #[test]
        fn the_words_of_a_plain_text_are_those_of_any_text(key: [u8; 16], text in "[\\x00-\\x7f]{0,300}|([a-zA-Z0-9]{1,70} ?){0,9}") {
            let key = ContentKey { texts: SipHasher13::new_with_key(&key), words: WordKey::new(&key) };
            let mut words = Words::default();
            words.take(&key, &text);
            prop_assert_eq!(Words::of(&key, &text).0, words.0);
        }
    }
}
