//! Coming back for a tool call that was on hold: once it is approved it is decided again, recorded, and given to the
//! caller as a reply of its dialect that holds this call and nothing else.

use std::sync::Arc;

use bytes::Bytes;
use carveout_dialects::{Notice, ToolCall};
use carveout_terms::{Facts, Known, RoleId, Timestamp};
use http::Response;

use super::{
    collect::{CHANGED, dialect, still_there},
    part::Part,
    queue::Held,
};
use crate::{
    admit::Matter,
    attest::{Evidence, reached},
    guard::Reply,
    house::{Bound, House, KnownKey, Target},
    notices::{Refusal, json},
};

pub(super) async fn collect(
    house: &Arc<House>,
    (key, bound): (&Arc<KnownKey>, &Arc<Bound>),
    held: &Held,
    (now, approvals): (Timestamp, Vec<String>),
    (body, call): (Bytes, ToolCall),
) -> Result<Response<Reply>, Refusal> {
    let dialect = dialect(held);
    let refuse = |notice: Notice| Refusal::new(dialect, notice);
    let (route, target) = still_there(house, held).ok_or_else(|| refuse(Notice::forbidden(CHANGED)))?;
    let known = again(house, (key, bound), held, target, &call, now, approvals)
        .ok_or_else(|| refuse(Notice::forbidden(CHANGED)))?;
    let mut evidence = Evidence::default();
    evidence.read(&house.measures.scanner(), &String::from_utf8_lossy(&body));
    evidence.reach(reached(&house.vocabulary, house.tools_called(&key.program, &call.name)));
    let matter = Matter::Call(body);
    let part = Part { key, bound, held, route, target, known, evidence, matter };
    let ruled = part.admitted(house, now).await?;
    house.metering.given(house, bound, &call.id, held.decided.decision);
    let seconds = now.millis().div_euclid(1_000);
    let reply = call.reply(dialect, &held.id.to_string(), &held.decided.route, seconds);
    let mut response = json(200, Bytes::from(reply));
    ruled.write(response.headers_mut());
    Ok(response)
}

/// The call as it was held, at this moment and with the approvals; `None` if anything about it has changed.
fn again(
    house: &House,
    (key, bound): (&KnownKey, &Bound),
    held: &Held,
    target: &Target,
    call: &ToolCall,
    now: Timestamp,
    approvals: Vec<String>,
) -> Option<Known> {
    let (vocabulary, facts) = (&house.vocabulary, &held.decided.facts);
    let (gateway, evidence) = held.found();
    let read = Known::read(vocabulary, &facts.caller, &facts.program, gateway, evidence);
    let mut known = read.ok()?;
    let tools = key.program.tools().iter().chain(&house.tools);
    // The entry holds what was registered then, and what follows from it.
    let as_registered = |facts: &Facts| {
        let says = |evidence: &Facts| facts.iter().all(|(fact, value)| evidence.get(fact) == Some(value));
        facts.is_empty() || known.evidence.iter().any(says)
    };
    let same = known.gateway == known.gateway.overridden_by(&target_only(house, target))
        && known.program == *key.program.facts()
        && bound.may_decide(&held.decided.terms, now)
        && key.program.admits(&known.caller, vocabulary).is_ok()
        && tools.filter(|tool| tool.name() == call.name).all(|tool| as_registered(tool.facts()));
    known.gateway.set_datetime(vocabulary, "at", now).ok()?;
    known.approvals = approvals.into_iter().map(RoleId::new).collect();
    same.then_some(known)
}

/// What is said of the target itself, and not of what is asked of it.
fn target_only(house: &House, target: &Target) -> Facts {
    let of_the_call = ["act", "tool_rows"].map(|fact| house.vocabulary.fact(fact));
    target.facts.filtered(|fact| !of_the_call.contains(&Some(fact)))
}
