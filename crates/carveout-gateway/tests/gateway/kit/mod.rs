//! One gateway with real terms, a real ledger and a scripted provider, on real sockets.

#![allow(unreachable_pub, reason = "a kit is written as if it were a library")]

pub mod calls;
pub mod client;
pub mod designations;
pub mod officers;
pub mod provider;
pub mod storage;

use std::{
    fmt::Write as _,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use carveout_dialects::Dialect;
use carveout_gateway::{
    Adopter, Clock, Credential, EvidenceSettings, Gateway, JudgeSettings, Limits, Monitoring, Moves,
    Patience, ProgramSettings, ProviderSettings, RouteSettings, RunError, Secret, Settings, TargetSettings,
};
use carveout_ledger::{
    Decided, Entry, Event, EvidenceKnown, Genesis, Ledger, Openings, Options, Settled, SigningKey,
    VerifierKey, evidence_key, storage::Disk,
};
use carveout_terms::{Agreement, Facts, Program, Stack, Timestamp, Vocabulary};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use tokio::{sync::oneshot, task::JoinHandle};

use self::{
    client::Answer,
    provider::Provider,
    storage::{Mood, MoodyDisk},
};

/// The program that most tests call as.
pub const KEY: &str = "cvo_depot_abcdefghijklmnopqrstuvwxyz0123456789-_ABCDE";
/// Another program's key.
pub const OTHER_KEY: &str = "cvo_other_0123456789abcdefghijklmnopqrstuvwxyz-_ABCDE";
/// A key of the first program that expired in 2020.
pub const EXPIRED_KEY: &str = "cvo_expired_abcdefghijklmnopqrstuvwxyz9876543210-_ABCDE";
/// The gateway's own credential with the provider.
pub const PROVIDER_KEY: &str = "sk-the-gateways-own";
/// A claim that the test terms permit.
pub const PERMITTED: &str = "purpose=logistics.supply, volume=targeted";

pub fn vocabulary() -> Arc<Vocabulary> {
    static ONCE: OnceLock<Arc<Vocabulary>> = OnceLock::new();
    ONCE.get_or_init(|| {
        let pack = |file: &str| {
            let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../packs/defense").join(file);
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        };
        let parsed = Vocabulary::parse(&pack("defense.cedarschema"), &pack("defense.toml"));
        Arc::new(parsed.unwrap_or_else(|problems| panic!("{problems}")))
    })
    .clone()
}

fn agreement() -> Arc<Agreement> {
    static ONCE: OnceLock<Arc<Agreement>> = OnceLock::new();
    ONCE.get_or_init(|| {
        let parsed = Agreement::parse(include_str!("terms.md"), &vocabulary());
        Arc::new(parsed.unwrap_or_else(|problems| panic!("{problems}")))
    })
    .clone()
}

/// A limit on what answers may show, by which tests of the guard bind their program.
fn shown_limit() -> Arc<Agreement> {
    let parsed = Agreement::parse(include_str!("shown.md"), &vocabulary());
    Arc::new(parsed.unwrap_or_else(|problems| panic!("{problems}")))
}

/// A program bound by the test terms and a limit on what answers may show.
pub fn watched_program(id: &str, keys: &[(&str, &str, &str)]) -> ProgramSettings {
    let ProgramSettings { program, .. } = program(id, keys);
    let agreements = vec![agreement(), shown_limit()];
    let stack = Stack::new(vocabulary(), agreements, program.presume().clone()).unwrap();
    let stack = Arc::new(stack);
    ProgramSettings { program, stack, designations: Vec::new(), monitoring: Monitoring::default() }
}

/// A program bound by the test terms and a limit that turns on what a judge says.
pub fn judged_program(id: &str, keys: &[(&str, &str, &str)]) -> ProgramSettings {
    program_judged_by(id, keys, include_str!("judged.md"))
}

/// A program bound by the test terms and this limit.
pub fn program_judged_by(id: &str, keys: &[(&str, &str, &str)], limit: &str) -> ProgramSettings {
    let ProgramSettings { program, .. } = program(id, keys);
    let judged = Agreement::parse(limit, &vocabulary());
    let judged = Arc::new(judged.unwrap_or_else(|problems| panic!("{problems}")));
    let stack = Stack::new(vocabulary(), vec![agreement(), judged], program.presume().clone()).unwrap();
    let stack = Arc::new(stack);
    ProgramSettings { program, stack, designations: Vec::new(), monitoring: Monitoring::default() }
}

/// A program bound by the test terms, with these keys.
pub fn program(id: &str, keys: &[(&str, &str, &str)]) -> ProgramSettings {
    program_under(id, keys, &[agreement()])
}

/// A program bound by other terms.
pub fn program_under(id: &str, keys: &[(&str, &str, &str)], terms: &[Arc<Agreement>]) -> ProgramSettings {
    let mut source = format!(
        "program = \"{id}\"\nagreements = {:?}\npurposes = [\"logistics\", \"translation\"]\n",
        terms.iter().map(|one| one.id()).collect::<Vec<_>>()
    );
    for (key, text, more) in keys {
        let digest = hex::encode(Sha256::digest(text.as_bytes()));
        write!(source, "[[key]]\nid = \"{key}\"\nsha256 = \"{digest}\"\n{more}\n").unwrap();
    }
    let program = Program::parse(&source, &vocabulary()).unwrap_or_else(|problems| panic!("{problems}"));
    let stack = Stack::new(vocabulary(), terms.to_vec(), program.presume().clone()).unwrap();
    let (program, stack) = (Arc::new(program), Arc::new(stack));
    ProgramSettings { program, stack, designations: Vec::new(), monitoring: Monitoring::default() }
}

pub fn now() -> Timestamp {
    let millis = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    Timestamp::from_millis(i64::try_from(millis).unwrap())
}

pub fn provider(id: &str, dialect: Dialect, address: SocketAddr) -> ProviderSettings {
    let base = match dialect {
        Dialect::OpenAi => format!("http://{address}/v1"),
        Dialect::Anthropic => format!("http://{address}"),
    };
    let credential = match dialect {
        Dialect::OpenAi => Credential::Bearer(Secret::new(PROVIDER_KEY.to_owned())),
        Dialect::Anthropic => Credential::XApiKey(Secret::new(PROVIDER_KEY.to_owned())),
    };
    let base_url = base.parse().unwrap();
    ProviderSettings { id: id.to_owned(), dialect, base_url, credential, ca_file: None, insecure: false }
}

pub fn target(provider: &str) -> TargetSettings {
    TargetSettings {
        provider: provider.to_owned(),
        model: "sample-1".to_owned(),
        maker: "sample-maker".to_owned(),
        host: "sample-host".to_owned(),
        operator: "sample-operator".to_owned(),
        model_fact: None,
        deployment: None,
    }
}

pub fn route(alias: &str, targets: Vec<TargetSettings>) -> RouteSettings {
    RouteSettings {
        alias: alias.to_owned(),
        targets,
        moves: Moves::default(),
        created: Timestamp::from_millis(1_770_000_000_000),
    }
}

/// Settings before they are bound; tests change what they are about.
pub struct Kit {
    pub settings: Settings,
    pub directory: Arc<TempDir>,
    pub mood: Arc<Mood>,
    pub key: SigningKey,
}

impl Kit {
    /// Has clauses that turn on a judge ask this one.
    pub fn judged_by(&mut self, judge: &provider::Provider, settings: JudgeSettings) {
        self.settings.providers.push(provider("judge", Dialect::OpenAi, judge.address));
        self.settings.judge = Some(settings);
    }

    /// `depot` is an OpenAI route and `depot-claude` an Anthropic one, both answered by this address.
    pub fn new(address: SocketAddr) -> Self {
        // Receipts and checkpoints come soon, so that tests needn't wait for them.
        let options = Options { publish_interval: Duration::from_millis(20), ..Options::default() };
        Self::with_options(address, options)
    }

    pub fn with_options(address: SocketAddr, options: Options) -> Self {
        let directory = Arc::new(tempfile::tempdir().unwrap());
        let key = SigningKey::generate("carveout.test/log").unwrap();
        let (disk, mood) = MoodyDisk::new(Disk::new(directory.path()));
        let ledger = Ledger::create_in(Arc::new(disk), options, key.clone(), genesis(&key)).unwrap();
        let settings = Settings {
            listen: "127.0.0.1:0".parse().unwrap(),
            metrics: None,
            vocabulary: vocabulary(),
            region: carveout_signals::Region::default(),
            programs: vec![
                program(
                    "depot",
                    &[("depot", KEY, ""), ("expired", EXPIRED_KEY, "expires = 2020-01-01T00:00:00Z")],
                ),
                program("other", &[("other", OTHER_KEY, "claim = \"purpose=translation, volume=targeted\"")]),
            ],
            tools: Vec::new(),
            providers: vec![
                provider("main", Dialect::OpenAi, address),
                provider("main-claude", Dialect::Anthropic, address),
            ],
            routes: vec![
                route("depot", vec![target("main")]),
                route("depot-claude", vec![target("main-claude")]),
            ],
            judge: None,
            ledger,
            openings: Openings::keep(&directory.path().join("openings")).unwrap(),
            holds: None,
            evidence: Some(evidence(directory.path(), EvidenceKnown::default())),
            last_at: now(),
            clock: Clock::system(),
            limits: Limits::default(),
            // Longer than any machine is busy: only who waits for a time-out is in a hurry.
            patience: Patience {
                connect: Duration::from_secs(30),
                first_byte: Duration::from_secs(30),
                idle: Duration::from_secs(30),
                drain: Duration::from_secs(30),
                ..Patience::default()
            },
            sample: false,
        };
        Self { settings, directory, mood, key }
    }

    /// With little patience for a provider that says nothing.
    pub fn in_a_hurry(mut self) -> Self {
        let brief = Duration::from_millis(500);
        (self.settings.patience.first_byte, self.settings.patience.idle) = (brief, brief);
        self
    }

    /// The same programs, where another gateway ended.
    pub async fn going_on(mut self, ended: &Running) -> Self {
        self.directory = ended.directory.clone();
        self.key = ended.key.clone();
        let path = self.directory.path();
        let (ledger, recovery) = Ledger::open(path, Options::default(), self.key.clone()).unwrap();
        let at = carveout_ledger::Timestamp::from_millis(now().millis());
        ledger.append_all(recovery.interruptions(at, "test")).await.unwrap();
        self.settings.ledger = ledger;
        self.settings.evidence = Some(evidence(path, recovery.evidence));
        self.settings.openings = Openings::keep(&path.join("openings")).unwrap();
        self
    }

    pub fn verifier(&self) -> VerifierKey {
        self.key.verifier()
    }

    pub async fn start(self) -> Running {
        let Self { settings, directory, mood, key } = self;
        let ledger = settings.ledger.clone();
        let gateway = Gateway::bind(settings).await.unwrap();
        let (address, metrics, adopter) = (gateway.local_addr(), gateway.metrics_addr(), gateway.adopter());
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(gateway.run(async {
            stopped.await.ok();
        }));
        Running {
            address,
            metrics,
            adopter,
            stop: Some(stop),
            task: Some(task),
            ledger: Some(ledger),
            directory,
            mood,
            key,
        }
    }
}

/// Meters that are kept below a directory.
pub fn evidence(directory: &Path, known: EvidenceKnown) -> EvidenceSettings {
    EvidenceSettings {
        directory: directory.join("evidence"),
        key: evidence_key(&directory.join("openings/evidence.key"), &known).unwrap(),
        known,
        most: EvidenceSettings::MOST,
        accept_loss: None,
    }
}

fn genesis(key: &SigningKey) -> Entry {
    let genesis = Genesis {
        origin: key.name().to_owned(),
        log_key: key.verifier().to_string(),
        parties: Vec::new(),
        software: "test".to_owned(),
    };
    Entry { at: carveout_ledger::Timestamp::from_millis(now().millis()), event: Event::Genesis(genesis) }
}

/// A gateway that answers.
pub struct Running {
    pub address: SocketAddr,
    /// Where it tells what it counts.
    pub metrics: Option<SocketAddr>,
    pub adopter: Adopter,
    pub mood: Arc<Mood>,
    pub directory: Arc<TempDir>,
    stop: Option<oneshot::Sender<()>>,
    task: Option<JoinHandle<Result<(), RunError>>>,
    ledger: Option<Ledger>,
    pub key: SigningKey,
}

impl Running {
    pub async fn with(provider: &Provider) -> Self {
        Kit::new(provider.address).start().await
    }

    /// Tells it to stop, and doesn't wait.
    pub fn begin_stop(&mut self) {
        self.stop.take().unwrap().send(()).ok();
    }

    pub async fn stopped(&mut self) -> Result<(), RunError> {
        if self.stop.is_some() {
            self.begin_stop();
        }
        self.ledger = None;
        self.task.take().unwrap().await.unwrap()
    }

    /// Stops it and reads the ledger from the disk, as an auditor would.
    pub async fn events(mut self) -> Vec<Entry> {
        self.stopped().await.unwrap();
        self.events_on_disk()
    }

    pub fn events_on_disk(&self) -> Vec<Entry> {
        let (ledger, recovery) =
            Ledger::open(self.directory.path(), Options::default(), self.key.clone()).unwrap();
        (0..recovery.entries).map(|index| Entry::parse(&ledger.entry(index).unwrap()).unwrap()).collect()
    }

    pub async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        client::send(self.address, &client::request(&format!("GET {path}"), headers, b"")).await
    }

    pub async fn post(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        client::send(self.address, &client::request(&format!("POST {path}"), headers, body)).await
    }

    /// A chat completion with the usual headers and this claim.
    pub async fn chat(&self, claim: &str, body: &str) -> Answer {
        self.post("/v1/chat/completions", &chat_headers(claim), body.as_bytes()).await
    }
}

