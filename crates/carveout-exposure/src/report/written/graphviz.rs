//! Every step of every way that is told, once, in the language of GraphViz.

use std::collections::BTreeSet;

use super::super::Report;

/// The graph of a report's ways. Steps that nothing of the conduct reaches are dashed.
#[must_use]
pub fn graphviz(report: &Report) -> String {
    let mut lines: BTreeSet<String> = BTreeSet::new();
    for taken in report.targets.iter().flat_map(|target| &target.taken_for) {
        lines.insert(format!("  {} [shape=box, style=bold];", quoted(&taken.name)));
    }
    for step in report.touched.iter().flat_map(|touched| &touched.ways).flat_map(|way| &way.steps) {
        let label = quoted(&format!("{} ({})", step.relation, step.evidence.as_str()));
        let dashed = if step.conduct.is_empty() { ", style=dashed" } else { "" };
        lines.insert(format!("  {} -> {} [label={label}{dashed}];", quoted(&step.from), quoted(&step.to)));
    }
    let lines: Vec<String> = lines.into_iter().collect();
    format!("digraph exposure {{\n  rankdir=LR;\n{}\n}}\n", lines.join("\n"))
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace(['\n', '\r'], " "))
}
