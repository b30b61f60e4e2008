//! `what-if`: what a clause and each of its words are worth.

use serde_json::Value as Json;

use crate::kit::{Workspace, forbids, permits};

const ADMIN: &str = "context.purpose in Purpose::\"admin\"";

/// A draft with a restriction of two conditions.
fn draft() -> Workspace {
    let workspace = Workspace::real();
    let bulk = "[Volume::\"bulk\", Volume::\"unknown\"].contains(context.volume) && context.subject != Subject::\"none\"";
    workspace.draft(
        "terms.md",
        &[("1.1 Grant", &permits(ADMIN)), ("1.2 Bulk", &forbids(bulk)), ("1.3 Talk", "Words only.")],
    );
    workspace
}

#[test]
fn conditions_are_listed_with_the_numbers_that_edits_use() {
    let workspace = draft();
    workspace.run("what-if terms.md").expect(
        0,
        &[
            "1.2 Bulk",
            "1.2#1 volume is either bulk or unknown",
            "1.2#2 subject is not none",
            "--drop-condition",
        ],
    );
    let document = workspace.run("what-if terms.md --json").expect(0, &[]).json();
    let listed: Vec<&str> = document["conditions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|condition| condition["condition"].as_str().unwrap())
        .collect();
    assert_eq!(listed, ["1.1#1", "1.2#1", "1.2#2"]);
    assert_eq!(document["conditions"][2]["cedar"], "context.subject != Subject::\"none\"");
}

#[test]
fn an_edit_says_what_it_opens_or_closes() {
    let workspace = draft();
    for (edit, code, words) in [
        (
            vec!["--drop", "1.2"],
            1,
            vec![
                "wider:",
                "terms without 1.2 Bulk",
                "Permitted now, and was not: this cube is the whole region (proven)",
                "denied by 1.2 Bulk → permitted by 1.1 Grant",
            ],
        ),
        (
            vec!["--drop-condition", "1.2#2"],
            1,
            vec![
                "narrower:",
                "in 1.2 Bulk, without \"subject is not none\" (1.2#2)",
                "permitted by 1.1 Grant → denied by 1.2 Bulk",
            ],
        ),
        (
            vec!["--replace", "1.2#1=context.volume == Volume::\"bulk\""],
            1,
            vec![
                "wider:",
                "with `context.volume == Volume::\"bulk\"` instead of \"volume is either bulk or unknown\"",
                "volume is unknown",
            ],
        ),
        (vec!["--replace", "1.2#2=!(context.subject == Subject::\"none\")"], 0, vec!["equivalent:"]),
    ] {
        let arguments = ["what-if", "terms.md"].into_iter().chain(edit.iter().copied());
        workspace.run_all(arguments.clone()).expect(code, &words);
        let document = workspace.run_all(arguments.chain(["--json"])).expect(code, &[]).json();
        assert!(words[0].starts_with(document["change"].as_str().unwrap()), "{document:#}");
        assert_eq!(document["exhausted"], true);
    }
}

#[test]
fn each_word_is_tried_in_turn() {
    let workspace = draft();
    workspace.run("what-if terms.md --each").expect(
        0,
        &[
            "1.1 Grant: narrower no longer permits: ",
            "1.2 Bulk: wider permits: ",
            "1.2#1 volume is either bulk or unknown: narrower",
            "1.2#2 subject is not none: narrower",
        ],
    );
    let document = workspace.run("what-if terms.md --each --json").expect(0, &[]).json();
    let each = document["each"].as_array().unwrap();
    let found: Vec<(&str, &str)> =
        each.iter().map(|row| (row["drop"].as_str().unwrap(), row["change"].as_str().unwrap())).collect();
    assert_eq!(
        found,
        [
            ("1.1", "narrower"),
            ("1.1#1", "wider"),
            ("1.2", "wider"),
            ("1.2#1", "narrower"),
            ("1.2#2", "narrower")
        ]
    );
    // The table says in short what the edit itself shows in full.
    for row in each {
        let (flag, place) = (
            if row["cedar"].is_null() { "--drop" } else { "--drop-condition" },
            row["drop"].as_str().unwrap(),
        );
        let single = workspace.run_all(["what-if", "terms.md", flag, place, "--json"]).json();
        assert_eq!(single["change"], row["change"], "{place}");
        let shown = &row["shown"][0]["use"];
        assert!(shown.is_string(), "{row:#}");
    }
}

#[test]
fn edits_that_cant_be_made_say_why() {
    let workspace = draft();
    for (edit, words) in [
        (["--drop", "9.9"], ["there is no clause `9.9`", "check"]),
        (["--drop", "1.3"], ["clause 1.3 has no policy", "nothing to drop"]),
        (["--drop-condition", "1.2#7"], ["clause 1.2 has 2 conditions", "no condition 7"]),
        (["--drop-condition", "1.2"], ["`1.2` names no condition", "3.3#1"]),
        (["--replace", "1.2#1"], ["replaces nothing", "after a `=`"]),
        (
            ["--replace", "1.2#1=context.volum == Volume::\"bulk\""],
            ["terms.md, edited", "did you mean `volume`?"],
        ),
    ] {
        workspace.run_all(["what-if", "terms.md"].into_iter().chain(edit)).expect(2, &words);
    }
    workspace.draft("talk.md", &[("1.1 Talk", "Words only.")]);
    workspace.run("what-if talk.md").expect(0, &["no clause has a condition"]);
    workspace.run("what-if talk.md --each").expect(0, &["no clause has a policy"]);
    workspace.run("what-if terms.md --drop 1.1 --each").expect(2, &["cannot be used with"]);
}

#[test]
fn what_is_not_proven_is_undecided() {
    let workspace = draft();
    for edit in ["--drop 1.2", "--each"] {
        workspace
            .run(&format!("what-if terms.md {edit} --timeout 0"))
            .expect(2, &["undecided: the time given with --timeout was up"]);
        let document =
            workspace.run(&format!("what-if terms.md {edit} --timeout 0 --json")).expect(2, &[]).json();
        assert_ne!(document["undecided"], Json::Null, "{document:#}");
    }
}
