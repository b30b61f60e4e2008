//! Rows that nobody showed: those that a tool is registered to reach, and those that its result says it is about.

use carveout_terms::{Tool, Value, Vocabulary};
use serde_json::{Map, Value as Json};

/// No text makes more of it: a number from a tool is somebody's word, and must not overflow what is summed.
const MOST: u64 = 1_000_000_000_000;

/// The rows that a call reaches, by the registrations of its tool: the most that any of them says, but for data that they all say
/// is about nobody.
pub(crate) fn reached<'t>(vocabulary: &Vocabulary, tools: impl Iterator<Item = &'t Tool>) -> usize {
    let nobody = |tool: &Tool| {
        let subject = vocabulary.fact("subject")?;
        let members = vocabulary.get(subject).kind().enumeration()?;
        Some(tool.facts().get(subject) == Some(&Value::Member(members.position("none")?)))
    };
    let about_persons = tools.filter(|tool| nobody(tool) != Some(true));
    let rows = about_persons.map(Tool::rows).max().unwrap_or_default().min(MOST);
    usize::try_from(rows).unwrap_or(usize::MAX)
}

/// What a result says: the largest number under any of these members of the JSON object that it is. It can only be one more
/// reason to hold, so whoever is answered by a false one can make nothing pass.
pub(super) fn reported(text: &str, members: &[String]) -> usize {
    if members.is_empty() || !text.trim_start().starts_with('{') {
        return 0;
    }
    let Ok(result) = serde_json::from_str::<Map<String, Json>>(text) else { return 0 };
    let told = members.iter().filter_map(|member| number(result.get(member)?)).max();
    usize::try_from(told.unwrap_or_default().min(MOST)).unwrap_or(usize::MAX)
}

/// A whole number, also one that is written as text or with an exponent.
fn number(told: &Json) -> Option<u64> {
    match told {
        Json::Number(number) => number.as_u64().or_else(|| {
            let number = number.as_f64().filter(|number| *number >= 0.0)?;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "it isn't negative, and what is too large becomes the largest number"
            )]
            Some(number.ceil() as u64)
        }),
        Json::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_result_reports_is_a_number_under_a_registered_member() {
        let members = ["row_count".to_owned(), "total".to_owned()];
        for (text, rows) in [
            (r#"{"row_count":250000,"rows":[]}"#, 250_000),
            (r#" {"total":7,"row_count":3}"#, 7),
            (r#"{"row_count":"41"}"#, 41),
            (r#"{"row_count":1.5e3}"#, 1_500),
            (r#"{"row_count":1e300}"#, 1_000_000_000_000),
            (r#"{"row_count":18446744073709551615}"#, 1_000_000_000_000),
            (r#"{"row_count":-5}"#, 0),
            (r#"{"row_count":null}"#, 0),
            (r#"{"row_count":[9]}"#, 0),
            (r#"{"rows":9}"#, 0),
            (r#"{"data":{"row_count":9}}"#, 0),
            (r#"[{"row_count":9}]"#, 0),
            (r#"{"row_count":9"#, 0),
            ("row_count: 9", 0),
            ("", 0),
        ] {
            assert_eq!(reported(text, &members), rows, "{text}");
        }
        assert_eq!(reported(r#"{"row_count":9}"#, &[]), 0);
    }
}
