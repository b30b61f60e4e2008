//! How right a scan of the labelled set is.

use std::collections::BTreeMap;

use carveout_signals::{Confidence, Finding, Kind, Scanner};

use crate::labelled::{Document, Half};

/// Hits and misses of one recogniser.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Score {
    pub(crate) marked: usize,
    pub(crate) found: usize,
    /// Findings that no mark stands under.
    pub(crate) wrong: usize,
}

impl Score {
    pub(crate) fn recall(&self) -> f64 {
        if self.marked == 0 { 1.0 } else { self.found as f64 / self.marked as f64 }
    }

    pub(crate) fn precision(&self) -> f64 {
        let all = self.found + self.wrong;
        if all == 0 { 1.0 } else { self.found as f64 / all as f64 }
    }
}

/// The recogniser that a finding is by.
pub(crate) fn name_of(finding: &Finding) -> &'static str {
    match finding.kind {
        Kind::NationalId => match finding.canonical.as_str().get(..2) {
            Some("de") => "de_tax_id",
            Some("fr") => "fr_nir",
            Some("es") => "es_dni",
            Some("it") => "it_cf",
            Some("gb") => "gb_nhs",
            Some("nl") => "nl_bsn",
            Some("se") => "se_pnr",
            Some("pl") => "pl_pesel",
            Some("in") => "in_aadhaar",
            _ => "br_cpf",
        },
        kind => kind.as_str(),
    }
}

/// Scans the documents of a half. Only likely and certain findings count; a mark is found if a finding of its recogniser
/// shares bytes with it.
pub(crate) fn score(documents: &[Document], half: Half, free: Option<bool>) -> BTreeMap<String, Score> {
    let scanner = Scanner::default();
    let mut scores: BTreeMap<String, Score> = BTreeMap::new();
    let wanted =
        |document: &&Document| document.half == half && free.is_none_or(|free| document.free == free);
    for document in documents.iter().filter(wanted) {
        let evidence = scanner.scan(&document.text);
        let sure: Vec<&Finding> = evidence
            .findings
            .iter()
            .filter(|finding| finding.confidence > Confidence::Possible && finding.kind != Kind::Name)
            .collect();
        let meets = |finding: &Finding, label: &crate::labelled::Label| {
            name_of(finding) == label.name && finding.span.start < label.end && label.start < finding.span.end
        };
        for label in &document.labels {
            let score = scores.entry(label.name.clone()).or_default();
            score.marked += 1;
            score.found += usize::from(sure.iter().any(|finding| meets(finding, label)));
        }
        for finding in
            sure.iter().filter(|finding| !document.labels.iter().any(|label| meets(finding, label)))
        {
            scores.entry(name_of(finding).to_owned()).or_default().wrong += 1;
        }
    }
    scores
}
