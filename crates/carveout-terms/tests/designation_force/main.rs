//! What is in force when, as known when: courts, scopes, phase-outs, waivers, supersession, and what takes signatures.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where it can't go on"
)]

mod answers;
mod clauses;

use carveout_terms::designation::{
    Agency, Component, Designation, Docket, Notice, Situation, SystemClass, When,
};

/// A record of a made-up order: head, then dates, then whatever else.
fn text(head: &str, scope: &str, dates: &str, rest: &str) -> String {
    let or = |given: &str, key: &str, default: &str| {
        if given.contains(&format!("{key} =")) { String::new() } else { format!("{key} = {default}\n") }
    };
    let head = format!(
        "{}{}{}{}{}{head}\n",
        or(head, "designation", "\"order\""),
        or(head, "version", "1"),
        or(head, "force", "\"binding\""),
        or(head, "authorities", "[\"A\", \"B\"]"),
        or(head, "conduct", "[\"use_in_performance\"]")
    );
    let scope = if scope.is_empty() { "agencies = [\"defense\", \"energy\"]" } else { scope };
    let effective = or(dates, "effective", "2026-01-10");
    format!(
        "title = \"Example order\"\nkind = \"exclusion_order\"\nissuer = \"Example Agency\"\nconfidence = \"primary\"\n{head}\n\
         [[source]]\nid = \"s\"\ntitle = \"t\"\nconfidence = \"primary\"\n\
         digest = \"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"\n\
         [[target]]\nkind = \"source\"\nname = \"sample-maker\"\nreach = \"made_by\"\n\
         [scope]\n{scope}\n[dates]\nzone = \"UTC\"\nlast_day = \"included\"\n{effective}{dates}\n{rest}"
    )
}

fn record(head: &str, scope: &str, dates: &str, rest: &str) -> Designation {
    let text = text(head, scope, dates, rest);
    Designation::parse(&text).unwrap_or_else(|problems| panic!("{problems}\n{text}"))
}

fn event(id: &str, kind: &str, forum: &str, decided: &str, more: &str) -> String {
    format!("[[event]]\nid = \"{id}\"\nkind = \"{kind}\"\nforum = \"{forum}\"\ndecided = {decided}\n{more}\n")
}

fn notice(id: &str, kind: &str, decided: &str, more: &str) -> Notice {
    let text = format!(
        "event = \"{id}\"\nof = \"order\"\nkind = \"{kind}\"\nforum = \"Example Agency\"\ndecided = {decided}\n{more}\n\
         [[source]]\nid = \"s\"\ntitle = \"t\"\nconfidence = \"primary\"\n\
         digest = \"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"\n"
    );
    Notice::parse(&text).unwrap_or_else(|problems| panic!("{problems}\n{text}"))
}

fn when(text: &str) -> When {
    When::find(text).unwrap()
}

fn status(docket: &Docket, on: &str, known: &str) -> &'static str {
    docket.in_force(when(on), when(known)).status.as_str()
}

fn of(agency: Agency) -> Situation {
    Situation {
        agency: Some(agency),
        system_class: Some(SystemClass::Unclassified),
        component: Some(Component::OtherComponent),
        ..Situation::default()
    }
}

fn status_for(docket: &Docket, agency: Agency, on: &str) -> &'static str {
    docket.in_force_for(&of(agency), when(on), when("2030-01-01")).status.as_str()
}
