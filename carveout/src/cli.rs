//! What can be typed.

mod bargains;
mod designations;
mod exposure;
mod holds;
mod judge;
mod monitors;
mod proofs;

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand};

pub(crate) use self::bargains::{Compare, Counter, Settle};
pub(crate) use self::designations::{
    DesignationAdd, DesignationAsOf, DesignationCompile, DesignationImport, DesignationOfficers,
    DesignationShow, Designations, ListFormat, Routes,
};
pub(crate) use self::exposure::{
    Exposure, ExposureCustomers, ExposureImport, ExposureMatch, ExposurePaths, ExposureReach, ExposureReport,
    ExposureScan, ExposureSnapshot, Instrument, Questionnaire, QuestionnaireFile, QuestionnaireImport,
    QuestionnaireNew, QuestionnaireSign, Source, SourceKind, Sources,
};
pub(crate) use self::holds::{HoldNamed, Holds, HoldsAppoint, HoldsAt};
pub(crate) use self::judge::{JudgeCalibrate, JudgeCommand};
pub(crate) use self::monitors::{Monitor, MonitorSign, Report};
pub(crate) use self::proofs::{CrossCheck, Diff, EditArguments, Limits, RedLines, WhatIf};

/// Terms of use for AI models: written, run, recorded and verified.
#[derive(Parser, Debug)]
#[command(name = "carveout", version, max_term_width = 100, propagate_version = true)]
#[command(
    after_help = "Exit status: 0 yes, 1 a negative answer (denied, different, crossed, unverified), 2 failure or undecided."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Global {
    /// The workspace: the folder that holds `carveout.toml`
    #[arg(
        long,
        short = 'C',
        global = true,
        env = "CARVEOUT_WORKSPACE",
        default_value = ".",
        value_name = "DIR"
    )]
    pub(crate) workspace: PathBuf,
    /// Print one JSON document instead of text
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Log more; twice for everything
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Watch one agreement decide real traffic: a sample workspace, a gateway, a few uses
    Demo(Demo),
    /// Write a workspace to start from
    Init(Init),
    /// Run the gateway of a workspace
    Serve(Serve),
    /// Read an agreement as its counterparty would: clauses, examples, problems
    Check(Check),
    /// Decide a use by agreements, without a gateway
    Decide(Decide),
    /// Compare two texts for every use there is: what opens, what closes, and a use of each kind
    Diff(Diff),
    /// Prove whether terms keep a party's red lines, and show what crosses them
    #[command(name = "redlines")]
    RedLines(RedLines),
    /// Take a clause or a condition out of an agreement, and see what it was worth
    WhatIf(WhatIf),
    /// Answer a draft with the smallest edits after which it keeps your red lines
    Counter(Counter),
    /// Draft the common ground of two parties from the red lines of both
    Settle(Settle),
    /// Put agreements side by side: what each permits, holds and denies, and by which clause
    Compare(Compare),
    /// Find personal identifiers in texts, in disguise too, and bound the number of persons
    Scan(Scan),
    /// Make a key: for a party, for a ledger, or for a program
    Keygen(Keygen),
    /// Sign an agreement as one of its parties
    Sign(Sign),
    /// See what is on hold, approve it or refuse it
    #[command(subcommand)]
    Holds(Holds),
    /// Agree that a clause in force is only monitored for a time
    #[command(subcommand)]
    Monitor(Monitor),
    /// Show what enforcement would have done: each monitored draft and clause, by program
    Report(Report),
    /// See how good a configured judge is at the clauses that turn on it
    #[command(subcommand)]
    Judge(JudgeCommand),
    /// Verify and read the record
    #[command(subcommand)]
    Ledger(Ledger),
    /// Ready-made agreements, after public instruments: list them, read one, take one into a workspace
    #[command(subcommand)]
    Packs(Packs),
    /// Instruments that bar a source: record them, ask what was in force, compile them to clauses
    #[command(subcommand)]
    Designations(Designations),
    /// Say what designations do to each target of each route, for each program, on a date
    Routes(Routes),
    /// Who is touched by a designation: traces of models, suppliers, owners
    #[command(subcommand)]
    Exposure(Exposure),
    /// Run the sample provider, which answers like a model and isn't one
    SampleProvider(SampleProvider),
    /// Print a completion script for a shell
    Completions(Completions),
}

