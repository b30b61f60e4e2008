//! Which parts of a text are folded: the surroundings of signs of identifiers near characters that stand for others. Whole pages
//! of another script have look-alikes everywhere and hide nothing.

use fearless_simd::{Level, Simd, dispatch, prelude::*};

use super::{rows, suspicions::AROUND};
use crate::{
    Span,
    bytes::{ascii_length, ceil, floor, slice},
    lanes::{BLOCK, Lanes, bits, padded, within},
};

/// The surroundings of signs, those in ASCII and those beyond, within and around the spans that have strange characters.
pub(super) fn windows(text: &str, strange: &[Span], signs: &[usize]) -> Vec<Span> {
    let mut windows: Vec<Span> = Vec::new();
    let mut strangers = Strangers::new(text);
    let mut note = |place: usize| {
        let Some(window) = strangers.window(place) else { return };
        match windows.last_mut() {
            Some(last) if last.end >= window.start => last.end = window.end,
            _ => windows.push(window),
        }
    };
    let mut signs = signs.iter().copied().peekable();
    let mut from = 0;
    for span in strange {
        let end = (span.end + REACH).min(text.len());
        from = from.max(span.start.saturating_sub(REACH));
        each_ascii_sign(text.as_bytes(), from, end, |place| {
            while let Some(beyond) = signs.next_if(|sign| *sign < place) {
                note(beyond);
            }
            note(place);
        });
        from = from.max(end);
        while let Some(beyond) = signs.next_if(|sign| *sign < end) {
            note(beyond);
        }
    }
    windows
}

/// Calls for each digit and at sign of a range.
fn each_ascii_sign(bytes: &[u8], from: usize, end: usize, mut note: impl FnMut(usize)) {
    let mut note_all = |block: &[u8; BLOCK], from: usize| {
        bits(dispatch!(Level::baseline(), simd => signs(simd, block))).for_each(|bit| note(from + bit));
    };
    let (blocks, rest) = slice(bytes, from, end).as_chunks();
    blocks.iter().zip((from..).step_by(BLOCK)).for_each(|(block, from)| note_all(block, from));
    note_all(&padded(rest), end - rest.len());
}

/// Where a block has digits and at signs.
#[inline(always)]
fn signs<S: Simd>(simd: S, block: &[u8; BLOCK]) -> u64 {
    Lanes::of(simd, block).of_class(|bytes| within(bytes, b'0', 10) | bytes.simd_eq(b'@'))
}

/// Strange characters further away than this, with some bytes for those of the characters there, change nothing.
const REACH: usize = 2 * AROUND + 8;

/// The strange characters on both sides of places that come one after the other.
struct Strangers<'t> {
    text: &'t str,
    /// Up to where they were looked for.
    to: usize,
    /// The last one up to a place, and the first one after it.
    earlier: Option<usize>,
    later: Option<usize>,
}

impl<'t> Strangers<'t> {
    const fn new(text: &'t str) -> Self {
        Self { text, to: 0, earlier: None, later: None }
    }

    /// What is folded around a sign, if a strange character is near: those that stand close together have their surroundings in
    /// common, which end after the last of them and begin before the first.
    fn window(&mut self, place: usize) -> Option<Span> {
        self.look_around(place);
        let text = self.text;
        let end = self.earlier.map(|earlier| ceil(text, earlier + AROUND)).filter(|end| place < *end);
        let start =
            self.later.map(|later| floor(text, later.saturating_sub(AROUND))).filter(|start| place >= *start);
        let joined = self.are_joined();
        if end.is_none() && start.is_none() {
            return None;
        }
        let here = Span::new(floor(text, place.saturating_sub(AROUND)), ceil(text, place + AROUND));
        Some(Span {
            start: start.filter(|_| end.is_none() && !joined).unwrap_or(here.start),
            end: end.filter(|_| start.is_none() && !joined).unwrap_or(here.end),
        })
    }

    /// Whether those on both sides stand so close together that their surroundings meet.
    fn are_joined(&self) -> bool {
        let (Some(earlier), Some(later)) = (self.earlier, self.later) else { return false };
        later <= earlier + 2 * AROUND
            || ceil(self.text, earlier + AROUND) >= floor(self.text, later.saturating_sub(AROUND))
    }

    /// Goes on looking up to the first one after a place. No byte is looked at twice.
    fn look_around(&mut self, place: usize) {
        if self.to + REACH < place {
            self.to = floor(self.text, place - REACH);
        }
        if let Some(later) = self.later.take_if(|later| *later <= place) {
            self.earlier = Some(later);
        }
        let end = (place + REACH).min(self.text.len());
        while self.later.is_none() && self.to < end {
            self.to += ascii_length(slice(self.text.as_bytes(), self.to, end));
            let here = self.to;
            let Some(character) = self.text.get(here..).and_then(|rest| rest.chars().next()) else { return };
            self.to += character.len_utf8();
            match rows::is_strange(character) {
                true if here <= place => self.earlier = Some(here),
                true => self.later = Some(here),
                false => {}
            }
        }
    }
}
