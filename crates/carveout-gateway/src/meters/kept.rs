//! What is written beside the ledger, and how meters are made from it again.

use carveout_ledger::{EvidenceLog, EvidenceLost, EvidencePiece};
use carveout_signals::meters::{CodecError, MeterKey, Meters, Minute, Reader, Sight, Writer};
use carveout_terms::Timestamp;

use super::{State, minute};
use crate::settings::{EvidenceSettings, SettingsError};

/// The form of what is written, in its first number.
const VERSION: u32 = 1;

/// Begins what is written under a key: its form, and by what a record under another key is known.
fn begin(key_mark: &[u8; 16]) -> Writer {
    let mut writer = Writer::default();
    writer.number(VERSION);
    writer.bytes(key_mark);
    writer
}

fn mark_of(key: &MeterKey) -> [u8; 16] {
    key.scope("evidence").derive("which key")
}

/// One use, as it was taken in.
pub(super) fn record(key_mark: &[u8; 16], at: Timestamp, scopes: &[(&str, &Sight)]) -> Vec<u8> {
    let mut writer = begin(key_mark);
    writer.large(u64::try_from(at.millis()).unwrap_or_default());
    writer.length(scopes.len());
    for (scope, sight) in scopes {
        writer.text(scope);
        sight.write(&mut writer);
    }
    writer.into_bytes()
}

/// Everything, as it stands.
pub(super) fn snapshot(key_mark: &[u8; 16], meters: &Meters) -> Vec<u8> {
    let mut writer = begin(key_mark);
    meters.write(&mut writer);
    writer.into_bytes()
}

/// Makes the state again from what was kept.
pub(super) fn open(
    settings: &EvidenceSettings,
    windows: &[Minute],
    key: &MeterKey,
) -> Result<State, SettingsError> {
    let failed = |problem: String| SettingsError::Evidence { problem };
    let fresh = || Restored { key_mark: mark_of(key), meters: Meters::new(windows.to_vec(), settings.most) };
    let mut restored = fresh();
    let opened = EvidenceLog::open(&settings.directory, &settings.known, |piece| restored.take(piece));
    let (log, lost) = match (opened, &settings.accept_loss) {
        (Ok(log), _) => (log, None),
        (Err(error), None) => return Err(failed(error.to_string())),
        (Err(error), Some(reason)) => {
            restored = fresh();
            let salvaged =
                EvidenceLog::salvage(&settings.directory, &settings.known, |piece| restored.take(piece));
            let (log, base) = salvaged.map_err(|error| failed(error.to_string()))?;
            (log, Some(EvidenceLost { base, found: error.to_string(), reason: reason.clone() }))
        }
    };
    let Restored { key_mark, meters } = restored;
    Ok(State { key_mark, meters, log, records: 0, lost })
}

/// What has been read back so far.
struct Restored {
    key_mark: [u8; 16],
    meters: Meters,
}

impl Restored {
    fn take(&mut self, piece: EvidencePiece<'_>) -> Result<(), String> {
        let taken = match piece {
            EvidencePiece::Snapshot(bytes) => self.snapshot(bytes),
            EvidencePiece::Record(bytes) => self.record(bytes),
        };
        taken.map_err(|error| error.to_string())
    }

    fn snapshot(&mut self, bytes: &[u8]) -> Result<(), Unreadable> {
        let mut reader = self.begun(bytes)?;
        self.meters.read_again(&mut reader)?;
        Ok(reader.end()?)
    }

    fn record(&mut self, bytes: &[u8]) -> Result<(), Unreadable> {
        let mut reader = self.begun(bytes)?;
        let at = i64::try_from(reader.large()?).map_err(|_too_large| CodecError)?;
        let now = minute(Timestamp::from_millis(at));
        for _ in 0..reader.length()? {
            let scope = reader.text()?;
            self.meters.take(&scope, &Sight::read(&mut reader)?, now);
        }
        Ok(reader.end()?)
    }

    fn begun<'a>(&self, bytes: &'a [u8]) -> Result<Reader<'a>, Unreadable> {
        let mut reader = Reader::new(bytes);
        if reader.number()? != VERSION {
            return Err(Unreadable::Version);
        }
        if reader.array()? != self.key_mark {
            return Err(Unreadable::OtherKey);
        }
        Ok(reader)
    }
}

#[derive(Debug, thiserror::Error)]
enum Unreadable {
    #[error("it was kept under another key: restore the key that it was kept under")]
    OtherKey,
    #[error("another version of the software wrote it")]
    Version,
    #[error(transparent)]
    Codec(#[from] CodecError),
}
