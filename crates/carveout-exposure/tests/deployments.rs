//! Deployments: a product that runs on somebody's machines for somebody, and what is barred comes by either.
#![expect(clippy::unwrap_used, reason = "a test stops where it can't go on")]

use std::collections::BTreeSet;

use carveout_exposure::{
    graph::{Graph, GraphBuilder, Kind},
    ownership::AffiliateRule,
    paths::{Question, exposed},
    sources::{Imported, hand_kept, plain_links},
};

/// A help desk by one company, deployed on the machines of another, for a program and a firm.
const DESK: &str = r#"
version = 1
[[entity]]
name = "Example Model Maker"
identifier = ["id:maker"]
[[entity]]
name = "Example Host"
identifier = ["id:host"]
[[link]]
from = "id:maker"
relation = "embedded_in"
to = "product:desk"
[[deployment]]
id = "desk-east"
name = "Help desk, east"
product = "product:desk"
host = "id:host"
used_by = ["program:alpha", "Example Integrator"]
until = 2026-06-30
evidence = "configured"
source = "the contract with the host"
"#;

fn read(facts: &str, links: &str) -> (Graph, Imported) {
    let mut builder = GraphBuilder::new();
    let source = builder.source("`facts.toml`");
    let imported = hand_kept(facts, source, &mut builder).unwrap();
    let source = builder.source("`links.csv`");
    plain_links(format!("from,relation,to\n{links}").as_bytes(), &[], source, &mut builder).unwrap();
    (builder.finish(), imported)
}

/// The ways to everything that is exposed.
fn ways(graph: &Graph, barred: &str, day: (i32, u32, u32)) -> BTreeSet<String> {
    let barred = [graph.find(barred).unwrap()];
    let day = chrono::NaiveDate::from_ymd_opt(day.0, day.1, day.2).unwrap();
    let rule = AffiliateRule::Ownership { threshold: 500_000_000, aggregate: true };
    let found = exposed(graph, &Question { barred: &barred, rule, day, tiers: None });
    let all = found.iter().flat_map(|found| &found.paths);
    let told = all.map(|way| {
        let steps = way.edges.iter().map(|edge| format!("{} {}", edge.kind.as_str(), graph.name(edge.to)));
        steps.collect::<Vec<_>>().join(", ")
    });
    told.collect()
}

fn problems(graph: &Graph) -> Vec<String> {
    graph.problems().iter().map(|problem| problem.told(graph).to_string()).collect()
}

#[test]
fn what_is_barred_comes_by_the_maker_of_what_is_deployed_and_by_the_host() {
    let (graph, imported) = read(DESK, "");
    assert_eq!((imported.read, imported.not_read.total(), problems(&graph)), (4, 0, vec![]));
    let node = graph.find("deployment:desk-east").unwrap();
    assert_eq!(graph.node(node).unwrap().kind(), Kind::Deployment);
    let by_maker = [
        "is embedded in product:desk",
        "is embedded in product:desk, is deployed as Help desk, east",
        "is embedded in product:desk, is deployed as Help desk, east, is used by Example Integrator",
        "is embedded in product:desk, is deployed as Help desk, east, is used by program:alpha",
    ];
    let by_host = [
        "hosts Help desk, east",
        "hosts Help desk, east, is used by Example Integrator",
        "hosts Help desk, east, is used by program:alpha",
    ];
    for (case, barred, day, expected) in [
        ("the maker is barred", "id:maker", (2026, 6, 30), by_maker.as_slice()),
        ("the host is, and the maker isn't", "id:host", (2026, 6, 30), by_host.as_slice()),
        ("it has ended: the product is left", "id:maker", (2026, 7, 1), by_maker.get(..1).unwrap()),
        ("it has ended: the host hosts nothing", "id:host", (2026, 7, 1), &[]),
    ] {
        let expected: BTreeSet<String> = expected.iter().map(ToString::to_string).collect();
        assert_eq!(ways(&graph, barred, day), expected, "{case}");
    }
}

