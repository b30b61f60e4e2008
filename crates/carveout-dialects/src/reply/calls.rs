//! The tool calls of a reply, put together from their pieces and strictly read.
//!
//! Programs act on a call when it is whole, so it is judged when it is whole. Where the official SDKs would not read the
//! same call out of the same pieces (a name sent twice, input in two places), it can't be judged, and is no call.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;

use thiserror::Error;

use crate::Dialect;
use crate::json::{Document, JsonError, Kind, Limits, View, write_string};

/// Where a call stands in a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slot {
    /// Which of the choices; 0 where the dialect has one.
    pub choice: u32,
    /// Which tool call of it (OpenAI) or which content block (Anthropic). `None` is OpenAI's older `function_call`, of
    /// which a choice has one.
    pub index: Option<u32>,
}

/// A whole call, strictly read.
#[derive(Clone)]
pub struct ToolCall {
    /// The id that its result will name; empty where there is none.
    pub id: String,
    /// The tool.
    pub name: String,
    input: Input,
}

#[derive(Clone)]
enum Input {
    Arguments(Document),
    /// What a custom tool (OpenAI) takes: any text.
    Text(String),
}

/// A call that is complete, and what reading it gave.
#[derive(Clone, Debug)]
pub struct ReadCall {
    /// Where it stands.
    pub slot: Slot,
    /// The tool it names, as far as it names one.
    pub name: String,
    /// In a whole reply, its place in the bytes.
    pub place: Range<usize>,
    /// The call, or why it can't be judged.
    pub read: Result<ToolCall, CallFault>,
}

/// Why a call can't be judged.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CallFault {
    /// Not acceptable JSON.
    #[error("its arguments are not acceptable JSON: {0}")]
    Json(#[from] JsonError),
    /// JSON, but no object.
    #[error("its arguments are not a JSON object")]
    NotAnObject,
    /// It names no tool.
    #[error("it names no tool")]
    Nameless,
    /// Its id or name comes in two pieces, which some readers join and others replace.
    #[error("its {0} is given twice")]
    Twice(&'static str),
    /// A function and a custom tool at once, or input both at its start and in pieces.
    #[error("its input is given in two ways")]
    TwoInputs,
    /// Larger than the cap.
    #[error("its input is larger than {limit} bytes")]
    TooLarge {
        /// The cap in bytes.
        limit: usize,
    },
}

/// Why the calls of a reply can't be judged, as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CallsFault {
    /// More calls than anybody would judge.
    #[error("the reply has more than {most} tool calls")]
    TooMany {
        /// The cap.
        most: usize,
    },
    /// A piece of a call that was complete.
    #[error("the reply goes on with a tool call that it had ended")]
    Reopened,
}

/// What one event has to do with tool calls.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// The calls that it holds a piece of.
    pub pieces: Vec<Slot>,
    /// The calls that it completes.
    pub complete: Vec<ReadCall>,
}

/// Puts the calls of a streamed reply together.
pub struct CallReader {
    dialect: Dialect,
    limits: Limits,
    most: usize,
    open: BTreeMap<Slot, Draft>,
    closed: BTreeSet<Slot>,
}

/// A call on its way.
#[derive(Default)]
struct Draft {
    id: String,
    name: String,
    input: String,
    custom: bool,
    /// The input came with its start (Anthropic).
    at_start: bool,
    fault: Option<CallFault>,
}

impl fmt::Debug for ToolCall {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ToolCall").field("name", &self.name).finish_non_exhaustive()
    }
}

impl fmt::Debug for CallReader {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("CallReader").field("open", &self.open.len()).finish_non_exhaustive()
    }
}

impl CallReader {
    /// A reader for one reply of at most `most` calls. `limits` are those of one call's input.
    #[must_use]
    pub fn new(dialect: Dialect, limits: Limits, most: usize) -> Self {
        Self { dialect, limits, most, open: BTreeMap::new(), closed: BTreeSet::new() }
    }

    /// Whether a call has begun that isn't complete.
    #[must_use]
    pub fn has_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// Looks at one judged event. While no call is open, only those that touch tools need be shown.
    ///
    /// # Errors
    /// Too many calls.
    pub fn see(&mut self, event: &[u8]) -> Result<Seen, CallsFault> {
        let mut seen = Seen::default();
        let Some(document) = payload(event) else { return Ok(seen) };
        match self.dialect {
            Dialect::OpenAi => self.chunk(document.root(), &mut seen)?,
            Dialect::Anthropic => self.block_event(document.root(), &mut seen)?,
        }
        Ok(seen)
    }

