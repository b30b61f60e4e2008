//! A file as a tree whose every node knows its place, so that one reader serves TOML and JSON and every problem
//! can be pointed at.

mod json;
mod table;
mod toml;

use std::ops::Range;

pub(super) use self::{
    json::parse as parse_json,
    table::{Placed, Sink, Table},
    toml::parse as parse_toml,
};

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) span: Range<usize>,
    pub(super) value: Value,
}

#[derive(Debug, Clone)]
pub(super) enum Value {
    Text(String),
    /// A whole number.
    Number(i64),
    /// A number that isn't whole, or too large.
    OtherNumber,
    Truth(bool),
    /// A date or time of TOML, as RFC 3339 writes it.
    Time(String),
    /// JSON's `null`.
    Nothing,
    List(Vec<Node>),
    Table(Vec<Entry>),
}

impl Value {
    /// What it is, for messages.
    pub(super) const fn what(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Number(_) => "a whole number",
            Self::OtherNumber => "a number that is not whole",
            Self::Truth(_) => "a truth value",
            Self::Time(_) => "a date",
            Self::Nothing => "nothing",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

/// A key and its value.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) span: Range<usize>,
    pub(super) node: Node,
}
