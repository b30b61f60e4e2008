//! `exposure report`: what recorded designations mean for those whom the sources and the workspace know.

mod home;
mod page;
mod recorded;
mod shown;

use std::{fs, path::Path};

use carveout_exposure::{
    graph::GraphBuilder,
    report::{
        Question, Report, Started,
        written::{graphviz, oscal, tables},
    },
};
use carveout_terms::designation::{Designation, Docket, Register, Status, When};
use miette::{IntoDiagnostic, WrapErr, miette};
use serde_json::json;

pub(in crate::commands) use self::home::Home;
use super::{
    super::designations,
    sources::{Addition, document, is_cut, read_with},
};
use crate::{
    cli::{ExposureReport, Global},
    output::{Exit, Printer},
    workspace::replace,
};

pub(super) fn run(global: &Global, arguments: &ExposureReport, printer: &Printer) -> miette::Result<Exit> {
    let on = designations::or_today(arguments.on);
    // A supposition is known on the day that it is supposed for.
    let supposed = arguments.what_if.as_ref().map(|_| on);
    let known = designations::or_today(arguments.known.or(supposed));
    let asked = asked(global, arguments, on, known, printer)?;
    let home = Home::read(global, printer)?;
    let instruments: Vec<_> = asked.dockets.iter().map(Docket::instrument).collect();
    let add = home.as_ref().map(|home| move |builder: &mut GraphBuilder| home.add(builder, &instruments));
    let addition = add.as_ref().map(|add| -> Addition<'_> { add });
    let (graph, sources) = read_with(&arguments.from, &arguments.columns, addition)?;
    let house = home.as_ref().map(Home::house);
    let all: Vec<&Docket> = asked.register.dockets().chain(asked.supposed.as_ref()).collect();
    let started =
        Started { found: arguments.found, reported: arguments.reported, contract: arguments.contract };
    let reports: Vec<Report> = asked
        .dockets
        .iter()
        .map(|docket| {
            Report::of(&Question {
                graph: &graph,
                docket,
                dockets: &all,
                house: house.as_ref(),
                on,
                known,
                started,
                hypothetical: asked.supposed.is_some(),
            })
        })
        .collect();
    write_all(arguments, &reports)?;
    if printer.json() {
        let document = json!({
            "on": on,
            "known": known,
            "reports": reports,
            "sources": sources.iter().map(document).collect::<Vec<_>>(),
            "findings": asked.register.findings(),
        });
        printer.document("exposure report", &document)?;
    } else {
        for report in &reports {
            shown::print(printer, report);
        }
        if reports.is_empty() {
            printer.line("no designation is in force");
        }
        designations::findings(&asked.register, printer);
    }
    let unread: u64 = sources.iter().map(|source| source.imported.not_read.total()).sum();
    if unread > 0 || is_cut(&sources) {
        printer.note(format_args!("{unread} records were not read: `carveout exposure import` lists them"));
    }
    Ok(match (reports.iter().any(Report::touches), is_cut(&sources)) {
        (true, _) => Exit::No,
        (false, true) => Exit::Failure,
        (false, false) => Exit::Yes,
    })
}

/// What reports are wanted of.
struct Asked {
    register: Register,
    dockets: Vec<Docket>,
    /// The supposition, if one is asked for.
    supposed: Option<Docket>,
}

fn asked(
    global: &Global,
    arguments: &ExposureReport,
    on: When,
    known: When,
    printer: &Printer,
) -> miette::Result<Asked> {
    let Some(who) = &arguments.what_if else {
        let (register, wanted) = designations::named(global, &arguments.designations, known, printer)?;
        let named = !arguments.designations.is_empty();
        let mut dockets = Vec::new();
        for docket in wanted.iter().filter_map(|id| register.docket(id)) {
            let status = docket.in_force(on, known).status;
            if named || !matches!(status, Status::NotKnown | Status::Ended | Status::Stopped) {
                dockets.push(docket.clone());
            } else {
                let id = &docket.instrument().id;
                printer.note(format_args!(
                    "`{id}` is left out: {}; name it with `--designation`",
                    status.as_str()
                ));
            }
        }
        return Ok(Asked { register, dockets, supposed: None });
    };
    let operands: Vec<String> = arguments.like.iter().cloned().collect();
    let (register, wanted) = match (operands.is_empty(), global.workspace.join(crate::config::FILE).exists())
    {
        // Nothing is recorded where there is no workspace, and a supposition needs no record.
        (true, false) => (Register::default(), Vec::new()),
        _ => designations::named(global, &operands, known, printer)?,
    };
    let like = operands.first().and_then(|_| wanted.first()).and_then(|id| register.docket(id));
    let designation = Designation::supposed(who, like.map(Docket::designation), on);
    let docket = Docket::alone(designation);
    Ok(Asked { register, dockets: vec![docket.clone()], supposed: Some(docket) })
}

/// Writes the files that were asked for.
fn write_all(arguments: &ExposureReport, reports: &[Report]) -> miette::Result<()> {
    if let Some(file) = &arguments.html {
        replace(file, &page::page(reports))?;
    }
    if let Some(file) = &arguments.dot {
        let graphs: Vec<String> = reports.iter().map(graphviz).collect();
        replace(file, &graphs.concat())?;
    }
    if let Some(folder) = &arguments.csv {
        for report in reports {
            write_tables(&folder.join(&report.designation.id), report)?;
        }
    }
    if let Some(file) = &arguments.oscal {
        let [report] = reports else {
            let help = "a plan of action is about one risk: name one with `--designation`";
            return Err(miette!(
                help = help,
                "there are {} designations to write a plan of action for",
                reports.len()
            ));
        };
        let text = serde_json::to_string_pretty(&oscal(report, super::super::now())).into_diagnostic()?;
        replace(file, &format!("{text}\n"))?;
    }
    Ok(())
}

fn write_tables(folder: &Path, report: &Report) -> miette::Result<()> {
    fs::create_dir_all(folder)
        .into_diagnostic()
        .wrap_err_with(|| format!("can't make the folder `{}`", folder.display()))?;
    tables(report).into_iter().try_for_each(|(name, text)| replace(&folder.join(name), &text))
}
