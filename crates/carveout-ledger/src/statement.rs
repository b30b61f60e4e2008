//! Statements that parties sign, each in its own domain.
//!
//! The domain is the first line of the signed text, so a signature made for an agreement can't be shown
//! as an approval. A checkpoint's second line is a decimal number and a statement's never is, so neither
//! can be shown as the other.

use std::fmt;

use crate::{Digest, Note, NoteError, SigningKey, VerifierKey};

/// What kind of statement is signed. Checkpoints are a domain of their own: see [`crate::Checkpoint`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Domain {
    /// A party signs an agreement.
    Agreement,
    /// A party appoints the officers who speak in its roles.
    Appointment,
    /// A role approves a held use.
    Approval,
    /// An authority records a designation.
    Designation,
    /// Officers name those who record designations after them.
    DesignationOfficers,
    /// A party agrees that a detector is only monitored for a time.
    Detector,
    /// A key names its successor.
    KeyRotation,
    /// A party agrees that a clause is only monitored for a time.
    Monitoring,
    /// A supplier answers what it was asked.
    Questionnaire,
}

impl Domain {
    /// The domain's word in the signed text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agreement => "agreement",
            Self::Appointment => "appointment",
            Self::Approval => "approval",
            Self::Designation => "designation",
            Self::DesignationOfficers => "designation officers",
            Self::Detector => "detector",
            Self::KeyRotation => "key rotation",
            Self::Monitoring => "monitoring",
            Self::Questionnaire => "questionnaire",
        }
    }
}

/// What is signed: which thing, in which version, with which content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The thing's name, such as an agreement's id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// The digest of its bytes.
    pub digest: Digest,
}

/// Why a statement can't be signed or believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// The note itself is wrong.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// A field can't stand on a line of its own.
    #[error("the {field} `{value}` can't be signed: use one line of text")]
    Field {
        /// Which field.
        field: &'static str,
        /// What it held.
        value: String,
    },
    /// The signed text states something else.
    #[error(
        "the signed text is not the {domain} of `{id}` version `{version}` with this content: sign the file again"
    )]
    Other {
        /// The domain that was asked for.
        domain: &'static str,
        /// The id that was expected.
        id: String,
        /// The version that was expected.
        version: String,
    },
}

impl Statement {
    fn text(&self, domain: Domain) -> Result<String, StatementError> {
        for (field, value) in [("id", &self.id), ("version", &self.version)] {
            if value.is_empty() || value.trim() != value || value.chars().any(char::is_control) {
                return Err(StatementError::Field { field, value: value.escape_debug().collect() });
            }
        }
        let Self { id, version, digest } = self;
        let domain = domain.as_str();
        Ok(format!("Carveout statement v1: {domain}\nid: {id}\nversion: {version}\ndigest: {digest}\n"))
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} version {} ({})", self.id, self.version, self.digest)
    }
}

/// Signs a statement in a domain; the result is a signed note.
///
/// # Errors
/// A field that is empty or not one line.
pub fn sign_statement(
    domain: Domain,
    key: &SigningKey,
    statement: &Statement,
) -> Result<String, StatementError> {
    let mut note = Note::new(statement.text(domain)?)?;
    note.sign(key)?;
    Ok(note.to_string())
}

/// Adds another party's signature to a signed statement, after checking that it states what is expected.
///
/// # Errors
/// The note states something else, or the key has signed it already.
pub fn cosign_statement(
    domain: Domain,
    key: &SigningKey,
    note: &str,
    expected: &Statement,
) -> Result<String, StatementError> {
    let mut note = stated(domain, note, expected)?;
    note.sign(key)?;
    Ok(note.to_string())
}

/// Succeeds if the note states exactly the expected thing, in this domain, signed by this key.
///
/// # Errors
/// See [`StatementError`].
pub fn verify_statement(
    domain: Domain,
    note: &str,
    key: &VerifierKey,
    expected: &Statement,
) -> Result<(), StatementError> {
    Ok(stated(domain, note, expected)?.verify(key)?)
}

