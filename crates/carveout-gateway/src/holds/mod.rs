//! Uses on hold: who may lift them, which ones wait, and what is sent once they are approved.
//!
//! The ledger is the authority. The queue here is what its entries say, made again at every start; an answer counts
//! when its entry is durable, and the ledger itself refuses one that breaks a rule. What the ledger can't hold, the
//! body, is kept encrypted beside it until the hold ends.

mod answer;
mod api;
mod call;
mod collect;
mod evidence;
mod part;
mod queue;
mod reply;
mod shown;
mod sweep;
mod wait;

use std::{sync::Arc, time::Duration};

use carveout_ledger::{
    Appointed, Commitment, Decided, Entry, Event, HoldId, Ledger, Position, SealedBodies, SealedError,
    Timestamp, leaf_hash,
};

pub use self::evidence::seen_on_hold;
use self::queue::{Held, Queue};
pub(crate) use self::{
    api::{is_officers, of_key, officer, program},
    collect::Collecting,
    sweep::sweep,
    wait::{asked_to_wait, collected, come_back, patiently},
};
use crate::{
    settings::{HoldNews, HoldSettings, OfficerSettings, SettingsError},
    webhooks::Webhooks,
};

/// The holds of one gateway.
pub(crate) struct Holds {
    officers: Vec<OfficerSettings>,
    two_person: bool,
    lasts: Duration,
    most: usize,
    bodies: Arc<SealedBodies>,
    queue: Queue,
    webhooks: Webhooks,
}

impl Holds {
    /// Makes the queue again from the entries, and removes the bodies that no hold needs.
    pub(crate) fn rebuild(
        settings: HoldSettings,
        ledger: &Ledger,
        webhooks: Webhooks,
    ) -> Result<Self, SettingsError> {
        let HoldSettings { officers, two_person, lasts, most, bodies, found, webhooks: _ } = settings;
        let failed = |problem: String| SettingsError::Holds { problem };
        let queue = Queue::default();
        let mut open = Vec::new();
        for hold in &found {
            let indexes = std::iter::once(hold.index).chain(hold.approvals.iter().copied()).chain(hold.ended);
            for index in indexes {
                let bytes = ledger.entry(index).map_err(|error| failed(error.to_string()))?;
                let entry = Entry::parse(&bytes).map_err(|error| failed(error.to_string()))?;
                queue.apply(&entry, Position { index, leaf: leaf_hash(&bytes) });
            }
            open.extend(hold.ended.is_none().then_some(hold.hold));
        }
        queue.interrupt();
        bodies.erase_all_but(&open).map_err(|error| failed(error.to_string()))?;
        Ok(Self { officers, two_person, lasts, most, bodies: Arc::new(bodies), queue, webhooks })
    }

    /// Until when a use that is held now waits; `None` if nobody could ever lift it.
    pub(crate) fn until(&self, at: carveout_terms::Timestamp) -> Option<Timestamp> {
        let lasts = i64::try_from(self.lasts.as_millis()).unwrap_or(i64::MAX);
        (!self.officers.is_empty()).then(|| Timestamp::from_millis(at.millis().saturating_add(lasts)))
    }

    /// Whether another use of a program may be put on hold.
    pub(crate) fn has_room(&self, program: &str) -> bool {
        self.queue.waiting(program) < self.most
    }

    /// How many uses of a program are on hold.
    pub(crate) fn waiting(&self, program: &str) -> usize {
        self.queue.waiting(program)
    }

    /// Keeps the body of a use that is about to be held. When this returns it is on the disk.
    pub(crate) async fn keep(
        &self,
        hold: HoldId,
        commitment: Commitment,
        body: &[u8],
    ) -> Result<(), SealedError> {
        let (bodies, body) = (self.bodies.clone(), bytes::Bytes::copy_from_slice(body));
        let sealed = tokio::task::spawn_blocking(move || bodies.seal(hold, &commitment, &body)).await;
        sealed.map_err(|_panicked| SealedError::Gone { hold })?
    }

    /// Takes over what an entry says that has become durable.
    pub(crate) fn project(&self, entry: &Entry, position: Position) {
        self.queue.apply(entry, position);
        if !self.webhooks.is_empty() {
            self.tell(entry, position);
        }
    }

    fn tell(&self, entry: &Entry, position: Position) {
        let (news, hold) = match &entry.event {
            Event::Decided(Decided { hold: Some(hold), hold_until: Some(_), .. }) => (HoldNews::Held, *hold),
            Event::Approved(approved) => (HoldNews::Approved, approved.hold),
            Event::Refused(refused) => (HoldNews::Refused, refused.hold),
            Event::Expired(expired) => (HoldNews::Expired, expired.hold),
            _ => return,
        };
        if let Some(held) = self.queue.get(hold) {
            self.webhooks.tell(news, entry, position, &held.entry());
        }
    }

    /// The officers, as configured.
    pub(crate) fn officers(&self) -> impl Iterator<Item = &OfficerSettings> {
        self.officers.iter()
    }

    fn officer_named(&self, id: &str) -> Option<&OfficerSettings> {
        self.officers.iter().find(|officer| officer.appointed.officer == id)
    }

    /// The roles in which an officer may answer a hold; none if the two-person rule forbids it.
    fn may_lift(&self, officer: &Appointed, held: &Held) -> Vec<String> {
        if self.two_person && officer.programs.contains(&held.decided.program) {
            return Vec::new();
        }
        held.decided.roles.iter().filter(|role| officer.roles.contains(role)).cloned().collect()
    }

    /// The roles that have approved, by officers who still have them, and in time.
    fn standing(&self, held: &Held, now: Timestamp) -> Vec<String> {
        let stands = |role: &&String| {
            held.approvals.iter().any(|approved| {
                let officer = self.officer_named(&approved.officer).map(|officer| &officer.appointed);
                approved.until > now
                    && approved.roles.contains(role)
                    && officer.is_some_and(|officer| {
                        officer.key == approved.key && self.may_lift(officer, held).contains(role)
                    })
            })
        };
        held.decided.roles.iter().filter(stands).cloned().collect()
    }
}
