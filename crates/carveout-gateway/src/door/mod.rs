//! First stop: who is asking, and what they may bring in.

mod body;
mod headers;
mod key;
mod stall;
mod turned_away;

use std::sync::Arc;

use bytes::Bytes;
use carveout_dialects::Notice;
use carveout_ledger::Appointed;
use http::{HeaderMap, request::Parts};
use hyper::body::Incoming;

use self::{body::BodyError, headers::HeadError, key::KeyError};
pub(crate) use self::{
    headers::{CARVEOUT_HOLD, CARVEOUT_USE, is_event_stream, is_json},
    stall::Patient,
    turned_away::TurnedAway,
};
use crate::{
    holds::Holds,
    house::{House, KnownKey},
};

/// Whether a request shows the token of this digest, and nothing else.
pub(crate) fn shows(headers: &HeaderMap, token: &[u8; 32]) -> bool {
    key::presented(headers).is_ok_and(|presented| key::matches(presented, Some(token)))
}

/// Takes off what doesn't belong to the request, and finds out whose key it carries.
pub(crate) fn enter(house: &House, head: &mut Parts) -> Result<Arc<KnownKey>, Box<Notice>> {
    headers::strip(&mut head.headers);
    key::refuse_in_address(&head.uri).and_then(|()| recognise(house, &head.headers)).map_err(|error| {
        // Unauthenticated refusals never reach the ledger: anybody could fill it. Nor may they fill the log.
        house.turned_away.tell(error);
        Box::new(match error {
            KeyError::InAddress => Notice::bad_request(error.to_string(), None),
            KeyError::Missing | KeyError::Ambiguous | KeyError::Unknown | KeyError::Expired => {
                Notice::unauthenticated()
            }
        })
    })
}

/// The same for officers, whose tokens are no keys of programs, as those are no tokens.
pub(crate) fn enter_officer<'h>(
    house: &'h House,
    head: &mut Parts,
) -> Result<(&'h Holds, &'h Appointed), Box<Notice>> {
    headers::strip(&mut head.headers);
    let known = key::refuse_in_address(&head.uri).and_then(|()| {
        let presented = key::presented(&head.headers)?;
        let holds = house.holds.as_ref();
        let known = key::officer_of(presented)
            .and_then(|id| holds?.officers().find(|officer| officer.appointed.officer == id));
        let token = known.and_then(|officer| officer.token.as_ref());
        let matches = key::matches(presented, token);
        holds.zip(known).filter(|_| matches).ok_or(KeyError::Unknown)
    });
    known.map(|(holds, officer)| (holds, &officer.appointed)).map_err(|error| {
        house.turned_away.tell(error);
        Box::new(Notice::unauthenticated())
    })
}

fn recognise(house: &House, headers: &HeaderMap) -> Result<Arc<KnownKey>, KeyError> {
    let presented = key::presented(headers)?;
    let known = key::id_of(presented).and_then(|id| house.keys.get(id));
    if !key::matches(presented, known.map(|key| &key.sha256)) {
        return Err(KeyError::Unknown);
    }
    let known = known.ok_or(KeyError::Unknown)?;
    if known.expires.is_some_and(|expires| expires <= house.clock.recording()) {
        return Err(KeyError::Expired);
    }
    Ok(known.clone())
}

/// Reads the body whole, under the caps.
pub(crate) async fn take_body(
    house: &House,
    headers: &HeaderMap,
    body: Incoming,
) -> Result<Bytes, Box<Notice>> {
    let taken = body::take(headers, body, &house.limits, house.patience.body).await;
    taken.map_err(|error| {
        Box::new(match error {
            BodyError::TooLarge { limit } => Notice::too_large(limit),
            BodyError::TooDense { .. } => Notice::bad_request(error.to_string(), Some("content-encoding")),
            BodyError::Head(HeadError::ContentType | HeadError::ContentEncoding) => {
                Notice::unsupported_media(error.to_string())
            }
            BodyError::Gzip | BodyError::Slow { .. } | BodyError::Cut => {
                Notice::bad_request(error.to_string(), None)
            }
        })
    })
}
