//! Whether a body is the one that an entry commits to.

use std::{fs, path::Path};

use carveout_dialects::{Dialect, json};
use carveout_ledger::{
    Commitment, CommittedPart, Decided, DecisionId, Entry, Event, Openings, Receipt, Salt,
};
use miette::{IntoDiagnostic, WrapErr, miette};
use serde_json::json;

use crate::{
    cli::{Global, LedgerReceipt},
    config,
    output::{Exit, Printer},
};

/// What an entry commits to.
struct Committed {
    decision: DecisionId,
    part: CommittedPart,
    commitment: Commitment,
}

/// Tells whether the file holds the body that the receipt's entry commits to.
pub(super) fn check(
    global: &Global,
    arguments: &LedgerReceipt,
    receipt: &Receipt,
    file: &Path,
    printer: &Printer,
) -> miette::Result<Exit> {
    let given =
        fs::read(file).into_diagnostic().wrap_err_with(|| format!("can't read `{}`", file.display()))?;
    let entry = Entry::parse(receipt.entry()).into_diagnostic()?;
    let committed = committed(&entry.event)?;
    let opened = match &arguments.salt {
        Some(salt) => {
            let salt = Salt::from_hex(salt).ok_or_else(|| miette!("a salt is 64 hexadecimal digits"))?;
            let opens =
                |body: &[u8]| Ok(committed.commitment.opens(committed.part, &salt, body).then_some(salt));
            any_form(&given, &entry.event, opens)?
        }
        None => {
            let openings = openings(global)?;
            let Committed { decision, part, commitment } = &committed;
            any_form(&given, &entry.event, |body| {
                openings.opens(commitment, entry.at, decision, *part, body).into_diagnostic()
            })?
        }
    };
    let salt = opened.as_ref().map(Salt::to_hex);
    if printer.json() {
        let document = json!({
            "index": receipt.index(), "decision": committed.decision.to_string(),
            "opened": salt.is_some(), "salt": salt,
        });
        printer.document("ledger receipt", &document)?;
    } else if let Some(salt) = &salt {
        printer.line(format_args!(
            "`{}` is the body that entry {} commits to\nsalt: {salt}",
            file.display(),
            receipt.index()
        ));
        printer.note(
            "whoever is given receipt, body and this salt can check the same with `--check` and `--salt`",
        );
    } else {
        printer.line(format_args!(
            "`{}` is not the body that entry {} commits to",
            file.display(),
            receipt.index()
        ));
    }
    Ok(if salt.is_some() { Exit::Yes } else { Exit::No })
}

fn committed(event: &Event) -> miette::Result<Committed> {
    match event {
        Event::Decided(decided) => Ok(Committed {
            // What is sent after a hold is shown by the commitment that was made when it was held.
            decision: decided.hold.map_or(decided.decision, |hold| hold.decision()),
            part: CommittedPart::Request,
            commitment: decided.body,
        }),
        Event::Settled(settled) => {
            let commitment =
                settled.response.ok_or_else(|| miette!("the settlement says that nothing was released"))?;
            Ok(Committed { decision: settled.decision, part: CommittedPart::Response, commitment })
        }
        Event::JudgeAsked(asked) => Ok(Committed {
            decision: asked.question.name(),
            part: CommittedPart::Question,
            commitment: asked.body,
        }),
        other => Err(miette!(
            help = "a request's body is committed to by its decision, a reply's by the settlement, a question's when it is asked",
            "the entry is of the kind `{}` and commits to no body",
            other.kind()
        )),
    }
}

/// The openings of the workspace, if they are kept there.
fn openings(global: &Global) -> miette::Result<Openings> {
    let configured =
        config::load(&global.workspace).wrap_err("without a workspace, give the opening with `--salt`")?;
    Ok(Openings::read(&global.workspace.join(configured.ledger.openings)))
}

/// The file as it is, or else, for a request, as the gateway forwarded it.
fn any_form(
    given: &[u8],
    event: &Event,
    opens: impl Fn(&[u8]) -> miette::Result<Option<Salt>>,
) -> miette::Result<Option<Salt>> {
    if let Some(salt) = opens(given)? {
        return Ok(Some(salt));
    }
    match event {
        Event::Decided(decided) => forwarded(given, decided).map_or(Ok(None), |body| opens(&body)),
        _ => Ok(None),
    }
}

/// The canonical form of a caller's body, with the target's name for the model.
fn forwarded(given: &[u8], decided: &Decided) -> Option<Vec<u8>> {
    let dialects = [("chat.completions", Dialect::OpenAi), ("messages", Dialect::Anthropic)];
    let (_, dialect) = dialects.into_iter().find(|(endpoint, _)| *endpoint == decided.endpoint)?;
    let limits = json::Limits { bytes: given.len(), ..json::Limits::default() };
    let asked = carveout_dialects::read(dialect, given, &limits).ok()?;
    Some(asked.canonical(&decided.target.model).as_bytes().to_vec())
}
