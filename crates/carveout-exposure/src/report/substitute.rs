//! What could take the place of a target: every other target that a route is configured with, decided by the agreements of
//! the program for each of its uses.

use std::collections::{BTreeMap, BTreeSet};

use carveout_terms::{
    Facts, Ruling, Stack, Timestamp, Vocabulary,
    designation::{Docket, Status, When},
};

use super::house::{BarredService, House, Program, RouteTarget, SeenUse, Served};

/// A target that could take over, and what the program's agreements say to it.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Substitute {
    /// Where it goes.
    #[serde(flatten)]
    pub served: Served,
    /// The routes that are configured with it.
    pub routes: Vec<String>,
    /// Calls like those that were recorded that are permitted; if none were recorded, kinds of use.
    pub permitted: u64,
    /// The same, held.
    pub held: u64,
    /// The same, denied.
    pub denied: u64,
    /// Kinds of use that could not be decided, because what was recorded can't be read with these terms.
    pub undecided: u64,
    /// Whose approval would lift the holds.
    pub roles: Vec<String>,
    /// The clauses by which something is held or denied.
    pub grounds: Vec<String>,
    /// Other instruments that bar it in the program's situation.
    pub barred_by: Vec<String>,
}

impl Substitute {
    /// Whether it may take over everything as it is.
    #[must_use]
    pub fn suits(&self) -> bool {
        self.permitted > 0 && self.held + self.denied + self.undecided == 0 && self.barred_by.is_empty()
    }
}

/// What is asked about substitutes.
pub(super) struct Search<'a> {
    pub(super) house: &'a House<'a>,
    pub(super) barred: &'a BarredService,
    /// All instruments that are recorded, this one among them.
    pub(super) dockets: &'a [&'a Docket],
    pub(super) on: When,
    pub(super) known: When,
    pub(super) at: Timestamp,
}

impl Search<'_> {
    /// The substitutes for a program's calls by a route, the best first.
    pub(super) fn of(&self, program: &Program<'_>, route: Option<&str>) -> Vec<Substitute> {
        let uses: Vec<&SeenUse> =
            program.uses.iter().filter(|seen| route.is_none_or(|route| seen.route == route)).collect();
        // Who never called by this route is asked for what it does call.
        let uses = if uses.is_empty() { program.uses.iter().collect() } else { uses };
        let uses: Vec<&SeenUse> = uses.into_iter().filter(|seen| self.is_one(program, seen)).collect();
        let mut targets: BTreeMap<&Served, (&RouteTarget, Vec<String>)> = BTreeMap::new();
        for target in &self.house.targets {
            if !self.barred.bars(&target.served, target.line.as_deref()) {
                targets.entry(&target.served).or_insert((target, Vec::new())).1.push(target.route.clone());
            }
        }
        let mut found: Vec<Substitute> = targets
            .into_iter()
            .map(|(_, (target, mut routes))| {
                routes.dedup();
                self.tried(program, &uses, target, routes)
            })
            .collect();
        found.sort_by_key(|found| (!found.suits(), found.denied + found.undecided, found.held));
        found
    }

    /// Whether a use is one that the program makes: it was recorded, or is not denied where it would go now.
    fn is_one(&self, program: &Program<'_>, seen: &SeenUse) -> bool {
        let now = self
            .house
            .targets
            .iter()
            .filter(|target| self.barred.bars(&target.served, target.line.as_deref()));
        let mut rulings = now
            .filter_map(|target| decided(program.stack, self.house.vocabulary, seen, &target.facts, self.at));
        seen.calls > 0 || rulings.any(|decision| decision.ruling != Ruling::Deny)
    }

    fn tried(
        &self,
        program: &Program<'_>,
        uses: &[&SeenUse],
        target: &RouteTarget,
        routes: Vec<String>,
    ) -> Substitute {
        let barred_by = self.barred_by(program, target);
        let served = target.served.clone();
        let mut found = Substitute {
            served,
            routes,
            permitted: 0,
            held: 0,
            denied: 0,
            undecided: 0,
            roles: Vec::new(),
            grounds: Vec::new(),
            barred_by,
        };
        let (mut roles, mut grounds) = (BTreeSet::new(), BTreeSet::new());
        for seen in uses {
            let weight = seen.calls.max(1);
            let Some(decision) = decided(program.stack, self.house.vocabulary, seen, &target.facts, self.at)
            else {
                found.undecided += weight;
                continue;
            };
            let clauses =
                decision.grounds.iter().map(|clause| format!("{} {}", clause.agreement, clause.clause));
            match &decision.ruling {
                Ruling::Permit => found.permitted += weight,
                Ruling::Hold { roles: needed } => {
                    found.held += weight;
                    roles.extend(needed.iter().map(ToString::to_string));
                    grounds.extend(clauses);
                }
                Ruling::Deny => {
                    found.denied += weight;
                    grounds.extend(clauses);
                }
            }
        }
        found.roles = roles.into_iter().collect();
        found.grounds = grounds.into_iter().collect();
        found
    }

    /// The instruments that bar a target for a program, now or at the end of their phase-out.
    fn barred_by(&self, program: &Program<'_>, target: &RouteTarget) -> Vec<String> {
        let bars = |docket: &&&Docket| {
            let instrument = docket.instrument();
            let status = docket.in_force_for(&program.situation, self.on, self.known).status;
            matches!(status, Status::Barred | Status::PhaseOut { .. } | Status::NotYet { .. })
                && BarredService::of(instrument, self.house.vocabulary)
                    .bars(&target.served, target.line.as_deref())
        };
        self.dockets.iter().filter(bars).map(|docket| docket.instrument().id.clone()).collect()
    }
}

/// A use, decided again as if it had gone to another target at a time.
fn decided(
    stack: &Stack,
    vocabulary: &Vocabulary,
    seen: &SeenUse,
    target: &Facts,
    at: Timestamp,
) -> Option<carveout_terms::Decision> {
    let mut facts = target.clone();
    facts.set_datetime(vocabulary, "at", at).ok()?;
    let mut known = seen.known.clone();
    known.gateway = known.gateway.overridden_by(&facts);
    // An approval was given for the use that was made, not for this one.
    known.approvals.clear();
    Some(stack.decide(&known.assemble(vocabulary).ok()?))
}
