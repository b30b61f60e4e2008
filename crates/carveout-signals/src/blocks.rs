//! The prefilter: one look at every byte, sixty-four at a time, for places where something may be.

use fearless_simd::{Level, Simd, dispatch, prelude::*};

use crate::{
    bytes::digits_end,
    lanes::{BLOCK, Lanes, padded, within},
    normalise::Noted,
};

/// Places of one block, a bit each, the lowest for the first byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Places {
    /// Digits that start a run.
    pub(crate) digits: u64,
    /// All digits.
    pub(crate) all_digits: u64,
    /// Digits that start a run after a letter or a bar, and letters and bars that follow a digit.
    pub(crate) beside_letters: u64,
    /// At signs.
    pub(crate) at_signs: u64,
    /// Colons.
    pub(crate) colons: u64,
    /// Hyphens that are the third at a distance of three (addresses) or of five (UUIDs).
    pub(crate) hyphens: u64,
    /// Letters, digits and the marks of base64 that follow eleven others of that kind.
    pub(crate) long: u64,
    /// Spaces that are the fourth with one character between each.
    pub(crate) spaced: u64,
    /// Percent signs, ampersands and backslashes.
    pub(crate) escapes: u64,
    /// Characters beyond ASCII that stand for others.
    pub(crate) strangers: Noted,
}

/// Calls for every block that has any place, with the offset of its first byte.
pub(crate) fn each(bytes: &[u8], see: impl FnMut(usize, &Places)) {
    each_at(Level::new(), bytes, see);
}

/// The same, with registers of a width.
fn each_at(level: Level, bytes: &[u8], mut see: impl FnMut(usize, &Places)) {
    let (blocks, rest) = bytes.as_chunks();
    let last = [padded(rest)];
    let last = last.get(..usize::from(!rest.is_empty())).unwrap_or_default();
    let mut run = [Classes::default(); RUN];
    let mut earlier = Classes::default();
    let mut offset = 0;
    for blocks in blocks.chunks(RUN).chain([last]) {
        dispatch!(level, simd => classify(simd, blocks, &mut run));
        for classes in run.iter().take(blocks.len()) {
            let places = classes.places(&earlier);
            earlier = *classes;
            if places.any() {
                see(offset, &places);
            }
            offset += BLOCK;
        }
    }
}

/// Blocks that are classified at once. Only that is compiled for each width of registers.
const RUN: usize = 8;

/// Tells what the bytes of some blocks are.
#[inline(always)]
fn classify<S: Simd>(simd: S, blocks: &[[u8; BLOCK]], run: &mut [Classes; RUN]) {
    let mut beyond = 0;
    for (block, classes) in blocks.iter().zip(run.iter_mut()) {
        *classes = Classes::of(&Lanes::of(simd, block));
        beyond |= classes.beyond;
    }
    if beyond == 0 {
        return;
    }
    for (block, classes) in blocks.iter().zip(run).filter(|(_, classes)| classes.beyond != 0) {
        classes.strangers = Noted::of(&Lanes::of(simd, block), block);
    }
}

/// Which bytes of a block are of which class.
#[derive(Clone, Copy, Debug, Default)]
struct Classes {
    digit: u64,
    /// Letters, and the bar that looks like one.
    letter: u64,
    coded: u64,
    at_sign: u64,
    colon: u64,
    hyphen: u64,
    space: u64,
    escape: u64,
    beyond: u64,
    strangers: Noted,
}

