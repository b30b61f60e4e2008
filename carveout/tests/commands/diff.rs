//! `diff`: directions, whole regions, uses that can be pasted, redlines, pages, and what stays undecided.

use std::{
    fs,
    io::{BufRead, Read},
    os::unix::fs::PermissionsExt,
    process::Stdio,
};

use serde_json::Value as Json;

use crate::kit::{Running, Workspace, agreement, forbids, permits, policy, run};

const TERMS: &str = "agreements/terms.md";
const ADMIN: &str = "context.purpose in Purpose::\"admin\"";
const LOGISTICS: &str = "context.purpose in Purpose::\"logistics\"";
const BULK: &str = "[Volume::\"bulk\", Volume::\"unknown\"].contains(context.volume)";

/// A workspace with two drafts.
fn drafts(old: &[(&str, &str)], new: &[(&str, &str)]) -> Workspace {
    let workspace = Workspace::real();
    workspace.draft("old.md", old);
    workspace.draft("new.md", new);
    workspace
}

/// Every region of a document.
fn regions(document: &Json) -> Vec<&Json> {
    let held = document["holds"].as_array().unwrap().iter();
    let permits = std::iter::once(&document["permits"]);
    permits.chain(held).flat_map(|moved| [&moved["opened"], &moved["closed"]]).collect()
}

#[test]
fn the_direction_is_said_first_and_is_the_exit_code() {
    let both = format!("{ADMIN} || {LOGISTICS}");
    let bulk = format!("{LOGISTICS} && !({BULK})");
    for (old, new, code, change) in [
        (ADMIN, ADMIN, 0, "equivalent"),
        (ADMIN, "!(!(context.purpose in Purpose::\"admin\"))", 0, "equivalent"),
        (LOGISTICS, &bulk, 1, "narrower"),
        (ADMIN, &both, 1, "wider"),
        (ADMIN, LOGISTICS, 1, "both"),
    ] {
        let workspace = drafts(&[("1.1 Grant", &permits(old))], &[("1.1 Grant", &permits(new))]);
        let told = workspace.run("diff old.md new.md");
        told.expect(code, &[]);
        assert!(told.out.starts_with(&format!("{change}: ")), "{old} to {new}: {told:#?}");
        let verdict = workspace.run("diff old.md new.md --verdict-only --json").expect(code, &[]).json();
        assert_eq!((&verdict["change"], &verdict["permits"]), (&change.into(), &Json::Null), "{verdict:#}");
    }
}

#[test]
fn a_deleted_clause_is_shown_with_all_that_it_opens() {
    let workspace = Workspace::real();
    workspace.write("old.md", workspace.read(TERMS));
    let text = workspace.read(TERMS);
    let (start, end) = (text.find("### 2.1").unwrap(), text.find("### 2.2").unwrap());
    workspace.write("new.md", format!("{}{}", &text[..start], &text[end..]));
    let told = workspace.run("diff old.md new.md");
    told.expect(
        1,
        &[
            "wider: some uses are ruled on less strictly than before, and none more strictly.",
            "Permitted now, and was not: this cube is the whole region (proven)",
            "volume is either bulk or unknown",
            "denied by 2.1 Bulk-acquired data → permitted by 1.1 Lawful purposes",
            "Was permitted, and is not now: nothing (proven)",
            "2.1 Bulk-acquired data removed",
        ],
    );
    // What is printed can be pasted. Every use is ruled on as it says, by the authorizer, on the files themselves.
    let document = workspace.run("diff old.md new.md --json").expect(1, &[]).json();
    let mut replayed = 0;
    for region in regions(&document) {
        assert_eq!(region["exhausted"], true, "{region:#}");
        for cube in region["cubes"].as_array().unwrap() {
            for (file, side) in [("old.md", "before"), ("new.md", "after")] {
                let decided =
                    workspace.run_all(["decide", file, "--json", "--use", cube["use"].as_str().unwrap()]);
                let decided = decided.json();
                assert_eq!(decided["ruling"], cube[side]["ruling"], "{cube:#}");
                let clauses = |of: &Json| -> Vec<String> {
                    of.as_array().unwrap().iter().map(|ground| ground["clause"].to_string()).collect()
                };
                assert_eq!(clauses(&decided["grounds"]), clauses(&cube[side]["grounds"]), "{cube:#}");
            }
            replayed += 1;
        }
    }
    assert!(replayed > 1);
}

