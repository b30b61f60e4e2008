//! What a word is worth: the difference that taking it out makes.

use carveout_terms::{Agreement, AgreementErrors, Condition, Edit, EditError, StackError};

use crate::{Dates, Diff, Law, Progress, Prover, Undecided, side};

/// Why there is no answer to a what-if.
#[derive(Debug, thiserror::Error)]
pub enum WhatIfError {
    /// The edit can't be made.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// The edited text is no agreement.
    #[error("the edited text can't be read: {0}")]
    Unreadable(AgreementErrors),
    /// The edited text can't stand alone.
    #[error(transparent)]
    Stack(#[from] StackError),
    /// There is no proof either way.
    #[error(transparent)]
    Undecided(#[from] Undecided),
}

/// One edit of an agreement, and what it changes.
#[derive(Debug)]
pub struct Worth {
    /// The edit.
    pub edit: Edit,
    /// The condition that it drops; none if it drops a clause.
    pub condition: Option<Condition>,
    /// What changes.
    pub diff: Result<Diff, WhatIfError>,
}

impl Prover {
    /// The law of one agreement by itself, whatever its dates.
    ///
    /// # Errors
    /// If a clause can't be compiled, or the agreement was read with another vocabulary.
    pub fn alone(&mut self, agreement: &Agreement) -> Result<Law, WhatIfError> {
        let stack = side(self.vocabulary(), [agreement.clone()], Dates::Ignored)?;
        Ok(self.law(&stack)?)
    }

    /// What an edit of an agreement changes: the text before, compared with the text after.
    ///
    /// # Errors
    /// If the edit can't be made, the edited text can't be read, or a question stays undecided.
    pub fn what_if(&mut self, agreement: &Agreement, edit: &Edit) -> Result<Diff, WhatIfError> {
        let before = self.alone(agreement)?;
        self.after_edit(agreement, &before, edit)
    }

    /// What every clause and every condition is worth: each dropped in turn. Each direction of a change
    /// is shown by one cube; [`Prover::what_if`] shows them all.
    ///
    /// # Errors
    /// If the agreement as it is can't be compiled. What goes wrong with one edit is said there.
    pub fn worth_of_each(&mut self, agreement: &Agreement) -> Result<Vec<Worth>, WhatIfError> {
        let whole = self.limit_cubes(1);
        let worths = self.worth_of_edits(agreement);
        self.limit_cubes(whole);
        worths
    }

    fn worth_of_edits(&mut self, agreement: &Agreement) -> Result<Vec<Worth>, WhatIfError> {
        let before = self.alone(agreement)?;
        let conditions = agreement.conditions(self.vocabulary());
        let of = conditions.len() + agreement.clauses().len();
        let mut worths = Vec::new();
        for clause in agreement.clauses() {
            if agreement.policies_of(clause).next().is_none() {
                continue;
            }
            let number = clause.number();
            let drop_clause = (Edit::DropClause { clause: number.to_owned() }, None);
            let own = conditions.iter().filter(|condition| condition.clause == number);
            let drop_conditions = own.map(|condition| {
                let edit = Edit::DropCondition { clause: number.to_owned(), number: condition.number };
                (edit, Some(condition.clone()))
            });
            for (edit, condition) in std::iter::once(drop_clause).chain(drop_conditions) {
                self.start_afresh();
                let diff = self.after_edit(agreement, &before, &edit);
                self.budget().report(Progress::Answered { done: worths.len() + 1, of });
                worths.push(Worth { edit, condition, diff });
            }
        }
        Ok(worths)
    }

    fn after_edit(&mut self, agreement: &Agreement, before: &Law, edit: &Edit) -> Result<Diff, WhatIfError> {
        let after = self.edited(agreement, edit)?;
        Ok(self.diff(before, &after)?)
    }

    /// The law of an agreement with an edit made.
    pub(crate) fn edited(&mut self, agreement: &Agreement, edit: &Edit) -> Result<Law, WhatIfError> {
        let source = agreement.edited(self.vocabulary(), edit)?;
        let edited = Agreement::draft(&source, self.vocabulary()).map_err(WhatIfError::Unreadable)?;
        self.alone(&edited)
    }
}
