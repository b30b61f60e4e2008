//! A use: the normalised facts of one request to one target.

mod known;
mod readings;

pub use self::known::Known;
pub(crate) use self::readings::{Possibilities, Possibility, Readings};
use crate::{Digest, Facts, RoleId, Timestamp, Value, Vocabulary};

/// What is known about a use, by who vouches for it.
#[derive(Clone, Debug, Default)]
pub struct UseLayers<'a> {
    /// What the caller claims.
    pub caller: Option<&'a Facts>,
    /// What is registered for the program.
    pub program: Option<&'a Facts>,
    /// What the gateway measured: the target, the body, the clock.
    pub gateway: Option<&'a Facts>,
    /// What detectors, meters and officers say. Each adds readings; none takes one away.
    pub evidence: &'a [Facts],
    /// The roles that approved this very use.
    pub approvals: &'a [RoleId],
}

/// The facts of one request to one target, in every way they can be read.
///
/// Where the layers disagree on a fact, both values stand, and the strictest ruling over all
/// readings is the ruling. [`Use::assemble`] is the only way to make one.
#[derive(Clone, Debug)]
pub struct Use {
    readings: Readings,
    approvals: Vec<RoleId>,
    at: Timestamp,
    claimed: String,
    registered: String,
    measured: String,
    evidence: Vec<String>,
    digest: Digest,
    vocabulary: Digest,
}

/// Why no use could be assembled.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum UseError {
    /// A fact that only the gateway can state wasn't stated.
    #[error("nobody stated `{0}`, which is never unknown; the gateway must measure it")]
    Missing(String),
}

impl Use {
    /// Assembles a use from what is known about it.
    ///
    /// # Errors
    /// If a number, time or truth value is missing: those have no `unknown`.
    pub fn assemble(vocabulary: &Vocabulary, layers: &UseLayers<'_>) -> Result<Self, UseError> {
        let readings = readings::read(vocabulary, layers).map_err(UseError::Missing)?;
        let at = vocabulary.fact("at").and_then(|at| layers.gateway?.get(at));
        match at {
            Some(Value::Datetime(at)) => Ok(Self::recorded(vocabulary, layers, readings, *at)),
            _ => Err(UseError::Missing("at".to_owned())),
        }
    }

    fn recorded(vocabulary: &Vocabulary, layers: &UseLayers<'_>, readings: Readings, at: Timestamp) -> Self {
        let written =
            |facts: Option<&Facts>| facts.map(|facts| facts.written(vocabulary)).unwrap_or_default();
        let (claimed, registered, measured) = (
            written(layers.caller),
            written(layers.program),
            layers.gateway.map(|facts| facts.recorded(vocabulary)),
        );
        let measured = measured.unwrap_or_default();
        let evidence: Vec<String> = layers.evidence.iter().map(|facts| written(Some(facts))).collect();
        let mut approvals = layers.approvals.to_vec();
        approvals.sort();
        approvals.dedup();
        let roles = approvals.iter().map(RoleId::as_str);
        let digest = Self::digest_of([&claimed, &registered, &measured], &evidence, roles);
        Self {
            readings,
            approvals,
            at,
            claimed,
            registered,
            measured,
            evidence,
            digest,
            vocabulary: vocabulary.digest(),
        }
    }

    /// The digest over what is known about a use, as it is recorded: what the caller claimed, what is registered, what was
    /// measured, each piece of evidence, and the approvals, sorted.
    #[must_use]
    pub fn digest_of<'a>(
        [claimed, registered, measured]: [&'a str; 3],
        evidence: &'a [String],
        approvals: impl IntoIterator<Item = &'a str>,
    ) -> Digest {
        let fixed = [claimed, registered, measured, "evidence"];
        let parts = fixed.into_iter().chain(evidence.iter().map(String::as_str)).chain(["approvals"]);
        Digest::of_parts(parts.chain(approvals).map(str::as_bytes))
    }

    /// The digest over everything known about the use.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The time of the use, which is the time of its decision.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// What the caller claimed, as a dictionary.
    #[must_use]
    pub fn claimed(&self) -> &str {
        &self.claimed
    }

    /// What is registered for the program, as a dictionary.
    #[must_use]
    pub fn registered(&self) -> &str {
        &self.registered
    }

    /// What the gateway measured, as a dictionary that ends with `*=0;of="…"` if numbers that it doesn't name are 0.
    #[must_use]
    pub fn measured(&self) -> &str {
        &self.measured
    }

    /// What each piece of evidence says, as dictionaries.
    #[must_use]
    pub fn evidence(&self) -> &[String] {
        &self.evidence
    }

    /// The roles that approved this use, sorted.
    #[must_use]
    pub fn approvals(&self) -> &[RoleId] {
        &self.approvals
    }

    /// The ways to read it.
    pub(crate) const fn readings(&self) -> &Readings {
        &self.readings
    }

    /// The digest of the vocabulary that it was assembled with.
    pub(crate) const fn vocabulary(&self) -> Digest {
        self.vocabulary
    }
}
