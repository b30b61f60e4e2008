//! The graph of a report, laid out in columns: sources on the left, one column for each step.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Report, Touched};
use crate::graph::{Evidence, Kind, NodeId};

/// How many boxes fit on a page that a person reads.
const MOST_BOXES: usize = 60;

/// The ways to one box that are drawn.
const MOST_WAYS: usize = 4;

const WIDTH: u32 = 190;
const HEIGHT: u32 = 40;
const ACROSS: u32 = 280;
const DOWN: u32 = 58;
const MARGIN: u32 = 20;

/// A box with its corner, in pixels. All are as wide and as high as the drawing says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Drawn {
    /// From the left.
    pub x: u32,
    /// From the top.
    pub y: u32,
    /// What stands in it.
    pub label: String,
    /// What it is.
    pub kind: Kind,
    /// Whether it is a source of the exposure.
    pub source: bool,
}

/// An arrow between two boxes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// The middle of the right side of the first.
    pub from: (u32, u32),
    /// The middle of the left side of the second.
    pub to: (u32, u32),
    /// How the first touches the second.
    pub label: &'static str,
    /// How well that is known.
    pub evidence: Evidence,
    /// Whether something of the conduct reaches the second by it.
    pub reaches: bool,
}

/// Boxes and arrows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Drawing {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Of each box.
    pub box_width: u32,
    /// Of each box.
    pub box_height: u32,
    /// The boxes.
    pub boxes: Vec<Drawn>,
    /// The arrows.
    pub lines: Vec<Line>,
    /// How many who are touched are not drawn.
    pub left_out: u64,
}

/// A node before it has a place.
struct Node {
    label: String,
    kind: Kind,
    column: u32,
}

impl Drawing {
    /// Lays a report's ways out: programs and contracts first, as many as fit.
    #[must_use]
    pub fn of(report: &Report) -> Self {
        let mut nodes: BTreeMap<NodeId, Node> = BTreeMap::new();
        let mut steps: BTreeMap<(NodeId, NodeId, &'static str), (Evidence, bool)> = BTreeMap::new();
        let columns: BTreeMap<NodeId, u32> =
            report.touched.iter().map(|touched| (touched.node, touched.steps)).collect();
        let mut order: Vec<&Touched> = report.touched.iter().collect();
        order.sort_by_key(|touched| {
            let own = matches!(touched.kind, Kind::Program | Kind::Contract);
            (!own, touched.steps, touched.node)
        });
        let mut drawn: BTreeSet<NodeId> = BTreeSet::new();
        for touched in order {
            for way in touched.ways.iter().take(MOST_WAYS) {
                let new = way.steps.iter().flat_map(|step| [step.from_node, step.to_node]);
                let new: BTreeSet<NodeId> = new.filter(|node| !nodes.contains_key(node)).collect();
                if nodes.len() + new.len() > MOST_BOXES {
                    continue;
                }
                for step in &way.steps {
                    let column = |node: NodeId| columns.get(&node).copied().unwrap_or(0);
                    let (from, to) = (step.from_node, step.to_node);
                    let kind = if column(from) == 0 { Kind::Organisation } else { Kind::Product };
                    let label = step.from.clone();
                    nodes.entry(from).or_insert(Node { label, kind, column: column(from) });
                    let label = step.to.clone();
                    let known = Node { label, kind: step.to_kind, column: column(to) };
                    nodes.insert(to, known);
                    let seen = (step.evidence, !step.conduct.is_empty());
                    let best = steps.entry((from, to, step.relation)).or_insert(seen);
                    *best = (best.0.max(seen.0), best.1 || seen.1);
                }
                drawn.insert(touched.node);
            }
        }
        drawn.extend(nodes.keys().copied());
        let told = report.touched.iter().filter(|touched| touched.steps > 0);
        let left_out = told.filter(|touched| !drawn.contains(&touched.node)).count();
        placed(nodes, &steps, left_out as u64 + report.not_told)
    }
}

/// Gives each node its row: near the middle of those that lead to it, so that few arrows cross.
fn placed(
    nodes: BTreeMap<NodeId, Node>,
    steps: &BTreeMap<(NodeId, NodeId, &'static str), (Evidence, bool)>,
    left_out: u64,
) -> Drawing {
    let mut columns: BTreeMap<u32, Vec<NodeId>> = BTreeMap::new();
    for (id, node) in &nodes {
        columns.entry(node.column).or_default().push(*id);
    }
    let mut rows: BTreeMap<NodeId, u32> = BTreeMap::new();
    for members in columns.values_mut() {
        let pull = |node: &NodeId| {
            let leading = steps.keys().filter(|(_, to, _)| to == node);
            let known: Vec<u32> = leading.filter_map(|(from, _, _)| rows.get(from).copied()).collect();
            let count = u32::try_from(known.len()).unwrap_or(u32::MAX).max(1);
            known.iter().sum::<u32>() * 100 / count
        };
        let mut pulled: Vec<(u32, NodeId)> = members.iter().map(|node| (pull(node), *node)).collect();
        pulled.sort_unstable();
        for (row, (_, node)) in (0..).zip(pulled) {
            rows.insert(node, row);
        }
    }
    let place = |node: NodeId| {
        let column = nodes.get(&node).map_or(0, |node| node.column);
        let row = rows.get(&node).copied().unwrap_or(0);
        (MARGIN + column * ACROSS, MARGIN + row * DOWN)
    };
    let boxes = nodes.iter().map(|(id, node)| {
        let (x, y) = place(*id);
        Drawn { x, y, label: node.label.clone(), kind: node.kind, source: node.column == 0 }
    });
    let lines = steps.iter().map(|((from, to, label), (evidence, reaches))| {
        let ((from_x, from_y), (to_x, to_y)) = (place(*from), place(*to));
        Line {
            from: (from_x + WIDTH, from_y + HEIGHT / 2),
            to: (to_x, to_y + HEIGHT / 2),
            label,
            evidence: *evidence,
            reaches: *reaches,
        }
    });
    let last = columns.keys().last().copied().unwrap_or(0);
    let tallest = columns.values().map(Vec::len).max().unwrap_or(0);
    Drawing {
        width: 2 * MARGIN + last * ACROSS + WIDTH,
        height: 2 * MARGIN + u32::try_from(tallest).unwrap_or(u32::MAX).max(1) * DOWN,
        box_width: WIDTH,
        box_height: HEIGHT,
        boxes: boxes.collect(),
        lines: lines.collect(),
        left_out,
    }
}
