//! What a request asks for, as far as its bytes say.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;

use crate::json::{Document, Pointers, View, write_string};
use crate::{Dialect, Media, Speaker, TextKind};

/// A request that has been read: its canonical text and what was found in it.
pub struct Asked {
    pub(crate) dialect: Dialect,
    pub(crate) document: Document,
    pub(crate) model: u32,
    pub(crate) model_name: String,
    pub(crate) stream: bool,
    pub(crate) choices: u32,
    pub(crate) max_tokens: Option<u64>,
    pub(crate) found: Found,
}

/// Collected during the walk; numbers are nodes of the document.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) texts: Vec<TextFound>,
    /// Strings inside a tool call's arguments, where the arguments' own spelling hides them.
    pub(crate) inner: Vec<String>,
    pub(crate) opaque: Vec<(u32, Media)>,
    pub(crate) unlisted: Vec<u32>,
    pub(crate) server_tools: Vec<(u32, Cow<'static, str>)>,
    pub(crate) tools_offered: u32,
    /// Results of tool calls, in document order: what each is, and what it says that it answers.
    pub(crate) tool_results: Vec<ResultFound>,
}

/// A result of a tool call, from its first node to the one after its last.
pub(crate) struct ResultFound {
    pub(crate) first: u32,
    pub(crate) past: u32,
    /// The node with the id of the call, if it names one.
    pub(crate) call: Option<u32>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct TextFound {
    pub(crate) node: u32,
    pub(crate) speaker: Speaker,
    pub(crate) kind: TextKind,
    /// Index into `Found::inner` if the text is from inside the node.
    pub(crate) inner: Option<u32>,
}

impl fmt::Debug for Asked {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Asked")
            .field("dialect", &self.dialect)
            .field("model", &self.model_name)
            .field("document", &self.document)
            .field("texts", &self.found.texts.len())
            .finish_non_exhaustive()
    }
}

impl Asked {
    /// The wire form it came in.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The model it names: a route's alias, to be replaced by the target's model.
    #[must_use]
    pub fn model(&self) -> &str {
        &self.model_name
    }

    /// Whether it wants a streamed reply.
    #[must_use]
    pub fn stream(&self) -> bool {
        self.stream
    }

    /// How many replies it wants; at least 1.
    #[must_use]
    pub fn choices(&self) -> u32 {
        self.choices
    }

    /// The most tokens one reply may have, if it says so.
    #[must_use]
    pub fn max_tokens(&self) -> Option<u64> {
        self.max_tokens
    }

