//! `designations list`: what is recorded.

use carveout_terms::designation::{Record, Register};
use serde_json::{Value as Json, json};

use crate::{
    cli::Global,
    output::{Exit, Printer, Table},
    workspace::{Store, Stored},
};

pub(super) fn run(global: &Global, printer: &Printer) -> miette::Result<Exit> {
    let store = Store::load(&global.workspace)?;
    let today = super::or_today(None);
    let (mut designations, mut notices) = (Vec::new(), Vec::new());
    for stored in store.stored.iter().filter(|stored| stored.trust.counts) {
        match &stored.record {
            Record::Designation(designation) => designations.push(designation.as_ref().clone()),
            Record::Notice(notice) => notices.push(notice.as_ref().clone()),
        }
    }
    let register = Register::new(designations, notices);
    let status = |stored: &Stored| match &stored.record {
        _ if !stored.trust.counts => "does not count".to_owned(),
        Record::Notice(notice) if register.docket(notice.of()).is_none() => "waits for its record".to_owned(),
        Record::Notice(_) => "counts".to_owned(),
        Record::Designation(designation) => {
            let instrument = designation.instrument();
            let newest = register
                .docket(&instrument.id)
                .filter(|docket| docket.instrument().version == instrument.version);
            newest.map_or("replaced".to_owned(), |docket| {
                docket.in_force(today, today).status.as_str().to_owned()
            })
        }
    };
    if printer.json() {
        let records: Vec<Json> =
            store.stored.iter().map(|stored| document(stored, &status(stored))).collect();
        let document = json!({ "on": today, "records": records, "findings": register.findings() });
        return printer.document("designations list", &document).map(|()| Exit::Yes);
    }
    if store.stored.is_empty() {
        printer.line("nothing is recorded");
        printer.note("`carveout designations add FILE --key KEY` records an instrument");
        return Ok(Exit::Yes);
    }
    let mut table = Table::new(["record", "version", "today", "signed by", "what"]);
    for stored in &store.stored {
        let (id, version, what) = named(&stored.record);
        let signers = match stored.trust.signers.as_slice() {
            [] => "nobody".to_owned(),
            some => some.join(", "),
        };
        table.row([id, version, status(stored), signers, what]);
    }
    printer.line(table);
    super::warn(&store, printer);
    super::findings(&register, printer);
    Ok(Exit::Yes)
}

fn named(record: &Record) -> (String, String, String) {
    match record {
        Record::Designation(designation) => {
            let instrument = designation.instrument();
            (instrument.id.clone(), instrument.version.to_string(), instrument.title.clone())
        }
        Record::Notice(notice) => {
            let event = notice.event();
            (
                notice.of().to_owned(),
                "event".to_owned(),
                format!("{}: {} {}", event.id, event.forum, event.kind),
            )
        }
    }
}

fn document(stored: &Stored, status: &str) -> Json {
    let (id, version, what) = named(&stored.record);
    json!({
        "record": id,
        "version": version,
        "what": what,
        "today": status,
        "file": stored.path,
        "signers": stored.trust.signers,
        "signatures_needed": stored.trust.needed,
        "loosens": stored.trust.loosens,
        "counts": stored.trust.counts,
    })
}
