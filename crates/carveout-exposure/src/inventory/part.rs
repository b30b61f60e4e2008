//! One thing that an inventory lists.

use crate::package_url::Package;

/// What a part is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PartKind {
    /// A library, application, container or other component.
    Component,
    /// A service that is called.
    Service,
    /// A model.
    Model,
    /// A data set.
    Data,
}

/// A part of an inventory, with what tells whose it is.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Part {
    /// What it is.
    pub kind: PartKind,
    /// Its name, with its group if it has one.
    pub name: String,
    /// Its version.
    pub version: Option<String>,
    /// The package, from its package URL.
    pub package: Option<Package>,
    /// Who is said to supply, publish, make or provide it.
    pub suppliers: Vec<String>,
    /// Where a service answers.
    pub endpoints: Vec<String>,
    /// The line on which it ends.
    pub line: u32,
}

impl Part {
    pub(super) const fn new(kind: PartKind, line: u32) -> Self {
        Self {
            kind,
            name: String::new(),
            version: None,
            package: None,
            suppliers: Vec::new(),
            endpoints: Vec::new(),
            line,
        }
    }

    pub(super) fn grouped(&mut self, group: &str) {
        if !group.is_empty() {
            self.name = format!("{group}/{}", self.name);
        }
    }

    pub(super) fn supplied_by(&mut self, name: &str) {
        let name = name.trim();
        if !name.is_empty() && !self.suppliers.iter().any(|known| known == name) {
            self.suppliers.push(name.to_owned());
        }
    }
}
