//! `compare`: what do several agreements say to the same uses?

mod document;
mod page;
mod rows;
mod text;

use std::{path::PathBuf, sync::Arc};

use carveout_proof::{Answer, Cell, ComparedRow, Comparison, Dates, Prover, Row, Undecided, side};
use carveout_terms::{Agreement, MemberSet, RoleId, Stack, Vocabulary};
use miette::{IntoDiagnostic, WrapErr, miette};

use super::{diff::unfinished, redlines::still_undecided};
use crate::{
    cli::{Compare, Global},
    output::{Exit, Printer},
    proving::{Means, SecondOpinion, prove, remembering},
    workspace::draft,
};

/// How many names of a row stand in the table.
const SHOWN: usize = 2;

pub(super) fn run(global: &Global, arguments: &Compare, printer: &Printer) -> miette::Result<Exit> {
    let vocabulary = Arc::new(super::vocabulary(arguments.vocabulary.as_ref(), &global.workspace)?);
    let agreements = arguments.files.iter().map(|path| draft(path, &vocabulary));
    let agreements = agreements.collect::<miette::Result<Vec<Agreement>>>()?;
    let rows = match &arguments.uses {
        Some(path) => rows::read(path, &vocabulary)?,
        None => Row::purposes(&vocabulary),
    };
    if rows.is_empty() {
        return Err(miette!(help = "name some with --uses", "the vocabulary has no purposes to compare by"));
    }
    let solver = arguments.cross_check.program();
    let (asked, theirs) = ((Arc::clone(&vocabulary), rows.clone()), agreements.clone());
    let proven = prove(arguments.limits, move |means| compared(means, asked, &theirs, solver.as_ref()))?;
    let unfinished = unfinished(proven.stopped, arguments.limits);
    let (comparison, opinion) = match proven.found {
        Ok((_, opinion)) if opinion.objection().is_some() => {
            return still_undecided(printer, "compare", opinion.objection().unwrap_or_default());
        }
        Ok(found) => found,
        Err(undecided) => {
            let why =
                proven.stopped.map_or_else(|| undecided.to_string(), |stopped| stopped.words().to_owned());
            return still_undecided(printer, "compare", &why);
        }
    };
    let columns = agreements.into_iter().zip(&arguments.files).map(|(agreement, path)| {
        let stack = side(&vocabulary, [agreement.clone()], Dates::Ignored).into_diagnostic()?;
        Ok(Column { agreement, path: path.clone(), stack })
    });
    let columns = columns.collect::<miette::Result<Vec<Column>>>()?;
    let by_purpose = arguments.uses.is_none();
    let found =
        Found { columns, comparison, vocabulary, by_purpose, all: arguments.all, unfinished, opinion };
    if let Some(path) = &arguments.html {
        std::fs::write(path, page::page(&found))
            .into_diagnostic()
            .wrap_err_with(|| format!("can't write `{}`", path.display()))?;
        printer.note(format_args!("wrote {}", path.display()));
    }
    if printer.json() {
        printer.document("compare", &document::of(&found))?;
    } else {
        text::print(printer, &found);
    }
    Ok(Exit::Yes)
}

fn compared(
    means: &Means,
    (vocabulary, rows): (Arc<Vocabulary>, Vec<Row>),
    agreements: &[Agreement],
    solver: Option<&PathBuf>,
) -> Result<(Comparison, SecondOpinion), Undecided> {
    let mut prover = remembering(Prover::new(vocabulary, means.budget.clone())?, solver);
    let comparison = prover.compare(agreements, &rows)?;
    Ok((comparison, means.cross_checked(&prover, solver)))
}

/// An agreement that is compared.
struct Column {
    agreement: Agreement,
    path: PathBuf,
    /// The agreement by itself.
    stack: Arc<Stack>,
}

/// Everything that was found out.
struct Found {
    columns: Vec<Column>,
    comparison: Comparison,
    vocabulary: Arc<Vocabulary>,
    by_purpose: bool,
    /// Whether rows on which all rule alike are shown too.
    all: bool,
    unfinished: String,
    opinion: SecondOpinion,
}

