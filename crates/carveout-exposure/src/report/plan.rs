//! What has to move, in which order, and where to.

use std::cmp::Reverse;

use carveout_terms::{
    Timestamp,
    designation::{Docket, Formula, Priority, Scope, Standing, Status},
};

use super::{
    house::{Program, Served},
    substitute::{Search, Substitute},
};

/// A program of the workspace, and what the instrument does to it.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct Affected {
    /// Its id.
    pub program: String,
    /// Its name.
    pub name: String,
    /// What the instrument does in its situation.
    pub standing: Standing,
    /// Calls to what is barred.
    pub calls: u64,
    /// Calls in all.
    pub all_calls: u64,
    /// Tokens read and written with what is barred.
    pub tokens: u64,
}

/// A route that is configured with what is barred.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct AffectedRoute {
    /// Its alias.
    pub route: String,
    /// Which of its targets are barred, in their order, from 1.
    pub positions: Vec<usize>,
    /// How many targets it has.
    pub targets: usize,
}

/// How much work it is to leave.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effort {
    /// Another target is configured that the agreements permit for everything: order the route's targets anew.
    MoveRoute,
    /// One is configured, and somebody's approval is needed for a part.
    GetApproval,
    /// Targets are configured, and no use is known that could be tried on them: none was recorded, and what the program's
    /// keys claim by themselves is denied where it goes now, too.
    TryUse,
    /// Targets are configured, and the agreements deny a part on each of them, or another instrument bars them.
    ChangeTerms,
    /// No other target is configured.
    FindTarget,
}

impl Effort {
    /// What is to be done.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MoveRoute => "move the route",
            Self::GetApproval => "get approval",
            Self::TryUse => "try a use",
            Self::ChangeTerms => "change the terms",
            Self::FindTarget => "find a target",
        }
    }

    fn of(substitutes: &[Substitute]) -> Self {
        let free = || substitutes.iter().filter(|found| found.barred_by.is_empty());
        if substitutes.iter().any(Substitute::suits) {
            Self::MoveRoute
        } else if free().any(|found| found.held > 0 && found.denied + found.undecided == 0) {
            Self::GetApproval
        } else if substitutes.is_empty() {
            Self::FindTarget
        } else if free().any(|found| found.permitted + found.held + found.denied + found.undecided == 0) {
            Self::TryUse
        } else {
            Self::ChangeTerms
        }
    }
}

/// One thing that has to move.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct Move {
    /// Its place in the order, from 1.
    pub order: usize,
    /// The program.
    pub program: String,
    /// The route; none if the program has not called what is barred by any.
    pub route: Option<String>,
    /// What is left; none if it was never called.
    pub from: Option<Served>,
    /// Calls that were recorded.
    pub calls: u64,
    /// What the instrument does to the program.
    #[serde(flatten)]
    pub status: Status,
    /// The first instant that is too late; none if that is so already.
    pub before: Option<Timestamp>,
    /// The priority of the record that covers the program, if its words are enough to tell.
    pub priority: Option<String>,
    /// How much work it is.
    pub effort: Effort,
    /// Where it could go, the best first.
    pub substitutes: Vec<Substitute>,
}

/// What happens to every program, and what has to move.
pub(super) fn plan(docket: &Docket, search: &Search<'_>) -> (Vec<Affected>, Vec<Move>) {
    let (mut affected, mut moves) = (Vec::new(), Vec::new());
    for program in &search.house.programs {
        let standing = docket.in_force_for(&program.situation, search.on, search.known);
        let own = || search.house.usage.iter().filter(|usage| usage.program == program.id);
        let barred: Vec<_> =
            own().filter(|usage| search.house.is_barred(search.barred, &usage.served)).collect();
        affected.push(Affected {
            program: program.id.clone(),
            name: program.name.clone(),
            calls: barred.iter().map(|usage| usage.calls).sum(),
            all_calls: own().map(|usage| usage.calls).sum(),
            tokens: barred.iter().map(|usage| usage.input_tokens + usage.output_tokens).sum(),
            standing: standing.clone(),
        });
        if !concerns(standing.status) {
            continue;
        }
        for usage in barred {
            let calls = (Some((usage.route.clone(), usage.served.clone())), usage.calls);
            moves.push(one(docket, search, program, calls, &standing));
        }
        let called = own().any(|usage| search.house.is_barred(search.barred, &usage.served));
        if !called && routes(search).iter().any(|route| route.targets == route.positions.len()) {
            moves.push(one(docket, search, program, (None, 0), &standing));
        }
    }
    let due = |item: &Move| item.before.unwrap_or(Timestamp::from_millis(i64::MIN));
    moves.sort_by_key(|item| {
        (due(item), item.priority.is_none(), Reverse(item.effort), Reverse(item.calls), item.program.clone())
    });
    (1..).zip(&mut moves).for_each(|(order, item)| item.order = order);
    (affected, moves)
}

/// Whether something has to be done about it.
const fn concerns(status: Status) -> bool {
    matches!(status, Status::Barred | Status::PhaseOut { .. } | Status::NotYet { .. })
}

fn one(
    docket: &Docket,
    search: &Search<'_>,
    program: &Program<'_>,
    (from, calls): (Option<(String, Served)>, u64),
    standing: &Standing,
) -> Move {
    let (route, from) = from.unzip();
    let substitutes = search.of(program, route.as_deref());
    Move {
        order: 0,
        program: program.id.clone(),
        calls,
        status: standing.status,
        before: match standing.status {
            Status::PhaseOut { until } => Some(until),
            Status::NotYet { from } => Some(standing.phase_out_until.unwrap_or(from).max(from)),
            _ => None,
        },
        priority: priority(&docket.instrument().priorities, program),
        effort: Effort::of(&substitutes),
        substitutes,
        route,
        from,
    }
}

/// The first priority that says whom it covers, and covers the program.
fn priority(priorities: &[Priority], program: &Program<'_>) -> Option<String> {
    let covers = |priority: &&Priority| {
        priority.scope != Scope::default() && Formula::In(priority.scope.clone()).covers(&program.situation)
    };
    priorities.iter().find(covers).map(|priority| priority.name.clone())
}

/// The routes that are configured with what is barred.
pub(super) fn routes(search: &Search<'_>) -> Vec<AffectedRoute> {
    let mut routes: Vec<AffectedRoute> = Vec::new();
    for target in &search.house.targets {
        let new = routes.last().is_none_or(|route| route.route != target.route);
        if new {
            routes.push(AffectedRoute { route: target.route.clone(), positions: Vec::new(), targets: 0 });
        }
        if let Some(route) = routes.last_mut() {
            route.targets += 1;
            if search.barred.bars(&target.served, target.line.as_deref()) {
                route.positions.push(route.targets);
            }
        }
    }
    routes.retain(|route| !route.positions.is_empty());
    routes
}
