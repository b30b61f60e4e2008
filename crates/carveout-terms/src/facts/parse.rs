//! Reading facts from an RFC 9651 dictionary.

use std::fmt;

use sfv::{
    BareItemFromInput, KeyRef, Parser, Version,
    visitor::{DictionaryVisitor, EntryVisitor, InnerListVisitor, ItemVisitor, ParameterVisitor},
};

use super::{Facts, Speaker, Value};
use crate::{Attester, Enumeration, Fact, FactId, FactKind, MemberSet, Timestamp, Vocabulary};

/// Why a dictionary of facts was refused. Nothing of it is used then.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FactError {
    /// The text is not a dictionary.
    #[error(
        "not a dictionary of facts: {0}; write `fact=member, fact=(member member)` (RFC 9651 section 3.2)"
    )]
    Syntax(String),
    /// A fact that the vocabulary doesn't have.
    #[error("unknown fact `{fact}`{}", hinted(hint))]
    UnknownFact {
        /// The name as written.
        fact: String,
        /// The nearest name.
        hint: Option<String>,
    },
    /// A fact stated twice. RFC 9651 would let the last one win; here nothing wins.
    #[error("the fact `{0}` is stated twice; state it once")]
    Duplicate(String),
    /// A value of the wrong type, or a member that the enumeration doesn't have.
    #[error("`{fact}` can't be {written}{}", hinted(hint))]
    BadValue {
        /// The fact.
        fact: String,
        /// What was written.
        written: String,
        /// The nearest member, or the expected shape.
        hint: Option<String>,
    },
    /// A fact that somebody else has to vouch for.
    #[error("`{fact}` is attested by {attester}, it can't be stated by {speaker}")]
    NotYours {
        /// The fact.
        fact: String,
        /// Who attests it.
        attester: Attester,
        /// Who tried to state it.
        speaker: Attester,
    },
    /// Parameters, which no fact has.
    #[error("`{0}` has parameters; a fact has none, write only `{0}=value`")]
    Parameters(String),
}

/// Every reason why a dictionary of facts was refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FactErrors(pub(crate) Vec<FactError>);

impl FactErrors {
    /// The reasons, in the order of the text.
    #[must_use]
    pub fn list(&self) -> &[FactError] {
        &self.0
    }
}

impl fmt::Display for FactErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, error) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str("; ")?;
            }
            error.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for FactErrors {}

fn hinted(hint: &Option<String>) -> String {
    hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default()
}

impl Facts {
    /// Reads a dictionary of facts.
    ///
    /// # Errors
    /// Refuses the whole text if it is no dictionary, states a fact twice, names a fact or a member
    /// that the vocabulary doesn't have, or states a fact that `attester` may not state.
    pub fn parse(vocabulary: &Vocabulary, text: &str, attester: Attester) -> Result<Self, FactErrors> {
        Self::parse_as(vocabulary, text, Speaker::As(attester))
    }

    /// Reads a dictionary of facts as an example, a what-if or a record does: of any attester.
    ///
    /// # Errors
    /// As [`Facts::parse`], without the check of who may state a fact.
    pub fn suppose(vocabulary: &Vocabulary, text: &str) -> Result<Self, FactErrors> {
        Self::parse_as(vocabulary, text, Speaker::Anyone)
    }

    fn parse_as(vocabulary: &Vocabulary, text: &str, speaker: Speaker) -> Result<Self, FactErrors> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let reader = Reader { vocabulary, speaker, facts: Self::default(), errors: Vec::new() };
        Parser::new(text.trim())
            .with_version(Version::Rfc9651)
            .parse_dictionary_with_visitor(reader)
            .unwrap_or_else(|error| Err(FactErrors(vec![FactError::Syntax(error.to_string())])))
    }
}

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

struct Reader<'v> {
    vocabulary: &'v Vocabulary,
    speaker: Speaker,
    facts: Facts,
    errors: Vec<FactError>,
}

