//! Files that are written in whole blocks, past the page cache.
//!
//! What the ledger writes it doesn't read again soon, so a copy in the page cache is work for nothing, and it is half of what
//! a sync of the log costs. Large pieces, and everything that fills room, therefore go from memory of ours to the disk. The last
//! block of what fills room is written again with what follows, as the page cache would. Where a file system wants none of
//! this, everything goes the usual way. What is durable when doesn't change: a sync is a sync.

use std::{
    fs::File,
    io::{self, ErrorKind},
    os::unix::fs::FileExt as _,
    sync::{Arc, Mutex, PoisonError},
};

use super::StorageFile;

/// Where whole blocks begin and end, in files and in memory: as large as nearly every disk wants it. Others refuse.
const BLOCK: usize = 4 << 10;

/// Bytes that are written at once, at most: the entries of a full tile are less.
const MOST: usize = 256 << 10;

/// Pieces below this are left to the page cache, which writes them together.
const LARGE: usize = 32 << 10;

/// A file that only grows.
pub(super) struct BlockFile {
    file: File,
    end: u64,
    /// What there is of the block that the end is in.
    tail: Vec<u8>,
    /// What is appended fills room.
    has_room: bool,
    /// Writes go past the page cache.
    past_cache: bool,
    pool: Arc<Pool>,
}

impl BlockFile {
    /// An empty file.
    pub(super) fn new(file: File, pool: Arc<Pool>) -> Self {
        Self { file, end: 0, tail: Vec::new(), has_room: false, past_cache: false, pool }
    }

    /// Whole blocks past the page cache, and what is left through it.
    fn append_large(&mut self, bytes: &[u8]) -> io::Result<()> {
        let (blocks, rest) = bytes.split_at(bytes.len() - bytes.len() % BLOCK);
        self.write_blocks(self.end, &[blocks])?;
        self.go_past_cache(false);
        self.file.write_all_at(rest, self.end + blocks.len() as u64)
    }

    /// Writes these pieces one after another from the beginning of a block on, and zeroes to the end of the last one.
    fn write_blocks(&mut self, mut at: u64, pieces: &[&[u8]]) -> io::Result<()> {
        let mut memory = self.pool.take();
        let mut filled = 0;
        for piece in pieces {
            let mut left = *piece;
            while let Some((some, rest)) =
                left.split_at_checked(left.len().min(MOST - filled)).filter(|(some, _)| !some.is_empty())
            {
                memory.put(filled, some)?;
                (filled, left) = (filled + some.len(), rest);
                if filled == MOST {
                    self.write(memory.first(MOST)?, at)?;
                    (at, filled) = (at + MOST as u64, 0);
                }
            }
        }
        if filled > 0 {
            self.write(memory.padded(filled)?, at)?;
        }
        self.pool.give(memory);
        Ok(())
    }

    /// A file system may want other blocks than these or none at all, and says so only now. The blocks are then written again
    /// from the first on, whatever of them is there already.
    fn write(&mut self, blocks: &[u8], at: u64) -> io::Result<()> {
        use ErrorKind::{InvalidInput, Unsupported};
        match self.file.write_all_at(blocks, at) {
            Err(error) if self.past_cache && matches!(error.kind(), InvalidInput | Unsupported) => {
                self.go_past_cache(false);
                self.file.write_all_at(blocks, at)
            }
            written => written,
        }
    }

    fn go_past_cache(&mut self, wanted: bool) {
        if self.past_cache != wanted {
            self.past_cache = set_direct(&self.file, wanted).is_ok() == wanted;
        }
    }

    fn moved(&mut self, bytes: &[u8]) {
        self.end += bytes.len() as u64;
        let left = usize::try_from(self.end % BLOCK as u64).unwrap_or_default();
        if let Some(from) = bytes.len().checked_sub(left) {
            self.tail.clear();
            self.tail.extend_from_slice(bytes.get(from..).unwrap_or_default());
        } else {
            self.tail.extend_from_slice(bytes);
        }
    }

    /// Fills the blocks from behind the end on with zeroes.
    fn write_zeroes(&mut self, bytes: u64) -> io::Result<()> {
        let block = BLOCK as u64;
        let (mut at, end) = (self.end.next_multiple_of(block), (self.end + bytes).next_multiple_of(block));
        let mut memory = self.pool.take();
        memory.clear()?;
        while at < end {
            let some = usize::try_from(end - at).unwrap_or(MOST).min(MOST);
            self.write(memory.first(some)?, at)?;
            at += some as u64;
        }
        self.pool.give(memory);
        Ok(())
    }
}

