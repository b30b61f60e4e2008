//! Every rule of a hold's life, as a table of histories that end with an entry which does not follow.

use super::*;
use crate::{
    Appointed, Approved, Attempted, Cited, Commitment, CommittedPart, Decided, DecisionId, Digest, Entry,
    Erased, Event, Expired, Genesis, HoldAnswer, Interrupted, OfficersAppointed, Outcome, RecordedFacts,
    Refused, Ruling, Salt, Settled, SigningKey, Target, leaf_hash,
    lifecycle::{Lifecycle, LifecycleError, Step},
};

const ROLES: [&str; 2] = ["customer/release-authority", "vendor/safety"];

fn at(minute: i64) -> Timestamp {
    Timestamp::from_millis(minute * 60_000)
}

fn id(byte: u8) -> DecisionId {
    DecisionId::from_bytes([byte; 16])
}

fn hold() -> HoldId {
    HoldId::of(id(1))
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(&format!("officer.example/{seed}"), &[seed; 32]).unwrap()
}

fn owned(roles: &[&str]) -> Vec<String> {
    roles.iter().map(|role| (*role).to_owned()).collect()
}

fn entry(minute: i64, event: Event) -> Entry {
    Entry { at: at(minute), event }
}

fn genesis() -> Entry {
    let log_key = key(9).verifier().to_string();
    let (origin, software) = ("log".to_owned(), "test".to_owned());
    entry(0, Event::Genesis(Genesis { origin, log_key, parties: Vec::new(), software }))
}

/// Officer 1 has the first role, officer 2 the second, officer 3 both and asks for the program himself.
fn appointed(two_person: bool) -> Entry {
    let officer = |seed: u8, roles: &[&str], programs: &[&str]| Appointed {
        officer: format!("o{seed}"),
        roles: owned(roles),
        key: key(seed).verifier().to_string(),
        programs: owned(programs),
    };
    let officers = vec![
        officer(1, &ROLES[..1], &[]),
        officer(2, &ROLES[1..], &["other"]),
        officer(3, &ROLES, &["depot"]),
    ];
    entry(
        0,
        Event::OfficersAppointed(OfficersAppointed {
            officers,
            two_person,
            appointments: Vec::new(),
            signatures: None,
        }),
    )
}

fn decided(decision: u8, ruling: Ruling, minute: i64, change: impl FnOnce(&mut Decided)) -> Entry {
    let text = |text: &str| text.to_owned();
    let mut decided = Decided {
        decision: id(decision),
        program: text("depot"),
        key: text("k"),
        route: text("r"),
        endpoint: text("chat_completions"),
        target: Target {
            provider: text("p"),
            maker: text("m"),
            host: text("h"),
            operator: text("o"),
            model: text("m"),
        }
        .into(),
        facts: RecordedFacts {
            caller: text("purpose=x"),
            program: String::new(),
            gateway: String::new(),
            evidence: Vec::new(),
            approvals: Vec::new(),
        },
        presumed: Vec::new(),
        ruling,
        roles: if ruling == Ruling::Hold { owned(&ROLES) } else { Vec::new() },
        grounds: vec![Cited { agreement: text("a"), clause: text("1") }],
        terms: Digest::of(b"terms"),
        facts_digest: Digest::of(b"facts"),
        body: Commitment::to(CommittedPart::Request, &Salt::from_bytes([1; 32]), b"body"),
        body_bytes: 4,
        hold: Some(hold()),
        hold_until: None,
        monitored: Vec::new(),
        designations: Vec::new(),
        parent: None,
        judged: Vec::new(),
        found: None,
    };
    change(&mut decided);
    entry(minute, Event::Decided(decided))
}

/// Held at minute 1, until minute 60.
fn held() -> Entry {
    decided(1, Ruling::Hold, 1, |decided| decided.hold_until = Some(at(60)))
}

fn collected(minute: i64) -> Entry {
    collected_by(2, minute)
}

