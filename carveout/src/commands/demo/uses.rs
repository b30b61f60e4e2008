//! The uses that the demo shows.

use carveout_terms::{Agreement, Clause};
use serde_json::{Value as Json, json};

/// One request, and the ruling it must meet.
pub(super) struct Shown {
    pub(super) title: &'static str,
    pub(super) program: &'static str,
    pub(super) path: &'static str,
    /// The `Carveout-Use` header.
    pub(super) claim: &'static str,
    pub(super) body: &'static str,
    pub(super) expected: &'static str,
}

pub(super) const SHOWN: [Shown; 5] = [
    Shown {
        title: "A logistics question, streamed through OpenAI's dialect",
        program: "logistics-support",
        path: "/v1/chat/completions",
        claim: "purpose=logistics.supply, subject=us_person",
        body: r#"{"model":"sample-chat","stream":true,"messages":[{"role":"user","content":"Which spare parts will run short at the depot next month?"}]}"#,
        expected: "permit",
    },
    Shown {
        title: "A maintenance question that offers a tool, through Anthropic's dialect",
        program: "logistics-support",
        path: "/v1/messages",
        claim: "purpose=logistics.maintenance, subject=none",
        body: r#"{"model":"sample-messages","max_tokens":256,"tools":[{"name":"find_part","description":"Finds a part by its number.","input_schema":{"type":"object","properties":{"number":{"type":"string"}}}}],"messages":[{"role":"user","content":"When is pump P-7 due? [call find_part {\"number\": \"P-7\"}]"}]}"#,
        expected: "permit",
    },
    Shown {
        title: "Bulk data about US persons, bought commercially",
        program: "intelligence-support",
        path: "/v1/chat/completions",
        claim: "purpose=intel.commercial_data_analysis, volume=bulk, source=commercially_purchased, subject=us_person",
        body: r#"{"model":"sample-chat","messages":[{"role":"user","content":"Link these location records to households."}]}"#,
        expected: "deny",
    },
    Shown {
        title: "Nominating a target, which a release authority may approve",
        program: "intelligence-support",
        path: "/v1/chat/completions",
        claim: "purpose=targeting.nominate, volume=targeted, source=publicly_available, subject=non_us_person",
        body: r#"{"model":"sample-chat","messages":[{"role":"user","content":"Rank these vehicles for the targeting board."}]}"#,
        expected: "hold",
    },
    Shown {
        title: "A claim that names no purpose",
        program: "logistics-support",
        path: "/v1/chat/completions",
        claim: "subject=none",
        body: r#"{"model":"sample-chat","messages":[{"role":"user","content":"Just answer."}]}"#,
        expected: "deny",
    },
];

/// The entry's index in a `Carveout-Receipt` header.
pub(super) fn index_of(receipt: &str) -> Option<u64> {
    let index = receipt.split(',').find_map(|part| part.trim().strip_prefix("index="))?;
    index.parse().ok()
}

/// The clauses that a `Carveout-Clauses` header names, with heading and sentence.
pub(super) fn clauses(terms: &Agreement, cited: &str) -> Vec<Json> {
    let names = cited.split(',').map(|one| one.trim().trim_matches('"'));
    names
        .filter_map(|name| name.rsplit_once(' '))
        .map(|(agreement, number)| {
            let clause = terms.clause(number).filter(|_| agreement == terms.id());
            json!({
                "agreement": agreement,
                "clause": number,
                "heading": clause.map(Clause::heading),
                "sentence": clause.map(Clause::sentence),
            })
        })
        .collect()
}

/// The first words that the provider answered with, if it was asked.
pub(super) fn said(body: &str, shown: &Shown) -> String {
    if shown.expected != "permit" {
        return String::new();
    }
    let events = body.lines().filter_map(|line| line.strip_prefix("data: ")).filter(|data| *data != "[DONE]");
    let whole: Option<Json> = serde_json::from_str(body).ok();
    let text: String = match &whole {
        Some(whole) => words(whole),
        None => events
            .filter_map(|data| serde_json::from_str(data).ok())
            .map(|event: Json| words(&event))
            .collect(),
    };
    let mut short: String = text.chars().take(80).collect();
    if text.chars().count() > 80 {
        short.push('…');
    }
    short
}

/// The text and tool calls in a whole answer or one event of a stream.
fn words(answer: &Json) -> String {
    let text = ["/choices/0/delta/content", "/choices/0/message/content"];
    if let Some(text) = text.iter().find_map(|place| answer.pointer(place)?.as_str()) {
        return text.to_owned();
    }
    let parts = answer.get("content").and_then(Json::as_array).into_iter().flatten();
    let shown = parts.map(|part| match (part.get("text").and_then(Json::as_str), part.get("name")) {
        (Some(text), _) => text.to_owned(),
        (None, Some(name)) => {
            format!(
                "calls {} with {}",
                name.as_str().unwrap_or_default(),
                part.get("input").unwrap_or(&Json::Null)
            )
        }
        (None, None) => String::new(),
    });
    shown.collect::<Vec<_>>().join("; ")
}
