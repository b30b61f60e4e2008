//! The text around the policies: what a reader must know of the instrument, and what no policy says.

use std::fmt::Write as _;

use super::{
    super::{AffiliateRule, Conduct, Docket, Event, ExistingContracts, Holds, Instrument, LegalForce, Scope},
    Enforced, Options, instant,
};
use crate::Timestamp;

/// Writes one agreement.
pub(super) struct Writer<'a> {
    pub(super) docket: &'a Docket,
    pub(super) vocabulary: &'a str,
    pub(super) options: &'a Options,
    pub(super) window: (Timestamp, Option<Timestamp>),
    /// Whether it was only announced and is not enforced.
    pub(super) announced: bool,
}

impl Writer<'_> {
    pub(super) fn text(&self, enforced: &[Enforced], left_out: &[String]) -> String {
        let mut text = self.head();
        self.barred(&mut text, enforced);
        text.push_str("\n## 2 What no policy says\n\n### 2.1 Left to people\n\n");
        match left_out {
            [] => text
                .push_str("Everything that the record says about uses is enforced by the policies above.\n"),
            some => {
                text.push_str(
                    "The vocabulary of uses can't say the following, and it is not enforced here.\n\n",
                );
                some.iter().for_each(|item| line(&mut text, item));
            }
        }
        self.record(&mut text);
        text
    }

    fn head(&self) -> String {
        let instrument = self.docket.instrument();
        let (from, until) = self.window;
        let until = until.map(|until| format!("until = {}\n", instant(until))).unwrap_or_default();
        let party = &self.options.party;
        format!(
            "+++\nagreement = \"{id}\"\nversion = \"{version}, as known on {known}\"\nvocabulary = \"{vocabulary}\"\n\
             role = \"limit\"\neffective = {from}\n{until}party = [ {{ id = \"{party}\", name = \"Who adopts this limit\" }} ]\n+++\n\
             # {title}\n\n\
             > {compiled} The record `{id}`, version {version} ({digest}), as known on {known}. The\n\
             > record is somebody's reading of a legal instrument, and not the instrument. Not legal advice.\n",
            compiled = crate::agreement::COMPILED,
            id = instrument.id,
            version = instrument.version,
            known = self.options.known,
            vocabulary = self.vocabulary,
            from = instant(from),
            title = quoted(&instrument.title),
            digest = self.docket.designation().digest(),
        )
    }

    fn barred(&self, text: &mut String, enforced: &[Enforced]) {
        let instrument = self.docket.instrument();
        let names: Vec<String> = instrument.targets.iter().map(|target| quoted(&target.name)).collect();
        let (names, issuer) = (names.join(", "), quoted(&instrument.issuer));
        text.push_str("\n## 1 What is barred\n");
        if enforced.is_empty() {
            let why = match self.announced {
                true => "It was announced, no instrument is known, and it is not enforced here",
                false => "Nothing of it is enforced here",
            };
            let _ = write!(text, "\n### 1.1 Shown, and not enforced\n\n{why}: {issuer} about {names}.\n");
        }
        for (place, clause) in enforced.iter().enumerate() {
            let periods: Vec<String> = clause
                .periods
                .iter()
                .map(|(from, until)| match until {
                    Some(until) => format!("from {} until before {}", instant(*from), instant(*until)),
                    None => format!("from {}", instant(*from)),
                })
                .collect();
            let _ = write!(
                text,
                "\n### 1.{number} Barred by {issuer}\n\n{names} shall not be used where this instrument reaches, {periods}.\n\n\
                 {conduct} Times are UTC; days were read in the zone {zone}, and the last day of a period is {last_day} in it.\n\n\
                 ```cedar\nforbid (principal, action, resource)\nwhen {{\n  {condition}\n}};\n```\n",
                number = place + 1,
                periods = periods.join(", and "),
                conduct = conduct(instrument),
                zone = instrument.dates.zone,
                last_day = instrument.dates.last_day,
                condition = clause.condition,
            );
            if !clause.examples.is_empty() {
                let _ = write!(text, "\n```uses\n{}\n```\n", clause.examples.join("\n"));
            }
        }
    }

    /// What the text rests on.
    fn record(&self, text: &mut String) {
        let instrument = self.docket.instrument();
        let known = self.options.known.asked(instrument.dates.zone);
        let dates = &instrument.dates;
        text.push_str("\n## 3 What this rests on\n\n### 3.1 The instrument\n\n");
        let authorities = match instrument.authorities.as_slice() {
            [] => "no authority that the record names".to_owned(),
            some => some.iter().map(|authority| quoted(authority)).collect::<Vec<_>>().join(", "),
        };
        let _ = writeln!(
            text,
            "A {kind} of {issuer}, resting on {authorities}; its force is {force}, and the record rests on {confidence} sources.",
            kind = instrument.kind.as_str().replace('_', " "),
            issuer = quoted(&instrument.issuer),
            force = instrument.force.as_str().replace('_', " "),
            confidence = instrument.confidence,
        );
        if let Some(note) = &instrument.note {
            let _ = write!(text, "\nThe record notes: {}\n", quoted(note));
        }
        text.push_str("\n### 3.2 Sources and events\n\nThe record was read in these documents, and these events were known.\n\n");
        for source in &instrument.sources {
            let of = match source.holds {
                Holds::Document => "the document",
                Holds::Note => "a note about the document",
            };
            line(
                text,
                &format!(
                    "Source {}: {} ({}; {of}, {})",
                    source.id, source.title, source.confidence, source.digest
                ),
            );
        }
        for event in self.docket.events().iter().filter(|event| dates.begins(event.known) <= known) {
            line(text, &told(event));
        }
    }
}

