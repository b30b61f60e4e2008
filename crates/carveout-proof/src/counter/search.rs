//! Which edits: those that open what must be permitted, then those that close what never may be.

use std::{collections::BTreeMap, sync::Arc};

use carveout_terms::{Agreement, ClauseRef, RedLines, RoleId};

use super::{
    CounterError,
    edit::{Added, Change, changed},
};
use crate::{
    Cube, Dates, Law, LineKind, Prover, Undecided,
    diff::less_strict,
    drafting::{Rule, Spelling, give},
    law::PolicyTerm,
    redlines::crossing,
    side,
    symbolic::{Term, any, both, not},
};

/// A region of more cubes than this becomes one clause with a list, instead of a clause for each.
const MOST_CLAUSES: usize = 8;

/// What a party demands, as regions. Nothing of its file is kept but these and the names of roles.
pub(super) struct Demands {
    always: Term,
    never: Term,
    /// What must never be permitted without a role's approval.
    held: BTreeMap<RoleId, Term>,
}

impl Demands {
    pub(super) fn of(prover: &mut Prover, lines: &RedLines) -> Result<Self, Undecided> {
        if lines.vocabulary() != prover.vocabulary().digest() {
            return Err(Undecided::OtherVocabulary);
        }
        // Problems are told without saying which line has them.
        let place = ClauseRef { agreement: "red lines".to_owned(), clause: "(one of them)".to_owned() };
        let no = || Term::from(false);
        let (mut always, mut never, mut held) = (no(), no(), BTreeMap::<RoleId, Term>::new());
        for line in lines.lines() {
            let meant = prover.matches(line, place.clone())?;
            match (line.permits(), line.hold()) {
                (true, _) => always = any([always, meant]),
                (false, None) => never = any([never, meant]),
                (false, Some(role)) => {
                    let before = held.remove(role).unwrap_or_else(no);
                    held.insert(role.clone(), any([before, meant]));
                }
            }
        }
        Ok(Self { always, never, held })
    }

    /// What must be permitted and must not be.
    pub(super) fn contradiction(&self) -> Term {
        both(self.always.clone(), any(self.held.values().cloned().chain([self.never.clone()])))
    }

    /// The uses by which a law crosses some line.
    pub(super) fn crossed(&self, law: &Law) -> Term {
        let held = self
            .held
            .iter()
            .map(|(role, line)| both(line.clone(), crossing(law, LineKind::Never, Some(role))));
        let plain = [
            both(self.always.clone(), crossing(law, LineKind::Always, None)),
            both(self.never.clone(), crossing(law, LineKind::Never, None)),
        ];
        any(plain.into_iter().chain(held))
    }
}

/// A draft being edited.
pub(super) struct Search<'a> {
    pub(super) prover: &'a mut Prover,
    pub(super) draft: &'a Agreement,
    pub(super) demands: Demands,
    pub(super) changes: Vec<Change>,
}

