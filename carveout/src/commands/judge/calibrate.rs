//! `judge calibrate`: asks the judge about labelled examples and counts.

use std::{collections::BTreeMap, fs};

use carveout_gateway::{Judge, Policy, Verdict, View};
use carveout_terms::{Agreement, Clause};
use miette::{IntoDiagnostic, WrapErr, miette};
use serde::Deserialize;
use serde_json::json;

use super::measured::{FILE, Measured, Measurements, prose_digest};
use crate::{
    cli::{Global, JudgeCalibrate},
    commands::{now, runtime},
    output::{Exit, Printer},
    workspace::{Workspace, judge},
};

/// One line of the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    agreement: String,
    clause: String,
    request: String,
    response: Option<String>,
    /// Whether it is what the clause forbids.
    violates: bool,
}

pub(super) fn run(global: &Global, arguments: &JudgeCalibrate, printer: &Printer) -> miette::Result<Exit> {
    let workspace = Workspace::load(&global.workspace)?;
    let judge = judge(&workspace)?;
    let examples = read(arguments)?;
    // Nobody is asked before all of them can be.
    let of_a_clause = examples.iter().map(|(number, example)| {
        let named = || format!("line {number} of `{}`", arguments.file.display());
        Ok((example, clause(&workspace, example).wrap_err_with(named)?))
    });
    let examples: Vec<_> = of_a_clause.collect::<miette::Result<_>>()?;
    let verdicts = runtime()?.block_on(async {
        let mut verdicts = Vec::with_capacity(examples.len());
        for (example, (_, clause)) in &examples {
            let policy = Policy { heading: clause.heading(), prose: clause.prose() };
            let view = View { request: &example.request, response: example.response.as_deref() };
            verdicts.push(judge.rehearse(policy, view).await.verdict);
        }
        verdicts
    });
    if let (true, Some(Err(why))) = (verdicts.iter().all(Result::is_err), verdicts.first()) {
        let help = "is it up, and does it answer with the one object that it is asked for? What was measured before stays";
        let asked = examples.len();
        return Err(miette!(help = help, "the judge gave no verdict on any of {asked} examples: {why}"));
    }
    let mut measured: BTreeMap<(String, String), Measured> = BTreeMap::new();
    for ((example, (agreement, clause)), verdict) in examples.iter().zip(verdicts) {
        let key = (agreement.id().to_owned(), clause.number().to_owned());
        let clause = measured.entry(key).or_insert_with(|| nothing_yet(&judge, agreement, clause));
        clause.count(example, verdict.ok());
    }
    let mut all = Measurements::read(&global.workspace)?;
    measured.values().cloned().for_each(|one| all.put(one));
    all.write(&global.workspace)?;
    if printer.json() {
        let clauses: Vec<_> = measured.values().collect();
        printer.document("judge calibrate", &json!({ "file": FILE, "clauses": clauses }))?;
    } else {
        for one in measured.values() {
            printer.line(format_args!("{} {}: {}", one.agreement, one.clause, one.words()));
        }
        printer.line(format_args!("written to {FILE}, where `carveout check` reads it"));
    }
    Ok(Exit::Yes)
}

fn read(arguments: &JudgeCalibrate) -> miette::Result<Vec<(usize, Example)>> {
    let path = &arguments.file;
    let text = fs::read_to_string(path)
        .into_diagnostic()
        .wrap_err_with(|| format!("`{}` can't be read", path.display()))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let examples = lines.map(|(index, line)| {
        let example = serde_json::from_str(line).into_diagnostic().wrap_err_with(|| {
            format!(
                "line {} of `{}` is no example: it has `agreement`, `clause`, `request`, `violates`, and perhaps `response`",
                index + 1,
                path.display()
            )
        })?;
        Ok((index + 1, example))
    });
    let examples: Vec<(usize, Example)> = examples.collect::<miette::Result<_>>()?;
    if examples.is_empty() {
        let help = "write one JSON object a line";
        return Err(miette!(help = help, "`{}` holds no example", path.display()));
    }
    Ok(examples)
}

/// The clause that an example is about.
fn clause<'w>(workspace: &'w Workspace, example: &Example) -> miette::Result<(&'w Agreement, &'w Clause)> {
    let mut agreements = workspace.agreements.iter().map(|file| &*file.agreement);
    let agreement = agreements.find(|agreement| agreement.id() == example.agreement).ok_or_else(|| {
        let known: Vec<&str> = workspace.agreements.iter().map(|file| file.agreement.id()).collect();
        miette!(
            help = format!("it has: {}", known.join(", ")),
            "the workspace has no agreement `{}`",
            example.agreement
        )
    })?;
    let clause = agreement
        .clause(&example.clause)
        .ok_or_else(|| miette!("the agreement `{}` has no clause `{}`", example.agreement, example.clause))?;
    Ok((agreement, clause))
}

fn nothing_yet(judge: &Judge, agreement: &Agreement, clause: &Clause) -> Measured {
    let at = now().to_string();
    Measured {
        agreement: agreement.id().to_owned(),
        clause: clause.number().to_owned(),
        prose: prose_digest(clause),
        provider: judge.provider().to_owned(),
        model: judge.model().to_owned(),
        at: at.split('T').next().unwrap_or_default().to_owned(),
        violating: 0,
        found: 0,
        complying: 0,
        condemned: 0,
        none: 0,
    }
}

impl Measured {
    fn count(&mut self, example: &Example, verdict: Option<Verdict>) {
        let violates = usize::from(verdict == Some(Verdict::Violates));
        self.none += usize::from(verdict.is_none());
        if example.violates {
            self.violating += 1;
            self.found += violates;
        } else {
            self.complying += 1;
            self.condemned += violates;
        }
    }
}
