//! The country whose telephone numbers a tenant writes without a country code.

use std::str::FromStr;

/// A country whose national numbers are read, by its ISO 3166 code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Region {
    /// The United States and the rest of the North American Numbering Plan.
    #[default]
    Us,
    /// The United Kingdom.
    Gb,
    /// Germany.
    De,
    /// France.
    Fr,
    /// Spain.
    Es,
    /// Italy.
    It,
    /// The Netherlands.
    Nl,
    /// Sweden.
    Se,
    /// Poland.
    Pl,
    /// India.
    In,
    /// Brazil.
    Br,
}

/// How national numbers of a region look. Lengths are of the national significant number, without the trunk prefix.
pub(crate) struct Plan {
    /// With its plus.
    pub(crate) calling_code: &'static str,
    /// `0` if national numbers are written with it.
    pub(crate) trunk: &'static str,
    pub(crate) shortest: usize,
    pub(crate) longest: usize,
}

impl Region {
    const ALL: [(&'static str, Self); 12] = [
        ("US", Self::Us),
        ("CA", Self::Us),
        ("GB", Self::Gb),
        ("DE", Self::De),
        ("FR", Self::Fr),
        ("ES", Self::Es),
        ("IT", Self::It),
        ("NL", Self::Nl),
        ("SE", Self::Se),
        ("PL", Self::Pl),
        ("IN", Self::In),
        ("BR", Self::Br),
    ];

    /// The region's numbering plan, from the national plans notified under ITU-T E.129.
    pub(crate) const fn plan(self) -> Plan {
        let (calling_code, trunk, shortest, longest) = match self {
            Self::Us => ("+1", "1", 10, 10),
            Self::Gb => ("+44", "0", 9, 10),
            Self::De => ("+49", "0", 6, 11),
            Self::Fr => ("+33", "0", 9, 9),
            Self::Es => ("+34", "", 9, 9),
            // Italian fixed lines keep their 0 in the international form.
            Self::It => ("+39", "", 8, 11),
            Self::Nl => ("+31", "0", 9, 9),
            Self::Se => ("+46", "0", 7, 9),
            Self::Pl => ("+48", "", 9, 9),
            Self::In => ("+91", "0", 10, 10),
            Self::Br => ("+55", "0", 10, 11),
        };
        Plan { calling_code, trunk, shortest, longest }
    }
}

/// A region that isn't known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownRegion(String);

impl std::fmt::Display for UnknownRegion {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let known: Vec<&str> = Region::ALL.iter().map(|(code, _)| *code).collect();
        write!(formatter, "there is no region `{}`; there are {}", self.0, known.join(", "))
    }
}

impl std::error::Error for UnknownRegion {}

impl FromStr for Region {
    type Err = UnknownRegion;

    fn from_str(text: &str) -> Result<Self, UnknownRegion> {
        let known = Self::ALL.iter().find(|(code, _)| code.eq_ignore_ascii_case(text));
        known.map(|(_, region)| *region).ok_or_else(|| UnknownRegion(text.to_owned()))
    }
}
