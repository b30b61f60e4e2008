//! Requests that the gateway makes by itself, to addresses that its configuration names: notices of holds, questions to a judge.
//! The address is looked up and judged for each try, and the very address that was judged is connected to.

mod address;

use std::{net::SocketAddr, path::Path};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Method, Request, StatusCode, Uri,
    header::{CONTENT_TYPE, HOST, USER_AGENT},
    uri::{PathAndQuery, Scheme},
};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{client::conn::http1, service::Service};
use hyper_rustls::{FixedServerNameResolver, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{client::legacy::connect::HttpConnector, service::TowerToHyperService};
use rustls::{ClientConfig, pki_types::ServerName};
use tokio::net::lookup_host;

use self::address::Reach;
use crate::{
    forward::{trusting, trusting_nobody},
    log::Causes,
};

/// One address, checked as far as it can be without looking its name up.
#[derive(Debug)]
pub(crate) struct Outward {
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
}

/// What an address may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowed<'a> {
    /// Plain HTTP, to this machine only.
    pub(crate) insecure: bool,
    /// Addresses of private networks and of this machine.
    pub(crate) private: bool,
    /// Certificates to trust instead of the machine's.
    pub(crate) ca_file: Option<&'a Path>,
}

/// Why nothing came back.
#[derive(Debug)]
pub(crate) enum Unsent {
    /// Another try may succeed.
    ForNow(String),
    /// It would not.
    ForGood(String),
}

impl Outward {
    pub(crate) fn new(url: &Uri, allowed: Allowed<'_>) -> Result<Self, String> {
        let authority = url.authority().filter(|authority| !authority.as_str().contains('@'));
        let authority = authority.ok_or("it must name a host, and no user")?;
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let private = if allowed.private { Reach::Private } else { Reach::Public };
        let (encrypted, reach) = match url.scheme_str() {
            Some("https") => (true, private),
            Some("http") if allowed.insecure => (false, Reach::Loopback),
            _ => {
                let only = "it must start with `https://`; plain HTTP is for this machine only, with `insecure = true`";
                return Err(only.to_owned());
            }
        };
        // A name is looked up, and judged, for each try.
        let literal = host.parse().ok();
        let named_loopback = host.eq_ignore_ascii_case("localhost");
        if literal.is_some_and(|address| !reach.allows(address))
            || (reach == Reach::Loopback && literal.is_none() && !named_loopback)
        {
            return Err(not_allowed(reach));
        }
        Ok(Self {
            label: shown(url),
            port: authority.port_u16().unwrap_or(if encrypted { 443 } else { 80 }),
            authority: HeaderValue::from_str(authority.as_str()).map_err(|error| error.to_string())?,
            path: url.path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/")),
            name: ServerName::try_from(host.clone()).map_err(|error| error.to_string())?,
            encrypted,
            tls: if encrypted { trusting(allowed.ca_file) } else { trusting_nobody() }?,
            host,
            reach,
        })
    }

    /// How logs name it: without path and query, which may hold a key.
    pub(crate) fn label(&self) -> &str {
        &self.label
    }

    /// Posts a JSON document once, and reads the answer if it has no more than so many bytes. A redirection is not followed: it
    /// is an answer like any other that isn't a success. `heard` is told the head of the answer before its body is waited for.
    pub(crate) async fn post(
        &self,
        head: HeaderMap,
        body: Bytes,
        most: usize,
        heard: impl FnOnce(&HeaderMap),
    ) -> Result<(StatusCode, Bytes), Unsent> {
        let address = self.address().await?;
        let broken = |error: &(dyn std::error::Error + 'static)| Unsent::ForNow(Causes(error).to_string());
        let stream = self.connector().call(self.at(address)?).await.map_err(|error| broken(&*error))?;
        let (mut sender, connection) = http1::handshake(stream).await.map_err(|error| broken(&error))?;
        let mut answered = std::pin::pin!(async {
            let answer = sender.send_request(self.request(head, body)?).await;
            let (answer, body) = answer.map_err(|error| broken(&error))?.into_parts();
            heard(&answer.headers);
            if most == 0 {
                return Ok((answer.status, Bytes::new()));
            }
            let body = Limited::new(body, most).collect().await.map_err(|error| broken(&*error))?;
            Ok((answer.status, body.to_bytes()))
        });
        tokio::select! {
            answer = &mut answered => answer,
            // The last thing that it did may have been to hand the answer over.
            _ended = connection => answered.await,
        }
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

    fn request(&self, head: HeaderMap, body: Bytes) -> Result<Request<Full<Bytes>>, Unsent> {
        let request = Request::builder()
            .method(Method::POST)
            .uri(Uri::from(self.path.clone()))
            .header(HOST, self.authority.clone())
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .header(USER_AGENT, HeaderValue::from_static(concat!("carveout/", env!("CARGO_PKG_VERSION"))))
            .body(Full::from(body));
        let mut request = request.map_err(|error| Unsent::ForGood(error.to_string()))?;
        request.headers_mut().extend(head);
        Ok(request)
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

/// A URL without path and query.
pub(crate) fn shown(url: &Uri) -> String {
    let host = url.authority().map(|authority| authority.as_str()).unwrap_or_default();
    format!("{}://{}", url.scheme_str().unwrap_or_default(), host.rsplit('@').next().unwrap_or_default())
}
