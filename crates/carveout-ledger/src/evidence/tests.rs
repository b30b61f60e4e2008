//! What was kept is there again, and what isn't is told.

use std::fs;

use super::*;

/// What a directory holds, as the next opening finds it.
fn found(directory: &Path, known: &EvidenceKnown) -> Result<Vec<String>, EvidenceError> {
    let mut all = Vec::new();
    EvidenceLog::open(directory, known, |piece| {
        let (mark, bytes) = match piece {
            EvidencePiece::Snapshot(bytes) => ("snapshot ", bytes),
            EvidencePiece::Record(bytes) => ("", bytes),
        };
        all.push(format!("{mark}{}", String::from_utf8_lossy(bytes)));
        Ok(())
    })?;
    Ok(all)
}

fn open(directory: &Path, known: &EvidenceKnown) -> EvidenceLog {
    EvidenceLog::open(directory, known, |_| Ok(())).unwrap()
}

async fn keep(log: &EvidenceLog, texts: &[&str]) -> Vec<EvidenceMark> {
    let kept: Vec<Kept> = texts.iter().map(|text| log.keep(text.as_bytes().to_vec())).collect();
    let mut marks = Vec::new();
    for one in kept {
        marks.push(one.durable().await.unwrap());
    }
    marks
}

async fn snapshot(log: &EvidenceLog, bytes: Vec<u8>) -> Result<EvidenceMark, EvidenceError> {
    let place = log.place().durable().await?;
    log.snapshot(place, bytes).durable().await
}

#[tokio::test]
async fn a_snapshot_stands_where_its_place_was_whatever_is_kept_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path(), &EvidenceKnown::default());
    keep(&log, &["a", "b"]).await;
    let place = log.place();
    let marks = keep(&log, &["c"]).await;
    let place = place.durable().await.unwrap();
    let snapshot = log.snapshot(place, b"ab".to_vec()).durable().await.unwrap();
    assert_eq!((place.record, snapshot.record), (2, 2));
    // The same place twice is one file, which stays.
    for _ in 0..3 {
        log.snapshot(place, b"ab".to_vec()).durable().await.unwrap();
    }
    drop(log);
    let known = EvidenceKnown { snapshot: Some(snapshot), ..knowing(marks[0]) };
    assert_eq!(found(folder.path(), &known).unwrap(), ["snapshot ab", "c"]);
}

#[tokio::test]
async fn what_is_wanted_soon_keeps_its_place_and_waits_for_nobody_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path(), &EvidenceKnown::default());
    let soon = |text: &str| log.keep_soon(text.as_bytes().to_vec());
    let (first, second) = (soon("a"), soon("b"));
    let waited = keep(&log, &["c"]).await[0];
    assert_eq!((first.durable().await.unwrap().record, second.durable().await.unwrap().record), (1, 2));
    // A snapshot doesn't wait either, and one that comes alone is written all the same.
    let fourth = soon("d");
    let snapshot = snapshot(&log, b"abcd".to_vec()).await.unwrap();
    assert_eq!((waited.record, fourth.durable().await.unwrap().record, snapshot.record), (3, 4, 4));
    let last = soon("e").durable().await.unwrap();
    let known = EvidenceKnown { snapshot: Some(snapshot), ..knowing(last) };
    assert_eq!(found(folder.path(), &known).unwrap(), ["snapshot abcd", "e"]);
    assert_eq!(found(folder.path(), &knowing(last)).unwrap(), ["a", "b", "c", "d", "e"]);
    drop(log);
}

fn knowing(last: EvidenceMark) -> EvidenceKnown {
    EvidenceKnown { last: Some(last), ..EvidenceKnown::default() }
}

