//! A provider's refusal: its error is read and told again in the gateway's words, never copied.

use bytes::BytesMut;
use carveout_dialects::{Notice, json, provider_error};
use carveout_ledger::Outcome;

use super::{Basis, whole::next};
use crate::{forward::Answer, settle::Attempt};

/// More than this of an error isn't read.
const LONGEST_ERROR: usize = 64 << 10;

pub(super) async fn judge(basis: &Basis, answer: Answer, mut attempt: Attempt) -> Notice {
    let (house, target) = (&basis.house, &basis.target);
    let Answer { head, mut body } = answer;
    let mut said = BytesMut::new();
    let whole = loop {
        match next(&mut body, house.patience.idle).await {
            Ok(None) => break true,
            Ok(Some(data)) => {
                attempt.received(data.len());
                if said.len() + data.len() > LONGEST_ERROR {
                    break false;
                }
                said.extend_from_slice(&data);
            }
            Err(_fault) => break false,
        }
    };
    if whole {
        target.provider.put_back(body.into_connection());
    }
    attempt.settle(Outcome::ProviderRefused);
    let caps = json::Limits { depth: house.limits.depth, bytes: LONGEST_ERROR };
    let error = if whole { provider_error(&said, &caps) } else { None };
    Notice::provider_refused(head.status.as_u16(), error.as_ref().map(|error| error.message.as_str()))
}
