//! A disk that can be told to fail or not to answer.

use std::{
    io,
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use carveout_ledger::storage::{Disk, Storage, StorageFile};

#[derive(Clone)]
pub struct MoodyDisk {
    disk: Disk,
    mood: Arc<Mood>,
}

#[derive(Default)]
pub struct Mood {
    fails: AtomicBool,
    stalled: Mutex<bool>,
    goes_on: Condvar,
    waiting: AtomicU64,
    syncs: AtomicU64,
}

impl Mood {
    pub fn fail(&self) {
        self.fails.store(true, Ordering::SeqCst);
    }

    /// From now on no sync is answered, until the disk goes on.
    pub fn stall(&self) {
        *self.stalled.lock().unwrap() = true;
    }

    pub fn go_on(&self) {
        *self.stalled.lock().unwrap() = false;
        self.goes_on.notify_all();
    }

    /// How many syncs wait for the disk to go on.
    pub fn waiting(&self) -> u64 {
        self.waiting.load(Ordering::SeqCst)
    }

    /// How many syncs of file contents have succeeded.
    pub fn syncs(&self) -> u64 {
        self.syncs.load(Ordering::SeqCst)
    }

    /// Waits while the disk is stalled, though not for ever: a test that failed must end.
    fn wait(&self) {
        let stalled = self.stalled.lock().unwrap();
        self.waiting.fetch_add(1, Ordering::SeqCst);
        drop(self.goes_on.wait_timeout_while(stalled, Duration::from_secs(60), |stalled| *stalled).unwrap());
        self.waiting.fetch_sub(1, Ordering::SeqCst);
    }

    fn check(&self) -> io::Result<()> {
        if self.fails.load(Ordering::SeqCst) { Err(io::Error::other("injected")) } else { Ok(()) }
    }
}

impl MoodyDisk {
    pub fn new(disk: Disk) -> (Self, Arc<Mood>) {
        let mood = Arc::<Mood>::default();
        (Self { disk, mood: mood.clone() }, mood)
    }
}

struct MoodyFile {
    file: Box<dyn StorageFile>,
    mood: Arc<Mood>,
}

impl StorageFile for MoodyFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.mood.check()?;
        self.file.append(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.mood.wait();
        self.mood.check()?;
        self.file.sync()?;
        self.mood.syncs.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

impl Storage for MoodyDisk {
    fn create_directory(&self, path: &str) -> io::Result<()> {
        self.disk.create_directory(path)
    }

    fn list(&self, directory: &str) -> io::Result<Vec<String>> {
        self.disk.list(directory)
    }

    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.disk.read(path)
    }

    fn create(&self, path: &str) -> io::Result<Box<dyn StorageFile>> {
        Ok(Box::new(MoodyFile { file: self.disk.create(path)?, mood: self.mood.clone() }))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.disk.rename(from, to)
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        self.disk.remove(path)
    }

    fn remove_directory(&self, path: &str) -> io::Result<()> {
        self.disk.remove_directory(path)
    }

    fn sync_directory(&self, path: &str) -> io::Result<()> {
        self.disk.sync_directory(path)
    }

    fn lock(&self, path: &str) -> io::Result<Option<Box<dyn Send>>> {
        self.disk.lock(path)
    }
}
