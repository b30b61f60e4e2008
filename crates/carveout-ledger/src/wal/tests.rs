//! Every byte of a small log is cut off and flipped.

use super::{frame::HEAD_BYTES, segment::HEADER_BYTES, *};
use crate::{Digest, LedgerError, storage::Disk, storage::Storage as _};

/// A log of three frames with two, one and one entries, as bytes.
struct Log {
    directory: tempfile::TempDir,
    path: std::path::PathBuf,
    bytes: Vec<u8>,
    /// For each frame, the byte after it and the entries up to there.
    ends: Vec<(usize, usize)>,
}

const FRAMES: [&[&str]; 3] = [&["{\"one\":1}", "{\"two\":2}"], &["{\"three\":3}"], &["{\"four\":4}"]];
const FIRST: u64 = 5;
const ROOM_BYTES: u64 = 4_000;

fn ledger() -> Digest {
    Digest::of(b"ledger")
}

fn frame(entries: &[&str]) -> Vec<u8> {
    let mut frame = ROOM.to_vec();
    for entry in entries {
        frame.extend((entry.len() as u16).to_be_bytes());
        frame.extend(entry.bytes());
    }
    frame
}

/// The bytes with room after them, as much as leaves sectors that nobody wrote to.
fn with_room(bytes: &[u8]) -> Vec<u8> {
    [bytes, &[0; 2_000]].concat()
}

/// Bytes after the last whole frame, without zeroes at the end: those can't be told from room.
fn torn(bytes: &[u8], after: usize) -> u64 {
    let written = bytes.iter().rposition(|byte| *byte != 0).unwrap() + 1;
    written.saturating_sub(after) as u64
}

fn log() -> Log {
    let directory = tempfile::tempdir().unwrap();
    let disk = Disk::new(directory.path());
    disk.create_directory(DIRECTORY).unwrap();
    disk.create_directory("staging").unwrap();
    let header = SegmentHeader { epoch: 3, first: FIRST, published: FIRST, ledger: ledger() };
    let path = directory.path().join(DIRECTORY).join(header.name());
    let mut segment = Segment::create(&disk, header, ROOM_BYTES).unwrap();
    let (mut sequence, mut ends) = (FIRST, Vec::new());
    for entries in FRAMES {
        segment.commit(&mut frame(entries), sequence, entries.len() as u32).unwrap();
        sequence += entries.len() as u64;
        ends.push((segment.bytes() as usize, (sequence - FIRST) as usize));
    }
    let whole = std::fs::read(&path).unwrap();
    let (bytes, room) = whole.split_at(segment.bytes() as usize);
    assert!(room.len() > 100 && room.iter().all(|byte| *byte == 0), "the rest is room");
    let bytes = bytes.to_vec();
    Log { directory, path, bytes, ends }
}

impl Log {
    fn replay(&self, bytes: &[u8]) -> Result<super::replay::Replayed, LedgerError> {
        std::fs::write(&self.path, bytes).unwrap();
        replay(&Disk::new(self.directory.path()), FIRST, &ledger())
    }
}

#[test]
fn a_log_gives_back_its_entries() {
    let log = log();
    let replayed = log.replay(&log.bytes).unwrap();
    let expected: Vec<_> = FRAMES.concat().iter().map(|entry| entry.as_bytes().to_vec()).collect();
    assert_eq!((replayed.entries, replayed.torn_bytes, replayed.epoch), (expected, 0, 3));
}

#[test]
fn a_segment_that_goes_while_it_is_read_is_missed_only_if_its_entries_are() {
    let log = log();
    let spent = SegmentHeader { epoch: 2, first: 1, published: 0, ledger: ledger() };
    // A name without a file behind it.
    std::os::unix::fs::symlink("gone", log.path.with_file_name(spent.name())).unwrap();
    assert_eq!(log.replay(&log.bytes).unwrap().entries.len(), 4);
    std::fs::remove_file(&log.path).unwrap();
    let refused = replay(&Disk::new(log.directory.path()), FIRST, &ledger());
    assert!(matches!(refused, Err(LedgerError::Corrupt { .. })), "{refused:?}");
}

