//! Reading a record: every key, every word, and what contradicts itself.

mod dates;
mod duties;
mod events;
mod targets;

use self::{
    dates::{dates, exceptions, priorities},
    duties::{duties, flow_down, waiver_rule, waivers},
    events::events,
    targets::{sources, targets},
};
use super::{
    Conduct, Event, ExistingContracts, Instrument, LegalForce, Scope, Source,
    tree::{Placed, Sink, Table},
};
use crate::agreement::is_id;

/// Higher numbers of versions are mistakes.
const MOST_VERSIONS: i64 = 1_000_000;

/// Reads an instrument. What is wrong goes into the table's sink; without an instrument something did.
pub(super) fn instrument(table: Table<'_>) -> Option<Instrument> {
    let id = id(&table, "designation");
    let version = table.number("version", 1, MOST_VERSIONS);
    if !table.has("version") {
        table.missing("version", "count the versions of the record from 1");
    }
    let title = table.need_text("title", "write what the instrument is called");
    let kind = table.need_word("kind");
    let issuer = table.need_text("issuer", "write who made it");
    let force = table.need_word::<LegalForce>("force");
    let confidence = table.need_word("confidence");
    let authorities = values(table.texts("authorities"));
    let conduct = conduct(&table);
    let existing_contracts = table.word("existing_contracts").map(|word| word.value);
    let supersedes = others(&table, "supersedes", id.as_ref());
    let superseded_by = others(&table, "superseded_by", id.as_ref()).into_iter().next();
    let conflicts_with = others(&table, "conflicts_with", id.as_ref());
    let note = table.text("note").map(|note| note.value);
    let (sources, source_ids) = sources(&table);
    let targets = targets(&table);
    let scope = needed_scope(&table);
    let dates = dates(&table);
    let priorities = priorities(&table);
    let exceptions = exceptions(&table);
    let flow_down = flow_down(&table);
    let duties = duties(&table);
    let waiver_rule = waiver_rule(&table);
    let waivers = waivers(&table);
    let events = events(&table, &authorities, &source_ids);
    if force.as_ref().is_some_and(|force| force.value != LegalForce::AnnouncedOnly) && authorities.is_empty()
    {
        table.missing("authorities", "name the provisions that it rests on, such as `10 USC 3252`");
    }
    table.finish();
    Some(Instrument {
        id: id?.value,
        version: u32::try_from(version?.value).ok()?,
        title: title?.value,
        kind: kind?.value,
        issuer: issuer?.value,
        force: force?.value,
        confidence: confidence?.value,
        authorities,
        conduct,
        existing_contracts: existing_contracts.unwrap_or(ExistingContracts::NotStated),
        supersedes,
        superseded_by,
        conflicts_with,
        note,
        sources,
        targets,
        scope: scope?,
        dates: dates?,
        priorities,
        exceptions,
        flow_down,
        duties,
        waiver_rule,
        waivers,
        events,
    })
}

/// An event that is recorded apart from its instrument, with the instrument's id and its sources.
pub(super) fn notice(table: Table<'_>) -> Option<(String, Event, Vec<Source>)> {
    let read = events::keys(&table, "event");
    let of = id(&table, "of");
    let (sources, _) = sources(&table);
    table.finish();
    Some((of?.value, read?.event, sources))
}

/// An id of a record or an event.
fn id(table: &Table<'_>, key: &'static str) -> Option<Placed<String>> {
    let id = table.need_text(key, "an id is lowercase letters, digits and hyphens")?;
    is_an_id(&id, table.sink()).then_some(id)
}

fn is_an_id(id: &Placed<String>, sink: &Sink) -> bool {
    // An id is part of a file's name.
    let good = is_id(&id.value) && id.value.len() <= 120;
    if !good {
        let message = format!("`{}` can't be an id", id.value);
        sink.error("id", id.span.clone(), message, "use at most 120 lowercase letters, digits and hyphens");
    }
    good
}

/// The ids of other records.
fn others(table: &Table<'_>, key: &'static str, own: Option<&Placed<String>>) -> Vec<String> {
    let mut others = Vec::new();
    for other in table.texts(key) {
        if own.is_some_and(|own| own.value == other.value) {
            let message = format!("`{}` is this record itself", other.value);
            table.sink().error("own-id", other.span, message, "name another record, or leave the key out");
        } else if is_an_id(&other, table.sink()) {
            others.push(other.value);
        }
    }
    others
}

fn conduct(table: &Table<'_>) -> Vec<Conduct> {
    if !table.has("conduct") {
        table.missing("conduct", "say what is forbidden: `conduct = [\"provide\", \"use_in_performance\"]`");
    }
    table.words("conduct")
}

fn needed_scope(table: &Table<'_>) -> Option<Scope> {
    let Some(inner) = table.table("scope", "the scope") else {
        if !table.has("scope") {
            table.missing(
                "scope",
                "write `[scope]` with `agencies = [\"any_federal\"]` or those that it names",
            );
        }
        return None;
    };
    if !inner.has("agencies") {
        inner.missing("agencies", "write `agencies = [\"any_federal\"]` or those that it names");
    }
    Some(scope(inner))
}

/// The scope of an exception, a waiver, a priority or an event.
fn part(table: &Table<'_>) -> Option<Scope> {
    table.table("scope", "the scope").map(scope)
}

fn scope(table: Table<'_>) -> Scope {
    let scope = Scope {
        agencies: table.words("agencies"),
        system_classes: table.words("system_classes"),
        components: table.words("components"),
        procurement_classes: values(table.texts("procurement_classes")),
        purposes: values(table.texts("purposes")),
        programs: values(table.texts("programs")),
        hooks: values(table.texts("hooks")),
    };
    if scope == Scope::default() {
        table.sink().error(
            "empty-scope",
            table.span(),
            "this scope says nothing",
            "leave it out, or say what it leaves in",
        );
    }
    table.finish();
    scope
}

fn values(texts: Vec<Placed<String>>) -> Vec<String> {
    texts.into_iter().map(|text| text.value).collect()
}
