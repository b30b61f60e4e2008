//! The openings of commitments: what turns a [`Commitment`] in an entry into proof of what a body was.
//!
//! They belong to the customer and are kept in a directory of their own, beside the ledger and never in it: whoever
//! holds ledger and openings can test guesses about any body. The directory holds a file a day,
//! `<year>-<month>-<day>.secret`, with 256 random bits. The salt of a commitment is derived from the secret of the day
//! on which the use was decided and from the decision's name (see [`Salt::derive`]), so a day's file is written once,
//! is durable before the first commitment of that day is made, and is never changed. One salt can be given away
//! without giving away any other.
//!
//! **To back up:** every file. While a day's file is lost, nobody can show what a body of that day was: the ledger
//! verifies as before, and its commitments stay closed. To destroy a day's file, with its copies, is therefore the
//! way to put the bodies of that day beyond anybody's proof.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use zeroize::Zeroizing;

use crate::{
    Commitment, CommittedPart, DecisionId, Digest, Salt, Timestamp,
    digest::{parse_hex, push_hex},
};

const EXTENSION: &str = ".secret";
const DAY_MILLIS: i64 = 86_400_000;

/// Why a commitment can't be made or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpeningsError {
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
    /// A file is not what was written.
    #[error("`{place}` is damaged: restore it from a backup")]
    Damaged {
        /// The file.
        place: String,
    },
    /// A day's file is not there.
    #[error(
        "the openings of {day} are not in `{place}`: restore them from a backup; without them nobody can show what a body of that day was"
    )]
    Lost {
        /// The directory.
        place: String,
        /// The day.
        day: String,
    },
    /// The system gave no randomness.
    #[error("the system has no randomness to give")]
    Randomness,
}

/// The openings in one directory, which has one writer: the gateway that holds the ledger's lock.
#[derive(Debug)]
pub struct Openings {
    directory: PathBuf,
    /// The secret that was used last.
    current: Mutex<Option<(i64, Arc<Secret>)>>,
}

struct Secret(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

impl Openings {
    /// The openings in a directory, which is made if it isn't there.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn keep(directory: &Path) -> Result<Self, OpeningsError> {
        let failed = |error: io::Error| io_error("make", directory, &error);
        DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(failed)?;
        let above = directory.canonicalize().map_err(failed)?;
        above.parent().map_or(Ok(()), sync).map_err(failed)?;
        Ok(Self::read(directory))
    }

    /// The openings in a directory that somebody else keeps.
    pub fn read(directory: &Path) -> Self {
        Self { directory: directory.to_owned(), current: Mutex::default() }
    }

    /// Makes sure that uses decided at this time can be committed to.
    ///
    /// # Errors
    /// See [`Openings::salt`].
    pub fn prepare(&self, at: Timestamp) -> Result<(), OpeningsError> {
        self.of_day(at.millis().div_euclid(DAY_MILLIS)).map(drop)
    }

    /// The salt for the commitment to a part of a use that is decided at this time. When this returns, what the salt
    /// is derived from is on the disk.
    ///
    /// # Errors
    /// The disk refuses, or the day's file is damaged: commit to nothing then.
    pub fn salt(
        &self,
        at: Timestamp,
        decision: &DecisionId,
        part: CommittedPart,
    ) -> Result<Salt, OpeningsError> {
        let secret = self.of_day(at.millis().div_euclid(DAY_MILLIS))?;
        Ok(Salt::derive(&secret.0, decision, part))
    }

    /// The salt with which this content opens a commitment; `None` if it is not what was committed to. `at` is the
    /// time of the entry that holds the commitment. A settlement may be entered days after its decision, whose day
    /// counts, so earlier days are tried too.
    ///
    /// # Errors
    /// [`OpeningsError::Lost`] if the day's file is not there; the disk refuses; a file is damaged.
    pub fn opens(
        &self,
        commitment: &Commitment,
        at: Timestamp,
        decision: &DecisionId,
        part: CommittedPart,
        content: &[u8],
    ) -> Result<Option<Salt>, OpeningsError> {
        let own = name(at.millis().div_euclid(DAY_MILLIS));
        let listing = fs::read_dir(&self.directory);
        let listing = listing.map_err(|error| io_error("read", &self.directory, &error))?;
        let mut days: Vec<String> =
            listing.flatten().map(|file| file.file_name().to_string_lossy().into_owned()).collect();
        days.retain(|name| name.ends_with(EXTENSION) && *name <= own);
        days.sort_unstable_by(|one, other| other.cmp(one));
        for name in &days {
            let path = self.directory.join(name);
            let secret = load(&path)?.ok_or_else(|| damaged(&path))?;
            let salt = Salt::derive(&secret.0, decision, part);
            if commitment.opens(part, &salt, content) {
                return Ok(Some(salt));
            }
        }
        if days.first() == Some(&own) {
            return Ok(None);
        }
        let (place, day) = (self.directory.display().to_string(), own.trim_end_matches(EXTENSION).to_owned());
        Err(OpeningsError::Lost { place, day })
    }

    fn of_day(&self, day: i64) -> Result<Arc<Secret>, OpeningsError> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, secret)) = &*current
            && *of == day
        {
            return Ok(secret.clone());
        }
        let path = self.directory.join(name(day));
        let secret = match load(&path)? {
            Some(secret) => secret,
            None => create(&self.directory, &path)?,
        };
        Ok(current.insert((day, Arc::new(secret))).1.clone())
    }
}

/// The name of a day's file. Names sort as days do.
fn name(day: i64) -> String {
    let text = Timestamp::from_millis(day.saturating_mul(DAY_MILLIS)).to_string();
    let (date, _) = text.split_once('T').unwrap_or((&text, ""));
    format!("{date}{EXTENSION}")
}

