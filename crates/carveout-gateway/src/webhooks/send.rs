//! One notice, one try.

use std::{net::SocketAddr, time::Duration};

use bytes::Bytes;
use carveout_ledger::Timestamp;
use http::{
    HeaderName, HeaderValue, Method, Request, StatusCode, Uri,
    header::{CONTENT_TYPE, HOST, USER_AGENT},
    uri::{PathAndQuery, Scheme},
};
use http_body_util::Full;
use hyper::{client::conn::http1, service::Service};
use hyper_rustls::{FixedServerNameResolver, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{client::legacy::connect::HttpConnector, service::TowerToHyperService};
use rustls::{ClientConfig, pki_types::ServerName};
use tokio::{net::lookup_host, time::timeout};

use super::{
    address::Reach,
    notice::{Notice, signature},
};
use crate::{
    clock::Clock,
    forward::{trusting, trusting_nobody},
    limits::Patience,
    log::Causes,
    secret::Secret,
    settings::{SettingsError, WebhookSettings},
};

const SIGNATURE: HeaderName = HeaderName::from_static("carveout-signature");
const NOTICE: HeaderName = HeaderName::from_static("carveout-notice");

/// Who is told.
#[derive(Debug)]
pub(super) struct Destination {
    label: String,
    host: String,
    port: u16,
    authority: HeaderValue,
    path: PathAndQuery,
    /// The name that its certificate must have.
    name: ServerName<'static>,
    encrypted: bool,
    tls: ClientConfig,
    reach: Reach,
    secret: Secret,
    clock: Clock,
    patience: Duration,
}

/// Why a notice did not arrive.
#[derive(Debug)]
pub(super) enum Unsent {
    /// Another try may succeed.
    ForNow(String),
    /// It would not.
    ForGood(String),
}

impl Destination {
    pub(super) fn new(
        settings: &WebhookSettings,
        clock: Clock,
        patience: &Patience,
    ) -> Result<Self, SettingsError> {
        let url = &settings.url;
        let refused = |problem: String| SettingsError::Webhook { url: shown(url), problem };
        let authority = url.authority().filter(|authority| !authority.as_str().contains('@'));
        let authority = authority.ok_or_else(|| refused("it must name a host, and no user".to_owned()))?;
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let private = if settings.private { Reach::Private } else { Reach::Public };
        let (encrypted, reach) = match url.scheme_str() {
            Some("https") => (true, private),
            Some("http") if settings.insecure => (false, Reach::Loopback),
            _ => {
                let only = "it must start with `https://`; plain HTTP is for this machine only, with `insecure = true`";
                return Err(refused(only.to_owned()));
            }
        };
        // A name is looked up, and judged, for each try.
        let literal = host.parse().ok();
        let named_loopback = host.eq_ignore_ascii_case("localhost");
        if literal.is_some_and(|address| !reach.allows(address))
            || (reach == Reach::Loopback && literal.is_none() && !named_loopback)
        {
            return Err(refused(not_allowed(reach)));
        }
        Ok(Self {
            label: shown(url),
            port: authority.port_u16().unwrap_or(if encrypted { 443 } else { 80 }),
            authority: HeaderValue::from_str(authority.as_str())
                .map_err(|error| refused(error.to_string()))?,
            path: url.path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/")),
            name: ServerName::try_from(host.clone()).map_err(|error| refused(error.to_string()))?,
            encrypted,
            tls: if encrypted { trusting(settings.ca_file.as_deref()) } else { trusting_nobody() }
                .map_err(refused)?,
            host,
            reach,
            secret: settings.secret.clone(),
            clock,
            patience: patience.notice,
        })
    }

    /// How logs name it: without path and query, which may hold a key.
    pub(super) fn label(&self) -> &str {
        &self.label
    }

    /// Sends a notice once. A redirection is not followed: it is an answer like any other that isn't a success.
    pub(super) async fn send(&self, notice: &Notice) -> Result<u16, Unsent> {
        let status = match timeout(self.patience, self.exchange(notice)).await {
            Ok(answer) => answer?,
            Err(_elapsed) => return Err(Unsent::ForNow("no answer in time".to_owned())),
        };
        let again = status.is_server_error()
            || matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS);
        match status {
            _ if status.is_success() => Ok(status.as_u16()),
            _ if again => Err(Unsent::ForNow(format!("the answer is {}", status.as_u16()))),
            _ => Err(Unsent::ForGood(format!("the answer is {}", status.as_u16()))),
        }
    }

    async fn exchange(&self, notice: &Notice) -> Result<StatusCode, Unsent> {
        let address = self.address().await?;
        let broken = |error: &(dyn std::error::Error + 'static)| Unsent::ForNow(Causes(error).to_string());
        let stream = self.connector().call(self.at(address)?).await.map_err(|error| broken(&*error))?;
        let (mut sender, connection) = http1::handshake(stream).await.map_err(|error| broken(&error))?;
        let mut sending = std::pin::pin!(sender.send_request(self.request(notice)?));
        let answer = tokio::select! {
            answer = &mut sending => answer,
            // The last thing that it did may have been to hand the answer over.
            _ended = connection => sending.await,
        };
        answer.map(|answer| answer.status()).map_err(|error| broken(&error))
    }

    /// The address to connect to. If any address of the name is out of reach none is used: whoever can put one such
    /// address under the name could put only that one there the next time.
    async fn address(&self) -> Result<SocketAddr, Unsent> {
        let found = lookup_host((self.host.as_str(), self.port)).await;
        let found: Vec<SocketAddr> =
            found.map_err(|error| Unsent::ForNow(format!("the name can't be looked up: {error}")))?.collect();
        if found.iter().any(|address| !self.reach.allows(address.ip())) {
            return Err(Unsent::ForGood(not_allowed(self.reach)));
        }
        found.first().copied().ok_or_else(|| Unsent::ForNow("the name has no address".to_owned()))
    }

    /// The very address that was judged, so that a second look-up can't give another one.
    fn at(&self, address: SocketAddr) -> Result<Uri, Unsent> {
        let scheme = if self.encrypted { Scheme::HTTPS } else { Scheme::HTTP };
        let uri = Uri::builder().scheme(scheme).authority(address.to_string()).path_and_query("/").build();
        uri.map_err(|error| Unsent::ForGood(error.to_string()))
    }

    fn connector(&self) -> TowerToHyperService<HttpsConnector<HttpConnector>> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        let schemes = HttpsConnectorBuilder::new().with_tls_config(self.tls.clone());
        let protocols = if self.encrypted { schemes.https_only() } else { schemes.https_or_http() };
        let name = FixedServerNameResolver::new(self.name.clone());
        let protocols = protocols.with_server_name_resolver(name);
        TowerToHyperService::new(protocols.enable_http1().wrap_connector(tcp))
    }

    fn request(&self, notice: &Notice) -> Result<Request<Full<Bytes>>, Unsent> {
        let now = Timestamp::from_millis(self.clock.wall());
        let signature = signature(&self.secret, now, &notice.body);
        let request = Request::builder()
            .method(Method::POST)
            .uri(Uri::from(self.path.clone()))
            .header(HOST, self.authority.clone())
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .header(USER_AGENT, HeaderValue::from_static(concat!("carveout/", env!("CARGO_PKG_VERSION"))))
            .header(NOTICE, &notice.id)
            .header(SIGNATURE, signature)
            .body(Full::from(notice.body.clone()));
        request.map_err(|error| Unsent::ForGood(error.to_string()))
    }
}