fn told(event: &Event) -> String {
    let docket = event.docket.as_ref().map(|docket| format!(" ({docket})")).unwrap_or_default();
    let authorities = match event.authorities.as_slice() {
        [] => String::new(),
        some => format!(" as far as it rests on {}", some.join(", ")),
    };
    let part = if event.scope.is_some() { ", for a part of its reach" } else { "" };
    format!(
        "Event {}: {}{docket} {}{authorities}{part}, decided {}, effective {} ({})",
        event.id,
        event.forum,
        event.kind.as_str().replace('_', " "),
        event.decided,
        event.effective,
        event.confidence
    )
}

fn conduct(instrument: &Instrument) -> String {
    let conduct: Vec<String> =
        instrument.conduct.iter().map(|conduct| conduct.as_str().replace('_', " ")).collect();
    format!("The conduct that it forbids: {}.", conduct.join(", "))
}

/// What the record says and no fact of a use does.
pub(super) fn left_out(instrument: &Instrument, program: Option<&str>) -> Vec<String> {
    let mut list = Vec::new();
    if instrument.conduct.contains(&Conduct::ContractWithAUser) {
        list.push("contracting with somebody who uses it is no use of a model".to_owned());
    }
    match instrument.existing_contracts {
        ExistingContracts::OnlyIfModified => {
            list.push(
                "an older contract is reached once it is modified: bind its program to this text only then"
                    .to_owned(),
            );
        }
        ExistingContracts::NotStated => {
            list.push(
                "whether older contracts are reached is not stated: all that are bound to this text are"
                    .to_owned(),
            );
        }
        ExistingContracts::OnEffective => {}
    }
    for priority in instrument
        .priorities
        .iter()
        .filter(|priority| priority.until.is_none() || priority.scope == Scope::default())
    {
        list.push(format!(
            "that {} come first in the phase-out, without a date or a scope of their own",
            priority.name
        ));
    }
    for exception in instrument.exceptions.iter().filter(|exception| exception.scope == Scope::default()) {
        list.push(format!("the exception for {}, which has no scope", exception.what));
    }
    for waiver in &instrument.waivers {
        match (&waiver.granted, program) {
            (None, _) => list.push(format!("the waiver {} was asked for and not given", waiver.id)),
            (Some(_), None) if !waiver.scope.programs.is_empty() => {
                list.push(format!("the waiver {} is for programs: compile for one of them", waiver.id));
            }
            _ => {}
        }
    }
    for duty in &instrument.duties {
        list.push(format!("the duty to {} under {}", duty.kind, duty.hook));
    }
    for target in &instrument.targets {
        let shares = target.affiliates.iter().filter(|rule| rule.rule == AffiliateRule::Ownership);
        list.extend(shares.filter_map(|rule| rule.threshold).map(|share| {
            format!("owned from {share} percent by {}: a graph of owners says who that is", target.name)
        }));
    }
    if instrument.force == LegalForce::Disputed {
        list.push(
            "that its force is disputed: it is enforced until a court or its issuer stops it".to_owned(),
        );
    }
    list
}

/// An item of a list, ended once.
fn line(text: &mut String, item: &str) {
    let item = quoted(item);
    let end = if item.ends_with(['.', '!', '?']) { "" } else { "." };
    let mut letters = item.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let _ = writeln!(text, "- {first}{}{end}", letters.as_str());
}

/// A record's words inside a line of ours. They come from lists that strangers keep, so nothing in them may start
/// a clause, a policy or a reference: they are put on one line, and what Markdown gives a meaning to is escaped.
pub(super) fn quoted(text: &str) -> String {
    let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut shown = String::with_capacity(one_line.len());
    for character in one_line.chars() {
        match character {
            '<' => shown.push_str("&lt;"),
            '&' => shown.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '|' | '#' => shown.extend(['\\', character]),
            other if other.is_control() => shown.push(' '),
            other => shown.push(other),
        }
    }
    without_references(&shown)
}

/// "clause 4.2" in a record means another document's clause. The blank before the number is written as an entity, so
/// that it reads the same and refers to nothing.
fn without_references(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let mut shown = String::with_capacity(text.len());
    let mut from = 0;
    while let Some(at) = lower.get(from..).and_then(|rest| rest.find("clause")) {
        let word = from + at + "clause".len();
        let end = word + usize::from(lower.get(word..).is_some_and(|rest| rest.starts_with('s')));
        shown.push_str(text.get(from..end).unwrap_or_default());
        from = end;
        if let Some(next) = text.get(end..).and_then(|rest| rest.chars().next())
            && leads_to_a_number(text.get(end..).unwrap_or_default())
        {
            let _ = write!(shown, "&#{};", u32::from(next));
            from = end + next.len_utf8();
        }
    }
    shown.push_str(text.get(from..).unwrap_or_default());
    shown
}

/// Whether a number follows, after blanks and joining words, as `Agreement::parse` looks for one.
fn leads_to_a_number(rest: &str) -> bool {
    let rest = rest.trim_start_matches([' ', ',', '-', '–']);
    let joining = ["and ", "or ", "to ", "through "];
    rest.starts_with(|c: char| c.is_ascii_digit()) || joining.iter().any(|word| rest.starts_with(word))
}
