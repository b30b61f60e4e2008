//! Lines of bounded length, out of any reader.

use std::io::{self, BufRead, Read};

/// The longest line that is kept; a longer one is skipped, and told.
const LONGEST_LINE: u64 = 16 << 20;

/// What a line turned out to be.
pub(super) enum Line {
    Text(String),
    TooLong,
    NotUtf8(String),
}

/// Reads lines and counts them from one.
pub(super) struct Lines<R> {
    reader: R,
    number: u32,
}

impl<R: BufRead> Lines<R> {
    pub(super) const fn new(reader: R) -> Self {
        Self { reader, number: 0 }
    }

    /// The number of the line that was read last.
    pub(super) const fn number(&self) -> u32 {
        self.number
    }

    /// The next line without its end.
    pub(super) fn next(&mut self) -> io::Result<Option<Line>> {
        let mut bytes = Vec::new();
        let taken = self.reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut bytes)?;
        if taken == 0 {
            return Ok(None);
        }
        self.number = self.number.saturating_add(1);
        if bytes.last() != Some(&b'\n') && taken as u64 == LONGEST_LINE {
            self.skip()?;
            return Ok(Some(Line::TooLong));
        }
        while matches!(bytes.last(), Some(b'\n' | b'\r')) {
            bytes.pop();
        }
        if self.number == 1 && bytes.starts_with(b"\xef\xbb\xbf") {
            bytes.drain(..3);
        }
        Ok(Some(match String::from_utf8(bytes) {
            Ok(text) => Line::Text(text),
            Err(error) => Line::NotUtf8(String::from_utf8_lossy(error.as_bytes()).into_owned()),
        }))
    }

    fn skip(&mut self) -> io::Result<()> {
        loop {
            let buffer = self.reader.fill_buf()?;
            let (length, ended) = match buffer.iter().position(|byte| *byte == b'\n') {
                Some(position) => (position + 1, true),
                None => (buffer.len(), buffer.is_empty()),
            };
            self.reader.consume(length);
            if ended {
                return Ok(());
            }
        }
    }
}
