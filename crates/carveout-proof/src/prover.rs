//! The prover: one vocabulary, and every question that was asked about it.

use std::{collections::BTreeMap, sync::Arc};

use carveout_terms::{ClauseRef, FactId, Facts, Value, Vocabulary};

use crate::{
    Budget, Undecided,
    engine::{Answer, Circuit, Space, Wire},
    symbolic::{Blaster, Compiled, Compiler, Term},
};

/// Answers questions about all uses that a vocabulary can express.
///
/// Clauses are compiled by Cedar's symbolic compiler and decided by a SAT solver, both in this
/// process. What was asked before makes later questions cheaper.
pub struct Prover {
    vocabulary: Arc<Vocabulary>,
    compiler: Compiler,
    blaster: Blaster,
    pub(crate) circuit: Circuit,
    pub(crate) space: Space,
    budget: Budget,
}

impl Prover {
    /// A prover for a vocabulary.
    ///
    /// # Errors
    /// If the symbolic compiler refuses the vocabulary.
    pub fn new(vocabulary: Arc<Vocabulary>, budget: Budget) -> Result<Self, Undecided> {
        let compiler = Compiler::new(&vocabulary)?;
        let mut circuit = Circuit::new(&budget);
        let space = Space::new(Arc::clone(&vocabulary), &mut circuit);
        Ok(Self { vocabulary, compiler, blaster: Blaster::default(), circuit, space, budget })
    }

    /// The vocabulary that questions are asked in.
    #[must_use]
    pub const fn vocabulary(&self) -> &Arc<Vocabulary> {
        &self.vocabulary
    }

    /// What an analysis may take.
    #[must_use]
    pub const fn budget(&self) -> &Budget {
        &self.budget
    }

    pub(crate) fn context(&self) -> Term {
        self.compiler.context()
    }

    pub(crate) fn compile(&mut self, policy: &str, clause: &ClauseRef) -> Result<Arc<Compiled>, Undecided> {
        if self.budget.is_spent() {
            return Err(Undecided::BudgetSpent);
        }
        self.compiler
            .compile(policy)
            .map_err(|message| Undecided::Compiler { clause: clause.clone(), message })
    }

    /// The wire of a condition.
    pub(crate) fn wire(&mut self, condition: &Term) -> Result<Wire, Undecided> {
        self.blaster.truth(&mut self.circuit, &mut self.space, condition)
    }

    /// Some use that meets a condition, or the proof that there is none.
    pub(crate) fn ask(&mut self, condition: &Term) -> Result<Option<BTreeMap<FactId, Value>>, Undecided> {
        let wire = self.wire(condition)?;
        Ok(if self.possible(&[wire])? { Some(self.space.values(&self.circuit)) } else { None })
    }

    /// Whether some use meets a condition.
    pub(crate) fn can_be(&mut self, condition: &Term) -> Result<bool, Undecided> {
        let wire = self.wire(condition)?;
        self.possible(&[wire])
    }

    pub(crate) fn possible(&mut self, wires: &[Wire]) -> Result<bool, Undecided> {
        match self.circuit.ask(wires) {
            Answer::Possible => Ok(true),
            Answer::Impossible(_) => Ok(false),
            Answer::Stopped => Err(Undecided::BudgetSpent),
        }
    }

    /// Whether the time of a use is in a window.
    pub(crate) fn at_within(&self, from: i64, until: Option<i64>) -> Term {
        self.compiler.at_within(from, until)
    }

    /// Values as facts that can be printed and decided.
    pub(crate) fn facts(&self, values: &BTreeMap<FactId, Value>) -> Facts {
        let mut facts = Facts::default();
        for (fact, value) in values {
            // The space has only values that a use can have.
            let stated = facts.state(&self.vocabulary, *fact, value.clone());
            debug_assert!(stated.is_ok(), "{stated:?}");
        }
        facts
    }
}

impl std::fmt::Debug for Prover {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Prover").field("vocabulary", &self.vocabulary.name()).finish_non_exhaustive()
    }
}
