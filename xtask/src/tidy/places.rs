//! Nothing names the machine it was written on, or where packages come from:
//! clients are configured by those who run them.

use super::Finding;
use super::tree::Tree;

/// Folders of one person's machine.
const MACHINE_PATHS: [&str; 4] = ["/root/", "/work/", "/home/", "/Users/"];

/// First labels of hosts that serve packages.
const REGISTRY_LABELS: [&str; 9] =
    ["registry", "index", "static", "pypi", "files", "deb", "mirror", "proxy", "packages"];

/// Settings that point a client at a registry.
const REGISTRY_SETTINGS: [&str; 5] =
    ["--index-url", "--extra-index-url", "--registry=", "registry-index", "replace-with"];

/// Every tracked file but lock files, whose sources cargo writes.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in
        tree.files().iter().filter(|file| !file.path.ends_with(".lock") && !file.path.ends_with("places.rs"))
    {
        for (index, line) in file.text.lines().enumerate() {
            if let Some(what) = problem(line) {
                findings.push(Finding::at(&file.path, index + 1, what));
            }
        }
    }
    findings
}

fn problem(line: &str) -> Option<String> {
    if let Some(path) = MACHINE_PATHS.iter().find(|path| names_path(line, path)) {
        return Some(format!("`{path}` is a path of one machine"));
    }
    if let Some(setting) = REGISTRY_SETTINGS.iter().find(|setting| line.contains(**setting)) {
        return Some(format!("`{setting}` chooses a package registry; leave that to the machine"));
    }
    let mut hosts = line.split("https://").chain(line.split("http://")).skip(1);
    hosts.find_map(|rest| {
        let host = rest.split(['/', ')', '"', '`', ' ', ':']).next()?;
        let label = host.split('.').next()?;
        let is_registry = host.contains('.') && REGISTRY_LABELS.contains(&label);
        is_registry.then(|| format!("`{host}` serves packages; leave that to the machine"))
    })
}

/// Whether a path starts here: `/home/` in `docs/home/x` is another thing.
fn names_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line.get(..at).and_then(|start| start.chars().next_back());
        !before.is_some_and(|letter| {
            letter.is_alphanumeric() || matches!(letter, '.' | '}' | '_' | '-' | '~' | '$')
        })
    })
}

#[cfg(test)]
mod tests {
    use super::problem;

    #[test]
    fn places_are_found_and_ordinary_text_is_not() {
        for line in [
            "see /root/x",
            "dir = \"/work/main\"",
            "pip install --index-url x",
            "https://pypi.example/simple",
            "[a](https://static.example.org/x)",
        ] {
            assert!(problem(line).is_some(), "{line}");
        }
        for line in [
            "docs/home/page.md",
            "https://example.org/registry",
            "http://127.0.0.1:8080/v1",
            "cargo install x",
        ] {
            assert_eq!(problem(line), None, "{line}");
        }
    }
}
