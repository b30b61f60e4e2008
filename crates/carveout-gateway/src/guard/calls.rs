//! Tool calls of an answer: each is a use of its own, decided and recorded before the caller gets it.

use bytes::Bytes;
use carveout_dialects::{Notice, ReadCall, Slot, ToolCall};
use carveout_ledger::Calls;
use carveout_terms::{Known, Ruling};

use super::{
    Fault,
    basis::{Basis, Undecided, Weighed},
};
use crate::{
    admit::Matter,
    attest::{Evidence, reached},
    judge::Said,
};

/// What became of the calls of an answer.
pub(super) struct Decided {
    /// For each call, what the caller is told instead of it; `None` is the call itself.
    pub(super) fates: Vec<(Slot, Option<String>)>,
    pub(super) calls: Calls,
    /// What has been seen, with the input of the calls that are released.
    pub(super) evidence: Evidence,
}

/// Decides calls and makes the decisions durable.
pub(super) async fn decide(basis: Basis, evidence: Evidence, calls: Vec<ReadCall>) -> Result<Decided, Fault> {
    let mut decided = Decided { fates: Vec::new(), calls: Calls::default(), evidence };
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
                None
            }
            Ruling::Deny => {
                decided.calls.denied += 1;
                Some(refused(&call, &part.notice))
            }
            Ruling::Hold { .. } => {
                decided.calls.held += 1;
                Some(refused(&call, &part.notice))
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

fn refused(call: &ToolCall, notice: &Notice) -> String {
    format!("The call of the tool `{}` was not made: {}", shown(&call.name), notice.message())
}

fn unreadable(name: &str, fault: &str) -> String {
    format!("The call of the tool `{}` was not made, because it can't be judged: {fault}", shown(name))
}

/// A name that a model made up, as far as it is shown.
fn shown(name: &str) -> String {
    const LONGEST: usize = 64;
    name.chars().take(LONGEST).flat_map(char::escape_debug).collect()
}
