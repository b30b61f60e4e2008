//! A settlement as JSON.

use carveout_proof::{Conflict, DraftClause, Line, LineKind, LineVerdict, SettledWant, ShownCube};
use carveout_terms::Stack;
use serde_json::{Value as Json, json};

use super::{Found, as_drafted, text::stack};
use crate::output::region::{RegionView, Seen};

pub(super) fn of(found: &Found) -> Json {
    let draft = found.settlement.draft.as_ref();
    let stack = draft.and_then(|draft| stack(draft, &found.vocabulary));
    let want = |want: &SettledWant| self::want(want, found, stack.as_deref());
    let party = |file: &carveout_terms::RedLines| json!({ "party": file.party(), "redlines": file.id(), "digest": file.digest() });
    json!({
        "parties": found.files.iter().map(party).collect::<Vec<_>>(),
        "wants": found.settlement.wants.iter().map(want).collect::<Vec<_>>(),
        "contradictions": found.settlement.conflicts.iter().map(|it| conflict(it, found)).collect::<Vec<_>>(),
        "draft": draft.map(|draft| json!({
            "agreement": draft.agreement.id(),
            "agreement_version": draft.agreement.version(),
            "digest": draft.agreement.digest(),
            "proven": true,
            "clauses": draft.clauses.iter().map(clause).collect::<Vec<_>>(),
            "lines": draft.first.iter().chain(&draft.second).map(verdict).collect::<Vec<_>>(),
            "source": draft.agreement.source().as_ref(),
        })),
        "second_opinion": found.opinion,
    })
}

fn want(want: &SettledWant, found: &Found, stack: Option<&Stack>) -> Json {
    let region = |region| {
        let stack = stack?;
        let seen = Seen { vocabulary: &found.vocabulary, old: stack, new: stack, at: found.replay_at() };
        Some(RegionView::of(&as_drafted(region), seen))
    };
    let held = want.held.iter().map(|(role, held)| json!({ "role": role.as_str(), "region": region(held) }));
    let clash = |clash: &carveout_proof::Clash| json!({ "line": line(&clash.line), "use": shown(&clash.shown, found) });
    json!({
        "want": line(&want.want),
        "granted": want.granted.as_str(),
        "clauses": want.clauses,
        "permitted": region(&want.permitted),
        "held": held.collect::<Vec<_>>(),
        "denied": region(&want.denied),
        "in_the_way": want.in_the_way.iter().map(clash).collect::<Vec<_>>(),
    })
}

fn line(line: &Line) -> Json {
    json!({
        "party": line.party, "clause": line.clause, "policy": line.policy, "heading": line.heading,
        "when": line.words, "hold": line.hold.as_ref().map(ToString::to_string),
    })
}

fn conflict(conflict: &Conflict, found: &Found) -> Json {
    json!({
        "want": line(&conflict.want), "line": line(&conflict.line), "own": conflict.own(), "whole": conflict.whole,
        "use": shown(&conflict.shown, found),
    })
}

fn shown(cube: &ShownCube, found: &Found) -> String {
    cube.witness.said.display(&found.vocabulary).to_string()
}

fn clause(clause: &DraftClause) -> Json {
    json!({
        "number": clause.number, "heading": clause.heading, "prose": clause.prose, "cedar": clause.cedar,
    })
}

fn verdict(verdict: &LineVerdict) -> Json {
    let always = verdict.kind == LineKind::Always;
    json!({
        "redlines": verdict.line.agreement, "clause": verdict.line.clause, "policy": verdict.policy,
        "kind": verdict.kind.as_str(), "kept": verdict.kept(), "granted_in_part": always && !verdict.kept(),
    })
}
