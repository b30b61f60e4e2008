//! Imports of source.

use super::{Scanned, kind::Language};
use crate::fingerprints::Fingerprints;

/// What a line imports.
pub(super) fn scan(
    fingerprints: &Fingerprints,
    language: Language,
    line: &str,
    number: u32,
    scanned: &mut Scanned,
) {
    match language {
        Language::Python => python(fingerprints, line, number, scanned),
        Language::JavaScript => {
            let imports = ["import", "require", "from "].iter().any(|word| line.contains(word));
            if imports && !line.trim_start().starts_with("//") {
                for name in quoted(line) {
                    scanned.package(fingerprints, "npm", package_of(name), number);
                }
            }
        }
        _ => {
            for name in quoted(line).filter(|name| name.contains('/')) {
                for module in parents(name) {
                    scanned.package(fingerprints, "golang", module, number);
                }
            }
        }
    }
}

/// `import a.b as c, d` and `from a.b import c`, also as a notebook writes lines.
fn python(fingerprints: &Fingerprints, line: &str, number: u32, scanned: &mut Scanned) {
    let line = line.trim_start_matches([' ', '\t', '"']);
    let mut tell = |name: &str| {
        let rule = fingerprints.module(name);
        if let Some(rule) = rule {
            scanned.add(rule, rule.grade(), number, name, false);
        }
        rule.is_some()
    };
    if let Some(rest) = line.strip_prefix("import ") {
        for name in rest.split(',') {
            tell(name.split_whitespace().next().unwrap_or_default().trim_end_matches([';', '"', '\\']));
        }
    } else if let Some((module, names)) =
        line.strip_prefix("from ").and_then(|rest| rest.split_once(" import "))
    {
        let module = module.trim();
        if tell(module) {
            return;
        }
        // `from google import genai` names the module `google.genai`.
        for name in names.split(',').filter_map(|name| name.split_whitespace().next()) {
            let name = name.trim_matches(['(', ')', ';', '"', '\\']);
            tell(&format!("{module}.{name}"));
        }
    }
}

/// The texts between quotes.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    let double = line.split('"').skip(1).step_by(2);
    let single = line.split('\'').skip(1).step_by(2);
    double.chain(single).filter(|text| !text.is_empty() && text.len() < 256)
}

/// The package of a path into it: `@example/sdk/messages` is in `@example/sdk`.
fn package_of(path: &str) -> &str {
    let mut slashes = path.match_indices('/').map(|(place, _)| place);
    let end = if path.starts_with('@') { slashes.nth(1) } else { slashes.next() };
    end.and_then(|end| path.get(..end)).unwrap_or(path)
}

/// A path and every path above it.
fn parents(path: &str) -> impl Iterator<Item = &str> {
    let cuts = path.match_indices('/').filter_map(|(place, _)| path.get(..place));
    cuts.chain([path])
}
