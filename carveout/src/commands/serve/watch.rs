//! Records of designations that arrive while the gateway runs: the workspace's folder is looked at, and what counts is
//! adopted.

use std::{
    collections::BTreeMap,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use carveout_gateway::{Adopter, Adoption};
use carveout_ledger::{AdoptedRecord, Timestamp, VerifierKey};
use miette::{IntoDiagnostic, WrapErr, miette};

use crate::workspace::{
    Binding, Monitors, Signers, Store, When, Workspace, adopted_records, bind, designation_statement,
    designations_adopted, keep, terms_adopted,
};

/// Between two looks at the folder. Together with a sync of the ledger it leaves most of a second.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// What is known of the folder, and what is in force.
pub(in crate::commands) struct Watch {
    workspace: Arc<Workspace>,
    signers: Arc<Signers>,
    /// The parties' keys.
    pinned: Arc<BTreeMap<String, VerifierKey>>,
    adopted: Vec<AdoptedRecord>,
    stacks: BTreeMap<String, carveout_terms::Digest>,
    seen: Option<Folder>,
}

/// A folder's files, by everything that a change of one changes.
type Folder = BTreeMap<PathBuf, (u64, i64, i64, u64)>;

/// What the folder's records come to.
struct Found {
    store: Store,
    bindings: Vec<Binding>,
    monitors: Monitors,
}

impl Watch {
    /// To be made before the records are read: what changes after that is seen.
    pub(super) fn look(workspace: &Workspace) -> Option<Folder> {
        folder(&directory(workspace)).ok()
    }

    pub(super) fn after_start(
        workspace: Workspace,
        (signers, pinned): (Signers, BTreeMap<String, VerifierKey>),
        bindings: &[Binding],
        (store, adopted): (&Store, Vec<AdoptedRecord>),
        seen: Option<Folder>,
    ) -> Self {
        let mut watch = Self {
            workspace: Arc::new(workspace),
            signers: Arc::new(signers),
            pinned: Arc::new(pinned),
            adopted,
            stacks: stacks(bindings),
            seen,
        };
        watch.remember(store);
        watch
    }

    /// Adopts what arrives, until it is dropped.
    pub(in crate::commands) async fn run(mut self, adopter: Adopter) {
        let mut told = String::new();
        loop {
            tokio::time::sleep(LOOK_AGAIN).await;
            let now = folder(&directory(&self.workspace));
            let known = self.seen.as_ref().is_some_and(|seen| now.as_ref().is_ok_and(|now| now == seen));
            if known {
                continue;
            }
            // What can't be adopted now for a reason that may pass, such as a slow disk, is tried again.
            match self.adopt(&adopter).await {
                Ok(()) => {
                    self.seen = now.ok();
                    told.clear();
                }
                Err(error) => {
                    let why = format!("{error:#}");
                    if why != told {
                        tracing::error!(%why, "no designation was adopted; what was in force stays in force");
                        told = why;
                    }
                }
            }
        }
    }

    async fn adopt(&mut self, adopter: &Adopter) -> miette::Result<()> {
        let (workspace, adopted) = (self.workspace.clone(), self.adopted.clone());
        let pinned = self.pinned.clone();
        // Reading and compiling take their time; callers are answered meanwhile.
        let found = tokio::task::spawn_blocking(move || {
            let found = Found::read(&workspace, &adopted, &pinned)?;
            keep(&workspace, &found.bindings, &found.store)?;
            Ok::<_, miette::Report>(found)
        });
        let Found { store, bindings, monitors } = found.await.into_diagnostic()??;
        let mut events = designations_adopted(&store);
        if events.is_empty() {
            return Ok(());
        }
        let changed: Vec<Binding> = bindings
            .iter()
            .filter(|binding| self.stacks.get(binding.program.id()) != Some(&binding.stack.digest()))
            .cloned()
            .collect();
        events.extend(terms_adopted(&self.workspace, &changed, &self.signers));
        // What is monitored stands beside the limits, so it follows from other terms now.
        events.extend(monitors.keep(&self.workspace)?);
        let programs =
            bindings.iter().map(|binding| binding.terms(monitors.of(binding.program.id()))).collect();
        adopter
            .adopt(Adoption { events, programs })
            .await
            .into_diagnostic()
            .wrap_err("the designations could not be adopted")?;
        for stored in store.to_adopt() {
            let statement = designation_statement(&stored.record);
            tracing::info!(
                record = statement.id,
                version = statement.version,
                signers = stored.trust.signers.join(", "),
                programs = changed.len(),
                "adopted a designation"
            );
        }
        self.stacks = stacks(&bindings);
        self.remember(&store);
        Ok(())
    }

    fn remember(&mut self, store: &Store) {
        self.adopted.extend(store.to_adopt().map(|stored| {
            let statement = designation_statement(&stored.record);
            AdoptedRecord { record: statement.id, version: statement.version, digest: statement.digest }
        }));
    }
}

impl Found {
    /// What can't be read, signed by nobody, or enforced is left out, and said so: it must not keep anything else from
    /// counting.
    fn read(
        workspace: &Workspace,
        adopted: &[AdoptedRecord],
        pinned: &BTreeMap<String, VerifierKey>,
    ) -> miette::Result<Self> {
        let records = adopted_records(workspace, adopted)?;
        let (mut store, unread) = Store::beside(&workspace.root, &workspace.config, records)?;
        for why in unread.list() {
            tracing::error!(%why, "a record of a designation can't be read, and is left out");
        }
        loop {
            match bind(workspace, &store.register()) {
                Ok(bindings) => {
                    let now = Timestamp::from_millis(super::super::now().millis());
                    let monitors = Monitors::load(workspace, &bindings, pinned, (When::Running, now))?;
                    return Ok(Self { store, bindings, monitors });
                }
                Err(error) => {
                    let left_out =
                        error.designation().is_some_and(|designation| store.leave_out(designation));
                    if !left_out {
                        return Err(miette!("{error}"));
                    }
                    tracing::error!(%error, "a designation can't be enforced, and is left out");
                }
            }
        }
    }
}

fn stacks(bindings: &[Binding]) -> BTreeMap<String, carveout_terms::Digest> {
    bindings.iter().map(|binding| (binding.program.id().to_owned(), binding.stack.digest())).collect()
}

fn directory(workspace: &Workspace) -> PathBuf {
    workspace.root.join(&workspace.config.designations.directory)
}

fn folder(directory: &Path) -> std::io::Result<Folder> {
    let entries = match std::fs::read_dir(directory) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Folder::new()),
        entries => entries?,
    };
    let mut folder = Folder::new();
    for entry in entries {
        let entry = entry?;
        let data = entry.metadata()?;
        folder.insert(entry.path(), (data.len(), data.mtime(), data.mtime_nsec(), data.ino()));
    }
    Ok(folder)
}