fn not_allowed(reach: Reach) -> String {
    match reach {
        Reach::Public => "its address is not a public one: set `private = true` if it is meant to be told",
        Reach::Private => "its address is neither public nor one of a private network",
        Reach::Loopback => "plain HTTP is for this machine only: use `https`",
    }
    .to_owned()
}

fn shown(url: &Uri) -> String {
    let host = url.authority().map(|authority| authority.as_str()).unwrap_or_default();
    format!("{}://{}", url.scheme_str().unwrap_or_default(), host.rsplit('@').next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use carveout_ledger::{Digest, HoldId};

    use super::*;
    use crate::settings::HoldNews;

    fn to(url: &str, insecure: bool, private: bool) -> Result<Destination, SettingsError> {
        let settings = WebhookSettings {
            url: url.parse().unwrap(),
            secret: Secret::new("a secret of thirty-two characters".to_owned()),
            news: HoldNews::ALL.to_vec(),
            ca_file: None,
            insecure,
            private,
        };
        Destination::new(&settings, Clock::system(), &Patience::default())
    }

    #[test]
    fn an_address_out_of_reach_is_refused_at_the_start() {
        for (url, insecure, private) in [
            ("http://hooks.example/x", false, false),
            ("http://hooks.example/x", true, true),
            ("http://10.0.0.1/x", true, true),
            ("http://127.0.0.1/x", false, true),
            ("ftp://hooks.example/x", true, true),
            ("https://127.0.0.1/x", false, false),
            ("https://127.0.0.1/x", true, false),
            ("https://[::1]/x", false, false),
            ("https://192.168.0.1/x", false, false),
            ("https://169.254.169.254/latest", false, true),
            ("https://[fe80::1]/x", false, true),
            ("https://user:word@hooks.example/x", false, false),
            ("/x", false, false),
        ] {
            let refused = to(url, insecure, private).unwrap_err().to_string();
            assert!(!refused.contains("word"), "{refused}");
        }
        for (url, insecure, private) in [
            ("https://hooks.example/x", false, false),
            ("https://10.0.0.1:8443/x", false, true),
            ("http://localhost:1/x", true, false),
            ("http://[::1]:1/x", true, false),
        ] {
            let accepted = to(url, insecure, private).unwrap();
            assert!(!accepted.label().contains("/x"), "a path may hold a key: {}", accepted.label());
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_not_connected_to() {
        let inside = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = inside.local_addr().unwrap().port();
        let destination = to(&format!("https://localhost:{port}/x"), false, false).unwrap();
        let hold = HoldId::of(carveout_ledger::DecisionId::from_bytes([1; 16]));
        let (id, body) = (Digest::of(b"entry").to_string(), "{}".to_owned());
        let sent = destination.send(&Notice { hold, news: HoldNews::Held, id, body }).await;
        assert!(matches!(&sent, Err(Unsent::ForGood(why)) if why.contains("not a public one")), "{sent:?}");
        let nobody = tokio::time::timeout(Duration::ZERO, inside.accept()).await;
        assert!(nobody.is_err(), "somebody knocked");
    }
}
