//! The other way round, for a vendor's trust desk: which customers must leave, when, and under which instrument.

use std::collections::BTreeSet;

use carveout_terms::{
    Timestamp,
    designation::{Docket, Situation, Standing, Status, When},
};

use super::conduct::Flow;
use crate::{
    graph::{Graph, Kind, NodeId},
    names::fold,
    paths::Reached,
};

/// A customer, as the vendor knows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Customer {
    /// Its name.
    pub name: String,
    /// Its keys in the graph, `uei:…` and so on.
    pub keys: Vec<String>,
    /// Where its work with the product falls. What isn't known counts as reached.
    pub situation: Situation,
}

/// What is asked for customers.
#[derive(Clone, Copy, Debug)]
pub struct CustomerAsked<'a> {
    /// The instruments.
    pub dockets: &'a [&'a Docket],
    /// The vendor's customers.
    pub customers: &'a [Customer],
    /// Suppliers and products, to find whom the customers work for; may be empty.
    pub graph: &'a Graph,
    /// On which date.
    pub on: When,
    /// As known on which.
    pub known: When,
}

/// What an instrument means for a customer.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct Leaving {
    /// The customer.
    pub customer: String,
    /// The instrument.
    pub designation: String,
    /// What the instrument does in the customer's situation.
    pub standing: Standing,
    /// Whether the customer must leave, now or at a date.
    pub leaves: bool,
    /// The first instant at which it must have left; none if that is over, or it needn't.
    pub before: Option<Timestamp>,
    /// For whom the customer works, and who is touched by that in turn, as far as the instrument flows and the sources say.
    pub works_for: Vec<String>,
    /// How many more there are.
    pub more: usize,
}

/// How many of those whom a customer works for are told.
const MOST_TOLD: usize = 20;

/// For each customer and instrument what it means: those who must leave first, by date.
#[must_use]
pub fn customers(asked: &CustomerAsked<'_>) -> Vec<Leaving> {
    let each = asked
        .customers
        .iter()
        .flat_map(|customer| asked.dockets.iter().map(move |docket| (customer, docket)));
    let mut found: Vec<Leaving> = each.map(|(customer, docket)| one(asked, customer, docket)).collect();
    let rank = |leaving: &Leaving| match leaving.standing.status {
        Status::Barred => 0,
        Status::PhaseOut { .. } | Status::NotYet { .. } => 1,
        Status::Announced => 2,
        _ => 3,
    };
    found.sort_by_key(|leaving| {
        (rank(leaving), leaving.before, leaving.customer.clone(), leaving.designation.clone())
    });
    found
}

fn one(asked: &CustomerAsked<'_>, customer: &Customer, docket: &Docket) -> Leaving {
    let standing = docket.in_force_for(&customer.situation, asked.on, asked.known);
    let (leaves, before) = match standing.status {
        Status::Barred => (true, None),
        Status::PhaseOut { until } => (true, Some(until)),
        Status::NotYet { from } => (true, Some(standing.phase_out_until.unwrap_or(from).max(from))),
        _ => (false, None),
    };
    let mut works_for = if leaves { downstream(asked, customer, docket) } else { Vec::new() };
    let more = works_for.len().saturating_sub(MOST_TOLD);
    works_for.truncate(MOST_TOLD);
    let designation = docket.instrument().id.clone();
    Leaving { customer: customer.name.clone(), designation, standing, leaves, before, works_for, more }
}

/// The organisations and contracts that a customer's work reaches.
fn downstream(asked: &CustomerAsked<'_>, customer: &Customer, docket: &Docket) -> Vec<String> {
    let zone = docket.instrument().dates.zone;
    let Some(day) = zone.day_of(asked.on.asked(zone)) else { return Vec::new() };
    let by_name = asked.graph.find(&format!("name:{}", fold(&customer.name)));
    let known = customer.keys.iter().filter_map(|key| asked.graph.find(key)).chain(by_name);
    let nodes: BTreeSet<NodeId> = known.collect();
    let nodes: Vec<NodeId> = nodes.into_iter().collect();
    if nodes.is_empty() {
        return Vec::new();
    }
    // The customer is the one that uses the product: whom it works for is the first tier that something flows to.
    let flow = Flow::of(docket.instrument());
    if flow.tiers == Some(0) {
        return Vec::new();
    }
    let reached = Reached::from(asked.graph, &nodes, day, flow.tiers.map(|tiers| tiers.saturating_sub(1)));
    let told = reached.nodes().into_iter().filter(|(_, node)| {
        let kind = asked.graph.node(*node).map(|node| node.kind());
        matches!(kind, Some(Kind::Organisation | Kind::Contract | Kind::Program))
    });
    told.map(|(_, node)| asked.graph.name(node).to_owned()).collect()
}
