//! The 50% rule: owned, directly or indirectly and in the aggregate, by those who are barred.
//!
//! OFAC's guidance of 2014-08-13 counts so: the shares of all blocked persons in a company are added up, and a
//! company that thereby reaches half is itself blocked, with everything that it owns, in full. So B, half of which A
//! owns, which is half a blocked person's, counts, though a quarter of it is all that the person holds in the end.
//! The answer is the least set that contains the barred and every company whose owners in the set reach the
//! threshold. Being the least, a ring of companies that own each other doesn't hold itself up.

use std::collections::{HashMap, VecDeque};

use chrono::NaiveDate;

use crate::{
    graph::{Edge, EdgeKind, Graph, NodeId},
    share::Share,
};

/// How to read stakes that are known as a range.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reading {
    /// At least so much: what follows is certain.
    Least,
    /// At most so much: what follows is possible.
    Most,
}

impl Reading {
    const fn of(self, edge: &Edge) -> Share {
        match self {
            Self::Least => edge.stake.least,
            Self::Most => edge.stake.most,
        }
    }
}

/// A share in a company.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Holding {
    /// Who holds it.
    pub owner: NodeId,
    /// How much.
    pub share: Share,
}

/// A company that reaches the threshold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Owned {
    /// The company.
    pub node: NodeId,
    /// What the barred and the companies that count as theirs hold, together.
    pub share: Share,
    /// What the company holds in itself. Such shares belong to its other owners, so that 40% of a company that holds
    /// 20% of itself is half of it.
    pub own: Share,
    /// Who holds it, in the order in which they came to count.
    pub holdings: Vec<Holding>,
    /// How many companies lie between the barred and this one, and one more.
    pub depth: u32,
}

/// Every company that the barred own, on a day. With `aggregate` the shares of several owners are added up; without,
/// one owner must reach the threshold alone.
#[must_use]
pub fn owned(
    graph: &Graph,
    barred: &[NodeId],
    threshold: Share,
    aggregate: bool,
    day: NaiveDate,
    reading: Reading,
) -> Vec<Owned> {
    let mut reached: HashMap<NodeId, u32> = barred.iter().map(|node| (*node, 0)).collect();
    let mut queue: VecDeque<NodeId> = barred.iter().copied().collect();
    let mut gathered: HashMap<NodeId, Vec<Holding>> = HashMap::new();
    let mut found = Vec::new();
    while let Some(owner) = queue.pop_front() {
        let depth = reached.get(&owner).copied().unwrap_or(0);
        for (company, share) in stakes_of(graph, owner, day, reading) {
            let holdings = gathered.entry(company).or_default();
            // An owner may have been queued once only, but a list of barred ones may repeat itself.
            if holdings.iter().all(|holding| holding.owner != owner) {
                holdings.push(Holding { owner, share });
            }
            if reached.contains_key(&company) {
                continue;
            }
            let own = own_share(graph, company, day, reading);
            if reaches(holdings, own, threshold, aggregate) {
                reached.insert(company, depth + 1);
                queue.push_back(company);
                found.push(company);
            }
        }
    }
    // Holdings that came later than the threshold was reached belong to the answer too.
    let told = |company: &NodeId| {
        let holdings = gathered.remove(company).unwrap_or_default();
        Owned {
            node: *company,
            share: sum(&holdings),
            own: own_share(graph, *company, day, reading),
            holdings,
            depth: reached.get(company).copied().unwrap_or(0),
        }
    };
    found.iter().map(told).collect()
}

/// The companies that an owner holds shares in on a day, other than itself, with several stakes in one added up.
fn stakes_of(graph: &Graph, owner: NodeId, day: NaiveDate, reading: Reading) -> Vec<(NodeId, Share)> {
    let mut stakes: Vec<(NodeId, Share)> = Vec::new();
    let edges = graph.outgoing(owner).filter(|edge| edge.kind == EdgeKind::Owns && edge.to != owner);
    for edge in edges.filter(|edge| edge.span.holds(day)) {
        // Edges are ordered by where they end, so those to one company are neighbours.
        match stakes.last_mut() {
            Some((company, share)) if *company == edge.to => *share = combined(*share, reading.of(edge)),
            _ => stakes.push((edge.to, reading.of(edge))),
        }
    }
    stakes
}

/// Two sources that speak of the same stake on the same day mean one stake: the larger counts, not their sum.
fn combined(one: Share, other: Share) -> Share {
    one.max(other)
}

fn own_share(graph: &Graph, company: NodeId, day: NaiveDate, reading: Reading) -> Share {
    let edges = graph.outgoing(company).filter(|edge| edge.kind == EdgeKind::Owns && edge.to == company);
    edges.filter(|edge| edge.span.holds(day)).map(|edge| reading.of(edge)).max().unwrap_or_default()
}

fn sum(holdings: &[Holding]) -> Share {
    holdings.iter().fold(Share::NONE, |sum, holding| sum.plus(holding.share))
}

/// Whether holdings are the threshold's part of what the company doesn't hold itself. In whole numbers, exactly.
fn reaches(holdings: &[Holding], own: Share, threshold: Share, aggregate: bool) -> bool {
    let held = if aggregate {
        sum(holdings)
    } else {
        holdings.iter().map(|holding| holding.share).max().unwrap_or_default()
    };
    let others = Share::WHOLE.minus(own);
    let wide = |share: Share| u128::from(share.billionths());
    held > Share::NONE && wide(held) * wide(Share::WHOLE) >= wide(threshold) * wide(others)
}
