//! Documents: their links resolve, and the commands they show exist.

use std::collections::BTreeSet;

use super::Finding;
use super::tree::{File, Tree};

/// Chores that `cargo xtask` has, as documents may name them.
const CHORES: [&str; 7] = ["ci", "test", "tidy", "bench", "train", "fuzz", "soak"];

/// Relative links of Markdown files lead to files and to headings.
pub(crate) fn links(tree: &Tree) -> Vec<Finding> {
    tree.with("md").flat_map(|file| broken_links(tree, file)).collect()
}

/// Commands in code name verbs that the binary has: one file or folder a verb in `carveout/src/commands`.
pub(crate) fn verbs(tree: &Tree) -> Vec<Finding> {
    let mut verbs: BTreeSet<String> = tree
        .below("carveout/src/commands")
        .filter_map(|file| file.path.strip_prefix("carveout/src/commands/")?.split(['/', '.']).next())
        .map(|name| name.replace('_', "-"))
        .collect();
    if verbs.is_empty() {
        return Vec::new();
    }
    verbs.extend(["help".to_owned()]);
    tree.with("md").flat_map(|file| unknown_verbs(file, &verbs)).collect()
}

fn broken_links(tree: &Tree, file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in prose(&file.text) {
        for link in targets(line) {
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let path = resolved(&file.path, path);
            if !tree.has(&path) {
                findings.push(Finding::at(&file.path, number, format!("the link `{link}` leads nowhere")));
            } else if !anchor.is_empty() && !has_heading(tree, &path, anchor) {
                findings.push(Finding::at(
                    &file.path,
                    number,
                    format!("no heading makes the anchor `#{anchor}`"),
                ));
            }
        }
    }
    findings
}

/// Lines outside fenced code, numbered from 1, code spans blanked.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    text.lines().enumerate().filter_map(move |(index, line)| {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
            return None;
        }
        (!fenced).then_some((index + 1, line))
    })
}

/// The local targets of the links in a line.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    line.split("](")
        .skip(1)
        .filter_map(|rest| rest.split([')', ' ']).next())
        .filter(|target| !target.is_empty() && !target.contains("://") && !target.starts_with("mailto:"))
}

/// A link's path from the root.
fn resolved(from: &str, path: &str) -> String {
    if path.is_empty() {
        return from.to_owned();
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Whether a Markdown file has a heading with that anchor; other files have anchors of their own.
fn has_heading(tree: &Tree, path: &str, anchor: &str) -> bool {
    let Some(file) = tree.files().iter().find(|file| file.path == path && path.ends_with(".md")) else {
        return true;
    };
    let headings = prose(&file.text).filter(|(_, line)| line.starts_with('#'));
    headings.map(|(_, line)| slug(line.trim_start_matches('#').trim())).any(|slug| slug == anchor)
}

fn slug(heading: &str) -> String {
    let kept = heading.to_lowercase();
    let kept = kept.chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'));
    kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect()
}

fn unknown_verbs(file: &File, verbs: &BTreeSet<String>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut fenced = false;
    for (index, line) in file.text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        let codes: Vec<&str> = if fenced { vec![line] } else { line.split('`').skip(1).step_by(2).collect() };
        for code in codes {
            if let Some(verb) = unknown_verb(code, verbs) {
                findings.push(Finding::at(&file.path, index + 1, format!("there is no command `{verb}`")));
            }
        }
    }
    findings
}

/// The verb of a command that doesn't exist, from code such as `$ carveout check x` or `cargo xtask ci`.
fn unknown_verb(code: &str, verbs: &BTreeSet<String>) -> Option<String> {
    let mut words =
        code.trim().trim_start_matches("$ ").split_whitespace().skip_while(|word| word.contains('='));
    let program = words.next()?;
    let (verb, known): (_, &dyn Fn(&str) -> bool) = match program.rsplit('/').next()? {
        "carveout" => (words.next()?, &|verb| verbs.contains(verb)),
        "cargo" => {
            let verb = words.next()?;
            if verb != "xtask" {
                return None;
            }
            (words.next()?, &|verb| CHORES.contains(&verb))
        }
        _ => return None,
    };
    let is_verb = verb.starts_with(|letter: char| letter.is_ascii_lowercase())
        && verb.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-');
    (is_verb && !known(verb)).then(|| format!("{program} {verb}"))
}

#[cfg(test)]
mod tests {
    use super::{links, verbs};
    use crate::tidy::tree::Tree;

    #[test]
    fn links_must_lead_to_files_and_headings() {
        let page = |line: &str| {
            Tree::of(&[("docs/a.md", line), ("README.md", "# The first, of two\n"), ("src/lib.rs", "")])
        };
        for line in [
            "[x](../README.md)",
            "[x](../README.md#the-first-of-two)",
            "[x](https://example.org)",
            "[x](../src)",
        ] {
            assert!(links(&page(line)).is_empty(), "{line}");
        }
        for line in ["[x](README.md)", "[x](../README.md#the-second)", "[x](#nothing)"] {
            assert_eq!(links(&page(line)).len(), 1, "{line}");
        }
        assert!(links(&page("```\n[x](nowhere)\n```")).is_empty());
    }

    #[test]
    fn commands_in_documents_must_exist() {
        let found = |line: &str| {
            verbs(&Tree::of(&[("README.md", line), ("carveout/src/commands/sample_provider.rs", "")])).len()
        };
        for line in [
            "`carveout sample-provider --listen x`",
            "`carveout --help`",
            "`cargo xtask ci`",
            "carveout dances",
            "`cargo test`",
        ] {
            assert_eq!(found(line), 0, "{line}");
        }
        for line in [
            "`carveout dance`",
            "```\n$ carveout dance\n```",
            "`cargo xtask dance`",
            "`target/release/carveout dance`",
        ] {
            assert_eq!(found(line), 1, "{line}");
        }
    }
}
