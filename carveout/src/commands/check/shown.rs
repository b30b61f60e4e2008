//! What `check` says to people.

use carveout_terms::{Agreement, ExampleOutcome, Policy, Role, Vocabulary};

use super::proven::Proofs;
use crate::output::{Printer, Table, ruling, strong};

pub(super) fn print(
    printer: &Printer,
    agreement: &Agreement,
    outcomes: &[ExampleOutcome<'_>],
    vocabulary: &Vocabulary,
    proofs: Option<&Proofs>,
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
    let mut table = Table::new(["clause", "kind", "grade", "what it does"]);
    for clause in agreement.clauses() {
        let mut policies: Vec<String> =
            agreement.policies_of(clause).map(|policy| effect(policy, vocabulary)).collect();
        if policies.is_empty() {
            policies.push(clause.heading().to_owned());
        }
        let mut number = clause.number().to_owned();
        let mut kind = clause.kind().as_str().to_owned();
        let grade = proofs.and_then(|proofs| proofs.grade(clause.number()));
        let mut grade = grade.map_or("", |grade| grade.as_str()).to_owned();
        for policy in policies {
            let first = |cell: &mut String| std::mem::take(cell);
            table.row([first(&mut number), first(&mut kind), first(&mut grade), policy]);
        }
    }
    printer.line(table);
    if lowered {
        agreement.policies().iter().for_each(|policy| printer.line(format_args!("\n{}", policy.lowered())));
    }
    printer.line("");
    print_examples(printer, outcomes);
    if let Some(proofs) = proofs {
        proofs.print(printer, agreement, vocabulary);
    }
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

pub(super) fn rests(agreement: &Agreement, vocabulary: &Vocabulary) -> Vec<String> {
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

pub(super) fn untested(agreement: &Agreement, vocabulary: &Vocabulary) -> Vec<String> {
    let names: Vec<&str> = vocabulary
        .facts()
        .filter(|(id, _)| !agreement.tested_facts().contains(id))
        .map(|(_, fact)| fact.name())
        .collect();
    if names.is_empty() { Vec::new() } else { vec![names.join(", ")] }
}
