//! Every use there is, each decided by the authorizer: slow, and beyond doubt.

use std::{collections::BTreeSet, sync::Arc};

use carveout_proof::{Cube, Diff};
use carveout_terms::{
    Attester, FactKind, Facts, MemberSet, RoleId, Ruling, Stack, Timestamp, Use, UseLayers, Value, Vocabulary,
};

use super::{Moved, regions, world::World};

/// Every combination of values. Of numbers and times there is one of every interval between the
/// constants that clauses are cut at, and of its ends.
pub(crate) fn every_use(world: &World) -> Vec<Facts> {
    let mut uses = vec![Facts::default()];
    for (fact, declared) in world.vocabulary.facts() {
        let values = values(world, declared.kind());
        let with = |facts: &Facts, value: &Value| {
            let mut facts = facts.clone();
            facts.state(&world.vocabulary, fact, value.clone()).unwrap();
            facts
        };
        uses = uses.iter().flat_map(|facts| values.iter().map(move |value| with(facts, value))).collect();
    }
    uses
}

fn values(world: &World, kind: &FactKind) -> Vec<Value> {
    let members = |count: usize| 0..u16::try_from(count).unwrap();
    match kind {
        FactKind::Member(enumeration) => members(enumeration.members().len()).map(Value::Member).collect(),
        FactKind::Members(enumeration) => {
            let count = enumeration.members().len();
            let chosen = |bits: u32| members(count).filter(move |at| bits >> at & 1 == 1);
            (1..1_u32 << count).map(|bits| Value::Members(MemberSet::of(chosen(bits)))).collect()
        }
        FactKind::Bool => vec![Value::Bool(false), Value::Bool(true)],
        FactKind::Long => around(world.words.numbers).into_iter().map(Value::Long).collect(),
        FactKind::Datetime => moments().into_iter().map(Value::Datetime).collect(),
    }
}

/// A number of every interval: each constant, and its neighbours.
fn around(cuts: &[i64]) -> BTreeSet<i64> {
    cuts.iter().flat_map(|cut| [cut - 1, *cut, cut + 1]).collect()
}

/// A time of every interval between the windows that are drawn, and of the moment that clauses name.
fn moments() -> Vec<Timestamp> {
    let moments = [
        "2026-05-30T23:59:59.999Z",
        "2026-05-31T00:00:00.000Z",
        "2026-05-31T23:59:59.999Z",
        "2026-06-01T00:00:00.000Z",
        "2026-06-01T00:00:00.001Z",
        "2026-06-02T00:00:00.000Z",
    ];
    moments.iter().map(|moment| moment.parse().unwrap()).collect()
}

/// A use whose facts are all known.
pub(crate) fn assembled(vocabulary: &Vocabulary, facts: &Facts) -> Use {
    let measured = |fact| vocabulary.get(fact).attester() == Attester::Gateway;
    let (gateway, caller) = (facts.filtered(measured), facts.filtered(|fact| !measured(fact)));
    let layers = UseLayers { caller: Some(&caller), gateway: Some(&gateway), ..UseLayers::default() };
    Use::assemble(vocabulary, &layers).unwrap()
}

impl Moved {
    /// Whether a use is in the region.
    pub(crate) fn holds(&self, before: &Ruling, after: &Ruling) -> bool {
        let so = |ruling: &Ruling| match (&self.role, ruling) {
            (None, Ruling::Permit) => true,
            (Some(role), Ruling::Hold { roles }) => roles.contains(&RoleId::new(role.as_str())),
            _ => false,
        };
        if self.opened { so(after) && !so(before) } else { so(before) && !so(after) }
    }
}

/// Whether a use is in a cube.
pub(crate) fn inside(cube: &Cube, facts: &Facts) -> bool {
    cube.contains(|fact| facts.get(fact).cloned())
}

/// A use as one would type it.
pub(crate) fn told(vocabulary: &Vocabulary, facts: &Facts) -> String {
    facts.display(vocabulary).to_string()
}

/// Decides every use that is shown once more: it is in its cube, moves as is said, and lies in no cube of
/// the reverse region.
pub(crate) fn replay(diff: &Diff, sides: &[Arc<Stack>; 2]) {
    for (moved, region) in regions(diff) {
        let reverse = |other: &Moved| other.role == moved.role && other.opened != moved.opened;
        for shown in &region.cubes {
            let facts = &shown.witness.all;
            let [before, after] =
                sides.each_ref().map(|side| side.decide(&assembled(side.vocabulary(), facts)).ruling);
            assert!(moved.holds(&before, &after), "{moved:?}: {before} -> {after}");
            assert!(inside(&shown.cube, facts), "{moved:?}: a use outside of its cube");
            let mut others = regions(diff).filter(|(other, _)| reverse(other));
            let both = others.any(|(_, other)| other.cubes.iter().any(|cube| inside(&cube.cube, facts)));
            assert!(!both, "{moved:?}: a use that moves both ways");
        }
    }
}
