//! What is in force when, as known when: courts, scopes, phase-outs, waivers, supersession, and what takes signatures.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where it can't go on"
)]

use std::{path::PathBuf, sync::Arc};

use carveout_terms::{
    Agreement, Attester, FactKind, Facts, Known, Ruling, Stack, Vocabulary,
    designation::{
        Agency, Component, Designation, Docket, Notice, Options, Register, Situation, Status, SystemClass,
        When, loosened,
    },
};

/// A record of a made-up order: head, then dates, then whatever else.
fn text(head: &str, scope: &str, dates: &str, rest: &str) -> String {
    let or = |given: &str, key: &str, default: &str| {
        if given.contains(&format!("{key} =")) { String::new() } else { format!("{key} = {default}\n") }
    };
    let head = format!(
        "{}{}{}{}{}{head}\n",
        or(head, "designation", "\"order\""),
        or(head, "version", "1"),
        or(head, "force", "\"binding\""),
        or(head, "authorities", "[\"A\", \"B\"]"),
        or(head, "conduct", "[\"use_in_performance\"]")
    );
    let scope = if scope.is_empty() { "agencies = [\"defense\", \"energy\"]" } else { scope };
    let effective = or(dates, "effective", "2026-01-10");
    format!(
        "title = \"Example order\"\nkind = \"exclusion_order\"\nissuer = \"Example Agency\"\nconfidence = \"primary\"\n{head}\n\
         [[source]]\nid = \"s\"\ntitle = \"t\"\nconfidence = \"primary\"\n\
         digest = \"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"\n\
         [[target]]\nkind = \"source\"\nname = \"sample-maker\"\nreach = \"made_by\"\n\
         [scope]\n{scope}\n[dates]\nzone = \"UTC\"\nlast_day = \"included\"\n{effective}{dates}\n{rest}"
    )
}

fn record(head: &str, scope: &str, dates: &str, rest: &str) -> Designation {
    let text = text(head, scope, dates, rest);
    Designation::parse(&text).unwrap_or_else(|problems| panic!("{problems}\n{text}"))
}

fn event(id: &str, kind: &str, forum: &str, decided: &str, more: &str) -> String {
    format!("[[event]]\nid = \"{id}\"\nkind = \"{kind}\"\nforum = \"{forum}\"\ndecided = {decided}\n{more}\n")
}

fn notice(id: &str, kind: &str, decided: &str, more: &str) -> Notice {
    let text = format!(
        "event = \"{id}\"\nof = \"order\"\nkind = \"{kind}\"\nforum = \"Example Agency\"\ndecided = {decided}\n{more}\n\
         [[source]]\nid = \"s\"\ntitle = \"t\"\nconfidence = \"primary\"\n\
         digest = \"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"\n"
    );
    Notice::parse(&text).unwrap_or_else(|problems| panic!("{problems}\n{text}"))
}

fn when(text: &str) -> When {
    When::find(text).unwrap()
}

fn status(docket: &Docket, on: &str, known: &str) -> &'static str {
    docket.in_force(when(on), when(known)).status.as_str()
}

fn of(agency: Agency) -> Situation {
    Situation {
        agency: Some(agency),
        system_class: Some(SystemClass::Unclassified),
        component: Some(Component::OtherComponent),
        ..Situation::default()
    }
}

fn status_for(docket: &Docket, agency: Agency, on: &str) -> &'static str {
    docket.in_force_for(&of(agency), when(on), when("2030-01-01")).status.as_str()
}

#[test]
fn an_act_of_a_court_stops_the_authority_that_it_names() {
    let a = "authorities = [\"A\"]";
    let b = "authorities = [\"B\"]";
    let stays = event("one", "enjoins", "District Court", "2026-02-01", a);
    let both = format!("{stays}{}", event("two", "stays", "Other Court", "2026-03-01", b));
    let upheld = format!("{both}{}", event("three", "upholds", "Other Court", "2026-04-01", b));
    for (name, events, on, expected) in [
        ("one of two authorities is not enough", &stays, "2026-02-02", "barred"),
        ("both are", &both, "2026-03-02", "stopped"),
        ("and not before the second", &both, "2026-02-28", "barred"),
        ("the same court gives it back", &upheld, "2026-04-02", "barred"),
    ] {
        let docket = Docket::alone(record("", "", "", events));
        assert_eq!(status(&docket, on, "2030-01-01"), expected, "{name}");
    }
    let docket = Docket::alone(record("", "", "", &both));
    let standing = docket.in_force(when("2026-02-15"), when("2026-02-15"));
    let stands: Vec<(&str, bool)> =
        standing.authorities.iter().map(|force| (force.authority.as_str(), force.stands)).collect();
    assert_eq!(stands, [("A", false), ("B", true)]);
}