impl Command {
    /// What is logged without `--verbose`: a server tells what it does, everything else only what is wrong.
    pub(crate) const fn log_level(&self) -> &'static str {
        match self {
            Self::Serve(_) | Self::SampleProvider(_) => "info",
            _ => "warn",
        }
    }
}

#[derive(Args, Debug)]
pub(crate) struct Demo {
    /// Stop after the uses have been shown, as with --json
    #[arg(long)]
    pub(crate) once: bool,
    /// Keep the sample workspace here; a temporary folder otherwise
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
    /// Where the gateway listens [default: 127.0.0.1:8787; with --once any free port]
    #[arg(long, env = "CARVEOUT_LISTEN", value_name = "ADDR")]
    pub(crate) listen: Option<SocketAddr>,
}

#[derive(Args, Debug)]
pub(crate) struct Init {
    /// The folder to make; it must be empty or not exist
    #[arg(value_name = "DIR")]
    pub(crate) dir: PathBuf,
    /// Your organisation's name, which stands in the names of the keys and of the log: `agency.example`
    #[arg(long, default_value = "carveout", value_name = "NAME", conflicts_with = "sample")]
    pub(crate) name: String,
    /// Make the labelled sample workspace of the demo, signed by both sample parties
    #[arg(long)]
    pub(crate) sample: bool,
    /// With --sample: where the sample provider will listen
    #[arg(long, default_value = "127.0.0.1:8788", value_name = "ADDR", requires = "sample")]
    pub(crate) provider: SocketAddr,
}

