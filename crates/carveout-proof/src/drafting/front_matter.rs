//! The head of an agreement, written anew.

use std::fmt;

use carveout_terms::{
    Agreement, FactId, Facts, MemberSet, Party, Role, RoleId, Timestamp, Value, Vocabulary, Window,
};

/// What stands in the head.
#[derive(Clone, Debug)]
pub(crate) struct Head<'a> {
    pub(crate) id: &'a str,
    pub(crate) version: &'a str,
    pub(crate) vocabulary: &'a str,
    pub(crate) role: Role,
    pub(crate) window: Window,
    /// For each fact of the target, the names that the agreement is limited to.
    pub(crate) governs: Vec<(String, Vec<String>)>,
    /// The parties, with their roles.
    pub(crate) parties: Vec<Party>,
    /// For each fact, what is presumed of it.
    pub(crate) presume: Vec<(String, Vec<String>)>,
}

impl<'a> Head<'a> {
    /// The head of an agreement that was read.
    pub(crate) fn of(agreement: &'a Agreement, vocabulary: &'a Vocabulary) -> Self {
        let governs = agreement.governs().iter().map(|(fact, members)| named(vocabulary, *fact, members));
        Self {
            id: agreement.id(),
            version: agreement.version(),
            vocabulary: vocabulary.name(),
            role: agreement.role(),
            window: agreement.window(),
            governs: governs.collect(),
            parties: agreement.parties().to_vec(),
            presume: stated(vocabulary, agreement.presume()),
        }
    }
}

impl fmt::Display for Head<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "+++")?;
        writeln!(f, "agreement = {}", quoted(self.id))?;
        writeln!(f, "version = {}", quoted(self.version))?;
        writeln!(f, "vocabulary = {}", quoted(self.vocabulary))?;
        let role = if self.role == Role::Limit { "limit" } else { "grant" };
        writeln!(f, "role = \"{role}\"")?;
        writeln!(f, "effective = {}", date(self.window.effective))?;
        if let Some(until) = self.window.until {
            writeln!(f, "until = {}", date(until))?;
        }
        for (key, facts) in [("governs", &self.governs), ("presume", &self.presume)] {
            if !facts.is_empty() {
                let facts: Vec<String> =
                    facts.iter().map(|(fact, names)| format!("{fact} = [{}]", listed(names))).collect();
                writeln!(f, "{key} = {{ {} }}", facts.join(", "))?;
            }
        }
        writeln!(f, "party = [")?;
        for party in &self.parties {
            writeln!(f, "  {},", self::party(party))?;
        }
        writeln!(f, "]\n+++")
    }
}

/// A time, as a date where it is the first moment of one.
fn date(at: Timestamp) -> String {
    let text = at.to_string();
    text.strip_suffix("T00:00:00.000Z").map_or_else(|| text.clone(), str::to_owned)
}

/// A party as it stands in the head.
fn party(party: &Party) -> String {
    let own = format!("{}/", party.id);
    let roles: Vec<String> = party
        .roles
        .iter()
        .map(|role| role.as_str().strip_prefix(&own).unwrap_or_else(|| role.as_str()).to_owned())
        .collect();
    format!("{{ id = {}, name = {}, roles = [{}] }}", quoted(&party.id), quoted(&party.name), listed(&roles))
}

/// Facts as the head states them: each with the names of its members.
pub(crate) fn stated(vocabulary: &Vocabulary, facts: &Facts) -> Vec<(String, Vec<String>)> {
    let stated = facts.iter().filter_map(|(fact, value)| match value {
        Value::Member(member) => Some(named(vocabulary, fact, &MemberSet::of([*member]))),
        Value::Members(members) => Some(named(vocabulary, fact, members)),
        Value::Bool(_) | Value::Long(_) | Value::Datetime(_) => None,
    });
    stated.collect()
}

fn named(vocabulary: &Vocabulary, fact: FactId, members: &MemberSet) -> (String, Vec<String>) {
    let declared = vocabulary.get(fact);
    let names = declared
        .kind()
        .enumeration()
        .map(|all| members.iter().map(|member| all.member_name(member).to_owned()).collect::<Vec<String>>());
    (declared.name().to_owned(), names.unwrap_or_default())
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
fn quoted(text: &str) -> String {
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
