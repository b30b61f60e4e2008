//! The prover: one vocabulary, and every question that was asked about it.

use std::{collections::BTreeMap, sync::Arc};

use carveout_terms::{ClauseRef, Digest, FactId, Facts, Value, Vocabulary};

use crate::{
    Budget, Region, Script, Undecided,
    engine::{Answer, Circuit, Space, Wire},
    symbolic::{Blaster, Compiled, Compiler, Finding, Term},
};

/// Answers questions about all uses that a vocabulary can express.
///
/// Clauses are compiled by Cedar's symbolic compiler and decided by a SAT solver, both in this
/// process. What was asked before makes later questions cheaper.
pub struct Prover {
    vocabulary: Arc<Vocabulary>,
    /// The vocabularies whose words it knows, besides its own.
    merged: Vec<Digest>,
    compiler: Compiler,
    blaster: Blaster,
    pub(crate) circuit: Circuit,
    pub(crate) space: Space,
    budget: Budget,
    /// What was found out so far, if anybody wants to ask an outside solver about it.
    findings: Option<Vec<Finding>>,
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
        let blaster = Blaster::default();
        Ok(Self { vocabulary, merged: Vec::new(), compiler, blaster, circuit, space, budget, findings: None })
    }

    /// Keeps what is found out from now on, for [`Prover::script`].
    #[must_use]
    pub fn keeping_findings(self) -> Self {
        Self { findings: Some(Vec::new()), ..self }
    }

    /// Everything that was found out since [`Prover::keeping_findings`], as questions to an outside
    /// solver: every condition that was met by some use or by none, every cube of a region, and that
    /// the cubes of an exhausted region are all of it.
    ///
    /// # Errors
    /// If the questions can't be put into text.
    pub fn script(&self) -> Result<Script, Undecided> {
        let findings = self.findings.as_deref().unwrap_or_default();
        Script::of(&self.fact_terms(), &self.space, self.compiler.environment(), findings)
    }

    pub(crate) fn note_region(&mut self, wanted: &Term, allowed: &Term, region: &Region) {
        if self.findings.is_some() {
            let noted = Finding::region(&self.fact_terms(), wanted, allowed, region);
            self.findings.get_or_insert_default().extend(noted);
        }
    }

    /// A prover for texts of two vocabularies: it works in what can be said in either.
    ///
    /// # Errors
    /// If they have no common vocabulary, or the symbolic compiler refuses it.
    pub fn between(old: &Arc<Vocabulary>, new: &Arc<Vocabulary>, budget: Budget) -> Result<Self, Undecided> {
        if old.digest() == new.digest() {
            return Self::new(Arc::clone(new), budget);
        }
        let common = old.merged(new).map_err(|error| Undecided::Vocabulary(error.to_string()))?;
        let prover = Self::new(Arc::new(common), budget)?;
        Ok(Self { merged: vec![old.digest(), new.digest()], ..prover })
    }

    /// Whether a vocabulary is one of those that were merged.
    pub(crate) fn speaks(&self, vocabulary: &Vocabulary) -> bool {
        self.merged.contains(&vocabulary.digest())
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

    /// Limits how many cubes a region may have, and returns the limit there was.
    pub(crate) fn limit_cubes(&mut self, most: usize) -> usize {
        let before = self.budget.most_cubes();
        self.budget = self.budget.clone().cubes(most);
        before
    }

    /// Forgets every question but keeps what is compiled. A solver gets slower with all it was ever
    /// asked, so a series of unrelated questions is best asked afresh.
    pub(crate) fn start_afresh(&mut self) {
        self.circuit = Circuit::new(&self.budget);
        self.space = Space::new(Arc::clone(&self.vocabulary), &mut self.circuit);
        self.blaster = Blaster::default();
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
        Ok(if self.can_be(condition)? { Some(self.space.values(&self.circuit)) } else { None })
    }

    /// Whether some use meets a condition.
    pub(crate) fn can_be(&mut self, condition: &Term) -> Result<bool, Undecided> {
        let wire = self.wire(condition)?;
        let possible = self.possible(&[wire])?;
        if let Some(findings) = &mut self.findings {
            findings.push(Finding::answer(condition.clone(), possible));
        }
        Ok(possible)
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
