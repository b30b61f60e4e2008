//! Golden files for each kind, and what is not an entry.

use super::*;
use crate::{Digest, SigningKey};

fn entry(event: Event) -> Entry {
    Entry { at: "2026-03-05T09:30:00.000Z".parse().unwrap(), event }
}

fn target() -> Target {
    Target {
        provider: "sample-provider".into(),
        maker: "sample-maker".into(),
        host: "sample-host".into(),
        operator: "sample-operator".into(),
        model: "sample-model-1".into(),
    }
}

const PRESUMED: &str =
    r#""presumed":[{"fact":"volume=targeted"},{"agreement":"sample-logistics","fact":"source=public"}]"#;

fn decided() -> Decided {
    Decided {
        decision: DecisionId::from_bytes([0xab; 16]),
        program: "sample-program".into(),
        key: "k1".into(),
        route: "sample-model".into(),
        endpoint: "chat_completions".into(),
        target: target().into(),
        facts: RecordedFacts {
            caller: "purpose=logistics.supply".into(),
            program: "agency=\"Example Agency\"".into(),
            gateway: "opaque_parts=0".into(),
            evidence: vec!["subject=us_person".into()],
            approvals: vec!["customer/release-authority".into()],
        },
        presumed: vec![
            Presumed { agreement: None, fact: "volume=targeted".into() },
            Presumed { agreement: Some("sample-logistics".into()), fact: "source=public".into() },
        ],
        ruling: Ruling::Hold,
        roles: vec!["customer/release-authority".into()],
        grounds: vec![Cited { agreement: "sample-logistics".into(), clause: "4.2".into() }],
        terms: Digest::of(b"terms"),
        facts_digest: Digest::of(b"facts"),
        body: Commitment::to(CommittedPart::Request, &Salt::from_bytes([7; 32]), b"body"),
        body_bytes: 4,
        hold: Some(HoldId::of(DecisionId::from_bytes([0xab; 16]))),
        hold_until: None,
        monitored: vec![Monitored {
            monitor: "next-terms".into(),
            ruling: Ruling::Deny,
            grounds: vec![Cited { agreement: "sample-logistics".into(), clause: "4.3".into() }],
            terms: Digest::of(b"drafted terms"),
        }],
        designations: Vec::new(),
        parent: None,
        judged: Vec::new(),
        found: None,
    }
}

fn monitors() -> Event {
    let suspension = Suspension {
        agreement: "sample-logistics".into(),
        version: "2".into(),
        digest: Digest::of(b"agreement"),
        clause: "4.2".into(),
        until: "2026-06-01T00:00:00.000Z".parse().unwrap(),
    };
    let vendor = SigningKey::from_seed("vendor.example", &[3; 32]).unwrap();
    let bound =
        |stack: &[u8]| vec![MonitoredProgram { program: "sample-program".into(), stack: Digest::of(stack) }];
    let draft = Monitor {
        monitor: "next-terms".into(),
        agreement: "sample-logistics".into(),
        version: "3".into(),
        digest: Digest::of(b"draft"),
        suspended: None,
        programs: bound(b"drafted terms"),
    };
    let statement = suspension.sign(&vendor, None).unwrap();
    let Suspension { agreement, version, digest, clause, until } = suspension;
    let without = vec![Cited { agreement: agreement.clone(), clause: clause.clone() }];
    let suspended = Some(Suspended { clause, until, parties: vec!["vendor".into()], statement });
    let programs = bound(b"stack");
    let clause = Monitor { monitor: "bulk".into(), agreement, version, digest, suspended, programs };
    let relaxed =
        Relaxed { program: "sample-program".into(), until, without, stack: Digest::of(b"without 4.2") };
    Event::MonitorsSet(MonitorsSet {
        monitors: vec![draft, clause],
        relaxed: vec![relaxed],
        detectors: Vec::new(),
    })
}

