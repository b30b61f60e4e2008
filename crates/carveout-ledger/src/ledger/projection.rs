//! The lifecycle's state beside each checkpoint, so that opening doesn't read the whole ledger.
//!
//! It is a cache: a lost, damaged or older file is made again from the entries.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use crate::{
    AdoptedRecord, DesignationSigner, Digest, Entry, EvidenceKnown, LedgerError, OpenAttempt, PinnedKey,
    QuestionId, Timestamp,
    lifecycle::{Holds, Lifecycle, Step},
    parse_bundle,
    published::Tiles,
    storage::{Storage, read_if_present, write_durably},
    tree::TILE_WIDTH,
};

const PATH: &str = "state/projection";
/// The version that is written; what another one wrote is made again.
const VERSION: u32 = 7;
/// The directory of [`PATH`].
pub(super) const DIRECTORY: &str = "state";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    v: u32,
    size: u64,
    root: Digest,
    last_at: Timestamp,
    log_key: String,
    former_log_key: Option<String>,
    parties: Vec<PinnedKey>,
    open: Vec<OpenAttempt>,
    holds: Holds,
    designations: Vec<AdoptedRecord>,
    designation_officers: Option<Vec<DesignationSigner>>,
    evidence: EvidenceKnown,
    questions: BTreeSet<QuestionId>,
}

/// Writes the state at the checkpoint with this root: one line of JSON and one with its digest.
pub(super) fn write(storage: &dyn Storage, state: &Lifecycle, root: Digest) -> Result<(), LedgerError> {
    let stored = Stored {
        v: VERSION,
        size: state.size,
        root,
        last_at: state.last_at,
        log_key: state.log_key.clone(),
        former_log_key: state.former_log_key.clone(),
        parties: state.parties.clone(),
        open: state.open_attempts(),
        holds: state.holds.clone(),
        designations: state.adopted_records(),
        designation_officers: state.designation_officers.clone(),
        evidence: state.evidence,
        questions: state.questions.clone(),
    };
    let mut bytes =
        serde_json::to_vec(&stored).map_err(|error| LedgerError::corrupt(PATH, error.to_string()))?;
    let digest = Digest::of(&bytes);
    bytes.extend_from_slice(format!("\n{digest}\n").as_bytes());
    write_durably(storage, "projection", PATH, &bytes).map_err(|error| LedgerError::io("write", PATH, &error))
}

/// The state at this size and root, from the file if it fits, else from the entries.
pub(super) fn load(storage: &dyn Storage, size: u64, root: Digest) -> Result<Lifecycle, LedgerError> {
    let bytes = read_if_present(storage, PATH).map_err(|error| LedgerError::io("read", PATH, &error))?;
    let mut state = match bytes.as_deref().and_then(parse) {
        Some(stored) if stored.size > size => {
            return Err(LedgerError::Shrunk { found: size, expected: stored.size, witness: PATH.to_owned() });
        }
        Some(stored) if stored.size == size && stored.root != root => {
            return Err(LedgerError::corrupt(
                "checkpoint",
                "its root is not the one that was published at its size",
            ));
        }
        // The file is written after the checkpoint: a crash in between leaves an older one.
        Some(stored) => stored.into_state(),
        None => Lifecycle::new(),
    };
    catch_up(storage, &mut state, size)?;
    Ok(state)
}

fn parse(bytes: &[u8]) -> Option<Stored> {
    let text = std::str::from_utf8(bytes).ok()?.strip_suffix('\n')?;
    let (json, digest) = text.split_once('\n')?;
    (digest.parse() == Ok(Digest::of(json.as_bytes()))).then_some(())?;
    serde_json::from_str(json).ok().filter(|stored: &Stored| stored.v == VERSION)
}

impl Stored {
    fn into_state(self) -> Lifecycle {
        let open: HashMap<_, _> = self.open.into_iter().map(|open| (open.decision, open.attempt)).collect();
        let designations =
            self.designations.into_iter().map(|one| ((one.record, one.version), one.digest)).collect();
        Lifecycle {
            size: self.size,
            last_at: self.last_at,
            log_key: self.log_key,
            former_log_key: self.former_log_key,
            parties: self.parties,
            open,
            holds: self.holds,
            designations,
            designation_officers: self.designation_officers,
            evidence: self.evidence,
            questions: self.questions,
        }
    }
}

/// Applies the published entries that the state doesn't know yet, one bundle in memory at a time.
fn catch_up(storage: &dyn Storage, state: &mut Lifecycle, size: u64) -> Result<(), LedgerError> {
    let tiles = Tiles::new(storage, size);
    while state.size < size {
        let bundle = tiles.bundle(state.size / TILE_WIDTH)?;
        let skip = usize::try_from(state.size % TILE_WIDTH).unwrap_or_default();
        let entries = parse_bundle(&bundle.bytes)
            .map_err(|error| LedgerError::corrupt(bundle.id, error.to_string()))?;
        for entry in entries.into_iter().skip(skip) {
            replay_entry(state, entry, &bundle.id.to_string())?;
        }
    }
    Ok(())
}

/// Applies one recorded entry.
pub(super) fn replay_entry(state: &mut Lifecycle, entry: &[u8], place: &str) -> Result<(), LedgerError> {
    let index = state.size;
    let wrong = |what: String| LedgerError::corrupt(place, format!("entry {index}: {what}"));
    let entry = Entry::parse(entry).map_err(|error| wrong(error.to_string()))?;
    let step = Step::of(&entry).map_err(|error| wrong(error.to_string()))?;
    state.apply(&step).map_err(|error| wrong(error.to_string()))
}
