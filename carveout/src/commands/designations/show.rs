//! `designations show`: one record, and what became of it.

use carveout_terms::designation::{Clock, Docket, Duty, Event, Instrument, Status};
use serde_json::{Value as Json, json};

use crate::{
    cli::{DesignationShow, Global},
    output::{Exit, Printer, Table, strong},
};

pub(super) fn run(global: &Global, arguments: &DesignationShow, printer: &Printer) -> miette::Result<Exit> {
    let (register, wanted) =
        super::named(global, std::slice::from_ref(&arguments.record), super::or_today(None), printer)?;
    let docket = super::one(&register, &wanted)?;
    let today = super::or_today(None);
    if printer.json() {
        let history: Vec<Json> = docket
            .history(today)
            .iter()
            .map(|(from, standing)| json!({ "from": from, "standing": standing }))
            .collect();
        let document = json!({
            "designation": docket.instrument(),
            "digest": docket.designation().digest(),
            "events": docket.events(),
            "superseded": docket.superseded(),
            "history": history,
            "findings": register.findings(),
        });
        printer.document("designations show", &document)?;
    } else {
        head(docket.instrument(), printer);
        past(docket, printer);
        duties(docket.instrument(), printer);
        super::findings(&register, printer);
    }
    Ok(Exit::Yes)
}

fn head(instrument: &Instrument, printer: &Printer) {
    printer.line(strong(&instrument.title));
    let plain = |word: &str| word.replace('_', " ");
    let words = |words: Vec<&str>| words.join(", ").replace('_', " ");
    let mut table = Table::new(["", ""]);
    let mut row = |key: &str, value: String| {
        if !value.is_empty() {
            table.row([key.to_owned(), value]);
        }
    };
    row("record", format!("{}, version {}, {}", instrument.id, instrument.version, instrument.confidence));
    row(
        "instrument",
        format!(
            "{} of {}, {}",
            plain(instrument.kind.as_str()),
            instrument.issuer,
            plain(instrument.force.as_str())
        ),
    );
    row("rests on", instrument.authorities.join(", "));
    for target in &instrument.targets {
        let reach = words(target.reach.iter().map(|reach| reach.as_str()).collect());
        row("bars", format!("{} ({reach})", target.name));
        for affiliates in &target.affiliates {
            let share =
                affiliates.threshold.map(|share| format!(" from {share} percent")).unwrap_or_default();
            let sum = if affiliates.aggregate { ", added up" } else { "" };
            row(
                "and with it",
                format!("{}{share}{sum} {}", plain(affiliates.rule.as_str()), affiliates.names.join(", ")),
            );
        }
    }
    row("forbids", words(instrument.conduct.iter().map(|conduct| conduct.as_str()).collect()));
    let scope = &instrument.scope;
    row("agencies", words(scope.agencies.iter().map(|agency| agency.as_str()).collect()));
    row("systems", words(scope.system_classes.iter().map(|class| class.as_str()).collect()));
    row("procurements", scope.procurement_classes.join(", "));
    row("through", scope.hooks.join(", "));
    row("older contracts", plain(instrument.existing_contracts.as_str()));
    if let Some(rule) = &instrument.waiver_rule {
        row("waivers", format!("by {}: {}", rule.by, rule.criteria));
    }
    for source in &instrument.sources {
        row("source", format!("{} ({}, {})", source.title, source.holds, source.confidence));
    }
    row("note", instrument.note.clone().unwrap_or_default());
    printer.line(table);
}

/// What held from when, and what happened.
fn past(docket: &Docket, printer: &Printer) {
    printer.line("");
    printer.line(strong("What held"));
    let mut table = Table::new(["from", "in general", "known events"]);
    for (from, standing) in docket.history(super::or_today(None)) {
        let status = match standing.status {
            Status::PhaseOut { until } => format!("phase-out until before {until}"),
            status => status.as_str().to_owned(),
        };
        table.row([from.to_string(), status, standing.events.join(", ")]);
    }
    printer.line(table);
    if !docket.events().is_empty() {
        printer.line("");
        printer.line(strong("What happened"));
        let mut table = Table::new(["decided", "effective", "known", "what"]);
        for event in docket.events() {
            table.row([
                event.decided.to_string(),
                event.effective.to_string(),
                event.known.to_string(),
                told(event),
            ]);
        }
        printer.line(table);
    }
}

fn told(event: &Event) -> String {
    let on = if event.authorities.is_empty() {
        String::new()
    } else {
        format!(" [{}]", event.authorities.join(", "))
    };
    let part = if event.scope.is_some() { ", in part" } else { "" };
    let note = event.note.as_ref().map(|note| format!(". {note}")).unwrap_or_default();
    format!(
        "{}: {} {}{on}{part} ({}){note}",
        event.id,
        event.forum,
        event.kind.as_str().replace('_', " "),
        event.confidence
    )
}

fn duties(instrument: &Instrument, printer: &Printer) {
    if instrument.duties.is_empty() {
        return;
    }
    printer.line("");
    printer.line(strong("What is to be done"));
    let mut table = Table::new(["what", "within", "under", "set off by"]);
    for Duty { kind, trigger, within, every, hook, .. } in &instrument.duties {
        let clock = |word: &str, clock: &Clock| {
            format!("{word}{} {}", clock.amount, clock.unit.as_str().replace('_', " "))
        };
        let clocks = within
            .iter()
            .map(|within| clock("", within))
            .chain(every.iter().map(|every| clock("every ", every)));
        table.row([kind.to_string(), clocks.collect::<Vec<_>>().join(", "), hook.clone(), trigger.clone()]);
    }
    printer.line(table);
}
