//! Ways of exposure as a table.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it can't go on")]

use carveout_exposure::{
    graph::{Graph, GraphBuilder, NodeId},
    ownership::AffiliateRule,
    paths::{Question, exposed},
    share::Share,
    sources::plain_links,
};

/// Links as `from relation to [evidence]`, all between ids.
fn graph(lines: &str) -> Graph {
    let mut table = "from,relation,to,share,evidence\n".to_owned();
    for line in lines.split(", ") {
        let words: Vec<&str> = line.split(' ').collect();
        let share = if words[1] == "owns" { "60" } else { "" };
        let evidence = words.get(3).copied().unwrap_or_default();
        table.push_str(&format!("id:{},{},id:{},{share},{evidence}\n", words[0], words[1], words[2]));
    }
    let mut builder = GraphBuilder::new();
    let source = builder.source("lines");
    let imported = plain_links(table.as_bytes(), &[], source, &mut builder).unwrap();
    assert_eq!(imported.not_read.total(), 0, "{:?}", imported.not_read);
    builder.finish()
}

fn find(graph: &Graph, name: &str) -> NodeId {
    graph.find(&format!("id:{name}")).unwrap()
}

/// What is exposed, as `name distance grade ways`.
fn told(lines: &str, tiers: Option<u32>) -> Vec<String> {
    let graph = graph(lines);
    let rule = AffiliateRule::Ownership { threshold: Share::HALF.billionths(), aggregate: true };
    let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
    let barred = [find(&graph, "B")];
    let found = exposed(&graph, &Question { barred: &barred, rule, day, tiers });
    let mut told: Vec<String> = found
        .iter()
        .map(|found| {
            let name = graph.name(found.node).trim_start_matches("id:");
            let open = if found.complete { "" } else { "+" };
            format!("{name} {} {} {}{open}", found.distance, found.evidence.as_str(), found.paths.len())
        })
        .collect();
    told.sort_unstable();
    told
}

#[test]
fn exposure_comes_by_every_way_and_is_as_sure_as_its_weakest_step() {
    for (case, lines, tiers, expected) in [
        (
            "a product in use",
            "B offers p, p used_by C configured",
            None,
            vec!["C 2 declared 1", "p 1 declared 1"],
        ),
        (
            "two ways, one of them better known",
            "B embedded_in p capable, B embedded_in q observed, p used_by C observed, q used_by C configured",
            None,
            vec!["C 2 configured 2", "p 1 capable 1", "q 1 observed 1"],
        ),
        (
            "a longer way beside a direct one",
            "B used_by C, B embedded_in p, p embedded_in q, q used_by C",
            None,
            vec!["C 1 declared 2", "p 1 declared 1", "q 2 declared 1"],
        ),
        ("an affiliate is a source", "B owns S, S offers p", None, vec!["S 0 declared 0", "p 1 declared 1"]),
        (
            "a ring of suppliers ends",
            "B used_by X, X works_for Y, Y works_for Z, Z works_for X",
            None,
            vec!["X 1 declared 1", "Y 2 declared 1", "Z 3 declared 1"],
        ),
        (
            "a duty that flows down once",
            "B used_by X, X works_for Y, Y works_for Z, X performs K, Z performs L",
            Some(1),
            vec!["K 2 declared 1", "X 1 declared 1", "Y 2 declared 1"],
        ),
        ("a duty that doesn't flow down", "B used_by X, X works_for Y", Some(0), vec!["X 1 declared 1"]),
        (
            "more steps, but fewer flows",
            "B used_by X, X works_for Y, B embedded_in p, p embedded_in q, q used_by Y, Y works_for Z",
            Some(1),
            vec!["X 1 declared 1", "Y 2 declared 2", "Z 4 declared 1", "p 1 declared 1", "q 2 declared 1"],
        ),
        ("who supplies the exposed is not", "B used_by X, Y works_for X", None, vec!["X 1 declared 1"]),
    ] {
        assert_eq!(told(lines, tiers), expected, "{case}");
    }
}

#[test]
fn ways_without_number_are_cut_and_said_to_be() {
    let mut lines = vec!["B used_by a0".to_owned()];
    for layer in 0..12 {
        for from in ["a", "b", "c"] {
            for to in ["a", "b", "c"] {
                lines.push(format!("{from}{layer} works_for {to}{}", layer + 1));
            }
        }
    }
    let told = told(&lines.join(", "), None);
    assert!(told.contains(&"a12 13 declared 20+".to_owned()), "{told:?}");
    assert!(told.contains(&"a1 2 declared 1".to_owned()), "{told:?}");
}
