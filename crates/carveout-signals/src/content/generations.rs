//! A map that keeps the younger half of what it was told.

use crate::{
    meters::{CodecError, Reader, Writer},
    shards::Shards,
};

/// Two generations. When the younger is full it becomes the older, and the older is forgotten.
#[derive(Clone, Debug)]
pub(crate) struct Generations<V> {
    younger: Shards<u64, V>,
    older: Shards<u64, V>,
}

impl<V> Default for Generations<V> {
    fn default() -> Self {
        Self { younger: Shards::default(), older: Shards::default() }
    }
}

impl<V: Copy> Generations<V> {
    pub(crate) fn get(&self, digest: u64) -> Option<V> {
        self.younger.get(&digest).or_else(|| self.older.get(&digest)).copied()
    }

    /// Tells a value, of which at most so many are kept in all; returns whether it was not among the younger.
    pub(crate) fn tell(&mut self, digest: u64, value: V, most: usize) -> bool {
        if self.younger.len() >= (most / 2).max(1) && self.younger.get(&digest).is_none() {
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
            for (digest, kept) in generation.iter() {
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
            let mut kept = Shards::default();
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
