//! Where an instrument bars, as a formula over scopes.

use super::{Agency, Component, Scope, SystemClass, situation::Situation};

/// A Boolean combination of scopes.
///
/// Under an even number of negations a scope covers a use that doesn't say where it is: silence escapes nothing.
/// Under an odd number it covers only uses that say so: nobody is excepted by keeping quiet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Formula {
    /// Everywhere, or nowhere.
    Always(bool),
    /// Where this scope is.
    In(Scope),
    /// Where it isn't.
    Not(Box<Self>),
    /// Where all of these hold.
    All(Vec<Self>),
    /// Where any of these holds.
    Any(Vec<Self>),
}

impl Formula {
    /// Where a scope is; one that says nothing is everywhere.
    pub(super) fn within(scope: &Scope) -> Self {
        if *scope == Scope::default() { Self::Always(true) } else { Self::In(scope.clone()) }
    }

    pub(super) fn not(self) -> Self {
        match self {
            Self::Always(truth) => Self::Always(!truth),
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Always(false), _) | (_, Self::Always(false)) => Self::Always(false),
            (Self::Always(true), other) | (other, Self::Always(true)) => other,
            (one, other) if one == other => one,
            (Self::All(mut parts), other) => {
                parts.push(other);
                Self::All(parts)
            }
            (one, other) => Self::All(vec![one, other]),
        }
    }

    pub(super) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Always(true), _) | (_, Self::Always(true)) => Self::Always(true),
            (Self::Always(false), other) | (other, Self::Always(false)) => other,
            (one, other) if one == other => one,
            (Self::Any(mut parts), other) => {
                parts.push(other);
                Self::Any(parts)
            }
            (one, other) => Self::Any(vec![one, other]),
        }
    }

    /// Whether it holds in a situation.
    #[must_use]
    pub fn covers(&self, situation: &Situation) -> bool {
        self.holds(true, &|scope, silence| situation.is_in(scope, silence))
    }

    /// Evaluates the formula with an opinion about scopes, which is told what to make of silence.
    pub(super) fn holds(&self, silence: bool, is_in: &dyn Fn(&Scope, bool) -> bool) -> bool {
        match self {
            Self::Always(truth) => *truth,
            Self::In(scope) => is_in(scope, silence),
            Self::Not(inner) => !inner.holds(!silence, is_in),
            Self::All(parts) => parts.iter().all(|part| part.holds(silence, is_in)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(silence, is_in)),
        }
    }
}

/// The single agencies that a scope names.
pub(super) fn agencies(scope: &Scope) -> Vec<Agency> {
    let mut agencies: Vec<Agency> = scope.agencies.iter().flat_map(|agency| agency.members()).collect();
    agencies.sort();
    agencies.dedup();
    agencies
}

impl Situation {
    /// Whether the situation is in a scope; where the situation says nothing, `silence` is the answer.
    fn is_in(&self, scope: &Scope, silence: bool) -> bool {
        let agency = named(&agencies(scope), self.agency, silence);
        let class: &[SystemClass] = &scope.system_classes;
        let component: &[Component] = &scope.components;
        agency
            && named(class, self.system_class, silence)
            && named(component, self.component, silence)
            && among(&scope.purposes, self.purpose.as_deref(), silence)
            && among(&scope.procurement_classes, self.procurement_class.as_deref(), silence)
            && among(&scope.programs, self.program.as_deref(), silence)
            // Through which clause a contract is reached is not part of a situation.
            && (scope.hooks.is_empty() || silence)
    }
}

fn named<T: PartialEq>(listed: &[T], stated: Option<T>, silence: bool) -> bool {
    listed.is_empty() || stated.map_or(silence, |stated| listed.contains(&stated))
}

/// Whether a text, or a group that it is below, is listed.
fn among(listed: &[String], stated: Option<&str>, silence: bool) -> bool {
    let below = |stated: &str, group: &String| {
        stated.strip_prefix(group.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    listed.is_empty() || stated.map_or(silence, |stated| listed.iter().any(|group| below(stated, group)))
}
