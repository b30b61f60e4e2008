//! Signing and verifier keys of signed notes.

use std::{fmt, str::FromStr};

use ed25519_dalek::Signer as _;
use sha2::{Digest as _, Sha256};
use zeroize::{Zeroize as _, Zeroizing};

use crate::{
    digest::{parse_hex, push_hex},
    encoding,
};

/// Signature type `0x01` of the specification: Ed25519 over the note text.
const ED25519: u8 = 0x01;

/// A key that signs notes. Printing it for debugging shows its name only.
#[derive(Clone)]
pub struct SigningKey {
    name: String,
    secret: Secret,
}

/// A key that verifies notes, written `name+8 hex digits+base 64`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct VerifierKey {
    name: String,
    id: [u8; 4],
    public: Public,
}

/// One variant per signature algorithm: adding one is adding a variant here and nowhere else.
#[derive(Clone)]
enum Secret {
    Ed25519(ed25519_dalek::SigningKey),
}

#[derive(Clone, PartialEq, Eq, Hash)]
enum Public {
    Ed25519(ed25519_dalek::VerifyingKey),
}

/// Why a key can't be read or made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The name can't stand in a signature line.
    #[error("`{0}` can't name a key: use at least one character, no spaces, control characters or `+`")]
    Name(String),
    /// Not a verifier key.
    #[error("not a verifier key: write `name+8 hex digits+base 64`")]
    Verifier,
    /// Not a signing key. The text is not repeated: it may be a secret.
    #[error("not a signing key: write `PRIVATE+KEY+name+8 hex digits+base 64`")]
    Signing,
    /// The id in the text is not the id of the key in the text.
    #[error("the id of the key `{0}` does not match its name and bytes: copy the whole key again")]
    Id(String),
    /// An algorithm that is not known here.
    #[error("the key `{name}` is of type {algorithm:#04x}: only Ed25519 (0x01) is known")]
    Algorithm {
        /// The key's name.
        name: String,
        /// The signature type byte.
        algorithm: u8,
    },
    /// The system has no randomness to give.
    #[error("no randomness from the operating system: {0}")]
    Randomness(String),
}

/// Key names are not empty and hold no Unicode spaces, plus signs or control characters.
pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty()
        && !name
            .chars()
            .any(|character| character.is_whitespace() || character.is_control() || character == '+')
}

fn check_name(name: &str) -> Result<(), KeyError> {
    if is_name(name) { Ok(()) } else { Err(KeyError::Name(name.escape_debug().collect())) }
}

impl SigningKey {
    /// Makes a new Ed25519 key. The name should read like a URL without scheme: `example.com/ledger`.
    ///
    /// # Errors
    /// A name that can't stand in a signature line; no randomness.
    pub fn generate(name: &str) -> Result<Self, KeyError> {
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(seed.as_mut_slice()).map_err(|error| KeyError::Randomness(error.to_string()))?;
        Self::from_seed(name, &seed)
    }

    /// The Ed25519 key with this seed. The seed is as secret as the key.
    ///
    /// # Errors
    /// A name that can't stand in a signature line.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, KeyError> {
        check_name(name)?;
        Ok(Self {
            name: name.to_owned(),
            secret: Secret::Ed25519(ed25519_dalek::SigningKey::from_bytes(seed)),
        })
    }

    /// The key's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key that verifies what this key signs.
    pub fn verifier(&self) -> VerifierKey {
        let public = match &self.secret {
            Secret::Ed25519(key) => Public::Ed25519(key.verifying_key()),
        };
        VerifierKey::new(&self.name, public)
    }

    /// The text form, a secret: `PRIVATE+KEY+name+id+base 64`.
    pub fn encode(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(33));
        match &self.secret {
            Secret::Ed25519(key) => {
                bytes.push(ED25519);
                bytes.extend_from_slice(key.as_bytes());
            }
        }
        let mut id = String::new();
        push_hex(&mut id, &self.verifier().id);
        Zeroizing::new(format!("PRIVATE+KEY+{}+{id}+{}", self.name, encoding::encode(&bytes)))
    }

    pub(super) fn sign(&self, text: &[u8]) -> Vec<u8> {
        match &self.secret {
            Secret::Ed25519(key) => key.sign(text).to_bytes().to_vec(),
        }
    }
}

impl FromStr for SigningKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let rest = text.strip_prefix("PRIVATE+KEY+").ok_or(KeyError::Signing)?;
        let (name, id, mut bytes) = split(rest).ok_or(KeyError::Signing)?;
        let key = match bytes.split_first() {
            Some((&ED25519, seed)) => {
                let seed = Zeroizing::new(<[u8; 32]>::try_from(seed).map_err(|_| KeyError::Signing)?);
                Self::from_seed(name, &seed)?
            }
            Some((&algorithm, _)) => return Err(KeyError::Algorithm { name: name.to_owned(), algorithm }),
            None => return Err(KeyError::Signing),
        };
        bytes.zeroize();
        if key.verifier().id == id { Ok(key) } else { Err(KeyError::Id(name.to_owned())) }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SigningKey({})", self.name)
    }
}

impl VerifierKey {
    fn new(name: &str, public: Public) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(name.as_bytes());
        hasher.update(b"\n");
        hasher.update(public.encode());
        let [a, b, c, d, ..] = <[u8; 32]>::from(hasher.finalize());
        Self { name: name.to_owned(), id: [a, b, c, d], public }
    }

    /// The key's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The four bytes that, with the name, tell keys apart in signature lines. An identifier, not a
    /// cryptographic hash.
    pub fn id(&self) -> [u8; 4] {
        self.id
    }

    pub(super) fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        match &self.public {
            // Strict: refuses small-order keys and non-canonical points, so that all verifiers agree.
            Public::Ed25519(key) => ed25519_dalek::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify_strict(text, &signature).is_ok()),
        }
    }
}

impl Public {
    /// The signature type byte and the key.
    fn encode(&self) -> Vec<u8> {
        match self {
            Self::Ed25519(key) => [&[ED25519], key.as_bytes().as_slice()].concat(),
        }
    }
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let (name, id, bytes) = split(text).ok_or(KeyError::Verifier)?;
        check_name(name)?;
        let public = match bytes.split_first() {
            Some((&ED25519, key)) => {
                let key = <[u8; 32]>::try_from(key).map_err(|_| KeyError::Verifier)?;
                Public::Ed25519(
                    ed25519_dalek::VerifyingKey::from_bytes(&key).map_err(|_| KeyError::Verifier)?,
                )
            }
            Some((&algorithm, _)) => return Err(KeyError::Algorithm { name: name.to_owned(), algorithm }),
            None => return Err(KeyError::Verifier),
        };
        let key = Self::new(name, public);
        if key.id == id { Ok(key) } else { Err(KeyError::Id(name.to_owned())) }
    }
}

/// `name+id+base 64`; base 64 itself may contain plus signs.
fn split(text: &str) -> Option<(&str, [u8; 4], Vec<u8>)> {
    let mut parts = text.splitn(3, '+');
    let (name, id, encoded) = (parts.next()?, parts.next()?, parts.next()?);
    Some((name, parse_hex(id)?, encoding::decode(encoded)?))
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut id = String::new();
        push_hex(&mut id, &self.id);
        write!(formatter, "{}+{id}+{}", self.name, encoding::encode(&self.public.encode()))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}
