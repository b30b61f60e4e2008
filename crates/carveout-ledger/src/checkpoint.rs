//! Checkpoints: the signed size and root of the log at one moment.
//!
//! <https://c2sp.org/tlog-checkpoint>

use crate::{Digest, Note, NoteError, SigningKey, VerifierKey, encoding};

/// How large the log was and what its root hash was then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: Digest,
}

/// Why a checkpoint can't be read or believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The note itself is wrong.
    #[error("checkpoint: {0}")]
    Note(#[from] NoteError),
    /// The signed text is not a checkpoint.
    #[error(
        "the signed text is not a checkpoint: it must be an origin, a decimal size and a base 64 root hash"
    )]
    Malformed,
    /// A checkpoint of another log.
    #[error("the checkpoint is of the log `{found}`, expected `{expected}`")]
    Origin {
        /// The key's name.
        expected: String,
        /// The origin line.
        found: String,
    },
}

impl Checkpoint {
    /// States a size and root.
    pub fn new(origin: &str, size: u64, root: Digest) -> Self {
        Self { origin: origin.to_owned(), size, root }
    }

    /// The log's identity.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The number of entries.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The RFC 6962 tree hash over those entries.
    pub fn root(&self) -> Digest {
        self.root
    }

    /// The text that is signed.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, encoding::encode(self.root.as_bytes()))
    }

    /// Signs the checkpoint; the result is a signed note.
    ///
    /// # Errors
    /// An origin that is not one line.
    pub fn sign(&self, key: &SigningKey) -> Result<String, CheckpointError> {
        let text = self.text();
        Self::parse_text(&text)?;
        let mut note = Note::new(text)?;
        note.sign(key)?;
        Ok(note.to_string())
    }

    /// Reads a checkpoint that the log's key signed. The origin must be the key's name.
    ///
    /// # Errors
    /// See [`CheckpointError`].
    pub fn verify(note: &str, key: &VerifierKey) -> Result<Self, CheckpointError> {
        let note = Note::parse(note)?;
        note.verify(key)?;
        let checkpoint = Self::parse_text(note.text())?;
        if checkpoint.origin == key.name() {
            return Ok(checkpoint);
        }
        Err(CheckpointError::Origin { expected: key.name().to_owned(), found: checkpoint.origin })
    }

    /// Reads a note's text as a checkpoint. Nothing about its signatures is known: see [`Checkpoint::verify`].
    ///
    /// # Errors
    /// [`CheckpointError::Malformed`].
    pub fn parse_text(text: &str) -> Result<Self, CheckpointError> {
        let mut lines = text.strip_suffix('\n').ok_or(CheckpointError::Malformed)?.split('\n');
        let mut line = || lines.next().filter(|line| !line.is_empty()).ok_or(CheckpointError::Malformed);
        let (origin, size, root) = (line()?, line()?, line()?);
        let number = size.parse::<u64>().map_err(|_| CheckpointError::Malformed)?;
        let root = encoding::decode_hash(root).ok_or(CheckpointError::Malformed)?;
        // Extension lines are opaque and allowed, but never empty.
        if number.to_string() != size || lines.any(str::is_empty) {
            return Err(CheckpointError::Malformed);
        }
        Ok(Self::new(origin, number, Digest::from_bytes(root)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_reads_back_what_was_signed() {
        let key = SigningKey::from_seed("example.com/log", &[3; 32]).unwrap();
        let checkpoint = Checkpoint::new("example.com/log", 20_852_163, Digest::of(b"root"));
        let note = checkpoint.sign(&key).unwrap();
        assert_eq!(Checkpoint::verify(&note, &key.verifier()), Ok(checkpoint));
        let renamed = Checkpoint::new("example.com/other", 1, Digest::of(b"root")).sign(&key).unwrap();
        assert!(matches!(Checkpoint::verify(&renamed, &key.verifier()), Err(CheckpointError::Origin { .. })));
        assert!(Checkpoint::new("two\nlines", 1, Digest::of(b"")).sign(&key).is_err());
    }

    #[test]
    fn texts_that_are_not_checkpoints_are_refused() {
        let root = encoding::encode(&[1; 32]);
        for (text, good) in [
            (format!("log\n5\n{root}\n"), true),
            (format!("log\n0\n{root}\nextension\n"), true),
            (format!("log\n05\n{root}\n"), false),
            (format!("log\n+5\n{root}\n"), false),
            (format!("log\n-5\n{root}\n"), false),
            (format!("\n5\n{root}\n"), false),
            (format!("log\n5\n{root}"), false),
            (format!("log\n5\n{root}\n\nextension\n"), false),
            (format!("log\n5\n{}\n", encoding::encode(&[1; 31])), false),
            (format!("log\n18446744073709551616\n{root}\n"), false),
            ("log\n5\n".into(), false),
        ] {
            assert_eq!(Checkpoint::parse_text(&text).is_ok(), good, "{text:?}");
        }
    }
}
