//! Looking for traces of models in one file of a source tree.
//!
//! What a file is follows from its path. Manifests and lock files are read for the packages they name; texts are
//! searched for models, hosts and settings; prose is left out, for it may speak of what isn't there.

mod blocks;
mod imports;
mod installs;
mod kind;
mod manifest;
mod package_json;
mod tables;

use std::io::{self, BufRead};

pub use kind::FileKind;

use crate::{
    fingerprints::{Fingerprints, Rule},
    graph::Evidence,
    inventory,
};

/// The most hits of one rule that are told of one file.
const MOST_HITS: usize = 20;

/// A trace.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Hit {
    /// The rule that found it.
    pub rule: String,
    /// Whose model it is.
    pub provider: String,
    /// What it proves.
    pub grade: Evidence,
    /// The line, counted from one.
    pub line: u32,
    /// What was found.
    pub text: String,
    /// Whether it stands in a comment, where it proves only that somebody thought of it.
    pub in_comment: bool,
}

/// What was found in a file.
#[derive(Clone, PartialEq, Eq, Debug, Default, serde::Serialize)]
pub struct Scanned {
    /// The traces, in order of their lines.
    pub hits: Vec<Hit>,
    /// How many more there were of rules that hit often.
    pub more: u64,
    /// Why the file was not read as what it seemed to be, if so.
    pub not_read: Option<String>,
}

impl Scanned {
    fn add(&mut self, rule: &Rule, grade: Evidence, line: u32, text: &str, in_comment: bool) {
        let known = |hit: &&Hit| hit.rule == rule.id();
        if self.hits.iter().any(|hit| hit.rule == rule.id() && hit.line == line && hit.text == text) {
            return;
        }
        if self.hits.iter().filter(known).count() >= MOST_HITS {
            self.more = self.more.saturating_add(1);
            return;
        }
        self.hits.push(Hit {
            rule: rule.id().to_owned(),
            provider: rule.provider().to_owned(),
            grade: if in_comment { Evidence::Capable } else { grade },
            line,
            text: text.to_owned(),
            in_comment,
        });
    }

    /// A package that something names.
    fn package(&mut self, fingerprints: &Fingerprints, ecosystem: &str, name: &str, line: u32) {
        if let Some(rule) = fingerprints.package(ecosystem, name) {
            self.add(rule, rule.grade(), line, name, false);
        }
    }
}

/// Looks for traces in a file of this kind.
///
/// # Errors
/// If it can't be read.
pub fn scan(fingerprints: &Fingerprints, kind: FileKind, mut input: impl BufRead) -> io::Result<Scanned> {
    let mut scanned = Scanned::default();
    match kind {
        FileKind::Inventory => {
            let told = inventory::read(input, &mut |part| {
                for (rule, text) in fingerprints.part(&part) {
                    // An inventory declares, whatever it names.
                    scanned.add(rule, rule.grade().min(Evidence::Declared), part.line, &text, false);
                }
            });
            scanned.not_read = told.err().map(|error| error.to_string());
        }
        FileKind::PackageJson => {
            scanned.not_read = package_json::scan(fingerprints, &mut input, &mut scanned).err();
        }
        FileKind::Text(language) => blocks::scan(fingerprints, language, input, &mut scanned)?,
    }
    scanned.hits.sort_by_key(|hit| hit.line);
    Ok(scanned)
}
