//! The numbers that the gateway measures: most are 0 in most uses, and a record says that of all of them in one word.

use super::{Attester, Fact, FactId, FactKind};
use crate::Digest;

/// Bytes of the digest over their names by which a record says which they are.
const MARK_BYTES: usize = 8;

/// The numbers of one vocabulary that its gateway measures.
#[derive(Clone, Debug)]
pub(crate) struct Numbers {
    facts: Vec<FactId>,
    mark: String,
}

impl Numbers {
    pub(super) fn of(facts: &[Fact]) -> Self {
        let measured =
            |fact: &Fact| matches!(fact.kind, FactKind::Long) && fact.attester == Attester::Gateway;
        let (positions, names): (Vec<_>, Vec<_>) = facts
            .iter()
            .enumerate()
            .filter(|(_, fact)| measured(fact))
            .map(|(position, fact)| (FactId(position as u16), fact.name.as_bytes()))
            .unzip();
        let digest = Digest::of_parts(names);
        let mark = digest.as_bytes().iter().take(MARK_BYTES).map(|byte| format!("{byte:02x}")).collect();
        Self { facts: positions, mark }
    }

    /// Each of them, in the vocabulary's order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = FactId> {
        self.facts.iter().copied()
    }

    /// Whether a fact is one of them.
    pub(crate) fn has(&self, fact: FactId) -> bool {
        self.facts.binary_search(&fact).is_ok()
    }

    /// Which they are: another vocabulary that measures other numbers has another mark.
    pub(crate) fn mark(&self) -> &str {
        &self.mark
    }
}
