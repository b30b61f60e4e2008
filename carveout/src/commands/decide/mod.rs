//! `decide`: what would the agreements say to this use?

mod shown;

use std::sync::Arc;

use carveout_gateway::Shown;
use carveout_signals::Region;
use carveout_terms::{
    Agreement, Attester, FactKind, Facts, Known, Program, RoleId, Ruling, Stack, Timestamp, Use, Vocabulary,
    designation::{Effect, Watched, Zone},
};
use miette::{IntoDiagnostic, WrapErr, miette};

use crate::{
    cli::{Decide, Global},
    commands::scan::Looked,
    output::{Exit, Printer},
    workspace::{self, Binding, Store, Workspace, bind},
};

pub(super) fn run(global: &Global, arguments: &Decide, printer: &Printer) -> miette::Result<Exit> {
    let asked = asked(global, arguments)?;
    let stack = &asked.stack;
    let vocabulary = Arc::clone(stack.vocabulary());
    let stated = read(&vocabulary, &arguments.use_)?;
    if let Some(Err(refused)) = asked.program.as_ref().map(|program| program.admits(&stated, &vocabulary)) {
        return shown::refused(printer, &refused);
    }
    let text = arguments.text.as_deref().map(|file| Looked::at(file, asked.region)).transpose()?;
    let known = supposed(&asked, &stated, text.as_ref(), arguments)?;
    let use_ = known.assemble(&vocabulary).into_diagnostic()?;
    let decision = stack.decide(&use_);
    let effects = effects(&asked, &known, decision.at);
    let explanation = arguments.explain.then(|| stack.explain(&use_));
    let wire = text.as_ref().filter(|_| arguments.explain);
    if printer.json() {
        let explained = (explanation.as_ref(), wire.map(Looked::wire));
        printer.document("decide", &shown::document(stack, &use_, &decision, explained, &effects))?;
    } else {
        shown::print(printer, stack, &use_, &decision);
        shown::print_effects(printer, &effects);
        if let Some(explanation) = &explanation {
            shown::print_explanation(printer, explanation, &use_, &vocabulary);
        }
        if let Some(text) = wire {
            printer.line("");
            text.print_wire(printer);
        }
    }
    Ok(if decision.ruling == Ruling::Permit { Exit::Yes } else { Exit::No })
}

/// What is to decide, and what is known before anything is typed.
struct Asked {
    stack: Arc<Stack>,
    /// The program that asks, with its registered facts.
    program: Option<Arc<Program>>,
    /// The facts of the target.
    target: Facts,
    /// The designations whose limits bind the program.
    designations: Vec<Arc<Watched>>,
    /// Whose telephone numbers are written without a country code.
    region: Region,
}

fn asked(global: &Global, arguments: &Decide) -> miette::Result<Asked> {
    if !arguments.files.is_empty() {
        let vocabulary = Arc::new(super::vocabulary(arguments.vocabulary.as_ref(), &global.workspace)?);
        let read = arguments.files.iter().map(|path| workspace::agreement(path, &vocabulary).map(Arc::new));
        let agreements = read.collect::<miette::Result<Vec<_>>>()?;
        let stack = Arc::new(together(vocabulary, agreements)?);
        let (target, region) = (governed(&stack)?, Region::default());
        return Ok(Asked { target, stack, program: None, designations: Vec::new(), region });
    }
    let workspace = Workspace::load(&global.workspace)?;
    let (stack, program, designations) = match &arguments.program {
        Some(program) => {
            let Binding { program, stack, designations, .. } = binding(&workspace, program)?;
            (stack, Some(program), designations)
        }
        None => {
            let in_force = workspace.in_force().map(|file| Arc::clone(&file.agreement)).collect();
            (Arc::new(together(Arc::clone(&workspace.vocabulary), in_force)?), None, Vec::new())
        }
    };
    let target = match workspace.target(arguments.route.as_deref())? {
        Some(target) => target,
        None => governed(&stack)?,
    };
    let region = workspace::region(&workspace.config)?;
    Ok(Asked { stack, program, target, designations, region })
}

/// What binds a program: its agreements, and the limits of the recorded designations, as at the gateway.
fn binding(workspace: &Workspace, program: &str) -> miette::Result<Binding> {
    workspace.program(program)?;
    let store = Store::load(&workspace.root)?;
    let bindings = bind(workspace, &store.register()).into_diagnostic()?;
    let own = bindings.into_iter().find(|binding| binding.program.id() == program);
    own.ok_or_else(|| miette!("there is no program `{program}`"))
}