fn collected_by(decision: u8, minute: i64) -> Entry {
    decided(decision, Ruling::Permit, minute, |decided| decided.facts.approvals = owned(&ROLES))
}

fn attempted(decision: u8, attempt: u32, minute: i64) -> Entry {
    let Event::Decided(Decided { target, .. }) = held().event else { panic!("it is one") };
    entry(minute, Event::Attempted(Attempted { decision: id(decision), attempt, target }))
}

fn settled(decision: u8, attempt: u32, outcome: Outcome, minute: i64) -> Entry {
    entry(
        minute,
        Event::Settled(Settled {
            decision: id(decision),
            attempt,
            outcome,
            status: None,
            provider_request: None,
            usage: None,
            response: None,
            response_bytes: 0,
            judged_bytes: None,
            released_bytes: 0,
            grounds: Vec::new(),
            calls: None,
        }),
    )
}

/// Sent by this decision, with this end.
fn sent(decision: u8, outcome: Outcome, minute: i64) -> [Entry; 3] {
    [collected_by(decision, minute), attempted(decision, 1, minute), settled(decision, 1, outcome, minute)]
}

fn approved_as(seed: u8, minute: i64, until: i64, roles: &[&str], held: &Entry) -> Entry {
    let (roles, held) = (owned(roles), leaf_hash(&held.encode().unwrap()));
    let answer = HoldAnswer { hold: hold(), held, roles: roles.clone(), until: Some(at(until)) };
    let statement = answer.sign(&key(seed)).unwrap();
    let (officer, key) = (format!("o{seed}"), key(seed).verifier().to_string());
    let approved = Approved { hold: hold(), held, officer, roles, until: at(until), key, statement };
    entry(minute, Event::Approved(approved))
}

fn approved(seed: u8, minute: i64, until: i64) -> Entry {
    let role = usize::from(seed - 1);
    approved_as(seed, minute, until, &ROLES[role..=role], &held())
}

fn refused(seed: u8, minute: i64) -> Entry {
    let (roles, held) = (owned(&ROLES[..1]), leaf_hash(&held().encode().unwrap()));
    let answer = HoldAnswer { hold: hold(), held, roles: roles.clone(), until: None };
    let statement = answer.sign(&key(seed)).unwrap();
    let (officer, key) = (format!("o{seed}"), key(seed).verifier().to_string());
    entry(minute, Event::Refused(Refused { hold: hold(), held, officer, roles, key, statement }))
}

fn expired(minute: i64) -> Entry {
    entry(minute, Event::Expired(Expired { hold: hold() }))
}

fn erased(minute: i64) -> Entry {
    entry(minute, Event::Erased(Erased { hold: hold() }))
}

/// Applies a history one by one, or all at once.
fn run(history: &[Entry], at_once: bool) -> Result<Lifecycle, LifecycleError> {
    let mut state = Lifecycle::new();
    let steps = history.iter().map(Step::of).collect::<Result<Vec<_>, _>>()?;
    match at_once {
        true => state.apply_all(&steps)?,
        false => steps.iter().try_for_each(|step| state.apply(step))?,
    }
    Ok(state)
}

/// The same verdict whether entries come one by one or as one group.
fn verdict(history: Vec<Entry>) -> Option<HoldError> {
    let verdicts = [false, true].map(|at_once| match run(&history, at_once) {
        Ok(_) => None,
        Err(LifecycleError::Hold(error)) => Some(error),
        Err(other) => panic!("{other}"),
    });
    assert_eq!(verdicts[0], verdicts[1]);
    verdicts[0].clone()
}

fn begun(two_person: bool, rest: Vec<Entry>) -> Vec<Entry> {
    [genesis(), appointed(two_person), held()].into_iter().chain(rest).collect()
}

