//! Receipts and consistency proofs while the ledger grows.

use carveout_ledger::*;

use crate::common::*;

#[tokio::test]
async fn receipts_verify_with_the_key_alone_at_every_size() {
    let directory = tempfile::tempdir().unwrap();
    let ledger = Ledger::create(directory.path(), eager(), key(), genesis()).unwrap();
    let log = key().verifier();
    let mut earlier: Vec<Checkpoint> = Vec::new();
    let mut number = 0;
    for grow in [1, 2, 5, 60, 190, 300] {
        let entries: Vec<_> = (0..grow).map(|_| (number += 1, denied(number)).1).collect();
        ledger.append_all(entries).await.unwrap();
        let checkpoint = published(&ledger, number + 1).await;
        for index in [0, 1, number / 2, number] {
            let receipt = ledger.receipt(index).unwrap();
            let entry = ledger.entry(index).unwrap();
            assert_eq!(receipt.verify(&log, &entry).as_ref(), Ok(&checkpoint));
            assert_eq!(Receipt::from_json(receipt.to_json().as_bytes()).as_ref(), Ok(&receipt));
            assert_eq!(verify_tlog_proof(&receipt.to_tlog_proof(), &log, &entry).as_ref(), Ok(&checkpoint));
            assert!(receipt.verify(&log, b"{}").is_err(), "another entry");
        }
        for old in &earlier {
            let (proof, new) = ledger.consistency(old.size()).unwrap();
            let (old, new) = ((old.size(), &old.root()), (new.size(), &new.root()));
            assert_eq!(check_consistency(old, new, &proof), Ok(()), "{} to {}", old.0, new.0);
        }
        earlier.push(checkpoint);
    }
    assert!(ledger.consistency(number + 2).is_err());
}

#[tokio::test]
async fn a_receipt_that_was_changed_proves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let ledger = Ledger::create(directory.path(), eager(), key(), genesis()).unwrap();
    ledger.append_all((1..100).map(denied).collect()).await.unwrap();
    published(&ledger, 100).await;
    let json = ledger.receipt(42).unwrap().to_json();
    let log = key().verifier();
    let verify =
        |json: &str| Receipt::from_json(json.as_bytes()).and_then(|receipt| receipt.verify_own(&log));
    assert!(verify(&json).is_ok());
    let other = SigningKey::from_seed(ORIGIN, &[5; 32]).unwrap().verifier();
    assert!(Receipt::from_json(json.as_bytes()).unwrap().verify_own(&other).is_err(), "another log's key");
    for (what, from, to) in [
        ("index", "\"index\":42", "\"index\":43"),
        ("entry", "sample-program", "sample-Program"),
        ("size", "\\n100\\n", "\\n101\\n"),
        ("origin", "sample.example/ledger\\n", "sample.example/Ledger\\n"),
        ("version", "\"v\":1", "\"v\":2"),
        ("unknown member", "\"v\":1", "\"v\":1,\"x\":0"),
        ("duplicate member", "\"v\":1", "\"v\":1,\"v\":1"),
    ] {
        let changed = json.replacen(from, to, 1);
        assert_ne!(changed, json, "{what}");
        assert!(verify(&changed).is_err(), "{what}");
    }
    let step = 1 + json.len() / 400;
    for at in (0..json.len()).step_by(step) {
        let mut bytes = json.clone().into_bytes();
        bytes[at] ^= 1;
        let proven = Receipt::from_json(&bytes).and_then(|receipt| receipt.verify_own(&log));
        assert!(
            proven.is_err(),
            "byte {at}: {}",
            json.get(at.saturating_sub(20)..at + 1).unwrap_or_default()
        );
    }
}

#[tokio::test]
async fn what_belongs_to_one_decision_is_found_however_much_lies_between() {
    let directory = tempfile::tempdir().unwrap();
    let ledger = Ledger::create(directory.path(), eager(), key(), genesis()).unwrap();
    let (first, second) = (decision(9_001), decision(9_002));
    ledger.append_all(vec![decided(9_001, Ruling::Permit), attempted(9_001, 1)]).await.unwrap();
    ledger.append_all((1..=700).map(denied).collect()).await.unwrap();
    ledger.append_all(vec![decided(9_002, Ruling::Permit), settled(9_001, 1)]).await.unwrap();
    ledger.append(interrupted(9_002, 0)).await.unwrap();
    published(&ledger, 706).await;
    for (index, of) in [
        (0, None),
        (1, Some(1)),
        (2, Some(1)),
        (3, Some(3)),
        (703, Some(703)),
        (704, Some(1)),
        (705, Some(703)),
    ] {
        assert_eq!(ledger.decision_of(index), Ok(of), "entry {index}");
    }
    assert!(matches!(ledger.decision_of(706), Err(LedgerError::NotYetPublished { .. })));
    for (decision, from, end) in [
        (first, 1, Some(704)),
        (first, 704, Some(704)),
        (first, 705, None),
        (second, 703, Some(705)),
        (decision(1), 3, None),
    ] {
        assert_eq!(ledger.end_of(&decision, from), Ok(end), "{decision} from {from}");
    }
}

#[tokio::test]
async fn proof_texts_of_another_form_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let ledger = Ledger::create(directory.path(), eager(), key(), genesis()).unwrap();
    ledger.append(denied(1)).await.unwrap();
    published(&ledger, 2).await;
    let (text, entry) = (ledger.receipt(1).unwrap().to_tlog_proof(), ledger.entry(1).unwrap());
    let verify = |text: &str| verify_tlog_proof(text, &key().verifier(), &entry);
    assert!(verify(&text).is_ok());
    assert!(verify(&text.replace("\nindex", "\nextra AAAA\nindex")).is_ok(), "extra data is allowed");
    for (from, to) in [
        ("@v1", "@v2"),
        ("index 1", "index 01"),
        ("index 1", "index 0"),
        ("index 1", "index -1"),
        ("index 1", "index 1\n"),
        ("index 1", "index 1\nAAAA"),
    ] {
        assert!(verify(&text.replacen(from, to, 1)).is_err(), "{to}");
    }
}
