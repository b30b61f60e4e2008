//! Bytes from a provider to bytes that may be released.

use std::fmt;

use super::anthropic::{self, Events};
use super::fault::{ReplyError, ReplyFault};
use super::judged::{Draft, Judged};
use super::openai::{self, Chunks};
use super::sse::{EventDecoder, EventTooLarge, Item};
use super::summary::ReplySummary;
use super::visitor::ReplyVisitor;
use crate::Dialect;
use crate::json::{Limits, Tape, View};

/// Reads a reply in pieces of any size. What comes out doesn't depend on how it was cut.
pub struct ReplyReader {
    course: Course,
    desk: Desk,
    /// Set once; everything after it fails the same way.
    fault: Option<ReplyFault>,
}

enum Course {
    /// Gathered until the end, then read at once.
    Whole {
        dialect: Dialect,
        body: Vec<u8>,
    },
    Chunks(EventDecoder, Chunks),
    Events(EventDecoder, Events),
}

impl fmt::Debug for ReplyReader {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ReplyReader").field("summary", &self.desk.summary).finish_non_exhaustive()
    }
}

impl ReplyReader {
    /// A reader for one reply. `limits.bytes` bounds a whole reply, or each event of a streamed one.
    #[must_use]
    pub fn new(dialect: Dialect, streamed: bool, limits: Limits) -> Self {
        let decoder = || EventDecoder::new(limits.bytes);
        let course = match (streamed, dialect) {
            (false, dialect) => Course::Whole { dialect, body: Vec::new() },
            (true, Dialect::OpenAi) => Course::Chunks(decoder(), Chunks::default()),
            (true, Dialect::Anthropic) => Course::Events(decoder(), Events::default()),
        };
        Self { course, desk: Desk::new(limits), fault: None }
    }

    /// Takes the next piece and gives back what it completes.
    ///
    /// # Errors
    /// The reply can't be handed on. [`ReplyError::judged`] is what still may be; then the caller should be
    /// told (see [`crate::Notice::event`]) and the connection given up.
    pub fn push(&mut self, piece: &[u8]) -> Result<Judged, ReplyError> {
        let Self { course, desk, fault } = self;
        desk.summary.bytes_in += piece.len() as u64;
        if fault.is_none() {
            *fault = match course {
                Course::Whole { body, .. } => gather(body, piece, desk.limits.bytes).err(),
                Course::Chunks(decoder, chunks) => decoder
                    .push(piece, |item| match item {
                        Item::Comment => desk.comment(),
                        Item::Event { name, data } => chunks.event(desk, name, data),
                    })
                    .err(),
                Course::Events(decoder, events) => decoder
                    .push(piece, |item| match item {
                        Item::Comment => desk.comment(),
                        Item::Event { name, data } => events.event(desk, name, data),
                    })
                    .err(),
            };
        }
        self.judged()
    }

    /// The provider has ended its reply. Gives back a whole reply; of a streamed one, nothing is left.
    ///
    /// # Errors
    /// The reply is not complete, or can't be handed on.
    pub fn finish(&mut self) -> Result<Judged, ReplyError> {
        if self.fault.is_none() {
            self.fault = match &mut self.course {
                Course::Whole { dialect, body } => {
                    let body = std::mem::take(body);
                    match dialect {
                        Dialect::OpenAi => openai::whole(&mut self.desk, &body),
                        Dialect::Anthropic => anthropic::whole(&mut self.desk, &body),
                    }
                    .err()
                }
                Course::Chunks(_, chunks) => (!chunks.done).then_some(ReplyFault::Cut),
                Course::Events(_, events) => (!events.has_ended()).then_some(ReplyFault::Cut),
            };
        }
        self.judged()
    }

    /// What the reply came to so far.
    #[must_use]
    pub fn summary(&self) -> &ReplySummary {
        &self.desk.summary
    }

