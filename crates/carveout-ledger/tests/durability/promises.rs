//! Appending, closing, opening again, and what is refused.

use std::{sync::Arc, time::Duration};

use carveout_ledger::*;

use crate::common::{disk::MemoryDisk, *};

#[tokio::test]
async fn entries_get_consecutive_indexes_and_are_there_after_closing() {
    let directory = tempfile::tempdir().unwrap();
    let ledger = Ledger::create(directory.path(), patient(), key(), genesis()).unwrap();
    assert_eq!(ledger.latest_checkpoint().size(), 1, "the founding is published at once");
    let first = ledger.append(decided(1, Ruling::Permit)).await.unwrap();
    let group = ledger.append_all(vec![attempted(1, 1), settled(1, 1)]).await.unwrap();
    assert_eq!((first.index, group[0].index, group[1].index), (1, 2, 3));
    assert_eq!(first.leaf, leaf_hash(&decided(1, Ruling::Permit).encode().unwrap()));
    assert_eq!(ledger.append_all(Vec::new()).await, Ok(Vec::new()));
    let later = ledger.receipt(3).unwrap_err();
    assert_eq!(later, LedgerError::NotYetPublished { index: 3, published: 1 });
    ledger.close().await.unwrap();

    let (ledger, recovery) = Ledger::open(directory.path(), patient(), key()).unwrap();
    assert_eq!((recovery.entries, recovery.replayed, recovery.torn_bytes), (4, 0, 0));
    assert_eq!((recovery.open_attempts.len(), recovery.last_at), (0, at(1)));
    assert_eq!(recovery.parties.len(), 1);
    assert_eq!(Entry::parse(&ledger.entry(2).unwrap()), Ok(attempted(1, 1)));
    assert_eq!(ledger.append(denied(2)).await.unwrap().index, 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_callers_get_a_thousand_indexes() {
    let directory = tempfile::tempdir().unwrap();
    let ledger = Ledger::create(directory.path(), Options::default(), key(), genesis()).unwrap();
    let tasks: Vec<_> = (1..=1_000)
        .map(|number| {
            let ledger = ledger.clone();
            tokio::spawn(async move { ledger.append(denied(number)).await.unwrap() })
        })
        .collect();
    let mut positions = Vec::new();
    for task in tasks {
        positions.push(task.await.unwrap());
    }
    published(&ledger, 1_001).await;
    let mut indexes: Vec<_> = positions.iter().map(|position| position.index).collect();
    indexes.sort_unstable();
    assert!(indexes.into_iter().eq(1..=1_000));
    for position in &positions {
        assert_eq!(leaf_hash(&ledger.entry(position.index).unwrap()), position.leaf);
    }
    ledger.close().await.unwrap();
    let verified = verify_directory(directory.path(), &key().verifier(), None, |_| ()).unwrap();
    assert_eq!(verified.checkpoint.size(), 1_001);
}

#[tokio::test]
async fn what_does_not_follow_is_refused_and_not_recorded() {
    let directory = tempfile::tempdir().unwrap();
    let ledger = Ledger::create(directory.path(), patient(), key(), genesis()).unwrap();
    for entry in [
        decided(1, Ruling::Permit),
        decided(2, Ruling::Permit),
        attempted(2, 1),
        denied(3),
        decided(4, Ruling::Hold),
    ] {
        ledger.append(entry).await.unwrap();
    }
    for (what, entries) in [
        ("a second genesis", vec![genesis()]),
        ("a name in use", vec![decided(1, Ruling::Permit)]),
        ("settled without an attempt", vec![settled(1, 1)]),
        ("attempts that begin at two", vec![attempted(1, 2)]),
        ("an attempt twice", vec![attempted(2, 1)]),
        ("another attempt settled", vec![settled(2, 2)]),
        ("an attempt that was denied", vec![attempted(3, 1)]),
        ("an attempt on hold", vec![attempted(4, 1)]),
        ("an attempt that was never decided", vec![attempted(9, 1)]),
        ("a group whose last is wrong", vec![attempted(1, 1), settled(1, 1), settled(1, 1)]),
        ("a group that reuses a name", vec![decided(7, Ruling::Permit), decided(7, Ruling::Permit)]),
    ] {
        let refused = ledger.append_all(entries).await;
        assert!(matches!(refused, Err(LedgerError::Order(_))), "{what}: {refused:?}");
    }
    assert!(ledger.healthy());
    let group =
        vec![attempted(1, 1), attempted(1, 2), settled(1, 2), interrupted(2, 1), decided(2, Ruling::Permit)];
    let next = ledger.append_all(group).await.unwrap();
    assert_eq!(next[0].index, 6, "nothing that was refused took an index");
    let never = ledger.append(interrupted(2, 0)).await;
    assert!(never.is_ok(), "a permit that was never attempted is closed as attempt 0");
}

#[tokio::test]
async fn what_a_crash_left_open_is_reported_and_can_be_closed() {
    let disk = MemoryDisk::default();
    let ledger = Ledger::create_in(Arc::new(disk.clone()), patient(), key(), genesis()).unwrap();
    let before = [
        decided(1, Ruling::Permit),
        decided(2, Ruling::Permit),
        attempted(2, 1),
        decided(3, Ruling::Permit),
        attempted(3, 1),
        settled(3, 1),
    ];
    for entry in before {
        ledger.append(entry).await.unwrap();
    }
    // Twice: once from the write-ahead log, once from the state beside the checkpoint.
    let crashed = disk.after_power_cut(1);
    for replayed in [6, 0] {
        let (ledger, recovery) = Ledger::open_in(Arc::new(crashed.clone()), patient(), key()).unwrap();
        let open =
            [(decision(1), 0), (decision(2), 1)].map(|(decision, attempt)| OpenAttempt { decision, attempt });
        assert_eq!((recovery.open_attempts.as_slice(), recovery.replayed), (open.as_slice(), replayed));
        ledger.close().await.unwrap();
    }
    // And from the entries alone.
    crashed.edit("state/projection", |bytes| bytes[20] ^= 1);
    let (ledger, recovery) = Ledger::open_in(Arc::new(crashed.clone()), patient(), key()).unwrap();
    assert_eq!((recovery.open_attempts.len(), recovery.last_at), (2, at(3)));
    let interruptions = recovery.interruptions(at(-1_000), "the gateway was restarted");
    assert!(interruptions.iter().all(|entry| entry.at == at(3)), "time never runs backwards");
    ledger.append_all(interruptions).await.unwrap();
    ledger.close().await.unwrap();
    let (_, recovery) = Ledger::open_in(Arc::new(crashed), patient(), key()).unwrap();
    assert_eq!(recovery.open_attempts, []);
}

#[tokio::test]
async fn a_question_ends_once_and_one_whose_end_a_crash_took_is_closed() {
    let disk = MemoryDisk::default();
    let ledger = Ledger::create_in(Arc::new(disk.clone()), patient(), key(), genesis()).unwrap();
    for entry in [asked(1), asked(2), asked(3), answered(2)] {
        ledger.append(entry).await.unwrap();
    }
    for (case, entry) in [
        ("asked twice under one name", asked(1)),
        ("answered without being asked", answered(9)),
        ("answered twice", answered(2)),
    ] {
        let refused = ledger.append(entry).await;
        assert!(matches!(refused, Err(LedgerError::Order(_))), "{case}: {refused:?}");
    }
    let together = ledger.append_all(vec![answered(3), answered(3)]).await;
    assert!(matches!(together, Err(LedgerError::Order(_))), "{together:?}");
    ledger.append_all(vec![asked(4), answered(4)]).await.unwrap();
    let crashed = disk.after_power_cut(1);
    for replayed in [6, 0] {
        let (ledger, recovery) = Ledger::open_in(Arc::new(crashed.clone()), patient(), key()).unwrap();
        assert_eq!(
            (recovery.open_questions.as_slice(), recovery.replayed),
            (&[question(1), question(3)][..], replayed)
        );
        ledger.close().await.unwrap();
    }
    let (ledger, recovery) = Ledger::open_in(Arc::new(crashed.clone()), patient(), key()).unwrap();
    ledger.append_all(recovery.interruptions(at(5), "the gateway was restarted")).await.unwrap();
    ledger.close().await.unwrap();
    let (_, recovery) = Ledger::open_in(Arc::new(crashed), patient(), key()).unwrap();
    assert_eq!(recovery.open_questions, []);
}

#[tokio::test]
async fn what_is_appended_together_costs_one_sync_and_is_counted() {
    let directory = tempfile::tempdir().unwrap();
    let ledger = Ledger::create(directory.path(), patient(), key(), genesis()).unwrap();
    assert_eq!((ledger.statistics().syncs, ledger.statistics().entries_per_sync()), (0, 0.0));
    ledger.append_all((1..=10).map(denied).collect()).await.unwrap();
    ledger.append(denied(11)).await.unwrap();
    let counted = ledger.statistics();
    assert_eq!((counted.entries, counted.syncs, counted.checkpoints), (11, 2, 0));
    assert!((counted.entries_per_sync() - 5.5).abs() < f64::EPSILON);
}

#[tokio::test]
async fn an_entry_that_nobody_waits_for_shares_the_next_sync_and_is_durable_at_the_close() {
    let directory = tempfile::tempdir().unwrap();
    let options = Options { linger: std::time::Duration::from_secs(3_600), ..patient() };
    let ledger = Ledger::create(directory.path(), options.clone(), key(), genesis()).unwrap();
    assert_eq!(ledger.append_soon(&denied(1)).unwrap().index, 1);
    assert_eq!(ledger.append_soon(&denied(2)).unwrap().index, 2);
    assert_eq!(ledger.statistics().syncs, 0, "nobody waits");
    assert_eq!(ledger.append(denied(3)).await.unwrap().index, 3);
    assert_eq!((ledger.statistics().entries, ledger.statistics().syncs), (3, 1));
    ledger.append_soon(&denied(4)).unwrap();
    assert!(matches!(ledger.append_soon(&attempted(9, 1)), Err(LedgerError::Order(_))), "it must follow");
    ledger.close().await.unwrap();
    let (ledger, recovery) = Ledger::open(directory.path(), options, key()).unwrap();
    assert_eq!((recovery.entries, recovery.replayed), (5, 0));
    assert_eq!(Entry::parse(&ledger.entry(4).unwrap()), Ok(denied(4)));
}

#[tokio::test]
async fn an_entry_that_nobody_waits_for_is_written_by_itself_before_long() {
    let directory = tempfile::tempdir().unwrap();
    let options = Options { linger: std::time::Duration::from_millis(1), ..eager() };
    let ledger = Ledger::create(directory.path(), options, key(), genesis()).unwrap();
    for number in 1..4 {
        ledger.append_soon(&denied(number)).unwrap();
        published(&ledger, number + 1).await;
    }
}

#[tokio::test]
async fn a_ledger_has_one_writer() {
    let directory = tempfile::tempdir().unwrap();
    let ledger = Ledger::create(directory.path(), patient(), key(), genesis()).unwrap();
    let locked = |result: Result<(Ledger, Recovery), LedgerError>| {
        let error = result.map(drop).unwrap_err();
        assert_eq!(error, LedgerError::Locked { place: directory.path().display().to_string() });
    };
    locked(Ledger::open(directory.path(), patient(), key()));
    assert!(Ledger::create(directory.path(), patient(), key(), genesis()).is_err());
    let clone = ledger.clone();
    drop(ledger);
    locked(Ledger::open(directory.path(), patient(), key()));
    clone.close().await.unwrap();
    let (ledger, _) = Ledger::open(directory.path(), patient(), key()).unwrap();
    drop(ledger);
    assert!(Ledger::open(directory.path(), patient(), key()).is_ok(), "dropping lets go as well");
}

#[tokio::test]
async fn a_closed_ledger_refuses() {
    let directory = tempfile::tempdir().unwrap();
    let ledger = Ledger::create(directory.path(), patient(), key(), genesis()).unwrap();
    let clone = ledger.clone();
    ledger.append(denied(1)).await.unwrap();
    ledger.close().await.unwrap();
    assert_eq!(clone.append(denied(2)).await, Err(LedgerError::Closed));
    assert!(!clone.healthy());
    assert_eq!(clone.latest_checkpoint().size(), 2);
    clone.close().await.unwrap();
}

#[test]
fn a_ledger_is_founded_once_by_its_own_key() {
    let directory = tempfile::tempdir().unwrap();
    let create =
        |key: SigningKey, entry: Entry| Ledger::create(directory.path(), patient(), key, entry).map(drop);
    let missing = Ledger::open(directory.path(), patient(), key()).map(drop);
    assert!(matches!(missing, Err(LedgerError::Missing { .. })));
    let other = SigningKey::from_seed(ORIGIN, &[99; 32]).unwrap();
    assert!(matches!(create(other.clone(), genesis()), Err(LedgerError::Genesis { .. })));
    assert!(matches!(create(key(), denied(1)), Err(LedgerError::Genesis { .. })));
    create(key(), genesis()).unwrap();
    assert!(matches!(create(key(), genesis()), Err(LedgerError::Exists { .. })));
    let wrong = Ledger::open(directory.path(), patient(), other).map(drop);
    assert!(matches!(wrong, Err(LedgerError::WrongKey { .. })), "{wrong:?}");
}

#[tokio::test]
async fn more_than_may_wait_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let options = Options { queue_bytes: 2_000, ..patient() };
    let ledger = Ledger::create(directory.path(), options, key(), genesis()).unwrap();
    let many: Vec<_> = (1..=10).map(denied).collect();
    assert!(matches!(ledger.append_all(many).await, Err(LedgerError::Busy { .. })));
    assert!(ledger.append(denied(1)).await.is_ok());
}

#[tokio::test]
async fn keys_are_rotated_by_the_old_key_and_the_log_goes_on() {
    let directory = tempfile::tempdir().unwrap();
    let new = SigningKey::from_seed(ORIGIN, &[77; 32]).unwrap();
    let vendor = SigningKey::from_seed("vendor.example", &[2; 32]).unwrap();
    let vendors_new = SigningKey::from_seed("vendor.example", &[3; 32]).unwrap();
    let rotate = |subject: &str, old: &SigningKey, new: &SigningKey| {
        let rotation = KeyRotated::signed(subject, old, &new.verifier()).unwrap();
        Entry { at: at(9), event: Event::KeyRotated(rotation) }
    };
    let ledger = Ledger::create(directory.path(), patient(), key(), genesis()).unwrap();
    for (what, wrong) in [
        ("not the current key", rotate("log", &new, &key())),
        ("not a party", rotate("stranger", &vendor, &vendors_new)),
        ("another name", rotate("log", &key(), &vendor)),
    ] {
        assert!(matches!(ledger.append(wrong).await, Err(LedgerError::Order(_))), "{what}");
    }
    ledger.append(rotate("vendor", &vendor, &vendors_new)).await.unwrap();
    ledger.append(rotate("log", &key(), &new)).await.unwrap();
    ledger.close().await.unwrap();
    let verify = |key: &SigningKey| verify_directory(directory.path(), &key.verifier(), None, |_| ());
    assert!(verify(&key()).is_ok(), "the old key signed the last checkpoint");

    assert!(matches!(Ledger::open(directory.path(), patient(), key()), Err(LedgerError::WrongKey { .. })));
    let (ledger, recovery) = Ledger::open(directory.path(), patient(), new.clone()).unwrap();
    assert_eq!(recovery.parties[0].key, vendors_new.verifier().to_string());
    ledger.append(denied(1)).await.unwrap();
    ledger.close().await.unwrap();
    assert!(verify(&key()).is_err());
    assert_eq!(verify(&new).unwrap().parties, recovery.parties);
}

#[tokio::test]
async fn a_ledger_that_does_not_extend_a_known_checkpoint_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let ledger = Ledger::create(directory.path(), eager(), key(), genesis()).unwrap();
    for number in 1..10 {
        ledger.append(denied(number)).await.unwrap();
    }
    let known = published(&ledger, 5).await;
    ledger.close().await.unwrap();
    let open = |known: Checkpoint| {
        let options = Options { known_checkpoint: Some(known), ..patient() };
        Ledger::open(directory.path(), options, key()).map(drop)
    };
    assert_eq!(open(known.clone()), Ok(()));
    let other = Checkpoint::new(ORIGIN, known.size(), Digest::of(b"another history"));
    assert!(matches!(open(other), Err(LedgerError::Corrupt { .. })));
    let larger = Checkpoint::new(ORIGIN, 11, Digest::of(b"lost"));
    assert!(matches!(open(larger), Err(LedgerError::Shrunk { found: 10, expected: 11, .. })));
}

