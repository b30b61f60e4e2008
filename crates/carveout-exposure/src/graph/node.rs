//! The nodes of the graph.

/// A node's number in its graph.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeId(pub(crate) u32);

/// What a node is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A company, authority or other organisation.
    Organisation,
    /// A human being.
    Person,
    /// A contract or award.
    Contract,
    /// A product or service, which may embed another.
    Product,
    /// A program of a workspace.
    Program,
    /// A product as it runs for somebody, on somebody's machines.
    Deployment,
}

impl Kind {
    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Organisation => "organisation",
            Self::Person => "person",
            Self::Contract => "contract",
            Self::Product => "product",
            Self::Program => "program",
            Self::Deployment => "deployment",
        }
    }
}

/// A node, with everything that it is called and known by.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Node {
    pub(super) kind: Kind,
    pub(super) names: Vec<Box<str>>,
    pub(super) keys: Vec<Box<str>>,
}

impl Node {
    /// What it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// What it is called first, or its first key.
    #[must_use]
    pub fn name(&self) -> &str {
        self.names.first().or_else(|| self.keys.first()).map_or("", |name| name)
    }

    /// Everything that it is called.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|name| &**name)
    }

    /// Its identifiers and the keys of its sources: `uei:…`.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(|key| &**key)
    }
}
