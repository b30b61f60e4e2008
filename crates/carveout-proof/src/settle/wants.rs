//! What became of every want, and what stands in its way.

use carveout_terms::{RoleId, Ruling};

use super::{Clash, Compiled, Conflict, Granted, Ground, SettledWant, draft::Draft};
use crate::{
    Prover, ShownCube, Undecided,
    symbolic::{Term, all, both, not},
};

/// Every want, and what the draft makes of it.
pub(super) fn settled(
    prover: &mut Prover,
    ground: &Ground,
    draft: Option<&Draft>,
) -> Result<Vec<SettledWant>, Undecided> {
    let mut settled = Vec::new();
    for (position, want) in ground.wants.iter().enumerate() {
        settled.push(one(prover, ground, draft, (position, want))?);
    }
    Ok(settled)
}

fn one(
    prover: &mut Prover,
    ground: &Ground,
    draft: Option<&Draft>,
    (position, want): (usize, &Compiled),
) -> Result<SettledWant, Undecided> {
    let asked = ground.asked(want);
    let granted = graded(prover, ground, &asked)?;
    // Without a draft nothing is granted, and a want is shown against what is ruled out.
    let stack = draft.map_or(&ground.red, |draft| &draft.stack);
    let found = |prover: &mut Prover, condition: Term, confirm: &dyn Fn(&Ruling) -> bool| {
        let region = prover.region(&both(asked.clone(), condition))?;
        prover.shown(region, &want.alone, stack, |before, after| {
            before.ruling == Ruling::Permit && confirm(&after.ruling)
        })
    };
    let permitted = found(prover, ground.permitted(), &|ruling| *ruling == Ruling::Permit)?;
    let denied = found(prover, ground.ruled_out.clone(), &|ruling| *ruling == Ruling::Deny)?;
    let mut held = Vec::new();
    for (role, _) in &ground.holds {
        let region = found(prover, ground.held_for(role), &|ruling| holds_for(ruling, role))?;
        if !region.is_empty() {
            held.push((role.clone(), region));
        }
    }
    let in_the_way = in_the_way(prover, ground, want)?;
    let clauses = draft.map(|draft| draft.about(position)).unwrap_or_default();
    Ok(SettledWant { want: want.line.clone(), granted, permitted, held, denied, in_the_way, clauses })
}

fn graded(prover: &mut Prover, ground: &Ground, asked: &Term) -> Result<Granted, Undecided> {
    if !prover.can_be(asked)? {
        return Ok(Granted::AsksNothing);
    }
    if !prover.can_be(&both(asked.clone(), not(ground.permitted())))? {
        return Ok(Granted::Fully);
    }
    let some = prover.can_be(&both(asked.clone(), ground.lifted()))?;
    Ok(if some { Granted::InPart } else { Granted::NotAtAll })
}

/// The red lines that keep from a want what isn't granted of it: those that deny, then those that hold.
fn in_the_way(prover: &mut Prover, ground: &Ground, want: &Compiled) -> Result<Vec<Clash>, Undecided> {
    let asked = ground.asked(want);
    let denied = both(asked.clone(), ground.ruled_out.clone());
    let held = both(both(asked.clone(), not(ground.ruled_out.clone())), ground.any_hold());
    let mut clashes = Vec::new();
    for (region, lines) in [(denied, &ground.nevers), (held, &ground.held)] {
        for line in enough(prover, &region, lines)? {
            let clash = both(region.clone(), line.matches.clone());
            if let Some(shown) = example(prover, &clash, want, line)? {
                clashes.push(Clash { line: line.line.clone(), shown });
            }
        }
    }
    Ok(clashes)
}

/// Lines that cover a region together, none of which can be left out: the least by deletion.
fn enough<'l>(
    prover: &mut Prover,
    region: &Term,
    lines: &'l [Compiled],
) -> Result<Vec<&'l Compiled>, Undecided> {
    let mut kept = Vec::new();
    for line in lines {
        if prover.can_be(&both(region.clone(), line.matches.clone()))? {
            kept.push(line);
        }
    }
    let mut position = kept.len();
    while let Some(candidate) = position.checked_sub(1) {
        position = candidate;
        let others = kept.iter().enumerate().filter(|(at, _)| *at != candidate);
        let uncovered = all(others.map(|(_, line)| not(line.matches.clone())));
        if !prover.can_be(&both(region.clone(), uncovered))? {
            kept.remove(candidate);
        }
    }
    Ok(kept)
}

/// Wants that contradict a line of their own party, or that a line rules out as a whole.
pub(super) fn conflicts(prover: &mut Prover, ground: &Ground) -> Result<Vec<Conflict>, Undecided> {
    let mut conflicts = Vec::new();
    for want in &ground.wants {
        let asked = ground.asked(want);
        for line in ground.nevers.iter().chain(&ground.held) {
            let clash = both(asked.clone(), line.matches.clone());
            let own = line.line.party == want.line.party;
            let whole = line.line.hold.is_none()
                && !prover.can_be(&both(asked.clone(), not(line.matches.clone())))?;
            if !own && !whole {
                continue;
            }
            if let Some(shown) = example(prover, &clash, want, line)? {
                conflicts.push(Conflict { want: want.line.clone(), line: line.line.clone(), whole, shown });
            }
        }
    }
    Ok(conflicts)
}

/// A use that a want asks for and a line rules out, decided by each alone.
fn example(
    prover: &mut Prover,
    clash: &Term,
    want: &Compiled,
    line: &Compiled,
) -> Result<Option<ShownCube>, Undecided> {
    let mut region = prover.region(clash)?;
    region.cubes.truncate(1);
    let shown = prover.shown(region, &want.alone, &line.alone, |wanted, ruled_out| {
        wanted.ruling == Ruling::Permit && ruled_out.ruling != Ruling::Permit
    })?;
    Ok(shown.cubes.into_iter().next())
}

fn holds_for(ruling: &Ruling, role: &RoleId) -> bool {
    matches!(ruling, Ruling::Hold { roles } if roles.contains(role))
}
