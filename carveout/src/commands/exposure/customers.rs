//! `exposure customers`: the other way round, for a vendor's trust desk.

use std::path::Path;

use carveout_exposure::{
    identifier::Identifier,
    report::{Customer, CustomerAsked, Leaving, customers, written::no_formula},
};
use carveout_terms::designation::{Docket, Situation, Status};
use miette::{IntoDiagnostic, WrapErr, miette};
use serde_json::json;

use super::{
    super::designations,
    sources::{document, is_cut, read_with},
};
use crate::{
    cli::{ExposureCustomers, Global},
    output::{Exit, Printer, Table, coloured},
    workspace::replace,
};

/// The columns that a table of customers can have.
const COLUMNS: [&str; 12] = [
    "name",
    "uei",
    "cage",
    "lei",
    "domain",
    "id",
    "agency",
    "system_class",
    "component",
    "purpose",
    "procurement_class",
    "program",
];

pub(super) fn run(global: &Global, arguments: &ExposureCustomers, printer: &Printer) -> miette::Result<Exit> {
    let (on, known) = (designations::or_today(arguments.on), designations::or_today(arguments.known));
    let (register, wanted) = designations::named(global, &arguments.designations, known, printer)?;
    let dockets: Vec<&Docket> = wanted.iter().filter_map(|id| register.docket(id)).collect();
    let all = table(&arguments.customers)
        .wrap_err_with(|| format!("can't read `{}`", arguments.customers.display()))?;
    let (graph, sources) = read_with(&arguments.from, &arguments.columns, None)?;
    let asked = CustomerAsked { dockets: &dockets, customers: &all, graph: &graph, on, known };
    let found = customers(&asked);
    if let Some(path) = &arguments.csv {
        replace(path, &written(&found)?)?;
    }
    if printer.json() {
        let document = json!({
            "on": on,
            "known": known,
            "customers": all.len(),
            "answers": found,
            "sources": sources.iter().map(document).collect::<Vec<_>>(),
            "findings": register.findings(),
        });
        printer.document("exposure customers", &document)?;
    } else {
        shown(printer, &found, all.len());
        designations::findings(&register, printer);
    }
    let unread: u64 = sources.iter().map(|source| source.imported.not_read.total()).sum();
    if unread > 0 || is_cut(&sources) {
        printer.note(format_args!("{unread} records were not read: `carveout exposure import` lists them"));
    }
    Ok(if found.iter().any(|leaving| leaving.leaves) { Exit::No } else { Exit::Yes })
}

/// Reads a table of customers. A word that is misspelt would free somebody, so it is refused.
fn table(path: &Path) -> miette::Result<Vec<Customer>> {
    let mut table = csv::Reader::from_path(path).into_diagnostic()?;
    let header = table.headers().into_diagnostic()?.clone();
    let names: Vec<String> =
        header.iter().map(|name| name.trim_start_matches('\u{feff}').trim().to_lowercase()).collect();
    if let Some(strange) = names.iter().find(|name| !COLUMNS.contains(&name.as_str())) {
        let help = format!("the columns are: {}", COLUMNS.join(", "));
        return Err(miette!(help = help, "there is no column `{strange}`"));
    }
    if !names.iter().any(|name| name == "name") {
        return Err(miette!("the table has no column `name`"));
    }
    let mut customers = Vec::new();
    for record in table.records() {
        let record = record.into_diagnostic()?;
        let line = record.position().map_or(0, csv::Position::line);
        let get = |column: &str| {
            let place = names.iter().position(|name| name == column);
            place.and_then(|place| record.get(place)).unwrap_or_default().trim()
        };
        customers.push(customer(&get).wrap_err_with(|| format!("line {line}"))?);
    }
    Ok(customers)
}

fn customer<'r>(get: &impl Fn(&str) -> &'r str) -> miette::Result<Customer> {
    let name = get("name").to_owned();
    if name.is_empty() {
        return Err(miette!("a customer has no name"));
    }
    let stated = |column: &str| Some(get(column)).filter(|text| !text.is_empty());
    let mut keys = Vec::new();
    for scheme in ["uei", "cage", "lei", "domain", "id"] {
        if let Some(text) = stated(scheme) {
            keys.push(Identifier::of_scheme(scheme, text).into_diagnostic()?.to_string());
        }
    }
    let wrong = |column: &'static str| move |why: String| miette!(help = why, "`{column}` can't be read");
    Ok(Customer {
        situation: Situation {
            name: name.clone(),
            agency: stated("agency").map(str::parse).transpose().map_err(wrong("agency"))?,
            system_class: stated("system_class")
                .map(str::parse)
                .transpose()
                .map_err(wrong("system_class"))?,
            component: stated("component").map(str::parse).transpose().map_err(wrong("component"))?,
            purpose: stated("purpose").map(str::to_owned),
            procurement_class: stated("procurement_class").map(str::to_owned),
            program: stated("program").map(str::to_owned),
        },
        name,
        keys,
    })
}

fn shown(printer: &Printer, found: &[Leaving], customers: usize) {
    let mut table = Table::new(["customer", "instrument", "answer", "before", "and whom it works for"]);
    let told = |leaving: &&Leaving| leaving.leaves || leaving.standing.status == Status::Announced;
    for leaving in found.iter().filter(told) {
        let colour = if leaving.leaves { "deny" } else { "hold" };
        let before = match leaving.standing.status {
            Status::Barred => "at once".to_owned(),
            _ => leaving.before.map_or_else(String::new, |before| before.to_string()),
        };
        let mut works_for = leaving.works_for.join(", ");
        if leaving.more > 0 {
            works_for.push_str(&format!(" and {} more", leaving.more));
        }
        table.row([
            leaving.customer.clone(),
            leaving.designation.clone(),
            coloured(colour, leaving.standing.status.as_str()),
            before,
            works_for,
        ]);
    }
    let mut leave: Vec<&str> =
        found.iter().filter(|leaving| leaving.leaves).map(|leaving| leaving.customer.as_str()).collect();
    leave.sort_unstable();
    leave.dedup();
    if found.iter().any(|leaving| told(&leaving)) {
        printer.line(table);
    }
    printer.line(format_args!("{} of {customers} customers must leave", leave.len()));
}

fn written(found: &[Leaving]) -> miette::Result<String> {
    let mut table = csv::Writer::from_writer(Vec::new());
    let header = [
        "customer",
        "designation",
        "status",
        "leaves",
        "before",
        "works_for",
        "more",
        "contested",
        "confidence",
    ];
    table.write_record(header).into_diagnostic()?;
    for leaving in found {
        let before = leaving.before.map_or_else(String::new, |before| before.to_string());
        let cells = [
            leaving.customer.clone(),
            leaving.designation.clone(),
            leaving.standing.status.as_str().to_owned(),
            leaving.leaves.to_string(),
            before,
            leaving.works_for.join("; "),
            leaving.more.to_string(),
            leaving.standing.contested.to_string(),
            leaving.standing.confidence.to_string(),
        ];
        table.write_record(cells.map(|cell| no_formula(&cell))).into_diagnostic()?;
    }
    String::from_utf8(table.into_inner().into_diagnostic()?).into_diagnostic()
}
