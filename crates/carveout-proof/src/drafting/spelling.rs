//! Two ways to spell a condition.
//!
//! What is asked of a counterparty in a party's own words would tell the words. Where the usual
//! spelling of a condition happens to be the party's, the other one is used.

use carveout_terms::{Fact, FactKind, MemberSet, Timestamp};

use crate::Constraint;

/// How a condition is spelled.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Spelling {
    /// As an author would: groups by their names, several members in a list.
    #[default]
    Usual,
    /// Another way, of the same meaning, for everything that can be said about a fact.
    Other,
}

/// A constraint in the other spelling.
pub(super) fn other(fact: &Fact, constraint: &Constraint) -> String {
    let name = fact.name();
    let members = |members: &MemberSet| -> Vec<String> {
        let Some(enumeration) = fact.kind().enumeration() else { return Vec::new() };
        let names = members.iter().map(|member| enumeration.member_name(member));
        names.map(|member| format!("{}::\"{member}\"", enumeration.name())).collect()
    };
    match constraint {
        Constraint::OneOf(named) => match members(named).as_slice() {
            [one] => format!("[{one}].contains(context.{name})"),
            several => {
                let each: Vec<String> =
                    several.iter().map(|member| format!("context.{name} == {member}")).collect();
                format!("({})", each.join(" || "))
            }
        },
        Constraint::Holds { all_of, none_of } => {
            let all = members(all_of).into_iter().map(|member| format!("context.{name}.contains({member})"));
            let none =
                members(none_of).into_iter().map(|member| format!("!context.{name}.contains({member})"));
            all.chain(none).collect::<Vec<_>>().join(" && ")
        }
        Constraint::Is(value) => format!("context.{name} == {value}"),
        Constraint::Between { from, below } => {
            let bound = |value: i64| match fact.kind() {
                FactKind::Datetime => format!("datetime(\"{}\")", Timestamp::from_millis(value)),
                _ => value.to_string(),
            };
            let from = from.map(|from| format!("{} <= context.{name}", bound(from)));
            let below = below.map(|below| format!("{} > context.{name}", bound(below)));
            from.into_iter().chain(below).collect::<Vec<_>>().join(" && ")
        }
    }
}
