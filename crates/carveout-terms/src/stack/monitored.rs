//! A stack of which clauses are only monitored: it decides as if they weren't there, and the whole stack says what they
//! would have done.
//!
//! Whether all parties have agreed to that, and until when, is for others to check. What can never be monitored is
//! said here: a grant (leaving it out forbids), a clause compiled from a designation (it isn't the parties' to
//! suspend), and a clause that turns on force. A use that may have a lethal effect is decided by the whole stack.

use std::sync::Arc;

use super::Stack;
use crate::{Agreement, ClauseRef, Enumeration, FactId, Facts, Use, Value, Vocabulary, r#use::Readings};

/// The facts by which a vocabulary tells force, and their members that tell of none or of none that may kill.
///
/// `unknown` is among them: a clause that covers silence about force turns on force, and isn't monitored itself.
const FORCE: [(&str, &[&str]); 2] = [
    (
        "effect",
        &[
            "informational",
            "administrative",
            "kinetic_nonlethal",
            "cyber",
            "electronic_warfare",
            "detention",
            "benefit_denial",
            "unknown",
        ],
    ),
    ("weapon_function", &["none", "detect", "track", "identify", "unknown"]),
];

/// Why a clause can't be monitored.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum MonitorError {
    /// The stack has no such clause.
    #[error("the terms have no clause {0}; `carveout check` lists the clauses")]
    NoClause(ClauseRef),
    /// The clause restricts nothing by itself.
    #[error("clause {0} enforces nothing, so there is nothing to leave out")]
    NothingEnforced(ClauseRef),
    /// The clause grants.
    #[error(
        "clause {0} grants: left out, it would forbid, and monitoring must not change what is permitted otherwise"
    )]
    Grants(ClauseRef),
    /// The agreement was compiled from a designation.
    #[error("clause {0} was compiled from a designation, which is never only monitored")]
    Designation(ClauseRef),
    /// The clause turns on force.
    #[error("clause {clause} turns on `{fact}`: a clause on a lethal effect is never only monitored")]
    Lethal {
        /// The clause.
        clause: ClauseRef,
        /// The fact by which it does.
        fact: String,
    },
    /// A presumption would hide whether the use may kill.
    #[error(
        "`{0}` is presumed, so nothing shows which uses may have a lethal effect; no clause can be monitored"
    )]
    Presumed(String),
}

/// A fact by which a vocabulary tells force.
struct Force<'v> {
    name: &'static str,
    fact: FactId,
    members: &'v Enumeration,
    harmless: &'static [&'static str],
}

