//! What the ledger asks of a disk, so small that every failure can be injected.

mod blocks;
mod disk;

pub use self::disk::Disk;

use std::io;

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
    /// Writes all of these bytes at the end. After an error some of them may be there, and nothing more may be written to this
    /// file.
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
