//! The check for silence against trying every use there is.

use proptest::prelude::*;

use super::{Condition, silent_facts};
use crate::{
    FactId, MemberSet, Value, Vocabulary,
    law::{Comparison, Test},
};

const SCHEMA: &str = r#"
entity Program;
entity Maker enum ["acme", "unknown"];
entity Kind enum ["a", "b", "c", "unknown"];
entity Step enum ["x", "y", "z", "unknown"];
action invoke appliesTo {
  principal: [Program], resource: [Program],
  context: {
    @attester("gateway") @doc("d") at: datetime,
    @attester("gateway") @doc("d") maker: Maker,
    @attester("gateway") @doc("d") host: Maker,
    @attester("gateway") @doc("d") operator: Maker,
    @attester("gateway") @doc("d") model: Maker,
    @attester("caller") @doc("d") kind: Kind,
    @attester("caller") @doc("d") other: Kind,
    @attester("caller") @doc("d") steps: Set<Step>,
    @attester("gateway") @doc("d") one: Long,
    @attester("gateway") @doc("d") two: Long,
  }
};
"#;
const FACTS: [&str; 5] = ["kind", "other", "steps", "one", "two"];

fn vocabulary() -> Vocabulary {
    Vocabulary::parse(SCHEMA, "vocabulary = \"v\"\nversion = \"1\"\n").unwrap()
}

/// Every value of each fact; numbers well beyond all constants.
fn every_value(fact: usize) -> Vec<Value> {
    match fact {
        0 | 1 => (0..4).map(Value::Member).collect(),
        2 => (1..16_u16)
            .map(|bits| Value::Members(MemberSet::of((0..4).filter(|bit| bits >> bit & 1 == 1))))
            .collect(),
        _ => (-3..7).map(Value::Long).collect(),
    }
}

/// The facts that a restriction is silent on, by the definition.
fn brute(vocabulary: &Vocabulary, condition: &Condition) -> Vec<FactId> {
    let ids: Vec<FactId> = FACTS.iter().map(|name| vocabulary.fact(name).unwrap()).collect();
    let tested = condition.facts();
    let mut uses: Vec<Vec<Value>> = vec![Vec::new()];
    for (position, id) in ids.iter().enumerate() {
        let values =
            if tested.contains(id) { every_value(position) } else { every_value(position)[..1].to_vec() };
        uses = uses
            .into_iter()
            .flat_map(|use_| values.iter().map(move |value| [use_.clone(), vec![value.clone()]].concat()))
            .collect();
    }
    let holds =
        |use_: &[Value]| condition.holds(&|fact| &use_[ids.iter().position(|id| *id == fact).unwrap()]);
    let mut silent: Vec<FactId> = (0..3)
        .filter(|fact| {
            uses.iter().filter(|use_| holds(use_)).any(|use_| {
                let mut quiet = use_.clone();
                quiet[*fact] = vocabulary.silence(ids[*fact]).unwrap().clone();
                !holds(&quiet)
            })
        })
        .map(|fact| ids[fact])
        .collect();
    silent.sort_unstable();
    silent
}

fn tests() -> impl Strategy<Value = Test> {
    let id = |name: &str| vocabulary().fact(name).unwrap();
    let (kind, other, steps, one, two) = (id("kind"), id("other"), id("steps"), id("one"), id("two"));
    let members = || prop::collection::vec(0..4_u16, 1..4).prop_map(MemberSet::of);
    let number = move || prop::sample::select(vec![one, two]);
    let comparison =
        || prop::sample::select(vec![Comparison::Less, Comparison::LessOrEqual, Comparison::Equal]);
    prop_oneof![
        3 => (prop::sample::select(vec![kind, other]), members()).prop_map(|(fact, members)| Test::OneOf { fact, members }),
        2 => members().prop_map(move |members| Test::HasAll { fact: steps, members }),
        2 => members().prop_map(move |members| Test::HasAny { fact: steps, members }),
        2 => members().prop_map(move |members| Test::Within { fact: steps, members }),
        2 => (number(), comparison(), 0..4_i64).prop_map(|(fact, comparison, constant)| Test::Compare { fact, comparison, constant }),
        2 => comparison().prop_map(move |comparison| Test::CompareFacts { left: one, comparison, right: two }),
        1 => Just(Test::CompareFacts { left: kind, comparison: Comparison::Equal, right: other }),
    ]
}

fn conditions() -> impl Strategy<Value = Condition> {
    tests().prop_map(Condition::Test).prop_recursive(3, 6, 2, |inner| {
        prop_oneof![
            3 => (inner.clone(), inner.clone()).prop_map(|(left, right)| left.and(right)),
            2 => (inner.clone(), inner.clone()).prop_map(|(left, right)| left.or(right)),
            2 => inner.prop_map(Condition::not),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_silent_facts_are_those_of_the_definition(condition in conditions()) {
        let vocabulary = vocabulary();
        prop_assert_eq!(silent_facts(&vocabulary, &condition).unwrap(), brute(&vocabulary, &condition), "{:?}", condition);
    }
}
