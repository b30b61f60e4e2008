//! Segment files.

use std::io;

use super::frame::{self, HEAD_BYTES, Numbers};
use crate::{
    Digest,
    storage::{STAGING, Storage, StorageFile},
};

/// The directory of segments.
pub(crate) const DIRECTORY: &str = "wal";
const MAGIC: &[u8; 16] = b"carveout wal v1\n";
/// Room that is made at once, at most: about a millisecond's work for a disk.
const MOST_ROOM: u64 = 1 << 20;
/// Bytes of a segment's header.
pub(crate) const HEADER_BYTES: usize = 16 + 24 + 32 + 4;

/// What a segment says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SegmentHeader {
    /// Which opening of the ledger wrote it.
    pub(crate) epoch: u64,
    /// The index of its first entry.
    pub(crate) first: u64,
    /// The size of the last checkpoint when it was begun.
    pub(crate) published: u64,
    /// The hash of the ledger's first entry: segments of another ledger are refused.
    pub(crate) ledger: Digest,
}

impl SegmentHeader {
    /// Names sort in the order of writing.
    pub(crate) fn name(&self) -> String {
        format!("{:010}-{:020}.wal", self.epoch, self.first)
    }

    fn encode(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        for number in [self.epoch, self.first, self.published] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend(self.ledger.as_bytes());
        bytes.extend(crc32c::crc32c(&bytes).to_le_bytes());
        bytes
    }

    /// Reads the header at the beginning of a segment.
    pub(crate) fn parse(segment: &[u8]) -> Option<Self> {
        let (header, check) = segment.get(..HEADER_BYTES)?.split_last_chunk::<4>()?;
        if crc32c::crc32c(header).to_le_bytes() != *check {
            return None;
        }
        let mut numbers = Numbers(header.strip_prefix(MAGIC)?);
        let (epoch, first, published) = (numbers.u64()?, numbers.u64()?, numbers.u64()?);
        Some(Self { epoch, first, published, ledger: Digest::from_bytes(numbers.0.try_into().ok()?) })
    }
}

/// What was written of a segment: an entry's last byte is never a zero, so the zeroes at its end are room.
pub(crate) fn written(segment: &[u8]) -> &[u8] {
    let end = segment.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    segment.get(..end).unwrap_or_default()
}

/// The segment that is being written.
pub(crate) struct Segment {
    header: SegmentHeader,
    file: Box<dyn StorageFile>,
    bytes: u64,
    /// Up to here the file has room.
    room: u64,
    /// So much room is made at a time.
    step: u64,
}

impl Segment {
    /// Begins a segment. When this returns its header and name are durable: a segment without a whole header
    /// is never the work of a crash. It is not meant to grow much beyond `most` bytes.
    pub(crate) fn create(storage: &dyn Storage, header: SegmentHeader, most: u64) -> io::Result<Self> {
        let path = format!("{DIRECTORY}/{}", header.name());
        let staged = format!("{STAGING}/wal");
        let bytes = header.encode();
        let mut file = storage.create(&staged)?;
        file.append(&bytes)?;
        let (bytes, step) = (bytes.len() as u64, most.min(MOST_ROOM));
        file.make_room(step)?;
        file.sync()?;
        storage.rename(&staged, &path)?;
        storage.sync_directory(DIRECTORY)?;
        Ok(Self { header, file, bytes, room: bytes + step, step })
    }

    pub(crate) fn header(&self) -> &SegmentHeader {
        &self.header
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Writes a batch and makes it durable. `frame` has [`HEAD_BYTES`] of room before the entries.
    pub(crate) fn commit(&mut self, frame: &mut [u8], sequence: u64, count: u32) -> io::Result<()> {
        frame::seal(frame, sequence, self.header.epoch, count);
        let end = self.bytes + frame.len() as u64;
        if end > self.room {
            let more = self.step.max(frame.len() as u64);
            self.file.make_room(more)?;
            self.room = self.bytes + more;
        }
        self.file.append(frame)?;
        self.file.sync()?;
        self.bytes = end;
        Ok(())
    }
}

/// Room for the head of a frame.
pub(crate) const ROOM: [u8; HEAD_BYTES] = [0; HEAD_BYTES];

/// Removes every segment whose successor begins at or below the published size: all its entries are published.
pub(crate) fn remove_spent(storage: &dyn Storage, published: u64) -> io::Result<()> {
    let mut names = storage.list(DIRECTORY)?;
    names.sort_unstable();
    let successors = names.iter().skip(1);
    for (name, successor) in names.iter().zip(successors) {
        if first_of(successor).is_some_and(|first| first <= published) {
            storage.remove(&format!("{DIRECTORY}/{name}"))?;
        }
    }
    Ok(())
}

/// The index of the first entry, from a segment's name.
fn first_of(name: &str) -> Option<u64> {
    name.strip_suffix(".wal")?.split_once('-')?.1.parse().ok()
}
