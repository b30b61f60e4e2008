//! The tripwire: whether a text looks like a kind of use that agreements restrict.
//!
//! It raises scrutiny and decides nothing: what it misses, it misses silently, and it is wrong often enough that only a person
//! or a judge may act on it. docs/tripwire.md says how often, as measured.
//!
//! A text is read three sentences at a time, and its score is that of its highest window: a harmless page around a sentence hides
//! nothing. A window's score sums weights of hashed words, pairs of words and letters, and of [classes](Reason) of words that
//! stand together, such as population × personal data × watching. All numbers are whole: every machine computes the same.

mod features;
mod lexicon;
mod model;
mod reasons;
mod sums;
mod word;
mod words;

use std::sync::LazyLock;

use self::{
    features::{Kept, NO_WEIGHTS, Table, WINDOW, Windows, windows_of},
    lexicon::{Classes, Shown},
    sums::{Sums, root, score},
};
pub use self::{
    model::{Head, Model, NoModel, STEPS},
    reasons::Reason,
};
use crate::{Evidence, Scanner};

/// A family of purposes that the wire is strung for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Family {
    /// Watching many persons without a suspicion against each.
    MassSurveillance,
    /// Choosing what is attacked, attacking it, and weapons that do so by themselves.
    Targeting,
    /// Scoring persons socially, predicting offences, deciding high stakes alone, sorting by traits or feelings.
    Profiling,
}

impl Family {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::MassSurveillance, Self::Targeting, Self::Profiling];

    /// Its name in documents, and the member of a vocabulary that stands for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MassSurveillance => "mass_surveillance",
            Self::Targeting => "targeting",
            Self::Profiling => "profiling",
        }
    }

    const fn index(self) -> usize {
        self as usize
    }
}

/// How high a text scores, in 1/1024 of a logit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    scores: [i32; Family::ALL.len()],
    raised: [bool; Family::ALL.len()],
}

impl Default for Reading {
    /// That of no text.
    fn default() -> Self {
        Self { scores: [i32::MIN; Family::ALL.len()], raised: [false; Family::ALL.len()] }
    }
}

impl Reading {
    /// The score of a family's highest window.
    #[must_use]
    pub fn score(&self, family: Family) -> i32 {
        self.scores.get(family.index()).copied().unwrap_or(i32::MIN)
    }

    /// Whether the wire of a family is tripped.
    #[must_use]
    pub fn is_raised(&self, family: Family) -> bool {
        self.raised.get(family.index()).copied().unwrap_or(true)
    }

    /// The same, as if nothing had been looked for of these families.
    #[must_use]
    pub fn without(mut self, families: &[Family]) -> Self {
        for family in families {
            if let (Some(score), Some(raised)) =
                (self.scores.get_mut(family.index()), self.raised.get_mut(family.index()))
            {
                (*score, *raised) = (i32::MIN, false);
            }
        }
        self
    }

    /// The families whose wire is tripped.
    pub fn raised(&self) -> impl Iterator<Item = Family> {
        Family::ALL.into_iter().filter(|family| self.is_raised(*family))
    }

    /// Notes how high a window scores.
    fn note(&mut self, heads: &[Head; Family::ALL.len()], window: &Sums, added: [i32; Family::ALL.len()]) {
        let root = root(window.count);
        let places = self.scores.iter_mut().zip(&mut self.raised);
        for (((highest, raised), head), (sum, added)) in
            places.zip(heads).zip(window.sums.into_iter().zip(added))
        {
            let score = score(head, sum, root, added);
            *highest = score.max(*highest);
            *raised |= score >= head.threshold;
        }
    }

    /// The reading of several texts is the highest of each family.
    pub fn join(&mut self, other: &Self) {
        for (own, other) in self.scores.iter_mut().zip(other.scores) {
            *own = (*own).max(other);
        }
        for (own, other) in self.raised.iter_mut().zip(other.raised) {
            *own |= other;
        }
    }
}

/// A model, ready to read.
#[derive(Debug)]
pub struct Tripwire {
    table: Box<Table>,
    heads: [Head; Family::ALL.len()],
    /// What each feature of classes adds, for all families side by side.
    classes: Vec<[i32; Family::ALL.len()]>,
}

/// What `cargo xtask train` made of the examples.
static EMBEDDED: LazyLock<Tripwire> = LazyLock::new(|| {
    Model::parse(include_bytes!("../../tripwire/model.bin")).map_or_else(
        |NoModel| Tripwire::of(Box::new(NO_WEIGHTS), std::array::from_fn(|_| Head::of_nothing())),
        |model| Tripwire::new(&model),
    )
});

