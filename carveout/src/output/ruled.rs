//! Decisions in a line: what was ruled, and by which clauses.

use std::fmt;

use carveout_terms::{Agreement, ClauseRef, Decision, Reason, Role, RoleId, Ruling, Stack};

use super::coloured;

/// A decision as people and programs are shown it.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub(crate) struct Ruled {
    pub(crate) ruling: &'static str,
    pub(crate) roles: Vec<String>,
    pub(crate) grounds: Vec<Ground>,
    /// The reason, where the clauses alone don't say it.
    pub(crate) why: Option<String>,
}

/// A clause that a decision rests on.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize)]
pub(crate) struct Ground {
    pub(crate) agreement: String,
    pub(crate) clause: String,
    pub(crate) heading: String,
    /// Whether the number alone says which clause is meant.
    #[serde(skip)]
    alone: bool,
}

impl Ground {
    pub(crate) fn of(stack: &Stack, clause: &ClauseRef) -> Self {
        Self {
            agreement: clause.agreement.clone(),
            clause: clause.clause.clone(),
            heading: stack.clause(clause).map_or_else(String::new, |clause| clause.heading().to_owned()),
            alone: stack.agreements().iter().filter(|one| !is_everything(stack, one.id())).count() == 1,
        }
    }
}

impl fmt::Display for Ground {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.alone {
            write!(f, "{} ", self.agreement)?;
        }
        write!(f, "{} {}", self.clause, self.heading)
    }
}

impl Ruled {
    pub(crate) fn of(stack: &Stack, decision: &Decision) -> Self {
        let roles = match &decision.ruling {
            Ruling::Hold { roles } => roles.iter().map(RoleId::to_string).collect(),
            Ruling::Permit | Ruling::Deny => Vec::new(),
        };
        let granted = |clause: &&ClauseRef| is_everything(stack, &clause.agreement);
        let unlimited = decision.grounds.iter().any(|clause| granted(&clause));
        let own = decision.grounds.iter().filter(|clause| !granted(clause));
        Self {
            ruling: decision.ruling.as_str(),
            roles,
            grounds: own.map(|clause| Ground::of(stack, clause)).collect(),
            why: if unlimited { Some("nothing forbids it".to_owned()) } else { why(&decision.reason) },
        }
    }

    /// `denied by 2.2 Bulk data`, the verb in the ruling's colour.
    pub(crate) fn coloured(&self) -> String {
        format!("{}{}", coloured(self.ruling, &self.verb()), self.rest())
    }

    /// The verb alone: `denied`, or `held for a role`.
    pub(crate) fn verb(&self) -> String {
        match self.ruling {
            "permit" => "permitted".to_owned(),
            "hold" => format!("held for {}", self.roles.join(" and ")),
            _ => "denied".to_owned(),
        }
    }

    /// What follows the verb.
    pub(crate) fn rest(&self) -> String {
        let grounds: Vec<String> = self.grounds.iter().map(Ground::to_string).collect();
        let by = if grounds.is_empty() { String::new() } else { format!(" by {}", grounds.join("; ")) };
        let why = self.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        by + &why
    }
}

/// Whether an agreement is only there so that limits can be looked at by themselves.
fn is_everything(stack: &Stack, agreement: &str) -> bool {
    let others = || stack.agreements().iter().filter(|other| other.id() != agreement);
    agreement == Agreement::EVERY_USE && others().all(|other| other.role() == Role::Limit)
}

/// The reason in words, where the clauses alone don't say it.
pub(crate) fn why(reason: &Reason) -> Option<String> {
    match reason {
        Reason::Clauses => None,
        Reason::NotGranted { agreements } => Some(format!(
            "no clause of {} permits it, and what is not granted is denied",
            agreements.join(", ")
        )),
        Reason::NothingGoverns => Some("no grant governs this target at this time".to_owned()),
        Reason::EvaluationFailed { clause, message } => {
            Some(format!("{clause} failed to evaluate: {message}"))
        }
        Reason::NotExpressible => {
            Some("the vocabulary has no word for it, so it is refused at the door".to_owned())
        }
        Reason::OtherVocabulary => Some("the use was assembled by another vocabulary".to_owned()),
        Reason::TooManyReadings => {
            Some("the claims and the evidence can be read in too many ways".to_owned())
        }
    }
}
