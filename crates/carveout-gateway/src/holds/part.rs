//! Giving away a part of an answer that was on hold: decided again with the approvals and with what it shows now, and
//! recorded before any of it goes out.

use std::sync::Arc;

use carveout_dialects::Notice;
use carveout_terms::{Facts, Known, Ruling, Timestamp};

use super::{
    collect::{Collecting, dialect, endpoint},
    queue::Held,
};
use crate::{
    admit::{Case, Matter, NotAdmitted, admit_parts},
    attest::Evidence,
    house::{Bound, House, KnownKey, Route, Target},
    kept,
    meters::{Judged, Metered},
    notices::{Refusal, Ruled},
    request::unattested,
};

/// A part of an answer as it was held, and who comes back for it.
pub(super) struct Part<'a> {
    pub(super) key: &'a Arc<KnownKey>,
    pub(super) bound: &'a Arc<Bound>,
    pub(super) held: &'a Held,
    pub(super) route: &'a Arc<Route>,
    pub(super) target: &'a Arc<Target>,
    /// What is known of it at this moment, with the approvals.
    pub(super) known: Known,
    /// Whom it shows. They were not taken in when it was held.
    pub(super) evidence: Evidence,
    pub(super) matter: Matter,
}

impl Part<'_> {
    /// What the reply's head says of it, now that it may go out.
    pub(super) async fn admitted(self, house: &Arc<House>, now: Timestamp) -> Result<Box<Ruled>, Refusal> {
        let Self { key, bound, held, route, target, known, evidence, matter } = self;
        let dialect = dialect(held);
        let refuse = |notice: Notice| Refusal::new(dialect, notice);
        let assemble = |metered: &Facts| {
            let gateway = known.gateway.overridden_by(metered);
            // What is on hold is decided by everything that was found.
            Ok(Known { gateway, ..known.clone() }.assemble(&house.vocabulary)?.into())
        };
        let seen = (&evidence, &mut Metered::default());
        let judged = house.metering.judge(house, bound, (target, now), seen, assemble, |_, _| false);
        let Judged { uses, decision, kept } = judged.map_err(|error| refuse(unattested(&error)))?;
        if let Some(kept) = kept {
            kept::vouch(house, held.decided.parent, kept);
        }
        let collecting = Collecting { hold: held.id, body: held.decided.body };
        let case = Case {
            key,
            bound,
            route,
            endpoint: endpoint(dialect),
            target,
            uses: &uses,
            asked: None,
            evidence: &evidence,
            contradictable: false,
            decision: &decision,
            effects: &[],
            matter,
            judged: &[],
            parent: held.decided.parent,
            collecting: Some(&collecting),
            kept: None,
        };
        let parts = admit_parts(house, &[case]).await.map_err(|error| refuse(unrecorded(&error)))?;
        let part = parts.into_iter().next().ok_or_else(|| refuse(unrecorded(&NotAdmitted::Nowhere)))?;
        let ruled = Ruled::of(dialect, &decision, &part.recorded);
        if decision.ruling != Ruling::Permit {
            return Err(Refusal { ruled: Some(ruled), ..refuse(part.notice) });
        }
        Ok(ruled)
    }
}

fn unrecorded(error: &NotAdmitted) -> Notice {
    match error.of_a_hold() {
        Some(broken) => Notice::forbidden(broken),
        None => {
            tracing::error!(%error, "a part of an answer on hold is not given away");
            Notice::unavailable("the decision could not be recorded, so nothing was given away")
        }
    }
}
