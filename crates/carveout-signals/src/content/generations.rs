//! A map that keeps the younger half of what it was told.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

use crate::meters::{CodecError, Reader, Writer};

/// Two generations. When the younger is full it becomes the older, and the older is forgotten.
#[derive(Clone, Debug)]
pub(crate) struct Generations<V> {
    younger: HashMap<u64, V, BuildHasherDefault<AsItIs>>,
    older: HashMap<u64, V, BuildHasherDefault<AsItIs>>,
}

impl<V> Default for Generations<V> {
    fn default() -> Self {
        Self { younger: HashMap::default(), older: HashMap::default() }
    }
}

impl<V: Copy> Generations<V> {
    pub(crate) fn get(&self, digest: u64) -> Option<V> {
        self.younger.get(&digest).or_else(|| self.older.get(&digest)).copied()
    }

    /// Tells a value, of which at most so many are kept in all; returns whether it was not among the younger.
    pub(crate) fn tell(&mut self, digest: u64, value: V, most: usize) -> bool {
        if self.younger.len() >= (most / 2).max(1) && !self.younger.contains_key(&digest) {
            self.older = std::mem::take(&mut self.younger);
        }
        self.younger.insert(digest, value).is_none()
    }

    pub(crate) fn len(&self) -> usize {
        self.younger.len() + self.older.len()
    }

    pub(crate) fn write(&self, writer: &mut Writer, mut value: impl FnMut(&mut Writer, V)) {
        for generation in [&self.younger, &self.older] {
            writer.length(generation.len());
            for (digest, kept) in generation {
                writer.large(*digest);
                value(writer, *kept);
            }
        }
    }

    pub(crate) fn read(
        reader: &mut Reader<'_>,
        mut value: impl FnMut(&mut Reader<'_>) -> Result<V, CodecError>,
    ) -> Result<Self, CodecError> {
        let mut generation = || {
            let count = reader.length()?;
            let mut kept = HashMap::default();
            kept.reserve(count.min(reader.left() / 10));
            for _ in 0..count {
                let digest = reader.large()?;
                kept.insert(digest, value(reader)?);
            }
            Ok(kept)
        };
        Ok(Self { younger: generation()?, older: generation()? })
    }
}

/// Keyed digests are spread already.
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
