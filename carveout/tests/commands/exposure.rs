//! `exposure`: traces in trees, and suppliers, names and owners out of sources.

mod files;

use serde_json::Value as Json;

use crate::kit::{Ran, Workspace, provider};

fn texts<'a>(list: &'a Json, key: &str) -> Vec<&'a str> {
    list.as_array().unwrap().iter().map(|item| item[key].as_str().unwrap()).collect()
}

/// A workspace with these files.
fn with(files: &[(&str, &str)]) -> Workspace {
    let workspace = Workspace::real();
    for (path, text) in files {
        let path_there = workspace.path(path);
        std::fs::create_dir_all(path_there.parent().unwrap()).unwrap();
        workspace.write(path, text);
    }
    workspace
}

const ENTITIES: &str =
    "name,uei\nExample Holding Inc,ABCDEFGHJK12\nExample Works LLC,ABCDEFGHJK13\nSample Plumbing,12\n";
const LINKS: &str = "from,relation,to,share,since\n\
    uei:ABCDEFGHJK12,owns,uei:ABCDEFGHJK13,30,\n\
    id:other,owns,uei:ABCDEFGHJK13,25,2026-06-01\n\
    uei:ABCDEFGHJK12,owns,id:other,60,\n\
    uei:ABCDEFGHJK13,owns,id:leaf,40-60,\n\
    uei:ABCDEFGHJK13,likes,id:leaf,,\n";

fn sources() -> (Workspace, impl Fn(&Workspace, &str) -> Ran) {
    let workspace = with(&[("entities.csv", ENTITIES), ("links.csv", LINKS)]);
    let run = |workspace: &Workspace, words: &str| {
        workspace.run(&format!("{words} --from entities=entities.csv --from links=links.csv"))
    };
    (workspace, run)
}

#[test]
fn an_import_ends_with_what_was_not_read() {
    let (workspace, run) = sources();
    run(&workspace, "exposure import").expect(
        1,
        &[
            "4 nodes, 4 edges",
            "2 read, 1 not read",
            "1 x a UEI that is none",
            "line 4",
            "line 6: no relation",
        ],
    );
    let document = run(&workspace, "exposure import --json").expect(1, &[]).json();
    assert_eq!(document["sources"][1]["not_read"]["total"], 1);
    workspace.run("exposure import --from sam=entities.csv").expect(2, &["does not start with `BOF`"]);
    workspace.run("exposure import --from nonsense=x").expect(2, &["none of sam"]);
    workspace.run("exposure import --from entities=nowhere.csv").expect(2, &["nowhere.csv"]);
}

#[test]
fn names_are_matched_with_reasons() {
    let (workspace, run) = sources();
    workspace.write("wanted.csv", "name,uei\nEXAMPLE HOLDING,\n,ABCDEFGHJK13\n");
    run(&workspace, "exposure match --names wanted.csv").expect(0, &["Example Holding Inc", "the same name"]);
    let document = run(&workspace, "exposure match --name Wroks --json").expect(1, &[]).json();
    assert_eq!(document["matches"][0]["candidates"], Json::Array(Vec::new()));
    workspace.write("wanted.csv", "name,uei\nX,12\n");
    run(&workspace, "exposure match --names wanted.csv").expect(2, &["`12` is no UEI", "line 2"]);
}

#[test]
fn an_affiliate_rule_reaches_by_its_own_measure_and_date() {
    let (workspace, run) = sources();
    for (words, code, said) in [
        (
            "--rule ownership:50 --on 2026-11-23",
            1,
            "certain Example Works LLC: Example Holding Inc > Example Works LLC",
        ),
        ("--rule ownership:50 --on 2026-11-23", 1, "possible leaf"),
        ("--rule ownership:50 --on 2026-05-31", 1, "reaches 1 beside"),
        ("--rule ownership:50:single --on 2026-11-23", 1, "reaches 1 beside"),
        ("--rule none", 0, "reaches 0"),
        ("--rule ownership:0", 2, "no percentage"),
    ] {
        let words = format!("exposure reach --barred uei:ABCDEFGHJK12 {words}");
        let told = run(&workspace, &words);
        told.expect(code, &[]);
        let said_all = format!("{} {}", told.out, told.err).replace("id:", "");
        let said_all = said_all.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said_all.contains(said), "{words}: {said_all}");
    }
    run(&workspace, "exposure reach --barred Nobody --rule none").expect(2, &["means 0 organisations"]);
}

