//! `redlines`: do these terms keep what a party will not give up?

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use carveout_proof::{Dates, LineKind, LineVerdict, Prover, Undecided};
use carveout_terms::{RedLines, Stack, Vocabulary};
use miette::miette;
use serde_json::{Value as Json, json};

use super::diff::{replay_at, unfinished};
use crate::{
    cli::{self, Global},
    output::{
        Exit, Printer, coloured, indented,
        region::{RegionView, Seen, print},
        ruled::Ground,
        strong,
    },
    proving::{Means, SecondOpinion, prove, remembering},
    workspace::{Faults, Side, read},
};

pub(super) fn run(global: &Global, arguments: &cli::RedLines, printer: &Printer) -> miette::Result<Exit> {
    let root = &global.workspace;
    let vocabulary = Arc::new(super::vocabulary(arguments.vocabulary.as_ref(), root)?);
    let path = found(&arguments.party, root)?;
    let lines = red_lines(&path, &vocabulary)?;
    let dates = if arguments.dates { Dates::Respected } else { Dates::Ignored };
    let side = Side::read(&arguments.agreements, &vocabulary, root, dates)?;
    let (stack, asked) = (Arc::clone(&side.stack), lines.clone());
    let solver = arguments.cross_check.program();
    let proven = prove(arguments.limits, move |means| verdicts(means, &stack, &asked, solver.as_ref()))?;
    let at = replay_at(&[&side], dates);
    let seen = Seen { vocabulary: &vocabulary, old: &side.stack, new: &side.stack, at };
    let unfinished = unfinished(proven.stopped, arguments.limits);
    let (verdicts, second) = match proven.found {
        Ok((_, second)) if second.objection().is_some() => {
            return still_undecided(printer, "redlines", second.objection().unwrap_or_default());
        }
        Ok(found) => found,
        Err(undecided) => {
            let why =
                proven.stopped.map_or_else(|| undecided.to_string(), |stopped| stopped.words().to_owned());
            return still_undecided(printer, "redlines", &why);
        }
    };
    let shown: Vec<Line> = verdicts.iter().map(|verdict| Line::of(verdict, &lines, seen)).collect();
    let verdict = overall(&shown);
    if printer.json() {
        let mut document = document(&side, &lines, &shown, verdict, &unfinished);
        if let Some(fields) = document.as_object_mut() {
            fields.insert("second_opinion".into(), json!(second));
        }
        printer.document("redlines", &document)?;
    } else {
        show(printer, &side, &lines, &shown, &unfinished);
        second.words().iter().for_each(|words| printer.line(format_args!("\n{words}")));
    }
    Ok(match verdict {
        Verdict::Kept => Exit::Yes,
        Verdict::Crossed => Exit::No,
        Verdict::Undecided => Exit::Failure,
    })
}

fn verdicts(
    means: &Means,
    stack: &Arc<Stack>,
    lines: &RedLines,
    solver: Option<&PathBuf>,
) -> Result<(Vec<LineVerdict>, SecondOpinion), Undecided> {
    let prover = Prover::new(Arc::clone(stack.vocabulary()), means.budget.clone())?;
    let mut prover = remembering(prover, solver);
    let law = prover.law(stack)?;
    let verdicts = prover.red_lines(&law, lines)?;
    Ok((verdicts, means.cross_checked(&prover, solver)))
}

/// The file that was named, or that holds the red lines of a party of the workspace.
fn found(named: &Path, root: &Path) -> miette::Result<PathBuf> {
    let id = named.display();
    let places = [root.join(format!("redlines/{id}.md")), root.join(format!("{id}.redlines.md"))];
    let all = std::iter::once(named.to_owned()).chain(places.clone());
    all.into_iter().find(|path| path.is_file()).ok_or_else(|| {
        let [first, second] = places.map(|path| path.display().to_string());
        let help = format!("write them to `{first}` or `{second}`, or name a file");
        miette!(help = help, "there are no red lines of `{id}`")
    })
}

/// Reads a party's red lines.
pub(super) fn red_lines(path: &Path, vocabulary: &Vocabulary) -> miette::Result<RedLines> {
    let lines =
        RedLines::parse(&read(path)?, vocabulary).map_err(|problems| Faults::report(path, problems))?;
    if lines.lines().is_empty() {
        let help = "give a clause a `cedar` block: `forbid` for what must never be permitted, `permit` for what always must";
        return Err(miette!(help = help, "`{}` has no red line", path.display()));
    }
    Ok(lines)
}

/// Says that nothing was concluded, and why.
pub(super) fn still_undecided(printer: &Printer, command: &str, why: &str) -> miette::Result<Exit> {
    if printer.json() {
        printer.document(command, &json!({ "verdict": Verdict::Undecided, "undecided": why }))?;
    } else {
        printer.line(format_args!("{}: {why}", coloured("hold", "undecided")));
    }
    Ok(Exit::Failure)
}

/// Whether lines are kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Kept,
    Crossed,
    Undecided,
}