impl StorageFile for BlockFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.has_room {
            let tail = std::mem::take(&mut self.tail);
            let written = self.write_blocks(self.end - tail.len() as u64, &[&tail, bytes]);
            self.tail = tail;
            written?;
        } else {
            self.go_past_cache(bytes.len() >= LARGE && self.tail.is_empty());
            if self.past_cache {
                self.append_large(bytes)?;
            } else {
                self.file.write_all_at(bytes, self.end)?;
            }
        }
        self.moved(bytes);
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn make_room(&mut self, bytes: u64) -> io::Result<()> {
        if !self.has_room {
            self.go_past_cache(true);
            self.has_room = true;
        }
        match self.write_zeroes(bytes) {
            // What is appended will say so itself, if it doesn't fit either.
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::StorageFull | ErrorKind::FileTooLarge | ErrorKind::QuotaExceeded
                ) =>
            {
                Ok(())
            }
            made => made,
        }
    }
}

#[cfg(target_os = "linux")]
fn set_direct(file: &File, wanted: bool) -> io::Result<()> {
    use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
    let mut flags = fcntl_getfl(file)?;
    flags.set(OFlags::DIRECT, wanted);
    Ok(fcntl_setfl(file, flags)?)
}

#[cfg(not(target_os = "linux"))]
fn set_direct(_file: &File, _wanted: bool) -> io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}

/// Memory that begins where a block may begin.
struct Memory {
    bytes: Box<[u8]>,
    from: usize,
}

impl Memory {
    fn new() -> Self {
        let bytes = vec![0; MOST + BLOCK].into_boxed_slice();
        let from = bytes.as_ptr().align_offset(BLOCK).min(BLOCK);
        Self { bytes, from }
    }

    /// From one place to another. What there is no memory for must not count as written.
    fn part(&mut self, from: usize, to: usize) -> io::Result<&mut [u8]> {
        let part = self.bytes.get_mut(self.from + from..self.from + to);
        part.ok_or_else(|| ErrorKind::OutOfMemory.into())
    }

    fn put(&mut self, at: usize, bytes: &[u8]) -> io::Result<()> {
        self.part(at, at + bytes.len())?.copy_from_slice(bytes);
        Ok(())
    }

    fn first(&mut self, bytes: usize) -> io::Result<&[u8]> {
        self.part(0, bytes).map(|part| &*part)
    }

    /// The first so many bytes, with zeroes to the end of the block.
    fn padded(&mut self, bytes: usize) -> io::Result<&[u8]> {
        let end = bytes.next_multiple_of(BLOCK);
        self.part(bytes, end)?.fill(0);
        self.first(end)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.part(0, MOST)?.fill(0);
        Ok(())
    }
}

/// The memory of files that were written, for the next one.
#[derive(Default)]
pub(super) struct Pool(Mutex<Vec<Memory>>);

impl Pool {
    fn take(&self) -> Memory {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        kept.unwrap_or_else(Memory::new)
    }

    fn give(&self, memory: Memory) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(memory);
    }
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Pool(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(count: usize, seed: usize) -> Vec<u8> {
        (0..count).map(|place| u8::try_from((place * 7 + seed) % 251 + 1).unwrap()).collect()
    }

    /// What is appended reads back, whatever the pieces are, and room is zeroes.
    #[test]
    fn what_is_appended_in_any_pieces_reads_back() {
        let directory = tempfile::tempdir().unwrap();
        let pieces = [
            0,
            1,
            76,
            BLOCK - 1,
            BLOCK,
            BLOCK + 1,
            LARGE - 1,
            LARGE,
            LARGE + 5,
            MOST,
            MOST + 1,
            3 * MOST + 7,
        ];
        for room in [None, Some(1), Some(BLOCK as u64), Some(2 * MOST as u64 + 9)] {
            for first in pieces {
                for second in pieces {
                    let path = directory.path().join("file");
                    let mut file = BlockFile::new(File::create(&path).unwrap(), Arc::default());
                    let mut expected = Vec::new();
                    for (seed, count) in [76, first, second, 100, first].into_iter().enumerate() {
                        let piece = bytes(count, seed);
                        file.append(&piece).unwrap();
                        expected.extend(piece);
                        if let Some(room) = room.filter(|_| seed % 2 == 0) {
                            file.make_room(room).unwrap();
                        }
                    }
                    file.sync().unwrap();
                    let found = std::fs::read(&path).unwrap();
                    let (content, rest) = found.split_at(expected.len());
                    assert!(content == expected, "{room:?} {first} {second}");
                    assert!(rest.iter().all(|byte| *byte == 0), "{room:?} {first} {second}");
                    assert_eq!(rest.is_empty(), room.is_none() || found.len() == expected.len());
                }
            }
        }
    }

    #[test]
    fn a_full_tile_has_its_length_and_no_more() {
        let directory = tempfile::tempdir().unwrap();
        for length in [LARGE, LARGE + 1, 200_001, 2 * MOST] {
            let path = directory.path().join("tile");
            let mut file = BlockFile::new(File::create(&path).unwrap(), Arc::default());
            file.append(&bytes(length, 3)).unwrap();
            file.sync().unwrap();
            assert!(std::fs::read(&path).unwrap() == bytes(length, 3), "{length}");
        }
    }
}
