//! Whose meters a use moves: those of its program, and of each agreement that governs its target.

use std::sync::Arc;

use carveout_signals::meters::{MeterKey, Person, Returned, ScopeKey, Sight};
use carveout_terms::{Agreement, FactId, Facts, MemberSet, Stack, Value};

use super::Fresh;

/// A program's scopes, each with its key. An agreement's id is its scope, whatever its version: an amendment doesn't
/// begin to count anew.
#[derive(Default)]
pub(crate) struct Scopes {
    program: Option<Scope>,
    agreements: Vec<Scope>,
}

pub(super) struct Scope {
    pub(super) name: String,
    /// Attempts are a scope of their own.
    pub(super) attempted: String,
    key: ScopeKey,
}

/// What a use shows to each scope that it moves.
pub(crate) struct Seen<'a> {
    pub(super) program: Option<(&'a Scope, Sight)>,
    pub(super) agreements: Vec<(&'a Scope, Sight, &'a Agreement)>,
}

impl Scopes {
    pub(super) fn of(key: &MeterKey, program: &str, agreements: &[Arc<Agreement>]) -> Self {
        let scope =
            |name: String| Scope { key: key.scope(&name), attempted: format!("attempted {name}"), name };
        Self {
            program: Some(scope(format!("program {program}"))),
            agreements: agreements.iter().map(|one| scope(format!("agreement {}", one.id()))).collect(),
        }
    }

    /// What stands for a call of a tool of this program.
    pub(super) fn call(&self, key: &MeterKey, id: &str) -> u64 {
        let program = self.program.as_ref().map(|program| &*program.name).unwrap_or_default();
        key.scope("calls of tools").named(&format!("{program}\0{id}"))
    }

    pub(super) fn seen<'a>(&'a self, fresh: &Fresh, target: &Facts, stack: &'a Stack) -> Seen<'a> {
        let agreements = self.agreements.iter().zip(stack.agreements());
        let governing = agreements.filter(|(_, agreement)| governs(agreement, target));
        Seen {
            program: self.program.as_ref().map(|scope| (scope, sight(fresh, &scope.key))),
            agreements: governing
                .map(|(scope, agreement)| (scope, sight(fresh, &scope.key), &**agreement))
                .collect(),
        }
    }
}

/// Whether an agreement may govern a target. What the configuration doesn't say may be anything.
pub(crate) fn governs(agreement: &Agreement, target: &Facts) -> bool {
    let may_be = |fact: FactId, members: &MemberSet| match target.get(fact) {
        Some(Value::Member(member)) => members.contains(*member),
        _ => true,
    };
    agreement.governs().iter().all(|(fact, members)| may_be(*fact, members))
}

fn sight(fresh: &Fresh, key: &ScopeKey) -> Sight {
    let person = |kind, canonical, sure| Person { kind, pseudonym: key.pseudonym(kind, canonical), sure };
    Sight {
        persons: fresh
            .identifiers
            .iter()
            .map(|(kind, canonical, sure)| person(*kind, canonical, *sure))
            .collect(),
        rows: fresh.rows as u64,
        returned: fresh
            .known
            .iter()
            .map(|(given, result)| Returned {
                pseudonym: key.returned(*given, &result.words, result.rows as u64),
                rows: result.rows as u64,
            })
            .collect(),
    }
}

impl<'a> Seen<'a> {
    /// Each scope's name in what is kept, with what it sees.
    pub(super) fn named(&self, admitted: bool) -> impl Iterator<Item = (&str, &Sight)> {
        let program = self.program.iter().map(|(scope, sight)| (*scope, sight));
        let agreements = self.agreements.iter().map(|(scope, sight, _)| (*scope, sight));
        let name = move |scope: &'a Scope| if admitted { &*scope.name } else { &*scope.attempted };
        program.chain(agreements).map(move |(scope, sight)| (name(scope), sight))
    }
}