fn about_holds() -> Vec<Event> {
    let officer = SigningKey::from_seed("officer.example", &[4; 32]).unwrap();
    let (hold, held) = (HoldId::of(DecisionId::from_bytes([0xab; 16])), Digest::of(b"entry"));
    let roles = vec!["customer/release-authority".to_owned()];
    let until: crate::Timestamp = "2026-03-05T10:30:00.000Z".parse().unwrap();
    let key = officer.verifier().to_string();
    let signed = |until| HoldAnswer { hold, held, roles: roles.clone(), until }.sign(&officer).unwrap();
    vec![
        Event::OfficersAppointed(OfficersAppointed {
            officers: vec![Appointed {
                officer: "release".into(),
                roles: roles.clone(),
                key: key.clone(),
                programs: vec!["sample-program".into()],
            }],
            two_person: true,
            appointments: Vec::new(),
            signatures: None,
        }),
        Event::Approved(Approved {
            hold,
            held,
            officer: "release".into(),
            roles: roles.clone(),
            until,
            key: key.clone(),
            statement: signed(Some(until)),
        }),
        Event::Refused(Refused {
            hold,
            held,
            officer: "release".into(),
            roles: roles.clone(),
            key: key.clone(),
            statement: signed(None),
        }),
        Event::Expired(Expired { hold }),
        Event::Erased(Erased { hold }),
    ]
}

fn officers() -> DesignationOfficers {
    let former = designated().signers;
    let mut officers = former.clone();
    let third = SigningKey::from_seed("officer.example", &[7; 32]).unwrap();
    officers.push(DesignationSigner { officer: "third".into(), key: third.verifier().to_string() });
    let note = [5, 6].iter().fold(None, |note: Option<String>, seed| {
        let key = SigningKey::from_seed("officer.example", &[*seed; 32]).unwrap();
        Some(DesignationOfficers::sign(&officers, &former, &key, note.as_deref()).unwrap())
    });
    DesignationOfficers { officers, statement: note }
}

fn designated() -> DesignationAdopted {
    let officers = [5, 6].map(|seed| SigningKey::from_seed("officer.example", &[seed; 32]).unwrap());
    let digest = Digest::of(b"record");
    let statement = crate::Statement { id: "back of example-order".into(), version: "1".into(), digest };
    let note = crate::sign_statement(crate::Domain::Designation, &officers[0], &statement).unwrap();
    let note = crate::cosign_statement(crate::Domain::Designation, &officers[1], &note, &statement).unwrap();
    let signer = |officer: &str, key: &SigningKey| DesignationSigner {
        officer: officer.into(),
        key: key.verifier().to_string(),
    };
    DesignationAdopted {
        record: statement.id,
        version: statement.version,
        digest,
        confidence: "secondary".into(),
        loosens: vec!["the event `back` rescinds `example-order`".into()],
        signers: vec![signer("first", &officers[0]), signer("second", &officers[1])],
        statement: Some(note),
        signatures: SignatureRule::Required,
    }
}

#[test]
fn a_record_is_adopted_under_the_names_that_it_takes() {
    let good = designated();
    assert_eq!(good.verify(), Ok(()));
    type Change = fn(&mut DesignationAdopted);
    let bad: [(&str, Change); 6] = [
        ("one of two", |one| drop(one.signers.pop())),
        ("one officer under two names", |one| one.signers[1].key = one.signers[0].key.clone()),
        ("another text", |one| one.digest = Digest::of(b"another")),
        ("another version", |one| one.version = "2".into()),
        ("no note", |one| one.statement = None),
        ("a key that signed nothing", |one| {
            let stranger = SigningKey::from_seed("officer.example", &[9; 32]).unwrap();
            one.signers[1].key = stranger.verifier().to_string();
        }),
    ];
    for (what, change) in bad {
        let mut changed = good.clone();
        change(&mut changed);
        assert!(changed.verify().is_err(), "{what}");
        // Where signatures are optional too few of them count, and a wrong one doesn't.
        changed.signatures = SignatureRule::Optional;
        let only_too_few = ["one of two", "one officer under two names"].contains(&what);
        assert_eq!(changed.verify().is_ok(), only_too_few, "{what}");
    }
    let adds = DesignationAdopted { loosens: Vec::new(), signers: good.signers[..1].to_vec(), ..good };
    assert_eq!(adds.verify(), Ok(()), "adding takes one");
}

