//! The tree against a naive recursion of RFC 6962 and against the `tlog_tiles` crate.

use super::*;
use crate::Digest;
use proptest::prelude::*;

/// RFC 6962 section 2.1, word for word.
fn naive_root(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => Digest::of(b""),
        [leaf] => *leaf,
        _ => {
            let middle = 1 << (leaves.len() - 1).ilog2();
            node_hash(&naive_root(&leaves[..middle]), &naive_root(&leaves[middle..]))
        }
    }
}

fn naive_path(index: usize, leaves: &[Digest]) -> Vec<Digest> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let middle = 1 << (leaves.len() - 1).ilog2();
    let (mut path, sibling) = if index < middle {
        (naive_path(index, &leaves[..middle]), naive_root(&leaves[middle..]))
    } else {
        (naive_path(index - middle, &leaves[middle..]), naive_root(&leaves[..middle]))
    };
    path.push(sibling);
    path
}

fn naive_consistency(old: usize, leaves: &[Digest], whole: bool) -> Vec<Digest> {
    if old == leaves.len() {
        return if whole { Vec::new() } else { vec![naive_root(leaves)] };
    }
    let middle = 1 << (leaves.len() - 1).ilog2();
    let (mut path, sibling) = if old <= middle {
        (naive_consistency(old, &leaves[..middle], whole), naive_root(&leaves[middle..]))
    } else {
        (naive_consistency(old - middle, &leaves[middle..], false), naive_root(&leaves[..middle]))
    };
    path.push(sibling);
    path
}

/// Every perfect subtree's hash, by height and index.
struct Subtrees(Vec<Vec<Digest>>);

impl Subtrees {
    fn of(leaves: &[Digest]) -> Self {
        let mut rows = vec![leaves.to_vec()];
        while let Some(row) = rows.last().filter(|row| row.len() > 1) {
            let above = row.as_chunks::<2>().0.iter().map(|[left, right]| node_hash(left, right)).collect();
            rows.push(above);
        }
        Self(rows)
    }
}

impl HashReader for Subtrees {
    type Error = std::convert::Infallible;

    fn hash(&mut self, height: u32, index: u64) -> Result<Digest, Self::Error> {
        Ok(self.0[height as usize][index as usize])
    }
}

fn leaves(count: usize) -> Vec<Digest> {
    (0..count).map(|index| leaf_hash(index.to_string().as_bytes())).collect()
}

fn frontier(leaves: &[Digest]) -> Frontier {
    let mut frontier = Frontier::default();
    for leaf in leaves {
        frontier.push(*leaf, |_, _| ());
    }
    frontier
}

#[test]
fn the_root_of_every_small_tree_is_the_naive_root() {
    let leaves = leaves(600);
    let mut growing = Frontier::default();
    for size in 0..=600 {
        assert_eq!(growing.root(), naive_root(&leaves[..size]), "size {size}");
        assert_eq!(growing.size(), size as u64);
        let full = size - size % TILE_WIDTH as usize;
        assert_eq!(growing.root_of_full_tiles(), naive_root(&leaves[..full]), "full tiles of size {size}");
        if let Some(leaf) = leaves.get(size) {
            growing.push(*leaf, |_, _| ());
        }
    }
}

#[test]
fn every_proof_of_every_tree_up_to_300_is_the_naive_one_and_checks() {
    let leaves = leaves(300);
    let roots: Vec<_> = (0..=300).map(|size| naive_root(&leaves[..size])).collect();
    for size in 1..=300_usize {
        let (tree, root) = (&leaves[..size], &roots[size]);
        let mut subtrees = Subtrees::of(tree);
        // All pairs of the small trees, and every size of the rest.
        let stride = if size <= 130 { 1 } else { 13 };
        for index in (0..size).step_by(stride) {
            let proof = prove_inclusion(&mut subtrees, index as u64, size as u64).unwrap();
            // Comparing with the naive path for all pairs is cubic: do it where the shapes differ.
            if !(70..=255).contains(&size) {
                assert_eq!(proof, naive_path(index, tree), "{index} of {size}");
            }
            assert_eq!(check_inclusion(index as u64, size as u64, &leaves[index], &proof, root), Ok(()));
            let other = &leaves[(index + 1) % 300];
            assert!(check_inclusion(index as u64, size as u64, other, &proof, root).is_err());
        }
        for old in (1..=size).step_by(stride) {
            let proof = prove_consistency(&mut subtrees, old as u64, size as u64).unwrap();
            if !(70..=255).contains(&size) {
                assert_eq!(proof, naive_consistency(old, tree, true), "{old} to {size}");
            }
            let (old_tree, new_tree) = ((old as u64, &roots[old]), (size as u64, root));
            assert_eq!(check_consistency(old_tree, new_tree, &proof), Ok(()), "{old} to {size}");
            let wrong = (old as u64, &roots[old - 1]);
            assert!(check_consistency(wrong, new_tree, &proof).is_err(), "{old} to {size}");
        }
    }
}

