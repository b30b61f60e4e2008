//! What is wrong with a source text: one shape for every file people write.

use std::{fmt, ops::Range, sync::Arc};

use miette::{Diagnostic, LabeledSpan, SourceCode};
use toml::Spanned;

use crate::FactError;

/// How bad a problem is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The file can't be used.
    Error,
    /// The file can be used, but its author should look.
    Warning,
}

/// A stable, searchable name for a kind of problem, such as `unknown-fact`.
pub type Code = &'static str;

/// One thing wrong with a source text, and what to do about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// The kind of problem.
    pub code: Code,
    /// What is wrong, lowercase, the author's own words in backticks.
    pub message: String,
    /// Where, in bytes of the source text.
    pub span: Range<usize>,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Problem {
    pub(crate) fn error(code: Code, span: Range<usize>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, code, message: message.into(), span, hint: None }
    }

    /// What is wrong with a fact in a TOML file, at its name or at its value.
    pub(crate) fn fact<V>(
        code: Code,
        mut error: FactError,
        name: &Spanned<String>,
        value: &Spanned<V>,
    ) -> Self {
        let hint = error.take_hint();
        let span = if error.is_of_the_name() { name.span() } else { value.span() };
        Self::error(code, span, error.to_string()).maybe_hint(hint)
    }

    /// Says what to do, unless something better was said before.
    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        self.maybe_hint(Some(hint.into()))
    }

    /// The same problem, found in a text that starts so many bytes into the source.
    pub(crate) fn moved(mut self, by: usize) -> Self {
        self.span = self.span.start + by..self.span.end + by;
        self
    }

    pub(crate) fn maybe_hint(mut self, hint: Option<String>) -> Self {
        self.hint = self.hint.or(hint);
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}

impl Diagnostic for Problem {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.hint.as_ref().map(|hint| Box::new(hint) as Box<dyn fmt::Display>)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(None, self.span.clone()))))
    }
}

/// Everything wrong with one source text, in the order of the text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problems {
    what: &'static str,
    source: Arc<str>,
    list: Vec<Problem>,
}

impl Problems {
    pub(crate) fn new(what: &'static str, source: &str, mut list: Vec<Problem>) -> Self {
        list.sort_by_key(|problem| (problem.span.start, problem.severity));
        list.dedup();
        Self { what, source: source.into(), list }
    }

    pub(crate) fn not_text(what: &'static str) -> Self {
        Self::new(what, "", vec![Problem::error("not-text", 0..0, "the bytes are not what was written")])
    }

    /// The problems, in the order of the text.
    #[must_use]
    pub fn list(&self) -> &[Problem] {
        &self.list
    }

    /// The source text that the spans point into.
    #[must_use]
    pub fn source_text(&self) -> &Arc<str> {
        &self.source
    }

    /// The line and column of a problem, both counted from one; columns count characters.
    #[must_use]
    pub fn position(&self, problem: &Problem) -> (usize, usize) {
        let before = self.source.get(..problem.span.start).unwrap_or(&self.source);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
        (before.matches('\n').count() + 1, column)
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this {} has {} problem(s)", self.what, self.list.len())?;
        for problem in &self.list {
            let (line, column) = self.position(problem);
            write!(f, "\n  {line}:{column} {} [{}]", problem.message, problem.code)?;
            if let Some(hint) = &problem.hint {
                write!(f, "; {hint}")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

impl Diagnostic for Problems {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        Some(Box::new(self.list.iter().map(|problem| problem as &dyn Diagnostic)))
    }
}

/// The candidate nearest to what was written, if one is near enough to be meant.
///
/// Callers can make us look: candidates that differ too much in length are not compared, so that the
/// cost doesn't grow with what was written.
pub(crate) fn nearest<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let written = written.to_lowercase();
    candidates
        .into_iter()
        .filter(|candidate| candidate.len().abs_diff(written.len()) <= allowed_distance(candidate))
        .map(|candidate| (strsim::damerau_levenshtein(&written, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= allowed_distance(candidate))
        .min()
        .map(|(_, candidate)| format!("did you mean `{candidate}`?"))
}

/// So many slips of the pen and a name may still be meant.
const fn allowed_distance(candidate: &str) -> usize {
    1 + candidate.len() / 3
}