fn every_kind() -> Vec<Entry> {
    let (old, new) = (
        SigningKey::from_seed("log.example", &[1; 32]).unwrap(),
        SigningKey::from_seed("log.example", &[2; 32]).unwrap(),
    );
    let vendor = SigningKey::from_seed("vendor.example", &[3; 32]).unwrap();
    let decision = DecisionId::from_bytes([0xab; 16]);
    let events = vec![
        Event::Genesis(Genesis {
            origin: "log.example".into(),
            log_key: old.verifier().to_string(),
            parties: vec![PinnedKey { party: "vendor".into(), key: vendor.verifier().to_string() }],
            software: "carveout 0.1.0".into(),
        }),
        Event::TermsAdopted(TermsAdopted {
            stack: Digest::of(b"stack"),
            vocabulary: Digest::of(b"vocabulary"),
            agreements: vec![Adopted {
                agreement: "sample-logistics".into(),
                version: "2".into(),
                role: "grant".into(),
                digest: Digest::of(b"agreement"),
                signers: vec!["vendor".into(), "customer".into()],
            }],
            programs: vec![ProgramDigest {
                program: "sample-program".into(),
                digest: Digest::of(b"program"),
                stack: Digest::of(b"stack"),
            }],
            signatures: SignatureRule::Required,
        }),
        Event::DesignationAdopted(designated()),
        Event::DesignationOfficers(officers()),
        Event::Decided(decided()),
        Event::Attempted(Attempted { decision, attempt: 1, target: target().into() }),
        Event::Settled(Settled {
            decision,
            attempt: 1,
            outcome: Outcome::ProviderCut,
            status: Some(200),
            provider_request: Some("request-1".into()),
            usage: Some(Usage { input_tokens: 12, output_tokens: 34 }),
            response: Some(Commitment::to(CommittedPart::Response, &Salt::from_bytes([7; 32]), b"response")),
            response_bytes: 8,
            judged_bytes: Some(6),
            released_bytes: 6,
            grounds: vec![Cited { agreement: "sample-logistics".into(), clause: "4.2".into() }],
            calls: Some(Calls { released: 1, denied: 0, held: 2, unreadable: 0 }),
        }),
        Event::Interrupted(Interrupted { decision, attempt: 1, reason: "the gateway was restarted".into() }),
        Event::KeyRotated(KeyRotated::signed("log", &old, &new.verifier()).unwrap()),
        Event::EvidenceKept(EvidenceKept {
            decision: Some(decision),
            snapshot: false,
            record: 7,
            digest: Digest::of(b"seven"),
        }),
        Event::EvidenceLost(EvidenceLost {
            base: 8,
            found: "records 1 to 7 of the evidence are not there".into(),
            reason: "the disk burnt".into(),
        }),
        Event::JudgeAsked(JudgeAsked {
            question: QuestionId::from_bytes([0xcd; 16]),
            program: "sample-program".into(),
            key: "k1".into(),
            agreement: "sample-logistics".into(),
            clause: "4.2".into(),
            provider: "guardian".into(),
            model: "judge-1".into(),
            body: Commitment::to(CommittedPart::Question, &Salt::from_bytes([7; 32]), b"question"),
            body_bytes: 8,
            parent: Some(decision),
        }),
        Event::JudgeAnswered(JudgeAnswered {
            provider_request: Some("chatcmpl-1".into()),
            ..JudgeAnswered::without(QuestionId::from_bytes([0xcd; 16]), "it did not answer in time".into())
        }),
    ];
    let events = events.into_iter().chain(about_holds()).chain([monitors()]);
    events.map(entry).collect()
}

