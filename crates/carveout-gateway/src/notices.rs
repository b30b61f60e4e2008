//! Answers of the gateway's own, and what it writes into the head of every answer.

use std::fmt::Write as _;

use bytes::Bytes;
use carveout_dialects::{Dialect, Notice};
use carveout_ledger::{DesignationEffect, HoldId, Timestamp};
use carveout_terms::{ClauseRef, Decision};
use http::{
    HeaderMap, HeaderName, HeaderValue, Response, StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE},
};

use crate::{
    admit::Recorded,
    guard::{Release, Reply},
    house::Target,
    phase_outs::days_left,
};

const RULING: HeaderName = HeaderName::from_static("carveout-ruling");
const CLAUSES: HeaderName = HeaderName::from_static("carveout-clauses");
const RECEIPT: HeaderName = HeaderName::from_static("carveout-receipt");
const TARGET: HeaderName = HeaderName::from_static("carveout-target");
const PHASE_OUT: HeaderName = HeaderName::from_static("carveout-phase-out");
const ANNOUNCED: HeaderName = HeaderName::from_static("carveout-announced");
const SHOULD_RETRY: HeaderName = HeaderName::from_static("x-should-retry");

/// A request that goes no further, and what its caller is told.
pub(crate) struct Refusal {
    pub(crate) dialect: Dialect,
    pub(crate) notice: Box<Notice>,
    pub(crate) ruled: Option<Box<Ruled>>,
    /// The hold that was opened, whose body is kept.
    pub(crate) held: Option<HoldId>,
    /// Who denied it, if it was denied.
    pub(crate) denied: Option<Denied>,
}

/// Who denied a use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Denied {
    /// Nothing but designations.
    ByDesignations,
    /// The agreements.
    ByAgreements,
}

impl Refusal {
    pub(crate) fn new(dialect: Dialect, notice: impl Into<Box<Notice>>) -> Self {
        Self { dialect, notice: notice.into(), ruled: None, held: None, denied: None }
    }

    pub(crate) fn into_response(self) -> Response<Reply> {
        let (status, body) = self.notice.body(self.dialect);
        let mut response = json(status, body);
        if let Some(ruled) = self.ruled {
            ruled.write(response.headers_mut());
        }
        // Both SDKs obey this header before they look at the status.
        let retry = if self.notice.is_worth_retrying() { "true" } else { "false" };
        response.headers_mut().insert(SHOULD_RETRY, HeaderValue::from_static(retry));
        response
    }
}

/// A JSON answer of the gateway's own.
pub(crate) fn json(status: u16, body: Bytes) -> Response<Reply> {
    own(status, HeaderValue::from_static("application/json"), body)
}

/// A plain text answer of the gateway's own.
pub(crate) fn text(status: u16, body: impl Into<Bytes>) -> Response<Reply> {
    own(status, HeaderValue::from_static("text/plain; charset=utf-8"), body.into())
}

fn own(status: u16, content_type: HeaderValue, body: Bytes) -> Response<Reply> {
    let mut response = Response::new(Reply::own(Release::own(body)));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, content_type);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The headers that say how a use was ruled, on what grounds, and where that is recorded.
pub(crate) struct Ruled {
    request_id: (HeaderName, Option<HeaderValue>),
    ruling: HeaderValue,
    clauses: Option<HeaderValue>,
    receipt: Option<HeaderValue>,
    target: Option<HeaderValue>,
    phase_out: Option<HeaderValue>,
    announced: Option<HeaderValue>,
}

impl Ruled {
    pub(crate) fn of(dialect: Dialect, decision: &Decision, recorded: &Recorded) -> Box<Self> {
        let position = &recorded.position;
        let value = |text: String| HeaderValue::from_maybe_shared(Bytes::from(text)).ok();
        // An RFC 9651 dictionary. The proof is not here: it exists after the next checkpoint.
        let mut receipt = String::with_capacity(112);
        // A text takes everything that is written to it.
        let _ = write!(receipt, "index={}, leaf=\"{}\"", position.index, position.leaf);
        Box::new(Self {
            request_id: (request_id(dialect), value(recorded.decision.to_string())),
            ruling: HeaderValue::from_static(decision.ruling.as_str()),
            clauses: value(list(&decision.grounds)),
            receipt: value(receipt),
            target: None,
            phase_out: None,
            announced: None,
        })
    }

