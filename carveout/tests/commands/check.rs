//! `check`: good files, every kind of broken one, and files that are no files.

use std::{fs, os::unix::fs::PermissionsExt};

use crate::kit::{Workspace, ran};

const TERMS: &str = "agreements/terms.md";

#[test]
fn a_good_agreement_is_read_as_its_counterparty_would() {
    let workspace = Workspace::real();
    let words = [
        "2.1 restriction D forbids when volume is either bulk or unknown, and subject is not none",
        "6 examples, 6 as agreed, 0 not",
    ];
    workspace.run("check agreements/terms.md").expect(0, &words);
    workspace.run("check").expect(0, &words);
    workspace.run("check --lowered").expect(0, &["forbid"]);
    let document = workspace.run("check --json").expect(0, &[]).json();
    assert_eq!(document["ok"], true);
    assert_eq!(document["agreements"][0]["clauses"][1]["number"], "1.1");
}

#[test]
fn a_broken_agreement_is_pointed_into_with_a_hint() {
    for (old, new, code, place, hint) in [
        ("context.volume)", "context.volum)", "unknown-fact", Some((48, 48)), "did you mean `volume`?"),
        ("Volume::\"bulk\"", "Volume::\"bulc\"", "unknown-member", Some((48, 4)), "`bulk`"),
        ("### 2.2 Lethal", "### 2.1 Lethal", "duplicate-clause", None, "2.1"),
        ("### 1.1 Lawful purposes", "### Lawful purposes", "clause-number", None, ""),
        (
            "permit: purpose=software.dev",
            "permit: purpose=softwar.dev",
            "unknown-member",
            None,
            "software.dev",
        ),
        ("role = \"grant\"", "role = \"grand\"", "front-matter", None, "grant"),
        ("effective = 2026-01-01\n", "", "front-matter", None, "effective"),
        (
            "[Volume::\"bulk\", Volume::\"unknown\"]",
            "[Volume::\"bulk\"]",
            "silent-on-unknown",
            None,
            "unknown",
        ),
        ("3 Record\n", "3 Record\n\nSee clause 9.9.\n", "missing-clause", None, "9.9"),
        (
            "permit (principal, action, resource)",
            "permit (principal, action, resource",
            "policy-syntax",
            None,
            "",
        ),
    ] {
        let workspace = Workspace::real();
        workspace.edit(TERMS, old, new);
        let document = workspace.run("check --json").expect(1, &[]).json();
        let problems = document["agreements"][0]["problems"].as_array().unwrap();
        let found = problems.iter().find(|problem| problem.to_string().contains(hint));
        let problem = found.unwrap_or_else(|| panic!("{code}: {document:#}"));
        if let Some((line, column)) = place {
            assert_eq!((&problem["line"], &problem["column"]), (&line.into(), &column.into()), "{problem:#}");
        }
        let line = problem["line"].as_u64().unwrap();
        workspace.run("check").expect(1, &[&format!("terms.md:{line}:"), hint]);
    }
}

#[test]
fn an_example_that_comes_out_otherwise_is_a_negative_answer() {
    let workspace = Workspace::real();
    workspace.edit(TERMS, "permit: purpose=software.dev,", "permit: purpose=software.dev, volume=bulk,");
    workspace.edit(TERMS, "volume=bulk, subject=none,", "volume=bulk, subject=us_person,");
    workspace.run("check").expect(1, &["FAILED clause 1.1", "5 as agreed, 1 not"]);
    let document = workspace.run("check --json").expect(1, &[]).json();
    assert_eq!(document["ok"], false);
    workspace.run("sign agreements/terms.md --key keys/customer.key").expect(2, &["it is not signed"]);
    assert!(!workspace.path("agreements/terms.md.sig").exists());
}

#[test]
fn files_that_can_t_be_read_are_failures_and_say_why() {
    let workspace = Workspace::real();
    workspace.write("latin.md", b"+++\n\xe9\n");
    for (file, words) in [
        ("latin.md", ["can't read `latin.md`", "line 2 is not UTF-8"]),
        ("agreements", ["`agreements` is a folder", "name a file in it"]),
        ("none.md", ["can't read `none.md`", "No such file"]),
    ] {
        workspace.run(&format!("check {file}")).expect(2, &words);
        let document = workspace.run(&format!("check --json {file}")).expect(2, &[]).json();
        assert_eq!(document["command"], "error");
    }
    fs::set_permissions(workspace.path(TERMS), fs::Permissions::from_mode(0o000)).unwrap();
    // Permissions don't bind the superuser.
    if fs::read(workspace.path(TERMS)).is_err() {
        workspace.run("check").expect(2, &["Permission denied"]);
    }
}

#[test]
fn line_ends_of_windows_are_taken_and_a_byte_order_mark_is_named() {
    let workspace = Workspace::real();
    let text = workspace.read(TERMS);
    workspace.write(TERMS, text.replace('\n', "\r\n"));
    workspace.run("check").expect(0, &["6 as agreed"]);
    workspace.write(TERMS, format!("\u{feff}{text}"));
    workspace.run("check").expect(1, &["byte order mark", "terms.md:1:1"]);
    workspace.write(TERMS, "");
    workspace.run("check").expect(1, &["front matter"]);
    fs::remove_file(workspace.path(TERMS)).unwrap();
    workspace.run("check").expect(2, &["there is no agreement in"]);
}

#[test]
fn five_megabytes_are_read_within_the_time_limit() {
    let workspace = Workspace::real();
    workspace.edit(TERMS, "Nothing here is legal advice.", &"word ".repeat(1 << 20));
    workspace.run("check").expect(0, &["6 as agreed"]);
}

#[test]
fn a_counterparty_s_text_does_not_steer_the_terminal() {
    let workspace = Workspace::real();
    let hidden = "\u{1b}[8mhidden\u{1b}[2K\u{202e}";
    workspace.edit(TERMS, "# Terms of use (draft)", &format!("# Terms {hidden} of use"));
    workspace.edit(TERMS, "### 1.1 Lawful", &format!("### 1.1 {hidden}Lawful"));
    for words in ["check", "decide --use purpose=unknown --explain"] {
        let mut command = workspace.command(words.split(' '));
        let told = ran(command.env("CLICOLOR_FORCE", "1"));
        let said = format!("{}{}", told.out, told.err);
        for bad in ["\u{1b}[8m", "\u{1b}[2K", "\u{202e}"] {
            assert!(!said.contains(bad), "{said:?}");
        }
    }
}

#[test]
fn another_vocabulary_is_named_by_its_path() {
    let workspace = Workspace::real();
    workspace.run("check agreements/terms.md --vocabulary vocabulary/defense").expect(0, &["6 as agreed"]);
    workspace
        .run("check agreements/terms.md --vocabulary vocabulary/none")
        .expect(2, &["vocabulary/none.cedarschema"]);
    workspace.append("vocabulary/defense.cedarschema", "entity {");
    workspace.run("check").expect(2, &["defense.cedarschema"]);
}
