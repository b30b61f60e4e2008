//! The forms of what is written beside the ledger, and how meters and contents are made from it again.

use carveout_ledger::EvidencePiece;
use carveout_signals::{
    content::{Claimed, Claims, Derivations},
    meters::{CodecError, FrozenMeters, MeterKey, Meters, Reader, Sight, Writer},
};
use carveout_terms::Timestamp;

use super::minute;
use crate::contents::Remembered;

/// A use as meters took it in, or a snapshot of meters alone: what was written before contents were kept.
const METERED: u32 = 1;
/// A snapshot of meters and contents.
const ALL: u32 = 2;
/// Texts with what was claimed for them.
const SENT: u32 = 3;
/// What an answer said, and the purpose that it was produced for.
const PRODUCED: u32 = 4;
/// A call of a tool that was given out.
const CALLED: u32 = 5;
/// A use as meters took it in, with results of tools that count once.
const RETURNED: u32 = 6;
/// A snapshot of meters, contents, and what is known of results of tools.
const ALL_WITH_RESULTS: u32 = 7;

/// Begins what is written under a key: its form, and by what a record under another key is known.
fn begin(form: u32, key_mark: &[u8; 16]) -> Writer {
    let mut writer = Writer::default();
    writer.number(form);
    writer.bytes(key_mark);
    writer
}

pub(super) fn mark_of(key: &MeterKey) -> [u8; 16] {
    key.scope("evidence").derive("which key")
}

/// One use, as meters took it in.
pub(super) fn metered(key_mark: &[u8; 16], at: Timestamp, scopes: &[(&str, &Sight)]) -> Vec<u8> {
    let returned = scopes.iter().any(|(_, sight)| !sight.returned.is_empty());
    let mut writer = begin(if returned { RETURNED } else { METERED }, key_mark);
    writer.large(u64::try_from(at.millis()).unwrap_or_default());
    writer.length(scopes.len());
    for (scope, sight) in scopes {
        writer.text(scope);
        sight.write(&mut writer);
        if returned {
            sight.write_returned(&mut writer);
        }
    }
    writer.into_bytes()
}

/// One call of a tool.
pub(super) fn called(key_mark: &[u8; 16], call: u64, giving: u64) -> Vec<u8> {
    let mut writer = begin(CALLED, key_mark);
    writer.large(call);
    writer.large(giving);
    writer.into_bytes()
}

/// The texts of one permitted use.
pub(super) fn sent(key_mark: &[u8; 16], texts: &[Claimed]) -> Vec<u8> {
    let mut writer = begin(SENT, key_mark);
    writer.length(texts.len());
    for Claimed { content, claim } in texts {
        writer.large(*content);
        writer.large(*claim);
    }
    writer.into_bytes()
}

/// One answer.
pub(super) fn produced(key_mark: &[u8; 16], purpose: &str, fingerprints: &[u64]) -> Vec<u8> {
    let mut writer = begin(PRODUCED, key_mark);
    writer.text(purpose);
    writer.length(fingerprints.len());
    fingerprints.iter().for_each(|one| writer.large(*one));
    writer.into_bytes()
}

/// Everything, as it stood at one moment.
pub(super) struct Frozen {
    pub(super) meters: Option<FrozenMeters>,
    pub(super) claims: Claims,
    pub(super) derivations: Derivations,
}

impl Frozen {
    pub(super) fn write(&self, key_mark: &[u8; 16]) -> Vec<u8> {
        let results = self.meters.as_ref().filter(|meters| meters.knows_results());
        let mut writer = begin(if results.is_some() { ALL_WITH_RESULTS } else { ALL }, key_mark);
        writer.number(u32::from(self.meters.is_some()));
        self.meters.iter().for_each(|meters| meters.write(&mut writer));
        self.claims.write(&mut writer);
        self.derivations.write(&mut writer);
        results.into_iter().for_each(|meters| meters.write_results(&mut writer));
        writer.into_bytes()
    }
}

/// What has been read back so far.
pub(super) struct Restored {
    pub(super) key_mark: [u8; 16],
    pub(super) meters: Meters,
    pub(super) contents: Remembered,
}

impl Restored {
    pub(super) fn take(&mut self, piece: EvidencePiece<'_>) -> Result<(), String> {
        let taken = match piece {
            EvidencePiece::Snapshot(bytes) => self.snapshot(bytes),
            EvidencePiece::Record(bytes) => self.record(bytes),
        };
        taken.map_err(|error| error.to_string())
    }

    fn snapshot(&mut self, bytes: &[u8]) -> Result<(), Unreadable> {
        let (form, mut reader) = self.begun(bytes)?;
        match form {
            METERED => self.meters.read_again(&mut reader)?,
            ALL | ALL_WITH_RESULTS => {
                if reader.number()? != 0 {
                    self.meters.read_again(&mut reader)?;
                }
                self.contents.claims.read_again(&mut reader)?;
                self.contents.derivations.read_again(&mut reader)?;
                if form == ALL_WITH_RESULTS {
                    self.meters.read_results(&mut reader)?;
                }
            }
            _ => return Err(Unreadable::Version),
        }
        Ok(reader.end()?)
    }

