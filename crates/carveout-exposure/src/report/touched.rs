//! Who is touched, through what, and how far the instrument's conduct goes on each way.

use std::collections::{BTreeMap, BTreeSet};

use carveout_terms::designation::Conduct;

use super::{conduct::Flow, target::Sources};
use crate::{
    graph::{Evidence, Graph, Kind, NodeId},
    paths::{Reached, Way},
};

/// How many of one tier are told, the programs, contracts, products and deployments first; all are counted.
pub const MOST_OF_A_TIER: usize = 100;

/// How many there are of each kind in so many steps.
#[derive(Clone, PartialEq, Eq, Debug, Default, serde::Serialize)]
pub struct Tier {
    /// The fewest steps from a source.
    pub steps: u32,
    /// Organisations.
    pub organisations: u64,
    /// Persons.
    pub persons: u64,
    /// Products.
    pub products: u64,
    /// Contracts.
    pub contracts: u64,
    /// Programs.
    pub programs: u64,
    /// Deployments.
    pub deployments: u64,
    /// How many of them are told one by one.
    pub told: u64,
}

/// Somebody or something that is touched.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Touched {
    /// Its node in the graph.
    #[serde(skip)]
    pub node: NodeId,
    /// What it is called.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Its identifiers.
    pub keys: Vec<String>,
    /// The fewest steps from a source; 0 for whom the affiliate rule reaches.
    pub steps: u32,
    /// How sure the weakest step of the best known way is. For an affiliate `declared` if the least that the sources say is
    /// enough, else `capable`.
    pub evidence: Evidence,
    /// What of the instrument's conduct reaches it, on some way.
    #[serde(serialize_with = "words")]
    pub conduct: Vec<Conduct>,
    /// The ways to it.
    pub ways: Vec<ToldWay>,
    /// Whether these are all.
    pub all_ways: bool,
}

/// A way, in words.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct ToldWay {
    /// How sure the weakest step is.
    pub weakest: Evidence,
    /// Its steps.
    pub steps: Vec<Step>,
}

/// A step of a way.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Step {
    /// From which node of the graph.
    #[serde(skip)]
    pub from_node: NodeId,
    /// To which node of the graph.
    #[serde(skip)]
    pub to_node: NodeId,
    /// From whom.
    pub from: String,
    /// How.
    pub relation: &'static str,
    /// To whom.
    pub to: String,
    /// What that is.
    pub to_kind: Kind,
    /// How well it is known.
    pub evidence: Evidence,
    /// Which source says so.
    pub source: String,
    /// Where in it.
    pub line: u32,
    /// What of the conduct reaches the end of the step.
    #[serde(serialize_with = "words")]
    pub conduct: Vec<Conduct>,
}

pub(super) fn words<S: serde::Serializer>(conduct: &[Conduct], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(conduct.iter().map(|conduct| conduct.as_str()))
}

/// What was found.
pub(super) struct Found {
    pub(super) tiers: Vec<Tier>,
    pub(super) touched: Vec<Touched>,
    pub(super) not_told: u64,
}

/// Everything that the sources touch on a day.
pub(super) fn find(graph: &Graph, sources: &Sources, flow: &Flow, day: chrono::NaiveDate) -> Found {
    let affiliates = sources.affiliates.iter().map(|affiliate| affiliate.node);
    let all: Vec<NodeId> = sources.barred.iter().copied().chain(affiliates).collect();
    let reached = Reached::from(graph, &all, day, flow.tiers);
    let mut tiers: BTreeMap<u32, (Tier, Vec<NodeId>)> = BTreeMap::new();
    for (steps, node) in reached.nodes() {
        let (tier, members) = tiers.entry(steps).or_default();
        tier.steps = steps;
        count(tier, graph, node);
        members.push(node);
    }
    let mut found = Found { tiers: Vec::new(), touched: by_affiliation(graph, sources, flow), not_told: 0 };
    for (mut tier, mut members) in tiers.into_values() {
        let total = members.len();
        members.sort_by_key(|node| rank(graph, *node));
        members.truncate(MOST_OF_A_TIER);
        tier.told = members.len() as u64;
        found.not_told += (total - members.len()) as u64;
        found.touched.extend(members.into_iter().map(|node| told(graph, &reached, flow, node)));
        found.tiers.push(tier);
    }
    found
}

/// What one's own work rests on comes first.
fn rank(graph: &Graph, node: NodeId) -> (u8, NodeId) {
    let rank = match graph.node(node).map(|node| node.kind()) {
        Some(Kind::Program) => 0,
        Some(Kind::Contract) => 1,
        Some(Kind::Product | Kind::Deployment) => 2,
        _ => 3,
    };
    (rank, node)
}

fn count(tier: &mut Tier, graph: &Graph, node: NodeId) {
    let Some(node) = graph.node(node) else { return };
    *match node.kind() {
        Kind::Organisation => &mut tier.organisations,
        Kind::Person => &mut tier.persons,
        Kind::Contract => &mut tier.contracts,
        Kind::Product => &mut tier.products,
        Kind::Program => &mut tier.programs,
        Kind::Deployment => &mut tier.deployments,
    } += 1;
}

fn keys(graph: &Graph, node: NodeId) -> Vec<String> {
    graph.node(node).into_iter().flat_map(|node| node.keys()).map(str::to_owned).collect()
}

fn kind(graph: &Graph, node: NodeId) -> Kind {
    graph.node(node).map_or(Kind::Organisation, |node| node.kind())
}

/// Affiliates are barred as the named one is: the whole conduct reaches them, and the rule is why.
fn by_affiliation(graph: &Graph, sources: &Sources, flow: &Flow) -> Vec<Touched> {
    let told = sources.affiliates.iter().map(|affiliate| Touched {
        node: affiliate.node,
        name: graph.name(affiliate.node).to_owned(),
        kind: kind(graph, affiliate.node),
        keys: keys(graph, affiliate.node),
        steps: 0,
        evidence: if affiliate.certain { Evidence::Declared } else { Evidence::Capable },
        conduct: flow.conduct.clone(),
        ways: Vec::new(),
        all_ways: true,
    });
    told.collect()
}

fn told(graph: &Graph, reached: &Reached<'_>, flow: &Flow, node: NodeId) -> Touched {
    let exposed = reached.exposed(node);
    let mut conduct: BTreeSet<Conduct> = BTreeSet::new();
    let ways = exposed.paths.iter().map(|way| {
        let along = flow.along(way);
        conduct.extend(along.last().into_iter().flatten().copied());
        told_way(graph, way, along)
    });
    let ways: Vec<ToldWay> = ways.collect();
    Touched {
        node,
        name: graph.name(node).to_owned(),
        kind: kind(graph, node),
        keys: keys(graph, node),
        steps: exposed.distance,
        evidence: exposed.evidence,
        conduct: conduct.into_iter().collect(),
        ways,
        all_ways: exposed.complete,
    }
}

fn told_way(graph: &Graph, way: &Way, along: Vec<Vec<Conduct>>) -> ToldWay {
    let steps = way.edges.iter().zip(along).map(|(edge, conduct)| Step {
        from_node: edge.from,
        to_node: edge.to,
        from: graph.name(edge.from).to_owned(),
        relation: edge.kind.as_str(),
        to: graph.name(edge.to).to_owned(),
        to_kind: kind(graph, edge.to),
        evidence: edge.evidence,
        source: graph.source(edge.source).to_owned(),
        line: edge.line,
        conduct,
    });
    ToldWay { weakest: way.weakest, steps: steps.collect() }
}