    /// True once a streamed reply has brought its end marker.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        match &self.course {
            Course::Whole { .. } => false,
            Course::Chunks(_, chunks) => chunks.done,
            Course::Events(_, events) => events.has_ended(),
        }
    }

    fn judged(&mut self) -> Result<Judged, ReplyError> {
        let judged = self.desk.draft.take();
        self.desk.summary.bytes_out += judged.bytes().len() as u64;
        match &self.fault {
            None => Ok(judged),
            Some(fault) => Err(ReplyError { judged, fault: Box::new(fault.clone()) }),
        }
    }
}

fn gather(body: &mut Vec<u8>, piece: &[u8], limit: usize) -> Result<(), ReplyFault> {
    if body.len() + piece.len() > limit {
        return Err(EventTooLarge { limit }.into());
    }
    body.extend_from_slice(piece);
    Ok(())
}

/// Where one document after the other is read and written anew.
pub(super) struct Desk {
    limits: Limits,
    tape: Tape,
    scratch: String,
    draft: Draft,
    choices: u128,
    summary: ReplySummary,
}

impl Desk {
    fn new(limits: Limits) -> Self {
        Self {
            limits,
            tape: Tape::new(),
            scratch: String::new(),
            draft: Draft::default(),
            choices: 0,
            summary: ReplySummary::default(),
        }
    }

    /// Reads one document, has it judged, and writes it after `prefix`: as an event, or if that is
    /// empty as the whole reply.
    pub(super) fn judge(
        &mut self,
        prefix: &str,
        data: &[u8],
        judge: impl FnOnce(View<'_>, &mut ReplyVisitor<'_>) -> Result<(), ReplyFault>,
    ) -> Result<(), ReplyFault> {
        self.scratch.clear();
        self.tape.read(data, &self.limits, &mut self.scratch)?;
        self.draft.out.push_str(prefix);
        self.rewrite(judge)?;
        let ending = if prefix.is_empty() { "" } else { "\n\n" };
        self.write_event(ending);
        Ok(())
    }

    /// As [`Desk::judge`], for events that are named after their `type`. A missing name is added.
    pub(super) fn judge_named(
        &mut self,
        name: &[u8],
        data: &[u8],
        judge: impl FnOnce(View<'_>, &mut ReplyVisitor<'_>) -> Result<(), ReplyFault>,
    ) -> Result<(), ReplyFault> {
        self.scratch.clear();
        self.tape.read(data, &self.limits, &mut self.scratch)?;
        let kind = self.tape.root(&self.scratch).member("type").map(View::canonical).unwrap_or_default();
        if !name.is_empty() && name != kind.as_bytes() {
            return Err(ReplyFault::unknown_event(name));
        }
        self.draft.out.push_str("event: ");
        self.draft.out.push_str(kind);
        self.draft.out.push_str("\ndata: ");
        self.rewrite(judge)?;
        self.write_event("\n\n");
        Ok(())
    }

    /// Ends an event with `text`.
    pub(super) fn write_event(&mut self, text: &str) {
        self.draft.out.push_str(text);
        self.draft.end_event();
        self.summary.events += 1;
    }

    fn rewrite(
        &mut self,
        judge: impl FnOnce(View<'_>, &mut ReplyVisitor<'_>) -> Result<(), ReplyFault>,
    ) -> Result<(), ReplyFault> {
        let mut visitor = ReplyVisitor {
            texts: &mut self.draft.texts,
            ends: &mut self.draft.ends,
            touches_tools: &mut self.draft.touches_tools,
            base: self.draft.out.len(),
            summary: &mut self.summary,
            choices: &mut self.choices,
        };
        judge(self.tape.root(&self.scratch), &mut visitor)?;
        self.summary.choices = self.choices.count_ones();
        self.draft.out.push_str(&self.scratch);
        Ok(())
    }

    /// Keeps the connection alive for the caller too; what the comment said is not handed on.
    fn comment(&mut self) -> Result<(), ReplyFault> {
        self.draft.out.push_str(":\n\n");
        self.draft.end_event();
        Ok(())
    }
}