#[test]
fn holds_that_are_lifted_refused_or_left_alone_follow() {
    for rest in [
        [
            &[approved(1, 2, 30), approved(2, 3, 60)],
            sent(2, Outcome::Completed, 29).as_slice(),
            &[erased(30)],
        ]
        .concat(),
        // What could not be sent waits again, as often as that happens.
        [
            [approved(1, 2, 30), approved(2, 3, 60)].as_slice(),
            &sent(2, Outcome::ProviderUnreachable, 4),
            &sent(3, Outcome::ProviderUnreachable, 5),
            &sent(4, Outcome::ProviderCut, 6),
            &[erased(7)],
        ]
        .concat(),
        [
            [approved(1, 2, 30), approved(2, 3, 60)].as_slice(),
            &sent(2, Outcome::ProviderUnreachable, 4),
            &[refused(1, 5), erased(6)],
        ]
        .concat(),
        vec![approved(1, 2, 30), refused(1, 3), erased(4)],
        vec![approved(1, 2, 3), approved(1, 4, 30), approved(2, 4, 30), collected(5)],
        vec![approved(1, 2, 30), expired(60), erased(61)],
    ] {
        assert_eq!(verdict(begun(true, rest)), None);
    }
    let himself = approved_as(3, 2, 30, &ROLES, &held());
    assert_eq!(verdict(begun(false, vec![himself, collected(3)])), None, "without the two-person rule");
    let state = run(&begun(true, vec![approved(1, 2, 30)]), false).unwrap();
    let open = OpenHold { hold: hold(), index: 2, approvals: vec![3], ended: None };
    assert_eq!(state.holds.open(), [open]);
    let state = run(&begun(true, vec![expired(60), erased(61)]), false).unwrap();
    assert!(state.holds.open().is_empty(), "what is over takes no memory");
}

