//! Sides: the terms that a question is asked about, read from files, folders or a program.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use carveout_proof::{Dates, side};
use carveout_terms::{Agreement, Facts, Stack, Vocabulary};
use miette::{IntoDiagnostic, WrapErr, miette};

use super::{Faults, Workspace, files, read};

/// How a program of the workspace is named instead of a file.
const PROGRAM: &str = "program:";

/// Agreements that apply together.
#[derive(Debug)]
pub(crate) struct Side {
    /// What was typed.
    pub(crate) name: String,
    /// The agreements as they were read.
    pub(crate) agreements: Vec<Arc<Agreement>>,
    /// What the program presumes.
    pub(crate) presume: Facts,
    /// The stack that is asked about.
    pub(crate) stack: Arc<Stack>,
}

impl Side {
    /// Reads agreements as drafts. Each operand is a file, a folder, or `program:ID`.
    pub(crate) fn read(
        operands: &[String],
        vocabulary: &Arc<Vocabulary>,
        root: &Path,
        dates: Dates,
    ) -> miette::Result<Self> {
        let (mut agreements, mut presume) = (Vec::new(), Facts::default());
        for operand in operands {
            match operand.strip_prefix(PROGRAM) {
                Some(program) => {
                    let workspace = Workspace::load(root)?;
                    let stack = &workspace.program(program)?.stack;
                    agreements.extend(stack.agreements().iter().cloned());
                    presume = presume.overridden_by(stack.presume());
                }
                None => agreements.extend(drafts(Path::new(operand), vocabulary)?),
            }
        }
        let name = operands.join(" ");
        let stack = stack(vocabulary, &agreements, &presume, dates)
            .wrap_err_with(|| format!("the agreements of `{name}` can't apply together"))?;
        Ok(Self { name, agreements, presume, stack })
    }

    /// One agreement by itself, whatever its dates.
    pub(crate) fn alone(
        name: &str,
        agreement: Agreement,
        vocabulary: &Arc<Vocabulary>,
    ) -> miette::Result<Self> {
        let (agreements, presume) = (vec![Arc::new(agreement)], Facts::default());
        let stack = stack(vocabulary, &agreements, &presume, Dates::Ignored)?;
        Ok(Self { name: name.to_owned(), agreements, presume, stack })
    }
}

fn stack(
    vocabulary: &Arc<Vocabulary>,
    agreements: &[Arc<Agreement>],
    presume: &Facts,
    dates: Dates,
) -> miette::Result<Arc<Stack>> {
    let stack = side(vocabulary, agreements.iter().map(|agreement| agreement.as_ref().clone()), dates);
    let stack = stack.into_diagnostic()?;
    if presume.is_empty() {
        return Ok(stack);
    }
    let presuming = Stack::new(Arc::clone(vocabulary), stack.agreements().to_vec(), presume.clone());
    Ok(Arc::new(presuming.into_diagnostic()?))
}

fn drafts(path: &Path, vocabulary: &Vocabulary) -> miette::Result<Vec<Arc<Agreement>>> {
    if !path.is_dir() {
        return Ok(vec![Arc::new(draft(path, vocabulary)?)]);
    }
    let mut faults = Faults::default();
    let mut agreements = Vec::new();
    for (path, source) in agreement_files(path)? {
        match Agreement::draft(&source, vocabulary) {
            Ok(agreement) => agreements.push(Arc::new(agreement)),
            Err(problems) => faults.add(&path, problems),
        }
    }
    faults.into_result()?;
    if agreements.is_empty() {
        let help = "name a file, or a folder whose `.md` files start with `+++` and `agreement = …`";
        return Err(miette!(help = help, "there is no agreement in `{}`", path.display()));
    }
    Ok(agreements)
}

/// Reads one agreement as a draft.
pub(crate) fn draft(path: &Path, vocabulary: &Vocabulary) -> miette::Result<Agreement> {
    Agreement::draft(&read(path)?, vocabulary).map_err(|problems| Faults::report(path, problems))
}

/// The agreements of a folder: Markdown with front matter that isn't a party's red lines.
fn agreement_files(folder: &Path) -> miette::Result<Vec<(PathBuf, String)>> {
    let mut found = Vec::new();
    for path in files::listed(folder, "md")? {
        let source = read(&path)?;
        if source.starts_with("+++") && !is_red_lines(&source) {
            found.push((path, source));
        }
    }
    Ok(found)
}

fn is_red_lines(source: &str) -> bool {
    let head = source.lines().skip(1).take_while(|line| line.trim_end() != "+++");
    head.into_iter().any(|line| line.trim_start().starts_with("redlines"))
}
