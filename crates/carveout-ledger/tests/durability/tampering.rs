//! Verification finds every changed byte, and says where.

use carveout_ledger::{verify::verify_storage, *};

use crate::common::{disk::MemoryDisk, *};

/// A closed ledger of 300 entries with partial tiles of an earlier checkpoint.
fn ledger() -> MemoryDisk {
    let disk = MemoryDisk::default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let ledger = Ledger::create_in(std::sync::Arc::new(disk.clone()), eager(), key(), genesis()).unwrap();
        for (from, to) in [(1, 260), (260, 290), (290, 300)] {
            ledger.append_all((from..to).map(denied).collect()).await.unwrap();
            published(&ledger, to).await;
        }
        ledger.close().await.unwrap();
    });
    disk
}

fn verify(disk: &MemoryDisk) -> Result<Verified, DirectoryError> {
    verify_storage(disk, &key().verifier(), None, |_| ())
}

#[test]
fn a_changed_byte_anywhere_in_the_published_part_is_found() {
    let disk = ledger();
    let verified = verify(&disk).unwrap();
    assert_eq!((verified.checkpoint.size(), verified.last_at), (300, at(299)));
    let published: Vec<_> =
        disk.paths().into_iter().filter(|path| path.starts_with("tile") || path == "checkpoint").collect();
    assert!(published.len() >= 8, "{published:?}");
    for path in published {
        let length = carveout_ledger::storage::Storage::read(&disk, &path).unwrap().len();
        for at in (0..length).step_by(1 + length / 20).chain([length - 1]) {
            let changed = disk.copy();
            changed.edit(&path, |bytes| bytes[at] ^= 0x10);
            let error = verify(&changed).unwrap_err().to_string();
            let named = error.contains(&path)
                || path == "checkpoint"
                || path.contains("/0/") && error.contains("entries");
            assert!(named, "byte {at} of {path}: {error}");
        }
        let (shorter, longer) = (disk.copy(), disk.copy());
        shorter.edit(&path, |bytes| bytes.truncate(length - 1));
        longer.edit(&path, |bytes| bytes.push(b'\n'));
        assert!(verify(&shorter).is_err() && verify(&longer).is_err(), "{path} shorter and longer");
    }
}

#[test]
fn what_is_missing_is_named() {
    let disk = ledger();
    for path in
        ["tile/0/000", "tile/entries/000", "tile/0/001.p/44", "tile/entries/001.p/44", "tile/1/000.p/1"]
    {
        let changed = disk.copy();
        carveout_ledger::storage::Storage::remove(&changed, path).unwrap();
        let error = verify(&changed).unwrap_err().to_string();
        assert!(error.contains(path), "{error}");
    }
}

/// A ledger whose operator wrote what he liked, with tiles and signature right.
fn forged(entries: &[Vec<u8>]) -> Result<Verified, DirectoryError> {
    let disk = MemoryDisk::default();
    let storage: &dyn carveout_ledger::storage::Storage = &disk;
    let mut bundle = Vec::new();
    let leaves: Vec<_> = entries.iter().map(|entry| leaf_hash(entry)).collect();
    for entry in entries {
        bundle.extend((entry.len() as u16).to_be_bytes());
        bundle.extend(entry);
    }
    let tile: Vec<u8> = leaves.iter().flat_map(|leaf| *leaf.as_bytes()).collect();
    let checkpoint = Checkpoint::new(ORIGIN, entries.len() as u64, naive_root(&leaves)).sign(&key()).unwrap();
    let width = entries.len();
    for (path, bytes) in [
        (format!("tile/entries/000.p/{width}"), bundle),
        (format!("tile/0/000.p/{width}"), tile),
        ("checkpoint".to_owned(), checkpoint.into_bytes()),
    ] {
        storage.create_directory(path.rsplit_once('/').map_or("", |(parent, _)| parent)).unwrap();
        storage.create(&path).unwrap().append(&bytes).unwrap();
    }
    verify(&disk)
}