#[test]
fn a_log_cut_off_anywhere_gives_whole_frames_or_is_refused() {
    let log = log();
    for length in 0..log.bytes.len() {
        let replayed = log.replay(&log.bytes[..length]);
        if length < HEADER_BYTES {
            assert!(matches!(replayed, Err(LedgerError::Corrupt { .. })), "cut to {length}");
            continue;
        }
        let (end, entries) =
            log.ends.iter().rev().find(|(end, _)| *end <= length).copied().unwrap_or((HEADER_BYTES, 0));
        let replayed = replayed.unwrap();
        assert_eq!(replayed.entries.len(), entries, "cut to {length}");
        assert_eq!(replayed.torn_bytes, torn(&log.bytes[..length], end), "cut to {length}");
    }
}

#[test]
fn a_flipped_bit_anywhere_is_refused() {
    let log = log();
    for at in 0..log.bytes.len() {
        for bit in 0..8 {
            let mut bytes = log.bytes.clone();
            bytes[at] ^= 1 << bit;
            for bytes in [with_room(&bytes), bytes] {
                assert!(
                    matches!(log.replay(&bytes), Err(LedgerError::Corrupt { .. })),
                    "bit {bit} of byte {at}"
                );
            }
        }
    }
}

#[test]
fn room_is_no_part_of_the_log_and_a_frame_that_breaks_off_in_it_is_torn() {
    let log = log();
    let replayed = log.replay(&with_room(&log.bytes)).unwrap();
    assert_eq!((replayed.entries.len(), replayed.torn_bytes), (4, 0));
    for length in HEADER_BYTES..log.bytes.len() {
        let replayed = log.replay(&with_room(&log.bytes[..length])).unwrap();
        let whole = log.ends.iter().rev().find(|(end, _)| *end <= length);
        let (end, entries) = whole.copied().unwrap_or((HEADER_BYTES, 0));
        assert_eq!(replayed.entries.len(), entries, "written up to {length}");
        assert_eq!(replayed.torn_bytes, torn(&log.bytes[..length], end), "written up to {length}");
    }
}

#[test]
fn any_sectors_of_the_last_frame_may_be_missing_in_room() {
    let log = log();
    let start = log.bytes.len();
    // Frames that begin everywhere in a sector, also with the head across its end.
    for padding in (0..520).step_by(7) {
        let filler = "x".repeat(padding + 1);
        let (mut before, mut last) = (frame(&[&filler]), frame(&[&"y".repeat(1_500), "{}"]));
        super::frame::seal(&mut before, FIRST + 4, 3, 1);
        super::frame::seal(&mut last, FIRST + 5, 3, 2);
        let begin = start + before.len();
        let whole = with_room(&[&log.bytes[..], &before, &last].concat());
        let sectors = begin / 512..(begin + last.len()).div_ceil(512);
        for written in 0..1_u32 << sectors.len() {
            let mut bytes = whole.clone();
            for (position, sector) in
                sectors.clone().enumerate().filter(|(position, _)| written >> position & 1 == 0)
            {
                let _ = position;
                bytes[(sector * 512).max(begin)..sector * 512 + 512].fill(0);
            }
            let expected = if bytes == whole { 7 } else { 5 };
            assert_eq!(log.replay(&bytes).unwrap().entries.len(), expected, "{padding}: {written:b}");
        }
    }
}

#[test]
fn a_segment_makes_more_room_when_it_is_full() {
    let directory = tempfile::tempdir().unwrap();
    let disk = Disk::new(directory.path());
    disk.create_directory(DIRECTORY).unwrap();
    disk.create_directory("staging").unwrap();
    let header = SegmentHeader { epoch: 1, first: 0, published: 0, ledger: ledger() };
    let path = directory.path().join(DIRECTORY).join(header.name());
    let mut segment = Segment::create(&disk, header, 100).unwrap();
    for sequence in 0..20 {
        let entry = "z".repeat(if sequence == 7 { 1_000 } else { 30 });
        segment.commit(&mut frame(&[&entry]), sequence, 1).unwrap();
    }
    assert!(std::fs::read(path).unwrap().len() as u64 >= segment.bytes());
    let replayed = replay(&disk, 0, &ledger()).unwrap();
    assert_eq!((replayed.entries.len(), replayed.torn_bytes), (20, 0));
}

