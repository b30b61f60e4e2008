//! Reading a table key by key. What isn't asked for is unknown, and what is wrong is noted and passed over, so
//! that everything wrong is found in one go.

use std::{cell::RefCell, ops::Range};

use super::{
    super::{When, words::Word},
    Entry, Node, Value,
};
use crate::{Code, Digest, Problem, problem::nearest};

/// What is wrong, as it is found.
#[derive(Debug, Default)]
pub(in super::super) struct Sink(RefCell<Vec<Problem>>);

impl Sink {
    pub(in super::super) fn add(&self, problem: Problem) {
        self.0.borrow_mut().push(problem);
    }

    pub(in super::super) fn error(
        &self,
        code: Code,
        span: Range<usize>,
        message: impl Into<String>,
        hint: &str,
    ) {
        self.add(Problem::error(code, span, message).hint(hint));
    }

    pub(in super::super) fn into_list(self) -> Vec<Problem> {
        self.0.into_inner()
    }
}

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(in super::super) struct Placed<T> {
    pub(in super::super) value: T,
    pub(in super::super) span: Range<usize>,
}

/// A table that is being read.
#[derive(Debug)]
pub(in super::super) struct Table<'n> {
    entries: &'n [Entry],
    span: Range<usize>,
    /// What it is, for messages.
    what: &'static str,
    sink: &'n Sink,
    asked: RefCell<Vec<&'static str>>,
}

impl<'n> Table<'n> {
    /// The table that a node is.
    pub(in super::super) fn of(node: &'n Node, what: &'static str, sink: &'n Sink) -> Option<Self> {
        let Value::Table(entries) = &node.value else {
            let message = format!("{what} should be a table, and this is {}", node.value.what());
            sink.error("wrong-type", node.span.clone(), message, "write `key = value` in it");
            return None;
        };
        Some(Self { entries, span: node.span.clone(), what, sink, asked: RefCell::default() })
    }

    /// Where the table stands: its first key, for tables that have no place of their own.
    pub(in super::super) fn span(&self) -> Range<usize> {
        match self.entries.first() {
            Some(first) if self.span.is_empty() || self.span.start == 0 => first.span.clone(),
            _ => self.span.clone(),
        }
    }

