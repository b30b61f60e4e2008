//! The vocabulary: which facts exist, who may state them, and which members they may have.

mod enumeration;
mod load;
mod members;
mod merge;
mod numbers;

use std::{collections::HashMap, fmt, str::FromStr, sync::Arc};

pub(crate) use self::members::Ones;
pub(crate) use self::numbers::Numbers;
pub use self::{enumeration::Enumeration, members::MemberSet, merge::MergeError};

use smol_str::SmolStr;

use crate::{Digest, Problems, Value};

/// The name reserved for the approvals of a use. No vocabulary may declare it and no clause may test
/// it: `@hold` is the only way to it.
pub(crate) const APPROVALS: &str = "approvals";
/// The enumeration of roles, which every agreement fills with its own.
pub(crate) const ROLE: &str = "Role";

/// Who vouches for a fact, strongest first.
///
/// A stronger attester may state what a weaker one may. Nobody may state a fact whose attester is
/// [`Attester::None`]: it can only be presumed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Attester {
    /// Measured by the gateway itself.
    Gateway,
    /// Approved and signed by an officer.
    Officer,
    /// Registered for the program and signed by the parties.
    Program,
    /// Judged by a classifier whose recall was measured.
    Judge,
    /// The caller's word.
    Caller,
    /// Nobody can observe it.
    None,
}

impl Attester {
    /// The word used in schemas: `gateway`, `officer`, `program`, `judge`, `caller` or `none`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::Officer => "officer",
            Self::Program => "program",
            Self::Judge => "judge",
            Self::Caller => "caller",
            Self::None => "none",
        }
    }

    /// Whether this attester may state a fact declared for `declared`.
    #[must_use]
    pub fn may_state(self, declared: Self) -> bool {
        declared != Self::None && self != Self::None && self <= declared
    }
}

impl fmt::Display for Attester {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Attester {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Gateway, Self::Officer, Self::Program, Self::Judge, Self::Caller, Self::None]
            .into_iter()
            .find(|attester| attester.as_str() == text)
            .ok_or_else(|| {
                format!("`{text}` is no attester; use gateway, officer, program, judge, caller or none")
            })
    }
}

/// A fact's position in its vocabulary.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct FactId(pub(crate) u16);

impl FactId {
    pub(crate) const fn index(self) -> usize {
        self.0 as usize
    }
}

/// The type of a fact.
#[derive(Clone, Debug)]
pub enum FactKind {
    /// One member of an enumeration.
    Member(Arc<Enumeration>),
    /// A set of members of an enumeration.
    Members(Arc<Enumeration>),
    /// True or false.
    Bool,
    /// A 64-bit whole number.
    Long,
    /// A point in time, in milliseconds of UTC.
    Datetime,
}

impl FactKind {
    /// The enumeration behind the fact, if there is one.
    #[must_use]
    pub fn enumeration(&self) -> Option<&Arc<Enumeration>> {
        match self {
            Self::Member(enumeration) | Self::Members(enumeration) => Some(enumeration),
            Self::Bool | Self::Long | Self::Datetime => None,
        }
    }
}

/// One attribute of a use.
#[derive(Clone, Debug)]
pub struct Fact {
    pub(crate) name: SmolStr,
    pub(crate) kind: FactKind,
    pub(crate) attester: Attester,
    pub(crate) scrutiny: bool,
    pub(crate) doc: String,
}

impl Fact {
    /// The name, such as `purpose`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The type.
    #[must_use]
    pub const fn kind(&self) -> &FactKind {
        &self.kind
    }

    /// Who vouches for it.
    #[must_use]
    pub const fn attester(&self) -> Attester {
        self.attester
    }

    /// Whether it may raise scrutiny and decide nothing: no grant may test it, and a restriction only one that holds, or that a
    /// judge must agree with. Declared with `@scrutiny("only")`.
    #[must_use]
    pub const fn raises_scrutiny_only(&self) -> bool {
        self.scrutiny
    }

    /// Whether it is what a judge says of a clause that tests it: one word, by which a clause may decide.
    #[must_use]
    pub fn is_verdict(&self) -> bool {
        self.attester == Attester::Judge && !self.scrutiny && matches!(self.kind, FactKind::Member(_))
    }

    /// What it means, in a sentence.
    #[must_use]
    pub fn doc(&self) -> &str {
        &self.doc
    }
}

