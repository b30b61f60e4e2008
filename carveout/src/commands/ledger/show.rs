//! `ledger show`: entries, one on a line.

use std::collections::HashMap;

use carveout_ledger::{DecisionId, Entry, Event, EvidenceKept, MonitorsSet, Settled};
use miette::{IntoDiagnostic, WrapErr};
use serde_json::json;

use super::place;
use crate::{
    cli::{Global, LedgerShow},
    output::{Exit, Printer, ruling},
};

pub(super) fn run(global: &Global, arguments: &LedgerShow, printer: &Printer) -> miette::Result<Exit> {
    let reader = place(global, &arguments.at)?.reader()?;
    let mut documents = Vec::new();
    let mut programs = HashMap::new();
    let mut shown = 0;
    let mut next = None;
    // Whose a later entry is, its decision says: with a program named, reading begins at the first one.
    let first = if arguments.program.is_some() { 0 } else { arguments.from };
    for result in reader.entries(first) {
        let (index, bytes) = result.into_diagnostic()?;
        let entry = Entry::parse(&bytes).into_diagnostic().wrap_err_with(|| format!("entry {index}"))?;
        let wanted = arguments
            .program
            .as_ref()
            .is_none_or(|wanted| program_of(&entry.event, &mut programs).as_ref() == Some(wanted));
        if !wanted || index < arguments.from {
            continue;
        }
        if shown == arguments.limit {
            next = Some(index);
            break;
        }
        shown += 1;
        if printer.json() {
            let stored: serde_json::Value = serde_json::from_slice(&bytes).into_diagnostic()?;
            documents.push(json!({ "index": index, "entry": stored }));
        } else {
            printer.line(format_args!("{index:>8}  {}  {}", entry.at, line(&entry.event)));
        }
    }
    let published = reader.checkpoint().size();
    if printer.json() {
        let document = json!({ "published": published, "entries": documents, "next": next });
        printer.document("ledger show", &document)?;
    } else if let Some(next) = next {
        printer.note(format_args!("there are more of the {published} entries: go on with `--from {next}`"));
    } else if shown == 0 {
        printer.note(format_args!("no such entries among the {published} that are published"));
    }
    Ok(Exit::Yes)
}

/// The program that an entry is about; later entries of a decision are known by its id.
fn program_of(event: &Event, known: &mut HashMap<DecisionId, String>) -> Option<String> {
    match event {
        Event::Decided(decided) => {
            known.insert(decided.decision, decided.program.clone());
            Some(decided.program.clone())
        }
        Event::Attempted(attempted) => known.get(&attempted.decision).cloned(),
        Event::Settled(settled) => known.get(&settled.decision).cloned(),
        Event::Interrupted(interrupted) => known.get(&interrupted.decision).cloned(),
        Event::Approved(approved) => known.get(&approved.hold.decision()).cloned(),
        Event::Refused(refused) => known.get(&refused.hold.decision()).cloned(),
        Event::Expired(expired) => known.get(&expired.hold.decision()).cloned(),
        Event::Erased(erased) => known.get(&erased.hold.decision()).cloned(),
        Event::EvidenceKept(kept) => kept.decision.and_then(|decision| known.get(&decision).cloned()),
        Event::JudgeAsked(asked) => {
            known.insert(asked.question.name(), asked.program.clone());
            Some(asked.program.clone())
        }
        Event::JudgeAnswered(answered) => known.get(&answered.question.name()).cloned(),
        Event::Genesis(_)
        | Event::TermsAdopted(_)
        | Event::DesignationAdopted(_)
        | Event::KeyRotated(_)
        | Event::OfficersAppointed(_)
        | Event::MonitorsSet(_)
        | Event::DesignationOfficers(_)
        | Event::EvidenceLost(_) => None,
    }
}

