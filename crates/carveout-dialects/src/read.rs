//! Bytes to [`Asked`].

use std::borrow::Cow;

use thiserror::Error;

use crate::asked::{Found, ResultFound, TextFound};
use crate::json::{Document, JsonError, JsonFault, Kind, Limits, View};
use crate::shape::{Fault, Mark, Problem, Shape, ShapeError, Visitor, walk_object};
use crate::{Asked, Dialect, Media, Speaker, TextKind, anthropic, openai};

/// OpenAI allows 128 choices; a larger number is a mistake somewhere.
const MOST_CHOICES: i64 = 128;

/// Why a request can't be read, hence can't be judged, hence is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ReadError {
    /// Not acceptable JSON.
    #[error("{0}")]
    Json(#[from] JsonError),
    /// JSON, but not a request of the dialect.
    #[error("{0}")]
    Shape(#[from] ShapeError),
}

impl ReadError {
    /// True if the body is over the size limit (413), false for everything else (400).
    #[must_use]
    pub fn is_too_large(&self) -> bool {
        matches!(self, Self::Json(JsonError { fault: JsonFault::TooLarge { .. }, .. }))
    }

    /// JSON pointer to the member at fault, if the body is JSON at all.
    #[must_use]
    pub fn place(&self) -> Option<&str> {
        match self {
            Self::Json(_) => None,
            Self::Shape(error) => Some(&error.place),
        }
    }
}

/// Reads a request body in one strict pass.
///
/// # Errors
/// The first thing that is wrong, with its byte offset and, if it is JSON, its place.
pub fn read(dialect: Dialect, body: &[u8], limits: &Limits) -> Result<Asked, ReadError> {
    let document = Document::read(body, limits)?;
    let root = document.root();
    let mut visitor = Request { found: Found::default(), limits };
    let summary = walk_object(shape(dialect), root, Speaker::Request, &mut visitor)
        .and_then(|()| settings(dialect, root))
        .map_err(|fault| fault.locate(root))?;
    let Request { found, .. } = visitor;
    let Settings { model, model_name, stream, choices, max_tokens } = summary;
    Ok(Asked { dialect, document, model, model_name, stream, choices, max_tokens, found })
}

fn shape(dialect: Dialect) -> &'static Shape {
    match dialect {
        Dialect::OpenAi => &openai::REQUEST,
        Dialect::Anthropic => &anthropic::REQUEST,
    }
}

struct Settings {
    model: u32,
    model_name: String,
    stream: bool,
    choices: u32,
    max_tokens: Option<u64>,
}

/// The few members that the gateway itself acts on.
fn settings(dialect: Dialect, root: View<'_>) -> Result<Settings, Fault> {
    let given = |name: &str| root.member(name).filter(|value| value.kind() != Kind::Null);
    let missing = || Fault::new(root, Problem::Missing { name: "model" });
    let model = given("model").ok_or_else(missing)?;
    let model_name = model.characters().into_owned();
    if model_name.is_empty() {
        return Err(missing());
    }
    // OpenAI's `max_completion_tokens` replaces `max_tokens`; where both are given, the larger bounds the reply.
    let (limits, number): (&[&str], _) = match dialect {
        Dialect::OpenAi => (&["max_tokens", "max_completion_tokens"], given("n")),
        Dialect::Anthropic => (&["max_tokens"], None),
    };
    let mut max_tokens = None;
    for limit in limits.iter().filter_map(|name| given(name)) {
        max_tokens = max_tokens.max(Some(ranged(limit, 0..=i64::MAX, "zero or more")?));
    }
    let choices = number.map_or(Ok(1), |number| ranged(number, 1..=MOST_CHOICES, "1 to 128"))?;
    Ok(Settings {
        model: model.index(),
        model_name,
        stream: given("stream").is_some_and(|stream| stream.kind() == Kind::True),
        choices: u32::try_from(choices).unwrap_or(u32::MAX),
        max_tokens,
    })
}

fn ranged(
    value: View<'_>,
    range: std::ops::RangeInclusive<i64>,
    expected: &'static str,
) -> Result<u64, Fault> {
    let out_of_range = || Fault::new(value, Problem::OutOfRange { expected });
    let integer = value.integer().map_err(|fault| Fault::new(value, Problem::Integer(fault)))?;
    u64::try_from(integer).ok().filter(|_| range.contains(&integer)).ok_or_else(out_of_range)
}

struct Request<'l> {
    found: Found,
    limits: &'l Limits,
}

impl Visitor for Request<'_> {
    type Context = Speaker;

    fn enter(&mut self, context: Speaker, shape: &'static Shape, object: View<'_>) -> Result<Speaker, Fault> {
        match shape.mark {
            Mark::Says(speaker) => return Ok(speaker),
            Mark::ToolResult => {
                let call = ["tool_call_id", "tool_use_id"].into_iter().find_map(|name| object.member(name));
                let call = call.filter(|call| call.kind() == Kind::String).map(View::index);
                let (first, past) = (object.index(), object.past());
                self.found.tool_results.push(ResultFound { first, past, call });
                return Ok(Speaker::Tool);
            }
            Mark::Tool => self.found.tools_offered += 1,
            Mark::ServerTool => {
                self.found.tools_offered += 1;
                let name = object
                    .member("type")
                    .map_or(Cow::Borrowed(shape.name), |tag| Cow::Owned(tag.characters().into_owned()));
                self.found.server_tools.push((object.index(), name));
            }
            Mark::Plain | Mark::Choice | Mark::ToolCall | Mark::BlockEvent | Mark::ServerAction => {}
        }
        Ok(context)
    }

    fn says(&mut self, _: Speaker, speaker: Speaker) -> Speaker {
        speaker
    }

    fn text(&mut self, speaker: Speaker, value: View<'_>, kind: TextKind) {
        let text = TextFound { node: value.index(), speaker, kind, inner: None };
        self.found.texts.push(text);
        if kind == TextKind::ToolArguments && value.is_escaped() {
            self.inside_arguments(text, &value.characters());
        }
    }

    fn opaque(&mut self, _: Speaker, value: View<'_>, media: Media) {
        self.found.opaque.push((value.index(), media));
    }

    fn unlisted(&mut self, _: Speaker, key: View<'_>) {
        self.found.unlisted.push(key.index());
    }

    fn feature(&mut self, value: View<'_>, name: &'static str) {
        self.found.server_tools.push((value.index(), Cow::Borrowed(name)));
    }
}

impl Request<'_> {
    /// OpenAI sends tool-call arguments as a string of JSON, so a word can hide behind a second layer of escapes.
    /// What isn't JSON after all was already collected as it stands.
    fn inside_arguments(&mut self, around: TextFound, arguments: &str) {
        if !arguments.contains('\\') {
            return;
        }
        let Ok(document) = Document::read(arguments.as_bytes(), self.limits) else { return };
        let strings = document.root().subtree();
        for string in strings.filter(|inside| matches!(inside.kind(), Kind::Key | Kind::String)) {
            let inner = u32::try_from(self.found.inner.len()).ok();
            self.found.inner.push(string.characters().into_owned());
            self.found.texts.push(TextFound { inner, ..around });
        }
    }
}
