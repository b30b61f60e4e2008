//! Sees the texts of an answer before the caller does, and says how far each may be shown.
//!
//! A streamed text is held back a little, so that what begins in one piece and ends in a later one is seen whole before
//! any of it is released. Texts are told apart by choice, block and kind: what the model thinks and what it says are two.

use std::{collections::BTreeMap, ops::Range};

use carveout_dialects::{Judged, ReplyText, TextEnd, TextKind};
use carveout_signals::{Evidence as Seen, Scanner};

use crate::{attest::Evidence, judge::LONGEST_CONTENT};

/// What is held back of a text that goes on: at least so many bytes, about thirty-two tokens of English.
pub(super) const LEAST: usize = 128;
/// Once so many bytes wait, they are read and released up to the end of a sentence, or else of a word.
pub(super) const MOST: usize = 256;
/// A text in which no word ends is cut here. Nothing that a recogniser finds is as long.
pub(super) const LONGEST: usize = 1_024;
/// What was released before is read again with what follows, for the words beside a number.
const BESIDE: usize = 64;
/// What is found so close to the end of what is there may still go on.
const GOES_ON: usize = 16;
/// A text is read again as a whole when it has doubled, from so many bytes on: a table is known by its head.
const FIRST_WHOLE: usize = 1_024;
/// Of a text that is longer only the end is kept.
const KEPT: usize = 1 << 20;

/// One text of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Channel {
    choice: u32,
    index: Option<u32>,
    kind: Continuous,
}

/// The kinds of text that come in pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Continuous {
    Prose,
    Reasoning,
    Refusal,
    Transcript,
    Arguments,
}

/// What has been heard of one text.
#[derive(Debug, Clone)]
struct Heard {
    /// Its end, from `from` on.
    text: String,
    from: usize,
    /// Where it may be shown to.
    cleared: usize,
    read_whole_at: usize,
    /// Rows about persons, those without an identifier, and what couldn't be read, as counted so far: in all, and without
    /// what is only monitored.
    counted: [(usize, usize, usize); 2],
    /// Bytes that others of the same choice have said since it last said something.
    silent: usize,
}

/// Watches one answer.
#[derive(Debug, Clone)]
pub(super) struct Watch {
    scanner: Scanner,
    evidence: Evidence,
    heard: BTreeMap<Channel, Heard>,
    /// Whether anything was read since that was last asked.
    has_read: bool,
    /// Everything that was said, where a judge may be asked about it.
    words: Option<Words>,
}

/// What an answer says, text by text in the order in which they began.
#[derive(Debug, Clone, Default)]
struct Words {
    texts: Vec<(Option<Channel>, String)>,
    bytes: usize,
}

/// How a text of a reply is looked at.
enum Way {
    /// With what came before it.
    InPieces(Channel),
    /// By itself.
    Alone,
    /// Not at all: ids and words of the dialect.
    Unread,
}

fn way(text: &ReplyText<'_>) -> Way {
    let kind = match text.kind {
        TextKind::Prose => Continuous::Prose,
        TextKind::Reasoning => Continuous::Reasoning,
        TextKind::Refusal => Continuous::Refusal,
        TextKind::Transcript => Continuous::Transcript,
        TextKind::ToolArguments => Continuous::Arguments,
        TextKind::Label | TextKind::Identifier => return Way::Unread,
        _ => return Way::Alone,
    };
    Way::InPieces(Channel { choice: text.choice, index: text.index, kind })
}

/// The text that a piece goes on with, if it is one that comes in pieces.
pub(crate) fn channel(text: &ReplyText<'_>) -> Option<Channel> {
    match way(text) {
        Way::InPieces(channel) => Some(channel),
        Way::Alone | Way::Unread => None,
    }
}

impl Watch {
    /// Watches an answer to a use in which this has been seen, and keeps its words if they may have to be judged.
    pub(super) fn new(scanner: Scanner, evidence: Evidence, judged: bool) -> Self {
        let words = judged.then(Words::default);
        Self { scanner, evidence, heard: BTreeMap::new(), has_read: true, words }
    }

    /// Everything that the answer says, for a judge. Where it is more than a judge is asked about, it is more here too.
    pub(super) fn words(&self) -> String {
        let mut all = String::new();
        for (_, text) in self.words.iter().flat_map(|words| &words.texts) {
            all.push_str(text);
            all.push('\n');
        }
        all
    }

