//! Ownership as tables: direct, indirect, aggregated, in rings, over time, and the rules without percentages.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests of a table")]

use carveout_exposure::{
    dates::{End, Span, day},
    graph::{Edge, EdgeKind, Evidence, Graph, GraphBuilder, Kind, NodeId, Party},
    identifier::Identifier,
    ownership::{AffiliateRule, Reading, affiliates, effective, over_time, owned},
    share::{Share, Stake},
};
use chrono::NaiveDate;

/// Companies `A` to `Z`, and lines such as `A 50 B`, `A 25-75 B 2020-01-01 2024-12-31`, `A controls B`.
fn graph(lines: &str) -> Graph {
    let mut builder = GraphBuilder::new();
    let source = builder.source("lines");
    for (number, line) in (1..).zip(lines.split(", ").filter(|line| !line.is_empty())) {
        let words: Vec<&str> = line.split(' ').collect();
        let mut company = |name: &str| {
            let key = [Identifier::of_scheme("id", name).unwrap()];
            builder.node(&Party { kind: Kind::Organisation, names: &[name], identifiers: &key })
        };
        let (from, to) = (company(words[0]), company(words[2]));
        let (kind, stake) = match words[1] {
            "controls" => (EdgeKind::Controls, Stake::UNKNOWN),
            "becomes" => (EdgeKind::BecomesPart, Stake::UNKNOWN),
            "?" => (EdgeKind::Owns, Stake::UNKNOWN),
            share => (EdgeKind::Owns, Stake::parse(share).unwrap()),
        };
        let at = |position: usize| words.get(position).and_then(|text| day(text, End::First));
        let (evidence, span) = (Evidence::Declared, Span::new(at(3), at(4)));
        builder.edge(Edge { from, to, kind, evidence, span, stake, source, line: number });
    }
    builder.finish()
}

fn ids(graph: &Graph, names: &str) -> Vec<NodeId> {
    names.chars().map(|name| graph.find(&format!("id:{name}")).unwrap()).collect()
}

fn names(graph: &Graph, nodes: impl Iterator<Item = NodeId>) -> String {
    let mut names: Vec<&str> = nodes.map(|node| graph.name(node)).collect();
    names.sort_unstable();
    names.concat()
}

fn on(text: &str) -> NaiveDate {
    day(text, End::First).unwrap()
}

#[test]
fn the_half_rule_is_counted_as_its_guidance_says() {
    for (case, lines, barred, expected) in [
        ("half is enough", "A 50 B", "A", "B"),
        ("a little less is not", "A 49.9999999 B", "A", ""),
        ("digits beyond nine don't round up to half", "A 49.99999999999 B", "A", ""),
        ("two of the barred together", "A 25 C, B 25 C", "AB", "C"),
        ("only one of the two is barred", "A 25 C, B 25 C", "A", ""),
        ("a company that is theirs counts in full", "A 50 B, B 50 C", "A", "BC"),
        ("a chain that breaks", "A 50 B, B 49 C, C 100 D", "A", "B"),
        ("direct and indirect together", "A 50 B, A 25 C, B 25 C", "A", "BC"),
        ("two subsidiaries together", "A 50 B, A 60 C, B 20 D, C 30 D", "A", "BCD"),
        ("a ring doesn't hold itself up", "A 10 B, B 60 C, C 60 B", "A", ""),
        ("a ring that is entered", "A 50 B, B 50 C, C 50 B", "A", "BC"),
        ("shares in itself belong to the others", "A 40 B, B 20 B", "A", "B"),
        ("not quite the half of the others", "A 39 B, B 20 B", "A", ""),
        ("who owns all of itself is nobody's", "B 100 B, A 0 B", "A", ""),
        ("the barred own each other", "A 50 B, B 50 A, B 50 C", "AB", "C"),
        ("two sources, one stake", "A 30 B, A 30 B 2020-01-01", "A", ""),
        ("control without a share is no percentage", "A controls B", "A", ""),
        ("a stake that is over", "A 60 B 2020-01-01 2024-12-31", "A", ""),
        ("a stake that has not begun", "A 60 B 2027-01-01", "A", ""),
        ("a stake that ends before it starts", "A 60 B 2027-01-01 2020-01-01", "A", ""),
    ] {
        let graph = graph(lines);
        let barred = ids(&graph, barred);
        let found = owned(&graph, &barred, Share::HALF, true, on("2026-11-23"), Reading::Least);
        assert_eq!(names(&graph, found.iter().map(|found| found.node)), expected, "{case}");
    }
}

