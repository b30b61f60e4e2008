//! Coming back for an answer that was on hold: once it is approved it is decided again, recorded, and given to the caller
//! byte for byte as it was kept.

use std::sync::Arc;

use bytes::Bytes;
use carveout_dialects::Notice;
use carveout_terms::{Known, RoleId, Timestamp};
use http::Response;

use super::{
    collect::{CHANGED, dialect, still_there},
    part::Part,
    queue::Held,
};
use crate::{
    admit::Matter,
    guard::{Again, Reply},
    house::{Bound, House, KnownKey, Target},
    notices::Refusal,
};

pub(super) async fn collect(
    house: &Arc<House>,
    (key, bound): (&Arc<KnownKey>, &Arc<Bound>),
    held: &Held,
    (now, approvals): (Timestamp, Vec<String>),
    body: Bytes,
) -> Result<Response<Reply>, Refusal> {
    let dialect = dialect(held);
    let refuse = |notice: Notice| Refusal::new(dialect, notice);
    let again = Again::read(house, dialect, body.clone()).map_err(|error| {
        tracing::error!(hold = %held.id, fault = %error.fault, "a held answer can't be read");
        refuse(Notice::unavailable("the answer on hold can't be read"))
    })?;
    let (route, target) = still_there(house, held).ok_or_else(|| refuse(Notice::forbidden(CHANGED)))?;
    let known = known(house, (key, bound), held, target, (now, approvals))
        .ok_or_else(|| refuse(Notice::forbidden(CHANGED)))?;
    let evidence = again.evidence(house);
    let matter = Matter::Reply(body);
    let part = Part { key, bound, held, route, target, known, evidence, matter };
    let ruled = part.admitted(house, now).await?;
    let mut response = again.release();
    ruled.write(response.headers_mut());
    Ok(response)
}

/// What is known of the answer as it was held, at this moment and with the approvals; `None` if anything about it has
/// changed. What judges and detectors said of it stands.
fn known(
    house: &House,
    (key, bound): (&KnownKey, &Bound),
    held: &Held,
    target: &Target,
    (now, approvals): (Timestamp, Vec<String>),
) -> Option<Known> {
    let (vocabulary, facts) = (&house.vocabulary, &held.decided.facts);
    let (gateway, evidence) = held.found();
    let read = Known::read(vocabulary, &facts.caller, &facts.program, gateway, evidence);
    let mut known = read.ok()?;
    let same = known.gateway == known.gateway.overridden_by(&target.facts)
        && known.program == *key.program.facts()
        && bound.may_decide(&held.decided.terms, now)
        && key.program.admits(&known.caller, vocabulary).is_ok();
    known.gateway.set_datetime(vocabulary, "at", now).ok()?;
    known.approvals = approvals.into_iter().map(RoleId::new).collect();
    same.then_some(known)
}