impl<'v> Force<'v> {
    fn of(
        vocabulary: &'v Vocabulary,
        (name, harmless): &(&'static str, &'static [&'static str]),
    ) -> Option<Self> {
        let fact = vocabulary.fact(name)?;
        let members = vocabulary.get(fact).kind().enumeration()?;
        Some(Self { name, fact, members, harmless })
    }

    /// A member that nobody here knows may mean anything.
    fn may_kill(&self, value: &Value) -> bool {
        match value {
            Value::Member(member) => !self.harmless.contains(&self.members.member_name(*member)),
            _ => true,
        }
    }
}

/// Agreements with a draft in the place of the one of its name, or after them all: the terms that a monitored draft is
/// decided by.
#[must_use]
pub fn drafted(agreements: &[Arc<Agreement>], draft: &Arc<Agreement>) -> Vec<Arc<Agreement>> {
    let mut agreements = agreements.to_vec();
    match agreements.iter_mut().find(|agreement| agreement.id() == draft.id()) {
        Some(place) => *place = Arc::clone(draft),
        None => agreements.push(Arc::clone(draft)),
    }
    agreements
}

impl Stack {
    /// The same terms without some clauses. It has a digest of its own, which follows from the texts and the clauses.
    ///
    /// # Errors
    /// See [`MonitorError`].
    pub fn without(&self, clauses: &[ClauseRef]) -> Result<Self, MonitorError> {
        self.tells_force()?;
        let mut agreements = self.agreements.clone();
        for clause in clauses {
            let found = agreements.iter_mut().find(|agreement| agreement.id() == clause.agreement);
            let agreement = found.ok_or_else(|| MonitorError::NoClause(clause.clone()))?;
            may_be_left_out(&self.vocabulary, agreement, clause)?;
            *agreement = Arc::new(agreement.without_clause(&self.vocabulary, &clause.clause));
        }
        let (vocabulary, presume) = (Arc::clone(&self.vocabulary), self.presume.clone());
        Ok(Self::of(vocabulary, agreements, presume))
    }

    /// Whether uses may be decided for a time as if nobody looked for what these facts tell. A clause that tests any of them and
    /// was compiled from a designation, or turns on force, must see them.
    ///
    /// # Errors
    /// See [`MonitorError`].
    pub fn may_be_blind_to(&self, facts: &[FactId]) -> Result<(), MonitorError> {
        self.tells_force()?;
        for agreement in &self.agreements {
            for clause in agreement.clauses() {
                let named = || {
                    let (agreement, clause) = (agreement.id().to_owned(), clause.number().to_owned());
                    ClauseRef { agreement, clause }
                };
                for policy in agreement.policies_of(clause) {
                    let tested = policy.condition().facts();
                    if !facts.iter().any(|fact| tested.contains(fact)) {
                        continue;
                    }
                    if agreement.is_compiled_from_a_designation() {
                        return Err(MonitorError::Designation(named()));
                    }
                    let force = |(name, _): &&(&str, _)| {
                        self.vocabulary.fact(name).is_some_and(|fact| tested.contains(&fact))
                    };
                    if let Some((fact, _)) = FORCE.iter().find(force) {
                        return Err(MonitorError::Lethal { clause: named(), fact: (*fact).to_owned() });
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether uses show if they may kill, as far as anybody says.
    fn tells_force(&self) -> Result<(), MonitorError> {
        let presumed = |facts: &Facts| {
            let mut forces = FORCE.iter().filter_map(|force| Force::of(&self.vocabulary, force));
            let found = forces.find(|force| facts.get(force.fact).is_some_and(|value| force.may_kill(value)));
            found.map(|force| force.name.to_owned())
        };
        let own = self.agreements.iter().map(|agreement| agreement.presume());
        match std::iter::once(&self.presume).chain(own).find_map(presumed) {
            Some(fact) => Err(MonitorError::Presumed(fact)),
            None => Ok(()),
        }
    }
}

fn may_be_left_out(
    vocabulary: &Vocabulary,
    agreement: &Agreement,
    clause: &ClauseRef,
) -> Result<(), MonitorError> {
    let found = agreement.clause(&clause.clause).ok_or_else(|| MonitorError::NoClause(clause.clone()))?;
    let mut policies = agreement.policies_of(found).peekable();
    if policies.peek().is_none() {
        return Err(MonitorError::NothingEnforced(clause.clone()));
    }
    if agreement.is_compiled_from_a_designation() {
        return Err(MonitorError::Designation(clause.clone()));
    }
    for policy in policies {
        if policy.permits() {
            return Err(MonitorError::Grants(clause.clone()));
        }
        let tested = policy.condition().facts();
        let force =
            FORCE.iter().find(|(name, _)| vocabulary.fact(name).is_some_and(|fact| tested.contains(&fact)));
        if let Some((fact, _)) = force {
            return Err(MonitorError::Lethal { clause: clause.clone(), fact: (*fact).to_owned() });
        }
    }
    Ok(())
}

impl Use {
    /// Whether somebody says, or some reading has it, that the use may have a lethal effect. Silence says nothing.
    #[must_use]
    pub fn may_be_lethal(&self, vocabulary: &Vocabulary) -> bool {
        let mut forces = FORCE.iter().filter_map(|force| Force::of(vocabulary, force));
        forces.any(|force| self.some_reading(force.fact, |value| force.may_kill(value)))
    }

    fn some_reading(&self, fact: FactId, question: impl Fn(&Value) -> bool) -> bool {
        match self.readings() {
            Readings::Each(readings) => readings.iter().any(|reading| question(reading.value(fact))),
            Readings::TooMany(possible) => possible.every(fact, |value| !question(value)) != Some(true),
        }
    }
}
