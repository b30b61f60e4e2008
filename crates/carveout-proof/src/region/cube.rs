//! Cubes: one constraint on each of some facts.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    fmt,
};

use carveout_terms::{FactId, FactKind, MemberSet, Timestamp, Value, Vocabulary};

use crate::engine::Atom;

/// What a cube says about one fact.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Constraint {
    /// It is one of these members.
    OneOf(MemberSet),
    /// The set holds all of the first members and none of the second.
    Holds {
        /// What it holds.
        all_of: MemberSet,
        /// What it doesn't hold.
        none_of: MemberSet,
    },
    /// It is so.
    Is(bool),
    /// It is at least `from`, and less than `below`: a number, or milliseconds.
    Between {
        /// The least value, if there is one.
        from: Option<i64>,
        /// The first value above, if there is one.
        below: Option<i64>,
    },
}

/// A box of uses: every use whose facts meet all of these constraints. Facts that are not named may be
/// anything.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Cube {
    constraints: BTreeMap<FactId, Constraint>,
}

impl Cube {
    /// The constraints, by fact.
    pub fn constraints(&self) -> impl ExactSizeIterator<Item = (FactId, &Constraint)> {
        self.constraints.iter().map(|(fact, constraint)| (*fact, constraint))
    }

    /// How it compares with others in a list: those that speak of the fewest facts come first.
    pub(crate) fn plainness(&self) -> (usize, Self) {
        (self.constraints.len(), self.clone())
    }

    /// What it says about a fact.
    #[must_use]
    pub fn constraint(&self, fact: FactId) -> Option<&Constraint> {
        self.constraints.get(&fact)
    }

    /// What the cube says about some of its facts: the same cube, or a larger one.
    #[must_use]
    pub fn filtered(&self, keep: impl Fn(FactId) -> bool) -> Self {
        let constraints = self.constraints.iter().filter(|(fact, _)| keep(**fact));
        Self { constraints: constraints.map(|(fact, constraint)| (*fact, constraint.clone())).collect() }
    }

    /// Whether the facts of a use meet every constraint.
    #[must_use]
    pub fn contains(&self, value: impl Fn(FactId) -> Option<Value>) -> bool {
        self.constraints.iter().all(|(fact, constraint)| match (constraint, value(*fact)) {
            (Constraint::OneOf(members), Some(Value::Member(is))) => members.contains(is),
            (Constraint::Holds { all_of, none_of }, Some(Value::Members(held))) => {
                held.contains_all(all_of) && !held.contains_any(none_of)
            }
            (Constraint::Is(expected), Some(Value::Bool(is))) => *expected == is,
            (Constraint::Between { from, below }, Some(Value::Long(number))) => within(number, *from, *below),
            (Constraint::Between { from, below }, Some(Value::Datetime(at))) => {
                within(at.millis(), *from, *below)
            }
            _ => false,
        })
    }

    /// Adds one thing that a wire says.
    pub(crate) fn add(&mut self, vocabulary: &Vocabulary, fact: FactId, atom: Atom) {
        let constraint = match self.constraints.entry(fact) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(anything(vocabulary.get(fact).kind())),
        };
        match (constraint, atom) {
            (Constraint::OneOf(members), Atom::IsNot(member)) => {
                *members = MemberSet::of(members.iter().filter(|other| *other != member));
            }
            (Constraint::Holds { all_of, .. }, Atom::Has(member)) => all_of.insert(member),
            (Constraint::Holds { none_of, .. }, Atom::HasNot(member)) => none_of.insert(member),
            (Constraint::Is(value), Atom::Is(is)) => *value = is,
            (Constraint::Between { from, .. }, Atom::AtLeast(bound)) => {
                *from = Some(from.map_or(bound, |from| from.max(bound)));
            }
            (Constraint::Between { below, .. }, Atom::Below(bound)) => {
                *below = Some(below.map_or(bound, |below| below.min(bound)));
            }
            (constraint, atom) => debug_assert!(false, "{atom:?} on {constraint:?}"),
        }
    }

    /// The cube as a phrase.
    #[must_use]
    pub const fn words<'a>(&'a self, vocabulary: &'a Vocabulary) -> CubeWords<'a> {
        CubeWords { cube: self, vocabulary }
    }

    /// The cube as the condition of a policy.
    #[must_use]
    pub fn cedar(&self, vocabulary: &Vocabulary) -> String {
        if self.constraints.is_empty() {
            return "true".to_owned();
        }
        let conditions: Vec<String> =
            self.constraints.iter().map(|(fact, constraint)| cedar(vocabulary, *fact, constraint)).collect();
        conditions.join(" && ")
    }
}

fn within(number: i64, from: Option<i64>, below: Option<i64>) -> bool {
    from.is_none_or(|from| from <= number) && below.is_none_or(|below| number < below)
}

fn anything(kind: &FactKind) -> Constraint {
    match kind {
        FactKind::Member(enumeration) => {
            Constraint::OneOf(MemberSet::of((0_u16..).take(enumeration.members().len())))
        }
        FactKind::Members(_) => {
            Constraint::Holds { all_of: MemberSet::default(), none_of: MemberSet::default() }
        }
        FactKind::Bool => Constraint::Is(true),
        FactKind::Long | FactKind::Datetime => Constraint::Between { from: None, below: None },
    }
}

/// A cube, shown as an English phrase.
#[derive(Clone, Copy, Debug)]
pub struct CubeWords<'a> {
    cube: &'a Cube,
    vocabulary: &'a Vocabulary,
}

