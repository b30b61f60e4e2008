//! Every word of every pack counts: each condition dropped or negated, and each clause dropped, is seen
//! by `diff`; the few that aren't are equivalent for cvc5 too, and are listed here with the reason.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops where it can't go on"
)]

mod common;

use std::{fs, path::Path, sync::Arc};

use carveout_proof::{Budget, Change, Dates, Prover, Script, side};
use carveout_terms::{Agreement, Edit, Vocabulary};
use common::{cvc5, deeply, regions};

fn packs() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs");
    let mut packs = Vec::new();
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    for pack in entries.filter(|path| path.is_dir()) {
        for file in fs::read_dir(pack).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "md") {
                let name = path.file_stem().unwrap().to_string_lossy().into_owned();
                packs.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    packs.sort();
    packs
}

fn defense() -> Arc<Vocabulary> {
    let schema = include_str!("../../../packs/defense/defense.cedarschema");
    let taxonomy = include_str!("../../../packs/defense/defense.toml");
    Arc::new(Vocabulary::parse(schema, taxonomy).unwrap_or_else(|problems| panic!("{problems}")))
}

/// Every edit that takes something away or turns it around, and how it is called.
fn edits(agreement: &Agreement, vocabulary: &Vocabulary) -> Vec<(String, Edit)> {
    let mut edits = Vec::new();
    for clause in agreement.clauses() {
        if agreement.policies_of(clause).next().is_some() {
            let clause = clause.number().to_owned();
            edits.push((format!("{clause} dropped"), Edit::DropClause { clause }));
        }
    }
    for condition in agreement.conditions(vocabulary) {
        let (clause, number) = (condition.clause, condition.number);
        let with = format!("!({})", condition.text);
        edits.push((
            format!("{clause} condition {number} dropped"),
            Edit::DropCondition { clause: clause.clone(), number },
        ));
        edits.push((
            format!("{clause} condition {number} negated"),
            Edit::ReplaceCondition { clause, number, with },
        ));
    }
    edits
}

/// What changes nothing for any use, and why that is no slip of its author.
const IDLE: [(&str, &str); 0] = [];

/// The edits of a pack that change nothing for any use, and how many there were.
fn unseen(vocabulary: &Arc<Vocabulary>, name: &str, text: &str) -> (Vec<String>, usize) {
    let agreement =
        Agreement::draft(text, vocabulary).unwrap_or_else(|problems| panic!("{name}: {problems}"));
    let edits = edits(&agreement, vocabulary);
    let (mut unseen, mut scripts): (Vec<String>, Vec<Script>) = (Vec::new(), Vec::new());
    for (what, edit) in &edits {
        let source = agreement.edited(vocabulary, edit).unwrap();
        let Ok(edited) = Agreement::draft(&source, vocabulary) else {
            println!("{name} {what}: unreadable");
            continue;
        };
        let sides = [agreement.clone(), edited].map(|one| side(vocabulary, [one], Dates::Ignored).unwrap());
        let mut prover = Prover::new(Arc::clone(vocabulary), Budget::unlimited()).unwrap().keeping_findings();
        let [before, after] = sides.map(|side| prover.law(&side).unwrap());
        let diff = prover.diff(&before, &after).unwrap_or_else(|error| panic!("{name} {what}: {error}"));
        if diff.change == Change::Equivalent {
            unseen.push(format!("{name} {what}"));
            scripts.push(prover.script().unwrap());
        } else {
            let shown = regions(&diff).any(|(_, region)| !region.cubes.is_empty());
            assert!(shown, "{name} {what}: a change without a use that shows it");
        }
    }
    for (verdict, what) in cvc5::compare(&scripts).into_iter().zip(&unseen) {
        verdict.unwrap_or_else(|error| panic!("{what}: {error}"));
    }
    (unseen, edits.len())
}

fn each_word_counts(chosen: impl Fn(&str) -> bool) {
    let vocabulary = defense();
    let (mut idle, mut count) = (Vec::new(), 0);
    for (name, text) in packs().iter().filter(|(name, _)| chosen(name)) {
        let (unseen, edits) = deeply(|| unseen(&vocabulary, name, text));
        idle.extend(unseen);
        count += edits;
    }
    println!("{count} edits, of which {} change nothing", idle.len());
    let explained: Vec<&str> = IDLE.iter().map(|(what, _)| *what).filter(|what| chosen(what)).collect();
    assert_eq!(idle, explained);
    assert!(count > 100);
}

#[test]
fn every_word_of_every_pack_counts() {
    each_word_counts(|name| !name.starts_with("sample-terms"));
}

#[test]
fn every_word_of_the_sample_counts() {
    each_word_counts(|name| name.starts_with("sample-terms"));
}