#[test]
fn cubes_are_structured_and_their_union_says_what_changed() {
    let workspace = drafts(
        &[("1.1 Grant", &permits(ADMIN))],
        &[("1.1 Grant", &permits(&format!("{ADMIN} || ({LOGISTICS} && context.opaque_parts < 3)")))],
    );
    let document = workspace.run("diff old.md new.md --json").expect(1, &[]).json();
    let opened = &document["permits"]["opened"];
    assert_eq!(opened["exhausted"], true);
    let cube = &opened["cubes"][0];
    assert_eq!(opened["cubes"].as_array().unwrap().len(), 1, "{opened:#}");
    let said: Vec<(&str, &str)> = cube["constraints"]
        .as_array()
        .unwrap()
        .iter()
        .map(|said| (said["fact"].as_str().unwrap(), said["attester"].as_str().unwrap()))
        .collect();
    assert_eq!(said, [("opaque_parts", "gateway"), ("purpose", "caller")]);
    assert_eq!(cube["constraints"][0]["below"], 3);
    assert_eq!(cube["constraints"][1]["one_of"].as_array().unwrap().len(), 4);
    assert_eq!(cube["cedar"], "context.opaque_parts < 3 && context.purpose in Purpose::\"logistics\"");
    assert_eq!(cube["before"]["ruling"], "deny");
    assert!(cube["before"]["why"].as_str().unwrap().contains("not granted"));
    assert_eq!(document["exhausted"], true);
}

#[test]
fn holds_are_compared_by_role() {
    let held = policy(
        "An officer decides.",
        &format!("@hold(\"customer/officer\")\nforbid (principal, action, resource) when {{ {BULK} }};"),
    );
    let grant = permits(ADMIN);
    let old = [("1.1 Grant", grant.as_str()), ("1.2 Bulk", &forbids(BULK))];
    let new = [("1.1 Grant", grant.as_str()), ("1.2 Bulk", &held)];
    let workspace = drafts(&old, &new);
    workspace.run("diff old.md new.md").expect(
        1,
        &[
            "wider:",
            "Permitted now, and was not: nothing (proven)",
            "Held for customer/officer now, and was not: this cube is the whole region (proven)",
            "denied by 1.2 Bulk → held for customer/officer by 1.2 Bulk",
        ],
    );
    let document = workspace.run("diff new.md old.md --json").expect(1, &[]).json();
    assert_eq!(document["change"], "narrower");
    assert_eq!(document["holds"][0]["role"], "customer/officer");
    assert_eq!(document["holds"][0]["closed"]["cubes"][0]["before"]["roles"][0], "customer/officer");
    assert_eq!(document["holds"][0]["opened"]["cubes"], Json::Array(Vec::new()));
}

#[test]
fn what_nobody_can_observe_is_marked() {
    let meant = "context.intent == Intent::\"intentional\"";
    let forbidding = policy(
        "Not on purpose.",
        &format!(
            "@silent(\"intent is never stated\")\nforbid (principal, action, resource) when {{ {meant} }};"
        ),
    );
    let grant = permits(ADMIN);
    let workspace = drafts(&[("1.1 Grant", &grant), ("1.2 Intent", &forbidding)], &[("1.1 Grant", &grant)]);
    workspace.run("diff old.md new.md").expect(
        1,
        &["intent is intentional (which nobody can observe)", "2 → "]
            .map(|word| word.trim_start_matches("2 → ")),
    );
    workspace.run("diff old.md new.md --html page.html").expect(1, &[]);
    assert!(workspace.read("page.html").contains("nobody can observe it"));
}

#[test]
fn what_is_not_proven_is_undecided_and_never_ends_with_zero() {
    let grant = permits(ADMIN);
    let workspace = drafts(&[("1.1 Grant", &grant)], &[("1.1 Grant", &grant)]);
    for options in ["", " --verdict-only"] {
        workspace
            .run(&format!("diff old.md new.md --timeout 0{options}"))
            .expect(2, &["undecided: the time given with --timeout was up"]);
        let document =
            workspace.run(&format!("diff old.md new.md --timeout 0 --json{options}")).expect(2, &[]).json();
        assert_eq!(
            (&document["change"], &document["stopped"]),
            (&Json::Null, &"timeout".into()),
            "{document:#}"
        );
        assert!(document["undecided"].is_string(), "{document:#}");
    }
    workspace.run("diff old.md new.md --timeout soon").expect(2, &["`soon` is no number of seconds"]);
}

