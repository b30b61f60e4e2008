//! Monitoring: how a use would have been decided by terms that are not, or not yet, enforced. It is recorded with the
//! decision, and changes nothing about it.
//!
//! A clause in force can be left out of what decides for a time, if all parties have signed for that (the ledger takes
//! nothing else). A use that may have a lethal effect is decided by all the terms all the same.

use std::sync::Arc;

use carveout_ledger::{Cited, Digest, Monitored};
use carveout_terms::{Decision, Ruling, Stack, Timestamp, Use};

use crate::house::Registered;

impl Registered {
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
