//! Terms, the record of them, and what is kept beside it.

use std::path::PathBuf;

use serde::Deserialize;

use super::Reference;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Terms {
    /// Path without extension: `.cedarschema` and `.toml` are added.
    pub(crate) vocabulary: PathBuf,
    pub(crate) agreements: PathBuf,
    pub(crate) programs: PathBuf,
    #[serde(default)]
    pub(crate) signatures: Signatures,
}

/// Whether terms are refused that lack a party's valid signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Signatures {
    /// `enforce` mode: every party of every agreement in force must have signed it.
    #[default]
    Required,
    /// While terms are still being drafted.
    Optional,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ledger {
    pub(crate) directory: PathBuf,
    pub(crate) key: Reference,
    /// Milliseconds between checkpoints.
    pub(crate) publish_every_ms: Option<u64>,
    /// The customer's own folder, with what opens the commitments in the record.
    #[serde(default = "openings")]
    pub(crate) openings: PathBuf,
}

fn openings() -> PathBuf {
    "openings".into()
}

/// How texts are read for evidence, and where it is kept.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Evidence {
    /// The ISO 3166 code of the country whose telephone numbers are written without a country code.
    pub(crate) region: Option<String>,
    /// The customer's own folder, with what meters are made from.
    pub(crate) directory: PathBuf,
    /// The file with the key of the pseudonyms in it; `evidence.key` among the openings if left out.
    pub(crate) key: Option<PathBuf>,
    /// How many persons each meter counts exactly, for each kind of identifier.
    pub(crate) most: Option<usize>,
}

impl Default for Evidence {
    fn default() -> Self {
        Self { region: None, directory: "evidence".into(), key: None, most: None }
    }
}