#[test]
fn another_court_does_not_undo_what_one_has_stopped_unless_it_lifts_it() {
    let enjoined = event("one", "enjoins", "District Court", "2026-02-01", "");
    let elsewhere =
        format!("{enjoined}{}", event("two", "upholds", "Other District Court", "2026-03-01", ""));
    let reversed =
        format!("{enjoined}{}", event("two", "lifts", "Court of Appeals", "2026-03-01", "lifts = [\"one\"]"));
    let denied = format!("{enjoined}{}", event("two", "denies_stay", "District Court", "2026-03-01", ""));
    for (name, events, expected) in [
        ("another court of the same rank", elsewhere, "stopped"),
        ("an appeal", reversed, "barred"),
        ("a denied stay changes nothing", denied, "stopped"),
    ] {
        let docket = Docket::alone(record("", "", "", &events));
        assert_eq!(status(&docket, "2026-03-02", "2030-01-01"), expected, "{name}");
        assert_eq!(status(&docket, "2026-02-15", "2030-01-01"), "stopped", "{name}");
        assert!(docket.in_force(when("2026-03-02"), when("2030-01-01")).contested);
    }
}

#[test]
fn an_act_for_a_part_stops_that_part() {
    let part = event("one", "enjoins", "District Court", "2026-02-01", "scope = { agencies = [\"energy\"] }");
    let docket = Docket::alone(record("", "", "", &part));
    assert_eq!(status_for(&docket, Agency::Energy, "2026-02-02"), "stopped");
    assert_eq!(status_for(&docket, Agency::Defense, "2026-02-02"), "barred");
    assert_eq!(status_for(&docket, Agency::Justice, "2026-02-02"), "not reached");
    let standing = docket.in_force(when("2026-02-02"), when("2026-02-02"));
    assert_eq!((standing.status, standing.partial), (Status::Barred, vec!["one".to_owned()]));
    // Whoever doesn't say which agency it is for is not among those for whom it was stopped.
    let silent = docket.in_force_for(&Situation::default(), when("2026-02-02"), when("2026-02-02"));
    assert_eq!(silent.status, Status::Barred);
}

#[test]
fn what_is_not_known_yet_does_not_count() {
    let late = event("one", "stays", "Court", "2026-02-01", "known = 2026-03-15");
    let docket = Docket::alone(record("", "", "published = 2026-01-20", &late));
    for (on, known, expected) in [
        ("2026-01-15", "2026-01-15", "not known"),
        ("2026-01-15", "2026-01-20", "barred"),
        ("2026-02-10", "2026-02-10", "barred"),
        ("2026-02-10", "2026-03-15", "stopped"),
        ("2026-01-05", "2026-03-15", "not yet"),
    ] {
        assert_eq!(status(&docket, on, known), expected, "on {on} known {known}");
    }
}

#[test]
fn a_stay_with_an_end_ends() {
    let stay = event("one", "stays", "Court", "2026-02-01", "until = 2026-02-10");
    let docket = Docket::alone(record("", "", "", &stay));
    assert_eq!(status(&docket, "2026-02-10", "2026-02-10"), "stopped");
    assert_eq!(status(&docket, "2026-02-11", "2026-02-11"), "barred");
}

#[test]
fn a_phase_out_is_moved_and_priorities_come_first() {
    let rest = format!(
        "[[priority]]\nname = \"energy\"\nuntil = 2026-02-28\nscope = {{ agencies = [\"energy\"] }}\n{}",
        event("longer", "sets_phase_out", "Agency", "2026-05-01", "phase_out_until = 2026-09-01")
    );
    let docket = Docket::alone(record("", "", "phase_out_until = 2026-06-01", &rest));
    for (agency, on, known, expected) in [
        (Agency::Defense, "2026-02-15", "2026-02-15", "phase-out"),
        (Agency::Energy, "2026-02-28", "2026-02-28", "phase-out"),
        (Agency::Energy, "2026-03-01", "2026-03-01", "barred"),
        (Agency::Defense, "2026-06-02", "2026-04-30", "barred"),
        (Agency::Defense, "2026-06-02", "2026-05-01", "phase-out"),
        (Agency::Defense, "2026-09-02", "2026-09-02", "barred"),
    ] {
        let told = docket.in_force_for(&of(agency), when(on), when(known)).status.as_str();
        assert_eq!(told, expected, "{agency} on {on} known {known}");
    }
}

