//! Cubes as conditions that can be asked about.

use std::sync::Arc;

use carveout_terms::{ClauseRef, FactId, FactKind, Facts, MemberSet, Timestamp, Value, Vocabulary};

use crate::{
    Constraint, Cube, Prover, Undecided,
    engine::Atom,
    symbolic::{Term, any, both, not},
};

impl Prover {
    /// Whether a use is in one of these cubes.
    pub(crate) fn inside(&mut self, cubes: &[Cube]) -> Result<Term, Undecided> {
        let place = ClauseRef { agreement: "a region".to_owned(), clause: "of uses".to_owned() };
        let mut inside = Vec::new();
        for cube in cubes {
            let policy = lowered(self.vocabulary(), cube);
            inside.push(self.compile(&policy, &place)?.matches.clone());
        }
        Ok(any(inside))
    }

    /// A region as clauses are to say it: cubes that hold all that is wanted, and of the rest only what is
    /// allowed. None if there are more of them than may be listed.
    ///
    /// They name what is wanted, and what is merely allowed where that is plainer: silence, so that
    /// nobody escapes by it, and what completes a group.
    pub(crate) fn wording(&mut self, wanted: &Term, allowed: &Term) -> Result<Option<Vec<Cube>>, Undecided> {
        let region = self.cover(wanted, allowed)?;
        if !region.exhausted {
            return Ok(None);
        }
        let outside = not(any([wanted.clone(), allowed.clone()]));
        let mut cubes = Vec::new();
        for cube in region.cubes {
            cubes.push(self.completed(cube, &outside)?);
        }
        Ok(Some(cubes))
    }

    fn completed(&mut self, mut cube: Cube, outside: &Term) -> Result<Cube, Undecided> {
        let vocabulary = Arc::clone(self.vocabulary());
        let facts: Vec<FactId> = cube.constraints().map(|(fact, _)| fact).collect();
        for fact in facts {
            let Some(enumeration) = vocabulary.get(fact).kind().enumeration() else { continue };
            let mut more = vec![MemberSet::of([enumeration.unknown()])];
            let groups = enumeration.groups().filter_map(|group| enumeration.resolve(group));
            more.extend(groups.filter(|group| group.len() > 1));
            more.sort_by_key(MemberSet::len);
            for members in more {
                let Some(Constraint::OneOf(named)) = cube.constraint(fact) else { break };
                let named_of_it = members.iter().filter(|member| named.contains(*member)).count();
                let silence = members.len() == 1;
                if named_of_it == members.len() || !silence && named_of_it * 2 < members.len() {
                    continue;
                }
                let wider = Constraint::OneOf(named.union(&members));
                let wider = cube.with(&vocabulary, fact, &wider);
                let inside = self.inside(std::slice::from_ref(&wider))?;
                if !self.can_be(&both(inside, outside.clone()))? {
                    cube = wider;
                }
            }
        }
        Ok(cube)
    }
}

impl Cube {
    /// The uses in both cubes. There must be some.
    pub(crate) fn and(&self, vocabulary: &Vocabulary, other: &Self) -> Self {
        other
            .constraints()
            .fold(self.clone(), |both, (fact, constraint)| both.constrained(vocabulary, fact, constraint))
    }

    /// Every use that states these facts, whatever else it states. A set holds at least the members
    /// that are stated.
    #[must_use]
    pub fn stating(vocabulary: &Vocabulary, facts: &Facts) -> Self {
        let mut cube = Self::default();
        for (fact, value) in facts.iter() {
            let count = vocabulary.get(fact).kind().enumeration().map_or(0, |all| all.members().len());
            let atoms: Vec<Atom> = match value {
                Value::Member(stated) => {
                    (0_u16..).take(count).filter(|member| member != stated).map(Atom::IsNot).collect()
                }
                Value::Members(stated) => stated.iter().map(Atom::Has).collect(),
                Value::Bool(value) => vec![Atom::Is(*value)],
                Value::Long(number) => exactly(*number),
                Value::Datetime(at) => exactly(at.millis()),
            };
            atoms.into_iter().for_each(|atom| cube.add(vocabulary, fact, atom));
        }
        cube
    }

