//! Connections to one provider, reused in last-in-first-out order.

use std::{
    error::Error,
    fmt,
    future::poll_fn,
    pin::{Pin, pin},
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{Request, Uri, response::Parts};
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use hyper::{
    body::Incoming,
    client::conn::http1::{self, SendRequest},
    service::Service,
};

use super::tls::Connector;

/// The largest piece of a reply that is read ahead of the caller.
const READ_AHEAD: usize = 64 << 10;

/// One open connection, driven by whoever uses it: there is no task to wake for each piece. Dropping it closes it at
/// once, whatever was under way.
pub(crate) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    /// Writes and reads; none once the connection has ended.
    driver: Option<Driver>,
}

type Driver = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What went wrong while a request was written and its reply's head awaited.
pub(super) enum Unsent {
    /// The connection was already closed; nothing was written and the request came back whole.
    Untouched(Box<Request<Full<Bytes>>>),
    /// It broke after something may have been written.
    Broken,
}

fn drive(driver: &mut Option<Driver>, context: &mut Context<'_>) {
    if driver.as_mut().is_some_and(|driver| driver.as_mut().poll(context).is_ready()) {
        *driver = None;
    }
}

impl Connection {
    /// Sends a request and waits for the head of its reply.
    pub(super) async fn send(mut self, request: Request<Full<Bytes>>) -> Result<(Parts, Arriving), Unsent> {
        let mut sent = pin!(self.sender.try_send_request(request));
        let reply = poll_fn(|context| {
            drive(&mut self.driver, context);
            sent.as_mut().poll(context)
        });
        match reply.await {
            Ok(reply) => {
                let (head, body) = reply.into_parts();
                Ok((head, Arriving { body, connection: Some(self) }))
            }
            Err(mut error) => Err(match error.take_message() {
                Some(request) => Unsent::Untouched(Box::new(request)),
                None => Unsent::Broken,
            }),
        }
    }

    /// Whether another request can go over it: both sides have finished the last one, and it is still open.
    fn is_reusable(&mut self, context: &mut Context<'_>) -> bool {
        drive(&mut self.driver, context);
        self.driver.is_some() && self.sender.is_ready()
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.driver.is_some() { "Connection(open)" } else { "Connection(ended)" })
    }
}

/// A reply's body on its way, with the connection that it comes over.
#[derive(Debug)]
pub(crate) struct Arriving {
    body: Incoming,
    connection: Option<Connection>,
}

impl Arriving {
    /// Closes the connection.
    pub(crate) fn close(&mut self) {
        self.connection = None;
    }

    /// The connection, if it was not closed. The body must have been read to its end.
    pub(crate) fn into_connection(self) -> Option<Connection> {
        self.connection
    }

    /// The same, from a place that keeps the rest.
    pub(crate) fn take_connection(&mut self) -> Option<Connection> {
        self.connection.take()
    }
}

impl Body for Arriving {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            return Poll::Ready(frame);
        }
        if let Some(connection) = &mut self.connection {
            drive(&mut connection.driver, context);
        }
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
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
        poll_fn(|context| {
            loop {
                let Some((mut connection, since)) = self.idle().pop() else { return Poll::Ready(None) };
                if since.elapsed() < self.keep_for && connection.is_reusable(context) {
                    return Poll::Ready(Some(connection));
                }
            }
        })
        .await
    }

    /// A new connection.
    pub(super) async fn connect(&self) -> Result<Connection, Box<dyn Error + Send + Sync>> {
        let stream = self.connector.call(self.destination.clone()).await?;
        let (sender, driver) = http1::Builder::new().max_buf_size(READ_AHEAD).handshake(stream).await?;
        let driver = async move {
            if let Err(error) = driver.await {
                tracing::debug!(%error, "a provider's connection ended");
            }
        };
        Ok(Connection { sender, driver: Some(Box::pin(driver)) })
    }

    /// Takes back a connection whose reply was read to its end. Nobody drives it until it is used again, so those that
    /// were not used for too long are closed here.
    pub(crate) fn put_back(&self, connection: Connection) {
        if connection.sender.is_closed() {
            return;
        }
        let now = Instant::now();
        let mut idle = self.idle();
        let outdated =
            idle.iter().take_while(|(_, since)| now.duration_since(*since) >= self.keep_for).count();
        let surplus = (idle.len() + 1).saturating_sub(self.keep);
        let closed = outdated.max(surplus).min(idle.len());
        idle.drain(..closed);
        idle.push((connection, now));
    }

    fn idle(&self) -> MutexGuard<'_, Vec<(Connection, Instant)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
