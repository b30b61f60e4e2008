//! Frames: one batch of entries each.
//!
//! ```text
//! length   u32   bytes of the body             all numbers little-endian
//! head     u32   CRC32C of the length and the next 24 bytes
//! body     u32   CRC32C of the body
//! count    u32   entries in the body
//! sequence u64   index of the first entry
//! epoch    u64   which opening of the ledger wrote it
//! body           entries as in an entry bundle
//! ```

/// Bytes before the body.
pub(crate) const HEAD_BYTES: usize = 32;
/// Disks write whole sectors, at least this large.
const SECTOR: usize = 512;

/// A frame that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The index of its first entry.
    pub sequence: u64,
    /// How many entries it holds.
    pub count: u32,
    /// The entries, as in an entry bundle.
    pub body: &'a [u8],
    /// Bytes of the whole frame.
    pub bytes: usize,
}

/// Why bytes are not the frame that must stand there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The writing of the frame was cut short: it breaks off (room that was not written is not part of `segment`), or a sector of it was never written.
    #[error("the frame was not written to its end")]
    Torn,
    /// All of it was written and it is not what was written.
    #[error("{0}")]
    Corrupt(&'static str),
}

/// Fills in the head of a frame whose body stands after [`HEAD_BYTES`] of room.
pub(crate) fn seal(frame: &mut [u8], sequence: u64, epoch: u64, count: u32) {
    let Some((head, body)) = frame.split_first_chunk_mut::<HEAD_BYTES>() else { return };
    let mut checked = Vec::with_capacity(HEAD_BYTES);
    // A batch is bounded far below 4 GiB by `Options::queue_bytes`.
    checked.extend(u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes());
    checked.extend(crc32c::crc32c(body).to_le_bytes());
    checked.extend(count.to_le_bytes());
    checked.extend(sequence.to_le_bytes());
    checked.extend(epoch.to_le_bytes());
    let check = crc32c::crc32c(&checked).to_le_bytes();
    let (length, rest) = checked.split_at(4);
    for (to, from) in head.iter_mut().zip(length.iter().chain(&check).chain(rest)) {
        *to = *from;
    }
}

/// Takes a little-endian number off the front.
pub(crate) struct Numbers<'a>(pub(crate) &'a [u8]);

impl Numbers<'_> {
    pub(crate) fn u32(&mut self) -> Option<u32> {
        let (number, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u32::from_le_bytes(*number))
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        let (number, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u64::from_le_bytes(*number))
    }
}

/// Reads the frame at `offset` of a segment's bytes, which must be of this epoch and begin at this sequence.
///
/// # Errors
/// [`FrameError::Torn`] if a crash while writing explains what is there, else [`FrameError::Corrupt`].
pub fn parse_frame(
    segment: &[u8],
    offset: usize,
    epoch: u64,
    sequence: u64,
) -> Result<Frame<'_>, FrameError> {
    let rest = segment.get(offset..).unwrap_or_default();
    let (head, after) = rest.split_first_chunk::<HEAD_BYTES>().ok_or(FrameError::Torn)?;
    let Some((length, found_sequence, found_epoch, count, check)) = read_head(head) else {
        // Nothing can follow a torn frame, so all of the rest is its remains.
        return Err(torn_or(segment, offset, segment.len(), "the head of a frame is damaged"));
    };
    if found_epoch != epoch {
        return Err(FrameError::Corrupt("a frame of another opening of the ledger"));
    }
    if found_sequence != sequence {
        return Err(FrameError::Corrupt("a frame is missing, or stands twice"));
    }
    let (body, following) = after.split_at_checked(length).ok_or(FrameError::Torn)?;
    let end = segment.len() - following.len();
    if crc32c::crc32c(body) != check {
        return Err(if following.is_empty() {
            torn_or(segment, offset, end, "the body of a frame is damaged")
        } else {
            FrameError::Corrupt("the body of a frame is damaged, and frames follow it")
        });
    }
    Ok(Frame { sequence, count, body, bytes: end - offset })
}

fn read_head(head: &[u8; HEAD_BYTES]) -> Option<(usize, u64, u64, u32, u32)> {
    let mut numbers = Numbers(head);
    let (length, head_check) = (numbers.u32()?, numbers.u32()?);
    let expected = crc32c::crc32c_append(crc32c::crc32c(&length.to_le_bytes()), numbers.0);
    let (body_check, count) = (numbers.u32()?, numbers.u32()?);
    let (sequence, epoch) = (numbers.u64()?, numbers.u64()?);
    (head_check == expected).then_some((usize::try_from(length).ok()?, sequence, epoch, count, body_check))
}

/// A crash leaves sectors that were never written, which read as zeroes; JSON holds no zeroes. Damage
/// anywhere else was done to a frame that had been written completely.
fn torn_or(segment: &[u8], from: usize, to: usize, damage: &'static str) -> FrameError {
    let sectors = from / SECTOR..to.div_ceil(SECTOR);
    let unwritten = sectors.into_iter().any(|sector| {
        let (start, end) = ((sector * SECTOR).max(from), ((sector + 1) * SECTOR).min(to));
        segment.get(start..end).is_some_and(|bytes| bytes.iter().all(|byte| *byte == 0))
    });
    if unwritten { FrameError::Torn } else { FrameError::Corrupt(damage) }
}
