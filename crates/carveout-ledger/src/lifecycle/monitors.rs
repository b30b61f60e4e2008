//! A clause in force is only monitored by the word of every party, and for a time that ends.

use crate::{Monitor, MonitoredDetector, MonitorsSet, PinnedKey, Relaxed, StatementError, VerifierKey};

/// What is wrong, and with which monitor or program.
pub(super) type Fault = (String, String);

/// Succeeds if each suspended clause is signed for by all the parties that are named, by their pinned keys, and programs
/// are decided without no other clause, and for no longer.
pub(super) fn check(set: &MonitorsSet, pins: &[PinnedKey]) -> Result<(), Fault> {
    for monitor in &set.monitors {
        signed(monitor, pins).map_err(|why| (monitor.monitor.clone(), why))?;
    }
    for monitor in &set.detectors {
        agreed(monitor, pins).map_err(|why| (monitor.monitor.clone(), why))?;
    }
    set.relaxed.iter().try_for_each(|relaxed| {
        suspended(relaxed, &set.monitors).map_err(|why| (relaxed.program.clone(), why))
    })
}

fn signed(monitor: &Monitor, pins: &[PinnedKey]) -> Result<(), String> {
    let (Some(suspended), Some(suspension)) = (&monitor.suspended, monitor.suspension()) else {
        return Ok(());
    };
    by_all(&suspended.parties, pins, |key| suspension.verify(&suspended.statement, key))
}

/// A detector is only monitored by the word of every party of every text that is named, over all of those texts.
fn agreed(monitor: &MonitoredDetector, pins: &[PinnedKey]) -> Result<(), String> {
    if monitor.agreements.is_empty() {
        return Err("no agreement is named whose parties agree".to_owned());
    }
    let suspension = monitor.suspension();
    monitor.agreements.iter().try_for_each(|text| {
        by_all(&text.parties, pins, |key| suspension.verify(&monitor.statement, key))
            .map_err(|why| format!("under `{}`: {why}", text.agreement))
    })
}

fn by_all(
    parties: &[String],
    pins: &[PinnedKey],
    verify: impl Fn(&VerifierKey) -> Result<(), StatementError>,
) -> Result<(), String> {
    if parties.is_empty() {
        return Err("no party is named that agrees".to_owned());
    }
    parties.iter().try_for_each(|party| {
        let pin = pins.iter().find(|pin| pin.party == *party);
        let pin = pin.ok_or_else(|| format!("no key is pinned for `{party}`"))?;
        let key: VerifierKey = pin.key.parse().map_err(|error: crate::KeyError| error.to_string())?;
        verify(&key).map_err(|error| format!("`{party}` has not agreed: {error}"))
    })
}

