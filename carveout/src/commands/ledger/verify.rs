//! `ledger verify`: every entry, tile and checkpoint; with `--redecide`, every ruling.

use std::io::IsTerminal;

use carveout_ledger::{Checkpoint, Progress, Verified, verify_directory};
use indicatif::{ProgressBar, ProgressStyle};
use miette::{IntoDiagnostic, WrapErr};
use serde_json::json;

use super::{evidence, place, redecide};
use crate::{
    cli::{Global, LedgerVerify},
    output::{Exit, Printer},
};

pub(super) fn run(global: &Global, arguments: &LedgerVerify, printer: &Printer) -> miette::Result<Exit> {
    let place = place(global, &arguments.at)?;
    let since = match &arguments.since {
        None => None,
        Some(path) => {
            let note = crate::workspace::read(path)?;
            let named = || format!("`{}` is no checkpoint of this log", path.display());
            Some(Checkpoint::verify(&note, &place.log_key).into_diagnostic().wrap_err_with(named)?)
        }
    };
    let bar = bar();
    let verified =
        verify_directory(&place.directory, &place.log_key, since.as_ref(), |progress| show(&bar, progress));
    bar.finish_and_clear();
    let verified = match verified {
        Ok(verified) => verified,
        Err(error) => return refused(printer, &error.to_string()),
    };
    let redecided = match arguments.redecide {
        false => None,
        true => Some(redecide::run(&place, &verified, |entries| bar.set_position(entries))?),
    };
    bar.finish_and_clear();
    let evidence = evidence::check(global, arguments, &place.directory, &verified)?;
    report(printer, arguments, &verified, (redecided.as_ref(), &evidence))?;
    let sound = evidence.is_sound() && redecided.is_none_or(|redecided| redecided.differing.is_empty());
    Ok(if sound { Exit::Yes } else { Exit::No })
}

fn refused(printer: &Printer, why: &str) -> miette::Result<Exit> {
    if printer.json() {
        printer.document("ledger verify", &json!({ "verified": false, "why": why }))?;
    } else {
        printer.line(format_args!("not verified: {why}"));
    }
    Ok(Exit::No)
}

fn report(
    printer: &Printer,
    arguments: &LedgerVerify,
    verified: &Verified,
    (redecided, evidence): (Option<&redecide::Redecided>, &evidence::Evidence),
) -> miette::Result<()> {
    let checkpoint = &verified.checkpoint;
    if printer.json() {
        return printer.document(
            "ledger verify",
            &json!({
                "verified": evidence.is_sound() && redecided.is_none_or(|redecided| redecided.differing.is_empty()),
                "origin": checkpoint.origin(),
                "entries": checkpoint.size(),
                "root": checkpoint.root().to_string(),
                "tiles": verified.tiles,
                "open_attempts": verified.open_attempts.len(),
                "evidence": evidence.document(),
                "consistent_with_earlier": arguments.since.is_some(),
                "redecided": redecided.map(|redecided| json!({
                    "decisions": redecided.decisions, "limits": redecided.limits, "differing": redecided.differing,
                })),
            }),
        );
    }
    printer.line(format_args!(
        "verified: {} entries and {} tiles of `{}` lead to the signed root {}",
        checkpoint.size(),
        verified.tiles,
        checkpoint.origin(),
        checkpoint.root()
    ));
    printer.line(format_args!("attempts under way or cut off: {}", verified.open_attempts.len()));
    match &arguments.since {
        Some(path) => printer.line(format_args!("it extends the checkpoint in {}", path.display())),
        None => printer.line(
            "equivocation not detected: without an earlier checkpoint (--since) or a witness, \
             another history could have been shown to somebody else",
        ),
    }
    evidence.print(printer);
    if let Some(redecided) = redecided {
        printer.line(format_args!(
            "{} decisions made again from the recorded facts and adopted terms, {} differ",
            redecided.decisions,
            redecided.differing.len()
        ));
        if redecided.limits > 0 {
            printer.line(format_args!(
                "{} limits compiled again from the adopted records of designations",
                redecided.limits
            ));
        }
        redecided.differing.iter().for_each(|difference| printer.line(format_args!("  {difference}")));
    }
    Ok(())
}

/// Shown on a terminal only.
fn bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} entries, {per_sec}, {eta} left");
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn show(bar: &ProgressBar, progress: Progress) {
    bar.set_length(progress.size);
    bar.set_position(progress.entries);
}
