//! A hash map in parts. A copy of it costs nothing: the parts are shared until one of the two changes them.
//!
//! So a map that requests change can be written down as it stands, while they go on changing it. A map in parts also grows part
//! by part, so that nobody has to wait until all of a large one has moved.

use std::{
    collections::HashMap,
    hash::{BuildHasher as _, BuildHasherDefault, Hash, Hasher},
    sync::Arc,
};

/// Enough that a part of a map of a million is copied within a tenth of a millisecond.
const PARTS: usize = 64;

type Part<K, V> = HashMap<K, V, BuildHasherDefault<AsItIs>>;

/// A map whose keys are keyed digests, which are spread already.
#[derive(Clone, Debug)]
pub(crate) struct Shards<K, V> {
    /// None before something is in it.
    parts: Vec<Arc<Part<K, V>>>,
    length: usize,
}

impl<K, V> Default for Shards<K, V> {
    fn default() -> Self {
        Self { parts: Vec::new(), length: 0 }
    }
}

impl<K: Copy + Eq + Hash, V: Copy> Shards<K, V> {
    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.parts.get(place(key))?.get(key)
    }

    /// Puts in a value, and gives back the one that was there.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        let before = self.part(&key).insert(key, value);
        self.length += usize::from(before.is_none());
        before
    }

    /// Keeps what is wanted.
    pub(crate) fn retain(&mut self, mut wanted: impl FnMut(&K, &V) -> bool) {
        for part in &mut self.parts {
            Arc::make_mut(part).retain(|key, value| wanted(key, value));
        }
        self.length = self.parts.iter().map(|part| part.len()).sum();
    }

    /// Makes room for so many, as far as they are spread evenly.
    pub(crate) fn reserve(&mut self, more: usize) {
        self.begin();
        self.parts.iter_mut().for_each(|part| Arc::make_mut(part).reserve(more / PARTS));
    }

    pub(crate) const fn len(&self) -> usize {
        self.length
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.parts.iter().flat_map(|part| part.iter())
    }

    fn begin(&mut self) {
        if self.parts.is_empty() {
            // One empty part stands for all until they are changed.
            self.parts = vec![Arc::default(); PARTS];
        }
    }

    #[expect(clippy::indexing_slicing, reason = "there are as many parts as there are places")]
    fn part(&mut self, key: &K) -> &mut Part<K, V> {
        self.begin();
        Arc::make_mut(&mut self.parts[place(key)])
    }
}

/// By other bits than those by which a part finds its own places.
fn place<K: Hash>(key: &K) -> usize {
    let hash = BuildHasherDefault::<AsItIs>::default().hash_one(key);
    (hash >> 40) as usize % PARTS
}

/// Nobody outside can choose a keyed digest: a part of it is as good a hash as any.
#[derive(Clone, Debug, Default)]
pub(crate) struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _bytes: &[u8]) {}

    fn write_u64(&mut self, digest: u64) {
        self.0 = digest;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// Digests that meet in the same part as well as ones that don't.
    fn key() -> impl Strategy<Value = u64> {
        (0..4_u64, 0..40_u64).prop_map(|(part, one)| part << 40 | one)
    }

    proptest! {
        #[test]
        fn it_is_a_map_and_a_copy_stays_as_it_was(
            before in proptest::collection::vec((key(), any::<u32>()), 0..200),
            after in proptest::collection::vec((key(), any::<u32>()), 0..200),
        ) {
            let (mut shards, mut map) = (Shards::default(), BTreeMap::new());
            for (key, value) in before {
                prop_assert_eq!(shards.insert(key, value), map.insert(key, value));
            }
            let (copy, then) = (shards.clone(), map.clone());
            for (key, value) in after {
                prop_assert_eq!(shards.insert(key, value), map.insert(key, value));
            }
            shards.retain(|key, _| key % 3 > 0);
            map.retain(|key, _| key % 3 > 0);
            for (shards, map) in [(&shards, &map), (&copy, &then)] {
                let all: BTreeMap<u64, u32> = shards.iter().map(|(key, value)| (*key, *value)).collect();
                prop_assert_eq!(&all, map);
                prop_assert_eq!(shards.len(), map.len());
                prop_assert!(map.iter().all(|(key, value)| shards.get(key) == Some(value)));
            }
        }
    }

    #[test]
    fn a_copy_shares_every_part_that_did_not_change() {
        let mut shards = Shards::default();
        for key in 0..6_400_u64 {
            shards.insert(key << 40, ());
        }
        let copy = shards.clone();
        shards.insert(1 << 40 | 1, ());
        let shared = shards.parts.iter().zip(&copy.parts).filter(|(one, other)| Arc::ptr_eq(one, other));
        assert_eq!(shared.count(), PARTS - 1);
    }
}