pub const CHAT: &str = r#"{"model":"depot","messages":[{"role":"user","content":"How many pallets?"}]}"#;
pub const CHAT_STREAM: &str =
    r#"{"model":"depot","stream":true,"messages":[{"role":"user","content":"How many pallets?"}]}"#;
pub const MESSAGES: &str =
    r#"{"model":"depot-claude","max_tokens":50,"messages":[{"role":"user","content":"How many pallets?"}]}"#;

pub fn bearer() -> String {
    format!("Bearer {KEY}")
}

pub fn chat_headers(claim: &str) -> [(&'static str, &str); 3] {
    static BEARER: OnceLock<String> = OnceLock::new();
    [
        ("authorization", BEARER.get_or_init(bearer)),
        ("content-type", "application/json"),
        ("carveout-use", claim),
    ]
}

/// Everything that was measured of a use, with the numbers that its record leaves out because they are 0.
pub fn measured(decided: &Decided) -> String {
    let vocabulary = vocabulary();
    Facts::suppose(&vocabulary, &decided.facts.gateway).unwrap().display(&vocabulary).to_string()
}

pub fn decided(entries: &[Entry]) -> Vec<&Decided> {
    entries
        .iter()
        .filter_map(|entry| match &entry.event {
            Event::Decided(decided) => Some(decided),
            _ => None,
        })
        .collect()
}

pub fn settled(entries: &[Entry]) -> Vec<&Settled> {
    entries
        .iter()
        .filter_map(|entry| match &entry.event {
            Event::Settled(settled) => Some(settled),
            _ => None,
        })
        .collect()
}

/// The kinds of the entries, in order.
pub fn kinds(entries: &[Entry]) -> Vec<&'static str> {
    entries.iter().map(|entry| entry.event.kind()).collect()
}

/// Waits until something is so, or fails.
pub async fn eventually(what: &str, mut so: impl FnMut() -> bool) {
    for _ in 0..6_000 {
        if so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("never: {what}");
}