    /// The cubes that these uses are seen as by terms that presume some facts where nothing is stated.
    pub(crate) fn seen_presuming(&self, vocabulary: &Vocabulary, presumed: &Facts) -> Vec<Self> {
        let mut seen = vec![self.clone()];
        for (fact, value) in presumed.iter() {
            let kind = vocabulary.get(fact).kind();
            let Some(unknown) = kind.enumeration().map(|all| all.unknown()) else { continue };
            match (self.constraint(fact), value) {
                (Some(Constraint::OneOf(members)), Value::Member(value)) if members.contains(unknown) => {
                    let others = members.iter().filter(|member| *member != unknown);
                    let members = MemberSet::of(others.chain([*value]));
                    let constraint = Constraint::OneOf(members);
                    seen = seen.iter().map(|cube| cube.with(vocabulary, fact, &constraint)).collect();
                }
                (Some(Constraint::Holds { all_of, none_of }), Value::Members(value))
                    if !none_of.contains(unknown) && all_of.iter().all(|member| member == unknown) =>
                {
                    let count = kind.enumeration().map_or(0, |all| all.members().len());
                    let rest = MemberSet::of((0_u16..).take(count).filter(|member| !value.contains(*member)));
                    let constraint = Constraint::Holds { all_of: value.clone(), none_of: rest };
                    let silent: Vec<Self> =
                        seen.iter().map(|cube| cube.with(vocabulary, fact, &constraint)).collect();
                    seen.extend(silent);
                }
                _ => {}
            }
        }
        seen
    }

    /// The same with another constraint on one fact.
    fn with(&self, vocabulary: &Vocabulary, fact: FactId, constraint: &Constraint) -> Self {
        self.filtered(|other| other != fact).constrained(vocabulary, fact, constraint)
    }

    /// The same with one constraint more.
    pub(crate) fn constrained(
        mut self,
        vocabulary: &Vocabulary,
        fact: FactId,
        constraint: &Constraint,
    ) -> Self {
        let atoms: Vec<Atom> = match constraint {
            Constraint::OneOf(members) => {
                let count = vocabulary.get(fact).kind().enumeration().map_or(0, |all| all.members().len());
                let left_out = (0_u16..).take(count).filter(|member| !members.contains(*member));
                left_out.map(Atom::IsNot).collect()
            }
            Constraint::Holds { all_of, none_of } => {
                all_of.iter().map(Atom::Has).chain(none_of.iter().map(Atom::HasNot)).collect()
            }
            Constraint::Is(value) => vec![Atom::Is(*value)],
            Constraint::Between { from, below } => {
                let from = from.map(Atom::AtLeast);
                from.into_iter().chain(below.map(Atom::Below)).collect()
            }
        };
        atoms.into_iter().for_each(|atom| self.add(vocabulary, fact, atom));
        self
    }
}

fn exactly(number: i64) -> Vec<Atom> {
    let below = number.checked_add(1).map(Atom::Below);
    std::iter::once(Atom::AtLeast(number)).chain(below).collect()
}

/// A policy that matches the uses of a cube, in the lowered form that is compiled: every member is
/// named.
fn lowered(vocabulary: &Vocabulary, cube: &Cube) -> String {
    let conditions: Vec<String> = cube
        .constraints()
        .map(|(fact, constraint)| {
            let declared = vocabulary.get(fact);
            let name = declared.name();
            let listed = |members: &MemberSet| {
                let Some(enumeration) = declared.kind().enumeration() else { return String::new() };
                let names = members.iter().map(|member| enumeration.member_name(member));
                let names: Vec<String> =
                    names.map(|member| format!("{}::\"{member}\"", enumeration.name())).collect();
                names.join(", ")
            };
            match constraint {
                Constraint::OneOf(members) if members.is_empty() => "false".to_owned(),
                Constraint::OneOf(members) => format!("[{}].contains(context.{name})", listed(members)),
                Constraint::Holds { all_of, none_of } => {
                    let held = |members: &MemberSet, test: &str| {
                        let test = format!("context.{name}.{test}([{}])", listed(members));
                        (!members.is_empty()).then_some(test)
                    };
                    let all = held(all_of, "containsAll");
                    let none = held(none_of, "containsAny").map(|test| format!("!{test}"));
                    all.into_iter().chain(none).collect::<Vec<_>>().join(" && ")
                }
                Constraint::Is(true) => format!("context.{name}"),
                Constraint::Is(false) => format!("!context.{name}"),
                Constraint::Between { from, below } => {
                    let bound = |value: i64| match declared.kind() {
                        FactKind::Datetime => {
                            format!("datetime(\"{}\")", Timestamp::from_millis(value))
                        }
                        _ => value.to_string(),
                    };
                    let from = from.map(|from| format!("context.{name} >= {}", bound(from)));
                    let below = below.map(|below| format!("context.{name} < {}", bound(below)));
                    from.into_iter().chain(below).collect::<Vec<_>>().join(" && ")
                }
            }
        })
        .filter(|condition| !condition.is_empty())
        .collect();
    let condition = if conditions.is_empty() { "true".to_owned() } else { conditions.join(" && ") };
    format!("forbid (principal, action, resource) when {{ {condition} }};")
}
