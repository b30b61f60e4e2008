//! What there is to be seen of a hold beside the facts that decided it, for the officer who is to answer.

use serde_json::Value as Json;

use super::hold::Hold;
use crate::output::{Printer, indented};

/// Findings of one text that are printed; `--json` has more.
const SHOWN: usize = 8;

pub(super) fn print(printer: &Printer, hold: &Hold) {
    let line = |what: &str, text: &str| {
        indented(printer, &format!("  {what:<11}"), "             ", &one_line(text));
    };
    let decided = &hold.decided;
    for reading in &decided.facts.evidence {
        line("also read", reading);
    }
    if let Some(found) = &decided.found {
        line(
            "monitored",
            &format!("with what only monitored detectors found, measured is {}", found.gateway),
        );
        found.evidence.iter().for_each(|reading| line("", &format!("and it is also read {reading}")));
    }
    for one in &decided.judged {
        let verdict =
            if one.verdict == "none" { "gave no verdict" } else { &*format!("says `{}`", one.verdict) };
        line("judge", &format!("`{}` {verdict} on {} {}", one.model, one.agreement, one.clause));
    }
    let Some(evidence) = &hold.evidence else { return };
    line("shows", &summary(evidence));
    for text in list(&evidence["texts"]) {
        let found = findings(text);
        if !found.is_empty() {
            line("found", &format!("{}: {found}", place(text)));
        }
        for wire in list(&text["tripwire"]) {
            line("tripwire", &tripped(text, wire));
        }
    }
    if let Some(more) = evidence["more_texts"].as_u64().filter(|more| *more > 0) {
        line("found", &format!("and something in {more} texts more"));
    }
    for part in list(&evidence["unreadable"]) {
        line("unreadable", &format!("{} at {}", word(&part["kind"]), word(&part["place"])));
    }
    if let Some(more) = evidence["more_unreadable"].as_u64().filter(|more| *more > 0) {
        line("unreadable", &format!("and {more} parts more"));
    }
}

/// How many persons, and how often which kind of identifier.
fn summary(evidence: &Json) -> String {
    let number = |value: &Json| value.as_u64().unwrap_or_default();
    let kinds = evidence["identifiers"].as_object().into_iter().flatten().map(|(kind, counted)| {
        format!("{} {kind} ({} distinct)", number(&counted["found"]), number(&counted["distinct"]))
    });
    let kinds: Vec<String> = kinds.collect();
    let persons = &evidence["persons"];
    format!(
        "{} to {} persons, {} rows; identifiers: {}",
        number(&persons["at_least"]),
        number(&persons["at_most"]),
        number(&evidence["rows"]),
        if kinds.is_empty() { "none".to_owned() } else { kinds.join(", ") }
    )
}

fn findings(text: &Json) -> String {
    let findings = list(&text["findings"]);
    let mut told: Vec<String> = findings
        .iter()
        .take(SHOWN)
        .map(|one| {
            format!("{} `{}` at {}-{}", word(&one["kind"]), word(&one["canonical"]), one["start"], one["end"])
        })
        .collect();
    told.extend(
        list(&text["people"])
            .iter()
            .take(SHOWN)
            .map(|rows| format!("{} rows about persons at {}-{}", rows["rows"], rows["start"], rows["end"])),
    );
    told.extend(
        list(&text["opaque"])
            .iter()
            .take(SHOWN)
            .map(|part| format!("unreadable {} at {}-{}", word(&part["kind"]), part["start"], part["end"])),
    );
    let more =
        findings.len().saturating_sub(SHOWN) as u64 + text["more_findings"].as_u64().unwrap_or_default();
    if more > 0 {
        told.push(format!("and {more} identifiers more"));
    }
    told.join(", ")
}

fn tripped(text: &Json, wire: &Json) -> String {
    let words = |name: &str| list(&wire[name]).iter().map(word).collect::<Vec<_>>().join(", ");
    format!(
        "{} in {}: about {}% of such scores were of it when it was calibrated; together: {}; words: {}",
        word(&wire["family"]),
        place(text),
        wire["share_percent"],
        words("together"),
        words("words")
    )
}

fn place(text: &Json) -> &str {
    match word(&text["place"]) {
        "" => "the whole",
        place => place,
    }
}

fn list(value: &Json) -> &[Json] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn word(value: &Json) -> &str {
    value.as_str().unwrap_or_default()
}

/// A text without what ends a line or changes its style. Places are made of names that the requester chose: one with a
/// line break in it could write a line that looks like an approval.
fn one_line(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() || character.is_whitespace() && character != ' ' {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_the_requester_chose_writes_no_line_of_its_own() {
        for (text, shown) in [
            ("/messages/0/content", "/messages/0/content"),
            ("/straße 7", "/straße 7"),
            ("/x\n  approved by officer-1", "/x\\u{a}  approved by officer-1"),
            ("/x\r\u{85}\u{2028}\u{2029}\ty", "/x\\u{d}\\u{85}\\u{2028}\\u{2029}\\u{9}y"),
            ("/x\u{1b}[1mbold", "/x\\u{1b}[1mbold"),
        ] {
            assert_eq!(one_line(text), shown);
        }
    }
}
