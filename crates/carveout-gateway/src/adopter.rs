//! Changing what a running gateway decides by.

use std::sync::Arc;

use carveout_ledger::{Entry, Event, LedgerError, Position, Timestamp};

use crate::{
    house::{House, InForce},
    settings::ProgramTerms,
    tasks::Finished,
};

/// Terms to replace those in force, and what the ledger is to say of that.
#[derive(Debug)]
pub struct Adoption {
    /// The records that count from now on, and the terms that follow from them.
    pub events: Vec<Event>,
    /// What binds every program from now on.
    pub programs: Vec<ProgramTerms>,
}

/// Why terms were not replaced. Those before them stay in force.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdoptError {
    /// They are not for the programs of this gateway, or not in its vocabulary.
    #[error("the new terms are not for the programs and the vocabulary that the gateway was started with")]
    OtherPrograms,
    /// The time can't be trusted.
    #[error("the time can't be trusted: {0}")]
    Clock(String),
    /// The adoption could not be recorded.
    #[error("the adoption could not be recorded: {0}")]
    Ledger(#[from] LedgerError),
}

/// Replaces the terms of one gateway while it runs.
#[derive(Clone)]
pub struct Adopter(Arc<House>);

impl Adopter {
    pub(crate) fn of(house: &Arc<House>) -> Self {
        Self(house.clone())
    }

    /// Records the adoption, and then decides every new request by the new terms. What was admitted before keeps its
    /// terms. When this returns, nothing is decided by the old ones any more.
    ///
    /// # Errors
    /// See [`AdoptError`].
    pub async fn adopt(&self, adoption: Adoption) -> Result<Vec<Position>, AdoptError> {
        let house = self.0.clone();
        let tasks = house.tasks.clone();
        // Whoever gives up waiting must not leave an adoption in the ledger that nothing follows.
        Finished::new(adopt(house, adoption), tasks).await
    }
}

async fn adopt(house: Arc<House>, adoption: Adoption) -> Result<Vec<Position>, AdoptError> {
    let terms = InForce::of(adoption.programs, &house.measures, &house.metering);
    let mut in_force = house.terms.lock().write().await;
    if !terms.replaces(&in_force) {
        return Err(AdoptError::OtherPrograms);
    }
    let at = house.clock.now().map_err(|error| AdoptError::Clock(error.to_string()))?;
    let at = Timestamp::from_millis(at.millis());
    let entries = adoption.events.into_iter().map(|event| Entry { at, event }).collect();
    let recorded = house.ledger.append_all(entries).await;
    // An adoption that is late has its place in the ledger all the same, and every later decision stands after it: if
    // they become durable, so does it.
    if matches!(recorded, Ok(_) | Err(LedgerError::Deadline { .. })) {
        *in_force = Arc::new(terms);
        house.metrics.adopted();
    }
    Ok(recorded?)
}
