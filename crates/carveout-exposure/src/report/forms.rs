//! Reports and requests, filled in with what is known. What isn't known stays empty and is said to be.

use carveout_terms::designation::Instrument;

use super::{
    Report,
    duties::{ToldDue, ToldDuty},
    plan::Effort,
    touched::Touched,
};
use crate::graph::Kind;

/// How many of a kind are named in a field.
const MOST_NAMED: usize = 10;

/// What a request for a waiver from an order under 41 USC 1323 must hold (FAR 52.204-30, paraphrased).
const WAIVER_FIELDS: [&str; 7] =
    ["product", "source", "vendor with CAGE or UEI", "brand", "model", "description", "reason"];

/// A form, filled in as far as is known.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Form {
    /// `report`, `certify`, `waiver` and so on.
    pub kind: String,
    /// What sets it off, or when it may be had.
    pub occasion: String,
    /// The clause or provision that asks for it.
    pub hook: String,
    /// To whom it goes.
    pub recipient: Option<String>,
    /// When it is due first, if a clock runs.
    pub due: Option<ToldDue>,
    /// Its fields.
    pub fields: Vec<Field>,
}

/// A field of a form.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Field {
    /// What is asked for, in our words.
    pub name: String,
    /// What is known; empty if somebody must fill it in.
    pub value: String,
}

/// The forms that an instrument's duties and its rule for waivers ask for.
pub(super) fn filled(report: &Report, instrument: &Instrument) -> Vec<Form> {
    let forms = report.duties.iter().filter(|duty| matches!(duty.kind, "report" | "certify"));
    forms.map(|duty| of_duty(report, duty)).chain(waiver(report, instrument)).collect()
}

fn of_duty(report: &Report, duty: &ToldDuty) -> Form {
    // A record that names no field says that something must be stated, and not what.
    let named: Vec<String> =
        if duty.fields.is_empty() { vec!["what is stated".to_owned()] } else { duty.fields.clone() };
    Form {
        kind: duty.kind.to_owned(),
        occasion: duty.trigger.clone(),
        hook: duty.hook.clone(),
        recipient: duty.recipient.clone(),
        due: duty.due.first().cloned(),
        fields: named.into_iter().map(|name| field(report, name)).collect(),
    }
}

/// A request for a waiver, if the record says how one is had, or rests on a statute that does.
fn waiver(report: &Report, instrument: &Instrument) -> Option<Form> {
    let of_orders = instrument.authorities.iter().any(|authority| authority.contains("41 USC 1323"));
    let rule = instrument.waiver_rule.as_ref();
    if rule.is_none() && !of_orders {
        return None;
    }
    let mut names: Vec<String> = Vec::new();
    if of_orders {
        names.extend(WAIVER_FIELDS.map(str::to_owned));
    }
    names.extend(rule.into_iter().flat_map(|rule| rule.attachments.clone()));
    let own = instrument.authorities.first().cloned().unwrap_or_default();
    Some(Form {
        kind: "waiver".to_owned(),
        occasion: rule.map_or_else(|| "compelling reasons".to_owned(), |rule| rule.criteria.clone()),
        hook: if of_orders { "FAR 52.204-30".to_owned() } else { own },
        recipient: rule.map(|rule| rule.by.clone()),
        due: None,
        fields: names.into_iter().map(|name| field(report, name)).collect(),
    })
}

fn field(report: &Report, name: String) -> Field {
    let lower = name.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    // The order counts: `vendor with CAGE or UEI` is no product.
    let value = if has(&["vendor", "cage", "uei", "unique entity"]) {
        identified(report)
    } else if has(&["contract"]) {
        named(report, &[Kind::Contract, Kind::Program])
    } else if has(&["brand"]) {
        named(report, &[Kind::Product])
    } else if has(&["model"]) {
        models(report)
    } else if has(&["source", "supplier", "product", "article"]) {
        targets(report)
    } else if has(&["description"]) {
        described(report)
    } else if has(&["mitigation", "plan"]) {
        mitigation(report)
    } else {
        String::new()
    };
    Field { name, value }
}

fn joined(texts: impl IntoIterator<Item = String>) -> String {
    let mut texts: Vec<String> = texts.into_iter().filter(|text| !text.is_empty()).collect();
    texts.dedup();
    let more = texts.len().saturating_sub(MOST_NAMED);
    texts.truncate(MOST_NAMED);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    format!("{}{more}", texts.join("; "))
}

fn targets(report: &Report) -> String {
    joined(report.targets.iter().map(|target| target.name.clone()))
}

/// The identifiers of those that the record's targets were taken for.
fn identified(report: &Report) -> String {
    let taken = report.targets.iter().flat_map(|target| &target.taken_for);
    joined(taken.map(|taken| {
        let keys =
            taken.keys.iter().filter(|key| ["uei:", "cage:"].iter().any(|scheme| key.starts_with(scheme)));
        let keys: Vec<&str> = keys.map(String::as_str).collect();
        if keys.is_empty() { String::new() } else { format!("{} ({})", taken.name, keys.join(", ")) }
    }))
}

fn named(report: &Report, kinds: &[Kind]) -> String {
    // A route of the own gateway is no product that anybody sells.
    let own = |touched: &Touched| touched.keys.iter().any(|key| key.starts_with("product:route/"));
    let reached =
        |touched: &&Touched| kinds.contains(&touched.kind) && !touched.conduct.is_empty() && !own(touched);
    joined(report.touched.iter().filter(reached).map(|touched| touched.name.clone()))
}

fn models(report: &Report) -> String {
    let mut models: Vec<String> =
        report.moves.iter().filter_map(|item| item.from.as_ref()).map(|from| from.model.clone()).collect();
    models.sort();
    joined(models)
}

/// How what is barred is used, in the words of the surest ways.
fn described(report: &Report) -> String {
    let reached = report.touched.iter().filter(|touched| !touched.conduct.is_empty());
    let first = reached.filter(|touched| matches!(touched.kind, Kind::Program | Kind::Contract));
    joined(first.filter_map(|touched| touched.ways.first()).map(|way| way.to_string()))
}

/// What the plan says.
fn mitigation(report: &Report) -> String {
    joined(report.moves.iter().map(|item| {
        let goes = matches!(item.effort, Effort::MoveRoute | Effort::GetApproval);
        let to = item.substitutes.first().filter(|_| goes);
        let to = to.map_or_else(String::new, |to| format!(" to {} of {}", to.served.model, to.served.maker));
        format!("{}: {}{to}", item.program, item.effort.as_str())
    }))
}
