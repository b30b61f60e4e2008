//! `compare`: several agreements in one table, every cell proven for its row.

use crate::kit::{Workspace, forbids, permits};

const ADMIN: &str = "context.purpose in Purpose::\"admin\"";
const LOGISTICS: &str = "context.purpose in Purpose::\"logistics\"";
const BULK: &str = "[Volume::\"bulk\", Volume::\"unknown\"].contains(context.volume)";

/// Two drafts that differ in logistics, and in bulk data.
fn table() -> Workspace {
    let workspace = Workspace::real();
    workspace.draft("first.md", &[("1.1 Grant", &permits(ADMIN)), ("1.2 Bulk", &forbids(BULK))]);
    workspace.draft("second.md", &[("1.1 Grant", &permits(ADMIN)), ("1.2 Logistics", &permits(LOGISTICS))]);
    workspace.edit("first.md", "agreement = \"terms\"", "agreement = \"first\"");
    workspace.edit("second.md", "agreement = \"terms\"", "agreement = \"second\"");
    workspace
}

#[test]
fn rows_that_tell_agreements_apart_are_shown_with_their_clauses() {
    let workspace = table();
    let told = workspace.run("compare first.md second.md");
    told.expect(
        0,
        &[
            "uses first second",
            "admin.business depends 1.2 permitted 1.1",
            "logistics denied: not granted permitted 1.2",
            "admin.business, by first permitted where volume is targeted denied where volume is either bulk or unknown",
            "rows are left out, on which all rule alike (proven); --all shows them",
        ],
    );
    assert!(!told.out.contains("targeting"), "{told:?}");
    workspace.run("compare first.md second.md --all").expect(0, &["targeting"]);
    workspace.run("compare first.md first.md").expect(0, &["every row gets the same ruling"]);
    workspace.run("compare first.md").expect(0, &["logistics", "denied: not granted"]);
}

#[test]
fn rows_can_be_written_down() {
    let workspace = table();
    workspace.write(
        "uses.txt",
        "# what we argue about\nbulk office work: purpose=admin.business, volume=bulk\n\ndeny: purpose=admin.business, volume=targeted\n",
    );
    workspace.run("compare first.md second.md --uses uses.txt --all").expect(
        0,
        &[
            "bulk office work denied 1.2 permitted 1.1",
            "purpose=admin.business, volume=targeted permitted 1.1 permitted 1.1",
        ],
    );
    for (text, words) in [
        ("", "names no uses"),
        ("bulk: volume=loads", "line 1 of `uses.txt` is no row"),
        ("a: volume=bulk\na: volume=targeted", "two rows `a`"),
    ] {
        workspace.write("uses.txt", text);
        workspace.run("compare first.md --uses uses.txt").expect(2, &[words]);
    }
}

#[test]
fn a_comparison_is_one_document_and_one_page() {
    let workspace = table();
    let document = workspace.run("compare first.md second.md --json --html page.html").expect(0, &[]).json();
    assert_eq!(document["agreements"][1]["agreement"], "second");
    let rows = document["rows"].as_array().unwrap();
    let office = rows.iter().find(|row| row["uses"][0] == "admin.business").unwrap();
    assert_eq!(office["alike"], false);
    let cell = &office["cells"][0];
    assert_eq!((&cell["answer"], &cell["clauses"][0]["clause"]), (&"depends".into(), &"1.2".into()));
    assert_eq!(cell["denied"]["exhausted"], true);
    assert_eq!(cell["denied"]["cubes"][0]["after"]["ruling"], "deny");
    let page = workspace.read("page.html");
    for expected in [
        "<!doctype html>",
        "first and second",
        "<span class=\"ruling hold\">depends 1.2</span>",
        "volume is targeted",
    ] {
        assert!(page.contains(expected), "{expected}");
    }
}

#[test]
fn what_cant_be_compared_is_said() {
    let workspace = table();
    workspace.run("compare none.md").expect(2, &["none.md"]);
    workspace.run("compare").expect(2, &["FILE"]);
    let undecided = workspace.run("compare first.md second.md --timeout 0 --json");
    assert_eq!(undecided.expect(2, &[]).json()["verdict"], "undecided");
}
