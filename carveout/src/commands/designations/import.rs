//! `designations import`: published lists, read into records.

use std::fs;

use carveout_terms::designation::{
    Record,
    import::{
        Imported, List, Mapping, fascsa_orders, follow_the_money, mapped, open_sanctions_table,
        sam_exclusions,
    },
};
use miette::{IntoDiagnostic, WrapErr, miette};
use serde_json::{Value as Json, json};

use crate::{
    cli::{DesignationImport, ListFormat},
    output::{Exit, Printer, Table},
    workspace::{Readers, create, file_name},
};

pub(super) fn run(arguments: &DesignationImport, printer: &Printer) -> miette::Result<Exit> {
    let path = &arguments.file;
    let bytes =
        fs::read(path).into_diagnostic().wrap_err_with(|| format!("can't read `{}`", path.display()))?;
    let imported = read(arguments, &bytes)?;
    let mut written = Vec::new();
    if let Some(folder) = &arguments.into {
        fs::create_dir_all(folder)
            .into_diagnostic()
            .wrap_err_with(|| format!("can't make the folder `{}`", folder.display()))?;
        for designation in &imported.records {
            let file = folder.join(file_name(&Record::Designation(Box::new(designation.clone())), false));
            create(&file, designation.source(), Readers::Everybody)?;
            written.push(file);
        }
    }
    if printer.json() {
        let records: Vec<Json> = imported.records.iter().map(|record| json!(record.instrument())).collect();
        let document = json!({
            "rows": imported.rows, "records": records, "written": written, "not_read": imported.not_read,
        });
        printer.document("designations import", &document)?;
    } else {
        shown(&imported, written.len(), printer);
    }
    Ok(if imported.not_read.is_empty() { Exit::Yes } else { Exit::No })
}

fn read(arguments: &DesignationImport, bytes: &[u8]) -> miette::Result<Imported> {
    let name = arguments.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let prefix = match arguments.format {
        ListFormat::Sam => "sam",
        ListFormat::Fascsa => "fascsa",
        ListFormat::Ftm => "ftm",
        ListFormat::Table | ListFormat::Csv => "list",
    };
    let list = List {
        prefix: arguments.prefix.clone().unwrap_or_else(|| prefix.to_owned()),
        title: arguments.title.clone().unwrap_or(name),
        url: arguments.url.clone(),
        known: arguments.known,
        confidence: arguments.confidence,
        issuer: arguments.issuer.clone(),
        authority: arguments.authority.clone(),
        kind: arguments.kind,
        conduct: arguments.conduct.clone(),
        agencies: arguments.agency.clone(),
    };
    if arguments.format != ListFormat::Csv && !arguments.map.is_empty() {
        return Err(miette!(
            help = "its columns have names of their own",
            "`--map` belongs to the format `csv`"
        ));
    }
    Ok(match arguments.format {
        ListFormat::Sam => sam_exclusions(bytes, &list),
        ListFormat::Fascsa => fascsa_orders(bytes, &list),
        ListFormat::Ftm => follow_the_money(bytes, &list),
        ListFormat::Table => open_sanctions_table(bytes, &list),
        ListFormat::Csv => {
            let mapping = Mapping::of(arguments.map.iter().map(String::as_str)).into_diagnostic()?;
            mapped(bytes, &mapping, &list)
        }
    })
}

fn shown(imported: &Imported, written: usize, printer: &Printer) {
    /// More records are named only as a number.
    const MOST: usize = 40;
    let mut table = Table::new(["record", "from", "whom"]);
    for designation in imported.records.iter().take(MOST) {
        let instrument = designation.instrument();
        let names: Vec<&str> = instrument.targets.iter().map(|target| target.name.as_str()).collect();
        table.row([instrument.id.clone(), instrument.dates.effective.to_string(), names.join(", ")]);
    }
    printer.line(table);
    if let Some(more) = imported.records.len().checked_sub(MOST).filter(|more| *more > 0) {
        printer.line(format_args!("and {more} more"));
    }
    printer.line("");
    printer.line(format_args!(
        "{} rows, {} records, {written} written",
        imported.rows,
        imported.records.len()
    ));
    printer.line("");
    if imported.not_read.is_empty() {
        printer.line("everything was read");
        return;
    }
    printer.line("not read:");
    let mut table = Table::new(["what", "times", "first at", "why"]);
    for passed in &imported.not_read {
        table.row([
            passed.what.clone(),
            passed.times.to_string(),
            passed.first.clone(),
            passed.reason.clone(),
        ]);
    }
    printer.line(table);
}
