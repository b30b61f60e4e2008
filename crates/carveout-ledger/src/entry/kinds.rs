//! The content of each kind of entry. Field order is the order in the stored bytes.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Commitment, DecisionId, HoldId, Monitored, QuestionId};
use crate::{
    Digest, Domain, SigningKey, Statement, StatementError, Timestamp, VerifierKey, sign_statement,
    verify_statement,
};

/// The ledger was founded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Genesis {
    /// The log's identity: the origin line of its checkpoints and the name of its key.
    pub origin: String,
    /// The verifier key of the log.
    pub log_key: String,
    /// The keys of the parties, pinned from here on.
    pub parties: Vec<PinnedKey>,
    /// The software that founded it, with its version.
    pub software: String,
}

/// A party and the verifier key that speaks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PinnedKey {
    /// The party's id.
    pub party: String,
    /// Its verifier key.
    pub key: String,
}

/// The terms by which uses are decided from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermsAdopted {
    /// The digest of the whole stack.
    pub stack: Digest,
    /// The digest of the vocabulary.
    pub vocabulary: Digest,
    /// The agreements of the stack.
    pub agreements: Vec<Adopted>,
    /// The programs bound by them.
    pub programs: Vec<ProgramDigest>,
    /// Whether every party's signature was demanded.
    pub signatures: SignatureRule,
}

/// One adopted agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adopted {
    /// The agreement's id.
    pub agreement: String,
    /// Its version.
    pub version: String,
    /// `grant` or `limit`.
    pub role: String,
    /// The digest of the file.
    pub digest: Digest,
    /// The parties whose signatures were verified.
    pub signers: Vec<String>,
}

/// One program and the stack it is decided by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProgramDigest {
    /// The program's id.
    pub program: String,
    /// The digest of its file.
    pub digest: Digest,
    /// The digest of its stack.
    pub stack: Digest,
}

/// Whether terms need the parties' signatures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignatureRule {
    /// Terms without every party's valid signature are refused.
    Required,
    /// Signatures are recorded if present.
    Optional,
}

/// A use was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decided {
    /// The decision's name.
    pub decision: DecisionId,
    /// The program that asked.
    pub program: String,
    /// The id of the key that it used.
    pub key: String,
    /// The route, as the caller named the model.
    pub route: String,
    /// The endpoint, such as `chat_completions`.
    pub endpoint: String,
    /// The target that was decided on.
    pub target: Arc<Target>,
    /// The facts, by attester.
    pub facts: RecordedFacts,
    /// The presumptions that the ruling rests on, where nobody had spoken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub presumed: Vec<Presumed>,
    /// The ruling.
    pub ruling: Ruling,
    /// The roles whose approval would lift a hold.
    pub roles: Vec<String>,
    /// The clauses that the ruling rests on.
    pub grounds: Vec<Cited>,
    /// The digest of the stack.
    pub terms: Digest,
    /// The digest of the facts as decided.
    pub facts_digest: Digest,
    /// A salted commitment to the canonical request body.
    pub body: Commitment,
    /// The length of that body.
    pub body_bytes: u64,
    /// The hold that was opened, or is being collected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<HoldId>,
    /// Until when the hold that was opened waits for its approvals, its body kept. Without it nothing waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold_until: Option<Timestamp>,
    /// How it would have been decided by what is only monitored.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub monitored: Vec<Monitored>,
    /// What designations that don't bar the use have to do with it: a phase-out that is on, or an announcement.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub designations: Vec<DesignationEffect>,
    /// The permitted decision in whose answer this use came up: a tool call, or what the answer shows. Such a decision
    /// is complete when it is recorded. It has no attempt: what became of it is said where its parent is settled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<DecisionId>,
    /// What a judge was asked about the use. Its word is also the fact `judgement`, by which the ruling was made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub judged: Vec<Judged>,
    /// What was found, where detectors that are only monitored found more than what decides: monitored terms are decided by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<super::Found>,
}

/// One question to a judge, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judged {
    /// The id of the agreement.
    pub agreement: String,
    /// The clause whose prose was the policy.
    pub clause: String,
    /// The configured provider that the judge runs at.
    pub provider: String,
    /// The judging model's name there.
    pub model: String,
    /// `violates`, `complies`, or `none` if it gave no verdict.
    pub verdict: String,
    /// Whether the same question had been answered before.
    pub cached: bool,
    /// The question that was answered so, now or before. None if nothing left: there was no verdict to be had. Ledgers from
    /// before questions were recorded don't have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<QuestionId>,
}

/// What a designation has to do with a use that it doesn't bar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DesignationEffect {
    /// The instrument.
    pub designation: String,
    /// [`PHASE_OUT`](Self::PHASE_OUT) or [`ANNOUNCED`](Self::ANNOUNCED).
    pub effect: String,
    /// The first instant at which this use is barred, as far as was known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// Who answers, and for which model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// The configured provider.
    pub provider: String,
    /// Who made the model.
    pub maker: String,
    /// Whose machines run it.
    pub host: String,
    /// Who operates the service.
    pub operator: String,
    /// The model's name at the provider.
    pub model: String,
}

