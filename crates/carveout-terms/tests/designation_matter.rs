//! The matter of 2026, as `examples/designation` records it: the four questions, on any date, as known on any other.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where it can't go on"
)]

use std::{path::PathBuf, sync::Arc};

use carveout_terms::{
    Agreement, Attester, Digest, FactKind, Facts, Known, Ruling, Stack, Vocabulary,
    designation::{Designation, Docket, Options, Register, Situation, Status, When},
};

const DIRECTIVE: &str = "directive-2026-02-27";
const STATEMENT: &str = "statement-2026-02-27";
const NSS_ONLY: &str = "section-3252-2026-03";
const ARTICLES: &str = "section-4713-2026-03";

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/designation")
}

fn records() -> Vec<Designation> {
    ["directive", "statement", "section-3252", "section-4713"]
        .into_iter()
        .map(|name| {
            let text = std::fs::read_to_string(folder().join(format!("records/{name}.toml"))).unwrap();
            let record = Designation::parse(&text).unwrap_or_else(|problems| panic!("{name}: {problems}"));
            assert!(record.warnings().list().is_empty(), "{name}: {}", record.warnings());
            record
        })
        .collect()
}

fn register() -> Register {
    Register::new(records(), Vec::new())
}

fn when(text: &str) -> When {
    When::find(text).unwrap()
}

/// One letter for each of the four questions: what an instrument does to it.
fn answers(docket: &Docket, on: &str, known: &str) -> String {
    let letter = |situation: &Situation| match docket.in_force_for(situation, when(on), when(known)).status {
        Status::NotKnown => '?',
        Status::OutOfReach => '-',
        Status::Announced => 'a',
        Status::NotYet { .. } => 'n',
        Status::PhaseOut { .. } => 'p',
        Status::Barred => 'B',
        Status::Excepted => 'x',
        Status::Stopped => 's',
        Status::Ended => 'e',
    };
    Situation::usual().iter().map(letter).collect()
}

/// (a) a national security system, (b) another contract of the department, (c) a civilian agency, (d) a contractor's
/// own business: by the direction, the statement, section 3252 and section 4713.
const PINNED: [(&str, &str, [&str; 4]); 20] = [
    // As known on the day itself.
    ("2026-02-26", "2026-02-26", ["????", "????", "????", "????"]),
    ("2026-02-27", "2026-02-27", ["ppp-", "aa-a", "????", "????"]),
    ("2026-03-03", "2026-03-03", ["ppp-", "aa-a", "????", "????"]),
    ("2026-03-04", "2026-03-04", ["ppp-", "aa-a", "B---", "BB--"]),
    ("2026-03-06", "2026-03-06", ["ppp-", "aa-a", "p---", "pp--"]),
    ("2026-03-26", "2026-03-26", ["ppp-", "aa-a", "p---", "pp--"]),
    ("2026-04-03", "2026-04-03", ["sss-", "aa-a", "s---", "pp--"]),
    ("2026-04-08", "2026-04-08", ["sss-", "aa-a", "s---", "pp--"]),
    ("2026-08-27", "2026-08-27", ["sss-", "aa-a", "s---", "pp--"]),
    ("2026-09-02", "2026-09-02", ["sss-", "aa-a", "s---", "pp--"]),
    ("2026-09-03", "2026-09-03", ["sss-", "aa-a", "s---", "BB--"]),
    ("2026-09-25", "2026-09-25", ["sss-", "aa-a", "s---", "BB--"]),
    ("2026-11-23", "2026-11-23", ["sss-", "aa-a", "s---", "BB--"]),
    // What one had to expect of a later day before it was known how it would go.
    ("2026-09-03", "2026-03-05", ["BBB-", "aa-a", "B---", "BB--"]),
    ("2026-09-03", "2026-03-25", ["BBB-", "aa-a", "B---", "BB--"]),
    ("2026-04-10", "2026-03-25", ["ppp-", "aa-a", "p---", "pp--"]),
    ("2026-04-10", "2026-03-26", ["sss-", "aa-a", "s---", "pp--"]),
    // What is known today about a day on which it wasn't.
    ("2026-03-05", "2026-11-23", ["ppp-", "aa-a", "B---", "BB--"]),
    ("2026-03-03", "2026-11-23", ["ppp-", "aa-a", "n---", "nn--"]),
    ("2026-02-26", "2026-11-23", ["nnn-", "nn-n", "n---", "nn--"]),
];

