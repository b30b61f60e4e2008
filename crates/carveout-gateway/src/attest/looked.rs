//! What a gateway would state of texts, for who asks without sending anything to one.

use carveout_signals::{Kinds, Region, Scanner};
use carveout_terms::{FactError, Facts, Vocabulary};

use super::evidence::{Declared, Evidence};

/// The facts that texts show.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    /// What is measured: persons, identifiers, what can't be read, what trips the wire.
    pub measured: Facts,
    /// What it says against the claim: further readings of the use.
    pub evidence: Vec<Facts>,
}

impl Shown {
    /// Looks at the texts of a request, held against a claim, as the gateway does: with the same recognisers, and for the same
    /// facts of the vocabulary.
    ///
    /// # Errors
    /// The vocabulary declares a fact so that it can't be stated.
    pub fn by<'t>(
        vocabulary: &Vocabulary,
        region: Region,
        claim: &Facts,
        texts: impl IntoIterator<Item = &'t str>,
    ) -> Result<Self, FactError> {
        let declared = Declared::by(vocabulary);
        let (scanner, mut evidence) =
            (Scanner::new(region), Evidence::nothing(declared.wired(), Kinds::NONE));
        for text in texts {
            evidence.read(&scanner, text);
        }
        let mut measured = Facts::default();
        declared.state(vocabulary, &evidence, &mut measured)?;
        Ok(Self { measured, evidence: declared.contradictions(vocabulary, claim, &evidence)? })
    }
}
