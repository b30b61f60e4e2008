//! The labelled set: documents in which every identifier is marked.
//!
//! Two parts. Free text is written by hand, in the files of `tests/data/`. The rest comes from templates, whose slots
//! are filled from generators with fixed seeds: identifiers that are marked, and other things with digits that
//! are not. Both parts have a `dev` half, which rules may be tuned on, and a `test` half, which they never are; no
//! template and no free text is in both.

#![allow(dead_code, reason = "tests and the bench use different parts")]

pub(crate) mod score;
mod slots;
mod templates;

use self::slots::Seed;

/// Which half a document belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Half {
    Dev,
    Test,
}

impl Half {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Test => "test",
        }
    }
}

/// A marked identifier: which recogniser is to find it, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Label {
    pub(crate) name: String,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// A document with its marks.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    pub(crate) half: Half,
    /// Whether a person wrote it as a whole.
    pub(crate) free: bool,
    pub(crate) text: String,
    pub(crate) labels: Vec<Label>,
}

/// Documents made from each template.
const OF_EACH: u64 = 12;

/// All documents, always the same ones.
pub(crate) fn documents() -> Vec<Document> {
    let free = [
        (Half::Dev, include_str!("../data/free-dev.txt")),
        (Half::Test, include_str!("../data/free-test.txt")),
    ];
    let written = free.into_iter().flat_map(|(half, texts)| {
        texts.split("\n---\n").map(move |text| marked(half, true, text.trim_end(), &mut Seed::new(0)))
    });
    let halves = [(Half::Dev, templates::DEV), (Half::Test, templates::TEST)];
    let made = halves.into_iter().flat_map(|(half, templates)| {
        templates.iter().zip(0_u64..).flat_map(move |(template, number)| {
            (0..OF_EACH).map(move |copy| {
                let offset = if half == Half::Test { 1_000_000 } else { 0 };
                marked(half, false, template, &mut Seed::new(offset + number * 1_000 + copy))
            })
        })
    });
    written.chain(made).collect()
}

/// Resolves marks, `[[name:text]]`, and slots: `{name}` is marked, `{~name}` is not an identifier.
fn marked(half: Half, free: bool, source: &str, seed: &mut Seed) -> Document {
    let mut document = Document { half, free, text: String::new(), labels: Vec::new() };
    let mut rest = source;
    while let Some(place) = rest.find(['[', '{']) {
        let (before, from) = rest.split_at(place);
        document.text.push_str(before);
        rest = mark(from, &mut document, seed, free);
    }
    document.text.push_str(rest);
    document
}

fn mark<'s>(from: &'s str, document: &mut Document, seed: &mut Seed, free: bool) -> &'s str {
    if let Some((mark, after)) = from.strip_prefix("[[").and_then(|mark| mark.split_once("]]")) {
        let (name, text) = mark.split_once(':').expect("a mark has a name");
        label(document, name, text);
        return after;
    }
    let slot = from.strip_prefix('{').filter(|_| !free).and_then(|slot| slot.split_once('}'));
    let is_name = |slot: &str| slot.chars().all(|one| one.is_ascii_lowercase() || matches!(one, '_' | '~'));
    if let Some((slot, after)) = slot.filter(|(slot, _)| is_name(slot)) {
        match slot.strip_prefix('~') {
            Some(other) => document.text.push_str(&slots::other(other, seed)),
            None => label(document, slot, &slots::identifier(slot, seed)),
        }
        return after;
    }
    let (first, after) = from.split_at(1);
    document.text.push_str(first);
    after
}

fn label(document: &mut Document, name: &str, text: &str) {
    let start = document.text.len();
    document.text.push_str(text);
    document.labels.push(Label { name: name.to_owned(), start, end: document.text.len() });
}
