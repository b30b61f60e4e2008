//! What can be typed after `exposure`.

use std::{path::PathBuf, str::FromStr};

use carveout_exposure::{
    ownership::AffiliateRule,
    share::{Share, Stake},
};
use carveout_terms::{Timestamp, designation::When};
use clap::{Args, Subcommand};

use super::designations;

#[derive(Subcommand, Debug)]
pub(crate) enum Exposure {
    /// Look for traces of models in a source tree: packages, inventories, configuration, source
    Scan(ExposureScan),
    /// Read sources of suppliers and owners, and say what was read, what was not, and what can't be
    Import(ExposureImport),
    /// Put sources together once, into a file that loads in seconds
    Snapshot(ExposureSnapshot),
    /// Find the organisations that names and identifiers mean, with scores and reasons
    Match(ExposureMatch),
    /// Say whom an affiliate rule reaches beside the barred, and through whom
    Reach(ExposureReach),
    /// Show every way from the barred to programs, contracts and companies; also for somebody who isn't barred yet
    Paths(ExposurePaths),
    /// Say what recorded designations mean: who is touched and how surely, what must move where, what to report by when
    Report(Box<ExposureReport>),
    /// Ask a supplier what is in its products, check and sign the answer, and take it over as relations
    #[command(subcommand)]
    Questionnaire(Questionnaire),
    /// For a vendor: which customers must leave, when, and under which instrument
    Customers(ExposureCustomers),
}

#[derive(Subcommand, Debug)]
pub(crate) enum Questionnaire {
    /// Write a questionnaire for a supplier to answer
    New(QuestionnaireNew),
    /// Say what is still open in an answer, or wrong
    Check(QuestionnaireFile),
    /// Sign an answer, as the supplier
    Sign(QuestionnaireSign),
    /// Take a signed answer over as relations, for `--from links=FILE`
    Import(QuestionnaireImport),
}

