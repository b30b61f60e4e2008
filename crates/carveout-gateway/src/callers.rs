//! The connections of callers: each is served in a task of its own, and all of them are let finish at the end.

use std::{convert::Infallible, sync::Arc, time::Duration};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulConnection, GracefulShutdown},
};
use tokio::{net::TcpStream, sync::OwnedSemaphorePermit, task::JoinSet, time::timeout};

use crate::{door::Patient, house::House, request};

/// Room for a body's first piece behind a head of the longest kind. A connection keeps as much for as long as it lives.
const BEHIND_THE_HEAD: usize = 8 << 10;

/// Whoever is connected.
pub(crate) struct Callers {
    house: Arc<House>,
    server: http1::Builder,
    connections: JoinSet<()>,
    graceful: GracefulShutdown,
}

impl Callers {
    pub(crate) fn of(house: Arc<House>) -> Self {
        let mut server = http1::Builder::new();
        server
            .timer(TokioTimer::new())
            .header_read_timeout(house.patience.head)
            .max_header_size(house.limits.head)
            .max_buf_size(house.limits.head + BEHIND_THE_HEAD);
        Self { house, server, connections: JoinSet::new(), graceful: GracefulShutdown::new() }
    }

    /// Serves who has come, in a task of its own, and gives `place` back when they leave.
    pub(crate) fn attend(&mut self, stream: TcpStream, place: OwnedSemaphorePermit) {
        while self.connections.try_join_next().is_some() {}
        let serving = self.graceful.watch(self.serving(stream));
        self.connections.spawn(async move {
            if let Err(error) = serving.await {
                tracing::debug!(%error, "a caller's connection ended");
            }
            drop(place);
        });
    }

    fn serving(&self, stream: TcpStream) -> impl GracefulConnection<Error = hyper::Error> + use<> {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a caller's connection keeps Nagle's algorithm");
        }
        let house = self.house.clone();
        let patient = Patient::new(stream, house.patience.stalled_caller);
        let service = service_fn(move |request| {
            let house = house.clone();
            async move { Ok::<_, Infallible>(request::answer(house, request).await) }
        });
        self.server.serve_connection(TokioIo::new(patient), service)
    }

    /// Lets requests under way finish within `drain`, and cuts off the rest.
    pub(crate) async fn leave(mut self, drain: Duration) {
        tracing::info!(connections = self.connections.len(), "draining");
        if timeout(drain, self.graceful.shutdown()).await.is_err() {
            tracing::warn!(connections = self.connections.len(), "cutting off what did not finish in time");
        }
        // Dropping a connection drops the attempt in it, which settles it in a task of the gateway.
        self.connections.shutdown().await;
    }
}
