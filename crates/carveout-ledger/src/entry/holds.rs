//! What happens to a hold: a held use is approved, refused, expires, and is erased.
//!
//! A hold opens with a `decided` entry whose ruling is `hold` and that says until when it waits. It is collected by
//! the `decided` entry of a permit that names it. Everything in between is here.

use serde::{Deserialize, Serialize};

use super::{DecisionId, names::names};
use crate::{
    Digest, Domain, KeyError, SigningKey, Statement, StatementError, Timestamp, VerifierKey, sign_statement,
    verify_statement,
};

names! {
    /// Names a hold: the decision that held, written `hold-` and its 32 hexadecimal digits.
    HoldId of a "hold"
}

impl HoldId {
    /// The hold that this decision opened.
    pub const fn of(decision: DecisionId) -> Self {
        Self(decision)
    }

    /// The decision that opened it.
    pub const fn decision(&self) -> DecisionId {
        self.0
    }
}

/// An officer approved exactly what is on hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approved {
    /// The hold.
    pub hold: HoldId,
    /// The leaf hash of the entry that opened it.
    pub held: Digest,
    /// The officer.
    pub officer: String,
    /// The roles that are spoken for.
    pub roles: Vec<String>,
    /// The approval is of no use from this moment on.
    pub until: Timestamp,
    /// The officer's verifier key.
    pub key: String,
    /// The signed note.
    pub statement: String,
}

/// An officer refused what is on hold. That ends the hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refused {
    /// The hold.
    pub hold: HoldId,
    /// The leaf hash of the entry that opened it.
    pub held: Digest,
    /// The officer.
    pub officer: String,
    /// The roles that are spoken for.
    pub roles: Vec<String>,
    /// The officer's verifier key.
    pub key: String,
    /// The signed note.
    pub statement: String,
}

/// Nobody answered in time. That ends the hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expired {
    /// The hold.
    pub hold: HoldId,
}

/// The body of a hold that has ended is not kept any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Erased {
    /// The hold.
    pub hold: HoldId,
}

/// What an officer signs: which use, as recorded, in which roles, and yes or no.
///
/// The statement's digest is the leaf hash of the entry that opened the hold. That entry holds the commitment to the
/// canonical body, the digest of the terms, the claims and every other fact, the program and the target, so the
/// signature is about exactly these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldAnswer {
    /// The hold.
    pub hold: HoldId,
    /// The leaf hash of the entry that opened it.
    pub held: Digest,
    /// The roles that are spoken for.
    pub roles: Vec<String>,
    /// Until when the approval can be used; `None` is a refusal.
    pub until: Option<Timestamp>,
}

/// Why an answer is not the officer's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// The key is not a key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The statement is another one, or not signed by the key.
    #[error(transparent)]
    Statement(#[from] StatementError),
}

impl HoldAnswer {
    fn statement(&self) -> Statement {
        let roles = self.roles.join(", ");
        let version = match self.until {
            Some(until) => format!("approve as {roles} until {until}"),
            None => format!("refuse as {roles}"),
        };
        Statement { id: self.hold.to_string(), version, digest: self.held }
    }

    /// Signs the answer as an officer; the result is a signed note.
    ///
    /// # Errors
    /// A role that is not one line.
    pub fn sign(&self, key: &SigningKey) -> Result<String, StatementError> {
        sign_statement(Domain::Approval, key, &self.statement())
    }

    /// Succeeds if the note is this very answer, signed by the key.
    ///
    /// # Errors
    /// See [`StatementError`].
    pub fn verify(&self, note: &str, key: &VerifierKey) -> Result<(), StatementError> {
        verify_statement(Domain::Approval, note, key, &self.statement())
    }
}

impl Approved {
    /// Succeeds if the key signed this approval.
    ///
    /// # Errors
    /// See [`AnswerError`].
    pub fn verify(&self) -> Result<(), AnswerError> {
        let Self { hold, held, roles, until, .. } = self.clone();
        let answer = HoldAnswer { hold, held, roles, until: Some(until) };
        Ok(answer.verify(&self.statement, &self.key.parse()?)?)
    }
}

impl Refused {
    /// Succeeds if the key signed this refusal.
    ///
    /// # Errors
    /// See [`AnswerError`].
    pub fn verify(&self) -> Result<(), AnswerError> {
        let Self { hold, held, roles, .. } = self.clone();
        let answer = HoldAnswer { hold, held, roles, until: None };
        Ok(answer.verify(&self.statement, &self.key.parse()?)?)
    }
}
