//! What a caller is told when there is no reply to hand on, in the error form of its own SDK.
//!
//! The status decides which exception the official SDKs raise and whether they try again: they retry 408, 409,
//! 429 and 5xx. A ruling doesn't change by asking again, so denied and held are 403; what failed here or at the
//! provider is 5xx, and a retry is decided and recorded anew. [`Notice::is_worth_retrying`] says the
//! same for the `x-should-retry` header, which both SDKs obey before looking at the status.

mod write;

use bytes::Bytes;

use crate::Dialect;

/// A clause that a refusal rests on, in the words of its agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CitedClause {
    /// The agreement's id.
    pub agreement: String,
    /// The clause's number.
    pub clause: String,
    /// Its heading.
    pub heading: String,
    /// The first sentence of its prose.
    pub sentence: String,
}

/// A refusal or an error, before it is put into a dialect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    kind: NoticeKind,
    message: String,
    param: Option<String>,
    clauses: Vec<CitedClause>,
    hold: Option<Hold>,
    request_id: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Hold {
    id: String,
    roles: Vec<String>,
}

/// What happened. Each has one status and one error type per dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// The terms don't permit it.
    Denied,
    /// The terms permit it once named roles approve.
    Held,
    /// The request can't be read.
    BadRequest,
    /// No key, or not a valid one.
    Unauthenticated,
    /// The key is valid and may not do that, whatever the terms say.
    Forbidden,
    /// No such endpoint, model or receipt.
    NotFound,
    /// The body is over the limit.
    TooLarge,
    /// The body is not JSON, or in a coding that isn't taken.
    UnsupportedMedia,
    /// Something that must be sure isn't (ledger, clock, terms): nothing was forwarded.
    Unavailable,
    /// The provider couldn't be reached, broke off, or sent what can't be read.
    ProviderFailed,
    /// The provider didn't answer in time.
    ProviderTimedOut,
    /// The provider wants fewer requests.
    ProviderBusy,
    /// The provider found fault with the request.
    ProviderRefused,
}

impl Notice {
    fn new(kind: NoticeKind, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { kind, message, param: None, clauses: Vec::new(), hold: None, request_id: None }
    }

    /// Denied by `clauses`; by none of them when no applicable grant permits the use.
    ///
    /// The notice never says which claim would have passed: that would teach callers to make it.
    #[must_use]
    pub fn denied(clauses: Vec<CitedClause>) -> Self {
        let message = write::denied_message(&clauses);
        Self { clauses, ..Self::new(NoticeKind::Denied, message) }
    }

    /// The answer itself, from here on, is denied by `clauses`. It had been asked for by a use that was permitted.
    #[must_use]
    pub fn withheld(clauses: Vec<CitedClause>) -> Self {
        let message = format!("the answer is withheld: {}", write::denied_message(&clauses));
        Self { clauses, ..Self::new(NoticeKind::Denied, message) }
    }

    /// Held by `clauses` until every role has approved. `hold` is the id to ask for the outcome with.
    #[must_use]
    pub fn held(hold: impl Into<String>, roles: Vec<String>, clauses: Vec<CitedClause>) -> Self {
        let hold = Hold { id: hold.into(), roles };
        let message = write::held_message(&hold, &clauses);
        Self { clauses, hold: Some(hold), ..Self::new(NoticeKind::Held, message) }
    }

    /// The request can't be read. `place` is a JSON pointer or the name of a header.
    #[must_use]
    pub fn bad_request(message: impl Into<String>, place: Option<&str>) -> Self {
        let param = place.filter(|place| !place.is_empty()).map(str::to_owned);
        Self { param, ..Self::new(NoticeKind::BadRequest, message) }
    }

    /// No key, or not a valid one. The same words for every cause: which part is wrong helps only a guesser.
    #[must_use]
    pub fn unauthenticated() -> Self {
        let message = "no valid program key; send one as `Authorization: Bearer` or `x-api-key`";
        Self::new(NoticeKind::Unauthenticated, message)
    }

