//! A report as a page that stands alone, with its graph drawn.

use std::fmt::Display;

use carveout_exposure::{
    graph::{Evidence, Kind},
    report::{
        Report,
        written::{Drawing, Line},
    },
};
use carveout_terms::designation::Status;

use crate::output::html::Html;

/// How many letters fit into a box of the drawing.
const FITS: usize = 23;

/// How many who are touched are listed on the page.
const MOST_LISTED: usize = 200;

pub(super) fn page(reports: &[Report]) -> String {
    let mut html = Html::default();
    html.markup("<p class=\"kicker\">Exposure report</p>\n");
    for report in reports {
        one(&mut html, report);
    }
    if reports.is_empty() {
        html.markup("<h1>No designation is in force</h1>\n");
    }
    let title = match reports {
        [one] => format!("Exposure: {}", one.designation.title),
        _ => format!("Exposure to {} designations", reports.len()),
    };
    html.document(&title)
}

fn one(html: &mut Html, report: &Report) {
    let about = &report.designation;
    html.within("<h1>", &about.title, "</h1>\n");
    html.markup("<p class=\"versus\">").text(&about.id).markup(" version ").text(about.record_version);
    html.markup(" · on ").text(report.on).markup(", as known on ").text(report.known).markup("</p>\n");
    if report.hypothetical {
        html.markup("<p><b class=\"open\">A supposition:</b> no such instrument is known.</p>\n");
    }
    verdict(html, report);
    let sources = about.sources.iter().map(|source| {
        vec![
            source.title.clone(),
            source.holds.to_string(),
            source.confidence.to_string(),
            source.digest.to_string(),
        ]
    });
    html.markup("<details><summary>Sources of the record</summary>\n");
    table(html, &["document", "kept", "confidence", "digest"], sources);
    html.markup("</details>\n");
    touched(html, report);
    at_home(html, report);
    duties(html, report);
    concentration(html, report);
    if !report.open.is_empty() {
        html.markup("<h2>What this can’t say</h2>\n<ul>\n");
        for open in &report.open {
            html.within("<li>", open, "</li>\n");
        }
        html.markup("</ul>\n");
    }
}

fn verdict(html: &mut Html, report: &Report) {
    let open = match report.standing.status {
        Status::Barred => "<div class=\"verdict barred\"><strong>",
        Status::PhaseOut { .. } | Status::NotYet { .. } | Status::Announced => {
            "<div class=\"verdict undecided\"><strong>"
        }
        _ => "<div class=\"verdict equivalent\"><strong>",
    };
    html.within(open, report.standing.status.as_str(), "</strong>\n");
    let reached = report.touched.iter().filter(|touched| !touched.conduct.is_empty()).count();
    html.markup("<p>").text(reached).markup(" reached, ").text(report.moves.len()).markup(" moves to plan");
    if report.standing.contested {
        html.markup(", its force is contested");
    }
    html.markup("; known from ").text(report.standing.confidence).markup(" sources.</p></div>\n");
    let rows = report.answers.iter().map(|answer| {
        vec![answer.situation.clone(), shown(answer.standing.status), answer.standing.confidence.to_string()]
    });
    table(html, &["for", "answer", "confidence"], rows);
}

fn shown(status: Status) -> String {
    match status {
        Status::PhaseOut { until } => format!("{} until before {until}", status.as_str()),
        Status::NotYet { from } => format!("{} from {from}", status.as_str()),
        _ => status.as_str().to_owned(),
    }
}

fn touched(html: &mut Html, report: &Report) {
    html.markup("<h2>Who is touched</h2>\n");
    if report.touched.is_empty() {
        html.markup("<p>Nobody, as far as the sources say.</p>\n");
        return;
    }
    drawn(html, &Drawing::of(report));
    let tiers = report.tiers.iter().map(|tier| {
        let counts = [
            tier.programs,
            tier.contracts,
            tier.products,
            tier.deployments,
            tier.organisations,
            tier.persons,
        ];
        std::iter::once(tier.steps.to_string()).chain(counts.map(|count| count.to_string())).collect()
    });
    let columns = ["steps", "programs", "contracts", "products", "deployments", "organisations", "persons"];
    table(html, &columns, tiers);
    for touched in report.touched.iter().take(MOST_LISTED) {
        html.markup("<details><summary><b>").text(&touched.name).markup("</b> ").text(touched.kind.as_str());
        html.markup(", ").text(touched.steps).markup(" steps, ").text(touched.evidence.as_str());
        let conduct: Vec<&str> = touched.conduct.iter().map(|conduct| conduct.as_str()).collect();
        let conduct = if conduct.is_empty() { "not reached".to_owned() } else { conduct.join(", ") };
        html.markup(": ").text(conduct).markup("</summary>\n");
        if touched.steps == 0 {
            html.markup("<p>By the affiliate rule.</p>\n");
        }
        for way in &touched.ways {
            let steps = way.steps.iter().map(|step| {
                let conduct: Vec<&str> = step.conduct.iter().map(|conduct| conduct.as_str()).collect();
                vec![
                    step.from.clone(),
                    step.relation.to_owned(),
                    step.to.clone(),
                    step.evidence.as_str().to_owned(),
                    conduct.join(", "),
                    format!("{} {}", step.source, step.line),
                ]
            });
            table(html, &["from", "", "to", "evidence", "conduct that reaches it", "source"], steps);
        }
        if !touched.all_ways {
            html.markup("<p>There are more ways than were looked for.</p>\n");
        }
        html.markup("</details>\n");
    }
    let more = report.touched.len().saturating_sub(MOST_LISTED) as u64 + report.not_told;
    if more > 0 {
        html.markup("<p>And ").text(more).markup(" more, which are counted above.</p>\n");
    }
}

