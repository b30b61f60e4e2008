//! Connections to one provider, reused in last-in-first-out order.

use std::{
    error::Error,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{Request, Response, Uri};
use http_body_util::Full;
use hyper::{
    body::Incoming,
    client::conn::http1::{self, SendRequest},
    service::Service,
};
use tokio::task::AbortHandle;

use super::tls::Connector;

/// The largest piece of a reply that is read ahead of the caller.
const READ_AHEAD: usize = 64 << 10;

/// One open connection. Dropping it closes it at once, whatever was under way.
#[derive(Debug)]
pub(crate) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    driver: AbortHandle,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// What went wrong while a request was written and its reply's head awaited.
pub(super) enum Unsent {
    /// The connection was already closed; nothing was written and the request came back whole.
    Untouched(Box<Request<Full<Bytes>>>),
    /// It broke after something may have been written.
    Broken,
}

impl Connection {
    pub(super) async fn send(&mut self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, Unsent> {
        self.sender.try_send_request(request).await.map_err(|mut error| match error.take_message() {
            Some(request) => Unsent::Untouched(Box::new(request)),
            None => Unsent::Broken,
        })
    }

    async fn is_reusable(&mut self) -> bool {
        self.sender.is_ready() || (!self.sender.is_closed() && self.sender.ready().await.is_ok())
    }
}

/// Makes connections and keeps the unused ones.
#[derive(Debug)]
pub(crate) struct Pool {
    connector: Connector,
    destination: Uri,
    idle: Mutex<Vec<(Connection, Instant)>>,
    keep: usize,
    keep_for: Duration,
}

impl Pool {
    pub(super) fn new(connector: Connector, destination: Uri, keep: usize, keep_for: Duration) -> Self {
        Self { connector, destination, idle: Mutex::default(), keep, keep_for }
    }

    /// The most recently used connection that is still open.
    pub(super) async fn reuse(&self) -> Option<Connection> {
        loop {
            let (mut connection, since) = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()?;
            if since.elapsed() < self.keep_for && connection.is_reusable().await {
                return Some(connection);
            }
        }
    }

    /// A new connection.
    pub(super) async fn connect(&self) -> Result<Connection, Box<dyn Error + Send + Sync>> {
        let stream = self.connector.call(self.destination.clone()).await?;
        let (sender, driver) = http1::Builder::new().max_buf_size(READ_AHEAD).handshake(stream).await?;
        let driver = tokio::spawn(async move {
            if let Err(error) = driver.await {
                tracing::debug!(%error, "a provider's connection ended");
            }
        });
        Ok(Connection { sender, driver: driver.abort_handle() })
    }

    /// Takes back a connection whose reply was read to its end.
    pub(crate) fn put_back(&self, connection: Connection) {
        if connection.sender.is_closed() {
            return;
        }
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() >= self.keep {
            idle.remove(0);
        }
        idle.push((connection, Instant::now()));
    }
}
