//! Notes and keys, with the `signed_note` crate as a second opinion.

use super::*;

fn key(name: &str) -> SigningKey {
    SigningKey::from_seed(name, &[7; 32]).unwrap()
}

fn signed(text: &str, keys: &[&SigningKey]) -> Note {
    let mut note = Note::new(text.to_owned()).unwrap();
    for key in keys {
        note.sign(key).unwrap();
    }
    note
}

#[test]
fn the_example_of_the_specification_verifies() {
    // The note and key of the Go package that the specification describes.
    let key: VerifierKey =
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW".parse().unwrap();
    let text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    let note = Note::parse(text).unwrap();
    assert_eq!(note.verify(&key), Ok(()));
    assert_eq!(note.to_string(), text, "printing gives back what was read");
    let forged = Note::parse(&text.replace("answer", "Answer")).unwrap();
    assert_eq!(forged.verify(&key), Err(NoteError::Forged { name: "PeterNeumann".into() }));
}

#[test]
fn another_implementation_reads_our_keys_and_notes() {
    use signed_note::{Note as Other, StandardSigner, StandardVerifier, VerifierList};
    let key = key("example.com/ledger");
    let verifier = StandardVerifier::new(&key.verifier().to_string()).unwrap();
    let note = signed("hello\n", &[&key]).to_string();
    let other = Other::from_bytes(note.as_bytes()).unwrap();
    assert_eq!(other.verify(&VerifierList::new(vec![Box::new(verifier)])).unwrap().0.len(), 1);

    let signer = StandardSigner::new(&key.encode()).unwrap();
    let mut theirs = Other::new(b"hello\n", &[]).unwrap();
    theirs.add_sigs(&[&signer]).unwrap();
    assert_eq!(String::from_utf8(theirs.to_bytes()).unwrap(), note, "Ed25519 is deterministic");
}

#[test]
fn keys_read_back_and_a_damaged_key_is_refused() {
    let key = SigningKey::generate("example.com/a").unwrap();
    assert_eq!(key.encode().parse::<SigningKey>().unwrap().verifier(), key.verifier());
    let text = key.verifier().to_string();
    assert_eq!(text.parse::<VerifierKey>().as_ref(), Ok(&key.verifier()));
    assert!(matches!(text.replace("/a", "/b").parse::<VerifierKey>(), Err(KeyError::Id(_))));
    for at in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes[at] ^= 1;
        let damaged = String::from_utf8(bytes).unwrap();
        assert!(damaged.parse::<VerifierKey>().is_err(), "{damaged}");
    }
    assert!(matches!(SigningKey::generate("a b"), Err(KeyError::Name(_))));
    assert!(matches!(
        "x+00000000+Bg==".parse::<VerifierKey>(),
        Err(KeyError::Algorithm { algorithm: 6, .. })
    ));
    assert_eq!(format!("{key:?}"), "SigningKey(example.com/a)");
}

#[test]
fn notes_that_are_not_of_the_form_are_refused() {
    let good = signed("text\n", &[&key("k")]).to_string();
    assert!(Note::parse(&good).is_ok());
    for bad in [
        "".to_owned(),
        "text\n".into(),
        "text\n\n".into(),
        good.trim_end().into(),
        good.replace('\u{2014}', "-"),
        good.replace("text", "te\txt"),
        good.replace("text", "te\rxt"),
        good.replace(" k ", " k+k "),
        good.replace(" k ", "  "),
        format!("{good}\u{2014} k AAAA\n"),
        format!("{good}rubbish\n"),
        format!("{}{}", good, "\u{2014} other AAAAAAA=\n".repeat(64)),
    ] {
        assert!(Note::parse(&bad).is_err(), "{bad:?}");
    }
}

#[test]
fn unknown_signers_are_ignored_and_a_repeated_one_is_refused() {
    let (ours, theirs) = (key("ours"), SigningKey::from_seed("theirs", &[8; 32]).unwrap());
    let mut note = signed("text\n", &[&theirs, &ours]);
    assert_eq!(note.verify(&ours.verifier()), Ok(()));
    assert_eq!(note.claimed_signers().collect::<Vec<_>>(), ["theirs", "ours"]);
    let stranger = key("stranger").verifier();
    assert_eq!(note.verify(&stranger), Err(NoteError::Unsigned { name: "stranger".into() }));
    assert_eq!(note.sign(&ours), Err(NoteError::Repeated { name: "ours".into() }));
    let line = note.to_string().lines().last().unwrap().to_owned();
    let doubled = Note::parse(&format!("{note}{line}\n")).unwrap();
    assert_eq!(doubled.verify(&ours.verifier()), Err(NoteError::Repeated { name: "ours".into() }));
}
