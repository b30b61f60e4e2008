//! When a company was owned, and when not.

use chrono::NaiveDate;

use super::aggregate::{Owned, Reading, owned};
use crate::{
    graph::{EdgeKind, Graph, NodeId},
    share::Share,
};

/// Days on which nothing changes, and what holds on them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Period {
    /// The first day; none means as far back as is known.
    pub from: Option<NaiveDate>,
    /// The last day; none means until further notice.
    pub until: Option<NaiveDate>,
    /// How the company is owned, or that it isn't.
    pub owned: Option<Owned>,
}

/// The periods in which the barred own a company, and those between them, one after the other.
#[must_use]
pub fn over_time(
    graph: &Graph,
    barred: &[NodeId],
    company: NodeId,
    threshold: Share,
    aggregate: bool,
    reading: Reading,
) -> Vec<Period> {
    let days = days_of_change(graph, company);
    let before = days.first().and_then(NaiveDate::pred_opt).unwrap_or(NaiveDate::MIN);
    let mut periods: Vec<Period> = Vec::new();
    for (position, day) in std::iter::once(before).chain(days.iter().copied()).enumerate() {
        let found = owned(graph, barred, threshold, aggregate, day, reading);
        let holds = found.into_iter().find(|found| found.node == company);
        let same = |period: &Period| shares(period.owned.as_ref()) == shares(holds.as_ref());
        let until = days.get(position).and_then(NaiveDate::pred_opt);
        match periods.last_mut() {
            Some(last) if same(last) => last.until = until,
            _ => periods.push(Period { from: (position > 0).then_some(day), until, owned: holds }),
        }
    }
    periods
}

fn shares(owned: Option<&Owned>) -> Option<(Share, &[super::aggregate::Holding])> {
    owned.map(|owned| (owned.share, owned.holdings.as_slice()))
}

/// The days on which a stake starts or stops to hold, in the company or in whoever holds something of it.
fn days_of_change(graph: &Graph, company: NodeId) -> Vec<NaiveDate> {
    let mut seen = std::collections::HashSet::from([company]);
    let mut open = vec![company];
    let mut days = Vec::new();
    while let Some(owned) = open.pop() {
        for edge in graph.incoming(owned).filter(|edge| edge.kind == EdgeKind::Owns) {
            if !edge.span.is_contradictory() {
                days.extend(edge.span.changes());
            }
            if seen.insert(edge.from) {
                open.push(edge.from);
            }
        }
    }
    days.sort_unstable();
    days.dedup();
    days
}
