//! Taking refused tool calls out of a reply, so that what is left is a reply of the dialect that says so.
//!
//! OpenAI: the call is dropped, the calls after it move up, and `refusal` tells why. Anthropic: a text block stands in
//! the block's place. A reply that has no call left doesn't end for the sake of calls any more.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::calls::{Slot, each_call, elements, is_call, number, payload, present};
use crate::Dialect;
use crate::json::{Document, Limits, View, write_string};

/// What became of the calls of one reply: `None` is released, otherwise what the caller is told instead.
#[derive(Clone, Debug, Default)]
pub struct Fates {
    fates: BTreeMap<Slot, Option<String>>,
    told: BTreeMap<Slot, ()>,
}

/// A part of a document, and what stands there instead.
struct Edit {
    start: usize,
    end: usize,
    text: String,
}

impl Fates {
    /// Notes what became of a call.
    pub fn insert(&mut self, slot: Slot, refused: Option<String>) {
        self.fates.insert(slot, refused);
    }

    /// Whether it is known what became of a call.
    #[must_use]
    pub fn has(&self, slot: Slot) -> bool {
        self.fates.contains_key(&slot)
    }

    /// Whether any call was refused.
    #[must_use]
    pub fn refuses_any(&self) -> bool {
        self.fates.values().any(Option::is_some)
    }

    fn refused(&self, slot: Slot) -> Option<&str> {
        self.fates.get(&slot)?.as_deref()
    }

    /// How many calls of the same choice are released before this one.
    fn released_before(&self, slot: Slot) -> usize {
        let before = self.fates.range(Slot { choice: slot.choice, index: None }..slot);
        before.filter(|(slot, refused)| slot.index.is_some() && refused.is_none()).count()
    }

    /// Whether a choice had calls, and all of them were refused.
    fn all_refused(&self, choice: u32) -> bool {
        let mut own = self.fates.iter().filter(|(slot, _)| slot.choice == choice).peekable();
        own.peek().is_some() && own.all(|(_, refused)| refused.is_some())
    }

    /// What is released in place of an event of a streamed reply; nothing, if nothing is left of it. Events come in their
    /// order, and after the fate of every call that they hold a piece of is known.
    #[must_use]
    pub fn rewrite(&mut self, dialect: Dialect, event: &[u8]) -> Option<Vec<u8>> {
        let unchanged = || Some(event.to_vec());
        if !self.refuses_any() {
            return unchanged();
        }
        let Some(document) = payload(event) else { return unchanged() };
        match dialect {
            Dialect::OpenAi => self.chunk(&document),
            Dialect::Anthropic => self.block_event(&document, event),
        }
    }

