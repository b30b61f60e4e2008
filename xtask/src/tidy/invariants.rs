//! Every invariant that ARCHITECTURE.md states names a test that exists.

use super::Finding;
use super::tree::{File, Tree};

const PAGE: &str = "ARCHITECTURE.md";

/// In the section whose heading says "Invariants", every item that starts `- **` must end in
/// references: a test's path from the root and its function, as in
/// ``test: `crates/carveout-ledger/tests/crash.rs::nothing_acknowledged_is_lost` ``.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let Some(page) = tree.files().iter().find(|file| file.path == PAGE) else { return Vec::new() };
    let invariants = items(&page.text);
    if invariants.is_empty() {
        return vec![Finding::new(
            PAGE,
            "states no invariants (a heading `Invariants`, items starting `- **`)",
        )];
    }
    invariants.iter().flat_map(|(line, text)| item(tree, *line, text)).collect()
}

fn item(tree: &Tree, line: usize, text: &str) -> Vec<Finding> {
    let references = references(text);
    if references.is_empty() {
        return vec![Finding::at(
            PAGE,
            line,
            "this invariant names no test (end it with test: `path::name`)",
        )];
    }
    let missing = references.into_iter().filter(|reference| !exists(tree, reference));
    missing.map(|reference| Finding::at(PAGE, line, format!("there is no test `{reference}`"))).collect()
}

/// The items of the section with the line each starts at, continuation lines joined.
fn items(page: &str) -> Vec<(usize, String)> {
    let mut items: Vec<(usize, String)> = Vec::new();
    let (mut inside, mut open) = (false, false);
    for (index, line) in page.lines().enumerate() {
        if line.starts_with('#') {
            inside = line.to_lowercase().contains("invariants");
            open = false;
        } else if inside && line.starts_with("- **") {
            items.push((index + 1, line.to_owned()));
            open = true;
        } else if line.trim().is_empty() || line.starts_with('-') {
            open = false;
        } else if open && let Some((_, text)) = items.last_mut() {
            text.push(' ');
            text.push_str(line.trim());
        }
    }
    items
}

/// All code spans after `test:` or `tests:`.
fn references(text: &str) -> Vec<&str> {
    let Some((_, after)) = text.rsplit_once("test: ").or_else(|| text.rsplit_once("tests: ")) else {
        return Vec::new();
    };
    after.split('`').skip(1).step_by(2).collect()
}

fn exists(tree: &Tree, reference: &str) -> bool {
    let Some((path, name)) = reference.rsplit_once("::") else { return false };
    tree.below(path).any(|file| defines(file, name))
}

fn defines(file: &File, name: &str) -> bool {
    let spellings = [format!("fn {name}("), format!("def {name}(")];
    spellings.iter().any(|spelling| file.text.contains(spelling))
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tree::Tree;

    fn findings(page: &str) -> usize {
        let tests = "#[test]\nfn it_holds() {}\n";
        check(&Tree::of(&[
            ("ARCHITECTURE.md", page),
            ("crates/a/tests/b.rs", tests),
            ("e2e/test_c.py", "def test_it(gateway):"),
        ]))
        .len()
    }

    #[test]
    fn each_invariant_needs_a_test_that_exists() {
        for (page, expected) in [
            ("## Invariants\n- **It holds.** Always. test: `crates/a/tests/b.rs::it_holds`\n", 0),
            ("## Invariants\n- **It holds.**\n  test: `crates/a::it_holds`, `e2e/test_c.py::test_it`\n", 0),
            ("## Invariants\n- **It holds.**\n\n## More\n- **Not an invariant**\n", 1),
            ("## Invariants\n- **It holds.** test: `crates/a/tests/b.rs::it_hold`\n- **So does this.**\n", 2),
            ("## Invariants\n- **It holds.** test: `crates/z/tests/b.rs::it_holds`\n", 1),
            ("# Architecture\n", 1),
        ] {
            assert_eq!(findings(page), expected, "{page}");
        }
    }
}
