//! `designations asof`: what was in force on a date, as known on another.

use carveout_terms::{
    Facts, Value, Vocabulary,
    designation::{Docket, Situation, Standing, Status, When},
};
use miette::{IntoDiagnostic, WrapErr};
use serde_json::{Value as Json, json};

use crate::{
    cli::{DesignationAsOf, Global},
    output::{Exit, Printer, Table, coloured},
};

pub(super) fn run(global: &Global, arguments: &DesignationAsOf, printer: &Printer) -> miette::Result<Exit> {
    let known = super::or_today(arguments.known);
    let (register, wanted) = super::named(global, &arguments.records, known, printer)?;
    let situations = situations(global, arguments)?;
    let dockets: Vec<&Docket> = wanted.iter().filter_map(|id| register.docket(id)).collect();
    let answers: Vec<Answer<'_>> =
        dockets.iter().map(|docket| Answer::of(docket, &situations, arguments.date, known)).collect();
    let barred =
        answers.iter().flat_map(|answer| &answer.standings).any(|standing| standing.status == Status::Barred);
    if printer.json() {
        let document = json!({
            "on": arguments.date,
            "known": known,
            "barred": barred,
            "designations": answers.iter().map(|answer| answer.document(&situations)).collect::<Vec<Json>>(),
            "findings": register.findings(),
        });
        printer.document("designations asof", &document)?;
    } else {
        shown(&answers, &situations, arguments.date, known, printer);
        super::findings(&register, printer);
    }
    Ok(if barred { Exit::No } else { Exit::Yes })
}

/// One instrument, in general and in each situation.
struct Answer<'d> {
    docket: &'d Docket,
    general: Standing,
    standings: Vec<Standing>,
}

impl<'d> Answer<'d> {
    fn of(docket: &'d Docket, situations: &[Situation], on: When, known: When) -> Self {
        let standings = situations.iter().map(|situation| docket.in_force_for(situation, on, known));
        Self { docket, general: docket.in_force(on, known), standings: standings.collect() }
    }

    fn document(&self, situations: &[Situation]) -> Json {
        let instrument = self.docket.instrument();
        let asked: Vec<Json> = situations
            .iter()
            .zip(&self.standings)
            .map(|(situation, standing)| json!({ "situation": situation, "standing": standing }))
            .collect();
        json!({
            "designation": instrument.id,
            "record_version": instrument.version,
            "title": instrument.title,
            "in_general": self.general,
            "answers": asked,
        })
    }
}

fn situations(global: &Global, arguments: &DesignationAsOf) -> miette::Result<Vec<Situation>> {
    let Some(text) = &arguments.use_ else { return Ok(Situation::usual().into()) };
    let vocabulary = crate::commands::vocabulary(arguments.vocabulary.as_ref(), &global.workspace)?;
    let facts = Facts::suppose(&vocabulary, text)
        .into_diagnostic()
        .wrap_err_with(|| format!("`{text}` can't be used"))?;
    let member = |name: &str| member(&vocabulary, &facts, name);
    Ok(vec![Situation {
        name: "this use".to_owned(),
        agency: member("agency").and_then(|word| word.parse().ok()),
        system_class: member("system_class").and_then(|word| word.parse().ok()),
        component: member("component").and_then(|word| word.parse().ok()),
        purpose: member("purpose"),
        ..Situation::default()
    }])
}

/// The member that a fact was stated to be; none if that is silence.
fn member(vocabulary: &Vocabulary, facts: &Facts, name: &str) -> Option<String> {
    let fact = vocabulary.fact(name)?;
    let enumeration = vocabulary.get(fact).kind().enumeration()?;
    match facts.get(fact) {
        Some(Value::Member(member)) if *member != enumeration.unknown() => {
            Some(enumeration.member_name(*member).to_owned())
        }
        _ => None,
    }
}

fn shown(answers: &[Answer<'_>], situations: &[Situation], on: When, known: When, printer: &Printer) {
    printer.line(format_args!("on {on}, as known on {known}"));
    for answer in answers {
        let instrument = answer.docket.instrument();
        printer.line("");
        printer.line(format_args!("{} ({})", crate::output::strong(&instrument.title), instrument.id));
        let mut table = Table::new(["asked for", "answer", "why"]);
        for (situation, standing) in situations.iter().zip(&answer.standings) {
            let status = standing.status.as_str();
            let colour = match standing.status {
                Status::Barred => "deny",
                Status::PhaseOut { .. } | Status::Announced | Status::NotYet { .. } => "hold",
                _ => "permit",
            };
            table.row([situation.name.clone(), coloured(colour, status), why(standing)]);
        }
        printer.line(table);
        let general = &answer.general;
        let contested = if general.contested { "contested, " } else { "" };
        printer.line(format_args!("{contested}known from {} sources", general.confidence));
    }
    if answers.is_empty() {
        printer.line("nothing is recorded");
    }
}

/// What the answer rests on.
fn why(standing: &Standing) -> String {
    let mut parts: Vec<String> = standing
        .authorities
        .iter()
        .flat_map(|force| &force.positions)
        .map(|position| {
            format!("{} {} ({})", position.forum, position.kind.as_str().replace('_', " "), position.event)
        })
        .collect();
    match standing.status {
        Status::PhaseOut { until } => parts.push(format!("until before {until}")),
        Status::NotYet { from } => parts.push(format!("from {from}")),
        Status::Announced => parts.push("warned about, not enforced".to_owned()),
        Status::OutOfReach | Status::NotKnown => parts.clear(),
        _ => {}
    }
    parts.extend(standing.superseded_by.iter().map(|by| format!("`{by}` took its place")));
    parts.extend(standing.waivers_pending.iter().map(|waiver| format!("the waiver `{waiver}` is pending")));
    parts.dedup();
    parts.join("; ")
}