    /// What has been seen so far.
    pub(super) fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// Whether anything was read since this was last asked; if not, there is nothing to weigh.
    pub(super) fn has_read(&mut self) -> bool {
        std::mem::take(&mut self.has_read)
    }

    /// Takes over what has been seen elsewhere in the answer.
    pub(super) fn take(&mut self, evidence: Evidence) {
        self.evidence = evidence;
    }

    /// Hears a piece of a streamed answer. The event that brought it may go when its text is cleared up to there.
    pub(super) fn hear(&mut self, text: &ReplyText<'_>) -> Option<(Channel, usize)> {
        self.keep(text);
        match way(text) {
            Way::Unread => None,
            Way::Alone => {
                self.evidence.read(&self.scanner, &text.text);
                self.has_read = true;
                None
            }
            Way::InPieces(_) if text.text.is_empty() => None,
            Way::InPieces(channel) => {
                let heard = self.heard.entry(channel).or_default();
                heard.text.push_str(&text.text);
                heard.silent = 0;
                let end = heard.end();
                if end - heard.cleared >= MOST {
                    heard.read(&self.scanner, &mut self.evidence, false);
                    self.has_read = true;
                }
                self.others_spoke(channel, text.text.len());
                Some((channel, end))
            }
        }
    }

    fn keep(&mut self, text: &ReplyText<'_>) {
        let Some(words) = &mut self.words else { return };
        match way(text) {
            Way::Unread => {}
            Way::Alone => words.add(None, &text.text),
            Way::InPieces(channel) => words.add(Some(channel), &text.text),
        }
    }

    /// A text that waits while its choice goes on elsewhere is over, as far as anybody can know.
    fn others_spoke(&mut self, speaking: Channel, bytes: usize) {
        for (channel, heard) in &mut self.heard {
            if channel.choice == speaking.choice && *channel != speaking && heard.cleared < heard.end() {
                heard.silent += bytes;
                if heard.silent >= MOST {
                    heard.read(&self.scanner, &mut self.evidence, true);
                    self.has_read = true;
                }
            }
        }
    }

    /// No more follows of a choice or a block. What has been read to its end is forgotten: it may be shown.
    pub(super) fn end(&mut self, end: TextEnd) {
        let Self { scanner, evidence, heard, has_read, .. } = self;
        heard.retain(|channel, heard| {
            let goes_on = channel.choice != end.choice || (end.index.is_some() && end.index != channel.index);
            if !goes_on {
                heard.read(scanner, evidence, true);
                *has_read = true;
            }
            goes_on
        });
    }

    /// No more follows at all.
    pub(super) fn end_all(&mut self) {
        for (_, mut heard) in std::mem::take(&mut self.heard) {
            heard.read(&self.scanner, &mut self.evidence, true);
        }
        self.has_read = true;
    }

    /// Whether a text may be shown up to there.
    pub(super) fn is_cleared(&self, channel: Channel, end: usize) -> bool {
        self.heard.get(&channel).is_none_or(|heard| heard.cleared >= end)
    }

    /// Reads a whole answer, but for the places that are judged by themselves.
    pub(super) fn read_whole(&mut self, judged: &Judged, except: &[Range<usize>]) {
        for text in judged.texts_outside(except) {
            if !matches!(way(&text), Way::Unread) {
                self.keep(&text);
                self.evidence.read(&self.scanner, &text.text);
            }
        }
    }
}

impl Words {
    /// Adds to a text, or begins one. Once there is more than a judge is asked about nothing more is kept.
    fn add(&mut self, channel: Option<Channel>, text: &str) {
        if self.bytes > LONGEST_CONTENT || text.is_empty() {
            return;
        }
        self.bytes += text.len();
        let known = self.texts.iter_mut().find(|(known, _)| known.is_some() && *known == channel);
        match known {
            Some((_, known)) => known.push_str(text),
            None => self.texts.push((channel, text.to_owned())),
        }
    }
}

impl Default for Heard {
    fn default() -> Self {
        Self {
            text: String::new(),
            from: 0,
            cleared: 0,
            read_whole_at: FIRST_WHOLE,
            counted: [(0, 0, 0); 2],
            silent: 0,
        }
    }
}

impl Heard {
    fn end(&self) -> usize {
        self.from + self.text.len()
    }

