//! Traces that AI models leave in source trees and inventories, as data: `packs/fingerprints.toml`.

mod file;
mod glob;
mod rule;
mod text;
mod words;

use std::collections::HashMap;

pub use file::FingerprintError;
pub use rule::{Rule, RuleKind};
pub(crate) use text::Found;

use crate::{
    graph::Evidence,
    inventory::{Part, PartKind},
    package_url::{Package, normalised},
};
use glob::Glob;
use text::Automaton;

/// A set of rules, ready to look with.
#[derive(Debug)]
pub struct Fingerprints {
    version: String,
    rules: Vec<Rule>,
    /// Rules by ecosystem and exact name.
    packages: HashMap<(String, String), usize>,
    /// Those whose names are patterns.
    package_globs: Vec<(String, Glob, usize)>,
    automaton: Automaton,
}

impl Fingerprints {
    /// Reads the rules and prepares to look for all of them at once.
    ///
    /// # Errors
    /// If the file is not of the shape, or a pattern can't be looked for.
    pub fn parse(text: &str) -> Result<Self, FingerprintError> {
        let (version, rules) = file::parse(text)?;
        let (mut packages, mut package_globs) = (HashMap::new(), Vec::new());
        for (position, rule) in rules.iter().enumerate() {
            let RuleKind::Package { ecosystem, names, .. } = rule.kind() else { continue };
            for glob in names {
                match glob.literal() {
                    Some(name) => {
                        packages.insert((ecosystem.clone(), normalised(ecosystem, name)), position);
                    }
                    None => package_globs.push((ecosystem.clone(), glob.clone(), position)),
                }
            }
        }
        let automaton = Automaton::new(&rules)?;
        Ok(Self { version, rules, packages, package_globs, automaton })
    }

    /// The version of the rules.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// All rules.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule that a package meets.
    #[must_use]
    pub fn package(&self, ecosystem: &str, name: &str) -> Option<&Rule> {
        let key = (ecosystem.to_owned(), normalised(ecosystem, name));
        let exact = self.packages.get(&key).copied();
        let position = exact.or_else(|| {
            let globs = self.package_globs.iter().filter(|(own, _, _)| *own == key.0);
            globs.filter(|(_, glob, _)| glob.matches(&key.1)).map(|(_, _, position)| *position).next()
        })?;
        self.rules.get(position)
    }

    /// The rules that a part of an inventory meets, each with what met it.
    #[must_use]
    pub fn part(&self, part: &Part) -> Vec<(&Rule, String)> {
        let mut met: Vec<(&Rule, String)> = Vec::new();
        if let Some(Package { ecosystem, name, .. }) = &part.package {
            met.extend(self.package(ecosystem, name).map(|rule| (rule, name.clone())));
        }
        let named = (part.kind == PartKind::Model).then_some(&part.name);
        for text in named.into_iter().chain(&part.endpoints) {
            let found = self.automaton.find(&self.rules, text.as_bytes()).into_iter();
            let found = found.filter(|found| !matches!(found.rule.kind(), RuleKind::Setting { .. }));
            met.extend(found.map(|found| (found.rule, found.text)));
        }
        met
    }

    /// Everything that a block of text meets, in order.
    pub(crate) fn text<'a>(&'a self, block: &[u8]) -> Vec<Found<'a>> {
        self.automaton.find(&self.rules, block)
    }

    /// The rule whose module a Python import names.
    pub(crate) fn module(&self, name: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.has_module(name))
    }

    /// Runs every rule's own examples, and says which fail: the rule, the example, and whether it should hit.
    #[must_use]
    pub fn failing_examples(&self) -> Vec<(&str, &str, bool)> {
        let mut failing = Vec::new();
        for rule in &self.rules {
            let examples = rule
                .hits()
                .iter()
                .map(|text| (text, true))
                .chain(rule.misses().iter().map(|text| (text, false)));
            for (text, expected) in examples {
                if self.meets(rule, text) != expected {
                    failing.push((rule.id(), text.as_str(), expected));
                }
            }
        }
        failing
    }

    fn meets(&self, rule: &Rule, text: &str) -> bool {
        match rule.kind() {
            RuleKind::Package { ecosystem, .. } => {
                self.package(ecosystem, text).is_some_and(|found| found.id() == rule.id())
            }
            _ => self.text(text.as_bytes()).iter().any(|found| found.rule.id() == rule.id()),
        }
    }
}

/// The grade of evidence, from a rule's own or from what it looks for.
fn usual_grade(kind: &RuleKind) -> Evidence {
    match kind {
        RuleKind::Package { .. } => Evidence::Declared,
        _ => Evidence::Configured,
    }
}
