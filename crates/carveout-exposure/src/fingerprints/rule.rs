//! One rule.

use super::glob::Glob;
use crate::graph::Evidence;

/// What a rule looks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RuleKind {
    /// Packages of an ecosystem, and the modules that they are imported by.
    Package {
        /// `pypi`, `npm`, `golang`, `maven` or `cargo`.
        ecosystem: String,
        /// Their names.
        names: Vec<Glob>,
        /// Modules of Python.
        modules: Vec<String>,
    },
    /// Names of models. With a word that must stand on the same line, if the names alone say too little.
    Model {
        /// The names.
        names: Vec<Glob>,
        /// The word.
        near: Option<String>,
    },
    /// Hosts, some only with a path.
    Host {
        /// The host, and the beginning of the path.
        hosts: Vec<(Glob, String)>,
    },
    /// Names of settings in the environment.
    Setting {
        /// The names.
        names: Vec<Glob>,
    },
}

/// What to look for, whose it is, and what it proves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rule {
    pub(super) id: String,
    pub(super) provider: String,
    pub(super) grade: Evidence,
    pub(super) kind: RuleKind,
    pub(super) except: Vec<Glob>,
    pub(super) hits: Vec<String>,
    pub(super) misses: Vec<String>,
}

impl Rule {
    /// The rule's name.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whose model it is; `unknown` for a router or a compatible server.
    #[must_use]
    pub fn provider(&self) -> &str {
        &self.provider
    }

    /// What a hit proves.
    #[must_use]
    pub const fn grade(&self) -> Evidence {
        self.grade
    }

    /// What it looks for.
    #[must_use]
    pub const fn kind(&self) -> &RuleKind {
        &self.kind
    }

    /// Texts that it must find.
    #[must_use]
    pub fn hits(&self) -> &[String] {
        &self.hits
    }

    /// Look-alikes that it must not find.
    #[must_use]
    pub fn misses(&self) -> &[String] {
        &self.misses
    }

    /// Its patterns as they are written, one for each alternative.
    #[must_use]
    pub fn patterns(&self) -> Vec<&str> {
        match &self.kind {
            RuleKind::Package { names, .. } | RuleKind::Model { names, .. } | RuleKind::Setting { names } => {
                names.iter().map(Glob::as_str).collect()
            }
            RuleKind::Host { hosts } => hosts.iter().map(|(host, _)| host.as_str()).collect(),
        }
    }

    pub(super) fn excepts(&self, word: &str) -> bool {
        self.except.iter().any(|glob| glob.matches(word))
    }

    /// Whether importing this module is importing the package: `a.b` for the module `a`, too.
    pub(super) fn has_module(&self, name: &str) -> bool {
        let RuleKind::Package { modules, .. } = &self.kind else { return false };
        modules.iter().any(|module| {
            name.strip_prefix(module.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }
}