#[test]
fn exceptions_and_waivers_take_out_what_they_name() {
    let rest = "[[exception]]\nwhat = \"logistics\"\nuntil = 2026-03-01\nscope = { purposes = [\"logistics\"] }\n\
                [[waiver]]\nid = \"depot\"\nfor = \"the depot\"\ngranted = 2026-04-01\nexpires = 2026-05-01\nscope = { programs = [\"depot\"] }\n\
                [[waiver]]\nid = \"asked\"\nfor = \"the yard\"\n";
    let docket = Docket::alone(record("", "", "", rest));
    let asked = |purpose: Option<&str>, program: Option<&str>, on: &str| {
        let situation = Situation {
            purpose: purpose.map(str::to_owned),
            program: program.map(str::to_owned),
            ..of(Agency::Defense)
        };
        docket.in_force_for(&situation, when(on), when("2030-01-01")).status.as_str()
    };
    assert_eq!(asked(Some("logistics.supply"), None, "2026-02-01"), "excepted");
    assert_eq!(asked(Some("logistics.supply"), None, "2026-03-02"), "barred");
    assert_eq!(asked(Some("logisticsx"), None, "2026-02-01"), "barred");
    assert_eq!(asked(None, None, "2026-02-01"), "barred");
    assert_eq!(asked(None, Some("depot"), "2026-04-15"), "excepted");
    assert_eq!(asked(None, Some("yard"), "2026-04-15"), "barred");
    assert_eq!(asked(None, Some("depot"), "2026-05-02"), "barred");
    let standing = docket.in_force(when("2026-02-01"), when("2026-02-01"));
    assert_eq!(standing.waivers_pending, ["asked"]);
}

#[test]
fn a_rescission_may_arrive_before_the_order() {
    let rescission = notice("back", "rescinds", "2026-03-01", "");
    let alone = Register::new(Vec::new(), vec![rescission.clone()]);
    assert_eq!((alone.dockets().len(), alone.pending().len(), alone.findings().len()), (0, 1, 1));
    let together = Register::new(vec![record("", "", "published = 2026-06-01", "")], vec![rescission]);
    assert!(together.pending().is_empty());
    let docket = together.docket("order").unwrap();
    // Known, effective and rescinded: by the time that the order was published it was over.
    assert_eq!(status(docket, "2026-02-01", "2026-05-31"), "not known");
    assert_eq!(status(docket, "2026-02-01", "2026-06-01"), "barred");
    assert_eq!(status(docket, "2026-03-02", "2026-06-01"), "ended");
    // A rescission by a date of the record's own is the same.
    let own = Docket::alone(record("", "", "rescinded = 2026-03-01", ""));
    assert_eq!(status(&own, "2026-02-28", "2026-06-01"), "barred");
    assert_eq!(status(&own, "2026-03-01", "2026-06-01"), "ended");
    // An order may be taken back before it has effect.
    let early = Register::new(
        vec![record("", "", "effective = 2026-05-01\nsigned = 2026-01-01", "")],
        vec![notice("back", "rescinds", "2026-03-01", "")],
    );
    assert_eq!(status(early.docket("order").unwrap(), "2026-06-01", "2026-06-01"), "ended");
}

#[test]
fn what_takes_an_order_s_place_ends_it() {
    let old = record("designation = \"old\"\nsuperseded_by = \"new\"", "", "", "");
    let new = record(
        "designation = \"new\"\nsupersedes = [\"old\"]",
        "",
        "effective = 2026-05-01\npublished = 2026-04-01",
        "",
    );
    let alone = Register::new(vec![old.clone()], Vec::new());
    assert_eq!(alone.findings().len(), 1, "its successor isn't recorded: {:?}", alone.findings());
    assert_eq!(status(alone.docket("old").unwrap(), "2026-06-01", "2026-06-01"), "barred");
    let both = Register::new(vec![old.clone(), new.clone()], Vec::new());
    assert!(both.findings().is_empty(), "{:?}", both.findings());
    let docket = both.docket("old").unwrap();
    assert_eq!(status(docket, "2026-04-30", "2026-06-01"), "barred");
    assert_eq!(status(docket, "2026-05-01", "2026-06-01"), "ended");
    assert_eq!(status(docket, "2026-05-01", "2026-03-31"), "barred");
    let circle = record("designation = \"old\"\nsupersedes = [\"new\"]", "", "", "");
    let round = Register::new(vec![circle, new], Vec::new());
    assert!(round.dockets().all(|docket| status(docket, "2026-06-01", "2026-06-01") == "barred"));
    assert_eq!(round.findings().len(), 2, "{:?}", round.findings());
    let only_said =
        record("designation = \"said\"\nsupersedes = [\"old\"]\nforce = \"announced_only\"", "", "", "");
    let said = Register::new(vec![old, only_said], Vec::new());
    assert_eq!(status(said.docket("old").unwrap(), "2026-06-01", "2026-06-01"), "barred");
}

