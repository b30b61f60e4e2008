//! The lines of both parties, ready to be asked about and to be tried out.

use std::sync::Arc;

use carveout_terms::{
    Agreement, ClauseRef, Facts, Party, Policy, RedLines, Role, RoleId, Stack, Timestamp, Vocabulary, Window,
};

use super::SettleError;
use crate::{
    Prover, Undecided,
    drafting::{Head, fenced, give},
    symbolic::Term,
};

/// A line of a party: something it wants, or something it rules out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// The party's id.
    pub party: String,
    /// The clause of the party's file.
    pub clause: String,
    /// The policy of that clause.
    pub policy: String,
    /// The heading of that clause.
    pub heading: String,
    /// When it matches, in words.
    pub words: String,
    /// For what is ruled out: the role with whose approval it isn't.
    pub hold: Option<RoleId>,
}

/// A line, compiled.
#[derive(Clone, Debug)]
pub(super) struct Compiled {
    pub(super) line: Line,
    pub(super) permits: bool,
    /// The policy as it stands in the file.
    pub(super) text: String,
    pub(super) matches: Term,
    /// Terms that consist of this line alone: a want permits what it asks for and nothing else, what is
    /// ruled out is forbidden and everything else permitted.
    pub(super) alone: Arc<Stack>,
}

/// Compiles every line of a party.
pub(super) fn compiled(prover: &mut Prover, lines: &RedLines) -> Result<Vec<Compiled>, SettleError> {
    let vocabulary = Arc::clone(prover.vocabulary());
    if lines.vocabulary() != vocabulary.digest() {
        return Err(Undecided::OtherVocabulary.into());
    }
    let mut all = Vec::new();
    for policy in lines.lines() {
        let place = ClauseRef { agreement: lines.id().to_owned(), clause: policy.clause().to_owned() };
        let matches = prover.matches(policy, place.clone())?;
        let line = Line {
            party: lines.party().to_owned(),
            clause: policy.clause().to_owned(),
            policy: policy.id().to_owned(),
            heading: lines.clause(policy).map_or("", |clause| clause.heading()).to_owned(),
            words: policy.words(&vocabulary).to_string(),
            hold: policy.hold().cloned(),
        };
        let text = lines.text(policy).to_owned();
        let alone = alone(&vocabulary, policy, &text)
            .ok_or_else(|| SettleError::Role { line: place, role: role(policy) })?;
        all.push(Compiled { line, permits: policy.permits(), text, matches, alone });
    }
    Ok(all)
}

fn role(policy: &Policy) -> String {
    policy.hold().map(ToString::to_string).unwrap_or_default()
}

/// Terms of one line alone.
fn alone(vocabulary: &Arc<Vocabulary>, policy: &Policy, text: &str) -> Option<Arc<Stack>> {
    let holds: Vec<&RoleId> = policy.hold().into_iter().collect();
    if policy.permits() { tried(vocabulary, &[text], &holds) } else { forbidden(vocabulary, &[text], &holds) }
}

/// Terms that forbid what all of these lines forbid, and nothing else.
pub(super) fn together<'l>(
    vocabulary: &Arc<Vocabulary>,
    lines: impl Iterator<Item = &'l Compiled> + Clone,
) -> Option<Arc<Stack>> {
    let texts: Vec<&str> = lines.clone().map(|line| line.text.as_str()).collect();
    let holds: Vec<&RoleId> = lines.filter_map(|line| line.line.hold.as_ref()).collect();
    forbidden(vocabulary, &texts, &holds)
}

fn forbidden(vocabulary: &Arc<Vocabulary>, texts: &[&str], holds: &[&RoleId]) -> Option<Arc<Stack>> {
    let every = ["permit (principal, action, resource);"];
    let texts: Vec<&str> = every.into_iter().chain(texts.iter().copied()).collect();
    tried(vocabulary, &texts, holds)
}

fn tried(vocabulary: &Arc<Vocabulary>, texts: &[&str], holds: &[&RoleId]) -> Option<Arc<Stack>> {
    let mut parties: Vec<Party> = Vec::new();
    for id in holds.iter().filter_map(|role| Some(role.as_str().split_once('/')?.0)).chain(["party"]) {
        if parties.iter().all(|party| party.id != id) {
            parties.push(Party { id: id.to_owned(), name: "A party".to_owned(), roles: Vec::new() });
        }
    }
    holds.iter().try_for_each(|role| give(&mut parties, role))?;
    let head = Head {
        id: "red-lines",
        version: "1",
        vocabulary: vocabulary.name(),
        role: Role::Grant,
        window: Window { effective: Timestamp::from_millis(0), until: None },
        governs: Vec::new(),
        parties,
        presume: Vec::new(),
    };
    let clauses = texts.iter().enumerate();
    let clauses = clauses.map(|(at, text)| format!("## {} Line\n\n{}\n", at + 1, fenced("cedar", text)));
    let source = format!("{head}# Red lines\n\n{}", clauses.collect::<String>());
    let agreement = Agreement::draft(&source, vocabulary).ok()?.as_if_in_force();
    Stack::new(Arc::clone(vocabulary), vec![Arc::new(agreement)], Facts::default()).ok().map(Arc::new)
}