/// The facts of a use as dictionaries (RFC 9651), by who stated them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordedFacts {
    /// What the caller claimed.
    pub caller: String,
    /// What is registered for the program.
    pub program: String,
    /// What the gateway measured. At its end `*=0;of="…"` says of every number that it measures and that isn't named that it is
    /// 0; the mark says which numbers the vocabulary had: the first 8 bytes of the SHA-256 over their names, each preceded by
    /// its length in 8 bytes.
    pub gateway: String,
    /// Other readings.
    pub evidence: Vec<String>,
    /// Approvals that were taken into account.
    pub approvals: Vec<String>,
}

/// A fact that was presumed, and by whose word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Presumed {
    /// The agreement that presumes it. None: the program's registration does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreement: Option<String>,
    /// The fact as a dictionary (RFC 9651) of one member.
    pub fact: String,
}

/// What was ruled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ruling {
    /// The request may go.
    Permit,
    /// It may go once the named roles approve.
    Hold,
    /// It may not go.
    Deny,
}

/// A clause of an agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cited {
    /// The agreement's id.
    pub agreement: String,
    /// The clause's number.
    pub clause: String,
}

/// A permitted request is about to go to a provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attempted {
    /// The decision that permitted it.
    pub decision: DecisionId,
    /// 1 for the first attempt under that decision, and so on.
    pub attempt: u32,
    /// Where it goes.
    pub target: Arc<Target>,
}

/// An attempt came to an end that was observed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settled {
    /// The decision that permitted it.
    pub decision: DecisionId,
    /// The decision's last attempt.
    pub attempt: u32,
    /// How it ended.
    pub outcome: Outcome,
    /// The provider's HTTP status, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The provider's own id of the request, if it gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_request: Option<String>,
    /// What the provider counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// A salted commitment to the response, if one came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<Commitment>,
    /// Bytes that the provider sent.
    pub response_bytes: u64,
    /// Bytes of the answer, as it was written anew, that were judged fit to be released. Never fewer than were released.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judged_bytes: Option<u64>,
    /// Bytes that were released to the caller.
    pub released_bytes: u64,
    /// The clauses for whose sake the answer was withheld, from somewhere on or as a whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grounds: Vec<Cited>,
    /// What became of the tool calls in the answer, if it held any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calls: Option<Calls>,
}

/// How many tool calls of an answer came to what. All but the unreadable ones have a decision of their own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calls {
    /// Given to the caller.
    pub released: u64,
    /// Denied.
    pub denied: u64,
    /// Put on hold.
    pub held: u64,
    /// Not given to the caller, because they could not be judged.
    pub unreadable: u64,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The whole answer came and was released.
    Completed,
    /// The provider answered with an error.
    ProviderRefused,
    /// The provider could not be reached: nothing was sent.
    ProviderUnreachable,
    /// The request was sent, and no answer began in time.
    ProviderSilent,
    /// The answer broke off.
    ProviderCut,
    /// The answer could not be understood.
    ProviderGarbage,
    /// The caller hung up.
    CallerLeft,
    /// The answer was not released.
    Withheld,
}

/// Tokens as the provider counted them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Usage {
    /// Tokens read.
    pub input_tokens: u64,
    /// Tokens written.
    pub output_tokens: u64,
}

/// The end of a permitted decision was not observed: whether the request was sent, or answered, is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interrupted {
    /// The decision that permitted it.
    pub decision: DecisionId,
    /// The decision's last attempt; 0 if none was recorded.
    pub attempt: u32,
    /// Why the end was not observed.
    pub reason: String,
}

/// A key was replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyRotated {
    /// `log`, or the id of a party.
    pub subject: String,
    /// The verifier key until now.
    pub old: String,
    /// The verifier key from now on.
    pub new: String,
    /// A statement that names the new key, signed by the old one.
    pub statement: String,
}

/// Why a rotation does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RotationError {
    /// One of the keys is not a key.
    #[error(transparent)]
    Key(#[from] crate::KeyError),
    /// The old key did not sign it.
    #[error(transparent)]
    Statement(#[from] StatementError),
}

impl KeyRotated {
    /// The subject of the log's own key.
    pub const LOG: &'static str = "log";

    /// Replaces `old` by `new`, signed by `old`.
    ///
    /// # Errors
    /// A subject that is not one line.
    pub fn signed(subject: &str, old: &SigningKey, new: &VerifierKey) -> Result<Self, RotationError> {
        let statement = sign_statement(Domain::KeyRotation, old, &rotation(subject, &new.to_string()))?;
        let (old, new) = (old.verifier().to_string(), new.to_string());
        Ok(Self { subject: subject.to_owned(), old, new, statement })
    }

    /// Succeeds if the old key signed that the new one succeeds it.
    ///
    /// # Errors
    /// See [`RotationError`].
    pub fn verify(&self) -> Result<(), RotationError> {
        let old: VerifierKey = self.old.parse()?;
        self.new.parse::<VerifierKey>()?;
        Ok(verify_statement(Domain::KeyRotation, &self.statement, &old, &rotation(&self.subject, &self.new))?)
    }
}

fn rotation(subject: &str, new: &str) -> Statement {
    Statement { id: subject.to_owned(), version: new.to_owned(), digest: Digest::of(new.as_bytes()) }
}
