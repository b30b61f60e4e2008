//! What happened to an instrument, in time: which acts are in effect at an instant, as known at another.

use std::collections::BTreeMap;

use super::{Docket, Event, EventKind, Formula, LegalForce, Scope, Waiver};
use crate::Timestamp;

impl Docket {
    /// The acts that were known, have taken effect and have not ended, the oldest first.
    pub(super) fn active(&self, on: Timestamp, known: Timestamp) -> Vec<&Event> {
        let dates = &self.instrument().dates;
        let in_effect = |event: &&Event| {
            dates.begins(event.known) <= known
                && dates.begins(event.effective) <= on
                && event.until.is_none_or(|until| on < dates.ends(until))
        };
        let mut active: Vec<&Event> = self.events().iter().filter(in_effect).collect();
        active.sort_by_key(|event| (dates.begins(event.effective), dates.begins(event.decided)));
        let lifted: Vec<&String> = active.iter().flat_map(|event| &event.lifts).collect();
        active.iter().filter(|event| !lifted.contains(&&event.id)).copied().collect()
    }

    /// The acts that concern an authority, by forum, the oldest first.
    pub(super) fn acts<'e>(authority: &str, active: &[&'e Event]) -> BTreeMap<String, Vec<&'e Event>> {
        let mut forums: BTreeMap<String, Vec<&Event>> = BTreeMap::new();
        for event in active {
            if event.authorities.is_empty() || event.authorities.iter().any(|named| named == authority) {
                forums.entry(event.forum.trim().to_lowercase()).or_default().push(event);
            }
        }
        forums
    }

    /// Where an authority no longer carries the instrument. In one forum the later act counts; of several forums
    /// any can stop it, because an injunction binds whatever another court thinks. A higher court that ends it says
    /// so by lifting it.
    pub(super) fn suspended(authority: &str, active: &[&Event]) -> Formula {
        let mut somewhere = Formula::Always(false);
        for acts in Self::acts(authority, active).into_values() {
            let mut here = Formula::Always(false);
            for event in acts {
                let part = event.scope.as_ref().map_or(Formula::Always(true), Formula::within);
                if event.kind.suspends() {
                    here = here.or(part);
                } else if event.kind.restores() {
                    here = here.and(part.not());
                }
            }
            somewhere = somewhere.or(here);
        }
        somewhere
    }

    /// The authorities that the instrument rests on; what rests on none is one by itself.
    pub(super) fn authorities(&self) -> Vec<&str> {
        let named = &self.instrument().authorities;
        if named.is_empty() { vec![""] } else { named.iter().map(String::as_str).collect() }
    }

    /// Where the instrument still stands on some authority.
    pub(super) fn stands(&self, on: Timestamp, known: Timestamp) -> Formula {
        if self.is_superseded(on, known) || self.is_over(on) {
            return Formula::Always(false);
        }
        let active = self.active(on, known);
        let authorities = self.authorities();
        let standing = authorities.iter().map(|authority| Self::suspended(authority, &active).not());
        standing.fold(Formula::Always(false), Formula::or)
    }

    pub(super) fn is_superseded(&self, on: Timestamp, known: Timestamp) -> bool {
        self.superseded().iter().any(|superseding| superseding.effective <= on && superseding.known <= known)
    }

    /// Whether it has ended by itself.
    pub(super) fn is_over(&self, on: Timestamp) -> bool {
        let dates = &self.instrument().dates;
        dates.until.is_some_and(|until| dates.ends(until) <= on)
    }

    /// The uses that it is about. What somebody does outside of an agency's contracts is reached only by an
    /// instrument that goes beyond their performance.
    pub(super) fn reach(&self) -> Formula {
        let instrument = self.instrument();
        if !instrument.conduct.iter().any(|conduct| conduct.is_use()) {
            return Formula::Always(false);
        }
        let mut scope = instrument.scope.clone();
        if instrument.conduct.iter().any(|conduct| conduct.beyond_performance()) {
            scope.agencies.push(super::Agency::NonGovernment);
        }
        Formula::In(scope)
    }

    /// The first instant after the phase-out, as it was set last.
    pub(super) fn phase_out_end(
        &self,
        on: Timestamp,
        known: Timestamp,
    ) -> Option<(Timestamp, Option<&Event>)> {
        let dates = &self.instrument().dates;
        let active = self.active(on, known);
        let moved = active.into_iter().rfind(|event| event.kind == EventKind::SetsPhaseOut);
        match moved {
            Some(event) => Some((dates.ends(event.phase_out_until?), Some(event))),
            None => Some((dates.ends(dates.phase_out_until?), None)),
        }
    }

    /// Where the phase-out is over, or never was.
    pub(super) fn due(&self, on: Timestamp, known: Timestamp) -> Formula {
        let dates = &self.instrument().dates;
        match self.phase_out_end(on, known) {
            Some((end, _)) if on < end => {
                let early = self.instrument().priorities.iter().filter(|priority| {
                    priority.scope != Scope::default()
                        && priority.until.is_some_and(|until| dates.ends(until) <= on)
                });
                early
                    .map(|priority| Formula::within(&priority.scope))
                    .fold(Formula::Always(false), Formula::or)
            }
            _ => Formula::Always(true),
        }
    }

    /// What exceptions and waivers take out. What can't be told from a scope is not taken out.
    pub(super) fn excepted(&self, on: Timestamp, known: Timestamp) -> Formula {
        let dates = &self.instrument().dates;
        let exceptions = self.instrument().exceptions.iter();
        let open = exceptions.filter(|exception| exception.until.is_none_or(|until| on < dates.ends(until)));
        let waivers = self.instrument().waivers.iter().filter(|waiver| self.is_given(waiver, on, known));
        let scopes = open.map(|exception| &exception.scope).chain(waivers.map(|waiver| &waiver.scope));
        let parts = scopes.filter(|scope| **scope != Scope::default()).map(Formula::within);
        parts.fold(Formula::Always(false), Formula::or)
    }

    /// What a waiver was asked for and not given, with the role that may let it go on meanwhile. What can't be told
    /// from a scope is not held.
    pub(super) fn pending(&self) -> Vec<(Formula, &str)> {
        let waivers = self.instrument().waivers.iter().filter(|waiver| waiver.granted.is_none());
        let told = waivers.filter(|waiver| waiver.scope != Scope::default());
        told.filter_map(|waiver| Some((Formula::within(&waiver.scope), waiver.role.as_deref()?))).collect()
    }

    fn is_given(&self, waiver: &Waiver, on: Timestamp, known: Timestamp) -> bool {
        let dates = &self.instrument().dates;
        let Some(granted) = waiver.granted else { return false };
        dates.begins(waiver.known.unwrap_or(granted)) <= known
            && dates.begins(granted) <= on
            && waiver.expires.is_none_or(|expires| on < dates.ends(expires))
    }

    /// Where it bars at an instant, as known at another. What was only announced bars nowhere, unless it is asked
    /// what it would.
    pub(super) fn barred(&self, on: Timestamp, known: Timestamp, announced: bool) -> Formula {
        let told = self.instrument().force != LegalForce::AnnouncedOnly || announced;
        if !told || on < self.effective() || known < self.known() {
            return Formula::Always(false);
        }
        let excepted = self.excepted(on, known);
        self.reach().and(self.stands(on, known)).and(self.due(on, known)).and(excepted.not())
    }

    /// The instants at which something may change, as known at one; without one, also those at which something
    /// becomes known.
    pub(super) fn turns(&self, known: Option<Timestamp>) -> Vec<Timestamp> {
        let instrument = self.instrument();
        let dates = &instrument.dates;
        let counts = |event: &&Event| known.is_none_or(|known| dates.begins(event.known) <= known);
        let events: Vec<&Event> = self.events().iter().filter(counts).collect();
        let begins = events.iter().map(|event| dates.begins(event.effective));
        let ends = events.iter().flat_map(|event| [event.until, event.phase_out_until]).flatten();
        let waivers = instrument.waivers.iter();
        let given = waivers.clone().filter_map(|waiver| waiver.granted).map(|granted| dates.begins(granted));
        let ends = ends
            .chain(dates.phase_out_until)
            .chain(dates.until)
            .chain(instrument.priorities.iter().filter_map(|priority| priority.until))
            .chain(instrument.exceptions.iter().filter_map(|exception| exception.until))
            .chain(waivers.filter_map(|waiver| waiver.expires))
            .map(|when| dates.ends(when));
        let superseded = self.superseded().iter().map(|superseding| superseding.effective);
        let learnt = if known.is_none() { self.learnt() } else { Vec::new() };
        let all = [self.effective()].into_iter().chain(begins).chain(given).chain(ends).chain(superseded);
        let mut turns: Vec<Timestamp> = all.chain(learnt).collect();
        turns.sort();
        turns.dedup();
        turns
    }

    /// The instants at which something about it becomes known.
    fn learnt(&self) -> Vec<Timestamp> {
        let instrument = self.instrument();
        let dates = &instrument.dates;
        let events = self.events().iter().map(|event| dates.begins(event.known));
        let waivers =
            instrument.waivers.iter().filter_map(|waiver| waiver.known).map(|known| dates.begins(known));
        let superseded = self.superseded().iter().map(|superseding| superseding.known);
        [self.known()].into_iter().chain(events).chain(waivers).chain(superseded).collect()
    }
}
