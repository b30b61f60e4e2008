//! How many were last seen in each minute, and how many of those are within each window.

use std::collections::BTreeMap;

use super::Minute;

/// Counts by minute, with a running total for each window that ends now.
#[derive(Clone, Debug, Default)]
pub(super) struct Buckets {
    by_minute: BTreeMap<Minute, u64>,
    /// For each window: its first minute, and how many are in it.
    windows: Vec<(Minute, u64)>,
}

impl Buckets {
    /// Moves the windows to where they end now. Time that runs backwards moves nothing. Each minute leaves each window
    /// once, so this costs what was added.
    pub(super) fn advance(&mut self, lengths: &[Minute], now: Minute) {
        if self.windows.len() < lengths.len() {
            let all = self.by_minute.values().copied().fold(0, u64::saturating_add);
            self.windows.resize(lengths.len(), (0, all));
        }
        for ((first, total), length) in self.windows.iter_mut().zip(lengths) {
            let moved = now.saturating_sub(*length).max(*first);
            if moved > *first {
                let gone = self.by_minute.range(*first..moved).map(|(_, count)| *count);
                *total = total.saturating_sub(gone.fold(0, u64::saturating_add));
                *first = moved;
            }
        }
        let gone = self.first();
        if self.by_minute.first_key_value().is_some_and(|(minute, _)| *minute < gone) {
            self.by_minute = self.by_minute.split_off(&gone);
        }
    }

    /// The first minute of the longest window. What is earlier counts nowhere any more.
    pub(super) fn first(&self) -> Minute {
        self.windows.iter().map(|(first, _)| *first).min().unwrap_or_default()
    }

    pub(super) fn add(&mut self, minute: Minute, count: u64) {
        let there = self.by_minute.entry(minute).or_default();
        *there = there.saturating_add(count);
        let windows = self.windows.iter_mut().filter(|(first, _)| minute >= *first);
        windows.for_each(|(_, total)| *total = total.saturating_add(count));
    }

    pub(super) fn remove(&mut self, minute: Minute) {
        self.take_out(minute, 1);
    }

    /// Takes out as many as there are, at most so many.
    pub(super) fn take_out(&mut self, minute: Minute, count: u64) {
        let Some(there) = self.by_minute.get_mut(&minute) else { return };
        let gone = count.min(*there);
        *there -= gone;
        if *there == 0 {
            self.by_minute.remove(&minute);
        }
        self.windows
            .iter_mut()
            .filter(|(first, _)| minute >= *first)
            .for_each(|(_, total)| *total = total.saturating_sub(gone));
    }

    /// For each window, its first minute and how many are in it.
    pub(super) fn windows(&self) -> &[(Minute, u64)] {
        &self.windows
    }

    pub(super) fn by_minute(&self) -> impl ExactSizeIterator<Item = (Minute, u64)> {
        self.by_minute.iter().map(|(minute, count)| (*minute, *count))
    }
}