impl Search<'_> {
    /// The law of the draft with some changes.
    pub(super) fn law_with(&mut self, changes: &[Change]) -> Result<Law, CounterError> {
        let vocabulary = Arc::clone(self.prover.vocabulary());
        let edited =
            if changes.is_empty() { self.draft.clone() } else { changed(self.draft, changes, &vocabulary)? };
        let stack = side(&vocabulary, [edited], Dates::Ignored)
            .map_err(|error| CounterError::Unwritable(error.to_string()))?;
        Ok(self.prover.law(&stack)?)
    }

    pub(super) fn law(&mut self) -> Result<Law, CounterError> {
        let changes = self.changes.clone();
        self.law_with(&changes)
    }

    pub(super) fn keeps(&mut self, changes: &[Change]) -> Result<bool, CounterError> {
        let law = self.law_with(changes)?;
        Ok(!self.prover.can_be(&self.demands.crossed(&law))?)
    }

    /// Finds changes after which every line is kept, none of which can be left out.
    pub(super) fn run(&mut self) -> Result<(), CounterError> {
        self.open_restrictions()?;
        self.grant()?;
        self.drop_grants()?;
        self.restrict()?;
        self.hold()?;
        let changes = self.changes.clone();
        if !self.keeps(&changes)? {
            return Err(CounterError::Impossible);
        }
        self.leave_out()
    }

    /// The policies of the draft itself, in a law of it.
    fn own<'l>(&self, law: &'l Law) -> impl Iterator<Item = &'l PolicyTerm> {
        let id = self.draft.id().to_owned();
        law.policies.iter().filter(move |policy| policy.clause.agreement == id)
    }

    /// Lifts the restrictions that keep from me what must be permitted, or takes it out of them.
    fn open_restrictions(&mut self) -> Result<(), CounterError> {
        let law = self.law()?;
        let asked = both(law.governed(), self.demands.always.clone());
        if !self.prover.can_be(&both(asked.clone(), not(law.permitted())))? {
            return Ok(());
        }
        let restrictions: Vec<PolicyTerm> =
            self.own(&law).filter(|policy| !policy.permits).cloned().collect();
        for policy in restrictions {
            let lifted = Change::Reserve { clause: policy.clause.clause.clone() };
            let stands = both(asked.clone(), policy.matches.clone());
            if self.changes.contains(&lifted) || !self.prover.can_be(&stands)? {
                continue;
            }
            if self.lifts_only_what_is_asked(&law, &lifted)? {
                self.changes.push(lifted);
                continue;
            }
            // A target whose maker is unknown is let through as well: were it known, the draft would permit
            // this use or have no say in it.
            let allowed = any([not(policy.matches.clone()), not(law.governed())]);
            let cubes = self.wording(&stands, &allowed)?;
            let clause = policy.clause.clause.clone();
            self.changes.push(Change::Except { policy: policy.id, clause, cubes });
        }
        Ok(())
    }

    /// Whether a clause can go as a whole: all that it stands in the way of is asked for.
    fn lifts_only_what_is_asked(&mut self, law: &Law, lifted: &Change) -> Result<bool, CounterError> {
        let Change::Reserve { clause } = lifted else { return Ok(false) };
        if self.own(law).any(|policy| policy.permits && policy.clause.clause == *clause) {
            return Ok(false);
        }
        let without = self.law_with(std::slice::from_ref(lifted))?;
        let opened = less_strict(law, &without);
        Ok(!self.prover.can_be(&both(opened, not(self.demands.always.clone())))?)
    }

    /// Grants what must be permitted and isn't.
    fn grant(&mut self) -> Result<(), CounterError> {
        let law = self.law()?;
        let asked = both(law.governed(), self.demands.always.clone());
        let granted =
            any(law.policies.iter().filter(|policy| policy.permits).map(|policy| policy.matches.clone()));
        let missing = both(asked, not(granted.clone()));
        let allowed = any([granted, not(law.governed())]);
        let cubes = self.wording(&missing, &allowed)?;
        if !cubes.is_empty() {
            self.changes.push(Change::Add(Added::new(Rule::PermitCubes(cubes))));
        }
        Ok(())
    }

    /// Drops grants that grant nothing but what never may be permitted.
    fn drop_grants(&mut self) -> Result<(), CounterError> {
        let law = self.law()?;
        let never = both(law.lifted.clone(), self.demands.never.clone());
        if !self.prover.can_be(&never)? {
            return Ok(());
        }
        let mut clauses: Vec<String> = self
            .own(&law)
            .filter(|policy| policy.permits && only_grants(self.draft, &policy.clause.clause))
            .map(|policy| policy.clause.clause.clone())
            .collect();
        clauses.dedup();
        for clause in clauses {
            let before = self.law()?;
            let drop = Change::Reserve { clause };
            let mut changes = self.changes.clone();
            changes.push(drop);
            let without = self.law_with(&changes)?;
            let lost = less_strict(&without, &before);
            let only_never = !self.prover.can_be(&both(lost.clone(), not(self.demands.never.clone())))?;
            if only_never && self.prover.can_be(&lost)? {
                self.changes = changes;
            }
        }
        Ok(())
    }

    /// Forbids what never may be permitted: of what the draft permits, that and nothing else.
    fn restrict(&mut self) -> Result<(), CounterError> {
        let law = self.law()?;
        let overlap = both(law.lifted.clone(), self.demands.never.clone());
        // What is forbidden is worked out from the overlap and the draft alone: it can't tell more of
        // the line than this.
        let cubes = self.wording(&overlap, &not(law.lifted.clone()))?;
        self.add_each(cubes, Rule::Forbid);
        Ok(())
    }

    /// Holds for a role what never may be permitted without it.
    fn hold(&mut self) -> Result<(), CounterError> {
        for (role, line) in self.demands.held.clone() {
            let law = self.law()?;
            let overlap = both(line, crossing(&law, LineKind::Never, Some(&role)));
            let known = give(&mut self.draft.parties().to_vec(), &role).is_some();
            let held = law.holds.get(&role).cloned().filter(|_| known);
            let allowed = any([not(law.lifted.clone())].into_iter().chain(held));
            let cubes = self.wording(&overlap, &allowed)?;
            // A role that no party of the draft has can't approve anything.
            if known {
                self.add_each(cubes, |cubes| Rule::Hold(role.clone(), cubes));
            } else {
                self.add_each(cubes, Rule::Forbid);
            }
        }
        Ok(())
    }

    fn add_each(&mut self, cubes: Vec<Cube>, rule: impl Fn(Vec<Cube>) -> Rule) {
        if cubes.len() <= MOST_CLAUSES {
            self.changes.extend(cubes.into_iter().map(|cube| Change::Add(Added::new(rule(vec![cube])))));
        } else {
            self.changes.push(Change::Add(Added::new(rule(cubes))));
        }
    }

    /// A region as clauses of the draft are to say it.
    fn wording(&mut self, wanted: &Term, allowed: &Term) -> Result<Vec<Cube>, CounterError> {
        let cubes = self.prover.wording(wanted, allowed)?;
        Ok(self.seen(cubes.ok_or(CounterError::TooManyCubes)?))
    }

    /// Cubes as the draft's clauses see their uses: with what the draft presumes.
    fn seen(&self, cubes: Vec<Cube>) -> Vec<Cube> {
        let vocabulary = self.prover.vocabulary();
        let presumed = self.draft.presume();
        let mut seen: Vec<Cube> =
            cubes.iter().flat_map(|cube| cube.seen_presuming(vocabulary, presumed)).collect();
        seen.sort();
        seen.dedup();
        seen
    }

    /// Spells new clauses otherwise where they would stand there in the words of a red line.
    pub(super) fn in_other_words(&mut self, lines: &RedLines) {
        let own: Vec<String> =
            lines.lines().iter().map(|line| squeezed(unannotated(lines.text(line)))).collect();
        let vocabulary = self.prover.vocabulary();
        for change in &mut self.changes {
            let Change::Add(added) = change else { continue };
            let usual = squeezed(&added.rule.cedar(vocabulary, Spelling::Usual));
            if own.iter().any(|line| usual.contains(line)) {
                added.spelling = Spelling::Other;
            }
        }
    }

    /// Leaves out changes as long as every line is kept without them.
    fn leave_out(&mut self) -> Result<(), CounterError> {
        loop {
            let before = self.changes.len();
            let mut position = before;
            while let Some(candidate) = position.checked_sub(1) {
                position = candidate;
                let mut fewer = self.changes.clone();
                fewer.remove(candidate);
                if self.keeps(&fewer)? {
                    self.changes = fewer;
                }
            }
            if self.changes.len() == before {
                return Ok(());
            }
        }
    }
}

/// A text without its line breaks and indentation.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A policy without what stands before its effect.
fn unannotated(policy: &str) -> &str {
    let effect =
        |line: &&str| ["forbid", "permit"].iter().any(|effect| line.trim_start().starts_with(effect));
    let start = policy.lines().find(effect).and_then(|line| policy.find(line));
    start.and_then(|start| policy.get(start..)).unwrap_or(policy)
}

/// Whether a clause does nothing but grant, so that dropping it takes nothing else away.
fn only_grants(draft: &Agreement, clause: &str) -> bool {
    draft.policies().iter().filter(|policy| policy.clause() == clause).all(carveout_terms::Policy::permits)
}