    fn chunk(&mut self, root: View<'_>, seen: &mut Seen) -> Result<(), CallsFault> {
        for choice in elements(root.member("choices")) {
            let Some(number) = number(choice.member("index")) else { continue };
            let delta = choice.member("delta");
            let legacy = delta.and_then(|delta| present(delta.member("function_call")));
            if let Some(function) = legacy {
                self.piece(Slot { choice: number, index: None }, seen, |draft| draft.function(function))?;
            }
            for call in elements(delta.and_then(|delta| delta.member("tool_calls"))) {
                let slot = Slot { choice: number, index: self::number(call.member("index")) };
                self.piece(slot, seen, |draft| draft.tool_call(call))?;
            }
            if present(choice.member("finish_reason")).is_some() {
                let slots: Vec<Slot> =
                    self.open.keys().filter(|slot| slot.choice == number).copied().collect();
                slots.into_iter().for_each(|slot| self.close(slot, seen));
            }
        }
        Ok(())
    }

    fn block_event(&mut self, root: View<'_>, seen: &mut Seen) -> Result<(), CallsFault> {
        let slot = Slot { choice: 0, index: number(root.member("index")) };
        match root.member("type").map(View::canonical).unwrap_or_default() {
            "content_block_start" => {
                let block = root.member("content_block").filter(|block| is_call(*block));
                let Some(block) = block else { return Ok(()) };
                self.piece(slot, seen, |draft| draft.block(block))
            }
            "content_block_delta" if self.open.contains_key(&slot) => {
                let more = root.member("delta").and_then(|delta| delta.member("partial_json"));
                self.piece(slot, seen, |draft| draft.input(more))
            }
            "content_block_stop" if self.open.contains_key(&slot) => {
                seen.pieces.push(slot);
                self.close(slot, seen);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn piece(&mut self, slot: Slot, seen: &mut Seen, add: impl FnOnce(&mut Draft)) -> Result<(), CallsFault> {
        let begun = self.open.len() + self.closed.len();
        if self.closed.contains(&slot) {
            return Err(CallsFault::Reopened);
        }
        if !self.open.contains_key(&slot) && begun >= self.most {
            return Err(CallsFault::TooMany { most: self.most });
        }
        let draft = self.open.entry(slot).or_default();
        add(draft);
        if draft.input.len() > self.limits.bytes {
            draft.fault = Some(CallFault::TooLarge { limit: self.limits.bytes });
            draft.input = String::new();
        }
        seen.pieces.push(slot);
        Ok(())
    }

    fn close(&mut self, slot: Slot, seen: &mut Seen) {
        if let Some(draft) = self.open.remove(&slot) {
            self.closed.insert(slot);
            seen.complete.push(draft.read(slot, 0..0, &self.limits));
        }
    }
}

/// The calls of a whole reply. Choices, calls and blocks are counted as they stand.
///
/// # Errors
/// Too many calls.
pub fn calls_of(
    dialect: Dialect,
    reply: &[u8],
    limits: &Limits,
    most: usize,
) -> Result<Vec<ReadCall>, CallsFault> {
    let Ok(document) = Document::read(reply, &Limits { bytes: reply.len(), ..*limits }) else {
        return Ok(Vec::new());
    };
    let mut drafts = Vec::new();
    each_call(dialect, document.root(), &mut |slot, call, whole| {
        let mut draft = Draft::default();
        match whole {
            Whole::Function => draft.function(call),
            Whole::ToolCall => draft.tool_call(call),
            Whole::Block => draft.block(call),
        }
        if draft.input.len() > limits.bytes {
            draft.fault = Some(CallFault::TooLarge { limit: limits.bytes });
        }
        let (start, end) = call.span();
        drafts.push((slot, start..end, draft));
    });
    if drafts.len() > most {
        return Err(CallsFault::TooMany { most });
    }
    Ok(drafts.into_iter().map(|(slot, place, draft)| draft.read(slot, place, limits)).collect())
}

/// The forms in which whole replies hold a call.
pub(super) enum Whole {
    Function,
    ToolCall,
    Block,
}

pub(super) fn each_call(dialect: Dialect, root: View<'_>, tell: &mut dyn FnMut(Slot, View<'_>, Whole)) {
    match dialect {
        Dialect::Anthropic => {
            for (index, block) in (0..).zip(elements(root.member("content"))) {
                if is_call(block) {
                    tell(Slot { choice: 0, index: Some(index) }, block, Whole::Block);
                }
            }
        }
        Dialect::OpenAi => {
            for (choice, one) in (0..).zip(elements(root.member("choices"))) {
                let message = one.member("message");
                if let Some(call) = message.and_then(|message| present(message.member("function_call"))) {
                    tell(Slot { choice, index: None }, call, Whole::Function);
                }
                let calls = elements(message.and_then(|message| message.member("tool_calls")));
                for (index, call) in (0..).zip(calls) {
                    tell(Slot { choice, index: Some(index) }, call, Whole::ToolCall);
                }
            }
        }
    }
}

/// A block by which the caller is asked to run a tool. What the provider runs itself is none.
pub(super) fn is_call(block: View<'_>) -> bool {
    block.member("type").is_some_and(|kind| kind.canonical() == "tool_use")
}

impl Draft {
    fn function(&mut self, function: View<'_>) {
        once(&mut self.name, function.member("name"), "name", &mut self.fault);
        self.input(function.member("arguments"));
    }

    fn tool_call(&mut self, call: View<'_>) {
        once(&mut self.id, call.member("id"), "id", &mut self.fault);
        let custom = present(call.member("custom"));
        let function = present(call.member("function"));
        if (custom.is_some() && function.is_some()) || (self.custom && function.is_some()) {
            self.fault = Some(CallFault::TwoInputs);
        }
        if let Some(function) = function {
            self.function(function);
        }
        if let Some(tool) = custom {
            if !self.custom && !self.input.is_empty() {
                self.fault = Some(CallFault::TwoInputs);
            }
            self.custom = true;
            once(&mut self.name, tool.member("name"), "name", &mut self.fault);
            self.input(tool.member("input"));
        }
    }

    fn block(&mut self, block: View<'_>) {
        once(&mut self.id, block.member("id"), "id", &mut self.fault);
        once(&mut self.name, block.member("name"), "name", &mut self.fault);
        let input = block.member("input").filter(|input| !matches!(input.canonical(), "{}" | "null"));
        if let Some(input) = input {
            self.at_start = true;
            self.input.push_str(input.canonical());
            if input.kind() != Kind::Object {
                self.fault = Some(CallFault::NotAnObject);
            }
        }
    }

    fn input(&mut self, more: Option<View<'_>>) {
        let more = more.and_then(View::string).unwrap_or_default();
        if self.at_start && !more.is_empty() {
            self.fault = Some(CallFault::TwoInputs);
        }
        if !matches!(self.fault, Some(CallFault::TooLarge { .. })) {
            self.input.push_str(&more);
        }
    }

    fn read(self, slot: Slot, place: Range<usize>, limits: &Limits) -> ReadCall {
        let name = self.name.clone();
        ReadCall { slot, name, place, read: self.into_call(limits) }
    }

    fn into_call(self, limits: &Limits) -> Result<ToolCall, CallFault> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        if self.name.is_empty() {
            return Err(CallFault::Nameless);
        }
        let input = if self.custom {
            Input::Text(self.input)
        } else {
            // Models that call a function without parameters send nothing at all.
            let given = if self.input.trim().is_empty() { "{}" } else { &self.input };
            let document = Document::read(given.as_bytes(), limits)?;
            if document.root().kind() != Kind::Object {
                return Err(CallFault::NotAnObject);
            }
            Input::Arguments(document)
        };
        Ok(ToolCall { id: self.id, name: self.name, input })
    }
}

/// Takes a string that may come once.
fn once(kept: &mut String, given: Option<View<'_>>, what: &'static str, fault: &mut Option<CallFault>) {
    let given = given.and_then(View::string).unwrap_or_default();
    if given.is_empty() {
        return;
    }
    if kept.is_empty() {
        kept.push_str(&given);
    } else if what == "name" || *kept != given {
        // Some servers repeat the id in every piece. It says nothing of what is called.
        *fault = Some(CallFault::Twice(what));
    }
}

impl ToolCall {
    /// Its input as text: canonical JSON, or what a custom tool takes.
    #[must_use]
    pub fn input(&self) -> &str {
        match &self.input {
            Input::Arguments(document) => document.text(),
            Input::Text(text) => text,
        }
    }

