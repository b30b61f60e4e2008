//! An officer's answer, judged and recorded.

use std::sync::Arc;

use carveout_dialects::Notice;
use carveout_ledger::{
    Appointed, Approved, Entry, Event, HoldAnswer, LedgerError, LifecycleError, Position, Refused, Timestamp,
};

use super::queue::Held;
use crate::{house::House, tasks::Finished};

/// What an officer sent: a signed note, and what it is to say.
pub(super) struct Signed {
    pub(super) roles: Vec<String>,
    /// Until when an approval can be used; `None` is a refusal.
    pub(super) until: Option<Timestamp>,
    pub(super) statement: String,
}

/// Records an answer. The signature is looked at here, so that forgeries never get near the ledger; everything else is
/// for the ledger's own rules to say, at the moment at which the entry is put in order.
pub(super) async fn record(
    house: &Arc<House>,
    officer: &Appointed,
    held: &Held,
    signed: Signed,
) -> Result<Position, Box<Notice>> {
    let Signed { roles, until, statement } = signed;
    let answer = HoldAnswer { hold: held.id, held: held.leaf, roles, until };
    let key =
        officer.key.parse().map_err(|_no_key| Notice::unavailable("the officer's key can't be used"))?;
    answer
        .verify(&statement, &key)
        .map_err(|error| Notice::forbidden(format!("the statement is not this officer's answer: {error}")))?;
    let at = house.clock.now().map_err(|error| {
        tracing::error!(%error, "nothing is answered");
        Notice::unavailable("the time can't be trusted, so nothing was recorded")
    })?;
    let HoldAnswer { hold, held, roles, until } = answer;
    let (officer, key) = (officer.officer.clone(), officer.key.clone());
    let event = match until {
        Some(until) => Event::Approved(Approved { hold, held, officer, roles, until, key, statement }),
        None => Event::Refused(Refused { hold, held, officer, roles, key, statement }),
    };
    let entry = Entry { at: Timestamp::from_millis(at.millis()), event };
    append(house, entry).await.map_err(|error| Box::new(said(&error)))
}

/// Appends an entry about holds and takes over what it says, also if whoever asked has left meanwhile.
pub(super) async fn append(house: &Arc<House>, entry: Entry) -> Result<Position, LedgerError> {
    let shared = house.clone();
    let appending = async move {
        let position = shared.ledger.append(entry.clone()).await?;
        if let Some(holds) = &shared.holds {
            holds.project(&entry, position);
        }
        tracing::info!(kind = entry.event.kind(), index = position.index, "hold");
        Ok(position)
    };
    Finished::new(appending, house.tasks.clone()).await
}

fn said(error: &LedgerError) -> Notice {
    match error {
        LedgerError::Order(LifecycleError::Hold(broken)) => Notice::forbidden(broken.to_string()),
        error => {
            tracing::error!(%error, "an answer could not be recorded");
            Notice::unavailable("the answer could not be recorded; try again")
        }
    }
}
