//! Regions of uses, as people and programs are shown them.

mod changes;
mod cubes;
mod said;
mod text;

use carveout_proof::{Cube, ShownCube, ShownRegion};
use carveout_terms::{Stack, Timestamp, Vocabulary};

pub(crate) use self::{
    changes::{ChangesView, sentence, verdict},
    cubes::CubeView,
    said::Said,
    text::print,
};
use super::ruled::Ruled;

/// How many cubes of a region people are shown at first.
const SHOWN: usize = 10;

/// What a region is shown by.
#[derive(Clone, Copy)]
pub(crate) struct Seen<'a> {
    pub(crate) vocabulary: &'a Vocabulary,
    pub(crate) old: &'a Stack,
    pub(crate) new: &'a Stack,
    /// A time to state in uses that would otherwise be decided at a time when the agreements aren't in force.
    pub(crate) at: Option<Timestamp>,
}

/// A region: what its cubes have in common, and each cube.
#[derive(Debug, serde::Serialize)]
pub(crate) struct RegionView {
    /// Whether the cubes are proven to be the whole region.
    pub(crate) exhausted: bool,
    /// What all cubes say alike, if there are several.
    pub(crate) in_every_case: Vec<Said>,
    pub(crate) cubes: Vec<CubeView>,
    /// The cubes whose uses are decided alike, by position.
    pub(crate) groups: Vec<Group>,
}

/// Cubes whose uses are decided alike on both sides.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Group {
    pub(crate) before: Ruled,
    pub(crate) after: Ruled,
    /// What these cubes say alike, beyond what all cubes of the region say.
    pub(crate) in_every_case: Vec<Said>,
    /// Their positions among the region's cubes.
    pub(crate) cubes: Vec<usize>,
}

impl RegionView {
    pub(crate) fn of(region: &ShownRegion, seen: Seen<'_>) -> Self {
        let mut cubes: Vec<CubeView> = region.cubes.iter().map(|cube| CubeView::of(cube, seen)).collect();
        let all: Vec<&ShownCube> = region.cubes.iter().collect();
        let common = common(&all);
        let mut groups = grouped(&cubes);
        for group in &mut groups {
            let own: Vec<&ShownCube> =
                group.cubes.iter().filter_map(|cube| region.cubes.get(*cube)).collect();
            let shared = self::common(&own);
            let known = |fact| common.constraint(fact).is_some();
            group.in_every_case = said::of(&shared.filtered(|fact| !known(fact)), seen.vocabulary);
            for position in &group.cubes {
                if let Some(cube) = cubes.get_mut(*position) {
                    cube.leave_unsaid(|fact| known(fact) || shared.constraint(fact).is_some());
                }
            }
        }
        let in_every_case = said::of(&common, seen.vocabulary);
        Self { exhausted: region.exhausted, in_every_case, cubes, groups }
    }

    /// Whether it is proven that no use is in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.cubes.is_empty() && self.exhausted
    }

    /// The cubes to show first: of every group some, the plainest.
    pub(crate) fn first(&self) -> Vec<usize> {
        let plainest = self.groups.iter().filter_map(|group| group.cubes.first());
        let others = self.groups.iter().flat_map(|group| group.cubes.iter().skip(1));
        plainest.chain(others).copied().take(SHOWN).collect()
    }
}

/// The cubes by how they are decided, in the order in which each decision comes first.
fn grouped(cubes: &[CubeView]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (position, cube) in cubes.iter().enumerate() {
        match groups.iter_mut().find(|group| group.before == cube.before && group.after == cube.after) {
            Some(group) => group.cubes.push(position),
            None => groups.push(Group {
                before: cube.before.clone(),
                after: cube.after.clone(),
                in_every_case: Vec::new(),
                cubes: vec![position],
            }),
        }
    }
    groups
}

/// What several cubes say alike. A single one has nothing in common with others.
fn common(cubes: &[&ShownCube]) -> Cube {
    let [first, rest @ ..] = cubes else { return Cube::default() };
    if rest.is_empty() {
        return Cube::default();
    }
    let alike = |fact| rest.iter().all(|other| other.cube.constraint(fact) == first.cube.constraint(fact));
    first.cube.filtered(alike)
}
