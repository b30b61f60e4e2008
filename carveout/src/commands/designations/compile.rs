//! `designations compile`: an instrument as an agreement that only forbids.

use carveout_terms::designation::Options;
use miette::{IntoDiagnostic, WrapErr};
use serde_json::json;

use crate::{
    cli::{DesignationCompile, Global},
    output::{Exit, Printer},
    workspace::{Readers, create},
};

pub(super) fn run(
    global: &Global,
    arguments: &DesignationCompile,
    printer: &Printer,
) -> miette::Result<Exit> {
    let (register, wanted) = super::named(
        global,
        std::slice::from_ref(&arguments.record),
        super::or_today(arguments.known),
        printer,
    )?;
    let docket = super::one(&register, &wanted)?;
    let vocabulary = crate::commands::vocabulary(arguments.vocabulary.as_ref(), &global.workspace)?;
    let options = Options {
        known: super::or_today(arguments.known),
        program: arguments.program.clone(),
        announced: arguments.announced,
        party: arguments.party.clone(),
    };
    let compiled = docket
        .compile(&vocabulary, &options)
        .into_diagnostic()
        .wrap_err_with(|| format!("`{}` can't be written in this vocabulary", docket.instrument().id))?;
    if let Some(file) = &arguments.out {
        create(file, compiled.text(), Readers::Everybody)?;
    }
    if printer.json() {
        let document = json!({
            "designation": docket.instrument().id,
            "known": options.known,
            "enforces": compiled.enforces(),
            "left_out": compiled.left_out,
            "read_as": compiled.read_as,
            "text": compiled.text(),
            "file": arguments.out,
        });
        printer.document("designations compile", &document)?;
    } else if let Some(file) = &arguments.out {
        printer.line(format_args!("{} is in {}", docket.instrument().id, file.display()));
    } else {
        printer.bytes(compiled.text().as_bytes());
    }
    if !printer.json() {
        compiled.read_as.iter().for_each(|read| printer.note(format_args!("{read}")));
        compiled.left_out.iter().for_each(|left| printer.note(format_args!("not enforced: {left}")));
        if !compiled.enforces() {
            printer.note("nothing of it is enforced");
        }
    }
    Ok(if compiled.enforces() { Exit::Yes } else { Exit::No })
}
