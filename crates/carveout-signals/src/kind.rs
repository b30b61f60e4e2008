//! What can be found, and how sure a finding is.

use std::fmt;

/// A set of kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kinds(u32);

impl Kinds {
    /// None of them.
    pub const NONE: Self = Self(0);

    /// The same with one more.
    #[must_use]
    pub const fn with(self, kind: Kind) -> Self {
        Self(self.0 | 1 << kind.code())
    }

    /// Whether one is among them.
    #[must_use]
    pub const fn contains(self, kind: Kind) -> bool {
        self.0 >> kind.code() & 1 == 1
    }

    /// Whether none is.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// What an identifier identifies somebody by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Kind {
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A payment card number.
    Card,
    /// An international bank account number.
    Iban,
    /// A social security or individual taxpayer number of the United States.
    Ssn,
    /// A passport or identity card number, written out or in a machine-readable zone.
    Passport,
    /// A mobile subscription.
    Imsi,
    /// A mobile device.
    Imei,
    /// A network interface.
    Mac,
    /// A public IPv4 or IPv6 address.
    Ip,
    /// An advertising or device id.
    DeviceId,
    /// A licence plate.
    Plate,
    /// A vehicle identification number.
    Vin,
    /// A national identity, tax, health or insurance number; its canonical form starts with the country.
    NationalId,
    /// A place: coordinates or a geohash. It identifies no person by itself.
    Place,
    /// A name in a column or member that its header calls a person's name.
    Name,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::Email,
        Self::Phone,
        Self::Card,
        Self::Iban,
        Self::Ssn,
        Self::Passport,
        Self::Imsi,
        Self::Imei,
        Self::Mac,
        Self::Ip,
        Self::DeviceId,
        Self::Plate,
        Self::Vin,
        Self::NationalId,
        Self::Place,
        Self::Name,
    ];

    /// Its name in facts and documents.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Card => "card",
            Self::Iban => "iban",
            Self::Ssn => "ssn",
            Self::Passport => "passport",
            Self::Imsi => "imsi",
            Self::Imei => "imei",
            Self::Mac => "mac",
            Self::Ip => "ip",
            Self::DeviceId => "device_id",
            Self::Plate => "plate",
            Self::Vin => "vin",
            Self::NationalId => "national_id",
            Self::Place => "place",
            Self::Name => "name",
        }
    }

    /// The number that stands for it in what is kept for years. It never changes, and no number is used again.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Email => 1,
            Self::Phone => 2,
            Self::Card => 3,
            Self::Iban => 4,
            Self::Ssn => 5,
            Self::Passport => 6,
            Self::Imsi => 7,
            Self::Imei => 8,
            Self::Mac => 9,
            Self::Ip => 10,
            Self::DeviceId => 11,
            Self::Plate => 12,
            Self::Vin => 13,
            Self::NationalId => 14,
            Self::Place => 15,
            Self::Name => 16,
        }
    }

    /// The kind that a number stands for.
    #[must_use]
    pub fn of_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The class it belongs to.
    #[must_use]
    pub const fn class(self) -> Class {
        match self {
            Self::Email | Self::Phone => Class::Contact,
            Self::Card | Self::Iban => Class::Financial,
            Self::Ssn | Self::Passport | Self::NationalId => Class::Government,
            Self::Imsi | Self::Imei | Self::Mac | Self::DeviceId => Class::Device,
            Self::Ip => Class::Network,
            Self::Plate | Self::Vin => Class::Vehicle,
            Self::Place => Class::Location,
            Self::Name => Class::Name,
        }
    }

    /// Whether distinct values stand for distinct persons. One phone reports many places, so places don't.
    #[must_use]
    pub const fn counts_persons(self) -> bool {
        !matches!(self, Self::Place)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Kinds that a rule is likely to treat alike (compare the "listed identifiers" of 28 CFR 202.234).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Class {
    /// E-mail and telephone.
    Contact,
    /// Cards and accounts.
    Financial,
    /// Numbers that a state gives to a person.
    Government,
    /// Devices and subscriptions.
    Device,
    /// Addresses on a network.
    Network,
    /// Vehicles.
    Vehicle,
    /// Places.
    Location,
    /// Names.
    Name,
}

impl Class {
    /// Its name in facts and documents.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Financial => "financial",
            Self::Government => "government",
            Self::Device => "device",
            Self::Network => "network",
            Self::Vehicle => "vehicle",
            Self::Location => "location",
            Self::Name => "name",
        }
    }
}

/// How sure a finding is, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Confidence {
    /// Its shape is right, and many other things have that shape. It counts into the upper bound only.
    Possible,
    /// Its shape is right, and written the way such identifiers are written.
    Likely,
    /// A checksum or a grammar that chance seldom meets, or a word beside it that says what it is.
    Certain,
}

impl Confidence {
    /// Its name in documents.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }
}
