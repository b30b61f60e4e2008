//! A failed sync, a full disk, a disk that does not answer.

use std::{sync::Arc, time::Duration};

use carveout_ledger::{
    storage::{Disk, Storage, StorageFile},
    verify::verify_storage,
    *,
};

use crate::common::{
    disk::{Fault, MemoryDisk},
    *,
};

/// Appends until the ledger fails; then everything later must fail, and what was acknowledged must be there
/// after opening again, even if the power goes meanwhile.
fn survive(fault: Fault, after: u64, options: Options) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let disk = MemoryDisk::default();
    let mut acknowledged = Vec::new();
    runtime.block_on(async {
        let ledger = Ledger::create_in(Arc::new(disk.clone()), options.clone(), key(), genesis()).unwrap();
        disk.fail_after(after, fault);
        for number in 1..2_000 {
            match ledger.append(denied(number)).await {
                Ok(position) => acknowledged.push(position),
                Err(error) => {
                    assert!(matches!(error, LedgerError::Poisoned { .. }), "{error}");
                    break;
                }
            }
        }
        assert!(!ledger.healthy(), "{fault:?} after {after}: unhealthy");
        let later = ledger.append(denied(9_999)).await.unwrap_err();
        assert!(matches!(later, LedgerError::Poisoned { .. }), "{later}");
        assert!(ledger.close().await.is_err());
    });
    // The same machine goes on, and loses power right after: a tail that merely reads back is gone then.
    disk.heal();
    let opened = runtime.block_on(async {
        let (ledger, recovery) = Ledger::open_in(Arc::new(disk.clone()), patient(), key()).unwrap();
        acknowledged.push(ledger.append(denied(10_000)).await.unwrap());
        recovery
    });
    assert!(opened.entries >= acknowledged.len() as u64, "{fault:?} after {after}");
    let disk = disk.after_power_cut(after);
    let (ledger, _) = Ledger::open_in(Arc::new(disk.clone()), patient(), key()).unwrap();
    for position in &acknowledged {
        assert_eq!(
            leaf_hash(&ledger.entry(position.index).unwrap()),
            position.leaf,
            "{fault:?} after {after}"
        );
    }
    drop(ledger);
    verify_storage(&disk, &key().verifier(), None, |_| ()).unwrap();
}

#[test]
fn a_failed_sync_or_a_full_disk_stops_the_ledger_and_loses_nothing() {
    let rotating = Options { segment_bytes: 2_000, ..eager() };
    for fault in [Fault::SyncError, Fault::DiskFull] {
        for after in [0, 1, 2, 3, 5, 8, 13, 21, 34, 55] {
            survive(fault, after, patient());
            survive(fault, after, eager());
            survive(fault, after, rotating.clone());
        }
    }
}

/// A disk whose syncs take as long as they are told to.
struct Slow {
    disk: MemoryDisk,
    stuck: Arc<std::sync::RwLock<()>>,
}

struct SlowFile(Box<dyn StorageFile>, Arc<std::sync::RwLock<()>>);

impl Storage for Slow {
    fn create_directory(&self, path: &str) -> std::io::Result<()> {
        self.disk.create_directory(path)
    }
    fn list(&self, directory: &str) -> std::io::Result<Vec<String>> {
        self.disk.list(directory)
    }
    fn read(&self, path: &str) -> std::io::Result<Vec<u8>> {
        self.disk.read(path)
    }
    fn create(&self, path: &str) -> std::io::Result<Box<dyn StorageFile>> {
        Ok(Box::new(SlowFile(self.disk.create(path)?, self.stuck.clone())))
    }
    fn rename(&self, from: &str, to: &str) -> std::io::Result<()> {
        self.disk.rename(from, to)
    }
    fn remove(&self, path: &str) -> std::io::Result<()> {
        self.disk.remove(path)
    }
    fn remove_directory(&self, path: &str) -> std::io::Result<()> {
        self.disk.remove_directory(path)
    }
    fn sync_directory(&self, path: &str) -> std::io::Result<()> {
        self.disk.sync_directory(path)
    }
    fn lock(&self, path: &str) -> std::io::Result<Option<Box<dyn Send>>> {
        self.disk.lock(path)
    }
}

impl StorageFile for SlowFile {
    fn append(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.0.append(bytes)
    }
    fn sync(&mut self) -> std::io::Result<()> {
        let _answered = self.1.read().unwrap();
        self.0.sync()
    }
}

#[tokio::test]
#[expect(clippy::await_holding_lock, reason = "holding it is what makes the disk silent")]
async fn a_disk_that_does_not_answer_is_an_error_within_the_deadline() {
    let stuck = Arc::new(std::sync::RwLock::new(()));
    let storage = Arc::new(Slow { disk: MemoryDisk::default(), stuck: stuck.clone() });
    let options = Options { commit_deadline: Duration::from_secs(1), ..patient() };
    let ledger = Ledger::create_in(storage, options, key(), genesis()).unwrap();
    assert!(ledger.append(denied(1)).await.is_ok());
    let silence = stuck.write().unwrap();
    assert_eq!(ledger.append(denied(2)).await, Err(LedgerError::Deadline { millis: 1_000 }));
    assert!(!ledger.healthy(), "a disk that does not answer is not healthy");
    drop(silence);
    // It answers again: nothing failed, so the ledger goes on, and the late entry has its place.
    assert_eq!(ledger.append(denied(3)).await.unwrap().index, 3);
    assert!(ledger.healthy());
}

/// The operating system itself refuses: files may not grow beyond a limit, as on a disk that is full.
#[test]
fn a_real_file_that_can_not_grow_stops_the_ledger_and_loses_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let output = crate::kills::writer(directory.path()).limit_file_size(200).run_to_the_end();
    assert!(output.stopped.contains("Poisoned"), "{}", output.stopped);
    assert!(output.acknowledged.len() > 5, "it worked for a while");
    let (ledger, recovery) =
        Ledger::open_in(Arc::new(Disk::new(directory.path())), patient(), key()).unwrap();
    assert!(recovery.entries > output.acknowledged.len() as u64);
    for position in &output.acknowledged {
        assert_eq!(leaf_hash(&ledger.entry(position.index).unwrap()), position.leaf);
    }
}