#[test]
fn what_no_other_record_knows_is_told_and_followed_all_the_same() {
    let misspelt = |product: &str, host: &str| {
        let written = DESK.replace("product = \"product:desk\"", &format!("product = \"{product}\""));
        written.replace("host = \"id:host\"", &format!("host = \"{host}\""))
    };
    let unknown = |what: &str, name: &str| {
        format!(
            "`facts.toml` 1: no other record knows `{name}`, the {what} of `Help desk, east`: is it misspelt?"
        )
    };
    let late = "id:firm,offers,product:late\nid:late,works_for,id:firm\n";
    for (product, host, links, expected) in [
        ("product:dsek", "id:host", "", vec![unknown("product", "product:dsek")]),
        ("product:desk", "id:hots", "", vec![unknown("host", "id:hots")]),
        ("product:dsek", "id:hots", "", vec![unknown("product", "product:dsek"), unknown("host", "id:hots")]),
        ("product:late", "id:late", late, vec![]),
    ] {
        let (graph, imported) = read(&misspelt(product, host), links);
        assert_eq!((imported.read, problems(&graph)), (4, expected), "{product} {host}");
        let ways = ways(&graph, host, (2026, 6, 30));
        assert!(ways.contains("hosts Help desk, east, is used by program:alpha"), "{host}: {ways:?}");
    }
    let (graph, _) = read("version = 1", "deployment:desk-west,used_by,program:alpha\n");
    assert_eq!(
        problems(&graph),
        ["`links.csv` 2: no `[[deployment]]` says what `deployment:desk-west` is, and on which host"]
    );
}

#[test]
fn a_deployment_that_can_not_be_read_is_listed_with_the_reason() {
    let users = "`used_by` names no program or organisation: `program:…`, `uei:…`, or a name";
    let host = "a host without an organisation's identifier: `uei:…`, `domain:…`, `id:…`";
    for (right, wrong, reason) in [
        ("id = \"desk-east\"", "id = \" \"", "a deployment without an `id` of 1 to 256 bytes"),
        ("\"product:desk\"\nhost", "\"desk\"\nhost", "a product without its scheme: `product:…`"),
        ("host = \"id:host\"", "host = \"Example Host\"", host),
        ("host = \"id:host\"", "host = \"product:desk\"", host),
        ("host = \"id:host\"", "host = \"uei:12\"", "an identifier that is none"),
        ("[\"program:alpha\", \"Example Integrator\"]", "[]", users),
        ("\"program:alpha\", ", "\"award:7\", ", users),
        ("\"program:alpha\", ", "\"\", ", "an end is missing"),
        ("until = 2026-06-30", "until = 06:30:00", "a date that is none"),
        ("\"configured\"", "\"sure\"", "no grade of evidence: capable, declared, configured, observed"),
    ] {
        assert_eq!(DESK.matches(right).count(), 1, "{right}");
        let (graph, imported) = read(&DESK.replace(right, wrong), "");
        let listed = imported.not_read.listed();
        let told: Vec<(&str, &str)> =
            listed.iter().map(|unread| (unread.place.as_str(), unread.reason)).collect();
        assert_eq!(told, [("deployment 1", reason)], "{wrong}");
        assert!(ways(&graph, "id:host", (2026, 6, 30)).is_empty(), "{wrong}");
    }
    let entity = "version = 1\n[[entity]]\nname = \"Desk\"\nkind = \"deployment\"\n";
    let (_, imported) = read(entity, "");
    assert!(imported.not_read.listed().iter().any(|unread| unread.reason.contains("`[[deployment]]`")));
    for (text, told) in [
        (
            DESK.replace("host = ", "hots = "),
            "unknown field `hots`, expected one of `id`, `name`, `product`, `host`",
        ),
        (DESK.replace("host = \"id:host\"\n", ""), "missing field `host`"),
    ] {
        let mut builder = GraphBuilder::new();
        let source = builder.source("facts");
        let refused = hand_kept(&text, source, &mut builder).unwrap_err().to_string();
        assert!(refused.contains(told), "{refused}");
    }
}
