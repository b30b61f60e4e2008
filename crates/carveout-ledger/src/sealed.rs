//! The bodies of uses on hold, encrypted, until their hold ends.
//!
//! They belong to the customer, as the openings do, and are kept outside the ledger: a file for each hold, named after
//! it, and one key. Each body is encrypted (ChaCha20-Poly1305, RFC 8439) under a key of its own, derived from the
//! kept key and the hold's name, and bound to the commitment in the entry that opened the hold: the file of one hold
//! can't be shown as another's. A body is on the disk before its hold is in the ledger, and is removed when the hold
//! has ended. Destroying the key puts every body that is still kept beyond reach, also in copies of the folder.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::{
    Commitment, HoldId,
    digest::{parse_hex, push_hex},
};

const EXTENSION: &str = ".sealed";
const DOMAIN: &[u8] = b"carveout held body v1\n";

/// Why a body can't be kept, shown or erased.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealedError {
    /// The directory can't be used.
    #[error("could not {action} `{place}`: {cause}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// Where.
        place: String,
        /// What the system said.
        cause: String,
    },
    /// The key's file is not what was written.
    #[error("`{place}` is not a key of 64 hexadecimal digits: restore it from a backup")]
    Key {
        /// The file.
        place: String,
    },
    /// The file is not what was written for this hold, or was written under another key.
    #[error("the body of `{hold}` can't be opened: its file was changed, or the key is another one")]
    Damaged {
        /// The hold.
        hold: HoldId,
    },
    /// The body is not there.
    #[error("the body of `{hold}` is not kept here: it was erased, or its file was lost")]
    Gone {
        /// The hold.
        hold: HoldId,
    },
    /// The system gave no randomness.
    #[error("the system has no randomness to give")]
    Randomness,
}

/// The held bodies in one directory.
pub struct SealedBodies {
    directory: PathBuf,
    key: Zeroizing<[u8; 32]>,
}

impl std::fmt::Debug for SealedBodies {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "SealedBodies({})", self.directory.display())
    }
}

impl SealedBodies {
    /// The bodies in a directory, under the key in a file; both are made if they aren't there.
    ///
    /// # Errors
    /// The disk refuses; the file is no key.
    pub fn keep(directory: &Path, key: &Path) -> Result<Self, SealedError> {
        for folder in [Some(directory), key.parent()].into_iter().flatten() {
            let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
            made.map_err(|error| failed("make", folder, &error))?;
        }
        match Self::read(directory, key) {
            Err(SealedError::Io { .. }) if !key.exists() => {
                draw(key)?;
                Self::read(directory, key)
            }
            read => read,
        }
    }

    /// The bodies in a directory that somebody else keeps.
    ///
    /// # Errors
    /// The key can't be read.
    pub fn read(directory: &Path, key: &Path) -> Result<Self, SealedError> {
        Ok(Self { directory: directory.to_owned(), key: read_key(key)? })
    }

