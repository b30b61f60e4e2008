//! Holds of a workspace: read from its ledger, and answered by writing it while no gateway runs.

use std::{collections::BTreeMap, path::Path};

use carveout_gateway::seen_on_hold;
use carveout_ledger::{
    Appointed, Approved, CommittedPart, DecisionId, Entry, Event, HoldAnswer, HoldId, LedgerReader, Openings,
    Outcome, Refused, Ruling, SealedBodies, SealedError, SigningKey, Timestamp,
};
use carveout_signals::Scanner;
use miette::{IntoDiagnostic, WrapErr, miette};

use super::hold::Hold;
use crate::{
    commands::{ledger::exists, now},
    config::{self, Config},
    workspace::{
        Workspace, limits, log_verifier_key, open_for_rotation, openings_directory, region, sealed_bodies,
        verified_officers,
    },
};

/// The workspace of a gateway.
pub(super) struct Local {
    workspace: Workspace,
    officers: Vec<Appointed>,
}

/// What the entries say.
#[derive(Default)]
struct Read {
    holds: BTreeMap<HoldId, Hold>,
    approved: BTreeMap<HoldId, Vec<Approved>>,
    sending: BTreeMap<DecisionId, HoldId>,
}

impl Local {
    pub(super) fn new(root: &Path) -> miette::Result<Self> {
        let workspace = Workspace::load(root)?;
        let officers = verified_officers(&workspace)?.into_iter().map(|officer| officer.appointed).collect();
        Ok(Self { workspace, officers })
    }

    pub(super) fn list(&self) -> miette::Result<Vec<Hold>> {
        Ok(self.read()?.into_values().filter(|hold| !hold.is_over()).collect())
    }

    pub(super) fn show(&self, id: HoldId) -> miette::Result<Hold> {
        let help = "`carveout holds list` shows what is on hold";
        let mut hold =
            self.read()?.remove(&id).ok_or_else(|| miette!(help = help, "there is no hold `{id}`"))?;
        if !hold.is_over() {
            self.open(&mut hold)?;
        }
        Ok(hold)
    }

    /// Shows the request to whoever can read the customer's own folders.
    fn open(&self, hold: &mut Hold) -> miette::Result<()> {
        let (root, config): (&Path, &Config) = (&self.workspace.root, &self.workspace.config);
        let bodies: SealedBodies = sealed_bodies(root, config)?;
        let body = match bodies.open(hold.id, &hold.decided.body) {
            Err(SealedError::Gone { .. }) => return Ok(()),
            opened => opened.into_diagnostic()?,
        };
        let openings = Openings::read(&openings_directory(root, config));
        let salt =
            openings.salt(hold.at, &hold.decided.decision, CommittedPart::Request).into_diagnostic()?;
        hold.show_body(&body, &salt)?;
        let (scanner, limits) = (Scanner::new(region(config)?), limits(&config.gateway.limits));
        hold.evidence = Some(seen_on_hold(&scanner, &limits, &hold.decided, &body));
        Ok(())
    }

    fn read(&self) -> miette::Result<BTreeMap<HoldId, Hold>> {
        let config = config::load(&self.workspace.root)?;
        let key = log_verifier_key(&self.workspace.root, &config)?;
        let directory = self.workspace.ledger_directory();
        exists(&directory, "nothing was on hold yet: the gateway founds it when it first starts")?;
        // What was acknowledged counts, also before a checkpoint covers it.
        let (reader, tail) = LedgerReader::open_with_tail(&directory, &key)
            .into_diagnostic()
            .wrap_err_with(|| format!("the ledger in `{}` can't be read", directory.display()))?;
        let mut read = Read::default();
        for entry in reader.entries(0) {
            let (index, bytes) = entry.into_diagnostic()?;
            read.step(index, &bytes)?;
        }
        for (index, bytes) in tail {
            read.step(index, &bytes)?;
        }
        let now = Timestamp::from_millis(now().millis());
        let Read { mut holds, approved, .. } = read;
        for (id, hold) in &mut holds {
            self.judge(hold, approved.get(id).map(Vec::as_slice).unwrap_or_default(), now);
        }
        Ok(holds)
    }

