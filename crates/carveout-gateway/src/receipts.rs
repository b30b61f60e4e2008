//! Receipts and checkpoints over HTTP, for the programs whose requests they are about.

use std::time::Duration;

use bytes::Bytes;
use carveout_dialects::{Dialect, Notice};
use carveout_ledger::{Decided, Entry, Event, Ledger, LedgerError, Ruling};
use http::{Method, Response, request::Parts};
use tokio::time::Instant;

use crate::{
    guard::Reply,
    holds,
    house::{House, KnownKey},
    log::Escaped,
    notices::{Refusal, json, text},
};

/// Between two looks for a checkpoint that isn't published yet.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// The same words for an entry of another program and for one that doesn't exist: which of the two it is would tell
/// how busy the others are.
const NO_SUCH_RECEIPT: &str = "no such receipt among this program's entries";

const NOT_SETTLED: &str = "what came of this request is not recorded yet, or too far from it; try again";

const NO_SUCH_ENDPOINT: &str = "no such endpoint; there are `GET /carveout/v1/receipts/{index}`, `GET /carveout/v1/receipts/{index}/settlement`, `GET /carveout/v1/receipts/{index}/holds` and `GET /carveout/v1/checkpoint`";

/// Answers what is below `/carveout/v1/`, if the request is for that. The ledger's tiles are not there: they hold
/// every program's entries and are for auditors.
pub(crate) async fn answer(
    house: &House,
    key: &KnownKey,
    head: &Parts,
    dialect: Dialect,
) -> Option<Result<Response<Reply>, Refusal>> {
    let wanted = head.uri.path().strip_prefix("/carveout/v1/")?;
    let steps: Vec<&str> = wanted.split('/').collect();
    let program = key.program.id();
    let found = match (&head.method, steps.as_slice()) {
        (&Method::GET, ["checkpoint"]) => Ok(checkpoint(house)),
        (&Method::GET, ["receipts", index]) => receipt(house, program, index, Which::Entry).await,
        (&Method::GET, ["receipts", index, "settlement"]) => {
            receipt(house, program, index, Which::Settlement).await
        }
        (&Method::GET, ["receipts", index, "holds"]) => held(house, key, index).await,
        _ => Err(Box::new(Notice::not_found(NO_SUCH_ENDPOINT))),
    };
    Some(found.map_err(|notice| Refusal::new(dialect, notice)))
}

fn checkpoint(house: &House) -> Response<Reply> {
    text(200, house.ledger.latest_checkpoint_note())
}

/// What is asked for, given an index: which entry's receipt.
#[derive(Clone, Copy)]
enum Which {
    /// The entry at the index.
    Entry,
    /// The entry that ended the decision at the index.
    Settlement,
    /// None: the name of the decision is, or of that in whose answer it came up.
    Decision,
}

/// What was found.
enum Found {
    It(Bytes),
    /// It may still come.
    NotYet,
    Nothing,
}

async fn receipt(
    house: &House,
    program: &str,
    index: &str,
    which: Which,
) -> Result<Response<Reply>, Box<Notice>> {
    look(house, program, index, which).await.map(|receipt| json(200, receipt))
}

/// What waits of a request whose decision is at this index, and of its answer: for who left before being told the hold.
async fn held(house: &House, key: &KnownKey, index: &str) -> Result<Response<Reply>, Box<Notice>> {
    let decision = look(house, key.program.id(), index, Which::Decision).await?;
    let of_it = |decided: &Decided| {
        let parts = decided.parent.unwrap_or(decided.decision);
        parts.to_string().as_bytes() == &*decision
    };
    Ok(holds::of_key(house, key, of_it))
}

async fn look(house: &House, program: &str, index: &str, which: Which) -> Result<Bytes, Box<Notice>> {
    let missing = || Box::new(Notice::not_found(NO_SUCH_RECEIPT));
    let index = canonical_index(index).ok_or_else(missing)?;
    let deadline = Instant::now() + house.patience.receipt;
    loop {
        // Tiles are read from the disk, which no other request shall wait for; one at a time, because a search
        // reads many.
        let place = house.searches.acquire().await;
        let (ledger, asker) = (house.ledger.clone(), program.to_owned());
        let found = tokio::task::spawn_blocking(move || find(&ledger, &asker, index, which)).await;
        drop(place);
        match found.map_err(|_panicked| missing())? {
            Ok(Found::It(found)) => return Ok(found),
            Ok(Found::NotYet) | Err(LedgerError::NotYetPublished { .. }) if Instant::now() < deadline => {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
            Ok(Found::NotYet) => return Err(Box::new(Notice::not_found(NOT_SETTLED))),
            Ok(Found::Nothing) | Err(LedgerError::NotYetPublished { .. }) => return Err(missing()),
            Err(error) => {
                tracing::error!(index, error = %Escaped(&error), "a receipt could not be made");
                return Err(Notice::unavailable("the ledger could not be read; try again").into());
            }
        }
    }
}

/// One spelling for each index: digits, without a sign or leading zeros.
fn canonical_index(text: &str) -> Option<u64> {
    text.parse().ok().filter(|index: &u64| index.to_string() == text)
}

/// The receipt, if the entry is about a decision of this program.
fn find(ledger: &Ledger, program: &str, index: u64, which: Which) -> Result<Found, LedgerError> {
    let Some(decided) = own_decision(ledger, program, index)? else { return Ok(Found::Nothing) };
    let index = match which {
        Which::Entry => index,
        Which::Decision => {
            let of = decided.parent.unwrap_or(decided.decision);
            return Ok(Found::It(of.to_string().into()));
        }
        Which::Settlement if decided.ruling != Ruling::Permit => return Ok(Found::Nothing),
        Which::Settlement => match ledger.end_of(&decided.decision, index)? {
            Some(end) => end,
            None => return Ok(Found::NotYet),
        },
    };
    Ok(Found::It(ledger.receipt(index)?.to_json().into()))
}

/// The decision that an entry is about, if it is this program's. Only decisions name their program.
fn own_decision(ledger: &Ledger, program: &str, index: u64) -> Result<Option<Decided>, LedgerError> {
    let Some(recorded) = ledger.decision_of(index)? else { return Ok(None) };
    let entry = ledger.entry(recorded)?;
    Ok(match Entry::parse(&entry).map(|entry| entry.event) {
        Ok(Event::Decided(decided)) if decided.program == program => Some(decided),
        _ => None,
    })
}
