//! Holds over HTTP: for officers with tokens of their own, and for programs about their own requests.

use std::sync::Arc;

use bytes::Bytes;
use carveout_dialects::{Dialect, Notice};
use carveout_ledger::{Appointed, Decided, HoldId, Timestamp};
use http::{Method, Response, request::Parts};
use hyper::body::Incoming;
use serde_json::{Value as Json, json};

use super::{
    Holds,
    answer::{Signed, record},
    asked_to_wait,
    collect::NO_SUCH_HOLD,
    come_back,
    evidence::seen_on_hold,
    queue::Held,
    shown::{VERSION, to_officer, to_program},
};
use crate::{
    door,
    guard::Reply,
    house::{House, InForce, KnownKey},
    notices::{self, Refusal},
};

const OFFICER: &str = "/carveout/v1/officer/holds";
const PROGRAM: &str = "/carveout/v1/holds";
const NO_SUCH_ENDPOINT: &str = "no such endpoint; there are `GET /carveout/v1/officer/holds`, `GET …/holds/{hold}`, `POST …/holds/{hold}/approve` and `POST …/holds/{hold}/refuse`";
/// The same words for a hold that another role must lift and for one that doesn't exist.
const NOT_YOURS: &str = "no such hold among those that this officer may lift";

/// Answers officers, if the request is for them.
pub(crate) async fn officer(
    house: &Arc<House>,
    head: &mut Parts,
    body: Incoming,
) -> Result<Response<Reply>, Refusal> {
    let answered = answered(house, head, body).await;
    answered
        .map(|document| notices::json(200, document.to_string().into()))
        .map_err(|notice| Refusal::new(Dialect::OpenAi, notice))
}

