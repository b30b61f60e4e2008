//! How far an instrument's conduct goes along a way.
//!
//! What is forbidden differs by the step. Who offers or embeds what is barred holds it; who uses it uses it. Up from a
//! subcontractor flow what is provided and what is used in performance, as far as the record's flow-down says. Using
//! something anywhere, being contracted with as a user of it (section 889(a)(1)(B), FAR 52.204-25) and commerce with the
//! source are matters of the one who does it: the company that a user works for isn't a user because of it.

use carveout_terms::designation::{Conduct, Instrument};

use crate::{
    graph::{Edge, EdgeKind},
    paths::Way,
};

/// What flows from a subcontractor to the company that it works for.
const fn flows(conduct: Conduct) -> bool {
    matches!(conduct, Conduct::Provide | Conduct::UseInPerformance)
}

/// How an instrument flows.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Flow {
    /// Through how many tiers of subcontractors it goes; none is without end.
    pub tiers: Option<u32>,
    /// Whether the record says so. If it doesn't, all tiers are looked at where the conduct flows at all: that is
    /// more than may be reached, never less.
    pub stated: bool,
    /// The paragraphs that don't flow down.
    pub excluded: Vec<String>,
    /// What is forbidden.
    #[serde(serialize_with = "words")]
    pub conduct: Vec<Conduct>,
}

fn words<S: serde::Serializer>(conduct: &[Conduct], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(conduct.iter().map(|conduct| conduct.as_str()))
}

impl Flow {
    /// How a recorded instrument flows.
    #[must_use]
    pub fn of(instrument: &Instrument) -> Self {
        let stated = instrument.flow_down.as_ref();
        let tiers = match stated {
            _ if !instrument.conduct.iter().copied().any(flows) => Some(0),
            Some(flow_down) => flow_down.tiers,
            None => None,
        };
        Self {
            tiers,
            stated: stated.is_some() || tiers == Some(0),
            excluded: stated.map(|flow_down| flow_down.excluded.clone()).unwrap_or_default(),
            conduct: instrument.conduct.clone(),
        }
    }

    /// What of the conduct reaches the end of each step of a way.
    #[must_use]
    pub fn along(&self, way: &Way) -> Vec<Vec<Conduct>> {
        let mut flowed = 0_u32;
        let steps = way.edges.iter().enumerate();
        steps
            .map(|(position, edge)| {
                // For whom the barred one works itself is the first to hold what it gives; nothing has flowed.
                flowed += u32::from(position > 0 && edge.kind == EdgeKind::WorksFor);
                self.after(flowed, edge)
            })
            .collect()
    }

    fn after(&self, flowed: u32, edge: &Edge) -> Vec<Conduct> {
        let far = self.tiers.is_some_and(|most| flowed > most);
        let holder = matches!(
            edge.kind,
            EdgeKind::Offers | EdgeKind::EmbeddedIn | EdgeKind::DeployedAs | EdgeKind::Hosts
        );
        let reaches = |conduct: &Conduct| {
            let here = flowed == 0 || (flows(*conduct) && !far);
            // A product or a deployment holds what is barred: that can be provided. Nobody uses it yet.
            here && (!holder || *conduct == Conduct::Provide)
        };
        self.conduct.iter().copied().filter(reaches).collect()
    }
}
