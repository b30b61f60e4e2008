//! The spelling in which what the gateway measured is recorded.
//!
//! A vocabulary has dozens of numbers, such as the meters, and in most uses nearly all are 0. The record names those that are
//! not, and ends with `*=0;of="…"`: every other number that the gateway measures is 0. The mark says which numbers these are,
//! so that a vocabulary that has others can't be taken for the one it was measured by: a number that nobody looked at is
//! not 0.

use std::fmt;

use super::{FactError, Facts, ROOM_FOR_A_VALUE, Value, print};
use crate::Vocabulary;

const REST: &str = "*=0;of=\"";

impl Facts {
    /// What was measured, as it is recorded. [`Facts::suppose`] reads it back, as it reads [`Facts::display`].
    pub(crate) fn recorded(&self, vocabulary: &Vocabulary) -> String {
        let numbers = vocabulary.numbers();
        let mut measured = self.in_order();
        // Only where each was measured can the rest be said to be 0.
        let all = numbers.iter().all(|fact| measured.get(fact).is_some());
        let is_zero = |(fact, value): &(_, _)| *value == &Value::Long(0) && numbers.has(*fact);
        let named: Vec<_> = self.iter().filter(|one| !is_zero(one)).collect();
        if !all || named.len() == self.values.len() {
            return self.written(vocabulary);
        }
        let room: usize =
            named.iter().map(|(fact, _)| vocabulary.get(*fact).name().len() + ROOM_FOR_A_VALUE).sum();
        let mut text = String::with_capacity(room + REST.len() + ROOM_FOR_A_VALUE);
        for (fact, value) in named {
            // A text takes everything that is written to it.
            let _ = print::member(&mut text, vocabulary.get(fact), value);
            text.push_str(", ");
        }
        let _ = fmt::Write::write_fmt(&mut text, format_args!("{REST}{}\"", numbers.mark()));
        text
    }

    /// States the numbers of a record that it doesn't name.
    pub(super) fn complete(&mut self, vocabulary: &Vocabulary, mark: &str) -> Result<(), FactError> {
        let numbers = vocabulary.numbers();
        if mark != numbers.mark() {
            return Err(FactError::OtherNumbers { mark: mark.to_owned(), own: numbers.mark().to_owned() });
        }
        for fact in numbers.iter() {
            if self.get(fact).is_none() {
                self.insert(fact, Value::Long(0));
            }
        }
        Ok(())
    }
}

/// A record without its end that speaks of the numbers it doesn't name, and the mark in that.
pub(super) fn split(text: &str) -> (&str, Option<&str>) {
    let Some((named, rest)) = text.rsplit_once(REST) else { return (text, None) };
    let named = if named.is_empty() { Some(named) } else { named.strip_suffix(", ") };
    match (named, rest.strip_suffix('"')) {
        (Some(named), Some(mark)) if mark.bytes().all(|byte| byte.is_ascii_hexdigit()) => (named, Some(mark)),
        _ => (text, None),
    }
}
