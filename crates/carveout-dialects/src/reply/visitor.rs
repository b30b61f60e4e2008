//! Collects texts and counts while a reply is held against its dialect's tables.

use super::judged::{TextEnd, TextSpan};
use super::summary::ReplySummary;
use crate::json::View;
use crate::shape::{Fault, Mark, Problem, Shape, Visitor};
use crate::{Media, Speaker, TextKind};

/// As many as OpenAI allows.
const MOST_CHOICES: u32 = 128;

/// Which choice, and which tool call or block of it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Within {
    choice: u32,
    index: Option<u32>,
}

pub(super) struct ReplyVisitor<'r> {
    pub(super) texts: &'r mut Vec<TextSpan>,
    pub(super) ends: &'r mut Vec<TextEnd>,
    pub(super) touches_tools: &'r mut bool,
    /// Where the document's canonical text will stand in the judged bytes.
    pub(super) base: usize,
    pub(super) summary: &'r mut ReplySummary,
    /// One bit for each choice seen.
    pub(super) choices: &'r mut u128,
}

impl Visitor for ReplyVisitor<'_> {
    type Context = Within;

    fn enter(&mut self, within: Within, shape: &'static Shape, object: View<'_>) -> Result<Within, Fault> {
        match shape.mark {
            Mark::Choice => {
                let choice = index_of(object, MOST_CHOICES)?;
                *self.choices |= 1 << choice;
                Ok(Within { choice, index: None })
            }
            Mark::ToolCall | Mark::BlockEvent => {
                *self.touches_tools |= shape.mark == Mark::ToolCall;
                Ok(Within { index: Some(index_of(object, u32::MAX)?), ..within })
            }
            Mark::ServerAction => {
                self.summary.server_actions += 1;
                Ok(within)
            }
            Mark::Plain | Mark::Says(_) | Mark::Tool | Mark::ServerTool | Mark::ToolResult => Ok(within),
        }
    }

    fn says(&mut self, within: Within, _: Speaker) -> Within {
        within
    }

    fn text(&mut self, within: Within, value: View<'_>, kind: TextKind) {
        *self.touches_tools |= matches!(kind, TextKind::Name | TextKind::ToolArguments);
        let (start, end) = value.span();
        self.texts.push(TextSpan {
            start: self.base + start,
            end: self.base + end,
            escaped: value.is_escaped(),
            choice: within.choice,
            index: within.index,
            kind,
        });
    }

    fn opaque(&mut self, _: Within, _: View<'_>, _: Media) {
        self.summary.opaque += 1;
    }

    fn unlisted(&mut self, _: Within, _: View<'_>) {
        self.summary.unlisted += 1;
    }

    fn feature(&mut self, _: View<'_>, _: &'static str) {}
}

fn index_of(object: View<'_>, limit: u32) -> Result<u32, Fault> {
    let missing = || Fault::new(object, Problem::Missing { name: "index" });
    let value = object.member("index").ok_or_else(missing)?;
    let index = value.integer().map_err(|fault| Fault::new(value, Problem::Integer(fault)))?;
    let out_of_range = Problem::OutOfRange { expected: "an index within the dialect's limit" };
    u32::try_from(index).ok().filter(|index| *index < limit).ok_or_else(|| Fault::new(value, out_of_range))
}
