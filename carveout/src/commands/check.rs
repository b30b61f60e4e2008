//! `check`: read an agreement as its counterparty would.

use std::path::{Path, PathBuf};

use carveout_terms::{Agreement, Clause, ExampleOutcome, Policy, Problems, Role, Vocabulary};
use miette::miette;
use serde_json::{Value as Json, json};

use crate::{
    cli::{Check, Global},
    config,
    output::{Exit, Printer, Table, ruling, strong},
    workspace::{Faults, listed, read},
};

pub(super) fn run(global: &Global, arguments: &Check, printer: &Printer) -> miette::Result<Exit> {
    let vocabulary = super::vocabulary(arguments.vocabulary.as_ref(), &global.workspace)?;
    let mut exit = Exit::Yes;
    let mut documents = Vec::new();
    for path in &files(global, arguments)? {
        let source = read(path)?;
        let checked = match Agreement::parse(&source, &vocabulary) {
            Ok(agreement) => agreement,
            Err(problems) => {
                exit = Exit::No;
                documents.push(unreadable(path, &problems));
                if !printer.json() {
                    printer.note(format_args!("{:?}", Faults::report(path, problems)));
                }
                continue;
            }
        };
        let outcomes = checked.run_examples(&vocabulary);
        if outcomes.iter().any(|outcome| outcome.failure.is_some()) {
            exit = Exit::No;
        }
        if printer.json() {
            documents.push(document(path, &checked, &outcomes, &vocabulary));
        } else {
            print(printer, &checked, &outcomes, &vocabulary, arguments.lowered);
        }
    }
    if printer.json() {
        printer.document("check", &json!({ "ok": exit == Exit::Yes, "agreements": documents }))?;
    }
    Ok(exit)
}

/// The files that were named, or the agreements of the workspace.
fn files(global: &Global, arguments: &Check) -> miette::Result<Vec<PathBuf>> {
    if !arguments.files.is_empty() {
        return Ok(arguments.files.clone());
    }
    let folder = global.workspace.join(config::load(&global.workspace)?.terms.agreements);
    let files = listed(&folder, "md")?;
    if files.is_empty() {
        let help = "write one there, or name a file";
        return Err(miette!(help = help, "there is no agreement in `{}`", folder.display()));
    }
    Ok(files)
}

