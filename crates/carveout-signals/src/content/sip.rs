//! SipHash-1-3 of one short word, as `siphasher` has it of a text, without the work of taking it piece by piece.

use std::ops::Range;

use crate::bytes::eight_bytes;

/// The key, put in already.
#[derive(Clone, Copy)]
pub(super) struct WordKey([u64; 4]);

/// Sets the bit that tells small letters from capitals; digits have it anyway.
const SMALL: u64 = 0x2020_2020_2020_2020;

impl WordKey {
    pub(super) fn new(key: &[u8; 16]) -> Self {
        let [low, high] = [0, 8].map(|from| eight_bytes(key, from));
        // "somepseudorandomlygeneratedbytes", as SipHash begins.
        Self([
            low ^ 0x736f_6d65_7073_6575,
            high ^ 0x646f_7261_6e64_6f6d,
            low ^ 0x6c79_6765_6e65_7261,
            high ^ 0x7465_6462_7974_6573,
        ])
    }

    /// The digest of a word of a text in small letters. It has nothing but ASCII letters and digits.
    #[inline]
    pub(super) fn lowered(&self, text: &[u8], word: Range<usize>) -> u64 {
        let mut state = self.0;
        let mut from = word.start;
        while word.end - from >= 8 {
            take(&mut state, eight_bytes(text, from) | SMALL);
            from += 8;
        }
        // The last block has what is left, and the length of all.
        let left = (eight_bytes(text, from) | SMALL) & !(u64::MAX << (8 * (word.end - from)));
        take(&mut state, left | (word.len() as u64) << 56);
        state[2] ^= 0xff;
        for _ in 0..3 {
            round(&mut state);
        }
        state.into_iter().fold(0, |all, one| all ^ one)
    }
}

fn take(state: &mut [u64; 4], block: u64) {
    state[3] ^= block;
    round(state);
    state[0] ^= block;
}

fn round([a, b, c, d]: &mut [u64; 4]) {
    *a = a.wrapping_add(*b);
    *c = c.wrapping_add(*d);
    *b = b.rotate_left(13) ^ *a;
    *d = d.rotate_left(16) ^ *c;
    *a = a.rotate_left(32).wrapping_add(*d);
    *c = c.wrapping_add(*b);
    *d = d.rotate_left(21) ^ *a;
    *b = b.rotate_left(17) ^ *c;
    *c = c.rotate_left(32);
}

#[cfg(test)]
mod tests {
    use std::hash::Hasher as _;

    use proptest::prelude::*;
    use siphasher::sip::SipHasher13;

    use super::*;

    proptest! {
        #[test]
        fn it_is_siphash_of_the_word_in_small_letters(
            key: [u8; 16],
            before in "[ -~]{0,9}",
            word in "[0-9A-Za-z]{0,40}",
            after in "[ -~]{0,9}",
        ) {
            let mut hasher = SipHasher13::new_with_key(&key);
            hasher.write(word.to_ascii_lowercase().as_bytes());
            let text = format!("{before}{word}{after}");
            let place = before.len()..before.len() + word.len();
            prop_assert_eq!(WordKey::new(&key).lowered(text.as_bytes(), place), hasher.finish());
        }
    }
}
