//! The workspace's ledger: founded once, opened by one gateway at a time.

use std::{collections::BTreeMap, path::Path, time::Duration};

use carveout_ledger::{
    AdoptedRecord, DesignationSigner, Entry, Event, EvidenceKnown, Genesis, Ledger, OpenHold, Options,
    PinnedKey, SigningKey, Timestamp, VerifierKey,
};
use miette::{IntoDiagnostic, WrapErr, miette};

use super::{Workspace, examine, log_signing_key, pinned_keys};

/// A ledger that is open for writing, with what its gateway must know.
pub(crate) struct OpenLedger {
    pub(crate) ledger: Ledger,
    /// The keys that are pinned for the parties, rotations followed.
    pub(crate) pinned: BTreeMap<String, VerifierKey>,
    /// What is on hold, as far as it is not erased.
    pub(crate) open_holds: Vec<OpenHold>,
    /// The records of designations that were adopted.
    pub(crate) designations: Vec<AdoptedRecord>,
    /// Whose signatures on them count, if that is pinned, rotations followed.
    pub(crate) designation_officers: Option<Vec<DesignationSigner>>,
    /// What is kept outside the ledger for meters.
    pub(crate) evidence: EvidenceKnown,
    /// No entry may be dated before this.
    pub(crate) last_at: Timestamp,
}

/// Opens the ledger of a workspace, founding it the first time. Attempts that a crash left open are
/// recorded as interrupted.
pub(crate) async fn open_ledger(workspace: &Workspace, now: Timestamp) -> miette::Result<OpenLedger> {
    let directory = workspace.ledger_directory();
    let key = log_signing_key(workspace)?;
    let configured = pinned_keys(workspace)?;
    let options = options(workspace);
    if !is_founded(&directory) {
        // Keys are pinned for good: not before the parties have signed with them.
        examine(workspace, &configured)?;
        let genesis = genesis(&key, &configured);
        let ledger =
            Ledger::create(&directory, options, key, Entry { at: now, event: Event::Genesis(genesis) })
                .into_diagnostic()
                .wrap_err_with(|| format!("the ledger in `{}` could not be founded", directory.display()))?;
        tracing::info!(directory = %directory.display(), parties = configured.len(), "founded the ledger");
        return Ok(OpenLedger {
            ledger,
            pinned: configured,
            open_holds: Vec::new(),
            designations: Vec::new(),
            designation_officers: None,
            evidence: EvidenceKnown::default(),
            last_at: now,
        });
    }
    let open = recover(&directory, options, key, now).await?;
    agreed(&open.pinned, &configured)?;
    Ok(open)
}

/// Opens the ledger of a workspace whose configuration may name keys that are yet to be rotated to.
pub(crate) async fn open_for_rotation(workspace: &Workspace, now: Timestamp) -> miette::Result<OpenLedger> {
    recover(&workspace.ledger_directory(), options(workspace), log_signing_key(workspace)?, now).await
}

async fn recover(
    directory: &Path,
    options: Options,
    key: SigningKey,
    now: Timestamp,
) -> miette::Result<OpenLedger> {
    let (ledger, recovery) = Ledger::open(directory, options, key)
        .into_diagnostic()
        .wrap_err_with(|| format!("the ledger in `{}` could not be opened", directory.display()))?;
    let pinned = recovery
        .parties
        .iter()
        .map(|pin| Ok((pin.party.clone(), pin.key.parse().into_diagnostic()?)))
        .collect::<miette::Result<_>>()?;
    let interruptions = recovery.interruptions(now, "the gateway stopped before the end was known");
    tracing::info!(
        entries = recovery.entries,
        replayed = recovery.replayed,
        torn_bytes = recovery.torn_bytes,
        interrupted = interruptions.len(),
        "opened the ledger"
    );
    if recovery.torn_bytes > 0 {
        tracing::warn!(
            torn_bytes = recovery.torn_bytes,
            "the end of the write-ahead log was cut short, as by a crash in the midst of a write. Nothing in it had been \
             acknowledged; if nothing crashed, somebody changed the file: compare receipts from before with this ledger"
        );
    }
    ledger
        .append_all(interruptions)
        .await
        .into_diagnostic()
        .wrap_err("interrupted attempts could not be recorded")?;
    let (open_holds, designations, last_at) =
        (recovery.open_holds, recovery.designations, recovery.last_at.max(now));
    let (designation_officers, evidence) = (recovery.designation_officers, recovery.evidence);
    Ok(OpenLedger { ledger, pinned, open_holds, designations, designation_officers, evidence, last_at })
}

/// Whether a ledger has been founded in a folder.
fn is_founded(directory: &Path) -> bool {
    directory.join("checkpoint").exists()
}

fn options(workspace: &Workspace) -> Options {
    // Each checkpoint costs some files; a receipt waits for the next one.
    let mut options = Options { publish_interval: Duration::from_millis(250), ..Options::default() };
    if let Some(millis) = workspace.config.ledger.publish_every_ms {
        options.publish_interval = Duration::from_millis(millis);
    }
    if let Some(seconds) = workspace.config.gateway.seconds.admission {
        options.commit_deadline = Duration::from_secs(seconds);
    }
    options
}

fn genesis(key: &SigningKey, parties: &BTreeMap<String, VerifierKey>) -> Genesis {
    Genesis {
        origin: key.name().to_owned(),
        log_key: key.verifier().to_string(),
        parties: parties
            .iter()
            .map(|(party, key)| PinnedKey { party: party.clone(), key: key.to_string() })
            .collect(),
        software: concat!("carveout ", env!("CARGO_PKG_VERSION")).to_owned(),
    }
}

/// Keys are replaced by rotation only, never by editing the configuration.
fn agreed(
    pinned: &BTreeMap<String, VerifierKey>,
    configured: &BTreeMap<String, VerifierKey>,
) -> miette::Result<()> {
    for (party, key) in configured {
        match pinned.get(party) {
            Some(known) if known.to_string() == key.to_string() => {}
            Some(_) => {
                return Err(miette!(
                    help = "the party's old key must sign the new one: `carveout ledger rotate`",
                    "the key configured for `{party}` is not the one that is pinned for it"
                ));
            }
            None => {
                return Err(miette!(
                    help = "parties are pinned when the ledger is founded; a new party needs a new workspace",
                    "`{party}` has a key in the configuration, but none is pinned for it"
                ));
            }
        }
    }
    Ok(())
}
