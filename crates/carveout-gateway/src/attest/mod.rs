//! Fourth stop: what the gateway itself can see of a use.

mod detectors;
mod evidence;
mod looked;
mod measures;
mod results;
mod rows;

use carveout_terms::{FactError, Facts, UseError, Vocabulary};

pub use self::{
    detectors::{Detector, DetectorError, Masks, UnknownDetector},
    looked::Shown,
};
pub(crate) use self::{
    evidence::{Evidence, Mark},
    measures::{Measures, Unseen},
    results::Returned,
    rows::reached,
};
use crate::settings::TargetSettings;

/// The facts about a target, checked against the vocabulary once, at the start.
pub(crate) fn target_facts(vocabulary: &Vocabulary, target: &TargetSettings) -> Result<Facts, FactError> {
    let mut facts = Facts::default();
    facts.set_member(vocabulary, "maker", &target.maker)?;
    facts.set_member(vocabulary, "host", &target.host)?;
    facts.set_member(vocabulary, "operator", &target.operator)?;
    if let Some(model) = &target.model_fact {
        facts.set_member(vocabulary, "model", model)?;
    }
    if let Some(deployment) = &target.deployment {
        facts.set_member(vocabulary, "deployment", deployment)?;
    }
    // A request asks for an answer. A tool that the answer calls is another use.
    if vocabulary.fact("act").is_some() {
        facts.set_member(vocabulary, "act", "answer")?;
    }
    if vocabulary.fact("tool_rows").is_some() {
        facts.set_long(vocabulary, "tool_rows", 0)?;
    }
    Ok(facts)
}

/// Why a use could not be attested.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AttestError {
    #[error(transparent)]
    Unseen(#[from] Unseen),
    /// Can't happen once [`target_facts`] and [`Measures::of`] have looked; it denies all the same.
    #[error(transparent)]
    Fact(#[from] FactError),
    /// Reading a long text failed halfway.
    #[error("a text could not be read to its end")]
    Unread,
    /// What an answer showed could not be kept for the meters.
    #[error("the meters can't be trusted since what an answer showed could not be kept")]
    Unkept,
    /// The vocabulary has a number or a truth value that nothing here measures.
    #[error(transparent)]
    Use(#[from] UseError),
}