    fn judge(&self, hold: &mut Hold, approved: &[Approved], now: Timestamp) {
        hold.approvals = approved
            .iter()
            .map(|one| (one.officer.clone(), one.roles.clone(), one.until.to_string()))
            .collect();
        hold.missing.retain(|role| !approved.iter().any(|one| one.until > now && one.roles.contains(role)));
        if hold.state != "waiting" {
            return;
        }
        if now >= hold.until {
            hold.state = "expired".to_owned();
        } else if hold.missing.is_empty() {
            hold.state = "approved".to_owned();
        }
    }

    /// The roles in which the officer with a key may answer.
    pub(super) fn may_lift(&self, hold: &Hold, key: &SigningKey) -> miette::Result<Vec<String>> {
        let officer = self.officer(key)?;
        let himself = officer.programs.contains(&hold.decided.program);
        if self.workspace.config.holds.two_person && himself {
            return Ok(Vec::new());
        }
        Ok(hold.decided.roles.iter().filter(|role| officer.roles.contains(role)).cloned().collect())
    }

    fn officer(&self, key: &SigningKey) -> miette::Result<&Appointed> {
        let verifier = key.verifier().to_string();
        self.officers.iter().find(|officer| officer.key == verifier).ok_or_else(|| {
            let help =
                "an officer stands in carveout.toml under `[[officer]]`, with the public half of this key";
            miette!(help = help, "`{}` is no officer's key", key.name())
        })
    }

    /// Writes the answer into the ledger, whose own rules judge it.
    pub(super) async fn answer(
        &self,
        answer: &HoldAnswer,
        key: &SigningKey,
        statement: String,
    ) -> miette::Result<u64> {
        let officer = self.officer(key)?.officer.clone();
        let HoldAnswer { hold, held, roles, until } = answer.clone();
        let key = key.verifier().to_string();
        let event = match until {
            Some(until) => Event::Approved(Approved { hold, held, officer, roles, until, key, statement }),
            None => Event::Refused(Refused { hold, held, officer, roles, key, statement }),
        };
        let at = Timestamp::from_millis(now().millis());
        let open = open_for_rotation(&self.workspace, at).await.wrap_err(
            "the answer must be written into the ledger; while a gateway runs, name it with `--gateway` and `--token`",
        )?;
        let appended = open.ledger.append(Entry { at: open.last_at, event }).await;
        open.ledger.clone().close().await.into_diagnostic()?;
        let position = appended.into_diagnostic().wrap_err("the answer was not recorded")?;
        Ok(position.index)
    }
}

impl Read {
    fn step(&mut self, index: u64, bytes: &[u8]) -> miette::Result<()> {
        let entry = Entry::parse(bytes).into_diagnostic()?;
        match entry.event {
            Event::Decided(decided) => match decided.hold {
                Some(hold) if decided.ruling == Ruling::Permit => {
                    self.sending.insert(decided.decision, hold);
                    self.end(hold, "collected");
                }
                _ => {
                    self.holds.extend(Hold::opened(index, bytes)?.map(|hold| (hold.id, hold)));
                }
            },
            Event::Approved(approved) => self.approved.entry(approved.hold).or_default().push(approved),
            Event::Refused(refused) => self.end(refused.hold, "refused"),
            Event::Expired(expired) => self.end(expired.hold, "expired"),
            // What was not sent waits again.
            Event::Settled(settled) if settled.outcome == Outcome::ProviderUnreachable => {
                if let Some(hold) = self.sending.remove(&settled.decision) {
                    self.end(hold, "waiting");
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, hold: HoldId, state: &str) {
        if let Some(hold) = self.holds.get_mut(&hold) {
            hold.state = state.to_owned();
        }
    }
}