#[test]
fn a_region_that_is_cut_short_says_so() {
    let workspace = drafts(
        &[("1.1 Grant", &permits(ADMIN))],
        &[(
            "1.1 Grant",
            &permits(&format!("{ADMIN} || ({BULK} && {LOGISTICS}) || context.effect == Effect::\"cyber\"")),
        )],
    );
    let whole = workspace.run("diff old.md new.md --json").expect(1, &[]).json();
    assert_eq!(whole["exhausted"], true);
    let cubes = whole["permits"]["opened"]["cubes"].as_array().unwrap().len();
    assert!(cubes > 1, "{whole:#}");
    workspace.run("diff old.md new.md --cubes 1").expect(
        1,
        &["this cube, and perhaps more; not exhausted: no more than 1 cubes were asked for with --cubes"],
    );
    let cut = workspace.run("diff old.md new.md --cubes 1 --json").expect(1, &[]).json();
    assert_eq!((&cut["exhausted"], &cut["permits"]["opened"]["exhausted"]), (&false.into(), &false.into()));
    assert_eq!(cut["permits"]["opened"]["cubes"].as_array().unwrap().len(), 1);
}

#[test]
fn an_interrupt_ends_the_search_and_keeps_what_is_proven() {
    // Every choice of one of two from each of 18 pairs is a cube of its own: more than anybody waits for.
    let steps = [
        "acquire",
        "ingest",
        "query",
        "link",
        "analyse",
        "profile",
        "disseminate",
        "retain",
        "train",
        "unknown",
    ];
    let facts = [
        ("volume", "Volume::\"bulk\""),
        ("source", "Source::\"synthetic\""),
        ("subject", "Subject::\"none\""),
        ("weapon_function", "WeaponFunction::\"none\""),
        ("effect", "Effect::\"cyber\""),
        ("authority", "Authority::\"warrant\""),
        ("autonomy", "Autonomy::\"none\""),
        ("human_control", "HumanControl::\"none\""),
        ("maker", "Maker::\"openai\""),
        ("agency", "Agency::\"defense\""),
        ("component", "Component::\"unknown\""),
        ("deployment", "Deployment::\"edge\""),
        ("host", "Host::\"unknown\""),
        ("operator", "Operator::\"unknown\""),
        ("model", "Model::\"other\""),
        ("geography", "Geography::\"unknown\""),
        ("constraint", "Constraint::\"unknown\""),
        ("classification", "Classification::\"unknown\""),
    ];
    let steps = steps.map(|step| format!("context.steps.contains(Step::\"{step}\")"));
    let facts = facts.map(|(fact, member)| format!("context.{fact} == {member}"));
    let all: Vec<String> = steps.into_iter().chain(facts).collect();
    let pairs: Vec<String> = all.chunks(2).map(|pair| format!("({})", pair.join(" || "))).collect();
    let workspace =
        drafts(&[("1.1 Grant", &permits(ADMIN))], &[("1.1 Grant", &permits(&pairs.join(" && ")))]);
    let mut command =
        workspace.command(["diff", "old.md", "new.md", "--cubes", "1000000", "--verbose", "--json"]);
    let mut running = Running::start(command.stdout(Stdio::piped()).stderr(Stdio::piped()));
    let (mut out, mut err) = (running.out(), running.err());
    // The direction is known, and the search for the region has begun.
    running.within_limit("the direction", || {
        let mut line = String::new();
        while !line.contains("known") {
            line.clear();
            assert_ne!(err.read_line(&mut line).unwrap(), 0, "it ended before it was interrupted");
        }
    });
    running.signal("-INT");
    let mut text = String::new();
    running.within_limit("its result", || out.read_to_string(&mut text).unwrap());
    assert_eq!(running.ended().0, Some(1), "{text}");
    let document: Json = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (&document["change"], &document["stopped"]),
        (&"both".into(), &"interrupted".into()),
        "{document:#}"
    );
    assert_eq!(document["exhausted"], false);
}