impl Classes {
    #[inline(always)]
    fn of<S: Simd>(lanes: &Lanes<S>) -> Self {
        // With bit 0x20 set, `@` and `[` to `_` become other marks, so these are letters only.
        let letter = lanes.of_class(|bytes| within(bytes | 0x20, b'a', 26));
        let digit = lanes.are_within(b'0', 10);
        let hyphen = lanes.are(b'-');
        // With bit 0x04 set, the plus becomes a slash, and no other byte does.
        let marks = lanes.of_class(|bytes| (bytes | 0x04).simd_eq(b'/') | bytes.simd_eq(b'_'));
        Self {
            digit,
            letter: letter | lanes.are(b'|'),
            coded: digit | letter | hyphen | marks,
            at_sign: lanes.are(b'@'),
            colon: lanes.are(b':'),
            hyphen,
            space: lanes.are(b' '),
            escape: lanes.of_class(|bytes| within(bytes, b'%', 2) | bytes.simd_eq(b'\\')),
            beyond: lanes.are_beyond(),
            strangers: Noted::default(),
        }
    }

    /// What stands where, with the block before for what began there.
    fn places(&self, earlier: &Self) -> Places {
        let before = |one: u64, other: u64, distance: u32| (one << distance) | (other >> (64 - distance));
        let third = |distance: u32| {
            let hyphen = |times| before(self.hyphen, earlier.hyphen, distance * times);
            self.hyphen & hyphen(1) & hyphen(2)
        };
        let hyphens = if self.hyphen == 0 { 0 } else { third(3) | third(5) };
        let after_digits = before(self.digit, earlier.digit, 1);
        let digits = self.digit & !after_digits;
        Places {
            digits,
            beside_letters: (digits & before(self.letter, earlier.letter, 1)) | (self.letter & after_digits),
            all_digits: self.digit,
            at_signs: self.at_sign,
            colons: self.colon,
            hyphens,
            long: twelfth(earlier.coded, self.coded),
            spaced: self.spaced(earlier),
            escapes: self.escape,
            strangers: self.strangers,
        }
    }

    fn spaced(&self, earlier: &Self) -> u64 {
        let before = |distance: u32| (self.space << distance) | (earlier.space >> (64 - distance));
        // Single letters are rare in prose.
        let second = self.space & before(2);
        if second == 0 {
            return 0;
        }
        second & before(4) & before(6) & !before(1) & !before(3) & !before(5)
    }
}

/// The places that follow eleven others of the same kind: base64 of nine digits, the shortest identifiers, has twelve characters.
const fn twelfth(earlier: u64, now: u64) -> u64 {
    let both = (earlier as u128) | ((now as u128) << 64);
    let two = both & (both << 1);
    let four = two & (two << 2);
    let eight = four & (four << 4);
    let twelve = eight & (four << 8);
    (twelve >> 64) as u64
}

impl Places {
    /// Whether there are any.
    const fn any(&self) -> bool {
        self.strangers.any() || self.any_in_ascii()
    }

    /// Whether there are any but bytes of characters beyond ASCII.
    pub(crate) const fn any_in_ascii(&self) -> bool {
        let marks = self.at_signs | self.colons | self.hyphens | self.long | self.spaced | self.escapes;
        self.digits | self.beside_letters | marks != 0
    }

