//! The bytes of segments and snapshots.

use sha2::{Digest as _, Sha256};

use super::EvidenceMark;
use crate::Digest;

const SEGMENT: &[u8; 16] = b"carveout evid. 1";
const SNAPSHOT: &[u8; 16] = b"carveout snap. 1";
const DOMAIN: &[u8] = b"carveout evidence record v1\n";

/// Magic, number, digest, check.
pub(super) const HEAD: usize = 16 + 8 + 32 + 4;
/// Length, check, number.
const FRAME: usize = 4 + 4 + 8;

/// The mark of the next record.
pub(super) fn next(before: &EvidenceMark, bytes: &[u8]) -> EvidenceMark {
    let mut hash = Sha256::new_with_prefix(DOMAIN);
    hash.update(before.digest.as_bytes());
    hash.update(bytes);
    EvidenceMark {
        record: before.record.saturating_add(1),
        digest: Digest::from_bytes(hash.finalize().into()),
    }
}

/// The head of a segment that follows a record.
pub(super) fn head(before: &EvidenceMark) -> Vec<u8> {
    let mut head = SEGMENT.to_vec();
    head.extend((before.record + 1).to_le_bytes());
    head.extend(before.digest.as_bytes());
    head.extend(crc32c::crc32c(&head).to_le_bytes());
    head
}

/// What a segment follows.
pub(super) fn parse_head(bytes: &[u8]) -> Option<EvidenceMark> {
    let (head, check) = bytes.get(..HEAD)?.split_last_chunk()?;
    (u32::from_le_bytes(*check) == crc32c::crc32c(head)).then_some(())?;
    let (number, digest) = head.strip_prefix(SEGMENT)?.split_first_chunk()?;
    let record = u64::from_le_bytes(*number).checked_sub(1)?;
    Some(EvidenceMark { record, digest: Digest::from_bytes(digest.try_into().ok()?) })
}

/// Adds a record's frame.
pub(super) fn frame(to: &mut Vec<u8>, number: u64, bytes: &[u8]) {
    // A record is what one request shows: its body is bounded far below 4 GiB.
    to.extend(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes());
    let check = crc32c::crc32c_append(crc32c::crc32c(&number.to_le_bytes()), bytes);
    to.extend(check.to_le_bytes());
    to.extend(number.to_le_bytes());
    to.extend_from_slice(bytes);
}

/// The record at the front, if it is whole and has this number, and what follows it.
pub(super) fn parse_frame(bytes: &[u8], number: u64) -> Option<(&[u8], &[u8])> {
    let (head, rest) = bytes.split_at_checked(FRAME)?;
    let (length, head) = head.split_first_chunk()?;
    let (check, found) = head.split_first_chunk()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let (record, rest) = rest.split_at_checked(length)?;
    let right = crc32c::crc32c_append(crc32c::crc32c(found), record) == u32::from_le_bytes(*check)
        && found == number.to_le_bytes();
    right.then_some((record, rest))
}

/// A snapshot's file and its digest.
pub(super) fn snapshot(at: &EvidenceMark, bytes: &[u8]) -> (Vec<u8>, Digest) {
    let mut file = SNAPSHOT.to_vec();
    file.extend(at.record.to_le_bytes());
    file.extend(at.digest.as_bytes());
    file.extend_from_slice(bytes);
    let digest = Digest::of(&file);
    file.extend(digest.as_bytes());
    (file, digest)
}

/// What a snapshot's file holds, if it is the one with this digest.
pub(super) fn parse_snapshot<'a>(
    file: &'a [u8],
    expected: &EvidenceMark,
) -> Option<(EvidenceMark, &'a [u8])> {
    let (body, digest) = file.split_last_chunk::<32>()?;
    (digest == expected.digest.as_bytes() && Digest::of(body) == expected.digest).then_some(())?;
    let (number, rest) = body.strip_prefix(SNAPSHOT)?.split_first_chunk()?;
    let (digest, bytes) = rest.split_first_chunk::<32>()?;
    let at = EvidenceMark { record: u64::from_le_bytes(*number), digest: Digest::from_bytes(*digest) };
    (at.record == expected.record).then_some((at, bytes))
}