#[test]
fn each_kind_is_written_as_its_golden_file_and_read_back() {
    let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    for entry in every_kind() {
        let path = directory.join(format!("{}.json", entry.event.kind()));
        let golden = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let bytes = entry.encode().unwrap();
        assert_eq!(String::from_utf8(bytes.clone()).unwrap(), String::from_utf8(golden).unwrap().trim_end());
        assert_eq!(Entry::parse(&bytes), Ok(entry));
    }
}

/// A ledger from before detectors could be monitored: what was recorded then is read, and spelt as it was.
#[test]
fn what_was_recorded_before_detectors_were_monitored_is_read_as_it_was_written() {
    for event in [Event::Decided(decided()), monitors()] {
        let bytes = entry(event.clone()).encode().unwrap();
        let written = String::from_utf8(bytes.clone()).unwrap();
        assert!(!written.contains("\"found\"") && !written.contains("\"detectors\""), "{written}");
        assert_eq!(Entry::parse(&bytes).unwrap().event, event);
    }
    let found = Found { gateway: "identifiers=(plate)".into(), evidence: vec!["subject=unknown".into()] };
    let event = Event::Decided(Decided { found: Some(found), ..decided() });
    let bytes = entry(event.clone()).encode().unwrap();
    assert!(
        String::from_utf8(bytes.clone())
            .unwrap()
            .contains(r#""found":{"gateway":"identifiers=(plate)","evidence":["subject=unknown"]}"#)
    );
    assert_eq!(Entry::parse(&bytes).unwrap().event, event);
}

/// A ledger from before the provider's id of a question was recorded.
#[test]
fn an_end_of_a_question_without_the_providers_id_is_read_as_it_was_written() {
    let answered = JudgeAnswered::without(QuestionId::from_bytes([0xcd; 16]), "it was down".into());
    let bytes = entry(Event::JudgeAnswered(answered.clone())).encode().unwrap();
    assert!(!String::from_utf8(bytes.clone()).unwrap().contains("provider_request"));
    assert_eq!(Entry::parse(&bytes).unwrap().event, Event::JudgeAnswered(answered));
}

/// A ledger from before questions were recorded: its decisions name none, and are read and spelt as they were.
#[test]
fn a_verdict_from_before_questions_were_recorded_is_read_as_it_was_written() {
    let judged = Judged {
        agreement: "sample-logistics".into(),
        clause: "4.2".into(),
        provider: "guardian".into(),
        model: "judge-1".into(),
        verdict: "complies".into(),
        cached: false,
        question: None,
    };
    let bytes =
        entry(Event::Decided(Decided { judged: vec![judged.clone()], ..decided() })).encode().unwrap();
    let old = r#""judged":[{"agreement":"sample-logistics","clause":"4.2","provider":"guardian","model":"judge-1","verdict":"complies","cached":false}]"#;
    assert!(String::from_utf8(bytes.clone()).unwrap().contains(old));
    let Event::Decided(read) = Entry::parse(&bytes).unwrap().event else { panic!("not decided") };
    assert_eq!(read.judged, [judged]);
}

#[test]
fn what_is_not_an_entry_is_refused() {
    let good = String::from_utf8(entry(Event::Decided(decided())).encode().unwrap()).unwrap();
    assert!(Entry::parse(good.as_bytes()).is_ok());
    let change = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replacen(from, to, 1)
    };
    for (what, bad) in [
        ("nothing", String::new()),
        ("an array", "[]".into()),
        ("more after it", format!("{good}{good}")),
        ("a byte order mark", format!("\u{feff}{good}")),
        ("a space", change(":1,", ": 1,")),
        ("a newline at the end", format!("{good}\n")),
        ("another version", change("\"v\":1", "\"v\":2")),
        ("a fractional version", change("\"v\":1", "\"v\":1.0")),
        ("another kind", change("\"decided\"", "\"undecided\"")),
        ("a kind with other content", change("\"decided\"", "\"attempted\"")),
        ("a duplicate member", change("\"v\":1", "\"v\":1,\"v\":1")),
        (
            "a duplicate member of the event",
            change("\"program\":\"sample-program\"", "\"program\":\"a\",\"program\":\"sample-program\""),
        ),
        (
            "a duplicate spelt with an escape",
            change(
                "\"program\":\"sample-program\"",
                "\"program\":\"sample-program\",\"progra\\u006d\":\"x\"",
            ),
        ),
        ("an unknown member", change("\"v\":1", "\"v\":1,\"x\":1")),
        ("an unknown member of the event", change("\"route\"", "\"detour\":1,\"route\"")),
        ("an unknown member deeper", change("\"maker\"", "\"taker\":1,\"maker\"")),
        ("a member in another case", change("\"program\"", "\"Program\"")),
        ("a missing member", change("\"program\":\"sample-program\",", "")),
        ("members in another order", change("\"v\":1,\"kind\":\"decided\"", "\"kind\":\"decided\",\"v\":1")),
        ("an escape that is not needed", change("sample-program", "sample\\u002dprogram")),
        (
            "null for an absent member",
            change("\"hold\":\"hold-abababababababababababababababab\"", "\"hold\":null"),
        ),
        ("an empty list for an absent one", change(PRESUMED, "\"presumed\":[]")),
        ("another spelling of the time", change(".000Z", "Z")),
        ("a digest in capitals", change("sha256:", "SHA256:")),
        ("a negative length", change("\"body_bytes\":4", "\"body_bytes\":-4")),
        ("a length in exponents", change("\"body_bytes\":4", "\"body_bytes\":4e0")),
        ("a lone surrogate", change("sample-program", "\\ud800")),
    ] {
        assert!(Entry::parse(bad.as_bytes()).is_err(), "{what}");
    }
    assert!(Entry::parse(&[b"\xff".as_slice(), good.as_bytes()].concat()).is_err(), "not UTF-8");
    assert!(Entry::parse("[".repeat(60_000).as_bytes()).is_err(), "deep nesting");
}

