//! `decide`: what would the agreements say to this use?

use std::sync::Arc;

use carveout_terms::{
    Attester, Decision, Explanation, FactKind, Facts, Reason, RoleId, Ruling, Stack, Use, UseLayers,
    Vocabulary,
};
use miette::{IntoDiagnostic, WrapErr};
use serde_json::{Value as Json, json};

use crate::{
    cli::{Decide, Global},
    output::{Exit, Printer, ruling, strong},
    workspace::{self, Workspace},
};

pub(super) fn run(global: &Global, arguments: &Decide, printer: &Printer) -> miette::Result<Exit> {
    let (stack, registered) = stack(global, arguments)?;
    let vocabulary = Arc::clone(stack.vocabulary());
    let use_ = supposed(&stack, &registered, arguments)?;
    let decision = stack.decide(&use_);
    let explanation = arguments.explain.then(|| stack.explain(&use_));
    if printer.json() {
        printer.document("decide", &document(&stack, &use_, &decision, explanation.as_ref()))?;
    } else {
        print(printer, &stack, &use_, &decision);
        if let Some(explanation) = &explanation {
            print_explanation(printer, explanation, &vocabulary);
        }
    }
    Ok(if decision.ruling == Ruling::Permit { Exit::Yes } else { Exit::No })
}

/// The stack, and the facts registered for the program.
fn stack(global: &Global, arguments: &Decide) -> miette::Result<(Arc<Stack>, Facts)> {
    if let Some(program) = &arguments.program {
        let workspace = Workspace::load(&global.workspace)?;
        let file = workspace.program(program)?;
        return Ok((Arc::clone(&file.stack), file.program.facts().clone()));
    }
    let (vocabulary, agreements) = if arguments.files.is_empty() {
        let workspace = Workspace::load(&global.workspace)?;
        let in_force = workspace.in_force().map(|file| Arc::clone(&file.agreement)).collect();
        (workspace.vocabulary, in_force)
    } else {
        let vocabulary = Arc::new(super::vocabulary(arguments.vocabulary.as_ref(), &global.workspace)?);
        let read = arguments.files.iter().map(|path| workspace::agreement(path, &vocabulary).map(Arc::new));
        let agreements = read.collect::<miette::Result<Vec<_>>>()?;
        (vocabulary, agreements)
    };
    let stack = Stack::new(vocabulary, agreements, Facts::default()).into_diagnostic()?;
    Ok((Arc::new(stack), Facts::default()))
}

/// The use as typed, on a target that the agreements govern, at this moment, unless it says otherwise.
fn supposed(stack: &Stack, registered: &Facts, arguments: &Decide) -> miette::Result<Use> {
    let vocabulary = stack.vocabulary();
    let read = |text: &str| {
        Facts::suppose(vocabulary, text).into_diagnostic().wrap_err_with(|| format!("`{text}` can't be used"))
    };
    let stated = read(&arguments.use_)?;
    let evidence = arguments.evidence.iter().map(|text| read(text)).collect::<miette::Result<Vec<_>>>()?;
    let approvals: Vec<RoleId> = arguments.approve.iter().map(RoleId::new).collect();
    let attested = |by: &[Attester]| stated.filtered(|fact| by.contains(&vocabulary.get(fact).attester()));
    let caller = attested(&[Attester::Judge, Attester::Caller, Attester::None]);
    let program = registered.overridden_by(&attested(&[Attester::Program, Attester::Officer]));
    let gateway = plain(stack)?.overridden_by(&attested(&[Attester::Gateway]));
    let layers = UseLayers {
        caller: Some(&caller),
        program: Some(&program),
        gateway: Some(&gateway),
        evidence: &evidence,
        approvals: &approvals,
    };
    Use::assemble(vocabulary, &layers).into_diagnostic()
}

/// What the gateway would measure of a small request to a target that the first agreement governs.
fn plain(stack: &Stack) -> miette::Result<Facts> {
    let vocabulary = stack.vocabulary();
    let mut facts = Facts::default();
    for (id, members) in stack.agreements().iter().rev().flat_map(|agreement| agreement.governs()) {
        let fact = vocabulary.get(*id);
        if let (Some(first), Some(enumeration)) = (members.iter().next(), fact.kind().enumeration()) {
            facts.set_member(vocabulary, fact.name(), enumeration.member_name(first)).into_diagnostic()?;
        }
    }
    for (_, fact) in vocabulary.facts() {
        let set = match fact.kind() {
            FactKind::Long => facts.set_long(vocabulary, fact.name(), 0),
            FactKind::Bool => facts.set_bool(vocabulary, fact.name(), false),
            FactKind::Datetime => facts.set_datetime(vocabulary, fact.name(), super::now()),
            FactKind::Member(_) | FactKind::Members(_) => Ok(()),
        };
        set.into_diagnostic()?;
    }
    Ok(facts)
}

