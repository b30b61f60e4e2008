//! What the barred hold in the end: shares multiplied along every chain and added up over all of them.
//!
//! This is not what the 50% rule asks for, but what a reader expects to see beside it. With rings of companies
//! the sum has no end, but it is the solution of linear equations, which are solved here in exact fractions.

use std::collections::HashMap;

use chrono::NaiveDate;
use num_bigint::BigInt;
use num_rational::BigRational;

use crate::{
    graph::{EdgeKind, Graph, NodeId},
    share::Share,
};

/// The most companies whose equations are solved. Elimination takes the cube of it.
const MOST_COMPANIES: usize = 200;

/// A company and the share of it that the barred hold in the end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Effective {
    /// The company.
    pub node: NodeId,
    /// The exact share, as a fraction of one.
    pub share: BigRational,
}

impl Effective {
    /// The share in percent, cut (not rounded) after two digits, so that 49.999% is never shown as half.
    #[must_use]
    pub fn percent(&self) -> String {
        let hundredths = (&self.share * BigInt::from(10_000)).to_integer();
        let (whole, rest) = (&hundredths / 100_u32, &hundredths % 100_u32);
        format!("{whole}.{rest:0>2}%")
    }
}

/// Why no exact answer was worked out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TooTangled {
    /// More companies than the equations are solved for.
    #[error(
        "the barred hold shares in {0} companies and more, and exact shares are worked out for {MOST_COMPANIES}; ask about fewer of the barred"
    )]
    TooMany(usize),
    /// Companies that own each other in whole, so that nobody outside does.
    #[error(
        "some companies own each other in whole, so nobody can be said to own them; look at the problems of the graph"
    )]
    OwnedByNobody,
}

/// What the barred hold in the end of each company, on a day, at the least that the sources say.
///
/// # Errors
/// If there are too many companies, or some that only own each other.
pub fn effective(graph: &Graph, barred: &[NodeId], day: NaiveDate) -> Result<Vec<Effective>, TooTangled> {
    let companies = downstream(graph, barred, day)?;
    let place: HashMap<NodeId, usize> =
        companies.iter().zip(0..).map(|(node, place)| (*node, place)).collect();
    let size = companies.len();
    // One row a company: share = (stakes of the barred) + sum of stakes x shares of the owners.
    let mut rows: Vec<Vec<BigRational>> = Vec::with_capacity(size);
    for (row, company) in companies.iter().enumerate() {
        let mut equation = vec![fraction(0); size + 1];
        for (owner, share) in owners(graph, *company, day) {
            let term =
                if barred.contains(&owner) { size } else { place.get(&owner).copied().unwrap_or(usize::MAX) };
            if let Some(value) = equation.get_mut(term) {
                let signed = if term == size { share } else { -share };
                *value += signed;
            }
        }
        if let Some(value) = equation.get_mut(row) {
            *value += fraction(1);
        }
        rows.push(equation);
    }
    let shares = solved(rows).ok_or(TooTangled::OwnedByNobody)?;
    Ok(companies.into_iter().zip(shares).map(|(node, share)| Effective { node, share }).collect())
}

fn fraction(whole: i64) -> BigRational {
    BigRational::from_integer(BigInt::from(whole))
}

/// The companies that the barred hold anything in, through whatever chain.
fn downstream(graph: &Graph, barred: &[NodeId], day: NaiveDate) -> Result<Vec<NodeId>, TooTangled> {
    let mut companies: Vec<NodeId> = Vec::new();
    let mut open: Vec<NodeId> = barred.to_vec();
    while let Some(owner) = open.pop() {
        let edges = graph.outgoing(owner).filter(|edge| edge.kind == EdgeKind::Owns && edge.span.holds(day));
        for edge in edges {
            if !barred.contains(&edge.to) && !companies.contains(&edge.to) {
                companies.push(edge.to);
                open.push(edge.to);
            }
        }
        if companies.len() > MOST_COMPANIES {
            return Err(TooTangled::TooMany(companies.len()));
        }
    }
    Ok(companies)
}

/// The owners of a company and their shares of what it doesn't hold itself; several stakes of one owner are one.
fn owners(graph: &Graph, company: NodeId, day: NaiveDate) -> Vec<(NodeId, BigRational)> {
    let mut stakes: Vec<(NodeId, Share)> = Vec::new();
    let edges = graph.incoming(company).filter(|edge| edge.kind == EdgeKind::Owns && edge.span.holds(day));
    for edge in edges {
        match stakes.iter_mut().find(|(owner, _)| *owner == edge.from) {
            Some((_, share)) => *share = (*share).max(edge.stake.least),
            None => stakes.push((edge.from, edge.stake.least)),
        }
    }
    let own = stakes.iter().find(|(owner, _)| *owner == company).map_or(Share::NONE, |(_, share)| *share);
    let others = Share::WHOLE.minus(own).billionths();
    if others == 0 {
        return Vec::new();
    }
    let part = |share: Share| BigRational::new(BigInt::from(share.billionths()), BigInt::from(others));
    stakes
        .into_iter()
        .filter(|(owner, _)| *owner != company)
        .map(|(owner, share)| (owner, part(share)))
        .collect()
}

/// Gauss and Jordan, in fractions. `None` if the equations have no one solution.
fn solved(mut rows: Vec<Vec<BigRational>>) -> Option<Vec<BigRational>> {
    let size = rows.len();
    let zero = fraction(0);
    for column in 0..size {
        let pivot = (column..size)
            .find(|row| rows.get(*row).and_then(|row| row.get(column)).is_some_and(|value| *value != zero))?;
        rows.swap(column, pivot);
        let mut row = std::mem::take(rows.get_mut(column)?);
        let divisor = row.get(column)?.clone();
        for value in row.iter_mut().filter(|value| **value != zero) {
            *value /= &divisor;
        }
        for other in rows.iter_mut().filter(|other| !other.is_empty()) {
            let factor = other.get(column)?.clone();
            if factor != zero {
                for (value, subtracted) in
                    other.iter_mut().zip(&row).filter(|(_, subtracted)| **subtracted != zero)
                {
                    *value -= &factor * subtracted;
                }
            }
        }
        *rows.get_mut(column)? = row;
    }
    rows.into_iter().map(|mut row| row.pop()).collect()
}
