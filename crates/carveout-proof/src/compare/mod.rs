//! Agreements side by side: what each says to every use of a row.

mod cell;
mod side;

use std::sync::Arc;

use carveout_terms::{Agreement, ClauseRef, FactKind, MemberSet, RoleId, Vocabulary};

use self::side::Compared;
use crate::{
    Constraint, Cube, Progress, Prover, ShownRegion, Undecided,
    symbolic::{Term, any, both, not},
};

/// Uses that are looked at together: all that a cube holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// What people call it.
    pub name: String,
    /// Its uses.
    pub cube: Cube,
}

impl Row {
    /// A row for every purpose that a use can state, and one for stating none. Nothing if the vocabulary
    /// has no purposes.
    #[must_use]
    pub fn purposes(vocabulary: &Vocabulary) -> Vec<Self> {
        let Some(purpose) = vocabulary.fact("purpose") else { return Vec::new() };
        let FactKind::Member(enumeration) = vocabulary.get(purpose).kind() else { return Vec::new() };
        let row = |(position, name): (u16, &str)| {
            let only = Constraint::OneOf(MemberSet::of([position]));
            let cube = Cube::default().constrained(vocabulary, purpose, &only);
            Self { name: name.to_owned(), cube }
        };
        (0_u16..).zip(enumeration.members()).map(row).collect()
    }
}

/// The matrix: a cell for every row and agreement.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The rows, in the order in which they were given.
    pub rows: Vec<ComparedRow>,
}

/// One row, or several on which every agreement says the same.
#[derive(Clone, Debug)]
pub struct ComparedRow {
    /// The names of the rows.
    pub names: Vec<String>,
    /// Whether all agreements that govern any of it are proven to rule alike on each use, targets aside.
    pub alike: bool,
    /// What each agreement says, in the order in which they were given.
    pub cells: Vec<Cell>,
}

/// What an agreement says to all uses of a row that are for a target that it governs.
#[derive(Clone, Debug)]
pub struct Cell {
    /// The answer.
    pub answer: Answer,
    /// The clauses that it rests on: together they are enough for every use, and none can be left out.
    pub clauses: Vec<ClauseRef>,
    /// Whether some of it is denied because nothing grants it.
    pub ungranted: bool,
    /// Which uses are permitted, if some are and some are not.
    pub permitted: ShownRegion,
    /// Which uses are held, by role, if some are and some are not.
    pub held: Vec<(RoleId, ShownRegion)>,
    /// Which uses are denied, if some are and some are not.
    pub denied: ShownRegion,
}

/// An answer for all uses of a row, proven.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// Every use is permitted.
    Permitted,
    /// Every use is held for exactly these roles.
    Held(Vec<RoleId>),
    /// Every use is denied.
    Denied,
    /// It depends on more than the row says.
    Depends,
    /// The agreement governs none of it.
    NotGoverned,
}

impl Answer {
    /// The word for it.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Permitted => "permitted",
            Self::Held(_) => "held",
            Self::Denied => "denied",
            Self::Depends => "depends",
            Self::NotGoverned => "not governed",
        }
    }
}

impl Prover {
    /// What each agreement says to each row. Dates are left aside.
    ///
    /// # Errors
    /// If a question stays undecided, or the authorizer doesn't confirm a witness.
    pub fn compare(&mut self, agreements: &[Agreement], rows: &[Row]) -> Result<Comparison, Undecided> {
        let mut sides = Vec::new();
        for agreement in agreements {
            sides.push(Compared::of(self, agreement)?);
        }
        let mut compared: Vec<ComparedRow> = Vec::new();
        for (position, row) in rows.iter().enumerate() {
            let mut cells = Vec::new();
            for side in &sides {
                cells.push(side.cell(self, &row.cube)?);
            }
            let alike = self.alike(&sides, &cells, &row.cube)?;
            let same = |known: &&mut ComparedRow| {
                known.alike == alike
                    && known.cells.len() == cells.len()
                    && known.cells.iter().zip(&cells).all(|(known, cell)| known.says_the_same_as(cell))
            };
            match compared.iter_mut().find(same) {
                Some(known) => known.names.push(row.name.clone()),
                None => compared.push(ComparedRow { names: vec![row.name.clone()], alike, cells }),
            }
            self.budget().report(Progress::Answered { done: position + 1, of: rows.len() });
        }
        Ok(Comparison { rows: compared })
    }

    /// Whether the agreements that govern some of a row rule alike on each of its uses.
    fn alike(&mut self, sides: &[Compared], cells: &[Cell], row: &Cube) -> Result<bool, Undecided> {
        let inside = self.inside(std::slice::from_ref(row))?;
        let governing: Vec<&Compared> = sides
            .iter()
            .zip(cells)
            .filter(|(_, cell)| cell.answer != Answer::NotGoverned)
            .map(|(side, _)| side)
            .collect();
        let Some((first, others)) = governing.split_first() else { return Ok(cells.len() < 2) };
        if governing.len() < sides.len() {
            return Ok(false);
        }
        for other in others {
            if self.can_be(&both(inside.clone(), first.differs_from(other)))? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn differ(first: &Term, second: &Term) -> Term {
    any([both(first.clone(), not(second.clone())), both(second.clone(), not(first.clone()))])
}

/// The agreement as a stack that can be looked at by itself.
fn stack_of(prover: &Prover, agreement: &Agreement) -> Result<Arc<carveout_terms::Stack>, Undecided> {
    crate::side(prover.vocabulary(), [agreement.clone()], crate::Dates::Ignored)
        .map_err(|_| Undecided::OtherVocabulary)
}
