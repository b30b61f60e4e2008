//! Common ground: what two parties want, less what either rules out.
//!
//! It is maximal by construction. With W for what either party wants, R for what either never permits,
//! and H(role) for what it permits only with a role's approval, the terms permit W without R and
//! without any H, and hold W without R for the roles of H. The draft that says so is proven to.

mod draft;
mod ground;
mod lines;
mod taken_back;
mod wants;

use std::sync::Arc;

use carveout_terms::{Agreement, ClauseRef, Facts, RedLines, RoleId, Stack, Timestamp};

pub use self::lines::Line;
use self::{
    draft::Draft,
    ground::Ground,
    lines::Compiled,
    wants::{conflicts, settled},
};
use crate::{
    LineVerdict, Prover, ShownCube, ShownRegion, Undecided,
    symbolic::{Term, any, both, not},
};

/// What the draft is called, and what it is to govern.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The draft's id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// From when it is to apply.
    pub effective: Timestamp,
    /// What targets it is limited to; nothing for every target.
    pub governs: Facts,
}

/// What became of the wants of two parties.
#[derive(Clone, Debug)]
pub struct Settlement {
    /// Every want, the first party's first.
    pub wants: Vec<SettledWant>,
    /// Lines that contradict each other.
    pub conflicts: Vec<Conflict>,
    /// The draft, if anything can be granted.
    pub draft: Option<SettledDraft>,
}

/// How much of a want is granted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Granted {
    /// All of it is permitted as it is.
    Fully,
    /// Some of it is permitted, or held for a role.
    InPart,
    /// None of it.
    NotAtAll,
    /// It asks for nothing: no use meets its condition.
    AsksNothing,
}

impl Granted {
    /// The words for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fully => "fully",
            Self::InPart => "in part",
            Self::NotAtAll => "not at all",
            Self::AsksNothing => "asks for nothing",
        }
    }
}

/// A want, and what became of it.
#[derive(Clone, Debug)]
pub struct SettledWant {
    /// The want.
    pub want: Line,
    /// How much of it is granted.
    pub granted: Granted,
    /// What is permitted of it: by the want alone, and by the draft.
    pub permitted: ShownRegion,
    /// What is held of it, by role.
    pub held: Vec<(RoleId, ShownRegion)>,
    /// What is denied of it.
    pub denied: ShownRegion,
    /// Red lines that together keep from it all that isn't granted; without any of them, more would be.
    pub in_the_way: Vec<Clash>,
    /// The clauses of the draft that are about it: the one that grants it, then those that narrow it.
    pub clauses: Vec<String>,
}

/// A red line in the way of a want.
#[derive(Clone, Debug)]
pub struct Clash {
    /// The red line.
    pub line: Line,
    /// A use that the want asks for and the line rules out: decided by the want alone, and by the line
    /// alone.
    pub shown: ShownCube,
}

/// A want and a red line that can't both be had.
#[derive(Clone, Debug)]
pub struct Conflict {
    /// The want.
    pub want: Line,
    /// The red line.
    pub line: Line,
    /// Whether everything that is wanted is ruled out.
    pub whole: bool,
    /// A use that the want asks for and the line rules out.
    pub shown: ShownCube,
}

impl Conflict {
    /// Whether a party contradicts itself.
    #[must_use]
    pub fn own(&self) -> bool {
        self.want.party == self.line.party
    }
}

/// The draft, proven to permit exactly what both want and neither rules out.
#[derive(Clone, Debug)]
pub struct SettledDraft {
    /// The draft. Its source is the file to sign.
    pub agreement: Agreement,
    /// Its clauses that have an effect.
    pub clauses: Vec<DraftClause>,
    /// What it makes of every line of the first party.
    pub first: Vec<LineVerdict>,
    /// What it makes of every line of the second party.
    pub second: Vec<LineVerdict>,
}

/// A clause of the draft.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DraftClause {
    /// Its number.
    pub number: String,
    /// Its heading.
    pub heading: String,
    /// What it says.
    pub prose: String,
    /// Its policies.
    pub cedar: String,
}

