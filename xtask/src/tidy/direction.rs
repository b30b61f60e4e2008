//! Who may depend on whom, and what the pure crates never touch (ARCHITECTURE.md).

use super::Finding;
use super::tree::{File, Tree};

/// Each library crate and the local crates it may depend on. The binary wires, so it isn't here.
const ALLOWED: [(&str, &[&str]); 11] = [
    ("carveout-terms", &[]),
    ("carveout-signals", &[]),
    ("carveout-dialects", &[]),
    ("carveout-ledger", &[]),
    ("carveout-sample", &[]),
    ("carveout-proof", &["carveout-terms"]),
    ("carveout-exposure", &["carveout-terms"]),
    ("carveout-replay", &["carveout-terms", "carveout-ledger"]),
    ("carveout-gateway", &["carveout-terms", "carveout-signals", "carveout-dialects", "carveout-ledger"]),
    (
        "carveout-console",
        &["carveout-terms", "carveout-ledger", "carveout-gateway", "carveout-proof", "carveout-exposure"],
    ),
    ("xtask", &[]),
];

/// No clock, filesystem, network, randomness or runtime.
const PURE: [&str; 5] =
    ["carveout-terms", "carveout-proof", "carveout-signals", "carveout-dialects", "carveout-exposure"];

const IMPURE_MODULES: [&str; 6] = ["time", "fs", "net", "env", "process", "thread"];
const IMPURE_CRATES: [&str; 9] =
    ["tokio", "hyper", "rand", "getrandom", "rustix", "reqwest", "socket2", "mio", "tempfile"];

/// Manifests and, for the pure crates, sources.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let manifests = tree
        .files()
        .iter()
        .filter(|file| file.path.ends_with("/Cargo.toml") && !file.path.starts_with("fuzz/"));
    let mut findings: Vec<Finding> = manifests.flat_map(manifest).collect();
    for name in PURE {
        for file in tree.below(&format!("crates/{name}/src")).filter(|file| !file.is_test()) {
            findings.extend(impure(file));
        }
    }
    findings
}

fn manifest(file: &File) -> Vec<Finding> {
    let name = file.path.trim_end_matches("/Cargo.toml").rsplit('/').next().unwrap_or_default();
    let mut findings = Vec::new();
    if !file.text.contains("[lints]\nworkspace = true") {
        findings.push(Finding::new(&file.path, "does not take the workspace's lints"));
    }
    for dependency in dependencies(&file.text) {
        let allowed = ALLOWED.iter().find(|(crate_name, _)| *crate_name == name);
        let is_local = dependency.starts_with("carveout-");
        if is_local && allowed.is_some_and(|(_, allowed)| !allowed.contains(&dependency)) {
            findings.push(Finding::new(&file.path, format!("`{name}` must not depend on `{dependency}`")));
        }
        if PURE.contains(&name) && IMPURE_CRATES.contains(&dependency) {
            findings.push(Finding::new(
                &file.path,
                format!("`{name}` is pure and must not depend on `{dependency}`"),
            ));
        }
    }
    if name.starts_with("carveout-") && !ALLOWED.iter().any(|(known, _)| *known == name) {
        findings
            .push(Finding::new(&file.path, "a crate that the rules of direction don't know; add it to tidy"));
    }
    findings
}

/// The names under `[dependencies]`; tests may depend on what they like.
fn dependencies(manifest: &str) -> impl Iterator<Item = &str> {
    let mut inside = false;
    manifest.lines().filter_map(move |line| {
        if line.starts_with('[') {
            inside = line.trim() == "[dependencies]";
            return line.strip_prefix("[dependencies.").map(|name| name.trim_end_matches(']'));
        }
        let name = line.split(['=', '.', ' ']).next().unwrap_or_default();
        (inside && !name.is_empty() && !name.starts_with('#')).then_some(name)
    })
}

