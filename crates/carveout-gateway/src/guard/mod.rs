//! The other half of the seventh stop: what a provider sends is judged, and only what was judged is released.

mod again;
mod basis;
mod calls;
mod desk;
mod drafts;
mod produced;
mod refused;
mod reply;
mod stream;
mod watch;
mod weigh;
mod whole;

use std::time::Duration;

use carveout_dialects::{CallsFault, Dialect, Notice, ReplyError, ReplyFault};
use carveout_ledger::{HoldId, Outcome};
use http::{
    HeaderMap, HeaderName, HeaderValue, Response,
    header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER},
    response::Parts,
};

pub(crate) use self::{
    again::Again,
    basis::Basis,
    drafts::Recording,
    reply::{Release, Reply},
    watch::channel,
};
use crate::{
    door::{is_event_stream, is_json},
    forward::Answer,
    notices::{Refusal, Ruled, request_id},
    settle::Attempt,
};

/// What the caller waits for.
#[derive(Clone, Copy)]
pub(crate) struct Expected {
    pub(crate) dialect: Dialect,
    pub(crate) stream: bool,
    /// How long the caller waits for officers, should any of it be put on hold.
    pub(crate) patience: Option<Duration>,
}

/// What is wrong with a reply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    #[error("the provider's reply broke off")]
    Cut,
    #[error("the provider stopped in the midst of its reply")]
    Stalled,
    #[error("the provider's reply is not of the kind that was asked for")]
    Unexpected,
    #[error("{0}")]
    Unreadable(Box<ReplyFault>),
    #[error("{0}, so it can't be judged")]
    Calls(#[from] CallsFault),
    #[error("the provider's reply ended in the midst of a tool call")]
    UnfinishedCall,
    #[error("more of the provider's reply waits to be judged than is kept")]
    Overfull,
    #[error("what was decided about the answer could not be recorded, so it is withheld")]
    Unrecorded,
}

impl From<ReplyError> for Fault {
    fn from(error: ReplyError) -> Self {
        error.fault.into()
    }
}

impl From<Box<ReplyFault>> for Fault {
    fn from(fault: Box<ReplyFault>) -> Self {
        if fault.is_cut() { Self::Cut } else { Self::Unreadable(fault) }
    }
}

impl Fault {
    fn outcome(&self) -> Outcome {
        match self {
            Self::Cut | Self::Stalled => Outcome::ProviderCut,
            Self::Unexpected | Self::UnfinishedCall => Outcome::ProviderGarbage,
            Self::Calls(_) | Self::Overfull | Self::Unrecorded => Outcome::Withheld,
            Self::Unreadable(fault) => match **fault {
                ReplyFault::TooLarge(_) => Outcome::Withheld,
                ReplyFault::Provider { .. } => Outcome::ProviderRefused,
                _ => Outcome::ProviderGarbage,
            },
        }
    }

    fn notice(&self) -> Notice {
        match self {
            Self::Stalled => Notice::provider_timed_out(self.to_string()),
            Self::Unrecorded => Notice::unavailable(self.to_string()),
            Self::Cut
            | Self::Unexpected
            | Self::Unreadable(_)
            | Self::Calls(_)
            | Self::UnfinishedCall
            | Self::Overfull => Notice::provider_failed(self.to_string()),
        }
    }

    /// What can't be decided and recorded is not released.
    fn unrecorded(error: &dyn std::error::Error) -> Self {
        tracing::error!(%error, "an answer is withheld");
        Self::Unrecorded
    }
}

/// What a caller is told instead of a reply.
struct Told {
    notice: Box<Notice>,
    /// A ruling on the reply itself, in place of the one on the request.
    ruled: Option<Box<Ruled>>,
    /// The hold under which the reply is kept.
    held: Option<HoldId>,
}

impl From<Notice> for Told {
    fn from(notice: Notice) -> Self {
        Self { notice: Box::new(notice), ruled: None, held: None }
    }
}

/// Judges the reply, and answers the caller with what may be released of it. A whole reply that is kept on hold is a refusal
/// that names the hold, for which the caller may be waiting.
pub(crate) async fn pass(
    basis: Basis,
    expected: Expected,
    answer: Answer,
    mut attempt: Attempt,
    ruled: Box<Ruled>,
) -> Result<Response<Reply>, Refusal> {
    let provider_request = id(&answer.head.headers, &request_id(expected.dialect)).map(str::to_owned);
    attempt.answered(answer.head.status.as_u16(), provider_request);
    let passed_on = passed_on(expected.dialect, &answer.head.headers);
    let judged = match kind(&answer.head, expected) {
        Kind::Whole => whole::judge(&basis, expected, answer, attempt).await,
        Kind::Stream => Ok(stream::judge(basis, expected, answer, attempt)),
        Kind::Refused => Err(refused::judge(&basis, answer, attempt).await.into()),
        Kind::Unexpected => {
            attempt.settle(Fault::Unexpected.outcome());
            Err(Fault::Unexpected.notice().into())
        }
    };
    let mut response = match judged {
        Ok(reply) => {
            let mut response = Response::new(reply);
            let content_type =
                if expected.stream { "text/event-stream; charset=utf-8" } else { "application/json" };
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
            response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            ruled.write(response.headers_mut());
            response
        }
        Err(Told { notice, ruled: of_the_reply, held }) => {
            let ruled = Some(of_the_reply.unwrap_or(ruled));
            let refusal = Refusal { ruled, held, ..Refusal::new(expected.dialect, notice) };
            if held.is_some() {
                return Err(refusal);
            }
            refusal.into_response()
        }
    };
    for (name, value) in passed_on.into_iter().flatten() {
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}

/// What a reply is, by its head.
enum Kind {
    Whole,
    Stream,
    Refused,
    Unexpected,
}

fn kind(head: &Parts, expected: Expected) -> Kind {
    if head.status.is_client_error() || head.status.is_server_error() {
        return Kind::Refused;
    }
    let mut content_types = head.headers.get_all(CONTENT_TYPE).iter();
    let content_type = match (content_types.next(), content_types.next()) {
        (Some(only), None) => only.as_bytes(),
        _ => b"",
    };
    let packed = head.headers.get_all(CONTENT_ENCODING).iter().any(|coding| coding.as_bytes() != b"identity");
    match (head.status.as_u16(), packed, expected.stream) {
        (200, false, true) if is_event_stream(content_type) => Kind::Stream,
        (200, false, false) if is_json(content_type) => Kind::Whole,
        _ => Kind::Unexpected,
    }
}

/// The few headers of a reply that a caller's SDK acts on. All others stay here: the provider's own `Carveout-*`,
/// cookies, and anything in which something could be said past the guard.
fn passed_on(dialect: Dialect, headers: &HeaderMap) -> [Option<(HeaderName, HeaderValue)>; 2] {
    let name = request_id(dialect);
    let id = id(headers, &name).and_then(|id| HeaderValue::from_str(id).ok());
    [id.map(|id| (name, id)), seconds(headers).map(|value| (RETRY_AFTER, value))]
}

/// A header's value, if it is an identifier and nothing longer.
pub(crate) fn id<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().filter(|value| is_id(value))
}

/// Whether a provider may call something so: it comes into the record and into reports.
pub(crate) fn is_id(value: &str) -> bool {
    const LONGEST: usize = 128;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':');
    !value.is_empty() && value.len() <= LONGEST && value.bytes().all(plain)
}

/// `Retry-After` in seconds (RFC 9110 section 10.2.3); as a date it is not passed on.
fn seconds(headers: &HeaderMap) -> Option<HeaderValue> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?;
    value.parse::<u32>().ok().map(HeaderValue::from)
}
