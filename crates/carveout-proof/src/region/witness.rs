//! Witnesses: one plain use from a cube, decided by the authorizer that the gateway uses.

use std::collections::BTreeMap;

use carveout_terms::{
    Attester, Decision, FactId, FactKind, Facts, MemberSet, Stack, Timestamp, Use, UseLayers, Value,
    Vocabulary,
};

use super::{Constraint, Cube};
use crate::tongue::Tongue;

/// A use that a person can picture, and what is decided about it.
#[derive(Clone, Debug)]
pub struct Witness {
    /// The facts that matter, the rest being `unknown` or zero: what is printed.
    pub said: Facts,
    /// Every fact.
    pub all: Facts,
}

impl Witness {
    /// The plainest use of a cube. Because the whole cube is proven, every use in it is a witness.
    ///
    /// `plain` is what a fact is taken to be where the cube leaves it open.
    #[must_use]
    pub fn of(vocabulary: &Vocabulary, cube: &Cube, plain: &Plain) -> Self {
        let (mut said, mut all) = (Facts::default(), Facts::default());
        for (fact, declared) in vocabulary.facts() {
            let usual = plain.value(fact, declared.kind());
            let value = match cube.constraint(fact) {
                Some(constraint) => picked(declared.kind(), constraint, &usual),
                None => usual,
            };
            // The values come from the vocabulary's own members and from cells within its bounds.
            let stated = all.state(vocabulary, fact, value.clone());
            debug_assert!(stated.is_ok(), "{stated:?}");
            if cube.constraint(fact).is_some() && Value::silence(declared.kind()).as_ref() != Some(&value) {
                let stated = said.state(vocabulary, fact, value);
                debug_assert!(stated.is_ok(), "{stated:?}");
            }
        }
        Self { said, all }
    }

    /// What a stack decides about it. `common` is the vocabulary that the witness is told in; a stack of
    /// another one hears the facts that it knows, and refuses a member that it has no word for.
    #[must_use]
    pub fn decide(&self, common: &Vocabulary, stack: &Stack) -> Option<Decision> {
        let vocabulary = stack.vocabulary();
        let all = if vocabulary.digest() == common.digest() {
            self.all.clone()
        } else {
            let known = self.all.filtered(|fact| vocabulary.fact(common.get(fact).name()).is_some());
            match Facts::suppose(vocabulary, &known.display(common).to_string()) {
                Ok(facts) => facts,
                Err(_) => return Some(stack.refuse(RECENT)),
            }
        };
        let gateway = |fact: FactId| vocabulary.get(fact).attester() == Attester::Gateway;
        let (measured, claimed) = (all.filtered(gateway), all.filtered(|fact| !gateway(fact)));
        let layers = UseLayers { caller: Some(&claimed), gateway: Some(&measured), ..UseLayers::default() };
        Some(stack.decide(&Use::assemble(vocabulary, &layers).ok()?))
    }
}

/// What facts are taken to be where nothing else is said.
#[derive(Clone, Debug)]
pub struct Plain {
    at: Timestamp,
    targets: BTreeMap<FactId, u16>,
}

impl Plain {
    /// The plain use of some stacks: a time at which all of their agreements are in force, if there is
    /// one, and a target that they govern.
    #[must_use]
    pub fn of(common: &Vocabulary, stacks: &[&Stack]) -> Self {
        let agreements = || stacks.iter().flat_map(|stack| stack.agreements());
        let at = agreements().map(|agreement| agreement.window().effective).max();
        let mut targets: BTreeMap<FactId, MemberSet> = BTreeMap::new();
        for stack in stacks {
            let tongue = Tongue { own: stack.vocabulary(), common };
            for (fact, members) in stack.agreements().iter().flat_map(|agreement| agreement.governs()) {
                let Some(fact_id) = tongue.fact(*fact) else { continue };
                let members = tongue.members(*fact, members);
                let shared = targets.get(&fact_id).map_or_else(
                    || members.clone(),
                    |known| MemberSet::of(known.iter().filter(|member| members.contains(*member))),
                );
                targets.insert(fact_id, shared);
            }
        }
        let targets = targets.into_iter().filter_map(|(fact, members)| Some((fact, members.iter().next()?)));
        // A stack that is read as if in force at any time has the year 0000; say a year of our time.
        let at = at.unwrap_or(RECENT).max(RECENT);
        Self { at, targets: targets.collect() }
    }

    fn value(&self, fact: FactId, kind: &FactKind) -> Value {
        match (kind, self.targets.get(&fact)) {
            (FactKind::Member(_), Some(member)) => Value::Member(*member),
            (FactKind::Bool, _) => Value::Bool(false),
            (FactKind::Long, _) => Value::Long(0),
            (FactKind::Datetime, _) => Value::Datetime(self.at),
            (kind, _) => Value::silence(kind).unwrap_or(Value::Bool(false)),
        }
    }
}

/// 2026-01-01T00:00:00Z, for uses whose time doesn't matter.
const RECENT: Timestamp = Timestamp::from_millis(1_767_225_600_000);

/// The plainest value that meets a constraint: the usual one; else one that says something.
fn picked(kind: &FactKind, constraint: &Constraint, usual: &Value) -> Value {
    let silence = kind.enumeration().map(|enumeration| enumeration.unknown());
    match (constraint, usual) {
        (Constraint::OneOf(members), Value::Member(usual)) => {
            let telling = members.iter().find(|member| Some(*member) != silence);
            let usual = members.contains(*usual).then_some(*usual).filter(|usual| Some(*usual) != silence);
            Value::Member(usual.or(telling).or(silence).unwrap_or_default())
        }
        (Constraint::Holds { all_of, none_of }, _) => Value::Members(picked_set(kind, all_of, none_of)),
        (Constraint::Is(value), _) => Value::Bool(*value),
        (Constraint::Between { from, below }, Value::Datetime(usual)) => {
            Value::Datetime(Timestamp::from_millis(near(usual.millis(), *from, *below)))
        }
        (Constraint::Between { from, below }, _) => Value::Long(near(0, *from, *below)),
        (_, usual) => usual.clone(),
    }
}

fn picked_set(kind: &FactKind, all_of: &MemberSet, none_of: &MemberSet) -> MemberSet {
    if !all_of.is_empty() {
        return all_of.clone();
    }
    let Some(enumeration) = kind.enumeration() else { return MemberSet::default() };
    let count = u16::try_from(enumeration.members().len()).unwrap_or(u16::MAX);
    let silence = enumeration.unknown();
    let free = std::iter::once(silence).chain(0..count).find(|member| !none_of.contains(*member));
    MemberSet::of(free)
}

fn near(usual: i64, from: Option<i64>, below: Option<i64>) -> i64 {
    let from = from.map_or(usual, |from| usual.max(from));
    below.map_or(from, |below| from.min(below.saturating_sub(1)))
}
