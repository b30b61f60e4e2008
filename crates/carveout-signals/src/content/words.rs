//! The words of a text, as keyed digests.

use std::hash::Hasher as _;

use siphasher::sip::SipHasher13;
use unicode_normalization::UnicodeNormalization as _;

use crate::meters::ScopeKey;

/// Words in a fingerprint.
pub const SHINGLE: usize = 4;

/// A text with fewer words than this says too little to be told from others: thanks, or a greeting.
const FEWEST: usize = 12;

/// Spreads the digests of words over the digest of a row of them: an odd number without structure (the golden ratio).
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// The key of the digests of words.
#[derive(Clone)]
pub struct ContentKey(SipHasher13);

impl std::fmt::Debug for ContentKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("ContentKey(…)")
    }
}

impl ContentKey {
    /// The key for contents, derived from another.
    #[must_use]
    pub fn of(key: &ScopeKey) -> Self {
        Self(SipHasher13::new_with_key(&key.derive("content")))
    }

    /// The digest of a short text as it stands, such as a claim.
    #[must_use]
    pub fn digest(&self, text: &str) -> u64 {
        let mut hasher = self.0;
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
        let mut word = [0_u8; 32];
        let mut hasher = None;
        let mut length = 0;
        for byte in text.bytes().chain([b' ']) {
            if byte.is_ascii_alphanumeric() {
                if length == word.len() {
                    hasher.get_or_insert(key.0).write(&word);
                    length = 0;
                }
                if let Some(place) = word.get_mut(length) {
                    *place = byte.to_ascii_lowercase();
                }
                length += 1;
            } else if length > 0 {
                let mut hasher = hasher.take().unwrap_or(key.0);
                hasher.write(word.get(..length).unwrap_or_default());
                self.0.push(hasher.finish());
                length = 0;
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

fn mixed(digest: u64, word: u64) -> u64 {
    (digest.rotate_left(23) ^ word).wrapping_mul(SPREAD)
}

/// Characters that nobody sees: soft hyphens, zero-width characters, marks of direction, variation selectors, tags.
const fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}
