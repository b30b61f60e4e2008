//! The results of tools, known again when a conversation sends them along with each of its turns.
//!
//! A result with rows that no identifier tells apart is, like a person, within a window if it was last seen there: sent again, its
//! rows move to that minute and are not counted twice. Which results are the same one is for [`GivenCalls`] to say.

use super::{CodecError, Minute, Pseudonym, Reader, Writer, buckets::Buckets};
use crate::{content::generations::Generations, shards::Shards};

/// How many results a scope remembers. One that is forgotten counts anew when it comes again.
const MOST_RESULTS: usize = 100_000;

/// How many calls are remembered as given out. The results of one that is forgotten count each time.
const MOST_CALLS: usize = 400_000;

/// What stands for a call that was given out more than once.
const SEVERAL: u64 = 0;

/// The result of one call of a tool, as one scope knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Returned {
    /// The call, its only giving out, what it returned, and the rows.
    pub pseudonym: Pseudonym,
    /// Rows that may each be about somebody, and in which nobody was found.
    pub rows: u64,
}

/// The results that a scope has seen: when each was last seen. Their rows are in that minute's bucket.
#[derive(Clone, Debug, Default)]
pub(super) struct Results(Shards<Pseudonym, (Minute, u64)>);

impl Results {
    /// The rows that these results would add to a window which begins with this minute.
    pub(super) fn fresh(&self, seen: &[Returned], first: Minute) -> u64 {
        let within = |one: &&Returned| self.0.get(&one.pseudonym).is_none_or(|(last, _)| *last < first);
        seen.iter().filter(within).map(|one| one.rows).fold(0, u64::saturating_add)
    }

    /// Takes in one more sight of a result, whose rows move with it. Time that runs backwards moves nothing.
    pub(super) fn take(&mut self, one: Returned, at: Minute, buckets: &mut Buckets) {
        let known = self.0.get(&one.pseudonym).copied();
        if let Some((last, rows)) = known {
            if last >= at {
                return;
            }
            buckets.take_out(last, rows);
        } else if self.0.len() >= MOST_RESULTS {
            self.forget(buckets.first());
        }
        buckets.add(at, one.rows);
        self.0.insert(one.pseudonym, (at, one.rows));
    }

    /// Forgets what is in no window any more, or else the older half. Rows that were counted stay counted.
    fn forget(&mut self, first: Minute) {
        self.0.retain(|_, (last, _)| *last >= first);
        if self.0.len() < MOST_RESULTS {
            return;
        }
        let mut minutes: Vec<Minute> = self.0.iter().map(|(_, (last, _))| *last).collect();
        let (_, middle, _) = minutes.select_nth_unstable(MOST_RESULTS / 2);
        let middle = *middle;
        self.0.retain(|_, (last, _)| *last > middle);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.len() == 0
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.length(self.0.len());
        for (pseudonym, (last, rows)) in self.0.iter() {
            writer.bytes(pseudonym.as_bytes());
            writer.number(*last);
            writer.large(*rows);
        }
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, CodecError> {
        let mut results = Shards::default();
        for _ in 0..reader.length()? {
            let pseudonym = Pseudonym::from_bytes(reader.array()?);
            results.insert(pseudonym, (reader.number()?, reader.large()?));
        }
        Ok(Self(results))
    }
}

/// The calls of tools that were given out, by keyed digests of their names.
///
/// What a call returned is known again only if the call was given out exactly once. Some models number their calls from
/// zero in every conversation: results under such a name may be several, whatever they say, and are not told apart by it.
#[derive(Clone, Debug, Default)]
pub struct GivenCalls(Generations<u64>);

impl GivenCalls {
    /// A call is given out. `giving` tells this giving out from all others, also from one that was forgotten.
    pub fn give(&mut self, call: u64, giving: u64) {
        let known = self.0.get(call);
        let giving = if known.is_some() { SEVERAL } else { giving.max(1) };
        self.0.tell(call, giving, MOST_CALLS);
    }

    /// The only giving out of a call; `None` if there was none, or more than one.
    #[must_use]
    pub fn only(&self, call: u64) -> Option<u64> {
        self.0.get(call).filter(|giving| *giving != SEVERAL)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.len() == 0
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        self.0.write(writer, |writer, giving| writer.large(giving));
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, CodecError> {
        Ok(Self(Generations::read(reader, |reader| reader.large())?))
    }
}
