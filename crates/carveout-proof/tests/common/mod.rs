//! A small world to prove things about, agreements drawn at random from it, and two oracles: the
//! authorizer asked about every single use, and cvc5.
#![allow(dead_code, reason = "every test file uses a part of it")]

pub(crate) mod cvc5;
pub(crate) mod dice;
pub(crate) mod drawn;
pub(crate) mod every_use;
pub(crate) mod large;
pub(crate) mod world;

use std::sync::Arc;

use carveout_proof::{Budget, Diff, Law, Prover, ShownRegion, Undecided};
use carveout_terms::{Agreement, Facts, Problems, Stack, Vocabulary};

/// An agreement's text: `head` lines on top of plain ones, then clauses 1, 2, … of one policy each.
pub(crate) fn source(
    vocabulary: &str,
    id: &str,
    head: &str,
    policies: impl IntoIterator<Item = String>,
) -> String {
    let role = if head.contains("role =") { "" } else { "role = \"grant\"\n" };
    let effective = if head.contains("effective =") { "" } else { "effective = 2026-01-01\n" };
    let party = "party = [ { id = \"vendor\", name = \"Example Vendor\", roles = [\"duty-officer\"] }, \
                 { id = \"customer\", name = \"Example Agency\", roles = [\"release-authority\", \"counsel\"] } ]\n";
    let clauses: String = policies
        .into_iter()
        .enumerate()
        .map(|(at, policy)| format!("\n## {0} Clause {0}\nSome prose.\n\n```cedar\n{policy}\n```\n", at + 1))
        .collect();
    format!(
        "+++\nagreement = \"{id}\"\nversion = \"1\"\nvocabulary = \"{vocabulary}\"\n{role}{effective}{party}{head}\n+++\n# Terms\n{clauses}"
    )
}

/// An agreement of short policies: `permit when { … };`, each one's scope left out.
pub(crate) fn draft(
    vocabulary: &Vocabulary,
    id: &str,
    head: &str,
    policies: &[&str],
) -> Result<Agreement, Problems> {
    let scoped =
        policies.iter().map(|short| short.replacen(" when", " (principal, action, resource) when", 1));
    Agreement::draft(&source(vocabulary.name(), id, head, scoped), vocabulary)
}

/// Agreements as a stack in which nothing else is presumed.
pub(crate) fn stack(vocabulary: &Arc<Vocabulary>, agreements: Vec<Agreement>) -> Arc<Stack> {
    let agreements = agreements.into_iter().map(Arc::new).collect();
    Arc::new(Stack::new(Arc::clone(vocabulary), agreements, Facts::default()).unwrap())
}

/// Two stacks, compiled by one prover, which keeps what it finds out.
pub(crate) struct Pair {
    pub(crate) prover: Prover,
    pub(crate) old: Law,
    pub(crate) new: Law,
}

impl Pair {
    pub(crate) fn of(old: &Arc<Stack>, new: &Arc<Stack>) -> Result<Self, Undecided> {
        let prover = Prover::new(Arc::clone(old.vocabulary()), Budget::unlimited())?;
        let mut prover = prover.keeping_findings();
        let (old, new) = (prover.law(old)?, prover.law(new)?);
        Ok(Self { prover, old, new })
    }

    pub(crate) fn diff(&mut self) -> Result<Diff, Undecided> {
        self.prover.diff(&self.old, &self.new)
    }
}

/// All regions of a diff, each with what is asked of the uses in it: ruled so afterwards, and not so
/// before; or the reverse.
pub(crate) fn regions(diff: &Diff) -> impl Iterator<Item = (Moved, &ShownRegion)> {
    let permits = [
        (Moved { role: None, opened: true }, &diff.permits_opened),
        (Moved { role: None, opened: false }, &diff.permits_closed),
    ];
    let holds = diff.holds.iter().flat_map(|change| {
        let role = || Some(change.role.as_str().to_owned());
        [
            (Moved { role: role(), opened: true }, &change.opened),
            (Moved { role: role(), opened: false }, &change.closed),
        ]
    });
    permits.into_iter().chain(holds)
}

/// Which uses a region of a diff is about.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Moved {
    /// Held for this role; permitted, if none.
    pub(crate) role: Option<String>,
    /// So afterwards and not before; else the reverse.
    pub(crate) opened: bool,
}

/// How many cases: so many times what `CARVEOUT_PAIRS` says, which a soak run sets.
pub(crate) fn cases(usual: u64) -> u64 {
    let times =
        std::env::var_os("CARVEOUT_PAIRS").map_or(1, |times| times.to_str().unwrap().parse().unwrap());
    usual * times
}

/// Runs something that recurses deeply.
pub(crate) fn deeply<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().stack_size(512 << 20);
        builder
            .spawn_scoped(scope, work)
            .unwrap()
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
