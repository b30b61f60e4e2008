//! What a cube says, one fact at a time.

use carveout_proof::{Constraint, Cube};
use carveout_terms::{Attester, FactKind, MemberSet, Timestamp, Vocabulary};
use serde_json::{Value as Json, json};

/// What a cube says about one fact.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub(crate) struct Said {
    pub(crate) fact: String,
    /// Whose word the fact is.
    pub(crate) attester: Attester,
    pub(crate) words: String,
    /// `one_of`, `all_of` and `none_of`, `is`, or `from` and `below`.
    #[serde(flatten)]
    constraint: Json,
}

impl Said {
    /// The words, and a mark where nobody can observe the fact.
    pub(crate) fn marked(&self) -> String {
        match self.attester {
            Attester::None => format!("{} (which nobody can observe)", self.words),
            _ => self.words.clone(),
        }
    }
}

/// Everything that a cube says.
pub(super) fn of(cube: &Cube, vocabulary: &Vocabulary) -> Vec<Said> {
    let said = cube.constraints().map(|(fact, constraint)| {
        let declared = vocabulary.get(fact);
        Said {
            fact: declared.name().to_owned(),
            attester: declared.attester(),
            words: cube.filtered(|other| other == fact).words(vocabulary).to_string(),
            constraint: structured(declared.kind(), constraint),
        }
    });
    said.collect()
}

fn structured(kind: &FactKind, constraint: &Constraint) -> Json {
    let names = |members: &MemberSet| -> Vec<&str> {
        let Some(enumeration) = kind.enumeration() else { return Vec::new() };
        members.iter().map(|member| enumeration.member_name(member)).collect()
    };
    let bound = |value: Option<i64>| match kind {
        FactKind::Datetime => json!(value.map(|value| Timestamp::from_millis(value).to_string())),
        _ => json!(value),
    };
    match constraint {
        Constraint::OneOf(members) => json!({ "one_of": names(members) }),
        Constraint::Holds { all_of, none_of } => {
            json!({ "all_of": names(all_of), "none_of": names(none_of) })
        }
        Constraint::Is(value) => json!({ "is": value }),
        Constraint::Between { from, below } => json!({ "from": bound(*from), "below": bound(*below) }),
    }
}
