//! Agreements side by side: every cell against every single use of its row.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where it can't go on"
)]

mod common;

use std::sync::Arc;

use carveout_proof::{Answer, Budget, Cell, Comparison, Cube, Dates, Prover, Row, ShownRegion, side};
use carveout_terms::{Agreement, Facts, RoleId, Ruling, Use};
use common::{
    cases, deeply, draft,
    drawn::Drawer,
    every_use::{assembled, every_use, inside, told},
    world,
};

fn compared(agreements: &[Agreement], rows: &[Row]) -> Comparison {
    let mut prover = Prover::new(Arc::clone(&world::tiny().vocabulary), Budget::unlimited()).unwrap();
    prover.compare(agreements, rows).unwrap()
}

fn terms(id: &str, head: &str, policies: &[&str]) -> Agreement {
    draft(&world::tiny().vocabulary, id, head, policies).unwrap_or_else(|problems| panic!("{problems}"))
}

fn row(facts: &str) -> Row {
    let vocabulary = &world::tiny().vocabulary;
    let cube = Cube::stating(vocabulary, &Facts::suppose(vocabulary, facts).unwrap());
    Row { name: facts.to_owned(), cube }
}

/// What a cell says, in a few words.
fn said(cell: &Cell) -> String {
    let clauses: Vec<&str> = cell.clauses.iter().map(|clause| clause.clause.as_str()).collect();
    let nothing = if cell.ungranted { " nothing grants" } else { "" };
    let roles = match &cell.answer {
        Answer::Held(roles) => format!(" {}", roles.iter().map(RoleId::as_str).collect::<Vec<_>>().join("+")),
        _ => String::new(),
    };
    format!("{}{roles} [{}]{nothing}", cell.answer.as_str(), clauses.join(" "))
}

#[test]
fn what_a_cell_says() {
    let intelligence = "permit when { context.purpose in Purpose::\"intel\" };";
    let bulk = "forbid when { context.volume == Volume::\"bulk\" };";
    let retries = "@hold(\"customer/counsel\")\nforbid when { context.retry };";
    let limit = "role = \"limit\"\n";
    let acme = "governs = { maker = \"acme\" }\n";
    let table = [
        ("", vec![intelligence], "purpose=intel.foreign", "permitted [1]"),
        ("", vec![intelligence], "purpose=supply", "denied [] nothing grants"),
        ("", vec![intelligence, bulk], "volume=bulk", "denied [2]"),
        ("", vec![intelligence, bulk], "retry=?1", "depends [2] nothing grants"),
        ("", vec![intelligence, bulk], "purpose=intel.foreign, volume=bulk", "denied [2]"),
        ("", vec![intelligence, bulk], "purpose=intel.foreign", "depends [2]"),
        ("", vec![intelligence, retries], "purpose=intel.foreign, retry=?1", "held customer/counsel [2]"),
        // Two clauses say the same: one is enough.
        ("", vec![intelligence, bulk, bulk], "purpose=intel.foreign, volume=bulk", "denied [2]"),
        (limit, vec![bulk], "volume=targeted", "permitted []"),
        (limit, vec![bulk], "volume=bulk", "denied [1]"),
        (acme, vec![intelligence], "purpose=intel.foreign", "permitted [1]"),
        (acme, vec![intelligence], "purpose=intel.foreign, maker=birch", "not governed []"),
        (
            "presume = { purpose = \"intel.foreign\" }\n",
            vec![intelligence],
            "purpose=unknown",
            "permitted [1]",
        ),
    ];
    for (head, policies, facts, expected) in table {
        let comparison = compared(&[terms("terms", head, &policies)], &[row(facts)]);
        assert_eq!(said(&comparison.rows[0].cells[0]), expected, "{facts} {policies:?}");
    }
}

#[test]
fn what_it_depends_on_is_said_without_the_row() {
    let policies = [
        "permit when { context.purpose in Purpose::\"intel\" };",
        "forbid when { context.volume == Volume::\"bulk\" && context.purpose == Purpose::\"intel.foreign\" };",
    ];
    let head = "governs = { maker = \"acme\" }\n";
    let comparison = compared(&[terms("terms", head, &policies)], &[row("purpose=intel.foreign")]);
    let cell = &comparison.rows[0].cells[0];
    let vocabulary = &world::tiny().vocabulary;
    let words = |region: &ShownRegion| region.cubes[0].cube.words(vocabulary).to_string();
    assert_eq!(
        (words(&cell.denied), words(&cell.permitted)),
        ("volume is bulk".into(), "volume is either targeted or unknown".into())
    );
    let witness = cell.denied.cubes[0].witness.said.display(vocabulary).to_string();
    assert_eq!(witness, "maker=acme, purpose=intel.foreign, volume=bulk");
}

