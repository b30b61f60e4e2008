//! What a condition takes back from wants that are granted.

use super::{Ground, SettleError};
use crate::{
    Cube, Prover,
    symbolic::{Term, any, both, not},
};

/// Uses that are taken back from wants.
pub(super) struct TakenBack {
    /// The wants that they touch, by position.
    pub(super) wants: Vec<usize>,
    pub(super) cubes: Vec<Cube>,
}

/// For each granted want the cubes that take back of it what meets a condition, unless an earlier want's
/// cubes do; with the wants that they touch.
pub(super) fn taken_back(
    prover: &mut Prover,
    ground: &Ground,
    granted: &[usize],
    condition: &Term,
    allowed: &Term,
) -> Result<Vec<TakenBack>, SettleError> {
    let wants = || granted.iter().filter_map(|position| Some((*position, ground.wants.get(*position)?)));
    let mut covered = Term::from(false);
    let mut found = Vec::new();
    for (_, want) in wants() {
        let target = both(both(ground.asked(want), condition.clone()), not(covered.clone()));
        let too_many = SettleError::Unproven("there are more cubes than are listed");
        let cubes = prover.wording(&target, allowed)?.ok_or(too_many)?;
        if cubes.is_empty() {
            continue;
        }
        let inside = prover.inside(&cubes)?;
        let mut touched = Vec::new();
        for (position, want) in wants() {
            let here = both(both(ground.asked(want), condition.clone()), inside.clone());
            if prover.can_be(&here)? {
                touched.push(position);
            }
        }
        covered = any([covered, inside]);
        found.push(TakenBack { wants: touched, cubes });
    }
    Ok(found)
}
