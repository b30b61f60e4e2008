//! The daily file of orders under the Federal Acquisition Supply Chain Security Act.

use toml::{Table, Value};

use super::{
    super::{Agency, Conduct, InstrumentKind, SystemClass},
    Imported, List,
    record::{Entry, texts},
    sam::extract,
};

/// Whom an order reaches (FAR 52.204-30): of the homeland secretary the civilian agencies, of the defense secretary
/// the department and national security systems other than those for compartmented information, of the director of
/// national intelligence the intelligence community and those. What is reached in either of two ways takes two records.
fn reached(issuer: &str) -> Vec<(&'static str, Vec<Agency>, Vec<SystemClass>)> {
    let upper = issuer.to_uppercase();
    let names = |words: &[&str]| {
        words.iter().any(|word| upper.split(|c: char| !c.is_alphanumeric()).any(|own| own == *word))
    };
    let but_compartmented = vec![
        SystemClass::NationalSecuritySystem,
        SystemClass::Cui,
        SystemClass::Unclassified,
        SystemClass::RoutineBusiness,
    ];
    if names(&["DHS", "HOMELAND"]) {
        vec![("", vec![Agency::Civilian], Vec::new())]
    } else if names(&["DOD", "DEFENSE", "WAR"]) {
        vec![
            ("", vec![Agency::Defense], but_compartmented),
            (" nss", vec![Agency::AnyFederal], vec![SystemClass::NationalSecuritySystem]),
        ]
    } else if names(&["DNI", "ODNI", "INTELLIGENCE"]) {
        vec![
            ("", vec![Agency::IntelligenceCommunity], Vec::new()),
            (" sci", vec![Agency::AnyFederal], vec![SystemClass::Sci]),
        ]
    } else {
        vec![("", vec![Agency::AnyFederal], Vec::new())]
    }
}

/// Reads the daily file of orders. It has the columns of the extract of exclusions.
#[must_use]
pub fn fascsa_orders(bytes: &[u8], list: &List) -> Imported {
    extract(bytes, list, |columns, row| {
        let mut entry = columns.entry(row)?;
        let removal = row.cell(columns.kind).to_lowercase().contains("removal");
        entry.kind =
            Some(if removal { InstrumentKind::RemovalOrder } else { InstrumentKind::ExclusionOrder });
        entry.covered_article = row.cell(columns.classification).to_lowercase().contains("article");
        entry.authority = Some("41 USC 1323".to_owned());
        entry.conduct = vec![Conduct::Provide, Conduct::UseInPerformance];
        entry.hooks = vec!["FAR 52.204-30"];
        entry.only_if_modified = true;
        entry.duties = duties();
        let parts = reached(row.cell(columns.agency));
        let part = |(suffix, agencies, classes): (&str, Vec<Agency>, Vec<SystemClass>)| {
            let key = format!("{}{suffix}", entry.key);
            Entry { key, agencies, system_classes: classes, ..entry.clone() }
        };
        Ok(parts.into_iter().map(part).collect())
    })
}

/// What FAR 52.204-30 asks of whom an order reaches.
fn duties() -> Vec<Table> {
    let clock = |amount: i64, unit: &str| {
        let mut clock = Table::new();
        clock.insert("amount".into(), amount.into());
        clock.insert("unit".into(), unit.into());
        Value::Table(clock)
    };
    let duty = |kind: &str, trigger: &str, clock: Option<(&str, Value)>, fields: &[&str]| {
        let mut duty = Table::new();
        duty.insert("kind".into(), kind.into());
        duty.insert("trigger".into(), trigger.into());
        duty.insert("hook".into(), "FAR 52.204-30".into());
        if let Some((key, clock)) = clock {
            duty.insert(key.into(), clock);
        }
        if !fields.is_empty() {
            duty.insert("fields".into(), texts(fields.iter().copied()));
            duty.insert("recipient".into(), "The contracting officer".into());
        }
        duty
    };
    let found = [
        "contract",
        "product or source",
        "vendor with CAGE or UEI",
        "brand",
        "model",
        "description",
        "mitigation",
    ];
    vec![
        duty("monitor", "while the contract lasts", Some(("every", clock(3, "months"))), &[]),
        duty("inquire", "an offer, and each new order", None, &[]),
        duty(
            "report",
            "finding that it is provided or used",
            Some(("within", clock(3, "business_days"))),
            &found,
        ),
        duty(
            "report",
            "the first report",
            Some(("within", clock(10, "business_days"))),
            &["further mitigation"],
        ),
    ]
}
