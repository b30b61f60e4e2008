//! A report for a terminal.

use carveout_exposure::report::{Move, Report, Touched};
use carveout_terms::designation::Status;

use crate::output::{Printer, Table, coloured, strong};

/// How many of those who are touched are printed; `--json`, `--csv` and `--html` have more.
const MOST_SHOWN: usize = 12;

/// The ways to each that are printed.
const MOST_WAYS: usize = 3;

pub(super) fn print(printer: &Printer, report: &Report) {
    let about = &report.designation;
    printer.line(format_args!("{} ({})", strong(&about.title), about.id));
    if report.hypothetical {
        printer.line("a supposition: no such instrument is known");
    }
    printer.line(format_args!(
        "on {}, as known on {}: {}; {}, known from {} sources{}",
        report.on,
        report.known,
        status(report.standing.status),
        about.force.replace('_', " "),
        report.standing.confidence,
        if report.standing.contested { ", contested" } else { "" }
    ));
    for answer in &report.answers {
        printer.line(format_args!("  {}: {}", answer.situation, status(answer.standing.status)));
    }
    touched(printer, report);
    at_home(printer, report);
    plan(printer, report);
    duties(printer, report);
    forms(printer, report);
    concentration(printer, report);
    for open in &report.open {
        printer.line(format_args!("{} {open}", coloured("hold", "open:")));
    }
    printer.line("");
}

fn status(status: Status) -> String {
    let colour = match status {
        Status::Barred => "deny",
        Status::PhaseOut { .. } | Status::Announced | Status::NotYet { .. } => "hold",
        _ => "permit",
    };
    let until = match status {
        Status::PhaseOut { until } => format!(" until before {until}"),
        Status::NotYet { from } => format!(" from {from}"),
        _ => String::new(),
    };
    format!("{}{until}", coloured(colour, status.as_str()))
}

fn touched(printer: &Printer, report: &Report) {
    printer.line("");
    printer.line(strong("Who is touched"));
    for target in &report.targets {
        for taken in &target.taken_for {
            printer.line(format_args!("  {} is {} by {}", target.name, taken.name, taken.why));
        }
    }
    if report.touched.is_empty() {
        printer.line("  nobody, as far as the sources say");
        return;
    }
    for tier in &report.tiers {
        let counts = [
            (tier.programs, "program"),
            (tier.contracts, "contract"),
            (tier.products, "product"),
            (tier.deployments, "deployment"),
            (tier.organisations, "organisation"),
            (tier.persons, "person"),
        ];
        let counts: Vec<String> = counts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}{}", if count == 1 { "" } else { "s" }))
            .collect();
        let steps = if tier.steps == 1 { "step" } else { "steps" };
        printer.line(format_args!("  in {} {steps}: {}", tier.steps, counts.join(", ")));
    }
    for touched in report.touched.iter().take(MOST_SHOWN) {
        one(printer, touched);
    }
    let more = (report.touched.len().saturating_sub(MOST_SHOWN)) as u64 + report.not_told;
    if more > 0 {
        printer
            .line(format_args!("  and {more} more: `--json`, `--csv` and `--html` have those that are told"));
    }
}

fn one(printer: &Printer, touched: &Touched) {
    let conduct: Vec<&str> = touched.conduct.iter().map(|conduct| conduct.as_str()).collect();
    let conduct = if conduct.is_empty() { "touched, and not reached".to_owned() } else { conduct.join(", ") };
    printer.line(format_args!(
        "  {} {} ({}), {} at the best: {conduct}",
        touched.steps,
        strong(&touched.name),
        touched.kind.as_str(),
        touched.evidence.as_str()
    ));
    if touched.steps == 0 {
        printer.line("      by the affiliate rule");
    }
    for way in touched.ways.iter().take(MOST_WAYS) {
        printer.line(format_args!("      {way}"));
    }
    let more = touched.ways.len().saturating_sub(MOST_WAYS);
    match (more, touched.all_ways) {
        (0, true) => {}
        (more, true) => printer.line(format_args!("      and {more} more ways")),
        (_, false) => printer.line("      and more ways than were looked for"),
    }
}

