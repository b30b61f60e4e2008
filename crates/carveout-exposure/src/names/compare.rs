//! How alike two names are, and why.

use super::{
    REVIEW,
    align::{Alignment, Pair, align, likeness},
    lexicon::{COMMON_WEIGHT, Name, Word},
    reason::Reason,
};

/// What an unshared word counts at the least: even a common one tells `Example Bank` from `Example Insurance`.
const LEAST_UNSHARED: f64 = 0.8;

/// How much harder unshared weight counts than shared weight.
const UNSHARED: f64 = 1.5;

/// The score of a pair that a person must look at however alike the letters are: just below a match.
const UNDECIDED: f64 = 0.69;

/// What different legal forms leave of a score.
const OTHER_FORM: f64 = 0.65;

/// What different numbers leave of a score.
const OTHER_NUMBER: f64 = 0.6;

/// A score from 0 to 1 and the reasons for it.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct Comparison {
    /// 1 is the same name.
    pub score: f64,
    /// What speaks for it, then what speaks against it.
    pub reasons: Vec<Reason>,
}

pub(super) fn compare(one: &Name, other: &Name) -> Comparison {
    if one.is_empty() || other.is_empty() {
        return Comparison { score: 0.0, reasons: vec![Reason::NothingToCompare] };
    }
    let mut compared = letters(one, other).unwrap_or_else(|| words(one, other));
    against_numbers(&mut compared, one, other);
    against_forms(&mut compared, one, other);
    compared
}

/// The names that are the same letters, wherever their spaces are.
fn letters(one: &Name, other: &Name) -> Option<Comparison> {
    let same_words = one.words.len() == other.words.len()
        && one.words.iter().zip(&other.words).all(|(one, other)| one.text == other.text);
    if same_words {
        return Some(capped(1.0, vec![Reason::SameName], is_common(one)));
    }
    let common = is_common(one) && is_common(other);
    let with_a_form = one.closed_with_form == other.closed_with_form
        || one.closed_with_form == other.closed
        || one.closed == other.closed_with_form;
    if one.closed == other.closed || with_a_form {
        return Some(capped(0.97, vec![Reason::Respaced], common));
    }
    let spaced_otherwise = one.words.len() != other.words.len();
    let likeness =
        likeness(&one.closed, &other.closed).max(likeness(&one.closed_with_form, &other.closed_with_form));
    let long = one.closed.len().min(other.closed.len()) >= 8;
    (spaced_otherwise && long && likeness > 0.0).then(|| {
        let edited = Reason::Edited(one.closed.clone(), other.closed.clone());
        capped(0.97 * likeness, vec![Reason::Respaced, edited], common)
    })
}

/// What the words have in common, by weight.
fn words(one: &Name, other: &Name) -> Comparison {
    let Alignment { pairs, left, right } = align(&one.words, &other.words);
    if let Some(initials) = initials(one, other).or_else(|| initials(other, one)) {
        return Comparison { score: 0.65, reasons: vec![Reason::Initials(initials.to_owned())] };
    }
    let mut reasons = Vec::new();
    let mut order: Vec<(usize, usize)> = pairs.iter().map(|pair| pair.places).collect();
    order.sort_unstable();
    if !order.is_sorted_by_key(|places| places.1) {
        reasons.push(Reason::Reordered);
    }
    let weighed = |pair: &Pair<'_>| pair.one.weight + pair.other.weight;
    let shared = pairs.iter().fold(0.0, |sum, pair| sum + weighed(pair) * pair.likeness);
    let lost = pairs.iter().fold(0.0, |sum, pair| sum + weighed(pair) * (1.0 - pair.likeness));
    for pair in pairs.iter().filter(|pair| pair.likeness < 1.0) {
        reasons.push(Reason::Edited(pair.one.text.clone(), pair.other.text.clone()));
    }
    let unshared: f64 = left.iter().chain(&right).map(|word| word.weight.max(LEAST_UNSHARED)).sum();
    reasons.extend(opposed(&left, &right));
    let whole = shared + lost + UNSHARED * unshared;
    let score = if whole > 0.0 { shared / whole } else { 0.0 };
    let only_common = pairs.iter().all(|pair| pair.one.weight.min(pair.other.weight) <= COMMON_WEIGHT);
    let telling = left.iter().chain(&right).any(|word| word.weight > COMMON_WEIGHT);
    if only_common && telling && !pairs.is_empty() {
        reasons.push(Reason::CommonWordsOnly);
        return Comparison { score: score.min(REVIEW - 0.01), reasons };
    }
    capped(score, reasons, only_common && !pairs.is_empty() && pairs.len() < 3)
}

/// Names of nothing but common words are never the same by their words alone.
fn capped(score: f64, mut reasons: Vec<Reason>, common: bool) -> Comparison {
    if !common {
        return Comparison { score, reasons };
    }
    reasons.push(Reason::CommonWordsOnly);
    Comparison { score: score.min(UNDECIDED), reasons }
}

/// Whether a name is a single common word, without a number, which tells it from no other.
fn is_common(name: &Name) -> bool {
    name.words.len() + name.numbers.len() < 2 && name.words.iter().all(|word| word.weight <= COMMON_WEIGHT)
}

/// The unshared words as pairs that stand against each other, and those without an opposite.
fn opposed(left: &[&Word], right: &[&Word]) -> Vec<Reason> {
    let both =
        left.iter().zip(right).map(|(one, other)| Reason::Against(one.text.clone(), other.text.clone()));
    let rest = left.iter().skip(right.len()).chain(right.iter().skip(left.len()));
    both.chain(rest.map(|word| Reason::Extra(word.text.clone()))).collect()
}

/// A single word of three letters or more that is the initials of the other name.
fn initials<'a>(short: &'a Name, long: &Name) -> Option<&'a str> {
    let [word] = short.words.as_slice() else { return None };
    let letters: String = long.words.iter().filter_map(|word| word.text.chars().next()).collect();
    (letters.len() >= 3 && letters == word.text).then_some(word.text.as_str())
}

fn against_numbers(compared: &mut Comparison, one: &Name, other: &Name) {
    // A first of its kind is often not numbered.
    let tell = |numbers: &[u64]| -> Vec<u64> { if numbers == [1] { Vec::new() } else { numbers.to_vec() } };
    if one.numbers != other.numbers && tell(&one.numbers) != tell(&other.numbers) {
        let spelt = |numbers: &[u64]| numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(" ");
        compared.reasons.push(Reason::OtherNumber(spelt(&one.numbers), spelt(&other.numbers)));
        compared.score *= OTHER_NUMBER;
    }
}

fn against_forms(compared: &mut Comparison, one: &Name, other: &Name) {
    if let (Some(one), Some(other)) = (one.family, other.family)
        && !one.agrees(other)
    {
        compared.reasons.push(Reason::OtherForm);
        compared.score *= OTHER_FORM;
    }
}
