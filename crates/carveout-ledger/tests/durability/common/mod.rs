//! Entries and ledgers for tests, all plainly samples.

pub(crate) mod disk;

use carveout_ledger::*;

pub(crate) const ORIGIN: &str = "sample.example/ledger";

pub(crate) fn key() -> SigningKey {
    SigningKey::from_seed(ORIGIN, &[1; 32]).unwrap()
}

pub(crate) fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(1_772_703_000_000 + millis)
}

pub(crate) fn genesis() -> Entry {
    let party = SigningKey::from_seed("vendor.example", &[2; 32]).unwrap();
    let genesis = Genesis {
        origin: ORIGIN.into(),
        log_key: key().verifier().to_string(),
        parties: vec![PinnedKey { party: "vendor".into(), key: party.verifier().to_string() }],
        software: "carveout sample".into(),
    };
    Entry { at: at(0), event: Event::Genesis(genesis) }
}

pub(crate) fn decision(number: u64) -> DecisionId {
    let mut bytes = [0; 16];
    bytes[8..].copy_from_slice(&number.to_be_bytes());
    DecisionId::from_bytes(bytes)
}

pub(crate) fn target() -> Target {
    Target {
        provider: "sample-provider".into(),
        maker: "sample-maker".into(),
        host: "sample-host".into(),
        operator: "sample-operator".into(),
        model: "sample-model-1".into(),
    }
}

pub(crate) fn decided(number: u64, ruling: Ruling) -> Entry {
    let decided = Decided {
        decision: decision(number),
        program: "sample-program".into(),
        key: "sample-key".into(),
        route: "sample-model".into(),
        endpoint: "chat_completions".into(),
        target: target().into(),
        facts: RecordedFacts {
            caller: "purpose=logistics.supply, subject=none".into(),
            program: "agency=sample".into(),
            gateway: "opaque_parts=0".into(),
            evidence: Vec::new(),
            approvals: Vec::new(),
        },
        presumed: vec![Presumed { agreement: None, fact: "volume=targeted".into() }],
        ruling,
        roles: if ruling == Ruling::Hold { vec!["customer/release-authority".into()] } else { Vec::new() },
        grounds: vec![Cited { agreement: "sample-logistics".into(), clause: "2.1".into() }],
        terms: Digest::of(b"terms"),
        facts_digest: Digest::of(b"facts"),
        body: Commitment::to(CommittedPart::Request, &Salt::from_bytes([9; 32]), b"body"),
        body_bytes: 4,
        hold: None,
        hold_until: None,
        monitored: Vec::new(),
        designations: Vec::new(),
        parent: None,
        judged: Vec::new(),
        found: None,
    };
    Entry { at: at(number as i64), event: Event::Decided(decided) }
}

pub(crate) fn denied(number: u64) -> Entry {
    decided(number, Ruling::Deny)
}

pub(crate) fn question(number: u8) -> QuestionId {
    QuestionId::from_bytes([number; 16])
}

pub(crate) fn asked(number: u8) -> Entry {
    let event = JudgeAsked {
        question: question(number),
        program: "sample-program".into(),
        key: "k1".into(),
        agreement: "sample-logistics".into(),
        clause: "4.2".into(),
        provider: "guardian".into(),
        model: "judge-1".into(),
        body: Commitment::to(CommittedPart::Question, &Salt::from_bytes([9; 32]), b"question"),
        body_bytes: 8,
        parent: None,
    };
    Entry { at: at(number.into()), event: Event::JudgeAsked(event) }
}

pub(crate) fn answered(number: u8) -> Entry {
    let event = JudgeAnswered {
        question: question(number),
        verdict: "complies".into(),
        why: None,
        provider_request: None,
    };
    Entry { at: at(number.into()), event: Event::JudgeAnswered(event) }
}

pub(crate) fn attempted(number: u64, attempt: u32) -> Entry {
    let event = Attempted { decision: decision(number), attempt, target: target().into() };
    Entry { at: at(number as i64), event: Event::Attempted(event) }
}

pub(crate) fn settled(number: u64, attempt: u32) -> Entry {
    let event = Settled {
        decision: decision(number),
        attempt,
        outcome: Outcome::Completed,
        status: Some(200),
        provider_request: Some("request-1".into()),
        usage: Some(Usage { input_tokens: 12, output_tokens: 34 }),
        response: Some(Commitment::to(CommittedPart::Response, &Salt::from_bytes([9; 32]), b"response")),
        response_bytes: 8,
        judged_bytes: Some(8),
        released_bytes: 8,
        grounds: Vec::new(),
        calls: None,
    };
    Entry { at: at(number as i64), event: Event::Settled(event) }
}

pub(crate) fn interrupted(number: u64, attempt: u32) -> Entry {
    let event = Interrupted { decision: decision(number), attempt, reason: "restart".into() };
    Entry { at: at(number as i64), event: Event::Interrupted(event) }
}

/// Publishes only when closed, so that tests decide what a checkpoint covers.
pub(crate) fn patient() -> Options {
    Options { publish_interval: std::time::Duration::from_secs(3_600), ..Options::default() }
}

/// Publishes at once.
pub(crate) fn eager() -> Options {
    Options { publish_interval: std::time::Duration::ZERO, ..Options::default() }
}

/// Waits until a checkpoint covers this many entries.
pub(crate) async fn published(ledger: &Ledger, size: u64) -> Checkpoint {
    for _ in 0..12_000 {
        let checkpoint = ledger.latest_checkpoint();
        if checkpoint.size() >= size {
            return checkpoint;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("no checkpoint of {size} entries within a minute");
}

/// How often a test repeats itself: more in a soak, by an environment variable.
pub(crate) fn scale(variable: &str, otherwise: u64) -> u64 {
    std::env::var_os(variable).and_then(|value| value.to_str()?.parse().ok()).unwrap_or(otherwise)
}
