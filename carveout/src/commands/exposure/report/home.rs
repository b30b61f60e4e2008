//! What the workspace knows: programs, routes, and what its ledger recorded.

use std::collections::BTreeMap;

use carveout_exposure::{
    dates::Span,
    graph::{Edge, EdgeKind, Evidence, GraphBuilder, Kind, NodeId, Party},
    identifier::Identifier,
    report::{House, Program, RouteTarget, SeenUse, Served, Usage},
    share::Stake,
};
use carveout_terms::{
    Facts, Known, Value, Vocabulary,
    designation::{Instrument, Reach, Situation},
};
use miette::IntoDiagnostic;

use super::recorded::recorded;
use crate::{
    cli::Global,
    commands::decide::small,
    config,
    output::Printer,
    workspace::{ProgramFile, Workspace},
};

/// A workspace and what its ledger recorded.
pub(in crate::commands) struct Home {
    workspace: Workspace,
    targets: Vec<RouteTarget>,
    usage: Vec<Usage>,
    uses: BTreeMap<String, Vec<SeenUse>>,
}

impl Home {
    /// Reads the workspace, if there is one.
    pub(in crate::commands) fn read(global: &Global, printer: &Printer) -> miette::Result<Option<Self>> {
        if !global.workspace.join(config::FILE).exists() {
            return Ok(None);
        }
        let workspace = Workspace::load(&global.workspace)?;
        let targets = targets(&workspace)?;
        let (usage, mut uses) = recorded(&workspace, printer)?;
        for file in &workspace.programs {
            if !uses.contains_key(file.program.id()) {
                uses.insert(file.program.id().to_owned(), claimed(&workspace.vocabulary, file)?);
            }
        }
        Ok(Some(Self { workspace, targets, usage, uses }))
    }

    /// The same for a report.
    pub(in crate::commands) fn house(&self) -> House<'_> {
        House {
            vocabulary: &self.workspace.vocabulary,
            programs: self.workspace.programs.iter().map(|file| self.program(file)).collect(),
            targets: self.targets.clone(),
            usage: self.usage.clone(),
        }
    }

    fn program<'h>(&'h self, file: &'h ProgramFile) -> Program<'h> {
        Program {
            id: file.program.id().to_owned(),
            name: file.program.name().to_owned(),
            stack: &file.stack,
            situation: situation(&self.workspace.vocabulary, file),
            uses: self.uses.get(file.program.id()).cloned().unwrap_or_default(),
        }
    }

    /// Adds what routes are configured with, and what the gateway saw: a maker, host or operator is part of a route, and
    /// the route is used by a program. Of these only what the instruments reach is added: whose machines run a model is no
    /// matter of an instrument that bars what somebody made.
    pub(in crate::commands) fn add(
        &self,
        builder: &mut GraphBuilder,
        instruments: &[&Instrument],
    ) -> miette::Result<()> {
        let source = builder.source("the configuration");
        let reaches = |reach: Reach| {
            instruments
                .iter()
                .flat_map(|instrument| &instrument.targets)
                .any(|target| target.reach.contains(&reach))
        };
        for target in &self.targets {
            let seen =
                self.usage.iter().any(|usage| usage.route == target.route && usage.served == target.served);
            let evidence = if seen { Evidence::Observed } else { Evidence::Configured };
            let route = node(
                builder,
                Kind::Product,
                "product",
                &format!("route/{}", target.route),
                "route",
                &target.route,
            )?;
            let served = &target.served;
            for (reach, who) in [
                (Reach::MadeBy, &served.maker),
                (Reach::ProvidedBy, &served.operator),
                (Reach::HostedBy, &served.host),
            ] {
                if reaches(reach) {
                    let who = node(builder, Kind::Organisation, "maker", who, "", who)?;
                    builder.edge(edge(who, route, EdgeKind::EmbeddedIn, evidence, Span::ALWAYS, source));
                }
            }
        }
        let source = builder.source("the ledger");
        for usage in &self.usage {
            let route = node(
                builder,
                Kind::Product,
                "product",
                &format!("route/{}", usage.route),
                "route",
                &usage.route,
            )?;
            let name = self.workspace.programs.iter().find(|file| file.program.id() == usage.program);
            let name = name.map_or(usage.program.as_str(), |file| file.program.name());
            let program = node(builder, Kind::Program, "program", &usage.program, "", name)?;
            let first = usage.first.to_string();
            let first = first.get(..10).and_then(|day| day.parse().ok());
            let span = Span::new(first, None);
            builder.edge(edge(route, program, EdgeKind::UsedBy, Evidence::Observed, span, source));
        }
        Ok(())
    }
}