#[derive(Args, Debug)]
pub(crate) struct Serve {
    /// Where callers connect, instead of `gateway.listen`
    #[arg(long, env = "CARVEOUT_LISTEN", value_name = "ADDR")]
    pub(crate) listen: Option<SocketAddr>,
    /// Go on without evidence that is lost or damaged, for this reason: what meters counted in it is forgotten, and both
    /// are recorded
    #[arg(long, value_name = "REASON")]
    pub(crate) accept_lost_evidence: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct Check {
    /// The agreements to read; without any, those of the workspace
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The vocabulary: PATH.cedarschema and PATH.toml; else the workspace's, else the built-in `defense`
    #[arg(long, value_name = "PATH")]
    pub(crate) vocabulary: Option<PathBuf>,
    /// Print the lowered Cedar policies too: what is evaluated
    #[arg(long)]
    pub(crate) lowered: bool,
    /// Leave out what takes a proof: grades, idle clauses and conditions
    #[arg(long)]
    pub(crate) without_proofs: bool,
    /// Stop proving one agreement after so many seconds, and say that it is undecided
    #[arg(long, value_name = "SECONDS", value_parser = proofs::seconds)]
    pub(crate) timeout: Option<std::time::Duration>,
}

#[derive(Args, Debug)]
pub(crate) struct Decide {
    /// The agreements that apply together; without any, those in force in the workspace
    #[arg(value_name = "FILE", conflicts_with = "program")]
    pub(crate) files: Vec<PathBuf>,
    /// Decide as this program of the workspace: its agreements, facts and presumptions, and the recorded designations
    #[arg(long, value_name = "ID")]
    pub(crate) program: Option<String>,
    /// Decide for this route's first target; else for the workspace's first route
    #[arg(long, value_name = "ALIAS", conflicts_with = "files")]
    pub(crate) route: Option<String>,
    /// The facts: `purpose=logistics.supply, subject=us_person`. What is left out is unknown
    #[arg(long = "use", value_name = "FACTS")]
    pub(crate) use_: String,
    /// At this time: `2026-09-02T17:01:00-04:00`; a date stands for its end in UTC. Else now
    #[arg(long, value_name = "DATE", value_parser = designations::when)]
    pub(crate) at: Option<carveout_terms::designation::When>,
    /// Other evidence about the same use; may be given several times
    #[arg(long, value_name = "FACTS")]
    pub(crate) evidence: Vec<String>,
    /// Suppose that this role approved the use; may be given several times
    #[arg(long, value_name = "PARTY/ROLE")]
    pub(crate) approve: Vec<String>,
    /// The vocabulary: PATH.cedarschema and PATH.toml; else the workspace's, else the built-in `defense`
    #[arg(long, value_name = "PATH")]
    pub(crate) vocabulary: Option<PathBuf>,
    /// The text of the request, or a request; `-` is standard input. What it shows is measured as the gateway would
    #[arg(long, value_name = "FILE")]
    pub(crate) text: Option<PathBuf>,
    /// Show every clause, which facts turned it, and with `--text` why the text trips the wire
    #[arg(long)]
    pub(crate) explain: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Scan {
    /// Text, CSV, JSON, or JSONL of chat requests; standard input if there are none, or for `-`
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// How to read them
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ScanFormat,
    /// The country whose telephone numbers are written without a country code, such as US, GB or DE
    #[arg(long, default_value = "US", value_name = "COUNTRY")]
    pub(crate) region: carveout_signals::Region,
    /// Find also what is kept for documentation and fiction: example.com, 555-0143, test cards
    #[arg(long)]
    pub(crate) samples: bool,
    /// Show every finding
    #[arg(long)]
    pub(crate) all: bool,
    /// Say also which texts look like mass surveillance, targeting or profiling, and why
    #[arg(long)]
    pub(crate) tripwire: bool,
}

/// How a file is read.
#[derive(clap::ValueEnum, Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) enum ScanFormat {
    /// As requests if it is some, else as text
    #[default]
    Auto,
    /// As one text, whatever it holds; tables are seen in it
    Text,
    /// As bodies of chat requests, one a line
    Requests,
}

#[derive(Args, Debug)]
pub(crate) struct Keygen {
    /// The key's name, which stands in every signature: `agency.example` or `agency.example/ledger`
    #[arg(long, required_unless_present_any = ["program", "officer"], conflicts_with_all = ["program", "officer"])]
    pub(crate) name: Option<String>,
    /// Where to write the private key, such as `vendor.key`; the public one goes beside it, as `vendor.pub`
    #[arg(long, value_name = "FILE", required_unless_present_any = ["program", "officer"], conflicts_with_all = ["program", "officer"])]
    pub(crate) out: Option<PathBuf>,
    /// Make a key for a program's callers instead, with this id
    #[arg(long, value_name = "KEY-ID")]
    pub(crate) program: Option<String>,
    /// Make a token for an officer instead, with the officer's id
    #[arg(long, value_name = "ID", conflicts_with = "program")]
    pub(crate) officer: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct Sign {
    /// The agreement
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The party's private key
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// The vocabulary: PATH.cedarschema and PATH.toml; else the workspace's, else the built-in `defense`
    #[arg(long, value_name = "PATH")]
    pub(crate) vocabulary: Option<PathBuf>,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Ledger {
    /// Check every entry, tile, checkpoint and signature
    Verify(LedgerVerify),
    /// Print entries
    Show(LedgerShow),
    /// Fetch the receipt of an entry, or check one
    Receipt(LedgerReceipt),
    /// Hold a provider's usage export against the entries
    Reconcile(LedgerReconcile),
    /// Replace a party's pinned key, by its old key's word; the gateway must be stopped
    Rotate(LedgerRotate),
}

#[derive(Args, Debug)]
pub(crate) struct LedgerAt {
    /// The ledger's folder; else the workspace's
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
    /// The log's public key, as text or a file; else the workspace's
    #[arg(long, value_name = "KEY")]
    pub(crate) log_key: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct LedgerVerify {
    #[command(flatten)]
    pub(crate) at: LedgerAt,
    /// Recompute every ruling from the recorded facts and the adopted terms
    #[arg(long)]
    pub(crate) redecide: bool,
    /// Where the evidence segments are; else where the workspace keeps them, or beside the ledger's folder
    #[arg(long, value_name = "FOLDER")]
    pub(crate) evidence: Option<PathBuf>,
    /// Demand that the ledger still extends this earlier checkpoint
    #[arg(long, value_name = "FILE")]
    pub(crate) since: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct LedgerShow {
    #[command(flatten)]
    pub(crate) at: LedgerAt,
    /// The first entry
    #[arg(long, default_value_t = 0, value_name = "INDEX")]
    pub(crate) from: u64,
    /// At most this many entries
    #[arg(long, default_value_t = 50, value_name = "N")]
    pub(crate) limit: u64,
    /// Only entries of this program
    #[arg(long, value_name = "ID")]
    pub(crate) program: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct LedgerReceipt {
    #[command(flatten)]
    pub(crate) at: LedgerAt,
    /// The entry's index, to print its receipt
    #[arg(value_name = "INDEX", required_unless_present = "check", conflicts_with = "check")]
    pub(crate) index: Option<u64>,
    /// Check this receipt file instead
    #[arg(long, value_name = "FILE")]
    pub(crate) check: Option<PathBuf>,
    /// Check whether this is the body that the entry commits to: a request's, or a reply's if it is a settlement
    #[arg(long, value_name = "FILE")]
    pub(crate) body: Option<PathBuf>,
    /// The opening that the customer gave away for this one body; else it is looked for in the workspace
    #[arg(long, value_name = "HEX", requires = "body")]
    pub(crate) salt: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct LedgerReconcile {
    #[command(flatten)]
    pub(crate) at: LedgerAt,
    /// The provider's usage export: CSV with a header
    #[arg(value_name = "USAGE.CSV")]
    pub(crate) file: PathBuf,
    /// The column that holds the provider's request ids
    #[arg(long, default_value = "request_id", value_name = "NAME")]
    pub(crate) column: String,
    /// Only attempts at this provider
    #[arg(long, value_name = "ID")]
    pub(crate) provider: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct LedgerRotate {
    /// The party
    #[arg(long, value_name = "ID", required_unless_present = "officer", conflicts_with = "officer")]
    pub(crate) party: Option<String>,
    /// Or an officer who may record designations
    #[arg(long, value_name = "ID")]
    pub(crate) officer: Option<String>,
    /// The private key until now
    #[arg(long, value_name = "FILE")]
    pub(crate) old: PathBuf,
    /// The public key from now on
    #[arg(long, value_name = "FILE")]
    pub(crate) new: PathBuf,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Packs {
    /// Name them, with their role and how much of each is enforced
    List,
    /// Print one
    Show(PackNamed),
    /// Write one into a workspace's agreements; nothing is overwritten
    Add(PacksAdd),
}

#[derive(Args, Debug)]
pub(crate) struct PackNamed {
    /// The pack, as `packs list` names it
    #[arg(value_name = "NAME", hide_possible_values = true)]
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(crate::packs::names()))]
    pub(crate) name: String,
}

#[derive(Args, Debug)]
pub(crate) struct PacksAdd {
    #[command(flatten)]
    pub(crate) pack: PackNamed,
    /// The workspace to write into, instead of the one of `-C`
    #[arg(long, value_name = "WORKSPACE")]
    pub(crate) into: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct SampleProvider {
    /// Where it listens
    #[arg(long, default_value = "127.0.0.1:8788", value_name = "ADDR")]
    pub(crate) listen: SocketAddr,
}

#[derive(Args, Debug)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}
