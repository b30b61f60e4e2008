//! C2SP signed notes: text, a blank line, and one signature line per key.
//!
//! <https://c2sp.org/signed-note>

mod key;

pub use key::{KeyError, SigningKey, VerifierKey};

use crate::encoding;

/// At most this many signatures in a note; the specification asks verifiers for 16 or more.
const MOST_SIGNATURES: usize = 64;
/// A note longer than this is refused unread: 64 post-quantum signatures of 5 kB fit.
const MOST_BYTES: usize = 1 << 20;

/// A note whose form is right; nothing about its signatures is known yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Signature {
    name: String,
    /// Four bytes of key id, then what the algorithm made.
    blob: Vec<u8>,
}

/// Why a note can't be read or believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// The bytes are not a signed note.
    #[error("not a signed note: {0}")]
    Malformed(&'static str),
    /// A known key's signature is wrong.
    #[error(
        "the signature of `{name}` does not match the text: it was changed after signing, or signed by another key"
    )]
    Forged {
        /// The key's name.
        name: String,
    },
    /// No signature is by the key that was asked for.
    #[error("no signature by `{name}`: the note must be signed by that key")]
    Unsigned {
        /// The key's name.
        name: String,
    },
    /// One key signed twice.
    #[error("two signatures by `{name}`: keep one")]
    Repeated {
        /// The key's name.
        name: String,
    },
    /// The limit of signatures is reached.
    #[error("a note takes at most {MOST_SIGNATURES} signatures")]
    TooMany,
}

impl Note {
    /// Makes an unsigned note; the text must end in a newline.
    pub(crate) fn new(text: String) -> Result<Self, NoteError> {
        check_text(&text)?;
        Ok(Self { text, signatures: Vec::new() })
    }

    /// Reads a note.
    ///
    /// # Errors
    /// [`NoteError::Malformed`] for anything but the form of the specification.
    pub fn parse(note: &str) -> Result<Self, NoteError> {
        if note.len() > MOST_BYTES {
            return Err(NoteError::Malformed("it is longer than one mebibyte"));
        }
        // The last empty line separates: signature lines are never empty.
        let blank =
            note.rfind("\n\n").ok_or(NoteError::Malformed("a blank line must precede the signatures"))?;
        let (text, rest) =
            (note.get(..=blank).unwrap_or_default(), note.get(blank + 2..).unwrap_or_default());
        check_text(text)?;
        let lines = rest.strip_suffix('\n').ok_or(NoteError::Malformed("it must end in a newline"))?;
        let signatures = lines.split('\n').map(Signature::parse).collect::<Result<Vec<_>, _>>()?;
        if signatures.len() > MOST_SIGNATURES {
            return Err(NoteError::TooMany);
        }
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// The text, final newline included. Believe it only after [`Note::verify`].
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The names on the signature lines, unverified.
    pub fn claimed_signers(&self) -> impl Iterator<Item = &str> {
        self.signatures.iter().map(|signature| signature.name.as_str())
    }

    /// Adds one key's signature.
    pub(crate) fn sign(&mut self, key: &SigningKey) -> Result<(), NoteError> {
        let verifier = key.verifier();
        if self.signatures.iter().any(|signature| signature.is_by(&verifier)) {
            return Err(NoteError::Repeated { name: verifier.name().to_owned() });
        }
        if self.signatures.len() == MOST_SIGNATURES {
            return Err(NoteError::TooMany);
        }
        let mut blob = verifier.id().to_vec();
        blob.extend(key.sign(self.text.as_bytes()));
        self.signatures.push(Signature { name: verifier.name().to_owned(), blob });
        Ok(())
    }

    /// Succeeds if the key signed the text, once, and rightly. Lines of other keys are ignored, as the
    /// specification demands (witnesses, rotated keys).
    ///
    /// # Errors
    /// [`NoteError::Unsigned`], [`NoteError::Forged`] or [`NoteError::Repeated`].
    pub fn verify(&self, key: &VerifierKey) -> Result<(), NoteError> {
        let name = || key.name().to_owned();
        let mut by_key = self.signatures.iter().filter(|signature| signature.is_by(key));
        let signature = by_key.next().ok_or_else(|| NoteError::Unsigned { name: name() })?;
        if by_key.next().is_some() {
            return Err(NoteError::Repeated { name: name() });
        }
        let made = signature.blob.get(4..).unwrap_or_default();
        if key.verify(self.text.as_bytes(), made) { Ok(()) } else { Err(NoteError::Forged { name: name() }) }
    }
}

impl std::fmt::Display for Note {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(formatter, "{}", self.text)?;
        for signature in &self.signatures {
            writeln!(formatter, "\u{2014} {} {}", signature.name, encoding::encode(&signature.blob))?;
        }
        Ok(())
    }
}

impl Signature {
    fn parse(line: &str) -> Result<Self, NoteError> {
        let wrong = NoteError::Malformed("a signature line is an em dash, a key name and base 64");
        let (name, encoded) =
            line.strip_prefix("\u{2014} ").and_then(|rest| rest.split_once(' ')).ok_or(wrong.clone())?;
        if !key::is_name(name) {
            return Err(wrong);
        }
        let blob = encoding::decode(encoded).filter(|blob| blob.len() > 4).ok_or(wrong)?;
        Ok(Self { name: name.to_owned(), blob })
    }

    fn is_by(&self, key: &VerifierKey) -> bool {
        self.name == key.name() && self.blob.get(..4) == Some(&key.id())
    }
}

fn check_text(text: &str) -> Result<(), NoteError> {
    if text.len() < 2 || !text.ends_with('\n') {
        return Err(NoteError::Malformed("the text must end in a newline"));
    }
    if text.chars().any(|character| character < ' ' && character != '\n') {
        return Err(NoteError::Malformed("the text must not contain control characters"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
