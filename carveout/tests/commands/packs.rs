//! Packs and examples: every file in the repository is read, checked and can be taken over.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use carveout_terms::{RedLines, Vocabulary};
use serde_json::Value as Json;

use crate::kit::{Workspace, run};

/// Clauses whose policies say aloud what the grant beside them leaves out: they have one side.
const ONE_SIDED: [&str; 3] =
    ["Every Use states its purpose", "A purpose is stated", "Purpose and agency are stated"];

#[test]
fn every_pack_and_every_example_passes_check() {
    for file in agreements() {
        let told = run([Path::new("check"), Path::new("--json"), &file]);
        let document = told.expect(0, &[]).json();
        let agreement = &document["agreements"][0];
        assert_eq!(agreement["warnings"], Json::Array(Vec::new()), "{}", file.display());
        assert!(agreement["rests_on_presumption"].as_array().unwrap().is_empty(), "{}", file.display());
    }
}

#[test]
fn every_enforced_clause_of_a_pack_has_examples_on_both_sides() {
    for file in pack_files() {
        let document = run([Path::new("check"), Path::new("--json"), &file]).expect(0, &[]).json();
        let agreement = &document["agreements"][0];
        for clause in list(agreement, "clauses").filter(|clause| list(clause, "policies").next().is_some()) {
            let number = clause["number"].as_str().unwrap();
            let expected: BTreeSet<&str> = list(agreement, "examples")
                .filter(|example| example["clause"] == number)
                .map(|example| if example["expected"] == "permit" { "permit" } else { "refuse" })
                .collect();
            let grants = list(clause, "policies").all(|policy| policy["permits"] == true);
            let wanted: &[&str] = if grants {
                &["permit"]
            } else if ONE_SIDED.contains(&clause["heading"].as_str().unwrap()) {
                &["refuse"]
            } else {
                &["permit", "refuse"]
            };
            let missing = wanted.iter().find(|side| !expected.contains(**side));
            assert_eq!(missing, None, "{} clause {number}", file.display());
        }
    }
}

#[test]
fn a_pack_says_what_it_is_and_what_it_rests_on() {
    for file in pack_files() {
        let text = fs::read_to_string(&file).unwrap();
        let flat = text.replace("\n> ", " ").replace('\n', " ");
        for words in ["**An illustration", "Not legal advice."] {
            assert!(flat.contains(words), "{}: `{words}`", file.display());
        }
        for party in text.lines().filter(|line| line.contains("{ id = ")) {
            assert!(party.contains("The Vendor") || party.contains("The Customer"), "{party}");
        }
    }
}

#[test]
fn the_binary_carries_every_pack_of_the_repository() {
    let document = run(["packs", "list", "--json"]).expect(0, &[]).json();
    let listed: BTreeSet<String> =
        list(&document, "packs").map(|pack| pack["name"].as_str().unwrap().to_owned()).collect();
    let there: BTreeSet<String> = pack_files().iter().chain(&samples()).map(|file| stem(file)).collect();
    assert_eq!(listed, there);
    assert!(listed.len() >= 12, "{listed:?}");
    for file in pack_files().iter().chain(&samples()) {
        let shown = run(["packs", "show", &stem(file)]);
        assert_eq!(shown.expect(0, &[]).out, fs::read_to_string(file).unwrap());
    }
    let people = run(["packs", "list"]);
    people.expect(0, &["openai-department-v2", "limit", "grant", "illustration"]);
    let shown = run(["packs", "show", "omb-m-26-04", "--json"]).expect(0, &[]).json();
    assert_eq!((&shown["role"], &shown["enforced"]), (&"limit".into(), &1.into()));
    assert!(shown["text"].as_str().unwrap().starts_with("+++"));
}

#[test]
fn a_pack_is_taken_into_a_workspace_once() {
    let workspace = Workspace::real();
    let added = workspace.run("packs add openai-department-v1 --json").expect(0, &[]).json();
    assert!(added["file"].as_str().unwrap().ends_with("agreements/openai-department.md"), "{added:#}");
    assert_eq!(
        workspace.read("agreements/openai-department.md"),
        run(["packs", "show", "openai-department-v1"]).out
    );
    workspace.run("check").expect(0, &["openai-department version 1"]);
    for (words, told) in [
        ("packs add openai-department-v1", "is the agreement `openai-department` already"),
        ("packs add openai-department-v2", "is the agreement `openai-department` already"),
        ("packs add openai-department-v3", "tip: a similar value exists"),
        ("packs show ../sample", "invalid value"),
        ("packs add dodd-3000-09 --into nowhere", "carveout.toml"),
    ] {
        workspace.run(words).expect(2, &[told]);
    }
    fs::rename(workspace.path("agreements/openai-department.md"), workspace.path("agreements/renamed.md"))
        .unwrap();
    workspace.run("packs add openai-department-v2").expect(2, &["renamed.md"]);
    let root = workspace.path("");
    run([Path::new("packs"), Path::new("add"), Path::new("dodd-3000-09"), Path::new("--into"), &root])
        .expect(0, &["dodd-3000-09 is in", "before anybody signs it"]);
    workspace.run("check").expect(0, &["dodd-3000-09 version 1"]);
}

#[test]
fn a_workspace_that_speaks_of_other_facts_refuses_a_pack() {
    let workspace = Workspace::real();
    workspace.edit("vocabulary/defense.toml", "\"emotion_inference\" = ", "\"feelings\" = ");
    workspace
        .run("packs add eu-ai-act-article-5")
        .expect(2, &["eu-ai-act-article-5.md", "emotion_inference"]);
    assert!(!workspace.path("agreements/eu-ai-act-article-5.md").exists());
}