fn suspended(relaxed: &Relaxed, monitors: &[Monitor]) -> Result<(), String> {
    relaxed.without.iter().try_for_each(|cited| {
        let covers = |monitor: &Monitor| {
            let suspended = monitor.suspended.as_ref();
            monitor.agreement == cited.agreement
                && monitor.programs.iter().any(|bound| bound.program == relaxed.program)
                && suspended.is_some_and(|it| it.clause == cited.clause && relaxed.until <= it.until)
        };
        match monitors.iter().any(covers) {
            true => Ok(()),
            false => Err(format!(
                "clause {} of `{}` is left out until {}, and no monitor covers that",
                cited.clause, cited.agreement, relaxed.until
            )),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        AgreedText, Cited, DetectorSuspension, Digest, MonitoredProgram, SigningKey, Suspended, Suspension,
        Timestamp,
    };

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

    /// Clause 3.3 suspended until minute 60, signed by both parties.
    fn set() -> MonitorsSet {
        let suspension = Suspension {
            agreement: "terms".into(),
            version: "1".into(),
            digest: Digest::of(b"text"),
            clause: "3.3".into(),
            until: at(60),
        };
        let note = suspension.sign(&key(1), None).unwrap();
        let statement = suspension.sign(&key(2), Some(&note)).unwrap();
        let Suspension { agreement, version, digest, clause, until } = suspension;
        let parties = vec!["vendor".into(), "customer".into()];
        let stack = Digest::of(b"stack");
        let without = vec![Cited { agreement: agreement.clone(), clause: clause.clone() }];
        MonitorsSet {
            monitors: vec![Monitor {
                monitor: "bulk".into(),
                agreement,
                version,
                digest,
                suspended: Some(Suspended { clause, until, parties, statement }),
                programs: vec![MonitoredProgram { program: "depot".into(), stack }],
            }],
            relaxed: vec![Relaxed { program: "depot".into(), until, without, stack }],
            detectors: Vec::new(),
        }
    }

    /// A detector, agreed on by the parties of two texts.
    fn detector() -> MonitoredDetector {
        let text = |name: &str, parties: &[&str]| AgreedText {
            agreement: name.into(),
            version: "1".into(),
            digest: Digest::of(name.as_bytes()),
            parties: parties.iter().map(|party| (*party).to_owned()).collect(),
        };
        let agreements = vec![text("house-rules", &["customer"]), text("terms", &["vendor", "customer"])];
        let suspension =
            DetectorSuspension { detector: "identifiers.plate".into(), until: at(60), agreements };
        let note = suspension.sign(&key(1), None).unwrap();
        let statement = suspension.sign(&key(2), Some(&note)).unwrap();
        let DetectorSuspension { detector, until, agreements } = suspension;
        let programs = vec![MonitoredProgram { program: "depot".into(), stack: Digest::of(b"stack") }];
        MonitoredDetector { monitor: "plates".into(), detector, until, agreements, statement, programs }
    }

    #[test]
    fn a_detector_is_only_monitored_by_the_word_of_every_party_of_every_text_and_for_their_time() {
        let check = |detector: MonitoredDetector, pins: &[PinnedKey]| {
            check(&MonitorsSet { detectors: vec![detector], ..MonitorsSet::default() }, pins)
        };
        assert_eq!(check(detector(), &pins()), Ok(()));
        type Change = fn(&mut MonitoredDetector);
        let changes: [(&str, Change); 8] = [
            ("for longer", |it| it.until = at(61)),
            ("another detector", |it| it.detector = "identifiers.email".into()),
            ("under no text", |it| it.agreements.clear()),
            ("under fewer texts", |it| it.agreements.truncate(1)),
            ("under another text", |it| it.agreements[0].digest = Digest::of(b"other")),
            ("under another version", |it| it.agreements[0].version = "2".into()),
            ("with another party's signature missing", |it| it.agreements[0].parties.push("auditor".into())),
            ("by nobody", |it| it.agreements[0].parties.clear()),
        ];
        for (what, change) in changes {
            let mut forged = detector();
            change(&mut forged);
            assert!(check(forged, &pins()).is_err(), "{what}");
        }
        assert!(check(detector(), &pins()[..1]).is_err(), "one party alone");
        // What was signed for a clause is no word on a detector.
        let mut of_a_clause = detector();
        of_a_clause.statement = set().monitors[0].suspended.as_ref().unwrap().statement.clone();
        assert!(check(of_a_clause, &pins()).is_err());
    }

    #[test]
    fn a_clause_is_only_monitored_by_the_word_of_every_party_and_for_their_time() {
        assert_eq!(check(&set(), &pins()), Ok(()));
        type Change = fn(&mut Suspended);
        let changes: [(&str, Change); 5] = [
            ("for longer", |it| it.until = at(61)),
            ("of another clause", |it| it.clause = "3.4".into()),
            ("with another party's signature missing", |it| it.parties.push("auditor".into())),
            ("by nobody", |it| it.parties.clear()),
            ("by a statement of something else", |it| it.statement = it.statement.replace("3.3", "3.4")),
        ];
        for (what, change) in changes {
            let mut forged = set();
            forged.monitors[0].suspended.iter_mut().for_each(change);
            forged.relaxed.clear();
            assert!(check(&forged, &pins()).is_err(), "{what}");
        }
        let mut another_text = set();
        another_text.monitors[0].digest = Digest::of(b"other");
        assert!(check(&another_text, &pins()).is_err());
        assert!(check(&set(), &pins()[..1]).is_err(), "one party alone");
    }

    #[test]
    fn programs_are_decided_without_no_other_clause() {
        type Change = fn(&mut Relaxed);
        let changes: [(&str, Change); 3] = [
            ("for longer", |it| it.until = at(61)),
            ("for another program", |it| it.program = "other".into()),
            ("without another clause too", |it| {
                it.without.push(Cited { agreement: "terms".into(), clause: "3.4".into() });
            }),
        ];
        for (what, change) in changes {
            let mut forged = set();
            forged.relaxed.iter_mut().for_each(change);
            assert!(check(&forged, &pins()).is_err(), "{what}");
        }
        let mut shorter = set();
        shorter.relaxed[0].until = at(30);
        assert_eq!(check(&shorter, &pins()), Ok(()));
    }
}
