//! Files that people write, read with errors that point into them.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use carveout_terms::{Agreement, Problem, Problems, Vocabulary};
use miette::{Diagnostic, IntoDiagnostic, NamedSource, SourceCode, WrapErr};

/// Everything wrong with several files.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

/// Everything wrong with one file.
#[derive(Debug)]
struct Fault {
    source: NamedSource<Arc<str>>,
    problems: Problems,
}

impl Faults {
    pub(crate) fn add(&mut self, path: &Path, problems: Problems) {
        let source = NamedSource::new(path.display().to_string(), Arc::clone(problems.source_text()));
        self.0.push(Fault { source, problems });
    }

    pub(crate) fn one(path: &Path, problems: Problems) -> Self {
        let mut faults = Self::default();
        faults.add(path, problems);
        faults
    }

    pub(crate) fn into_result(self) -> miette::Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(self.into()) }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let problems: usize = self.0.iter().map(|fault| fault.problems.list().len()).sum();
        write!(f, "{problems} problem(s) in {} file(s)", self.0.len())
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
        write!(f, "`{}` has {} problem(s)", self.source.name(), self.problems.list().len())
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
    fs::read_to_string(path).into_diagnostic().wrap_err_with(|| format!("can't read `{}`", path.display()))
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
        Faults::one(file, problems).into()
    })
}

/// Reads an agreement.
pub(crate) fn agreement(path: &Path, vocabulary: &Vocabulary) -> miette::Result<Agreement> {
    Agreement::parse(&read(path)?, vocabulary).map_err(|problems| Faults::one(path, problems).into())
}
