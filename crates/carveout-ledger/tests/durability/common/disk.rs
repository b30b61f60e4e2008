//! A disk in memory that tells what is durable from what is merely written, and can fail at any operation.
//!
//! It is as unkind as POSIX allows: names are durable only after their directory is synced, and after a failed
//! sync the data reads back although it never reached the disk, and the next sync reports success.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::{Arc, Mutex, MutexGuard},
};

use carveout_ledger::storage::{Storage, StorageFile};

/// What happens at the operation that was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The power goes: this and every later operation fails.
    PowerCut,
    /// A sync fails with an input/output error; anything else works.
    SyncError,
    /// The disk is full from here on: half of what is appended arrives.
    DiskFull,
}

#[derive(Clone, Default)]
struct File {
    content: Vec<u8>,
    /// Where the next append goes: there may be room after it.
    end: usize,
    /// The content as of the last sync.
    durable: Vec<u8>,
    /// Where something was written since.
    changed: std::ops::Range<usize>,
    /// What a failed sync has lost: it reads back, and will never be written.
    lost: bool,
}

#[derive(Clone, Default)]
struct State {
    files: BTreeMap<u64, File>,
    names: BTreeMap<String, u64>,
    durable_names: BTreeMap<String, u64>,
    directories: BTreeSet<String>,
    durable_directories: BTreeSet<String>,
    next_file: u64,
    operations: u64,
    fault: Option<(u64, Fault)>,
    locked: bool,
}

#[derive(Clone, Default)]
pub(crate) struct MemoryDisk(Arc<Mutex<State>>);

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

impl File {
    /// Writes over what is there, or beyond it.
    fn write(&mut self, at: usize, bytes: &[u8]) {
        let end = at + bytes.len();
        if self.content.len() < end {
            self.content.resize(end, 0);
        }
        self.content[at..end].copy_from_slice(bytes);
        self.changed = if self.changed.is_empty() {
            at..end
        } else {
            self.changed.start.min(at)..self.changed.end.max(end)
        };
    }

    fn harden(&mut self) {
        self.durable.clone_from(&self.content);
        self.changed = 0..0;
    }
}

fn not_found() -> io::Error {
    io::ErrorKind::NotFound.into()
}

/// A small generator: tests must be repeatable from a seed.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound.max(1)
    }
}

impl MemoryDisk {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Lets the fault happen once this many more operations were done.
    pub(crate) fn fail_after(&self, operations: u64, fault: Fault) {
        let mut state = self.state();
        state.fault = Some((state.operations + operations, fault));
    }

    pub(crate) fn heal(&self) {
        self.state().fault = None;
    }

    /// What another machine would find on this disk if the power went now: durable content, some of what was
    /// not durable, and sectors of it that were never written.
    pub(crate) fn after_power_cut(&self, seed: u64) -> Self {
        let (old, mut random) = (self.state().clone(), Random(seed));
        let mut new = State { next_file: old.next_file, ..State::default() };
        let directories = old.directories.iter();
        new.directories = directories
            .filter(|name| old.durable_directories.contains(*name) || random.below(2) == 0)
            .cloned()
            .collect();
        let paths: BTreeSet<&String> = old.names.keys().chain(old.durable_names.keys()).collect();
        for path in paths {
            let (now, durable) = (old.names.get(path), old.durable_names.get(path));
            let kept = if now == durable || random.below(2) == 0 { durable } else { now };
            let inside = ancestors(path).all(|directory| new.directories.contains(directory));
            if let (Some(file), true) = (kept, inside) {
                new.names.insert(path.clone(), *file);
                new.files.insert(*file, tear(&old.files[file], &mut random));
            }
        }
        new.directories.retain(|name| ancestors(name).all(|above| old.directories.contains(above)));
        new.durable_names = new.names.clone();
        new.durable_directories = new.directories.clone();
        Self(Arc::new(Mutex::new(new)))
    }

    /// Changes a file's content behind everybody's back.
    pub(crate) fn edit(&self, path: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let mut state = self.state();
        let file = state.names[path];
        let file = state.files.get_mut(&file).unwrap();
        change(&mut file.content);
        file.end = file.content.len();
        file.harden();
    }

    /// Paths of all files.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.state().names.keys().cloned().collect()
    }

    /// An independent copy.
    pub(crate) fn copy(&self) -> Self {
        let mut state = self.state().clone();
        (state.locked, state.fault) = (false, None);
        Self(Arc::new(Mutex::new(state)))
    }

    /// Counts an operation; fails if its time has come.
    fn step(&self, sync: bool) -> io::Result<MutexGuard<'_, State>> {
        let mut state = self.state();
        state.operations += 1;
        match state.fault {
            Some((at, Fault::PowerCut)) if state.operations > at => Err(io::Error::other("the power is cut")),
            Some((at, Fault::SyncError)) if sync && state.operations > at => {
                state.fault = None;
                Err(io::Error::from_raw_os_error(5))
            }
            _ => Ok(state),
        }
    }
}

fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(parent(path)), |above| (!above.is_empty()).then(|| parent(above)))
        .filter(|above| !above.is_empty())
}