fn impure(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in file.product_lines() {
        let code = line.split("//").next().unwrap_or_default();
        for name in impurities(code) {
            findings.push(Finding::at(&file.path, number, format!("`{name}` in a crate that is pure")));
        }
    }
    findings
}

fn impurities(code: &str) -> Vec<String> {
    let in_std = IMPURE_MODULES.iter().filter(|module| names(code, "std::", module));
    let in_crates = IMPURE_CRATES.iter().filter(|name| names_crate(code, name));
    let clock = ["SystemTime", "Instant::now", "Utc::now", "Local::now"];
    let clocks = clock.iter().filter(|name| code.contains(**name));
    in_std
        .map(|module| format!("std::{module}"))
        .chain(in_crates.chain(clocks).map(ToString::to_string))
        .collect()
}

/// Whether code has a path into a crate; `Operand::` is none into `rand`.
fn names_crate(code: &str, name: &str) -> bool {
    code.match_indices(&format!("{name}::")).any(|(at, _)| {
        let before = code.get(..at).and_then(|start| start.chars().next_back());
        !before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_')
    })
}

/// Whether code names a module of a crate, alone or in a group: `std::fs`, `std::{fmt, fs}`.
fn names(code: &str, root: &str, module: &str) -> bool {
    let mut uses = code.split(root).skip(1);
    uses.any(|rest| {
        let listed = rest.strip_prefix('{').unwrap_or(rest);
        let words = if listed.len() == rest.len() {
            listed.split([':', ';', ' ']).take(1).collect()
        } else {
            group(listed)
        };
        words.contains(&module)
    })
}

fn group(listed: &str) -> Vec<&str> {
    listed.split([',', '}', ';']).map(|item| item.split("::").next().unwrap_or_default().trim()).collect()
}

#[cfg(test)]
mod tests {
    use super::{check, impurities};
    use crate::tidy::tree::Tree;

    const LINTS: &str = "[lints]\nworkspace = true\n";

    #[test]
    fn crates_depend_only_downwards() {
        let found = |path: &str, dependencies: &str| {
            check(&Tree::of(&[(path, &format!("[dependencies]\n{dependencies}\n\n{LINTS}"))])).len()
        };
        assert_eq!(found("crates/carveout-gateway/Cargo.toml", "carveout-terms.workspace = true"), 0);
        assert_eq!(found("crates/carveout-terms/Cargo.toml", "carveout-ledger.workspace = true"), 1);
        assert_eq!(found("crates/carveout-terms/Cargo.toml", "carveout-ledger = { path = \"..\" }"), 1);
        assert_eq!(found("crates/carveout-terms/Cargo.toml", "tokio.workspace = true"), 1);
        assert_eq!(
            found("crates/carveout-terms/Cargo.toml", "[dev-dependencies]\ncarveout-ledger.workspace = true"),
            0
        );
        assert_eq!(found("crates/carveout-new/Cargo.toml", ""), 1);
        assert_eq!(found("carveout/Cargo.toml", "carveout-terms.workspace = true"), 0);
        assert_eq!(check(&Tree::of(&[("xtask/Cargo.toml", "[dependencies]\n")])).len(), 1, "no lints");
    }

    #[test]
    fn impure_code_is_found_in_every_spelling() {
        for code in [
            "use std::time::Instant;",
            "use std::{fmt, fs};",
            "std::env::var(x)",
            "tokio::spawn(x)",
            "Utc::now()",
        ] {
            assert_eq!(impurities(code).len(), 1, "{code}");
        }
        for code in [
            "use std::fmt;",
            "use core::time::Duration;",
            "use std::{fmt, iter};",
            "let times = 1;",
            "Operand::X",
        ] {
            assert!(impurities(code).is_empty(), "{code}");
        }
        let file =
            ("crates/carveout-terms/src/a.rs", "use std::fs;\n#[cfg(test)]\nmod tests { use std::fs; }\n");
        assert_eq!(check(&Tree::of(&[file])).len(), 1);
    }
}
