//! What a text says in its own vocabulary, said in the prover's.
//!
//! Two texts can be compared although their vocabularies differ: the prover then works in the merged
//! one, and each text is put into it name by name. A use that a text's own vocabulary has no words for
//! is refused by that text's gateway, so for it nothing is permitted.

use std::collections::BTreeMap;

use carveout_terms::{FactId, FactKind, Facts, MemberSet, Value, Vocabulary};

use crate::symbolic::{FactTerms, Term, all};

/// From one vocabulary into another that has all its words.
#[derive(Clone, Copy)]
pub(crate) struct Tongue<'a> {
    pub(crate) own: &'a Vocabulary,
    pub(crate) common: &'a Vocabulary,
}

impl Tongue<'_> {
    pub(crate) fn is_common(self) -> bool {
        self.own.digest() == self.common.digest()
    }

    pub(crate) fn fact(self, fact: FactId) -> Option<FactId> {
        self.common.fact(self.own.get(fact).name())
    }

    pub(crate) fn members(self, fact: FactId, members: &MemberSet) -> MemberSet {
        let common = self.fact(fact).and_then(|fact| self.common.get(fact).kind().enumeration());
        let own = self.own.get(fact).kind().enumeration();
        let Some((own, common)) = own.zip(common) else { return MemberSet::default() };
        MemberSet::of(members.iter().filter_map(|member| common.position(own.member_name(member))))
    }

    fn value(self, fact: FactId, value: &Value) -> Value {
        match value {
            Value::Member(member) => {
                let members = self.members(fact, &MemberSet::of([*member]));
                Value::Member(members.iter().next().unwrap_or_default())
            }
            Value::Members(members) => Value::Members(self.members(fact, members)),
            other => other.clone(),
        }
    }

    pub(crate) fn facts(self, facts: &Facts) -> BTreeMap<FactId, Value> {
        let said = |(fact, value)| Some((self.fact(fact)?, self.value(fact, value)));
        facts.iter().filter_map(said).collect()
    }

    /// Whether a use can be said in the text's own vocabulary.
    pub(crate) fn expressible(self, terms: &FactTerms<'_>) -> Term {
        if self.is_common() {
            return Term::from(true);
        }
        let members = |fact: FactId| {
            let count = self.own.get(fact).kind().enumeration().map_or(0, |own| own.members().len());
            self.members(fact, &MemberSet::of((0_u16..).take(count)))
        };
        all(self.own.facts().filter_map(|(fact, declared)| {
            let common = self.fact(fact)?;
            match declared.kind() {
                FactKind::Member(_) => Some(terms.one_of(common, &members(fact))),
                FactKind::Members(_) => Some(terms.within(common, &members(fact))),
                FactKind::Bool | FactKind::Long | FactKind::Datetime => None,
            }
        }))
    }
}