    /// Keeps a body. When this returns it is on the disk.
    ///
    /// # Errors
    /// The disk refuses, or there is no randomness: hold nothing then.
    pub fn seal(&self, hold: HoldId, commitment: &Commitment, body: &[u8]) -> Result<(), SealedError> {
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce).map_err(|_unavailable| SealedError::Randomness)?;
        let mut sealed = body.to_vec();
        let (key, bound) = (self.key_of(hold)?, bound(hold, commitment));
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(bound), &mut sealed)
            .map_err(|_too_long| SealedError::Damaged { hold })?;
        let (path, staged) = (self.path(hold), self.directory.join(format!("{hold}.new")));
        let write = || {
            let mut file =
                OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&staged)?;
            file.write_all(&nonce)?;
            file.write_all(&sealed)?;
            file.sync_all()?;
            fs::rename(&staged, &path)?;
            File::open(&self.directory)?.sync_all()
        };
        write().map_err(|error| failed("write", &path, &error))
    }

    /// The body of a hold, whose commitment is in the ledger.
    ///
    /// # Errors
    /// [`SealedError::Gone`] if it is not there, [`SealedError::Damaged`] if it is not what was sealed.
    pub fn open(&self, hold: HoldId, commitment: &Commitment) -> Result<Vec<u8>, SealedError> {
        let path = self.path(hold);
        let mut sealed = match fs::read(&path) {
            Ok(sealed) => sealed,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(SealedError::Gone { hold }),
            Err(error) => return Err(failed("read", &path, &error)),
        };
        let damaged = || SealedError::Damaged { hold };
        let (nonce, text) = sealed.split_at_mut_checked(NONCE_LEN).ok_or_else(damaged)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_length| damaged())?;
        let opened = self.key_of(hold)?.open_in_place(nonce, Aad::from(bound(hold, commitment)), text);
        opened.map(|body| body.to_vec()).map_err(|_other| damaged())
    }

    /// Removes the body of a hold, if it is there.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn erase(&self, hold: HoldId) -> Result<(), SealedError> {
        let path = self.path(hold);
        let removed = match fs::remove_file(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other.and_then(|()| File::open(&self.directory)?.sync_all()),
        };
        removed.map_err(|error| failed("remove", &path, &error))
    }

    /// Removes what no open hold needs: what a crash left between a body's sealing and its hold's entry.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn erase_all_but(&self, needed: &[HoldId]) -> Result<(), SealedError> {
        let refused = |error| failed("read", &self.directory, &error);
        for file in fs::read_dir(&self.directory).map_err(refused)? {
            let file = file.map_err(refused)?;
            let name = file.file_name().to_string_lossy().into_owned();
            let hold = name.strip_suffix(EXTENSION).and_then(|hold| hold.parse::<HoldId>().ok());
            let staged = name.strip_suffix(".new").is_some_and(|hold| hold.parse::<HoldId>().is_ok());
            if staged || hold.is_some_and(|hold| !needed.contains(&hold)) {
                fs::remove_file(file.path()).map_err(|error| failed("remove", &file.path(), &error))?;
            }
        }
        Ok(())
    }

    fn path(&self, hold: HoldId) -> PathBuf {
        self.directory.join(format!("{hold}{EXTENSION}"))
    }

    /// Everything hashed has one length, so no hold's key says anything about another's.
    fn key_of(&self, hold: HoldId) -> Result<LessSafeKey, SealedError> {
        let mut hasher = Sha256::new();
        hasher.update(self.key.as_slice());
        hasher.update(DOMAIN);
        hasher.update(hold.decision().as_bytes());
        let key = Zeroizing::new(<[u8; 32]>::from(hasher.finalize()));
        let key = UnboundKey::new(&CHACHA20_POLY1305, key.as_slice());
        Ok(LessSafeKey::new(key.map_err(|_length| SealedError::Damaged { hold })?))
    }
}

/// What a body is sealed with, so that it opens as nothing else.
fn bound(hold: HoldId, commitment: &Commitment) -> Vec<u8> {
    let mut bound = DOMAIN.to_vec();
    bound.extend_from_slice(format!("{hold}\n{}\n", commitment.digest()).as_bytes());
    bound
}

/// A key of 32 bytes in a file of its own, drawn if it isn't there and may be new.
pub(crate) fn kept_key(path: &Path, may_be_new: bool) -> Result<Zeroizing<[u8; 32]>, SealedError> {
    if may_be_new && !path.exists() {
        if let Some(folder) = path.parent() {
            let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
            made.map_err(|error| failed("make", folder, &error))?;
        }
        draw(path)?;
    }
    read_key(path)
}

fn read_key(path: &Path) -> Result<Zeroizing<[u8; 32]>, SealedError> {
    let text = fs::read_to_string(path).map(Zeroizing::new).map_err(|error| failed("read", path, &error))?;
    let bytes = parse_hex::<32>(text.trim_end());
    bytes.map(Zeroizing::new).ok_or_else(|| SealedError::Key { place: path.display().to_string() })
}