impl Found {
    /// What heads the columns: ids, and versions too where an id stands for several.
    fn headings(&self) -> Vec<String> {
        let heading = |column: &Column| {
            let id = column.agreement.id();
            let several = self.columns.iter().filter(|other| other.agreement.id() == id).count() > 1;
            if several { format!("{id} {}", column.agreement.version()) } else { id.to_owned() }
        };
        self.columns.iter().map(heading).collect()
    }

    /// The rows to show: with one agreement every row, with several those that tell them apart.
    fn rows(&self) -> Vec<&ComparedRow> {
        let shown = |row: &&ComparedRow| self.all || self.columns.len() < 2 || !row.alike;
        self.comparison.rows.iter().filter(shown).collect()
    }

    /// How many of the rows that were asked for are left out, if some are.
    fn left_out(&self) -> Option<String> {
        let all: usize = self.comparison.rows.iter().map(|row| row.names.len()).sum();
        let shown: usize = self.rows().iter().map(|row| row.names.len()).sum();
        match all - shown {
            0 => None,
            1 => Some("1 row is left out, on which all rule alike (proven)".to_owned()),
            several => Some(format!("{several} rows are left out, on which all rule alike (proven)")),
        }
    }

    /// The names of a row, all of them.
    fn name(&self, row: &ComparedRow) -> String {
        self.names(row).join(", ")
    }

    /// The first names of a row, and how many more there are.
    fn short_name(&self, row: &ComparedRow) -> String {
        let names = self.names(row);
        match names.get(..SHOWN) {
            Some(first) if names.len() > SHOWN => {
                format!("{} and {} more", first.join(", "), names.len() - SHOWN)
            }
            _ => names.join(", "),
        }
    }

    /// The names of a row; purposes by their groups.
    fn names<'r>(&'r self, row: &'r ComparedRow) -> Vec<&'r str> {
        let purpose = self.vocabulary.fact("purpose").filter(|_| self.by_purpose);
        let enumeration = purpose.and_then(|fact| self.vocabulary.get(fact).kind().enumeration());
        let Some(enumeration) = enumeration else {
            return row.names.iter().map(String::as_str).collect();
        };
        let members = row.names.iter().filter_map(|name| enumeration.position(name));
        enumeration.names_for(&MemberSet::of(members))
    }
}

/// A cell in a few words, and the ruling that it is coloured by.
fn brief(cell: &Cell) -> (&'static str, String) {
    let clauses: Vec<&str> = cell.clauses.iter().map(|clause| clause.clause.as_str()).collect();
    let by = if clauses.is_empty() { String::new() } else { format!(" {}", clauses.join(", ")) };
    match &cell.answer {
        Answer::Permitted => ("permit", format!("permitted{by}")),
        Answer::Held(roles) => {
            let roles: Vec<&str> = roles.iter().map(RoleId::as_str).collect();
            ("hold", format!("held for {}{by}", roles.join(" and ")))
        }
        Answer::Denied if cell.ungranted && clauses.is_empty() => ("deny", "denied: not granted".to_owned()),
        Answer::Denied if cell.ungranted => ("deny", format!("denied{by}, or not granted")),
        Answer::Denied => ("deny", format!("denied{by}")),
        Answer::Depends => ("hold", format!("depends{by}")),
        Answer::NotGoverned => ("", "not governed".to_owned()),
    }
}

/// What a cell depends on: each ruling with the phrases of its cubes.
fn conditions<'c>(
    cell: &'c Cell,
    vocabulary: &'c Vocabulary,
) -> Vec<(&'static str, String, Vec<String>, bool)> {
    let words = |region: &carveout_proof::ShownRegion| -> Vec<String> {
        region.cubes.iter().map(|shown| shown.cube.words(vocabulary).to_string()).collect()
    };
    let mut all = vec![
        ("permit", "permitted".to_owned(), words(&cell.permitted), cell.permitted.exhausted),
        ("deny", "denied".to_owned(), words(&cell.denied), cell.denied.exhausted),
    ];
    for (role, held) in &cell.held {
        all.push(("hold", format!("held for {role}"), words(held), held.exhausted));
    }
    all.retain(|(_, _, words, exhausted)| !words.is_empty() || !exhausted);
    all
}
