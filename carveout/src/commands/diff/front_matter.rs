//! What changes in the heads of agreements, in words.

use std::{collections::BTreeMap, sync::Arc};

use carveout_terms::{Agreement, Facts, Party, Role, Timestamp, Vocabulary};

use crate::workspace::Side;

/// A change outside of the clauses.
#[derive(Debug, serde::Serialize)]
pub(super) struct HeadChange {
    pub(super) agreement: String,
    /// Which part of the head: `version`, `parties` and so on.
    pub(super) what: &'static str,
    pub(super) words: String,
}

/// Agreements that are on both sides: by id, or the only one of each.
pub(super) fn paired<'a>(old: &'a Side, new: &'a Side) -> Vec<(&'a Agreement, &'a Agreement)> {
    if let ([old], [new]) = (old.agreements.as_slice(), new.agreements.as_slice()) {
        return vec![(old, new)];
    }
    let find = |id: &str| new.agreements.iter().find(|other| other.id() == id);
    let pair = |old: &'a Arc<Agreement>| Some((old.as_ref(), find(old.id())?.as_ref()));
    old.agreements.iter().filter_map(pair).collect()
}

/// Everything that changes outside of the clauses.
pub(super) fn compare(old: &Side, new: &Side) -> Vec<HeadChange> {
    let words = (old.stack.vocabulary().as_ref(), new.stack.vocabulary().as_ref());
    let pairs = paired(old, new);
    let mut changes = Vec::new();
    let mut whole = |agreement: &Agreement, words: &str| {
        let words =
            format!("{words}: {} ({} version {})", agreement.title(), agreement.id(), agreement.version());
        changes.push(HeadChange { agreement: agreement.id().to_owned(), what: "agreement", words });
    };
    let is = |one: &Agreement, other: &Arc<Agreement>| std::ptr::eq(one, other.as_ref());
    for gone in old.agreements.iter().filter(|agreement| !pairs.iter().any(|(old, _)| is(old, agreement))) {
        whole(gone, "no longer in the stack");
    }
    for come in new.agreements.iter().filter(|agreement| !pairs.iter().any(|(_, new)| is(new, agreement))) {
        whole(come, "new in the stack");
    }
    for (old, new) in pairs {
        let mut head = Head { agreement: new.id(), changes: &mut changes };
        head.compare(old, new, words);
    }
    let (was, is) = (each(&old.presume, words.0), each(&new.presume, words.1));
    for words in presumed(&was, &is) {
        changes.push(HeadChange {
            agreement: new.name.clone(),
            what: "presumptions",
            words: format!("the program {words}"),
        });
    }
    changes
}

struct Head<'a> {
    agreement: &'a str,
    changes: &'a mut Vec<HeadChange>,
}

impl Head<'_> {
    fn say(&mut self, what: &'static str, words: String) {
        self.changes.push(HeadChange { agreement: self.agreement.to_owned(), what, words });
    }

    fn compare(&mut self, old: &Agreement, new: &Agreement, words: Words<'_>) {
        for (what, was, is) in [
            ("id", old.id(), new.id()),
            ("title", old.title(), new.title()),
            ("version", old.version(), new.version()),
        ] {
            if was != is {
                self.say(what, format!("{what}: {is} (was: {was})"));
            }
        }
        if old.role() != new.role() {
            self.say("role", format!("role: {} (was: {})", role(new.role()), role(old.role())));
        }
        if old.window() != new.window() {
            self.say("window", format!("in force {} (was: {})", window(new), window(old)));
        }
        let (was, is) = (governed(old, words.0), governed(new, words.1));
        if was != is {
            self.say("governs", format!("governs {is} (was: {was})"));
        }
        self.parties(old.parties(), new.parties());
        let (was, is) = (each(old.presume(), words.0), each(new.presume(), words.1));
        presumed(&was, &is).into_iter().for_each(|words| self.say("presumptions", words));
    }

    fn parties(&mut self, old: &[Party], new: &[Party]) {
        for party in new {
            match old.iter().find(|other| other.id == party.id) {
                None => self.say("parties", format!("party {} ({}) is new", party.id, party.name)),
                Some(before) => self.party(before, party),
            }
        }
        for party in old.iter().filter(|party| !new.iter().any(|other| other.id == party.id)) {
            self.say("parties", format!("party {} ({}) is gone", party.id, party.name));
        }
    }

    fn party(&mut self, old: &Party, new: &Party) {
        if old.name != new.name {
            self.say("parties", format!("party {} is {} (was: {})", new.id, new.name, old.name));
        }
        for role in new.roles.iter().filter(|role| !old.roles.contains(role)) {
            self.say("parties", format!("role {role} is new: it can be asked to approve"));
        }
        for role in old.roles.iter().filter(|role| !new.roles.contains(role)) {
            self.say("parties", format!("role {role} is gone"));
        }
    }
}

/// The vocabulary of each side.
type Words<'a> = (&'a Vocabulary, &'a Vocabulary);

/// Each fact as it is written, by name.
fn each(facts: &Facts, vocabulary: &Vocabulary) -> BTreeMap<String, String> {
    let name = |fact| vocabulary.get(fact).name().to_owned();
    let shown = |fact| facts.filtered(|other| other == fact).display(vocabulary).to_string();
    facts.iter().map(|(fact, _)| (name(fact), shown(fact))).collect()
}

/// What is presumed now and was not, and the other way round.
fn presumed(was: &BTreeMap<String, String>, is: &BTreeMap<String, String>) -> Vec<String> {
    let mut changes = Vec::new();
    for (fact, now) in is.iter().filter(|(fact, now)| was.get(*fact) != Some(now)) {
        let before = was.get(fact).map_or("nothing", String::as_str);
        changes.push(format!("presumes {now} (was: {before})"));
    }
    for (_, before) in was.iter().filter(|(fact, _)| !is.contains_key(*fact)) {
        changes.push(format!("no longer presumes {before}"));
    }
    changes
}

const fn role(role: Role) -> &'static str {
    match role {
        Role::Grant => "grant, so that what it doesn't permit is denied",
        Role::Limit => "limit, so that it only forbids",
    }
}

fn window(agreement: &Agreement) -> String {
    let window = agreement.window();
    let until = window.until.map(|until| format!(" until {}", day(until)));
    format!("from {}{}", day(window.effective), until.unwrap_or_else(|| ", without an end".to_owned()))
}

/// A time, as a date where it is the first moment of a day.
fn day(at: Timestamp) -> String {
    let text = at.to_string();
    text.strip_suffix("T00:00:00.000Z").map_or(text.clone(), str::to_owned)
}

fn governed(agreement: &Agreement, vocabulary: &Vocabulary) -> String {
    let named = agreement.governs().iter().map(|(fact, members)| {
        let fact = vocabulary.get(*fact);
        let names = fact.kind().enumeration().map(|enumeration| enumeration.names_for(members).join(" or "));
        format!("{} {}", fact.name(), names.unwrap_or_default())
    });
    let named: Vec<String> = named.collect();
    if named.is_empty() { "every target".to_owned() } else { named.join(" and ") }
}
