//! Seventh stop: one request, to one target, once. This is the only module that writes to a provider, and it writes
//! nothing but the body of a [`Passage`].

mod connection;
mod tls;

use std::time::Duration;

use bytes::Bytes;
use carveout_dialects::Dialect;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, Version,
    header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HOST, USER_AGENT},
    response,
};
use http_body_util::Full;
use tokio::time::timeout;

use self::connection::{Pool, Unsent};
pub(crate) use self::{
    connection::{Arriving, Connection},
    tls::{trusting, trusting_nobody},
};
use crate::{
    admit::Passage,
    limits::{Limits, Patience},
    log::Causes,
    settings::{Credential, ProviderSettings, SettingsError},
};

const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");
const API_KEY: HeaderName = HeaderName::from_static("api-key");
pub(crate) const ANTHROPIC_VERSION: HeaderName = HeaderName::from_static("anthropic-version");

/// The version of Anthropic's wire form that the dialect's tables describe.
const ANTHROPIC_WIRE_FORM: HeaderValue = HeaderValue::from_static("2023-06-01");

/// Who answers: an address, a credential and the connections to it.
#[derive(Debug)]
pub(crate) struct Provider {
    pub(crate) id: String,
    pub(crate) dialect: Dialect,
    /// Everything in a request's head that doesn't depend on the request. What a caller sent in its own head never
    /// gets here, so nothing of it has to be taken out.
    head: HeaderMap,
    path: Uri,
    pool: Pool,
    connect: Duration,
    first_byte: Duration,
}

/// What came back, with its head read and its body still to come.
pub(crate) struct Answer {
    pub(crate) head: response::Parts,
    pub(crate) body: Arriving,
}

/// Why nothing came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unanswered {
    /// No connection; nothing was sent, so another target may be tried.
    #[error("the provider could not be reached")]
    Unreachable,
    /// The request was sent, and no reply began in time.
    #[error("the provider did not answer in time")]
    Silent,
    /// The connection broke after the request may have been sent.
    #[error("the provider closed the connection without an answer")]
    Cut,
}

/// Sends what the passage lets through, and waits for the head of the reply.
pub(crate) async fn send(passage: Passage) -> Result<Answer, Unanswered> {
    let (target, body) = passage.spend();
    let provider = &target.provider;
    let request = provider.request(body.into_bytes());
    match timeout(provider.first_byte, provider.exchange(request)).await {
        Ok(answer) => answer,
        Err(_elapsed) => Err(Unanswered::Silent),
    }
}

impl Provider {
    pub(crate) fn new(
        settings: &ProviderSettings,
        limits: &Limits,
        patience: &Patience,
    ) -> Result<Self, SettingsError> {
        let connector = tls::connector(settings, patience.connect)?;
        let pool = Pool::new(connector, settings.base_url.clone(), limits.idle_connections, patience.pooled);
        Ok(Self {
            id: settings.id.clone(),
            dialect: settings.dialect,
            head: head(settings)?,
            path: path(settings)?,
            pool,
            connect: patience.connect,
            first_byte: patience.first_byte,
        })
    }

    /// Takes back the connection of a reply that was read to its end, if it was not closed.
    pub(crate) fn put_back(&self, connection: Option<Connection>) {
        if let Some(connection) = connection {
            self.pool.put_back(connection);
        }
    }

    fn request(&self, body: Bytes) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.path.clone();
        *request.version_mut() = Version::HTTP_11;
        *request.headers_mut() = self.head.clone();
        request
    }

    /// A kept connection may have been closed by the provider in the meantime. If so, and only if not one byte was
    /// written to it, the same request goes over the next one: it is still the same single attempt.
    async fn exchange(&self, mut request: Request<Full<Bytes>>) -> Result<Answer, Unanswered> {
        while let Some(connection) = self.pool.reuse().await {
            match connection.send(request).await {
                Ok((head, body)) => return Ok(Answer { head, body }),
                Err(Unsent::Untouched(untouched)) => request = *untouched,
                Err(Unsent::Broken) => return Err(Unanswered::Cut),
            }
        }
        match self.connect().await?.send(request).await {
            Ok((head, body)) => Ok(Answer { head, body }),
            Err(Unsent::Untouched(_)) => Err(Unanswered::Unreachable),
            Err(Unsent::Broken) => Err(Unanswered::Cut),
        }
    }

    async fn connect(&self) -> Result<Connection, Unanswered> {
        match timeout(self.connect, self.pool.connect()).await {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(error)) => {
                tracing::warn!(provider = %self.id, error = %Causes(&*error), "no connection");
                Err(Unanswered::Unreachable)
            }
            Err(_elapsed) => {
                tracing::warn!(provider = %self.id, "no connection in time");
                Err(Unanswered::Unreachable)
            }
        }
    }
}

fn head(settings: &ProviderSettings) -> Result<HeaderMap, SettingsError> {
    let no_host =
        || SettingsError::Address { provider: settings.id.clone(), problem: "the address must name a host" };
    let authority = settings.base_url.authority().ok_or_else(no_host)?;
    if authority.as_str().contains('@') {
        let problem = "the address must not hold a user name: give the credential on its own";
        return Err(SettingsError::Address { provider: settings.id.clone(), problem });
    }
    let mut head = HeaderMap::with_capacity(8);
    head.insert(HOST, HeaderValue::from_str(authority.as_str()).map_err(|_not_ascii| no_host())?);
    head.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    head.insert(ACCEPT, HeaderValue::from_static("application/json, text/event-stream"));
    // A packed reply would have to be unpacked before it is judged.
    head.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    head.insert(USER_AGENT, HeaderValue::from_static(concat!("carveout/", env!("CARGO_PKG_VERSION"))));
    if settings.dialect == Dialect::Anthropic {
        head.insert(ANTHROPIC_VERSION, ANTHROPIC_WIRE_FORM);
    }
    if let Some((name, value)) = credential(settings)? {
        head.insert(name, value);
    }
    Ok(head)
}

/// The header that shows a provider who the gateway is.
pub(crate) fn credential(
    settings: &ProviderSettings,
) -> Result<Option<(HeaderName, HeaderValue)>, SettingsError> {
    let (name, text) = match &settings.credential {
        Credential::None => return Ok(None),
        Credential::Bearer(secret) => {
            (AUTHORIZATION, zeroize::Zeroizing::new(format!("Bearer {}", secret.expose())))
        }
        Credential::XApiKey(secret) => (X_API_KEY, zeroize::Zeroizing::new(secret.expose().to_owned())),
        Credential::ApiKey(secret) => (API_KEY, zeroize::Zeroizing::new(secret.expose().to_owned())),
    };
    let mut value = HeaderValue::from_str(&text)
        .map_err(|_control_character| SettingsError::Credential { provider: settings.id.clone() })?;
    value.set_sensitive(true);
    Ok(Some((name, value)))
}

/// The path of the one endpoint that is forwarded to, below the address that an SDK would be given.
fn path(settings: &ProviderSettings) -> Result<Uri, SettingsError> {
    let base = settings.base_url.path().trim_end_matches('/');
    let endpoint = match settings.dialect {
        Dialect::OpenAi => "/chat/completions",
        Dialect::Anthropic => "/v1/messages",
    };
    let query = settings.base_url.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("{base}{endpoint}{query}").parse().map_err(|_malformed| SettingsError::Address {
        provider: settings.id.clone(),
        problem: "the address's path can't be used",
    })
}