#[test]
fn an_entry_has_at_most_65_535_bytes() {
    let long = |length: usize| {
        let mut event = decided();
        event.facts.caller = "x".repeat(length);
        entry(Event::Decided(event))
    };
    let room = MOST_ENTRY_BYTES - long(0).encode().unwrap().len();
    assert_eq!(long(room).encode().unwrap().len(), 65_535);
    assert!(Entry::parse(&long(room).encode().unwrap()).is_ok());
    assert_eq!(long(room + 1).encode(), Err(EntryError::TooLong(65_536)));
    assert_eq!(Entry::parse(&vec![b' '; 65_536]), Err(EntryError::TooLong(65_536)));
}

#[test]
fn a_rotation_holds_only_by_the_old_keys_word() {
    let (old, new) = (
        SigningKey::from_seed("log.example", &[1; 32]).unwrap(),
        SigningKey::from_seed("log.example", &[2; 32]).unwrap(),
    );
    let rotation = KeyRotated::signed("log", &old, &new.verifier()).unwrap();
    assert_eq!(rotation.verify(), Ok(()));
    let usurped = KeyRotated::signed("log", &new, &new.verifier()).unwrap();
    for wrong in [
        KeyRotated { statement: usurped.statement, ..rotation.clone() },
        KeyRotated { subject: "vendor".into(), ..rotation.clone() },
        KeyRotated { new: old.verifier().to_string(), ..rotation.clone() },
        KeyRotated { old: new.verifier().to_string(), ..rotation },
    ] {
        assert!(wrong.verify().is_err(), "{wrong:?}");
    }
}