fn together(vocabulary: Arc<Vocabulary>, agreements: Vec<Arc<Agreement>>) -> miette::Result<Stack> {
    Stack::new(vocabulary, agreements, Facts::default()).into_diagnostic()
}

fn read(vocabulary: &Vocabulary, text: &str) -> miette::Result<Facts> {
    Facts::suppose(vocabulary, text).into_diagnostic().wrap_err_with(|| format!("`{text}` can't be used"))
}

/// What each designation does to the use.
fn effects<'a>(asked: &'a Asked, known: &Known, at: Timestamp) -> Vec<(&'a Watched, Effect)> {
    let vocabulary = asked.stack.vocabulary();
    let use_at = |at: Timestamp| -> Option<Use> {
        let mut known = known.clone();
        known.gateway.set_datetime(vocabulary, "at", at).ok()?;
        known.assemble(vocabulary).ok()
    };
    let effect = |watched: &'a Arc<Watched>| (watched.as_ref(), watched.effect(at, &use_at));
    asked.designations.iter().map(effect).filter(|(_, effect)| *effect != Effect::Nothing).collect()
}

/// The use as typed, on a target that the agreements govern, at this moment, unless it says otherwise.
fn supposed(
    asked: &Asked,
    stated: &Facts,
    text: Option<&Looked>,
    arguments: &Decide,
) -> miette::Result<Known> {
    let Asked { stack, program, target, region, .. } = asked;
    let vocabulary = stack.vocabulary();
    let evidence = arguments.evidence.iter().map(|text| read(vocabulary, text));
    let mut evidence = evidence.collect::<miette::Result<Vec<_>>>()?;
    let approvals = approvals(stack, &arguments.approve)?;
    let registered = program.as_ref().map(|program| program.facts().clone()).unwrap_or_default();
    let mut now = small(vocabulary)?;
    if let Some(at) = arguments.at {
        now.set_datetime(vocabulary, "at", at.asked(Zone::UTC)).into_diagnostic()?;
    }
    let attested = |by: &[Attester]| stated.filtered(|fact| by.contains(&vocabulary.get(fact).attester()));
    let caller = attested(&[Attester::Judge, Attester::Caller, Attester::None]);
    let shown = text.map(|text| Shown::by(vocabulary, *region, &caller, text.texts()));
    let Shown { mut measured, evidence: contradicting } =
        shown.transpose().into_diagnostic()?.unwrap_or_default();
    // What is typed is supposed, whatever the text shows.
    measured = measured.filtered(|fact| stated.get(fact).is_none());
    evidence.extend(contradicting);
    Ok(Known {
        caller,
        program: registered.overridden_by(&attested(&[Attester::Program, Attester::Officer])),
        gateway: now
            .overridden_by(target)
            .overridden_by(&measured)
            .overridden_by(&attested(&[Attester::Gateway])),
        evidence,
        approvals,
    })
}

/// The roles that approve, of those that the agreements' parties have: another one would lift nothing, silently.
fn approvals(stack: &Stack, named: &[String]) -> miette::Result<Vec<RoleId>> {
    let parties = stack.agreements().iter().flat_map(|agreement| agreement.parties());
    let known: Vec<&RoleId> = parties.flat_map(|party| &party.roles).collect();
    let find = |name: &String| {
        known.iter().find(|role| role.as_str() == name).map(|role| (*role).clone()).ok_or_else(|| {
            let mut names: Vec<&str> = known.iter().map(|role| role.as_str()).collect();
            names.sort_unstable();
            names.dedup();
            let help = format!("the parties have these roles: {}", names.join(", "));
            miette!(help = help, "no party has the role `{name}`")
        })
    };
    named.iter().map(find).collect()
}

/// A target that the first agreement to limit it governs.
fn governed(stack: &Stack) -> miette::Result<Facts> {
    let vocabulary = stack.vocabulary();
    let mut facts = Facts::default();
    for (id, members) in stack.agreements().iter().rev().flat_map(|agreement| agreement.governs()) {
        let fact = vocabulary.get(*id);
        if let (Some(first), Some(enumeration)) = (members.iter().next(), fact.kind().enumeration()) {
            facts.set_member(vocabulary, fact.name(), enumeration.member_name(first)).into_diagnostic()?;
        }
    }
    Ok(facts)
}

/// What the gateway would measure of a small request at this moment.
pub(super) fn small(vocabulary: &Vocabulary) -> miette::Result<Facts> {
    let mut facts = Facts::default();
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