impl Head {
    /// Stands for what can't be read: everything trips the wire.
    const fn of_nothing() -> Self {
        Self { bias: 0, scale: 0, threshold: i32::MIN, classes: [0; lexicon::FEATURES], curve: [0; STEPS] }
    }
}

impl Tripwire {
    /// The model in the binary.
    #[must_use]
    pub fn embedded() -> &'static Self {
        &EMBEDDED
    }

    /// A model, ready to read.
    #[must_use]
    pub fn new(model: &Model) -> Self {
        Self::of(model.table(), model.heads.clone())
    }

    fn of(table: Box<Table>, heads: [Head; Family::ALL.len()]) -> Self {
        let added = |feature: usize| {
            heads.each_ref().map(|head| head.classes.get(feature).copied().unwrap_or_default())
        };
        Self { table, classes: (0..FEATURES).map(added).collect(), heads }
    }

    /// What the features that a window shows add for each family.
    fn added(&self, shown: Shown) -> [i32; Family::ALL.len()] {
        let mut sums = [0_i32; Family::ALL.len()];
        for feature in lexicon::features(shown) {
            let added = self.classes.get(feature).copied().unwrap_or_default();
            for (sum, one) in sums.iter_mut().zip(added) {
                *sum = sum.saturating_add(one);
            }
        }
        sums
    }

    /// Reads a text as it stands. Total, and linear in its length.
    #[must_use]
    pub fn read(&self, text: &str) -> Reading {
        let mut reading = Reading::default();
        // Most windows show the classes of the one before.
        let mut latest = (0, self.added(0));
        let mut windows = Windows::new(&self.table, |segments: &[Sums]| {
            let mut window = Sums::default();
            for segment in segments.iter().rev() {
                window.add(segment);
                if latest.0 != window.classes {
                    latest = (window.classes, self.added(lexicon::shown(window.classes)));
                }
                reading.note(&self.heads, &window, latest.1);
            }
        });
        words::each(text, &mut windows);
        windows.finish();
        reading
    }

    /// Reads a text and every view of it that is no guess, and scans it in the same pass.
    #[must_use]
    pub fn scan(&self, scanner: &Scanner, text: &str) -> (Evidence, Reading) {
        let mut reading = Reading::default();
        let evidence = scanner.scan_seeing(text, &mut |view| reading.join(&self.read(view)));
        (evidence, reading)
    }

    /// The calibrated share of examples among texts that score so, in percent: a multiple of five.
    #[must_use]
    pub fn share(&self, family: Family, score: i32) -> u8 {
        let curve = self.heads.get(family.index()).map_or(&[][..], |head| &head.curve);
        let steps = curve.iter().take_while(|from| score >= **from).count();
        u8::try_from(steps * 5).unwrap_or(100)
    }

    /// Why a text, in the view that scores highest, scores as it does for a family. For staff.
    #[must_use]
    pub fn explain(&self, scanner: &Scanner, text: &str, family: Family) -> Vec<Reason> {
        let mut highest = (i32::MIN, String::new());
        scanner.scan_seeing(text, &mut |view| {
            let score = self.read(view).score(family);
            if score > highest.0 {
                highest = (score, view.to_owned());
            }
        });
        self.reasons(&highest.1, family)
    }

    /// Why a text scores as it does for a family: what the highest window shows, the weightiest first. For staff.
    #[must_use]
    pub fn reasons(&self, text: &str, family: Family) -> Vec<Reason> {
        self.heads
            .get(family.index())
            .map_or_else(Vec::new, |head| reasons::of(&self.table, head, text, family))
    }
}

/// What training sees of a text: for each window the slots of its n-grams and its features of classes.
#[must_use]
pub fn windows(text: &str) -> Vec<(Vec<usize>, Vec<usize>)> {
    let mut seen = Vec::new();
    let mut windows = Windows::new(&NO_WEIGHTS, |segments: &[Kept]| {
        for window in windows_of(segments) {
            let slots = window.iter().flat_map(|segment| segment.slots.iter().copied()).collect();
            seen.push((slots, lexicon::features(lexicon::shown(classes_of(window))).collect()));
        }
    });
    words::each(text, &mut windows);
    windows.finish();
    seen
}

/// How many slots the weights have.
pub const SLOTS: usize = features::SLOTS;
/// How many features of classes there are.
pub const FEATURES: usize = lexicon::FEATURES;

/// What a feature of classes is called.
#[must_use]
pub fn feature_name(feature: usize) -> String {
    lexicon::name(feature)
}

fn classes_of(window: &[Kept]) -> Classes {
    window.iter().fold(0, |classes, segment| classes | segment.classes)
}

const _: () = assert!(WINDOW == 3 && Family::ALL.len() <= 4, "a table entry has four lanes");

#[cfg(test)]
mod tests;
