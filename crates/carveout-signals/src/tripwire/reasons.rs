//! Why a text scores as it does, for those who look after a gateway.

use super::{
    Family, Head, classes_of,
    features::{Kept, Table, Windows, windows_of},
    lexicon,
    model::LIFT,
    root, score, words,
};

/// One thing that the highest window shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The classes that stand together, or the word.
    pub what: String,
    /// Whether it is a word, and not classes.
    pub is_word: bool,
    /// What it adds to the score, in 1/1024 of a logit; below zero if it takes away.
    pub weight: i32,
}

/// Reasons of one kind that are told.
const MOST: usize = 6;

pub(super) fn of(table: &Table, head: &Head, text: &str, family: Family) -> Vec<Reason> {
    let mut highest: Option<(i32, Vec<Kept>)> = None;
    let lane = 16 * family.index();
    let weight = |slot: usize| table.get(slot).map_or(0, |entry| i32::from((entry >> lane) as u16) - LIFT);
    let mut windows = Windows::new(table, |segments: &[Kept]| {
        for window in windows_of(segments) {
            let slots = || window.iter().flat_map(|segment| &segment.slots);
            let (count, sum) = (slots().count(), slots().map(|slot| weight(*slot)).sum());
            let count = u32::try_from(count).unwrap_or(u32::MAX >> 16);
            let score = score(head, sum, root(count), added(head, window));
            if highest.as_ref().is_none_or(|(before, _)| score > *before) {
                highest = Some((score, window.to_vec()));
            }
        }
    });
    words::each(text, &mut windows);
    windows.finish();
    let Some((_, window)) = highest else { return Vec::new() };
    let mut reasons = most(classes(&window, head));
    reasons.extend(most(words_of(&window, head, weight)));
    reasons
}

/// What the classes of a window add.
fn added(head: &Head, window: &[Kept]) -> i32 {
    let features = lexicon::features(lexicon::shown(classes_of(window)));
    features
        .fold(0, |sum, feature| sum.saturating_add(head.classes.get(feature).copied().unwrap_or_default()))
}

fn classes(window: &[Kept], head: &Head) -> Vec<Reason> {
    lexicon::features(lexicon::shown(classes_of(window)))
        .map(|feature| Reason {
            what: lexicon::name(feature),
            is_word: false,
            weight: head.classes.get(feature).copied().unwrap_or_default(),
        })
        .collect()
}

fn words_of(window: &[Kept], head: &Head, weight: impl Fn(usize) -> i32) -> Vec<Reason> {
    let count: usize = window.iter().map(|segment| segment.slots.len()).sum();
    let root = root(u32::try_from(count).unwrap_or(u32::MAX >> 16));
    let mut reasons: Vec<Reason> = Vec::new();
    for segment in window {
        let ends = segment.words.iter().skip(1).map(|(_, start)| *start).chain([segment.slots.len()]);
        for ((word, start), end) in segment.words.iter().zip(ends) {
            let slots = segment.slots.get(*start..end).unwrap_or_default();
            let sum: i32 = slots.iter().map(|slot| weight(*slot)).sum();
            let added = i64::from(sum) * i64::from(head.scale) / root;
            let added = i32::try_from(added).unwrap_or_default();
            match reasons.iter_mut().find(|reason| reason.what == *word) {
                Some(known) => known.weight += added,
                None => reasons.push(Reason { what: word.clone(), is_word: true, weight: added }),
            }
        }
    }
    reasons
}

/// The weightiest that raise the score.
fn most(mut reasons: Vec<Reason>) -> Vec<Reason> {
    reasons.retain(|reason| reason.weight > 0);
    reasons.sort_by(|one, other| other.weight.cmp(&one.weight).then_with(|| one.what.cmp(&other.what)));
    reasons.truncate(MOST);
    reasons
}