fn node(
    builder: &mut GraphBuilder,
    kind: Kind,
    scheme: &str,
    value: &str,
    what: &str,
    name: &str,
) -> miette::Result<NodeId> {
    let identifier = Identifier::of_scheme(scheme, value).into_diagnostic()?;
    let name = format!("{what} {name}");
    Ok(builder.node(&Party { kind, names: &[name.trim()], identifiers: &[identifier] }))
}

fn edge(
    from: NodeId,
    to: NodeId,
    kind: EdgeKind,
    evidence: Evidence,
    span: Span,
    source: carveout_exposure::graph::SourceId,
) -> Edge {
    Edge { from, to, kind, evidence, span, stake: Stake::UNKNOWN, source, line: 0 }
}

/// The targets of the configured routes, with their facts.
fn targets(workspace: &Workspace) -> miette::Result<Vec<RouteTarget>> {
    let mut targets = Vec::new();
    for route in &workspace.config.routes {
        for target in &route.targets {
            let mut facts = Facts::default();
            for (fact, member) in [
                ("maker", &target.maker),
                ("host", &target.host),
                ("operator", &target.operator),
                ("deployment", &target.deployment),
                ("model", target.line.as_ref().unwrap_or(&target.model)),
            ] {
                facts.set_member(&workspace.vocabulary, fact, member).into_diagnostic()?;
            }
            targets.push(RouteTarget {
                route: route.alias.clone(),
                served: Served {
                    provider: target.provider.clone(),
                    maker: target.maker.clone(),
                    host: target.host.clone(),
                    operator: target.operator.clone(),
                    model: target.model.clone(),
                },
                line: target.line.clone(),
                facts,
            });
        }
    }
    Ok(targets)
}

/// What a program that never called would claim: what each of its keys claims by itself.
fn claimed(vocabulary: &Vocabulary, file: &ProgramFile) -> miette::Result<Vec<SeenUse>> {
    let claims: Vec<Facts> = match file.program.keys() {
        [] => vec![Facts::default()],
        keys => keys.iter().map(|key| key.claim.clone()).collect(),
    };
    let mut uses: Vec<SeenUse> = Vec::new();
    for caller in claims {
        let (program, gateway) = (file.program.facts().clone(), small(vocabulary)?);
        let known = Known { caller, program, gateway, evidence: Vec::new(), approvals: Vec::new() };
        if uses.iter().all(|other| other.known.caller != known.caller) {
            uses.push(SeenUse { route: String::new(), known, calls: 0 });
        }
    }
    Ok(uses)
}

/// Where a program's work falls, by what is registered for it.
fn situation(vocabulary: &Vocabulary, file: &ProgramFile) -> Situation {
    let member = |name: &str| {
        let fact = vocabulary.fact(name)?;
        let enumeration = vocabulary.get(fact).kind().enumeration()?;
        match file.program.facts().get(fact) {
            Some(Value::Member(member)) if *member != enumeration.unknown() => {
                Some(enumeration.member_name(*member).to_owned())
            }
            _ => None,
        }
    };
    Situation {
        name: file.program.name().to_owned(),
        agency: member("agency").and_then(|word| word.parse().ok()),
        system_class: member("system_class").and_then(|word| word.parse().ok()),
        component: member("component").and_then(|word| word.parse().ok()),
        purpose: None,
        procurement_class: member("procurement_class"),
        program: Some(file.program.id().to_owned()),
    }
}
