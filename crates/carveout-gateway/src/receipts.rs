//! Receipts and checkpoints over HTTP, for the programs whose requests they are about.

use std::time::Duration;

use bytes::Bytes;
use carveout_dialects::{Dialect, Notice};
use carveout_ledger::{Entry, Event, Ledger, LedgerError};
use http::{Method, Response, request::Parts};
use tokio::time::Instant;

use crate::{
    guard::Reply,
    house::{House, KnownKey},
    log::Escaped,
    notices::{Refusal, json, text},
};

/// Between two looks for a checkpoint that isn't published yet.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// The same words for an entry of another program and for one that doesn't exist: which of the two it is would tell
/// how busy the others are.
const NO_SUCH_RECEIPT: &str = "no such receipt among this program's entries";

const NO_SUCH_ENDPOINT: &str =
    "no such endpoint; there are `GET /carveout/v1/receipts/{index}` and `GET /carveout/v1/checkpoint`";

/// Answers what is below `/carveout/v1/`, if the request is for that. The ledger's tiles are not there: they hold
/// every program's entries and are for auditors.
pub(crate) async fn answer(
    house: &House,
    key: &KnownKey,
    head: &Parts,
    dialect: Dialect,
) -> Option<Result<Response<Reply>, Refusal>> {
    let wanted = head.uri.path().strip_prefix("/carveout/v1/")?;
    let found = match (&head.method, wanted.split_once('/')) {
        (&Method::GET, None) if wanted == "checkpoint" => Ok(checkpoint(house)),
        (&Method::GET, Some(("receipts", index))) => receipt(house, key.registered.program.id(), index).await,
        _ => Err(Box::new(Notice::not_found(NO_SUCH_ENDPOINT))),
    };
    Some(found.map_err(|notice| Refusal::new(dialect, notice)))
}

fn checkpoint(house: &House) -> Response<Reply> {
    text(200, house.ledger.latest_checkpoint_note())
}

async fn receipt(house: &House, program: &str, index: &str) -> Result<Response<Reply>, Box<Notice>> {
    let missing = || Box::new(Notice::not_found(NO_SUCH_RECEIPT));
    let index = canonical_index(index).ok_or_else(missing)?;
    let deadline = Instant::now() + house.patience.receipt;
    loop {
        // Tiles are read from the disk, which no other request shall wait for.
        let (ledger, asker) = (house.ledger.clone(), program.to_owned());
        let found = tokio::task::spawn_blocking(move || own_receipt(&ledger, &asker, index)).await;
        match found.map_err(|_panicked| missing())? {
            Ok(receipt) => return receipt.map(|receipt| json(200, receipt)).ok_or_else(missing),
            Err(LedgerError::NotYetPublished { .. }) if Instant::now() < deadline => {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
            Err(LedgerError::NotYetPublished { .. }) => return Err(missing()),
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

/// The receipt, if the entry is the decision of this program or the attempt that was recorded with it.
fn own_receipt(ledger: &Ledger, program: &str, index: u64) -> Result<Option<Bytes>, LedgerError> {
    if !is_own(ledger, program, index)? {
        return Ok(None);
    }
    let receipt = ledger.receipt(index)?;
    Ok(Some(Bytes::from(receipt.to_json())))
}

fn is_own(ledger: &Ledger, program: &str, index: u64) -> Result<bool, LedgerError> {
    let read = |index| ledger.entry(index).map(|bytes| Entry::parse(&bytes).ok().map(|entry| entry.event));
    Ok(match read(index)? {
        Some(Event::Decided(decided)) => decided.program == program,
        // An attempt is appended together with the decision that permits it, right after it.
        Some(Event::Attempted(attempted)) => match index.checked_sub(1).map(read).transpose()?.flatten() {
            Some(Event::Decided(decided)) => {
                decided.decision == attempted.decision && decided.program == program
            }
            _ => false,
        },
        _ => false,
    })
}
