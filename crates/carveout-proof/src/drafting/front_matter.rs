//! The head of an agreement, written anew.

use std::fmt;

use carveout_terms::{Facts, Party, RoleId, Timestamp, Vocabulary};

/// What stands in the head.
#[derive(Clone, Debug)]
pub(crate) struct Head<'a> {
    pub(crate) id: &'a str,
    pub(crate) version: &'a str,
    pub(crate) vocabulary: &'a str,
    pub(crate) effective: Timestamp,
    /// For each fact of the target, the names that the agreement is limited to.
    pub(crate) governs: Vec<(String, Vec<String>)>,
    /// The parties, with their roles.
    pub(crate) parties: Vec<Party>,
}

impl fmt::Display for Head<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "+++")?;
        writeln!(f, "agreement = {}", quoted(self.id))?;
        writeln!(f, "version = {}", quoted(self.version))?;
        writeln!(f, "vocabulary = {}", quoted(self.vocabulary))?;
        writeln!(f, "role = \"grant\"")?;
        writeln!(f, "effective = {}", self.effective)?;
        if !self.governs.is_empty() {
            let governs: Vec<String> =
                self.governs.iter().map(|(fact, names)| format!("{fact} = [{}]", listed(names))).collect();
            writeln!(f, "governs = {{ {} }}", governs.join(", "))?;
        }
        writeln!(f, "party = [")?;
        for party in &self.parties {
            writeln!(f, "  {},", self::party(party))?;
        }
        writeln!(f, "]\n+++")
    }
}

/// A party as it stands in the head.
pub(crate) fn party(party: &Party) -> String {
    let own = format!("{}/", party.id);
    let roles: Vec<String> = party
        .roles
        .iter()
        .map(|role| role.as_str().strip_prefix(&own).unwrap_or_else(|| role.as_str()).to_owned())
        .collect();
    format!("{{ id = {}, name = {}, roles = [{}] }}", quoted(&party.id), quoted(&party.name), listed(&roles))
}

/// What a target is limited to, from facts that were stated about it.
pub(crate) fn governs(vocabulary: &Vocabulary, facts: &Facts) -> Vec<(String, Vec<String>)> {
    let stated = facts.iter().filter_map(|(fact, value)| {
        let declared = vocabulary.get(fact);
        let enumeration = declared.kind().enumeration()?;
        let carveout_terms::Value::Member(member) = value else { return None };
        Some((declared.name().to_owned(), vec![enumeration.member_name(*member).to_owned()]))
    });
    stated.collect()
}

/// Gives a role to its party; nothing if there is no such party, or the role can't be a role's name.
pub(crate) fn give(parties: &mut [Party], role: &RoleId) -> Option<()> {
    let (party, name) = role.as_str().split_once('/')?;
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let party = parties.iter_mut().find(|known| known.id == party)?;
    if name.is_empty() || !name.bytes().all(plain) {
        return None;
    }
    if !party.roles.contains(role) {
        party.roles.push(role.clone());
    }
    Some(())
}

fn listed(names: &[String]) -> String {
    names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ")
}

/// A basic string of TOML.
pub(crate) fn quoted(text: &str) -> String {
    let escaped: String = text
        .chars()
        .map(|character| match character {
            '"' => "\\\"".to_owned(),
            '\\' => "\\\\".to_owned(),
            control if control.is_control() => format!("\\u{:04x}", u32::from(control)),
            plain => plain.to_string(),
        })
        .collect();
    format!("\"{escaped}\"")
}