    /// Reads what waits, with a little of what went before it, and clears what may go.
    fn read(&mut self, scanner: &Scanner, evidence: &mut Evidence, ended: bool) {
        if self.cleared == self.end() {
            return;
        }
        let mut open = None;
        if ended || self.end() >= self.read_whole_at {
            self.read_whole(scanner, evidence, ended);
        } else {
            let start = floor(&self.text, (self.cleared - self.from).saturating_sub(BESIDE));
            let window = self.text.get(start..).unwrap_or_default();
            let mut saw = evidence.see(scanner, window);
            // Rows are counted where the whole is read, since their head may lie further back.
            let mut first: Option<usize> = None;
            saw.each(|seen| {
                seen.people.clear();
                seen.opaque.clear();
                first = first.into_iter().chain(drop_unfinished(seen, window.len())).min();
            });
            open = first.map(|at| self.from + start + at);
            evidence.add(&saw);
        }
        let boundary = if ended { self.end() } else { self.from + self.boundary() };
        let open = open.filter(|_| self.end() - self.cleared < LONGEST);
        self.cleared = open.map_or(boundary, |open| open.clamp(self.cleared, boundary));
        self.forget();
    }

    fn read_whole(&mut self, scanner: &Scanner, evidence: &mut Evidence, ended: bool) {
        self.read_whole_at = self.end().saturating_mul(2);
        let mut saw = evidence.see(scanner, &self.text);
        let length = self.text.len();
        let mut counted = self.counted.iter_mut();
        saw.each(|seen| {
            if !ended {
                drop_unfinished(seen, length);
            }
            if let Some(counted) = counted.next() {
                count_once(seen, counted);
            }
        });
        evidence.add(&saw);
    }

    /// Where the text that is there may be shown to: the last end of a sentence or else of a word that leaves enough
    /// behind.
    fn boundary(&self) -> usize {
        let (text, cleared) = (self.text.as_str(), self.cleared - self.from);
        let latest = floor(text, text.len().saturating_sub(LEAST)).max(cleared);
        let earliest = floor(text, text.len().saturating_sub(MOST - LEAST / 2)).max(cleared);
        let near = text.get(earliest..latest).unwrap_or_default();
        let anywhere = text.get(cleared..latest).unwrap_or_default();
        let found = sentence_end(near)
            .or_else(|| word_end(near))
            .map(|end| earliest + end)
            .or_else(|| word_end(anywhere).map(|end| cleared + end));
        match found {
            Some(end) => end,
            None if text.len() - cleared >= LONGEST => latest,
            None => cleared,
        }
    }

    /// Bounds what is kept of a long text.
    fn forget(&mut self) {
        if self.text.len() > 2 * KEPT {
            let cut = floor(&self.text, (self.text.len() - KEPT).min(self.cleared - self.from));
            self.text.drain(..cut);
            self.from += cut;
        }
    }
}

/// Rows, and what couldn't be read, that were counted when less was there are counted once.
fn count_once(seen: &mut Seen, (known, known_unidentified, known_opaque): &mut (usize, usize, usize)) {
    let rows = seen.people.iter().map(|people| people.rows).sum::<usize>();
    let unidentified = seen.people.iter().map(|people| people.unidentified).sum::<usize>();
    seen.people.truncate(1);
    for people in &mut seen.people {
        people.rows = rows.saturating_sub(*known);
        people.unidentified = unidentified.saturating_sub(*known_unidentified);
    }
    let opaque = seen.opaque.len();
    seen.opaque.truncate(opaque.saturating_sub(*known_opaque));
    *known = rows.max(*known);
    *known_unidentified = unidentified.max(*known_unidentified);
    *known_opaque = opaque.max(*known_opaque);
}

/// What is found at the very end may still become something else. It is found again, since it is held back: where the
/// first of it begins is told.
fn drop_unfinished(seen: &mut Seen, length: usize) -> Option<usize> {
    let goes_on = |end: usize| end + GOES_ON >= length;
    let first = seen.findings.iter().filter(|one| goes_on(one.span.end)).map(|one| one.span.start).min();
    seen.findings.retain(|finding| !goes_on(finding.span.end));
    first
}

fn sentence_end(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    (1..=bytes.len()).rev().find(|end| {
        let last_two = (bytes.get(end.wrapping_sub(2)), bytes.get(end - 1));
        matches!(last_two, (_, Some(b'\n')) | (Some(b'.' | b'!' | b'?'), Some(b' ')))
    })
}

fn word_end(text: &str) -> Option<usize> {
    text.rfind([' ', '\n', '\t']).map(|at| at + 1)
}

fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default()
}
