//! What the ledger asks of a disk, so small that every failure can be injected.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Seek as _, SeekFrom, Write as _},
    path::PathBuf,
};

/// A directory tree. Paths are relative to its root and use `/`.
///
/// Nothing is durable until it is synced: a file's content by [`StorageFile::sync`], names (creations, renames)
/// by [`Storage::sync_directory`] on the directory that holds them.
pub trait Storage: Send + Sync + 'static {
    /// Makes a directory and its parents; one that exists is left alone.
    fn create_directory(&self, path: &str) -> io::Result<()>;
    /// Names in a directory, in no order; none if it doesn't exist.
    fn list(&self, directory: &str) -> io::Result<Vec<String>>;
    /// A file's whole content.
    fn read(&self, path: &str) -> io::Result<Vec<u8>>;
    /// Makes an empty file, or empties one that exists.
    fn create(&self, path: &str) -> io::Result<Box<dyn StorageFile>>;
    /// Gives a file another name, replacing what has that name.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, path: &str) -> io::Result<()>;
    /// Removes a directory with the files in it; one that doesn't exist is no error.
    fn remove_directory(&self, path: &str) -> io::Result<()>;
    /// Makes the names in a directory durable.
    fn sync_directory(&self, path: &str) -> io::Result<()>;
    /// Takes the exclusive lock on a file until the value is dropped; `None` if another holds it.
    fn lock(&self, path: &str) -> io::Result<Option<Box<dyn Send>>>;
}

/// A file that only grows.
pub trait StorageFile: Send {
    /// Writes all of these bytes at the end.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Makes everything written durable.
    fn sync(&mut self) -> io::Result<()>;
    /// Makes room after what was appended: zeroes, which later appends replace. A sync of what fills room is cheaper
    /// than of what lengthens the file, whose new length must be written too. Room is a convenience: where none can
    /// be made, this does nothing.
    fn make_room(&mut self, bytes: u64) -> io::Result<()> {
        let _ = bytes;
        Ok(())
    }
}

/// A directory of the local file system.
#[derive(Debug, Clone)]
pub struct Disk {
    root: PathBuf,
}

impl Disk {
    /// The directory `root`, which need not exist yet.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    fn path(&self, path: &str) -> PathBuf {
        if path.is_empty() { self.root.clone() } else { self.root.join(path) }
    }
}

impl Storage for Disk {
    fn create_directory(&self, path: &str) -> io::Result<()> {
        fs::create_dir_all(self.path(path))
    }

    fn list(&self, directory: &str) -> io::Result<Vec<String>> {
        let listing = match fs::read_dir(self.path(directory)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            listing => listing?,
        };
        listing.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
    }

    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        fs::read(self.path(path))
    }

    fn create(&self, path: &str) -> io::Result<Box<dyn StorageFile>> {
        let file = OpenOptions::new().write(true).create(true).truncate(true).open(self.path(path))?;
        Ok(Box::new(file))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.path(from), self.path(to))
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        fs::remove_file(self.path(path))
    }

    fn remove_directory(&self, path: &str) -> io::Result<()> {
        match fs::remove_dir_all(self.path(path)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            result => result,
        }
    }

    fn sync_directory(&self, path: &str) -> io::Result<()> {
        File::open(self.path(path))?.sync_all()
    }

    fn lock(&self, path: &str) -> io::Result<Option<Box<dyn Send>>> {
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(self.path(path))?;
        // flock: the kernel gives it back when the process dies, however it dies.
        match file.try_lock() {
            Ok(()) => Ok(Some(Box::new(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

impl StorageFile for File {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }

    fn make_room(&mut self, bytes: u64) -> io::Result<()> {
        let end = self.stream_position()?;
        let made = write_zeroes(self, bytes);
        self.seek(SeekFrom::Start(end))?;
        match made {
            // What is appended will say so itself, if it doesn't fit either.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::StorageFull | io::ErrorKind::FileTooLarge | io::ErrorKind::QuotaExceeded
                ) =>
            {
                Ok(())
            }
            made => made,
        }
    }
}

/// Writes so many zeroes, in few calls.
fn write_zeroes(file: &mut File, mut bytes: u64) -> io::Result<()> {
    static ZEROES: [u8; 128 << 10] = [0; 128 << 10];
    while bytes > 0 {
        let some = usize::try_from(bytes).unwrap_or(ZEROES.len()).min(ZEROES.len());
        file.write_all(ZEROES.get(..some).unwrap_or_default())?;
        bytes -= some as u64;
    }
    Ok(())
}

/// The directory that holds a path.
pub(crate) fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// Where files are written before they get their names; emptied when the ledger is opened.
pub(crate) const STAGING: &str = "staging";

/// Writes a whole file under a staging name, syncs it and renames it. Whoever reads the name sees all of the
/// new content or all of the old. The name is durable once its directory is synced.
pub(crate) fn stage(storage: &dyn Storage, staged: &str, path: &str, bytes: &[u8]) -> io::Result<()> {
    let temporary = format!("{STAGING}/{staged}");
    let mut file = storage.create(&temporary)?;
    file.append(bytes)?;
    file.sync()?;
    storage.rename(&temporary, path)
}

/// [`stage`], with the directory synced.
pub(crate) fn write_durably(storage: &dyn Storage, staged: &str, path: &str, bytes: &[u8]) -> io::Result<()> {
    stage(storage, staged, path, bytes)?;
    storage.sync_directory(parent(path))
}

/// Makes a directory durable with all its parents inside the root.
pub(crate) fn create_directory_durably(storage: &dyn Storage, path: &str) -> io::Result<()> {
    storage.create_directory(path)?;
    sync_parents(storage, path)
}

/// Syncs the directories above this one, so that its own name is durable.
pub(crate) fn sync_parents(storage: &dyn Storage, path: &str) -> io::Result<()> {
    let mut directory = path;
    while !directory.is_empty() {
        directory = parent(directory);
        storage.sync_directory(directory)?;
    }
    Ok(())
}

/// Reads a file that may not exist.
pub(crate) fn read_if_present(storage: &dyn Storage, path: &str) -> io::Result<Option<Vec<u8>>> {
    match storage.read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        result => result.map(Some),
    }
}
