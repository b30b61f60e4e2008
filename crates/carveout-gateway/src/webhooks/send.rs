//! One notice, one try.

use std::time::Duration;

use bytes::Bytes;
use carveout_ledger::Timestamp;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use tokio::time::timeout;

use super::notice::{Notice, signature};
pub(super) use crate::outward::Unsent;
use crate::{
    clock::Clock,
    limits::Patience,
    outward::{Allowed, Outward, shown},
    secret::Secret,
    settings::{SettingsError, WebhookSettings},
};

const SIGNATURE: HeaderName = HeaderName::from_static("carveout-signature");
const NOTICE: HeaderName = HeaderName::from_static("carveout-notice");

/// Who is told.
#[derive(Debug)]
pub(super) struct Destination {
    outward: Outward,
    secret: Secret,
    clock: Clock,
    patience: Duration,
}

impl Destination {
    pub(super) fn new(
        settings: &WebhookSettings,
        clock: Clock,
        patience: &Patience,
    ) -> Result<Self, SettingsError> {
        let WebhookSettings { insecure, private, ca_file, .. } = settings;
        let allowed = Allowed { insecure: *insecure, private: *private, ca_file: ca_file.as_deref() };
        let outward = Outward::new(&settings.url, allowed)
            .map_err(|problem| SettingsError::Webhook { url: shown(&settings.url), problem })?;
        Ok(Self { outward, secret: settings.secret.clone(), clock, patience: patience.notice })
    }

    /// How logs name it: without path and query, which may hold a key.
    pub(super) fn label(&self) -> &str {
        self.outward.label()
    }

    /// Sends a notice once.
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

    /// Nobody reads what the receiver says beyond its status.
    async fn exchange(&self, notice: &Notice) -> Result<StatusCode, Unsent> {
        let now = Timestamp::from_millis(self.clock.wall());
        let signature = signature(&self.secret, now, &notice.body);
        let value =
            |text: &str| HeaderValue::from_str(text).map_err(|error| Unsent::ForGood(error.to_string()));
        let head = HeaderMap::from_iter([(NOTICE, value(&notice.id)?), (SIGNATURE, value(&signature)?)]);
        let (status, _) = self.outward.post(head, Bytes::from(notice.body.clone()), 0, |_head| ()).await?;
        Ok(status)
    }
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