#[test]
fn the_second_draft_of_the_dispute_is_the_first_without_the_phrase() {
    let folder = repository("examples/dispute");
    let (first, second) = (text(&folder, "draft-1.md"), text(&folder, "draft-2.md"));
    let start = first.find("### 2.2 Analysis of bulk acquired data").unwrap();
    let end = first.find("### 2.3 ").unwrap();
    let without = format!("{}{}", &first[..start], &first[end..]);
    assert_eq!(without.replace("draft-1", "draft-2"), second);
    let bought = "purpose=intel.commercial_data_analysis, volume=bulk, source=commercially_purchased, \
                  subject=us_person, authority=eo12333, deployment=gov_cloud";
    for (draft, code, ruling) in [("draft-1.md", 1, "deny"), ("draft-2.md", 0, "permit")] {
        let draft = folder.join(draft);
        let told =
            run([Path::new("decide"), &draft, Path::new("--use"), Path::new(bought), Path::new("--json")]);
        assert_eq!(told.expect(code, &[]).json()["ruling"], ruling);
    }
}

#[test]
fn the_red_lines_of_the_dispute_are_read() {
    let vocabulary = Vocabulary::parse(
        &text(&repository("packs/defense"), "defense.cedarschema"),
        &text(&repository("packs/defense"), "defense.toml"),
    );
    let vocabulary = vocabulary.unwrap();
    for (party, never, always) in [("vendor", 3, 1), ("customer", 1, 3)] {
        let source = text(&repository("examples/dispute"), &format!("{party}.redlines.md"));
        let lines = RedLines::parse(&source, &vocabulary).unwrap();
        assert_eq!((lines.party(), lines.never().count(), lines.always().count()), (party, never, always));
    }
}

#[test]
fn the_dispute_comes_out_as_its_readme_says() {
    let folder = repository("examples/dispute");
    let told = |words: &str| {
        let folder = folder.to_str().unwrap();
        let words = words.split(' ').map(|word| word.replace('@', folder));
        run(["-C".to_owned(), folder.to_owned(), "--json".to_owned()].into_iter().chain(words))
    };
    for (draft, party, code) in [
        ("draft-1", "vendor", 0),
        ("draft-2", "vendor", 1),
        ("draft-1", "customer", 1),
        ("draft-2", "customer", 0),
    ] {
        told(&format!("redlines @/{draft}.md --party {party}")).expect(code, &[]);
    }
    let condition = "2.2#2=![Subject::\"non_us_person\",Subject::\"none\"].contains(context.subject)";
    for (words, change) in [
        ("diff @/draft-1.md @/draft-2.md --verdict-only", "wider"),
        ("what-if @/draft-1.md --drop 2.2", "wider"),
        (&format!("what-if @/draft-1.md --replace {condition}"), "wider"),
        (
            "what-if @/../../packs/openai-department-v2/openai-department-v2.md --drop-condition 2.7#3",
            "narrower",
        ),
    ] {
        assert_eq!(told(words).expect(1, &[]).json()["change"], change, "{words}");
    }
    let settled = text(&folder, "draft-1.md").replace(
        "context.subject != Subject::\"none\"",
        "![Subject::\"non_us_person\", Subject::\"none\"].contains(context.subject)",
    );
    // The examples of the clause go with it: one of them is what changes.
    let settled = settled
        .replace("deny: purpose=intel.foreign, volume=bulk", "permit: purpose=intel.foreign, volume=bulk");
    let workspace = Workspace::real();
    workspace.write("settled.md", settled);
    workspace.run("check settled.md").expect(0, &[]);
    for party in ["vendor", "customer"] {
        let lines = folder.join(format!("{party}.redlines.md"));
        workspace.run(&format!("redlines settled.md --party {}", lines.display())).expect(0, &[]);
    }
}

#[test]
fn versions_of_a_pack_differ_as_they_are_said_to() {
    for (old, new, change) in [
        ("openai-department-v1", "openai-department-v2", "narrower"),
        ("gsar-552-239-7001-march", "gsar-552-239-7001-june", "both"),
    ] {
        let [old, new] = [old, new].map(|name| repository(&format!("packs/{name}/{name}.md")));
        let told = run([Path::new("diff"), &old, &new, Path::new("--verdict-only"), Path::new("--json")]);
        assert_eq!(told.expect(1, &[]).json()["change"], change);
    }
}

/// A place in the repository.
fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// The file of every pack but the samples: `packs/NAME/NAME.md`.
fn pack_files() -> Vec<PathBuf> {
    let folders = fs::read_dir(repository("packs")).unwrap().map(|folder| folder.unwrap().path());
    let files = folders.map(|folder| folder.join(format!("{}.md", stem(&folder))));
    files.filter(|file| file.exists()).collect()
}

fn samples() -> Vec<PathBuf> {
    ["sample-terms", "house-rules"]
        .iter()
        .map(|name| repository(&format!("packs/sample/{name}.md")))
        .collect()
}

/// Every agreement of the repository that people are meant to read.
fn agreements() -> Vec<PathBuf> {
    let drafts = ["draft-1", "draft-2"].map(|name| repository(&format!("examples/dispute/{name}.md")));
    pack_files().into_iter().chain(samples()).chain(drafts).collect()
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap().to_str().unwrap().to_owned()
}

fn text(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

fn list<'a>(document: &'a Json, key: &str) -> impl Iterator<Item = &'a Json> {
    document[key].as_array().unwrap().iter()
}