impl fmt::Display for CubeWords<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.cube.constraints.is_empty() {
            return f.write_str("any use at all");
        }
        for (position, (fact, constraint)) in self.cube.constraints.iter().enumerate() {
            if position > 0 {
                f.write_str(", and ")?;
            }
            f.write_str(&words(self.vocabulary, *fact, constraint))?;
        }
        Ok(())
    }
}

fn words(vocabulary: &Vocabulary, fact: FactId, constraint: &Constraint) -> String {
    let declared = vocabulary.get(fact);
    let name = declared.name();
    let number = |value: i64| match declared.kind() {
        FactKind::Datetime => Timestamp::from_millis(value).to_string(),
        _ => value.to_string(),
    };
    match constraint {
        Constraint::OneOf(members) => vocabulary.phrase(fact, members),
        Constraint::Holds { all_of, none_of } => {
            let listed = |members: &MemberSet, with: &str| {
                let names = declared.kind().enumeration().map(|all| all.names_for(members));
                names.unwrap_or_default().join(with)
            };
            match (all_of.is_empty(), none_of.is_empty()) {
                (true, _) => format!("{name} include none of {}", listed(none_of, ", ")),
                (false, true) => format!("{name} include {}", listed(all_of, " and ")),
                (false, false) => format!(
                    "{name} include {} and none of {}",
                    listed(all_of, " and "),
                    listed(none_of, ", ")
                ),
            }
        }
        Constraint::Is(value) => format!("{name} is {value}"),
        Constraint::Between { from: Some(from), below: Some(below) }
            if from.checked_add(1) == Some(*below) =>
        {
            format!("{name} is {}", number(*from))
        }
        Constraint::Between { from, below } => {
            let datetime = matches!(declared.kind(), FactKind::Datetime);
            let (at_least, less) =
                if datetime { ("is at or after", "is before") } else { ("is at least", "is less than") };
            let bounds = [from.map(|from| (at_least, from)), below.map(|below| (less, below))];
            let bounds: Vec<String> = bounds
                .into_iter()
                .flatten()
                .map(|(words, bound)| format!("{words} {}", number(bound)))
                .collect();
            format!("{name} {}", bounds.join(" and "))
        }
    }
}

fn cedar(vocabulary: &Vocabulary, fact: FactId, constraint: &Constraint) -> String {
    let declared = vocabulary.get(fact);
    let name = declared.name();
    let quoted = |members: &MemberSet| -> Vec<String> {
        let Some(enumeration) = declared.kind().enumeration() else { return Vec::new() };
        let names = members.iter().map(|member| enumeration.member_name(member));
        names.map(|member| format!("{}::\"{member}\"", enumeration.name())).collect()
    };
    match constraint {
        Constraint::OneOf(members) => one_of(vocabulary, fact, members),
        Constraint::Holds { all_of, none_of } => {
            let mut conditions = Vec::new();
            if !all_of.is_empty() {
                conditions.push(format!("context.{name}.containsAll([{}])", quoted(all_of).join(", ")));
            }
            if !none_of.is_empty() {
                conditions.push(format!("!context.{name}.containsAny([{}])", quoted(none_of).join(", ")));
            }
            conditions.join(" && ")
        }
        Constraint::Is(true) => format!("context.{name}"),
        Constraint::Is(false) => format!("!context.{name}"),
        Constraint::Between { from, below } => {
            let bound = |value: i64| match declared.kind() {
                FactKind::Datetime => format!("datetime(\"{}\")", Timestamp::from_millis(value)),
                _ => value.to_string(),
            };
            let from = from.map(|from| format!("context.{name} >= {}", bound(from)));
            let below = below.map(|below| format!("context.{name} < {}", bound(below)));
            from.into_iter().chain(below).collect::<Vec<_>>().join(" && ")
        }
    }
}

/// Groups are named with `in`, as an author would, and what is left over in a list; where the rest is
/// shorter to name, what it is not.
fn one_of(vocabulary: &Vocabulary, fact: FactId, members: &MemberSet) -> String {
    let declared = vocabulary.get(fact);
    let Some(enumeration) = declared.kind().enumeration() else { return "false".to_owned() };
    let all = enumeration.members().len();
    let rest = MemberSet::of((0_u16..).take(all).filter(|member| !members.contains(*member)));
    let (names, left_out) = (enumeration.names_for(members), enumeration.names_for(&rest));
    if !left_out.is_empty() && left_out.len() * 3 < names.len() {
        return format!("!({})", named(declared.name(), enumeration, &left_out));
    }
    let condition = named(declared.name(), enumeration, &names);
    if condition.contains(" || ") { format!("({condition})") } else { condition }
}

fn named(fact: &str, enumeration: &carveout_terms::Enumeration, names: &[&str]) -> String {
    let quote = |name: &&str| format!("{}::\"{name}\"", enumeration.name());
    let (groups, members): (Vec<&str>, Vec<&str>) = names.iter().partition(|name| enumeration.is_group(name));
    let mut conditions: Vec<String> =
        groups.iter().map(|group| format!("context.{fact} in {}", quote(group))).collect();
    match members.as_slice() {
        [] => {}
        [one] => conditions.push(format!("context.{fact} == {}", quote(one))),
        several => {
            let several: Vec<String> = several.iter().map(quote).collect();
            conditions.push(format!("[{}].contains(context.{fact})", several.join(", ")));
        }
    }
    conditions.join(" || ")
}
