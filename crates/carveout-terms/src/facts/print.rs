//! Printing facts as an RFC 9651 dictionary.

use std::fmt;

use super::{Facts, Value};
use crate::{Enumeration, Fact, Vocabulary};

pub(super) struct Dictionary<'a> {
    pub(super) facts: &'a Facts,
    pub(super) vocabulary: &'a Vocabulary,
}

impl fmt::Display for Dictionary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, (id, value)) in self.facts.iter().enumerate() {
            if position > 0 {
                f.write_str(", ")?;
            }
            member(f, self.vocabulary.get(id), value)?;
        }
        Ok(())
    }
}

/// One fact of a dictionary.
pub(super) fn member(f: &mut impl fmt::Write, fact: &Fact, value: &Value) -> fmt::Result {
    f.write_str(fact.name())?;
    f.write_str("=")?;
    match (fact.kind().enumeration(), value) {
        (Some(enumeration), Value::Member(member)) => print_member(f, enumeration, *member),
        (Some(enumeration), Value::Members(members)) => {
            f.write_str("(")?;
            for (position, member) in members.iter().enumerate() {
                if position > 0 {
                    f.write_str(" ")?;
                }
                print_member(f, enumeration, member)?;
            }
            f.write_str(")")
        }
        (_, Value::Bool(value)) => f.write_str(if *value { "?1" } else { "?0" }),
        (_, Value::Long(value)) => write!(f, "{value}"),
        // RFC 9651 section 3.3.7: a Date is `@` and whole seconds. Milliseconds need a string.
        (_, Value::Datetime(at)) if at.millis() % 1000 == 0 => write!(f, "@{}", at.millis() / 1000),
        (_, Value::Datetime(at)) => write!(f, "\"{at}\""),
        (None, Value::Member(_) | Value::Members(_)) => f.write_str("?"),
    }
}

/// Names of members are tokens (RFC 9651 section 3.3.4): [`Enumeration`] takes no others.
fn print_member(f: &mut impl fmt::Write, enumeration: &Enumeration, member: u16) -> fmt::Result {
    f.write_str(enumeration.member_name(member))
}