#[test]
fn what_must_not_lift_a_hold_does_not_follow() {
    let both = || vec![approved(1, 2, 30), approved(2, 3, 30)];
    let after = |more: Vec<Entry>| [both(), more].concat();
    let other = decided(1, Ruling::Hold, 1, |decided| {
        decided.hold_until = Some(at(60));
        decided.facts.caller = "purpose=y".to_owned();
    });
    let changed = |change: fn(&mut Decided)| {
        decided(2, Ruling::Permit, 4, |decided| {
            decided.facts.approvals = owned(&ROLES);
            change(decided);
        })
    };
    let not_waiting = HoldError::NotWaiting(hold());
    let other_decided = HoldError::OtherDecided(hold());
    let lacking =
        |found: &str, standing: &str| HoldError::Approvals { found: found.into(), standing: standing.into() };
    let all = "customer/release-authority, vendor/safety";
    let role = |officer: &str, role: &str| HoldError::Role {
        officer: officer.into(),
        hold: hold(),
        role: role.into(),
    };
    let cases: Vec<(&str, Vec<Entry>, HoldError)> = vec![
        ("collected twice", after(vec![collected(4), collected(5)]), not_waiting.clone()),
        ("collected after a refusal", after(vec![refused(1, 4), collected(5)]), not_waiting.clone()),
        ("approved after its end", after(vec![collected(4), approved(1, 5, 30)]), not_waiting.clone()),
        ("expired after its end", after(vec![collected(4), expired(60)]), not_waiting.clone()),
        (
            "collected while it is being sent",
            after(vec![collected(4), collected_by(3, 4)]),
            not_waiting.clone(),
        ),
        ("erased while it is being sent", after(vec![collected(4), erased(4)]), HoldError::NotEnded(hold())),
        ("erased twice", vec![expired(60), erased(60), erased(60)], not_waiting),
        ("erased while it waits", vec![erased(2)], HoldError::NotEnded(hold())),
        ("opened twice", vec![held()], HoldError::NotEnded(hold())),
        (
            "collected with one of two approvals",
            vec![approved(1, 2, 30), collected(4)],
            lacking(all, ROLES[0]),
        ),
        ("collected when an approval is over", after(vec![collected(30)]), lacking(all, "")),
        (
            "collected without saying so",
            after(vec![changed(|decided| decided.facts.approvals.clear())]),
            lacking("", all),
        ),
        (
            "permitted by approvals of no hold",
            after(vec![changed(|decided| decided.hold = None)]),
            lacking(all, ""),
        ),
        (
            "for another program",
            after(vec![changed(|decided| decided.program = "x".into())]),
            other_decided.clone(),
        ),
        (
            "under other terms",
            after(vec![changed(|decided| decided.terms = Digest::of(b"x"))]),
            other_decided.clone(),
        ),
        (
            "with other claims",
            after(vec![changed(|decided| decided.facts.caller.clear())]),
            other_decided.clone(),
        ),
        (
            "to another model",
            after(vec![changed(|decided| std::sync::Arc::make_mut(&mut decided.target).model.clear())]),
            other_decided.clone(),
        ),
        (
            "with another body",
            after(vec![changed(|decided| {
                decided.body = Commitment::to(CommittedPart::Request, &Salt::from_bytes([1; 32]), b"other");
            })]),
            other_decided,
        ),
        (
            "collected too late",
            vec![approved(1, 2, 60), approved(2, 3, 60), collected(60)],
            HoldError::Late { hold: hold(), until: at(60), at: at(60) },
        ),
        ("expired too soon", vec![expired(59)], HoldError::Early { hold: hold(), until: at(60), at: at(59) }),
        (
            "approved for longer than it waits",
            vec![approved(1, 2, 61)],
            HoldError::Term { hold: hold(), until: at(60), at: at(2) },
        ),
        (
            "approved until the past",
            vec![approved(1, 2, 2)],
            HoldError::Term { hold: hold(), until: at(60), at: at(2) },
        ),
        (
            "approved twice",
            vec![approved(1, 2, 30), approved(1, 3, 30)],
            HoldError::Repeated { officer: "o1".into(), hold: hold() },
        ),
        (
            "approved by the requester",
            vec![approved_as(3, 2, 30, &ROLES, &held())],
            HoldError::Requester { officer: "o3".into(), program: "depot".into() },
        ),
        (
            "approved for another use",
            vec![approved_as(1, 2, 30, &ROLES[..1], &other)],
            HoldError::OtherUse(hold()),
        ),
        ("approved in no role", vec![approved_as(1, 2, 30, &[], &held())], role("o1", "")),
        ("in another's role", vec![approved_as(1, 2, 30, &ROLES[1..], &held())], role("o1", ROLES[1])),
        (
            "by nobody's officer",
            vec![approved_as(4, 2, 30, &ROLES[..1], &held())],
            HoldError::Officer("o4".into()),
        ),
    ];
    for (what, rest, expected) in cases {
        assert_eq!(verdict(begun(true, rest)), Some(expected), "{what}");
    }
}

#[test]
fn what_may_have_been_sent_is_never_sent_again() {
    use Outcome::*;
    let begin = || vec![approved(1, 2, 30), approved(2, 3, 30), collected(4), attempted(2, 1, 4)];
    let interrupted = |attempt| {
        let (decision, reason) = (id(2), String::new());
        entry(5, Event::Interrupted(Interrupted { decision, attempt, reason }))
    };
    let mut ends: Vec<Vec<Entry>> =
        [Completed, ProviderRefused, ProviderSilent, ProviderCut, ProviderGarbage, CallerLeft, Withheld]
            .map(|outcome| vec![settled(2, 1, outcome, 5)])
            .into();
    ends.push(vec![interrupted(1)]);
    ends.push(vec![attempted(2, 2, 5), settled(2, 2, ProviderUnreachable, 5)]);
    for end in ends {
        let history = begun(true, [begin(), end.clone(), vec![collected_by(3, 6)]].concat());
        assert_eq!(verdict(history), Some(HoldError::NotWaiting(hold())), "{end:?}");
    }
    // Whoever opens the ledger in between finds it ended.
    let open = run(&begun(true, begin()), false).unwrap().holds.open();
    assert_eq!(open[0].ended, Some(5));
}

