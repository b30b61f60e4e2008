//! The smallest answer to a draft: edits after which it keeps a party's red lines, and which cost the
//! other side nothing but what crosses them.
//!
//! What the other side gets to see is worked out from what crosses the lines in its own draft, and from
//! the draft: no text, number or heading of the red lines is used for it.

mod edit;
mod search;

use std::sync::Arc;

use carveout_terms::{Agreement, ExampleRuling, RedLines, RoleId, Stack};

pub use self::edit::LostExample;
use self::{
    edit::{Added, Change, changed, numbered, without_failing_examples},
    search::{Demands, Search},
};
use crate::{Dates, Diff, Law, Plain, Prover, Undecided, Witness, drafting::Rule, side};

/// An edited draft.
#[derive(Clone, Debug)]
pub struct Counter {
    /// The edits; none if the draft keeps every line as it is.
    pub edits: Vec<Edit>,
    /// The draft with all edits. Its source is the file to send.
    pub agreement: Agreement,
    /// Agreed examples that it no longer bears out, and that were taken out.
    pub lost_examples: Vec<LostExample>,
    /// What all edits change together.
    pub change: Diff,
}

/// One edit. Without it, with all others made, a line would be crossed: that is proven.
#[derive(Clone, Debug)]
pub struct Edit {
    /// What is done.
    pub kind: EditKind,
    /// The clause that is changed, or that is new.
    pub clause: String,
    /// What it then says, or what is taken out of it.
    pub prose: String,
    /// Its policies, if there are new ones.
    pub cedar: String,
    /// What this edit changes by itself: from all other edits made, to all.
    pub change: Diff,
}

/// What an edit does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EditKind {
    /// A clause is dropped: its number and heading stay.
    Drop,
    /// A restriction gets an exception.
    Except,
    /// A new clause permits.
    Grant,
    /// A new clause forbids.
    Restrict,
    /// A new clause holds for a role.
    Hold(RoleId),
}

impl EditKind {
    /// The word for it.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Drop => "drop",
            Self::Except => "except",
            Self::Grant => "grant",
            Self::Restrict => "restrict",
            Self::Hold(_) => "hold",
        }
    }
}

/// Why no edits are proposed.
#[derive(Debug, thiserror::Error)]
pub enum CounterError {
    /// The lines contradict each other.
    #[error(
        "the red lines contradict each other: the use `{use_}` must always be permitted and must not be; change one of them"
    )]
    Contradiction {
        /// A use, as a dictionary.
        use_: String,
    },
    /// No edits of these kinds keep the lines.
    #[error(
        "no edits to single clauses keep every red line; look at what the draft presumes, and at what it governs"
    )]
    Impossible,
    /// What is to be edited has too many cases.
    #[error("an edit would have more cases than are listed; allow more with --cubes")]
    TooManyCubes,
    /// The edited draft can't be read back.
    #[error("the edited draft can't be written: {0}")]
    Unwritable(String),
    /// A question stayed undecided.
    #[error(transparent)]
    Undecided(#[from] Undecided),
}

impl Prover {
    /// Finds edits to a draft after which it keeps a party's lines.
    ///
    /// # Errors
    /// If a question stays undecided, the lines contradict each other, or no such edits are found.
    pub fn counter(&mut self, draft: &Agreement, lines: &RedLines) -> Result<Counter, CounterError> {
        let demands = Demands::of(self, lines)?;
        self.no_contradiction(&demands)?;
        let before = {
            let stack = stack_of(self, draft)?;
            self.law(&stack)?
        };
        let mut search = Search { prover: self, draft, demands, changes: Vec::new() };
        if search.keeps(&[])? {
            let change = search.prover.diff(&before, &before)?;
            return Ok(Counter {
                edits: Vec::new(),
                agreement: draft.clone(),
                lost_examples: Vec::new(),
                change,
            });
        }
        search.run()?;
        search.in_other_words(lines);
        let vocabulary = Arc::clone(search.prover.vocabulary());
        let law = search.law()?;
        let edits = search.edits(&law)?;
        let edited = changed(draft, &search.with_examples(&edits), &vocabulary)?;
        let (agreement, mut lost_examples) = without_failing_examples(&edited, &vocabulary)?;
        lost_examples.retain(|lost| draft.clause(&lost.clause).is_some());
        let stack = stack_of(search.prover, &agreement)?;
        let law = search.prover.law(&stack)?;
        for verdict in search.prover.red_lines(&law, lines)? {
            match (verdict.kept(), verdict.crossed.cubes.is_empty()) {
                (true, _) => {}
                (false, true) => return Err(Undecided::BudgetSpent.into()),
                (false, false) => return Err(CounterError::Impossible),
            }
        }
        let change = search.prover.diff(&before, &law)?;
        Ok(Counter { edits, agreement, lost_examples, change })
    }

