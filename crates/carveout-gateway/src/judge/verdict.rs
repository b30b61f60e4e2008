//! An answer as a verdict, or as none.

use std::fmt;

use serde_json::Value as Json;

/// What a judge found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is what the clause forbids.
    Violates,
    /// It is not.
    Complies,
}

impl Verdict {
    /// The member of the vocabulary's `judgement`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Violates => "violates",
            Self::Complies => "complies",
        }
    }
}

/// Why there is no verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoVerdict {
    /// It did not answer in time.
    Slow,
    /// It can't be reached, or answers with an error.
    Unreachable(String),
    /// Its answer is no verdict.
    Unclear(&'static str),
    /// The content is longer than a question may be.
    TooLong,
    /// It was asked too often in this minute.
    Budget,
    /// That it was asked could not be recorded, so it wasn't.
    Unrecorded,
}

impl fmt::Display for NoVerdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Slow => formatter.write_str("it did not answer in time"),
            Self::Unreachable(why) => formatter.write_str(why),
            Self::Unclear(why) => write!(formatter, "its answer is no verdict: {why}"),
            Self::TooLong => formatter.write_str("the content is too long for one question"),
            Self::Budget => formatter.write_str("it was asked too often in this minute"),
            Self::Unrecorded => {
                formatter.write_str("the question could not be recorded, so it was not asked")
            }
        }
    }
}

/// What the provider calls its answer, whatever that is worth.
pub(super) fn id(answer: &[u8]) -> Option<String> {
    let answer: Json = serde_json::from_slice(answer).ok()?;
    answer.get("id")?.as_str().map(str::to_owned)
}

/// Reads a chat completion strictly: one choice, finished, whose text is the one object that was asked for. Reasoning comes in a
/// member of its own, which is not read.
pub(super) fn read(answer: &[u8]) -> Result<Verdict, NoVerdict> {
    let unclear = NoVerdict::Unclear;
    let answer: Json = serde_json::from_slice(answer).map_err(|_malformed| unclear("it is not JSON"))?;
    let Some([choice]) = answer.get("choices").and_then(Json::as_array).map(Vec::as_slice) else {
        return Err(unclear("it has not exactly one choice"));
    };
    if choice.get("finish_reason").and_then(Json::as_str) != Some("stop") {
        return Err(unclear("it did not come to its end"));
    }
    let text = choice.pointer("/message/content").and_then(Json::as_str);
    let text = text.ok_or(unclear("it holds no text"))?.trim();
    match text {
        "{\"verdict\":\"violates\"}" | "{\"verdict\": \"violates\"}" => Ok(Verdict::Violates),
        "{\"verdict\":\"complies\"}" | "{\"verdict\": \"complies\"}" => Ok(Verdict::Complies),
        _ => Err(unclear("it is not the one object that was asked for")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer(content: &str) -> Vec<u8> {
        json!({ "choices": [{ "finish_reason": "stop", "message": { "content": content } }] })
            .to_string()
            .into_bytes()
    }

    #[test]
    fn nothing_but_the_one_object_is_a_verdict() {
        assert_eq!(read(&answer("{\"verdict\":\"violates\"}")), Ok(Verdict::Violates));
        assert_eq!(read(&answer(" {\"verdict\": \"complies\"}\n")), Ok(Verdict::Complies));
        for content in [
            "",
            "complies",
            "{\"verdict\":\"Complies\"}",
            "{\"verdict\":\"complies\",\"verdict\":\"violates\"}",
            "{\"verdict\":\"complies\",\"sure\":false}",
            "{\"verdict\":\"complies\"} {\"verdict\":\"violates\"}",
            "```json\n{\"verdict\":\"complies\"}\n```",
            "I think {\"verdict\":\"complies\"}",
            "{\"verdict\":null}",
        ] {
            assert!(matches!(read(&answer(content)), Err(NoVerdict::Unclear(_))), "{content}");
        }
        let cut = json!({ "choices": [{ "finish_reason": "length", "message": { "content": "{\"verdict\":\"complies\"}" } }] });
        let one = json!({ "finish_reason": "stop", "message": { "content": "{\"verdict\":\"complies\"}" } });
        let two = json!({ "choices": [one, one] });
        for bytes in
            [cut.to_string().into_bytes(), two.to_string().into_bytes(), b"<html>".to_vec(), b"{}".to_vec()]
        {
            assert!(matches!(read(&bytes), Err(NoVerdict::Unclear(_))));
        }
    }
}
