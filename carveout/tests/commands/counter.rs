//! `counter`: the smallest edits that keep my lines, and not a word of the lines.

use crate::kit::{Workspace, permits, policy};

const ADMIN: &str = "context.purpose in Purpose::\"admin\"";
const SECRETS: [&str; 6] =
    ["secret-file", "77.1", "88.2", "Hidden heading", "Hidden sentence", "Hidden title"];

/// A draft that grants administration, and my lines against a part of it.
fn table(never: &str, always: Option<&str>) -> Workspace {
    let workspace = Workspace::real();
    let grant = "permit (principal, action, resource) when { context.purpose in Purpose::\"admin\" };\n```\n\n\
                 ```uses\npermit: purpose=admin.business, deployment=edge";
    let silent = "@silent(\"who says nothing about volume is granted nothing special\")\n\
                  forbid (principal, action, resource) when { context.volume == Volume::\"bulk\" };";
    workspace.draft(
        "theirs.md",
        &[("1.1 Grant", &policy("Granted.", grant)), ("1.2 Bulk", &policy("No.", silent))],
    );
    let line = policy("Hidden sentence about this.", never);
    let mut clauses = vec![("77.1 Hidden heading", line.as_str())];
    let wanted =
        always.map(|condition| permits(condition).replace("This is permitted.", "Hidden sentence too."));
    clauses.extend(wanted.as_deref().map(|wanted| ("88.2 Hidden heading again", wanted)));
    workspace.red_lines("mine.md", &clauses);
    workspace.edit("mine.md", "redlines = \"lines\"", "redlines = \"secret-file\"");
    workspace.edit("mine.md", "# Red lines", "# Hidden title");
    workspace
}

const EDGE: &str =
    "forbid (principal, action, resource) when { context.deployment == Deployment::\"edge\" };";

#[test]
fn edits_are_proposed_with_what_they_cost_and_nothing_of_the_lines() {
    let workspace = table(EDGE, Some(&format!("{ADMIN} && context.deployment == Deployment::\"gov_cloud\"")));
    let told = workspace.run("counter theirs.md --redlines mine.md --out answer.md");
    told.expect(
        1,
        &[
            "2 edits: with them the draft keeps your red lines, and without any one of them it doesn't (proven)",
            "terms 1 becomes 1-counter",
            "add an exception to clause 1.2",
            "which forbids A Use is not permitted where deployment is edge",
            "Was permitted, and is not now: this cube is the whole region (proven)",
            "Agreed examples that no longer hold, and are taken out clause 1.1: permit: purpose=admin.business, deployment=edge",
        ],
    );
    let document = workspace.run("counter theirs.md --redlines mine.md --json");
    let answer = workspace.read("answer.md");
    for shown in [&told.out, &told.err, &document.out, &answer] {
        for secret in SECRETS.into_iter().chain([EDGE]) {
            assert!(!shown.contains(secret), "{secret}: {shown}");
        }
    }
    let document = document.expect(1, &[]).json();
    assert_eq!(document["edits"].as_array().unwrap().len(), 2);
    assert_eq!(document["edited"]["source"], answer.as_str());
    assert_eq!(document["change"], "both");
    assert_eq!(document["lost_examples"][0]["clause"], "1.1");
    workspace.run("check answer.md").expect(0, &["0 not"]);
    workspace.run("redlines answer.md --party mine.md").expect(0, &["2 of 2 lines kept"]);
}

#[test]
fn a_draft_that_keeps_the_lines_needs_no_edit() {
    let never = "forbid (principal, action, resource) when { context.purpose in Purpose::\"targeting\" };";
    let workspace = table(never, None);
    let told = workspace.run("counter theirs.md --redlines mine.md --out answer.md");
    told.expect(0, &["no edit is needed: the draft keeps your red lines as it is (proven)"]);
    assert!(!workspace.path("answer.md").exists());
}

#[test]
fn what_cant_be_answered_is_said_without_the_lines() {
    let workspace = table(EDGE, Some(ADMIN));
    let told = workspace.run("counter theirs.md --redlines mine.md");
    told.expect(2, &["the red lines contradict each other", "deployment=edge, purpose=admin.business"]);
    let undecided = workspace.run("counter theirs.md --redlines mine.md --timeout 0");
    undecided.expect(2, &["undecided"]);
    for secret in SECRETS {
        assert!(!format!("{told:?} {undecided:?}").contains(secret), "{secret}");
    }
    workspace.run("counter none.md --redlines mine.md").expect(2, &["none.md"]);
}
