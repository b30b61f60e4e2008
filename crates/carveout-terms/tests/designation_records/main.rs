//! Records that can be read, and everything that is wrong with those that can't.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where it can't go on"
)]

mod bad;
mod schema;

use carveout_terms::designation::{Designation, Notice, Record};
use serde_json::Value as Json;

/// A record with everything in it.
const WHOLE: &str = r#"
designation = "example-order"
version = 2
title = "Example order"
kind = "exclusion_order"
issuer = "Example Agency"
force = "binding"
confidence = "primary"
authorities = ["41 USC 1323", "10 USC 3252"]
conduct = ["provide", "use_in_performance"]
existing_contracts = "only_if_modified"
supersedes = ["older-order"]
conflicts_with = ["other-order"]
note = "A made-up order."

[[source]]
id = "order"
title = "The order"
date = 2026-01-02
url = "https://agency.example/order"
digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
holds = "document"
confidence = "primary"

[[target]]
kind = "source"
name = "Example Model Maker"
aliases = ["EMM"]
uei = "ABCDEFGH1234"
cage = ["1AB23"]
lei = "529900T8BM49AURSDO55"
domains = ["maker.example"]
packages = ["npm:@maker"]
models = ["maker-*"]
members = { maker = ["sample-maker"], operator = "sample-operator" }
reach = ["made_by", "provided_by", "hosted_by"]
[[target.affiliates]]
rule = "ownership"
threshold = 50
aggregate = true
[[target.affiliates]]
rule = "named_only"
names = ["Example Subsidiary"]

[scope]
agencies = ["defense", "energy"]
system_classes = ["national_security_system"]
components = ["other_component"]
procurement_classes = ["information technology"]
purposes = ["logistics"]
hooks = ["FAR 52.204-30"]

[dates]
zone = "America/New_York"
last_day = "included"
signed = 2026-01-02
effective = 2026-01-05
published = 2026-01-10
phase_out_until = 2026-07-01
review_due = 2027-01-05
until = 2028-01-05

[[priority]]
name = "cyber"
until = 2026-03-01
scope = { purposes = ["cyber"] }

[[exception]]
what = "spare parts"
until = 2026-05-01
scope = { system_classes = ["routine_business"] }

[flow_down]
tiers = 2
excluded = ["(c)(1)"]

[[duty]]
kind = "report"
trigger = "finding it"
within = { amount = 3, unit = "business_days" }
fields = ["contract", "supplier"]
recipient = "The contracting officer"
hook = "FAR 52.204-30(c)"
contracts_from = 2023-12-04
contracts_before = 2026-11-01

[waiver_rule]
by = "The head of the agency"
criteria = "no alternative"
attachments = ["plan"]

[[waiver]]
id = "depot"
for = "the depot"
granted = 2026-08-01
expires = 2026-12-31
known = 2026-08-02
scope = { programs = ["depot"] }

[[event]]
id = "stayed"
kind = "stays"
forum = "Example Court"
docket = "1:26-cv-1"
decided = 2026-02-01
effective = 2026-02-03T12:00:00-05:00
until = 2026-02-20
known = 2026-02-01
authorities = ["10 USC 3252"]
scope = { agencies = ["energy"] }
source = "order"
confidence = "secondary"
note = "In part."

[[event]]
id = "lifted"
kind = "lifts"
forum = "Example Court of Appeals"
decided = 2026-02-10
lifts = ["stayed"]

[[event]]
id = "longer"
kind = "sets_phase_out"
forum = "Example Agency"
decided = 2026-06-01
phase_out_until = 2026-09-01
"#;

const NOTICE: &str = r#"
event = "back"
of = "example-order"
kind = "rescinds"
forum = "Example Agency"
decided = 2026-01-01
confidence = "primary"
[[source]]
id = "letter"
title = "A letter"
digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
confidence = "primary"
"#;

fn whole() -> Designation {
    Designation::parse(WHOLE).unwrap_or_else(|problems| panic!("{problems}"))
}

#[test]
fn everything_in_a_record_is_read() {
    let record = whole();
    assert!(record.warnings().list().is_empty(), "{}", record.warnings());
    let instrument = record.instrument();
    assert_eq!((instrument.id.as_str(), instrument.version), ("example-order", 2));
    assert_eq!(instrument.targets[0].affiliates[0].threshold, Some(50));
    assert_eq!(instrument.targets[0].members["operator"], ["sample-operator"]);
    assert_eq!(instrument.flow_down.as_ref().unwrap().tiers, Some(2));
    assert_eq!(instrument.duties[0].within.unwrap().amount, 3);
    assert_eq!(instrument.waivers[0].scope.programs, ["depot"]);
    assert_eq!(instrument.events.len(), 3);
    assert_eq!(instrument.events[0].effective.to_string(), "2026-02-03T17:00:00.000Z");
    // Published after it took effect, as orders are: known from the publication.
    assert_eq!(instrument.dates.known.to_string(), "2026-01-10");
}

/// The same record as JSON: dates are texts there.
fn as_json(source: &str) -> String {
    let table: toml::Table = toml::from_str(source).unwrap();
    fn json(value: &toml::Value) -> Json {
        match value {
            toml::Value::Datetime(when) => Json::String(when.to_string()),
            toml::Value::Array(list) => list.iter().map(json).collect(),
            toml::Value::Table(table) => table.iter().map(|(k, v)| (k.clone(), json(v))).collect(),
            other => serde_json::to_value(other).unwrap(),
        }
    }
    serde_json::to_string_pretty(&json(&toml::Value::Table(table))).unwrap()
}

#[test]
fn json_says_the_same_as_toml() {
    let json = as_json(WHOLE);
    let read = Designation::parse(&json).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(read.instrument(), whole().instrument());
    assert_ne!(read.digest(), whole().digest(), "a signature is over the text");
    let notice = Notice::parse(&as_json(NOTICE)).unwrap();
    assert_eq!(notice.event(), Notice::parse(NOTICE).unwrap().event());
}

#[test]
fn a_file_is_told_by_its_keys() {
    assert!(matches!(Record::parse(WHOLE), Ok(Record::Designation(_))));
    assert!(matches!(Record::parse(NOTICE), Ok(Record::Notice(_))));
    let notice = Notice::parse(NOTICE).unwrap();
    assert_eq!((notice.of(), notice.event().id.as_str()), ("example-order", "back"));
    assert_eq!(notice.loosened().unwrap(), "the event `back` rescinds `example-order`");
}

#[test]
fn the_record_that_the_guide_shows_is_read() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/designations.md");
    let page = std::fs::read_to_string(path).unwrap();
    let shown = page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let record = Designation::parse(shown).unwrap_or_else(|problems| panic!("{problems}"));
    assert!(record.warnings().list().is_empty(), "{}", record.warnings());
}
