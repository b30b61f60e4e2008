//! Reports, as tables of what a record says and what follows from it.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it can't go on")]

use carveout_exposure::{
    graph::{Graph, GraphBuilder, Kind},
    report::{
        Customer, CustomerAsked, Question, Report, Started, Touched, customers,
        written::{Drawing, graphviz, oscal, tables},
    },
    sources::{hand_kept, plain_links},
};
use carveout_terms::designation::{Agency, Designation, Docket, Register, Situation, When};
use serde_json::Value as Json;

/// A record of a made-up order; `more` goes before its tables, `tables` after.
fn record(more: &str, tables: &str) -> Docket {
    let text = format!(
        r#"
designation = "example-order"
version = 1
title = "Example order"
kind = "exclusion_order"
issuer = "Example Agency"
force = "binding"
confidence = "primary"
authorities = ["41 USC 1323"]
{more}
[[source]]
id = "order"
title = "The order"
digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
confidence = "primary"
[scope]
agencies = ["defense"]
[dates]
zone = "America/New_York"
last_day = "included"
effective = 2026-03-04
{tables}
"#
    );
    let target = "[[target]]\nkind = \"source\"\nname = \"Example Model Maker\"\nuei = \"ABCDEFGHJK12\"\n";
    let text = if text.contains("[[target]]") { text } else { format!("{text}{target}") };
    let designation = Designation::parse(&text).unwrap();
    Docket::alone(designation)
}

const ORDER: &str = r#"conduct = ["provide", "use_in_performance"]"#;

const DUTIES: &str = r#"
[[duty]]
kind = "monitor"
trigger = "while the contract lasts"
hook = "FAR 52.204-30"
every = { amount = 3, unit = "months" }
[[duty]]
kind = "report"
trigger = "finding that it is provided or used"
hook = "FAR 52.204-30"
recipient = "The contracting officer"
within = { amount = 3, unit = "business_days" }
fields = ["contract", "product or source", "vendor with CAGE or UEI", "brand", "mitigation", "country"]
[[duty]]
kind = "report"
trigger = "the first report"
hook = "FAR 52.204-30"
within = { amount = 10, unit = "business_days" }
[[duty]]
kind = "report"
trigger = "the same, under the overhauled clause"
hook = "FAR 52.240-91"
contracts_from = 2026-06-01
within = { amount = 72, unit = "hours" }
"#;

fn graph(lines: &str) -> Graph {
    let mut table = "from,relation,to,share,evidence\n".to_owned();
    for line in lines.split(", ") {
        let words: Vec<&str> = line.split(' ').collect();
        let share = if words[1] == "owns" { "60" } else { "" };
        let evidence = words.get(3).copied().unwrap_or_default();
        let end = |word: &str| match word {
            "B" => "uei:ABCDEFGHJK12".to_owned(),
            _ if word.contains(':') => word.to_owned(),
            _ => format!("id:{word}"),
        };
        table.push_str(&format!("{},{},{},{share},{evidence}\n", end(words[0]), words[1], end(words[2])));
    }
    let mut builder = GraphBuilder::new();
    let source = builder.source("lines");
    let imported = plain_links(table.as_bytes(), &[], source, &mut builder).unwrap();
    assert_eq!(imported.not_read.total(), 0, "{:?}", imported.not_read);
    builder.finish()
}

fn when(text: &str) -> When {
    When::find(text).unwrap()
}

fn report(graph: &Graph, docket: &Docket, started: Started) -> Report {
    let (on, known) = (when("2026-11-23"), when("2026-11-23"));
    let dockets = [docket];
    Report::of(&Question {
        graph,
        docket,
        dockets: &dockets,
        house: None,
        on,
        known,
        started,
        hypothetical: false,
    })
}

/// Who is touched, as `name: conduct`.
fn conduct(touched: &[Touched]) -> Vec<String> {
    let told = touched.iter().map(|touched| {
        let words: Vec<&str> = touched.conduct.iter().map(|conduct| conduct.as_str()).collect();
        format!("{}: {}", touched.name.trim_start_matches("id:"), words.join(" "))
    });
    let mut told: Vec<String> = told.collect();
    told.sort_unstable();
    told
}