fn draw(path: &Path) -> Result<(), SealedError> {
    let mut key = Zeroizing::new([0; 32]);
    getrandom::fill(key.as_mut_slice()).map_err(|_unavailable| SealedError::Randomness)?;
    let mut text = Zeroizing::new(String::with_capacity(65));
    push_hex(&mut text, key.as_slice());
    text.push('\n');
    let write = || {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    };
    write().map_err(|error| failed("write", path, &error))
}

fn failed(action: &'static str, place: &Path, error: &io::Error) -> SealedError {
    SealedError::Io { action, place: place.display().to_string(), cause: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CommittedPart, DecisionId, Salt};

    fn hold(byte: u8) -> HoldId {
        HoldId::of(DecisionId::from_bytes([byte; 16]))
    }

    fn commitment(byte: u8) -> Commitment {
        Commitment::to(CommittedPart::Request, &Salt::from_bytes([byte; 32]), b"body")
    }

    #[test]
    fn a_body_opens_as_its_own_hold_and_commitment_only_until_it_is_erased() {
        let folder = tempfile::tempdir().unwrap();
        let (directory, key) = (folder.path().join("held"), folder.path().join("openings/held.key"));
        let text = b"a text that nobody may find on the disk";
        let bodies = SealedBodies::keep(&directory, &key).unwrap();
        bodies.seal(hold(1), &commitment(1), text).unwrap();
        bodies.seal(hold(2), &commitment(2), b"other").unwrap();
        let file = directory.join(format!("{}.sealed", hold(1)));
        let stored = fs::read(&file).unwrap();
        assert!(!stored.windows(8).any(|window| window == &text[2..10]), "it stands there in the clear");

        let again = SealedBodies::keep(&directory, &key).unwrap();
        assert_eq!(again.open(hold(1), &commitment(1)).unwrap(), text);
        assert_eq!(again.open(hold(1), &commitment(2)), Err(SealedError::Damaged { hold: hold(1) }));
        fs::copy(&file, directory.join(format!("{}.sealed", hold(2)))).unwrap();
        assert_eq!(again.open(hold(2), &commitment(1)), Err(SealedError::Damaged { hold: hold(2) }));
        let mut changed = stored.clone();
        changed[20] ^= 1;
        for wrong in [changed, stored[..5].to_vec(), Vec::new()] {
            fs::write(&file, wrong).unwrap();
            assert_eq!(again.open(hold(1), &commitment(1)), Err(SealedError::Damaged { hold: hold(1) }));
        }
        fs::write(&file, &stored).unwrap();
        fs::write(&key, "00".repeat(32)).unwrap();
        let other = SealedBodies::read(&directory, &key).unwrap();
        assert_eq!(other.open(hold(1), &commitment(1)), Err(SealedError::Damaged { hold: hold(1) }));

        again.erase(hold(1)).unwrap();
        again.erase(hold(1)).unwrap();
        assert_eq!(again.open(hold(1), &commitment(1)), Err(SealedError::Gone { hold: hold(1) }));
    }

    #[test]
    fn what_no_hold_needs_is_removed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let bodies = SealedBodies::keep(folder.path(), &folder.path().join("held.key")).unwrap();
        for byte in [1, 2] {
            bodies.seal(hold(byte), &commitment(byte), b"body").unwrap();
        }
        bodies.erase_all_but(&[hold(2)]).unwrap();
        assert_eq!(bodies.open(hold(1), &commitment(1)), Err(SealedError::Gone { hold: hold(1) }));
        assert!(bodies.open(hold(2), &commitment(2)).is_ok());
        assert!(folder.path().join("held.key").exists());
        fs::write(folder.path().join("held.key"), "no key").unwrap();
        let read = SealedBodies::keep(folder.path(), &folder.path().join("held.key"));
        assert!(matches!(read, Err(SealedError::Key { .. })), "a damaged key is not replaced");
    }
}