    /// Every text of its input whose characters are not those of [`ToolCall::input`], since JSON escapes them.
    pub fn hidden(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let document = match &self.input {
            Input::Arguments(document) => Some(document),
            Input::Text(_) => None,
        };
        let inside = document.into_iter().flat_map(|document| document.root().subtree());
        inside.filter(|view| view.is_escaped()).map(View::characters)
    }

    /// The call as one document, in the form in which it is decided, recorded and put on hold.
    #[must_use]
    pub fn document(&self) -> String {
        let mut out = String::with_capacity(64 + self.input().len());
        out.push_str(r#"{"type":"tool_call","id":"#);
        write_string(&mut out, &self.id);
        out.push_str(r#","name":"#);
        write_string(&mut out, &self.name);
        match &self.input {
            Input::Arguments(document) => {
                out.push_str(r#","arguments":"#);
                out.push_str(document.text());
            }
            Input::Text(text) => {
                out.push_str(r#","input":"#);
                write_string(&mut out, text);
            }
        }
        out.push('}');
        out
    }

    /// Reads back what [`ToolCall::document`] wrote, and nothing that has more in it: a whole reply with these members beside
    /// its own is no call.
    #[must_use]
    pub fn from_document(bytes: &[u8], limits: &Limits) -> Option<Self> {
        /// The type, the id, the name and what it is called with. Names come once, so four that are there are all.
        const MEMBERS: usize = 4;
        let document = Document::read(bytes, limits).ok()?;
        let root = document.root();
        let text = |name| Some(root.member(name)?.string()?.into_owned());
        if root.members().count() != MEMBERS || text("type")? != "tool_call" {
            return None;
        }
        let input = match (root.member("arguments"), root.member("input")) {
            (Some(arguments), None) => {
                Input::Arguments(Document::read(arguments.canonical().as_bytes(), limits).ok()?)
            }
            (None, Some(_)) => Input::Text(text("input")?),
            _ => return None,
        };
        Some(Self { id: text("id")?, name: text("name")?, input })
    }

    /// A whole reply of the dialect that holds this call and nothing else.
    #[must_use]
    pub fn reply(&self, dialect: Dialect, id: &str, model: &str, created: i64) -> String {
        let quoted = |text: &str| {
            let mut out = String::new();
            write_string(&mut out, text);
            out
        };
        let (id, model, name) = (quoted(id), quoted(model), quoted(&self.name));
        let call_id = quoted(&self.id);
        match (dialect, &self.input) {
            (Dialect::Anthropic, input) => {
                let input = match input {
                    Input::Arguments(document) => document.text().to_owned(),
                    Input::Text(text) => quoted(text),
                };
                format!(
                    r#"{{"id":{id},"type":"message","role":"assistant","model":{model},"content":[{{"type":"tool_use","id":{call_id},"name":{name},"input":{input}}}],"stop_reason":"tool_use","stop_sequence":null,"usage":{{"input_tokens":0,"output_tokens":0}}}}"#
                )
            }
            (Dialect::OpenAi, input) => {
                let (kind, member, input) = match input {
                    Input::Arguments(document) => ("function", "arguments", quoted(document.text())),
                    Input::Text(text) => ("custom", "input", quoted(text)),
                };
                format!(
                    r#"{{"id":{id},"object":"chat.completion","created":{created},"model":{model},"choices":[{{"index":0,"message":{{"role":"assistant","content":null,"tool_calls":[{{"id":{call_id},"type":"{kind}","{kind}":{{"name":{name},"{member}":{input}}}}}]}},"finish_reason":"tool_calls"}}]}}"#
                )
            }
        }
    }
}

/// The JSON of an event that was judged, and so is sound.
pub(super) fn payload(event: &[u8]) -> Option<Document> {
    let text = str::from_utf8(event).ok()?;
    let (_, data) = text.split_once("data: ")?;
    let data = data.trim_end_matches('\n');
    Document::read(data.as_bytes(), &Limits { depth: usize::MAX, bytes: data.len() }).ok()
}

pub(super) fn elements(list: Option<View<'_>>) -> impl Iterator<Item = View<'_>> {
    list.into_iter().flat_map(View::elements)
}

pub(super) fn present(value: Option<View<'_>>) -> Option<View<'_>> {
    value.filter(|value| value.kind() != Kind::Null)
}

pub(super) fn number(value: Option<View<'_>>) -> Option<u32> {
    u32::try_from(value?.integer().ok()?).ok()
}