    /// Whether a key is there.
    pub(in super::super) fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|entry| entry.name == key)
    }

    /// Everything that nobody asked for is a mistake.
    pub(in super::super) fn finish(self) {
        let asked = self.asked.borrow();
        for entry in self.entries.iter().filter(|entry| !asked.contains(&entry.name.as_str())) {
            let message = format!("{} has no key `{}`", self.what, entry.name);
            self.sink.add(
                Problem::error("unknown-key", entry.span.clone(), message)
                    .maybe_hint(nearest(&entry.name, asked.iter().copied()))
                    .hint(format!("it may have {}", asked.join(", "))),
            );
        }
    }

    fn node(&self, key: &'static str) -> Option<&'n Node> {
        self.asked.borrow_mut().push(key);
        let node = &self.entries.iter().find(|entry| entry.name == key)?.node;
        (!matches!(node.value, Value::Nothing)).then_some(node)
    }

    pub(in super::super) fn missing(&self, key: &str, hint: &str) {
        let message = format!("{} needs `{key}`", self.what);
        self.sink.error("missing-key", self.span(), message, hint);
    }

    fn wrong(&self, node: &Node, wanted: &str) {
        let message = format!("this should be {wanted}, and is {}", node.value.what());
        self.sink.error("wrong-type", node.span.clone(), message, "see docs/designations.md for every key");
    }

    /// A text on one line or several, without characters that steer a terminal.
    pub(in super::super) fn text(&self, key: &'static str) -> Option<Placed<String>> {
        self.text_of(self.node(key)?)
    }

    fn text_of(&self, node: &Node) -> Option<Placed<String>> {
        let Value::Text(text) = &node.value else {
            self.wrong(node, "a text");
            return None;
        };
        if text.trim().is_empty() {
            self.sink.error("empty-text", node.span.clone(), "this text is empty", "leave the key out");
            return None;
        }
        if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
            let message = "this text holds control characters";
            self.sink.error("control-character", node.span.clone(), message, "take them out");
            return None;
        }
        Some(Placed { value: text.trim().to_owned(), span: node.span.clone() })
    }

    pub(in super::super) fn need_text(&self, key: &'static str, hint: &str) -> Option<Placed<String>> {
        if !self.has(key) {
            self.asked.borrow_mut().push(key);
            self.missing(key, hint);
            return None;
        }
        self.text(key)
    }

    /// A list of texts; one text is a list of one.
    pub(in super::super) fn texts(&self, key: &'static str) -> Vec<Placed<String>> {
        let Some(node) = self.node(key) else { return Vec::new() };
        let nodes = match &node.value {
            Value::List(list) => list.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let mut texts: Vec<Placed<String>> = Vec::new();
        for text in nodes.iter().filter_map(|node| self.text_of(node)) {
            if texts.iter().any(|other| other.value == text.value) {
                let message = format!("`{}` stands here twice", text.value);
                self.sink.error("duplicate", text.span, message, "keep one");
            } else {
                texts.push(text);
            }
        }
        texts
    }

    /// One of a closed list of words.
    pub(in super::super) fn word<W: Word>(&self, key: &'static str) -> Option<Placed<W>> {
        let text = self.text(key)?;
        self.word_of(&text)
    }

    pub(in super::super) fn need_word<W: Word>(&self, key: &'static str) -> Option<Placed<W>> {
        if !self.has(key) {
            self.asked.borrow_mut().push(key);
            self.missing(key, &choices::<W>());
            return None;
        }
        self.word(key)
    }

    pub(in super::super) fn words<W: Word>(&self, key: &'static str) -> Vec<W> {
        let texts = self.texts(key);
        texts.iter().filter_map(|text| self.word_of(text).map(|word| word.value)).collect()
    }

    fn word_of<W: Word>(&self, text: &Placed<String>) -> Option<Placed<W>> {
        let found = W::find(&text.value).map(|value| Placed { value, span: text.span.clone() });
        if found.is_none() {
            let message = format!("`{}` is not {}", text.value, W::WHAT);
            self.sink.add(
                Problem::error("unknown-word", text.span.clone(), message)
                    .maybe_hint(nearest(&text.value, W::ALL.iter().map(|word| word.word())))
                    .hint(choices::<W>()),
            );
        }
        found
    }

    pub(in super::super) fn number(&self, key: &'static str, from: i64, to: i64) -> Option<Placed<i64>> {
        let node = self.node(key)?;
        match node.value {
            Value::Number(value) if (from..=to).contains(&value) => {
                Some(Placed { value, span: node.span.clone() })
            }
            Value::Number(value) => {
                let message = format!("`{value}` is out of bounds for `{key}`");
                let hint = format!("write a whole number from {from} to {to}");
                self.sink.error("out-of-bounds", node.span.clone(), message, &hint);
                None
            }
            _ => {
                self.wrong(node, "a whole number");
                None
            }
        }
    }

    pub(in super::super) fn truth(&self, key: &'static str) -> Option<bool> {
        let node = self.node(key)?;
        match node.value {
            Value::Truth(truth) => Some(truth),
            _ => {
                self.wrong(node, "true or false");
                None
            }
        }
    }

    /// A date, or a time with its offset.
    pub(in super::super) fn when(&self, key: &'static str) -> Option<Placed<When>> {
        let node = self.node(key)?;
        let (Value::Time(text) | Value::Text(text)) = &node.value else {
            self.wrong(node, "a date");
            return None;
        };
        let found = When::find(text).map(|value| Placed { value, span: node.span.clone() });
        if found.is_none() {
            let message = format!("`{text}` is no date between 1900 and 2999, and no time with an offset");
            self.sink.error(
                "date",
                node.span.clone(),
                message,
                "write 2026-03-04, or 2026-03-04T17:00:00-05:00",
            );
        }
        found
    }

    /// A SHA-256 digest: `sha256:` and 64 hexadecimal digits.
    pub(in super::super) fn digest(&self, key: &'static str) -> Option<Digest> {
        let text = self
            .need_text(key, "write `sha256:` and the digest of the file you keep, as sha256sum prints it")?;
        let digest = text.value.strip_prefix("sha256:").and_then(hex).map(Digest::from_bytes);
        if digest.is_none() {
            let hint = "write `sha256:` and 64 lowercase hexadecimal digits";
            self.sink.error("digest", text.span, format!("`{}` is no digest", text.value), hint);
        }
        digest
    }

    pub(in super::super) fn table(&self, key: &'static str, what: &'static str) -> Option<Table<'n>> {
        Table::of(self.node(key)?, what, self.sink)
    }

    /// A list of tables; one table is a list of one.
    pub(in super::super) fn tables(&self, key: &'static str, what: &'static str) -> Vec<Table<'n>> {
        let Some(node) = self.node(key) else { return Vec::new() };
        let nodes = match &node.value {
            Value::List(list) => list.as_slice(),
            _ => std::slice::from_ref(node),
        };
        nodes.iter().filter_map(|node| Table::of(node, what, self.sink)).collect()
    }

    pub(in super::super) const fn sink(&self) -> &'n Sink {
        self.sink
    }
}

fn choices<W: Word>() -> String {
    let words: Vec<&str> = W::ALL.iter().map(|word| word.word()).collect();
    format!("write one of: {}", words.join(", "))
}

fn hex(text: &str) -> Option<[u8; 32]> {
    let digit = |byte: &u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let pairs = text.as_bytes().chunks(2).map(|pair| match pair {
        [high, low] => Some(digit(high)? << 4 | digit(low)?),
        _ => None,
    });
    pairs.collect::<Option<Vec<u8>>>()?.try_into().ok()
}
