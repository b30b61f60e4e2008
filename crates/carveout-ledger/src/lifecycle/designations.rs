//! Who may sign the records of designations, once that is pinned.

use super::{AdoptedRecord, LifecycleError};
use crate::{AdoptionError, DesignationSigner, KeyRotated};

/// Whoever signed a record must be in office. In a ledger from before officers were pinned, whoever is named counts.
pub(super) fn in_office(
    record: &AdoptedRecord,
    signers: &[DesignationSigner],
    officers: Option<&[DesignationSigner]>,
) -> Result<(), AdoptionError> {
    let stranger = officers.and_then(|officers| signers.iter().find(|signer| !officers.contains(signer)));
    stranger.map_or(Ok(()), |stranger| {
        let (record, officer) = (record.record.clone(), stranger.officer.clone());
        Err(AdoptionError::Stranger { record, officer })
    })
}

/// The officer's own key is replaced, and by one that nobody else has: one person with two keys would be two.
pub(super) fn check_rotation(
    officer: &str,
    rotation: &KeyRotated,
    officers: &[DesignationSigner],
) -> Result<(), LifecycleError> {
    let known = officers.iter().any(|one| one.officer == officer && one.key == rotation.old);
    match officers.iter().any(|one| one.key == rotation.new) {
        _ if !known => Err(LifecycleError::OldKey(rotation.subject.clone())),
        true => Err(AdoptionError::Twice(officer.to_owned()).into()),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        DesignationAdopted, DesignationOfficers, DesignationSigner, Digest, Domain, Entry, Event, Genesis,
        KeyRotated, SignatureRule, SigningKey, Statement, Timestamp,
        lifecycle::{Lifecycle, LifecycleError, Step},
        sign_statement,
    };

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_seed(&format!("officer.example/{seed}"), &[seed; 32]).unwrap()
    }

    fn officer(seed: u8) -> DesignationSigner {
        DesignationSigner { officer: format!("o{seed}"), key: key(seed).verifier().to_string() }
    }

    fn officers(seeds: &[u8]) -> Vec<DesignationSigner> {
        seeds.iter().copied().map(officer).collect()
    }

    fn first(seeds: &[u8]) -> Event {
        Event::DesignationOfficers(DesignationOfficers { officers: officers(seeds), statement: None })
    }

    /// These in place of those, by the word of some.
    fn instead(these: &[u8], of: &[u8], signers: &[u8]) -> Event {
        let (officers, former) = (officers(these), officers(of));
        let note = signers.iter().fold(None, |note: Option<String>, seed| {
            Some(DesignationOfficers::sign(&officers, &former, &key(*seed), note.as_deref()).unwrap())
        });
        Event::DesignationOfficers(DesignationOfficers { officers, statement: note })
    }

    fn adopted(record: &str, signer: u8) -> Event {
        let statement = Statement {
            id: record.to_owned(),
            version: "1".to_owned(),
            digest: Digest::of(record.as_bytes()),
        };
        let note = sign_statement(Domain::Designation, &key(signer), &statement).unwrap();
        Event::DesignationAdopted(DesignationAdopted {
            record: statement.id,
            version: statement.version,
            digest: statement.digest,
            confidence: "primary".to_owned(),
            loosens: Vec::new(),
            signers: vec![officer(signer)],
            statement: Some(note),
            signatures: SignatureRule::Required,
        })
    }

    /// Officer 1's key becomes the one of this seed, by the word of another.
    fn rotated(new: u8, by: u8) -> Event {
        let subject = DesignationOfficers::subject("o1");
        Event::KeyRotated(KeyRotated::signed(&subject, &key(by), &key(new).verifier()).unwrap())
    }

    fn after(events: &[Event]) -> Result<Lifecycle, LifecycleError> {
        let genesis = Event::Genesis(Genesis {
            origin: "log".to_owned(),
            log_key: key(9).verifier().to_string(),
            parties: Vec::new(),
            software: "test".to_owned(),
        });
        let mut state = Lifecycle::new();
        for event in std::iter::once(&genesis).chain(events) {
            let entry = Entry { at: Timestamp::from_millis(0), event: event.clone() };
            state.apply(&Step::of(&entry)?)?;
        }
        Ok(state)
    }

    #[test]
    fn only_who_is_pinned_signs_and_pins_are_replaced_by_their_own_word() {
        type History = Vec<Event>;
        let cases: Vec<(&str, History, Option<&str>)> = vec![
            ("a ledger from before officers were pinned", vec![adopted("a", 1), adopted("b", 2)], None),
            ("pinned afterwards", vec![adopted("a", 7), first(&[1, 2]), adopted("b", 2)], None),
            ("a stranger", vec![first(&[1, 2]), adopted("a", 3)], Some("not pinned for him")),
            ("nobody", vec![first(&[]), adopted("a", 1)], Some("not pinned for him")),
            (
                "two of them name a third",
                vec![first(&[1, 2]), instead(&[1, 2, 3], &[1, 2], &[1, 2]), adopted("a", 3)],
                None,
            ),
            (
                "two of three dismiss one",
                vec![first(&[1, 2, 3]), instead(&[1, 2], &[1, 2, 3], &[1, 2]), adopted("a", 3)],
                Some("not pinned for him"),
            ),
            (
                "one of two is not enough",
                vec![first(&[1, 2]), instead(&[1, 3], &[1, 2], &[1])],
                Some("the word of 1 of those before them, and it takes 2"),
            ),
            (
                "one and a stranger",
                vec![first(&[1, 2]), instead(&[1, 3], &[1, 2], &[1, 3])],
                Some("it takes 2"),
            ),
            ("the one there is", vec![first(&[1]), instead(&[1, 2], &[1], &[1]), adopted("a", 2)], None),
            ("nobody's word", vec![first(&[1, 2]), first(&[3, 4])], Some("the word of 0")),
            (
                "for other officers",
                vec![first(&[1, 2]), {
                    let Event::DesignationOfficers(mut event) = instead(&[1, 2, 3], &[1, 2], &[1, 2]) else {
                        panic!()
                    };
                    event.officers = officers(&[1, 2, 4]);
                    Event::DesignationOfficers(event)
                }],
                Some("the word of 0"),
            ),
            (
                "a list that was replaced comes back",
                vec![
                    first(&[1, 2, 3]),
                    instead(&[1, 2], &[1, 2, 3], &[1, 2]),
                    instead(&[1, 2, 4], &[1, 2], &[1, 2]),
                    instead(&[1, 2], &[1, 2, 3], &[1, 2]),
                ],
                Some("the word of 0"),
            ),
            (
                "one key under two names",
                vec![Event::DesignationOfficers(DesignationOfficers {
                    officers: vec![
                        officer(1),
                        DesignationSigner { officer: "other".to_owned(), ..officer(1) },
                    ],
                    statement: None,
                })],
                Some("given twice"),
            ),
            (
                "a key succeeded by the old one's word",
                vec![first(&[1, 2]), rotated(5, 1), {
                    let Event::DesignationAdopted(mut event) = adopted("a", 5) else { panic!() };
                    event.signers[0].officer = "o1".to_owned();
                    Event::DesignationAdopted(event)
                }],
                None,
            ),
            (
                "the old key after that",
                vec![first(&[1, 2]), rotated(5, 1), adopted("a", 1)],
                Some("not pinned for him"),
            ),
            ("a rotation by somebody else", vec![first(&[1, 2]), rotated(5, 2)], Some("not its current key")),
            ("to the key of another officer", vec![first(&[1, 2]), rotated(2, 1)], Some("given twice")),
            ("of an officer whom nobody pinned", vec![rotated(5, 1)], Some("not its current key")),
        ];
        for (what, history, refused) in cases {
            match (after(&history), refused) {
                (Ok(_), None) => {}
                (Err(error), Some(words)) => assert!(error.to_string().contains(words), "{what}: {error}"),
                (other, _) => panic!("{what}: {other:?}"),
            }
        }
    }

    #[test]
    fn what_is_pinned_is_known_after_it() {
        let state = after(&[first(&[1, 2]), rotated(5, 1)]).unwrap();
        let rotated = DesignationSigner { officer: "o1".to_owned(), ..officer(5) };
        assert_eq!(state.designation_officers, Some(vec![rotated, officer(2)]));
        assert_eq!(after(&[]).unwrap().designation_officers, None);
    }

    #[test]
    fn officers_may_be_pinned_in_the_group_that_adopts_what_they_signed() {
        let mut state = after(&[]).unwrap();
        let step = |event| Step::of(&Entry { at: Timestamp::from_millis(0), event }).unwrap();
        let [pin, good, bad] = [first(&[1]), adopted("a", 1), adopted("b", 2)].map(step);
        assert!(state.apply_all(&[pin.clone(), bad]).is_err());
        assert!(state.apply_all(&[pin, good]).is_ok());
    }
}