fn naive_root(leaves: &[Digest]) -> Digest {
    if let [leaf] = leaves {
        return *leaf;
    }
    let (left, right) = leaves.split_at(1 << (leaves.len() - 1).ilog2());
    let (left, right) = (naive_root(left), naive_root(right));
    Digest::of(&[&[1], left.as_bytes().as_slice(), right.as_bytes()].concat())
}

#[test]
fn an_operator_who_signs_nonsense_is_found_out() {
    let bytes = |entries: &[Entry]| entries.iter().map(|entry| entry.encode().unwrap()).collect::<Vec<_>>();
    let good = [genesis(), decided(1, Ruling::Permit), attempted(1, 1), settled(1, 1), denied(2)];
    let verified = forged(&bytes(&good)).unwrap();
    assert_eq!((verified.open_attempts.len(), verified.parties.len()), (0, 1));
    let open = forged(&bytes(&good[..3])).unwrap();
    assert_eq!(open.open_attempts, [OpenAttempt { decision: decision(1), attempt: 1 }]);
    for (index, entries) in [
        (0, vec![denied(1)]),
        (1, vec![genesis(), genesis()]),
        (1, vec![genesis(), attempted(1, 1)]),
        (2, vec![genesis(), denied(1), attempted(1, 1)]),
        (2, vec![genesis(), decided(1, Ruling::Permit), settled(1, 1)]),
        (4, vec![genesis(), decided(1, Ruling::Permit), attempted(1, 1), settled(1, 1), interrupted(1, 1)]),
    ] {
        match forged(&bytes(&entries)) {
            Err(DirectoryError::Order { index: found, .. }) => assert_eq!(found, index),
            other => panic!("{entries:?}: {other:?}"),
        }
    }
    let mut spaced = bytes(&good);
    spaced[4].push(b' ');
    assert!(matches!(forged(&spaced), Err(DirectoryError::Entry { index: 4, .. })));
    let mut stranger = genesis();
    if let Event::Genesis(genesis) = &mut stranger.event {
        genesis.log_key = SigningKey::from_seed(ORIGIN, &[8; 32]).unwrap().verifier().to_string();
    }
    assert!(matches!(forged(&bytes(&[stranger])), Err(DirectoryError::Key { .. })));
}

#[test]
fn a_history_that_was_rewritten_does_not_extend_the_remembered_checkpoint() {
    let disk = ledger();
    let log = key().verifier();
    let now = verify(&disk).unwrap().checkpoint;
    assert!(verify_storage(&disk, &log, Some(&now), |_| ()).is_ok());
    for (what, previous) in [
        ("larger", Checkpoint::new(ORIGIN, 301, now.root())),
        ("another root", Checkpoint::new(ORIGIN, 120, now.root())),
        ("another root at a full tile", Checkpoint::new(ORIGIN, 256, now.root())),
        ("another log", Checkpoint::new("other", 300, now.root())),
    ] {
        let error = verify_storage(&disk, &log, Some(&previous), |_| ()).unwrap_err();
        assert!(matches!(error, DirectoryError::Previous { .. }), "{what}: {error}");
    }
}

#[test]
fn the_reader_gives_entries_in_order_and_refuses_a_changed_one() {
    let disk = ledger();
    let reader = LedgerReader::open_in(disk.clone(), &key().verifier()).unwrap();
    let indexes: Vec<_> = reader.entries(250).map(|entry| entry.unwrap().0).collect();
    assert!(indexes.into_iter().eq(250..300));
    assert_eq!(reader.entries(300).count(), 0);
    assert_eq!(Entry::parse(&reader.entry(299).unwrap()), Ok(denied(299)));
    assert!(reader.entry(300).is_err());
    assert!(reader.receipt(7).unwrap().verify_own(&key().verifier()).is_ok());
    disk.edit("tile/entries/001.p/44", |bytes| bytes[100] ^= 1);
    let read: Vec<_> = reader.entries(0).collect();
    assert_eq!((read.len(), read.last().unwrap().is_err()), (257, true), "it ends after the first error");
}

#[test]
fn progress_reaches_the_size() {
    let mut seen = Vec::new();
    verify_storage(&ledger(), &key().verifier(), None, |progress| seen.push(progress)).unwrap();
    assert_eq!(seen.last(), Some(&Progress { entries: 300, size: 300 }));
}