/// One line: the secret, and a digest of it that tells damage.
fn load(path: &Path) -> Result<Option<Secret>, OpeningsError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io_error("read", path, &error)),
    };
    let read = || {
        let (secret, digest) = text.strip_suffix('\n')?.split_once(' ')?;
        let secret = Zeroizing::new(parse_hex::<32>(secret)?);
        (digest.parse() == Ok(Digest::of(secret.as_slice()))).then_some(Secret(secret))
    };
    read().ok_or_else(|| damaged(path)).map(Some)
}

/// Draws a day's secret and makes it durable before anybody uses it.
fn create(directory: &Path, path: &Path) -> Result<Secret, OpeningsError> {
    let mut secret = Zeroizing::new([0; 32]);
    getrandom::fill(secret.as_mut_slice()).map_err(|_unavailable| OpeningsError::Randomness)?;
    let mut text = Zeroizing::new(String::with_capacity(140));
    push_hex(&mut text, secret.as_slice());
    text.push(' ');
    text.push_str(&Digest::of(secret.as_slice()).to_string());
    text.push('\n');
    // What a crash left under this name was never used.
    let staged = directory.join("new");
    let write = || {
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&staged)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&staged, path)?;
        sync(directory)
    };
    write().map_err(|error| io_error("write", path, &error))?;
    Ok(Secret(secret))
}

fn sync(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

fn io_error(action: &'static str, place: &Path, error: &io::Error) -> OpeningsError {
    OpeningsError::Io { action, place: place.display().to_string(), cause: error.to_string() }
}

fn damaged(path: &Path) -> OpeningsError {
    OpeningsError::Damaged { place: path.display().to_string() }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    const REQUEST: CommittedPart = CommittedPart::Request;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn id(byte: u8) -> DecisionId {
        DecisionId::from_bytes([byte; 16])
    }

    #[test]
    fn what_was_committed_to_is_shown_after_a_restart_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let directory = folder.path().join("openings");
        let (morning, next) = (at("2026-03-05T09:30:00.000Z"), at("2026-03-06T00:00:00.000Z"));
        let salt = Openings::keep(&directory).unwrap().salt(morning, &id(1), REQUEST).unwrap();
        let commitment = Commitment::to(REQUEST, &salt, b"body");
        let openings = Openings::keep(&directory).unwrap();
        assert_eq!(openings.salt(morning, &id(1), REQUEST), Ok(salt), "the day's secret was kept");
        openings.salt(next, &id(2), REQUEST).unwrap();
        let opens = |at, id, part, body: &[u8]| openings.opens(&commitment, at, &id, part, body).unwrap();
        assert_eq!(opens(morning, id(1), REQUEST, b"body"), Some(salt));
        assert_eq!(opens(next, id(1), REQUEST, b"body"), Some(salt), "entered the day after it was decided");
        assert_eq!(opens(morning, id(1), REQUEST, b"Body"), None);
        assert_eq!(opens(morning, id(2), REQUEST, b"body"), None);
        assert_eq!(opens(morning, id(1), CommittedPart::Response, b"body"), None);
        let salts = [(morning, id(1)), (morning, id(2)), (next, id(1))]
            .map(|(at, id)| *openings.salt(at, &id, REQUEST).unwrap().as_bytes());
        assert!(salts[0] != salts[1] && salts[0] != salts[2], "one salt for each day and decision");
    }

    #[test]
    fn a_days_file_is_its_owners_alone_and_is_written_once() {
        let folder = tempfile::tempdir().unwrap();
        let directory = folder.path().join("a/b");
        let openings = Openings::keep(&directory).unwrap();
        for hour in ["00:00:00.000", "23:59:59.999"] {
            openings.salt(at(&format!("2026-12-31T{hour}Z")), &id(1), REQUEST).unwrap();
        }
        let files: Vec<_> = fs::read_dir(&directory).unwrap().map(|file| file.unwrap()).collect();
        assert_eq!(files.len(), 1);
        assert_eq!(files[0].file_name(), "2026-12-31.secret");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&directory), mode(&files[0].path())), (0o700, 0o600));
    }

    #[test]
    fn lost_and_damaged_openings_are_told_and_nothing_is_committed_to_by_them() {
        let folder = tempfile::tempdir().unwrap();
        let day = at("2026-03-05T09:30:00.000Z");
        let salt = Openings::keep(folder.path()).unwrap().salt(day, &id(1), REQUEST).unwrap();
        let commitment = Commitment::to(REQUEST, &salt, b"body");
        let file = folder.path().join("2026-03-05.secret");
        let kept = fs::read_to_string(&file).unwrap();
        let digit = if kept.starts_with('0') { "1" } else { "0" };
        for damaged in [String::new(), kept[..40].to_owned(), format!("{digit}{}", &kept[1..])] {
            fs::write(&file, damaged).unwrap();
            let openings = Openings::read(folder.path());
            assert!(matches!(openings.salt(day, &id(1), REQUEST), Err(OpeningsError::Damaged { .. })));
            let opened = openings.opens(&commitment, day, &id(1), REQUEST, b"body");
            assert!(matches!(opened, Err(OpeningsError::Damaged { .. })), "{opened:?}");
        }
        fs::remove_file(&file).unwrap();
        let lost = Openings::read(folder.path()).opens(&commitment, day, &id(1), REQUEST, b"body");
        assert!(matches!(lost, Err(OpeningsError::Lost { day, .. }) if day == "2026-03-05"));
        fs::write(&file, kept).unwrap();
        let restored = Openings::read(folder.path()).opens(&commitment, day, &id(1), REQUEST, b"body");
        assert_eq!(restored, Ok(Some(salt)));
    }
}
