//! JSON as a tree: RFC 8259, with no key twice, and no deeper than a record can be.

use std::ops::Range;

use super::{Entry, Node, Value};
use crate::Problem;

/// A record is a table of lists of tables of tables. What is nested deeper is no record, and is not followed.
const DEEPEST: usize = 16;

/// Reads JSON, or reports the first place where it is none.
pub(in super::super) fn parse(source: &str) -> Result<Node, Problem> {
    let mut reader = Reader { source, at: 0 };
    let node = reader.value(0)?;
    reader.blanks();
    match reader.peek() {
        None => Ok(node),
        Some(_) => Err(reader.problem("there is more after the end of the record")),
    }
}

struct Reader<'s> {
    source: &'s str,
    at: usize,
}

impl Reader<'_> {
    fn value(&mut self, depth: usize) -> Result<Node, Problem> {
        self.blanks();
        let start = self.at;
        let value = match self.peek() {
            Some(b'{') if depth < DEEPEST => self.table(depth)?,
            Some(b'[') if depth < DEEPEST => self.list(depth)?,
            Some(b'{' | b'[') => return Err(self.problem("this is nested deeper than a record can be")),
            Some(b'"') => Value::Text(self.text()?),
            Some(_) => self.word()?,
            None => return Err(self.problem("the text ends where a value should be")),
        };
        Ok(Node { span: start..self.at, value })
    }

    fn table(&mut self, depth: usize) -> Result<Value, Problem> {
        let mut entries: Vec<Entry> = Vec::new();
        self.at += 1;
        self.items(b'}', |reader| {
            let start = reader.at;
            if reader.peek() != Some(b'"') {
                return Err(reader.problem("a key in quotation marks should be here"));
            }
            let name = reader.text()?;
            let span = start..reader.at;
            if entries.iter().any(|entry| entry.name == name) {
                return Err(Problem::error("duplicate-key", span, format!("`{name}` stands here twice"))
                    .hint("keep one: readers of JSON differ in which of them they believe"));
            }
            reader.blanks();
            reader.take(b':', "a colon should be here")?;
            let node = reader.value(depth + 1)?;
            entries.push(Entry { name, span, node });
            Ok(())
        })?;
        Ok(Value::Table(entries))
    }

    fn list(&mut self, depth: usize) -> Result<Value, Problem> {
        let mut list = Vec::new();
        self.at += 1;
        self.items(b']', |reader| {
            list.push(reader.value(depth + 1)?);
            Ok(())
        })?;
        Ok(Value::List(list))
    }

    /// Items with commas between them, up to and including what closes them.
    fn items(
        &mut self,
        close: u8,
        mut item: impl FnMut(&mut Self) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        self.blanks();
        if self.peek() == Some(close) {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.blanks();
            item(self)?;
            self.blanks();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(other) if other == close => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return Err(self.problem("a comma or the end of the list should be here")),
            }
        }
    }

    fn text(&mut self) -> Result<String, Problem> {
        let start = self.at;
        let mut escaped = false;
        self.at += 1;
        for (place, byte) in self.source.bytes().enumerate().skip(self.at) {
            match byte {
                b'"' if !escaped => {
                    self.at = place + 1;
                    let read = serde_json::from_str(self.source.get(start..self.at).unwrap_or_default());
                    return read.map_err(|_| {
                        Problem::error("json", start..self.at, "this text has an escape that is none")
                    });
                }
                _ => escaped = byte == b'\\' && !escaped,
            }
        }
        Err(self.problem("this text never ends"))
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Result<Value, Problem> {
        let rest = self.source.get(self.at..).unwrap_or_default();
        let length =
            rest.find(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c))).unwrap_or(rest.len());
        let word = rest.get(..length).unwrap_or_default();
        let value = match word {
            "true" => Value::Truth(true),
            "false" => Value::Truth(false),
            "null" => Value::Nothing,
            number => match serde_json::from_str::<serde_json::Number>(number) {
                Ok(number) => number.as_i64().map_or(Value::OtherNumber, Value::Number),
                Err(_) => return Err(self.problem("this is no value of JSON")),
            },
        };
        self.at += length;
        Ok(value)
    }

    fn take(&mut self, byte: u8, otherwise: &str) -> Result<(), Problem> {
        if self.peek() != Some(byte) {
            return Err(self.problem(otherwise));
        }
        self.at += 1;
        Ok(())
    }

    fn blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.source.as_bytes().get(self.at).copied()
    }

    fn problem(&self, message: &str) -> Problem {
        Problem::error("json", self.here(), message)
    }

    /// The character that is next.
    fn here(&self) -> Range<usize> {
        let rest = self.source.get(self.at..).unwrap_or_default();
        self.at..self.at + rest.chars().next().map_or(0, char::len_utf8)
    }
}
