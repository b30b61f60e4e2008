//! What can be typed.

mod bargains;
mod designations;
mod exposure;
mod holds;
mod judge;
mod keys;
mod ledger;
mod monitors;
mod packs;
mod proofs;
mod running;
mod scan;
mod terms;

use std::path::PathBuf;

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
pub(crate) use self::keys::{Keygen, Sign};
pub(crate) use self::ledger::{
    Ledger, LedgerAt, LedgerReceipt, LedgerReconcile, LedgerRotate, LedgerShow, LedgerVerify,
};
pub(crate) use self::monitors::{Monitor, MonitorSign, Report};
pub(crate) use self::packs::{PackNamed, Packs, PacksAdd};
pub(crate) use self::proofs::{CrossCheck, Diff, EditArguments, Limits, RedLines, WhatIf};
pub(crate) use self::running::{Completions, Demo, Init, SampleProvider, Serve};
pub(crate) use self::scan::{Scan, ScanFormat};
pub(crate) use self::terms::{Check, Decide};

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
    /// Agree that a clause in force, or a detector, is only monitored for a time
    #[command(subcommand)]
    Monitor(Monitor),
    /// Show what enforcement would have done: each monitored draft, clause and detector, by program
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
