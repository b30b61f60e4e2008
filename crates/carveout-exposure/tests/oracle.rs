//! Ownership against its definition, tried out on random graphs with rings, doubles and shares in itself.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it can't go on")]

use std::collections::BTreeSet;

use carveout_exposure::{
    dates::Span,
    graph::{Edge, EdgeKind, Evidence, Graph, GraphBuilder, Kind, NodeId, Party},
    identifier::Identifier,
    names::Lexicon,
    ownership::{Reading, effective, owned},
    share::{Share, Stake},
};
use chrono::NaiveDate;
use proptest::prelude::*;

const COMPANIES: usize = 8;

/// Stakes in percent: owner, company, share.
type Stakes = Vec<(usize, usize, u64)>;

fn graph(stakes: &Stakes) -> (Graph, Vec<NodeId>) {
    let mut builder = GraphBuilder::new();
    let source = builder.source("drawn");
    let nodes: Vec<NodeId> = (0..COMPANIES)
        .map(|number| {
            let identifiers = [Identifier::of_scheme("id", &number.to_string()).unwrap()];
            builder.node(&Party { kind: Kind::Organisation, names: &[], identifiers: &identifiers })
        })
        .collect();
    for (owner, company, percent) in stakes {
        let stake = Stake::exactly(Share::from_billionths(percent * 10_000_000));
        let (from, to) = (nodes[*owner], nodes[*company]);
        let (kind, evidence, span) = (EdgeKind::Owns, Evidence::Declared, Span::ALWAYS);
        builder.edge(Edge { from, to, kind, evidence, span, stake, source, line: 1 });
    }
    (builder.finish(), nodes)
}

/// The largest stake of one company in another, in percent.
fn stake(stakes: &Stakes, owner: usize, company: usize) -> u64 {
    stakes
        .iter()
        .filter(|stake| (stake.0, stake.1) == (owner, company))
        .map(|stake| stake.2)
        .max()
        .unwrap_or(0)
}

/// The definition, done over and over until nothing changes: who is owned to half of what it doesn't hold itself.
fn defined(stakes: &Stakes, barred: usize) -> BTreeSet<usize> {
    let mut reached = BTreeSet::from([barred]);
    loop {
        let more: Vec<usize> = (0..COMPANIES)
            .filter(|company| !reached.contains(company))
            .filter(|company| {
                let held: u64 = reached
                    .iter()
                    .filter(|owner| *owner != company)
                    .map(|owner| stake(stakes, *owner, *company))
                    .sum();
                let others = 100_u64.saturating_sub(stake(stakes, *company, *company));
                held > 0 && held * 2 >= others
            })
            .collect();
        if more.is_empty() {
            reached.remove(&barred);
            return reached;
        }
        reached.extend(more);
    }
}

proptest! {
    #[test]
    fn the_half_rule_is_its_definition(
        stakes in proptest::collection::vec((0..COMPANIES, 0..COMPANIES, 0..101_u64), 0..24),
        barred in 0..COMPANIES,
    ) {
        let (graph, nodes) = graph(&stakes);
        let day = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
        let found = owned(&graph, &[nodes[barred]], Share::HALF, true, day, Reading::Least);
        let found: BTreeSet<usize> =
            found.iter().filter_map(|found| nodes.iter().position(|node| *node == found.node)).collect();
        prop_assert_eq!(found, defined(&stakes, barred));
    }

    #[test]
    fn shares_in_the_end_solve_their_equations(
        // At most 30% of eight companies' shares a stake, three stakes at most: nobody is owned in whole by a ring.
        stakes in proptest::collection::vec((0..COMPANIES, 0..COMPANIES, 0..30_u64), 0..10),
        barred in 0..COMPANIES,
    ) {
        let over = |company: usize| (0..COMPANIES).map(|owner| stake(&stakes, owner, company)).sum::<u64>() >= 100;
        prop_assume!(!(0..COMPANIES).any(over));
        let (graph, nodes) = graph(&stakes);
        let day = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
        let found = effective(&graph, &[nodes[barred]], day).unwrap();
        let known = |node: NodeId| -> f64 {
            if node == nodes[barred] {
                return 1.0;
            }
            let share = found.iter().find(|found| found.node == node).map(|found| found.share.clone());
            share.map_or(0.0, |share| {
                let part = |number: &num_bigint::BigInt| number.to_string().parse::<f64>().unwrap();
                part(share.numer()) / part(share.denom())
            })
        };
        for (company, node) in nodes.iter().enumerate().filter(|(company, _)| *company != barred) {
            let own = stake(&stakes, company, company);
            let sum: f64 = (0..COMPANIES)
                .filter(|owner| *owner != company)
                .map(|owner| stake(&stakes, owner, company) as f64 / (100 - own) as f64 * known(nodes[owner]))
                .sum();
            prop_assert!((known(*node) - sum).abs() < 1e-9, "{company}: {} and {sum}", known(*node));
        }
    }

    #[test]
    fn any_two_texts_are_compared_the_same_both_ways(one in "\\PC{0,40}", other in "\\PC{0,40}") {
        let lexicon = Lexicon::standard();
        let (first, second) = (lexicon.read(&one), lexicon.read(&other));
        let there = lexicon.compare(&first, &second).score;
        prop_assert!((there - lexicon.compare(&second, &first).score).abs() < 1e-9);
        prop_assert!((0.0..=1.0).contains(&there));
        if !first.is_empty() {
            prop_assert!(lexicon.compare(&first, &first).score >= 0.5);
        }
    }
}
