//! The Merkle tree of RFC 6962 section 2.1, in tiles of height 8 (<https://c2sp.org/tlog-tiles>).

mod frontier;
mod hash;
mod proof;
mod tile;

pub(crate) use frontier::Frontier;
pub use hash::leaf_hash;
#[cfg(test)]
pub(crate) use hash::node_hash;
pub(crate) use hash::perfect_root;
pub(crate) use proof::{HashReader, prove_consistency, prove_inclusion, range_root};
pub use proof::{ProofError, check_consistency, check_inclusion};
pub use tile::{BundleError, parse_bundle};
pub(crate) use tile::{HASH_BYTES, TILE_WIDTH, TileId, tile_widths};

#[cfg(test)]
mod tests;
