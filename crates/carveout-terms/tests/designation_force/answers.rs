//! Answers: what is in force on a date, as known on another.

use carveout_terms::designation::{Agency, Docket, Register, Situation, Status, loosened};

use super::{event, notice, of, record, status, status_for, when};

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
