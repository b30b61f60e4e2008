//! What a stack of agreements does to every use, as terms.
//!
//! With N for "permitted were every hold lifted" and h(R) for "some hold for the role R stands in the
//! way": a use is permitted where N and no h(R), held for the roles with h(R) where N, and denied
//! elsewhere. This mirrors [`carveout_terms::Stack`]; every witness is replayed through that.

use std::{collections::BTreeMap, sync::Arc};

use carveout_terms::{Agreement, ClauseRef, FactId, MemberSet, Policy, Role, RoleId, Stack};

use crate::{
    Prover, Undecided,
    symbolic::{FactTerms, Term, all, any, both, not},
    tongue::Tongue,
};

/// A stack, compiled for proofs.
#[derive(Clone, Debug)]
pub struct Law {
    stack: Arc<Stack>,
    /// N: permitted were every hold lifted.
    pub(crate) lifted: Term,
    /// h(R): some hold for the role stands in the way.
    pub(crate) holds: BTreeMap<RoleId, Term>,
    pub(crate) policies: Vec<PolicyTerm>,
    pub(crate) agreements: Vec<AgreementTerms>,
}

/// What one agreement of a stack does.
#[derive(Clone, Debug)]
pub(crate) struct AgreementTerms {
    pub(crate) role: Role,
    /// It surely governs the target and is in force.
    pub(crate) applies: Term,
    /// It governs the target, or nobody knows whether it does.
    pub(crate) binds: Term,
}

/// When a policy matches, as its agreement sees a use.
#[derive(Clone, Debug)]
pub(crate) struct PolicyTerm {
    pub(crate) clause: ClauseRef,
    pub(crate) id: String,
    pub(crate) permits: bool,
    pub(crate) hold: Option<RoleId>,
    /// Its condition holds; whether its agreement applies is not asked.
    pub(crate) matches: Term,
    /// Its agreement's position in the stack.
    pub(crate) agreement: usize,
}

impl Law {
    /// The stack that was compiled.
    #[must_use]
    pub const fn stack(&self) -> &Arc<Stack> {
        &self.stack
    }

    /// The roles that some clause can hold a use for.
    pub fn roles(&self) -> impl Iterator<Item = &RoleId> {
        self.holds.keys()
    }

    /// P: permitted as it is.
    pub(crate) fn permitted(&self) -> Term {
        let unheld = self.holds.values().map(|held| not(held.clone()));
        both(self.lifted.clone(), all(unheld))
    }

    /// Held for this role, perhaps among others.
    pub(crate) fn held_for(&self, role: &RoleId) -> Term {
        match self.holds.get(role) {
            Some(held) => both(self.lifted.clone(), held.clone()),
            None => Term::from(false),
        }
    }
}

/// Whether compiled policies permit, with agreements given by their terms.
pub(crate) fn combine(
    agreements: &[AgreementTerms],
    policies: &[PolicyTerm],
) -> (Term, BTreeMap<RoleId, Term>) {
    let mut lifted = any(agreements
        .iter()
        .filter(|agreement| agreement.role == Role::Grant)
        .map(|agreement| agreement.applies.clone()));
    let mut holds: BTreeMap<RoleId, Term> = BTreeMap::new();
    for (position, agreement) in agreements.iter().enumerate() {
        let own = || policies.iter().filter(move |policy| policy.agreement == position);
        let matching = |chosen: fn(&PolicyTerm) -> bool| {
            any(own().filter(|policy| chosen(policy)).map(|policy| policy.matches.clone()))
        };
        let granted = match agreement.role {
            Role::Grant => matching(|policy| policy.permits),
            Role::Limit => Term::from(true),
        };
        let forbidden = matching(|policy| !policy.permits && policy.hold.is_none());
        let fine = both(granted, not(forbidden));
        lifted = both(lifted, any([not(agreement.binds.clone()), fine]));
        for policy in own() {
            if let Some(role) = &policy.hold {
                let held = both(agreement.binds.clone(), policy.matches.clone());
                let earlier = holds.remove(role).unwrap_or_else(|| Term::from(false));
                holds.insert(role.clone(), any([earlier, held]));
            }
        }
    }
    (lifted, holds)
}

