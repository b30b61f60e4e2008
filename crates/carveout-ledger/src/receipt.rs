//! Receipts: an entry, its inclusion proof and a checkpoint. They verify with the log's key alone, offline.

use serde::{Deserialize, Serialize};

use crate::{
    Checkpoint, CheckpointError, Digest, ProofError, VerifierKey, check_inclusion, encoding, leaf_hash,
};

const VERSION: u32 = 1;
const PROOF_HEADER: &str = "c2sp.org/tlog-proof@v1";
/// A tree of 2^64 entries has proofs of 64 hashes.
const MOST_HASHES: usize = 64;

/// Proof that an entry is in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    index: u64,
    entry: String,
    proof: Vec<Digest>,
    checkpoint: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Json {
    v: u32,
    index: u64,
    /// The leaf hash, for comparing with a reply's header.
    leaf: Digest,
    entry: String,
    proof: Vec<String>,
    checkpoint: String,
}

/// Why a receipt proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The checkpoint can't be believed.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The entry is not in the checkpoint's tree.
    #[error("the entry is not at index {index} of the log: {cause}")]
    NotIncluded {
        /// The claimed index.
        index: u64,
        /// Why not.
        cause: ProofError,
    },
    /// Not the form of a receipt.
    #[error("not a receipt: {0}")]
    Malformed(String),
}

fn malformed(what: impl Into<String>) -> VerifyError {
    VerifyError::Malformed(what.into())
}

impl Receipt {
    /// `None` if the entry is not text, which no entry is.
    pub(crate) fn new(index: u64, entry: &[u8], proof: Vec<Digest>, checkpoint: String) -> Option<Self> {
        let entry = std::str::from_utf8(entry).ok()?.to_owned();
        Some(Self { index, entry, proof, checkpoint })
    }

    /// The entry's index.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// The entry's bytes, as stored and hashed.
    pub fn entry(&self) -> &[u8] {
        self.entry.as_bytes()
    }

    /// The hash of the entry as a leaf.
    pub fn leaf(&self) -> Digest {
        leaf_hash(self.entry())
    }

    /// The checkpoint, a signed note.
    pub fn checkpoint(&self) -> &str {
        &self.checkpoint
    }

    /// Succeeds if this entry is in the log whose key this is. Returns the checkpoint that proves it, to be
    /// remembered: a later one must be consistent with it.
    ///
    /// # Errors
    /// See [`VerifyError`].
    pub fn verify(&self, log: &VerifierKey, entry: &[u8]) -> Result<Checkpoint, VerifyError> {
        verify(log, &self.checkpoint, self.index, entry, &self.proof)
    }

    /// [`Receipt::verify`] for the entry that the receipt itself carries.
    ///
    /// # Errors
    /// See [`VerifyError`].
    pub fn verify_own(&self, log: &VerifierKey) -> Result<Checkpoint, VerifyError> {
        self.verify(log, self.entry())
    }

    /// The receipt as one JSON object.
    pub fn to_json(&self) -> String {
        let json = Json {
            v: VERSION,
            index: self.index,
            leaf: self.leaf(),
            entry: self.entry.clone(),
            proof: self.proof.iter().map(|hash| encoding::encode(hash.as_bytes())).collect(),
            checkpoint: self.checkpoint.clone(),
        };
        // Strings and numbers always serialise.
        serde_json::to_string(&json).unwrap_or_default()
    }

    /// Reads a receipt. What it claims is not yet verified.
    ///
    /// # Errors
    /// [`VerifyError::Malformed`].
    pub fn from_json(json: &[u8]) -> Result<Self, VerifyError> {
        let json: Json = serde_json::from_slice(json).map_err(|error| malformed(error.to_string()))?;
        if json.v != VERSION {
            return Err(malformed(format!("version `{}` is not known", json.v)));
        }
        let proof = read_hashes(json.proof.iter().map(String::as_str))?;
        let receipt = Self { index: json.index, entry: json.entry, proof, checkpoint: json.checkpoint };
        if receipt.leaf() == json.leaf {
            Ok(receipt)
        } else {
            Err(malformed("the leaf is not that of the entry"))
        }
    }

    /// The proof without the entry, as other tools read it (<https://c2sp.org/tlog-proof>).
    pub fn to_tlog_proof(&self) -> String {
        let hashes: String =
            self.proof.iter().map(|hash| format!("{}\n", encoding::encode(hash.as_bytes()))).collect();
        format!("{PROOF_HEADER}\nindex {}\n{hashes}\n{}", self.index, self.checkpoint)
    }
}

/// Verifies a C2SP proof text against an entry.
///
/// # Errors
/// See [`VerifyError`].
pub fn verify_tlog_proof(text: &str, log: &VerifierKey, entry: &[u8]) -> Result<Checkpoint, VerifyError> {
    let (index, proof, checkpoint) = parse_tlog_proof(text)?;
    verify(log, checkpoint, index, entry, &proof)
}

/// Reads a C2SP proof text: index, hashes from the leaf's sibling up, and the checkpoint note.
///
/// # Errors
/// [`VerifyError::Malformed`].
pub fn parse_tlog_proof(text: &str) -> Result<(u64, Vec<Digest>, &str), VerifyError> {
    let (head, checkpoint) =
        text.split_once("\n\n").ok_or_else(|| malformed("an empty line must precede the checkpoint"))?;
    let mut lines = head.split('\n').peekable();
    if lines.next() != Some(PROOF_HEADER) {
        return Err(malformed(format!("the first line must be `{PROOF_HEADER}`")));
    }
    // Extra data is optional and not authenticated: it is passed over.
    lines.next_if(|line| line.starts_with("extra "));
    let digits = lines.next().and_then(|line| line.strip_prefix("index ")).unwrap_or_default();
    let index: u64 = digits.parse().map_err(|_| malformed("the index must be a decimal number"))?;
    if index.to_string() != digits {
        return Err(malformed("the index must have no leading zeroes"));
    }
    Ok((index, read_hashes(lines)?, checkpoint))
}

fn read_hashes<'a>(lines: impl Iterator<Item = &'a str>) -> Result<Vec<Digest>, VerifyError> {
    let hashes: Option<Vec<_>> =
        lines.take(MOST_HASHES + 1).map(|line| encoding::decode_hash(line).map(Digest::from_bytes)).collect();
    let hashes = hashes.ok_or_else(|| malformed("each hash must be 32 bytes in base 64"))?;
    if hashes.len() > MOST_HASHES { Err(malformed("more hashes than a tree has levels")) } else { Ok(hashes) }
}

fn verify(
    log: &VerifierKey,
    note: &str,
    index: u64,
    entry: &[u8],
    proof: &[Digest],
) -> Result<Checkpoint, VerifyError> {
    let checkpoint = Checkpoint::verify(note, log)?;
    check_inclusion(index, checkpoint.size(), &leaf_hash(entry), proof, &checkpoint.root())
        .map_err(|cause| VerifyError::NotIncluded { index, cause })?;
    Ok(checkpoint)
}
