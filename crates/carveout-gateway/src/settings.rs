//! Everything that a gateway is told before it starts, typed. The binary builds it from `carveout.toml`; nothing here
//! reads a file, except that [`Gateway::bind`](crate::Gateway::bind) loads the named TLS roots.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use carveout_dialects::Dialect;
use carveout_ledger::{Appointed, EvidenceKnown, Ledger, OpenHold, Openings, SealedBodies};
use carveout_signals::Region;
use carveout_terms::{Program, Stack, Timestamp, Tool, Vocabulary, designation::Watched};
use http::Uri;
use zeroize::Zeroizing;

use crate::{
    attest::Detector,
    clock::Clock,
    limits::{Limits, Patience},
    secret::Secret,
};

/// Providers whose id starts so are samples; they answer only where `sample` is set.
pub const SAMPLE_PROVIDER_PREFIX: &str = "sample-";

/// Keys whose id starts so belong to the demonstration; they open nothing unless `sample` is set.
pub const DEMO_KEY_PREFIX: &str = "demo-";

/// What a gateway is built from.
#[derive(Debug)]
pub struct Settings {
    /// Where callers connect.
    pub listen: SocketAddr,
    /// Where those listen to it who watch it, if anybody does.
    pub metrics: Option<MetricsSettings>,
    /// The fact types that every claim is read by.
    pub vocabulary: Arc<Vocabulary>,
    /// The region whose national telephone numbers are read without a country code.
    pub region: Region,
    /// Who may call, and under which terms.
    pub programs: Vec<ProgramSettings>,
    /// The tools that are registered for every program, besides those of its own registration.
    pub tools: Vec<Tool>,
    /// Who answers.
    pub providers: Vec<ProviderSettings>,
    /// The names that callers give to models.
    pub routes: Vec<RouteSettings>,
    /// A model that judges what clauses say in prose, if there is one.
    pub judge: Option<JudgeSettings>,
    /// The record. [`Gateway::run`](crate::Gateway::run) closes it at the end.
    pub ledger: Ledger,
    /// What opens the commitments in the record. It belongs to the customer, and is no part of the ledger.
    pub openings: Openings,
    /// What is held, and who may lift it; without it a hold keeps nothing and can't be lifted.
    pub holds: Option<HoldSettings>,
    /// Where meters are kept; needed if the vocabulary has any.
    pub evidence: Option<EvidenceSettings>,
    /// The time of the ledger's last entry: no decision is dated before it.
    pub last_at: Timestamp,
    /// Where the time comes from.
    pub clock: Clock,
    /// Caps on what is read.
    pub limits: Limits,
    /// How long each thing may take.
    pub patience: Patience,
    /// Whether the sample provider and the demonstration's keys may be used.
    pub sample: bool,
}

/// A listener of its own for what is counted.
#[derive(Debug, Clone, Copy)]
pub struct MetricsSettings {
    /// Its address: one of this machine's loopback, unless there is a token.
    pub listen: SocketAddr,
    /// SHA-256 of the token that whoever reads must show.
    pub token: Option<[u8; 32]>,
}

/// A model that judges, at one of the providers, and how often it may be asked.
#[derive(Debug, Clone)]
pub struct JudgeSettings {
    /// The provider's id.
    pub provider: String,
    /// The model's name there.
    pub model: String,
    /// How long an answer may take; after that it has said nothing.
    pub patience: Duration,
    /// Questions in a minute.
    pub per_minute: usize,
    /// Questions at once.
    pub at_once: usize,
    /// Clauses that one request may ask about.
    pub per_request: usize,
    /// Verdicts that are remembered.
    pub remembers: usize,
    /// Allows addresses of private networks and of this machine.
    pub private: bool,
}

/// How uses on hold are kept and lifted. The officers must have been appointed in the ledger in the same words
/// ([`OfficersAppointed`](carveout_ledger::OfficersAppointed)), whose rules are the ones that count.
#[derive(Debug)]
pub struct HoldSettings {
    /// Who may answer.
    pub officers: Vec<OfficerSettings>,
    /// Whether an officer is kept from answering for the programs that he asks for himself.
    pub two_person: bool,
    /// How long a hold waits.
    pub lasts: Duration,
    /// How many uses of one program may be on hold at once: each keeps a body on the disk.
    pub most: usize,
    /// The bodies on hold.
    pub bodies: SealedBodies,
    /// The holds that were found when the ledger was opened.
    pub found: Vec<OpenHold>,
    /// Who is told of holds and answers.
    pub webhooks: Vec<WebhookSettings>,
}

/// An address that is told what happens to holds.
#[derive(Debug)]
pub struct WebhookSettings {
    /// Where notices are posted: `https`, at a public address.
    pub url: Uri,
    /// What notices are signed with (HMAC-SHA256).
    pub secret: Secret,
    /// What it is told.
    pub news: Vec<HoldNews>,
    /// A file of PEM certificates to trust instead of the machine's roots.
    pub ca_file: Option<PathBuf>,
    /// Allows plain HTTP to an address of this machine.
    pub insecure: bool,
    /// Allows addresses of private networks and of this machine.
    pub private: bool,
}

