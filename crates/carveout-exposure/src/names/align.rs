//! Which word of one name stands for which of the other.

use super::lexicon::Word;

/// Two words taken for the same, and how alike they are.
pub(super) struct Pair<'a> {
    pub(super) one: &'a Word,
    pub(super) other: &'a Word,
    pub(super) likeness: f64,
    pub(super) places: (usize, usize),
}

/// An alignment: pairs, and what is left of each name.
pub(super) struct Alignment<'a> {
    pub(super) pairs: Vec<Pair<'a>>,
    pub(super) left: Vec<&'a Word>,
    pub(super) right: Vec<&'a Word>,
}

/// Pairs words from the most alike down; each is paired at most once.
pub(super) fn align<'a>(one: &'a [Word], other: &'a [Word]) -> Alignment<'a> {
    let mut candidates: Vec<Pair<'a>> = Vec::new();
    for (left, word) in one.iter().enumerate() {
        for (right, opposite) in other.iter().enumerate() {
            let likeness = likeness(&word.text, &opposite.text);
            if likeness > 0.0 {
                candidates.push(Pair { one: word, other: opposite, likeness, places: (left, right) });
            }
        }
    }
    candidates.sort_by(|a, b| {
        let apart = |pair: &Pair<'_>| pair.places.0.abs_diff(pair.places.1);
        b.likeness.total_cmp(&a.likeness).then(apart(a).cmp(&apart(b)))
    });
    let mut pairs: Vec<Pair<'a>> = Vec::new();
    for candidate in candidates {
        let taken =
            |pair: &Pair<'_>| pair.places.0 == candidate.places.0 || pair.places.1 == candidate.places.1;
        if !pairs.iter().any(taken) {
            pairs.push(candidate);
        }
    }
    let left = unpaired(one, |place| pairs.iter().any(|pair| pair.places.0 == place));
    let right = unpaired(other, |place| pairs.iter().any(|pair| pair.places.1 == place));
    Alignment { pairs, left, right }
}

fn unpaired(words: &[Word], is_paired: impl Fn(usize) -> bool) -> Vec<&Word> {
    words.iter().enumerate().filter(|(place, _)| !is_paired(*place)).map(|(_, word)| word).collect()
}

/// How alike two acronyms of three letters are that differ in one.
const ACRONYM: f64 = 0.5;

/// 1 for the same word, something below for one that differs in few letters for its length, else 0.
///
/// One edit from four letters on, two from nine on. In three letters a single edit makes another acronym: that is
/// worth a look and no more.
pub(crate) fn likeness(one: &str, other: &str) -> f64 {
    if one == other {
        return 1.0;
    }
    let shorter = one.len().min(other.len());
    let allowed = match shorter {
        0..3 => return 0.0,
        3 if one.len() == other.len() && strsim::osa_distance(one, other) == 1 => return ACRONYM,
        3 => return 0.0,
        4..9 => 1,
        _ => 2,
    };
    if one.len().abs_diff(other.len()) > allowed {
        return 0.0;
    }
    let edits = strsim::osa_distance(one, other);
    if edits > allowed {
        return 0.0;
    }
    // Small integers: exact in a float.
    #[expect(clippy::cast_precision_loss, reason = "lengths of words are far below 2^53")]
    let share = edits as f64 / one.len().max(other.len()) as f64;
    1.0 - share
}

#[cfg(test)]
mod tests {
    use super::likeness;

    #[test]
    fn few_letters_may_differ_and_fewer_in_short_words() {
        for (one, other, alike) in [
            ("example", "example", true),
            ("example", "exampel", true),
            ("example", "exmple", true),
            ("sample", "simple", true),
            ("abc", "abd", true),
            ("abc", "abcd", false),
            ("acme", "acne", true),
            ("estonia", "ethiopia", false),
            ("logistics", "logistiks", true),
            ("", "a", false),
        ] {
            assert_eq!(likeness(one, other) > 0.0, alike, "{one} {other}");
            assert!((likeness(one, other) - likeness(other, one)).abs() < 1e-12);
        }
    }
}
