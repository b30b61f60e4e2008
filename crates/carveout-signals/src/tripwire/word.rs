//! One word of small letters and digits, in a fixed room.

/// Bytes of the longest word; what is longer is read as several.
pub(super) const LONGEST: usize = 32;

/// A word in the making.
#[derive(Clone, Debug, Default)]
pub(super) struct Word {
    bytes: [u8; LONGEST],
    length: usize,
    /// A bit for each of its bytes that is a digit.
    digits: u32,
}

impl Word {
    /// Adds a small letter or a digit, if there is room.
    pub(super) fn push(&mut self, byte: u8) {
        if let Some(slot) = self.bytes.get_mut(self.length) {
            *slot = byte;
            self.digits |= u32::from(byte <= b'9') << self.length;
            self.length += 1;
        }
    }

    /// Adds so many letters and digits of a text, in small letters, as far as there is room, and says how many it took. A bit for
    /// each says which are digits.
    #[inline]
    pub(super) fn extend(&mut self, text: &[u8], place: usize, count: usize, digits: u32) -> usize {
        /// Makes letters small, and leaves digits as they are.
        const SMALL: u8 = 0x20;
        let count = count.min(LONGEST - self.length.min(LONGEST));
        let text = text.get(place..).unwrap_or_default();
        match text.first_chunk::<LONGEST>() {
            // All at once: what is behind the word is written over by the next one.
            Some(all) if self.length == 0 => {
                self.bytes.iter_mut().zip(all).for_each(|(slot, byte)| *slot = byte | SMALL);
                self.length = count;
                self.digits = digits;
            }
            _ => text.iter().take(count).for_each(|byte| self.push(byte | SMALL)),
        }
        count
    }

    /// How many bytes.
    pub(super) const fn len(&self) -> usize {
        self.length
    }

    /// Whether it has none.
    pub(super) const fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// A bit for each of its bytes that is a letter.
    const fn letters(&self) -> u32 {
        let all = ((1_u64 << self.length) - 1) as u32;
        all & !self.digits
    }

    /// Whether it has a letter.
    pub(super) const fn has_letters(&self) -> bool {
        self.letters() != 0
    }

    /// Whether it is made of digits.
    pub(super) const fn is_number(&self) -> bool {
        self.length > 0 && !self.has_letters()
    }

    /// Its bytes.
    pub(super) fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// The first of its bytes; what comes after the word means nothing.
    #[inline]
    pub(super) fn first<const N: usize>(&self) -> &[u8; N] {
        self.bytes.first_chunk().unwrap_or(&[0; N])
    }

    /// Starts another one.
    pub(super) const fn clear(&mut self) {
        (self.length, self.digits) = (0, 0);
    }

    /// Puts letters for the digits that look like them, in a word that is mostly letters.
    #[inline]
    pub(super) fn without_leet(&mut self) {
        if self.digits > 0 && self.letters().count_ones() >= 2 {
            self.put_letters();
        }
    }

    fn put_letters(&mut self) {
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