/// A sector arrives as a whole or not at all.
fn tear(file: &File, random: &mut Random) -> File {
    let mut content = file.content.clone();
    let durable = file.durable.len();
    let unsynced = content.len().saturating_sub(durable) as u64;
    content.truncate(durable + random.below(unsynced + 1) as usize);
    let changed = file.changed.start..file.changed.end.min(content.len());
    let beyond = durable.div_ceil(512);
    // Of what was written over something older, any sector may be missing; of what was beyond, one.
    let missing = random.below(2 * (content.len() / 512 + 1).saturating_sub(beyond) as u64) as usize + beyond;
    for sector in changed.start / 512..changed.end.div_ceil(512) {
        let (from, to) = ((sector * 512).max(changed.start), (sector * 512 + 512).min(changed.end));
        let is_missing = if sector < beyond { random.below(2) == 0 } else { sector == missing };
        for at in if is_missing { from..to } else { 0..0 } {
            content[at] = file.durable.get(at).copied().unwrap_or(0);
        }
    }
    let mut torn = File { end: content.len(), content, ..File::default() };
    torn.harden();
    torn
}

impl Storage for MemoryDisk {
    fn create_directory(&self, path: &str) -> io::Result<()> {
        let mut state = self.step(false)?;
        for directory in ancestors(path).chain([path]).filter(|path| !path.is_empty()) {
            state.directories.insert(directory.to_owned());
        }
        Ok(())
    }

    fn list(&self, directory: &str) -> io::Result<Vec<String>> {
        let state = self.state();
        let all = state.names.keys().chain(&state.directories);
        let inside = all.filter(|path| parent(path) == directory);
        Ok(inside.map(|path| path.rsplit('/').next().unwrap().to_owned()).collect())
    }

    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        let state = self.state();
        let file = state.names.get(path).ok_or_else(not_found)?;
        Ok(state.files[file].content.clone())
    }

    fn create(&self, path: &str) -> io::Result<Box<dyn StorageFile>> {
        let mut state = self.step(false)?;
        if !parent(path).is_empty() && !state.directories.contains(parent(path)) {
            return Err(not_found());
        }
        state.next_file += 1;
        let file = state.next_file;
        state.files.insert(file, File::default());
        state.names.insert(path.to_owned(), file);
        Ok(Box::new(Open { disk: self.clone(), file }))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut state = self.step(false)?;
        let file = state.names.remove(from).ok_or_else(not_found)?;
        state.names.insert(to.to_owned(), file);
        Ok(())
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        self.step(false)?.names.remove(path).map(drop).ok_or_else(not_found)
    }

    fn remove_directory(&self, path: &str) -> io::Result<()> {
        let mut state = self.step(false)?;
        let inside = |name: &String| name == path || ancestors(name).any(|above| above == path);
        state.names.retain(|name, _| !inside(name));
        state.directories.retain(|name| !inside(name));
        Ok(())
    }

    fn sync_directory(&self, path: &str) -> io::Result<()> {
        let mut state = self.step(true)?;
        let state = &mut *state;
        state.durable_names.retain(|name, _| parent(name) != path);
        let names = state.names.iter().filter(|(name, _)| parent(name) == path);
        state.durable_names.extend(names.map(|(name, file)| (name.clone(), *file)));
        state.durable_directories.retain(|name| parent(name) != path);
        let directories = state.directories.iter().filter(|name| parent(name) == path);
        state.durable_directories.extend(directories.cloned());
        Ok(())
    }

    fn lock(&self, _: &str) -> io::Result<Option<Box<dyn Send>>> {
        let mut state = self.state();
        if std::mem::replace(&mut state.locked, true) {
            return Ok(None);
        }
        Ok(Some(Box::new(Unlock(self.clone()))))
    }
}

struct Unlock(MemoryDisk);

impl Drop for Unlock {
    fn drop(&mut self) {
        self.0.state().locked = false;
    }
}

struct Open {
    disk: MemoryDisk,
    file: u64,
}

impl StorageFile for Open {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.disk.step(false)?;
        let full = matches!(state.fault, Some((at, Fault::DiskFull)) if state.operations > at);
        let file = state.files.get_mut(&self.file).unwrap();
        // What there is room for can always be written.
        let fits = file.content.len().saturating_sub(file.end);
        if full && fits < bytes.len() {
            file.write(file.end, &bytes[..fits.max(bytes.len() / 2)]);
            return Err(io::ErrorKind::StorageFull.into());
        }
        file.write(file.end, bytes);
        file.end += bytes.len();
        Ok(())
    }

    fn make_room(&mut self, bytes: u64) -> io::Result<()> {
        let mut state = self.disk.step(false)?;
        let full = matches!(state.fault, Some((at, Fault::DiskFull)) if state.operations > at);
        let file = state.files.get_mut(&self.file).unwrap();
        let (from, end) = (file.content.len(), file.end + if full { 0 } else { bytes as usize });
        if end > from {
            file.write(from, &vec![0; end - from]);
        }
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        match self.disk.step(true) {
            Ok(mut state) => {
                let file = state.files.get_mut(&self.file).unwrap();
                if !file.lost {
                    let changed = std::mem::replace(&mut file.changed, 0..0);
                    file.durable.resize(file.content.len(), 0);
                    file.durable[changed.clone()].copy_from_slice(&file.content[changed]);
                }
                Ok(())
            }
            Err(error) => {
                self.disk.state().files.get_mut(&self.file).unwrap().lost = true;
                Err(error)
            }
        }
    }
}