#[test]
fn sectors_that_were_never_written_are_the_end_only_in_the_last_frame() {
    let log = log();
    let long = "x".repeat(5_000);
    let last = log.ends[2].0;
    let mut tail = frame(&[&long]);
    super::frame::seal(&mut tail, FIRST + 4, 3, 1);
    let whole = [&log.bytes[..], &tail].concat();
    assert_eq!(log.replay(&whole).unwrap().entries.len(), 5);
    for sector in last.div_ceil(512)..whole.len().div_ceil(512) {
        let mut bytes = whole.clone();
        let end = (sector * 512 + 512).min(bytes.len());
        bytes[sector * 512..end].fill(0);
        let replayed = log.replay(&bytes).unwrap();
        assert_eq!((replayed.entries.len(), replayed.torn_bytes), (4, torn(&bytes, last)), "sector {sector}");
        // A frame that follows proves that the one before it was acknowledged.
        let mut next = frame(&["{}"]);
        super::frame::seal(&mut next, FIRST + 5, 3, 1);
        assert!(log.replay(&[bytes, next].concat()).is_err(), "sector {sector}");
    }
}

#[test]
fn frames_out_of_place_are_refused() {
    let log = log();
    let (first, second) = (log.ends[0].0, log.ends[1].0);
    let head = &log.bytes[..HEADER_BYTES];
    let frames = [&log.bytes[HEADER_BYTES..first], &log.bytes[first..second], &log.bytes[second..]];
    for (what, order) in [
        ("missing", vec![0, 2]),
        ("first missing", vec![1, 2]),
        ("repeated", vec![0, 0]),
        ("swapped", vec![0, 2, 1]),
    ] {
        let bytes =
            order.iter().fold(head.to_vec(), |bytes, frame| [bytes.as_slice(), frames[*frame]].concat());
        assert!(matches!(log.replay(&bytes), Err(LedgerError::Corrupt { .. })), "{what}");
    }
    let mut other_epoch = frame(&["{}"]);
    super::frame::seal(&mut other_epoch, FIRST + 4, 2, 1);
    assert!(log.replay(&[&log.bytes[..], &other_epoch].concat()).is_err(), "a frame of an earlier opening");
    let mut miscounted = frame(&["{}"]);
    super::frame::seal(&mut miscounted, FIRST + 4, 3, 2);
    assert!(log.replay(&[&log.bytes[..], &miscounted].concat()).is_err(), "a frame that counts wrongly");
    assert_eq!(frames[1].len(), HEAD_BYTES + 2 + FRAMES[1][0].len());
}

#[test]
fn segments_that_are_missing_foreign_or_newer_than_the_checkpoint_are_refused() {
    let log = log();
    let disk = Disk::new(log.directory.path());
    for (what, published, ledger, shrunk) in [
        ("entries between the checkpoint and the log", FIRST - 1, ledger(), true),
        ("the log ends below the checkpoint", FIRST + 9, ledger(), false),
        ("another ledger", FIRST, Digest::of(b"other"), false),
    ] {
        match replay(&disk, published, &ledger) {
            Err(LedgerError::Shrunk { .. }) => assert!(shrunk, "{what}"),
            Err(LedgerError::Corrupt { .. }) => assert!(!shrunk, "{what}"),
            other => panic!("{what}: {:?}", other.map(|replayed| replayed.entries.len())),
        }
    }
    assert_eq!(replay(&disk, FIRST + 3, &ledger()).unwrap().entries, [b"{\"four\":4}".to_vec()]);
    std::fs::remove_file(&log.path).unwrap();
    assert!(matches!(replay(&disk, FIRST, &ledger()), Err(LedgerError::Corrupt { .. })), "no log at all");
}

#[test]
fn a_segment_is_spent_once_its_successor_begins_below_the_checkpoint() {
    let log = log();
    let disk = Disk::new(log.directory.path());
    let successor = SegmentHeader { epoch: 4, first: FIRST + 4, published: FIRST, ledger: ledger() };
    Segment::create(&disk, successor.clone(), ROOM_BYTES).unwrap();
    let names = || disk.list(DIRECTORY).unwrap();
    assert_eq!(replay(&disk, FIRST, &ledger()).unwrap().entries.len(), 4, "over both segments");
    remove_spent(&disk, FIRST + 3).unwrap();
    assert_eq!(names().len(), 2, "one entry of the first segment is not published");
    // Damage to a spent segment that could not be removed matters no more.
    std::fs::write(&log.path, &log.bytes[..log.bytes.len() - 1]).unwrap();
    assert!(replay(&disk, FIRST + 3, &ledger()).is_err(), "torn, and a segment follows");
    assert!(replay(&disk, FIRST + 4, &ledger()).is_ok());
    remove_spent(&disk, FIRST + 4).unwrap();
    assert_eq!(names(), [successor.name()]);
}
