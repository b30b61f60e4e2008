//! `designations`: recorded under officers' names, asked about any date, imported, and compiled to clauses.

use std::{collections::BTreeSet, path::PathBuf};

use serde_json::Value as Json;

use crate::kit::{Ran, Workspace, run};

/// A record of a made-up order.
const ORDER: &str = r#"
designation = "example-order"
version = 1
title = "Example order"
kind = "exclusion_order"
issuer = "Example Agency"
force = "binding"
confidence = "primary"
authorities = ["41 USC 1323"]
conduct = ["provide", "use_in_performance"]
[[source]]
id = "order"
title = "The order"
digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
confidence = "primary"
[[target]]
kind = "source"
name = "sample-maker"
[scope]
agencies = ["defense"]
[dates]
zone = "UTC"
last_day = "included"
effective = 2026-03-04
"#;

/// That the order was taken back.
const RESCISSION: &str = r#"
event = "back"
of = "example-order"
kind = "rescinds"
forum = "Example Agency"
decided = 2026-05-01
confidence = "primary"
[[source]]
id = "letter"
title = "The letter"
digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
confidence = "primary"
"#;

/// A workspace with two officers, and one who is none.
fn workspace() -> Workspace {
    let workspace = Workspace::real();
    for officer in ["first", "second", "stranger"] {
        let words = format!("keygen --name {officer}.example --out keys/{officer}.key");
        workspace.run(&words).expect(0, &[]);
    }
    workspace.append(
        "carveout.toml",
        "\n[designations.officers]\nfirst = \"file:keys/first.pub\"\nsecond = \"file:keys/second.pub\"\n",
    );
    workspace.write("order.toml", ORDER);
    workspace.write("back.toml", RESCISSION);
    workspace
}

fn asof(workspace: &Workspace, date: &str) -> Ran {
    workspace.run(&format!("designations asof {date} --known {date}"))
}

fn example(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../examples/designation").join(name)
}

fn records() -> Vec<String> {
    ["directive", "statement", "section-3252", "section-4713"]
        .iter()
        .map(|name| example(&format!("records/{name}.toml")).display().to_string())
        .collect()
}

