//! The course of a chat completion.

use super::fault::ReplyFault;
use super::judged::TextEnd;
use super::reader::Desk;
use crate::json::{Kind, View};
use crate::openai::{CHUNK, COMPLETION};
use crate::shape::{Fault, Problem, walk_object};

/// How far a stream of chunks has come.
#[derive(Debug, Default)]
pub(super) struct Chunks {
    pub(super) done: bool,
}

const END: &[u8] = b"[DONE]";

impl Chunks {
    pub(super) fn event(&mut self, desk: &mut Desk, name: &[u8], data: &[u8]) -> Result<(), ReplyFault> {
        if self.done {
            return Err(ReplyFault::out_of_order("an event after `[DONE]`"));
        }
        // Chat completions don't name their events; some servers name the one that reports an error.
        if !matches!(name, b"" | b"message" | b"error") {
            return Err(ReplyFault::unknown_event(name));
        }
        if data == END {
            self.done = true;
            desk.write_event("data: [DONE]\n\n");
            return Ok(());
        }
        desk.judge("data: ", data, |root, visitor| {
            refuse_error(root)?;
            walk_object(&CHUNK, root, super::visitor::Within::default(), visitor)
                .and_then(|()| named(root, "chat.completion.chunk", &CHUNK_WITHOUT_CHOICES))
                .map_err(|fault| fault.locate(root))?;
            visitor.ends.extend(ends(root));
            summarise(root, visitor.summary);
            Ok(())
        })
    }
}

/// Reads a whole reply.
pub(super) fn whole(desk: &mut Desk, body: &[u8]) -> Result<(), ReplyFault> {
    desk.judge("", body, |root, visitor| {
        refuse_error(root)?;
        walk_object(&COMPLETION, root, super::visitor::Within::default(), visitor)
            .and_then(|()| named(root, "chat.completion", &[]))
            .map_err(|fault| fault.locate(root))?;
        summarise(root, visitor.summary);
        Ok(())
    })
}

/// Azure begins a stream with a chunk that only carries filter results and names no object.
const CHUNK_WITHOUT_CHOICES: [&str; 1] = [""];

fn named(root: View<'_>, name: &str, without_choices: &[&str]) -> Result<(), Fault> {
    let Some(object) = root.member("object") else {
        return Err(Fault::new(root, Problem::Missing { name: "object" }));
    };
    let has_choices = root.member("choices").is_some_and(|choices| choices.elements().next().is_some());
    let known = object.canonical() == name || (!has_choices && without_choices.contains(&object.canonical()));
    if known { Ok(()) } else { Err(Fault::unknown_kind(root, "reply", object)) }
}

/// An error in place of a reply, with status 200 or in mid-stream.
fn refuse_error(root: View<'_>) -> Result<(), ReplyFault> {
    match root.member("error").filter(|error| error.kind() != Kind::Null) {
        Some(_) => Err(ReplyFault::Provider { message: super::provider_error::message(root) }),
        None => Ok(()),
    }
}

/// The choices that a chunk ends.
fn ends(root: View<'_>) -> impl Iterator<Item = TextEnd> {
    let choices = root.member("choices").into_iter().flat_map(View::elements);
    choices.filter_map(|choice| {
        choice.member("finish_reason").filter(|reason| reason.kind() != Kind::Null)?;
        let choice = u32::try_from(choice.member("index")?.integer().ok()?).ok()?;
        Some(TextEnd { choice, index: None })
    })
}

fn summarise(root: View<'_>, summary: &mut super::ReplySummary) {
    summary.identify(root);
    summary.usage.update(root.member("usage"), "prompt_tokens", "completion_tokens");
    for choice in root.member("choices").into_iter().flat_map(View::elements) {
        summary.finish_reason(choice.member("finish_reason"));
    }
}
