//! Designations as limits of a program's stack, and what each of them does to one use.
//!
//! A limit is compiled as everything becomes known, so it needs no second look at the calendar: what takes effect, is
//! stayed or ends at an instant does so in the decision at that instant.

use std::sync::Arc;

use super::{Docket, LegalForce, Options, Register, Status, When};
use crate::{
    Agreement, ClauseRef, Facts, Problems, RoleId, Ruling, Stack, StackError, Timestamp, Use, Vocabulary,
};

/// How designations are enforced.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Enforcement {
    /// Whether what was only announced bars; otherwise it is warned about.
    pub announced: bool,
    /// Whether what a waiver is pending for is held for the role that the record names; otherwise it is barred.
    pub hold: bool,
    /// The id of the party that adopts the limits.
    pub party: String,
}

/// What designations come to for one program.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Enforced {
    /// The limits, for the program's stack.
    pub limits: Vec<Arc<Agreement>>,
    /// Every instrument that does something to some use at some time.
    pub watched: Vec<Arc<Watched>>,
}

/// An instrument whose effect on a use can be asked.
#[derive(Debug)]
pub struct Watched {
    docket: Docket,
    /// This instrument and nothing else, with what was only announced enforced.
    alone: Stack,
    turns: Vec<Timestamp>,
    bars: bool,
}

/// What an instrument does to a use at an instant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Nothing, then or later, as far as is recorded.
    Nothing,
    /// It bars the use.
    Barred {
        /// By these clauses of its text.
        clauses: Vec<ClauseRef>,
    },
    /// A waiver is pending, and the use is held.
    Held {
        /// For these roles.
        roles: Vec<RoleId>,
    },
    /// It was announced, and would bar the use.
    Announced,
    /// What is there may go on being used for now.
    PhaseOut {
        /// The first instant at which it bars or holds this use.
        until: Timestamp,
    },
    /// It will bar or hold the use.
    Coming {
        /// From when.
        from: Timestamp,
    },
}

/// Why designations can't be enforced.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EnforceError {
    /// An instrument's text can't be read back.
    #[error("`{designation}` can't be written in this vocabulary: {problems}")]
    Text {
        /// The instrument.
        designation: String,
        /// What is wrong.
        problems: Problems,
    },
    /// It can't be decided by itself.
    #[error("`{designation}` can't be enforced: {error}")]
    Stack {
        /// The instrument.
        designation: String,
        /// Why.
        error: StackError,
    },
}

impl Register {
    /// What the instruments come to for one program.
    ///
    /// # Errors
    /// If one of them can't be written in the vocabulary.
    pub fn enforce(
        &self,
        vocabulary: &Arc<Vocabulary>,
        program: &str,
        how: &Enforcement,
    ) -> Result<Enforced, EnforceError> {
        let mut enforced = Enforced::default();
        for docket in self.dockets() {
            // Lists have thousands of records about nobody whose models are used: they cost nothing.
            if docket.instrument().members(vocabulary).is_empty() {
                continue;
            }
            let named =
                |problems| EnforceError::Text { designation: docket.instrument().id.clone(), problems };
            let options = Options {
                known: None,
                program: Some(program.to_owned()),
                announced: true,
                hold: how.hold,
                party: how.party.clone(),
            };
            let compiled = docket.compile(vocabulary, &options).map_err(named)?;
            if !compiled.enforces() {
                continue;
            }
            let limit = Arc::new(compiled.agreement);
            let bars = how.announced || docket.instrument().force != LegalForce::AnnouncedOnly;
            enforced.watched.push(Arc::new(Watched::new(docket, vocabulary, Arc::clone(&limit), bars)?));
            enforced.limits.extend(bars.then_some(limit));
        }
        Ok(enforced)
    }
}

impl Watched {
    fn new(
        docket: &Docket,
        vocabulary: &Arc<Vocabulary>,
        limit: Arc<Agreement>,
        bars: bool,
    ) -> Result<Self, EnforceError> {
        let designation = || docket.instrument().id.clone();
        // A limit only forbids, so it is asked next to a grant of everything.
        let everything = Agreement::everything(vocabulary)
            .map_err(|problems| EnforceError::Text { designation: designation(), problems })?;
        let alone = Stack::new(Arc::clone(vocabulary), vec![Arc::new(everything), limit], Facts::default())
            .map_err(|error| EnforceError::Stack { designation: designation(), error })?;
        Ok(Self { turns: docket.turns(None), docket: docket.clone(), alone, bars })
    }

    /// The instrument with everything that happened to it.
    #[must_use]
    pub const fn docket(&self) -> &Docket {
        &self.docket
    }

    /// The instrument's id, which is the id of its limit.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.docket.instrument().id
    }

    /// What it does to a use at an instant. `use_at` makes the use at another one.
    #[must_use]
    pub fn effect(&self, at: Timestamp, use_at: &dyn Fn(Timestamp) -> Option<Use>) -> Effect {
        let ruled = |at: Timestamp| use_at(at).map(|use_| self.alone.decide(&use_));
        let Some(decision) = ruled(at) else { return Effect::Nothing };
        match decision.ruling {
            Ruling::Deny | Ruling::Hold { .. } if !self.bars => return Effect::Announced,
            Ruling::Deny => return Effect::Barred { clauses: decision.grounds },
            Ruling::Hold { roles } => return Effect::Held { roles },
            Ruling::Permit => {}
        }
        let later = self.turns.iter().copied().filter(|turn| *turn > at);
        let next = later
            .into_iter()
            .find(|turn| ruled(*turn).is_some_and(|decision| !matches!(decision.ruling, Ruling::Permit)));
        match next {
            Some(until) if self.bars && self.is_phasing_out(at) => Effect::PhaseOut { until },
            Some(from) if self.bars => Effect::Coming { from },
            _ => Effect::Nothing,
        }
    }

    /// Whether its phase-out is on, in general.
    fn is_phasing_out(&self, at: Timestamp) -> bool {
        let at = When::Instant(at);
        matches!(self.docket.in_force(at, at).status, Status::PhaseOut { .. })
    }
}