fn stated(domain: Domain, note: &str, expected: &Statement) -> Result<Note, StatementError> {
    let note = Note::parse(note)?;
    if note.text() == expected.text(domain)? {
        return Ok(note);
    }
    let Statement { id, version, .. } = expected.clone();
    Err(StatementError::Other { domain: domain.as_str(), id, version })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Checkpoint;

    const DOMAINS: [Domain; 9] = [
        Domain::Agreement,
        Domain::Appointment,
        Domain::Approval,
        Domain::Designation,
        Domain::DesignationOfficers,
        Domain::Detector,
        Domain::KeyRotation,
        Domain::Monitoring,
        Domain::Questionnaire,
    ];

    fn key(name: &str, seed: u8) -> SigningKey {
        SigningKey::from_seed(name, &[seed; 32]).unwrap()
    }

    fn statement() -> Statement {
        Statement { id: "sample-logistics".into(), version: "2".into(), digest: Digest::of(b"text") }
    }

    #[test]
    fn a_signature_made_in_one_domain_verifies_in_no_other() {
        let key = key("vendor", 1);
        for made in DOMAINS {
            let note = sign_statement(made, &key, &statement()).unwrap();
            for asked in DOMAINS {
                let verified = verify_statement(asked, &note, &key.verifier(), &statement());
                assert_eq!(verified.is_ok(), made == asked, "{made:?} as {asked:?}");
            }
            assert!(Checkpoint::verify(&note, &key.verifier()).is_err(), "{made:?} as a checkpoint");
        }
        let checkpoint = Checkpoint::new("vendor", 7, Digest::of(b"root")).sign(&key).unwrap();
        for asked in DOMAINS {
            assert!(
                verify_statement(asked, &checkpoint, &key.verifier(), &statement()).is_err(),
                "{asked:?}"
            );
        }
    }

    #[test]
    fn the_text_can_be_read_by_a_person() {
        let note = sign_statement(Domain::Agreement, &key("vendor", 1), &statement()).unwrap();
        assert!(note.starts_with(&format!(
            "Carveout statement v1: agreement\nid: sample-logistics\nversion: 2\ndigest: {}\n\n\u{2014} vendor ",
            Digest::of(b"text")
        )));
    }

    #[test]
    fn several_parties_sign_one_note_and_each_is_verified_alone() {
        let (vendor, customer, other) = (key("vendor", 1), key("customer", 2), key("customer", 3));
        let note = sign_statement(Domain::Agreement, &vendor, &statement()).unwrap();
        let verify = |note: &str, key: &SigningKey| {
            verify_statement(Domain::Agreement, note, &key.verifier(), &statement())
        };
        assert!(verify(&note, &customer).is_err());
        let note = cosign_statement(Domain::Agreement, &customer, &note, &statement()).unwrap();
        assert_eq!((verify(&note, &vendor), verify(&note, &customer)), (Ok(()), Ok(())));
        assert!(verify(&note, &other).is_err(), "the same name with another key");
        assert!(cosign_statement(Domain::Agreement, &customer, &note, &statement()).is_err(), "twice");
        assert!(cosign_statement(Domain::Approval, &other, &note, &statement()).is_err(), "another domain");
    }

    #[test]
    fn another_version_or_content_is_refused_and_fields_are_one_line() {
        let vendor = key("vendor", 1);
        let note = sign_statement(Domain::Agreement, &vendor, &statement()).unwrap();
        for other in [
            Statement { id: "sample".into(), ..statement() },
            Statement { version: "3".into(), ..statement() },
            Statement { digest: Digest::of(b"test"), ..statement() },
        ] {
            assert!(
                verify_statement(Domain::Agreement, &note, &vendor.verifier(), &other).is_err(),
                "{other}"
            );
        }
        for id in ["", " padded", "two\nlines", "a\nversion: 9"] {
            let statement = Statement { id: id.into(), ..statement() };
            assert!(sign_statement(Domain::Agreement, &vendor, &statement).is_err(), "{id:?}");
        }
    }
}