#[test]
fn what_is_forbidden_goes_as_far_as_the_record_says() {
    let lines =
        "B embedded_in product:p, product:p used_by X, X works_for Y, Y works_for Z, Z performs award:K";
    let part_b = "conduct = [\"contract_with_a_user\"]";
    let commerce = "conduct = [\"any_commerce\"]";
    let flows = |tiers: &str| format!("[flow_down]\n{tiers}");
    for (case, conduct_line, tables, expected) in [
        (
            "an order under FAR 52.204-30 goes up through every tier",
            ORDER,
            flows(""),
            vec![
                "X: provide use_in_performance",
                "Y: provide use_in_performance",
                "Z: provide use_in_performance",
                "award:K: provide use_in_performance",
                "product:p: provide",
            ],
        ),
        (
            "part B of section 889 stays with the user",
            part_b,
            String::new(),
            vec!["X: contract_with_a_user", "product:p: "],
        ),
        ("so does commerce", commerce, String::new(), vec!["X: any_commerce", "product:p: "]),
        (
            "one tier is one tier",
            ORDER,
            flows("tiers = 1"),
            vec!["X: provide use_in_performance", "Y: provide use_in_performance", "product:p: provide"],
        ),
        (
            "of both kinds each goes its own way",
            "conduct = [\"provide\", \"contract_with_a_user\"]",
            flows("tiers = 1"),
            vec!["X: provide contract_with_a_user", "Y: provide", "product:p: provide"],
        ),
    ] {
        let docket = record(conduct_line, &tables);
        let report = report(&graph(lines), &docket, Started::default());
        assert_eq!(conduct(&report.touched), expected, "{case}");
    }
}

#[test]
fn whom_a_barred_one_works_for_is_touched_before_anything_flows() {
    let docket = record("conduct = [\"contract_with_a_user\"]", "");
    let report = report(&graph("B works_for X, X works_for Y"), &docket, Started::default());
    assert_eq!(conduct(&report.touched), ["X: contract_with_a_user"]);
}

#[test]
fn affiliates_are_reached_as_the_record_says() {
    let lines = "B owns S, S offers product:p, T owns B";
    for (rule, expected) in [
        ("none", vec![]),
        ("subsidiaries", vec!["S: provide use_in_performance", "product:p: provide"]),
        (
            "any_affiliate",
            vec!["S: provide use_in_performance", "T: provide use_in_performance", "product:p: provide"],
        ),
    ] {
        let target = format!(
            "[[target]]\nkind = \"source\"\nname = \"Example Model Maker\"\nuei = \"ABCDEFGHJK12\"\n[[target.affiliates]]\nrule = \"{rule}\"\n"
        );
        let report = report(&graph(lines), &record(ORDER, &target), Started::default());
        assert_eq!(conduct(&report.touched), expected, "{rule}");
    }
}

#[test]
fn a_target_is_found_by_identifier_by_key_and_by_name() {
    for (case, lines, taken) in [
        ("by its UEI", "B used_by X", "`uei:ABCDEFGHJK12`"),
        ("by what a scan writes", "maker:example-model-maker used_by X", "`maker:example-model-maker`"),
        ("by nothing", "other used_by X", ""),
    ] {
        let report = report(&graph(lines), &record(ORDER, ""), Started::default());
        let why = report.targets[0].taken_for.first().map_or("", |taken| taken.why.as_str());
        assert_eq!(why, taken, "{case}");
        assert_eq!(report.open.iter().any(|open| open.contains("nobody called")), taken.is_empty(), "{case}");
    }
    let mut builder = GraphBuilder::new();
    let source = builder.source("names");
    let table = "from,relation,to\nExample Model-Maker Incorporated,used_by,id:X\n";
    plain_links(table.as_bytes(), &[], source, &mut builder).unwrap();
    let report = report(&builder.finish(), &record(ORDER, ""), Started::default());
    assert_eq!(report.targets[0].taken_for[0].name, "Example Model-Maker Incorporated");
    assert_eq!(conduct(&report.touched), ["X: provide use_in_performance"]);
}

#[test]
fn duties_are_due_by_their_clauses_clocks() {
    let docket = record(ORDER, DUTIES);
    let found = Some("2026-11-23T15:00:00Z".parse().unwrap());
    let due = |started: Started| {
        let report = report(&graph("B used_by X"), &docket, started);
        let told = report.duties.iter().map(|duty| {
            let first = duty.due.first().unwrap();
            let due = first.day.clone().unwrap_or_else(|| first.before.to_string());
            format!("{} {due} x{}", duty.kind, duty.due.len())
        });
        told.collect::<Vec<_>>()
    };
    // Thanksgiving lies within the three days, and the ten begin with the end of the third.
    assert_eq!(
        due(Started { found, ..Started::default() }),
        [
            "report 2026-11-26T15:00:00.000Z x1",
            "report 2026-11-27 x1",
            "report 2026-12-11 x1",
            "monitor 2027-02-23 x4"
        ]
    );
    let reported = Some("2026-11-24T15:00:00Z".parse().unwrap());
    assert!(due(Started { found, reported, contract: None }).contains(&"report 2026-12-09 x1".to_owned()));
    let contract = Some(when("2026-05-31"));
    assert_eq!(
        due(Started { found, reported: None, contract }).len(),
        3,
        "the overhauled clause is not in it"
    );
}

