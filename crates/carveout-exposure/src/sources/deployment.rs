//! A deployment as somebody keeps it by hand: which product, on whose machines, for whom.

use serde::Deserialize;

use super::{plain, reference};
use crate::{
    graph::{Edge, EdgeKind, GraphBuilder, Kind, NodeId, Party, SourceId},
    identifier::Identifier,
    share::Stake,
};

/// A product that runs on a host for programs and companies. What is barred comes to its users by either.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenDeployment {
    pub(super) id: String,
    #[serde(default)]
    name: String,
    product: String,
    host: String,
    used_by: Vec<String>,
    #[serde(default)]
    since: Option<toml::value::Datetime>,
    #[serde(default)]
    until: Option<toml::value::Datetime>,
    #[serde(default)]
    evidence: String,
    /// Where whoever wrote it has it from. It is for readers of the file.
    #[serde(default, rename = "source")]
    _source: String,
}

impl WrittenDeployment {
    /// Adds it with its edges, or says why not. A product or host that no other record knows is added too, and told when
    /// the graph is finished: another source may still name it.
    pub(super) fn add(
        &self,
        source: SourceId,
        line: u32,
        builder: &mut GraphBuilder,
    ) -> Result<(), &'static str> {
        let identifier = Identifier::of_scheme("deployment", &self.id)
            .map_err(|_| "a deployment without an `id` of 1 to 256 bytes")?;
        let evidence = reference::evidence(&self.evidence)?;
        let span = plain::span(&reference::date(self.since), &reference::date(self.until))?;
        if reference::kind_of(&self.product) != Some(Kind::Product) {
            return Err("a product without its scheme: `product:…`");
        }
        // A name alone would always be somebody: an identifier shows whether another record knows it.
        if reference::kind_of(&self.host) != Some(Kind::Organisation) {
            return Err("a host without an organisation's identifier: `uei:…`, `domain:…`, `id:…`");
        }
        let can_use = |user: &String| {
            matches!(reference::kind_of(user), None | Some(Kind::Organisation | Kind::Program))
        };
        if self.used_by.is_empty() || !self.used_by.iter().all(can_use) {
            return Err("`used_by` names no program or organisation: `program:…`, `uei:…`, or a name");
        }
        let product = reference::node(&self.product, builder)?;
        let host = reference::node(&self.host, builder)?;
        let users = self.used_by.iter().map(|user| reference::node(user, builder));
        let users: Vec<NodeId> = users.collect::<Result<_, _>>()?;
        let deployment =
            builder.node(&Party { kind: Kind::Deployment, names: &[&self.name], identifiers: &[identifier] });
        let mut edge = |from, to, kind| {
            builder.edge(Edge { from, to, kind, evidence, span, stake: Stake::UNKNOWN, source, line });
        };
        edge(product, deployment, EdgeKind::DeployedAs);
        edge(host, deployment, EdgeKind::Hosts);
        users.into_iter().for_each(|user| edge(deployment, user, EdgeKind::UsedBy));
        Ok(())
    }
}
