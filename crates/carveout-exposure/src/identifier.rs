//! Identifiers of organisations: what names are not.

use std::fmt;

/// An identifier, in its one right spelling.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Identifier {
    /// Unique Entity ID of SAM: twelve letters and digits.
    Uei(String),
    /// Commercial and Government Entity code: five letters and digits.
    Cage(String),
    /// Legal Entity Identifier, ISO 17442, with its checksum.
    Lei(String),
    /// A domain, without `www.`
    Domain(String),
    /// An identifier of the source itself, with the name of its scheme.
    Other(String, String),
}

/// Why a text is no identifier.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{text}` is no {scheme}")]
pub struct NoIdentifier {
    /// What should have been one.
    pub text: String,
    /// Of which scheme.
    pub scheme: &'static str,
}

impl Identifier {
    /// Reads a UEI. It has no `O` or `I`, and no leading zero.
    pub fn uei(text: &str) -> Result<Self, NoIdentifier> {
        let value = upper(text);
        let valid = value.len() == 12 && !value.starts_with('0') && value.bytes().all(is_unambiguous);
        valid.then_some(Self::Uei(value)).ok_or_else(|| refused(text, "UEI"))
    }

    /// Reads a CAGE or NCAGE code. It has no `O` or `I`.
    pub fn cage(text: &str) -> Result<Self, NoIdentifier> {
        let value = upper(text);
        let valid = value.len() == 5 && value.bytes().all(is_unambiguous);
        valid.then_some(Self::Cage(value)).ok_or_else(|| refused(text, "CAGE code"))
    }

    /// Reads an LEI, whose last two digits are a checksum (ISO 7064, mod 97-10).
    pub fn lei(text: &str) -> Result<Self, NoIdentifier> {
        let value = upper(text);
        let shape = value.len() == 20 && value.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let valid = shape && remainder(&value) == 1;
        valid.then_some(Self::Lei(value)).ok_or_else(|| refused(text, "LEI"))
    }

    /// Reads a domain, also out of a URL or an address of a page.
    pub fn domain(text: &str) -> Result<Self, NoIdentifier> {
        let lower = text.trim().to_ascii_lowercase();
        let after = lower.split_once("://").map_or(lower.as_str(), |(_, rest)| rest);
        let host = after.split(['/', '?', '#', ':']).next().unwrap_or_default();
        let host = host.rsplit('@').next().unwrap_or_default().trim_end_matches('.');
        let host = host.strip_prefix("www.").unwrap_or(host);
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && label.chars().all(|letter| letter.is_alphanumeric() || letter == '-')
        };
        let valid = host.len() <= 253
            && host.contains('.')
            && host.split('.').all(label)
            && !host.split('.').all(|label| label.bytes().all(|byte| byte.is_ascii_digit()));
        valid.then(|| Self::Domain(host.to_owned())).ok_or_else(|| refused(text, "domain"))
    }

    /// Reads an identifier by the name of its scheme; any other scheme is taken as it is.
    pub fn of_scheme(scheme: &str, text: &str) -> Result<Self, NoIdentifier> {
        match scheme {
            "uei" => Self::uei(text),
            "cage" => Self::cage(text),
            "lei" => Self::lei(text),
            "domain" => Self::domain(text),
            _ => {
                let value = text.trim();
                let valid = !value.is_empty() && value.len() <= 256;
                valid
                    .then(|| Self::Other(scheme.to_owned(), value.to_owned()))
                    .ok_or_else(|| refused(text, "identifier"))
            }
        }
    }

    /// Whether two organisations may share it: a domain is often a group's, or a host of many small firms.
    #[must_use]
    pub const fn is_shared(&self) -> bool {
        matches!(self, Self::Domain(_))
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uei(value) => write!(f, "uei:{value}"),
            Self::Cage(value) => write!(f, "cage:{value}"),
            Self::Lei(value) => write!(f, "lei:{value}"),
            Self::Domain(value) => write!(f, "domain:{value}"),
            Self::Other(scheme, value) => write!(f, "{scheme}:{value}"),
        }
    }
}

fn upper(text: &str) -> String {
    text.trim().to_ascii_uppercase()
}

fn is_unambiguous(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() && byte != b'O' && byte != b'I'
}

fn refused(text: &str, scheme: &'static str) -> NoIdentifier {
    NoIdentifier { text: text.chars().take(64).collect(), scheme }
}

/// The number that letters and digits spell (A is 10), modulo 97.
fn remainder(value: &str) -> u32 {
    value
        .chars()
        .filter_map(|letter| letter.to_digit(36))
        .fold(0, |sum, digit| if digit < 10 { (sum * 10 + digit) % 97 } else { (sum * 100 + digit) % 97 })
}

#[cfg(test)]
mod tests {
    use super::Identifier;

    #[test]
    fn identifiers_are_read_in_one_spelling_or_refused() {
        for (scheme, text, spelt) in [
            ("uei", " abcdefghjk12 ", Some("uei:ABCDEFGHJK12")),
            ("uei", "0BCDEFGHJK12", None),
            ("uei", "ABCDEFGHIJ12", None),
            ("uei", "ABCDEFGHJK1", None),
            ("cage", "1abc2", Some("cage:1ABC2")),
            ("cage", "1AOC2", None),
            ("lei", "5299000J2N45DDNE4Y28", Some("lei:5299000J2N45DDNE4Y28")),
            ("lei", "5299000J2N45DDNE4Y29", None),
            ("domain", "https://WWW.Example.org/a?b", Some("domain:example.org")),
            ("domain", "user@example.org.", Some("domain:example.org")),
            ("domain", "example", None),
            ("domain", "10.0.0.1", None),
            ("domain", "-a.example", None),
            ("vat", " X1 ", Some("vat:X1")),
            ("vat", "  ", None),
        ] {
            let read = Identifier::of_scheme(scheme, text).ok().map(|identifier| identifier.to_string());
            assert_eq!(read.as_deref(), spelt, "{scheme} {text}");
        }
    }
}
