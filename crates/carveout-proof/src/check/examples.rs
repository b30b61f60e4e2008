//! Agreed examples that can't both be right.

use std::collections::BTreeMap;

use carveout_terms::{Agreement, Example, Value, Vocabulary};

/// Two examples of one agreement that mean the same use and expect different rulings. No wording
/// satisfies both.
#[derive(Clone, Debug)]
pub struct Contradiction<'a> {
    /// The one that comes first in the file.
    pub first: &'a Example,
    /// The other.
    pub second: &'a Example,
}

impl<'a> Contradiction<'a> {
    /// Every pair of examples that contradict each other.
    ///
    /// Two examples mean the same use if they state the same facts once what the agreement presumes is
    /// filled in.
    #[must_use]
    pub fn among(agreement: &'a Agreement, vocabulary: &Vocabulary) -> Vec<Self> {
        let mut seen: BTreeMap<String, &Example> = BTreeMap::new();
        let mut contradictions = Vec::new();
        for example in agreement.examples() {
            let said = example.facts().filtered(|fact| {
                example.facts().get(fact) != Value::silence(vocabulary.get(fact).kind()).as_ref()
            });
            let meant = agreement.presume().overridden_by(&said);
            let key = meant.display(vocabulary).to_string();
            match seen.get(&key) {
                Some(first) if first.expected() != example.expected() => {
                    contradictions.push(Self { first, second: example });
                }
                Some(_) => {}
                None => {
                    seen.insert(key, example);
                }
            }
        }
        contradictions
    }
}
