//! What the weights of a window add up to, in whole numbers.

use super::{
    Family, Head,
    features::{MOST_OF_A_WINDOW, MOST_OF_A_WORD, Segment, Table},
    lexicon::Classes,
    model::LIFT,
};

/// Sums of the weights of a segment.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Sums {
    /// Sums of lifted weights, sixteen bits for each family, until they might overflow.
    lanes: u64,
    pending: u32,
    pub(super) sums: [i32; Family::ALL.len()],
    pub(super) count: u32,
    pub(super) classes: Classes,
}

impl Sums {
    /// Moves the lanes into the sums.
    fn settle(&mut self) {
        let lifted = self.pending.cast_signed() * LIFT;
        for (lane, sum) in self.sums.iter_mut().enumerate() {
            *sum += i32::from((self.lanes >> (16 * lane)) as u16) - lifted;
        }
        self.count += self.pending;
        (self.lanes, self.pending) = (0, 0);
    }

    /// Adds another segment, which is settled.
    pub(super) fn add(&mut self, other: &Self) {
        for (own, other) in self.sums.iter_mut().zip(other.sums) {
            *own += other;
        }
        self.count += other.count;
        self.classes |= other.classes;
    }
}

/// 256 times the square root of the number of n-grams.
pub(super) fn root(count: u32) -> i64 {
    static ROOTS: [u16; MOST_OF_A_WINDOW + 1] = roots();
    i64::from(ROOTS.get(count as usize).copied().unwrap_or(u16::MAX))
}

/// The roots of all numbers of n-grams that a window may have. It has one at least.
#[expect(clippy::indexing_slicing, reason = "the loop ends where the table does")]
const fn roots() -> [u16; MOST_OF_A_WINDOW + 1] {
    let mut roots = [1 << 8; MOST_OF_A_WINDOW + 1];
    let mut count = 1;
    while count <= MOST_OF_A_WINDOW {
        roots[count] = ((count as u32) << 16).isqrt() as u16;
        count += 1;
    }
    roots
}

const _: () = assert!(((MOST_OF_A_WINDOW as u64) << 16) < 1 << 32, "the largest root has sixteen bits");

/// The score of a window.
pub(super) fn score(head: &Head, sum: i32, root: i64, added: i32) -> i32 {
    let grams = i64::from(sum) * i64::from(head.scale) / root;
    let score = i64::from(head.bias) + grams + i64::from(added);
    i32::try_from(score.clamp(i64::from(i32::MIN) + 1, i64::from(i32::MAX))).unwrap_or(i32::MAX)
}

impl Segment for Sums {
    fn word(&mut self, _: &[u8]) {
        // 257 lifted weights fit sixteen bits.
        if self.pending + MOST_OF_A_WORD > 257 {
            self.settle();
        }
    }

    fn slots(&mut self, slots: impl Iterator<Item = usize>, table: &Table) {
        let (mut lanes, mut count) = (self.lanes, 0);
        slots.for_each(|slot| {
            lanes += table.get(slot).copied().unwrap_or_default();
            count += 1;
        });
        self.lanes = lanes;
        self.pending += count;
    }

    fn classes(&mut self, classes: Classes) {
        self.classes |= classes;
    }

    fn end(&mut self) {
        self.settle();
    }
}