    fn record(&mut self, bytes: &[u8]) -> Result<(), Unreadable> {
        let (form, mut reader) = self.begun(bytes)?;
        match form {
            METERED | RETURNED => {
                let at = i64::try_from(reader.large()?).map_err(|_too_large| CodecError)?;
                let now = minute(Timestamp::from_millis(at));
                for _ in 0..reader.length()? {
                    let scope = reader.text()?;
                    let mut sight = Sight::read(&mut reader)?;
                    if form == RETURNED {
                        sight.read_returned(&mut reader)?;
                    }
                    self.meters.take(&scope, &sight, now);
                }
            }
            CALLED => {
                let (call, giving) = (reader.large()?, reader.large()?);
                self.meters.calls_mut().give(call, giving);
            }
            SENT => {
                for _ in 0..reader.length()? {
                    self.contents.claims.take(Claimed { content: reader.large()?, claim: reader.large()? });
                }
            }
            PRODUCED => {
                let purpose = reader.text()?;
                let all = (0..reader.length()?).map(|_| reader.large()).collect::<Result<Vec<_>, _>>()?;
                self.contents.derivations.take(&purpose, all);
            }
            _ => return Err(Unreadable::Version),
        }
        Ok(reader.end()?)
    }

    fn begun<'a>(&self, bytes: &'a [u8]) -> Result<(u32, Reader<'a>), Unreadable> {
        let mut reader = Reader::new(bytes);
        let form = reader.number()?;
        if reader.array()? != self.key_mark {
            return Err(Unreadable::OtherKey);
        }
        Ok((form, reader))
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

#[cfg(test)]
mod tests {
    use carveout_signals::{
        Kind, Region, Scanner,
        meters::{Person, Returned, ScopeKey},
    };

    use super::*;

    const MARK: [u8; 16] = [7; 16];
    const DAY: u32 = 24 * 60;

    fn restored() -> Restored {
        let meters = Meters::new(vec![DAY], 100);
        Restored { key_mark: MARK, meters, contents: Remembered::default() }
    }

    fn sight(key: &ScopeKey, who: &str) -> Sight {
        let seen = Scanner::new(Region::default()).scan(&format!("write to {who}"));
        let canonical = &seen.findings.first().unwrap().canonical;
        let person =
            Person { kind: Kind::Email, pseudonym: key.pseudonym(Kind::Email, canonical), sure: true };
        Sight { persons: vec![person], rows: 0, returned: Vec::new() }
    }

    #[test]
    fn what_was_written_before_contents_were_kept_is_read() {
        let key = MeterKey::new(&[1; 32]).scope("agreement a");
        let at = Timestamp::from_millis(1_780_000_000_000);
        let (ann, ben) = (sight(&key, "ann@harbour-mail.org"), sight(&key, "ben@harbour-mail.org"));
        let mut before = Meters::new(vec![DAY], 100);
        before.take("agreement a", &ann, minute(at));
        let mut writer = begin(METERED, &MARK);
        before.write(&mut writer);
        let mut again = restored();
        again.take(EvidencePiece::Snapshot(&writer.into_bytes())).unwrap();
        let record = metered(&MARK, at, &[("agreement a", &ben)]);
        again.take(EvidencePiece::Record(&record)).unwrap();
        let counted = again.meters.prospect("agreement a", &Sight::default(), minute(at)).bounds(0, None);
        assert_eq!((counted.at_least, counted.at_most), (2, 2));
        assert!(again.contents.claims.kept() == 0 && again.contents.derivations.kept() == 0);
    }

    fn snapshot(meters: &Meters) -> Vec<u8> {
        let Remembered { claims, derivations } = Remembered::default();
        Frozen { meters: Some(meters.frozen()), claims, derivations }.write(&MARK)
    }

    #[test]
    fn what_results_of_tools_are_known_by_is_read_again() {
        let key = MeterKey::new(&[1; 32]).scope("agreement a");
        let at = Timestamp::from_millis(1_780_000_000_000);
        let one = Returned { pseudonym: key.returned((7, 9), &[3; 32], 40), rows: 40 };
        let seen = Sight { returned: vec![one], ..Sight::default() };
        let record = metered(&MARK, at, &[("agreement a", &seen), ("program p", &Sight::default())]);
        let mut first = restored();
        first.take(EvidencePiece::Record(&record)).unwrap();
        first.take(EvidencePiece::Record(&called(&MARK, 7, 9))).unwrap();
        let written = snapshot(&first.meters);
        let mut second = restored();
        second.take(EvidencePiece::Snapshot(&written)).unwrap();
        for again in [&mut first, &mut second] {
            let mut at_most =
                |sight| again.meters.prospect("agreement a", sight, minute(at)).bounds(0, None).at_most;
            assert_eq!((at_most(&seen), at_most(&Sight::default())), (40, 40), "it counts once");
            assert_eq!(again.meters.calls().only(7), Some(9));
            again.take(EvidencePiece::Record(&called(&MARK, 7, 10))).unwrap();
            assert_eq!(again.meters.calls().only(7), None, "given out twice");
        }
        let nothing = Meters::new(vec![DAY], 100);
        let before = snapshot(&nothing);
        assert_eq!(before[0], 2, "where no result is known, the form is the one before there were any");
        for cut in [1, 4, 30] {
            let short = &written[..written.len() - cut];
            assert!(restored().take(EvidencePiece::Snapshot(short)).is_err(), "{cut} bytes less");
        }
    }

    #[test]
    fn what_is_cut_short_foreign_or_unknown_is_told() {
        let record = produced(&MARK, "intel", &[1, 2, 3]);
        let (mut other_key, mut other_form) = (record.clone(), record.clone());
        other_key[4] = 0;
        other_form[0] = 99;
        let mut longer = record.clone();
        longer.push(0);
        let cases: [(&[u8], &str); 5] = [
            (&record, ""),
            (&record[..record.len() - 1], "not what was kept"),
            (&longer, "not what was kept"),
            (&other_key, "under another key"),
            (&other_form, "another version"),
        ];
        for (bytes, expected) in cases {
            let told = restored().take(EvidencePiece::Record(bytes)).err().unwrap_or_default();
            assert!(told.contains(expected) && told.is_empty() == expected.is_empty(), "{told}");
        }
    }
}
