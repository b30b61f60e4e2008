//! The redline: which clauses were added, removed, renumbered or reworded, and how.

use std::collections::BTreeMap;

use carveout_terms::Agreement;

use super::{
    blocks::{Block, blocks},
    words::{alike, related},
};

/// What happened to a clause.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Fate {
    Added,
    Removed,
    Changed,
    Renumbered,
}

impl Fate {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Renumbered => "renumbered",
        }
    }
}

/// A clause that isn't the same on both sides.
#[derive(Debug, serde::Serialize)]
pub(super) struct ClauseChange {
    pub(super) agreement: String,
    pub(super) fate: Fate,
    pub(super) old: Option<Name>,
    pub(super) new: Option<Name>,
    /// Its text, paragraph by paragraph and block by block.
    pub(super) blocks: Vec<Block>,
}

/// How a clause is called.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub(super) struct Name {
    pub(super) number: String,
    pub(super) heading: String,
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.number.is_empty() {
            return f.write_str(&self.heading);
        }
        write!(f, "{} {}", self.number, self.heading)
    }
}

/// The clauses that differ, in the order of the new text, those that were removed after what stood before them.
pub(super) fn compare(old: &Agreement, new: &Agreement) -> Vec<ClauseChange> {
    let (old_sections, new_sections) = (sections(old), sections(new));
    let pairs = paired(&old_sections, &new_sections);
    let partner: BTreeMap<usize, usize> = pairs.iter().map(|(old, new)| (*new, *old)).collect();
    let mut placed: Vec<((Option<usize>, usize), ClauseChange)> = Vec::new();
    for (position, section) in new_sections.iter().enumerate() {
        let earlier = partner.get(&position).and_then(|old| old_sections.get(*old));
        if let Some(change) = change(new.id(), earlier, Some(section)) {
            placed.push(((Some(position), 0), change));
        }
    }
    for (position, section) in old_sections.iter().enumerate() {
        if pairs.contains_key(&position) {
            continue;
        }
        let before = pairs.range(..position).next_back().map(|(_, new)| *new);
        if let Some(change) = change(old.id(), Some(section), None) {
            placed.push(((before, position + 1), change));
        }
    }
    placed.sort_by_key(|(place, _)| *place);
    placed.into_iter().map(|(_, change)| change).collect()
}

/// A clause with its text.
#[derive(Debug)]
struct Section<'a> {
    name: Name,
    text: &'a str,
}

/// What stands before the clauses, and the clauses.
fn sections(agreement: &Agreement) -> Vec<Section<'_>> {
    let source: &str = agreement.source();
    let starts = agreement.clauses().iter().map(|clause| clause.span().start);
    let mut ends: Vec<usize> = starts.skip(1).collect();
    ends.push(source.len());
    let first = agreement.clauses().first().map_or(source.len(), |clause| clause.span().start);
    let preamble = source.get(body(source)..first).unwrap_or_default();
    let name = Name { number: String::new(), heading: "Before the first clause".to_owned() };
    let mut sections = vec![Section { name, text: preamble }];
    for (clause, end) in agreement.clauses().iter().zip(ends) {
        let name = Name { number: clause.number().to_owned(), heading: clause.heading().to_owned() };
        sections.push(Section { name, text: source.get(clause.span().end..end).unwrap_or_default() });
    }
    sections
}

/// Where the front matter ends.
fn body(source: &str) -> usize {
    let mut fences = 0;
    let mut end = 0;
    for line in source.split_inclusive('\n') {
        end += line.len();
        fences += usize::from(line.trim_end() == "+++");
        if fences == 2 {
            return end;
        }
    }
    0
}

/// Which old section became which new one.
fn paired(old: &[Section<'_>], new: &[Section<'_>]) -> BTreeMap<usize, usize> {
    let mut pairs = BTreeMap::new();
    let mut taken = vec![false; new.len()];
    let mut pair = |pairs: &mut BTreeMap<usize, usize>, same: &dyn Fn(&Section<'_>, &Section<'_>) -> bool| {
        for (position, section) in old.iter().enumerate() {
            if pairs.contains_key(&position) {
                continue;
            }
            let mut free = new.iter().zip(taken.iter_mut()).enumerate().filter(|(_, (_, taken))| !**taken);
            if let Some((found, (_, taken))) = free.find(|(_, (other, _))| same(section, other)) {
                *taken = true;
                pairs.insert(position, found);
            }
        }
    };
    let same_number = |old: &Section<'_>, new: &Section<'_>| old.name.number == new.name.number;
    let same_heading = |old: &Section<'_>, new: &Section<'_>| old.name.heading == new.name.heading;
    let same_text = |old: &Section<'_>, new: &Section<'_>| old.text.trim() == new.text.trim();
    pair(&mut pairs, &|old, new| same_number(old, new) && same_heading(old, new));
    pair(&mut pairs, &|old, new| same_text(old, new) && !old.text.trim().is_empty());
    pair(&mut pairs, &|old, new| same_heading(old, new) && related(old.text, new.text));
    pair(&mut pairs, &|old, new| same_number(old, new) && related(old.text, new.text));
    pair(&mut pairs, &|old, new| alike(old.text, new.text) > 0.7);
    pairs
}

fn change(agreement: &str, old: Option<&Section<'_>>, new: Option<&Section<'_>>) -> Option<ClauseChange> {
    let text = |section: Option<&Section<'_>>| section.map_or("", |section| section.text).to_owned();
    let blocks = blocks(&text(old), &text(new));
    let name = |section: Option<&Section<'_>>| section.map(|section| section.name.clone());
    let (old_name, new_name) = (name(old), name(new));
    let reworded = blocks.iter().any(|block| !block.is_same());
    let fate = match (&old_name, &new_name) {
        (None, _) => Fate::Added,
        (_, None) => Fate::Removed,
        (Some(old), Some(new)) if reworded || old.heading != new.heading => Fate::Changed,
        (Some(old), Some(new)) if old.number != new.number => Fate::Renumbered,
        _ => return None,
    };
    Some(ClauseChange { agreement: agreement.to_owned(), fate, old: old_name, new: new_name, blocks })
}
