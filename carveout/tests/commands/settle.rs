//! `settle`: what both parties can have, what they can't and why, and a draft that can be signed.

use serde_json::Value as Json;

use crate::kit::{Workspace, forbids, permits, policy};

const ADMIN: &str = "context.purpose in Purpose::\"admin\"";
const INTEL: &str = "context.purpose in Purpose::\"intel\"";
const BULK: &str = "context.volume == Volume::\"bulk\"";

/// The red lines of the vendor, beside those of the customer that the kit writes.
fn vendor(workspace: &Workspace, clauses: &[(&str, &str)]) {
    workspace.red_lines("vendor.md", clauses);
    workspace.edit(
        "vendor.md",
        "id = \"customer\", name = \"Example Agency\"",
        "id = \"vendor\", name = \"Example Maker\"",
    );
    workspace.edit("vendor.md", "redlines = \"lines\"", "redlines = \"vendor-lines\"");
}

/// Both parties' lines: administration is wanted by both, intelligence by one and narrowed by the other.
fn table() -> Workspace {
    let workspace = Workspace::real();
    vendor(&workspace, &[("1.1 Bulk", &forbids(BULK)), ("1.2 Office work", &permits(ADMIN))]);
    workspace.red_lines("customer.md", &[("1.1 Intelligence", &permits(INTEL))]);
    workspace
}

#[test]
fn wants_are_granted_fully_in_part_or_not_at_all() {
    let workspace = table();
    workspace.run("settle vendor.md customer.md").expect(
        0,
        &[
            "common ground: of 2 wants 0 granted fully, 2 in part, 0 not at all",
            "vendor 1.2 Office work is ruled out in part by a line of its own party, vendor 1.1 Bulk",
            "in part customer 1.1 Intelligence: clauses 1.2, 2.1 of the draft",
            "In the way, and none of these could be left out: - vendor 1.1 Bulk",
            "It permits exactly what either party wants and neither rules out (proven). All 1 lines",
            "### 2.1 Not included: clauses 1.1 and 1.2",
        ],
    );
    let all = format!("{INTEL} && {BULK}");
    workspace
        .red_lines("customer.md", &[("1.1 Intelligence", &permits(&all)), ("1.2 Admin", &permits(ADMIN))]);
    workspace.run("settle vendor.md customer.md").expect(
        1,
        &[
            "1 not at all",
            "customer 1.1 Intelligence is ruled out as a whole by vendor 1.1 Bulk",
            "not at all customer 1.1 Intelligence",
            "use: purpose=intel.commercial_data_analysis, volume=bulk",
        ],
    );
}

#[test]
fn a_draft_can_be_checked_and_signed_and_keeps_the_lines() {
    let workspace = table();
    let held = policy(
        "Never without the release authority.",
        &format!(
            "@hold(\"customer/release-authority\")\nforbid (principal, action, resource) when {{ {INTEL} }};"
        ),
    );
    vendor(&workspace, &[("1.1 Bulk", &forbids(BULK)), ("1.2 Held", &held), ("1.3 Office", &permits(ADMIN))]);
    let words = "settle vendor.md customer.md --out draft.md --id our-terms --effective 2026-02-01 --governs maker=sample-maker";
    let told = workspace.run(words);
    told.expect(0, &["wrote draft.md", "our-terms version draft: clauses 1.1, 1.2, 2.1, 3.1"]);
    assert!(!told.out.contains("+++"), "the draft is in the file: {told:?}");
    let draft = workspace.read("draft.md");
    for expected in [
        "effective = 2026-02-01\n",
        "governs = { maker = [\"sample-maker\"] }",
        "roles = [\"release-authority\"]",
    ] {
        assert!(draft.contains(expected), "{expected}: {draft}");
    }
    workspace.run("check draft.md").expect(0, &["0 not"]);
    workspace.run("keygen --name vendor.example --out vendor.key").expect(0, &[]);
    workspace.run("sign draft.md --key vendor.key").expect(0, &["signed"]);
    workspace.red_lines("never.md", &[("1.1 Bulk", &forbids(BULK))]);
    workspace.run("redlines draft.md --party never.md").expect(0, &["1 of 1 lines kept"]);
    // It is not written over.
    workspace.run(words).expect(2, &["is not overwritten"]);
}

#[test]
fn a_settlement_is_one_document() {
    let document = table().run("settle vendor.md customer.md --json").expect(0, &[]).json();
    assert_eq!(document["command"], "settle");
    let wants = document["wants"].as_array().unwrap();
    let granted: Vec<&Json> = wants.iter().map(|want| &want["granted"]).collect();
    assert_eq!(granted, ["in part", "in part"]);
    let want = &wants[1];
    assert_eq!(want["want"]["party"], "customer");
    assert_eq!(want["denied"]["exhausted"], true);
    assert_eq!(want["denied"]["cubes"][0]["after"]["ruling"], "deny");
    assert_eq!(want["permitted"]["cubes"][0]["after"]["grounds"][0]["clause"], "1.2");
    assert_eq!(want["in_the_way"][0]["line"]["clause"], "1.1");
    assert_eq!(document["contradictions"][0]["own"], true);
    let draft = &document["draft"];
    assert_eq!(draft["proven"], true);
    assert!(draft["source"].as_str().unwrap().starts_with("+++\n"));
    let numbers: Vec<&Json> = draft["clauses"].as_array().unwrap().iter().map(|it| &it["number"]).collect();
    assert_eq!(numbers, ["1.1", "1.2", "2.1"]);
}

#[test]
fn what_cant_be_settled_is_said() {
    let workspace = table();
    workspace.run("settle vendor.md vendor.md").expect(2, &["both files are red lines of `vendor`"]);
    workspace.run("settle vendor.md none.md").expect(2, &["none.md"]);
    workspace.run("settle vendor.md customer.md --id Ours").expect(2, &["can't be an agreement's id"]);
    workspace
        .run_all(["settle", "vendor.md", "customer.md", "--governs", "purpose=intel.foreign"])
        .expect(2, &["an agreement can't govern by `purpose`"]);
    workspace.run("settle vendor.md customer.md --effective soon").expect(2, &["is not a time"]);
    let undecided = workspace.run("settle vendor.md customer.md --timeout 0 --json");
    assert_eq!(undecided.expect(2, &[]).json()["verdict"], "undecided");
    workspace.red_lines("customer.md", &[("1.1 Bulk", &forbids(BULK))]);
    vendor(&workspace, &[("1.1 Bulk", &forbids(BULK))]);
    workspace.run("settle vendor.md customer.md").expect(2, &["neither file wants anything"]);
}
