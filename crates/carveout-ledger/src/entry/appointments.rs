//! Who may answer holds, by whose word: each party signs for the officers who speak in its roles.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::SignatureRule;
use crate::{
    Digest, Domain, Note, SigningKey, Statement, StatementError, Timestamp, VerifierKey, sign_statement,
    verify_statement,
};

/// Who may answer holds from now on. It replaces what was appointed before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficersAppointed {
    /// The officers, each once.
    pub officers: Vec<Appointed>,
    /// Whether an officer is kept from answering for the programs that he asks for himself.
    pub two_person: bool,
    /// The parties' signatures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub appointments: Vec<Appointment>,
    /// Whether every party in whose roles somebody speaks must have signed; if left out, as if optional.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signatures: Option<SignatureRule>,
}

/// An officer, with the roles that he speaks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Appointed {
    /// The officer's id.
    pub officer: String,
    /// The roles, as `party/role`.
    pub roles: Vec<String>,
    /// The verifier key of the officer's signatures.
    pub key: String,
    /// The programs that the officer asks for himself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub programs: Vec<String>,
}

/// A party's signature over its own officers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Appointment {
    /// The party.
    pub party: String,
    /// When it signed. A party's older word doesn't come back once a newer one was recorded.
    pub since: Timestamp,
    /// The signed note.
    pub statement: String,
}

/// What stands before the time in the version of the signed statement.
const SINCE: &str = "officers as of ";

impl OfficersAppointed {
    /// The parties in whose roles somebody speaks.
    pub fn parties(&self) -> BTreeSet<&str> {
        self.officers.iter().flat_map(|officer| &officer.roles).map(|role| party(role)).collect()
    }

    /// Signs as a party for the officers who speak in its roles, and for the two-person rule as it stands.
    ///
    /// # Errors
    /// A party that is not one line.
    pub fn sign(
        &self,
        party: &str,
        since: Timestamp,
        key: &SigningKey,
    ) -> Result<Appointment, StatementError> {
        let statement = sign_statement(Domain::Appointment, key, &self.statement(party, since))?;
        Ok(Appointment { party: party.to_owned(), since, statement })
    }

    /// Succeeds if the appointment is of just these officers of its party, signed by the key.
    ///
    /// # Errors
    /// See [`StatementError`].
    pub fn verify(&self, appointment: &Appointment, key: &VerifierKey) -> Result<(), StatementError> {
        let expected = self.statement(&appointment.party, appointment.since);
        verify_statement(Domain::Appointment, &appointment.statement, key, &expected)
    }

    /// The digest is of the JSON `[two_person,[{"officer":…,"roles":[…],"key":…,"programs":[…]},…]]`, the officers in the
    /// order of their ids, with the party's roles only.
    fn statement(&self, of: &str, since: Timestamp) -> Statement {
        let mut officers: Vec<Appointed> = self.officers.clone();
        for officer in &mut officers {
            officer.roles.retain(|role| party(role) == of);
        }
        officers.retain(|officer| !officer.roles.is_empty());
        officers.sort_by(|one, other| one.officer.cmp(&other.officer));
        // Strings can't fail to be written.
        let digest = Digest::of(&serde_json::to_vec(&(self.two_person, officers)).unwrap_or_default());
        Statement { id: of.to_owned(), version: format!("{SINCE}{since}"), digest }
    }
}

impl Appointment {
    /// Reads a party's signed note. Believe it only after [`OfficersAppointed::verify`].
    ///
    /// # Errors
    /// It is not a note, or not one that appoints.
    pub fn read(party: &str, note: String) -> Result<Self, StatementError> {
        let text = Note::parse(&note)?;
        let since = text
            .text()
            .lines()
            .find_map(|line| line.strip_prefix("version: ")?.strip_prefix(SINCE)?.parse::<Timestamp>().ok());
        let other = || StatementError::Other {
            domain: Domain::Appointment.as_str(),
            id: party.to_owned(),
            version: format!("{SINCE}…"),
        };
        Ok(Self { party: party.to_owned(), since: since.ok_or_else(other)?, statement: note })
    }
}

/// The party of a role that is written `party/role`.
fn party(role: &str) -> &str {
    role.split_once('/').map_or(role, |(party, _)| party)
}