/// Whether a path is one of the officers'.
pub(crate) fn is_officers(path: &str) -> bool {
    path.strip_prefix(OFFICER).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

async fn answered(house: &Arc<House>, head: &mut Parts, body: Incoming) -> Result<Json, Box<Notice>> {
    let (holds, officer) = door::enter_officer(house, head)?;
    let path = head.uri.path().to_owned();
    let terms = house.terms.now().await;
    let below = path.strip_prefix(OFFICER).unwrap_or_default();
    let steps: Vec<&str> = below.split('/').skip(1).collect();
    match (&head.method, steps.as_slice()) {
        (&Method::GET, []) => Ok(list(house, &terms, holds, officer)?),
        (&Method::GET, [hold]) => show(house, &terms, holds, officer, hold).await,
        (&Method::POST, [hold, verb @ ("approve" | "refuse")]) => {
            let held = liftable(holds, officer, hold)?;
            let body = door::take_body(house, &head.headers, body).await?;
            let signed = signed(&body, *verb == "approve")?;
            let position = record(house, officer, &held, signed).await?;
            let (now, held) = (now(house)?, holds.queue.get(held.id).unwrap_or(held));
            Ok(json!({
                "version": VERSION,
                "recorded": { "index": position.index, "leaf": position.leaf.to_string() },
                "hold": to_officer(&terms, holds, officer, &held, now),
            }))
        }
        _ => Err(Box::new(Notice::not_found(NO_SUCH_ENDPOINT))),
    }
}

fn now(house: &House) -> Result<Timestamp, Box<Notice>> {
    let now = house.clock.now().map_err(|_behind| Notice::unavailable("the time can't be trusted"))?;
    Ok(Timestamp::from_millis(now.millis()))
}

fn list(
    house: &Arc<House>,
    terms: &InForce,
    holds: &Holds,
    officer: &Appointed,
) -> Result<Json, Box<Notice>> {
    let now = now(house)?;
    let all = holds.queue.all();
    let own = all.iter().filter(|held| held.end.is_none() && !holds.may_lift(officer, held).is_empty());
    let shown: Vec<Json> = own.map(|held| to_officer(terms, holds, officer, held, now)).collect();
    Ok(json!({ "version": VERSION, "holds": shown }))
}

/// A hold that the officer may lift. Whether the two-person rule stands in the way is for the ledger to say.
fn liftable(holds: &Holds, officer: &Appointed, hold: &str) -> Result<Arc<Held>, Box<Notice>> {
    let found = hold.parse::<HoldId>().ok().and_then(|hold| holds.queue.get(hold));
    let has = |held: &Arc<Held>| held.decided.roles.iter().any(|role| officer.roles.contains(role));
    found.filter(has).ok_or_else(|| Box::new(Notice::not_found(NOT_YOURS)))
}

async fn show(
    house: &Arc<House>,
    terms: &InForce,
    holds: &Holds,
    officer: &Appointed,
    hold: &str,
) -> Result<Json, Box<Notice>> {
    let held = liftable(holds, officer, hold)?;
    let mut hold = to_officer(terms, holds, officer, &held, now(house)?);
    // A requester may see that his request waits; what is in it he knows.
    if held.end.is_none() && !holds.may_lift(officer, &held).is_empty() {
        let (body, salt) = holds.shown(house, &held).await?;
        let evidence = evidence(house, held.clone(), body.clone()).await?;
        if let Some(members) = hold.as_object_mut() {
            members.insert("body".to_owned(), String::from_utf8_lossy(&body).into());
            members.insert("salt".to_owned(), salt.into());
            members.insert("evidence".to_owned(), evidence);
        }
    }
    Ok(json!({ "version": VERSION, "hold": hold }))
}

/// What is to be seen in it, read on a thread of its own so that no request waits for an officer, and one at a time so that
/// officers don't take the processors from requests.
async fn evidence(house: &Arc<House>, held: Arc<Held>, body: Bytes) -> Result<Json, Box<Notice>> {
    let (scanner, limits) = (house.measures.scanner(), house.limits.clone());
    let place = house.readings.clone().acquire_owned().await;
    let reading = tokio::task::spawn_blocking(move || {
        // Given back when it has been read, also if the officer doesn't wait for it.
        let _place = place;
        seen_on_hold(&scanner, &limits, &held.decided, &body)
    });
    reading.await.map_err(|_panicked| Box::new(Notice::unavailable("what is on hold can't be looked at")))
}

/// Reads `{"roles":["…"],"until":"…","statement":"…"}`, strictly.
fn signed(body: &[u8], approve: bool) -> Result<Signed, Box<Notice>> {
    let bad = |what: &str| Box::new(Notice::bad_request(what, None));
    let document: Json = serde_json::from_slice(body).map_err(|_malformed| bad("the body is not JSON"))?;
    let members = document.as_object().ok_or_else(|| bad("the body must be a JSON object"))?;
    let known: &[&str] = if approve { &["roles", "until", "statement"] } else { &["roles", "statement"] };
    if members.keys().any(|name| !known.contains(&name.as_str())) {
        return Err(bad("the body may hold `roles`, `statement` and, to approve, `until`"));
    }
    let text = |name: &str| members.get(name).and_then(Json::as_str).map(str::to_owned);
    let roles = members.get("roles").and_then(Json::as_array).map(|roles| {
        roles.iter().map(|role| role.as_str().map(str::to_owned)).collect::<Option<Vec<String>>>()
    });
    let until = match approve {
        false => None,
        true => {
            let until = text("until").and_then(|until| until.parse().ok());
            Some(until.ok_or_else(|| bad("`until` must be a time, as in `2026-03-05T09:30:00.000Z`"))?)
        }
    };
    Ok(Signed {
        roles: roles.flatten().ok_or_else(|| bad("`roles` must be a list of roles"))?,
        until,
        statement: text("statement").ok_or_else(|| bad("`statement` must be the signed note"))?,
    })
}

/// Answers a program about its own holds, if the request is for one: `GET /carveout/v1/holds` lists those of the key that asks,
/// `GET /carveout/v1/holds/{hold}` says how one stands, `POST /carveout/v1/holds/{hold}/collect` fetches the answer.
pub(crate) async fn program(
    house: &Arc<House>,
    key: &Arc<KnownKey>,
    head: &Parts,
    dialect: Dialect,
) -> Option<Result<Response<Reply>, Refusal>> {
    let below = head.uri.path().strip_prefix(PROGRAM)?;
    if (&head.method, below) == (&Method::GET, "") {
        return Some(Ok(of_key(house, key, |_any| true)));
    }
    let steps: Vec<&str> = below.strip_prefix('/')?.split('/').collect();
    let missing = || Refusal::new(dialect, Notice::not_found(NO_SUCH_HOLD));
    let hold = steps.first().and_then(|hold| hold.parse::<HoldId>().ok());
    let Some(hold) = hold else { return Some(Err(missing())) };
    Some(match (&head.method, steps.get(1..).unwrap_or_default()) {
        (&Method::GET, []) => status(house, key, hold).ok_or_else(missing),
        (&Method::POST, ["collect"]) => {
            come_back(house, key, hold, None, asked_to_wait(house, &head.headers)).await
        }
        _ => Err(missing()),
    })
}

/// The holds of one key that have not ended, the oldest first. Whoever left before being told an id finds it here. A hold that was
/// asked for under another key of the program is found only by who knows its id.
pub(crate) fn of_key(house: &House, key: &KnownKey, which: impl Fn(&Decided) -> bool) -> Response<Reply> {
    let mut shown = Vec::new();
    if let (Some(holds), Ok(now)) = (&house.holds, now(house)) {
        let asked = |held: &&Arc<Held>| {
            let of = &held.decided;
            held.end.is_none() && (&*of.program, &of.key) == (key.program.id(), &key.id) && which(of)
        };
        shown.extend(holds.queue.all().iter().filter(asked).map(|held| to_program(holds, held, now)));
    }
    notices::json(200, json!({ "version": VERSION, "holds": shown }).to_string().into())
}

fn status(house: &House, key: &Arc<KnownKey>, hold: HoldId) -> Option<Response<Reply>> {
    let holds = house.holds.as_ref()?;
    let held = holds.queue.get(hold)?;
    let own = held.decided.program == key.program.id();
    let now = now(house).ok()?;
    own.then(|| {
        let mut document = to_program(holds, &held, now);
        if let Some(members) = document.as_object_mut() {
            members.insert("version".to_owned(), VERSION.into());
        }
        notices::json(200, document.to_string().into())
    })
}
