//! `tidy`: the project's own checks, each a rule that no off-the-shelf linter has.

mod direction;
mod docs;
mod invariants;
mod places;
mod sizes;
mod tree;
mod words;

use crate::shell::Outcome;
use tree::Tree;

/// Something that breaks a rule, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    place: String,
    what: String,
}

impl Finding {
    fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into() }
    }

    fn at(file: &str, line: usize, what: impl Into<String>) -> Self {
        Self::new(format!("{file}:{line}"), what)
    }
}

/// Checks the checkout and prints all findings.
pub(crate) fn tidy() -> Outcome {
    let tree = Tree::of_checkout()?;
    for long in sizes::listed(&tree) {
        println!("long, no failure below 600: {} ({})", long.place, long.what);
    }
    let findings = check(&tree);
    for Finding { place, what } in &findings {
        println!("{place}: {what}");
    }
    match findings.len() {
        0 => {
            println!("tidy: {} files, nothing found", tree.files().len());
            Ok(())
        }
        count => Err(format!("{count} findings of tidy")),
    }
}

fn check(tree: &Tree) -> Vec<Finding> {
    let rules = [
        sizes::check,
        words::check,
        places::check,
        direction::check,
        invariants::check,
        docs::links,
        docs::verbs,
    ];
    rules.iter().flat_map(|rule| rule(tree)).collect()
}
