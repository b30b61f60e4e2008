//! Which presumptions a ruling rests on.

use std::collections::BTreeSet;

use super::{Stack, outcome::Answer};
use crate::{Agreement, FactId, Facts, Presumption, agreement::Role};

impl Stack {
    /// What was presumed for the agreements that answered.
    pub(super) fn presumed(
        &self,
        answers: &[Answer<'_>],
        silent: impl Fn(FactId) -> bool,
    ) -> BTreeSet<Presumption> {
        self.presumed_by(answers.iter().map(|answer| answer.agreement), silent)
    }

    /// Facts that nobody speaks of, that these agreements or the program presume, and that a policy tests. What the
    /// program presumes stands before what an agreement does, and serves grants only, as in [`Stack::new`].
    pub(super) fn presumed_by<'a>(
        &self,
        agreements: impl Iterator<Item = &'a Agreement>,
        silent: impl Fn(FactId) -> bool,
    ) -> BTreeSet<Presumption> {
        let mut presumed = BTreeSet::new();
        for agreement in agreements {
            let programs = |fact: FactId| agreement.role() == Role::Grant && self.presume.get(fact).is_some();
            let asked = |fact: FactId| silent(fact) && agreement.tests(fact);
            for (fact, _) in self.presume.iter().filter(|(fact, _)| asked(*fact) && programs(*fact)) {
                presumed.insert(self.presumption(None, fact, &self.presume));
            }
            for (fact, _) in agreement.presume().iter().filter(|(fact, _)| asked(*fact) && !programs(*fact)) {
                presumed.insert(self.presumption(Some(agreement.id()), fact, agreement.presume()));
            }
        }
        presumed
    }

    fn presumption(&self, agreement: Option<&str>, fact: FactId, from: &Facts) -> Presumption {
        let mut one = Facts::default();
        from.get(fact).into_iter().for_each(|value| one.insert(fact, value.clone()));
        let fact = one.display(&self.vocabulary).to_string();
        Presumption { agreement: agreement.map(str::to_owned), fact }
    }
}
