//! Facts as people and programs state them: RFC 9651 dictionaries, read through the vocabulary.
//!
//! `purpose=logistics.supply, subject=us_person, steps=(query link), opaque_parts=0`

mod error;
mod named;
mod parse;
mod print;
mod recorded;

use std::fmt;

pub use self::error::{FactError, FactErrors};
use self::named::{find, member};
pub(crate) use self::named::{presumed, stated};
use crate::{Attester, Fact, FactId, FactKind, MemberSet, Timestamp, Vocabulary};

/// The value of one fact.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Value {
    /// One member of the fact's enumeration, by position.
    Member(u16),
    /// A set of members of the fact's enumeration.
    Members(MemberSet),
    /// True or false.
    Bool(bool),
    /// A whole number.
    Long(i64),
    /// A point in time.
    Datetime(Timestamp),
}

impl Value {
    /// What a fact is when nobody has said anything: `unknown`, or nothing for types that have none.
    #[must_use]
    pub fn silence(kind: &FactKind) -> Option<Self> {
        match kind {
            FactKind::Member(enumeration) => Some(Self::Member(enumeration.unknown())),
            FactKind::Members(enumeration) => Some(Self::Members(MemberSet::of([enumeration.unknown()]))),
            FactKind::Bool | FactKind::Long | FactKind::Datetime => None,
        }
    }
}

/// Who is speaking: decides which facts a text may state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Speaker {
    /// Somebody who may state only what this attester may.
    As(Attester),
    /// An example, a what-if or a record: any fact may be supposed, also one nobody can observe.
    Anyone,
}

impl Speaker {
    /// Whether the speaker may state a fact.
    fn check(self, fact: &Fact) -> Result<(), FactError> {
        match self {
            Self::As(speaker) if !speaker.may_state(fact.attester()) => {
                Err(FactError::NotYours { fact: fact.name().to_owned(), attester: fact.attester(), speaker })
            }
            Self::As(_) | Self::Anyone => Ok(()),
        }
    }
}

/// The largest number that RFC 9651 section 3.3.1 can write: what is stated can also be recorded.
const LARGEST_NUMBER: u64 = 999_999_999_999_999;

/// As long as most values are when they are written, with what stands around them.
const ROOM_FOR_A_VALUE: usize = 24;

/// The times that RFC 3339 can write: the years 0000 to 9999, in milliseconds.
const WRITABLE_TIMES: std::ops::RangeInclusive<i64> = -62_167_219_200_000..=253_402_300_799_999;

/// A partial assignment of values to facts. Only [`Facts::parse`] and the setters make one, always
/// through a vocabulary, so it can't hold an unknown fact or an unknown member.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Facts {
    /// In the vocabulary's order, each fact once. There are some dozens at most, and they are copied for every use.
    values: Vec<(FactId, Value)>,
}

/// Facts that are asked for in the vocabulary's order, each once: none has to be searched for.
pub(crate) struct InOrder<'a>(&'a [(FactId, Value)]);

impl<'a> InOrder<'a> {
    pub(crate) fn get(&mut self, fact: FactId) -> Option<&'a Value> {
        while let Some(((stated, value), rest)) = self.0.split_first() {
            if *stated > fact {
                return None;
            }
            self.0 = rest;
            if *stated == fact {
                return Some(value);
            }
        }
        None
    }
}

impl Facts {
    /// Whether nothing is stated.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The value stated for a fact.
    #[must_use]
    pub fn get(&self, fact: FactId) -> Option<&Value> {
        let place = self.place(fact).ok()?;
        self.values.get(place).map(|(_, value)| value)
    }