#[test]
fn the_newest_version_counts_and_odd_notices_are_named() {
    let (first, second) = (record("", "", "", ""), record("version = 2", "agencies = [\"state\"]", "", ""));
    for records in [[first.clone(), second.clone()], [second.clone(), first.clone()]] {
        let register = Register::new(records.into(), Vec::new());
        assert_eq!(register.docket("order").unwrap().instrument().version, 2);
    }
    let other = record("note = \"another text\"", "", "", "");
    let twice = Register::new(vec![first.clone(), other, first.clone()], Vec::new());
    assert_eq!(twice.findings().len(), 1, "{:?}", twice.findings());
    let strange = notice("x", "stays", "2026-02-01", "authorities = [\"C\"]");
    let register = Register::new(
        vec![first],
        vec![strange, notice("y", "upholds", "2026-02-01", ""), notice("y", "stays", "2026-02-02", "")],
    );
    assert_eq!(register.findings().len(), 2, "{:?}", register.findings());
    assert_eq!(status(register.docket("order").unwrap(), "2026-03-01", "2026-03-01"), "barred");
}

#[test]
fn a_correction_counts_from_the_day_on_which_it_could_be_known() {
    let first = record("", "", "", "");
    let corrected = record("version = 2", "agencies = [\"state\"]", "corrected = 2026-05-01", "");
    let again = record("version = 3", "agencies = [\"justice\"]", "corrected = 2026-06-01", "");
    let undated = record("version = 2", "agencies = [\"state\"]", "", "");
    for (records, known, version) in [
        (vec![&first, &corrected], "2026-04-30", 1),
        (vec![&corrected, &first], "2026-05-01", 2),
        (vec![&first, &corrected, &again], "2026-05-31", 2),
        (vec![&first, &corrected, &again], "2026-06-01", 3),
        // What doesn't say when it was corrected was always so.
        (vec![&first, &undated], "2026-02-01", 2),
        // Nothing is known of the version before it.
        (vec![&corrected], "2026-02-01", 2),
        (vec![&corrected, &again], "2026-02-01", 2),
    ] {
        let records = records.into_iter().cloned().collect();
        let register = Register::as_known(records, Vec::new(), when(known));
        assert_eq!(register.docket("order").unwrap().instrument().version, version, "known {known}");
    }
}

#[test]
fn what_was_only_announced_is_shown_and_not_enforced() {
    let docket = Docket::alone(record("force = \"announced_only\"\nauthorities = []", "", "", ""));
    assert_eq!(status(&docket, "2026-02-01", "2026-02-01"), "announced only");
    let docket = Docket::alone(record("force = \"disputed\"", "", "", ""));
    let standing = docket.in_force(when("2026-02-01"), when("2026-02-01"));
    assert_eq!((standing.status, standing.contested), (Status::Barred, true));
}

#[test]
fn the_least_sure_statement_decides_how_sure_an_answer_is() {
    let rumour = event("one", "stays", "Court", "2026-02-01", "confidence = \"unverified\"");
    let docket = Docket::alone(record("", "", "", &rumour));
    let confidence = |on: &str| docket.in_force(when(on), when("2026-03-01")).confidence.as_str();
    assert_eq!((confidence("2026-01-20"), confidence("2026-02-20")), ("primary", "unverified"));
}

#[test]
fn conduct_says_whether_a_contractor_s_own_business_is_reached() {
    for (conduct, own, agency) in [
        ("use_in_performance", "not reached", "barred"),
        ("provide", "not reached", "barred"),
        ("use_anywhere", "barred", "barred"),
        ("any_commerce", "barred", "barred"),
        ("contract_with_a_user", "not reached", "not reached"),
    ] {
        let docket = Docket::alone(record(&format!("conduct = \"{conduct}\""), "", "", ""));
        assert_eq!(status_for(&docket, Agency::NonGovernment, "2026-02-01"), own, "{conduct}");
        assert_eq!(status_for(&docket, Agency::Defense, "2026-02-01"), agency, "{conduct}");
    }
}

