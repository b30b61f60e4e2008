//! `carveout.toml`: one file, every key known. Flags and `CARVEOUT_*` variables come before it.

mod load;
mod secret;

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf};

use serde::Deserialize;

pub(crate) use self::{
    load::{FILE, load},
    secret::Reference,
};

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Marks a workspace where nothing is at stake: the sample provider and demo keys work.
    #[serde(default)]
    pub(crate) sample: bool,
    pub(crate) gateway: Gateway,
    /// Where those listen to the gateway who watch it.
    pub(crate) metrics: Option<Metrics>,
    pub(crate) terms: Terms,
    pub(crate) ledger: Ledger,
    /// The parties' public keys, by party id. They are pinned when the ledger is founded.
    #[serde(default)]
    pub(crate) parties: BTreeMap<String, Reference>,
    #[serde(default)]
    pub(crate) holds: Holds,
    /// Who may answer holds.
    #[serde(default, rename = "officer")]
    pub(crate) officers: Vec<Officer>,
    /// Who is told what happens to holds.
    #[serde(default, rename = "webhook")]
    pub(crate) webhooks: Vec<Webhook>,
    /// What is decided and recorded without an effect on rulings.
    #[serde(default, rename = "monitor")]
    pub(crate) monitors: Vec<Monitor>,
    #[serde(default)]
    pub(crate) designations: Designations,
    /// Tools as the operator registers them, for every program. A program's own file may register more.
    #[serde(default, rename = "tool")]
    pub(crate) tools: Vec<Tool>,
    #[serde(default)]
    pub(crate) evidence: Evidence,
    /// A model that judges what clauses say in prose.
    pub(crate) judge: Option<Judge>,
    #[serde(default, rename = "provider")]
    pub(crate) providers: Vec<Provider>,
    #[serde(default, rename = "route")]
    pub(crate) routes: Vec<Route>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Gateway {
    pub(crate) listen: SocketAddr,
    #[serde(default)]
    pub(crate) limits: Limits,
    #[serde(default)]
    pub(crate) seconds: Seconds,
}

/// A listener of its own for what is counted.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Metrics {
    /// A loopback address, unless there is a token.
    pub(crate) listen: SocketAddr,
    /// SHA-256 of the token that whoever reads must show.
    pub(crate) token_sha256: Option<String>,
}

/// Caps, in bytes unless said otherwise. What is left out keeps its default.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limits {
    pub(crate) head_bytes: Option<usize>,
    pub(crate) body_bytes: Option<usize>,
    pub(crate) reply_bytes: Option<usize>,
    pub(crate) call_bytes: Option<usize>,
    pub(crate) calls: Option<usize>,
    pub(crate) gzip_ratio: Option<usize>,
    pub(crate) json_depth: Option<usize>,
    pub(crate) connections: Option<usize>,
    pub(crate) idle_connections: Option<usize>,
}

/// How long each thing may take, in seconds. What is left out keeps its default.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Seconds {
    pub(crate) head: Option<u64>,
    pub(crate) body: Option<u64>,
    pub(crate) admission: Option<u64>,
    pub(crate) connect: Option<u64>,
    pub(crate) first_byte: Option<u64>,
    pub(crate) idle: Option<u64>,
    pub(crate) stalled_caller: Option<u64>,
    pub(crate) drain: Option<u64>,
    pub(crate) clock_tolerance: Option<u64>,
}

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

/// A model that judges, at one of the providers. It must speak OpenAI's dialect.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Judge {
    /// The id of a `[[provider]]`.
    pub(crate) provider: String,
    /// The model's name there.
    pub(crate) model: String,
    /// How long an answer may take.
    #[serde(default = "judge_seconds")]
    pub(crate) seconds: u64,
    /// Questions in a minute.
    #[serde(default = "judge_per_minute")]
    pub(crate) per_minute: usize,
    /// Questions at once.
    #[serde(default = "judge_at_once")]
    pub(crate) at_once: usize,
    /// Clauses that one request may ask about.
    #[serde(default = "judge_per_request")]
    pub(crate) per_request: usize,
    /// Verdicts that are remembered while the gateway runs.
    #[serde(default = "judge_remembers")]
    pub(crate) remembers: usize,
    /// Allows addresses of private networks and of this machine.
    #[serde(default)]
    pub(crate) private: bool,
}

const fn judge_seconds() -> u64 {
    20
}

const fn judge_per_minute() -> usize {
    120
}

const fn judge_at_once() -> usize {
    8
}

const fn judge_per_request() -> usize {
    3
}

const fn judge_remembers() -> usize {
    10_000
}

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

/// A draft, a clause in force or a detector, whose effect is recorded and not enforced.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Monitor {
    pub(crate) id: String,
    /// The file of a draft.
    pub(crate) draft: Option<PathBuf>,
    /// The agreement in force, the number of its clause, and from when on the clause is enforced again.
    pub(crate) agreement: Option<String>,
    pub(crate) clause: Option<String>,
    /// A detector: `identifiers.plate`, `tripwire.targeting`, `judge`.
    pub(crate) detector: Option<String>,
    pub(crate) until: Option<toml::value::Datetime>,
    /// The programs; all that it can concern if left out.
    pub(crate) programs: Option<Vec<String>>,
}

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
