//! `carveout.toml`: one file, every key known. Flags and `CARVEOUT_*` variables come before it.

mod designating;
mod gateway;
mod holding;
mod load;
mod record;
mod routing;
mod secret;
mod watching;

use std::collections::BTreeMap;

use serde::Deserialize;

pub(crate) use self::{
    designating::{Announced, Designations, PendingWaivers},
    gateway::{Gateway, Limits, Metrics, Seconds},
    holding::{Holds, News, Officer, Webhook},
    load::{FILE, load},
    record::{Evidence, Ledger, Signatures, Terms},
    routing::{CredentialHeader, Dialect, Moves, Provider, Route, Target, Tool},
    secret::Reference,
    watching::{Judge, Monitor},
};

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Marks a workspace where nothing is at stake: the sample provider and demo keys work.
    #[serde(default)]
    pub(crate) sample: bool,
    pub(crate) gateway: Gateway,
    /// Where those listen to the gateway who watch it.
    pub(crate) metrics: Option<Metrics>,
    pub(crate) terms: Terms,
    pub(crate) ledger: Ledger,
    /// The parties' public keys, by party id. They are pinned when the ledger is founded.
    #[serde(default)]
    pub(crate) parties: BTreeMap<String, Reference>,
    #[serde(default)]
    pub(crate) holds: Holds,
    /// Who may answer holds.
    #[serde(default, rename = "officer")]
    pub(crate) officers: Vec<Officer>,
    /// Who is told what happens to holds.
    #[serde(default, rename = "webhook")]
    pub(crate) webhooks: Vec<Webhook>,
    /// What is decided and recorded without an effect on rulings.
    #[serde(default, rename = "monitor")]
    pub(crate) monitors: Vec<Monitor>,
    #[serde(default)]
    pub(crate) designations: Designations,
    /// Tools as the operator registers them, for every program. A program's own file may register more.
    #[serde(default, rename = "tool")]
    pub(crate) tools: Vec<Tool>,
    #[serde(default)]
    pub(crate) evidence: Evidence,
    /// A model that judges what clauses say in prose.
    pub(crate) judge: Option<Judge>,
    #[serde(default, rename = "provider")]
    pub(crate) providers: Vec<Provider>,
    #[serde(default, rename = "route")]
    pub(crate) routes: Vec<Route>,
}