fn print(printer: &Printer, stack: &Stack, use_: &Use, decision: &Decision) {
    printer.line(ruling(decision.ruling.as_str()));
    if let Ruling::Hold { roles } = &decision.ruling {
        let roles: Vec<&str> = roles.iter().map(RoleId::as_str).collect();
        printer.line(format_args!("it takes the approval of {}", roles.join(" and ")));
    }
    for clause in &decision.grounds {
        let known = stack.clause(clause);
        let heading = known.map_or("", |clause| clause.heading());
        printer.line(format_args!("{} {heading}", strong(clause)));
        printer.line(format_args!("  {}", known.map_or("", |clause| clause.sentence())));
    }
    if let Some(why) = why(&decision.reason) {
        printer.line(why);
    }
    let facts: Vec<&str> = [use_.claimed(), use_.registered(), use_.measured()]
        .into_iter()
        .filter(|layer| !layer.is_empty())
        .collect();
    printer.line(format_args!("on {}", facts.join(", ")));
}

/// The reason in words, where the clauses alone don't say it.
pub(super) fn why(reason: &Reason) -> Option<String> {
    match reason {
        Reason::Clauses => None,
        Reason::NotGranted { agreements } => Some(format!(
            "no clause of {} permits it, and what is not granted is denied",
            agreements.join(", ")
        )),
        Reason::NothingGoverns => Some("no grant governs this target at this time".to_owned()),
        Reason::EvaluationFailed { clause, message } => {
            Some(format!("{clause} failed to evaluate: {message}"))
        }
        Reason::OtherVocabulary => Some("the use was assembled by another vocabulary".to_owned()),
        Reason::TooManyReadings => {
            Some("the claims and the evidence can be read in too many ways".to_owned())
        }
    }
}

fn print_explanation(printer: &Printer, explanation: &Explanation, vocabulary: &Vocabulary) {
    for agreement in &explanation.agreements {
        printer.line("");
        let applies = if agreement.applies { "" } else { " (does not apply to this target at this time)" };
        printer.line(format_args!("{}{applies}", strong(&agreement.agreement)));
        if !agreement.presumed.is_empty() {
            printer.line(format_args!("  presumed: {}", agreement.presumed));
        }
        for policy in &agreement.policies {
            let verb = match (policy.permits, &policy.hold) {
                (true, _) => "permits".to_owned(),
                (false, None) => "forbids".to_owned(),
                (false, Some(role)) => format!("holds for {role}"),
            };
            let matched = if policy.matched { strong(&verb) } else { "does not apply".to_owned() };
            printer.line(format_args!("  {} {matched}", policy.policy));
            for turn in &policy.turned_by {
                let met = if turn.met { "yes" } else { "no " };
                printer.line(format_args!(
                    "      {met} {} (is {})",
                    turn.condition,
                    attested(turn, vocabulary)
                ));
            }
        }
    }
}

/// The facts of a turn, each with its attester.
fn attested(turn: &carveout_terms::Turn, vocabulary: &Vocabulary) -> String {
    let Ok(facts) = Facts::suppose(vocabulary, &turn.facts) else { return turn.facts.clone() };
    let shown = facts.iter().map(|(id, _)| {
        let one = facts.filtered(|fact| fact == id);
        format!("{}, {}'s word", one.display(vocabulary), vocabulary.get(id).attester())
    });
    shown.collect::<Vec<_>>().join("; ")
}

fn document(stack: &Stack, use_: &Use, decision: &Decision, explanation: Option<&Explanation>) -> Json {
    let roles = match &decision.ruling {
        Ruling::Hold { roles } => roles.iter().map(ToString::to_string).collect(),
        Ruling::Permit | Ruling::Deny => Vec::new(),
    };
    let grounds = decision.grounds.iter().map(|clause| {
        let known = stack.clause(clause);
        json!({
            "agreement": clause.agreement, "clause": clause.clause,
            "heading": known.map(|clause| clause.heading()), "sentence": known.map(|clause| clause.sentence()),
        })
    });
    json!({
        "ruling": decision.ruling.as_str(),
        "roles": roles,
        "grounds": grounds.collect::<Vec<_>>(),
        "why": why(&decision.reason),
        "terms": decision.terms,
        "facts_digest": decision.facts,
        "at": decision.at.to_string(),
        "facts": { "caller": use_.claimed(), "program": use_.registered(), "gateway": use_.measured(), "evidence": use_.evidence() },
        "explanation": explanation.map(explained),
    })
}

fn explained(explanation: &Explanation) -> Json {
    let agreements = explanation.agreements.iter().map(|agreement| {
        let policies = agreement.policies.iter().map(|policy| {
            let turns = policy.turned_by.iter();
            json!({
                "policy": policy.policy, "clause": policy.clause, "permits": policy.permits, "matched": policy.matched,
                "hold": policy.hold.as_ref().map(ToString::to_string),
                "turned_by": turns.map(|turn| json!({ "condition": turn.condition, "met": turn.met, "facts": turn.facts }))
                    .collect::<Vec<_>>(),
            })
        });
        json!({
            "agreement": agreement.agreement, "role": agreement.role, "applies": agreement.applies,
            "presumed": agreement.presumed, "policies": policies.collect::<Vec<_>>(),
        })
    });
    agreements.collect()
}