#[test]
fn every_way_to_a_program_is_shown_with_its_weakest_step() {
    let workspace = with(&[(
        "facts.toml",
        r#"
version = 1
[[entity]]
name = "Example Model Maker"
identifier = ["uei:ABCDEFGHJK12"]
[[link]]
from = "uei:ABCDEFGHJK12"
relation = "embedded_in"
to = "product:desk"
evidence = "capable"
[[link]]
from = "product:desk"
relation = "used_by"
to = "program:alpha"
evidence = "configured"
[[link]]
from = "uei:ABCDEFGHJK12"
relation = "used_by"
to = "Example Subcontractor"
until = 2026-06-30
[[link]]
from = "Example Subcontractor"
relation = "works_for"
to = "Example Prime"
"#,
    )]);
    let asked = "exposure paths --from facts=facts.toml --barred uei:ABCDEFGHJK12 --rule none";
    workspace.run(&format!("{asked} --on 2026-11-23 --graphviz ways.dot")).expect(
        1,
        &[
            "2 are exposed",
            "program:alpha: capable at the best",
            "Example Model Maker > is embedded in product:desk (capable) > is used by program:alpha (configured)",
        ],
    );
    let drawn = workspace.read("ways.dot");
    assert!(
        drawn.contains("\"product:desk\" -> \"program:alpha\" [label=\"is used by (configured)\"];"),
        "{drawn}"
    );
    let on_time = workspace.run(&format!("{asked} --on 2026-06-30 --json")).expect(1, &[]).json();
    let names = texts(&on_time["exposed"], "name");
    assert!(names.contains(&"Example Prime"), "{names:?}");
    let tiers = workspace.run(&format!("{asked} --on 2026-06-30 --tiers 0 --json")).expect(1, &[]).json();
    assert!(!texts(&tiers["exposed"], "name").contains(&"Example Prime"));
}

/// A made-up order that bars an operator, with duties and a rule for waivers.
pub(crate) const ORDER: &str = r#"
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
name = "sample-operator"
reach = ["provided_by"]
[scope]
agencies = ["defense"]
[flow_down]
[dates]
zone = "America/New_York"
last_day = "included"
effective = 2026-03-04
phase_out_until = 2026-12-31
[[priority]]
name = "routine business first"
[priority.scope]
system_classes = ["routine_business"]
[[duty]]
kind = "report"
trigger = "finding that it is provided or used"
hook = "FAR 52.204-30"
recipient = "The contracting officer"
within = { amount = 3, unit = "business_days" }
fields = ["contract", "product or source", "model", "mitigation"]
"#;

/// Another target of the first route, with an operator that nothing bars.
pub(crate) const OTHER: &str = r#"targets = [{ provider = "sample-openai", model = "sample-2", maker = "sample-maker", host = "sample-host", operator = "self", deployment = "vendor_cloud", line = "sample-1" }, "#;

#[test]
fn a_report_joins_the_record_the_suppliers_and_what_the_ledger_saw() {
    let provider = provider();
    let workspace = Workspace::with_decisions(&provider);
    workspace.write("order.toml", ORDER);
    workspace.write(
        "links.csv",
        "from,relation,to\nmaker:sample-operator,embedded_in,product:desk\nproduct:desk,used_by,program:travel\n",
    );
    let asked = "exposure report --designation order.toml --on 2099-06-01 --as-known-on 2099-06-01 --from links=links.csv";
    workspace.run(asked).expect(
        1,
        &[
            "Example order",
            "route sample-chat (product), observed at the best: provide",
            "logistics support (program), observed at the best: provide, use_in_performance",
            "program:travel (program), declared at the best",
            "logistics-support 1 1",
            "1. logistics-support by sample-chat from sample-1, 1 calls: barred, find a target",
            "3 business_days",
            "by host: sample-host 100.0% (index 10000)",
        ],
    );
    workspace.edit("carveout.toml", "targets = [", OTHER);
    let document = workspace.run(&format!("{asked} --json")).expect(1, &[]).json();
    let report = &document["reports"][0];
    let item = &report["moves"][0];
    assert_eq!(
        (&item["effort"], &item["priority"]),
        (&"move_route".into(), &"routine business first".into())
    );
    assert_eq!(item["substitutes"][0]["permitted"], 1, "{item:#}");
    assert_eq!(item["substitutes"][0]["model"], "sample-2");
    let other =
        report["moves"].as_array().unwrap().iter().find(|item| item["program"] == "intelligence-support");
    assert_eq!(other.unwrap()["effort"], "try_use", "it never called, and claims nothing: {report:#}");
    assert_eq!(report["usage"][0]["calls"], 1);
    assert!(report["usage"][0]["output_tokens"].as_u64().unwrap() > 0, "{report:#}");
    let fields = report["forms"][0]["fields"].as_array().unwrap();
    let value =
        |name: &str| fields.iter().find(|field| field["name"] == name).unwrap()["value"].as_str().unwrap();
    assert_eq!((value("product or source"), value("model")), ("sample-operator", "sample-1"));
    assert!(value("mitigation").contains("logistics-support: move the route to sample-2"), "{fields:#?}");
    assert!(value("contract").contains("logistics support"), "{fields:#?}");
}

