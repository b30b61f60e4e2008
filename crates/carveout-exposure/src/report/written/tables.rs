//! A report as tables (RFC 4180), a file for each part.

use carveout_terms::designation::Conduct;

use super::super::{Report, Touched};

/// A table's file name and its rows, the first of which is the header.
type Table = (&'static str, Vec<Vec<String>>);

/// The tables of a report: file name and text.
#[must_use]
pub fn tables(report: &Report) -> Vec<(&'static str, String)> {
    [
        exposed(report),
        ways(report),
        programs(report),
        usage(report),
        plan(report),
        duties(report),
        forms(report),
        concentration(report),
    ]
    .into_iter()
    .map(|(name, rows)| (name, written(&rows)))
    .collect()
}

fn written(rows: &[Vec<String>]) -> String {
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| quoted(cell)).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

/// A text that no spreadsheet takes for a formula: names come from strangers.
#[must_use]
pub fn no_formula(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if formula { format!("'{cell}") } else { cell.to_owned() }
}

fn quoted(cell: &str) -> String {
    let cell = no_formula(cell);
    let special = cell.contains(['"', ',', '\n', '\r']);
    if special { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

fn row<const N: usize>(cells: [&dyn ToString; N]) -> Vec<String> {
    cells.iter().map(|cell| cell.to_string()).collect()
}

fn optional(value: Option<&impl ToString>) -> String {
    value.map_or_else(String::new, ToString::to_string)
}

fn conduct(conduct: &[Conduct]) -> String {
    conduct.iter().map(|conduct| conduct.as_str()).collect::<Vec<_>>().join(" ")
}

fn exposed(report: &Report) -> Table {
    let mut rows =
        vec![row([&"name", &"kind", &"keys", &"steps", &"evidence", &"conduct", &"ways", &"all_ways"])];
    rows.extend(report.touched.iter().map(|touched| {
        row([
            &touched.name,
            &touched.kind.as_str(),
            &touched.keys.join(" "),
            &touched.steps,
            &touched.evidence.as_str(),
            &conduct(&touched.conduct),
            &touched.ways.len(),
            &touched.all_ways,
        ])
    }));
    ("exposed.csv", rows)
}

fn ways(report: &Report) -> Table {
    let header: [&dyn ToString; 10] = [
        &"exposed",
        &"way",
        &"step",
        &"from",
        &"relation",
        &"to",
        &"evidence",
        &"conduct",
        &"source",
        &"line",
    ];
    let mut rows = vec![row(header)];
    for Touched { name, ways, .. } in &report.touched {
        for (number, way) in (1..).zip(ways) {
            rows.extend((1..).zip(&way.steps).map(|(place, step)| {
                row([
                    name,
                    &number,
                    &place,
                    &step.from,
                    &step.relation,
                    &step.to,
                    &step.evidence.as_str(),
                    &conduct(&step.conduct),
                    &step.source,
                    &step.line,
                ])
            }));
        }
    }
    ("ways.csv", rows)
}

fn programs(report: &Report) -> Table {
    let mut rows = vec![row([&"program", &"name", &"status", &"calls", &"all_calls", &"tokens"])];
    rows.extend(report.programs.iter().map(|program| {
        let status = program.standing.status.as_str();
        row([&program.program, &program.name, &status, &program.calls, &program.all_calls, &program.tokens])
    }));
    ("programs.csv", rows)
}

fn usage(report: &Report) -> Table {
    let header: [&dyn ToString; 11] = [
        &"program",
        &"route",
        &"provider",
        &"maker",
        &"host",
        &"operator",
        &"model",
        &"calls",
        &"input_tokens",
        &"output_tokens",
        &"last",
    ];
    let mut rows = vec![row(header)];
    rows.extend(report.usage.iter().map(|usage| {
        let served = &usage.served;
        row([
            &usage.program,
            &usage.route,
            &served.provider,
            &served.maker,
            &served.host,
            &served.operator,
            &served.model,
            &usage.calls,
            &usage.input_tokens,
            &usage.output_tokens,
            &usage.last,
        ])
    }));
    ("usage.csv", rows)
}

fn plan(report: &Report) -> Table {
    let header: [&dyn ToString; 13] = [
        &"order",
        &"program",
        &"route",
        &"leaves",
        &"status",
        &"before",
        &"priority",
        &"effort",
        &"calls",
        &"substitute",
        &"permitted",
        &"held",
        &"denied",
    ];
    let mut rows = vec![row(header)];
    for item in &report.moves {
        let from = item.from.as_ref().map(|from| &from.model);
        let mut one = |substitute: &str, counts: [u64; 3]| {
            let [permitted, held, denied] = counts;
            rows.push(row([
                &item.order,
                &item.program,
                &optional(item.route.as_ref()),
                &optional(from),
                &item.status.as_str(),
                &optional(item.before.as_ref()),
                &optional(item.priority.as_ref()),
                &item.effort.as_str(),
                &item.calls,
                &substitute,
                &permitted,
                &held,
                &denied,
            ]));
        };
        for found in &item.substitutes {
            one(&found.served.model, [found.permitted, found.held, found.denied]);
        }
        if item.substitutes.is_empty() {
            one("", [0; 3]);
        }
    }
    ("plan.csv", rows)
}

fn duties(report: &Report) -> Table {
    let header: [&dyn ToString; 9] = [
        &"kind",
        &"trigger",
        &"hook",
        &"recipient",
        &"clock",
        &"starts",
        &"last_day",
        &"before",
        &"contracts",
    ];
    let mut rows = vec![row(header)];
    for duty in &report.duties {
        let mut one = |day: String, before: String| {
            rows.push(row([
                &duty.kind,
                &duty.trigger,
                &duty.hook,
                &optional(duty.recipient.as_ref()),
                &optional(duty.clock.as_ref()),
                &optional(duty.starts.as_ref()),
                &day,
                &before,
                &optional(duty.contracts.as_ref()),
            ]));
        };
        for due in &duty.due {
            one(optional(due.day.as_ref()), due.before.to_string());
        }
        if duty.due.is_empty() {
            one(String::new(), String::new());
        }
    }
    ("duties.csv", rows)
}

fn forms(report: &Report) -> Table {
    let mut rows = vec![row([&"form", &"hook", &"recipient", &"field", &"value"])];
    for (number, form) in (1..).zip(&report.forms) {
        let name = format!("{number} {}", form.kind);
        let recipient = optional(form.recipient.as_ref());
        rows.extend(
            form.fields.iter().map(|field| row([&name, &form.hook, &recipient, &field.name, &field.value])),
        );
    }
    ("forms.csv", rows)
}

fn concentration(report: &Report) -> Table {
    let mut rows = vec![row([&"by", &"who", &"calls", &"tokens", &"percent", &"index"])];
    for part in &report.concentration {
        rows.extend(part.shares.iter().map(|share| {
            let (percent, index) = (format!("{:.2}", share.percent), format!("{:.0}", part.index));
            row([&part.by, &share.who, &share.calls, &share.tokens, &percent, &index])
        }));
    }
    ("concentration.csv", rows)
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_cell_is_never_a_formula_and_never_ends_early() {
        for (cell, written) in [
            ("Example, Inc.", "\"Example, Inc.\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-5,0", "\"'-5,0\""),
            ("a\nb", "\"a\nb\""),
            ("plain", "plain"),
        ] {
            assert_eq!(quoted(cell), written, "{cell}");
        }
    }
}
