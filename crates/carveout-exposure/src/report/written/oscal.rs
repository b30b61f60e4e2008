//! A report as an OSCAL plan of action and milestones (NIST, version 1.1.3, JSON).
//!
//! What is touched is an observation, the instrument a risk, what has to move its remediation, and duties are tasks with
//! their dates. Ids are named by content: the same report has the same ids. OSCAL admits UUIDs of versions 4 and 5 only;
//! these carry the 5, and are the first bits of a SHA-256.

use std::fmt::Write;

use carveout_terms::{Digest, Timestamp, designation::Status};
use serde_json::{Value, json};

use super::super::{Move, Report, ToldDuty};
use crate::graph::Kind;

/// The version of OSCAL that is written.
const VERSION: &str = "1.1.3";

/// The plan. `at` is when it was made.
#[must_use]
pub fn oscal(report: &Report, at: Timestamp) -> Value {
    let names = Names { report: format!("{}@{}/{}", report.designation.id, report.on, report.known) };
    let about = &report.designation;
    let mut observations: Vec<Value> = observations(report, &names, at);
    if observations.is_empty() {
        let method = json!({
            "uuid": names.uuid("observation/none"),
            "description": "Nothing that was looked at is touched.",
            "methods": ["EXAMINE"],
            "collected": at.to_string(),
        });
        observations.push(method);
    }
    let mut remediations: Vec<Value> = report.moves.iter().map(|item| remediation(item, &names)).collect();
    if !report.duties.is_empty() {
        remediations.push(duties(&report.duties, &names));
    }
    let mut risk = json!({
        "uuid": names.uuid("risk"),
        "title": about.title,
        "description": format!("{} of {}, known from {} sources.", about.kind.replace('_', " "), about.issuer, about.confidence),
        "statement": statement(report),
        "status": if report.standing.status == Status::Ended { "closed" } else { "open" },
    });
    if let (Some(deadline), Value::Object(fields)) = (report.standing.phase_out_until, &mut risk) {
        fields.insert("deadline".to_owned(), json!(deadline.to_string()));
    }
    if let (false, Value::Object(fields)) = (remediations.is_empty(), &mut risk) {
        fields.insert("remediations".to_owned(), json!(remediations));
    }
    let items: Vec<Value> = items(report, &names);
    json!({ "plan-of-action-and-milestones": {
        "uuid": names.uuid("plan"),
        "metadata": {
            "title": format!("Plan of action: {}", about.title),
            "last-modified": at.to_string(),
            "version": about.record_version.to_string(),
            "oscal-version": VERSION,
            "remarks": format!("On {}, as known on {}.{}", report.on, report.known, if report.hypothetical { " A supposition: no such instrument is known." } else { "" }),
        },
        "system-id": { "identifier-type": "http://ietf.org/rfc/rfc4122", "id": names.uuid("system") },
        "observations": observations,
        "risks": [risk],
        "poam-items": items,
    } })
}

struct Names {
    report: String,
}

impl Names {
    fn uuid(&self, what: &str) -> String {
        let digest = Digest::of_parts([self.report.as_bytes(), what.as_bytes()]);
        let mut hex = String::with_capacity(36);
        for (place, byte) in digest.as_bytes().iter().take(16).enumerate() {
            let byte = match place {
                6 => byte & 0x0f | 0x50,
                8 => byte & 0x3f | 0x80,
                _ => *byte,
            };
            if matches!(place, 4 | 6 | 8 | 10) {
                hex.push('-');
            }
            // Writing to a `String` can't fail.
            let _ = write!(hex, "{byte:02x}");
        }
        hex
    }
}

fn statement(report: &Report) -> String {
    let answers = report
        .answers
        .iter()
        .map(|answer| format!("{}: {}", answer.situation, answer.standing.status.as_str()));
    format!("On {}, as known on {}: {}.", report.on, report.known, answers.collect::<Vec<_>>().join("; "))
}

/// What is one's own: programs and contracts that the conduct reaches.
fn observations(report: &Report, names: &Names, at: Timestamp) -> Vec<Value> {
    let own = report.touched.iter().filter(|touched| {
        matches!(touched.kind, Kind::Program | Kind::Contract) && !touched.conduct.is_empty()
    });
    own.map(|touched| {
        let ways: Vec<String> = touched.ways.iter().map(ToString::to_string).collect();
        json!({
            "uuid": names.uuid(&format!("observation/{}", touched.keys.join(" "))),
            "title": touched.name,
            "description": format!("Touched in {} steps; {} at the best. {}", touched.steps, touched.evidence.as_str(), ways.join(". ")),
            "methods": ["EXAMINE"],
            "collected": at.to_string(),
        })
    })
    .collect()
}

fn remediation(item: &Move, names: &Names) -> Value {
    let route = item.route.as_deref().unwrap_or("every route");
    let key = format!("move/{}/{}/{route}", item.order, item.program);
    let to: Vec<String> = item
        .substitutes
        .iter()
        .map(|found| {
            format!(
                "{} of {}: {} permitted, {} held, {} denied",
                found.served.model, found.served.maker, found.permitted, found.held, found.denied
            )
        })
        .collect();
    let to = if to.is_empty() { "No other target is configured.".to_owned() } else { to.join("; ") };
    let mut task = json!({
        "uuid": names.uuid(&format!("{key}/task")),
        "type": "milestone",
        "title": format!("{}: {}", item.program, item.effort.as_str()),
        "description": to,
    });
    if let (Some(before), Value::Object(fields)) = (item.before, &mut task) {
        fields.insert("timing".to_owned(), json!({ "on-date": { "date": before.to_string() } }));
    }
    json!({
        "uuid": names.uuid(&key),
        "lifecycle": "planned",
        "title": format!("{} leaves by {route}", item.program),
        "description": format!("{} calls recorded. {}", item.calls, item.effort.as_str()),
        "tasks": [task],
    })
}

fn duties(duties: &[ToldDuty], names: &Names) -> Value {
    let tasks = (1..).zip(duties).map(|(number, duty)| {
        let mut task = json!({
            "uuid": names.uuid(&format!("duty/{number}")),
            "type": "action",
            "title": format!("{} ({})", duty.kind, duty.hook),
            "description": format!("On {}. {}", duty.trigger, duty.fields.join("; ")),
        });
        if let (Some(due), Value::Object(fields)) = (duty.due.first(), &mut task) {
            fields.insert("timing".to_owned(), json!({ "on-date": { "date": due.before.to_string() } }));
        }
        task
    });
    json!({
        "uuid": names.uuid("duties"),
        "lifecycle": "planned",
        "title": "What the instrument asks for",
        "description": "Duties with their clocks, as the record counts them.",
        "tasks": tasks.collect::<Vec<_>>(),
    })
}

/// An item for each thing that has to move, or one for the instrument.
fn items(report: &Report, names: &Names) -> Vec<Value> {
    let related = json!([{ "risk-uuid": names.uuid("risk") }]);
    let mut items: Vec<Value> = report
        .moves
        .iter()
        .map(|item| {
            json!({
                "uuid": names.uuid(&format!("item/{}", item.order)),
                "title": format!("{}: {}", item.program, item.effort.as_str()),
                "description": format!("{}; {} calls recorded.", item.status.as_str(), item.calls),
                "related-risks": related,
            })
        })
        .collect();
    if items.is_empty() {
        items.push(json!({
            "uuid": names.uuid("item"),
            "title": report.designation.title,
            "description": "No program of the workspace has to move. Suppliers may have to.",
            "related-risks": related,
        }));
    }
    items
}
