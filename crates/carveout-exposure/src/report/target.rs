//! Who in a graph the targets of a record are.

use std::collections::BTreeSet;

use carveout_terms::designation::{AffiliateRule as Rule, Affiliates, Instrument, Target};

use crate::{
    graph::{Graph, Kind, NodeId},
    identifier::Identifier,
    matching::{Candidate, Matcher, Verdict},
    names::fold,
    ownership::{Affiliate, AffiliateRule, affiliates},
    share::Share,
};

/// A target of a record, and who it is in the graph.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct Found {
    /// Its name in the record.
    pub name: String,
    /// Whom it was taken for.
    pub taken_for: Vec<Taken>,
    /// Who may be meant, and a person must look.
    pub review: Vec<Taken>,
}

/// A node that a target was taken for.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct Taken {
    /// What it is called.
    pub name: String,
    /// Its identifiers.
    pub keys: Vec<String>,
    /// Why it was taken.
    pub why: String,
}

/// The sources of an exposure: whom a record bars in a graph.
#[derive(Debug, Default)]
pub(super) struct Sources {
    pub(super) barred: Vec<NodeId>,
    pub(super) affiliates: Vec<Affiliate>,
    pub(super) found: Vec<Found>,
}

/// Finds the targets: by identifiers and keys first, and by names if none of those is there.
pub(super) fn find(graph: &Graph, instrument: &Instrument, day: chrono::NaiveDate) -> Sources {
    let mut sources = Sources::default();
    let mut matcher = None;
    for target in &instrument.targets {
        let mut nodes: Vec<(NodeId, String)> = Vec::new();
        for key in keys(target) {
            if let Some(node) = graph.find(&key).filter(|node| nodes.iter().all(|(known, _)| known != node)) {
                nodes.push((node, format!("`{key}`")));
            }
        }
        let mut review = Vec::new();
        let is_organisation = |node: &NodeId| {
            graph.node(*node).is_some_and(|node| node.keys().all(|key| !key.starts_with("maker:")))
        };
        if !nodes.iter().any(|(node, _)| is_organisation(node)) {
            let names: Vec<&str> =
                std::iter::once(&target.name).chain(&target.aliases).map(String::as_str).collect();
            for candidate in matcher.get_or_insert_with(|| Matcher::new(graph)).find(&names, &[]) {
                let why = format!("{:.2}: {}", candidate.score, candidate.reasons.join("; "));
                match candidate.verdict {
                    Verdict::Same if nodes.iter().all(|(known, _)| *known != candidate.node) => {
                        nodes.push((candidate.node, why));
                    }
                    Verdict::Same => {}
                    Verdict::Review => review.push(taken(graph, candidate.node, why)),
                }
            }
        }
        let barred: Vec<NodeId> = nodes.iter().map(|(node, _)| *node).collect();
        for rule in &target.affiliates {
            sources.affiliates.extend(by_rule(graph, &barred, rule, day));
            named(graph, rule, &mut matcher, &mut sources.affiliates);
        }
        sources.barred.extend(barred);
        let taken_for = nodes.into_iter().map(|(node, why)| taken(graph, node, why)).collect();
        sources.found.push(Found { name: target.name.clone(), taken_for, review });
    }
    tidy(&mut sources);
    sources
}

/// Each barred one and each affiliate once; of two ways to an affiliate the certain one.
fn tidy(sources: &mut Sources) {
    sources.barred.sort_unstable();
    sources.barred.dedup();
    let barred = &sources.barred;
    sources.affiliates.retain(|affiliate| !barred.contains(&affiliate.node));
    sources.affiliates.sort_by_key(|affiliate| (affiliate.node, !affiliate.certain, affiliate.through.len()));
    sources.affiliates.dedup_by_key(|affiliate| affiliate.node);
}

fn taken(graph: &Graph, node: NodeId, why: String) -> Taken {
    let keys = graph.node(node).into_iter().flat_map(|node| node.keys()).map(str::to_owned).collect();
    Taken { name: graph.name(node).to_owned(), keys, why }
}

/// Everything that a target could be found by without comparing names: its identifiers, the key that a scan writes for a
/// maker, and its names to the letter, folded.
fn keys(target: &Target) -> BTreeSet<String> {
    let schemes =
        [("uei", &target.uei), ("cage", &target.cage), ("lei", &target.lei), ("domain", &target.domains)];
    let identified = schemes.into_iter().flat_map(|(scheme, texts)| {
        texts.iter().filter_map(move |text| Identifier::of_scheme(scheme, text).ok())
    });
    let mut keys: BTreeSet<String> = identified.map(|identifier| identifier.to_string()).collect();
    for name in std::iter::once(&target.name).chain(&target.aliases) {
        let folded = fold(name);
        keys.insert(format!("maker:{}", folded.replace(' ', "-")));
        keys.insert(format!("name:{folded}"));
    }
    let members =
        ["maker", "operator", "host"].into_iter().filter_map(|fact| target.members.get(fact)).flatten();
    keys.extend(members.map(|member| format!("maker:{member}")));
    keys
}

/// Whom an affiliate rule of a record reaches.
fn by_rule(graph: &Graph, barred: &[NodeId], stated: &Affiliates, day: chrono::NaiveDate) -> Vec<Affiliate> {
    let rule = match stated.rule {
        Rule::None | Rule::NamedOnly => return Vec::new(),
        Rule::Subsidiaries => AffiliateRule::Subsidiaries,
        Rule::AnyAffiliate => AffiliateRule::AnyAffiliate,
        Rule::Successors => AffiliateRule::Successors,
        Rule::Ownership => {
            let percent = u64::from(stated.threshold.unwrap_or(50));
            let threshold = percent.saturating_mul(Share::WHOLE.billionths() / 100);
            AffiliateRule::Ownership { threshold, aggregate: stated.aggregate }
        }
    };
    affiliates(graph, barred, rule, day)
}

/// The affiliates that an instrument names.
fn named<'g>(
    graph: &'g Graph,
    rule: &Affiliates,
    matcher: &mut Option<Matcher<'g>>,
    found: &mut Vec<Affiliate>,
) {
    for name in &rule.names {
        let exact = graph.find(&format!("name:{}", fold(name)));
        let matched = || {
            let candidates = matcher.get_or_insert_with(|| Matcher::new(graph)).find(&[name], &[]);
            let is_same = |found: &Candidate| found.verdict == Verdict::Same;
            candidates.into_iter().find(is_same).map(|candidate| candidate.node)
        };
        let organisation =
            |node: &NodeId| graph.node(*node).is_some_and(|node| node.kind() == Kind::Organisation);
        if let Some(node) = exact.filter(organisation).or_else(matched) {
            found.push(Affiliate { node, certain: true, through: vec![node] });
        }
    }
}
