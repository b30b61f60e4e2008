//! Commands that install packages, in container files, CI and scripts.

use super::Scanned;
use crate::{fingerprints::Fingerprints, scan::manifest::requirement};

/// Commands, longest first, and what they install from.
const COMMANDS: [(&[&str], &str); 16] = [
    (&["uv", "pip", "install"], "pypi"),
    (&["-m", "pip", "install"], "pypi"),
    (&["pip", "install"], "pypi"),
    (&["pip3", "install"], "pypi"),
    (&["pipx", "install"], "pypi"),
    (&["uv", "add"], "pypi"),
    (&["poetry", "add"], "pypi"),
    (&["pdm", "add"], "pypi"),
    (&["npm", "install"], "npm"),
    (&["npm", "i"], "npm"),
    (&["npm", "add"], "npm"),
    (&["pnpm", "add"], "npm"),
    (&["yarn", "add"], "npm"),
    (&["bun", "add"], "npm"),
    (&["go", "get"], "golang"),
    (&["cargo", "add"], "cargo"),
];

/// The packages that a line installs.
pub(super) fn scan(fingerprints: &Fingerprints, line: &str, number: u32, scanned: &mut Scanned) {
    if line.trim_start().starts_with('#') {
        return;
    }
    for command in line.split(['&', '|', ';']) {
        let words: Vec<&str> = command.split_whitespace().map(unquoted).collect();
        let installs = COMMANDS.iter().find_map(|(verb, ecosystem)| {
            let place = words.windows(verb.len()).position(|window| window == *verb)?;
            Some((place + verb.len(), *ecosystem))
        });
        let Some((from, ecosystem)) = installs else { continue };
        for word in words.iter().skip(from).filter(|word| !word.starts_with('-')) {
            let name = match ecosystem {
                "pypi" => requirement(word),
                _ => without_version(word),
            };
            scanned.package(fingerprints, ecosystem, name, number);
        }
    }
}

fn unquoted(word: &str) -> &str {
    word.trim_matches(['"', '\'', '[', ']', ',', '`', '(', ')'])
}

/// `@example/sdk@1.2` without its version.
fn without_version(word: &str) -> &str {
    match word.rfind('@') {
        Some(at) if at > 0 => word.get(..at).unwrap_or(word),
        _ => word,
    }
}
