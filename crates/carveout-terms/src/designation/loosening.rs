//! What a new version of a record takes back. Whatever isn't plainly stricter counts as looser, because loosening
//! is what takes a second signature.

use std::collections::BTreeSet;

use super::{Dates, Designation, Instrument, LegalForce, Notice, Scope, Target};

/// In which ways a record bars less than the one before it, in words; nothing if it bars no less.
///
/// A first version takes nothing back by itself, but for the records whose place it takes.
#[must_use]
pub fn loosened(before: Option<&Designation>, after: &Designation) -> Vec<String> {
    let after = after.instrument();
    let Some(before) = before.map(Designation::instrument) else {
        return after.supersedes.iter().map(|old| format!("it takes the place of `{old}`")).collect();
    };
    let mut ways = Vec::new();
    if after.force == LegalForce::AnnouncedOnly && before.force != after.force {
        ways.push("it is no longer enforced, only shown".to_owned());
    }
    lost("the conduct", &before.conduct, &after.conduct, &mut ways);
    lost("the authority", &before.authorities, &after.authorities, &mut ways);
    lost("the duty", &before.duties, &after.duties, &mut ways);
    lost("the priority", &before.priorities, &after.priorities, &mut ways);
    targets(before, after, &mut ways);
    scope(&before.scope, &after.scope, &mut ways);
    dates(&before.dates, &after.dates, &mut ways);
    gained("the exception", &before.exceptions, &after.exceptions, &mut ways);
    gained("the waiver", &before.waivers, &after.waivers, &mut ways);
    gained("what it takes the place of", &before.supersedes, &after.supersedes, &mut ways);
    for event in after.events.iter().filter(|event| event.kind.loosens() && !before.events.contains(event)) {
        ways.push(format!("the event `{}` {} it", event.id, event.kind));
    }
    for event in before.events.iter().filter(|event| !event.kind.loosens() && !after.events.contains(event)) {
        ways.push(format!("the event `{}` is gone or changed", event.id));
    }
    if before.existing_contracts != after.existing_contracts || before.flow_down != after.flow_down {
        ways.push("it reaches contracts and tiers in another way".to_owned());
    }
    ways
}

impl Notice {
    /// In which way the event takes something back, in words.
    #[must_use]
    pub fn loosened(&self) -> Option<String> {
        let event = self.event();
        event.kind.loosens().then(|| format!("the event `{}` {} `{}`", event.id, event.kind, self.of()))
    }
}

fn lost<T: PartialEq + Named>(what: &str, before: &[T], after: &[T], ways: &mut Vec<String>) {
    let gone = before.iter().filter(|old| !after.contains(old));
    ways.extend(gone.map(|old| format!("{what} `{}` is gone or changed", old.named())));
}

fn gained<T: PartialEq + Named>(what: &str, before: &[T], after: &[T], ways: &mut Vec<String>) {
    let new = after.iter().filter(|new| !before.contains(new));
    ways.extend(new.map(|new| format!("{what} `{}` is new or changed", new.named())));
}

fn targets(before: &Instrument, after: &Instrument, ways: &mut Vec<String>) {
    for old in &before.targets {
        if !after.targets.iter().any(|new| covers(new, old)) {
            ways.push(format!("the target `{}` is gone, or less of it is barred", old.name));
        }
    }
}

/// Whether one target is at least the other: every name, identifier, member and reach of it.
fn covers(new: &Target, old: &Target) -> bool {
    let all = |new: &[String], old: &[String]| old.iter().all(|value| new.contains(value));
    let names = |target: &Target| -> BTreeSet<String> {
        target.aliases.iter().chain([&target.name]).cloned().collect()
    };
    new.kind == old.kind
        && names(new).is_superset(&names(old))
        && all(&new.uei, &old.uei)
        && all(&new.cage, &old.cage)
        && all(&new.lei, &old.lei)
        && all(&new.domains, &old.domains)
        && all(&new.packages, &old.packages)
        && all(&new.models, &old.models)
        && old.members.iter().all(|(fact, old)| new.members.get(fact).is_some_and(|new| all(new, old)))
        && old.reach.iter().all(|reach| new.reach.contains(reach))
        && old.affiliates.iter().all(|rule| new.affiliates.contains(rule))
}

fn scope(before: &Scope, after: &Scope, ways: &mut Vec<String>) {
    /// An empty list leaves nothing out.
    fn narrower<T: PartialEq>(before: &[T], after: &[T]) -> bool {
        !after.is_empty() && (before.is_empty() || before.iter().any(|old| !after.contains(old)))
    }
    for (what, narrower) in [
        ("agencies", narrower(&before.agencies, &after.agencies)),
        ("system classes", narrower(&before.system_classes, &after.system_classes)),
        ("components", narrower(&before.components, &after.components)),
        ("procurement classes", narrower(&before.procurement_classes, &after.procurement_classes)),
        ("purposes", narrower(&before.purposes, &after.purposes)),
        ("programs", narrower(&before.programs, &after.programs)),
        ("contract clauses", narrower(&before.hooks, &after.hooks)),
    ] {
        if narrower {
            ways.push(format!("it reaches fewer {what}"));
        }
    }
}

fn dates(before: &Dates, after: &Dates, ways: &mut Vec<String>) {
    let begins = |dates: &Dates| dates.begins(dates.effective);
    if begins(after) > begins(before) {
        ways.push("it takes effect later".to_owned());
    }
    let phase_out = |dates: &Dates| dates.phase_out_until.map(|until| dates.ends(until));
    if phase_out(after) > phase_out(before) {
        ways.push("its phase-out is longer".to_owned());
    }
    let end = |dates: &Dates| dates.until.map(|until| dates.ends(until));
    if end(after).is_some_and(|after| end(before).is_none_or(|before| after < before)) {
        ways.push("it ends sooner".to_owned());
    }
    if after.rescinded.is_some() && before.rescinded != after.rescinded {
        ways.push("it is rescinded".to_owned());
    }
    if before.zone != after.zone || before.last_day != after.last_day {
        ways.push("its days are read in another way".to_owned());
    }
}

/// What something is called in a list of changes.
trait Named {
    fn named(&self) -> String;
}

impl Named for String {
    fn named(&self) -> String {
        self.clone()
    }
}

impl Named for super::Conduct {
    fn named(&self) -> String {
        self.to_string()
    }
}

impl Named for super::Duty {
    fn named(&self) -> String {
        format!("{} under {}", self.kind, self.hook)
    }
}

impl Named for super::Priority {
    fn named(&self) -> String {
        self.name.clone()
    }
}

impl Named for super::Exception {
    fn named(&self) -> String {
        self.what.clone()
    }
}

impl Named for super::Waiver {
    fn named(&self) -> String {
        self.id.clone()
    }
}
