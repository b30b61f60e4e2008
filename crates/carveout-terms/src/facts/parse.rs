//! Reading facts from an RFC 9651 dictionary.

use sfv::{
    BareItemFromInput, KeyRef, Parser, Version,
    visitor::{DictionaryVisitor, EntryVisitor, InnerListVisitor, ItemVisitor, ParameterVisitor},
};

use super::{FactError, FactErrors, Facts, Speaker, Value, WRITABLE_TIMES, find, member, recorded};
use crate::{Attester, Enumeration, Fact, FactId, FactKind, MemberSet, Timestamp, Vocabulary};

impl Facts {
    /// Reads a dictionary of facts.
    ///
    /// # Errors
    /// Refuses the whole text if it is no dictionary, states a fact twice, names a fact or a member
    /// that the vocabulary doesn't have, or states a fact that `attester` may not state.
    pub fn parse(vocabulary: &Vocabulary, text: &str, attester: Attester) -> Result<Self, FactErrors> {
        Self::parse_as(vocabulary, text, Speaker::As(attester))
    }

    /// Reads a dictionary of facts as an example, a what-if or a record does: of any attester. A record may end with
    /// `*=0;of="…"`, which states every number that the gateway measures and that it doesn't name.
    ///
    /// # Errors
    /// As [`Facts::parse`], without the check of who may state a fact; also if the end of a record speaks of the numbers of
    /// another vocabulary.
    pub fn suppose(vocabulary: &Vocabulary, text: &str) -> Result<Self, FactErrors> {
        Self::parse_as(vocabulary, text, Speaker::Anyone)
    }

    fn parse_as(vocabulary: &Vocabulary, text: &str, speaker: Speaker) -> Result<Self, FactErrors> {
        let (text, rest) = match speaker {
            Speaker::As(_) => (text, None),
            Speaker::Anyone => recorded::split(text),
        };
        let text = text.trim_matches([' ', '\t']);
        let mut facts = Self::read(vocabulary, text, speaker)?;
        if let Some(mark) = rest {
            facts.complete(vocabulary, mark).map_err(|error| FactErrors(vec![error]))?;
        }
        Ok(facts)
    }

    fn read(vocabulary: &Vocabulary, text: &str, speaker: Speaker) -> Result<Self, FactErrors> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let reader = Reader { vocabulary, speaker, facts: Self::default(), errors: Vec::new() };
        Parser::new(text)
            .with_version(Version::Rfc9651)
            .parse_dictionary_with_visitor(reader)
            .unwrap_or_else(|error| Err(FactErrors(vec![FactError::Syntax(error.to_string())])))
    }
}

/// More errors than this are not listed: callers could make us write at length.
const MOST_ERRORS: usize = 16;

fn refuse(errors: &mut Vec<FactError>, error: FactError) {
    match errors.len() {
        0..MOST_ERRORS => errors.push(error),
        MOST_ERRORS => errors.push(FactError::More),
        _ => {}
    }
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
            Ok(fact) => self.speaker.check(self.vocabulary.get(fact)).map(|()| fact),
        };
        let fact = fact.map_err(|error| self.refuse(error)).ok();
        Ok(fact.map(|fact| Entry { reader: self, fact }))
    }

    fn finish(self) -> Result<Self::Out, Self::Error> {
        Ok(if self.errors.is_empty() { Ok(self.facts) } else { Err(FactErrors(self.errors)) })
    }
}

impl Reader<'_> {
    fn refuse(&mut self, error: FactError) {
        refuse(&mut self.errors, error);
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
                self.reader.refuse(FactError::BadValue { fact: name, written, hint });
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
        refuse(self.errors, FactError::Parameters(self.fact.name().to_owned()));
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
            let millis = i64::from(date.unix_seconds()).saturating_mul(1000);
            if WRITABLE_TIMES.contains(&millis) {
                Ok(Value::Datetime(Timestamp::from_millis(millis)))
            } else {
                Err(("this time".into(), Some("its year has four digits".into())))
            }
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
