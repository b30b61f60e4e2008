//! What a judge is asked: recorded before the question leaves, and again when its end is known.
//!
//! A judge sees texts of requests and answers, so it is somebody whom they reach, like a provider. Neither entry holds
//! any of them: the question is committed to like a body.

use serde::{Deserialize, Serialize};

use super::{Commitment, DecisionId, names::names};
use crate::KeyError;

names! {
    /// Names a question to a judge, written `question-` and 32 hexadecimal digits.
    QuestionId of a "question"
}

impl QuestionId {
    /// A new name of 128 random bits.
    ///
    /// # Errors
    /// The operating system has no randomness to give.
    pub fn generate() -> Result<Self, KeyError> {
        DecisionId::generate().map(Self)
    }

    /// The name with these bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(DecisionId::from_bytes(bytes))
    }

    /// What the salt of its commitment is derived with, in place of a decision's name.
    pub const fn name(&self) -> DecisionId {
        self.0
    }
}

/// A judge is about to be asked about one clause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JudgeAsked {
    /// The question's name.
    pub question: QuestionId,
    /// The program whose use is judged.
    pub program: String,
    /// The id of the key that it used.
    pub key: String,
    /// The id of the agreement.
    pub agreement: String,
    /// The clause whose prose is the policy.
    pub clause: String,
    /// The configured provider that the judge runs at.
    pub provider: String,
    /// The judging model's name there.
    pub model: String,
    /// A salted commitment to the question, as it is sent.
    pub body: Commitment,
    /// The length of the question.
    pub body_bytes: u64,
    /// The permitted decision whose answer is judged; none if it is a request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<DecisionId>,
}

/// A question to a judge has come to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JudgeAnswered {
    /// The question.
    pub question: QuestionId,
    /// `violates`, `complies`, or [`JudgeAnswered::NONE`] if there is no verdict.
    pub verdict: String,
    /// Why there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The provider's own id of the question, by which its usage export names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_request: Option<String>,
}

impl JudgeAnswered {
    /// The verdict of a judge that gave none.
    pub const NONE: &'static str = "none";

    /// Without a verdict.
    pub fn without(question: QuestionId, why: String) -> Self {
        Self { question, verdict: Self::NONE.to_owned(), why: Some(why), provider_request: None }
    }
}
