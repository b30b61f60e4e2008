//! What a killed gateway knew of contents, the next one knows.

use std::{
    thread,
    time::{Duration, Instant},
};

use carveout_ledger::{Entry, Event, LedgerReader};
use serde_json::{Value as Json, json};

use crate::kit::{SUPPLY, Serving, Workspace, post, provider};

const LETTER: &str = "The convoy leaves the depot at dawn on Tuesday with nine trucks, and it carries pumps, filters \
                      and spare belts for the three stations north of the river.";

/// A deadline that only a gateway that hangs would meet.
const LIMIT: Duration = Duration::from_secs(60);

fn ask(workspace: &Workspace, gateway: &Serving, claim: &str, text: &str) -> (u16, String) {
    let key = workspace.key("logistics-support");
    let body =
        json!({ "model": "sample-chat", "messages": [{ "role": "user", "content": text }] }).to_string();
    let headers =
        format!("Authorization: Bearer {key}\r\nCarveout-Use: {claim}\r\nContent-Type: application/json\r\n");
    post(gateway.address, "/v1/chat/completions", &headers, &body)
}

fn entries(workspace: &Workspace) -> Vec<Entry> {
    let public = workspace.read("keys/ledger.pub").trim().parse().unwrap();
    let Ok(reader) = LedgerReader::open(&workspace.path("ledger"), &public) else { return Vec::new() };
    reader.entries(0).map(|read| Entry::parse(&read.unwrap().1).unwrap()).collect()
}

/// The last record of evidence that an entry vouches for.
fn vouched(workspace: &Workspace) -> u64 {
    let marks = entries(workspace).into_iter().filter_map(|entry| match entry.event {
        Event::EvidenceKept(kept) => Some(kept.record),
        _ => None,
    });
    marks.max().unwrap_or_default()
}

#[test]
fn what_was_sent_and_answered_is_known_after_a_kill() {
    let provider = provider();
    let workspace = Workspace::sample(Some(&provider));
    let gateway = workspace.serve();
    let (status, answer) = ask(&workspace, &gateway, SUPPLY, LETTER);
    assert_eq!(status, 200, "{answer}");
    let body: Json = serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    let said = body["choices"][0]["message"]["content"].as_str().unwrap().to_owned();
    assert!(said.split(' ').count() >= 11, "too little to be known again: {said}");
    // A record for the text, and one for the answer.
    let begun = Instant::now();
    while vouched(&workspace) < 2 {
        assert!(begun.elapsed() < LIMIT, "nothing vouches for what was kept");
        thread::sleep(Duration::from_millis(20));
    }
    drop(gateway);

    let gateway = workspace.serve();
    let again = format!("{LETTER}\n\n{said}");
    let asked = [(LETTER, "reclaimed=?1"), (&again, "derived_from=(logistics")];
    for (text, _) in asked {
        let claim = "purpose=translation, subject=none";
        assert!([200, 403].contains(&ask(&workspace, &gateway, claim, text).0));
    }
    assert_eq!(gateway.stop(), Some(0));
    let facts: Vec<String> = entries(&workspace)
        .into_iter()
        .filter_map(|entry| match entry.event {
            Event::Decided(decided) => Some(decided.facts.gateway),
            _ => None,
        })
        .collect();
    for ((_, expected), found) in asked.into_iter().zip(&facts[1..]) {
        assert!(found.contains(expected), "{expected}: {found}");
    }
    workspace.run("ledger verify --redecide").expect(0, &["0 differ"]);
}
