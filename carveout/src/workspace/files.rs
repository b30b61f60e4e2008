//! Files that people write, read with errors that point into them.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
};

use carveout_terms::{Agreement, Problem, Problems, Vocabulary};
use miette::{Diagnostic, IntoDiagnostic, NamedSource, Report, SourceCode, WrapErr, miette};

use crate::output::visible_source;

/// Everything wrong with several files.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

/// Everything wrong with one file.
#[derive(Debug)]
struct Fault {
    source: NamedSource<String>,
    problems: Problems,
}

impl Faults {
    pub(crate) fn add(&mut self, path: &Path, problems: Problems) {
        let source = NamedSource::new(path.display().to_string(), visible_source(problems.source_text()));
        self.0.push(Fault { source, problems });
    }

    /// Each file with what is wrong with it, in a line.
    pub(crate) fn lines(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|fault| {
            let problems: Vec<String> = fault.problems.list().iter().map(ToString::to_string).collect();
            format!("{fault}: {}", problems.join("; "))
        })
    }

    /// Everything wrong with one file, as an error.
    pub(crate) fn report(path: &Path, problems: Problems) -> Report {
        let mut faults = Self::default();
        faults.add(path, problems);
        faults.into_result().err().unwrap_or_else(|| miette!("`{}` can't be used", path.display()))
    }

    pub(crate) fn into_result(mut self) -> miette::Result<()> {
        match (self.0.pop(), self.0.is_empty()) {
            (None, _) => Ok(()),
            (Some(only), true) => Err(only.into()),
            (Some(last), false) => {
                self.0.push(last);
                Err(self.into())
            }
        }
    }
}

fn counted(problems: usize) -> String {
    if problems == 1 { "1 problem".to_owned() } else { format!("{problems} problems") }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let problems: usize = self.0.iter().map(|fault| fault.problems.list().len()).sum();
        write!(f, "{} in {} files", counted(problems), self.0.len())
    }
}

impl std::error::Error for Faults {}

impl Diagnostic for Faults {
    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        Some(Box::new(self.0.iter().map(|fault| fault as &dyn Diagnostic)))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` has {}", self.source.name(), counted(self.problems.list().len()))
    }
}

impl std::error::Error for Fault {}

impl Diagnostic for Fault {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        Some(Box::new(self.problems.list().iter().map(|problem: &Problem| problem as &dyn Diagnostic)))
    }
}

/// Reads a text file.
pub(crate) fn read(path: &Path) -> miette::Result<String> {
    let cant = || format!("can't read `{}`", path.display());
    if path.is_dir() {
        return Err(miette!(help = "name a file in it", "`{}` is a folder", path.display()));
    }
    let bytes = fs::read(path).into_diagnostic().wrap_err_with(cant)?;
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = valid.iter().filter(|byte| **byte == b'\n').count() + 1;
        miette!(help = "save it as UTF-8", "line {line} is not UTF-8 text").wrap_err(cant())
    })
}

/// The files of a folder with an extension, by name.
pub(crate) fn listed(directory: &Path, extension: &str) -> miette::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(directory)
        .into_diagnostic()
        .wrap_err_with(|| format!("can't read the folder `{}`", directory.display()))?;
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.into_diagnostic()?.path();
        if path.extension().is_some_and(|found| found == extension) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// Reads a vocabulary from PATH.cedarschema and PATH.toml.
pub(crate) fn vocabulary(path: &Path) -> miette::Result<Vocabulary> {
    let schema = path.with_extension("cedarschema");
    let taxonomy = path.with_extension("toml");
    let (schema_text, taxonomy_text) = (read(&schema)?, read(&taxonomy)?);
    Vocabulary::parse(&schema_text, &taxonomy_text).map_err(|problems| {
        let file = if **problems.source_text() == *taxonomy_text { &taxonomy } else { &schema };
        Faults::report(file, problems)
    })
}

/// Reads an agreement.
pub(crate) fn agreement(path: &Path, vocabulary: &Vocabulary) -> miette::Result<Agreement> {
    Agreement::parse(&read(path)?, vocabulary).map_err(|problems| Faults::report(path, problems))
}