fn drawn(html: &mut Html, drawing: &Drawing) {
    html.markup("<div class=\"graph\"><svg role=\"img\" aria-label=\"The ways of exposure, sources on the left\" viewBox=\"0 0 ");
    html.text(drawing.width).markup(" ").text(drawing.height).markup("\" width=\"").text(drawing.width);
    html.markup("\" height=\"").text(drawing.height).markup("\">\n");
    for line in &drawing.lines {
        arrow(html, line);
    }
    for node in &drawing.boxes {
        html.markup(match (node.source, node.kind) {
            (true, _) => "<g class=\"source\">",
            (_, Kind::Program | Kind::Contract) => "<g class=\"own\">",
            _ => "<g>",
        });
        html.within("<title>", &node.label, "</title>");
        html.markup("<rect rx=\"5\" x=\"").text(node.x).markup("\" y=\"").text(node.y).markup("\" width=\"");
        html.text(drawing.box_width).markup("\" height=\"").text(drawing.box_height).markup("\"/>");
        label(html, node.x + 10, node.y + 17, shortened(&node.label));
        html.markup("<text class=\"kind\" x=\"")
            .text(node.x + 10)
            .markup("\" y=\"")
            .text(node.y + 32)
            .markup("\">");
        html.text(node.kind.as_str()).markup("</text></g>\n");
    }
    html.markup("</svg></div>\n<p class=\"extent\">A thick line was observed or configured, a thin one is declared, a dotted one is only capable; what is grey, nothing that the instrument forbids reaches.");
    if drawing.left_out > 0 {
        html.markup(" ").text(drawing.left_out).markup(" more are not drawn.");
    }
    html.markup("</p>\n");
}

fn label(html: &mut Html, x: u32, y: u32, text: impl Display) {
    html.markup("<text x=\"").text(x).markup("\" y=\"").text(y).markup("\">").text(text).markup("</text>");
}

fn arrow(html: &mut Html, line: &Line) {
    html.markup(match (line.reaches, line.evidence) {
        (false, _) => "<path class=\"not-reached\" d=\"M",
        (true, Evidence::Observed | Evidence::Configured) => "<path class=\"sure\" d=\"M",
        (true, Evidence::Declared) => "<path d=\"M",
        (true, Evidence::Capable) => "<path class=\"capable\" d=\"M",
    });
    let ((from_x, from_y), (to_x, to_y)) = (line.from, line.to);
    // A way that leads back to a nearer column bends around; one that leads on bends a little.
    let bend = if to_x > from_x { (to_x - from_x) / 2 } else { 60 };
    html.text(from_x).markup(" ").text(from_y).markup(" C").text(from_x + bend).markup(" ").text(from_y);
    html.markup(" ")
        .text(to_x.saturating_sub(bend))
        .markup(" ")
        .text(to_y)
        .markup(" ")
        .text(to_x.saturating_sub(7));
    html.markup(" ")
        .text(to_y)
        .markup("\"><title>")
        .text(line.label)
        .markup(", ")
        .text(line.evidence.as_str());
    html.markup("</title></path><path class=\"head\" d=\"M").text(to_x.saturating_sub(8)).markup(" ");
    html.text(to_y.saturating_sub(4)).markup("l8 4l-8 4z\"/>");
    let (x, y) = (from_x.midpoint(to_x), from_y.midpoint(to_y));
    html.markup("<text class=\"relation\" x=\"")
        .text(x)
        .markup("\" y=\"")
        .text(y.saturating_sub(4))
        .markup("\">");
    html.text(line.label).markup("</text>\n");
}

/// What is called by its key only is shown without the scheme: what it is stands below.
fn shortened(text: &str) -> String {
    let scheme =
        text.split_once(':').filter(|(scheme, _)| matches!(*scheme, "product" | "program" | "award"));
    let text = scheme.map_or(text, |(_, rest)| rest);
    if text.chars().count() <= FITS {
        return text.to_owned();
    }
    let start: String = text.chars().take(FITS - 1).collect();
    format!("{start}…")
}

