//! What is known about a use, held together: by a what-if, an auditor or a test, who have no gateway.

use super::{Use, UseError, UseLayers};
use crate::{FactErrors, Facts, RoleId, Vocabulary};

/// The layers of a use, owned.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Known {
    /// What the caller claims.
    pub caller: Facts,
    /// What is registered for the program.
    pub program: Facts,
    /// What the gateway measured.
    pub gateway: Facts,
    /// What detectors, meters and officers say.
    pub evidence: Vec<Facts>,
    /// The roles that approved.
    pub approvals: Vec<RoleId>,
}

impl Known {
    /// Reads the layers from dictionaries, as [`Use`] writes them and the ledger records them.
    ///
    /// # Errors
    /// If a dictionary can't be read with this vocabulary.
    pub fn read<E: AsRef<str>>(
        vocabulary: &Vocabulary,
        caller: &str,
        program: &str,
        gateway: &str,
        evidence: &[E],
    ) -> Result<Self, FactErrors> {
        let read = |text: &str| Facts::suppose(vocabulary, text);
        Ok(Self {
            caller: read(caller)?,
            program: read(program)?,
            gateway: read(gateway)?,
            evidence: evidence.iter().map(|text| read(text.as_ref())).collect::<Result<_, _>>()?,
            approvals: Vec::new(),
        })
    }

    /// Assembles the use.
    ///
    /// # Errors
    /// See [`Use::assemble`].
    pub fn assemble(&self, vocabulary: &Vocabulary) -> Result<Use, UseError> {
        let layers = UseLayers {
            caller: Some(&self.caller),
            program: Some(&self.program),
            gateway: Some(&self.gateway),
            evidence: &self.evidence,
            approvals: &self.approvals,
        };
        Use::assemble(vocabulary, &layers)
    }
}
