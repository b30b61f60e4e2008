//! The parts of a snapshot, each written and read.

use std::{
    collections::HashMap,
    io::{self, Read, Write},
};

use chrono::{Datelike, NaiveDate};

use super::{
    super::{
        at,
        edge::{Edge, EdgeKind, Evidence, SourceId},
        node::{Kind, Node, NodeId},
        problems::Problem,
    },
    MOST_AT_ONCE, SnapshotError,
    bytes::{Input, Output},
    list,
};
use crate::{
    dates::Span,
    share::{Share, Stake},
};

/// A number for a day that isn't there.
const NO_DAY: i32 = i32::MIN;

const KINDS: [Kind; 6] =
    [Kind::Organisation, Kind::Person, Kind::Contract, Kind::Product, Kind::Program, Kind::Deployment];
const EDGE_KINDS: [EdgeKind; 10] = [
    EdgeKind::Owns,
    EdgeKind::Controls,
    EdgeKind::BecomesPart,
    EdgeKind::Offers,
    EdgeKind::EmbeddedIn,
    EdgeKind::WorksFor,
    EdgeKind::Performs,
    EdgeKind::UsedBy,
    EdgeKind::DeployedAs,
    EdgeKind::Hosts,
];
const GRADES: [Evidence; 4] =
    [Evidence::Capable, Evidence::Declared, Evidence::Configured, Evidence::Observed];

/// What edges and contradictions may refer to.
pub(super) struct Referred<'a> {
    pub(super) nodes: u32,
    pub(super) sources: usize,
    pub(super) spans: &'a [Span],
    pub(super) stakes: &'a [Stake],
}

impl Referred<'_> {
    fn node(&self, number: u32) -> Result<NodeId, SnapshotError> {
        if number < self.nodes {
            Ok(NodeId(number))
        } else {
            Err(SnapshotError::Damaged("a node that isn't there"))
        }
    }

    fn source(&self, number: u32) -> Result<SourceId, SnapshotError> {
        let known = u16::try_from(number).ok().filter(|number| usize::from(*number) < self.sources);
        known.map(SourceId).ok_or(SnapshotError::Damaged("a source that isn't there"))
    }
}

fn position<T: PartialEq>(all: &[T], one: T) -> u8 {
    all.iter().position(|other| *other == one).and_then(|place| u8::try_from(place).ok()).unwrap_or(u8::MAX)
}

fn chosen<T: Copy>(all: &[T], number: u8, what: &'static str) -> Result<T, SnapshotError> {
    all.get(usize::from(number)).copied().ok_or(SnapshotError::Damaged(what))
}

pub(super) fn write_node(
    out: &mut Output<impl Write>,
    node: &Node,
    found_by: impl Fn(&str) -> bool,
) -> io::Result<()> {
    out.byte(position(&KINDS, node.kind))?;
    out.count(node.names.len())?;
    node.names.iter().try_for_each(|name| out.text(name))?;
    out.count(node.keys.len())?;
    node.keys.iter().try_for_each(|key| {
        out.byte(u8::from(found_by(key)))?;
        out.text(key)
    })
}

pub(super) fn read_node<R: Read>(
    input: &mut Input<R>,
    id: NodeId,
    keys: &mut HashMap<Box<str>, NodeId>,
) -> Result<Node, SnapshotError> {
    let kind = chosen(&KINDS, input.byte()?, "a node of no kind")?;
    let names = list(input, Input::text)?;
    let own = list(input, |input| {
        let found_by = input.byte()? == 1;
        let key = input.text()?;
        if found_by && keys.insert(key.clone(), id).is_some() {
            return Err(SnapshotError::Damaged("two nodes are found by one key"));
        }
        Ok(key)
    })?;
    if own.len() > 1 {
        let mut sorted: Vec<&str> = own.iter().map(AsRef::as_ref).collect();
        sorted.sort_unstable();
        if !sorted.is_sorted_by(|one, other| one < other) {
            return Err(SnapshotError::Damaged("a node has one key twice"));
        }
    }
    Ok(Node { kind, names, keys: own })
}

pub(super) fn write_edge(out: &mut Output<impl Write>, edge: &Edge, span: u32, stake: u32) -> io::Result<()> {
    out.word(edge.to.0)?;
    out.byte(position(&EDGE_KINDS, edge.kind))?;
    out.byte(position(&GRADES, edge.evidence))?;
    out.word(span)?;
    out.word(stake)?;
    out.word(u32::from(edge.source.0))?;
    out.word(edge.line)
}

/// Reads how many edges start at each node, and then the edges.
pub(super) fn read_edges<R: Read>(
    input: &mut Input<R>,
    referred: &Referred<'_>,
) -> Result<Vec<Edge>, SnapshotError> {
    let mut degrees = Vec::with_capacity(at(referred.nodes).min(MOST_AT_ONCE));
    for _ in 0..referred.nodes {
        degrees.push(input.word()?);
    }
    let count = input.word()?;
    let sum: u64 = degrees.iter().map(|degree| u64::from(*degree)).sum();
    if sum != u64::from(count) {
        return Err(SnapshotError::Damaged("its edges are not as many as start at its nodes"));
    }
    let mut edges = Vec::with_capacity(at(count).min(MOST_AT_ONCE));
    for (number, degree) in (0..).zip(degrees) {
        for _ in 0..degree {
            edges.push(read_edge(input, NodeId(number), referred)?);
        }
    }
    Ok(edges)
}

