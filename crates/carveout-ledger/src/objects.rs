//! Content-addressed objects: adopted agreements, vocabularies and programs, by their SHA-256 digest.

use std::path::Path;

use crate::{
    Digest, LedgerError,
    storage::{Disk, STAGING, Storage, create_directory_durably, read_if_present, write_durably},
};

/// The directory of objects inside a ledger.
pub(crate) const DIRECTORY: &str = "objects/sha256";

/// Bytes that entries refer to by digest. They are part of what must be backed up: without them a ruling can't
/// be recomputed.
#[derive(Debug, Clone)]
pub struct Objects<S = Disk> {
    storage: S,
}

impl Objects {
    /// The objects of the ledger in this directory, which need not be open.
    pub fn of_ledger(directory: &Path) -> Self {
        Self::new(Disk::new(directory))
    }
}

impl<S: Storage> Objects<S> {
    /// The objects of the ledger on this storage.
    pub fn new(storage: S) -> Self {
        Self { storage }
    }

    /// Stores bytes durably, under the digest that is returned. Storing them again changes nothing.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn put(&self, bytes: &[u8]) -> Result<Digest, LedgerError> {
        let digest = Digest::of(bytes);
        let path = path(&digest);
        let failed = |error| LedgerError::io("write", &path, &error);
        if self.get(&digest).is_ok_and(|stored| stored.is_some()) {
            // It may have been written and not yet synced before a crash.
            self.storage.sync_directory(DIRECTORY).map_err(failed)?;
            return Ok(digest);
        }
        for directory in [STAGING, DIRECTORY] {
            create_directory_durably(&self.storage, directory).map_err(failed)?;
        }
        write_durably(&self.storage, &format!("object-{}", digest.hex()), &path, bytes).map_err(failed)?;
        Ok(digest)
    }

    /// The bytes with this digest, or `None` if they were never stored.
    ///
    /// # Errors
    /// [`LedgerError::Corrupt`] if the stored bytes have another digest; the disk refuses.
    pub fn get(&self, digest: &Digest) -> Result<Option<Vec<u8>>, LedgerError> {
        let path = path(digest);
        let stored =
            read_if_present(&self.storage, &path).map_err(|error| LedgerError::io("read", &path, &error))?;
        match stored {
            Some(bytes) if Digest::of(&bytes) != *digest => {
                Err(LedgerError::corrupt(path, "the object was changed: restore it"))
            }
            stored => Ok(stored),
        }
    }
}

fn path(digest: &Digest) -> String {
    format!("{DIRECTORY}/{}", digest.hex())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_found_by_its_digest_and_a_changed_one_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let objects = Objects::of_ledger(directory.path());
        let digest = objects.put(b"an agreement").unwrap();
        assert_eq!(objects.put(b"an agreement"), Ok(digest));
        assert_eq!(objects.get(&digest).unwrap().as_deref(), Some(b"an agreement".as_slice()));
        assert_eq!(objects.get(&Digest::of(b"another")), Ok(None));
        std::fs::write(directory.path().join(path(&digest)), b"an Agreement").unwrap();
        assert!(matches!(objects.get(&digest), Err(LedgerError::Corrupt { .. })));
        assert_eq!(objects.put(b"an agreement"), Ok(digest), "putting it again repairs it");
        assert!(objects.get(&digest).is_ok());
        assert_eq!(directory.path().join("staging").read_dir().unwrap().count(), 0);
    }
}
