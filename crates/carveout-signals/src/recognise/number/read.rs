//! Reading a number's groups: out of one mask where the number is short, byte by byte otherwise.

use fearless_simd::{Level, dispatch};

use super::{Group, MOST_DIGITS, MOST_GROUPS, Number, Separators, separators};
use crate::{
    bytes::{ZEROS, at, eight_digits, slice},
    lanes::{BLOCK, Lanes},
    recognise::reading::Reading,
};

impl Number {
    /// Reads the groups into a number that has none. It is too large to be made elsewhere and moved.
    #[inline]
    pub(crate) fn read(&mut self, reading: &Reading<'_>) {
        let window = reading.bytes.get(self.start..).and_then(<[u8]>::first_chunk);
        if !window.is_some_and(|window| self.read_window(window)) {
            self.read_groups(reading.bytes);
        }
        reading.walk(self.end - self.start + separators::MOST);
    }

    /// Reads the groups of a number that ends well within the bytes from its start on, as nearly all do. No if it doesn't; then
    /// nothing is known of it.
    fn read_window(&mut self, window: &[u8; BLOCK]) -> bool {
        /// From here on, eight digits and the separators after them might not lie within the window.
        const LAST: usize = BLOCK - 12;
        let digits = dispatch!(Level::baseline(), simd => Lanes::of(simd, window).are_within(b'0', 10));
        let (mut start, mut first, mut before) = (0, 0, Separators::NONE);
        let (mut starts, mut inside) = (1, Separators::NONE);
        for (slot, count) in self.groups.iter_mut().zip(0_u32..) {
            let length = (!(digits >> start)).trailing_zeros() as usize;
            let end = start + length;
            if end > LAST || first + length >= MOST_DIGITS {
                return false;
            }
            for done in [0, 8, 16, 24, 32, 40].into_iter().take_while(|done| *done < length) {
                let (from, to) = (window.get(start + done..), self.digits.get_mut(first + done..));
                let (Some(from), Some(to)) = (from, to) else { return false };
                let (Some(from), Some(to)) = (from.first_chunk(), to.first_chunk_mut()) else { return false };
                *to = (u64::from_le_bytes(*from) ^ ZEROS).to_le_bytes();
            }
            *slot = Group { start: start as u8, length: length as u8, first: first as u8, before };
            starts |= u32::from(before.divides()) << count;
            inside = inside.and(before);
            first += length;
            let between = (digits >> end).trailing_zeros() as usize;
            before = match between {
                1 => Separators::of(at(window, end)),
                _ => Separators::between(slice(window, end, end + between.min(separators::MOST + 1))),
            };
            if between > separators::MOST || before == Separators::NONE || count as usize == MOST_GROUPS - 1 {
                self.count = count as usize + 1;
                self.length = first;
                (self.starts, self.inside) = (starts, inside);
                self.end = self.start + end;
                return true;
            }
            start = end + between;
        }
        false
    }

    /// Reads the groups, however long they are.
    #[cold]
    fn read_groups(&mut self, bytes: &[u8]) {
        *self = Self::at(self.start);
        let (mut here, mut between) = (self.start, Separators::NONE);
        while self.group(bytes, here, between) {
            (here, between) = separators::gap(bytes, self.end);
            if between == Separators::NONE {
                break;
            }
        }
    }

    /// Reads the group that starts at a place, if one does, and says whether another may follow. The number ends with one that
    /// is too many or too long.
    fn group(&mut self, bytes: &[u8], start: usize, before: Separators) -> bool {
        let (mut end, first) = (start, self.length);
        loop {
            let (values, count) = eight_digits(bytes, end);
            if let Some(slots) = self.digits.get_mut(self.length..).and_then(<[u8]>::first_chunk_mut) {
                *slots = values.to_le_bytes();
            }
            self.length = (self.length + count).min(MOST_DIGITS);
            end += count;
            if count < 8 {
                break;
            }
        }
        let Some(slot) = self.groups.get_mut(self.count).filter(|_| end > start) else { return false };
        let length = (end - start).min(usize::from(u8::MAX));
        *slot = Group { start: (start - self.start) as u8, length: length as u8, first: first as u8, before };
        self.starts |= u32::from(before.divides()) << self.count;
        self.inside = self.inside.and(before);
        self.count += 1;
        self.end = end;
        self.count < MOST_GROUPS && self.length < MOST_DIGITS
    }
}