#[test]
fn a_report_is_written_in_every_format() {
    let workspace = Workspace::sample(None);
    workspace.write("order.toml", ORDER);
    let asked = "exposure report --designation order.toml --on 2026-06-01 --as-known-on 2026-06-01";
    workspace
        .run(&format!("{asked} --html r.html --csv tables --oscal plan.json --dot r.dot"))
        .expect(1, &["phase-out", "the ledger records no call yet"]);
    let page = workspace.read("r.html");
    for part in ["<svg", "Example order", "sample-operator", "What has to move", "phase-out until before"] {
        assert!(page.contains(part), "{part}");
    }
    for outside in ["http://", "https://", "<script", "src="] {
        assert!(!page.contains(outside), "{outside}");
    }
    let plan: Json = serde_json::from_str(&workspace.read("plan.json")).unwrap();
    assert_eq!(plan["plan-of-action-and-milestones"]["metadata"]["oscal-version"], "1.1.3");
    assert!(workspace.read("r.dot").starts_with("digraph exposure"));
    assert!(workspace.read("tables/example-order/plan.csv").contains("logistics-support"));
    workspace.write("other.toml", ORDER.replace("example-order", "other-order"));
    workspace
        .run(&format!("{asked} --designation other.toml --oscal plan.json"))
        .expect(2, &["there are 2 designations", "--designation"]);
}

#[test]
fn a_supposition_is_reported_on_like_a_record() {
    let workspace = Workspace::sample(None);
    workspace.write("order.toml", ORDER);
    workspace.run("exposure report --what-if sample-maker --on 2026-06-01").expect(
        1,
        &["a supposition: no such instrument is known", "barred", "logistics-support", "find a target"],
    );
    workspace
        .run("exposure report --what-if sample-operator --like order.toml --on 2026-06-01")
        .expect(1, &["as in `example-order`", "3 business_days"]);
    workspace.run("exposure report --what-if Nobody --on 2026-06-01").expect(0, &["nobody called Nobody"]);
    workspace.run("exposure report --like order.toml").expect(2, &["--what-if"]);
    workspace.run("exposure report --what-if x --designation order.toml").expect(2, &["cannot be used with"]);
}

#[test]
fn without_names_what_is_in_force_is_reported() {
    let workspace = Workspace::sample(None);
    workspace.edit("carveout.toml", "signatures = \"required\"", "signatures = \"optional\"");
    workspace.run("exposure report").expect(0, &["no designation is in force"]);
    workspace.write("order.toml", ORDER);
    workspace.run("designations add order.toml").expect(0, &[]);
    workspace.run("exposure report --on 2026-06-01").expect(1, &["Example order"]);
    workspace
        .run("exposure report --on 2026-06-01 --as-known-on 2026-01-01")
        .expect(0, &["`example-order` is left out: not known", "no designation is in force"]);
}

#[test]
fn the_guides_example_says_what_the_guide_says() {
    let example = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../examples/designation");
    let workspace = Workspace::real();
    let file = |name: &str| example.join(name).display().to_string();
    let (record, facts) = (file("records/section-4713.toml"), format!("facts={}", file("suppliers.toml")));
    let words = ["exposure", "report", "--on", "2026-07-01", "--as-known-on", "2026-07-01"];
    let told =
        workspace.run_all(words.into_iter().chain(["--designation", &record, "--from", &facts, "-C", "/"]));
    told.expect(
        1,
        &[
            "phase-out until before 2026-09-03T04:00:00.000Z",
            "civilian agency: not reached",
            "Anthropic PBC > is embedded in product:sample-help-desk (configured) > is used by Sample Integrator LLC (declared) > works for Sample Prime Corp (declared) > performs award:SAMPLE-PRIME-1 (declared)",
            "is embedded in product:sample-translator (capable)",
            "2026-09-02 remove",
            "no clock certify",
            "waiver under 41 USC 4713, to The department's chief information officer",
        ],
    );
}

