//! A text made from another, with the way back to it.

use crate::{
    Span,
    bytes::{ceil, floor},
};

/// How bytes of the new text came from the old one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// One from one.
    Same,
    /// Three from four.
    Base64,
    /// One from two.
    Hexadecimal,
    /// All from all.
    Whole,
}

#[derive(Clone, Copy, Debug)]
struct Piece {
    /// Where it starts in the new text.
    at: usize,
    /// What it came from.
    source: Span,
    step: Step,
}

/// The new text. It is made piece by piece.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mapped {
    pub(crate) text: String,
    pieces: Vec<Piece>,
}

impl Mapped {
    /// Takes a range over as it is.
    pub(crate) fn same(&mut self, source: &str, range: Span) {
        let text = source.get(range.range()).unwrap_or_default();
        if text.is_empty() {
            return;
        }
        let continues = self.pieces.last().is_some_and(|last| {
            last.step == Step::Same
                && last.source.end == range.start
                && self.text.len() - last.at == last.source.end - last.source.start
        });
        match self.pieces.last_mut().filter(|_| continues) {
            Some(last) => last.source.end = range.end,
            None => self.pieces.push(Piece { at: self.text.len(), source: range, step: Step::Same }),
        }
        self.text.push_str(text);
    }

    /// Puts a text in place of a range.
    pub(crate) fn whole(&mut self, text: &str, source: Span) {
        self.piece(text, source, Step::Whole);
    }

    /// Puts a text that a range of base64 encodes.
    pub(crate) fn base64(&mut self, text: &str, source: Span) {
        self.piece(text, source, Step::Base64);
    }

    /// Puts a text that a range of hexadecimal digits encodes.
    pub(crate) fn hexadecimal(&mut self, text: &str, source: Span) {
        self.piece(text, source, Step::Hexadecimal);
    }

    /// Takes over what stands shortly before a place, which may say what follows.
    pub(crate) fn words_before(&mut self, source: &str, place: usize) {
        const BEFORE: usize = 40;
        self.same(source, Span::new(floor(source, place.saturating_sub(BEFORE)), place));
    }

    /// The same, with a blank before what follows.
    pub(crate) fn words_apart(&mut self, source: &str, place: usize) {
        self.words_before(source, place);
        self.whole(" ", Span::new(place, place));
    }

    /// Ends a part of the text: nothing is found across.
    pub(crate) fn end_part(&mut self) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
    }

    fn piece(&mut self, text: &str, source: Span, step: Step) {
        if !text.is_empty() {
            self.pieces.push(Piece { at: self.text.len(), source, step });
            self.text.push_str(text);
        }
    }

    /// Whether there is nothing to read.
    pub(crate) const fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// All of the old text that the new one came from.
    pub(crate) fn sources(&self) -> Option<Span> {
        let start = self.pieces.iter().map(|piece| piece.source.start).min()?;
        let end = self.pieces.iter().map(|piece| piece.source.end).max()?;
        Some(Span::new(start, end))
    }

    /// The range of the old text that a range of the new one came from, between characters.
    pub(crate) fn source(&self, span: Span, old: &str) -> Span {
        let last = span.end.saturating_sub(1).max(span.start);
        let (first, last) = (self.of(span.start), self.of(last));
        // Reversed text has its end before its start.
        let (start, end) = (first.start.min(last.start), first.end.max(last.end));
        Span::new(floor(old, start), ceil(old, end))
    }

    /// What one byte came from.
    fn of(&self, at: usize) -> Span {
        let position = self.pieces.partition_point(|piece| piece.at <= at).saturating_sub(1);
        let Some(piece) = self.pieces.get(position) else { return Span::new(0, 0) };
        let (offset, source) = (at.saturating_sub(piece.at), piece.source);
        let (start, length) = match piece.step {
            Step::Same => (offset, 1),
            Step::Base64 => (offset / 3 * 4, 4),
            Step::Hexadecimal => (offset * 2, 2),
            Step::Whole => return source,
        };
        let start = (source.start + start).min(source.end);
        Span::new(start, (start + length).min(source.end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_leads_back_to_what_it_came_from() {
        let old = "ab é YWJjZGVm 6162 x";
        let mut new = Mapped::default();
        new.same(old, Span::new(0, 2));
        new.whole("e", Span::new(3, 5));
        new.base64("abcdef", Span::new(6, 14));
        new.hexadecimal("ab", Span::new(15, 19));
        new.same(old, Span::new(19, 20));
        new.same(old, Span::new(20, 21));
        assert_eq!(new.text, "abeabcdefab x");
        for (start, end, expected) in [
            (0, 1, "a"),
            (0, 3, "ab é"),
            (2, 3, "é"),
            (3, 4, "YWJj"),
            (5, 7, "YWJjZGVm"),
            (9, 10, "61"),
            (10, 13, "62 x"),
        ] {
            assert_eq!(&old[new.source(Span::new(start, end), old).range()], expected, "{start}..{end}");
        }
    }
}
