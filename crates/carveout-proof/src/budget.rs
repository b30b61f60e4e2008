//! How much an analysis may take, given by whoever asks: this crate has no clock of its own.

use std::{fmt, sync::Arc};

/// How much work an analysis may do, and whom to tell how far it is.
///
/// When a budget is spent the answer is *undecided*, or a region that is *not exhausted*. It is
/// never a guess.
#[derive(Clone)]
pub struct Budget {
    stop: Arc<dyn Fn() -> bool + Send + Sync>,
    report: Arc<dyn Fn(Progress) + Send + Sync>,
    cubes: usize,
}

/// How far an analysis is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Progress {
    /// So many of the clauses are compiled.
    Compiled {
        /// Compiled so far.
        done: usize,
        /// To be compiled.
        of: usize,
    },
    /// A region has so many cubes so far. How many it will have is not known before the end.
    Cubes(usize),
    /// So many of the questions are answered.
    Answered {
        /// Answered so far.
        done: usize,
        /// To be answered.
        of: usize,
    },
}

/// A region with more cubes than this is not something that people read.
const MOST_CUBES: usize = 2_000;

impl Budget {
    /// Everything it takes.
    #[must_use]
    pub fn unlimited() -> Self {
        Self { stop: Arc::new(|| false), report: Arc::new(|_| {}), cubes: MOST_CUBES }
    }

    /// Stops when `stop` says so. It is asked often, and must be quick.
    #[must_use]
    pub fn until(self, stop: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self { stop: Arc::new(stop), ..self }
    }

    /// Tells `report` how far the analysis is.
    #[must_use]
    pub fn reporting(self, report: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        Self { report: Arc::new(report), ..self }
    }

    /// Enumerates no more than so many cubes of one region.
    #[must_use]
    pub fn cubes(self, cubes: usize) -> Self {
        Self { cubes, ..self }
    }

    pub(crate) fn is_spent(&self) -> bool {
        (self.stop)()
    }

    pub(crate) fn report(&self, progress: Progress) {
        (self.report)(progress);
    }

    pub(crate) const fn most_cubes(&self) -> usize {
        self.cubes
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::unlimited()
    }
}

impl fmt::Debug for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Budget").field("cubes", &self.cubes).finish_non_exhaustive()
    }
}
