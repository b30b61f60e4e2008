//! A model as a judge of what agreements say in prose: one clause a question, the clause's prose as the policy.
//!
//! Its word is a fact, `judgement`, and clauses that don't test it never cause a question. Nothing but a strict verdict counts:
//! a judge that is slow, down, out of budget or beside the point has said nothing, which clauses read as `unknown`. What is
//! judged goes to the configured provider of the judge and nowhere else, with that provider's credential.

mod budget;
mod consult;
mod question;
mod verdict;

use std::{
    num::NonZeroUsize,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use http::HeaderMap;
use lru::LruCache;
use sha2::{Digest as _, Sha256};
use tokio::time::timeout;

use self::budget::Budget;
pub(crate) use self::consult::{Consulted, JUDGEMENT, can_change, consult};
pub use self::{
    question::{Policy, View},
    verdict::{NoVerdict, Verdict},
};
use crate::{
    forward::credential,
    outward::{Allowed, Outward, Unsent, shown},
    settings::{JudgeSettings, ProviderSettings, SettingsError},
};

/// The longest answer that is read: a verdict has some twenty bytes, and models may reason before it.
const LONGEST_ANSWER: usize = 256 << 10;
/// The most bytes of content that one question holds.
const LONGEST_CONTENT: usize = 128 << 10;

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
    known: Mutex<LruCache<[u8; 32], Verdict>>,
    key: [u8; 32],
}

/// What a judge said to one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opinion {
    /// The verdict, or why there is none.
    pub verdict: Result<Verdict, NoVerdict>,
    /// Whether it was known from the same question asked before.
    pub cached: bool,
}

impl Judge {
    /// Checks the settings. `provider` is the one that they name.
    ///
    /// # Errors
    /// If the provider doesn't speak OpenAI's dialect, or its address or credential can't be used.
    pub fn new(settings: &JudgeSettings, provider: &ProviderSettings) -> Result<Self, SettingsError> {
        let refused = |problem: String| SettingsError::Judge { provider: provider.id.clone(), problem };
        if provider.dialect != carveout_dialects::Dialect::OpenAi {
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

    /// Asks whether content is what a clause forbids.
    pub async fn ask(&self, policy: Policy<'_>, view: View<'_>) -> Opinion {
        if view.bytes() > LONGEST_CONTENT {
            return Opinion { verdict: Err(NoVerdict::TooLong), cached: false };
        }
        let body = question::body(&self.model, policy, view);
        let digest = self.digest(&body);
        if let Some(known) = self.known().get(&digest) {
            return Opinion { verdict: Ok(*known), cached: true };
        }
        let asked = timeout(self.patience, self.post(body)).await;
        let verdict = asked.unwrap_or(Err(NoVerdict::Slow));
        match &verdict {
            Ok(verdict) => {
                self.known().put(digest, *verdict);
            }
            Err(why) => tracing::warn!(provider = %self.provider, %why, "the judge gave no verdict"),
        }
        Opinion { verdict, cached: false }
    }

    async fn post(&self, body: String) -> Result<Verdict, NoVerdict> {
        let _turn = self.budget.turn().await?;
        let sent = self.outward.post(self.head.clone(), Bytes::from(body), LONGEST_ANSWER).await;
        let (status, answer) = sent.map_err(|unsent| match unsent {
            Unsent::ForNow(why) | Unsent::ForGood(why) => NoVerdict::Unreachable(why),
        })?;
        if !status.is_success() {
            return Err(NoVerdict::Unreachable(format!("the answer is {}", status.as_u16())));
        }
        verdict::read(&answer)
    }

    fn digest(&self, body: &str) -> [u8; 32] {
        Sha256::new().chain_update(self.key).chain_update(body.as_bytes()).finalize().into()
    }

    fn known(&self) -> std::sync::MutexGuard<'_, LruCache<[u8; 32], Verdict>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