#[test]
fn a_record_counts_under_one_name_and_taking_it_back_under_two() {
    let workspace = workspace();
    workspace.run("designations list").expect(0, &["nothing is recorded"]);
    workspace
        .run("designations add order.toml --key keys/first.key")
        .expect(0, &["example-order version 1 (sha256:", "it counts, signed by first"]);
    asof(&workspace, "2026-06-01").expect(1, &["barred", "Example order"]);
    let once = workspace.run("designations add back.toml --key keys/first.key");
    once.expect(1, &["it takes two signatures: the event `back` rescinds", "1 of 2 signatures"]);
    asof(&workspace, "2026-06-01").expect(1, &["does not count"]);
    let again = workspace.run("designations add back.toml --key keys/first.key");
    again.expect(2, &["has signed this already"]);
    let document =
        workspace.run("designations add back.toml --key keys/second.key --json").expect(0, &[]).json();
    assert_eq!(document["counts"], true, "{document:#}");
    assert_eq!(document["signers"], serde_json::json!(["first", "second"]), "{document:#}");
    asof(&workspace, "2026-06-01").expect(0, &["ended"]);
    asof(&workspace, "2026-04-01").expect(1, &["barred"]);
    let listed = workspace.run("designations list --json").expect(0, &[]).json();
    let told: Vec<&str> = listed["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|record| record["today"].as_str().unwrap())
        .collect();
    assert_eq!(told, ["ended", "counts"], "{listed:#}");
}

#[test]
fn a_rescission_that_arrives_first_waits_for_its_order() {
    let workspace = workspace();
    workspace
        .run("designations add back.toml --key keys/first.key --key keys/second.key")
        .expect(0, &["it counts"]);
    workspace.run("designations list").expect(0, &["waits for its record"]);
    asof(&workspace, "2026-06-01").expect(0, &["nothing is recorded", "about a record that isn't here"]);
    workspace.run("designations add order.toml --key keys/second.key").expect(0, &["it counts"]);
    asof(&workspace, "2026-06-01").expect(0, &["ended"]);
    asof(&workspace, "2026-04-30").expect(1, &["barred"]);
}

#[test]
fn only_officers_sign_and_only_what_they_signed_counts() {
    let workspace = workspace();
    let refused = workspace.run("designations add order.toml --key keys/stranger.key");
    refused.expect(2, &["not the key of an officer", "[designations.officers]"]);
    assert!(!workspace.path("designations").exists());
    workspace.run("designations add order.toml").expect(1, &["0 of 1 signatures"]);
    asof(&workspace, "2026-06-01").expect(0, &["nothing is recorded", "does not count"]);
    workspace.run("designations add order.toml --key keys/first.key").expect(0, &[]);
    asof(&workspace, "2026-06-01").expect(1, &["barred"]);
    // An edited record is nobody's word.
    workspace.edit("designations/example-order.1.toml", "\"defense\"", "\"state\"");
    asof(&workspace, "2026-06-01").expect(0, &["does not count"]);
    workspace.edit("carveout.toml", "signatures = \"required\"", "signatures = \"optional\"");
    asof(&workspace, "2026-06-01").expect(0, &["because signatures are optional here", "not reached"]);
}

#[test]
fn one_key_under_two_names_is_one_officer() {
    let workspace = workspace();
    workspace.append("carveout.toml", "third = \"file:keys/first.pub\"\n");
    workspace.run("designations add back.toml --key keys/first.key").expect(1, &["1 of 2 signatures"]);
}

#[test]
fn a_correction_is_a_new_version_and_a_looser_one_takes_two_names() {
    let workspace = workspace();
    workspace.run("designations add order.toml --key keys/first.key").expect(0, &[]);
    workspace.edit("order.toml", "[\"defense\"]", "[\"defense\", \"energy\"]");
    workspace
        .run("designations add order.toml --key keys/first.key")
        .expect(2, &["holds another text", "new version"]);
    workspace.edit("order.toml", "version = 1", "version = 2");
    workspace.run("designations add order.toml --key keys/first.key").expect(0, &["version 2"]);
    workspace.edit("order.toml", "version = 2", "version = 3");
    workspace.edit("order.toml", "[\"defense\", \"energy\"]", "[\"energy\"]");
    let looser = workspace.run("designations add order.toml --key keys/second.key");
    looser.expect(1, &["it reaches fewer agencies", "1 of 2 signatures"]);
    // Until then the second version holds.
    let shown = workspace.run("designations show example-order --json").expect(0, &[]).json();
    assert_eq!(shown["designation"]["version"], 2, "{shown:#}");
    workspace.run("designations list").expect(0, &["replaced", "does not count"]);
    workspace.run("designations add order.toml --key keys/first.key").expect(0, &["it counts"]);
    let shown = workspace.run("designations show example-order --json").expect(0, &[]).json();
    assert_eq!(shown["designation"]["version"], 3, "{shown:#}");
    workspace.edit("order.toml", "version = 3", "version = 2");
    workspace.run("designations add order.toml --key keys/first.key").expect(2, &["holds another text"]);
}

#[test]
fn what_can_t_be_read_is_pointed_at() {
    let workspace = workspace();
    workspace.edit("order.toml", "\"exclusion_order\"", "\"exclusion\"");
    workspace.edit("order.toml", "issuer", "isuer");
    let document = workspace.run("designations add order.toml --json").expect(2, &[]).json();
    let problems = document["problems"].as_array().unwrap();
    assert!(problems.len() >= 3, "{document:#}");
    let codes: BTreeSet<&str> = problems.iter().map(|problem| problem["code"].as_str().unwrap()).collect();
    assert_eq!(codes, BTreeSet::from(["missing-key", "unknown-key", "unknown-word"]), "{document:#}");
    assert!(problems.iter().all(|problem| problem["line"].is_u64()), "{document:#}");
    for (words, said) in [
        ("designations show nothing", "there is no designation `nothing`"),
        ("designations compile nothing", "there is no designation `nothing`"),
        ("designations asof yesterday", "write a date"),
        ("designations asof 2026-02-30", "write a date"),
        ("designations import csv order.toml --known 2026-01-01", "no column is mapped to `name`"),
        ("designations import sam order.toml --known 2026-01-01 --map name=x", "belongs to the format `csv`"),
        ("designations import sam none.csv --known 2026-01-01", "can't read `none.csv`"),
        ("designations import sam order.toml --known 2026-01-01 --kind list", "use one of"),
    ] {
        workspace.run(words).expect(2, &[said]);
    }
}

/// The answers of the example, as `asof` tells them in general for each instrument and question.
fn told(on: &str, known: &str) -> Vec<(String, Vec<String>)> {
    let files = records();
    let mut words = vec!["designations", "asof", on, "--known", known, "--json"];
    words.extend(files.iter().map(String::as_str));
    let document = run(words).json();
    let list = |json: &Json| json.as_array().unwrap().clone();
    list(&document["designations"])
        .iter()
        .map(|designation| {
            let answers = list(&designation["answers"]);
            let is = answers.iter().map(|answer| answer["standing"]["is"].as_str().unwrap().to_owned());
            (designation["designation"].as_str().unwrap().to_owned(), is.collect())
        })
        .collect()
}

#[test]
fn the_example_s_table_is_what_the_command_says() {
    let page = std::fs::read_to_string(example("README.md")).unwrap();
    let words = [
        ("not_known", "?"),
        ("out_of_reach", "–"),
        ("announced", "announced"),
        ("not_yet", "not yet"),
        ("phase_out", "phase-out"),
        ("barred", "**barred**"),
        ("stopped", "stopped"),
        ("ended", "ended"),
    ];
    let mut rows = 0;
    for line in page.lines().filter(|line| line.starts_with("| 2026-")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let (on, known) = (cells[0], if cells[1] == "that day" { cells[0] } else { cells[1] });
        let told = told(on, known);
        // One column for each question: the strictest of the instruments, and which it is.
        for (question, cell) in cells[2..6].iter().enumerate() {
            let answers = told.iter().map(|(id, answers)| (id, answers[question].as_str()));
            let strictest =
                ["barred", "phase_out", "announced", "not_yet", "stopped", "out_of_reach", "not_known"];
            let found =
                strictest.iter().find(|word| answers.clone().any(|(_, answer)| answer == **word)).unwrap();
            let shown = words.iter().find(|(word, _)| word == found).unwrap().1;
            let mut by: Vec<&str> =
                answers.filter(|(_, answer)| answer == found).map(|(id, _)| short(id)).collect();
            by.sort_unstable();
            let expected = match *found {
                "out_of_reach" | "not_known" => "–".to_owned(),
                _ => format!("{shown}: {}", by.join(", ")),
            };
            assert_eq!(*cell, expected, "{line}");
        }
        rows += 1;
    }
    assert!(rows >= 12, "{rows} dates");
}

fn short(id: &str) -> &str {
    match id {
        "directive-2026-02-27" => "direction",
        "statement-2026-02-27" => "statement",
        "section-3252-2026-03" => "3252",
        _ => "4713",
    }
}

#[test]
fn a_use_is_asked_about_instead_of_the_usual_questions() {
    let files = records();
    let ask = |use_: &str| run(["designations", "asof", "2026-10-01", "--use", use_, &files[3]]);
    ask("agency=defense, system_class=cui").expect(1, &["this use", "barred"]);
    ask("agency=energy").expect(0, &["not reached"]);
    ask("agency=unknown").expect(1, &["barred"]);
    ask("agncy=energy").expect(2, &["did you mean `agency`?"]);
}

#[test]
fn what_is_compiled_is_checked_decided_and_compared_like_any_agreement() {
    let workspace = workspace();
    let file = records()[3].clone();
    let compiled = ["designations", "compile", &file, "--known", "2026-11-23", "--out", "limit.md"];
    workspace.run_all(compiled).expect(0, &["limit.md", "is the maker `anthropic`", "not enforced:"]);
    workspace.run_all(compiled).expect(2, &["exists already"]);
    workspace.run("check limit.md").expect(0, &["limit: it only forbids", "2 as agreed, 0 not"]);
    let grant = example("../../packs/all-lawful-purposes/all-lawful-purposes.md").display().to_string();
    let decide = |maker: &str, at: &str| {
        let use_ =
            format!("purpose=software.dev, agency=defense, maker={maker}, operator={maker}, at=\"{at}\"");
        workspace.run_all(["decide", "limit.md", &grant, "--use", &use_])
    };
    decide("anthropic", "2026-09-03T03:59:59Z").expect(0, &["permit"]);
    decide("anthropic", "2026-09-03T04:00:00Z").expect(1, &["section-4713-2026-03 1.1"]);
    decide("openai", "2026-09-03T04:00:00Z").expect(0, &["permit"]);
    // A designation's loosening and tightening is a difference like any other.
    let before = ["designations", "compile", &file, "--known", "2026-03-05", "--out", "before.md"];
    workspace.run_all(before).expect(0, &[]);
    workspace
        .run("diff before.md limit.md")
        .expect(1, &["wider", "at is at or after 2026-03-06T05:00:00.000Z"]);
    let statement = records()[1].clone();
    run(["designations", "compile", &statement]).expect(1, &["Shown, and not enforced"]);
    let enforced =
        run(["designations", "compile", &statement, "--announced", "--json"]).expect(0, &[]).json();
    assert_eq!(enforced["enforces"], true, "{enforced:#}");
    assert!(enforced["text"].as_str().unwrap().contains("Agency::\"non_government\""), "{enforced:#}");
}

#[test]
fn a_list_is_read_into_records_that_can_be_added() {
    let workspace = workspace();
    workspace.write("list.csv", "Company,From,Extra\nExample One,2026-01-02,x\nExample Two,someday,\n");
    let words = "designations import csv list.csv --known 2026-02-01 --prefix demo --issuer Example --authority Act \
                 --map name=Company --map effective=From --into drafts";
    let import = workspace.run(words);
    import.expect(
        1,
        &["2 rows, 1 records, 1 written", "not read:", "`effective` is no date", "`Extra` has no place"],
    );
    let drafts: Vec<PathBuf> =
        std::fs::read_dir(workspace.path("drafts")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(drafts.len(), 1);
    let file = drafts[0].display().to_string();
    workspace.run_all(["designations", "add", &file, "--key", "keys/first.key"]).expect(0, &["it counts"]);
    asof(&workspace, "2026-02-01").expect(1, &["Example One", "barred"]);
    workspace.run(words).expect(2, &["exists already"]);
    workspace.write("list.csv", "Company,From\nExample One,2026-01-02\n");
    let document = workspace.run(&words.replace(" --into drafts", " --json")).expect(0, &[]).json();
    assert_eq!(document["records"][0]["targets"][0]["name"], "Example One", "{document:#}");
    assert_eq!(document["not_read"], Json::Array(Vec::new()), "{document:#}");
}

#[test]
fn a_record_is_shown_with_what_became_of_it() {
    let files = records();
    run(["designations", "show", &files[2]]).expect(
        0,
        &[
            "What held",
            "phase-out until before 2026-09-03T04:00:00.000Z",
            "stopped",
            "preliminary-injunction",
            "180 days",
        ],
    );
    let document = run(["designations", "show", &files[2], "--json"]).expect(0, &[]).json();
    let history: Vec<&str> = document["history"]
        .as_array()
        .unwrap()
        .iter()
        .map(|held| held["standing"]["is"].as_str().unwrap())
        .collect();
    assert_eq!(history, ["barred", "phase_out", "stopped", "stopped"], "{document:#}");
}

#[test]
fn what_was_known_before_a_correction_stays_what_was_known() {
    let workspace = workspace();
    workspace.run("designations add order.toml --key keys/first.key").expect(0, &[]);
    let corrected = ORDER
        .replace("version = 1", "version = 2")
        .replace("agencies = [\"defense\"]", "agencies = [\"defense\", \"other_federal\"]")
        .replace("effective = 2026-03-04", "effective = 2026-03-04\ncorrected = 2026-05-01");
    workspace.write("order-2.toml", corrected);
    workspace.run("designations add order-2.toml --key keys/first.key").expect(0, &["it counts"]);
    for (known, civilian) in [("2026-04-30", "not reached"), ("2026-05-01", "barred")] {
        let asked = workspace.run(&format!("designations asof 2026-06-01 --known {known} --json"));
        let answers = asked.expect(1, &[]).json()["designations"][0]["answers"].clone();
        assert_eq!(answers[2]["situation"]["name"], "civilian agency", "{answers:#}");
        let status = answers[2]["standing"]["is"].as_str().unwrap().replace("out_of_reach", "not reached");
        assert_eq!(status, civilian, "known {known}: {answers:#}");
    }
}
