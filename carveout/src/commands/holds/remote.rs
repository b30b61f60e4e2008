//! Holds of a gateway that runs, over its HTTP API.

#![expect(
    clippy::indexing_slicing,
    reason = "a JSON value that is read, and lacks a member, gives null: only a written one could panic"
)]

use std::{path::Path, time::Duration};

use bytes::Bytes;
use carveout_ledger::{HoldAnswer, HoldId};
use http::{Method, Request, Uri, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use miette::{IntoDiagnostic, WrapErr, miette};
use serde_json::{Value as Json, json};

use super::hold::Hold;
use crate::config::Reference;

const HOLDS: &str = "/carveout/v1/officer/holds";
/// The longest answer that is read: a request body of the default limit, escaped, and what is said around it.
const LONGEST: usize = 32 << 20;
const PATIENCE: Duration = Duration::from_secs(30);

/// A gateway, and an officer's token for it.
pub(super) struct Remote {
    base: String,
    token: zeroize::Zeroizing<String>,
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

impl Remote {
    pub(super) fn new(gateway: &str, token: &str, root: &Path) -> miette::Result<Self> {
        let address: Uri =
            gateway.parse().into_diagnostic().wrap_err_with(|| format!("`{gateway}` is no address"))?;
        let loopback = address.host().is_some_and(|host| {
            let host = host.trim_matches(['[', ']']);
            host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        });
        match address.scheme_str() {
            Some("https") => {}
            Some("http") if loopback => {}
            _ => {
                return Err(miette!(
                    help = "over plain HTTP anybody on the way could read the token, so it is for loopback addresses only",
                    "`{gateway}` must start with `https://`"
                ));
            }
        }
        let reference = Reference::parse(token)?;
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(rustls::crypto::ring::default_provider())
            .into_diagnostic()
            .wrap_err("the machine's certificate store can't be used")?
            .https_or_http()
            .enable_http1()
            .build();
        Ok(Self {
            base: gateway.trim_end_matches('/').to_owned(),
            token: zeroize::Zeroizing::new(reference.fetch(root)?),
            client: Client::builder(TokioExecutor::new()).build(connector),
        })
    }

    pub(super) async fn list(&self) -> miette::Result<Vec<Hold>> {
        let document = self.send(Method::GET, "", None).await?;
        let holds = document["holds"].as_array().map(Vec::as_slice).unwrap_or_default();
        holds.iter().map(Hold::described).collect()
    }

    pub(super) async fn show(&self, hold: HoldId) -> miette::Result<Hold> {
        let described = Hold::described(&self.send(Method::GET, &format!("/{hold}"), None).await?["hold"])?;
        if described.id == hold {
            Ok(described)
        } else {
            Err(miette!("the gateway shows `{}` instead of `{hold}`", described.id))
        }
    }

    pub(super) async fn answer(&self, answer: &HoldAnswer, statement: String) -> miette::Result<u64> {
        let mut body = json!({ "roles": answer.roles, "statement": statement });
        if let (Some(until), Some(members)) = (answer.until, body.as_object_mut()) {
            members.insert("until".to_owned(), until.to_string().into());
        }
        let verb = if answer.until.is_some() { "approve" } else { "refuse" };
        let recorded = self.send(Method::POST, &format!("/{}/{verb}", answer.hold), Some(&body)).await?;
        recorded["recorded"]["index"]
            .as_u64()
            .ok_or_else(|| miette!("the gateway does not say where it recorded the answer"))
    }

    async fn send(&self, method: Method, path: &str, body: Option<&Json>) -> miette::Result<Json> {
        let uri = format!("{}{HOLDS}{path}", self.base);
        let body = body.map(Json::to_string).unwrap_or_default();
        let request = Request::builder()
            .method(method)
            .uri(&uri)
            .header(header::AUTHORIZATION, format!("Bearer {}", *self.token))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(Bytes::from(body)))
            .into_diagnostic()?;
        let exchange = async {
            let answer = self.client.request(request).await.into_diagnostic()?;
            let status = answer.status();
            let body = Limited::new(answer.into_body(), LONGEST).collect().await;
            let body = body.map_err(|error| miette!("the answer can't be read: {error}"))?.to_bytes();
            Ok::<_, miette::Report>((status, body))
        };
        let answered = tokio::time::timeout(PATIENCE, exchange).await;
        let answered = answered.map_err(|_elapsed| miette!("no answer within {} s", PATIENCE.as_secs()))?;
        let (status, body) = answered.wrap_err_with(|| {
            format!("the gateway at `{}` can't be asked; is it running, and is that its address?", self.base)
        })?;
        let document: Json = serde_json::from_slice(&body).unwrap_or_default();
        match (status.as_u16(), document["error"]["message"].as_str()) {
            (200, _) => Ok(document),
            (401, _) => Err(miette!(
                help = "the token must be the officer's own, and its SHA-256 must stand in the gateway's carveout.toml",
                "the gateway doesn't know this token"
            )),
            (_, Some(said)) => Err(miette!("the gateway refuses: {said}")),
            (status, None) => Err(miette!("the gateway answered {status}")),
        }
    }
}
