//! Making every decision again from what was recorded.
//!
//! A proof of inclusion shows that a ruling was recorded, not that it follows. So each adopted stack
//! is rebuilt from the sources kept under their digests, each use from its recorded facts, and the
//! ruling, its roles, its grounds and both digests must come out as they stand in the entry.

use std::{collections::HashMap, sync::Arc};

use carveout_ledger::{Decided, Digest, Entry, Event, Objects, TermsAdopted, Verified};
use carveout_terms::{
    Agreement, Decision, Facts, Program, RoleId, Ruling, Stack, Use, UseLayers, Vocabulary,
};
use miette::{IntoDiagnostic, WrapErr, miette};

use super::Place;

/// What making the decisions again has shown.
pub(super) struct Redecided {
    /// Decisions made again.
    pub(super) decisions: u64,
    /// Every decision that came out otherwise, and how.
    pub(super) differing: Vec<String>,
}

pub(super) fn run(place: &Place, verified: &Verified) -> miette::Result<Redecided> {
    let reader = place.reader()?;
    let objects = Objects::of_ledger(&place.directory);
    let mut stacks: HashMap<Digest, Arc<Stack>> = HashMap::new();
    let mut redecided = Redecided { decisions: 0, differing: Vec::new() };
    for result in reader.entries(0) {
        let (index, bytes) = result.into_diagnostic()?;
        if index >= verified.checkpoint.size() {
            break;
        }
        match Entry::parse(&bytes).into_diagnostic().wrap_err_with(|| format!("entry {index}"))?.event {
            Event::TermsAdopted(adopted) => {
                let stack = rebuild(&objects, &adopted)
                    .wrap_err_with(|| format!("entry {index}: the adopted terms"))?;
                stacks.insert(adopted.stack, Arc::new(stack));
            }
            Event::Decided(decided) => {
                redecided.decisions += 1;
                let difference = match stacks.get(&decided.terms) {
                    None => Some("its terms were not adopted before it".to_owned()),
                    Some(stack) => difference(stack, &decided),
                };
                redecided
                    .differing
                    .extend(difference.map(|difference| format!("entry {index}: {difference}")));
            }
            _ => {}
        }
    }
    Ok(redecided)
}

/// The stack as adopted, from the sources kept with the ledger.
fn rebuild(objects: &Objects, adopted: &TermsAdopted) -> miette::Result<Stack> {
    let vocabulary = Vocabulary::from_object(&object(objects, &adopted.vocabulary)?).into_diagnostic()?;
    let agreements = adopted
        .agreements
        .iter()
        .map(|adopted| {
            Ok(Arc::new(Agreement::parse(&text(objects, &adopted.digest)?, &vocabulary).into_diagnostic()?))
        })
        .collect::<miette::Result<Vec<_>>>()?;
    let program = adopted.programs.first().ok_or_else(|| miette!("no program is bound by them"))?;
    let program = Program::parse(&text(objects, &program.digest)?, &vocabulary).into_diagnostic()?;
    let stack = Stack::new(Arc::new(vocabulary), agreements, program.presume().clone()).into_diagnostic()?;
    if stack.digest().as_bytes() == adopted.stack.as_bytes() {
        Ok(stack)
    } else {
        Err(miette!("the kept sources make the stack {}, but {} was recorded", stack.digest(), adopted.stack))
    }
}

fn object(objects: &Objects, digest: &Digest) -> miette::Result<Vec<u8>> {
    objects.get(digest).into_diagnostic()?.ok_or_else(|| {
        miette!(
            help = "the ledger's `objects` folder belongs to it: copy it too",
            "{digest} is not kept with the ledger"
        )
    })
}

fn text(objects: &Objects, digest: &Digest) -> miette::Result<String> {
    String::from_utf8(object(objects, digest)?).into_diagnostic()
}

/// How the decision comes out otherwise, if it does.
fn difference(stack: &Stack, decided: &Decided) -> Option<String> {
    match again(stack, decided) {
        Err(error) => Some(format!("the recorded facts can't be read: {error}")),
        Ok(decision) => {
            let recorded = recorded(decided);
            let now = Comparable::of(&decision);
            (recorded != now).then(|| format!("recorded as {recorded}, but it follows that {now}"))
        }
    }
}

fn again(stack: &Stack, decided: &Decided) -> Result<Decision, String> {
    let vocabulary = stack.vocabulary();
    let read = |text: &str| Facts::suppose(vocabulary, text).map_err(|error| error.to_string());
    let facts = &decided.facts;
    let (caller, program, gateway) = (read(&facts.caller)?, read(&facts.program)?, read(&facts.gateway)?);
    let evidence = facts.evidence.iter().map(|text| read(text)).collect::<Result<Vec<_>, _>>()?;
    let approvals: Vec<RoleId> = facts.approvals.iter().map(RoleId::new).collect();
    let layers = UseLayers {
        caller: Some(&caller),
        program: Some(&program),
        gateway: Some(&gateway),
        evidence: &evidence,
        approvals: &approvals,
    };
    let use_ = Use::assemble(vocabulary, &layers).map_err(|error| error.to_string())?;
    Ok(stack.decide(&use_))
}

/// The parts of a decision that must be equal.
#[derive(PartialEq, Eq)]
struct Comparable {
    ruling: String,
    roles: Vec<String>,
    grounds: Vec<(String, String)>,
    facts: [u8; 32],
}

impl Comparable {
    fn of(decision: &Decision) -> Self {
        let roles = match &decision.ruling {
            Ruling::Hold { roles } => roles.iter().map(ToString::to_string).collect(),
            Ruling::Permit | Ruling::Deny => Vec::new(),
        };
        Self {
            ruling: decision.ruling.as_str().to_owned(),
            roles,
            grounds: decision
                .grounds
                .iter()
                .map(|clause| (clause.agreement.clone(), clause.clause.clone()))
                .collect(),
            facts: *decision.facts.as_bytes(),
        }
    }
}

fn recorded(decided: &Decided) -> Comparable {
    let ruling = match decided.ruling {
        carveout_ledger::Ruling::Permit => "permit",
        carveout_ledger::Ruling::Hold => "hold",
        carveout_ledger::Ruling::Deny => "deny",
    };
    Comparable {
        ruling: ruling.to_owned(),
        roles: decided.roles.clone(),
        grounds: decided
            .grounds
            .iter()
            .map(|cited| (cited.agreement.clone(), cited.clause.clone()))
            .collect(),
        facts: *decided.facts_digest.as_bytes(),
    }
}

impl std::fmt::Display for Comparable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let grounds: Vec<String> =
            self.grounds.iter().map(|(agreement, clause)| format!("{agreement} {clause}")).collect();
        write!(f, "{}", self.ruling)?;
        if !self.roles.is_empty() {
            write!(f, " for {}", self.roles.join(" and "))?;
        }
        let digest = carveout_terms::Digest::from_bytes(self.facts);
        write!(
            f,
            " by {} on facts {digest}",
            if grounds.is_empty() { "no clause".into() } else { grounds.join(", ") }
        )
    }
}
