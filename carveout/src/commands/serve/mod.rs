//! `serve`: run the gateway of a workspace.

mod watch;

use std::{
    future::{self, Future},
    net::SocketAddr,
    path::Path,
};

use carveout_gateway::Gateway;
use carveout_ledger::{Entry, Timestamp};
use miette::{IntoDiagnostic, WrapErr};
use serde_json::json;
use tokio::signal::unix::{Signal, SignalKind, signal};

pub(super) use self::watch::Watch;
use crate::{
    cli::{Global, Serve},
    output::{Exit, Printer},
    workspace::{
        Monitors, OpenLedger, Store, When, Workspace, adopt, adopted_records, appoint, appointed, bind,
        examine, open_ledger, pin_officers, settings,
    },
};

pub(super) fn run(global: &Global, arguments: &Serve, printer: &Printer) -> miette::Result<Exit> {
    super::runtime()?.block_on(async {
        let loss = arguments.accept_lost_evidence.clone();
        let Started { gateway, watch } = start(&global.workspace, arguments.listen, loss).await?;
        let stopped = stopped();
        if printer.json() {
            printer.document(
                "serve",
                &json!({
                    "listening": gateway.local_addr().to_string(),
                    "metrics": gateway.metrics_addr().map(|address| address.to_string()),
                }),
            )?;
        } else {
            printer.line(format_args!("the gateway listens on http://{}", gateway.local_addr()));
            if let Some(address) = gateway.metrics_addr() {
                printer.line(format_args!("what it counts is at http://{address}/metrics"));
            }
            printer.note("stop it with Ctrl-C");
        }
        let watching = tokio::spawn(watch.run(gateway.adopter()));
        let ended = gateway.run(async {
            stopped.await;
            watching.abort();
        });
        ended.await.into_diagnostic().wrap_err("the gateway did not end well")?;
        Ok(Exit::Yes)
    })
}

/// A gateway that is about to run, and what looks after the workspace's designations while it does.
pub(super) struct Started {
    pub(super) gateway: Gateway,
    pub(super) watch: Watch,
}

/// Reads the workspace, opens its ledger, adopts its terms, and binds the gateway.
pub(super) async fn start(
    root: &Path,
    listen: Option<SocketAddr>,
    accept_loss: Option<String>,
) -> miette::Result<Started> {
    let workspace = Workspace::load(root)?;
    if workspace.programs.is_empty() || workspace.config.routes.is_empty() {
        tracing::warn!("without a program with a key, a provider and a route, every call is refused");
    }
    let open = open_ledger(&workspace, Timestamp::from_millis(super::now().millis())).await?;
    let ledger = open.ledger.clone();
    match bound(workspace, listen, open, accept_loss).await {
        Ok(started) => Ok(started),
        Err(error) => {
            ledger.close().await.into_diagnostic()?;
            Err(error)
        }
    }
}

/// Everything that can be refused is, before the adoption is recorded; callers are answered after it.
async fn bound(
    workspace: Workspace,
    listen: Option<SocketAddr>,
    open: OpenLedger,
    accept_loss: Option<String>,
) -> miette::Result<Started> {
    let signers = examine(&workspace, &open.pinned)?;
    let officers = appointed(&workspace, &open.pinned)?;
    let seen = Watch::look(&workspace);
    let adopted = adopted_records(&workspace, &open.designations)?;
    let (store, unread) = Store::beside(&workspace.root, &workspace.config, adopted)?;
    unread.into_result()?;
    let bindings = bind(&workspace, &store.register()).into_diagnostic()?;
    let pinned_officers = open.designation_officers.as_deref();
    let pin = pin_officers(&store.officers, pinned_officers, &store.directory)?;
    let held = !open.open_holds.is_empty();
    let monitors = Monitors::load(&workspace, &bindings, &open.pinned, (When::Starting, open.last_at))?;
    let settings = settings(&workspace, &bindings, listen, &open, &monitors, accept_loss)?;
    let gateway = Gateway::bind(settings).await.into_diagnostic()?;
    if let Some(event) = pin {
        let recorded = open.ledger.append(Entry { at: open.last_at, event }).await;
        recorded.into_diagnostic().wrap_err("the officers for designations could not be pinned")?;
    }
    adopt(&workspace, &bindings, &store, &open.ledger, &signers, open.last_at).await?;
    monitors.record(&workspace, &open.ledger, open.last_at).await?;
    appoint(officers, &open.ledger, held, open.last_at).await?;
    let known = (&store, open.designations);
    let watch = Watch::after_start(workspace, (signers, open.pinned), &bindings, known, seen);
    Ok(Started { gateway, watch })
}

/// Resolves when somebody wants the program to end. That can be noticed from this call on, so it is made before
/// anybody is told that the program is up.
pub(super) fn stopped() -> impl Future<Output = ()> {
    let [mut interrupt, mut terminate] = [SignalKind::interrupt(), SignalKind::terminate()].map(|kind| {
        signal(kind).inspect_err(|error| tracing::warn!(%error, "can't be stopped by a signal")).ok()
    });
    async move {
        tokio::select! {
            () = received(&mut interrupt) => {}
            () = received(&mut terminate) => {}
        }
    }
}

async fn received(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => {
            signal.recv().await;
        }
        None => future::pending().await,
    }
}
