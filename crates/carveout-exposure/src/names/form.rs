//! Legal forms: what kind of company it is, which is not what it is called.

use std::{collections::HashMap, sync::LazyLock};

use super::align::likeness;

/// Forms that are each other's translation or change of name, coarsely.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// `Co`, `Ltd`, `Corp`: says nothing about which form it is.
    General,
    /// Shares: `AG`, `S.A.`, `plc`, `JSC`.
    Stock,
    /// Limited liability without shares in trade: `GmbH`, `LLC`, `OOO`.
    Limited,
    /// Partners: `L.P.`, `KG`.
    Partnership,
    /// Foundations, associations and state enterprises.
    Nonprofit,
}

impl Family {
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "general" => Self::General,
            "stock" => Self::Stock,
            "limited" => Self::Limited,
            "partnership" => Self::Partnership,
            "nonprofit" => Self::Nonprofit,
            _ => return None,
        })
    }

    /// Whether one company can bear both.
    #[must_use]
    pub fn agrees(self, other: Self) -> bool {
        self == other || self == Self::General || other == Self::General
    }
}

/// A form this long is recognised with a slip in it.
const LONG: usize = 7;

static LONG_FORMS: LazyLock<Vec<(&'static str, Family)>> = LazyLock::new(|| {
    let long = |form: &&str| form.len() >= LONG && !form.contains(' ');
    FORMS.iter().filter(|(form, _)| long(form)).map(|(form, family)| (*form, *family)).collect()
});

/// Whether a word is a form by itself, so that a name of nothing else tells nothing.
pub(super) fn is_form(word: &str) -> bool {
    FORMS.contains_key(word)
}

/// The longest spelling of a form, in words.
const MOST_WORDS: usize = 5;

static FORMS: LazyLock<HashMap<&'static str, Family>> = LazyLock::new(|| {
    let lines = include_str!("legal_forms.txt").lines().filter(|line| !line.starts_with('#'));
    let families = lines.filter_map(|line| {
        let (family, spellings) = line.split_once(':')?;
        Some((Family::parse(family)?, spellings))
    });
    families
        .flat_map(|(family, spellings)| spellings.split(',').map(move |form| (form.trim(), family)))
        .collect()
});

/// Takes the forms off a folded name: as many as stand at its end, then one at its beginning. A name that is
/// nothing but forms keeps its words, and none is a form.
pub(super) fn strip<'a>(words: &'a [&'a str]) -> (&'a [&'a str], Option<Family>) {
    let mut rest = words;
    let mut family = None;
    while let Some((shorter, found)) = last_form(rest) {
        // The most telling form counts: `Co. GmbH` is a GmbH.
        family = Some(telling(family, found));
        rest = shorter;
    }
    if let Some((shorter, found)) = first_form(rest) {
        family = Some(telling(family, found));
        rest = shorter;
    }
    (rest, family)
}

fn telling(known: Option<Family>, found: Family) -> Family {
    known.filter(|known| *known != Family::General).unwrap_or(found)
}

fn last_form<'a>(words: &'a [&'a str]) -> Option<(&'a [&'a str], Family)> {
    (1..=MOST_WORDS.min(words.len().saturating_sub(1))).rev().find_map(|count| {
        let (rest, form) = words.split_at_checked(words.len() - count)?;
        let family = FORMS.get(form.join(" ").as_str()).copied().or_else(|| misspelt(form));
        family.map(|family| (rest, family))
    })
}

/// A long form with a slip in it, as registers have them: `Aktiengeselschaft`.
fn misspelt(form: &[&str]) -> Option<Family> {
    let [word] = form else { return None };
    // Whoever slips does so behind the first letter; and this is asked of every name.
    let near = |(known, _): &&(&str, Family)| {
        known.bytes().next() == word.bytes().next() && likeness(known, word) > 0.0
    };
    let known = LONG_FORMS.iter().filter(|_| word.len() >= LONG).filter(near);
    known.map(|(_, family)| *family).min()
}

/// At the beginning only what nobody is called by: `OOO`, `Limited Liability Company`, not `AS` or `Co`.
fn first_form<'a>(words: &'a [&'a str]) -> Option<(&'a [&'a str], Family)> {
    (1..=MOST_WORDS.min(words.len().saturating_sub(1))).rev().find_map(|count| {
        let (form, rest) = words.split_at_checked(count)?;
        let family = FORMS.get(form.join(" ").as_str())?;
        let unmistakable =
            count > 1 || form.iter().all(|word| word.len() > 2) || matches!(form, ["ao" | "pt"]);
        let general_name = *family == Family::General && count == 1 && !matches!(form, ["pt"]);
        (unmistakable && !general_name).then_some((rest, *family))
    })
}

#[cfg(test)]
mod tests {
    use super::{FORMS, Family, strip};
    use crate::names::fold;

    #[test]
    fn every_form_is_written_as_it_is_folded() {
        assert!(FORMS.len() > 150);
        for form in FORMS.keys() {
            let words = fold(form);
            assert!(
                words == *form || form.split(' ').any(|word| word.len() == 1),
                "`{form}` folds to `{words}`"
            );
        }
    }

    #[test]
    fn forms_come_off_both_ends() {
        for (name, left, family) in [
            ("Example Systems Co., Ltd.", "example systems", Some(Family::General)),
            ("Example GmbH & Co. KG", "example", Some(Family::General)),
            ("Limited Liability Company Example", "example", Some(Family::Limited)),
            ("ООО Пример", "primer", Some(Family::Limited)),
            ("Example Joint Stock Company", "example", Some(Family::Stock)),
            ("Example Aktiengeselschaft", "example", Some(Family::Stock)),
            ("Limited", "limited", None),
            ("Corporation Company", "corporation", Some(Family::General)),
            ("Company of Examples", "company of examples", None),
            ("AS Example", "as example", None),
        ] {
            let folded = fold(name);
            let words: Vec<&str> = folded.split(' ').collect();
            let (rest, found) = strip(&words);
            assert_eq!((rest.join(" ").as_str(), found), (left, family), "{name}");
        }
    }
}
