//! Under which claim a text was first sent.

use super::generations::Generations;
use crate::meters::{CodecError, Reader, Writer};

/// A text and what was claimed for it, as keyed digests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// The digest of the text's words.
    pub content: u64,
    /// The digest of the claim.
    pub claim: u64,
}

/// The claims that texts were first sent under. A copy costs little, however many there are, and so do changes meanwhile.
#[derive(Clone, Debug)]
pub struct Claims {
    first: Generations<u64>,
    most: usize,
}

impl Claims {
    /// Remembers so many texts at most.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { first: Generations::default(), most }
    }

    /// Whether the text was sent before under another claim than this.
    #[must_use]
    pub fn is_reclaimed(&self, claimed: Claimed) -> bool {
        self.first.get(claimed.content).is_some_and(|first| first != claimed.claim)
    }

    /// Remembers the text, and tells whether that changed anything. What was claimed first stands; it is remembered
    /// longer, as if it were new.
    pub fn take(&mut self, claimed: Claimed) -> bool {
        let first = self.first.get(claimed.content).unwrap_or(claimed.claim);
        self.first.tell(claimed.content, first, self.most)
    }

    /// How many texts are remembered.
    #[must_use]
    pub fn kept(&self) -> usize {
        self.first.len()
    }

    /// Writes everything.
    pub fn write(&self, writer: &mut Writer) {
        self.first.write(writer, |writer, claim| writer.large(claim));
    }

    /// Takes over what was written, instead of what was there.
    ///
    /// # Errors
    /// The bytes are not what [`Claims::write`] writes.
    pub fn read_again(&mut self, reader: &mut Reader<'_>) -> Result<(), CodecError> {
        self.first = Generations::read(reader, |reader| reader.large())?;
        Ok(())
    }
}
