//! A model as a judge of what agreements say in prose: one clause a question, the clause's prose as the policy.
//!
//! Its word is a fact, `judgement`, and clauses that don't test it never cause a question. Nothing but a strict verdict counts:
//! a judge that is slow, down, out of budget or beside the point has said nothing, which clauses read as `unknown`. What is
//! judged goes to the configured provider of the judge and nowhere else, with that provider's credential, and not before an
//! entry of the ledger says so ([`Asked`]).

mod budget;
mod consult;
mod question;
mod record;
mod together;
mod verdict;

use std::{
    num::NonZeroUsize,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use carveout_dialects::Dialect;
use carveout_ledger::QuestionId;
use carveout_terms::ClauseRef;
use http::HeaderMap;
use lru::LruCache;
use sha2::{Digest as _, Sha256};
use tokio::time::{Instant, timeout, timeout_at};

use self::budget::Budget;
pub(crate) use self::{
    consult::{Said, judged_facts, texts},
    record::Whose,
};
pub use self::{
    question::{Policy, View},
    record::Asked,
    verdict::{NoVerdict, Verdict},
};
use crate::{
    forward::credential,
    guard::{id, is_id},
    notices::request_id,
    outward::{Allowed, Outward, Unsent, shown},
    settings::{JudgeSettings, ProviderSettings, SettingsError},
};

/// The longest answer that is read: a verdict has some twenty bytes, and models may reason before it.
const LONGEST_ANSWER: usize = 256 << 10;
/// The most bytes of content that one question holds.
pub(crate) const LONGEST_CONTENT: usize = 128 << 10;

/// A configured judge.
#[derive(Debug)]
pub struct Judge {
    provider: String,
    model: String,
    outward: Outward,
    head: HeaderMap,
    patience: Duration,
    pub(crate) per_request: usize,
    budget: Budget,
    /// Verdicts by keyed digests of what was asked: the key dies with the process, so a digest is of no use elsewhere.
    known: Mutex<LruCache<[u8; 32], (Verdict, QuestionId)>>,
    key: [u8; 32],
}

/// What a judge said to one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opinion {
    /// The verdict, or why there is none.
    pub verdict: Result<Verdict, NoVerdict>,
    /// Whether it was known from the same question asked before.
    pub cached: bool,
    /// The question that it answers, if one left.
    pub question: Option<QuestionId>,
}

/// A question that was put into words. It can't be sent: see [`Asked`].
pub(crate) struct Question {
    body: String,
    digest: [u8; 32],
}

/// What comes of content that is held against a clause.
enum Put {
    /// There is nothing to ask: it is known already, or can't be asked.
    Known(Opinion),
    New(Question),
}

impl Judge {
    /// Checks the settings. `provider` is the one that they name.
    ///
    /// # Errors
    /// If the provider doesn't speak OpenAI's dialect, or its address or credential can't be used.
    pub fn new(settings: &JudgeSettings, provider: &ProviderSettings) -> Result<Self, SettingsError> {
        let refused = |problem: String| SettingsError::Judge { provider: provider.id.clone(), problem };
        if provider.dialect != Dialect::OpenAi {
            return Err(refused("a judge speaks OpenAI's dialect".to_owned()));
        }
        let base = provider.base_url.to_string();
        let url = format!("{}/chat/completions", base.trim_end_matches('/'));
        let url = url.parse().map_err(|_malformed| refused("its address can't be used".to_owned()))?;
        // Plain HTTP reaches this machine only, whatever the provider allows for what is forwarded to it.
        let allowed =
            Allowed { insecure: true, private: settings.private, ca_file: provider.ca_file.as_deref() };
        let outward =
            Outward::new(&url, allowed).map_err(|problem| refused(format!("{}: {problem}", shown(&url))))?;
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(|error| refused(format!("no random key: {error}")))?;
        Ok(Self {
            provider: provider.id.clone(),
            model: settings.model.clone(),
            outward,
            head: HeaderMap::from_iter(credential(provider)?),
            patience: settings.patience,
            per_request: settings.per_request,
            budget: Budget::new(settings.per_minute, settings.at_once),
            known: Mutex::new(LruCache::new(
                NonZeroUsize::new(settings.remembers).unwrap_or(NonZeroUsize::MIN),
            )),
            key,
        })
    }

    /// The model that judges, at its provider.
    #[must_use]
    pub fn model(&self) -> &str {
        &self.model
    }

