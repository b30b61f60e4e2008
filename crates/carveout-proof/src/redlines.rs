//! Whether terms keep a party's red lines.

use std::collections::BTreeSet;

use carveout_terms::{ClauseRef, Decision, Policy, RedLines, RoleId, Ruling};

use crate::{
    Law, Prover, ShownRegion, Undecided,
    symbolic::{Term, any, both, not},
};

/// The two kinds of red lines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LineKind {
    /// What must never be permitted: not as it is, and not with approvals either. With a hold: not
    /// without that role's approval.
    Never,
    /// What must always be permitted, by terms that govern the target.
    Always,
}

impl LineKind {
    /// The word for it: `never` or `always`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Always => "always",
        }
    }
}

/// Whether one line is kept.
#[derive(Clone, Debug)]
pub struct LineVerdict {
    /// The line: file and clause.
    pub line: ClauseRef,
    /// The line's policy.
    pub policy: String,
    /// Never or always.
    pub kind: LineKind,
    /// The role without whose approval it must never be permitted.
    pub unless_approved_by: Option<RoleId>,
    /// The uses that cross the line.
    pub crossed: ShownRegion,
    /// The clauses that let the witnesses through, or that stand in their way.
    pub responsible: BTreeSet<ClauseRef>,
}

impl LineVerdict {
    /// Whether it is proven that no use crosses the line.
    #[must_use]
    pub fn kept(&self) -> bool {
        self.crossed.is_empty()
    }
}

impl Prover {
    /// What a law makes of every line of a party.
    ///
    /// # Errors
    /// If the lines were read with another vocabulary, or a question stays undecided.
    pub fn red_lines(&mut self, law: &Law, lines: &RedLines) -> Result<Vec<LineVerdict>, Undecided> {
        if lines.vocabulary() != self.vocabulary().digest() {
            return Err(Undecided::OtherVocabulary);
        }
        lines.lines().iter().map(|line| self.red_line(law, lines, line)).collect()
    }

    fn red_line(&mut self, law: &Law, lines: &RedLines, line: &Policy) -> Result<LineVerdict, Undecided> {
        let place = ClauseRef { agreement: lines.id().to_owned(), clause: line.clause().to_owned() };
        let meant = self.matches(line, place.clone())?;
        let kind = if line.permits() { LineKind::Always } else { LineKind::Never };
        let crossing = both(meant, crossing(law, kind, line.hold()));
        let region = self.region(&crossing)?;
        let stack = law.stack();
        let crossed = self.shown(region, stack, stack, |_, decision| crosses(decision, kind, line.hold()))?;
        let responsible = crossed.cubes.iter().flat_map(|cube| cube.after.grounds.iter().cloned()).collect();
        Ok(LineVerdict {
            line: place,
            policy: line.id().to_owned(),
            kind,
            unless_approved_by: line.hold().cloned(),
            crossed,
            responsible,
        })
    }
}

/// The uses that cross any line of this kind, as far as the law is concerned.
pub(crate) fn crossing(law: &Law, kind: LineKind, hold: Option<&RoleId>) -> Term {
    match (kind, hold.and_then(|role| law.holds.get(role))) {
        (LineKind::Never, Some(held)) => both(law.lifted.clone(), not(held.clone())),
        (LineKind::Never, None) => law.lifted.clone(),
        (LineKind::Always, _) => both(law.governed(), not(law.permitted())),
    }
}

fn crosses(decision: &Decision, kind: LineKind, hold: Option<&RoleId>) -> bool {
    match (kind, &decision.ruling, hold) {
        (LineKind::Never, Ruling::Permit, _) => true,
        (LineKind::Never, Ruling::Hold { roles }, Some(role)) => !roles.contains(role),
        (LineKind::Never, Ruling::Hold { .. }, None) => true,
        (LineKind::Never, Ruling::Deny, _) => false,
        (LineKind::Always, ruling, _) => *ruling != Ruling::Permit,
    }
}

impl Law {
    /// The uses that some grant surely governs: of others, the terms say nothing.
    pub(crate) fn governed(&self) -> Term {
        let grants = self.agreements.iter().filter(|agreement| agreement.role == carveout_terms::Role::Grant);
        any(grants.map(|agreement| agreement.applies.clone()))
    }
}