#[test]
fn without_aggregation_one_owner_must_reach_it_alone() {
    let graph = graph("A 25 C, B 25 C, A 50 D");
    let found = owned(&graph, &ids(&graph, "AB"), Share::HALF, false, on("2026-11-23"), Reading::Least);
    assert_eq!(names(&graph, found.iter().map(|found| found.node)), "D");
}

#[test]
fn every_holding_is_told_also_those_that_came_after_the_threshold() {
    let graph = graph("A 60 C, A 50 B, B 30 C");
    let found = owned(&graph, &ids(&graph, "A"), Share::HALF, true, on("2026-11-23"), Reading::Least);
    let company = found.iter().find(|found| graph.name(found.node) == "C").unwrap();
    assert_eq!((company.share.to_string().as_str(), company.holdings.len(), company.depth), ("90%", 2, 1));
}

#[test]
fn shares_in_the_end_are_exact_fractions() {
    for (case, lines, barred, company, expected) in [
        ("a product", "A 50 B, B 50 C", "A", "C", "25.00%"),
        ("two chains", "A 50 B, A 50 C, B 50 D, C 50 D", "A", "D", "50.00%"),
        (
            "a third of a third of a third",
            "A 33.3333333 B, B 33.3333333 C, C 33.3333333 D",
            "A",
            "D",
            "3.70%",
        ),
        // x = 1/2 + y/2, y = x/2: x = 2/3, y = 1/3.
        ("a ring", "A 50 B, C 50 B, B 50 C", "A", "B", "66.66%"),
        ("shares in itself", "A 40 B, B 20 B", "A", "B", "50.00%"),
        ("just below half is shown below it", "A 49.9999999 B", "A", "B", "49.99%"),
    ] {
        let graph = graph(lines);
        let found = effective(&graph, &ids(&graph, barred), on("2026-11-23")).unwrap();
        let company = found.iter().find(|found| graph.name(found.node) == company).unwrap();
        assert_eq!(company.percent(), expected, "{case}");
    }
    let graph = graph("A 1 B, B 100 C, C 100 B");
    assert!(
        effective(&graph, &ids(&graph, "A"), on("2026-11-23")).is_err(),
        "B and C own each other in whole"
    );
}

#[test]
fn ownership_over_time_has_a_period_for_every_change() {
    let graph = graph(
        "A 30 B 2020-01-01 2023-12-31, A 60 B 2024-01-01 2024-02-29, C 25 B 2024-03-01, A 25 B 2024-06-01",
    );
    let [barred, company] = [ids(&graph, "AC"), ids(&graph, "B")];
    let periods = over_time(&graph, &barred, company[0], Share::HALF, true, Reading::Least);
    let told: Vec<String> = periods
        .iter()
        .map(|period| {
            let day = |day: Option<NaiveDate>| day.map_or("-".to_owned(), |day| day.to_string());
            let share = period.owned.as_ref().map_or("no".to_owned(), |owned| owned.share.to_string());
            format!("{} {} {share}", day(period.from), day(period.until))
        })
        .collect();
    assert_eq!(
        told,
        ["- 2023-12-31 no", "2024-01-01 2024-02-29 60%", "2024-03-01 2024-05-31 no", "2024-06-01 - 50%"]
    );
}

