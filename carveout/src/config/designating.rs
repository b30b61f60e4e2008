//! Designations.

use std::{collections::BTreeMap, path::PathBuf};

use serde::Deserialize;

use super::Reference;

/// Where designations are recorded, and by whom.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Designations {
    #[serde(default = "designations")]
    pub(crate) directory: PathBuf,
    /// The public keys of those who may record a designation. Two of them loosen one.
    #[serde(default)]
    pub(crate) officers: BTreeMap<String, Reference>,
    /// What is done about an instrument that was only announced.
    #[serde(default)]
    pub(crate) announced: Announced,
    /// What is done with a use that a waiver is pending for, if the record names a role that may let it go on.
    #[serde(default)]
    pub(crate) pending_waivers: PendingWaivers,
}

impl Default for Designations {
    fn default() -> Self {
        Self {
            directory: designations(),
            officers: BTreeMap::new(),
            announced: Announced::default(),
            pending_waivers: PendingWaivers::default(),
        }
    }
}

/// What is done about an instrument that was only announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Announced {
    /// The caller, the record and the log are told.
    #[default]
    Warn,
    /// It bars like any other.
    Bar,
}

/// What is done with a use that a waiver is pending for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PendingWaivers {
    /// It is held for the role that the record names.
    #[default]
    Hold,
    /// It is barred until the waiver is given.
    Bar,
}

fn designations() -> PathBuf {
    "designations".into()
}