    fn no_contradiction(&mut self, demands: &Demands) -> Result<(), CounterError> {
        let mut region = self.region(&demands.contradiction())?;
        region.cubes.truncate(1);
        let Some(cube) = region.cubes.first() else { return Ok(()) };
        let witness = Witness::of(self.vocabulary(), cube, &Plain::of(self.vocabulary(), &[]));
        Err(CounterError::Contradiction { use_: witness.said.display(self.vocabulary()).to_string() })
    }
}

impl Search<'_> {
    /// Every change with what it does by itself.
    fn edits(&mut self, all: &Law) -> Result<Vec<Edit>, CounterError> {
        let changes = self.changes.clone();
        let vocabulary = Arc::clone(self.prover.vocabulary());
        let mut edits = Vec::new();
        for (position, (number, change)) in numbered(self.draft, &changes).enumerate() {
            let mut others = changes.clone();
            if let Some(left_out) = others.get_mut(position) {
                *left_out = Change::LeftOut;
            }
            let without = self.law_with(&others)?;
            let diff = self.prover.diff(&without, all)?;
            let (kind, clause, prose, cedar) = match change {
                Change::LeftOut => continue,
                Change::Reserve { clause } => (EditKind::Drop, clause.clone(), String::new(), String::new()),
                Change::Except { clause, cubes, .. } => {
                    let words: Vec<String> =
                        cubes.iter().map(|cube| cube.words(&vocabulary).to_string()).collect();
                    let cedar = crate::drafting::listed(&vocabulary, cubes);
                    (EditKind::Except, clause.clone(), words.join("; or "), cedar)
                }
                Change::Add(Added { rule, spelling, .. }) => {
                    let kind = match rule {
                        Rule::Permit { .. } | Rule::PermitCubes(_) => EditKind::Grant,
                        Rule::Forbid(_) => EditKind::Restrict,
                        Rule::Hold(role, _) => EditKind::Hold(role.clone()),
                    };
                    (
                        kind,
                        number.unwrap_or_default(),
                        rule.prose(&vocabulary),
                        rule.cedar(&vocabulary, *spelling),
                    )
                }
            };
            edits.push(Edit { kind, clause, prose, cedar, change: diff });
        }
        Ok(edits)
    }
}

impl Search<'_> {
    /// The changes, each new clause with a use that it turns.
    fn with_examples(&self, edits: &[Edit]) -> Vec<Change> {
        let mut changes = self.changes.clone();
        for (change, edit) in changes.iter_mut().zip(edits) {
            let Change::Add(Added { example, .. }) = change else { continue };
            let found = match &edit.kind {
                EditKind::Grant => Some((ExampleRuling::Permit, &edit.change.permits_opened)),
                EditKind::Restrict => Some((ExampleRuling::Deny, &edit.change.permits_closed)),
                EditKind::Hold(role) => {
                    let held = edit.change.holds.iter().find(|change| change.role == *role);
                    held.map(|held| (ExampleRuling::Hold, &held.opened))
                }
                EditKind::Drop | EditKind::Except => None,
            };
            *example = found.and_then(|(ruling, region)| {
                let said = region.cubes.first()?.witness.said.display(self.prover.vocabulary()).to_string();
                Some((ruling, said))
            });
        }
        changes
    }
}

fn stack_of(prover: &Prover, agreement: &Agreement) -> Result<Arc<Stack>, CounterError> {
    side(prover.vocabulary(), [agreement.clone()], Dates::Ignored)
        .map_err(|error| CounterError::Unwritable(error.to_string()))
}
