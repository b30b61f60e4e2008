//! A settlement as text.

use std::sync::Arc;

use carveout_proof::{Clash, Conflict, Dates, Granted, Line, LineKind, SettledDraft, SettledWant, side};
use carveout_terms::{Stack, Vocabulary};

use super::{Found, as_drafted};
use crate::output::{
    Printer, coloured, indented,
    region::{RegionView, Seen, print as print_region},
    strong,
};

pub(super) fn print(printer: &Printer, found: &Found, with_draft: bool) {
    let wants = &found.settlement.wants;
    printer.line(format_args!(
        "{}: of {} wants {} granted fully, {} in part, {} not at all",
        coloured("permit", "common ground"),
        wants.len(),
        found.count(Granted::Fully),
        found.count(Granted::InPart),
        found.count(Granted::NotAtAll),
    ));
    let files: Vec<String> =
        found.files.iter().map(|file| format!("{} ({})", file.id(), file.party())).collect();
    printer.line(files.join(" and "));
    if !found.settlement.conflicts.is_empty() {
        printer.line(format_args!("\n{}", strong("Lines that contradict each other")));
        found.settlement.conflicts.iter().for_each(|conflict| print_conflict(printer, conflict, found));
    }
    let stack = found.settlement.draft.as_ref().and_then(|draft| stack(draft, &found.vocabulary));
    for want in wants {
        print_want(printer, want, found, stack.as_deref());
    }
    match &found.settlement.draft {
        None => printer.line("\nNothing that either wants is left by the red lines, so there is no draft."),
        Some(draft) => print_draft(printer, draft, found, with_draft),
    }
    found.opinion.words().iter().for_each(|words| printer.line(format_args!("\n{words}")));
}

/// The draft by itself, to name clauses by.
pub(super) fn stack(draft: &SettledDraft, vocabulary: &Arc<Vocabulary>) -> Option<Arc<Stack>> {
    side(vocabulary, [draft.agreement.clone()], Dates::Ignored).ok()
}

fn named(line: &Line) -> String {
    format!("{} {} {}", line.party, line.policy, line.heading).trim_end().to_owned()
}

fn print_conflict(printer: &Printer, conflict: &Conflict, found: &Found) {
    let (want, line) = (named(&conflict.want), named(&conflict.line));
    let said = match (conflict.own(), conflict.whole) {
        (true, true) => format!("{want} is ruled out as a whole by a line of its own party, {line}"),
        (true, false) => format!("{want} is ruled out in part by a line of its own party, {line}"),
        (false, _) => format!("{want} is ruled out as a whole by {line}"),
    };
    indented(printer, "  ", "    ", &said);
    printer.line(format_args!("    use: {}", conflict.shown.witness.said.display(&found.vocabulary)));
}

fn print_want(printer: &Printer, want: &SettledWant, found: &Found, stack: Option<&Stack>) {
    let colour = match want.granted {
        Granted::Fully => "permit",
        Granted::InPart | Granted::AsksNothing => "hold",
        Granted::NotAtAll => "deny",
    };
    let clauses = match want.clauses.as_slice() {
        [] => String::new(),
        [one] => format!(": clause {one} of the draft"),
        several => format!(": clauses {} of the draft", several.join(", ")),
    };
    let title = strong(named(&want.want));
    printer.line(format_args!("\n{} {title}{clauses}", coloured(colour, want.granted.as_str())));
    indented(printer, "  ", "  ", &format!("when {}", want.want.words));
    if let (Some(stack), Granted::InPart) = (stack, want.granted) {
        let seen = Seen { vocabulary: &found.vocabulary, old: stack, new: stack, at: found.replay_at() };
        let view = |region| RegionView::of(&as_drafted(region), seen);
        print_region(printer, "  Permitted of it", &view(&want.permitted), &found.unfinished);
        for (role, region) in &want.held {
            print_region(printer, &format!("  Held for {role}"), &view(region), &found.unfinished);
        }
        print_region(printer, "  Not permitted of it", &view(&want.denied), &found.unfinished);
    }
    if !want.in_the_way.is_empty() {
        printer.line("\n  In the way, and none of these could be left out:");
        want.in_the_way.iter().for_each(|clash| print_clash(printer, clash, found));
    }
}

fn print_clash(printer: &Printer, clash: &Clash, found: &Found) {
    let held = clash.line.hold.as_ref().map(|role| format!(" (lifted by {role})")).unwrap_or_default();
    printer.line(format_args!("  - {}{held}", named(&clash.line)));
    printer.line(format_args!("    use: {}", clash.shown.witness.said.display(&found.vocabulary)));
}

fn print_draft(printer: &Printer, draft: &SettledDraft, found: &Found, whole: bool) {
    let verdicts = || draft.first.iter().chain(&draft.second);
    let never = verdicts().filter(|verdict| verdict.kind == LineKind::Never).count();
    let always = verdicts().filter(|verdict| verdict.kind == LineKind::Always);
    let kept = always.clone().filter(|verdict| verdict.kept()).count();
    let of = always.count();
    printer.line(format_args!("\n{}", strong("The draft")));
    let proven = format!(
        "It permits exactly what either party wants and neither rules out (proven). All {never} lines on what must never be \
         permitted are kept (proven), and {kept} of {of} on what must always be."
    );
    indented(printer, "  ", "  ", &proven);
    if whole {
        printer.line("");
        printer.line(draft.agreement.source().trim_end());
    } else {
        let clauses: Vec<&str> = draft.clauses.iter().map(|clause| clause.number.as_str()).collect();
        printer.line(format_args!(
            "  {} version {}: clauses {}",
            draft.agreement.id(),
            found.frame.version,
            clauses.join(", ")
        ));
    }
}