    /// Says which target of the route it is about, and what designations that don't bar it have to do with it.
    pub(crate) fn permitted(
        mut self: Box<Self>,
        target: &Target,
        at: Timestamp,
        effects: &[DesignationEffect],
    ) -> Box<Self> {
        let value = |text: String| Some(text).filter(|text| !text.is_empty())?.try_into().ok();
        self.target.clone_from(&target.told);
        let listed = |of: fn(&DesignationEffect, Timestamp) -> Option<String>| {
            effects.iter().filter_map(|effect| of(effect, at)).collect::<Vec<_>>().join(", ")
        };
        self.phase_out = value(listed(|effect, at| {
            let until = effect.until?;
            let days = days_left(at, until);
            Some(format!("{}; until=\"{until}\"; days={days}", quoted(&effect.designation)))
        }));
        self.announced =
            value(listed(|effect, _| effect.until.is_none().then(|| quoted(&effect.designation))));
        self
    }

    pub(crate) fn write(self, headers: &mut HeaderMap) {
        if let (name, Some(decision)) = self.request_id {
            headers.insert(name, decision);
        }
        headers.insert(RULING, self.ruling);
        if let Some(clauses) = self.clauses.filter(|clauses| !clauses.is_empty()) {
            headers.insert(CLAUSES, clauses);
        }
        if let Some(receipt) = self.receipt {
            headers.insert(RECEIPT, receipt);
        }
        for (name, value) in [(TARGET, self.target), (PHASE_OUT, self.phase_out), (ANNOUNCED, self.announced)]
        {
            if let Some(value) = value {
                headers.insert(name, value);
            }
        }
    }
}

/// The header in which the dialect's SDKs look for the id of a request.
pub(crate) fn request_id(dialect: Dialect) -> HeaderName {
    match dialect {
        Dialect::OpenAi => HeaderName::from_static("x-request-id"),
        Dialect::Anthropic => HeaderName::from_static("request-id"),
    }
}

/// Clauses as a list of strings (RFC 9651 section 3.1). A list of nothing is no header at all.
fn list(clauses: &[ClauseRef]) -> String {
    let mut text = String::with_capacity(clauses.len() * 32);
    for clause in clauses {
        if !text.is_empty() {
            text.push_str(", ");
        }
        quote(&mut text, [clause.agreement.as_str(), " ", clause.clause.as_str()]);
    }
    text
}

/// What callers are told of a target: the provider, and its name for the model.
pub(crate) fn told(target: &carveout_ledger::Target) -> Option<HeaderValue> {
    format!("{}; model={}", quoted(&target.provider), quoted(&target.model)).try_into().ok()
}

/// A string (RFC 9651 section 3.3.3), with its quotes and backslashes escaped.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quote(&mut quoted, [text]);
    quoted
}

/// Appends such a string of these parts.
fn quote<'p>(text: &mut String, parts: impl IntoIterator<Item = &'p str>) {
    text.push('"');
    for part in parts {
        for character in part.chars() {
            if matches!(character, '"' | '\\') {
                text.push('\\');
            }
            text.push(character);
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_are_listed_as_structured_strings() {
        let clause =
            |agreement: &str, clause: &str| ClauseRef { agreement: agreement.into(), clause: clause.into() };
        assert_eq!(list(&[]), "");
        assert_eq!(list(&[clause("sample-terms", "4.2")]), r#""sample-terms 4.2""#);
        assert_eq!(list(&[clause("a", "1"), clause("b\"\\", "2")]), r#""a 1", "b\"\\ 2""#);
    }
}