#[test]
fn rows_on_which_all_say_the_same_are_one_row() {
    let vocabulary = &world::tiny().vocabulary;
    let rows = Row::purposes(vocabulary);
    assert_eq!(rows.len(), 5);
    let (intelligence, supply) = (
        "permit when { context.purpose in Purpose::\"intel\" };",
        "permit when { context.purpose == Purpose::\"supply\" };",
    );
    let agreements = [
        terms("first", "governs = { maker = \"acme\" }\n", &[intelligence]),
        terms("second", "governs = { maker = \"birch\" }\n", &[intelligence, supply]),
    ];
    let comparison = compared(&agreements, &rows);
    let told: Vec<(Vec<&str>, bool)> = comparison
        .rows
        .iter()
        .map(|row| (row.names.iter().map(String::as_str).collect(), row.alike))
        .collect();
    let expected = [
        (vec!["intel.foreign", "intel.home.mass", "intel.home.one"], true),
        (vec!["supply"], false),
        (vec!["unknown"], true),
    ];
    assert_eq!(told, expected);
}

#[test]
fn cells_are_what_every_use_says() {
    let world = world::tiny();
    let uses: Vec<(Facts, Use)> = every_use(world)
        .into_iter()
        .map(|facts| (facts.clone(), assembled(&world.vocabulary, &facts)))
        .collect();
    let mut seen = [false; 5];
    for seed in 0..cases(25) {
        let mut drawer = Drawer::new(world, seed);
        let mut policies: Vec<String> =
            [true, true, false, false].map(|permits| drawer.policy(permits)).into();
        if seed % 3 == 0 {
            policies[0] = "permit (principal, action, resource);".to_owned();
            policies.truncate(3);
        }
        let head = if drawer.dice.chance(50) { "governs = { maker = \"acme\" }\n" } else { "" };
        let text = common::source("world", "terms", head, policies);
        let agreement = Agreement::draft(&text, &world.vocabulary).unwrap();
        let rows =
            [row("purpose=intel.foreign"), row("volume=bulk, steps=(link)"), row("maker=birch, retry=?1")];
        let comparison = deeply(|| compared(std::slice::from_ref(&agreement), &rows));
        let stack = side(&world.vocabulary, [agreement.clone()], Dates::Ignored).unwrap();
        let governed = |facts: &Facts| {
            agreement.governs().iter().all(|(fact, members)| {
                matches!(facts.get(*fact), Some(carveout_terms::Value::Member(is)) if members.contains(*is))
            })
        };
        for row in &rows {
            let compared = comparison.rows.iter().find(|known| known.names.contains(&row.name)).unwrap();
            let cell = &compared.cells[0];
            let own = uses.iter().filter(|(facts, _)| inside(&row.cube, facts) && governed(facts));
            for (facts, use_) in own.skip(usize::try_from(seed % 5).unwrap()).step_by(5) {
                let ruling = stack.decide(use_).ruling;
                let case = format!("seed {seed}, {}: {}", row.name, told(&world.vocabulary, facts));
                let within = |region: &ShownRegion| region.cubes.iter().any(|cube| inside(&cube.cube, facts));
                seen[match &cell.answer {
                    Answer::Permitted => {
                        assert_eq!(ruling, Ruling::Permit, "{case}");
                        0
                    }
                    Answer::Held(roles) => {
                        assert_eq!(ruling, Ruling::Hold { roles: roles.clone() }, "{case}");
                        1
                    }
                    Answer::Denied => {
                        assert_eq!(ruling, Ruling::Deny, "{case}");
                        2
                    }
                    Answer::Depends => {
                        assert_eq!(within(&cell.permitted), ruling == Ruling::Permit, "{case}");
                        assert_eq!(within(&cell.denied), ruling == Ruling::Deny, "{case}");
                        for (role, held) in &cell.held {
                            let asked = matches!(&ruling, Ruling::Hold { roles } if roles.contains(role));
                            assert_eq!(within(held), asked, "{case}");
                        }
                        3
                    }
                    Answer::NotGoverned => panic!("{case}"),
                }] = true;
            }
            seen[4] |= cell.answer == Answer::NotGoverned;
        }
    }
    assert!(seen.iter().enumerate().all(|(at, seen)| *seen || at == 1), "{seen:?}");
}

#[test]
fn packs_stand_side_by_side() {
    let read =
        |name: &str| std::fs::read_to_string(format!("{}/../../{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let vocabulary = carveout_terms::Vocabulary::parse(
        &read("packs/defense/defense.cedarschema"),
        &read("packs/defense/defense.toml"),
    );
    let vocabulary = Arc::new(vocabulary.unwrap());
    let files = [
        "examples/dispute/draft-1.md",
        "packs/two-lines/two-lines.md",
        "packs/all-lawful-purposes/all-lawful-purposes.md",
    ];
    let agreements: Vec<Agreement> =
        files.iter().map(|file| Agreement::parse(&read(file), &vocabulary).unwrap()).collect();
    let rows: Vec<Row> = Row::purposes(&vocabulary)
        .into_iter()
        .filter(|row| ["unknown", "intel.commercial_data_analysis", "logistics.supply"].contains(&&*row.name))
        .collect();
    let comparison = deeply(|| {
        let mut prover = Prover::new(Arc::clone(&vocabulary), Budget::unlimited()).unwrap();
        prover.compare(&agreements, &rows).unwrap()
    });
    let silent = comparison.rows.iter().find(|row| row.names == ["unknown"]).unwrap();
    assert_eq!(said(&silent.cells[0]), "denied [1.2]");
    assert!(comparison.rows.iter().all(|row| row.cells.len() == 3));
}