#[test]
fn a_part_of_an_answer_is_given_once_and_that_is_its_end() {
    let part = |mut entry: Entry| {
        let Event::Decided(decided) = &mut entry.event else { panic!("it is a decision") };
        decided.parent = Some(id(9));
        entry
    };
    let begin = || vec![approved(1, 2, 30), approved(2, 3, 30), part(collected(4))];
    let erased = entry(5, Event::Erased(Erased { hold: hold() }));
    assert_eq!(verdict(begun(true, [begin(), vec![erased]].concat())), None);
    let again = [begin(), vec![part(collected_by(3, 6))]].concat();
    assert_eq!(verdict(begun(true, again)), Some(HoldError::NotWaiting(hold())));
    assert_eq!(run(&begun(true, begin()), false).unwrap().holds.open()[0].ended, Some(5));
}

#[test]
fn a_part_of_an_answer_rests_on_the_approvals_of_its_request_while_that_is_under_way() {
    let part = |parent: Option<u8>, roles: &[&str], program: &str| {
        decided(7, Ruling::Permit, 5, |decided| {
            (decided.parent, decided.hold) = (parent.map(id), None);
            (decided.facts.approvals, decided.program) = (owned(roles), program.to_owned());
        })
    };
    let begin = || vec![approved(1, 2, 30), approved(2, 3, 30), collected(4), attempted(2, 1, 4)];
    let ended = settled(2, 1, Outcome::Completed, 5);
    let none = |found: &str| HoldError::Approvals { found: found.into(), standing: String::new() };
    let all = "customer/release-authority, vendor/safety";
    let fewer = HoldError::Approvals { found: ROLES[0].into(), standing: all.into() };
    let cases: Vec<(&str, Vec<Entry>, Option<HoldError>)> = vec![
        ("on just these", vec![part(Some(2), &ROLES, "depot"), ended.clone()], None),
        ("on fewer", vec![part(Some(2), &ROLES[..1], "depot")], Some(fewer)),
        ("for another program", vec![part(Some(2), &ROLES, "other")], Some(none(all))),
        ("in the answer to another request", vec![part(Some(3), &ROLES, "depot")], Some(none(all))),
        ("in no answer", vec![part(None, &ROLES, "depot")], Some(none(all))),
        ("when it is over", vec![ended, part(Some(2), &ROLES, "depot")], Some(none(all))),
    ];
    for (what, rest, expected) in cases {
        assert_eq!(verdict(begun(true, [begin(), rest].concat())), expected, "{what}");
    }
}

#[test]
fn an_officer_who_was_dismissed_approves_nothing_any_more() {
    let nobody = OfficersAppointed {
        officers: Vec::new(),
        two_person: true,
        appointments: Vec::new(),
        signatures: None,
    };
    let dismissed = entry(3, Event::OfficersAppointed(nobody));
    let rest = vec![approved(1, 2, 30), approved(2, 2, 30), dismissed, collected(4)];
    assert!(
        matches!(verdict(begun(true, rest)), Some(HoldError::Approvals { standing, .. }) if standing.is_empty())
    );
}

#[test]
fn a_signature_that_does_not_fit_is_no_answer() {
    let Event::Approved(good) = approved(1, 2, 30).event else { panic!("it is one") };
    let changes: [fn(&mut Approved); 5] = [
        |approved| approved.until = at(31),
        |approved| approved.roles = owned(&ROLES),
        |approved| approved.held = Digest::of(b"other"),
        |approved| approved.hold = HoldId::of(id(3)),
        |approved| approved.key = key(2).verifier().to_string(),
    ];
    for change in changes {
        let mut forged = good.clone();
        change(&mut forged);
        assert!(matches!(HoldStep::of(&entry(2, Event::Approved(forged))), Err(HoldError::Answer(_))));
    }
    let Event::Refused(refusal) = refused(1, 2).event else { panic!("it is one") };
    let as_approval = Approved { statement: refusal.statement, ..good };
    assert!(as_approval.verify().is_err(), "a refusal shown as an approval");
}
