//! The evidence segments beside a ledger, held against what its entries vouch for.

use std::path::{Path, PathBuf};

use carveout_ledger::{Absence, EvidenceAudit, EvidenceFound, Verified};
use miette::{IntoDiagnostic, WrapErr, miette};
use serde_json::{Value as Json, json};

use crate::{
    cli::{Global, LedgerVerify},
    config,
    output::Printer,
};

/// What is said of the evidence.
pub(super) struct Evidence {
    /// Where it was looked for.
    place: PathBuf,
    /// What was found there; none if there is no such folder.
    found: Option<EvidenceFound>,
    vouches: bool,
}

/// Looks for the segments. That they are elsewhere is no fault of the record: they are the customer's.
pub(super) fn check(
    global: &Global,
    arguments: &LedgerVerify,
    ledger: &Path,
    verified: &Verified,
) -> miette::Result<Evidence> {
    let place = place(global, arguments, ledger);
    let audit: EvidenceAudit = verified.evidence.clone();
    let vouches = !audit.is_empty();
    if !place.is_dir() {
        if arguments.evidence.is_some() {
            let help = "leave `--evidence` out to verify the ledger alone";
            return Err(miette!(help = help, "there is no folder `{}`", place.display()));
        }
        return Ok(Evidence { place, found: None, vouches });
    }
    let found = audit.directory(&place).into_diagnostic().wrap_err("the evidence can't be read")?;
    Ok(Evidence { found: Some(found), place, vouches })
}

fn place(global: &Global, arguments: &LedgerVerify, ledger: &Path) -> PathBuf {
    if let Some(named) = &arguments.evidence {
        return named.clone();
    }
    let configured = || config::load(&global.workspace).ok().map(|config| config.evidence.directory);
    let of_the_workspace = arguments.at.dir.is_none().then(configured).flatten();
    match of_the_workspace {
        Some(directory) => global.workspace.join(directory),
        None => ledger.join("../evidence"),
    }
}

impl Evidence {
    /// Whether what is there is what the ledger vouches for. Where nothing is there, nothing was found wrong.
    pub(super) fn is_sound(&self) -> bool {
        self.found.as_ref().is_none_or(|found| found.problems.is_empty())
    }

    pub(super) fn document(&self) -> Json {
        let Some(found) = &self.found else {
            return json!({ "found": false, "place": self.place, "vouched": self.vouches });
        };
        let absent =
            found.absent.iter().map(|(from, to, why)| json!({ "from": from, "to": to, "why": word(*why) }));
        let torn = found.torn.iter().map(|(place, record)| json!({ "segment": place, "after": record }));
        json!({
            "found": true,
            "place": self.place,
            "verified": found.problems.is_empty(),
            "vouched": found.vouched,
            "last": found.last,
            "confirmed": found.confirmed,
            "segments": found.segments,
            "records": found.records,
            "snapshots": found.snapshots,
            "absent": absent.collect::<Vec<_>>(),
            "torn": torn.collect::<Vec<_>>(),
            "problems": found.problems.iter().map(ToString::to_string).collect::<Vec<_>>(),
        })
    }

    pub(super) fn print(&self, printer: &Printer) {
        let place = self.place.display();
        let Some(found) = &self.found else {
            if self.vouches {
                printer.line(format_args!(
                    "evidence not verified: there is none in `{place}`; whoever keeps it can name its folder with `--evidence`"
                ));
            } else {
                printer.line("evidence: the ledger vouches for none");
            }
            return;
        };
        printer.line(format_args!(
            "evidence in `{place}`: {} of {} records that the ledger vouches for are there as it names them, in {} segments and {} snapshots",
            found.confirmed, found.vouched, found.segments, found.snapshots
        ));
        for (from, to, why) in &found.absent {
            let why = match why {
                Absence::GivenUp => "an operator gave them up, on record",
                Absence::BeforeSnapshot => "a later snapshot stands for them",
            };
            printer.line(format_args!("  records {from} to {to} are not there: {why}"));
        }
        for (segment, record) in &found.torn {
            printer.line(format_args!(
                "  `{segment}` was cut short after record {record}, by a crash or while it is written"
            ));
        }
        found.problems.iter().for_each(|problem| printer.line(format_args!("  {problem}")));
    }
}

const fn word(absence: Absence) -> &'static str {
    match absence {
        Absence::GivenUp => "given_up",
        Absence::BeforeSnapshot => "before_snapshot",
    }
}