impl<'de> DictionaryVisitor<'de> for Reader<'_> {
    type Out = Result<Facts, FactErrors>;
    type Error = std::convert::Infallible;

    fn entry(&mut self, key: &'de KeyRef) -> Result<impl EntryVisitor<'de>, Self::Error> {
        let name = key.as_str();
        let fact = match find(self.vocabulary, name) {
            Err(error) => Err(error),
            Ok(fact) if self.facts.get(fact).is_some() => Err(FactError::Duplicate(name.to_owned())),
            Ok(fact) => self.stateable(fact).map(|()| fact),
        };
        let fact = fact.map_err(|error| self.errors.push(error)).ok();
        Ok(fact.map(|fact| Entry { reader: self, fact }))
    }

    fn finish(self) -> Result<Self::Out, Self::Error> {
        Ok(if self.errors.is_empty() { Ok(self.facts) } else { Err(FactErrors(self.errors)) })
    }
}

impl Reader<'_> {
    fn stateable(&self, fact: FactId) -> Result<(), FactError> {
        let Fact { name, attester, .. } = self.vocabulary.get(fact);
        match self.speaker {
            Speaker::As(speaker) if !self.speaker.may_state(*attester) => {
                Err(FactError::NotYours { fact: name.to_string(), attester: *attester, speaker })
            }
            _ => Ok(()),
        }
    }
}

struct Entry<'r, 'v> {
    reader: &'r mut Reader<'v>,
    fact: FactId,
}

impl<'r, 'v: 'r> Entry<'r, 'v> {
    fn no_parameters(self) -> NoParameters<'r> {
        NoParameters { fact: self.reader.vocabulary.get(self.fact), errors: &mut self.reader.errors }
    }

    fn no_parameters_here(&mut self) -> NoParameters<'_> {
        NoParameters { fact: self.reader.vocabulary.get(self.fact), errors: &mut self.reader.errors }
    }

    fn state(&mut self, value: Result<Value, (String, Option<String>)>) {
        let name = self.reader.vocabulary.get(self.fact).name().to_owned();
        match value {
            Ok(value) => self.reader.facts.insert(self.fact, value),
            Err((written, hint)) => {
                self.reader.errors.push(FactError::BadValue { fact: name, written, hint })
            }
        }
    }
}

impl<'de> EntryVisitor<'de> for Entry<'_, '_> {
    type Error = std::convert::Infallible;

    fn item(self) -> Result<impl ItemVisitor<'de>, Self::Error> {
        Ok(self)
    }

    fn inner_list(self) -> Result<impl InnerListVisitor<'de>, Self::Error> {
        Ok(List { entry: self, members: MemberSet::default(), wrong: None })
    }
}

impl<'de> ItemVisitor<'de> for Entry<'_, '_> {
    type Out = ();
    type Error = std::convert::Infallible;

    fn bare_item(
        mut self,
        item: BareItemFromInput<'de>,
    ) -> Result<impl ParameterVisitor<'de, Out = ()>, Self::Error> {
        let kind = self.reader.vocabulary.get(self.fact).kind().clone();
        self.state(read(&kind, &item));
        Ok(self.no_parameters())
    }
}

struct List<'r, 'v> {
    entry: Entry<'r, 'v>,
    members: MemberSet,
    wrong: Option<(String, Option<String>)>,
}

impl<'de> InnerListVisitor<'de> for List<'_, '_> {
    type Error = std::convert::Infallible;

    fn item(&mut self) -> Result<impl ItemVisitor<'de>, Self::Error> {
        Ok(Element { list: self })
    }

    fn finish(mut self) -> Result<impl ParameterVisitor<'de>, Self::Error> {
        let kind = self.entry.reader.vocabulary.get(self.entry.fact).kind().clone();
        let value = match (kind, self.wrong.take()) {
            (_, Some(wrong)) => Err(wrong),
            (FactKind::Members(_), None) if self.members.is_empty() => {
                Err(("an empty list".into(), Some("leave the fact out to say nothing".into())))
            }
            (FactKind::Members(_), None) => Ok(Value::Members(std::mem::take(&mut self.members))),
            _ => Err(("a list".into(), Some("it has one value".into()))),
        };
        self.entry.state(value);
        Ok(self.entry.no_parameters())
    }
}

