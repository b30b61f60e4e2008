//! Inclusion and consistency proofs: making them (RFC 6962 section 2.1) and checking them (RFC 9162
//! sections 2.1.3.2 and 2.1.4.2, an independent formulation).

use super::hash::{fold, node_hash};
use crate::Digest;

/// Gives the hashes of perfect subtrees.
pub(crate) trait HashReader {
    /// Why a hash can't be had.
    type Error;

    /// The root over leaves `index << height` up to `(index + 1) << height`.
    fn hash(&mut self, height: u32, index: u64) -> Result<Digest, Self::Error>;
}

/// Why a proof proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The numbers don't fit: an index beyond the tree, or a tree that shrinks.
    #[error("the proof is about a tree that can't be: an index beyond its size, or a size that shrank")]
    Range,
    /// Too few or too many hashes.
    #[error("the proof has the wrong number of hashes")]
    Length,
    /// The hashes lead to another root.
    #[error("the proof leads to another root hash")]
    Root,
}

/// The root over leaves `from` up to `to`, where `from` is a multiple of the largest power of two that fits.
pub(crate) fn range_root<R: HashReader>(reader: &mut R, from: u64, to: u64) -> Result<Digest, R::Error> {
    let mut peaks = Vec::new();
    let mut at = from;
    while at < to {
        let height = (to - at).ilog2();
        peaks.push(reader.hash(height, at >> height)?);
        at += 1 << height;
    }
    Ok(fold(&peaks).unwrap_or_else(|| Digest::of(b"")))
}

/// The largest power of two below a size of at least two.
fn split(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}

/// Proves that the leaf at `index` is in the tree of this size. The caller has checked `index < size`.
pub(crate) fn prove_inclusion<R: HashReader>(
    reader: &mut R,
    index: u64,
    size: u64,
) -> Result<Vec<Digest>, R::Error> {
    let (mut from, mut to) = (0, size);
    let mut path = Vec::new();
    while to - from > 1 {
        let middle = from + split(to - from);
        if index < middle {
            path.push(range_root(reader, middle, to)?);
            to = middle;
        } else {
            path.push(range_root(reader, from, middle)?);
            from = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// Proves that the tree of size `old` is a prefix of that of size `new`. The caller has checked `0 < old <= new`.
pub(crate) fn prove_consistency<R: HashReader>(
    reader: &mut R,
    old: u64,
    new: u64,
) -> Result<Vec<Digest>, R::Error> {
    let (mut from, mut to) = (0, new);
    let mut path = Vec::new();
    while to != old {
        let middle = from + split(to - from);
        if old <= middle {
            path.push(range_root(reader, middle, to)?);
            to = middle;
        } else {
            path.push(range_root(reader, from, middle)?);
            from = middle;
        }
    }
    // The old tree's own root is known to whoever checks, unless the old tree is only its right part.
    if from > 0 {
        path.push(range_root(reader, from, to)?);
    }
    path.reverse();
    Ok(path)
}

/// Checks that `leaf` stands at `index` in the tree of this size and root.
///
/// # Errors
/// See [`ProofError`].
pub fn check_inclusion(
    index: u64,
    size: u64,
    leaf: &Digest,
    proof: &[Digest],
    root: &Digest,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::Range);
    }
    let (mut node, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in proof {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            let up = if node & 1 == 1 { 0 } else { node.trailing_zeros() };
            (node, last) = (node.checked_shr(up).unwrap_or(0), last.checked_shr(up).unwrap_or(0));
        } else {
            hash = node_hash(&hash, sibling);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    if last != 0 {
        return Err(ProofError::Length);
    }
    if hash == *root { Ok(()) } else { Err(ProofError::Root) }
}

/// Checks that the tree of `old` size and root is a prefix of that of `new` size and root.
///
/// # Errors
/// See [`ProofError`].
pub fn check_consistency(
    old: (u64, &Digest),
    new: (u64, &Digest),
    proof: &[Digest],
) -> Result<(), ProofError> {
    let ((old_size, old_root), (new_size, new_root)) = (old, new);
    if old_size > new_size {
        return Err(ProofError::Range);
    }
    if old_size == new_size || old_size == 0 {
        let same = if old_size == new_size { old_root == new_root } else { *old_root == Digest::of(b"") };
        return match (proof.is_empty(), same) {
            (false, _) => Err(ProofError::Length),
            (true, false) => Err(ProofError::Root),
            (true, true) => Ok(()),
        };
    }
    // A full old tree is its own first node.
    let (first, rest) = if old_size.is_power_of_two() {
        (old_root, proof)
    } else {
        proof.split_first().ok_or(ProofError::Length)?
    };
    let (mut node, mut last) = (old_size - 1, new_size - 1);
    let right_edge = node.trailing_ones();
    (node, last) = (node >> right_edge, last >> right_edge);
    let (mut old_hash, mut new_hash) = (*first, *first);
    for sibling in rest {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if node & 1 == 1 || node == last {
            old_hash = node_hash(sibling, &old_hash);
            new_hash = node_hash(sibling, &new_hash);
            let up = if node & 1 == 1 { 0 } else { node.trailing_zeros() };
            (node, last) = (node.checked_shr(up).unwrap_or(0), last.checked_shr(up).unwrap_or(0));
        } else {
            new_hash = node_hash(&new_hash, sibling);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    if last != 0 {
        return Err(ProofError::Length);
    }
    if old_hash == *old_root && new_hash == *new_root { Ok(()) } else { Err(ProofError::Root) }
}