#[test]
fn the_four_questions_have_these_answers() {
    let register = register();
    let dockets = [DIRECTIVE, STATEMENT, NSS_ONLY, ARTICLES].map(|id| register.docket(id).unwrap());
    for (on, known, expected) in PINNED {
        let told = dockets.map(|docket| answers(docket, on, known));
        assert_eq!(told, expected, "on {on}, as known on {known}");
    }
}

#[test]
fn an_injunction_holds_from_the_hour_it_takes_effect_and_not_from_the_day_it_is_made() {
    let docket = register().docket(NSS_ONLY).unwrap().clone();
    let [system, ..] = Situation::usual();
    let status = |on: &str| docket.in_force_for(&system, when(on), when("2026-11-23")).status.as_str();
    // Midnight of 3 April in Washington is four in the morning in UTC.
    assert_eq!(status("2026-04-03T03:59:59Z"), "phase-out");
    assert_eq!(status("2026-04-03T04:00:00Z"), "stopped");
}

#[test]
fn the_phase_out_covers_its_last_day_and_no_longer() {
    let docket = register().docket(ARTICLES).unwrap().clone();
    let status = |on: &str| docket.in_force(when(on), when("2026-11-23")).status.as_str();
    assert_eq!(status("2026-09-02T23:59:59-04:00"), "phase-out");
    assert_eq!(status("2026-09-03T00:00:00-04:00"), "barred");
}

#[test]
fn what_is_no_covered_article_is_not_reached_and_silence_is() {
    let (register, vocabulary) = (register(), defense());
    let docket = register.docket(ARTICLES).unwrap();
    let everything = Arc::new(Agreement::everything(&vocabulary).unwrap());
    let compiled = docket.compile(&vocabulary, &options("2026-11-23")).unwrap().agreement;
    let limits = vec![everything, Arc::new(compiled)];
    let stack = Stack::new(Arc::clone(&vocabulary), limits, Facts::default()).unwrap();
    let [_, contract, ..] = Situation::usual();
    for (class, barred) in [
        (None, true),
        (Some("unknown"), true),
        (Some("covered_article"), true),
        (Some("covered_system"), true),
        (Some("other_article"), false),
        (Some("no_procurement"), false),
    ] {
        let at = "2026-10-01T12:00:00Z";
        let registered = class.map(|class| format!(", procurement_class={class}")).unwrap_or_default();
        let ruled = denies_where(&stack, "anthropic", &contract, at, &registered);
        assert_eq!(ruled, barred, "{class:?}");
        let procurement_class = class.filter(|class| *class != "unknown").map(str::to_owned);
        let situation = Situation { procurement_class, ..contract.clone() };
        let status = docket.in_force_for(&situation, when(at), when("2026-11-23")).status;
        assert_eq!(status == Status::Barred, barred, "{class:?}");
    }
}

#[test]
fn answers_say_how_sure_they_are_and_what_a_court_has_done() {
    let register = register();
    for docket in register.dockets() {
        let standing = docket.in_force(when("2026-11-23"), when("2026-11-23"));
        assert_eq!(standing.confidence.as_str(), "secondary", "{}", standing.designation);
        assert_eq!(standing.contested, standing.designation != STATEMENT);
    }
    let standing = register.docket(ARTICLES).unwrap().in_force(when("2026-10-01"), when("2026-10-01"));
    assert_eq!(standing.events, ["removal-memorandum", "stay-denied", "upheld"]);
    let [authority] = standing.authorities.as_slice() else { panic!("{standing:?}") };
    assert!(authority.stands);
    assert_eq!(authority.positions.iter().map(|p| p.event.as_str()).collect::<Vec<_>>(), ["upheld"]);
    let standing = register.docket(NSS_ONLY).unwrap().in_force(when("2026-05-01"), when("2026-05-01"));
    assert!(!standing.authorities[0].stands, "{standing:?}");
}

#[test]
fn the_records_conflict_and_say_so() {
    let register = register();
    let found: Vec<&str> = register.findings().iter().map(|finding| finding.record.as_str()).collect();
    assert_eq!(found, [STATEMENT, STATEMENT], "{:?}", register.findings());
    assert!(register.pending().is_empty());
}

