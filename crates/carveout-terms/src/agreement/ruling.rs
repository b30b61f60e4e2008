//! What one agreement by itself says about one reading of a use.

use super::{Agreement, Effect, Role, compile::role_entity};
use crate::{FactId, Facts, MemberSet, RoleId, Value, Vocabulary, law::Evaluation, r#use::Possibility};

/// A value for every fact of the vocabulary: one reading of a use.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Assignment {
    values: Vec<Value>,
    /// Facts on which evidence speaks, so that silence on them is not filled by a presumption.
    evident: Vec<FactId>,
}

impl Assignment {
    pub(crate) const fn new(values: Vec<Value>) -> Self {
        Self { values, evident: Vec::new() }
    }

    /// The same, with a fact read in another way.
    pub(crate) fn read_as(mut self, fact: FactId, way: &Possibility) -> Self {
        self.set(fact, way.value.clone());
        if way.evident {
            self.evident.push(fact);
        }
        self
    }

    pub(crate) fn evident(&self) -> &[FactId] {
        &self.evident
    }

    /// Whether nobody speaks of a fact, so that a presumption may.
    pub(crate) fn is_silent(&self, vocabulary: &Vocabulary, fact: FactId) -> bool {
        vocabulary.silence(fact) == Some(self.value(fact)) && !self.evident.contains(&fact)
    }

    #[expect(clippy::indexing_slicing, reason = "an assignment has a value for every fact of its vocabulary")]
    pub(crate) fn value(&self, fact: FactId) -> &Value {
        &self.values[fact.index()]
    }

    pub(crate) fn set(&mut self, fact: FactId, value: Value) {
        if let Some(place) = self.values.get_mut(fact.index()) {
            *place = value;
        }
    }
}

/// Whether an agreement is in force and governs a target.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Applies {
    No,
    /// Nobody knows: the target's maker, host, operator or model is `unknown`. The agreement must
    /// not be violated, but it grants nothing by itself.
    Perhaps,
    Yes,
}

/// Which policies of an agreement matched, by what they do.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Local {
    pub(crate) permits: Vec<usize>,
    pub(crate) forbids: Vec<usize>,
    pub(crate) holds: Vec<usize>,
    /// The first policy that failed to evaluate, and what the evaluator said.
    pub(crate) failed: Option<(String, String)>,
}

impl Local {
    /// P: permitted as it is.
    pub(crate) fn permitted(&self, role: Role) -> bool {
        self.permitted_if_lifted(role) && self.holds.is_empty()
    }

    /// N: permitted were the hold-forbids lifted.
    pub(crate) fn permitted_if_lifted(&self, role: Role) -> bool {
        let granted = role == Role::Limit || !self.permits.is_empty();
        granted && self.forbids.is_empty() && self.failed.is_none()
    }
}

impl Agreement {
    /// Whether the agreement is in force and governs the target.
    pub(crate) fn applies(&self, vocabulary: &Vocabulary, assignment: &Assignment) -> Applies {
        let in_force = matches!(assignment.value(self.at), Value::Datetime(at) if self.window.covers(*at));
        let silent = |fact: FactId| vocabulary.silence(fact) == Some(assignment.value(fact));
        let governed = |fact: FactId, members: &MemberSet| matches!(assignment.value(fact), Value::Member(member) if members.contains(*member));
        if !in_force || self.governs.iter().any(|(fact, members)| !governed(*fact, members) && !silent(*fact))
        {
            Applies::No
        } else if self.governs.iter().all(|(fact, members)| governed(*fact, members)) {
            Applies::Yes
        } else {
            Applies::Perhaps
        }
    }

    /// Rules on an assignment, presuming what this agreement presumes where nothing is known.
    pub(crate) fn rule(
        &self,
        vocabulary: &Vocabulary,
        assignment: &Assignment,
        approvals: &[RoleId],
    ) -> Local {
        match presume(vocabulary, assignment, &self.presume) {
            Some(presumed) => self.match_policies(vocabulary, &presumed, approvals),
            None => self.match_policies(vocabulary, assignment, approvals),
        }
    }

    /// Whether any of its policies tests a fact.
    pub(crate) fn tests(&self, fact: FactId) -> bool {
        self.tested.contains(&fact)
    }

    pub(crate) fn rule_without_presumptions(
        &self,
        vocabulary: &Vocabulary,
        assignment: &Assignment,
    ) -> Local {
        self.match_policies(vocabulary, assignment, &[])
    }

    fn match_policies(
        &self,
        vocabulary: &Vocabulary,
        assignment: &Assignment,
        approvals: &[RoleId],
    ) -> Local {
        let mut local = Local::default();
        let facts = self.tested.iter().map(|fact| (vocabulary.get(*fact), assignment.value(*fact)));
        let Some(evaluation) = Evaluation::new(facts, approvals.iter().filter_map(role_entity)) else {
            local.failed = Some((self.id.clone(), "a value doesn't fit its fact".into()));
            return local;
        };
        for position in self.index.candidates(|fact| assignment.value(fact)) {
            let Some(policy) = self.policies.get(position) else { continue };
            if policy.condition().excluded_by_members(&|fact| assignment.value(fact)) {
                debug_assert_eq!(
                    evaluation.holds(policy.cedar()),
                    Ok(false),
                    "policy {} is excluded",
                    policy.id()
                );
                continue;
            }
            match evaluation.holds(policy.cedar()) {
                Ok(matched) => {
                    debug_assert_eq!(
                        matched,
                        policy.condition().holds(&|fact| assignment.value(fact))
                            && policy.hold().is_none_or(|role| !approvals.contains(role)),
                        "Cedar and the condition disagree on policy {}",
                        policy.id(),
                    );
                    if matched {
                        match (policy.effect(), policy.hold()) {
                            (Effect::Permit, _) => local.permits.push(position),
                            (Effect::Forbid, None) => local.forbids.push(position),
                            (Effect::Forbid, Some(_)) => local.holds.push(position),
                        }
                    }
                }
                // Cedar would skip this policy. If it is a `forbid`, skipping it would permit.
                Err(message) => {
                    local.failed.get_or_insert_with(|| (policy.clause().to_owned(), message));
                }
            }
        }
        local
    }
}

/// An assignment with what is presumed in place of silence; none if nothing changes.
pub(crate) fn presume(
    vocabulary: &Vocabulary,
    assignment: &Assignment,
    presumptions: &Facts,
) -> Option<Assignment> {
    let mut presumed: Option<Assignment> = None;
    for (fact, value) in presumptions.iter() {
        if assignment.is_silent(vocabulary, fact) {
            presumed.get_or_insert_with(|| assignment.clone()).set(fact, value.clone());
        }
    }
    presumed
}