    /// The configured provider that it runs at.
    #[must_use]
    pub fn provider(&self) -> &str {
        &self.provider
    }

    /// Asks whether content is what a clause forbids, without a ledger: for examples that an operator wrote, to measure how good
    /// the judge is. A gateway never does this, since what programs send leaves only with an entry.
    pub async fn rehearse(&self, policy: Policy<'_>, view: View<'_>) -> Opinion {
        if view.bytes() > LONGEST_CONTENT {
            return Opinion::none(NoVerdict::TooLong);
        }
        let asked = async {
            let _turn = self.budget.turn().await?;
            self.post(question::body(&self.model, policy, view), |_named| ()).await
        };
        let verdict = timeout(self.patience, asked).await.unwrap_or(Err(NoVerdict::Slow));
        Opinion { verdict, cached: false, question: None }
    }

    /// What is known of this content and this clause, or the question to be asked.
    fn put(&self, clause: &ClauseRef, policy: Policy<'_>, view: View<'_>) -> Put {
        if view.bytes() > LONGEST_CONTENT {
            return Put::Known(Opinion::none(NoVerdict::TooLong));
        }
        let body = question::body(&self.model, policy, view);
        let digest = self.digest(clause, &body);
        match self.known().get(&digest) {
            Some(&(verdict, question)) => {
                Put::Known(Opinion { verdict: Ok(verdict), cached: true, question: Some(question) })
            }
            None => Put::New(Question { body, digest }),
        }
    }

    /// When those that are asked now must have answered.
    fn patience_ends(&self) -> Instant {
        Instant::now() + self.patience
    }

    /// Waits for its turn, has the question recorded, and sends it. `record` mints the right to do so.
    async fn ask<F>(&self, question: Question, until: Instant, record: impl FnOnce(Question) -> F) -> Opinion
    where
        F: Future<Output = Result<Asked, NoVerdict>>,
    {
        let turn = timeout_at(until, self.budget.turn()).await.unwrap_or(Err(NoVerdict::Slow));
        let asked = match turn {
            Ok(turn) => record(question).await.map(|asked| (asked, turn)),
            Err(none) => Err(none),
        };
        let opinion = match asked {
            Ok((asked, _turn)) => self.send(asked, until).await,
            Err(none) => Opinion::none(none),
        };
        if let Err(why) = &opinion.verdict {
            tracing::warn!(provider = %self.provider, %why, "the judge gave no verdict");
        }
        opinion
    }

    async fn send(&self, mut asked: Asked, until: Instant) -> Opinion {
        let Question { body, digest } = asked.question();
        let (body, digest) = (body.clone(), *digest);
        let posted = self.post(body, |named| asked.named(named));
        let verdict = timeout_at(until, posted).await.unwrap_or(Err(NoVerdict::Slow));
        let question = asked.ended(&verdict);
        if let Ok(verdict) = &verdict {
            self.known().put(digest, (*verdict, question));
        }
        Opinion { verdict, cached: false, question: Some(question) }
    }

    /// Sends a question. `named` is told what the provider calls it, as soon as that is known.
    async fn post(&self, body: String, mut named: impl FnMut(Option<String>)) -> Result<Verdict, NoVerdict> {
        let header = request_id(Dialect::OpenAi);
        let heard = |head: &HeaderMap| named(id(head, &header).map(str::to_owned));
        let sent = self.outward.post(self.head.clone(), Bytes::from(body), LONGEST_ANSWER, heard).await;
        let (status, answer) = sent.map_err(|unsent| match unsent {
            Unsent::ForNow(why) | Unsent::ForGood(why) => NoVerdict::Unreachable(why),
        })?;
        named(verdict::id(&answer).filter(|id| is_id(id)));
        if !status.is_success() {
            return Err(NoVerdict::Unreachable(format!("the answer is {}", status.as_u16())));
        }
        verdict::read(&answer)
    }

    /// The clause's name is part of it: two clauses may say the same, and a verdict is of one.
    fn digest(&self, clause: &ClauseRef, body: &str) -> [u8; 32] {
        let mut digest = Sha256::new().chain_update(self.key);
        for part in [&clause.agreement, &clause.clause, body] {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        digest.finalize().into()
    }

    fn known(&self) -> std::sync::MutexGuard<'_, LruCache<[u8; 32], (Verdict, QuestionId)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Opinion {
    /// No verdict, and no question that left.
    const fn none(why: NoVerdict) -> Self {
        Self { verdict: Err(why), cached: false, question: None }
    }
}