#[test]
fn taking_back_takes_two_signatures_and_adding_takes_one() {
    let rest = format!(
        "[[priority]]\nname = \"first\"\nuntil = 2026-02-01\n[[duty]]\nkind = \"report\"\ntrigger = \"t\"\nhook = \"h\"\n{}",
        event("up", "upholds", "Court", "2026-02-01", "")
    );
    let dates = "phase_out_until = 2026-06-01\nuntil = 2027-01-01";
    let before = record("", "", dates, &rest);
    let with = |head: &str, scope: &str, dates: &str, rest: &str| {
        loosened(Some(&before), &record(&format!("version = 2\n{head}"), scope, dates, rest))
    };
    let stay = event("stay", "stays", "Court", "2026-03-01", "");
    let looser: [(&str, Vec<String>); 14] = [
        ("announced only", with("force = \"announced_only\"", "", dates, &rest)),
        ("fewer authorities", with("authorities = [\"A\"]", "", dates, &rest)),
        ("less conduct", with("conduct = [\"provide\"]", "", dates, &rest)),
        ("fewer agencies", with("", "agencies = [\"defense\"]", dates, &rest)),
        (
            "one class of systems",
            with("", "agencies = [\"defense\", \"energy\"]\nsystem_classes = [\"cui\"]", dates, &rest),
        ),
        ("later effect", with("", "", &format!("effective = 2026-01-11\n{dates}"), &rest)),
        ("a longer phase-out", with("", "", "phase_out_until = 2026-06-02\nuntil = 2027-01-01", &rest)),
        ("an earlier end", with("", "", "phase_out_until = 2026-06-01\nuntil = 2026-12-01", &rest)),
        ("rescinded", with("", "", &format!("{dates}\nrescinded = 2026-05-01"), &rest)),
        ("a stay", with("", "", dates, &format!("{rest}{stay}"))),
        (
            "a ruling that is gone",
            with(
                "",
                "",
                dates,
                "[[priority]]\nname = \"first\"\nuntil = 2026-02-01\n[[duty]]\nkind = \"report\"\ntrigger = \"t\"\nhook = \"h\"\n",
            ),
        ),
        ("an exception", with("", "", dates, &format!("{rest}[[exception]]\nwhat = \"w\"\n"))),
        ("a waiver", with("", "", dates, &format!("{rest}[[waiver]]\nid = \"w\"\nfor = \"f\"\n"))),
        ("no priority", with("", "", dates, &rest.replace("until = 2026-02-01", "until = 2026-02-02"))),
    ];
    for (name, ways) in looser {
        assert!(!ways.is_empty(), "{name}");
    }
    let stricter = [
        ("nothing", with("", "", dates, &rest)),
        ("a note and a source", with("note = \"n\"", "", dates, &rest)),
        ("more agencies", with("", "agencies = [\"any_federal\", \"defense\", \"energy\"]", dates, &rest)),
        ("more conduct", with("conduct = [\"use_in_performance\", \"any_commerce\"]", "", dates, &rest)),
        ("an earlier effect", with("", "", &format!("effective = 2026-01-09\n{dates}"), &rest)),
        ("a shorter phase-out", with("", "", "phase_out_until = 2026-05-01\nuntil = 2027-01-01", &rest)),
        ("no end", with("", "", "phase_out_until = 2026-06-01", &rest)),
        (
            "a denied stay",
            with("", "", dates, &format!("{rest}{}", event("no", "denies_stay", "Court", "2026-03-01", ""))),
        ),
    ];
    for (name, ways) in stricter {
        assert_eq!(ways, Vec::<String>::new(), "{name}");
    }
    assert!(loosened(None, &before).is_empty());
    assert_eq!(loosened(None, &record("supersedes = [\"older\"]", "", "", "")).len(), 1);
    for (kind, loosens) in [("stays", true), ("rescinds", true), ("upholds", false), ("reinstates", false)] {
        assert_eq!(notice("n", kind, "2026-02-01", "").loosened().is_some(), loosens, "{kind}");
    }
}

fn defense() -> Arc<Vocabulary> {
    let packs = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../packs/defense");
    let read = |name: &str| std::fs::read_to_string(packs.join(name)).unwrap();
    Arc::new(Vocabulary::parse(&read("defense.cedarschema"), &read("defense.toml")).unwrap())
}

fn compiled(
    docket: &Docket,
    vocabulary: &Vocabulary,
    program: Option<&str>,
) -> carveout_terms::designation::Compiled {
    let program = program.map(str::to_owned);
    let options = Options {
        known: Some(when("2030-01-01")),
        program,
        announced: false,
        hold: false,
        party: "customer".to_owned(),
    };
    docket.compile(vocabulary, &options).unwrap_or_else(|problems| panic!("{problems}"))
}

