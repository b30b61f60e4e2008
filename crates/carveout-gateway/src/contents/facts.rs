//! The facts of a vocabulary about content that comes back.

use carveout_terms::{FactId, FactKind, Facts, MemberSet, Value, Vocabulary};

use crate::attest::AttestError;

/// What is said of where a request's content comes from, as far as a vocabulary has facts for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Declared {
    pub(super) reclaimed: Option<FactId>,
    pub(super) derived_from: Option<FactId>,
}

impl Declared {
    pub(crate) fn by(vocabulary: &Vocabulary) -> Self {
        let of_kind = |name, fits: fn(&FactKind) -> bool| {
            vocabulary.fact(name).filter(|id| fits(vocabulary.get(*id).kind()))
        };
        Self {
            reclaimed: of_kind("reclaimed", |kind| matches!(kind, FactKind::Bool)),
            derived_from: of_kind("derived_from", |kind| matches!(kind, FactKind::Members(_))),
        }
    }

    pub(crate) const fn any(&self) -> bool {
        self.reclaimed.is_some() || self.derived_from.is_some()
    }

    pub(super) fn has(&self, fact: FactId) -> bool {
        [self.reclaimed, self.derived_from].contains(&Some(fact))
    }

    /// States both: also that there is nothing to be said.
    pub(super) fn state(
        &self,
        vocabulary: &Vocabulary,
        reclaimed: bool,
        sources: &[String],
    ) -> Result<Facts, AttestError> {
        let mut facts = Facts::default();
        if let Some(fact) = self.reclaimed {
            facts.state(vocabulary, fact, Value::Bool(reclaimed))?;
        }
        if let Some(fact) = self.derived_from
            && let FactKind::Members(enumeration) = vocabulary.get(fact).kind()
        {
            let unknown = enumeration.unknown();
            let none = enumeration.position("none").unwrap_or(unknown);
            // A purpose that the parties have no word for here goes by the group that it belongs to, or is `unknown`.
            let named = |purpose: &str| {
                let groups = std::iter::successors(Some(purpose), |name| Some(name.rsplit_once('.')?.0));
                groups.filter_map(|name| enumeration.position(name)).next().unwrap_or(unknown)
            };
            let members = MemberSet::of(sources.iter().map(|purpose| named(purpose)));
            let members = if members.is_empty() { MemberSet::of([none]) } else { members };
            facts.state(vocabulary, fact, Value::Members(members))?;
        }
        Ok(facts)
    }
}

/// The purpose that a claim names.
pub(super) fn purpose<'v>(vocabulary: &'v Vocabulary, claim: &Facts) -> &'v str {
    let stated = || {
        let fact = vocabulary.fact("purpose")?;
        match (vocabulary.get(fact).kind(), claim.get(fact)) {
            (FactKind::Member(enumeration), Some(Value::Member(member))) => {
                Some(enumeration.member_name(*member))
            }
            _ => None,
        }
    };
    stated().unwrap_or("unknown")
}
