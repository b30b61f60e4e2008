//! What was produced for a purpose, and where it turns up again.

use std::collections::BTreeMap;

use super::{Words, generations::Generations};
use crate::meters::{CodecError, Reader, Writer};

/// So many different fingerprints of one purpose's products make a text derived from it. Fewer are a phrase that
/// everybody uses.
pub const ENOUGH: usize = 3;

/// Fingerprints of what was produced.
#[derive(Clone, Debug)]
pub struct Derivations {
    produced: Generations<u16>,
    /// What it was produced for. The numbers are positions in this list, which only grows: there are as many as purposes.
    purposes: Vec<String>,
    most: usize,
}

impl Derivations {
    /// Remembers so many fingerprints at most: one for every two and a half words.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { produced: Generations::default(), purposes: Vec::new(), most }
    }

    /// Remembers what was produced for a purpose. What is produced again for another is that one's from then on.
    pub fn take(&mut self, purpose: &str, fingerprints: impl IntoIterator<Item = u64>) {
        let known = self.purposes.iter().position(|one| one == purpose);
        let position = known.unwrap_or_else(|| {
            self.purposes.push(purpose.to_owned());
            self.purposes.len() - 1
        });
        let Ok(position) = u16::try_from(position) else { return };
        for fingerprint in fingerprints {
            self.produced.tell(fingerprint, position, self.most);
        }
    }

    /// The purposes that these texts are derived from.
    #[must_use]
    pub fn sources<'a>(&self, texts: impl IntoIterator<Item = &'a Words>) -> Vec<&str> {
        let mut found: BTreeMap<u16, Vec<u64>> = BTreeMap::new();
        for fingerprint in texts.into_iter().flat_map(Words::fingerprints) {
            if let Some(position) = self.produced.get(fingerprint) {
                let own = found.entry(position).or_default();
                if own.len() < ENOUGH && !own.contains(&fingerprint) {
                    own.push(fingerprint);
                }
            }
        }
        let enough = found.into_iter().filter(|(_, own)| own.len() >= ENOUGH);
        enough
            .filter_map(|(position, _)| self.purposes.get(usize::from(position)).map(String::as_str))
            .collect()
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
        self.produced.write(writer, |writer, position| writer.number(u32::from(position)));
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
        self.produced = Generations::read(reader, |reader| {
            u16::try_from(reader.number()?).map_err(|_too_large| CodecError)
        })?;
        self.purposes = purposes;
        Ok(())
    }
}
