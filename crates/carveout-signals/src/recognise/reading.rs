//! One text under recognition, and what is found in it.

use std::cell::{Cell, RefCell};

use crate::{
    Canonical, Confidence, Kind, Kinds, Region,
    context::{Context, Words},
};

/// A text, and what is known beside it.
pub(crate) struct Reading<'t> {
    pub(crate) text: &'t str,
    pub(crate) bytes: &'t [u8],
    pub(crate) region: Region,
    /// Whether identifiers of ranges kept for documentation are wanted too.
    pub(crate) reserved: bool,
    /// What the header of the column says that the text is a cell of.
    pub(crate) hint: Context,
    /// The kinds that are not looked for.
    pub(crate) without: Kinds,
    walked: Cell<usize>,
    /// The words that were seen last.
    words: RefCell<Words>,
}

impl<'t> Reading<'t> {
    pub(crate) fn new(text: &'t str, region: Region, reserved: bool, hint: Context) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            region,
            reserved,
            hint,
            without: Kinds::NONE,
            walked: Cell::new(0),
            words: RefCell::new(Words::new()),
        }
    }

    /// The same, as if the recognisers of these kinds weren't there.
    pub(crate) fn without(self, without: Kinds) -> Self {
        Self { without, ..self }
    }

    /// An answer of a recogniser, unless it isn't asked: then the next one has its say about the place.
    pub(crate) fn heard(&self, answer: Option<Match>) -> Option<Match> {
        answer.filter(|one| !self.without.contains(one.kind))
    }

    /// The words before a place, and those of the column.
    pub(crate) fn context(&self, place: usize) -> Context {
        let (context, searched) = self.words.borrow_mut().preceding(self.bytes, place);
        self.walk(searched);
        context | self.hint
    }

    /// Notes that bytes were looked at again.
    pub(crate) fn walk(&self, bytes: usize) {
        self.walked.set(self.walked.get() + bytes);
    }

    /// The bytes looked at again so far.
    pub(crate) fn walked(&self) -> usize {
        self.walked.get()
    }
}

/// An identifier in a reading.
#[derive(Clone, Debug)]
pub(crate) struct Match {
    pub(crate) kind: Kind,
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) canonical: Canonical,
    pub(crate) confidence: Confidence,
    /// Whether it is of a range that documentation, tests or fiction use.
    pub(crate) reserved: bool,
}

impl Match {
    pub(crate) fn new(
        kind: Kind,
        (start, end): (usize, usize),
        canonical: impl Into<smol_str::SmolStr>,
        confidence: Confidence,
    ) -> Self {
        Self { kind, start, end, canonical: Canonical::new(canonical), confidence, reserved: false }
    }

    /// The same, no surer than this.
    pub(crate) fn at_most(self, confidence: Confidence) -> Self {
        Self { confidence: self.confidence.min(confidence), ..self }
    }

    /// The same, marked if it is of a reserved range.
    pub(crate) fn reserved(self, reserved: bool) -> Self {
        Self { reserved, ..self }
    }
}
