//! What can be typed after `designations`.

use std::path::PathBuf;

use carveout_terms::designation::{Agency, Conduct, Confidence, InstrumentKind, When};
use clap::{Args, Subcommand, ValueEnum};

#[derive(Subcommand, Debug)]
pub(crate) enum Designations {
    /// Record an instrument, or an event about one, with an officer's signature; two to loosen
    Add(DesignationAdd),
    /// Name what is recorded, what it does today, and who signed it
    List,
    /// Show one record: dates, what happened to it, duties
    Show(DesignationShow),
    /// Say what was in force on a date, as known on another
    #[command(name = "asof")]
    AsOf(DesignationAsOf),
    /// Read a published list into records, and say what was not read
    Import(DesignationImport),
    /// Write an instrument as an agreement that only forbids
    Compile(DesignationCompile),
    /// Say who may record designations, and have those who are pinned sign for others
    Officers(DesignationOfficers),
}

#[derive(Args, Debug)]
pub(crate) struct DesignationOfficers {
    /// The private key of an officer who is pinned: signs for those of carveout.toml. May be given several times
    #[arg(long, value_name = "KEY")]
    pub(crate) key: Vec<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct DesignationAdd {
    /// The record or notice: TOML or JSON
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The private key of an officer; may be given several times
    #[arg(long, value_name = "KEY")]
    pub(crate) key: Vec<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct DesignationShow {
    /// A record of the workspace by its id, or a file
    #[arg(value_name = "ID|FILE")]
    pub(crate) record: String,
}

#[derive(Args, Debug)]
pub(crate) struct DesignationAsOf {
    /// The date, or the time with its offset: `2026-09-02` or `2026-09-02T17:01:00-04:00`. A date stands for its end
    #[arg(value_name = "DATE", value_parser = when)]
    pub(crate) date: When,
    /// Ids or files; without any, all records of the workspace
    #[arg(value_name = "ID|FILE")]
    pub(crate) records: Vec<String>,
    /// As known on this date; else today
    #[arg(long, value_name = "DATE", value_parser = when)]
    pub(crate) known: Option<When>,
    /// For this use instead of the four usual questions: `agency=defense, system_class=cui`
    #[arg(long = "use", value_name = "FACTS")]
    pub(crate) use_: Option<String>,
    /// The vocabulary: PATH.cedarschema and PATH.toml; else the workspace's, else the built-in `defense`
    #[arg(long, value_name = "PATH")]
    pub(crate) vocabulary: Option<PathBuf>,
}

/// The lists that can be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum ListFormat {
    /// SAM's public extract of exclusions
    Sam,
    /// SAM's daily file of FASCSA orders
    Fascsa,
    /// FollowTheMoney entities, as OpenSanctions publishes them
    Ftm,
    /// A table of OpenSanctions' kind: Name, Alias, Start date, …
    Table,
    /// Any table, with `--map`
    Csv,
}

#[derive(Args, Debug)]
pub(crate) struct DesignationImport {
    /// What kind of list it is
    #[arg(value_enum, value_name = "FORMAT")]
    pub(crate) format: ListFormat,
    /// The list
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The date of the list: from when what it says could be known
    #[arg(long, value_name = "DATE", value_parser = when)]
    pub(crate) known: When,
    /// Write each record into this folder, as ID.VERSION.toml; nothing is overwritten
    #[arg(long, value_name = "DIR")]
    pub(crate) into: Option<PathBuf>,
    /// How the ids of the records begin; else the format's name
    #[arg(long, value_name = "WORD", value_parser = prefix)]
    pub(crate) prefix: Option<String>,
    /// What the source is called; else the file's name
    #[arg(long)]
    pub(crate) title: Option<String>,
    /// Where the list was found
    #[arg(long)]
    pub(crate) url: Option<String>,
    /// Who made the instruments, where a row doesn't say
    #[arg(long, value_name = "NAME")]
    pub(crate) issuer: Option<String>,
    /// What they rest on, where a row doesn't say: `10 USC 113 note`
    #[arg(long, value_name = "PROVISION")]
    pub(crate) authority: Option<String>,
    /// What kind they are, where the format doesn't say
    #[arg(long, value_name = "KIND", default_value = "statutory_list")]
    pub(crate) kind: InstrumentKind,
    /// What they forbid, where the format doesn't say; may be given several times
    #[arg(long, value_name = "CONDUCT", default_value = "provide")]
    pub(crate) conduct: Vec<Conduct>,
    /// Whom they address, where the format doesn't say; may be given several times
    #[arg(long, value_name = "AGENCY", default_value = "any_federal")]
    pub(crate) agency: Vec<Agency>,
    /// How sure the list is
    #[arg(long, value_name = "WORD", default_value = "unverified")]
    pub(crate) confidence: Confidence,
    /// For `csv`: which column holds a field, as FIELD=COLUMN; may be given several times
    #[arg(long, value_name = "FIELD=COLUMN")]
    pub(crate) map: Vec<String>,
}

#[derive(Args, Debug)]
pub(crate) struct DesignationCompile {
    /// A record of the workspace by its id, or a file
    #[arg(value_name = "ID|FILE")]
    pub(crate) record: String,
    /// As known on this date; else today
    #[arg(long, value_name = "DATE", value_parser = when)]
    pub(crate) known: Option<When>,
    /// For this program: what was waived for it is taken out
    #[arg(long, value_name = "ID")]
    pub(crate) program: Option<String>,
    /// Enforce what was only announced
    #[arg(long)]
    pub(crate) announced: bool,
    /// The party that adopts the text
    #[arg(long, value_name = "ID", default_value = "customer", value_parser = prefix)]
    pub(crate) party: String,
    /// Write the text to this file, which must not exist
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// The vocabulary: PATH.cedarschema and PATH.toml; else the workspace's, else the built-in `defense`
    #[arg(long, value_name = "PATH")]
    pub(crate) vocabulary: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct Routes {
    /// At this time: `2026-09-02T17:01:00-04:00`; a date stands for its end in UTC. Else now
    #[arg(long, value_name = "DATE", value_parser = when)]
    pub(crate) at: Option<When>,
    /// For this program only
    #[arg(long, value_name = "ID")]
    pub(crate) program: Option<String>,
    /// For a use that says more than the program's registration: `purpose=logistics.supply`
    #[arg(long = "use", value_name = "FACTS")]
    pub(crate) use_: Option<String>,
}

pub(super) fn when(text: &str) -> Result<When, String> {
    When::find(text).ok_or_else(|| "write a date such as 2026-09-02, or a time with its offset".to_owned())
}

fn prefix(text: &str) -> Result<String, String> {
    let good = !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if good { Ok(text.to_owned()) } else { Err("use lowercase letters, digits and hyphens".to_owned()) }
}