#[test]
fn clauses_rule_as_the_answers_say_whatever_happened() {
    let vocabulary = defense();
    let everything = Arc::new(Agreement::everything(&vocabulary).unwrap());
    let energy = "scope = { agencies = [\"energy\"] }";
    let cui = "scope = { system_classes = [\"cui\"] }";
    let histories = [
        String::new(),
        event("a", "enjoins", "Court", "2026-02-01", energy),
        event("a", "enjoins", "Court", "2026-02-01", cui)
            + &event("b", "upholds", "Court", "2026-04-01", energy),
        event("a", "enjoins", "Court", "2026-02-01", "authorities = [\"A\"]")
            + &event(
                "b",
                "stays",
                "Other",
                "2026-03-01",
                &format!("authorities = [\"B\"]\n{energy}\nuntil = 2026-05-01"),
            ),
        event("a", "stays", "Court", "2026-02-01", "until = 2026-03-01")
            + &event("b", "vacates", "Court", "2026-05-01", cui),
        event("a", "rescinds", "Agency", "2026-04-01", "")
            + &event("b", "reinstates", "Agency", "2026-06-01", ""),
        event("a", "sets_phase_out", "Agency", "2026-02-01", "phase_out_until = 2026-04-01")
            + &format!(
                "[[priority]]\nname = \"e\"\nuntil = 2026-03-01\n{energy}\n[[exception]]\nwhat = \"c\"\nuntil = 2026-06-01\n{cui}\n"
            ),
    ];
    let mut denied = 0;
    for history in &histories {
        for (head, scope, dates) in [
            ("", "", ""),
            (
                "conduct = \"any_commerce\"",
                "agencies = [\"civilian\"]\nsystem_classes = [\"cui\", \"sci\"]",
                "until = 2026-06-30",
            ),
            (
                "",
                "agencies = [\"any_federal\"]\ncomponents = [\"intelligence_element\"]",
                "phase_out_until = 2026-02-15",
            ),
        ] {
            let docket = Docket::alone(record(head, scope, dates, history));
            let compiled = compiled(&docket, &vocabulary, None);
            for outcome in compiled.agreement.run_examples(&vocabulary) {
                assert_eq!(outcome.failure, None, "{}\n{}", outcome.example.text(), compiled.text());
            }
            let stack = Stack::new(
                Arc::clone(&vocabulary),
                vec![Arc::clone(&everything), Arc::new(compiled.agreement.clone())],
                Facts::default(),
            )
            .unwrap();
            for month in 1..=8 {
                let at = format!("2026-{month:02}-20T12:00:00Z");
                for situation in situations() {
                    let status = docket.in_force_for(&situation, when(&at), when("2030-01-01")).status;
                    let denies = rules(&stack, &situation, &at);
                    assert_eq!(
                        denies,
                        status == Status::Barred,
                        "{situation:?} at {at}: {status:?}\n{}",
                        compiled.text()
                    );
                    denied += usize::from(denies);
                }
            }
        }
    }
    assert!(denied > 1000, "{denied} of the uses are barred");
}

/// Every combination, and silence about each.
fn situations() -> Vec<Situation> {
    let agencies = [
        None,
        Some(Agency::Defense),
        Some(Agency::Energy),
        Some(Agency::Justice),
        Some(Agency::NonGovernment),
    ];
    let classes = [None, Some(SystemClass::Cui), Some(SystemClass::Sci), Some(SystemClass::Unclassified)];
    let components = [None, Some(Component::IntelligenceElement), Some(Component::OtherComponent)];
    let mut all = Vec::new();
    for agency in agencies {
        for system_class in classes {
            for component in components {
                all.push(Situation { agency, system_class, component, ..Situation::default() });
            }
        }
    }
    all
}

fn rules(stack: &Stack, situation: &Situation, at: &str) -> bool {
    let vocabulary = stack.vocabulary();
    let word = |word: Option<&'static str>| word.unwrap_or("unknown");
    let program = format!(
        "agency={}, system_class={}, component={}",
        word(situation.agency.map(Agency::as_str)),
        word(situation.system_class.map(SystemClass::as_str)),
        word(situation.component.map(Component::as_str))
    );
    let gateway = format!(
        "at=\"{at}\", maker=sample-maker, host=other, operator=other, model=other, deployment=unknown, \
         {}",
        no_counts(vocabulary)
    );
    let known = Known {
        program: Facts::parse(vocabulary, &program, Attester::Program).unwrap(),
        gateway: Facts::parse(vocabulary, &gateway, Attester::Gateway).unwrap(),
        ..Known::default()
    };
    stack.decide(&known.assemble(vocabulary).unwrap()).ruling == Ruling::Deny
}

#[test]
fn what_no_fact_says_bars_more_and_never_less_and_is_listed() {
    let vocabulary = defense();
    let rest = "[[exception]]\nwhat = \"spare parts\"\n[[waiver]]\nid = \"depot\"\nfor = \"f\"\ngranted = 2026-01-10\nscope = { programs = [\"depot\"] }\n\
                [[exception]]\nwhat = \"hooked\"\nscope = { hooks = [\"FAR 52.204-25\"] }\n";
    let docket = Docket::alone(record(
        "existing_contracts = \"only_if_modified\"\nconduct = [\"provide\", \"contract_with_a_user\"]",
        "agencies = [\"defense\"]\nprocurement_classes = [\"information technology\"]\npurposes = [\"logistics\", \"gardening\"]",
        "",
        rest,
    ));
    let told = compiled(&docket, &vocabulary, None);
    let listed = told.left_out.join("\n");
    for words in [
        "procurement",
        "gardening",
        "spare parts",
        "modified",
        "contracting with somebody",
        "depot",
        "FAR 52.204-25",
    ] {
        assert!(listed.contains(words), "{words}: {listed}");
        let prose = told.agreement.clause("2.1").unwrap().prose().to_owned();
        assert!(prose.to_lowercase().contains(&words.to_lowercase()), "{words}: {prose}");
    }
    assert!(
        told.enforces() && told.text().contains("Purpose::\"logistics\", Purpose::\"unknown\""),
        "{}",
        told.text()
    );
    // For the program that the waiver is for, nothing is left; for another one all is.
    assert!(!compiled(&docket, &vocabulary, Some("depot")).enforces());
    assert!(compiled(&docket, &vocabulary, Some("yard")).enforces());
}

