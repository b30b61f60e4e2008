//! TOML as a tree.

use ::toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{Entry, Node, Value};
use crate::Problem;

/// Reads TOML, or reports every place where it is none.
pub(in super::super) fn parse(source: &str) -> Result<Node, Vec<Problem>> {
    let (table, errors) = DeTable::parse_recoverable(source);
    if errors.is_empty() {
        let span = table.span();
        return Ok(Node { span, value: entries(table.into_inner()) });
    }
    let place = |span: std::ops::Range<usize>| {
        source.get(span.clone()).map(|_| span).unwrap_or(source.len()..source.len())
    };
    let problem = |error: &::toml::de::Error| {
        let span = error.span().map_or(0..source.len(), place);
        Problem::error("toml", span, error.message().replace('\n', "; "))
            .hint("quote texts, and write tables as docs/designations.md shows them")
    };
    Err(errors.iter().map(problem).collect())
}

fn entries(table: DeTable<'_>) -> Value {
    let entry = |(key, value): (Spanned<std::borrow::Cow<'_, str>>, Spanned<DeValue<'_>>)| Entry {
        span: key.span(),
        name: key.into_inner().into_owned(),
        node: node(value),
    };
    Value::Table(table.into_iter().map(entry).collect())
}

fn node(value: Spanned<DeValue<'_>>) -> Node {
    let span = value.span();
    let value = match value.into_inner() {
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Integer(number) => {
            let read = i64::from_str_radix(&number.as_str().replace('_', ""), number.radix());
            read.map_or(Value::OtherNumber, Value::Number)
        }
        DeValue::Float(_) => Value::OtherNumber,
        DeValue::Boolean(truth) => Value::Truth(truth),
        DeValue::Datetime(time) => Value::Time(time.to_string()),
        DeValue::Array(list) => Value::List(list.into_iter().map(node).collect()),
        DeValue::Table(table) => entries(table),
    };
    Node { span, value }
}
