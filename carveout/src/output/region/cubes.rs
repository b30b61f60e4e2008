//! One cube, as people and programs are shown it.

use carveout_proof::{ShownCube, Witness};
use carveout_terms::{FactId, Facts};

use super::{Said, Seen, said};
use crate::output::ruled::Ruled;

/// A cube, and a use in it as both sides decide it.
#[derive(Debug, serde::Serialize)]
pub(crate) struct CubeView {
    /// The cube as a phrase.
    pub(crate) words: String,
    /// Each thing that it says.
    pub(crate) constraints: Vec<Said>,
    /// The cube as a condition of a policy.
    pub(crate) cedar: String,
    /// A use in it, as `decide --use` and the header take it.
    #[serde(rename = "use")]
    pub(crate) use_: String,
    /// Every fact of that use.
    pub(crate) all_facts: String,
    pub(crate) before: Ruled,
    pub(crate) after: Ruled,
    /// For each constraint its fact, and whether it was said already for a group of cubes.
    #[serde(skip)]
    facts: Vec<(FactId, bool)>,
}

impl CubeView {
    pub(crate) fn of(shown: &ShownCube, seen: Seen<'_>) -> Self {
        let vocabulary = seen.vocabulary;
        Self {
            words: shown.cube.words(vocabulary).to_string(),
            constraints: said::of(&shown.cube, vocabulary),
            cedar: shown.cube.cedar(vocabulary),
            use_: dictionary(&shown.witness, seen),
            all_facts: shown.witness.all.display(vocabulary).to_string(),
            before: Ruled::of(seen.old, &shown.before),
            after: Ruled::of(seen.new, &shown.after),
            facts: shown.cube.constraints().map(|(fact, _)| (fact, false)).collect(),
        }
    }

    /// Marks what needn't be said of this cube, because it was said of several at once.
    pub(super) fn leave_unsaid(&mut self, said: impl Fn(FactId) -> bool) {
        self.facts.iter_mut().for_each(|(fact, unsaid)| *unsaid = said(*fact));
    }

    /// What stands for a cube that says nothing of its own.
    pub(crate) fn anything(&self) -> &'static str {
        if self.constraints.is_empty() { "any use at all" } else { "every such use" }
    }

    /// What it says beyond what was said of several cubes at once.
    pub(crate) fn own(&self) -> impl Iterator<Item = &Said> {
        self.constraints.iter().zip(&self.facts).filter(|(_, (_, unsaid))| !unsaid).map(|(said, _)| said)
    }
}

/// A use as text that can be pasted.
fn dictionary(witness: &Witness, seen: Seen<'_>) -> String {
    let mut said = witness.said.clone();
    let dated = seen.vocabulary.fact("at").is_some_and(|at| said.get(at).is_some());
    if let (Some(at), false) = (seen.at, dated) {
        let mut time = Facts::default();
        // Every vocabulary has the fact `at`, and the date of an agreement can be written.
        if time.set_datetime(seen.vocabulary, "at", at).is_ok() {
            said = said.overridden_by(&time);
        }
    }
    said.display(seen.vocabulary).to_string()
}