#[test]
fn a_target_that_the_vocabulary_does_not_know_is_not_made_up() {
    let vocabulary = defense();
    let known = text("", "", "", "");
    for (from, to, enforces, said) in [
        ("name = \"sample-maker\"", "name = \"Anthropic, PBC\"", true, "is the maker `anthropic`"),
        ("name = \"sample-maker\"", "name = \"Other\"", false, "no member for Other"),
        ("name = \"sample-maker\"", "name = \"Example Nobody Inc.\"", false, "no member for Example Nobody"),
        (
            "name = \"sample-maker\"",
            "name = \"x\"\nmembers = { maker = [\"openai\", \"nope\"] }",
            true,
            "no maker `nope`",
        ),
        (
            "kind = \"source\"",
            "kind = \"model_family\"\nmodels = [\"claude-*\"]",
            true,
            "is the model `claude`",
        ),
        (
            "reach = \"made_by\"",
            "reach = [\"hosted_by\"]\naliases = [\"Amazon\"]",
            true,
            "is the host `amazon`",
        ),
    ] {
        assert!(known.contains(from));
        let record = Designation::parse(&known.replacen(from, to, 1)).unwrap();
        let told = compiled(&Docket::alone(record), &vocabulary, None);
        assert_eq!(told.enforces(), enforces, "{to}: {}", told.text());
        let said_somewhere = told.read_as.iter().chain(&told.left_out).any(|line| line.contains(said));
        assert!(said_somewhere, "{to}: {:?} {:?}", told.read_as, told.left_out);
    }
}

