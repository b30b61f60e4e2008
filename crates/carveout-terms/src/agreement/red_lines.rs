//! Red lines: what one party will not sign, and what it must get.

use super::{Agreement, Clause, Kind, Party, Policy};
use crate::{AgreementErrors, Digest, Vocabulary};

/// A party's own, private file: what an agreement must never permit (`forbid`) and must always permit
/// (`permit`).
///
/// It looks like an agreement: the same clauses and blocks, with a shorter head (`redlines`,
/// `version`, `vocabulary`, `party`). It governs every target, at any time, and presumes nothing. A
/// `forbid` with `@hold("party/role")` says: never without this role's approval.
#[derive(Debug, Clone)]
pub struct RedLines {
    terms: Agreement,
}

impl RedLines {
    /// Reads a file of red lines.
    ///
    /// # Errors
    /// Reports every problem at once, each with a span into `source`.
    pub fn parse(source: &str, vocabulary: &Vocabulary) -> Result<Self, AgreementErrors> {
        Agreement::read(source, vocabulary, Kind::RedLines).map(|terms| Self { terms })
    }

    /// The id of the file.
    #[must_use]
    pub fn id(&self) -> &str {
        self.terms.id()
    }

    /// The id of the party whose lines these are.
    #[must_use]
    pub fn party(&self) -> &str {
        self.terms.parties().first().map_or("", |party| party.id.as_str())
    }

    /// The party, as its own file names it.
    #[must_use]
    pub fn holder(&self) -> Option<&Party> {
        self.terms.parties().first()
    }

    /// The text of a line, as it stands in the file.
    #[must_use]
    pub fn text(&self, line: &Policy) -> &str {
        self.terms.source().get(line.span()).unwrap_or_default()
    }

    /// The digest of the file's bytes.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.terms.digest()
    }

    /// The clauses, in the order of the file.
    #[must_use]
    pub fn clauses(&self) -> &[Clause] {
        self.terms.clauses()
    }

    /// The clause that a line stands in.
    #[must_use]
    pub fn clause(&self, line: &Policy) -> Option<&Clause> {
        self.terms.clause(line.clause())
    }

    /// Every line, in the order of the file.
    #[must_use]
    pub fn lines(&self) -> &[Policy] {
        self.terms.policies()
    }

    /// What an agreement must never permit.
    pub fn never(&self) -> impl Iterator<Item = &Policy> {
        self.lines().iter().filter(|line| !line.permits())
    }

    /// What an agreement must always permit.
    pub fn always(&self) -> impl Iterator<Item = &Policy> {
        self.lines().iter().filter(|line| line.permits())
    }

    /// The digest of the vocabulary that the file was read with.
    #[must_use]
    pub const fn vocabulary(&self) -> Digest {
        self.terms.vocabulary()
    }
}
