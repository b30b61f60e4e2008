//! Files stay short enough to read in one go.

use super::Finding;
use super::tree::{File, Tree};

const MOST_LINES: usize = 600;
const LISTED_LINES: usize = 300;

/// Rust files over 600 lines, which should be split; tests don't count.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    longer_than(tree, MOST_LINES).collect()
}

/// Files to keep an eye on, which is no failure.
pub(crate) fn listed(tree: &Tree) -> Vec<Finding> {
    longer_than(tree, LISTED_LINES).collect()
}

fn longer_than(tree: &Tree, most: usize) -> impl Iterator<Item = Finding> {
    let lines = |file: &File| file.product_lines().count();
    tree.with("rs")
        .filter(|file| !file.is_test())
        .map(move |file| (file, lines(file)))
        .filter(move |(_, lines)| *lines > most)
        .map(|(file, lines)| Finding::new(&file.path, format!("{lines} lines without tests")))
}

#[cfg(test)]
mod tests {
    use super::{check, listed};
    use crate::tidy::tree::Tree;

    #[test]
    fn long_files_fail_and_tests_do_not_count() {
        let (long, short) = ("x\n".repeat(601), "x\n".repeat(301));
        let tests = format!("{short}#[cfg(test)]\nmod tests {{\n{long}}}\n");
        let tree = Tree::of(&[
            ("a.rs", &long),
            ("b.rs", &short),
            ("c.rs", &tests),
            ("tests/d.rs", &long),
            ("e.md", &long),
        ]);
        assert_eq!(check(&tree).iter().map(|found| found.place.as_str()).collect::<Vec<_>>(), ["a.rs"]);
        assert_eq!(listed(&tree).len(), 3);
    }
}