#[tokio::test]
async fn what_was_kept_is_there_again_over_restarts_and_snapshots() {
    let folder = tempfile::tempdir().unwrap();
    let none = EvidenceKnown::default();
    let marks = keep(&open(folder.path(), &none), &["a", "b", "c"]).await;
    assert_eq!(marks.iter().map(|mark| mark.record).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(found(folder.path(), &knowing(marks[1])).unwrap(), ["a", "b", "c"], "c is known to no entry");
    let log = open(folder.path(), &knowing(marks[2]));
    let mark = keep(&log, &["d"]).await[0];
    assert_eq!(mark.record, 4);
    let snapshot = snapshot(&log, b"abcd".to_vec()).await.unwrap();
    let last = keep(&log, &["e"]).await[0];
    let known = EvidenceKnown { snapshot: Some(snapshot), ..knowing(last) };
    assert_eq!(found(folder.path(), &known).unwrap(), ["snapshot abcd", "e"]);
    assert_eq!(
        found(folder.path(), &knowing(last)).unwrap(),
        ["a", "b", "c", "d", "e"],
        "a snapshot that no entry names"
    );
    // Segments before the snapshot may be archived.
    fs::remove_file(segment_path(folder.path(), 1)).unwrap();
    assert_eq!(found(folder.path(), &known).unwrap(), ["snapshot abcd", "e"]);
    let lost = found(folder.path(), &knowing(last)).unwrap_err();
    assert_eq!(
        (matches!(lost, EvidenceError::Lost { from: 1, to: 3, .. }), lost.to_string().contains("1 to 3")),
        (true, true)
    );
}

#[tokio::test]
async fn what_is_missing_damaged_or_another_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let marks = keep(&open(folder.path(), &EvidenceKnown::default()), &["first", "second", "third"]).await;
    let path = segment_path(folder.path(), 1);
    let (whole, known) = (fs::read(&path).unwrap(), knowing(marks[2]));
    // A cut or a flipped bit anywhere is told, or leaves everything that an entry knows.
    for place in 0..whole.len() {
        fs::write(&path, &whole[..place]).unwrap();
        assert!(found(folder.path(), &known).is_err(), "cut at {place}");
        let mut flipped = whole.clone();
        flipped[place] ^= 1;
        fs::write(&path, &flipped).unwrap();
        let result = found(folder.path(), &known);
        let told = matches!(
            result,
            Err(EvidenceError::Damaged { .. } | EvidenceError::Other { .. } | EvidenceError::Lost { .. })
        );
        assert!(told, "{place}: {result:?}");
        for name in fs::read_dir(folder.path()).unwrap().flatten() {
            fs::remove_file(name.path()).unwrap();
        }
    }
    // A last record that was cut short and that no entry knows is dropped, and its number is given again.
    fs::write(&path, &whole[..whole.len() - 2]).unwrap();
    assert_eq!(found(folder.path(), &knowing(marks[1])).unwrap(), ["first", "second"]);
    let again = keep(&open(folder.path(), &knowing(marks[1])), &["other"]).await[0];
    assert_eq!(again.record, 3);
    assert_eq!(found(folder.path(), &knowing(again)).unwrap(), ["first", "second", "other"]);
    // Records of the same numbers that are not those the ledger vouches for.
    let result = found(folder.path(), &known);
    assert!(matches!(result, Err(EvidenceError::Other { record: 3, .. })), "{result:?}");
    let refused = EvidenceLog::open(folder.path(), &knowing(again), |_| Err("no".to_owned()));
    assert!(matches!(refused, Err(EvidenceError::Unusable { record: 1, .. })));
}

#[tokio::test]
async fn what_is_left_can_be_gone_on_with_and_only_what_is_named_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let first = keep(&open(folder.path(), &EvidenceKnown::default()), &["a", "b"]).await[1];
    let second = keep(&open(folder.path(), &knowing(first)), &["c", "d"]).await[1];
    let third = keep(&open(folder.path(), &knowing(second)), &["e"]).await[0];
    fs::remove_file(segment_path(folder.path(), 3)).unwrap();
    let known = knowing(third);
    assert!(matches!(found(folder.path(), &known), Err(EvidenceError::Lost { from: 3, to: 4, .. })));
    let mut left = Vec::new();
    let take = |piece: EvidencePiece<'_>| {
        left.push(format!("{piece:?}"));
        Ok(())
    };
    let (log, base) = EvidenceLog::salvage(folder.path(), &known, take).unwrap();
    assert_eq!((left.len(), base), (3, 6));
    let snapshot = snapshot(&log, b"abe".to_vec()).await.unwrap();
    let last = keep(&log, &["f"]).await[0];
    assert_eq!(last.record, 6);
    let known = EvidenceKnown { base, last: Some(last), snapshot: Some(snapshot) };
    assert_eq!(found(folder.path(), &known).unwrap(), ["snapshot abe", "f"]);
    fs::remove_file(segment_path(folder.path(), 6)).unwrap();
    assert!(matches!(found(folder.path(), &known), Err(EvidenceError::Lost { from: 6, to: 6, .. })));
}

#[tokio::test]
async fn nothing_is_kept_after_a_failure() {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("evidence");
    let log = open(&directory, &EvidenceKnown::default());
    keep(&log, &["a"]).await;
    fs::remove_dir_all(&directory).unwrap();
    let failed = snapshot(&log, b"a".to_vec()).await.unwrap_err();
    assert!(matches!(failed, EvidenceError::Io { .. }), "{failed}");
    let after = log.keep(b"b".to_vec()).durable().await.unwrap_err();
    assert!(matches!(after, EvidenceError::Poisoned(_)), "{after}");
}

/// What an auditor finds who knows these marks.
fn audited(
    directory: &Path,
    marks: &[EvidenceMark],
    snapshots: &[EvidenceMark],
    bases: &[u64],
) -> EvidenceFound {
    let mut audit = EvidenceAudit::default();
    marks.iter().for_each(|mark| audit.kept(*mark));
    snapshots.iter().for_each(|mark| audit.snapshotted(*mark));
    bases.iter().for_each(|base| audit.lost(*base));
    audit.directory(directory).unwrap()
}

