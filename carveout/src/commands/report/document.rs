//! The report as JSON.

use serde_json::{Value as Json, json};

use super::gathered::{About, Change, Counts, Gathered, Watched, word};

pub(super) fn document(gathered: &Gathered, origin: &str, size: u64) -> Json {
    let time = |time: Option<carveout_ledger::Timestamp>| time.map(|time| time.to_string());
    json!({
        "ledger": { "origin": origin, "size": size },
        "from": time(gathered.period.from),
        "to": time(gathered.period.to),
        "program": gathered.program,
        "decisions": gathered.decisions,
        "first": time(gathered.span.map(|(first, _)| first)),
        "last": time(gathered.span.map(|(_, last)| last)),
        "monitors": gathered.monitors.iter().map(|(id, watched)| monitor(gathered, id, watched)).collect::<Vec<_>>(),
    })
}

fn monitor(gathered: &Gathered, id: &str, watched: &Watched) -> Json {
    let (about, detector) = match watched.about.as_ref() {
        None => (None, None),
        Some(About::Terms(monitor)) => (Some(monitor), None),
        Some(About::Detector(monitor)) => (None, Some(monitor)),
    };
    let suspended = about.and_then(|monitor| monitor.suspended.as_ref());
    let mut document = json!({
        "monitor": id,
        "out_of_use_since": gathered.out_of_use(id),
        "kind": about.map(|_| if suspended.is_some() { "clause" } else { "draft" }),
        "agreement": about.map(|monitor| &monitor.agreement),
        "agreement_version": about.map(|monitor| &monitor.version),
        "digest": about.map(|monitor| monitor.digest.to_string()),
        "clause": suspended.map(|suspended| &suspended.clause),
        "until": suspended.map(|suspended| suspended.until.to_string()),
        "parties": suspended.map(|suspended| &suspended.parties),
        "uses": counts(watched.total()),
        "programs": watched
            .programs
            .iter()
            .map(|(program, found)| json!({ "program": program, "uses": counts(*found) }))
            .collect::<Vec<_>>(),
        "clauses": watched
            .clauses
            .iter()
            .map(|(clause, found)| {
                json!({
                    "agreement": clause.0, "clause": clause.1, "would_deny": found.denied,
                    "would_hold": found.held, "entries": watched.entries_of(clause),
                })
            })
            .collect::<Vec<_>>(),
        "changes": watched.changes.iter().map(change).collect::<Vec<_>>(),
    });
    if let (Some(detector), Some(members)) = (detector, document.as_object_mut()) {
        let texts = detector.agreements.iter().map(|text| {
            json!({
                "agreement": text.agreement, "agreement_version": text.version,
                "digest": text.digest.to_string(), "parties": text.parties,
            })
        });
        members.insert("kind".to_owned(), json!("detector"));
        members.insert("detector".to_owned(), json!(detector.detector));
        members.insert("until".to_owned(), json!(detector.until.to_string()));
        members.insert("agreements".to_owned(), texts.collect());
    }
    document
}

fn counts(counts: Counts) -> Json {
    json!({
        "decided": counts.decided, "would_deny": counts.denied, "would_hold": counts.held,
        "would_permit": counts.permitted,
    })
}

fn change(change: &Change) -> Json {
    let grounds =
        change.grounds.iter().map(|cited| json!({ "agreement": cited.agreement, "clause": cited.clause }));
    json!({
        "index": change.index, "at": change.at.to_string(), "program": change.program, "claim": change.claim,
        "ruling": word(change.was), "would_be": word(change.would), "grounds": grounds.collect::<Vec<_>>(),
    })
}