#[test]
fn affiliates_are_whom_the_rule_says() {
    let lines =
        "P 80 A, A 51 B, B controls C, P 60 S, A 40-60 D, D 100 E, A becomes N 2026-01-01, A ? U, S 30 T";
    let graph = graph(lines);
    let half = AffiliateRule::Ownership { threshold: Share::HALF.billionths(), aggregate: true };
    for (rule, certain, possible) in [
        (AffiliateRule::None, "", ""),
        (AffiliateRule::NamedOnly, "", ""),
        (AffiliateRule::Subsidiaries, "BC", "DEU"),
        (AffiliateRule::AnyAffiliate, "BCPS", "DEU"),
        (half, "B", "DEU"),
        (AffiliateRule::Successors, "N", ""),
    ] {
        let found = affiliates(&graph, &ids(&graph, "A"), rule, on("2026-11-23"));
        let of = |sure: bool| {
            names(&graph, found.iter().filter(|found| found.certain == sure).map(|found| found.node))
        };
        assert_eq!((of(true).as_str(), of(false).as_str()), (certain, possible), "{rule:?}");
        for found in &found {
            assert_eq!(graph.name(found.through[0]), "A");
            assert_eq!(found.through.last(), Some(&found.node));
        }
    }
    let before = affiliates(&graph, &ids(&graph, "A"), AffiliateRule::Successors, on("2025-12-31"));
    assert!(before.is_empty());
}

#[test]
fn what_cant_be_is_told_and_kept() {
    for (lines, told) in [
        ("A 60 C, B 60 C", "120% of `C` is owned"),
        ("A 60 C 2020-01-01, B 60 C 2024-01-01", "120% of `C` is owned from 2024-01-01 on"),
        ("A 10 A", "`A` owns 10% of itself"),
        ("A 10 B 2024-01-02 2024-01-01", "lines 1: it ends on 2024-01-01, before it starts on 2024-01-02"),
    ] {
        let graph = graph(lines);
        let problems: Vec<String> =
            graph.problems().iter().map(|problem| problem.told(&graph).to_string()).collect();
        assert_eq!(problems, [told], "{lines}");
        assert_eq!(graph.edge_count(), lines.split(", ").count());
    }
    assert!(graph("A 60 C 2020-01-01 2023-12-31, B 60 C 2024-01-01").problems().is_empty());
}

#[test]
fn one_identifier_for_two_companies_is_told_and_they_stay_apart() {
    let mut builder = GraphBuilder::new();
    let uei = [Identifier::uei("ABCDEFGHJK12").unwrap()];
    let mut record = |names: &[&str], identifiers: &[Identifier]| {
        builder.node(&Party { kind: Kind::Organisation, names, identifiers })
    };
    let first = record(&["Example Model Maker, Inc."], &uei);
    assert_eq!(record(&["EXAMPLE MODEL MAKER INC"], &uei), first);
    assert_eq!(record(&[], &uei), first);
    for _ in 0..3 {
        assert_ne!(record(&["Sample Plumbing Supplies"], &uei), first);
    }
    let cage = [Identifier::cage("1ABC2").unwrap()];
    let second = record(&["Example Model Maker"], &cage);
    assert_ne!(second, first, "a name alone joins nothing");
    let both = [uei[0].clone(), cage[0].clone()];
    assert_eq!(
        record(&["Example Model Maker"], &both),
        first,
        "a record with both identifiers joins the two"
    );
    let graph = builder.finish();
    let told: Vec<String> = graph.problems().iter().map(|problem| problem.told(&graph).to_string()).collect();
    assert_eq!(
        told,
        [
            "`uei:ABCDEFGHJK12` is the identifier of `Example Model Maker, Inc.` and of `Sample Plumbing Supplies`; they were kept apart"
        ]
    );
    assert_eq!(graph.find("cage:1ABC2"), graph.find("uei:ABCDEFGHJK12"));
    assert_eq!(graph.node_count(), 2);
}
