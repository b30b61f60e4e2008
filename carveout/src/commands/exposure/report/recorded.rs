//! What the ledger recorded: calls and tokens by program, route and target, and the kinds of use that there were.

use std::collections::{BTreeMap, HashMap};

use carveout_exposure::report::{SeenUse, Served, Usage};
use carveout_ledger::{Decided, DecisionId, Entry, Event, LedgerReader, Ruling, Target, Timestamp};
use carveout_terms::{FactKind, Known, Value, Vocabulary};
use miette::{IntoDiagnostic, WrapErr};

use crate::{
    output::Printer,
    workspace::{Workspace, log_verifier_key},
};

/// The most kinds of use of one program that substitutes are tried for. Others are counted and said.
const MOST_KINDS: usize = 1_000;

/// What is recorded of each program.
type Uses = BTreeMap<String, Vec<SeenUse>>;

/// Reads the published entries, each verified against the tree.
pub(super) fn recorded(workspace: &Workspace, printer: &Printer) -> miette::Result<(Vec<Usage>, Uses)> {
    let directory = workspace.ledger_directory();
    if !directory.join("checkpoint").exists() {
        return Ok((Vec::new(), BTreeMap::new()));
    }
    let key = log_verifier_key(&workspace.root, &workspace.config)?;
    let reader = LedgerReader::open(&directory, &key)
        .into_diagnostic()
        .wrap_err_with(|| format!("the ledger in `{}` can't be read", directory.display()))?;
    let mut read = Read::new(workspace);
    for result in reader.entries(0) {
        let (index, bytes) = result.into_diagnostic()?;
        let entry = Entry::parse(&bytes).into_diagnostic().wrap_err_with(|| format!("entry {index}"))?;
        read.step(entry)?;
    }
    if read.not_kept > 0 {
        printer.note(format_args!(
            "{} calls are of more kinds than are tried ({MOST_KINDS} for each program): substitutes were not decided for them",
            read.not_kept
        ));
    }
    if read.unread > 0 {
        printer.note(format_args!(
            "{} calls were recorded with facts that this vocabulary can't read: substitutes were not decided for them",
            read.unread
        ));
    }
    let supplemented: u64 = read.kinds.values().filter(|kind| kind.2).map(|(_, seen, _)| seen.calls).sum();
    if supplemented > 0 {
        printer.note(format_args!(
            "{supplemented} calls were recorded before the vocabulary had some facts that it has now: for substitutes these are taken as zero or false"
        ));
    }
    let mut uses: Uses = BTreeMap::new();
    for (program, seen, _) in read.kinds.into_values() {
        uses.entry(program).or_default().push(seen);
    }
    Ok((read.usage.into_values().collect(), uses))
}

/// What is known at one point of the record.
struct Read<'w> {
    workspace: &'w Workspace,
    /// Permitted decisions that are under way: program and route.
    open: HashMap<DecisionId, (String, String)>,
    /// Attempts that are under way, by the usage that they count in.
    attempts: HashMap<DecisionId, Key>,
    usage: BTreeMap<Key, Usage>,
    /// By program, and whether facts were supplemented.
    kinds: BTreeMap<[String; 5], (String, SeenUse, bool)>,
    counts: BTreeMap<String, usize>,
    not_kept: u64,
    unread: u64,
}

type Key = (String, String, Served);

impl<'w> Read<'w> {
    fn new(workspace: &'w Workspace) -> Self {
        Self {
            workspace,
            open: HashMap::new(),
            attempts: HashMap::new(),
            usage: BTreeMap::new(),
            kinds: BTreeMap::new(),
            counts: BTreeMap::new(),
            not_kept: 0,
            unread: 0,
        }
    }

    fn step(&mut self, entry: Entry) -> miette::Result<()> {
        let at = entry.at;
        match entry.event {
            Event::Decided(decided) if decided.ruling == Ruling::Permit => self.decided(&decided),
            Event::Attempted(attempted) => self.attempted(attempted.decision, &attempted.target, at),
            Event::Settled(settled) => {
                self.open.remove(&settled.decision);
                let key = self.attempts.remove(&settled.decision);
                if let Some(usage) = key.and_then(|key| self.usage.get_mut(&key)) {
                    match settled.usage {
                        Some(counted) => {
                            usage.input_tokens = usage.input_tokens.saturating_add(counted.input_tokens);
                            usage.output_tokens = usage.output_tokens.saturating_add(counted.output_tokens);
                        }
                        None => usage.uncounted += 1,
                    }
                }
            }
            Event::Interrupted(interrupted) => {
                self.open.remove(&interrupted.decision);
                let key = self.attempts.remove(&interrupted.decision);
                if let Some(usage) = key.and_then(|key| self.usage.get_mut(&key)) {
                    usage.uncounted += 1;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn attempted(&mut self, decision: DecisionId, target: &Target, at: Timestamp) {
        let Some((program, route)) = self.open.get(&decision).cloned() else { return };
        let Target { provider, maker, host, operator, model } = target.clone();
        let served = Served { provider, maker, host, operator, model };
        let key = (program.clone(), route.clone(), served.clone());
        let at = carveout_terms::Timestamp::from_millis(at.millis());
        let usage = self.usage.entry(key.clone()).or_insert_with(|| Usage {
            program,
            route,
            served,
            calls: 0,
            input_tokens: 0,
            output_tokens: 0,
            uncounted: 0,
            first: at,
            last: at,
        });
        usage.calls += 1;
        usage.last = at;
        self.attempts.insert(decision, key);
    }

    /// Counts the kind of use: what it was like but for its time.
    fn decided(&mut self, decided: &Decided) {
        self.open.insert(decided.decision, (decided.program.clone(), decided.route.clone()));
        let facts = &decided.facts;
        let measured: Vec<&str> = facts.gateway.split(", ").filter(|part| !part.starts_with("at=")).collect();
        let kind = [
            decided.program.clone(),
            decided.route.clone(),
            facts.caller.clone(),
            measured.join(", "),
            facts.evidence.join("\n"),
        ];
        if let Some((_, seen, _)) = self.kinds.get_mut(&kind) {
            seen.calls += 1;
            return;
        }
        let kept = self.counts.entry(decided.program.clone()).or_default();
        if *kept >= MOST_KINDS {
            self.not_kept += 1;
            return;
        }
        let vocabulary = &self.workspace.vocabulary;
        match Known::read(vocabulary, &facts.caller, &facts.program, &facts.gateway, &facts.evidence) {
            Ok(mut known) => {
                *kept += 1;
                let supplemented = supplement(&mut known, vocabulary);
                let seen = SeenUse { route: decided.route.clone(), known, calls: 1 };
                self.kinds.insert(kind, (decided.program.clone(), seen, supplemented));
            }
            Err(_) => self.unread += 1,
        }
    }
}

/// Numbers and truth values have no `unknown`, and a gateway that didn't know a fact yet measured nothing of it: it is taken
/// as zero or false. Returns whether there was any.
fn supplement(known: &mut Known, vocabulary: &Vocabulary) -> bool {
    let mut missed = false;
    for (id, fact) in vocabulary.facts() {
        let nothing = match fact.kind() {
            FactKind::Long => Value::Long(0),
            FactKind::Bool => Value::Bool(false),
            _ => continue,
        };
        let layers = [&known.caller, &known.program, &known.gateway];
        if layers.iter().all(|layer| layer.get(id).is_none()) {
            missed |= known.gateway.state(vocabulary, id, nothing).is_ok();
        }
    }
    missed
}
