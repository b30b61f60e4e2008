//! From settings to a running gateway, and to its end.

use std::{
    net::SocketAddr,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use carveout_ledger::{Ledger, LedgerError, Statistics};
use tokio::{net::TcpListener, sync::Semaphore, time::timeout};

use crate::{
    adopter::Adopter,
    callers::Callers,
    holds,
    house::House,
    kept,
    metrics::Watching,
    settings::{Settings, SettingsError},
};

/// How long settlements may take once the last request is over.
const SETTLEMENTS: Duration = Duration::from_secs(10);

/// Between two lines of the log about what the ledger has done since the start.
const COUNTED: Duration = Duration::from_secs(60);

/// After a failure to accept (no file descriptors left, mostly), before the next try.
const ACCEPT_AGAIN: Duration = Duration::from_millis(50);

/// A gateway that listens and is about to run.
pub struct Gateway {
    listener: TcpListener,
    address: SocketAddr,
    watching: Option<Watching>,
    house: Arc<House>,
}

/// Why a gateway ended badly.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// Some settlements were not recorded; the next start closes their attempts as interrupted.
    #[error("settlements were still open after {} s; they will be recorded as interrupted at the next start", .0.as_secs())]
    Unsettled(Duration),
    /// The ledger could not be closed.
    #[error("the ledger could not be closed")]
    Ledger(#[from] LedgerError),
}

impl Gateway {
    /// Checks the settings, loads the TLS roots and starts to listen. Must be called on the runtime that it will run on.
    ///
    /// # Errors
    /// See [`SettingsError`].
    pub async fn bind(settings: Settings) -> Result<Self, SettingsError> {
        let address = settings.listen;
        let (begun, metrics) = (settings.last_at, settings.metrics);
        let house = Arc::new(House::build(settings)?);
        kept::begin(&house, begun).await?;
        let refused = |source| SettingsError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let watching = match &metrics {
            Some(metrics) => Some(Watching::bind(metrics).await?),
            None => None,
        };
        Ok(Self { listener, address, watching, house })
    }

    /// Where it listens; tells the port when the settings left it to the system.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Where it tells what it counts, if it does.
    #[must_use]
    pub fn metrics_addr(&self) -> Option<SocketAddr> {
        self.watching.as_ref().map(Watching::address)
    }

    /// What can change the terms that it decides by, also while it runs.
    #[must_use]
    pub fn adopter(&self) -> Adopter {
        Adopter::of(&self.house)
    }

    /// Serves until `shutdown` resolves. Then it stops accepting, lets requests under way finish within the drain
    /// time, cuts off the rest, records every settlement, and closes the ledger.
    ///
    /// # Errors
    /// See [`RunError`].
    pub async fn run(self, shutdown: impl Future<Output = ()> + Send) -> Result<(), RunError> {
        let Self { listener, address, watching, house } = self;
        tracing::info!(%address, "listening");
        let mut callers = Callers::of(house.clone());
        let counting = tokio::spawn(count(house.ledger.clone()));
        let sweeping = tokio::spawn(holds::sweep(house.clone()));
        let watching = watching.map(|watching| tokio::spawn(watching.run(house.clone())));
        accept(listener, &house, &mut callers, shutdown).await;
        house.draining.store(true, Ordering::Relaxed);
        callers.leave(house.patience.drain).await;
        // What is being erased is finished in a task of the gateway once nobody sweeps any more.
        sweeping.abort();
        drop(sweeping.await);
        let settled = timeout(SETTLEMENTS, house.tasks.finished()).await;
        counting.abort();
        watching.into_iter().for_each(|watching| watching.abort());
        tell(&house.ledger.statistics());
        kept::end(&house).await;
        house.ledger.clone().close().await?;
        settled.map_err(|_elapsed| RunError::Unsettled(SETTLEMENTS))
    }
}

/// Tells every so often how well the ledger keeps up, while something is recorded.
async fn count(ledger: Ledger) {
    let mut told = Statistics::default();
    loop {
        tokio::time::sleep(COUNTED).await;
        let now = ledger.statistics();
        if now.entries > told.entries {
            tell(&now);
            told = now;
        }
    }
}

fn tell(statistics: &Statistics) {
    tracing::info!(
        entries = statistics.entries,
        syncs = statistics.syncs,
        entries_per_sync = format_args!("{:.1}", statistics.entries_per_sync()),
        checkpoints = statistics.checkpoints,
        "ledger"
    );
}

async fn accept(
    listener: TcpListener,
    house: &Arc<House>,
    callers: &mut Callers,
    shutdown: impl Future<Output = ()> + Send,
) {
    let places = Arc::new(Semaphore::new(house.limits.connections));
    tokio::pin!(shutdown);
    loop {
        let place = tokio::select! {
            () = &mut shutdown => return,
            Ok(place) = places.clone().acquire_owned() => place,
        };
        let accepted = tokio::select! {
            () = &mut shutdown => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _caller)) => callers.attend(stream, place),
            Err(error) => {
                tracing::warn!(%error, "could not accept a connection");
                tokio::time::sleep(ACCEPT_AGAIN).await;
            }
        }
    }
}
