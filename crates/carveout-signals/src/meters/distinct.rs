//! Distinct persons by one kind of identifier, in every window at once.

use super::{CodecError, Minute, Pseudonym, Reader, Writer, buckets::Buckets};
use crate::shards::Shards;

/// A sketch never samples more thinly than this: four thousand million persons and more.
const MOST_HALVINGS: u32 = 32;

/// Standard deviations between an estimate and its bounds: beyond them once in 740 times on each side.
const DEVIATIONS: f64 = 3.0;

/// When persons were last seen, for sure and at all. Minute 0 is never.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Last {
    sure: Minute,
    any: Minute,
}

/// Distinct pseudonyms.
#[derive(Clone, Debug, Default)]
pub(super) struct Distinct {
    seen: Shards<Pseudonym, Last>,
    sure: Buckets,
    any: Buckets,
    /// Only pseudonyms that begin with so many zero bits are kept.
    halvings: u32,
    /// How many may be kept before those that no window reaches are looked for.
    purge_at: usize,
}

/// What one window would hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counted {
    pub(super) sure: u64,
    pub(super) any: u64,
}

impl Distinct {
    pub(super) fn advance(&mut self, lengths: &[Minute], now: Minute) {
        self.sure.advance(lengths, now);
        self.any.advance(lengths, now);
    }

    /// What each window holds, with these persons in it.
    pub(super) fn with(&self, persons: &[(Pseudonym, bool)]) -> Vec<Counted> {
        let mut counted: Vec<Counted> = self.held().collect();
        for (pseudonym, sure) in persons.iter().filter(|(one, _)| one.zeros() >= self.halvings) {
            let last = self.seen.get(pseudonym).copied().unwrap_or_default();
            let windows = self.sure.windows().iter().zip(self.any.windows());
            for (counted, ((first_sure, _), (first, _))) in counted.iter_mut().zip(windows) {
                counted.any += u64::from(last.any < (*first).max(1));
                counted.sure += u64::from(*sure && last.sure < (*first_sure).max(1));
            }
        }
        counted
    }

    fn held(&self) -> impl Iterator<Item = Counted> {
        let windows = self.sure.windows().iter().zip(self.any.windows());
        windows.map(|((_, sure), (_, any))| Counted { sure: *sure, any: *any })
    }

    pub(super) fn take(&mut self, pseudonym: Pseudonym, sure: bool, at: Minute, most: usize) {
        let at = at.max(1);
        if pseudonym.zeros() < self.halvings || at < self.any.first() {
            return;
        }
        let before = self.seen.get(&pseudonym).copied();
        let mut last = before.unwrap_or_default();
        if last.any < at {
            self.any.remove(last.any);
            self.any.add(at, 1);
            last.any = at;
        }
        if sure && last.sure < at {
            self.sure.remove(last.sure);
            self.sure.add(at, 1);
            last.sure = at;
        }
        if before == Some(last) {
            return;
        }
        self.seen.insert(pseudonym, last);
        if self.seen.len() > self.purge_at.min(most) {
            self.shrink(most);
        }
    }

    /// Forgets what no window reaches, then samples more thinly until there is room.
    fn shrink(&mut self, most: usize) {
        let first = self.any.first().max(1);
        self.seen.retain(|_, last| last.any >= first);
        while self.seen.len() > most && self.halvings < MOST_HALVINGS {
            self.halvings += 1;
            let (halvings, sure, any) = (self.halvings, &mut self.sure, &mut self.any);
            self.seen.retain(|pseudonym, last| {
                let stays = pseudonym.zeros() >= halvings;
                if !stays {
                    sure.remove(last.sure);
                    any.remove(last.any);
                }
                stays
            });
        }
        // Twice as many may come before the next look, so a look costs each of them a constant amount.
        self.purge_at = (self.seen.len() * 2).max(1 << 10);
    }

    pub(super) fn kept(&self) -> usize {
        self.seen.len()
    }

    /// At least so many, if so many are kept.
    pub(super) fn at_least(&self, kept: u64) -> u64 {
        let estimate = self.estimate(kept) - self.margin(kept);
        (estimate.max(0.0) as u64).max(kept)
    }

    /// At most so many, if so many are kept.
    pub(super) fn at_most(&self, kept: u64) -> u64 {
        // A sketch that kept nobody may still have missed some: one more is kept than there is.
        let kept = if self.halvings == 0 { kept } else { kept + 1 };
        (self.estimate(kept) + self.margin(kept)).ceil() as u64
    }

    fn estimate(&self, kept: u64) -> f64 {
        kept as f64 * 2_f64.powi(self.halvings as i32)
    }

    /// The error of a count of which each was kept with this probability: binomial, so its deviation is the root of what
    /// was kept times the odds against, scaled up as the estimate is.
    fn margin(&self, kept: u64) -> f64 {
        let (rate, scale) = (0.5_f64.powi(self.halvings as i32), 2_f64.powi(self.halvings as i32));
        DEVIATIONS * (kept as f64 * (1.0 - rate)).sqrt() * scale
    }

    /// What is written of it, as it stands. Buckets follow from it.
    pub(super) fn frozen(&self) -> Self {
        Self { seen: self.seen.clone(), halvings: self.halvings, ..Self::default() }
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.number(self.halvings);
        writer.length(self.seen.len());
        for (pseudonym, last) in self.seen.iter() {
            writer.bytes(pseudonym.as_bytes());
            writer.number(last.sure);
            writer.number(last.any);
        }
    }

    pub(super) fn read(lengths: &[Minute], reader: &mut Reader<'_>) -> Result<Self, CodecError> {
        let mut distinct = Self { halvings: reader.number()?.min(MOST_HALVINGS), ..Self::default() };
        let count = reader.length()?;
        distinct.seen.reserve(count.min(reader.left() / 20));
        for _ in 0..count {
            let pseudonym = Pseudonym::from_bytes(reader.array()?);
            let last = Last { sure: reader.number()?, any: reader.number()? };
            distinct.seen.insert(pseudonym, last);
        }
        for (_, last) in distinct.seen.iter() {
            for (minute, buckets) in [(last.sure, &mut distinct.sure), (last.any, &mut distinct.any)] {
                if minute > 0 {
                    buckets.add(minute, 1);
                }
            }
        }
        distinct.advance(lengths, 0);
        Ok(distinct)
    }
}