/// Why nothing was settled.
#[derive(Debug, thiserror::Error)]
pub enum SettleError {
    /// Both files are of one party.
    #[error("both files are red lines of `{0}`; give one file of each party")]
    SameParty(String),
    /// Nobody wants anything.
    #[error(
        "neither file wants anything, so there is nothing to grant; say in a `permit` what must always be permitted"
    )]
    NothingWanted,
    /// A line asks for the approval of a role that neither party can give.
    #[error(
        "clause {line} asks for the approval of `{role}`, which is no role of either party; write `party/role` with the id of a party"
    )]
    Role {
        /// The line.
        line: ClauseRef,
        /// The role.
        role: String,
    },
    /// The draft can't be read back.
    #[error("the draft can't be written as an agreement: {0}")]
    Unwritable(String),
    /// The draft isn't proven to be what was settled.
    #[error("the draft is not proven to permit exactly what was settled ({0}), so it is not shown")]
    Unproven(&'static str),
    /// A question stayed undecided.
    #[error(transparent)]
    Undecided(#[from] Undecided),
}

impl Prover {
    /// Finds the common ground of two parties, and drafts it.
    ///
    /// # Errors
    /// If a question stays undecided, or the files can't be settled with each other.
    pub fn settle(
        &mut self,
        first: &RedLines,
        second: &RedLines,
        frame: &Frame,
    ) -> Result<Settlement, SettleError> {
        if first.party() == second.party() {
            return Err(SettleError::SameParty(first.party().to_owned()));
        }
        let mut lines = lines::compiled(self, first)?;
        lines.extend(lines::compiled(self, second)?);
        let ground = Ground::of(self, lines, frame)?;
        if ground.wants.is_empty() {
            return Err(SettleError::NothingWanted);
        }
        let draft = Draft::of(self, &ground, frame, [first, second])?;
        let wants = settled(self, &ground, draft.as_ref())?;
        let conflicts = conflicts(self, &ground)?;
        let Some(draft) = draft else { return Ok(Settlement { wants, conflicts, draft: None }) };
        let (agreement, clauses) = draft.with_examples(self, &wants)?;
        let law = self.law(&stack_of(self, &agreement)?)?;
        self.prove(&ground, &law)?;
        let (first, second) = (self.red_lines(&law, first)?, self.red_lines(&law, second)?);
        let crossed = |verdict: &LineVerdict| verdict.kind == crate::LineKind::Never && !verdict.kept();
        if first.iter().chain(&second).any(crossed) {
            return Err(SettleError::Unproven("a red line is crossed or undecided"));
        }
        let draft = SettledDraft { agreement, clauses, first, second };
        Ok(Settlement { wants, conflicts, draft: Some(draft) })
    }

    /// Proves that a law permits and holds exactly what was settled.
    fn prove(&mut self, ground: &Ground, law: &crate::Law) -> Result<(), SettleError> {
        let mut differences = vec![differs(&law.permitted(), &ground.permitted())];
        for (role, _) in &ground.holds {
            differences.push(differs(&law.held_for(role), &ground.held_for(role)));
        }
        if law.roles().any(|role| ground.holds.iter().all(|(known, _)| known != role)) {
            return Err(SettleError::Unproven("it holds for a role that nobody asked for"));
        }
        if self.can_be(&any(differences))? {
            return Err(SettleError::Unproven("some use is ruled on otherwise"));
        }
        Ok(())
    }
}

fn differs(first: &Term, second: &Term) -> Term {
    any([both(first.clone(), not(second.clone())), both(second.clone(), not(first.clone()))])
}

/// A stack that can be looked at by itself.
fn stack_of(prover: &Prover, agreement: &Agreement) -> Result<Arc<Stack>, SettleError> {
    crate::side(prover.vocabulary(), [agreement.clone()], crate::Dates::Ignored)
        .map_err(|error| SettleError::Unwritable(error.to_string()))
}
