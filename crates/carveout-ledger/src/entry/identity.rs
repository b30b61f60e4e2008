//! Names of decisions, and commitments to content that the ledger must not hold.

use std::{
    fmt,
    str::FromStr,
    sync::{Mutex, PoisonError},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use sha2::{Digest as _, Sha256};

use crate::{
    Digest, KeyError,
    digest::{parse_hex, push_hex, write_hex},
};

/// Names one decision; `attempted`, `settled` and `interrupted` refer to it. 128 random bits, written as
/// 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DecisionId([u8; 16]);

/// Text that is not a decision's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` does not name a decision: write 32 lowercase hexadecimal digits")]
pub struct DecisionIdError(String);

impl DecisionId {
    /// A new name.
    ///
    /// # Errors
    /// The operating system has no randomness to give.
    pub fn generate() -> Result<Self, KeyError> {
        drawn().map(Self)
    }

    /// The name with these bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Its 16 bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Hands over its 32 digits.
    fn written<R>(self, digits: impl FnOnce(&str) -> R) -> R {
        let mut hex = [0; 32];
        write_hex(&mut hex, &self.0);
        // They are ASCII.
        digits(std::str::from_utf8(&hex).unwrap_or_default())
    }
}

/// Randomness for a name, of which much is drawn at once: to ask the system costs more than all the rest. Names are no secrets,
/// so it doesn't matter that the next ones are in memory.
fn drawn() -> Result<[u8; 16], KeyError> {
    static DRAWN: Mutex<Vec<[u8; 16]>> = Mutex::new(Vec::new());
    let mut drawn = DRAWN.lock().unwrap_or_else(PoisonError::into_inner);
    if drawn.is_empty() {
        drawn.extend(random::<1024>()?.as_chunks::<16>().0);
    }
    drawn.pop().ok_or_else(|| KeyError::Randomness("nothing was drawn".to_owned()))
}

fn random<const N: usize>() -> Result<[u8; N], KeyError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| KeyError::Randomness(error.to_string()))?;
    Ok(bytes)
}

impl fmt::Display for DecisionId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.written(|digits| formatter.write_str(digits))
    }
}

impl fmt::Debug for DecisionId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.written(|digits| formatter.write_str(digits))
    }
}

impl FromStr for DecisionId {
    type Err = DecisionIdError;

    fn from_str(text: &str) -> Result<Self, DecisionIdError> {
        parse_hex(text).map(Self).ok_or_else(|| DecisionIdError(text.chars().take(80).collect()))
    }
}

impl Serialize for DecisionId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.written(|digits| serializer.serialize_str(digits))
    }
}

impl<'de> Deserialize<'de> for DecisionId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// A salted digest of content: proves later what the content was to whoever is given content and salt,
/// and says nothing to anybody else.
///
/// SHA-256 over `carveout commitment v1: <part>\n`, the 32 bytes of the salt, and the content.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Commitment(Digest);

/// The secret that opens a [`Commitment`]; never in the ledger. The customer keeps what it is derived from: see
/// [`Openings`](crate::Openings).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Salt([u8; 32]);

/// Which content is committed to, so that one can't be shown as another.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum CommittedPart {
    /// The canonical request body.
    Request,
    /// The provider's response.
    Response,
    /// A question to a judge, as it is sent.
    Question,
}

/// Commits to content that comes in pieces.
#[derive(Clone)]
pub struct Committer(Sha256);

impl Salt {
    /// A new salt of 256 random bits.
    ///
    /// # Errors
    /// The operating system has no randomness to give.
    pub fn generate() -> Result<Self, KeyError> {
        random().map(Self)
    }

    /// The salt of a decision's commitment, from a secret that is kept: SHA-256 over the secret,
    /// `carveout opening v1: <part>\n`, and the 16 bytes of the decision's name. Everything hashed for a part has one
    /// length, and no part's text begins another's, so no salt says anything about another one.
    pub fn derive(secret: &[u8; 32], decision: &DecisionId, part: CommittedPart) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(secret);
        hasher.update(b"carveout opening v1: ");
        hasher.update(part.as_str().as_bytes());
        hasher.update(b"\n");
        hasher.update(decision.as_bytes());
        Self(hasher.finalize().into())
    }

    /// Reads the 64 hexadecimal digits that [`Salt::to_hex`] writes.
    pub fn from_hex(text: &str) -> Option<Self> {
        parse_hex(text).map(Self)
    }

    /// 64 hexadecimal digits, for handing one opening to somebody else. They open the commitment: say them to nobody
    /// else.
    pub fn to_hex(&self) -> String {
        let mut text = String::with_capacity(64);
        push_hex(&mut text, &self.0);
        text
    }

    /// The salt with these bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Salt(…)")
    }
}

impl CommittedPart {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Response => "response",
            Self::Question => "question",
        }
    }
}

impl Commitment {
    /// Commits to content that is all there.
    pub fn to(part: CommittedPart, salt: &Salt, content: &[u8]) -> Self {
        let mut committer = Committer::new(part, salt);
        committer.update(content);
        committer.finish()
    }

    /// Whether this salt and content open the commitment.
    #[must_use]
    pub fn opens(&self, part: CommittedPart, salt: &Salt, content: &[u8]) -> bool {
        *self == Self::to(part, salt, content)
    }

    /// The digest itself.
    pub const fn digest(&self) -> Digest {
        self.0
    }
}

impl Committer {
    /// Begins with no content.
    pub fn new(part: CommittedPart, salt: &Salt) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(b"carveout commitment v1: ");
        hasher.update(part.as_str().as_bytes());
        hasher.update(b"\n");
        hasher.update(salt.0);
        Self(hasher)
    }

    /// Adds content.
    pub fn update(&mut self, content: &[u8]) {
        self.0.update(content);
    }

    /// The commitment to everything added.
    pub fn finish(self) -> Commitment {
        Commitment(Digest::from_bytes(self.0.finalize().into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commitment_opens_only_with_its_part_salt_and_content() {
        let salt = Salt::generate().unwrap();
        let commitment = Commitment::to(CommittedPart::Request, &salt, b"hello");
        assert!(commitment.opens(CommittedPart::Request, &salt, b"hello"));
        assert!(!commitment.opens(CommittedPart::Response, &salt, b"hello"));
        assert!(!commitment.opens(CommittedPart::Request, &Salt::generate().unwrap(), b"hello"));
        assert!(!commitment.opens(CommittedPart::Request, &salt, b"hullo"));
        let mut pieces = Committer::new(CommittedPart::Request, &salt);
        pieces.update(b"he");
        pieces.update(b"llo");
        assert_eq!(pieces.finish(), commitment);
        assert_eq!(format!("{salt:?}"), "Salt(…)");
    }

    #[test]
    fn a_decision_id_reads_back_what_it_prints() {
        let id = DecisionId::generate().unwrap();
        assert_eq!(id.to_string().parse(), Ok(id));
        assert!(id.to_string().to_uppercase().replace('0', "G").parse::<DecisionId>().is_err());
        assert!(format!("{id}0").parse::<DecisionId>().is_err());
    }
}
