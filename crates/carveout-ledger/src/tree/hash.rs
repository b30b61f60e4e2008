//! Leaf, node and subtree hashes.

use sha2::{Digest as _, Sha256};

use crate::Digest;

/// The hash of an entry as a leaf: SHA-256 over a zero byte and the entry (RFC 6962 section 2.1).
pub fn leaf_hash(entry: &[u8]) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update([0]);
    hasher.update(entry);
    Digest::from_bytes(hasher.finalize().into())
}

/// The hash of two subtrees: SHA-256 over a one byte and both hashes.
pub(crate) fn node_hash(left: &Digest, right: &Digest) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update([1]);
    hasher.update(left.as_bytes());
    hasher.update(right.as_bytes());
    Digest::from_bytes(hasher.finalize().into())
}

/// The root over a power of two of equally high subtrees.
pub(crate) fn perfect_root(hashes: &[Digest]) -> Option<Digest> {
    if !hashes.len().is_power_of_two() {
        return None;
    }
    let mut row = hashes.to_vec();
    while row.len() > 1 {
        row = row.as_chunks::<2>().0.iter().map(|[left, right]| node_hash(left, right)).collect();
    }
    row.first().copied()
}

/// The root over perfect subtrees of decreasing size, from left to right.
pub(crate) fn fold(peaks: &[Digest]) -> Option<Digest> {
    let (last, rest) = peaks.split_last()?;
    Some(rest.iter().rev().fold(*last, |right, left| node_hash(left, &right)))
}
