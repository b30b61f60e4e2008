//! Tool calls of an answer: each is a use of its own, decided and recorded before the caller gets it.

use std::time::Duration;

use bytes::Bytes;
use carveout_dialects::{Notice, ReadCall, Slot, ToolCall};
use carveout_ledger::{Calls, HoldId};
use carveout_terms::{Known, Ruling};
use tokio::time::Instant;

use super::{
    Fault,
    basis::{Basis, Undecided, Weighed},
};
use crate::{
    admit::Matter,
    attest::{Evidence, reached},
    holds::collected,
    judge::Said,
};

/// For each call, what the caller is told instead of it; `None` is the call itself.
pub(super) type Fates = Vec<(Slot, Option<String>)>;

/// What became of the calls of an answer.
pub(super) struct Decided {
    pub(super) fates: Fates,
    /// Those that are kept on hold, and could be waited for.
    pub(super) held: Vec<OnHold>,
    pub(super) calls: Calls,
    /// What has been seen, with the input of the calls that are released.
    pub(super) evidence: Evidence,
}

/// A call that officers may still lift.
pub(super) struct OnHold {
    slot: Slot,
    name: String,
    hold: HoldId,
    /// What the caller is told instead of it.
    told: String,
}

impl OnHold {
    /// It is not waited for.
    pub(super) fn refused(self) -> (Slot, Option<String>) {
        (self.slot, Some(self.told))
    }
}

/// Waits for officers, all calls together as long as the caller is willing to. One that is approved is decided again with the
/// approvals and recorded, as if its caller had come back for it, and then goes out in its own place.
pub(super) async fn lifted(basis: Basis, held: Vec<OnHold>, patience: Duration) -> Fates {
    let deadline = Instant::now() + patience;
    let mut fates = Vec::with_capacity(held.len());
    for one in held {
        let left = deadline.saturating_duration_since(Instant::now());
        let answer = collected(basis.house.clone(), basis.key.clone(), one.hold, left).await;
        fates.push(match answer {
            Ok(_by_itself) => (one.slot, None),
            Err(refusal) => (one.slot, Some(refused(&one.name, &refusal.notice))),
        });
    }
    fates
}

/// Decides calls and makes the decisions durable.
pub(super) async fn decide(basis: Basis, evidence: Evidence, calls: Vec<ReadCall>) -> Result<Decided, Fault> {
    let mut decided = Decided { fates: Vec::new(), held: Vec::new(), calls: Calls::default(), evidence };
    let mut ruled: Vec<(Slot, ToolCall, Weighed)> = Vec::new();
    let scanner = basis.house.measures.scanner();
    let known = basis.known().map_err(|error| Fault::unrecorded(&error))?;
    for call in calls {
        match call.read {
            Err(fault) => {
                decided.calls.unreadable += 1;
                decided.fates.push((call.slot, Some(unreadable(&call.name, &fault.to_string()))));
            }
            Ok(read) => {
                let mut with = decided.evidence.clone();
                if basis.reads_answers() {
                    with.read(&scanner, read.input());
                    for text in read.hidden() {
                        with.read(&scanner, &text);
                    }
                    with.reach(reached(&basis.house.vocabulary, basis.tools_called(&read.name)));
                }
                let one = decide_one(&basis, &known, &with, &read).await;
                let one = one.map_err(|error| Fault::unrecorded(&error))?;
                if one.decision.ruling == Ruling::Permit {
                    decided.evidence = with;
                }
                ruled.push((call.slot, read, one));
            }
        }
    }
    let matter = |call: &ToolCall| Matter::Call(Bytes::from(call.document()));
    let parts = ruled.iter().map(|(_, call, one)| (one, matter(call))).collect();
    let parts = basis.admit(parts).await.map_err(|error| Fault::unrecorded(&error))?;
    for ((slot, call, one), part) in ruled.into_iter().zip(parts) {
        let told = match one.decision.ruling {
            Ruling::Permit => {
                decided.calls.released += 1;
                basis.given(&call, part.recorded.decision);
                None
            }
            Ruling::Deny => {
                decided.calls.denied += 1;
                Some(refused(&call.name, &part.notice))
            }
            Ruling::Hold { .. } => {
                decided.calls.held += 1;
                let told = refused(&call.name, &part.notice);
                if let Some(hold) = part.recorded.hold {
                    decided.held.push(OnHold { slot, name: call.name, hold, told });
                    continue;
                }
                Some(told)
            }
        };
        decided.fates.push((slot, told));
    }
    Ok(decided)
}

/// Decides one call. The judge sees it as the answer to what was asked.
async fn decide_one(
    basis: &Basis,
    known: &Known,
    evidence: &Evidence,
    call: &ToolCall,
) -> Result<Weighed, Undecided> {
    let called = basis.known_of_call(known, &call.name)?;
    let words = if basis.may_be_judged() {
        format!("[call of the tool {}]\n{}", call.name, call.input())
    } else {
        String::new()
    };
    basis.judge(&called, evidence, &mut Said::default(), &words).await
}

fn refused(name: &str, notice: &Notice) -> String {
    format!("The call of the tool `{}` was not made: {}", shown(name), notice.message())
}

fn unreadable(name: &str, fault: &str) -> String {
    format!("The call of the tool `{}` was not made, because it can't be judged: {fault}", shown(name))
}

/// A name that a model made up, as far as it is shown.
fn shown(name: &str) -> String {
    const LONGEST: usize = 64;
    name.chars().take(LONGEST).flat_map(char::escape_debug).collect()
}