impl Prover {
    /// Compiles a stack, and proves that none of its clauses can fail to evaluate.
    ///
    /// # Errors
    /// If a clause is outside of what can be compiled, or may fail.
    pub fn law(&mut self, stack: &Arc<Stack>) -> Result<Law, Undecided> {
        let common = Arc::clone(self.vocabulary());
        let tongue = Tongue { own: stack.vocabulary(), common: &common };
        if !tongue.is_common() && !self.speaks(stack.vocabulary()) {
            return Err(Undecided::OtherVocabulary);
        }
        let (mut agreements, mut policies) = (Vec::new(), Vec::new());
        for (position, agreement) in stack.agreements().iter().enumerate() {
            agreements.push(self.applicability(agreement, tongue));
            policies.extend(self.policies(stack, agreement, position, tongue)?);
        }
        // What can't be said is refused, as if nobody granted it.
        let expressible = tongue.expressible(&self.fact_terms());
        for agreement in &mut agreements {
            agreement.applies = both(agreement.applies.clone(), expressible.clone());
        }
        let (lifted, holds) = combine(&agreements, &policies);
        Ok(Law { stack: Arc::clone(stack), lifted, holds, policies, agreements })
    }

    fn applicability(&self, agreement: &Agreement, tongue: Tongue<'_>) -> AgreementTerms {
        let facts = self.fact_terms();
        let window = agreement.window();
        let in_force = self.at_within(window.effective.millis(), window.until.map(|until| until.millis()));
        let governs: Vec<(FactId, MemberSet)> = agreement
            .governs()
            .iter()
            .filter_map(|(fact, members)| Some((tongue.fact(*fact)?, tongue.members(*fact, members))))
            .collect();
        let governed = |(fact, members): &(FactId, MemberSet)| facts.one_of(*fact, members);
        let perhaps = |pair: &(FactId, MemberSet)| any([governed(pair), facts.silent(pair.0)]);
        AgreementTerms {
            role: agreement.role(),
            applies: both(in_force.clone(), all(governs.iter().map(governed))),
            binds: both(in_force, all(governs.iter().map(perhaps))),
        }
    }

    fn policies(
        &mut self,
        stack: &Stack,
        agreement: &Agreement,
        position: usize,
        tongue: Tongue<'_>,
    ) -> Result<Vec<PolicyTerm>, Undecided> {
        // What a program presumes serves grants only, and comes before what the agreement presumes.
        let presumed = match agreement.role() {
            Role::Grant => agreement.presume().overridden_by(stack.presume()),
            Role::Limit => agreement.presume().clone(),
        };
        let clause = |policy: &Policy| ClauseRef {
            agreement: agreement.id().to_owned(),
            clause: policy.clause().to_owned(),
        };
        let compiled: Result<Vec<_>, Undecided> = agreement
            .policies()
            .iter()
            .map(|policy| Ok((policy, self.matches(policy, clause(policy))?)))
            .collect();
        let seen = self.fact_terms().presuming(&tongue.facts(&presumed));
        let term = |(policy, matches): (&Policy, Term)| PolicyTerm {
            clause: clause(policy),
            id: policy.id().to_owned(),
            permits: policy.permits(),
            hold: policy.hold().cloned(),
            matches: seen.apply(&matches),
            agreement: position,
        };
        Ok(compiled?.into_iter().map(term).collect())
    }

    /// When a policy matches, its hold aside and nothing presumed.
    pub(crate) fn matches(&mut self, policy: &Policy, clause: ClauseRef) -> Result<Term, Undecided> {
        let compiled = self.compile(&policy.unheld(), &clause)?;
        if self.ask(&compiled.fails)?.is_some() {
            return Err(Undecided::MayFail { clause });
        }
        Ok(compiled.matches.clone())
    }

    pub(crate) fn fact_terms(&self) -> FactTerms<'_> {
        FactTerms { vocabulary: self.vocabulary(), context: self.context() }
    }
}
