//! What changes between two texts: for every use there is.

use std::collections::BTreeSet;

use carveout_terms::{ClauseRef, Decision, RoleId, Ruling, Stack};

use crate::{
    Cube, Law, Prover, Region, Undecided, Witness,
    region::Plain,
    symbolic::{Term, any, both, not},
};

/// The direction of a change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    /// Every use is ruled on alike.
    Equivalent,
    /// Some use is ruled on more strictly, and none less.
    Narrower,
    /// Some use is ruled on less strictly, and none more.
    Wider,
    /// Both happen.
    Both,
}

impl Change {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Equivalent => "equivalent",
            Self::Narrower => "narrower",
            Self::Wider => "wider",
            Self::Both => "both",
        }
    }
}

/// What two stacks rule differently.
#[derive(Clone, Debug)]
pub struct Diff {
    /// The direction of the change.
    pub change: Change,
    /// What is permitted now and was not.
    pub permits_opened: ShownRegion,
    /// What was permitted and is not now.
    pub permits_closed: ShownRegion,
    /// What is held, by role, where it was not, and the reverse.
    pub holds: Vec<HoldChange>,
}

/// What changes in the uses held for one role.
#[derive(Clone, Debug)]
pub struct HoldChange {
    /// The role whose approval is asked for.
    pub role: RoleId,
    /// What is held for the role now and was not.
    pub opened: ShownRegion,
    /// What was held for the role and is not now.
    pub closed: ShownRegion,
}

/// A region whose cubes are each shown by a use.
#[derive(Clone, Debug)]
pub struct ShownRegion {
    /// The cubes, the plainest first, each with its witness.
    pub cubes: Vec<ShownCube>,
    /// Whether the cubes are the whole region.
    pub exhausted: bool,
}

impl ShownRegion {
    /// Whether it is proven that no use is in the region.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cubes.is_empty() && self.exhausted
    }

    /// The same, with before and after exchanged.
    fn reversed(mut self) -> Self {
        self.cubes.iter_mut().for_each(|cube| std::mem::swap(&mut cube.before, &mut cube.after));
        self
    }
}

/// A cube, and one use in it as both sides decide it.
#[derive(Clone, Debug)]
pub struct ShownCube {
    /// The cube, proven to lie inside the region.
    pub cube: Cube,
    /// A use in it.
    pub witness: Witness,
    /// What the old side decides about the witness.
    pub before: Decision,
    /// What the new side decides about the witness.
    pub after: Decision,
}

impl ShownCube {
    /// The clauses that decide the witness on both sides.
    #[must_use]
    pub fn clauses(&self) -> BTreeSet<&ClauseRef> {
        self.before.grounds.iter().chain(&self.after.grounds).collect()
    }
}

/// What is asked of a region's witnesses.
#[derive(Clone, Copy)]
enum Expected<'a> {
    Permitted,
    HeldFor(&'a RoleId),
}

impl Expected<'_> {
    fn term(self, law: &Law) -> Term {
        match self {
            Self::Permitted => law.permitted(),
            Self::HeldFor(role) => law.held_for(role),
        }
    }

    fn is(self, ruling: &Ruling) -> bool {
        match (self, ruling) {
            (Self::Permitted, Ruling::Permit) => true,
            (Self::HeldFor(role), Ruling::Hold { roles }) => roles.contains(role),
            _ => false,
        }
    }
}

impl Prover {
    /// Only the direction of the change: the fastest answer.
    ///
    /// # Errors
    /// If a question stays undecided.
    pub fn change(&mut self, old: &Law, new: &Law) -> Result<Change, Undecided> {
        let opened = self.can_be(&less_strict(old, new))?;
        let closed = self.can_be(&less_strict(new, old))?;
        Ok(match (opened, closed) {
            (false, false) => Change::Equivalent,
            (false, true) => Change::Narrower,
            (true, false) => Change::Wider,
            (true, true) => Change::Both,
        })
    }

    /// Everything that changes from one stack to another: whole regions, each cube with a witness.
    ///
    /// # Errors
    /// If a question stays undecided, or the authorizer doesn't confirm a witness.
    pub fn diff(&mut self, old: &Law, new: &Law) -> Result<Diff, Undecided> {
        let change = self.change(old, new)?;
        let (forth, back) = (Sides { from: old, to: new }, Sides { from: new, to: old });
        let permits_opened = self.moved(forth, Expected::Permitted)?;
        let permits_closed = self.moved(back, Expected::Permitted)?.reversed();
        let roles: BTreeSet<RoleId> = old.roles().chain(new.roles()).cloned().collect();
        let mut holds = Vec::new();
        for role in roles {
            let opened = self.moved(forth, Expected::HeldFor(&role))?;
            let closed = self.moved(back, Expected::HeldFor(&role))?.reversed();
            if !opened.is_empty() || !closed.is_empty() {
                holds.push(HoldChange { role, opened, closed });
            }
        }
        Ok(Diff { change, permits_opened, permits_closed, holds })
    }

    /// The uses that one side rules on as expected and the other doesn't.
    fn moved(&mut self, sides: Sides<'_>, expected: Expected<'_>) -> Result<ShownRegion, Undecided> {
        let gained = both(expected.term(sides.to), not(expected.term(sides.from)));
        let region = match self.region(&gained) {
            // The direction of the change is proven; nothing more is said about this part of it.
            Err(Undecided::BudgetSpent) => Region::unknown(),
            region => region?,
        };
        self.shown(region, sides.from.stack(), sides.to.stack(), |before, after| {
            expected.is(&after.ruling) && !expected.is(&before.ruling)
        })
    }

    /// A region with a witness for every cube, each decided by both stacks and confirmed.
    pub(crate) fn shown(
        &self,
        region: Region,
        old: &Stack,
        new: &Stack,
        confirm: impl Fn(&Decision, &Decision) -> bool,
    ) -> Result<ShownRegion, Undecided> {
        let plain = Plain::of(self.vocabulary(), &[old, new]);
        let vocabulary = self.vocabulary();
        let shown = |cube: Cube| {
            let witness = Witness::of(vocabulary, &cube, &plain);
            let decided = witness.decide(vocabulary, old).zip(witness.decide(vocabulary, new));
            match decided.filter(|(before, after)| confirm(before, after)) {
                Some((before, after)) => Ok(ShownCube { cube, witness, before, after }),
                None => Err(Undecided::Replay { use_: witness.all.display(vocabulary).to_string() }),
            }
        };
        let cubes: Result<Vec<ShownCube>, Undecided> = region.cubes.into_iter().map(shown).collect();
        Ok(ShownRegion { cubes: cubes?, exhausted: region.exhausted })
    }
}

/// From one side to the other.
#[derive(Clone, Copy)]
struct Sides<'a> {
    from: &'a Law,
    to: &'a Law,
}

/// Some use that the new side rules on less strictly: with some approvals it permits what the old side
/// doesn't. Either the old side denies it, or holds it for a role that the new side doesn't ask.
pub(crate) fn less_strict(old: &Law, new: &Law) -> Term {
    let dropped = old.holds.iter().map(|(role, held)| {
        let still = new.holds.get(role).cloned().unwrap_or_else(|| Term::from(false));
        both(held.clone(), not(still))
    });
    both(new.lifted.clone(), any([not(old.lifted.clone()), any(dropped)]))
}
