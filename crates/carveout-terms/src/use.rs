//! A use: the normalised facts of one request to one target.

use std::collections::BTreeSet;

use crate::{Digest, FactId, Facts, RoleId, Timestamp, Value, Vocabulary, agreement::Assignment};

/// More readings of one use than this are not decided; the use is held instead.
pub(crate) const MOST_READINGS: usize = 16;

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
    readings: Option<Vec<Assignment>>,
    approvals: Vec<RoleId>,
    at: Timestamp,
    claimed: String,
    registered: String,
    measured: String,
    evidence: Vec<String>,
    digest: Digest,
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
        let stated = [layers.gateway, layers.program, layers.caller];
        let mut base = Vec::with_capacity(vocabulary.facts().len());
        let mut open: Vec<(FactId, Vec<Value>)> = Vec::new();
        let mut evident = Vec::new();
        for (id, fact) in vocabulary.facts() {
            let silence = Value::silence(fact.kind());
            let mut values: Vec<&Value> = Vec::new();
            let spoken = stated.iter().filter_map(|layer| layer.as_ref()?.get(id));
            for value in spoken.filter(|value| Some(*value) != silence.as_ref()) {
                if !values.contains(&value) {
                    values.push(value);
                }
            }
            let evidence: BTreeSet<&Value> =
                layers.evidence.iter().filter_map(|facts| facts.get(id)).collect();
            if !evidence.is_empty() {
                evident.push(id);
            }
            let first = match (values.first(), silence) {
                (Some(first), _) => (*first).clone(),
                (None, Some(silence)) => silence,
                (None, None) => return Err(UseError::Missing(fact.name().to_owned())),
            };
            let mut all: Vec<Value> = std::iter::once(first.clone()).collect();
            for value in values.into_iter().chain(evidence) {
                if !all.contains(value) {
                    all.push(value.clone());
                }
            }
            base.push(first);
            if all.len() > 1 {
                open.push((id, all));
            }
        }
        let at = match vocabulary.fact("at").and_then(|at| base.get(at.index())) {
            Some(Value::Datetime(at)) => *at,
            _ => return Err(UseError::Missing("at".to_owned())),
        };
        let readings = readings(&Assignment::new(base).with_evidence(evident), &open);
        Ok(Self::recorded(vocabulary, layers, readings, at))
    }

    fn recorded(
        vocabulary: &Vocabulary,
        layers: &UseLayers<'_>,
        readings: Option<Vec<Assignment>>,
        at: Timestamp,
    ) -> Self {
        let written = |facts: Option<&Facts>| {
            facts.map(|facts| facts.display(vocabulary).to_string()).unwrap_or_default()
        };
        let (claimed, registered, measured) =
            (written(layers.caller), written(layers.program), written(layers.gateway));
        let evidence: Vec<String> = layers.evidence.iter().map(|facts| written(Some(facts))).collect();
        let mut approvals = layers.approvals.to_vec();
        approvals.sort();
        approvals.dedup();
        let fixed = [claimed.as_str(), &registered, &measured, "evidence"];
        let parts = fixed.into_iter().chain(evidence.iter().map(String::as_str)).chain(["approvals"]);
        let parts = parts.chain(approvals.iter().map(RoleId::as_str));
        let digest = Digest::of_parts(parts.map(str::as_bytes));
        Self { readings, approvals, at, claimed, registered, measured, evidence, digest }
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

    /// What the gateway measured, as a dictionary.
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

    /// The readings, unless there are too many.
    pub(crate) fn readings(&self) -> Option<&[Assignment]> {
        self.readings.as_deref()
    }
}

/// Every combination of the values that stand, the claimed ones first.
fn readings(base: &Assignment, open: &[(FactId, Vec<Value>)]) -> Option<Vec<Assignment>> {
    let count = open.iter().map(|(_, values)| values.len()).try_fold(1_usize, usize::checked_mul)?;
    if count > MOST_READINGS {
        return None;
    }
    let mut readings = vec![base.clone()];
    for (fact, values) in open {
        readings = values
            .iter()
            .flat_map(|value| {
                readings.iter().cloned().map(|mut reading| {
                    reading.set(*fact, value.clone());
                    reading
                })
            })
            .collect();
    }
    Some(readings)
}