#[test]
fn a_deployment_is_reached_by_its_host_also_out_of_a_snapshot() {
    let facts = r#"
version = 1
[[entity]]
name = "Sample Operator"
identifier = ["uei:ABCDEFGHJK12"]
[[deployment]]
id = "desk-east"
product = "product:dsek"
host = "uei:ABCDEFGHJK12"
used_by = ["program:alpha"]
[[deployment]]
id = "desk-west"
product = "desk"
host = "uei:ABCDEFGHJK12"
used_by = ["program:alpha"]
"#;
    let workspace = with(&[("facts.toml", facts), ("order.toml", ORDER)]);
    let told = [
        "facts.toml: 2 read, 1 not read",
        "deployment 2: a product without its scheme: `product:…` (`desk-west`)",
        "can't be: `facts.toml` 1: no other record knows `product:dsek`, the product of `deployment:desk-east`",
    ];
    workspace.run("exposure import --from facts=facts.toml").expect(1, &told);
    workspace.run("exposure snapshot --from facts=facts.toml --out graph.snapshot").expect(1, &told[..2]);
    let asked = "exposure report --designation order.toml --on 2026-06-01 --as-known-on 2026-06-01";
    for source in ["facts=facts.toml", "snapshot=graph.snapshot"] {
        workspace.run(&format!("{asked} --from {source} --html report.html")).expect(
            1,
            &[
                "in 1 step: 1 deployment",
                "Sample Operator > hosts deployment:desk-east (declared) > is used by program:alpha (declared)",
            ],
        );
        let page = workspace.read("report.html");
        assert!(page.contains(">deployment</text>") && page.contains("<th>deployments</th>"), "{page}");
    }
    workspace.write("old.snapshot", b"carveout graph\n\x01\0\0\0");
    workspace
        .run("exposure import --from snapshot=old.snapshot")
        .expect(2, &["has version 1", "make it again from its sources"]);
}

#[test]
fn a_snapshot_answers_like_its_sources_and_is_refused_if_it_is_not_whole() {
    let (workspace, run) = sources();
    run(&workspace, "exposure snapshot --out graph.snapshot")
        .expect(1, &["4 nodes and 4 edges", "1 not read"]);
    let asked = "exposure reach --barred uei:ABCDEFGHJK12 --rule ownership:50 --on 2026-11-23 --json";
    let from_tables = run(&workspace, asked).expect(1, &[]).json();
    let from_snapshot =
        workspace.run(&format!("{asked} --from snapshot=graph.snapshot")).expect(1, &[]).json();
    assert_eq!(from_snapshot["reached"], from_tables["reached"], "{from_snapshot:#}");
    workspace.write("more.csv", "from,relation,to,share\nid:leaf,owns,id:twig,90\n");
    workspace
        .run("exposure import --from snapshot=graph.snapshot --from links=more.csv")
        .expect(0, &["5 nodes, 5 edges"]);
    workspace
        .run("exposure import --from links=more.csv --from snapshot=graph.snapshot")
        .expect(2, &["name one, before all other sources"]);
    let whole = std::fs::read(workspace.path("graph.snapshot")).unwrap();
    workspace.write("cut.snapshot", &whole[..whole.len() / 2]);
    workspace.run("exposure import --from snapshot=cut.snapshot").expect(2, &["the snapshot is cut"]);
    workspace.run("exposure import --from snapshot=more.csv").expect(2, &["this is no snapshot"]);
}

#[test]
fn no_snapshot_is_made_of_a_source_that_was_cut() {
    let workspace = with(&[("sam.dat", "BOF PUBLIC V2 00000000 20261101 0000002 0000001\n")]);
    workspace
        .run("exposure snapshot --from sam=sam.dat --out graph.snapshot")
        .expect(2, &["not read to its end", "no snapshot was made"]);
    assert!(!workspace.path("graph.snapshot").exists());
}