fn at_home(printer: &Printer, report: &Report) {
    if !report.programs.is_empty() {
        printer.line("");
        printer.line(strong("Programs"));
        let mut table = Table::new(["program", "calls to it", "of all", "tokens", "answer"]);
        for program in &report.programs {
            table.row([
                program.program.clone(),
                program.calls.to_string(),
                program.all_calls.to_string(),
                program.tokens.to_string(),
                status(program.standing.status),
            ]);
        }
        printer.line(table);
    }
    for route in &report.routes {
        let positions: Vec<String> = route.positions.iter().map(usize::to_string).collect();
        printer.line(format_args!(
            "route {}: {} of {} targets barred (at place {})",
            route.route,
            positions.len(),
            route.targets,
            positions.join(", ")
        ));
    }
}

fn plan(printer: &Printer, report: &Report) {
    if report.moves.is_empty() {
        return;
    }
    printer.line("");
    printer.line(strong("What has to move, in this order"));
    for item in &report.moves {
        movement(printer, item);
    }
    if !report.designation.priorities.is_empty() {
        printer.line(format_args!("first, says the record: {}", report.designation.priorities.join(", ")));
    }
}

fn movement(printer: &Printer, item: &Move) {
    let from = item.from.as_ref().map_or_else(String::new, |from| format!(" from {}", from.model));
    let by = item.route.as_ref().map_or_else(String::new, |route| format!(" by {route}"));
    printer.line(format_args!(
        "  {}. {}{by}{from}, {} calls: {}, {}",
        item.order,
        strong(&item.program),
        item.calls,
        status(item.status),
        item.effort.as_str()
    ));
    for found in &item.substitutes {
        let mut said = format!("{} permitted, {} held, {} denied", found.permitted, found.held, found.denied);
        if found.undecided > 0 {
            said.push_str(&format!(", {} undecided", found.undecided));
        }
        for (what, list) in
            [("by", &found.grounds), ("approval of", &found.roles), ("barred itself by", &found.barred_by)]
        {
            if !list.is_empty() {
                said.push_str(&format!("; {what} {}", list.join(", ")));
            }
        }
        let word = if found.suits() { "permit" } else { "hold" };
        let name = format!("{} of {}", found.served.model, found.served.maker);
        printer.line(format_args!("     {}: {said}", coloured(word, &name)));
    }
}

fn duties(printer: &Printer, report: &Report) {
    if report.duties.is_empty() {
        return;
    }
    printer.line("");
    printer.line(strong("What is to be done by when"));
    let mut table = Table::new(["due", "what", "on", "clock", "clause"]);
    for duty in &report.duties {
        let due: Vec<String> = duty
            .due
            .iter()
            .map(|due| due.day.clone().unwrap_or_else(|| format!("before {}", due.before)))
            .collect();
        let due = if due.is_empty() { "no clock".to_owned() } else { due.join(", ") };
        let hook = match &duty.contracts {
            Some(contracts) => format!("{} (contracts {contracts})", duty.hook),
            None => duty.hook.clone(),
        };
        let clock = duty.clock.clone().unwrap_or_default();
        table.row([due, duty.kind.to_owned(), duty.trigger.clone(), clock, hook]);
    }
    printer.line(table);
}

fn forms(printer: &Printer, report: &Report) {
    for form in &report.forms {
        printer.line("");
        let to = form.recipient.as_ref().map_or_else(String::new, |recipient| format!(", to {recipient}"));
        printer.line(format_args!("{} under {}{to}: {}", strong(&form.kind), form.hook, form.occasion));
        for field in &form.fields {
            let value = if field.value.is_empty() { "(to be filled in)" } else { &field.value };
            printer.line(format_args!("  {}: {value}", field.name));
        }
    }
}

fn concentration(printer: &Printer, report: &Report) {
    if report.concentration.is_empty() && report.single_points.is_empty() {
        return;
    }
    printer.line("");
    printer.line(strong("What hangs on whom"));
    for part in &report.concentration {
        let shares: Vec<String> =
            part.shares.iter().map(|share| format!("{} {:.1}%", share.who, share.percent)).collect();
        printer.line(format_args!("  by {}: {} (index {:.0})", part.by, shares.join(", "), part.index));
    }
    for point in &report.single_points {
        printer.line(format_args!(
            "  all of the {} {} hangs on the {} {} ({})",
            point.kind, point.what, point.by, point.who, point.evidence
        ));
    }
}