/// One line, and what the terms make of it.
#[derive(serde::Serialize)]
struct Line {
    clause: String,
    policy: String,
    heading: String,
    sentence: String,
    kind: &'static str,
    unless_approved_by: Option<String>,
    verdict: Verdict,
    /// The uses that cross it.
    crossed: RegionView,
    /// The clauses of the terms that let them through, or stand in their way.
    responsible: Vec<Ground>,
}

impl Line {
    fn of(verdict: &LineVerdict, lines: &RedLines, seen: Seen<'_>) -> Self {
        let policy = lines.lines().iter().find(|line| line.id() == verdict.policy);
        let clause = policy.and_then(|policy| lines.clause(policy));
        let text = |part: Option<&str>| part.unwrap_or_default().to_owned();
        Self {
            clause: verdict.line.clause.clone(),
            policy: verdict.policy.clone(),
            heading: text(clause.map(|clause| clause.heading())),
            sentence: text(clause.map(|clause| clause.sentence())),
            kind: verdict.kind.as_str(),
            unless_approved_by: verdict.unless_approved_by.as_ref().map(ToString::to_string),
            verdict: match (verdict.kept(), verdict.crossed.cubes.is_empty()) {
                (true, _) => Verdict::Kept,
                (false, false) => Verdict::Crossed,
                (false, true) => Verdict::Undecided,
            },
            crossed: RegionView::of(&verdict.crossed, seen),
            responsible: verdict.responsible.iter().map(|clause| Ground::of(seen.new, clause)).collect(),
        }
    }

    /// What the line demands.
    fn demand(&self) -> String {
        match (&self.unless_approved_by, self.kind == LineKind::Always.as_str()) {
            (_, true) => "must always be permitted".to_owned(),
            (Some(role), false) => format!("must never be permitted without {role}"),
            (None, false) => "must never be permitted, with or without approvals".to_owned(),
        }
    }
}

/// A single crossed line is enough; without one, a single undecided line leaves the answer open.
fn overall(lines: &[Line]) -> Verdict {
    let any = |verdict| lines.iter().any(|line| line.verdict == verdict);
    match (any(Verdict::Crossed), any(Verdict::Undecided)) {
        (true, _) => Verdict::Crossed,
        (false, true) => Verdict::Undecided,
        (false, false) => Verdict::Kept,
    }
}

fn show(printer: &Printer, side: &Side, lines: &RedLines, shown: &[Line], unfinished: &str) {
    let count = |verdict| shown.iter().filter(|line| line.verdict == verdict).count();
    let (kept, crossed, open) = (count(Verdict::Kept), count(Verdict::Crossed), count(Verdict::Undecided));
    let open = if open == 0 { String::new() } else { format!(", {open} undecided") };
    let word = match overall(shown) {
        Verdict::Kept => coloured("permit", "kept"),
        Verdict::Crossed => coloured("deny", "crossed"),
        Verdict::Undecided => coloured("hold", "undecided"),
    };
    printer.line(format_args!("{word}: {kept} of {} lines kept, {crossed} crossed{open}", shown.len()));
    printer.line(format_args!("{} ({}), against {}", lines.id(), lines.party(), side.name));
    for line in shown {
        printer.line("");
        let title = format!("{} {}", line.policy, line.heading);
        match line.verdict {
            Verdict::Kept => {
                printer.line(format_args!("{} {} (proven)", coloured("permit", "kept   "), strong(title)))
            }
            Verdict::Undecided => {
                printer.line(format_args!(
                    "{} {}: {unfinished}",
                    coloured("hold", "undecided"),
                    strong(title)
                ));
            }
            Verdict::Crossed => {
                printer.line(format_args!("{} {}", coloured("deny", "crossed"), strong(title)))
            }
        }
        indented(printer, "  ", "  ", &format!("{} ({})", line.sentence, line.demand()));
        if line.verdict == Verdict::Crossed {
            show_crossing(printer, line, unfinished);
        }
    }
}

fn show_crossing(printer: &Printer, line: &Line, unfinished: &str) {
    let always = line.kind == LineKind::Always.as_str();
    let title = if always { "What is not permitted of it" } else { "What crosses it" };
    print(printer, title, &line.crossed, unfinished);
    if !line.responsible.is_empty() {
        let role = if always { "standing in its way" } else { "letting it through" };
        let clauses: Vec<String> = line.responsible.iter().map(ToString::to_string).collect();
        printer.line(format_args!("  clauses {role}: {}", clauses.join("; ")));
    }
}

fn document(side: &Side, lines: &RedLines, shown: &[Line], verdict: Verdict, unfinished: &str) -> Json {
    let open = shown.iter().any(|line| !line.crossed.exhausted);
    let agreements = side.agreements.iter().map(|agreement| {
        json!({ "agreement": agreement.id(), "agreement_version": agreement.version(), "digest": agreement.digest() })
    });
    json!({
        "verdict": verdict,
        "undecided": open.then_some(unfinished),
        "redlines": lines.id(),
        "party": lines.party(),
        "digest": lines.digest(),
        "agreements": agreements.collect::<Vec<_>>(),
        "lines": shown,
    })
}
