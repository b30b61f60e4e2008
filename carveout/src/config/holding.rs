//! What waits for people, and who is told.

use std::path::PathBuf;

use serde::Deserialize;

use super::Reference;

/// How uses on hold are kept.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Holds {
    /// How long a hold waits for its approvals, in seconds.
    pub(crate) seconds: u64,
    /// How many requests of one program may be on hold at once.
    pub(crate) most: usize,
    /// Whether an officer is kept from answering for the programs that he asks for himself.
    pub(crate) two_person: bool,
    /// The customer's own folder, with the bodies on hold, encrypted.
    pub(crate) directory: PathBuf,
    /// The file with the key that they are encrypted under; `held.key` among the openings if left out.
    pub(crate) key: Option<PathBuf>,
    /// The folder with the parties' signatures over their officers.
    pub(crate) appointments: PathBuf,
}

impl Default for Holds {
    fn default() -> Self {
        Self {
            seconds: 86_400,
            most: 1_000,
            two_person: true,
            directory: "held".into(),
            key: None,
            appointments: "officers".into(),
        }
    }
}

/// Somebody who may answer holds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Officer {
    pub(crate) id: String,
    /// As agreements name them: `customer/release-authority`.
    pub(crate) roles: Vec<String>,
    /// The officer's public key.
    pub(crate) key: Reference,
    /// SHA-256 of the officer's token for the HTTP API, if he has one.
    pub(crate) token_sha256: Option<String>,
    /// The programs that the officer asks for himself.
    #[serde(default)]
    pub(crate) programs: Vec<String>,
}

/// An address that is told what happens to holds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Webhook {
    pub(crate) url: String,
    /// What notices are signed with.
    pub(crate) secret: Reference,
    /// What it is told; everything if left out.
    pub(crate) news: Option<Vec<News>>,
    pub(crate) ca_file: Option<PathBuf>,
    /// Allows plain HTTP to an address of this machine.
    #[serde(default)]
    pub(crate) insecure: bool,
    /// Allows addresses of private networks and of this machine.
    #[serde(default)]
    pub(crate) private: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum News {
    Held,
    Approved,
    Refused,
    Expired,
}