#[tokio::test]
async fn an_auditor_finds_what_was_changed_cut_or_taken_away_and_names_the_segment() {
    let folder = tempfile::tempdir().unwrap();
    let mut marks = keep(&open(folder.path(), &EvidenceKnown::default()), &["a", "b", "c"]).await;
    let log = open(folder.path(), &knowing(marks[2]));
    marks.extend(keep(&log, &["d"]).await);
    let snapshot = snapshot(&log, b"abcd".to_vec()).await.unwrap();
    marks.extend(keep(&log, &["e", "f"]).await);
    drop(log);
    marks.extend(keep(&open(folder.path(), &knowing(marks[5])), &["g"]).await);
    let found = audited(folder.path(), &marks, &[snapshot], &[]);
    let counted = (found.segments, found.records, found.confirmed, found.snapshots, found.last);
    assert_eq!(
        (counted, found.problems.as_slice(), found.torn.as_slice()),
        ((3, 7, 7, 1, 7), &[][..], &[][..])
    );
    let paths = [1, 4, 7].map(|first| segment_path(folder.path(), first));
    let whole: Vec<Vec<u8>> = paths.iter().map(|path| fs::read(path).unwrap()).collect();
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    // A cut or a flipped bit anywhere in any segment is found, and the segment is named or its records are.
    for (path, bytes) in paths.iter().zip(&whole) {
        for place in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[place] ^= 1;
            for damaged in [flipped, bytes[..place].to_vec()] {
                fs::write(path, &damaged).unwrap();
                let found = audited(folder.path(), &marks, &[snapshot], &[]);
                let told = found.problems.iter().map(ToString::to_string).collect::<String>();
                let named = told.contains(&name(path)) || told.contains("are not there");
                assert!(named, "{} at {place}: {found:?}", path.display());
            }
        }
        fs::write(path, bytes).unwrap();
    }
    // The same records with one exchanged, every checksum right: the ledger's digests tell.
    let mut forged = segment::head(&EvidenceMark { record: 0, digest: Digest::from_bytes([0; 32]) });
    for (number, text) in [(1, "a"), (2, "B"), (3, "c")] {
        segment::frame(&mut forged, number, text.as_bytes());
    }
    fs::write(&paths[0], forged).unwrap();
    let found = audited(folder.path(), &marks, &[snapshot], &[]);
    let changed = EvidenceProblem::Changed { place: name(&paths[0]), record: 2 };
    assert_eq!(found.problems, [changed], "{found:?}");
    fs::write(&paths[0], &whole[0]).unwrap();
    // What stands before a snapshot may be archived; what comes after it may not.
    fs::remove_file(&paths[0]).unwrap();
    let found = audited(folder.path(), &marks, &[snapshot], &[]);
    assert_eq!((found.absent, found.problems), (vec![(1, 3, Absence::BeforeSnapshot)], vec![]));
    assert_eq!(
        audited(folder.path(), &marks, &[], &[]).problems,
        [EvidenceProblem::Missing { from: 1, to: 3 }]
    );
    fs::remove_file(&paths[2]).unwrap();
    let found = audited(folder.path(), &marks, &[snapshot], &[]);
    assert_eq!(found.problems, [EvidenceProblem::Missing { from: 7, to: 7 }]);
    assert_eq!(audited(folder.path(), &marks[..6], &[snapshot], &[]).problems, [], "no entry knows of it");
    // A snapshot that was changed.
    let path = snapshot_path(folder.path(), snapshot.record);
    let mut bytes = fs::read(&path).unwrap();
    bytes[60] ^= 1;
    fs::write(&path, bytes).unwrap();
    let found = audited(folder.path(), &marks[..6], &[snapshot], &[]);
    assert!(found.problems.contains(&EvidenceProblem::Snapshot { place: name(&path) }), "{found:?}");
}

#[tokio::test]
async fn an_auditor_takes_a_crash_and_what_was_given_up_for_what_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let mut marks = keep(&open(folder.path(), &EvidenceKnown::default()), &["a", "b", "c"]).await;
    let path = segment_path(folder.path(), 1);
    let whole = fs::read(&path).unwrap();
    // A crash cut the last record short, and its number was given again.
    fs::write(&path, &whole[..whole.len() - 1]).unwrap();
    marks[2] = keep(&open(folder.path(), &knowing(marks[1])), &["C"]).await[0];
    let found = audited(folder.path(), &marks, &[], &[]);
    let torn = vec![("00000000000000000001.evidence".to_owned(), 2)];
    assert_eq!((found.confirmed, found.torn, found.problems), (3, torn, vec![]));
    // A segment that a crash cut short while it was begun.
    fs::write(segment_path(folder.path(), 4), b"carveout").unwrap();
    let found = audited(folder.path(), &marks, &[], &[]);
    assert_eq!((found.torn.len(), found.problems.len()), (2, 0), "{found:?}");
    fs::remove_file(segment_path(folder.path(), 4)).unwrap();
    // What an operator gave up is said to be given up.
    fs::remove_file(&path).unwrap();
    let (log, base) = EvidenceLog::salvage(folder.path(), &knowing(marks[2]), |_| Ok(())).unwrap();
    let after = keep(&log, &["d"]).await;
    marks.extend(after);
    let found = audited(folder.path(), &marks, &[], &[base]);
    assert_eq!((found.absent, found.problems), (vec![(1, 2, Absence::GivenUp)], vec![]));
    assert!(!audited(folder.path(), &marks, &[], &[]).problems.is_empty(), "without the entry it is a fault");
}
