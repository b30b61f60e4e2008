//! Events: what courts and issuers did later.

use std::collections::BTreeSet;

use super::{
    super::{
        Confidence, Event, EventKind, Zone,
        tree::{Placed, Sink, Table},
    },
    dates::Order,
    id, part,
};
use crate::problem::nearest;

/// An event, with the places of what others must bear out.
pub(in super::super) struct Read {
    pub(in super::super) event: Event,
    authorities: Vec<Placed<String>>,
    lifts: Vec<Placed<String>>,
    source: Option<Placed<String>>,
    place: Placed<String>,
}

pub(super) fn events(table: &Table<'_>, authorities: &[String], sources: &BTreeSet<String>) -> Vec<Event> {
    let read: Vec<Read> = table.tables("event", "an event").into_iter().filter_map(event).collect();
    let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
    let mut ids = BTreeSet::new();
    for read in &read {
        if !ids.insert(read.event.id.clone()) {
            let message = format!("there are two events `{}`", read.event.id);
            table.sink().error("duplicate-id", read.place.span.clone(), message, "give each its own id");
        }
    }
    let known: Vec<&str> = ids.iter().map(String::as_str).collect();
    for read in &read {
        checked(read, authorities, &sources, &known, table.sink());
    }
    read.into_iter().map(|read| read.event).collect()
}

/// Reads the keys of one event.
fn event(table: Table<'_>) -> Option<Read> {
    let read = keys(&table, "id");
    table.finish();
    read
}

/// Reads the keys that an event has in a record and in a file of its own.
pub(in super::super) fn keys(table: &Table<'_>, id_key: &'static str) -> Option<Read> {
    let id = id(table, id_key);
    let kind = table.need_word::<EventKind>("kind");
    let forum = table.need_text("forum", "write the court, or the issuer");
    let docket = table.text("docket").map(|docket| docket.value);
    let decided = table.when("decided");
    if !table.has("decided") {
        table.missing("decided", "write when it happened");
    }
    let effective = table.when("effective");
    let until = table.when("until");
    let known = table.when("known");
    let phase_out_until = table.when("phase_out_until");
    let order = Order { zone: Zone::UTC, table };
    order.not_before("known", &known, "decided", &decided);
    order.not_before("until", &until, "effective", if effective.is_some() { &effective } else { &decided });
    order.odd("effective", &effective, "decided", &decided);
    let authorities = table.texts("authorities");
    let scope = part(table);
    let lifts = table.texts("lifts");
    // A notice brings the sources themselves.
    let source = if id_key == "id" { table.text("source") } else { None };
    let confidence = table.word("confidence").map_or(Confidence::Unverified, |word| word.value);
    let note = table.text("note").map(|note| note.value);
    if let Some(kind) = &kind {
        fits(kind, table, phase_out_until.is_some(), !lifts.is_empty());
    }
    let (place, decided) = (id?, decided?.value);
    let event = Event {
        id: place.value.clone(),
        kind: kind?.value,
        forum: forum?.value,
        docket,
        decided,
        effective: effective.map_or(decided, |when| when.value),
        until: until.map(|when| when.value),
        known: known.map_or(decided, |when| when.value),
        authorities: authorities.iter().map(|text| text.value.clone()).collect(),
        scope,
        lifts: lifts.iter().map(|text| text.value.clone()).collect(),
        phase_out_until: phase_out_until.map(|when| when.value),
        source: source.as_ref().map(|source| source.value.clone()),
        confidence,
        note,
    };
    Some(Read { event, authorities, lifts, source, place })
}

/// What a kind of event needs, and what only it may have.
fn fits(kind: &Placed<EventKind>, table: &Table<'_>, moves_phase_out: bool, lifts: bool) {
    let lifting = kind.value == EventKind::Lifts;
    let moving = kind.value == EventKind::SetsPhaseOut;
    let hint = match (lifting, lifts, moving, moves_phase_out) {
        (true, false, _, _) => "write which events end with it: `lifts = [\"…\"]`",
        (false, true, _, _) => "`lifts` belongs to `kind = \"lifts\"`",
        (_, _, true, false) => "write the new end: `phase_out_until = 2026-09-02`",
        (_, _, false, true) => "`phase_out_until` belongs to `kind = \"sets_phase_out\"`",
        _ => return,
    };
    let message = format!("an event that `{}` doesn't fit what stands beside it", kind.value);
    table.sink().error("event-shape", kind.span.clone(), message, hint);
}

/// What an event names must be there: authorities and sources of its record, and the events that it lifts.
fn checked(read: &Read, authorities: &[String], sources: &[&str], events: &[&str], sink: &Sink) {
    let known = authorities.iter().map(String::as_str).collect::<Vec<_>>();
    let named = |named: &[Placed<String>], known: &[&str], what: &str| {
        for name in named.iter().filter(|name| !known.contains(&name.value.as_str())) {
            let hint = nearest(&name.value, known.iter().copied())
                .unwrap_or_else(|| format!("it has: {}", known.join(", ")));
            let message = format!("the record has no {what} `{}`", name.value);
            sink.error("missing", name.span.clone(), message, &hint);
        }
    };
    named(&read.authorities, &known, "authority");
    named(&read.lifts, events, "event");
    named(read.source.as_slice(), sources, "source");
    if read.lifts.iter().any(|lifted| lifted.value == read.event.id) {
        let hint = "name the event whose effect ends";
        sink.error("own-id", read.place.span.clone(), "an event can't lift itself", hint);
    }
}