#[test]
fn a_removal_is_due_at_the_end_of_the_phase_out_that_was_set_last() {
    let remove = "[[duty]]\nkind = \"remove\"\ntrigger = \"the order\"\nhook = \"the order\"\nwithin = { amount = 180, unit = \"days\" }\n";
    let moved = "[[event]]\nid = \"longer\"\nkind = \"sets_phase_out\"\nforum = \"Example Agency\"\ndecided = 2026-04-01\nphase_out_until = 2026-12-31\nsource = \"order\"\nconfidence = \"primary\"\n";
    for (tables, day) in [(remove.to_owned(), "2026-08-31"), (format!("{remove}{moved}"), "2026-12-31")] {
        let report = report(&graph("B used_by X"), &record(ORDER, &tables), Started::default());
        assert_eq!(report.duties[0].due[0].day.as_deref(), Some(day));
    }
}

#[test]
fn forms_hold_what_is_known_and_leave_open_what_is_not() {
    let lines = "B embedded_in product:desk, product:desk used_by X, X performs award:K";
    let report = report(&graph(lines), &record(ORDER, DUTIES), Started::default());
    let value = |name: &str| {
        let fields = report.forms.iter().flat_map(|form| &form.fields);
        fields.into_iter().find(|field| field.name == name).unwrap().value.clone()
    };
    assert_eq!(value("contract"), "award:K");
    assert_eq!(value("product or source"), "Example Model Maker");
    assert!(value("vendor with CAGE or UEI").contains("uei:ABCDEFGHJK12"));
    assert_eq!(value("brand"), "product:desk");
    assert_eq!(value("country"), "");
    let waiver = report.forms.last().unwrap();
    assert_eq!((waiver.kind.as_str(), waiver.hook.as_str()), ("waiver", "FAR 52.204-30"));
    assert_eq!(waiver.fields.last().unwrap().name, "reason");
}

#[test]
fn an_oscal_plan_has_the_shape_that_its_schema_asks_for() {
    let lines = "B embedded_in product:desk, product:desk used_by X, X performs award:K";
    let report = report(&graph(lines), &record(ORDER, DUTIES), Started::default());
    let at = "2026-11-23T12:00:00Z".parse().unwrap();
    let plan = oscal(&report, at);
    let plan = &plan["plan-of-action-and-milestones"];
    let mut uuids = Vec::new();
    gather(plan, &mut uuids);
    for uuid in &uuids {
        let parts: Vec<&str> = uuid.split('-').collect();
        let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12], "{uuid}");
        assert!(parts[2].starts_with('5') && parts[3].starts_with(['8', '9', 'a', 'b']), "{uuid}");
    }
    for (place, keys) in [
        ("/metadata", &["title", "last-modified", "version", "oscal-version"][..]),
        ("/observations/0", &["uuid", "description", "methods", "collected"]),
        ("/risks/0", &["uuid", "title", "description", "statement", "status"]),
        ("/risks/0/remediations/0", &["uuid", "lifecycle", "title", "description", "tasks"]),
        ("/risks/0/remediations/0/tasks/0", &["uuid", "type", "title", "timing"]),
        ("/poam-items/0", &["title", "description", "related-risks"]),
    ] {
        let part = plan.pointer(place).unwrap();
        for key in keys {
            assert!(!part[*key].is_null(), "{place} lacks {key}");
        }
    }
    assert_eq!(plan["poam-items"][0]["related-risks"][0]["risk-uuid"], plan["risks"][0]["uuid"]);
    assert_eq!(oscal(&report, at), oscal(&report, at));
}

fn gather(value: &Json, uuids: &mut Vec<String>) {
    match value {
        Json::Object(fields) => {
            for (key, value) in fields {
                match value {
                    Json::String(text) if key == "uuid" || key == "risk-uuid" => uuids.push(text.clone()),
                    other => gather(other, uuids),
                }
            }
        }
        Json::Array(list) => list.iter().for_each(|item| gather(item, uuids)),
        _ => {}
    }
}

#[test]
fn tables_graph_and_drawing_tell_the_same_steps() {
    let lines =
        "B embedded_in product:desk, product:desk used_by X, X works_for Y, B used_by Y, Y performs award:K";
    let report =
        report(&graph(lines), &record("conduct = [\"contract_with_a_user\"]", ""), Started::default());
    let drawing = Drawing::of(&report);
    assert_eq!(drawing.boxes.iter().filter(|node| node.source).count(), 1);
    assert_eq!((drawing.boxes.len(), drawing.left_out), (5, 0));
    // A step to the product itself reaches nobody who is contracted with.
    let grey: Vec<&str> = drawing.lines.iter().filter(|line| !line.reaches).map(|line| line.label).collect();
    assert_eq!(grey, ["is embedded in"]);
    for line in &drawing.lines {
        assert!(
            line.from.0 < line.to.0 && line.to.0 < drawing.width && line.to.1 < drawing.height,
            "{line:?}"
        );
    }
    let dot = graphviz(&report);
    assert_eq!(dot.matches(" -> ").count(), drawing.lines.len(), "{dot}");
    assert_eq!(dot.matches("style=dashed").count(), 1);
    let tables = tables(&report);
    let exposed = &tables.iter().find(|(name, _)| *name == "exposed.csv").unwrap().1;
    assert_eq!(exposed.lines().count(), 1 + report.touched.len());
    assert!(exposed.contains("\r\n"), "{exposed}");
    for (name, text) in &tables {
        let mut read = csv::Reader::from_reader(text.as_bytes());
        assert!(read.records().all(|record| record.is_ok()), "{name} is a table");
    }
}

