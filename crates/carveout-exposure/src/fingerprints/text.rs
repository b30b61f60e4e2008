//! All patterns of all rules, looked for in one pass over a text.

use aho_corasick::{AhoCorasick, MatchKind};

use super::{
    file::FingerprintError,
    glob::Glob,
    rule::{Rule, RuleKind},
    words::{Alphabet, end, line, start},
};

/// The shortest text that is worth looking for. Shorter ones are looked for as two characters at the least.
const SHORTEST_ANCHOR: usize = 2;

/// What a text met.
#[derive(Debug)]
pub(crate) struct Found<'a> {
    pub(crate) rule: &'a Rule,
    /// The word that met it.
    pub(crate) text: String,
    /// Where it starts.
    pub(crate) place: usize,
}

/// A pattern, and where its anchor stands in it if that is certain.
#[derive(Clone, Debug)]
struct Looked {
    rule: usize,
    glob: Glob,
    path: String,
    offset: Option<usize>,
}

/// One search for the anchors of all patterns. What an anchor is found at is then checked in full.
#[derive(Debug)]
pub(super) struct Automaton {
    search: AhoCorasick,
    /// For each anchor the patterns that have it.
    looked: Vec<Vec<Looked>>,
}

impl Automaton {
    pub(super) fn new(rules: &[Rule]) -> Result<Self, FingerprintError> {
        let mut anchored: Vec<(String, Looked)> = Vec::new();
        for (position, rule) in rules.iter().enumerate() {
            for (glob, path) in patterns(rule) {
                let (anchor, offset) = glob.anchor();
                let too_short = FingerprintError::Rule {
                    rule: rule.id.clone(),
                    what: "a pattern needs two plain characters in a row to be looked for",
                };
                let looked = Looked { rule: position, glob, path, offset };
                anchored.extend(spelt_out(anchor, looked).ok_or(too_short)?);
            }
        }
        // An anchor that contains another is found by the shorter one, so that none hides another.
        let mut anchors: Vec<String> = anchored.iter().map(|(anchor, _)| anchor.clone()).collect();
        anchors.sort_by_key(|anchor| (anchor.len(), anchor.clone()));
        let mut kept: Vec<String> = Vec::new();
        for anchor in anchors {
            if !kept.iter().any(|shorter| anchor.contains(shorter.as_str())) {
                kept.push(anchor);
            }
        }
        let mut looked: Vec<Vec<Looked>> = vec![Vec::new(); kept.len()];
        for (anchor, pattern) in anchored {
            let found = kept
                .iter()
                .enumerate()
                .find_map(|(position, shorter)| Some((position, anchor.find(shorter.as_str())?)));
            if let Some((position, within)) = found
                && let Some(patterns) = looked.get_mut(position)
            {
                let offset = pattern.offset.map(|offset| offset + within);
                patterns.push(Looked { offset, ..pattern });
            }
        }
        let search = AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(&kept)?;
        Ok(Self { search, looked })
    }

    /// Everything that is found, in order of its place.
    pub(super) fn find<'a>(&self, rules: &'a [Rule], text: &[u8]) -> Vec<Found<'a>> {
        let mut found: Vec<Found<'a>> = Vec::new();
        for hit in self.search.find_iter(text) {
            let patterns = self.looked.get(hit.pattern().as_usize()).into_iter().flatten();
            for pattern in patterns {
                let Some(rule) = rules.get(pattern.rule) else { continue };
                let Some((place, word)) = checked(pattern, rule, text, hit.start()) else { continue };
                let known = |known: &Found<'_>| known.place == place && known.rule.id == rule.id;
                if !found.iter().rev().take(8).any(known) {
                    found.push(Found { rule, text: word, place });
                }
            }
        }
        found
    }
}

/// The patterns of a rule that are looked for in texts. Packages are looked up by name.
fn patterns(rule: &Rule) -> Vec<(Glob, String)> {
    let plain = |globs: &[Glob]| globs.iter().map(|glob| (glob.clone(), String::new())).collect();
    match &rule.kind {
        RuleKind::Package { .. } => Vec::new(),
        RuleKind::Model { names, .. } | RuleKind::Setting { names } => plain(names),
        RuleKind::Host { hosts } => hosts.clone(),
    }
}

/// A pattern whose anchor is a single letter before a set is looked for with each of the set: `o1`, `o3`.
fn spelt_out(anchor: String, looked: Looked) -> Option<Vec<(String, Looked)>> {
    if anchor.len() >= SHORTEST_ANCHOR {
        return Some(vec![(anchor, looked)]);
    }
    let all = looked.glob.first_characters_spelt_out()?;
    Some(
        all.into_iter()
            .map(|glob| {
                let (anchor, offset) = glob.anchor();
                (anchor, Looked { glob, offset, ..looked.clone() })
            })
            .collect(),
    )
}

/// Whether the word around an anchor is what the pattern means. Its place and the word, if so.
fn checked(pattern: &Looked, rule: &Rule, text: &[u8], anchor: usize) -> Option<(usize, String)> {
    let (from, until) = match &rule.kind {
        RuleKind::Model { .. } => {
            let from = anchor.checked_sub(pattern.offset?)?;
            let before = from.checked_sub(1).and_then(|place| text.get(place));
            let joined = before.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte));
            (!joined).then(|| (from, end(text, from, Alphabet::Model)))?
        }
        RuleKind::Host { .. } => (start(text, anchor, Alphabet::Host), end(text, anchor, Alphabet::Host)),
        RuleKind::Setting { .. } => {
            (start(text, anchor, Alphabet::Setting), end(text, anchor, Alphabet::Setting))
        }
        RuleKind::Package { .. } => return None,
    };
    let word = std::str::from_utf8(text.get(from..until)?).ok()?;
    // A sentence or a path may go on behind a name.
    let word = word.trim_end_matches(['.', ':', '/', '-', '@']);
    if !pattern.glob.matches(word) || rule.excepts(word) {
        return None;
    }
    let fits = match &rule.kind {
        RuleKind::Host { .. } => has_path(text, from + word.len(), &pattern.path),
        RuleKind::Model { near: Some(near), .. } => is_near(text, from, word, near),
        _ => true,
    };
    fits.then(|| (from, word.to_owned()))
}

/// Whether a host is followed by a path, a port aside.
fn has_path(text: &[u8], end_of_host: usize, path: &str) -> bool {
    if path.is_empty() {
        return true;
    }
    let rest = text.get(end_of_host..).unwrap_or_default();
    let rest = rest.strip_prefix(b":443").unwrap_or(rest);
    rest.strip_prefix(b"/").and_then(|rest| rest.strip_prefix(path.as_bytes())).is_some_and(|after| {
        after.first().is_none_or(|byte| !byte.is_ascii_alphanumeric() && !b"-_.".contains(byte))
    })
}

/// Whether a short name is quoted, and a word stands on its line.
fn is_near(text: &[u8], from: usize, word: &str, near: &str) -> bool {
    let quote = |place: Option<&u8>| place.is_some_and(|byte| matches!(byte, b'"' | b'\'' | b'`'));
    let quoted = from.checked_sub(1).is_some_and(|before| quote(text.get(before)))
        && quote(text.get(from + word.len()));
    let line = line(text, from).to_ascii_lowercase();
    quoted && line.windows(near.len()).any(|window| window == near.as_bytes())
}
