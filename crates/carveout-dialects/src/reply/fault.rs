//! Why a reply can't be handed on.

use std::borrow::Cow;

use thiserror::Error;

use super::{EventTooLarge, Judged};
use crate::json::{JsonError, JsonFault};
use crate::shape::ShapeError;

/// A reply that can't be handed on any further, and what could be judged before the fault.
#[derive(Debug, Error)]
#[error("{fault}")]
pub struct ReplyError {
    /// What was judged before the fault in the same piece; it may be released.
    pub judged: Judged,
    /// What is wrong.
    pub fault: Box<ReplyFault>,
}

/// What is wrong with a reply.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReplyFault {
    /// Ended before it was complete.
    #[error("the provider's reply ended before it was complete")]
    Cut,
    /// Not acceptable JSON.
    #[error("the provider's reply is not acceptable JSON: {0}")]
    Json(#[from] JsonError),
    /// JSON, but not a reply of the dialect.
    #[error("the provider's reply is not of its dialect: {0}")]
    Shape(#[from] ShapeError),
    /// An event over the limit.
    #[error("the provider's reply can't be judged: {0}")]
    TooLarge(#[from] EventTooLarge),
    /// An event of a kind that isn't listed, or whose name and type differ.
    #[error("the provider sent an event of the unknown kind `{name}`")]
    UnknownEvent {
        /// The name, shortened and with control characters escaped.
        name: String,
    },
    /// An event where it can't stand.
    #[error("the provider's stream is out of order: {what}")]
    OutOfOrder {
        /// What stood where.
        what: Cow<'static, str>,
    },
    /// The provider reports an error of its own.
    #[error("the provider reported an error: {message}")]
    Provider {
        /// In its words.
        message: String,
    },
}

impl ReplyFault {
    /// True if bytes are missing rather than wrong.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        match self {
            Self::Cut => true,
            Self::Json(error) => matches!(error.fault, JsonFault::UnexpectedEnd | JsonFault::Empty),
            _ => false,
        }
    }

    pub(super) fn unknown_event(name: &[u8]) -> Self {
        let shown = name.get(..64).unwrap_or(name);
        Self::UnknownEvent { name: shown.escape_ascii().to_string() }
    }

    pub(super) fn out_of_order(what: impl Into<Cow<'static, str>>) -> Self {
        Self::OutOfOrder { what: what.into() }
    }
}
