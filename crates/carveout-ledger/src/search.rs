//! Finding the entries of one decision among those published. There is no index: they are near each other, so the
//! bundles are looked through from a known entry on.

use crate::{DecisionId, LedgerError, parse_bundle, published::Tiles, storage::Storage, tree::TILE_WIDTH};

/// Entries are looked through at most this far from the known one: some 130 MB of bundles.
pub(crate) const MOST_SEARCHED: u64 = 1 << 18;

/// An entry's head, up to the name of its decision, is shorter than this.
const HEAD_BYTES: usize = 128;

/// The last `decided` entry of a decision before an index.
pub(crate) fn decided_before(
    storage: &dyn Storage,
    size: u64,
    decision: &DecisionId,
    index: u64,
) -> Result<Option<u64>, LedgerError> {
    let earliest = index.saturating_sub(MOST_SEARCHED);
    let wanted = Wanted::new(decision, &["decided"]);
    for bundle in (earliest / TILE_WIDTH..=index / TILE_WIDTH).rev() {
        let found = wanted.in_bundle(storage, size, bundle)?;
        if let Some(last) = found.into_iter().rev().find(|found| *found < index) {
            return Ok(Some(last));
        }
    }
    Ok(None)
}

/// The first entry from an index on that ends a decision.
pub(crate) fn ended_after(
    storage: &dyn Storage,
    size: u64,
    decision: &DecisionId,
    index: u64,
) -> Result<Option<u64>, LedgerError> {
    let end = size.min(index.saturating_add(MOST_SEARCHED));
    let wanted = Wanted::new(decision, &["settled", "interrupted"]);
    for bundle in index / TILE_WIDTH..end.div_ceil(TILE_WIDTH) {
        let found = wanted.in_bundle(storage, size, bundle)?;
        if let Some(first) = found.into_iter().find(|found| *found >= index) {
            return Ok(Some(first));
        }
    }
    Ok(None)
}

/// What the head of a wanted entry holds. An entry has one spelling, so no other head holds it.
struct Wanted {
    kinds: Vec<String>,
    decision: String,
}

impl Wanted {
    fn new(decision: &DecisionId, kinds: &[&str]) -> Self {
        Self {
            kinds: kinds.iter().map(|kind| format!("{{\"v\":1,\"kind\":\"{kind}\",")).collect(),
            decision: format!("\"event\":{{\"decision\":\"{decision}\""),
        }
    }

    /// The indexes of the wanted entries in a bundle.
    fn in_bundle(&self, storage: &dyn Storage, size: u64, bundle: u64) -> Result<Vec<u64>, LedgerError> {
        let read = Tiles::new(storage, size).bundle(bundle)?;
        let entries =
            parse_bundle(&read.bytes).map_err(|error| LedgerError::corrupt(read.id, error.to_string()))?;
        let indexed = (bundle * TILE_WIDTH..).zip(entries);
        Ok(indexed.filter(|(_, entry)| self.is_in(entry)).map(|(index, _)| index).collect())
    }

    fn is_in(&self, entry: &[u8]) -> bool {
        let head = entry.get(..HEAD_BYTES).unwrap_or(entry);
        let decision = self.decision.as_bytes();
        self.kinds.iter().any(|kind| head.starts_with(kind.as_bytes()))
            && head.windows(decision.len()).any(|window| window == decision)
    }
}