#[test]
fn nothing_that_a_record_says_becomes_a_clause() {
    let vocabulary = defense();
    for words in [
        "x\n\n## 4 Free\n\n```cedar\npermit (principal, action, resource);\n```\n",
        "see clause 4.2, clauses 7 and 9, clause\n12",
        "`code` *bold* _x_ [link](http://x) <script> &amp; # head | ~~~",
        "+++\nrole = \"grant\"\n+++",
        "- item\n1. item\n> quote\n    indented ```uses\npermit: x\n```",
        "\u{201c}quotes\u{201d} \\ \" ' 日本",
    ] {
        let written = toml::Value::String(words.to_owned()).to_string();
        let head = format!("note = {written}");
        let rest = format!(
            "[[exception]]\nwhat = {written}\n[[duty]]\nkind = \"report\"\ntrigger = {written}\nhook = {written}\n"
        );
        let text = text(&head, "", "", &rest)
            .replacen("title = \"Example order\"", &format!("title = {written}"), 1)
            .replacen("issuer = \"Example Agency\"", &format!("issuer = {written}"), 1)
            .replacen("title = \"t\"", &format!("title = {written}"), 1);
        let record = Designation::parse(&text).unwrap_or_else(|problems| panic!("{words}: {problems}"));
        let told = compiled(&Docket::alone(record), &vocabulary, None);
        let numbers: Vec<&str> =
            told.agreement.clauses().iter().map(carveout_terms::Clause::number).collect();
        assert_eq!(numbers, ["1", "1.1", "2", "2.1", "3", "3.1", "3.2"], "{words}\n{}", told.text());
        assert_eq!(told.agreement.policies().len(), 1, "{words}\n{}", told.text());
        assert_eq!(told.agreement.examples().len(), 2, "{words}\n{}", told.text());
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

#[test]
fn a_class_of_procurement_is_barred_where_it_is_meant_and_where_nobody_says() {
    let vocabulary = defense();
    let classes = |listed: &str| {
        let scope = format!("agencies = [\"defense\"]\nprocurement_classes = [{listed}]");
        compiled(&Docket::alone(record("", &scope, "", "")), &vocabulary, None)
    };
    let known = classes("\"covered_article\"");
    let test = "[ProcurementClass::\"covered_article\", ProcurementClass::\"unknown\"].contains(context.procurement_class)";
    assert!(known.text().contains(test), "{}", known.text());
    assert!(!known.left_out.join(" ").contains("procurement"), "{:?}", known.left_out);
    // What can't be told apart is barred in all classes.
    let strange = classes("\"covered_article\", \"pencils\"");
    assert!(!strange.text().contains("ProcurementClass"), "{}", strange.text());
    assert!(strange.left_out.join(" ").contains("pencils"), "{:?}", strange.left_out);
    assert!(classes("\"pencils\"").enforces());
    // As an exception only what is known is taken out.
    let exception =
        "[[exception]]\nwhat = \"w\"\nscope = { procurement_classes = [\"other_article\", \"pencils\"] }";
    let excepted = compiled(&Docket::alone(record("", "", "", exception)), &vocabulary, None);
    assert!(excepted.text().contains("!(context.procurement_class == ProcurementClass::\"other_article\")"));
}

#[test]
fn as_it_becomes_known_a_clause_rules_at_every_instant_as_was_known_then() {
    let vocabulary = defense();
    let everything = Arc::new(Agreement::everything(&vocabulary).unwrap());
    let cui = "scope = { system_classes = [\"cui\"] }";
    let histories = [
        ("", String::new()),
        ("published = 2026-03-05\nphase_out_until = 2026-05-01", String::new()),
        ("", event("a", "stays", "Court", "2026-02-01", "known = 2026-04-15")),
        (
            "phase_out_until = 2026-03-15",
            event("a", "enjoins", "Court", "2026-02-01", &format!("known = 2026-03-10\n{cui}"))
                + &event("b", "sets_phase_out", "Agency", "2026-04-01", "phase_out_until = 2026-06-01"),
        ),
        (
            "",
            format!(
                "[[waiver]]\nid = \"w\"\nfor = \"f\"\ngranted = 2026-02-01\nknown = 2026-03-25\nexpires = 2026-06-30\n{cui}"
            ),
        ),
    ];
    let mut denied = 0;
    for (dates, history) in &histories {
        let docket = Docket::alone(record("", "", dates, history));
        let options = Options {
            known: None,
            program: None,
            announced: false,
            hold: false,
            party: "customer".to_owned(),
        };
        let compiled = docket.compile(&vocabulary, &options).unwrap();
        let limit = Arc::new(compiled.agreement.clone());
        let stack =
            Stack::new(Arc::clone(&vocabulary), vec![Arc::clone(&everything), limit], Facts::default())
                .unwrap();
        for month in 1..=8 {
            for day in [4, 12, 20, 28] {
                let at = format!("2026-{month:02}-{day:02}T12:00:00Z");
                for situation in situations() {
                    let status = docket.in_force_for(&situation, when(&at), when(&at)).status;
                    let denies = rules(&stack, &situation, &at);
                    assert_eq!(
                        denies,
                        status == Status::Barred,
                        "{situation:?} at {at}\n{}",
                        compiled.text()
                    );
                    denied += usize::from(denies);
                }
            }
        }
    }
    assert!(denied > 1000, "{denied} of the uses are barred");
}

#[test]
fn a_pending_waiver_holds_its_part_for_the_role_that_the_record_names() {
    let vocabulary = defense();
    let waiver = "[[waiver]]\nid = \"w\"\nfor = \"f\"\nrole = \"customer/release-authority\"\nscope = { programs = [\"depot\"] }";
    let docket = Docket::alone(record("", "", "", waiver));
    let compile = |program: &str, hold: bool| {
        let options = Options {
            known: None,
            program: Some(program.to_owned()),
            announced: false,
            hold,
            party: "customer".to_owned(),
        };
        docket.compile(&vocabulary, &options).unwrap_or_else(|problems| panic!("{problems}"))
    };
    let roles = |program, hold| -> Vec<Option<String>> {
        let compiled = compile(program, hold);
        let policies = compiled.agreement.policies().iter();
        policies.map(|policy| policy.hold().map(ToString::to_string)).collect()
    };
    let role = Some("customer/release-authority".to_owned());
    assert_eq!(roles("depot", true), [role]);
    assert_eq!(roles("depot", false), [None]);
    assert_eq!(roles("yard", true), [None]);
    // Part of a use's facts: who keeps quiet about them is barred, and nobody is held by that.
    let part = waiver.replace("programs = [\"depot\"]", "system_classes = [\"cui\"]");
    let docket = Docket::alone(record("", "", "", &part));
    let text = docket.compile(
        &vocabulary,
        &Options { known: None, program: None, announced: false, hold: true, party: "customer".to_owned() },
    );
    let text = text.unwrap().text().to_owned();
    assert!(text.contains("!(context.system_class == SystemClass::\"cui\")"), "{text}");
    for bad in ["release-authority", "Customer/role", "a/b/c", "/role"] {
        let bad = text_with_role(waiver, bad);
        assert!(Designation::parse(&bad).is_err(), "{bad}");
    }
}

fn text_with_role(waiver: &str, role: &str) -> String {
    text("", "", "", &waiver.replace("customer/release-authority", role))
}
