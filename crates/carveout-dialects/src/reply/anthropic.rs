//! The course of a message.

use super::fault::ReplyFault;
use super::judged::TextEnd;
use super::reader::Desk;
use super::visitor::Within;
use crate::anthropic::{ERROR, EVENTS, MESSAGE};
use crate::json::View;
use crate::shape::{Fault, Rule, walk, walk_object};

/// How far a stream of events has come.
#[derive(Debug, Default)]
pub(super) struct Events {
    phase: Phase,
    /// The block whose deltas may come.
    open: Option<Block>,
    /// Blocks begun.
    blocks: i64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Before,
    Content,
    Closing,
    Ended,
}

/// What kinds of delta a block takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Block {
    Text,
    Tool,
    Thinking,
    Compaction,
    Whole,
}

static EVENT: Rule = Rule::Tagged(&EVENTS);

impl Events {
    pub(super) fn has_ended(&self) -> bool {
        self.phase == Phase::Ended
    }

    pub(super) fn event(&mut self, desk: &mut Desk, name: &[u8], data: &[u8]) -> Result<(), ReplyFault> {
        if self.has_ended() {
            return Err(ReplyFault::out_of_order("an event after `message_stop`"));
        }
        desk.judge_named(name, data, |root, visitor| {
            refuse_error(root)?;
            walk(&EVENT, root, Within::default(), visitor).map_err(|fault| fault.locate(root))?;
            self.step(root)?;
            // A message is one choice.
            *visitor.choices |= 1;
            visitor.ends.extend(end(root));
            summarise(root, visitor.summary);
            Ok(())
        })
    }

    /// Takes the event's place in the course: start, blocks one after the other, deltas, stop.
    fn step(&mut self, root: View<'_>) -> Result<(), ReplyFault> {
        let kind = root.member("type").map(View::canonical).unwrap_or_default();
        match (self.phase, kind) {
            (_, "ping") => {}
            (Phase::Before, "message_start") => {
                self.phase = Phase::Content;
                let content = root.member("message").and_then(|message| message.member("content"));
                let begun = content.map_or(0, |content| content.elements().count());
                self.blocks = i64::try_from(begun).unwrap_or(i64::MAX);
            }
            (Phase::Content, "content_block_start") if self.open.is_none() => {
                if index(root) != Some(self.blocks) {
                    return Err(ReplyFault::out_of_order("a content block is not the next one"));
                }
                self.blocks += 1;
                self.open = Some(Block::of(root));
            }
            (Phase::Content, "content_block_delta") if self.is_about_open(root) => {
                if !self.open.is_some_and(|block| block.takes(root)) {
                    return Err(ReplyFault::out_of_order("a delta of another kind than its block"));
                }
            }
            (Phase::Content, "content_block_stop") if self.is_about_open(root) => self.open = None,
            (Phase::Content | Phase::Closing, "message_delta") if self.open.is_none() => {
                self.phase = Phase::Closing;
            }
            (Phase::Closing, "message_stop") => self.phase = Phase::Ended,
            (_, misplaced) => {
                return Err(ReplyFault::out_of_order(format!("`{misplaced}` where it can't stand")));
            }
        }
        Ok(())
    }

    fn is_about_open(&self, root: View<'_>) -> bool {
        self.open.is_some() && index(root) == Some(self.blocks - 1)
    }
}

impl Block {
    fn of(start: View<'_>) -> Self {
        let block = start.member("content_block").and_then(|block| block.member("type"));
        match block.map(View::canonical).unwrap_or_default() {
            "text" => Self::Text,
            "tool_use" | "server_tool_use" | "mcp_tool_use" => Self::Tool,
            "thinking" => Self::Thinking,
            "compaction" => Self::Compaction,
            _ => Self::Whole,
        }
    }

    fn takes(self, event: View<'_>) -> bool {
        let delta = event.member("delta").and_then(|delta| delta.member("type"));
        let needed = match delta.map(View::canonical).unwrap_or_default() {
            "text_delta" | "citations_delta" => Self::Text,
            "input_json_delta" => Self::Tool,
            "thinking_delta" | "signature_delta" => Self::Thinking,
            "compaction_delta" => Self::Compaction,
            _ => return false,
        };
        self == needed
    }
}

/// Reads a whole reply.
pub(super) fn whole(desk: &mut Desk, body: &[u8]) -> Result<(), ReplyFault> {
    desk.judge("", body, |root, visitor| {
        refuse_error(root)?;
        walk_object(&MESSAGE, root, Within::default(), visitor)
            .and_then(|()| match root.member("type") {
                Some(kind) if kind.canonical() != "message" => Err(Fault::unknown_kind(root, "reply", kind)),
                _ => Ok(()),
            })
            .map_err(|fault| fault.locate(root))?;
        *visitor.choices |= 1;
        take_over(root, visitor.summary);
        visitor.summary.finish_reason(root.member("stop_reason"));
        Ok(())
    })
}

/// An error in place of a reply, with status 200 or in mid-stream.
fn refuse_error(root: View<'_>) -> Result<(), ReplyFault> {
    if root.member("type").is_none_or(|kind| kind.canonical() != "error") {
        return Ok(());
    }
    let mut nothing = super::ReplySummary::default();
    let mut visitor = super::visitor::ReplyVisitor {
        texts: &mut Vec::new(),
        ends: &mut Vec::new(),
        touches_tools: &mut false,
        base: 0,
        summary: &mut nothing,
        choices: &mut 0,
    };
    walk_object(&ERROR, root, Within::default(), &mut visitor).map_err(|fault| fault.locate(root))?;
    Err(ReplyFault::Provider { message: super::provider_error::message(root) })
}

fn summarise(event: View<'_>, summary: &mut super::ReplySummary) {
    if let Some(message) = event.member("message") {
        take_over(message, summary);
    }
    summary.usage.update(event.member("usage"), "input_tokens", "output_tokens");
    if let Some(delta) = event.member("delta") {
        summary.finish_reason(delta.member("stop_reason"));
    }
}

fn take_over(message: View<'_>, summary: &mut super::ReplySummary) {
    summary.identify(message);
    summary.usage.update(message.member("usage"), "input_tokens", "output_tokens");
}

/// The block that an event ends.
fn end(event: View<'_>) -> Option<TextEnd> {
    let stops = event.member("type").is_some_and(|kind| kind.canonical() == "content_block_stop");
    let index = u32::try_from(index(event).filter(|_| stops)?).ok();
    Some(TextEnd { choice: 0, index })
}

fn index(event: View<'_>) -> Option<i64> {
    event.member("index")?.integer().ok()
}
