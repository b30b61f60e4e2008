//! Why a use is ruled on as it is: every clause, and which facts turned it.

use crate::{
    Agreement, FactId, Facts, RoleId, Stack, Use, Value, Vocabulary,
    agreement::{Applies, Assignment, Role},
    law::{Condition, Test, Words},
    r#use::Readings,
};

/// Every agreement's and every clause's part in a decision. Of several readings the one is explained that makes
/// the ruling, and where the claimed one does, that.
#[derive(Debug)]
pub struct Explanation {
    /// The agreements of the stack, in order.
    pub agreements: Vec<AgreementExplained>,
}

/// One agreement's part.
#[derive(Debug)]
pub struct AgreementExplained {
    /// The agreement's id.
    pub agreement: String,
    /// Grant or limit.
    pub role: Role,
    /// Whether it governs the target at this time. If not, its policies were not asked.
    pub applies: bool,
    /// What it presumed, as a dictionary.
    pub presumed: String,
    /// Its policies, in the order of the file.
    pub policies: Vec<PolicyExplained>,
}

/// One policy's part.
#[derive(Debug)]
pub struct PolicyExplained {
    /// The policy's id.
    pub policy: String,
    /// The number of its clause.
    pub clause: String,
    /// Permit or forbid.
    pub permits: bool,
    /// The role that can lift it.
    pub hold: Option<RoleId>,
    /// Whether it matched.
    pub matched: bool,
    /// The tests that turned it: if it matched, those that made it; if not, those that stopped it.
    pub turned_by: Vec<Turn>,
}

/// A test that mattered, in words, and what the facts were.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// The condition that was met, or that was not.
    pub condition: String,
    /// Whether it was met.
    pub met: bool,
    /// The facts it asked about, as a dictionary.
    pub facts: String,
}

impl Stack {
    /// Explains the ruling on a use.
    #[must_use]
    pub fn explain(&self, use_: &Use) -> Explanation {
        let reading = match use_.readings() {
            Readings::Each(readings) => self.decisive(readings, use_.approvals()),
            Readings::TooMany(_) => None,
        };
        let agreements = reading
            .map(|reading| {
                self.agreements()
                    .iter()
                    .map(|agreement| self.explain_one(agreement, reading, use_.approvals()))
                    .collect()
            })
            .unwrap_or_default();
        Explanation { agreements }
    }

    fn explain_one(
        &self,
        agreement: &Agreement,
        reading: &Assignment,
        approvals: &[RoleId],
    ) -> AgreementExplained {
        let vocabulary = self.vocabulary();
        let mut presumptions = agreement.presume().clone();
        if agreement.role() == Role::Grant {
            presumptions = presumptions.overridden_by(self.presume());
        }
        let seen = crate::agreement::presume(vocabulary, reading, &presumptions);
        let mut presumed = Facts::default();
        for (fact, value) in presumptions
            .iter()
            .filter(|(fact, _)| seen.as_ref().is_some_and(|seen| seen.value(*fact) != reading.value(*fact)))
        {
            presumed.insert(fact, value.clone());
        }
        let seen = seen.as_ref().unwrap_or(reading);
        let value = |fact: FactId| seen.value(fact);
        let policies = agreement.policies().iter().map(|policy| {
            let met = policy.condition().holds(&value);
            let lifted = policy.hold().is_some_and(|role| approvals.contains(role));
            let mut turned_by = Vec::new();
            turns(vocabulary, policy.condition(), met, &value, &mut turned_by);
            PolicyExplained {
                policy: policy.id().to_owned(),
                clause: policy.clause().to_owned(),
                permits: policy.permits(),
                hold: policy.hold().cloned(),
                matched: met && !lifted,
                turned_by,
            }
        });
        AgreementExplained {
            agreement: agreement.id().to_owned(),
            role: agreement.role(),
            applies: agreement.applies(vocabulary, reading) != Applies::No,
            presumed: presumed.display(vocabulary).to_string(),
            policies: policies.collect(),
        }
    }
}

/// Collects the smallest parts of a condition that made it come out as it did.
fn turns<'v>(
    vocabulary: &Vocabulary,
    condition: &Condition,
    met: bool,
    value: &impl Fn(FactId) -> &'v Value,
    found: &mut Vec<Turn>,
) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            for part in parts.iter().filter(|part| part.holds(value) == met) {
                turns(vocabulary, part, met, value, found);
            }
        }
        Condition::Not(inner) if !matches!(**inner, Condition::Test(_)) => {
            turns(vocabulary, inner, !met, value, found);
        }
        Condition::If { test, then, otherwise } => {
            let tested = test.holds(value);
            turns(vocabulary, test, tested, value, found);
            turns(vocabulary, if tested { then } else { otherwise }, met, value, found);
        }
        Condition::Always(_) => {}
        other => found.push(Turn {
            condition: Words { vocabulary, condition: other }.to_string(),
            met: other.holds(value),
            facts: facts_of(vocabulary, other, value),
        }),
    }
}

fn facts_of<'v>(
    vocabulary: &Vocabulary,
    condition: &Condition,
    value: &impl Fn(FactId) -> &'v Value,
) -> String {
    let mut facts = Facts::default();
    condition
        .each_test(&mut |test: &Test| test.facts().for_each(|fact| facts.insert(fact, value(fact).clone())));
    facts.display(vocabulary).to_string()
}
