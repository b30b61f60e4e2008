//! What was produced for a purpose, and where it turns up again.

use std::collections::BTreeSet;

use super::{SHINGLE, Words, generations::Generations};
use crate::meters::{CodecError, Reader, Writer};

/// So many different fingerprints of one answer, close together in one text, make that text derived from it. Fewer are
/// turns of phrase that everybody uses: "please let me know if you have any further questions" has seven.
pub const ENOUGH: usize = 8;

/// Close together means among so many fingerprints in a row. Over a long text turns of phrase add up, wherever they are from.
pub const STRETCH: usize = 32;

/// So many words in a row that one answer alone has said are always enough.
pub const SURE_RUN: usize = SHINGLE + ENOUGH - 1;

/// Fingerprints of what was produced. A copy costs little, however many there are, and so do changes meanwhile.
#[derive(Clone, Debug)]
pub struct Derivations {
    produced: Generations<Said>,
    /// What it was produced for. The numbers are positions in this list, which only grows: there are as many as purposes.
    purposes: Vec<String>,
    /// How many answers there were, over and over again from zero.
    answers: u16,
    most: usize,
}

/// One answer: what it was produced for, and a number that tells it from those around it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    purpose: u16,
    number: u16,
}

/// The first and the last answer that had a fingerprint. What was said first stands, so that who has a text said again
/// for a harmless purpose doesn't move it there.
#[derive(Clone, Copy, Debug)]
struct Said {
    first: Answer,
    last: Answer,
}

impl Derivations {
    /// Remembers so many fingerprints at most: one for every word.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { produced: Generations::default(), purposes: Vec::new(), answers: 0, most }
    }

    /// Remembers what one answer said for a purpose.
    pub fn take(&mut self, purpose: &str, fingerprints: impl IntoIterator<Item = u64>) {
        if let Some(answer) = self.begin(purpose) {
            self.go_on(answer, fingerprints);
        }
    }

    /// An answer that is remembered part by part; `None` if there are more purposes than can be told apart.
    pub fn begin(&mut self, purpose: &str) -> Option<Answer> {
        let known = self.purposes.iter().position(|one| one == purpose);
        let position = known.unwrap_or_else(|| {
            self.purposes.push(purpose.to_owned());
            self.purposes.len() - 1
        });
        let purpose = u16::try_from(position).ok()?;
        self.answers = self.answers.wrapping_add(1);
        Some(Answer { purpose, number: self.answers })
    }

    /// Remembers more of what an answer said.
    pub fn go_on(&mut self, last: Answer, fingerprints: impl IntoIterator<Item = u64>) {
        for fingerprint in fingerprints {
            let first = self.produced.get(fingerprint).map_or(last, |said| said.first);
            self.produced.tell(fingerprint, Said { first, last }, self.most);
        }
    }

    /// The purposes that these texts are derived from. What is shared counts by text and by answer: it follows from the
    /// words alone, whatever the key is.
    #[must_use]
    pub fn sources<'a>(&self, texts: impl IntoIterator<Item = &'a Words>) -> Vec<&str> {
        let mut found = BTreeSet::new();
        texts.into_iter().for_each(|text| self.find(text, &mut found));
        found.into_iter().filter_map(|one| self.purposes.get(usize::from(one)).map(String::as_str)).collect()
    }

    /// Adds the purposes that one text is derived from.
    fn find(&self, text: &Words, found: &mut BTreeSet<u16>) {
        let mut near = Vec::new();
        for (place, fingerprint) in text.fingerprints().enumerate() {
            let Some(Said { first, last }) = self.produced.get(fingerprint) else { continue };
            for answer in [Some(first), Some(last).filter(|last| *last != first)].into_iter().flatten() {
                if found.contains(&answer.purpose) {
                    continue;
                }
                let seen = &mut near_to(&mut near, answer, place).seen;
                if let Some((at, _)) = seen.last_mut().filter(|(_, one)| *one == fingerprint) {
                    // It says the same over and over: nothing is new, and what is far is found out with what is.
                    *at = place;
                    continue;
                }
                seen.retain(|(at, one)| at + STRETCH > place && *one != fingerprint);
                seen.push((place, fingerprint));
                if seen.len() >= ENOUGH {
                    found.insert(answer.purpose);
                }
            }
        }
    }

    /// How many fingerprints are remembered.
    #[must_use]
    pub fn kept(&self) -> usize {
        self.produced.len()
    }

    /// Writes everything.
    pub fn write(&self, writer: &mut Writer) {
        writer.length(self.purposes.len());
        self.purposes.iter().for_each(|purpose| writer.text(purpose));
        writer.number(u32::from(self.answers));
        self.produced.write(writer, |writer, Said { first, last }| {
            writer.number(first.packed());
            writer.number(last.packed());
        });
    }

    /// Takes over what was written, instead of what was there.
    ///
    /// # Errors
    /// The bytes are not what [`Derivations::write`] writes.
    pub fn read_again(&mut self, reader: &mut Reader<'_>) -> Result<(), CodecError> {
        let mut purposes = Vec::new();
        for _ in 0..reader.length()? {
            purposes.push(reader.text()?);
        }
        let answers = u16::try_from(reader.number()?).map_err(|_too_large| CodecError)?;
        self.produced = Generations::read(reader, |reader| {
            Ok(Said { first: Answer::unpacked(reader.number()?), last: Answer::unpacked(reader.number()?) })
        })?;
        (self.purposes, self.answers) = (purposes, answers);
        Ok(())
    }
}

/// What was last seen of an answer, and where.
#[derive(Debug, Default)]
struct Near {
    answer: Answer,
    seen: Vec<(usize, u64)>,
}

/// Where an answer is kept that was seen near a place; in the room of one that is far, if it is new. There are never more than two
/// for each place of a stretch.
fn near_to(near: &mut Vec<Near>, answer: Answer, place: usize) -> &mut Near {
    let is_far = |one: &Near| one.seen.last().is_none_or(|(at, _)| at + STRETCH <= place);
    let known = near.iter().position(|one| one.answer == answer);
    let position = known.or_else(|| near.iter().position(is_far)).unwrap_or_else(|| {
        near.push(Near::default());
        near.len() - 1
    });
    #[expect(clippy::indexing_slicing, reason = "it was found there, or put there")]
    let one = &mut near[position];
    if one.answer != answer {
        *one = Near { answer, seen: Vec::with_capacity(ENOUGH) };
    }
    one
}

impl Answer {
    fn packed(self) -> u32 {
        u32::from(self.purpose) << 16 | u32::from(self.number)
    }

    const fn unpacked(packed: u32) -> Self {
        let [high, low, ..] = packed.to_be_bytes();
        let [.., third, fourth] = packed.to_be_bytes();
        Self { purpose: u16::from_be_bytes([high, low]), number: u16::from_be_bytes([third, fourth]) }
    }
}