/// The clauses for whose sake an answer was withheld.
fn withheld_by(settled: &Settled) -> String {
    let clauses: Vec<String> =
        settled.grounds.iter().map(|cited| format!("{} {}", cited.agreement, cited.clause)).collect();
    let clauses: Vec<&str> = clauses.iter().map(String::as_str).collect();
    if clauses.is_empty() { String::new() } else { format!(" by {}", listed(&clauses)) }
}

/// What became of the tool calls in an answer.
fn calls_of(settled: &Settled) -> String {
    let Some(calls) = &settled.calls else { return String::new() };
    let counts = [
        (calls.released, "released"),
        (calls.denied, "denied"),
        (calls.held, "held"),
        (calls.unreadable, "unreadable"),
    ];
    let counts = counts.iter().filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts.map(|(count, word)| format!("{count} {word}")).collect();
    format!(", tool calls: {}", counts.join(", "))
}

fn line(event: &Event) -> String {
    match event {
        Event::Genesis(genesis) => {
            let parties: Vec<&str> = genesis.parties.iter().map(|pinned| pinned.party.as_str()).collect();
            format!("founded `{}`, keys pinned for {}", genesis.origin, listed(&parties))
        }
        Event::TermsAdopted(adopted) => {
            let agreements: Vec<String> = adopted
                .agreements
                .iter()
                .map(|adopted| {
                    let signers: Vec<&str> = adopted.signers.iter().map(String::as_str).collect();
                    format!(
                        "{} version {} signed by {}",
                        adopted.agreement,
                        adopted.version,
                        listed(&signers)
                    )
                })
                .collect();
            let programs: Vec<&str> =
                adopted.programs.iter().map(|program| program.program.as_str()).collect();
            format!("terms adopted for {}: {}", listed(&programs), agreements.join("; "))
        }
        Event::DesignationAdopted(adopted) => {
            let signers: Vec<&str> = adopted.signers.iter().map(|signer| signer.officer.as_str()).collect();
            let loosens = if adopted.loosens.is_empty() { "" } else { ", which loosens" };
            format!(
                "designation adopted: {} version {} ({}){loosens}, signed by {}",
                adopted.record,
                adopted.version,
                adopted.confidence,
                listed(&signers)
            )
        }
        Event::DesignationOfficers(appointed) => {
            let officers: Vec<&str> = appointed.officers.iter().map(|one| one.officer.as_str()).collect();
            let whose = if appointed.statement.is_some() { ", by the word of those before them" } else { "" };
            format!("designations are signed by {} from here on{whose}", listed(&officers))
        }
        Event::Decided(decided) => {
            let word = match decided.ruling {
                carveout_ledger::Ruling::Permit => "permit",
                carveout_ledger::Ruling::Hold => "hold",
                carveout_ledger::Ruling::Deny => "deny",
            };
            let grounds: Vec<String> =
                decided.grounds.iter().map(|cited| format!("{} {}", cited.agreement, cited.clause)).collect();
            let grounds: Vec<&str> = grounds.iter().map(String::as_str).collect();
            let claimed =
                if decided.facts.caller.is_empty() { "nothing claimed" } else { &decided.facts.caller };
            // A tool call, or what an answer shows.
            let within = decided.parent.map(|parent| format!("in the answer to {}, ", short(parent)));
            let within = within.unwrap_or_default();
            format!("{} {} by {}: {within}{claimed}", ruling(word), decided.program, listed(&grounds))
        }
        Event::Attempted(attempted) => {
            let target = &attempted.target;
            format!(
                "attempt {} of {} at {}: {}",
                attempted.attempt,
                short(attempted.decision),
                target.provider,
                target.model
            )
        }
        Event::Settled(settled) => {
            let outcome = serde_json::to_value(settled.outcome).unwrap_or_default();
            let request = settled.provider_request.as_deref().unwrap_or("none");
            let outcome = outcome.as_str().unwrap_or_default().replace('_', " ");
            format!(
                "settled {}: {outcome}{}{}, provider's request id {}",
                short(settled.decision),
                withheld_by(settled),
                calls_of(settled),
                request.escape_debug()
            )
        }
        Event::Interrupted(interrupted) => {
            format!("interrupted {}: {}", short(interrupted.decision), interrupted.reason.escape_debug())
        }
        Event::KeyRotated(rotated) => format!("key of {} rotated to {}", rotated.subject, rotated.new),
        Event::OfficersAppointed(appointed) => {
            let officers: Vec<String> = appointed
                .officers
                .iter()
                .map(|officer| format!("{} ({})", officer.officer, officer.roles.join(", ")))
                .collect();
            let rule = if appointed.two_person { "" } else { ", without the two-person rule" };
            let parties: Vec<&str> = appointed.appointments.iter().map(|one| one.party.as_str()).collect();
            format!("officers appointed by {}: {}{rule}", listed(&parties), officers.join(", "))
        }
        Event::MonitorsSet(set) => monitors(set),
        Event::Approved(approved) => {
            let (officer, roles) = (&approved.officer, approved.roles.join(", "));
            format!("{} approved by {officer} as {roles} until {}", approved.hold, approved.until)
        }
        Event::Refused(refused) => {
            format!("{} refused by {} as {}", refused.hold, refused.officer, refused.roles.join(", "))
        }
        Event::Expired(expired) => format!("{} expired", expired.hold),
        Event::Erased(erased) => format!("body of {} erased", erased.hold),
        Event::EvidenceKept(EvidenceKept { snapshot: true, record, .. }) => {
            format!("snapshot of the evidence after record {record}")
        }
        Event::EvidenceKept(EvidenceKept { decision, record, .. }) => {
            let whose = decision.map_or("answers and claims".to_owned(), short);
            format!("evidence of {whose} kept as record {record}")
        }
        Event::EvidenceLost(lost) => {
            let (found, reason) = (lost.found.escape_debug(), lost.reason.escape_debug());
            format!("evidence before record {} given up: {found}; {reason}", lost.base)
        }
        Event::JudgeAsked(asked) => {
            let what = asked
                .parent
                .map_or("a request".to_owned(), |parent| format!("the answer to {}", short(parent)));
            format!(
                "judge asked {}: {} at {} about {what} of {} by {} {}",
                short(asked.question.name()),
                asked.model,
                asked.provider,
                asked.program,
                asked.agreement,
                asked.clause
            )
        }
        Event::JudgeAnswered(answered) => {
            let why = answered.why.as_deref().map(|why| format!(" ({})", why.escape_debug()));
            let (name, why) = (short(answered.question.name()), why.unwrap_or_default());
            format!("judge answered {name}: {}{why}", answered.verdict.escape_debug())
        }
    }
}

fn monitors(set: &MonitorsSet) -> String {
    let monitors: Vec<String> = set
        .monitors
        .iter()
        .map(|monitor| match &monitor.suspended {
            None => format!("{} (draft {} version {})", monitor.monitor, monitor.agreement, monitor.version),
            Some(suspended) => format!(
                "{} (clause {} of {} until {}, agreed by {})",
                monitor.monitor,
                suspended.clause,
                monitor.agreement,
                suspended.until,
                suspended.parties.join(", ")
            ),
        })
        .chain(set.detectors.iter().map(|monitor| {
            let texts: Vec<&str> = monitor.agreements.iter().map(|text| text.agreement.as_str()).collect();
            format!(
                "{} (the detector {} until {}, agreed under {})",
                monitor.monitor,
                monitor.detector,
                monitor.until,
                texts.join(", ")
            )
        }))
        .collect();
    format!(
        "monitored from here on: {}",
        if monitors.is_empty() { "nothing".to_owned() } else { monitors.join("; ") }
    )
}

fn listed(names: &[&str]) -> String {
    if names.is_empty() { "nobody".to_owned() } else { names.join(", ") }
}

fn short(decision: DecisionId) -> String {
    decision.to_string().chars().take(8).collect()
}