#[test]
fn the_redline_names_what_was_added_removed_renumbered_and_reworded() {
    let (admin, bulk) = (permits(ADMIN), forbids(BULK));
    let said = |sentence: &str| format!("{sentence}\n\nA second paragraph that stays as it is.");
    let (before, after) = (
        said("The Agency shall report bulk data\nmonthly."),
        said("The Agency shall report any bulk data weekly."),
    );
    let old = [
        ("1.1 Grant", admin.as_str()),
        ("1.2 Bulk", &bulk),
        ("1.3 Reports", &before),
        ("1.4 Gone", "This goes away entirely."),
    ];
    let new = [
        ("1.1 Grant", admin.as_str()),
        ("1.2 Fresh", "Nobody has seen these words before."),
        ("1.3 Bulk", &bulk),
        ("1.4 Reports", &after),
    ];
    let workspace = drafts(&old, &new);
    workspace.run("diff old.md new.md").expect(
        0,
        &[
            "equivalent:",
            "1.2 Fresh added {+Nobody has seen these words before.+}",
            "1.3 Bulk (was: 1.2 Bulk) renumbered",
            "1.4 Reports (was: 1.3 Reports) changed The Agency shall report {+any +}bulk data [-monthly-]{+weekly+}. …",
            "1.4 Gone removed [-This goes away entirely.-]",
        ],
    );
    let document = workspace.run("diff old.md new.md --json").expect(0, &[]).json();
    let fates: Vec<&str> = document["redline"]
        .as_array()
        .unwrap()
        .iter()
        .map(|clause| clause["fate"].as_str().unwrap())
        .collect();
    assert_eq!(fates, ["added", "renumbered", "changed", "removed"]);
    // Lines that are broken elsewhere are no change.
    workspace.draft(
        "new.md",
        &[
            ("1.1 Grant", &admin),
            ("1.2 Bulk", &bulk),
            ("1.3 Reports", &before.replace('\n', " ")),
            ("1.4 Gone", "This goes\naway entirely."),
        ],
    );
    workspace.run("diff old.md new.md").expect(0, &["1.3 Reports changed"]);
    workspace.draft(
        "new.md",
        &[
            ("1.1 Grant", &admin),
            ("1.2 Bulk", &bulk),
            ("1.3 Reports", &before.replace("data\n", "data ")),
            ("1.4 Gone", "This goes\naway entirely."),
        ],
    );
    workspace.run("diff old.md new.md").expect(0, &["no clause was changed"]);
}

#[test]
fn the_head_is_compared_in_words() {
    let workspace = Workspace::real();
    workspace.write("old.md", workspace.read(TERMS));
    workspace.write("new.md", workspace.read(TERMS));
    workspace.edit("new.md", "version = \"draft-1\"", "version = \"2\"\npresume = { volume = \"targeted\" }");
    let party = "{ id = \"auditor\", name = \"Example Auditor\", roles = [\"reader\"] }";
    workspace.edit("new.md", "party = [", &format!("party = [\n  {party},"));
    workspace.run("diff old.md new.md").expect(
        1,
        &[
            "Outside of the clauses",
            "version: 2 (was: draft-1)",
            "presumes volume=targeted (was: nothing)",
            "party auditor (Example Auditor) is new",
            "no clause was changed",
        ],
    );
}

#[test]
fn dates_count_only_when_asked_for() {
    let workspace = Workspace::real();
    let clauses = [("1.1 Grant", &*permits(ADMIN))];
    workspace.write("old.md", agreement("terms", "2026-01-01", &clauses));
    workspace.write("new.md", agreement("terms", "2026-02-01", &clauses));
    workspace.run("diff old.md new.md").expect(
        0,
        &[
            "equivalent:",
            "in force from 2026-02-01, without an end (was: from 2026-01-01, without an end)",
            "--dates",
        ],
    );
    workspace.run("diff old.md new.md --dates").expect(
        1,
        &["narrower:", "at is at or after 2026-01-01T00:00:00.000Z and is before 2026-02-01T00:00:00.000Z"],
    );
    // A use that would be decided before its agreement is in force says when it is meant.
    workspace.write("old.md", agreement("terms", "2999-01-01", &clauses));
    workspace.write("new.md", agreement("terms", "2999-01-01", &[("1.1 Grant", &permits(LOGISTICS))]));
    let document = workspace.run("diff old.md new.md --json").expect(1, &[]).json();
    let use_ = document["permits"]["opened"]["cubes"][0]["use"].as_str().unwrap();
    assert!(use_.contains("at=@"), "{use_}");
    workspace.run_all(["decide", "new.md", "--use", use_]).expect(0, &["permit"]);
}