#[test]
fn a_damaged_proof_proves_nothing() {
    let leaves = leaves(300);
    let root = naive_root(&leaves);
    let proof = prove_inclusion(&mut Subtrees::of(&leaves), 77, 300).unwrap();
    let check = |proof: &[Digest]| check_inclusion(77, 300, &leaves[77], proof, &root);
    assert_eq!(check(&proof[1..]), Err(ProofError::Length));
    assert_eq!(check(&[&proof[..], &[root]].concat()), Err(ProofError::Length));
    for at in 0..proof.len() {
        let mut damaged = proof.clone();
        damaged[at] = root;
        assert_eq!(check(&damaged), Err(ProofError::Root), "hash {at}");
    }
    assert_eq!(check_inclusion(300, 300, &leaves[77], &proof, &root), Err(ProofError::Range));
    assert_eq!(check_consistency((9, &root), (8, &root), &[]), Err(ProofError::Range));
    assert_eq!(check_consistency((3, &root), (8, &root), &[]), Err(ProofError::Length));
    assert_eq!(check_consistency((8, &root), (8, &root), &[root]), Err(ProofError::Length));
    assert_eq!(check_consistency((0, &root), (8, &root), &[]), Err(ProofError::Root));
    assert_eq!(check_consistency((0, &Digest::of(b"")), (8, &root), &[]), Ok(()));
}

#[test]
fn tiles_come_complete_and_in_order_across_levels() {
    let leaves = leaves(70_000);
    let mut tiles = Vec::new();
    let mut growing = Frontier::default();
    for leaf in &leaves {
        growing.push(*leaf, |id, hashes| tiles.push((id, hashes.to_vec())));
    }
    assert_eq!(growing.root(), naive_root(&leaves));
    assert_eq!(tiles.len(), 273 + 1);
    let (id, hashes) = tiles.iter().find(|(id, _)| id.level == Some(1)).unwrap();
    assert_eq!((id.index, hashes.len()), (0, 256));
    assert_eq!(hashes[3], naive_root(&leaves[768..1_024]));
    for (level, _, width) in tile_widths(70_000) {
        assert_eq!(growing.partial(level).len() as u64, width);
    }
    let partials = (0..3).map(|level| growing.partial(level).to_vec()).collect::<Vec<_>>();
    assert_eq!(Frontier::restore(70_000, partials.clone()).as_ref(), Some(&growing));
    assert_eq!(Frontier::restore(70_001, partials), None);
}

proptest! {
    #[test]
    fn roots_and_proofs_agree_with_another_implementation(size in 1_usize..2_000, pick in 0_usize..2_000) {
        use tlog_tiles::{Hash, HashReader as _, prove_record, prove_tree, stored_hashes, tree_hash};
        struct Stored(std::cell::RefCell<Vec<Hash>>);
        impl tlog_tiles::HashReader for Stored {
            fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog_tiles::Error> {
                Ok(indexes.iter().map(|index| self.0.borrow()[*index as usize]).collect())
            }
        }
        let stored = Stored(Vec::new().into());
        for index in 0..size {
            let hashes = stored_hashes(index as u64, index.to_string().as_bytes(), &stored).unwrap();
            stored.0.borrow_mut().extend(hashes);
        }
        prop_assert!(stored.read_hashes(&[0]).is_ok());
        let leaves = leaves(size);
        let pick = pick % size;
        let root = frontier(&leaves).root();
        prop_assert_eq!(root.as_bytes(), &tree_hash(size as u64, &stored).unwrap().0);
        let ours = prove_inclusion(&mut Subtrees::of(&leaves), pick as u64, size as u64).unwrap();
        let theirs = prove_record(size as u64, pick as u64, &stored).unwrap();
        prop_assert!(ours.iter().map(|hash| hash.as_bytes()).eq(theirs.iter().map(|hash| &hash.0)));
        let ours = prove_consistency(&mut Subtrees::of(&leaves), pick as u64 + 1, size as u64).unwrap();
        let theirs = prove_tree(size as u64, pick as u64 + 1, &stored).unwrap();
        prop_assert!(ours.iter().map(|hash| hash.as_bytes()).eq(theirs.iter().map(|hash| &hash.0)));
    }
}