fn at_home(html: &mut Html, report: &Report) {
    if !report.programs.is_empty() {
        html.markup("<h2>Programs and routes</h2>\n");
        let programs = report.programs.iter().map(|program| {
            vec![
                program.name.clone(),
                shown(program.standing.status),
                format!("{} of {}", program.calls, program.all_calls),
                program.tokens.to_string(),
            ]
        });
        table(html, &["program", "answer", "calls to what is barred", "tokens"], programs);
        let usage = report.usage.iter().map(|usage| {
            let served = &usage.served;
            vec![
                usage.program.clone(),
                usage.route.clone(),
                served.maker.clone(),
                served.host.clone(),
                served.operator.clone(),
                served.model.clone(),
                usage.calls.to_string(),
                (usage.input_tokens + usage.output_tokens).to_string(),
            ]
        });
        table(html, &["program", "route", "maker", "host", "operator", "model", "calls", "tokens"], usage);
    }
    if report.moves.is_empty() {
        return;
    }
    html.markup("<h2>What has to move, in this order</h2>\n");
    for item in &report.moves {
        html.markup("<article class=\"clause\"><h3>").text(item.order).markup(". ").text(&item.program);
        html.markup(" <span class=\"fate\">").text(item.effort.as_str()).markup("</span></h3>\n<p>");
        if let (Some(route), Some(from)) = (&item.route, &item.from) {
            html.text(from.model.as_str()).markup(" by ").text(route).markup(", ");
        }
        html.text(item.calls).markup(" calls; ").text(shown(item.status)).markup(".</p>\n");
        let rows = item.substitutes.iter().map(|found| {
            let mut why = found.grounds.clone();
            why.extend(found.roles.iter().map(|role| format!("approval of {role}")));
            why.extend(found.barred_by.iter().map(|by| format!("barred by {by}")));
            vec![
                format!("{} of {}", found.served.model, found.served.maker),
                found.permitted.to_string(),
                found.held.to_string(),
                found.denied.to_string(),
                why.join(", "),
            ]
        });
        table(html, &["could go to", "permitted", "held", "denied", "by"], rows);
        html.markup("</article>\n");
    }
}

fn duties(html: &mut Html, report: &Report) {
    if !report.duties.is_empty() {
        html.markup("<h2>What is to be done by when</h2>\n");
        let rows = report.duties.iter().map(|duty| {
            let due: Vec<String> = duty
                .due
                .iter()
                .map(|due| due.day.clone().unwrap_or_else(|| format!("before {}", due.before)))
                .collect();
            let contracts =
                duty.contracts.as_ref().map_or_else(String::new, |dates| format!(" (contracts {dates})"));
            vec![
                if due.is_empty() { "no clock".to_owned() } else { due.join(", ") },
                duty.kind.to_owned(),
                duty.trigger.clone(),
                duty.clock.clone().unwrap_or_default(),
                duty.starts_with.unwrap_or_default().to_owned(),
                format!("{}{contracts}", duty.hook),
            ]
        });
        table(html, &["due", "what", "on", "clock", "counted from", "clause"], rows);
    }
    for form in &report.forms {
        html.markup("<article class=\"clause\"><h3>").text(&form.kind).markup(" under ").text(&form.hook);
        html.markup("</h3>\n<p>").text(&form.occasion);
        if let Some(recipient) = &form.recipient {
            html.markup(", to ").text(recipient);
        }
        html.markup("</p>\n");
        let fields = form.fields.iter().map(|field| {
            let value =
                if field.value.is_empty() { "(to be filled in)".to_owned() } else { field.value.clone() };
            vec![field.name.clone(), value]
        });
        table(html, &["field", "what is known"], fields);
        html.markup("</article>\n");
    }
}

fn concentration(html: &mut Html, report: &Report) {
    if report.concentration.is_empty() && report.single_points.is_empty() {
        return;
    }
    html.markup("<h2>What hangs on whom</h2>\n");
    let rows = report.concentration.iter().flat_map(|part| {
        part.shares.iter().map(move |share| {
            vec![
                part.by.to_owned(),
                share.who.clone(),
                share.calls.to_string(),
                format!("{:.1}%", share.percent),
                format!("{:.0}", part.index),
            ]
        })
    });
    table(html, &["by", "who", "calls", "share", "index (HHI)"], rows);
    let points = report.single_points.iter().map(|point| {
        vec![
            format!("{} {}", point.kind, point.what),
            format!("{} {}", point.by, point.who),
            point.evidence.to_owned(),
        ]
    });
    table(html, &["all of", "hangs on the", "as"], points);
}

fn table(html: &mut Html, headings: &[&str], rows: impl Iterator<Item = Vec<String>>) {
    let rows: Vec<Vec<String>> = rows.collect();
    if rows.is_empty() {
        return;
    }
    html.markup("<div class=\"wide\"><table class=\"plain\"><thead><tr>");
    for heading in headings {
        html.within("<th>", heading, "</th>");
    }
    html.markup("</tr></thead><tbody>\n");
    for row in rows {
        html.markup("<tr>");
        for cell in row {
            html.within("<td>", cell, "</td>");
        }
        html.markup("</tr>\n");
    }
    html.markup("</tbody></table></div>\n");
}
