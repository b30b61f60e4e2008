//! What was measured of a judge, clause by clause, and where `check` reads it.

use std::{fs, path::Path};

use carveout_signals::wilson;
use carveout_terms::{Agreement, Clause, Digest};
use miette::{IntoDiagnostic, WrapErr};
use serde::{Deserialize, Serialize};

/// Below the workspace.
pub(crate) const FILE: &str = "judge/calibration.json";

const VERSION: u32 = 1;

/// The file.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Measurements {
    version: u32,
    clauses: Vec<Measured>,
}

/// How one model judged one clause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Measured {
    pub(crate) agreement: String,
    pub(crate) clause: String,
    /// SHA-256 of the clause's prose: another wording was not measured.
    pub(crate) prose: String,
    pub(crate) provider: String,
    pub(crate) model: String,
    pub(crate) at: String,
    /// Examples that violate the clause, and how many of them the judge found.
    pub(crate) violating: usize,
    pub(crate) found: usize,
    /// Examples that comply, and how many of them the judge condemned.
    pub(crate) complying: usize,
    pub(crate) condemned: usize,
    /// Examples of either kind on which it gave no verdict; those count as not found.
    pub(crate) none: usize,
}

impl Measured {
    /// `recall 0.90 (0.74 to 0.97) on 30 that violate, false alarms …`.
    pub(crate) fn words(&self) -> String {
        let share = |part: usize, whole: usize| {
            let (low, high) = wilson(part, whole);
            let is = if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
            format!("{is:.2} ({low:.2} to {high:.2})")
        };
        format!(
            "recall {} on {} examples that violate, false alarms {} on {} that comply, no verdict on {}, by `{}` on {}",
            share(self.found, self.violating),
            self.violating,
            share(self.condemned, self.complying),
            self.complying,
            self.none,
            self.model,
            self.at,
        )
    }

    fn is_of(&self, other: &Self) -> bool {
        let key = |one: &Self| [&one.agreement, &one.clause, &one.provider, &one.model].map(String::clone);
        key(self) == key(other)
    }
}

/// The digest by which a clause's wording is known.
pub(crate) fn prose_digest(clause: &Clause) -> String {
    Digest::of(clause.prose().as_bytes()).to_string()
}

impl Measurements {
    /// Those of a workspace; none if nothing was measured.
    pub(crate) fn read(root: &Path) -> miette::Result<Self> {
        let path = root.join(FILE);
        if !path.exists() {
            return Ok(Self::default());
        }
        let text = fs::read_to_string(&path).into_diagnostic();
        let read = text.and_then(|text| serde_json::from_str(&text).into_diagnostic());
        read.wrap_err_with(|| {
            format!("`{}` can't be read; measure again with `carveout judge calibrate`", path.display())
        })
    }

    /// What was measured for a clause as it is worded now.
    pub(crate) fn of<'m>(
        &'m self,
        agreement: &Agreement,
        clause: &Clause,
    ) -> impl Iterator<Item = &'m Measured> {
        let (id, number) = (agreement.id().to_owned(), clause.number().to_owned());
        let prose = prose_digest(clause);
        self.clauses
            .iter()
            .filter(move |one| one.agreement == id && one.clause == number && one.prose == prose)
    }

    /// Puts a measurement in place of an earlier one of the same judge and clause.
    pub(crate) fn put(&mut self, measured: Measured) {
        self.clauses.retain(|one| !one.is_of(&measured));
        self.clauses.push(measured);
    }

    /// Writes the file.
    pub(crate) fn write(mut self, root: &Path) -> miette::Result<()> {
        let path = root.join(FILE);
        let named = || format!("`{}` can't be written", path.display());
        self.version = VERSION;
        self.clauses
            .sort_by(|one, other| (&one.agreement, &one.clause).cmp(&(&other.agreement, &other.clause)));
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).into_diagnostic().wrap_err_with(named)?;
        }
        let text = serde_json::to_string_pretty(&self).into_diagnostic()?;
        fs::write(&path, format!("{text}\n")).into_diagnostic().wrap_err_with(named)
    }
}
