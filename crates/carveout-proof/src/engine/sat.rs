//! The SAT solver, behind one door.

use std::collections::HashSet;

use batsat::{Callbacks, Lit, Solver, SolverInterface, SolverOpts, lbool};

use crate::Budget;

/// A Boolean signal: a literal of the solver.
pub(crate) type Wire = Lit;

/// What the solver found out about some assumptions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Answer {
    /// They can hold together. The model can be read off until the next question.
    Possible,
    /// They can't, and these of them are enough to see it.
    Impossible(HashSet<Wire>),
    /// The budget was spent first.
    Stopped,
}

struct Watch(Budget);

impl Callbacks for Watch {
    fn stop(&self) -> bool {
        self.0.is_spent()
    }
}

/// An incremental solver. Clauses are only ever added.
pub(crate) struct Sat {
    solver: Solver<Watch>,
    truth: Wire,
}

impl Sat {
    pub(crate) fn new(budget: &Budget) -> Self {
        let mut solver = Solver::new(SolverOpts::default(), Watch(budget.clone()));
        let truth = Lit::new(solver.new_var_default(), true);
        solver.add_clause_reuse(&mut vec![truth]);
        Self { solver, truth }
    }

    /// The wire that is always true.
    pub(crate) const fn truth(&self) -> Wire {
        self.truth
    }

    /// A wire that can be either way.
    pub(crate) fn fresh(&mut self) -> Wire {
        Lit::new(self.solver.new_var_default(), true)
    }

    /// A wire that follows from others: the clauses about it must fix its value once theirs are fixed,
    /// or be met by any. The solver never guesses it, which is what makes a question cheap.
    pub(crate) fn following(&mut self) -> Wire {
        Lit::new(self.solver.new_var(lbool::UNDEF, false), true)
    }

    /// At least one of these holds.
    pub(crate) fn require(&mut self, one_of: &[Wire]) {
        // Once the clauses contradict each other the solver refuses more of them, and every later
        // answer is `Impossible`. The clauses of a space never do: some use always exists.
        self.solver.add_clause_reuse(&mut one_of.to_vec());
    }

    pub(crate) fn ask(&mut self, assumptions: &[Wire]) -> Answer {
        match self.solver.solve_limited(assumptions) {
            answer if answer == lbool::TRUE => Answer::Possible,
            answer if answer == lbool::FALSE => {
                let solver = &self.solver;
                let in_core = |wire: &&Wire| {
                    solver.unsat_core_contains_lit(**wire) || solver.unsat_core_contains_lit(!**wire)
                };
                Answer::Impossible(assumptions.iter().filter(in_core).copied().collect())
            }
            _ => Answer::Stopped,
        }
    }

    /// The value of a wire in the last model. A wire that doesn't matter is false.
    pub(crate) fn value(&self, wire: Wire) -> bool {
        self.solver.value_lit(wire) == lbool::TRUE
    }
}