/// What can happen to a hold that others may want to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum HoldNews {
    /// It was opened.
    Held,
    /// An officer approved it.
    Approved,
    /// An officer refused it.
    Refused,
    /// Nobody answered in time.
    Expired,
}

impl HoldNews {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Held, Self::Approved, Self::Refused, Self::Expired];

    /// The word for it in a notice.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Expired => "expired",
        }
    }
}

/// An officer, and how he shows who he is.
#[derive(Debug)]
pub struct OfficerSettings {
    /// As appointed in the ledger.
    pub appointed: Appointed,
    /// SHA-256 of the officer's token for the HTTP API, if he has one.
    pub token: Option<[u8; 32]>,
}

/// Where the evidence is kept that meters are made from. It belongs to the customer, and is no part of the ledger.
pub struct EvidenceSettings {
    /// Its directory, which is made if it isn't there.
    pub directory: PathBuf,
    /// The key of the pseudonyms. Without it nobody can say who was counted.
    pub key: Zeroizing<[u8; 32]>,
    /// What the ledger knows to have been kept.
    pub known: EvidenceKnown,
    /// How many persons each meter counts exactly, for each kind of identifier. Above that it gives bounds.
    pub most: usize,
    /// Why an operator goes on without evidence that is lost; if nobody says so, the gateway doesn't start without it.
    pub accept_loss: Option<String>,
}

impl EvidenceSettings {
    /// Persons that each meter counts exactly, if nobody says otherwise: about 30 MB for a kind of identifier that has so
    /// many.
    pub const MOST: usize = 1_000_000;
}

impl std::fmt::Debug for EvidenceSettings {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "EvidenceSettings({})", self.directory.display())
    }
}

/// A program with the stack that binds it.
#[derive(Debug)]
pub struct ProgramSettings {
    /// Its keys, purposes and registered facts.
    pub program: Arc<Program>,
    /// The agreements it is bound by, compiled, with the limits of designations.
    pub stack: Arc<Stack>,
    /// The designations that have something to do with its uses.
    pub designations: Vec<Arc<Watched>>,
    /// What is monitored of its uses.
    pub monitoring: Monitoring,
}

/// What is monitored of a program's uses. It must have been recorded in the ledger in the same words
/// ([`MonitorsSet`](carveout_ledger::MonitorsSet)), whose rules are the ones that count.
#[derive(Debug, Clone, Default)]
pub struct Monitoring {
    /// The terms that decide while clauses in force are only monitored, those that end first before the others.
    pub relaxed: Vec<RelaxedTerms>,
    /// The terms that say how uses would have been decided.
    pub monitors: Vec<MonitorTerms>,
    /// The detectors whose findings don't decide.
    pub detectors: Vec<DetectorTerms>,
}

/// A detector that is only monitored.
#[derive(Debug, Clone, Copy)]
pub struct DetectorTerms {
    /// The detector.
    pub detector: Detector,
    /// What it finds in uses from this moment on decides again.
    pub until: Timestamp,
}

/// Terms without the clauses that are only monitored.
#[derive(Debug, Clone)]
pub struct RelaxedTerms {
    /// They decide uses before this moment.
    pub until: Timestamp,
    /// The terms.
    pub stack: Arc<Stack>,
}

/// Terms by which nothing is decided.
#[derive(Debug, Clone)]
pub struct MonitorTerms {
    /// The monitor's name.
    pub monitor: String,
    /// From this moment on nothing more is recorded.
    pub until: Option<Timestamp>,
    /// The terms.
    pub stack: Arc<Stack>,
}

/// What binds one program.
#[derive(Debug)]
pub struct ProgramTerms {
    /// The program's id.
    pub program: String,
    /// The agreements it is bound by, compiled, with the limits of designations.
    pub stack: Arc<Stack>,
    /// The designations that have something to do with its uses.
    pub designations: Vec<Arc<Watched>>,
    /// What is monitored of its uses.
    pub monitoring: Monitoring,
}

/// When a denial at one target of a route passes a request on to the next. That one is decided anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Moves {
    /// When nothing but designations deny it.
    #[default]
    WhenBarred,
    /// On every denial.
    WhenDenied,
    /// Never.
    Never,
}

/// Who answers: one account at one address.
#[derive(Debug)]
pub struct ProviderSettings {
    /// The id that targets and ledger entries name it by.
    pub id: String,
    /// The dialect that it speaks.
    pub dialect: Dialect,
    /// Where its official SDK would point: `https://host/v1` for OpenAI's dialect, `https://host` for Anthropic's.
    pub base_url: Uri,
    /// How the gateway shows who it is.
    pub credential: Credential,
    /// A file of PEM certificates to trust instead of the machine's roots.
    pub ca_file: Option<PathBuf>,
    /// Allows plain HTTP to an address that isn't this machine's own.
    pub insecure: bool,
}