    /// Every text that a model or a provider would read, in document order.
    pub fn texts(&self) -> impl ExactSizeIterator<Item = Text<'_>> {
        self.found.texts.iter().map(|found| {
            let view = self.document.view(found.node);
            let inner = found.inner.and_then(|index| self.found.inner.get(index as usize));
            let text = inner.map_or_else(|| view.characters(), |text| Cow::Borrowed(text.as_str()));
            Text { speaker: found.speaker, kind: found.kind, text, view }
        })
    }

    /// The same, each with its place ([`Text::place`]). All of them take one pass over the document.
    pub fn texts_in_place(&self) -> impl Iterator<Item = (String, Text<'_>)> {
        let mut pointers = Pointers::of(self.document.root());
        self.texts().map(move |text| (pointers.to(text.view.index()).to_owned(), text))
    }

    /// Tools and functions on offer to the model, whoever runs them.
    #[must_use]
    pub fn tools_offered(&self) -> u32 {
        self.found.tools_offered
    }

    /// Results of tool calls that the conversation holds.
    #[must_use]
    pub fn tool_results(&self) -> u32 {
        u32::try_from(self.found.tool_results.len()).unwrap_or(u32::MAX)
    }

    /// The result of a tool call that a text is part of.
    #[must_use]
    pub fn result_of(&self, text: &Text<'_>) -> Option<ToolResult<'_>> {
        let node = text.view.index();
        let results = &self.found.tool_results;
        let number = results.partition_point(|result| result.first <= node).checked_sub(1)?;
        let result = results.get(number).filter(|result| node < result.past)?;
        let call = result.call.map(|call| self.document.view(call).characters());
        Some(ToolResult { number, call })
    }

    /// Content that a text scan can't see.
    pub fn opaque(&self) -> impl ExactSizeIterator<Item = Opaque<'_>> {
        let opaque = self.found.opaque.iter();
        opaque.map(|&(node, media)| Opaque { media, view: self.document.view(node) })
    }

    /// Members that the dialect's list doesn't have. Their texts are among [`Asked::texts`].
    pub fn unlisted(&self) -> impl ExactSizeIterator<Item = Unlisted<'_>> {
        self.found.unlisted.iter().map(|&node| Unlisted { view: self.document.view(node) })
    }

    /// What the provider would do on its own: run tools, search, fetch, call servers, keep the exchange, let
    /// another model answer.
    pub fn server_tools(&self) -> impl ExactSizeIterator<Item = ServerTool<'_>> {
        let tools = self.found.server_tools.iter();
        tools.map(|(node, name)| ServerTool { name, view: self.document.view(*node) })
    }

    /// The body for a target: the same document with only the model replaced.
    #[must_use]
    pub fn canonical(&self, model_for_target: &str) -> CanonicalBody {
        let text = self.document.text();
        let (start, end) = self.document.view(self.model).span();
        // The span is inside the quotes; the new model brings its own.
        let before = text.get(..start.saturating_sub(1)).unwrap_or_default();
        let after = text.get(end + 1..).unwrap_or_default();
        let mut body = String::with_capacity(before.len() + model_for_target.len() + after.len() + 2);
        body.push_str(before);
        write_string(&mut body, model_for_target);
        body.push_str(after);
        CanonicalBody(Bytes::from(body))
    }

    /// As [`Asked::canonical`], when there is no further target to try.
    #[must_use]
    pub fn into_canonical(self, model_for_target: &str) -> CanonicalBody {
        self.canonical(model_for_target)
    }
}

/// A text and whose it is.
#[derive(Clone)]
pub struct Text<'a> {
    /// Whose words, as far as the document says.
    pub speaker: Speaker,
    /// What for.
    pub kind: TextKind,
    /// The characters, unescaped.
    pub text: Cow<'a, str>,
    view: View<'a>,
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { speaker, kind, text, view } = self;
        write!(formatter, "Text({speaker:?} {kind:?}, {} bytes, {view:?})", text.len())
    }
}

impl Text<'_> {
    /// JSON pointer (RFC 6901) to the member. Made on demand: most texts are never cited.
    #[must_use]
    pub fn place(&self) -> String {
        self.view.pointer()
    }
}

/// What a tool returned, as a conversation tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolResult<'a> {
    /// Its place among all results of the conversation.
    pub number: usize,
    /// The id of the call that it says it answers.
    pub call: Option<Cow<'a, str>>,
}

/// Content that a text scan can't see.
#[derive(Clone, Copy, Debug)]
pub struct Opaque<'a> {
    /// What it is.
    pub media: Media,
    view: View<'a>,
}

impl Opaque<'_> {
    /// JSON pointer to it.
    #[must_use]
    pub fn place(&self) -> String {
        self.view.pointer()
    }
}

/// A member outside the dialect's list.
#[derive(Clone, Copy, Debug)]
pub struct Unlisted<'a> {
    view: View<'a>,
}

impl Unlisted<'_> {
    /// JSON pointer to it.
    #[must_use]
    pub fn place(&self) -> String {
        self.view.pointer()
    }
}

/// Something the provider would do on its own.
#[derive(Clone, Copy, Debug)]
pub struct ServerTool<'a> {
    /// The dialect's name for it: a tool type such as `web_search_20250305`, or a member such as `store`.
    pub name: &'a str,
    view: View<'a>,
}

impl ServerTool<'_> {
    /// JSON pointer to what asks for it.
    #[must_use]
    pub fn place(&self) -> String {
        self.view.pointer()
    }
}

/// The bytes that were judged, and therefore the only ones that may be forwarded. Made only from an [`Asked`].
#[derive(PartialEq, Eq)]
pub struct CanonicalBody(Bytes);

impl fmt::Debug for CanonicalBody {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "CanonicalBody({} bytes)", self.0.len())
    }
}

impl CanonicalBody {
    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// How many bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Never true: a request is at least an object.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The bytes, to be sent.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        self.0
    }
}