    /// The key is valid and may not do that.
    #[must_use]
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(NoticeKind::Forbidden, message)
    }

    /// No such endpoint, model or receipt.
    #[must_use]
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(NoticeKind::NotFound, message)
    }

    /// The body is over the limit.
    #[must_use]
    pub fn too_large(limit: usize) -> Self {
        let message = format!("the request is larger than {limit} bytes; send less");
        Self::new(NoticeKind::TooLarge, message)
    }

    /// The content type or coding isn't taken.
    #[must_use]
    pub fn unsupported_media(message: impl Into<String>) -> Self {
        Self::new(NoticeKind::UnsupportedMedia, message)
    }

    /// Something that must be sure isn't: nothing was forwarded.
    #[must_use]
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(NoticeKind::Unavailable, message)
    }

    /// The provider couldn't be reached, broke off, or sent what can't be read.
    #[must_use]
    pub fn provider_failed(message: impl Into<String>) -> Self {
        Self::new(NoticeKind::ProviderFailed, message)
    }

    /// The provider didn't answer in time.
    #[must_use]
    pub fn provider_timed_out(message: impl Into<String>) -> Self {
        Self::new(NoticeKind::ProviderTimedOut, message)
    }

    /// The provider answered `status`, with the message read from its error body, if any.
    ///
    /// Faults of the request (400, 413, 422) and rate limits (429) are the caller's to mend. The rest are not:
    /// 401 and 403 are about the gateway's own credential, 404 about its configuration.
    #[must_use]
    pub fn provider_refused(status: u16, message: Option<&str>) -> Self {
        let kind = match status {
            400 | 413 | 422 => NoticeKind::ProviderRefused,
            429 => NoticeKind::ProviderBusy,
            408 | 504 => NoticeKind::ProviderTimedOut,
            _ => NoticeKind::ProviderFailed,
        };
        let shown =
            message.filter(|_| matches!(kind, NoticeKind::ProviderRefused | NoticeKind::ProviderBusy));
        let message = match shown {
            Some(message) => format!("the provider answered {status}: {message}"),
            None => format!("the provider answered {status}"),
        };
        Self::new(kind, message)
    }

    /// The same with the gateway's id of the request.
    #[must_use]
    pub fn with_request_id(mut self, request_id: impl Into<String>) -> Self {
        self.request_id = Some(request_id.into());
        self
    }

    /// What happened.
    #[must_use]
    pub fn kind(&self) -> NoticeKind {
        self.kind
    }

    /// What the caller is told, in words.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self.kind {
            NoticeKind::BadRequest | NoticeKind::ProviderRefused => 400,
            NoticeKind::Unauthenticated => 401,
            NoticeKind::Denied | NoticeKind::Held | NoticeKind::Forbidden => 403,
            NoticeKind::NotFound => 404,
            NoticeKind::TooLarge => 413,
            NoticeKind::UnsupportedMedia => 415,
            NoticeKind::ProviderBusy => 429,
            NoticeKind::ProviderFailed => 502,
            NoticeKind::Unavailable => 503,
            NoticeKind::ProviderTimedOut => 504,
        }
    }

    /// Whether the same request may fare better soon; for the `x-should-retry` header.
    #[must_use]
    pub fn is_worth_retrying(&self) -> bool {
        matches!(self.status(), 429 | 502..=504)
    }

    /// Status and JSON body in the dialect's own error form.
    #[must_use]
    pub fn body(&self, dialect: Dialect) -> (u16, Bytes) {
        (self.status(), Bytes::from(write::document(self, dialect)))
    }

    /// The error as an event of a stream that has already begun. Nothing may follow it.
    #[must_use]
    pub fn event(&self, dialect: Dialect) -> Bytes {
        let prefix = match dialect {
            // OpenAI's SDKs raise on any data with an `error` member; the event has no name.
            Dialect::OpenAi => "data: ",
            Dialect::Anthropic => "event: error\ndata: ",
        };
        Bytes::from(format!("{prefix}{}\n\n", write::document(self, dialect)))
    }
}