fn print(
    printer: &Printer,
    agreement: &Agreement,
    outcomes: &[ExampleOutcome<'_>],
    vocabulary: &Vocabulary,
    lowered: bool,
) {
    printer.line(strong(format_args!(
        "{} ({} version {})",
        agreement.title(),
        agreement.id(),
        agreement.version()
    )));
    printer.line(head(agreement, vocabulary));
    printer.line("");
    let mut table = Table::new(["clause", "kind", "what it does"]);
    for clause in agreement.clauses() {
        let mut policies: Vec<String> =
            agreement.policies_of(clause).map(|policy| effect(policy, vocabulary)).collect();
        if policies.is_empty() {
            policies.push(clause.heading().to_owned());
        }
        let mut number = clause.number().to_owned();
        let mut kind = clause.kind().as_str().to_owned();
        for policy in policies {
            table.row([std::mem::take(&mut number), std::mem::take(&mut kind), policy]);
        }
    }
    printer.line(table);
    if lowered {
        agreement.policies().iter().for_each(|policy| printer.line(format_args!("\n{}", policy.lowered())));
    }
    printer.line("");
    print_examples(printer, outcomes);
    for (label, items) in [
        ("permits that rest on a presumption", rests(agreement, vocabulary)),
        ("restrictions that may be escaped by saying nothing", silent(agreement)),
        ("facts that no clause tests", untested(agreement, vocabulary)),
    ] {
        if !items.is_empty() {
            printer.line(format_args!("\n{label}:"));
            items.iter().for_each(|item| printer.line(format_args!("  {item}")));
        }
    }
    for warning in agreement.warnings().list() {
        printer.line(format_args!("\nwarning: {warning}"));
    }
    printer.line("");
}

fn print_examples(printer: &Printer, outcomes: &[ExampleOutcome<'_>]) {
    for outcome in outcomes {
        let example = outcome.example;
        match &outcome.failure {
            Some(failure) => printer.line(format_args!(
                "{} clause {}: {}: {}\n     {failure}",
                ruling("FAILED"),
                example.clause(),
                example.expected(),
                example.text()
            )),
            None => printer.line(format_args!(
                "ok   clause {}: {} {} (by {})",
                example.clause(),
                ruling(&outcome.ruling.to_string()),
                example.text(),
                outcome.grounds.join(", ")
            )),
        }
    }
    let failed = outcomes.iter().filter(|outcome| outcome.failure.is_some()).count();
    printer.line(format_args!(
        "{} examples, {} as agreed, {failed} not",
        outcomes.len(),
        outcomes.len() - failed
    ));
}

/// Parties, time and reach, in a few words.
fn head(agreement: &Agreement, vocabulary: &Vocabulary) -> String {
    let parties: Vec<String> =
        agreement.parties().iter().map(|party| format!("{} ({})", party.name, party.id)).collect();
    let role = match agreement.role() {
        Role::Grant => "grant: what it doesn't permit is denied",
        Role::Limit => "limit: it only forbids",
    };
    let window = agreement.window();
    let until = window.until.map(|until| format!(" until {until}")).unwrap_or_default();
    let mut head =
        format!("{role}\nbetween {}\nin force from {}{until}", parties.join(" and "), window.effective);
    for (fact, members) in agreement.governs() {
        let fact = vocabulary.get(*fact);
        let names = fact.kind().enumeration().map(|enumeration| enumeration.names_for(members).join(", "));
        head.push_str(&format!("\ngoverns {} {}", fact.name(), names.unwrap_or_default()));
    }
    if !agreement.presume().is_empty() {
        head.push_str(&format!("\npresumes {}", agreement.presume().display(vocabulary)));
    }
    head
}

/// What a policy does, in words.
fn effect(policy: &Policy, vocabulary: &Vocabulary) -> String {
    let verb = match (policy.permits(), policy.hold()) {
        (true, _) => "permits".to_owned(),
        (false, None) => "forbids".to_owned(),
        (false, Some(role)) => format!("holds for {role}"),
    };
    format!("{verb} when {}", policy.words(vocabulary))
}

fn rests(agreement: &Agreement, vocabulary: &Vocabulary) -> Vec<String> {
    agreement
        .examples()
        .iter()
        .filter(|example| agreement.rests_on_presumption(vocabulary, example))
        .map(|example| format!("clause {}: {}", example.clause(), example.text()))
        .collect()
}

fn silent(agreement: &Agreement) -> Vec<String> {
    let reason = |policy: &Policy| policy.silent().map(|reason| format!("{}: {reason}", policy.id()));
    agreement.policies().iter().filter_map(reason).collect()
}

fn untested(agreement: &Agreement, vocabulary: &Vocabulary) -> Vec<String> {
    let names: Vec<&str> = vocabulary
        .facts()
        .filter(|(id, _)| !agreement.tested_facts().contains(id))
        .map(|(_, fact)| fact.name())
        .collect();
    if names.is_empty() { Vec::new() } else { vec![names.join(", ")] }
}

fn unreadable(path: &Path, problems: &Problems) -> Json {
    let list = problems.list().iter().map(|problem| {
        let (line, column) = problems.position(problem);
        json!({
            "code": problem.code, "severity": problem.severity, "message": problem.message, "hint": problem.hint,
            "line": line, "column": column, "start": problem.span.start, "end": problem.span.end,
        })
    });
    json!({ "file": path, "readable": false, "problems": list.collect::<Vec<_>>() })
}

fn document(
    path: &Path,
    agreement: &Agreement,
    outcomes: &[ExampleOutcome<'_>],
    vocabulary: &Vocabulary,
) -> Json {
    let clause = |clause: &Clause| {
        let policies = agreement.policies_of(clause).map(|policy| {
            json!({
                "id": policy.id(), "permits": policy.permits(), "hold": policy.hold().map(ToString::to_string),
                "when": policy.words(vocabulary).to_string(), "silent": policy.silent(), "lowered": policy.lowered(),
            })
        });
        json!({
            "number": clause.number(), "heading": clause.heading(), "kind": clause.kind(),
            "sentence": clause.sentence(), "policies": policies.collect::<Vec<_>>(),
        })
    };
    let example = |outcome: &ExampleOutcome<'_>| {
        json!({
            "clause": outcome.example.clause(), "expected": outcome.example.expected(), "use": outcome.example.text(),
            "ruling": outcome.ruling, "grounds": outcome.grounds, "failure": outcome.failure,
        })
    };
    json!({
        "file": path,
        "readable": true,
        "agreement": agreement.id(),
        "agreement_version": agreement.version(),
        "role": agreement.role(),
        "digest": agreement.digest(),
        "effective": agreement.window().effective.to_string(),
        "until": agreement.window().until.map(|until| until.to_string()),
        "parties": agreement.parties(),
        "presumes": agreement.presume().display(vocabulary).to_string(),
        "clauses": agreement.clauses().iter().map(clause).collect::<Vec<_>>(),
        "examples": outcomes.iter().map(example).collect::<Vec<_>>(),
        "rests_on_presumption": rests(agreement, vocabulary),
        "untested_facts": untested(agreement, vocabulary),
        "warnings": agreement.warnings().list().iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}