    fn chunk(&mut self, document: &Document) -> Option<Vec<u8>> {
        let root = document.root();
        let mut edits = Vec::new();
        let mut says_anything = present(root.member("usage")).is_some();
        for choice in elements(root.member("choices")) {
            let Some(index) = number(choice.member("index")) else { continue };
            let delta = choice.member("delta");
            let calls = delta.and_then(|delta| present(delta.member("tool_calls")));
            let function = delta.and_then(|delta| present(delta.member("function_call")));
            let mut told = Vec::new();
            if let Some(function) = function {
                let slot = Slot { choice: index, index: None };
                if let Some(refused) = self.refused(slot).map(str::to_owned) {
                    edits.push(Edit::whole(function, "null"));
                    told.extend(self.tell(slot, refused));
                } else {
                    says_anything = true;
                }
            }
            if let Some(calls) = calls {
                let kept = self.kept(calls, index, &mut told);
                says_anything |= !kept.is_empty();
                let text = if kept.is_empty() { "null".to_owned() } else { format!("[{}]", kept.join(",")) };
                edits.push(Edit::whole(calls, text));
            }
            if let (Some(delta), false) = (delta, told.is_empty()) {
                says_anything = true;
                tell_in(delta, &told, &mut edits);
            }
            if let Some(reason) = present(choice.member("finish_reason")) {
                says_anything = true;
                if self.all_refused(index) && ends_for_calls(reason) {
                    edits.push(Edit::whole(reason, r#""stop""#));
                }
            }
            let others = delta.into_iter().flat_map(View::members);
            says_anything |= others.into_iter().any(|(name, value)| {
                !matches!(name.canonical(), "tool_calls" | "function_call") && present(Some(value)).is_some()
            });
        }
        let touched = !edits.is_empty();
        let out = format!("data: {}\n\n", apply(document.text(), edits));
        (says_anything || !touched).then(|| out.into_bytes())
    }

    /// The calls of one chunk that are released, with their new numbers.
    fn kept(&mut self, calls: View<'_>, choice: u32, told: &mut Vec<String>) -> Vec<String> {
        let mut kept = Vec::new();
        for call in calls.elements() {
            let slot = Slot { choice, index: number(call.member("index")) };
            match self.refused(slot).map(str::to_owned) {
                Some(refused) => told.extend(self.tell(slot, refused)),
                None => {
                    let number = call.member("index");
                    let edit = number.map(|view| Edit::whole(view, self.released_before(slot).to_string()));
                    kept.push(apply_inside(call, edit.into_iter().collect()));
                }
            }
        }
        kept
    }

    /// What is told of a refused call, once.
    fn tell(&mut self, slot: Slot, refused: String) -> Option<String> {
        self.told.insert(slot, ()).is_none().then_some(refused)
    }

    fn block_event(&mut self, document: &Document, event: &[u8]) -> Option<Vec<u8>> {
        let root = document.root();
        let slot = Slot { choice: 0, index: number(root.member("index")) };
        match root.member("type").map(View::canonical).unwrap_or_default() {
            "content_block_start" => match self.refused(slot) {
                Some(refused) => Some(text_block(slot, refused).into_bytes()),
                None => Some(event.to_vec()),
            },
            "content_block_delta" if self.refused(slot).is_some() => None,
            "message_delta" if self.all_refused(0) => {
                let reason = root.member("delta").and_then(|delta| delta.member("stop_reason"));
                let edits = reason.filter(|reason| ends_for_calls(*reason));
                let edits = edits.map(|reason| Edit::whole(reason, r#""refusal""#)).into_iter().collect();
                let data = apply(document.text(), edits);
                Some(format!("event: message_delta\ndata: {data}\n\n").into_bytes())
            }
            _ => Some(event.to_vec()),
        }
    }
}

/// What is released in place of a whole reply. `fates` are by the slots that [`super::calls_of`] gave.
#[must_use]
pub fn refuse_in_reply(dialect: Dialect, reply: &[u8], fates: &Fates) -> Vec<u8> {
    let limits = Limits { depth: usize::MAX, bytes: reply.len() };
    let Ok(document) = Document::read(reply, &limits) else { return Vec::new() };
    let root = document.root();
    let mut edits = Vec::new();
    match dialect {
        Dialect::Anthropic => {
            each_call(dialect, root, &mut |slot, block, _| {
                if let (Some(refused), true) = (fates.refused(slot), is_call(block)) {
                    let mut text = r#"{"type":"text","text":"#.to_owned();
                    write_string(&mut text, refused);
                    text.push('}');
                    edits.push(Edit::whole(block, text));
                }
            });
            let reason = present(root.member("stop_reason")).filter(|reason| ends_for_calls(*reason));
            if let (Some(reason), true) = (reason, fates.all_refused(0)) {
                edits.push(Edit::whole(reason, r#""refusal""#));
            }
        }
        Dialect::OpenAi => {
            for (index, choice) in (0..).zip(elements(root.member("choices"))) {
                refuse_in_choice(choice, index, fates, &mut edits);
            }
        }
    }
    apply(document.text(), edits).into_bytes()
}

fn refuse_in_choice(choice: View<'_>, index: u32, fates: &Fates, edits: &mut Vec<Edit>) {
    let Some(message) = choice.member("message") else { return };
    let mut told = Vec::new();
    if let Some(function) = present(message.member("function_call"))
        && let Some(refused) = fates.refused(Slot { choice: index, index: None })
    {
        edits.push(Edit::whole(function, "null"));
        told.push(refused.to_owned());
    }
    if let Some(calls) = present(message.member("tool_calls")) {
        let mut kept = Vec::new();
        for (position, call) in (0..).zip(calls.elements()) {
            match fates.refused(Slot { choice: index, index: Some(position) }) {
                Some(refused) => told.push(refused.to_owned()),
                None => kept.push(call.canonical()),
            }
        }
        let text = if kept.is_empty() { "null".to_owned() } else { format!("[{}]", kept.join(",")) };
        edits.push(Edit::whole(calls, text));
    }
    if !told.is_empty() {
        tell_in(message, &told, edits);
    }
    let reason = present(choice.member("finish_reason")).filter(|reason| ends_for_calls(*reason));
    if let (Some(reason), true) = (reason, fates.all_refused(index)) {
        edits.push(Edit::whole(reason, r#""stop""#));
    }
}

/// Puts what is told into the member `refusal` of a message or delta, after what stands there.
fn tell_in(object: View<'_>, told: &[String], edits: &mut Vec<Edit>) {
    let mut said = object.member("refusal").and_then(View::string).unwrap_or_default().into_owned();
    for one in told {
        if !said.is_empty() {
            said.push('\n');
        }
        said.push_str(one);
    }
    let mut text = String::new();
    match object.member("refusal") {
        Some(refusal) => {
            write_string(&mut text, &said);
            edits.push(Edit::whole(refusal, text));
        }
        None => {
            // Right after the object's brace: an object that held a call is not empty.
            text.push_str(r#""refusal":"#);
            write_string(&mut text, &said);
            text.push(',');
            let (start, _) = object.span();
            edits.push(Edit { start: start + 1, end: start + 1, text });
        }
    }
}

fn ends_for_calls(reason: View<'_>) -> bool {
    matches!(reason.canonical(), "tool_calls" | "function_call" | "tool_use")
}

/// A text block in the place of a call's start; the call's stop ends it.
fn text_block(slot: Slot, text: &str) -> String {
    let index = slot.index.unwrap_or_default();
    let mut out = String::new();
    let _ = write!(
        out,
        "event: content_block_start\ndata: {{\"type\":\"content_block_start\",\"index\":{index},\"content_block\":{{\"type\":\"text\",\"text\":\"\"}}}}\n\nevent: content_block_delta\ndata: {{\"type\":\"content_block_delta\",\"index\":{index},\"delta\":{{\"type\":\"text_delta\",\"text\":"
    );
    write_string(&mut out, text);
    out.push_str("}}\n\n");
    out
}

impl Edit {
    /// The whole value, quotes included.
    fn whole(value: View<'_>, text: impl Into<String>) -> Self {
        let (start, end) = value.span();
        let quotes = usize::from(value.kind() == crate::json::Kind::String);
        Self { start: start.saturating_sub(quotes), end: end + quotes, text: text.into() }
    }
}

/// Edits a value's own text.
fn apply_inside(value: View<'_>, edits: Vec<Edit>) -> String {
    let (offset, _) = value.span();
    let moved = edits.into_iter().map(|edit| Edit {
        start: edit.start.saturating_sub(offset),
        end: edit.end.saturating_sub(offset),
        ..edit
    });
    apply(value.canonical(), moved.collect())
}

fn apply(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| edit.start);
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for Edit { start, end, text: new } in edits {
        out.push_str(text.get(done..start).unwrap_or_default());
        out.push_str(&new);
        done = end;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}