#[test]
fn a_supplier_answers_under_its_key_and_nobody_else_does() {
    let workspace = Workspace::real();
    for name in ["supplier", "stranger"] {
        workspace.run(&format!("keygen --name {name}.example --out {name}.key")).expect(0, &[]);
    }
    let new = [
        "exposure",
        "questionnaire",
        "new",
        "--id",
        "desk-2026",
        "--asked-by",
        "Example Agency",
        "--supplier",
        "Sample Help Desk Inc",
        "--identifier",
        "uei:ABCDEFGHJK12",
        "--product",
        "desk",
        "--used-by",
        "program:alpha",
        "--out",
        "desk.toml",
    ];
    workspace.run_all(new).expect(0, &["desk-2026 is in desk.toml"]);
    workspace.run_all(new).expect(2, &["is not overwritten"]);
    workspace.run("exposure questionnaire check desk.toml").expect(1, &["say whether `desk` uses models"]);
    workspace.run("exposure questionnaire sign desk.toml --key supplier.key").expect(2, &["is not answered"]);
    workspace.edit(
        "desk.toml",
        "# answered = 2026-01-31\nanswered_by = \"\"",
        "answered = 9999-12-31\nanswered_by = \"counsel\"",
    );
    workspace.edit(
        "desk.toml",
        "uses_models = \"\"",
        "uses_models = \"yes\"\n[[product.model]]\nmaker = \"sample-maker\"",
    );
    workspace.run("exposure questionnaire check desk.toml").expect(0, &["desk-2026 is answered"]);
    let import = |key: &str| {
        workspace.run(&format!("exposure questionnaire import desk.toml --key {key}.pub --links found.csv"))
    };
    import("supplier").expect(2, &["the answer is not signed"]);
    workspace
        .run("exposure questionnaire sign desk.toml --key supplier.key")
        .expect(0, &["supplier.example signed the answer desk-2026"]);
    import("stranger").expect(2, &["does not hold", "nothing was taken over"]);
    assert!(!workspace.path("found.csv").exists());
    import("supplier").expect(0, &["3 relations are declared by Sample Help Desk Inc (counsel)"]);
    assert!(workspace.read("found.csv").contains("maker:sample-maker,embedded_in,product:desk,,,declared"));
    workspace
        .run("exposure paths --from links=found.csv --barred maker:sample-maker --rule none --on 2026-11-23")
        .expect(1, &["program:alpha: declared at the best"]);
    // A changed answer is another answer.
    workspace.edit("desk.toml", "uses_models = \"yes\"", "uses_models = \"not_known\"");
    import("supplier").expect(2, &["does not hold"]);
    workspace.run("exposure questionnaire sign desk.toml --key supplier.key").expect(0, &[]);
    import("supplier").expect(1, &["desk: the supplier doesn't know"]);
    // The officer who signs a designation with the same key has not answered anything.
    workspace.write("order.toml", ORDER);
    workspace.run("sign desk.toml --key supplier.key").expect(2, &[]);
}

#[test]
fn a_vendor_learns_which_customers_must_leave_and_when() {
    let workspace = with(&[
        ("order.toml", ORDER),
        (
            "customers.csv",
            "name,uei,agency,system_class\nSample Navy Office,ABCDEFGHJK12,defense,cui\nSample Court,,justice,\nSample Silent,,,\n",
        ),
        ("links.csv", "from,relation,to\nuei:ABCDEFGHJK12,works_for,Sample Prime\n"),
    ]);
    let asked =
        "exposure customers --customers customers.csv --designation order.toml --as-known-on 2026-06-01";
    workspace.run(&format!("{asked} --on 2026-06-01 --from links=links.csv --csv leaving.csv")).expect(
        1,
        &[
            "Sample Navy Office",
            "phase-out",
            "2027-01-01T05:00:00.000Z",
            "Sample Prime",
            "2 of 3 customers must leave",
        ],
    );
    assert!(workspace.read("leaving.csv").contains("Sample Court,example-order,not reached,false"));
    let document = workspace.run(&format!("{asked} --on 2027-01-01 --json")).expect(1, &[]).json();
    assert_eq!(document["answers"][0]["standing"]["is"], "barred", "{document:#}");
    workspace.run(&format!("{asked} --on 2026-01-01")).expect(1, &["not yet"]);
    for (table, said) in [
        ("name,agency\nA,defence\n", "`agency` can't be read"),
        ("name,agencie\nA,defense\n", "there is no column `agencie`"),
        ("customer\nA\n", "there is no column `customer`"),
        ("name,uei\nA,12\n", "no UEI"),
        ("name\n\"\"\n", "a customer has no name"),
    ] {
        workspace.write("customers.csv", table);
        workspace.run(&format!("{asked} --on 2026-06-01")).expect(2, &[said]);
    }
}