struct Element<'l, 'r, 'v> {
    list: &'l mut List<'r, 'v>,
}

impl<'de> ItemVisitor<'de> for Element<'_, '_, '_> {
    type Out = ();
    type Error = std::convert::Infallible;

    fn bare_item(
        self,
        item: BareItemFromInput<'de>,
    ) -> Result<impl ParameterVisitor<'de, Out = ()>, Self::Error> {
        let kind = self.list.entry.reader.vocabulary.get(self.list.entry.fact).kind();
        let read = match kind {
            FactKind::Members(enumeration) => read_member(enumeration, &item),
            _ => Err(("a list".into(), Some("it has one value".into()))),
        };
        match read {
            Ok(member) => self.list.members.insert(member),
            Err(wrong) => self.list.wrong = Some(wrong),
        }
        Ok(self.list.entry.no_parameters_here())
    }
}

/// Refuses parameters, whose meaning nobody agreed on.
struct NoParameters<'e> {
    errors: &'e mut Vec<FactError>,
    fact: &'e Fact,
}

impl<'de> ParameterVisitor<'de> for NoParameters<'_> {
    type Out = ();
    type Error = std::convert::Infallible;

    fn parameter(&mut self, _key: &'de KeyRef, _value: BareItemFromInput<'de>) -> Result<(), Self::Error> {
        self.errors.push(FactError::Parameters(self.fact.name().to_owned()));
        Ok(())
    }

    fn finish(self) -> Result<(), Self::Error> {
        Ok(())
    }
}

fn read(kind: &FactKind, item: &BareItemFromInput<'_>) -> Result<Value, (String, Option<String>)> {
    match (kind, item) {
        (FactKind::Member(enumeration), _) => read_member(enumeration, item).map(Value::Member),
        // One member of a set may be written without the parentheses.
        (FactKind::Members(enumeration), _) => {
            read_member(enumeration, item).map(|member| Value::Members(MemberSet::of([member])))
        }
        (FactKind::Bool, BareItemFromInput::Boolean(value)) => Ok(Value::Bool(*value)),
        (FactKind::Bool, _) => Err((shown(item), Some("write `?1` or `?0`".into()))),
        (FactKind::Long, BareItemFromInput::Integer(value)) => Ok(Value::Long(i64::from(*value))),
        (FactKind::Long, _) => Err((shown(item), Some("write a whole number".into()))),
        (FactKind::Datetime, BareItemFromInput::Date(date)) => {
            Ok(Value::Datetime(Timestamp::from_millis(i64::from(date.unix_seconds()).saturating_mul(1000))))
        }
        (FactKind::Datetime, BareItemFromInput::String(text)) => text
            .as_str()
            .parse()
            .map(Value::Datetime)
            .map_err(|error: crate::TimestampError| (shown(item), Some(error.to_string()))),
        (FactKind::Datetime, _) => {
            Err((shown(item), Some("write `\"2026-03-05T00:00:00Z\"` or `@` and Unix seconds".into())))
        }
    }
}

fn read_member(
    enumeration: &Enumeration,
    item: &BareItemFromInput<'_>,
) -> Result<u16, (String, Option<String>)> {
    let name = match item {
        BareItemFromInput::Token(token) => token.as_str(),
        BareItemFromInput::String(text) => text.as_str(),
        _ => return Err((shown(item), Some("write a member's name".into()))),
    };
    member(enumeration, name).map_err(|hint| (format!("`{name}`"), hint))
}

fn shown(item: &BareItemFromInput<'_>) -> String {
    match item {
        BareItemFromInput::Token(token) => format!("`{}`", token.as_str()),
        BareItemFromInput::String(text) => format!("`{}`", text.as_str()),
        BareItemFromInput::Integer(number) => format!("`{number}`"),
        BareItemFromInput::Boolean(value) => format!("`{}`", if *value { "?1" } else { "?0" }),
        _ => "this".into(),
    }
}
