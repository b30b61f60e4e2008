//! `routes`: what designations do to each target of each route, for each program, on a date.

use std::sync::Arc;

use carveout_terms::{
    Attester, Facts, Known, Timestamp, Use, Vocabulary,
    designation::{Effect, Watched, Zone},
};
use miette::{IntoDiagnostic, WrapErr};
use serde_json::{Value as Json, json};

use super::decide::small;
use crate::{
    cli::{Global, Routes},
    config::{Route, Target},
    output::{Exit, Printer, Table, coloured},
    workspace::{Binding, Store, Workspace, bind},
};

pub(super) fn run(global: &Global, arguments: &Routes, printer: &Printer) -> miette::Result<Exit> {
    let workspace = Workspace::load(&global.workspace)?;
    if let Some(program) = &arguments.program {
        workspace.program(program)?;
    }
    let store = Store::load(&global.workspace)?;
    let bindings = bind(&workspace, &store.register()).into_diagnostic()?;
    let at = arguments.at.map_or_else(super::now, |when| when.asked(Zone::UTC));
    let stated = arguments.use_.as_deref().map(|text| read(&workspace.vocabulary, text)).transpose()?;
    let stated = stated.unwrap_or_default();
    let mut rows = Vec::new();
    let wanted =
        |binding: &&Binding| arguments.program.as_ref().is_none_or(|program| program == binding.program.id());
    for binding in bindings.iter().filter(wanted) {
        for route in &workspace.config.routes {
            for target in &route.targets {
                rows.push(Row::of(&workspace, binding, (route, target), &stated, at)?);
            }
        }
    }
    let barred = rows.iter().any(Row::barred);
    if printer.json() {
        let rows: Vec<Json> = rows.iter().map(Row::document).collect();
        printer.document("routes", &json!({ "at": at.to_string(), "barred": barred, "targets": rows }))?;
    } else {
        shown(&rows, at, printer);
    }
    Ok(if barred { Exit::No } else { Exit::Yes })
}

fn read(vocabulary: &Vocabulary, text: &str) -> miette::Result<Facts> {
    Facts::suppose(vocabulary, text).into_diagnostic().wrap_err_with(|| format!("`{text}` can't be used"))
}

/// One target of a route, as one program meets it.
struct Row<'w> {
    program: &'w str,
    route: &'w str,
    target: &'w Target,
    effects: Vec<(&'w Watched, Effect)>,
}

impl<'w> Row<'w> {
    fn of(
        workspace: &'w Workspace,
        binding: &'w Binding,
        (route, target): (&'w Route, &'w Target),
        stated: &Facts,
        at: Timestamp,
    ) -> miette::Result<Self> {
        let vocabulary = &workspace.vocabulary;
        let known = known(vocabulary, binding, target, stated)?;
        let use_at = |at: Timestamp| used(vocabulary, &known, at);
        let effect = |watched: &'w Arc<Watched>| (watched.as_ref(), watched.effect(at, &use_at));
        let effects = binding.designations.iter().map(effect);
        let effects = effects.filter(|(_, effect)| *effect != Effect::Nothing).collect();
        Ok(Self { program: binding.program.id(), route: &route.alias, target, effects })
    }

    fn barred(&self) -> bool {
        self.effects.iter().any(|(_, effect)| matches!(effect, Effect::Barred { .. }))
    }

    fn document(&self) -> Json {
        let effects: Vec<Json> = self
            .effects
            .iter()
            .map(|(watched, effect)| {
                let (word, from) = told(effect);
                json!({ "designation": watched.id(), "effect": word, "from": from.map(|from| from.to_string()) })
            })
            .collect();
        let Target { provider, model, .. } = self.target;
        json!({
            "program": self.program, "route": self.route, "provider": provider, "model": model,
            "barred": self.barred(), "designations": effects,
        })
    }
}

/// What is known of a use of a target that says no more than this.
fn known(
    vocabulary: &Vocabulary,
    binding: &Binding,
    target: &Target,
    stated: &Facts,
) -> miette::Result<Known> {
    let mut facts = Facts::default();
    for (fact, member) in [
        ("maker", &target.maker),
        ("host", &target.host),
        ("operator", &target.operator),
        ("deployment", &target.deployment),
        ("model", target.line.as_ref().unwrap_or(&target.model)),
    ] {
        facts.set_member(vocabulary, fact, member).into_diagnostic()?;
    }
    let by = |by: &[Attester]| stated.filtered(|fact| by.contains(&vocabulary.get(fact).attester()));
    Ok(Known {
        caller: by(&[Attester::Judge, Attester::Caller, Attester::None]),
        program: binding.program.facts().overridden_by(&by(&[Attester::Program, Attester::Officer])),
        gateway: small(vocabulary)?.overridden_by(&facts),
        ..Known::default()
    })
}

fn used(vocabulary: &Vocabulary, known: &Known, at: Timestamp) -> Option<Use> {
    let mut known = known.clone();
    known.gateway.set_datetime(vocabulary, "at", at).ok()?;
    known.assemble(vocabulary).ok()
}

/// The word for an effect, and the instant at which it changes.
pub(super) fn told(effect: &Effect) -> (&'static str, Option<Timestamp>) {
    match effect {
        Effect::Nothing => ("nothing", None),
        Effect::Barred { .. } => ("barred", None),
        Effect::Held { .. } => ("held, a waiver is pending", None),
        Effect::Announced => ("announced only", None),
        Effect::PhaseOut { until } => ("phase-out", Some(*until)),
        Effect::Coming { from } => ("coming", Some(*from)),
    }
}

/// From when, or until when.
pub(super) fn instant(effect: &Effect) -> String {
    match told(effect) {
        (_, Some(until)) if matches!(effect, Effect::PhaseOut { .. }) => format!(" until before {until}"),
        (_, Some(from)) => format!(" from {from}"),
        (_, None) => String::new(),
    }
}

fn shown(rows: &[Row<'_>], at: Timestamp, printer: &Printer) {
    if rows.is_empty() {
        printer.line("there is no program, or no route");
        return;
    }
    printer.line(format_args!("at {at}, by what is recorded"));
    let mut table = Table::new(["program", "route", "target", "designations"]);
    for row in rows {
        let effects: Vec<String> = row
            .effects
            .iter()
            .map(|(watched, effect)| {
                let colour = if matches!(effect, Effect::Barred { .. }) { "deny" } else { "hold" };
                format!("{}{}: {}", coloured(colour, told(effect).0), instant(effect), watched.id())
            })
            .collect();
        let effects = if effects.is_empty() { "none".to_owned() } else { effects.join("; ") };
        let target = format!("{} {}", row.target.provider, row.target.model);
        table.row([row.program.to_owned(), row.route.to_owned(), target, effects]);
    }
    printer.line(table);
}