#[test]
fn folders_and_programs_are_stacks() {
    let workspace = Workspace::sample(None);
    let sample = workspace.read("agreements/sample-terms.md");
    for folder in ["before", "after"] {
        fs::create_dir(workspace.path(folder)).unwrap();
        workspace.write(&format!("{folder}/terms.md"), &sample);
        workspace.write(&format!("{folder}/README.md"), "# No agreement\n");
    }
    let rules = workspace.read("agreements/house-rules.md");
    workspace.write("before/rules.md", &rules);
    workspace.red_lines("after/mine.md", &[("1.1 Bulk", &forbids(BULK))]);
    workspace.run("diff before after --cubes 1").expect(
        1,
        &[
            "wider:",
            "no longer in the stack: Sample house rules (house-rules version 1)",
            "denied by house-rules 1.",
        ],
    );
    workspace.run("diff after after").expect(0, &["equivalent:"]);
    workspace
        .run("diff program:logistics-support program:logistics-support --dates")
        .expect(0, &["equivalent:"]);
    // Limits grant nothing by themselves: what is compared is what they forbid.
    workspace.edit("agreements/house-rules.md", "(context.opaque_parts > 0 || ", "(");
    workspace.run("diff before/rules.md agreements/house-rules.md").expect(
        1,
        &[
            "wider:",
            "denied by 1.1 Routine systems do routine work → permitted: nothing forbids it",
            "opaque_parts is at least 1",
        ],
    );
    workspace.run("diff program:nobody after").expect(2, &["there is no program `nobody`"]);
    workspace.write("after/twice.md", &sample);
    workspace
        .run("diff before after")
        .expect(2, &["the agreements of `after` can't apply together", "`sample-terms` is listed twice"]);
    fs::create_dir(workspace.path("empty")).unwrap();
    workspace.run("diff before empty").expect(2, &["there is no agreement in `empty`"]);
}

#[test]
fn vocabularies_that_differ_are_part_of_the_difference() {
    let grant = permits(LOGISTICS);
    let workspace = drafts(&[("1.1 Grant", &grant)], &[("1.1 Grant", &grant)]);
    for extension in ["toml", "cedarschema"] {
        let text = workspace.read(&format!("vocabulary/defense.{extension}"));
        workspace.write(&format!("vocabulary/older.{extension}"), text);
    }
    let diff = "diff old.md new.md --old-vocabulary vocabulary/older";
    // Sentences may differ: the same can be said, and what it means is told.
    workspace.edit("vocabulary/older.toml", "\"bulk\" = \"The data", "\"bulk\" = \"All the data");
    workspace.run(diff).expect(
        0,
        &["equivalent:", "vocabulary: Volume bulk means: The data was acquired", "(was: All the data was"],
    );
    // Members may come, go and move. A use that one side has no words for is denied by it.
    let old = "\"logistics.supply\" = ";
    let added = format!("\"logistics.stores\" = \"Stores.\"\n\"planning.medical\" = \"Elsewhere.\"\n{old}");
    workspace.edit("vocabulary/older.toml", old, &added);
    workspace.edit("vocabulary/older.toml", "\"logistics.medical\" = ", "\"logistics.pharmacy\" = ");
    workspace.run(diff).expect(
        1,
        &[
            "both:",
            "purpose is logistics.medical",
            "purpose is either logistics.pharmacy or logistics.stores",
            "Purpose logistics.stores removed",
            "Purpose logistics.pharmacy removed",
            "Purpose planning.medical moved to logistics.medical",
        ],
    );
    let document = workspace.run(&format!("{diff} --json")).expect(1, &[]).json();
    assert_eq!(document["vocabulary_changes"]["shape"].as_array().unwrap().len(), 3, "{document:#}");
    assert_ne!(document["old"]["vocabulary"]["digest"], document["new"]["vocabulary"]["digest"]);
    // Values of another type can't be compared.
    workspace.edit("vocabulary/older.cedarschema", "tools_offered: Long", "tools_offered: Bool");
    let words = [
        "undecided: the fact `tools_offered` is of another type",
        "fact tools_offered is a number (was: true or false)",
    ];
    workspace.run(diff).expect(2, &words);
    let document = workspace.run(&format!("{diff} --json")).expect(2, &[]).json();
    assert_eq!(document["change"], Json::Null);
    assert!(document["undecided"].is_string(), "{document:#}");
}