    /// To be asked for one fact after the other.
    pub(crate) fn in_order(&self) -> InOrder<'_> {
        InOrder(&self.values)
    }

    fn place(&self, fact: FactId) -> Result<usize, usize> {
        // Most are stated in the vocabulary's order.
        if self.values.last().is_none_or(|(last, _)| *last < fact) {
            return Err(self.values.len());
        }
        self.values.binary_search_by_key(&fact, |(stated, _)| *stated)
    }

    /// All stated values, in the vocabulary's order.
    pub fn iter(&self) -> impl Iterator<Item = (FactId, &Value)> {
        self.values.iter().map(|(fact, value)| (*fact, value))
    }

    /// These facts, with those of `other` in their place where both state one.
    #[must_use]
    pub fn overridden_by(&self, other: &Self) -> Self {
        let mut values = Vec::with_capacity(self.values.len() + other.values.len());
        let mut others = other.values.iter().peekable();
        for own in &self.values {
            values.extend(std::iter::from_fn(|| others.next_if(|(fact, _)| *fact < own.0)).cloned());
            values.push(others.next_if(|(fact, _)| *fact == own.0).unwrap_or(own).clone());
        }
        values.extend(others.cloned());
        Self { values }
    }

    /// Only those of these facts that `keep` accepts.
    #[must_use]
    pub fn filtered(&self, keep: impl Fn(FactId) -> bool) -> Self {
        Self { values: self.values.iter().filter(|(fact, _)| keep(*fact)).cloned().collect() }
    }

    /// States an enumerated fact.
    ///
    /// # Errors
    /// If the vocabulary has no such fact or the fact no such member.
    pub fn set_member(&mut self, vocabulary: &Vocabulary, fact: &str, member: &str) -> Result<(), FactError> {
        self.set(vocabulary, fact, |kind| match kind {
            FactKind::Member(enumeration) => named::member(enumeration, member)
                .map(Value::Member)
                .map_err(|hint| (format!("`{member}`"), hint)),
            _ => Err((format!("the member `{member}`"), None)),
        })
    }

    /// States a numeric fact.
    ///
    /// # Errors
    /// If the vocabulary has no such numeric fact, or the number has more than 15 digits.
    pub fn set_long(&mut self, vocabulary: &Vocabulary, fact: &str, value: i64) -> Result<(), FactError> {
        self.set(vocabulary, fact, |kind| match kind {
            FactKind::Long if value.unsigned_abs() <= LARGEST_NUMBER => Ok(Value::Long(value)),
            FactKind::Long => Err((format!("the number {value}"), Some("it has at most 15 digits".into()))),
            _ => Err((format!("the number {value}"), None)),
        })
    }

    /// States a true-or-false fact.
    ///
    /// # Errors
    /// If the vocabulary has no such fact.
    pub fn set_bool(&mut self, vocabulary: &Vocabulary, fact: &str, value: bool) -> Result<(), FactError> {
        self.set(vocabulary, fact, |kind| match kind {
            FactKind::Bool => Ok(Value::Bool(value)),
            _ => Err((format!("{value}"), None)),
        })
    }

    /// States a point in time.
    ///
    /// # Errors
    /// If the vocabulary has no such fact, or the year doesn't have four digits.
    pub fn set_datetime(
        &mut self,
        vocabulary: &Vocabulary,
        fact: &str,
        value: Timestamp,
    ) -> Result<(), FactError> {
        self.set(vocabulary, fact, |kind| match kind {
            FactKind::Datetime if WRITABLE_TIMES.contains(&value.millis()) => Ok(Value::Datetime(value)),
            FactKind::Datetime => Err((format!("the time {value}"), Some("its year has four digits".into()))),
            _ => Err((format!("the time {value}"), None)),
        })
    }

    /// States a fact by its position.
    ///
    /// # Errors
    /// If the value is not one that the fact can have.
    pub fn state(&mut self, vocabulary: &Vocabulary, fact: FactId, value: Value) -> Result<(), FactError> {
        let declared = vocabulary.get(fact);
        let known =
            |enumeration: &crate::Enumeration, member: u16| usize::from(member) < enumeration.members().len();
        let fits = match (declared.kind(), &value) {
            (FactKind::Member(enumeration), Value::Member(member)) => known(enumeration, *member),
            (FactKind::Members(enumeration), Value::Members(members)) => {
                !members.is_empty() && members.iter().all(|member| known(enumeration, member))
            }
            (FactKind::Bool, Value::Bool(_)) => true,
            (FactKind::Long, Value::Long(number)) => number.unsigned_abs() <= LARGEST_NUMBER,
            (FactKind::Datetime, Value::Datetime(at)) => WRITABLE_TIMES.contains(&at.millis()),
            _ => false,
        };
        if !fits {
            let (fact, written) = (declared.name().to_owned(), "this value".to_owned());
            return Err(FactError::BadValue { fact, written, hint: None });
        }
        self.insert(fact, value);
        Ok(())
    }

    pub(crate) fn insert(&mut self, fact: FactId, value: Value) {
        match self.place(fact) {
            Err(place) => self.values.insert(place, (fact, value)),
            Ok(place) => {
                if let Some((_, stated)) = self.values.get_mut(place) {
                    *stated = value;
                }
            }
        }
    }

    fn set(
        &mut self,
        vocabulary: &Vocabulary,
        name: &str,
        value: impl FnOnce(&FactKind) -> Result<Value, (String, Option<String>)>,
    ) -> Result<(), FactError> {
        let fact = find(vocabulary, name)?;
        let value = value(vocabulary.get(fact).kind()).map_err(|(written, hint)| FactError::BadValue {
            fact: name.to_owned(),
            written,
            hint,
        })?;
        self.insert(fact, value);
        Ok(())
    }

    /// The same as a text. Every use is written down, so room for it is made once.
    pub(crate) fn written(&self, vocabulary: &Vocabulary) -> String {
        let names = self.values.iter().map(|(fact, _)| vocabulary.get(*fact).name().len());
        let mut text = String::with_capacity(names.map(|name| name + ROOM_FOR_A_VALUE).sum());
        // A text takes everything that is written to it.
        let _ = fmt::Write::write_fmt(&mut text, format_args!("{}", self.display(vocabulary)));
        text
    }

    /// The facts as a dictionary, the form they are read back from.
    #[must_use]
    pub fn display<'a>(&'a self, vocabulary: &'a Vocabulary) -> impl fmt::Display + 'a {
        print::Dictionary { facts: self, vocabulary }
    }
}
