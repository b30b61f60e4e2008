//! Which endpoint a request line names. What isn't listed here doesn't exist.

use thiserror::Error;

use crate::Dialect;

/// An endpoint the gateway answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// `POST /v1/chat/completions` (OpenAI).
    ChatCompletions,
    /// `POST /v1/messages` (Anthropic).
    Messages,
    /// `GET /v1/models`, of both dialects: see [`Endpoint::dialect`].
    Models,
    /// `GET /v1/models/{id}`, of both dialects.
    Model(String),
}

/// A request line that is none of the listed endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum UnknownRoute {
    /// No endpoint has that path.
    #[error(
        "no such endpoint; there are `POST /v1/chat/completions`, `POST /v1/messages`, `GET /v1/models` \
         and `GET /v1/models/{{id}}`"
    )]
    Path,
    /// The endpoint exists and takes another method.
    #[error("this endpoint takes `{allowed}`")]
    Method {
        /// The method it takes.
        allowed: &'static str,
    },
    /// A query string with something in it that the endpoint doesn't take (a credential, perhaps).
    #[error("this endpoint doesn't take that query string; send settings in the body and keys in a header")]
    Query,
}

impl Endpoint {
    /// The dialect to answer in. The two model lists share a path and are told apart by the
    /// `anthropic-version` header, which Anthropic's clients always send.
    #[must_use]
    pub fn dialect(&self, has_anthropic_version: bool) -> Dialect {
        match self {
            Self::ChatCompletions => Dialect::OpenAi,
            Self::Messages => Dialect::Anthropic,
            Self::Models | Self::Model(_) if has_anthropic_version => Dialect::Anthropic,
            Self::Models | Self::Model(_) => Dialect::OpenAi,
        }
    }

    /// The name used in the ledger.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::ChatCompletions => "chat.completions",
            Self::Messages => "messages",
            Self::Models => "models",
            Self::Model(_) => "model",
        }
    }
}

/// Finds the endpoint of a request line. `path` and `query` as received, still percent-encoded.
///
/// # Errors
/// The request line is not one of the listed endpoints.
pub fn endpoint(method: &str, path: &str, query: Option<&str>) -> Result<Endpoint, UnknownRoute> {
    let (allowed, endpoint) = match path {
        "/v1/chat/completions" => ("POST", Endpoint::ChatCompletions),
        "/v1/messages" => ("POST", Endpoint::Messages),
        "/v1/models" => ("GET", Endpoint::Models),
        other => {
            let id = other.strip_prefix("/v1/models/").and_then(model_id);
            ("GET", Endpoint::Model(id.ok_or(UnknownRoute::Path)?))
        }
    };
    if method != allowed {
        return Err(UnknownRoute::Method { allowed });
    }
    let parameters = query.unwrap_or_default().split('&').filter(|parameter| !parameter.is_empty());
    for parameter in parameters {
        if !takes(&endpoint, parameter) {
            return Err(UnknownRoute::Query);
        }
    }
    Ok(endpoint)
}

/// The official clients' own parameters: `beta=true` of Anthropic's beta client, and the paging of its model
/// list (which fits one page here).
fn takes(endpoint: &Endpoint, parameter: &str) -> bool {
    let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
    match endpoint {
        Endpoint::Messages | Endpoint::Model(_) => (name, value) == ("beta", "true"),
        Endpoint::Models => matches!(name, "limit" | "after_id" | "before_id" | "beta"),
        Endpoint::ChatCompletions => false,
    }
}

/// One path segment, percent-decoded.
fn model_id(segment: &str) -> Option<String> {
    if segment.contains('/') {
        return None;
    }
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' { hex(rest.next()?)? << 4 | hex(rest.next()?)? } else { byte });
    }
    let id = String::from_utf8(bytes).ok()?;
    let plain = !id.is_empty() && !id.contains(char::is_control);
    plain.then_some(id)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}