fn read_edge<R: Read>(
    input: &mut Input<R>,
    from: NodeId,
    referred: &Referred<'_>,
) -> Result<Edge, SnapshotError> {
    let to = referred.node(input.word()?)?;
    let kind = chosen(&EDGE_KINDS, input.byte()?, "an edge of no kind")?;
    let evidence = chosen(&GRADES, input.byte()?, "an edge of no grade")?;
    let span = referred.spans.get(at(input.word()?)).copied();
    let stake = referred.stakes.get(at(input.word()?)).copied();
    let source = referred.source(input.word()?)?;
    let line = input.word()?;
    match span.zip(stake) {
        Some((span, stake)) => Ok(Edge { from, to, kind, evidence, span, stake, source, line }),
        None => Err(SnapshotError::Damaged("an edge without its dates or its share")),
    }
}

fn write_day(out: &mut Output<impl Write>, day: Option<NaiveDate>) -> io::Result<()> {
    out.bytes(&day.map_or(NO_DAY, |day| day.num_days_from_ce()).to_le_bytes())
}

fn read_day<R: Read>(input: &mut Input<R>) -> Result<Option<NaiveDate>, SnapshotError> {
    let number = i32::from_le_bytes(input.word()?.to_le_bytes());
    if number == NO_DAY {
        return Ok(None);
    }
    let day = NaiveDate::from_num_days_from_ce_opt(number);
    day.map(Some).ok_or(SnapshotError::Damaged("a day out of the calendar"))
}

pub(super) fn write_span(out: &mut Output<impl Write>, span: Span) -> io::Result<()> {
    write_day(out, span.from())?;
    write_day(out, span.until())
}

pub(super) fn read_span<R: Read>(input: &mut Input<R>) -> Result<Span, SnapshotError> {
    Ok(Span::new(read_day(input)?, read_day(input)?))
}

pub(super) fn write_stake(out: &mut Output<impl Write>, stake: Stake) -> io::Result<()> {
    out.long(stake.least.billionths())?;
    out.long(stake.most.billionths())
}

pub(super) fn read_stake<R: Read>(input: &mut Input<R>) -> Result<Stake, SnapshotError> {
    let (least, most) = (input.long()?, input.long()?);
    Ok(Stake { least: Share::from_billionths(least), most: Share::from_billionths(most) })
}

pub(super) fn write_problem(out: &mut Output<impl Write>, problem: &Problem) -> io::Result<()> {
    match problem {
        Problem::SharedIdentifier { key, one, other } => {
            out.byte(0)?;
            [key, one, other].into_iter().try_for_each(|text| out.text(text))
        }
        Problem::ContradictoryDates { source, line, span } => {
            out.byte(1)?;
            out.word(u32::from(source.0))?;
            out.word(*line)?;
            write_span(out, *span)
        }
        Problem::MoreThanWhole { owned, sum, on } => {
            out.byte(2)?;
            out.word(owned.0)?;
            out.long(sum.billionths())?;
            write_day(out, *on)
        }
        Problem::OwnsItself { node, stake } => {
            out.byte(3)?;
            out.word(node.0)?;
            write_stake(out, *stake)
        }
        Problem::NothingElseKnown { source, line, node, deployment } => {
            out.byte(4)?;
            out.word(u32::from(source.0))?;
            [*line, node.0, deployment.0].into_iter().try_for_each(|word| out.word(word))
        }
        Problem::NotDescribed { source, line, deployment } => {
            out.byte(5)?;
            out.word(u32::from(source.0))?;
            [*line, deployment.0].into_iter().try_for_each(|word| out.word(word))
        }
    }
}

pub(super) fn read_problem<R: Read>(
    input: &mut Input<R>,
    referred: &Referred<'_>,
) -> Result<Problem, SnapshotError> {
    Ok(match input.byte()? {
        0 => Problem::SharedIdentifier {
            key: input.text()?.into_string(),
            one: input.text()?.into_string(),
            other: input.text()?.into_string(),
        },
        1 => Problem::ContradictoryDates {
            source: referred.source(input.word()?)?,
            line: input.word()?,
            span: read_span(input)?,
        },
        2 => Problem::MoreThanWhole {
            owned: referred.node(input.word()?)?,
            sum: Share::from_billionths(input.long()?),
            on: read_day(input)?,
        },
        3 => Problem::OwnsItself { node: referred.node(input.word()?)?, stake: read_stake(input)? },
        4 => Problem::NothingElseKnown {
            source: referred.source(input.word()?)?,
            line: input.word()?,
            node: referred.node(input.word()?)?,
            deployment: referred.node(input.word()?)?,
        },
        5 => Problem::NotDescribed {
            source: referred.source(input.word()?)?,
            line: input.word()?,
            deployment: referred.node(input.word()?)?,
        },
        _ => return Err(SnapshotError::Damaged("a contradiction of no kind")),
    })
}