#[tokio::test]
async fn a_rolled_back_checkpoint_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("checkpoint");
    let ledger = Ledger::create(directory.path(), patient(), key(), genesis()).unwrap();
    ledger.append(denied(1)).await.unwrap();
    let older = std::fs::read(&path).unwrap();
    ledger.close().await.unwrap();
    let newer = std::fs::read(&path).unwrap();
    let open = || Ledger::open(directory.path(), patient(), key()).map(drop);
    std::fs::write(&path, &older).unwrap();
    assert!(matches!(open(), Err(LedgerError::Shrunk { found: 1, expected: 2, .. })));
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(open(), Err(LedgerError::Missing { .. })));
    assert!(matches!(
        Ledger::create(directory.path(), patient(), key(), genesis()),
        Err(LedgerError::Exists { .. })
    ));
    std::fs::write(&path, &newer).unwrap();
    assert_eq!(open(), Ok(()));
}

#[tokio::test]
async fn entries_are_published_within_the_interval() {
    let directory = tempfile::tempdir().unwrap();
    let options = Options { publish_interval: Duration::from_millis(50), ..Options::default() };
    let ledger = Ledger::create(directory.path(), options, key(), genesis()).unwrap();
    ledger.append(denied(1)).await.unwrap();
    published(&ledger, 2).await;
    assert!(ledger.receipt(1).is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_finds_what_was_acknowledged_whether_it_is_published_or_not() {
    // Never published before the close; and published and cut into segments as fast as can be.
    let never = Options { publish_interval: Duration::from_secs(3_600), ..Options::default() };
    let always =
        Options { publish_interval: Duration::from_millis(1), segment_bytes: 1 << 10, ..Options::default() };
    for options in [never, always] {
        let directory = tempfile::tempdir().unwrap();
        let ledger = Ledger::create(directory.path(), options, key(), genesis()).unwrap();
        for number in 0..100 {
            let position = ledger.append(decided(number, Ruling::Deny)).await.unwrap();
            let (reader, tail) = LedgerReader::open_with_tail(directory.path(), &key().verifier()).unwrap();
            let published = reader.checkpoint().size();
            let found = match tail.iter().find(|(index, _)| *index == position.index) {
                Some((_, bytes)) => bytes.clone(),
                None => reader.entry(position.index).unwrap(),
            };
            assert_eq!(leaf_hash(&found), position.leaf, "entry {}, {published} published", position.index);
        }
        ledger.close().await.unwrap();
        let (reader, tail) = LedgerReader::open_with_tail(directory.path(), &key().verifier()).unwrap();
        assert_eq!((reader.checkpoint().size(), tail.len()), (101, 0));
    }
}
