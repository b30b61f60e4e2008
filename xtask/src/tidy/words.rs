//! Words that mark unfinished work.

use super::Finding;
use super::tree::Tree;

/// Spelt in halves, so that this file isn't its own first finding.
const FORBIDDEN: [(&str, &str); 7] = [
    ("TO", "DO"),
    ("FIX", "ME"),
    ("XX", "X:"),
    ("unimplemen", "ted!"),
    ("to", "do!("),
    ("#[ig", "nore"),
    ("pytest.mark.sk", "ip"),
];

/// Source, manifests and documents hold none of the forbidden words.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let words: Vec<String> = FORBIDDEN.iter().map(|(start, end)| format!("{start}{end}")).collect();
    let extensions = ["rs", "toml", "md", "py", "sh"];
    let mut findings = Vec::new();
    for file in extensions.iter().flat_map(|extension| tree.with(extension)) {
        for (index, line) in file.text.lines().enumerate() {
            let found = words.iter().filter(|word| line.contains(word.as_str()));
            findings.extend(found.map(|word| {
                Finding::at(&file.path, index + 1, format!("`{word}`: finish it or file an issue"))
            }));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::{FORBIDDEN, check};
    use crate::tidy::tree::Tree;

    #[test]
    fn every_forbidden_word_is_found_with_its_line() {
        for (start, end) in FORBIDDEN {
            let found = check(&Tree::of(&[("src/a.rs", &format!("fine\n// {start}{end} later\n"))]));
            assert_eq!(found.len(), 1);
            assert_eq!(found[0].place, "src/a.rs:2");
        }
        assert!(check(&Tree::of(&[("src/a.rs", "// what to do")])).is_empty());
    }
}
