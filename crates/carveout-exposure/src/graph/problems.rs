//! What the sources say that can't be.

use std::fmt;

use super::{
    Graph,
    edge::{Edge, EdgeKind, SourceId},
    node::{Kind, NodeId},
};
use crate::{
    dates::Span,
    share::{Share, Stake},
};

/// A contradiction in what was read. Nothing is corrected: both statements stay, and the reader is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Problem {
    /// Two organisations of different names under one identifier.
    SharedIdentifier {
        /// The identifier.
        key: String,
        /// Who has it.
        one: String,
        /// Who has it too.
        other: String,
    },
    /// An edge that ends before it starts. It holds on no day.
    ContradictoryDates {
        /// Who says so.
        source: SourceId,
        /// And where.
        line: u32,
        /// The dates.
        span: Span,
    },
    /// Owners who own more than there is, on a day.
    MoreThanWhole {
        /// The one that is owned.
        owned: NodeId,
        /// How much, at least.
        sum: Share,
        /// The first day on which it is so; none means as far back as is known.
        on: Option<chrono::NaiveDate>,
    },
    /// A company that holds shares in itself.
    OwnsItself {
        /// The company.
        node: NodeId,
        /// How much.
        stake: Stake,
    },
    /// A deployment of a product, or on a host, that no other record speaks of: misspelt, or its maker isn't known.
    NothingElseKnown {
        /// Who says so.
        source: SourceId,
        /// And where.
        line: u32,
        /// The product or the host.
        node: NodeId,
        /// The deployment.
        deployment: NodeId,
    },
    /// A deployment of which nobody says what is deployed, and where.
    NotDescribed {
        /// Who speaks of it.
        source: SourceId,
        /// And where.
        line: u32,
        /// The deployment.
        deployment: NodeId,
    },
}

impl Problem {
    /// The problem in words.
    #[must_use]
    pub fn told<'a>(&'a self, graph: &'a Graph) -> impl fmt::Display + 'a {
        Told { problem: self, graph }
    }
}

struct Told<'a> {
    problem: &'a Problem,
    graph: &'a Graph,
}

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let graph = self.graph;
        match self.problem {
            Problem::SharedIdentifier { key, one, other } => {
                write!(f, "`{key}` is the identifier of `{one}` and of `{other}`; they were kept apart")
            }
            Problem::ContradictoryDates { source, line, span } => {
                let day =
                    |day: Option<chrono::NaiveDate>| day.map_or_else(String::new, |day| day.to_string());
                let (from, until) = (day(span.from()), day(span.until()));
                write!(f, "{} {line}: it ends on {until}, before it starts on {from}", graph.source(*source))
            }
            Problem::MoreThanWhole { owned, sum, on } => {
                write!(f, "{sum} of `{}` is owned", graph.name(*owned))?;
                on.map_or(Ok(()), |day| write!(f, " from {day} on"))
            }
            Problem::OwnsItself { node, stake } => {
                write!(f, "`{}` owns {} of itself", graph.name(*node), stake.least)
            }
            Problem::NothingElseKnown { source, line, node, deployment } => {
                let is_product = graph.node(*node).is_some_and(|node| node.kind() == Kind::Product);
                let what = if is_product { "product" } else { "host" };
                let (source, name, deployment) =
                    (graph.source(*source), graph.name(*node), graph.name(*deployment));
                write!(
                    f,
                    "{source} {line}: no other record knows `{name}`, the {what} of `{deployment}`: is it misspelt?"
                )
            }
            Problem::NotDescribed { source, line, deployment } => {
                let (source, name) = (graph.source(*source), graph.name(*deployment));
                write!(f, "{source} {line}: no `[[deployment]]` says what `{name}` is, and on which host")
            }
        }
    }
}

/// Self-ownership, and more than the whole on some day.
pub(super) fn of_ownership(graph: &Graph) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (id, _) in graph.nodes() {
        let stakes: Vec<&Edge> = graph.incoming(id).filter(|edge| edge.kind == EdgeKind::Owns).collect();
        let own = stakes.iter().filter(|edge| edge.from == id);
        problems.extend(own.map(|edge| Problem::OwnsItself { node: id, stake: edge.stake }));
        let most = stakes.iter().fold(Share::NONE, |sum, edge| sum.plus(edge.stake.least));
        // Only who could be over the whole is looked at day by day.
        if most > Share::WHOLE {
            problems.extend(first_excess(id, &stakes));
        }
    }
    problems
}

/// Deployments of what no other record speaks of, and those that only others speak of. Their edges stay: a host that nobody
/// else knows may be the very one that is barred.
pub(super) fn of_deployments(graph: &Graph) -> Vec<Problem> {
    let describes = |edge: &Edge| matches!(edge.kind, EdgeKind::DeployedAs | EdgeKind::Hosts);
    let mut problems = Vec::new();
    for (id, node) in graph.nodes() {
        if node.kind() == Kind::Deployment {
            let mut about = graph.incoming(id).chain(graph.outgoing(id));
            let first = about.next().filter(|_| !graph.incoming(id).any(describes));
            problems.extend(first.map(|&Edge { source, line, .. }| Problem::NotDescribed {
                source,
                line,
                deployment: id,
            }));
        } else if node.names().next().is_none()
            && graph.incoming(id).next().is_none()
            && graph.outgoing(id).all(describes)
        {
            problems.extend(graph.outgoing(id).map(|&Edge { source, line, to, .. }| {
                Problem::NothingElseKnown { source, line, node: id, deployment: to }
            }));
        }
    }
    problems
}

/// The first day on which the stakes sum up to more than the whole.
fn first_excess(owned: NodeId, stakes: &[&Edge]) -> Option<Problem> {
    let mut days: Vec<Option<chrono::NaiveDate>> = stakes.iter().map(|edge| edge.span.from()).collect();
    days.sort_unstable();
    days.dedup();
    days.into_iter().find_map(|day| {
        let holds = |edge: &&&Edge| {
            !edge.span.is_contradictory()
                && day.map_or_else(|| edge.span.from().is_none(), |day| edge.span.holds(day))
        };
        let sum = stakes.iter().filter(holds).fold(Share::NONE, |sum, edge| sum.plus(edge.stake.least));
        (sum > Share::WHOLE).then_some(Problem::MoreThanWhole { owned, sum, on: day })
    })
}