#[derive(Args, Debug)]
#[command(
    override_usage = "carveout exposure questionnaire new --id <ID> --asked-by <NAME> --supplier <NAME>\n       \
                            --product <NAME> --out <FILE> [OPTIONS]"
)]
pub(crate) struct QuestionnaireNew {
    /// Its id: lowercase letters, digits, hyphens
    #[arg(long, value_name = "ID")]
    pub(crate) id: String,
    /// Who asks
    #[arg(long, value_name = "NAME")]
    pub(crate) asked_by: String,
    /// Who is asked
    #[arg(long, value_name = "NAME")]
    pub(crate) supplier: String,
    /// An identifier of the supplier, such as `uei:ABCDEFGHJK12`; may be given several times
    #[arg(long, value_name = "KEY")]
    pub(crate) identifier: Vec<String>,
    /// A product that is asked about; may be given several times
    #[arg(long, value_name = "NAME", required = true)]
    pub(crate) product: Vec<String>,
    /// Ask about the models of this maker; all makers if none is named
    #[arg(long, value_name = "MAKER")]
    pub(crate) about: Vec<String>,
    /// Where the products are used: `program:ID` or `award:ID`; may be given several times
    #[arg(long, value_name = "KEY")]
    pub(crate) used_by: Vec<String>,
    /// Where to write it; the file must not exist
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct QuestionnaireFile {
    /// The questionnaire
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct QuestionnaireSign {
    /// The answered questionnaire; the signature goes beside it, as FILE.sig
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The supplier's private key
    #[arg(long, value_name = "KEY")]
    pub(crate) key: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct QuestionnaireImport {
    /// The answered questionnaire, with its signature beside it
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The supplier's public key: a file, or the key itself
    #[arg(long, value_name = "KEY")]
    pub(crate) key: String,
    /// Where to write the relations; what is there is replaced
    #[arg(long, value_name = "FILE")]
    pub(crate) links: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct ExposureCustomers {
    /// A table of customers: `name`, and where known `uei`, `cage`, `lei`, `domain`, `id`, `agency`, `system_class`,
    /// `component`, `purpose`, `procurement_class`, `program`. What isn't known counts as reached
    #[arg(long, value_name = "FILE")]
    pub(crate) customers: PathBuf,
    /// A record by its id, or a file; may be given several times. Without any, all records of the workspace
    #[arg(long = "designation", value_name = "ID|FILE")]
    pub(crate) designations: Vec<String>,
    /// A source, as KIND=FILE, to find whom customers work for
    #[arg(long = "from", value_name = "KIND=FILE")]
    pub(crate) from: Vec<Source>,
    /// What a column of the plain tables is called there: THEIRS=OURS
    #[arg(long = "column", value_name = "THEIRS=OURS", value_parser = renamed)]
    pub(crate) columns: Vec<(String, String)>,
    /// On this date; else today
    #[arg(long, value_name = "DATE", value_parser = designations::when)]
    pub(crate) on: Option<When>,
    /// As known on this date; else today
    #[arg(long = "as-known-on", value_name = "DATE", value_parser = designations::when)]
    pub(crate) known: Option<When>,
    /// Write the answer as a table
    #[arg(long, value_name = "FILE")]
    pub(crate) csv: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct ExposureReport {
    /// A source, as KIND=FILE, as for `exposure import`; without any, only the workspace is looked at
    #[arg(long = "from", value_name = "KIND=FILE")]
    pub(crate) from: Vec<Source>,
    /// What a column of the plain tables is called there: THEIRS=OURS
    #[arg(long = "column", value_name = "THEIRS=OURS", value_parser = renamed)]
    pub(crate) columns: Vec<(String, String)>,
    /// A record by its id, or a file; may be given several times. Without any, all records of the workspace in force
    #[arg(long = "designation", value_name = "ID|FILE")]
    pub(crate) designations: Vec<String>,
    /// On this date; else today
    #[arg(long, value_name = "DATE", value_parser = designations::when)]
    pub(crate) on: Option<When>,
    /// As known on this date; else today
    #[arg(long = "as-known-on", value_name = "DATE", value_parser = designations::when)]
    pub(crate) known: Option<When>,
    /// What if this source were designated on the date: a name, or `uei:…`, `lei:…`, `domain:…`, `maker:…`
    #[arg(long, value_name = "WHO", conflicts_with = "designations")]
    pub(crate) what_if: Option<String>,
    /// With --what-if: as this record does it, with its reach, flow-down and duties
    #[arg(long, value_name = "ID|FILE", requires = "what_if")]
    pub(crate) like: Option<String>,
    /// When the exposure was found, which starts the clocks of reports; else the date that is asked about
    #[arg(long, value_name = "TIME")]
    pub(crate) found: Option<Timestamp>,
    /// When the first report was handed in, which starts the clock of what follows it
    #[arg(long, value_name = "TIME")]
    pub(crate) reported: Option<Timestamp>,
    /// Only duties of contracts that were made on this date
    #[arg(long, value_name = "DATE", value_parser = designations::when)]
    pub(crate) contract: Option<When>,
    /// Write a page with the graph drawn
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Write tables into this folder, in a folder for each designation
    #[arg(long, value_name = "DIR")]
    pub(crate) csv: Option<PathBuf>,
    /// Write an OSCAL plan of action and milestones, of one designation
    #[arg(long, value_name = "FILE")]
    pub(crate) oscal: Option<PathBuf>,
    /// Write the graph of all ways, for GraphViz
    #[arg(long, value_name = "FILE")]
    pub(crate) dot: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct ExposureScan {
    /// The folder, or one file
    #[arg(value_name = "DIR")]
    pub(crate) dir: PathBuf,
    /// Only traces of this provider; may be given several times
    #[arg(long, value_name = "ID")]
    pub(crate) provider: Vec<String>,
    /// Only traces that are at least this sure
    #[arg(long, value_name = "GRADE", value_parser = ["capable", "declared", "configured"], default_value = "capable")]
    pub(crate) grade: String,
    /// Look into ignored files too
    #[arg(long)]
    pub(crate) no_ignore: bool,
    /// Other rules than the built-in ones
    #[arg(long, value_name = "FILE")]
    pub(crate) fingerprints: Option<PathBuf>,
    /// Write what was found as links from makers to this product, for `--from links=FILE`: `product:desk`
    #[arg(long = "as", value_name = "PRODUCT", requires = "links")]
    pub(crate) product: Option<String>,
    /// Where to write them
    #[arg(long, value_name = "FILE", requires = "product")]
    pub(crate) links: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct Sources {
    /// A source, as KIND=FILE; several make one graph. A file may be packed with gzip
    #[arg(
        long = "from",
        value_name = "KIND=FILE",
        required = true,
        long_help = "A source, as KIND=FILE; several make one graph. Kinds: sam (public entity extract), subawards \
                     (USAspending), gleif (relationship records), ftm (FollowTheMoney, a JSON document a line), entities and links \
                     (plain tables), facts (kept by hand, TOML), snapshot (made of others by `exposure snapshot`; it comes first). A \
                     file may be packed with gzip."
    )]
    pub(crate) from: Vec<Source>,
    /// What a column of the plain tables is called there: THEIRS=OURS
    #[arg(long = "column", value_name = "THEIRS=OURS", value_parser = renamed)]
    pub(crate) columns: Vec<(String, String)>,
}

#[derive(Args, Debug)]
pub(crate) struct ExposureImport {
    #[command(flatten)]
    pub(crate) sources: Sources,
}

#[derive(Args, Debug)]
pub(crate) struct ExposureSnapshot {
    #[command(flatten)]
    pub(crate) sources: Sources,
    /// The file to write; what is there is replaced
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct ExposureMatch {
    #[command(flatten)]
    pub(crate) sources: Sources,
    /// A name to look for
    #[arg(long, value_name = "NAME", required_unless_present = "names")]
    pub(crate) name: Vec<String>,
    /// A table of names to look for, with a column `name` and where known `uei`, `cage`, `lei`, `domain`
    #[arg(long, value_name = "FILE")]
    pub(crate) names: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct ExposureReach {
    #[command(flatten)]
    pub(crate) sources: Sources,
    #[command(flatten)]
    pub(crate) instrument: Instrument,
}

#[derive(Args, Debug)]
pub(crate) struct ExposurePaths {
    #[command(flatten)]
    pub(crate) sources: Sources,
    #[command(flatten)]
    pub(crate) instrument: Instrument,
    /// How many times the duty flows from a subcontractor to the one it works for; without it, all the way
    #[arg(long, value_name = "N")]
    pub(crate) tiers: Option<u32>,
    /// Write the graph of all ways, for GraphViz
    #[arg(long, value_name = "FILE")]
    pub(crate) graphviz: Option<PathBuf>,
}

/// What an instrument says of whom it reaches.
#[derive(Args, Debug)]
pub(crate) struct Instrument {
    /// Who is barred: `uei:…`, `lei:…`, or a name that means one organisation
    #[arg(long, value_name = "WHO", required = true)]
    pub(crate) barred: Vec<String>,
    /// none, named-only, subsidiaries, any-affiliate, successors, or ownership:PERCENT, with `:single` if shares are not added up
    #[arg(long, value_name = "RULE", value_parser = rule)]
    pub(crate) rule: AffiliateRule,
    /// The day; else today
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(crate) on: Option<chrono::NaiveDate>,
}

/// What a source is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SourceKind {
    Sam,
    Subawards,
    Gleif,
    FollowTheMoney,
    Entities,
    Links,
    Facts,
    Snapshot,
}

/// A source and where it is.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) kind: SourceKind,
    pub(crate) path: PathBuf,
}

impl FromStr for Source {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, path) = text.split_once('=').ok_or("write KIND=FILE, such as `sam=entities.dat`")?;
        let kind = match kind {
            "sam" => SourceKind::Sam,
            "subawards" => SourceKind::Subawards,
            "gleif" => SourceKind::Gleif,
            "ftm" => SourceKind::FollowTheMoney,
            "entities" => SourceKind::Entities,
            "links" => SourceKind::Links,
            "facts" => SourceKind::Facts,
            "snapshot" => SourceKind::Snapshot,
            _ => {
                return Err(format!(
                    "`{kind}` is none of sam, subawards, gleif, ftm, entities, links, facts, snapshot"
                ));
            }
        };
        Ok(Self { kind, path: path.into() })
    }
}

fn renamed(text: &str) -> Result<(String, String), String> {
    let (theirs, ours) = text.split_once('=').ok_or("write THEIRS=OURS, such as `Firm=name`")?;
    Ok((theirs.to_owned(), ours.to_owned()))
}

fn date(text: &str) -> Result<chrono::NaiveDate, String> {
    text.parse().map_err(|_| format!("`{text}` is no date such as 2026-11-23"))
}

fn rule(text: &str) -> Result<AffiliateRule, String> {
    Ok(match text {
        "none" => AffiliateRule::None,
        "named-only" => AffiliateRule::NamedOnly,
        "subsidiaries" => AffiliateRule::Subsidiaries,
        "any-affiliate" => AffiliateRule::AnyAffiliate,
        "successors" => AffiliateRule::Successors,
        _ => {
            let percent = text.strip_prefix("ownership:").ok_or_else(|| {
                format!("`{text}` is none of none, named-only, subsidiaries, any-affiliate, successors, ownership:50")
            })?;
            let (percent, aggregate) =
                percent.strip_suffix(":single").map_or((percent, true), |rest| (rest, false));
            let share =
                Stake::parse(percent).filter(|stake| stake.least == stake.most).map(|stake| stake.least);
            let threshold = share
                .filter(|share| *share > Share::NONE && *share <= Share::WHOLE)
                .ok_or_else(|| format!("`{percent}` is no percentage above 0 and up to 100"))?;
            AffiliateRule::Ownership { threshold: threshold.billionths(), aggregate }
        }
    })
}
