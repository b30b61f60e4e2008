//! The small closed lists that describe what was found in a document.

use std::fmt;

/// The wire form a caller or a provider speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dialect {
    /// OpenAI Chat Completions.
    OpenAi,
    /// Anthropic Messages.
    Anthropic,
}

impl Dialect {
    /// The name used in configuration files and in the ledger.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Anthropic => "anthropic",
        }
    }

    /// Which version of the provider's interface the list of known members was taken from.
    #[must_use]
    pub const fn listed_as_of(self) -> &'static str {
        match self {
            // Chat Completions has no dated versions; the day the newest SDK was read stands in.
            Self::OpenAi => "2026-11-23 (openai-python 3.54.0)",
            Self::Anthropic => "2026-10-21 (anthropic-sdk-python 2.12.0)",
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Whose words a text is, as far as the document says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Speaker {
    /// The program itself: tool definitions, settings, metadata, anything outside the conversation.
    Request,
    /// A system prompt.
    System,
    /// A developer message (OpenAI).
    Developer,
    /// The user's turn.
    User,
    /// An earlier turn of the model, as the caller reports it.
    Assistant,
    /// What a tool or a function returned.
    Tool,
}

/// What a text is for. Every string that a model or a provider would read has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TextKind {
    /// Words of the conversation.
    Prose,
    /// The model's reasoning, in the clear.
    Reasoning,
    /// A refusal by the model.
    Refusal,
    /// The name of a tool, a participant, a skill or a server.
    Name,
    /// What a tool is said to do, and examples or grammars for its input.
    ToolDescription,
    /// A member name, string or number inside a tool's parameter schema.
    ToolSchema,
    /// The arguments of a tool call.
    ToolArguments,
    /// A structured part of what a tool returned.
    ToolResult,
    /// A member name, string or number inside the schema of the wanted output.
    OutputSchema,
    /// A stop sequence.
    StopSequence,
    /// A predicted output that the provider compares with.
    Prediction,
    /// Metadata the caller attaches.
    Metadata,
    /// Who the end user is said to be.
    UserId,
    /// An identifier: of a call, a message, a file, a container.
    Identifier,
    /// A word of the dialect (a mode, an effort, a media type), still the caller's bytes.
    Label,
    /// A URL or a domain that the provider may visit.
    Address,
    /// A title, a citation or the source of a document.
    Citation,
    /// The transcript of audio.
    Transcript,
    /// Anything in a member that the dialect's list doesn't have.
    Unlisted,
}

/// What an opaque part is: content that a model reads and a text scan can't see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Media {
    /// A picture, by URL, inline or by file id.
    Image,
    /// Sound, inline or by the id of an earlier reply.
    Audio,
    /// A document, by URL, inline (base64) or by file id.
    Document,
    /// A file of unknown content, inline or by id.
    File,
    /// State kept by the provider: a container, a thread, an earlier message.
    Stored,
    /// Content the provider sealed itself (encrypted thinking, search results, signatures).
    /// The caller can't write it, but nobody here can read it either.
    Sealed,
}