/// The facts that agreements on this vocabulary may speak of.
#[derive(Clone, Debug)]
pub struct Vocabulary {
    name: String,
    version: String,
    digest: Digest,
    facts: Vec<Fact>,
    positions: HashMap<SmolStr, FactId>,
    /// What each fact is when nobody has said anything, by position.
    silences: Vec<Option<Value>>,
    /// The numbers that the gateway measures.
    numbers: Numbers,
    enumerations: Vec<Arc<Enumeration>>,
    schema: serde_json::Value,
    schema_source: Arc<str>,
    taxonomy_source: Arc<str>,
}

impl Vocabulary {
    /// Reads a vocabulary from its two files: a Cedar schema and a TOML taxonomy.
    ///
    /// # Errors
    /// Reports every problem of the first file that has any, with spans into that file.
    pub fn parse(schema: &str, taxonomy: &str) -> Result<Self, Problems> {
        load::load(schema, taxonomy)
    }

    /// The name that agreements refer to it by.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The digest over both files.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The two source texts it was read from: schema, taxonomy.
    #[must_use]
    pub fn sources(&self) -> (&str, &str) {
        (&self.schema_source, &self.taxonomy_source)
    }

    /// Both sources as one object whose SHA-256 is [`Vocabulary::digest`], to be kept with a ledger.
    #[must_use]
    pub fn to_object(&self) -> Vec<u8> {
        let mut object = Vec::new();
        for source in [self.schema_source.as_bytes(), self.taxonomy_source.as_bytes()] {
            object.extend((source.len() as u64).to_be_bytes());
            object.extend(source);
        }
        object
    }

    /// Reads what [`Vocabulary::to_object`] wrote.
    ///
    /// # Errors
    /// As [`Vocabulary::parse`]; also if the bytes are not two texts.
    pub fn from_object(object: &[u8]) -> Result<Self, Problems> {
        let text = |object: &mut &[u8]| {
            let (length, rest) = object.split_first_chunk::<8>()?;
            let (text, rest) = rest.split_at_checked(usize::try_from(u64::from_be_bytes(*length)).ok()?)?;
            *object = rest;
            str::from_utf8(text).ok().map(str::to_owned)
        };
        let mut rest = object;
        match (text(&mut rest), text(&mut rest), rest.is_empty()) {
            (Some(schema), Some(taxonomy), true) => Self::parse(&schema, &taxonomy),
            _ => Err(Problems::not_text("vocabulary object")),
        }
    }

    /// All facts, in the order of their names.
    pub fn facts(&self) -> impl ExactSizeIterator<Item = (FactId, &Fact)> {
        self.facts.iter().enumerate().map(|(position, fact)| (FactId(position as u16), fact))
    }

    /// All enumerations, in the order of their names.
    #[must_use]
    pub fn enumerations(&self) -> &[Arc<Enumeration>] {
        &self.enumerations
    }

    /// Finds a fact by name.
    #[must_use]
    pub fn fact(&self, name: &str) -> Option<FactId> {
        self.positions.get(name).copied()
    }

    /// The position of a fact among [`Vocabulary::facts`].
    #[must_use]
    pub const fn position(&self, id: FactId) -> usize {
        id.index()
    }

    /// The fact at a position of this vocabulary.
    ///
    /// # Panics
    /// If the id comes from another vocabulary that has more facts.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "a FactId is only made by its own vocabulary")]
    pub fn get(&self, id: FactId) -> &Fact {
        &self.facts[id.index()]
    }

    /// A fact and the members it may have, as a phrase: `purpose is within intel`.
    #[must_use]
    pub fn phrase(&self, fact: FactId, members: &MemberSet) -> String {
        crate::law::one_of(self, fact, members)
    }

    /// What a fact is when nobody has said anything; nothing for types that have no `unknown`.
    pub(crate) fn silence(&self, id: FactId) -> Option<&Value> {
        self.silences.get(id.index())?.as_ref()
    }

    pub(crate) const fn numbers(&self) -> &Numbers {
        &self.numbers
    }

    pub(crate) fn suggest_fact(&self, written: &str) -> Option<String> {
        crate::problem::nearest(written, self.facts.iter().map(|fact| fact.name.as_str()))
    }

    /// The schema as Cedar's JSON, with every enumeration written out, and no roles.
    #[must_use]
    pub const fn schema(&self) -> &serde_json::Value {
        &self.schema
    }
}