#[test]
fn the_records_cite_the_notes_that_are_kept_with_them() {
    let notes = Digest::of(&std::fs::read(folder().join("sources.md")).unwrap());
    for record in records() {
        for source in &record.instrument().sources {
            assert_eq!(
                source.digest,
                notes,
                "{}: take the digest of sources.md again",
                record.instrument().id
            );
        }
    }
}

fn defense() -> Arc<Vocabulary> {
    let packs = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../packs/defense");
    let read = |name: &str| std::fs::read_to_string(packs.join(name)).unwrap();
    Arc::new(Vocabulary::parse(&read("defense.cedarschema"), &read("defense.toml")).unwrap())
}

fn options(known: &str) -> Options {
    Options {
        known: Some(when(known)),
        program: None,
        announced: false,
        hold: false,
        party: "customer".to_owned(),
    }
}

fn denies(stack: &Stack, maker: &str, situation: &Situation, at: &str) -> bool {
    denies_where(stack, maker, situation, at, "")
}

/// The same, where more is registered for the program.
fn denies_where(stack: &Stack, maker: &str, situation: &Situation, at: &str, registered: &str) -> bool {
    let vocabulary = stack.vocabulary();
    let read = |text: String, attester| Facts::parse(vocabulary, &text, attester).unwrap();
    let (agency, class) = (situation.agency.unwrap(), situation.system_class.unwrap());
    let known = Known {
        program: read(
            format!("agency={agency}, system_class={class}, component=other_component{registered}"),
            Attester::Program,
        ),
        gateway: read(
            format!(
                "at=\"{at}\", maker={maker}, host=other, operator=other, model=other, deployment=unknown, \
                 {}",
                no_counts(vocabulary)
            ),
            Attester::Gateway,
        ),
        ..Known::default()
    };
    stack.decide(&known.assemble(vocabulary).unwrap()).ruling == Ruling::Deny
}

#[test]
fn what_is_compiled_denies_exactly_what_is_answered_with_barred() {
    let vocabulary = defense();
    let everything = Arc::new(Agreement::everything(&vocabulary).unwrap());
    for docket in register().dockets() {
        for known in ["2026-03-05", "2026-03-25", "2026-04-10", "2026-11-23"] {
            let compiled =
                docket.compile(&vocabulary, &options(known)).unwrap_or_else(|problems| panic!("{problems}"));
            // The direction was enjoined before its phase-out ended: once that is known it never bars.
            let id = docket.instrument().id.as_str();
            let never = id == STATEMENT || id == DIRECTIVE && known >= "2026-03-26";
            assert_eq!(compiled.enforces(), !never, "{id} {known}");
            for outcome in compiled.agreement.run_examples(&vocabulary) {
                assert_eq!(outcome.failure, None, "{}\n{}", outcome.example.text(), compiled.text());
            }
            assert!(compiled.agreement.warnings().list().is_empty(), "{}", compiled.agreement.warnings());
            let agreements = vec![Arc::clone(&everything), Arc::new(compiled.agreement.clone())];
            let stack = Stack::new(Arc::clone(&vocabulary), agreements, Facts::default()).unwrap();
            for (on, _, _) in PINNED {
                for situation in Situation::usual() {
                    let at = format!("{on}T12:00:00Z");
                    let status = docket.in_force_for(&situation, when(&at), when(known)).status;
                    let barred = status == Status::Barred;
                    let told = format!("{} {} at {at} known {known}", docket.instrument().id, situation.name);
                    assert_eq!(
                        denies(&stack, "anthropic", &situation, &at),
                        barred,
                        "{told}\n{}",
                        compiled.text()
                    );
                    assert_eq!(
                        denies(&stack, "unknown", &situation, &at),
                        barred,
                        "{told}: an unknown maker"
                    );
                    assert!(!denies(&stack, "openai", &situation, &at), "{told}: another maker");
                }
            }
        }
    }
}

/// Every number and truth value as a gateway measures it of a request with nothing in it.
fn no_counts(vocabulary: &Vocabulary) -> String {
    let stated = |(_, fact): (_, &carveout_terms::Fact)| match fact.kind() {
        FactKind::Long => Some(format!("{}=0", fact.name())),
        FactKind::Bool => Some(format!("{}=?0", fact.name())),
        _ => None,
    };
    vocabulary.facts().filter_map(stated).collect::<Vec<_>>().join(", ")
}
