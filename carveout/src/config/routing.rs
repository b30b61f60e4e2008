//! Where requests go, and what models may call.

use std::path::PathBuf;

use serde::Deserialize;

use super::Reference;

/// A tool: what calling it brings about, and which data it reaches.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tool {
    pub(crate) name: String,
    pub(crate) effect: Option<String>,
    #[serde(default)]
    pub(crate) labels: Vec<String>,
    pub(crate) rows: Option<u64>,
    pub(crate) reports_rows: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Provider {
    pub(crate) id: String,
    pub(crate) dialect: Dialect,
    pub(crate) base_url: String,
    pub(crate) credential: Option<Reference>,
    /// The header that carries the credential; the dialect's own if left out.
    pub(crate) credential_header: Option<CredentialHeader>,
    pub(crate) ca_file: Option<PathBuf>,
    #[serde(default)]
    pub(crate) insecure: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Dialect {
    Openai,
    Anthropic,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum CredentialHeader {
    /// `Authorization: Bearer …`
    Authorization,
    XApiKey,
    ApiKey,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Route {
    /// What callers write as `model`.
    pub(crate) alias: String,
    pub(crate) targets: Vec<Target>,
    /// When a denial at one target passes a request on to the next, which is decided anew.
    #[serde(default)]
    pub(crate) moves: Moves,
}

/// When a denial at one target of a route passes a request on to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Moves {
    /// When nothing but designations deny it.
    #[default]
    WhenBarred,
    /// On every denial.
    WhenDenied,
    Never,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Target {
    pub(crate) provider: String,
    /// The model's name at the provider.
    pub(crate) model: String,
    /// Members of the vocabulary's facts of the same names.
    pub(crate) maker: String,
    pub(crate) host: String,
    pub(crate) operator: String,
    pub(crate) deployment: String,
    /// The member of the vocabulary's `model`; the model's name if left out.
    pub(crate) line: Option<String>,
}
