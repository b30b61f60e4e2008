//! `serve`: run the gateway of a workspace.

use std::{
    future::{self, Future},
    net::SocketAddr,
    path::Path,
};

use carveout_gateway::Gateway;
use carveout_ledger::Timestamp;
use miette::{IntoDiagnostic, WrapErr};
use serde_json::json;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::{
    cli::{Global, Serve},
    output::{Exit, Printer},
    workspace::{Monitors, OpenLedger, Workspace, adopt, appoint, appointed, examine, open_ledger, settings},
};

pub(super) fn run(global: &Global, arguments: &Serve, printer: &Printer) -> miette::Result<Exit> {
    super::runtime()?.block_on(async {
        let loss = arguments.accept_lost_evidence.clone();
        let gateway = start(&global.workspace, arguments.listen, loss).await?;
        let stopped = stopped();
        if printer.json() {
            printer.document("serve", &json!({ "listening": gateway.local_addr().to_string() }))?;
        } else {
            printer.line(format_args!("the gateway listens on http://{}", gateway.local_addr()));
            printer.note("stop it with Ctrl-C");
        }
        gateway.run(stopped).await.into_diagnostic().wrap_err("the gateway did not end well")?;
        Ok(Exit::Yes)
    })
}

/// Reads the workspace, opens its ledger, adopts its terms, and binds the gateway.
pub(super) async fn start(
    root: &Path,
    listen: Option<SocketAddr>,
    accept_loss: Option<String>,
) -> miette::Result<Gateway> {
    let workspace = Workspace::load(root)?;
    if workspace.programs.is_empty() || workspace.config.routes.is_empty() {
        tracing::warn!("without a program with a key, a provider and a route, every call is refused");
    }
    let open = open_ledger(&workspace, Timestamp::from_millis(super::now().millis())).await?;
    match bind(&workspace, listen, &open, accept_loss).await {
        Ok(gateway) => Ok(gateway),
        Err(error) => {
            open.ledger.close().await.into_diagnostic()?;
            Err(error)
        }
    }
}

/// Everything that can be refused is, before the adoption is recorded; callers are answered after it.
async fn bind(
    workspace: &Workspace,
    listen: Option<SocketAddr>,
    open: &OpenLedger,
    accept_loss: Option<String>,
) -> miette::Result<Gateway> {
    let signers = examine(workspace, &open.pinned)?;
    let officers = appointed(workspace, &open.pinned)?;
    let monitors = Monitors::load(workspace, &open.pinned, open.last_at)?;
    let settings = settings(workspace, listen, open, &monitors, accept_loss)?;
    let gateway = Gateway::bind(settings).await.into_diagnostic()?;
    adopt(workspace, &open.ledger, &signers, open.last_at).await?;
    monitors.record(workspace, &open.ledger, open.last_at).await?;
    appoint(officers, &open.ledger, !open.open_holds.is_empty(), open.last_at).await?;
    Ok(gateway)
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