#[test]
fn the_page_stands_alone_and_escapes_what_others_wrote() {
    let attack = "<script>alert(1)</script><img src=x onerror=alert(1)> \u{202e}";
    let grant = permits(ADMIN);
    let clause = format!("A clause with {attack} in it.");
    let workspace = drafts(
        &[("1.1 Grant", &grant), ("1.2 Talk", "A clause with nothing in it.")],
        &[(&format!("1.1 Grant {attack}"), &permits(LOGISTICS)), ("1.2 Talk", &clause)],
    );
    workspace.run("diff old.md new.md --html page.html").expect(1, &["wrote page.html"]);
    let page = workspace.read("page.html");
    for markup in ["<script", "<img", "http://", "https://", "url(", "<link", "\u{202e}"] {
        assert!(!page.contains(markup), "{markup}");
    }
    let digest =
        workspace.run("check new.md --json").json()["agreements"][0]["digest"].as_str().unwrap().to_owned();
    for word in [
        "<!doctype html>",
        "&lt;script&gt;",
        "Both wider and narrower",
        "proven to be the whole region",
        "<ins>",
        "<del>",
        "purpose=logistics.",
        &digest,
        "Proven</b> means",
    ] {
        assert!(page.contains(word), "`{word}` is missing");
    }
    workspace.run("diff old.md new.md --html none/page.html").expect(2, &["can't write `none/page.html`"]);
    workspace.run("diff old.md new.md --timeout 0 --html page.html").expect(2, &[]);
    assert!(workspace.read("page.html").contains("<strong>Undecided</strong>"));
}

#[test]
fn what_cant_be_read_is_a_failure_that_points_at_it() {
    let grant = permits(ADMIN);
    let workspace =
        drafts(&[("1.1 Grant", &grant)], &[("1.1 Grant", &permits("context.purpos == Purpose::\"admin\""))]);
    workspace.run("diff old.md new.md").expect(2, &["new.md", "did you mean `purpose`?"]);
    workspace.run("diff old.md none.md").expect(2, &["can't read `none.md`"]);
    let document = workspace.run("diff old.md new.md --json").expect(2, &[]).json();
    assert_eq!(document["command"], "error");
    run(["diff", "old.md"]).expect(2, &["<NEW>"]);
    // Terms with nothing in them can be compared, and permit nothing.
    workspace.draft("empty.md", &[]);
    workspace.run("diff empty.md empty.md").expect(0, &["equivalent:"]);
    workspace.run("diff empty.md old.md").expect(1, &["wider:", "no clause of terms permits it"]);
}

#[test]
fn a_second_solver_can_be_asked_and_nothing_is_concluded_unless_it_agrees() {
    let workspace = drafts(&[("1.1 Grant", &permits(ADMIN))], &[("1.1 Grant", &permits(LOGISTICS))]);
    workspace.red_lines("mine.md", &[("1.1 Line", &forbids(BULK))]);
    // One that answers all questions alike can't be right about all of them, and one that is silent is no answer.
    workspace.write("yes", "#!/bin/sh\nyes sat | head -n 9999\n");
    workspace.write("mute", "#!/bin/sh\ncat > /dev/null\n");
    for name in ["yes", "mute"] {
        fs::set_permissions(workspace.path(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    for (command, code) in [
        ("diff old.md new.md", 1),
        ("redlines old.md --party mine.md", 1),
        ("what-if old.md --each", 0),
        ("what-if old.md --drop 1.1", 1),
    ] {
        workspace
            .run(&format!("{command} --cross-check"))
            .expect(code, &["cvc5 answers all", "questions alike"]);
        let document = workspace.run(&format!("{command} --cross-check --json")).expect(code, &[]).json();
        assert_eq!(document["second_opinion"]["answer"], "agrees", "{document:#}");
        assert!(document["second_opinion"]["questions"].as_u64().unwrap() > 0, "{document:#}");
        for (solver, word) in [
            ("./yes", "the outside solver disagrees"),
            ("./mute", "the outside solver answered 0 of"),
            ("./none", "`./none` can't be run"),
        ] {
            workspace
                .run(&format!("{command} --cross-check --cvc5 {solver}"))
                .expect(2, &[&format!("undecided: {word}")]);
        }
    }
}
