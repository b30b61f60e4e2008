//! Who is barred, whom the instrument reaches, and on which day.

use carveout_exposure::{
    graph::{Graph, NodeId},
    matching::{Matcher, Verdict},
    ownership::AffiliateRule,
};
use miette::miette;

use crate::cli::Instrument;

/// What is asked of a graph.
pub(super) struct Asked {
    pub(super) barred: Vec<NodeId>,
    pub(super) rule: AffiliateRule,
    pub(super) day: chrono::NaiveDate,
}

/// Finds in the graph what was typed.
pub(super) fn asked(graph: &Graph, instrument: &Instrument) -> miette::Result<Asked> {
    let day = match instrument.on {
        Some(day) => day,
        None => today()?,
    };
    Ok(Asked { barred: barred(graph, &instrument.barred)?, rule: instrument.rule, day })
}

/// The nodes of the barred: an identifier that is there, or a name that means one organisation.
fn barred(graph: &Graph, wanted: &[String]) -> miette::Result<Vec<NodeId>> {
    let mut matcher = None;
    let mut nodes = Vec::with_capacity(wanted.len());
    for text in wanted {
        if let Some(node) = graph.find(text) {
            nodes.push(node);
            continue;
        }
        let found = matcher.get_or_insert_with(|| Matcher::new(graph)).find(&[text], &[]);
        let same: Vec<_> = found.iter().filter(|found| found.verdict == Verdict::Same).collect();
        let [one] = same.as_slice() else {
            let help =
                "`carveout exposure match --name` lists who could be meant; name the one by its identifier";
            return Err(miette!(help = help, "`{text}` means {} organisations of the sources", same.len()));
        };
        nodes.push(one.node);
    }
    Ok(nodes)
}

/// The day of the machine's clock, in UTC.
pub(super) fn today() -> miette::Result<chrono::NaiveDate> {
    let text = super::super::now().to_string();
    let day = text.get(..10).and_then(|day| day.parse().ok());
    day.ok_or_else(|| miette!(help = "name the day with `--on`", "the clock of the machine can't be read"))
}
