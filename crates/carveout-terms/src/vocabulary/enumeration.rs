//! An enumeration: the members a fact may have, and the groups that clauses may name them by.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use cedar_policy_core::ast::{Eid, EntityType, EntityUID, Literal, Value as CedarValue};
use smol_str::SmolStr;

use super::MemberSet;
use crate::problem::nearest;

/// The member that stands for silence.
const UNKNOWN: &str = "unknown";

/// The closed list of members that an enumerated fact may have.
///
/// In a tree, only leaves are members: a use states what it is, not what family it belongs to. The
/// inner nodes are groups, which clauses test with `in`.
#[derive(Debug, Clone)]
pub struct Enumeration {
    name: SmolStr,
    members: Vec<Member>,
    positions: HashMap<SmolStr, u16>,
    groups: BTreeMap<SmolStr, Group>,
    unknown: u16,
}

#[derive(Debug, Clone)]
struct Member {
    name: SmolStr,
    doc: Option<String>,
    value: CedarValue,
}

#[derive(Debug, Clone)]
struct Group {
    doc: String,
    members: MemberSet,
}

impl Enumeration {
    /// Builds an enumeration from its nodes: name and sentence. A node with nodes below it is a group.
    pub(super) fn new(
        entity_type: &EntityType,
        nodes: impl IntoIterator<Item = (SmolStr, Option<String>)>,
    ) -> Result<Self, String> {
        let nodes: BTreeMap<SmolStr, Option<String>> = nodes.into_iter().collect();
        let mut enumeration = Self {
            name: entity_type.to_string().into(),
            members: Vec::new(),
            positions: HashMap::new(),
            groups: BTreeMap::new(),
            unknown: 0,
        };
        let mut folded: BTreeMap<String, &SmolStr> = BTreeMap::new();
        for (name, doc) in &nodes {
            if !is_name(name) {
                return Err(format!(
                    "`{name}` can't be a name; use ASCII letters, digits, `_`, `-`, `:` and `.`, and begin with a letter"
                ));
            }
            if let Some(other) = folded.insert(name.to_ascii_lowercase(), name) {
                return Err(format!("`{other}` and `{name}` differ only in case; keep one"));
            }
            if let Some((parent, _)) = name.rsplit_once('.')
                && !nodes.contains_key(parent)
            {
                return Err(format!("`{name}` has no parent: add a node `{parent}` with its sentence"));
            }
            if is_group(name, &nodes) {
                let group = Group { doc: doc.clone().unwrap_or_default(), members: MemberSet::default() };
                enumeration.groups.insert(name.clone(), group);
            } else {
                enumeration.add_member(entity_type, name, doc.clone())?;
            }
        }
        enumeration.unknown = *enumeration.positions.get(UNKNOWN).ok_or_else(|| {
            format!("`{}` has no member `unknown`, which is what silence means", enumeration.name)
        })?;
        Ok(enumeration)
    }

    /// The members and the groups of both. What is a member of either is a member of both together.
    pub(super) fn merged(&self, other: &Self) -> Result<Self, String> {
        let entity_type: EntityType = self.name.parse().map_err(|_| format!("`{}` is no type", self.name))?;
        let mut merged = Self {
            name: self.name.clone(),
            members: Vec::new(),
            positions: HashMap::new(),
            groups: BTreeMap::new(),
            unknown: 0,
        };
        let of = |enumeration: &Self| -> Vec<(SmolStr, Option<String>)> {
            enumeration.members.iter().map(|member| (member.name.clone(), member.doc.clone())).collect()
        };
        let members: BTreeMap<SmolStr, Option<String>> = of(self).into_iter().chain(of(other)).collect();
        for (name, group) in self.groups.iter().chain(&other.groups) {
            if !members.contains_key(name) {
                let (doc, members) = (group.doc.clone(), MemberSet::default());
                merged.groups.insert(name.clone(), Group { doc, members });
            }
        }
        for (name, doc) in members {
            merged.add_member(&entity_type, &name, doc)?;
        }
        merged.unknown = merged.positions.get(UNKNOWN).copied().unwrap_or_default();
        Ok(merged)
    }

