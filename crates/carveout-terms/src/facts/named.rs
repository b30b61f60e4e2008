//! Facts and members by name, as TOML files give them.

use super::{FactError, Speaker, Value};
use crate::{Attester, Enumeration, FactId, FactKind, MemberSet, Vocabulary};

/// The fact with a name.
pub(super) fn find(vocabulary: &Vocabulary, name: &str) -> Result<FactId, FactError> {
    vocabulary
        .fact(name)
        .ok_or_else(|| FactError::UnknownFact { fact: name.to_owned(), hint: vocabulary.suggest_fact(name) })
}

/// The position of a member, or a hint why there is none.
pub(super) fn member(enumeration: &Enumeration, name: &str) -> Result<u16, Option<String>> {
    enumeration.position(name).ok_or_else(|| {
        if enumeration.is_group(name) {
            let below = enumeration.members().filter(|member| member.starts_with(name)).take(4);
            Some(format!("it is a group; state one of its members, such as {}", ticked(below)))
        } else {
            enumeration
                .suggest(name)
                .or_else(|| Some(format!("it is one of {}", ticked(enumeration.members().take(12)))))
        }
    })
}

fn ticked<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// States an enumerated fact by the names of its members, as `speaker` may.
pub(crate) fn stated(
    vocabulary: &Vocabulary,
    name: &str,
    members: &[String],
    speaker: Speaker,
) -> Result<(FactId, Value), FactError> {
    let fact = find(vocabulary, name)?;
    speaker.check(vocabulary.get(fact))?;
    let bad =
        |written: String, hint: Option<String>| FactError::BadValue { fact: name.to_owned(), written, hint };
    let position = |enumeration: &Enumeration, written: &String| {
        member(enumeration, written).map_err(|hint| bad(format!("`{written}`"), hint))
    };
    let value = match (vocabulary.get(fact).kind(), members) {
        (FactKind::Member(enumeration), [one]) => Value::Member(position(enumeration, one)?),
        (FactKind::Members(_), []) => {
            return Err(bad("an empty list".into(), Some("leave the fact out to say nothing".into())));
        }
        (FactKind::Members(enumeration), members) => {
            let positions: Result<Vec<u16>, _> =
                members.iter().map(|written| position(enumeration, written)).collect();
            Value::Members(MemberSet::of(positions?))
        }
        (FactKind::Member(_), _) => return Err(bad("a list".into(), Some("it has one value".into()))),
        _ => return Err(bad("a name".into(), None)),
    };
    Ok((fact, value))
}

/// States a presumption, which may cover any fact that the gateway doesn't measure itself.
pub(crate) fn presumed(
    vocabulary: &Vocabulary,
    name: &str,
    members: &[String],
) -> Result<(FactId, Value), FactError> {
    let fact = find(vocabulary, name)?;
    if vocabulary.get(fact).attester() == Attester::Gateway {
        return Err(FactError::Measured(name.to_owned()));
    }
    let (fact, value) = stated(vocabulary, name, members, Speaker::Anyone)?;
    if vocabulary.silence(fact) == Some(&value) {
        return Err(FactError::Silent(name.to_owned()));
    }
    Ok((fact, value))
}
