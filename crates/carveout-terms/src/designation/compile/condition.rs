//! Formulas as conditions of Cedar, in the words of a vocabulary.

use std::collections::BTreeSet;

use super::super::{Formula, Scope, formula::agencies};
use crate::{Enumeration, Vocabulary};

/// Writes conditions, and keeps what they can't say.
pub(super) struct Conditions<'v> {
    vocabulary: &'v Vocabulary,
    program: Option<&'v str>,
    left_out: BTreeSet<String>,
}

/// A condition, or what it comes to.
enum Written {
    Always(bool),
    Test(String),
}

impl<'v> Conditions<'v> {
    pub(super) const fn new(vocabulary: &'v Vocabulary, program: Option<&'v str>) -> Self {
        Self { vocabulary, program, left_out: BTreeSet::new() }
    }

    /// The condition of a formula: none inside if it holds everywhere, none at all if it holds nowhere.
    pub(super) fn of(&mut self, formula: &Formula) -> Option<Option<String>> {
        match self.write(formula, true) {
            Written::Always(false) => None,
            Written::Always(true) => Some(None),
            Written::Test(test) => Some(Some(test)),
        }
    }

    /// What no condition could say.
    pub(super) fn left_out(self) -> BTreeSet<String> {
        self.left_out
    }

    /// `bars` is whether more is barred where the formula holds: under a negation less is.
    fn write(&mut self, formula: &Formula, bars: bool) -> Written {
        match formula {
            Formula::Always(truth) => Written::Always(*truth),
            Formula::In(scope) => self.scope(scope, bars),
            Formula::Not(inner) => match self.write(inner, !bars) {
                Written::Always(truth) => Written::Always(!truth),
                Written::Test(test) => Written::Test(format!("!({test})")),
            },
            Formula::All(parts) => {
                let parts = parts.iter().map(|part| self.write(part, bars)).collect();
                joined(parts, true)
            }
            Formula::Any(parts) => {
                let parts = parts.iter().map(|part| self.write(part, bars)).collect();
                joined(parts, false)
            }
        }
    }

    fn scope(&mut self, scope: &Scope, bars: bool) -> Written {
        let named = |words: Vec<&'static str>| words.into_iter().map(str::to_owned).collect::<Vec<_>>();
        let agencies = named(agencies(scope).into_iter().map(|agency| agency.as_str()).collect());
        let classes = named(scope.system_classes.iter().map(|class| class.as_str()).collect());
        let components = named(scope.components.iter().map(|component| component.as_str()).collect());
        let parts = vec![
            self.members("agency", &agencies, bars),
            self.members("system_class", &classes, bars),
            self.members("component", &components, bars),
            self.members("purpose", &scope.purposes, bars),
            self.procurement(&scope.procurement_classes, bars),
            self.unsaid("the contract clause", &scope.hooks, bars),
            self.programs(&scope.programs, bars),
        ];
        joined(parts, true)
    }

    /// That a fact is one of some members. Where more is barred by it silence counts as one of them.
    fn members(&mut self, name: &str, listed: &[String], bars: bool) -> Written {
        if listed.is_empty() {
            return Written::Always(true);
        }
        let fact = self.vocabulary.fact(name);
        let kind = fact.and_then(|fact| self.vocabulary.get(fact).kind().enumeration());
        let Some(enumeration) = kind else {
            return self.unsaid(&format!("the fact `{name}`"), listed, bars);
        };
        let (known, strange): (Vec<&String>, Vec<&String>) =
            listed.iter().partition(|member| enumeration.resolve(member).is_some());
        for member in strange {
            let what = format!("the vocabulary has no {name} `{member}`");
            self.left_out.insert(match bars {
                true => format!("{what}; where it alone is meant nothing is barred"),
                false => format!("{what}, so it is not taken out"),
            });
        }
        if known.is_empty() {
            return Written::Always(false);
        }
        Written::Test(is_one_of(enumeration, name, &known, bars))
    }

    /// Records name classes of procurement in words of their own too. Where one of them is no member of the vocabulary,
    /// all classes are barred: what the class was meant to leave out can't be told.
    fn procurement(&mut self, listed: &[String], bars: bool) -> Written {
        let fact = self.vocabulary.fact("procurement_class");
        let kind = fact.and_then(|fact| self.vocabulary.get(fact).kind().enumeration());
        let known = |class: &String| kind.is_some_and(|enumeration| enumeration.resolve(class).is_some());
        let (known, strange): (Vec<String>, Vec<String>) = listed.iter().cloned().partition(known);
        if strange.is_empty() {
            return self.members("procurement_class", &known, bars);
        }
        let strange = self.unsaid("the class of procurement", &strange, bars);
        if known.is_empty() || bars { strange } else { self.members("procurement_class", &known, bars) }
    }

    /// What no fact says: it is left out of what bars, and takes nothing out of it.
    fn unsaid(&mut self, what: &str, listed: &[String], bars: bool) -> Written {
        if listed.is_empty() {
            return Written::Always(true);
        }
        let listed = listed.join(", ");
        self.left_out.insert(match bars {
            true => format!("no fact says {what} ({listed}), so it is barred in all of them"),
            false => format!("no fact says {what} ({listed}), so nothing is taken out by it"),
        });
        Written::Always(bars)
    }

    fn programs(&mut self, listed: &[String], bars: bool) -> Written {
        match self.program {
            _ if listed.is_empty() => Written::Always(true),
            Some(program) => Written::Always(listed.iter().any(|named| named == program)),
            None => self.unsaid("the program", listed, bars),
        }
    }
}

fn joined(parts: Vec<Written>, all: bool) -> Written {
    let mut tests = Vec::new();
    for part in parts {
        match part {
            Written::Always(truth) if truth == all => {}
            Written::Always(truth) => return Written::Always(truth),
            Written::Test(test) => tests.push(test),
        }
    }
    match tests.as_slice() {
        [] => Written::Always(all),
        [one] => Written::Test(one.clone()),
        several if all => Written::Test(conjunction(several.iter().cloned())),
        several => Written::Test(format!("({})", several.join(" || "))),
    }
}

/// Tests that must all hold, a line each.
pub(super) fn conjunction(tests: impl Iterator<Item = String>) -> String {
    tests.collect::<Vec<_>>().join(" &&\n  ")
}

/// `[Agency::"defense", Agency::"unknown"].contains(context.agency)`, or with `in` where a group is among them.
pub(super) fn is_one_of(enumeration: &Enumeration, fact: &str, members: &[&String], silence: bool) -> String {
    let kind = enumeration.name();
    let mut names: Vec<&str> = members.iter().map(|member| member.as_str()).collect();
    let unknown = enumeration.member_name(enumeration.unknown());
    if silence && !names.contains(&unknown) {
        names.push(unknown);
    }
    let listed: Vec<String> = names.iter().map(|name| format!("{kind}::\"{name}\"")).collect();
    if names.iter().all(|name| enumeration.position(name).is_some()) {
        return match listed.as_slice() {
            [one] => format!("context.{fact} == {one}"),
            several => format!("[{}].contains(context.{fact})", several.join(", ")),
        };
    }
    format!("context.{fact} in [{}]", listed.join(", "))
}