    fn add_member(
        &mut self,
        entity_type: &EntityType,
        name: &SmolStr,
        doc: Option<String>,
    ) -> Result<(), String> {
        let position =
            u16::try_from(self.members.len()).map_err(|_| "more than 65,536 members".to_owned())?;
        let uid = EntityUID::from_components(entity_type.clone(), Eid::new(name.as_str()), None);
        let value = CedarValue::from(Literal::EntityUID(Arc::new(uid)));
        self.members.push(Member { name: name.clone(), doc, value });
        self.positions.insert(name.clone(), position);
        let mut below = name.as_str();
        while let Some((group, _)) = below.rsplit_once('.') {
            if let Some(group) = self.groups.get_mut(group) {
                group.members.insert(position);
            }
            below = group;
        }
        Ok(())
    }

    /// The name of the entity type, such as `Purpose`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The names of the members, in order.
    pub fn members(&self) -> impl ExactSizeIterator<Item = &str> {
        self.members.iter().map(|member| member.name.as_str())
    }

    /// The names of the groups, in order.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        self.groups.keys().map(SmolStr::as_str)
    }

    /// What a member or group means, if the vocabulary says.
    #[must_use]
    pub fn doc(&self, name: &str) -> Option<&str> {
        match self.groups.get(name) {
            Some(group) => Some(group.doc.as_str()),
            None => self.members.get(usize::from(*self.positions.get(name)?))?.doc.as_deref(),
        }
    }

    /// The name of the member at a position.
    #[must_use]
    pub fn member_name(&self, position: u16) -> &str {
        self.members.get(usize::from(position)).map_or(UNKNOWN, |member| member.name.as_str())
    }

    /// The position of a member.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<u16> {
        self.positions.get(name).copied()
    }

    /// The position of `unknown`.
    #[must_use]
    pub const fn unknown(&self) -> u16 {
        self.unknown
    }

    /// The members that a name in a clause stands for: a group's, or the one member itself.
    #[must_use]
    pub fn resolve(&self, name: &str) -> Option<MemberSet> {
        match self.groups.get(name) {
            Some(group) => Some(group.members.clone()),
            None => self.position(name).map(|position| MemberSet::of([position])),
        }
    }

    /// Whether a name is a group.
    #[must_use]
    pub fn is_group(&self, name: &str) -> bool {
        self.groups.contains_key(name)
    }

    /// A hint for a name that is neither member nor group.
    pub(crate) fn suggest(&self, written: &str) -> Option<String> {
        nearest(written, self.members().chain(self.groups()))
    }

    /// The fewest names that together mean exactly `set`: largest groups first, then members. A group
    /// of one member goes by the member's name.
    #[must_use]
    pub fn names_for(&self, set: &MemberSet) -> Vec<&str> {
        let covered = |group: &Group| group.members.len() > 1 && set.contains_all(&group.members);
        let mut groups: Vec<_> = self.groups.iter().filter(|(_, group)| covered(group)).collect();
        groups.sort_by_key(|(name, group)| (std::cmp::Reverse(group.members.len()), name.len()));
        let (mut named, mut names) = (MemberSet::default(), Vec::new());
        for (name, group) in groups {
            // Groups of a tree never overlap unless one holds the other, and the larger comes first.
            if !named.contains_any(&group.members) {
                group.members.iter().for_each(|member| named.insert(member));
                names.push(name.as_str());
            }
        }
        names.extend(
            set.iter().filter(|member| !named.contains(*member)).map(|member| self.member_name(member)),
        );
        names
    }

    pub(crate) fn cedar_value(&self, position: u16) -> Option<CedarValue> {
        self.members.get(usize::from(position)).map(|member| member.value.clone())
    }
}

/// Whether there are nodes below. They follow `name.` in the order of names.
fn is_group(name: &SmolStr, nodes: &BTreeMap<SmolStr, Option<String>>) -> bool {
    let prefix = SmolStr::from(format!("{name}."));
    nodes.range(prefix.clone()..).next().is_some_and(|(other, _)| other.starts_with(prefix.as_str()))
}

/// Whether a text can name a member: what RFC 9651 section 3.3.4 calls a token, and nothing that
/// looks like something else.
fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.split('.').all(|part| !part.is_empty())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-:.".contains(&byte))
}
