//! Numbers and texts of a snapshot, with a digest over everything.

use std::io::{self, Read, Write};

use sha2::{Digest as _, Sha256};

use super::SnapshotError;

/// How much is written, read and hashed at once.
const PIECE: usize = 1 << 20;

/// The most bytes of one text.
const MOST_TEXT: usize = 1 << 20;

/// The bytes of a digest.
const DIGEST: usize = 32;

/// Writes and hashes.
pub(super) struct Output<W> {
    writer: W,
    open: Vec<u8>,
    hasher: Sha256,
}

impl<W: Write> Output<W> {
    pub(super) fn new(writer: W) -> Self {
        Self { writer, open: Vec::with_capacity(PIECE + MOST_TEXT), hasher: Sha256::new() }
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.open.extend_from_slice(bytes);
        if self.open.len() >= PIECE { self.flush() } else { Ok(()) }
    }

    pub(super) fn byte(&mut self, byte: u8) -> io::Result<()> {
        self.bytes(&[byte])
    }

    pub(super) fn word(&mut self, word: u32) -> io::Result<()> {
        self.bytes(&word.to_le_bytes())
    }

    pub(super) fn long(&mut self, long: u64) -> io::Result<()> {
        self.bytes(&long.to_le_bytes())
    }

    pub(super) fn count(&mut self, count: usize) -> io::Result<()> {
        let count =
            u32::try_from(count).map_err(|_| io::Error::other("more than four billion of one thing"))?;
        self.word(count)
    }

    pub(super) fn text(&mut self, text: &str) -> io::Result<()> {
        if text.len() > MOST_TEXT {
            return Err(io::Error::other("a name or key of more than a megabyte"));
        }
        self.count(text.len())?;
        self.bytes(text.as_bytes())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.hasher.update(&self.open);
        self.writer.write_all(&self.open)?;
        self.open.clear();
        Ok(())
    }

    /// Ends the file with the digest.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.flush()?;
        self.writer.write_all(&self.hasher.finalize())?;
        self.writer.flush()
    }
}

/// Reads and hashes. The last bytes of what was read so far may be the digest, so they are held back from the hash
/// until more comes.
pub(super) struct Input<R> {
    reader: R,
    open: Vec<u8>,
    taken: usize,
    hasher: Sha256,
}

impl<R: Read> Input<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, open: Vec::new(), taken: 0, hasher: Sha256::new() }
    }

    /// Makes sure that so many bytes can be taken.
    fn need(&mut self, count: usize) -> io::Result<()> {
        if self.open.len() - self.taken >= count {
            return Ok(());
        }
        let taken = self.open.get(..self.taken).unwrap_or_default();
        self.hasher.update(taken);
        self.open.drain(..self.taken);
        self.taken = 0;
        let wanted = PIECE.max(count) - self.open.len();
        let read = (&mut self.reader).take(wanted as u64).read_to_end(&mut self.open)?;
        if self.open.len() < count {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, format!("{read} bytes were left")));
        }
        Ok(())
    }

    pub(super) fn fill(&mut self, into: &mut [u8]) -> io::Result<()> {
        self.need(into.len())?;
        let end = self.taken + into.len();
        into.copy_from_slice(self.open.get(self.taken..end).unwrap_or_default());
        self.taken = end;
        Ok(())
    }

    pub(super) fn byte(&mut self) -> Result<u8, SnapshotError> {
        let mut byte = [0; 1];
        self.fill(&mut byte)?;
        Ok(u8::from_le_bytes(byte))
    }

    pub(super) fn word(&mut self) -> Result<u32, SnapshotError> {
        let mut word = [0; 4];
        self.fill(&mut word)?;
        Ok(u32::from_le_bytes(word))
    }

    pub(super) fn long(&mut self) -> Result<u64, SnapshotError> {
        let mut long = [0; 8];
        self.fill(&mut long)?;
        Ok(u64::from_le_bytes(long))
    }

    pub(super) fn text(&mut self) -> Result<Box<str>, SnapshotError> {
        let length = usize::try_from(self.word()?).unwrap_or(usize::MAX);
        if length > MOST_TEXT {
            return Err(SnapshotError::Damaged("a name or key of more than a megabyte"));
        }
        self.need(length)?;
        let end = self.taken + length;
        let text = std::str::from_utf8(self.open.get(self.taken..end).unwrap_or_default());
        let text = text.map_err(|_| SnapshotError::Damaged("a text that is not UTF-8"))?.into();
        self.taken = end;
        Ok(text)
    }

    /// Compares the digest, and makes sure that nothing follows it.
    pub(super) fn finish(mut self) -> Result<(), SnapshotError> {
        let taken = self.open.get(..self.taken).unwrap_or_default();
        self.hasher.update(taken);
        self.open.drain(..self.taken);
        self.taken = 0;
        let mut stated = [0; DIGEST];
        self.fill(&mut stated)?;
        if stated != <[u8; DIGEST]>::from(self.hasher.clone().finalize()) {
            return Err(SnapshotError::Damaged("its digest is another"));
        }
        let after = self.open.len() > self.taken || self.reader.read(&mut [0; 1])? > 0;
        if after { Err(SnapshotError::Damaged("something follows its end")) } else { Ok(()) }
    }
}