/// The gateway's own credential with a provider. The caller's is never forwarded.
#[derive(Debug)]
pub enum Credential {
    /// None: a model server on the same network.
    None,
    /// `Authorization: Bearer`.
    Bearer(Secret),
    /// `x-api-key`, as Anthropic wants it.
    XApiKey(Secret),
    /// `api-key`, as Azure wants it.
    ApiKey(Secret),
}

/// A name for a model, with the targets that may answer for it.
#[derive(Debug)]
pub struct RouteSettings {
    /// What callers write as `model`.
    pub alias: String,
    /// In the order in which they are tried. All speak the same dialect: nothing is translated.
    pub targets: Vec<TargetSettings>,
    /// When a denial passes a request on to the next target.
    pub moves: Moves,
    /// The time shown for it in the list of models.
    pub created: Timestamp,
}

/// One model at one provider, and the facts about it that terms speak of.
#[derive(Debug, Clone)]
pub struct TargetSettings {
    /// The provider's id.
    pub provider: String,
    /// The model's name there.
    pub model: String,
    /// Who made the model, as a member of the vocabulary's `maker`.
    pub maker: String,
    /// Who runs the machines, as a member of `host`.
    pub host: String,
    /// Who operates the service, as a member of `operator`.
    pub operator: String,
    /// The model's member of the vocabulary's `model`, where terms name models.
    pub model_fact: Option<String>,
    /// Where it runs, as a member of `deployment`.
    pub deployment: Option<String>,
}

/// Why a gateway can't be built from its settings.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// The listening address could not be taken.
    #[error("can't listen on `{address}`: {source}; free the address or choose another one")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// What is counted could be read by anybody.
    #[error(
        "the metrics on `{address}` could be read from other machines: listen on a loopback address, or ask for a token with `token_sha256`"
    )]
    Exposed {
        /// The address.
        address: SocketAddr,
    },
    /// Two things of a kind have one name.
    #[error("the {kind} `{id}` is given twice: rename or remove one")]
    Duplicate {
        /// What kind of thing.
        kind: &'static str,
        /// The name.
        id: String,
    },
    /// A route leads nowhere.
    #[error("the route `{alias}` has no target: add one")]
    NoTarget {
        /// The route.
        alias: String,
    },
    /// A target names a provider that isn't there.
    #[error("the route `{alias}` names the provider `{provider}`, which is not configured")]
    UnknownProvider {
        /// The route.
        alias: String,
        /// The provider.
        provider: String,
    },
    /// A route's targets speak different dialects.
    #[error("the route `{alias}` mixes dialects: nothing is translated, so make one route for each dialect")]
    MixedDialects {
        /// The route.
        alias: String,
    },
    /// A target's facts are not in the vocabulary.
    #[error("the route `{alias}`: {problem}")]
    TargetFacts {
        /// The route.
        alias: String,
        /// What the vocabulary says.
        problem: String,
    },
    /// Sample things in a gateway that isn't one.
    #[error(
        "the {kind} `{id}` is for demonstrations only: remove it, or set `sample = true` where nothing is at stake"
    )]
    Sample {
        /// What kind of thing.
        kind: &'static str,
        /// The name.
        id: String,
    },
    /// A provider's address can't be used.
    #[error("the provider `{provider}`: {problem}")]
    Address {
        /// The provider.
        provider: String,
        /// What is wrong with the address.
        problem: &'static str,
    },
    /// A provider's credential can't be written into a header.
    #[error("the provider `{provider}`: its credential holds characters that no header may carry")]
    Credential {
        /// The provider.
        provider: String,
    },
    /// The judge can't be asked.
    #[error("the judge at the provider `{provider}`: {problem}")]
    Judge {
        /// The provider.
        provider: String,
        /// What is wrong.
        problem: String,
    },
    /// What is on hold can't be read.
    #[error("the uses on hold can't be read: {problem}")]
    Holds {
        /// What is wrong.
        problem: String,
    },
    /// The vocabulary counts persons over time, and nothing says where that is to be kept.
    #[error("the vocabulary has meters, and no place is given for what they count: configure `[evidence]`")]
    NoEvidence,
    /// What meters are made from can't be read or written.
    #[error(
        "the meters can't be made again: {problem}. To go on without what is lost, say so with `--accept-lost-evidence REASON`; what was counted in it is then forgotten"
    )]
    Evidence {
        /// What is wrong.
        problem: String,
    },
    /// A webhook can't be told.
    #[error("the webhook `{url}`: {problem}")]
    Webhook {
        /// Its address, without path.
        url: String,
        /// What is wrong.
        problem: String,
    },
    /// The TLS roots can't be used.
    #[error("the provider `{provider}`: {problem}; check `ca_file` or the machine's certificate store")]
    Roots {
        /// The provider.
        provider: String,
        /// What the loader said.
        problem: String,
    },
}