#[test]
fn a_deployment_is_told_in_every_form_with_the_host_that_it_comes_by() {
    let facts = r#"
version = 1
[[entity]]
name = "Example Model Maker"
identifier = ["uei:ABCDEFGHJK12"]
[[link]]
from = "id:other-maker"
relation = "offers"
to = "product:desk"
[[deployment]]
id = "desk-east"
product = "product:desk"
host = "uei:ABCDEFGHJK12"
used_by = ["program:alpha"]
evidence = "configured"
"#;
    let mut builder = GraphBuilder::new();
    let source = builder.source("facts");
    hand_kept(facts, source, &mut builder).unwrap();
    let report = report(&builder.finish(), &record(ORDER, ""), Started::default());
    assert_eq!(
        conduct(&report.touched),
        ["deployment:desk-east: provide", "program:alpha: provide use_in_performance"]
    );
    let way = "Example Model Maker > hosts deployment:desk-east (configured) > is used by program:alpha (configured)";
    assert_eq!(report.touched[1].ways[0].to_string(), way);
    let told = serde_json::to_value(&report).unwrap();
    assert_eq!(
        (&told["touched"][0]["kind"], &told["tiers"][0]["deployments"]),
        (&"deployment".into(), &1.into())
    );
    assert_eq!(told["touched"][1]["ways"][0]["steps"][0]["to_kind"], "deployment");
    let drawing = Drawing::of(&report);
    assert!(drawing.boxes.iter().any(|node| node.kind == Kind::Deployment), "{drawing:?}");
    assert!(drawing.lines.iter().any(|line| line.label == "hosts" && line.reaches), "{drawing:?}");
    let dot = graphviz(&report);
    let line = "\"Example Model Maker\" -> \"deployment:desk-east\" [label=\"hosts (configured)\"];";
    assert!(dot.contains(line), "{dot}");
    let tables = tables(&report);
    for (name, line) in [
        ("exposed.csv", "deployment:desk-east,deployment,deployment:desk-east,1,configured,provide,1,true"),
        (
            "ways.csv",
            "program:alpha,1,1,Example Model Maker,hosts,deployment:desk-east,configured,provide,facts,1",
        ),
    ] {
        let table = &tables.iter().find(|(known, _)| *known == name).unwrap().1;
        assert!(table.contains(line), "{table}");
    }
}

#[test]
fn customers_leave_by_the_instruments_and_their_own_work() {
    let docket = record(ORDER, "phase_out_until = 2026-12-31\n[flow_down]\n");
    let register = Register::new(vec![docket.designation().clone()], Vec::new());
    let dockets: Vec<&Docket> = register.dockets().collect();
    let customer = |name: &str, agency: Option<Agency>| Customer {
        name: name.to_owned(),
        keys: vec![format!("id:{name}")],
        situation: Situation { name: name.to_owned(), agency, ..Situation::default() },
    };
    let all = [
        customer("civilian", Some(Agency::Justice)),
        customer("contractor", Some(Agency::Defense)),
        customer("silent", None),
    ];
    let graph = graph("contractor works_for Y, Y works_for Z, contractor performs award:K");
    let told = |on: &str| {
        let (on, known) = (when(on), when(on));
        let found =
            customers(&CustomerAsked { dockets: &dockets, customers: &all, graph: &graph, on, known });
        let told = found.iter().map(|found| {
            let works_for: Vec<&str> =
                found.works_for.iter().map(|name| name.trim_start_matches("id:")).collect();
            let before = found.before.map_or_else(String::new, |before| before.to_string());
            format!("{} {} {before} {}", found.customer, found.standing.status.as_str(), works_for.join(" "))
        });
        told.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>()
    };
    assert_eq!(
        told("2026-11-23"),
        [
            "contractor phase-out 2027-01-01T05:00:00.000Z Y award:K Z",
            "silent phase-out 2027-01-01T05:00:00.000Z",
            "civilian not reached"
        ]
    );
    assert_eq!(
        told("2027-01-01"),
        ["contractor barred Y award:K Z", "silent barred", "civilian not reached"]
    );
}
