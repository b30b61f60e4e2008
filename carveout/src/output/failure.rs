//! A failure as a JSON document: what went wrong, what to do, and every problem with its place.

use miette::{Diagnostic, Report, SourceCode};
use serde_json::{Value as Json, json};

/// The document of a failure.
pub(super) fn document(report: &Report) -> Json {
    let causes: Vec<String> = report.chain().map(ToString::to_string).collect();
    let mut problems = Vec::new();
    let diagnostic: &dyn Diagnostic = report.as_ref();
    collect(diagnostic, None, &mut problems);
    json!({
        "error": causes.join(": "),
        "help": help(diagnostic),
        "problems": problems,
    })
}

fn help(diagnostic: &dyn Diagnostic) -> Option<String> {
    let own = diagnostic.help().map(|help| help.to_string());
    own.or_else(|| diagnostic.diagnostic_source().and_then(help))
}

/// Everything that is pointed at, the places counted from one.
fn collect(diagnostic: &dyn Diagnostic, outer: Option<&dyn SourceCode>, problems: &mut Vec<Json>) {
    let source = diagnostic.source_code().or(outer);
    for label in diagnostic.labels().into_iter().flatten() {
        let place = source.and_then(|source| source.read_span(label.inner(), 0, 0).ok());
        problems.push(json!({
            "file": place.as_ref().and_then(|place| place.name()),
            "line": place.as_ref().map(|place| place.line() + 1),
            "column": place.as_ref().map(|place| place.column() + 1),
            "code": diagnostic.code().map(|code| code.to_string()),
            "message": diagnostic.to_string(),
            "hint": diagnostic.help().map(|help| help.to_string()),
        }));
    }
    for related in diagnostic.related().into_iter().flatten() {
        collect(related, source, problems);
    }
    if let Some(cause) = diagnostic.diagnostic_source() {
        collect(cause, source, problems);
    }
}
