//! Who may answer holds, and whether their parties have said so.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::HoldError;
use crate::{Appointed, Appointment, OfficersAppointed, PinnedKey, SignatureRule, Timestamp, VerifierKey};

/// The officers in office.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Roster {
    officers: Vec<Appointed>,
    two_person: bool,
    /// When each party last signed for its officers.
    since: BTreeMap<String, Timestamp>,
}

impl Roster {
    /// The roster after an appointment: what is signed is signed by the party's pinned key, not older than what it signed
    /// before, and, where signatures are required, nobody speaks in a role of a party that has not signed.
    pub(super) fn next(
        &self,
        appointed: &OfficersAppointed,
        at: Timestamp,
        parties: &[PinnedKey],
    ) -> Result<Self, HoldError> {
        let mut since = self.since.clone();
        for appointment in &appointed.appointments {
            let fault = |why: String| HoldError::Unappointed { party: appointment.party.clone(), why };
            signed(appointed, appointment, parties).map_err(fault)?;
            if appointment.since > at {
                return Err(fault(format!("it signed as of {}, and it is {at}", appointment.since)));
            }
            let before = since.insert(appointment.party.clone(), appointment.since);
            if let Some(before) = before.filter(|before| *before > appointment.since) {
                return Err(fault(format!(
                    "it signed as of {}, and others as of {before}: the older word doesn't come back",
                    appointment.since
                )));
            }
        }
        let signed = |party: &&str| appointed.appointments.iter().any(|one| one.party == **party);
        let unsigned = appointed.parties().into_iter().find(|party| !signed(party));
        match unsigned.filter(|_| appointed.signatures == Some(SignatureRule::Required)) {
            Some(party) => Err(HoldError::Unappointed {
                party: party.to_owned(),
                why: "its signature is missing".to_owned(),
            }),
            None => {
                let OfficersAppointed { officers, two_person, .. } = appointed.clone();
                Ok(Self { officers, two_person, since })
            }
        }
    }

    /// The officer with this id and key.
    pub(super) fn officer(&self, id: &str, key: &str) -> Option<&Appointed> {
        self.officers.iter().find(|officer| officer.officer == id && officer.key == key)
    }

    /// Whether the two-person rule keeps an officer from answering for a program.
    pub(super) fn asks_himself(&self, officer: &Appointed, program: &str) -> bool {
        self.two_person && officer.programs.iter().any(|own| own == program)
    }
}

fn signed(
    appointed: &OfficersAppointed,
    appointment: &Appointment,
    parties: &[PinnedKey],
) -> Result<(), String> {
    let pinned = parties.iter().find(|pin| pin.party == appointment.party);
    let pinned = pinned.ok_or_else(|| "no key is pinned for it".to_owned())?;
    let key: VerifierKey = pinned.key.parse().map_err(|error: crate::KeyError| error.to_string())?;
    appointed.verify(appointment, &key).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SigningKey;

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_seed(&format!("party.example/{seed}"), &[seed; 32]).unwrap()
    }

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_millis(minute * 60_000)
    }

    fn pins() -> Vec<PinnedKey> {
        let pin =
            |party: &str, seed| PinnedKey { party: party.into(), key: key(seed).verifier().to_string() };
        vec![pin("customer", 1), pin("vendor", 2)]
    }

    fn roster() -> OfficersAppointed {
        let officer = |id: &str, roles: &[&str]| Appointed {
            officer: id.into(),
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
            key: key(9).verifier().to_string(),
            programs: Vec::new(),
        };
        OfficersAppointed {
            officers: vec![
                officer("b", &["vendor/safety", "customer/release"]),
                officer("a", &["customer/duty"]),
            ],
            two_person: true,
            appointments: Vec::new(),
            signatures: Some(SignatureRule::Required),
        }
    }

    fn signed_by(roster: &OfficersAppointed, minute: i64) -> OfficersAppointed {
        let sign = |party: &str, seed| roster.sign(party, at(minute), &key(seed)).unwrap();
        OfficersAppointed { appointments: vec![sign("customer", 1), sign("vendor", 2)], ..roster.clone() }
    }

    #[test]
    fn each_party_signs_for_the_officers_in_its_own_roles() {
        let good = signed_by(&roster(), 1);
        assert!(Roster::default().next(&good, at(1), &pins()).is_ok());
        let mut other_order = good.clone();
        other_order.officers.reverse();
        assert!(Roster::default().next(&other_order, at(1), &pins()).is_ok());
        // What concerns the other party's roles only leaves a signature as it is.
        let mut more = good.clone();
        more.officers[0].roles.push("vendor/other".into());
        let refused = Roster::default().next(&more, at(1), &pins()).unwrap_err();
        assert!(matches!(refused, HoldError::Unappointed { party, .. } if party == "vendor"));
    }

    #[test]
    fn what_no_party_signed_appoints_nobody() {
        type Change = fn(&mut OfficersAppointed);
        let changes: [(&str, Change); 9] = [
            ("another key for an officer", |it| it.officers[1].key = key(8).verifier().to_string()),
            ("another officer", |it| it.officers[1].officer = "c".into()),
            ("another role", |it| it.officers[1].roles = vec!["customer/release".into()]),
            ("an officer more", |it| {
                it.officers.push(Appointed { officer: "c".into(), ..it.officers[1].clone() })
            }),
            ("a program less", |it| it.officers[1].programs = vec!["depot".into()]),
            ("without the two-person rule", |it| it.two_person = false),
            ("as of another time", |it| it.appointments[0].since = at(0)),
            ("without a signature", |it| drop(it.appointments.remove(0))),
            ("as another party", |it| it.appointments[0].party = "vendor".into()),
        ];
        for (what, change) in changes {
            let mut forged = signed_by(&roster(), 1);
            change(&mut forged);
            let refused = Roster::default().next(&forged, at(1), &pins());
            assert!(matches!(refused, Err(HoldError::Unappointed { .. })), "{what}: {refused:?}");
        }
        assert!(
            Roster::default().next(&signed_by(&roster(), 1), at(1), &pins()[..1]).is_err(),
            "no pinned key"
        );
        assert!(Roster::default().next(&signed_by(&roster(), 2), at(1), &pins()).is_err(), "from the future");
        let optional = OfficersAppointed { signatures: None, ..roster() };
        assert!(Roster::default().next(&optional, at(1), &pins()).is_ok(), "while terms are drafted");
    }

    #[test]
    fn an_older_word_of_a_party_does_not_come_back() {
        let newer = Roster::default().next(&signed_by(&roster(), 2), at(2), &pins()).unwrap();
        let dismissed = OfficersAppointed { officers: Vec::new(), ..roster() };
        let dismissed = newer.next(&signed_by(&dismissed, 3), at(3), &pins()).unwrap();
        assert!(dismissed.officers.is_empty());
        assert!(dismissed.next(&signed_by(&roster(), 2), at(4), &pins()).is_err());
        assert!(dismissed.next(&signed_by(&roster(), 4), at(4), &pins()).is_ok());
    }
}
