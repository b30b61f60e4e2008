//! What may be released, and what it says.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use bytes::Bytes;

use crate::TextKind;
use crate::json::unescape;

/// Whole events (or a whole reply) that were parsed and written anew.
#[derive(Clone, Default)]
pub struct Judged {
    bytes: Bytes,
    events: Vec<EventEnd>,
    texts: Vec<TextSpan>,
    ends: Vec<TextEnd>,
}

/// One past the end of an event, in bytes, texts and ends of texts.
#[derive(Clone, Copy, Debug, Default)]
struct EventEnd {
    bytes: usize,
    texts: usize,
    ends: usize,
    /// It may hold a piece of a tool call.
    touches_tools: bool,
}

/// No more text follows of a choice, or of one content block of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextEnd {
    /// Which of the choices; 0 where the dialect has one.
    pub choice: u32,
    /// Which content block (Anthropic); `None` is the whole choice.
    pub index: Option<u32>,
}

/// Where a text stands in the judged bytes, inside its quotes.
#[derive(Clone, Copy, Debug)]
pub(super) struct TextSpan {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) escaped: bool,
    pub(super) choice: u32,
    pub(super) index: Option<u32>,
    pub(super) kind: TextKind,
}

/// A text of a reply, or a piece of one.
#[derive(Clone, PartialEq, Eq)]
pub struct ReplyText<'a> {
    /// Which of the choices; 0 where the dialect has one.
    pub choice: u32,
    /// In a stream, which tool call (OpenAI) or content block (Anthropic) of the choice it continues.
    pub index: Option<u32>,
    /// What it is.
    pub kind: TextKind,
    /// The characters, unescaped.
    pub text: Cow<'a, str>,
}

impl fmt::Debug for ReplyText<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { choice, index, kind, text } = self;
        write!(formatter, "ReplyText({choice} {index:?} {kind:?}, {} bytes)", text.len())
    }
}

impl fmt::Debug for Judged {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (bytes, events, texts) = (self.bytes.len(), self.events.len(), self.texts.len());
        write!(formatter, "Judged({bytes} bytes, {events} events, {texts} texts)")
    }
}

impl Judged {
    /// The bytes, to be released.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The bytes, to be released.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        self.bytes
    }

    /// True if nothing could be judged yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Every text, in order.
    pub fn texts(&self) -> impl ExactSizeIterator<Item = ReplyText<'_>> {
        self.texts.iter().map(|span| span.text(&self.bytes))
    }

    /// The texts that don't lie in any of these places of the bytes.
    pub fn texts_outside(&self, places: &[Range<usize>]) -> impl Iterator<Item = ReplyText<'_>> {
        let inside = |span: &TextSpan| places.iter().any(|place| place.contains(&span.start));
        self.texts.iter().filter(move |span| !inside(span)).map(|span| span.text(&self.bytes))
    }

    /// The events one by one, each with its bytes and texts. (A whole reply is one.)
    pub fn events(&self) -> impl Iterator<Item = JudgedEvent<'_>> {
        let start = EventEnd::default();
        self.events
            .iter()
            .scan(start, |from, to| Some((std::mem::replace(from, *to), *to)))
            .map(|(from, to)| JudgedEvent { judged: self, from, to })
    }
}

/// One event that may be released.
#[derive(Clone, Copy, Debug)]
pub struct JudgedEvent<'a> {
    judged: &'a Judged,
    from: EventEnd,
    to: EventEnd,
}

impl<'a> JudgedEvent<'a> {
    /// Its bytes, sharing the memory of the whole.
    #[must_use]
    pub fn bytes(self) -> Bytes {
        self.judged.bytes.slice(self.from.bytes..self.to.bytes)
    }

    /// Its texts.
    pub fn texts(self) -> impl Iterator<Item = ReplyText<'a>> {
        let spans = self.judged.texts.get(self.from.texts..self.to.texts).unwrap_or_default();
        spans.iter().map(|span| span.text(&self.judged.bytes))
    }

    /// What ends with it.
    #[must_use]
    pub fn ends(self) -> &'a [TextEnd] {
        self.judged.ends.get(self.from.ends..self.to.ends).unwrap_or_default()
    }

    /// Whether it may hold a piece of a tool call. (An action of the provider's own looks like one.)
    #[must_use]
    pub fn touches_tools(self) -> bool {
        self.to.touches_tools
    }
}

impl TextSpan {
    fn text(self, bytes: &Bytes) -> ReplyText<'_> {
        // Written from a String and cut at quotes: always UTF-8.
        let canonical = bytes.get(self.start..self.end).unwrap_or_default();
        let canonical = str::from_utf8(canonical).unwrap_or_default();
        let text = if self.escaped { unescape(canonical).into() } else { canonical.into() };
        ReplyText { choice: self.choice, index: self.index, kind: self.kind, text }
    }
}

/// Events being judged.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) out: String,
    pub(super) texts: Vec<TextSpan>,
    pub(super) ends: Vec<TextEnd>,
    /// Set while an event is read that may hold a piece of a tool call.
    pub(super) touches_tools: bool,
    events: Vec<EventEnd>,
}

impl Draft {
    /// The event just written is whole.
    pub(super) fn end_event(&mut self) {
        self.events.push(EventEnd {
            bytes: self.out.len(),
            texts: self.texts.len(),
            ends: self.ends.len(),
            touches_tools: std::mem::take(&mut self.touches_tools),
        });
    }

    /// Drops what was written since the last whole event.
    fn drop_unfinished(&mut self) {
        let end = self.events.last().copied().unwrap_or_default();
        self.out.truncate(end.bytes);
        self.texts.truncate(end.texts);
        self.ends.truncate(end.ends);
        self.touches_tools = false;
    }

    /// What is whole so far; the draft is empty afterwards.
    pub(super) fn take(&mut self) -> Judged {
        self.drop_unfinished();
        Judged {
            bytes: Bytes::from(std::mem::take(&mut self.out)),
            events: std::mem::take(&mut self.events),
            texts: std::mem::take(&mut self.texts),
            ends: std::mem::take(&mut self.ends),
        }
    }
}
