//! Monitoring: how a use would have been decided by terms that are not, or not yet, enforced. It is recorded with the
//! decision, and changes nothing about it.
//!
//! A clause in force can be left out of what decides for a time, if all parties have signed for that (the ledger takes
//! nothing else). A use that may have a lethal effect is decided by all the terms all the same.

use std::{borrow::Cow, sync::Arc};

use carveout_ledger::{Cited, Digest, Monitored};
use carveout_terms::{Decision, Ruling, Stack, Timestamp, Use};

use crate::{attest::Masks, house::Bound};

/// A use as it is decided, and, where detectors that are only monitored found something, with that.
#[derive(Debug, Clone)]
pub(crate) struct Uses {
    pub(crate) decides: Arc<Use>,
    /// With everything that was found, if that is more than decides.
    pub(crate) found: Option<Arc<Use>>,
}

impl Uses {
    /// With everything that was found.
    pub(crate) fn all_found(&self) -> &Arc<Use> {
        self.found.as_ref().unwrap_or(&self.decides)
    }
}

impl From<Use> for Uses {
    fn from(use_: Use) -> Self {
        Self { decides: Arc::new(use_), found: None }
    }
}

impl Bound {
    /// The detectors whose findings don't decide a use, of which everything is known that was found.
    fn masks(&self, found: &Use) -> Masks {
        let monitored = self.monitoring.detectors.iter().filter(|one| found.at() < one.until);
        let masks = Masks::of(monitored.map(|one| one.detector));
        if masks.is_empty() || found.may_be_lethal(self.stack.vocabulary()) {
            return Masks::default();
        }
        masks
    }

    /// What decides of a use. `without` is asked for the same without what some detectors found, or for nothing if that isn't
    /// known: then everything decides.
    pub(crate) fn decided_of<E>(
        &self,
        found: Use,
        without: impl FnOnce(&Masks) -> Result<Option<Use>, E>,
    ) -> Result<Uses, E> {
        let masks = self.masks(&found);
        if masks.is_empty() {
            return Ok(found.into());
        }
        Ok(match without(&masks)? {
            Some(decides) if decides.digest() != found.digest() => {
                Uses { decides: Arc::new(decides), found: Some(Arc::new(found)) }
            }
            _ => found.into(),
        })
    }

    /// The terms, and the decision by them, that say whether a judge is to be asked: those that decide, unless the judge is
    /// only monitored. Then it is asked where it would be if it decided.
    pub(crate) fn to_be_judged<'d>(
        &self,
        uses: &Uses,
        decision: &'d Decision,
    ) -> (&Arc<Stack>, Cow<'d, Decision>) {
        let found = uses.all_found();
        if self.masks(found).judge {
            return (&self.stack, Cow::Owned(self.stack.decide(found)));
        }
        (self.in_force(&uses.decides), Cow::Borrowed(decision))
    }

    /// The terms by which a use is decided.
    pub(crate) fn in_force(&self, use_: &Use) -> &Arc<Stack> {
        let relaxed = self.monitoring.relaxed.iter().find(|relaxed| use_.at() < relaxed.until);
        match relaxed {
            Some(relaxed) if !use_.may_be_lethal(self.stack.vocabulary()) => &relaxed.stack,
            _ => &self.stack,
        }
    }

    /// Whether some use is decided by these terms at a moment. By which one it is, the decision shows, and the ledger
    /// takes none by other terms than those by which the use was held.
    pub(crate) fn may_decide(&self, terms: &Digest, at: Timestamp) -> bool {
        let relaxed = self.monitoring.relaxed.iter().find(|relaxed| at < relaxed.until);
        let stacks = relaxed.map(|relaxed| &relaxed.stack).into_iter().chain([&self.stack]);
        stacks.into_iter().any(|stack| stack.digest().as_bytes() == terms.as_bytes())
    }

    /// The decision on a use.
    pub(crate) fn decide(&self, use_: &Use) -> Decision {
        self.in_force(use_).decide(use_)
    }

    /// How it would have been decided by each of the terms that are only monitored.
    pub(crate) fn monitored(&self, use_: &Use) -> Vec<Monitored> {
        let monitors = self.monitoring.monitors.iter();
        let watching = monitors.filter(|monitor| monitor.until.is_none_or(|until| use_.at() < until));
        watching
            .map(|monitor| {
                let Decision { ruling, grounds, terms, .. } = monitor.stack.decide(use_);
                Monitored {
                    monitor: monitor.monitor.clone(),
                    ruling: match ruling {
                        Ruling::Permit => carveout_ledger::Ruling::Permit,
                        Ruling::Hold { .. } => carveout_ledger::Ruling::Hold,
                        Ruling::Deny => carveout_ledger::Ruling::Deny,
                    },
                    grounds: grounds
                        .into_iter()
                        .map(|ground| Cited { agreement: ground.agreement, clause: ground.clause })
                        .collect(),
                    terms: Digest::from_bytes(*terms.as_bytes()),
                }
            })
            .collect()
    }
}
