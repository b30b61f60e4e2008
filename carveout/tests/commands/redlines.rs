//! `redlines`: what is kept, what is crossed, by which use and which clause.

use serde_json::Value as Json;

use crate::kit::{Workspace, forbids, permits, policy};

const ADMIN: &str = "context.purpose in Purpose::\"admin\"";
const BULK: &str = "[Volume::\"bulk\", Volume::\"unknown\"].contains(context.volume)";

/// A workspace with a draft that permits administration, apart from bulk data.
fn draft() -> Workspace {
    let workspace = Workspace::real();
    workspace.draft("terms.md", &[("1.1 Grant", &permits(ADMIN)), ("1.2 Bulk", &forbids(BULK))]);
    workspace
}

#[test]
fn a_line_is_kept_or_crossed_with_a_use_and_the_clauses_responsible() {
    let targeted = format!("{ADMIN} && context.volume == Volume::\"targeted\"");
    let edge = format!("{ADMIN} && context.deployment == Deployment::\"edge\"");
    for (line, code, words) in [
        (
            forbids(BULK),
            0,
            vec![
                "kept: 1 of 1 lines kept",
                "1.1 Line (proven)",
                "must never be permitted, with or without approvals",
            ],
        ),
        (permits(&targeted), 0, vec!["kept: 1 of 1 lines kept", "must always be permitted"]),
        (
            forbids(&edge),
            1,
            vec![
                "crossed: 0 of 1 lines kept, 1 crossed",
                "What crosses it: this cube is the whole region (proven)",
                "permitted by 1.1 Grant",
                "use: deployment=edge",
                "clauses letting it through: 1.1 Grant",
            ],
        ),
        (
            permits(ADMIN),
            1,
            vec![
                "crossed: 0 of 1 lines kept, 1 crossed",
                "What is not permitted of it",
                "denied by 1.2 Bulk",
                "clauses standing in its way: 1.2 Bulk",
            ],
        ),
    ] {
        let workspace = draft();
        workspace.red_lines("mine.md", &[("1.1 Line", &line)]);
        workspace.run("redlines terms.md --party mine.md").expect(code, &words);
    }
}

#[test]
fn a_line_may_ask_for_an_approval() {
    let workspace = draft();
    let only_approved = |role: &str| {
        policy(
            "Only with approval.",
            &format!("@hold(\"{role}\")\nforbid (principal, action, resource) when {{ {ADMIN} }};"),
        )
    };
    workspace.red_lines("mine.md", &[("1.1 Line", &only_approved("customer/officer"))]);
    workspace
        .run("redlines terms.md --party mine.md")
        .expect(1, &["must never be permitted without customer/officer", "permitted by 1.1 Grant"]);
    workspace.draft(
        "terms.md",
        &[("1.1 Grant", &permits(ADMIN)), ("1.2 Ask", &only_approved("customer/officer"))],
    );
    workspace.run("redlines terms.md --party mine.md").expect(0, &["kept: 1 of 1 lines kept"]);
}

#[test]
fn every_line_is_in_the_document_and_its_uses_cross_it() {
    let workspace = draft();
    workspace.red_lines(
        "mine.md",
        &[("1.1 Kept", &forbids(BULK)), ("1.2 Crossed", &forbids("context.steps.contains(Step::\"train\")"))],
    );
    let document = workspace.run("redlines terms.md --party mine.md --json").expect(1, &[]).json();
    assert_eq!((&document["verdict"], &document["party"]), (&"crossed".into(), &"customer".into()));
    let lines: Vec<(&str, &str)> = document["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["policy"].as_str().unwrap(), line["verdict"].as_str().unwrap()))
        .collect();
    assert_eq!(lines, [("1.1", "kept"), ("1.2", "crossed")]);
    let crossed = &document["lines"][1]["crossed"]["cubes"];
    for cube in crossed.as_array().unwrap() {
        workspace
            .run_all(["decide", "terms.md", "--use", cube["use"].as_str().unwrap()])
            .expect(0, &["permit"]);
    }
    assert_eq!(document["lines"][1]["responsible"][0]["clause"], "1.1");
}

#[test]
fn a_party_is_found_by_its_id() {
    let workspace = draft();
    std::fs::create_dir(workspace.path("redlines")).unwrap();
    workspace.red_lines("redlines/customer.md", &[("1.1 Line", &forbids(BULK))]);
    workspace.red_lines("vendor.redlines.md", &[("1.1 Line", &forbids(ADMIN))]);
    workspace.run("redlines terms.md --party customer").expect(0, &["kept:"]);
    workspace.run("redlines terms.md --party vendor").expect(1, &["crossed:"]);
    workspace
        .run("redlines terms.md --party nobody")
        .expect(2, &["there are no red lines of `nobody`", "redlines/nobody.md", "nobody.redlines.md"]);
}

#[test]
fn agreements_that_apply_together_are_asked_together() {
    let workspace = Workspace::sample(None);
    let line = "context.purpose == Purpose::\"software.dev\" && context.opaque_parts > 0 && context.system_class == SystemClass::\"routine_business\"";
    workspace.red_lines("mine.md", &[("1.1 Line", &forbids(line))]);
    workspace.run("redlines agreements/sample-terms.md --party mine.md").expect(1, &["crossed:"]);
    workspace
        .run("redlines agreements/sample-terms.md agreements/house-rules.md --party mine.md")
        .expect(0, &["kept:"]);
    workspace.run("redlines agreements --party mine.md").expect(0, &["kept:"]);
}

#[test]
fn what_is_not_proven_is_never_kept() {
    let workspace = draft();
    workspace.red_lines("mine.md", &[("1.1 Line", &forbids(BULK))]);
    workspace
        .run("redlines terms.md --party mine.md --timeout 0")
        .expect(2, &["undecided: the time given with --timeout was up"]);
    let document =
        workspace.run("redlines terms.md --party mine.md --timeout 0 --json").expect(2, &[]).json();
    assert_eq!(document["verdict"], "undecided");
    assert_ne!(document["undecided"], Json::Null);
    workspace.red_lines("mine.md", &[("1.1 Line", "Words, and no policy.")]);
    workspace.run("redlines terms.md --party mine.md").expect(2, &["`mine.md` has no red line"]);
    workspace.run("redlines terms.md --party terms.md").expect(2, &["terms.md", "redlines"]);
}
