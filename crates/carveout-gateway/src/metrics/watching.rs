//! A listener of its own for those who watch the gateway: callers never reach it, and it answers nothing else.

use std::{convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};

use http::{
    HeaderMap, HeaderValue, Method, Request, Response,
    header::{CONTENT_TYPE, HOST, WWW_AUTHENTICATE},
    request::Parts,
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};

use super::shown;
use crate::{
    door,
    guard::Reply,
    health,
    house::House,
    notices,
    settings::{MetricsSettings, SettingsError},
};

/// Whoever watches asks a few times a minute: more than these at once are kept waiting.
const AT_ONCE: usize = 8;

/// How long a connection may live: a watcher that hangs keeps no place for ever.
const LONGEST: Duration = Duration::from_secs(60);

/// After a failure to accept.
const ACCEPT_AGAIN: Duration = Duration::from_millis(50);

/// A listener for those who watch, and who may read there.
pub(crate) struct Watching {
    listener: TcpListener,
    address: SocketAddr,
    token: Option<[u8; 32]>,
}

impl Watching {
    /// Listens. Without a token only this machine is let in, because what is counted tells who is busy with what.
    pub(crate) async fn bind(settings: &MetricsSettings) -> Result<Self, SettingsError> {
        let MetricsSettings { listen: address, token } = *settings;
        if token.is_none() && !address.ip().is_loopback() {
            return Err(SettingsError::Exposed { address });
        }
        let refused = |source| SettingsError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        Ok(Self { listener, address, token })
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until it is dropped.
    pub(crate) async fn run(self, house: Arc<House>) {
        let places = Arc::new(Semaphore::new(AT_ONCE));
        loop {
            let Ok(place) = places.clone().acquire_owned().await else { return };
            match self.listener.accept().await {
                Ok((stream, _watcher)) => {
                    let serving = serve(stream, house.clone(), self.token);
                    tokio::spawn(async move {
                        drop(tokio::time::timeout(LONGEST, serving).await);
                        drop(place);
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "could not accept a connection of somebody who watches");
                    tokio::time::sleep(ACCEPT_AGAIN).await;
                }
            }
        }
    }
}

async fn serve(stream: TcpStream, house: Arc<House>, token: Option<[u8; 32]>) {
    let service = service_fn(move |request: Request<Incoming>| {
        let house = house.clone();
        async move { Ok::<_, Infallible>(answer(&house, &request.into_parts().0, token.as_ref()).await) }
    });
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(Duration::from_secs(10)).max_buf_size(16 << 10);
    if let Err(error) = server.serve_connection(TokioIo::new(stream), service).await {
        tracing::debug!(%error, "a connection of somebody who watches ended");
    }
}

async fn answer(house: &House, head: &Parts, token: Option<&[u8; 32]>) -> Response<Reply> {
    match token {
        Some(token) if !door::shows(&head.headers, token) => {
            let mut refused = notices::text(401, "a token is needed\n");
            refused.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            return refused;
        }
        None if !meant_for_this_machine(&head.headers) => {
            return notices::text(421, "ask by the address of this machine\n");
        }
        _ => {}
    }
    if let Some(answer) = health::answer(house, head) {
        return answer;
    }
    match (&head.method, head.uri.path()) {
        (&Method::GET | &Method::HEAD, "/metrics") => match shown::text(house).await {
            Ok(text) => {
                let mut answer = notices::text(200, text);
                answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(shown::CONTENT_TYPE));
                answer
            }
            Err(std::fmt::Error) => notices::text(500, "the metrics could not be written\n"),
        },
        _ => notices::text(404, "there are `/metrics`, `/healthz` and `/readyz`\n"),
    }
}

/// A page in a browser on this machine can reach a loopback address under a name of its own, and would read what it finds
/// there. A name that isn't this machine's is its mark.
fn meant_for_this_machine(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(HOST) else { return true };
    let Ok(host) = host.to_str() else { return false };
    let name = match host.parse::<http::uri::Authority>() {
        Ok(authority) => authority.host().to_owned(),
        Err(_) => return false,
    };
    let address = name.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    name.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_meant_for_it() {
        for (host, meant) in [
            ("localhost", true),
            ("LocalHost:9464", true),
            ("127.0.0.1:9464", true),
            ("[::1]:9464", true),
            ("127.0.0.1.example.com", false),
            ("evil.example:9464", false),
            ("10.0.0.1", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(HOST, HeaderValue::from_static(host))]);
            assert_eq!(meant_for_this_machine(&headers), meant, "{host:?}");
        }
        assert!(meant_for_this_machine(&HeaderMap::new()), "HTTP/1.0");
    }
}