    /// Where the run of digits ends that starts at a place of this block, which starts at an offset.
    pub(crate) fn digits_end(&self, bytes: &[u8], offset: usize, place: usize) -> usize {
        let bit = place - offset;
        let run = (!(self.all_digits >> bit)).trailing_zeros() as usize;
        // It may go on in the next block.
        if bit + run < BLOCK { place + run } else { digits_end(bytes, place + run) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::bits;

    /// All places of one kind in a text, wherever the blocks are cut.
    fn places(text: &str, shift: usize, kind: fn(&Places) -> u64) -> Vec<usize> {
        let padded = format!("{}{text}", "~".repeat(shift));
        let mut found = Vec::new();
        each(padded.as_bytes(), |offset, places| {
            found.extend(bits(kind(places)).map(|bit| offset + bit - shift))
        });
        found
    }

    #[test]
    fn places_are_found_wherever_blocks_are_cut() {
        /// A mask of the places.
        type Mask = fn(&Places) -> u64;
        let cases: [(&str, Mask, &[usize]); 9] = [
            (" 12 a34b 5| 6", |p| p.beside_letters, &[5, 7, 10]),
            (" 12 a3 4", |p| p.digits, &[1, 5, 7]),
            (" a@b @", |p| p.at_signs, &[2, 5]),
            (" a:: g: 1:2", |p| p.colons, &[2, 3, 6, 9]),
            (" 00-11-22-33", |p| p.hyphens, &[9]),
            (" abcd-1234-abcd-0000-", |p| p.hyphens, &[15, 20]),
            (" abcdefghijklmnopq!", |p| p.long, &[12, 13, 14, 15, 16, 17]),
            (" j o h n x", |p| p.spaced, &[6, 8]),
            (" 50% of \\x & é", |p| p.escapes, &[3, 8, 11]),
        ];
        for (text, kind, expected) in cases {
            for shift in 40..80 {
                assert_eq!(places(text, shift, kind), expected, "{text} {shift}");
            }
        }
    }

    #[test]
    fn runs_of_digits_end_where_they_end_wherever_blocks_are_cut() {
        for length in [1, 7, 8, 63, 64, 65, 200] {
            for shift in 40..80 {
                let text = format!("{}{}x", "~".repeat(shift), "7".repeat(length));
                each(text.as_bytes(), |offset, places| {
                    for place in bits(places.digits).map(|bit| offset + bit) {
                        assert_eq!(places.digits_end(text.as_bytes(), offset, place), shift + length);
                    }
                });
            }
        }
    }

    /// The widths of registers that this machine has.
    fn levels() -> Vec<Level> {
        let best = Level::new();
        let mut levels = vec![Level::baseline(), best];
        #[cfg(target_arch = "x86_64")]
        levels.extend(
            [best.as_sse4_2().map(Simd::level), best.as_avx2().map(Simd::level)].into_iter().flatten(),
        );
        levels
    }

    #[test]
    fn registers_of_every_width_show_the_same() {
        const PIECES: [&str; 24] = [
            "the ",
            "Größe ",
            "при ",
            "дом",
            "ﬀ",
            "中文",
            "é",
            "٣",
            "２",
            "\u{200b}",
            "😀",
            "12",
            "4111 1111 ",
            "@",
            ":",
            "a1:b2:",
            "00-11-",
            "a b c ",
            "%41",
            "&#x",
            "\\u",
            "QmFzZTY0",
            "|",
            "\u{e0041}",
        ];
        let mut seed = 7_u64;
        let mut texts = vec![include_str!("../tests/data/free-dev.txt").to_owned()];
        for length in 0..400 {
            let mut text = String::new();
            for _ in 0..length {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                text.push_str(PIECES[(seed >> 33) as usize % PIECES.len()]);
            }
            texts.push(text);
        }
        for text in texts {
            let seen = levels().into_iter().map(|level| {
                let mut seen = Vec::new();
                each_at(level, text.as_bytes(), |offset, places| seen.push((offset, *places)));
                seen
            });
            let seen: Vec<_> = seen.collect();
            assert!(seen.windows(2).all(|two| two[0] == two[1]), "{text}");
        }
    }

    #[test]
    fn every_byte_is_classed_as_by_the_standard_library() {
        for byte in 0..=u8::MAX {
            let mut block = [b' '; BLOCK];
            block[5] = byte;
            let classes = dispatch!(Level::new(), simd => Classes::of(&Lanes::of(simd, &block)));
            let bit = |mask: u64| mask >> 5 & 1 == 1;
            assert_eq!(bit(classes.digit), byte.is_ascii_digit(), "{byte}");
            assert_eq!(bit(classes.letter), byte.is_ascii_alphabetic() || byte == b'|', "{byte}");
            assert_eq!(bit(classes.escape), b"%&\\".contains(&byte), "{byte}");
            let coded = byte.is_ascii_alphanumeric() || b"-+/_".contains(&byte);
            assert_eq!(bit(classes.coded), coded, "{byte}");
            assert_eq!(bit(classes.beyond), !byte.is_ascii(), "{byte}");
        }
    }
}
