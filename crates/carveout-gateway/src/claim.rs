//! Third stop: what the caller says it uses the model for.

use std::{
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
};

use carveout_terms::{Attester, FactErrors, Facts, Program, PurposeRefused, Vocabulary};
use http::{HeaderMap, HeaderValue};
use lru::LruCache;

use crate::door::CARVEOUT_USE;

/// How many different claims of one key are kept parsed. Programs make few: one for each kind of work.
const KEPT: NonZeroUsize = NonZeroUsize::new(64).unwrap();

/// The longest header that is kept parsed, in bytes.
const KEPT_LENGTH: usize = 1_024;

/// Why a claim was not taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClaimError {
    #[error("`Carveout-Use` is given more than once: write all facts in one line")]
    SeveralLines,
    #[error("`Carveout-Use` must be plain ASCII")]
    NotAscii,
    #[error("`Carveout-Use`: {0}")]
    Facts(#[from] FactErrors),
    #[error("{0}")]
    Purpose(#[from] PurposeRefused),
}

/// The claims that one key made lately, already checked, and the one it makes when it says nothing.
pub(crate) struct RecentClaims {
    by_default: Facts,
    silent: Mutex<Option<Arc<Facts>>>,
    spoken: Mutex<LruCache<HeaderValue, Arc<Facts>>>,
}

impl RecentClaims {
    pub(crate) fn new(by_default: Facts) -> Self {
        Self { by_default, silent: Mutex::default(), spoken: Mutex::new(LruCache::new(KEPT)) }
    }

    /// The key's default claim, overridden fact by fact by the `Carveout-Use` header. What was parsed before is not
    /// parsed again: the same header under the same key is always the same claim.
    pub(crate) fn read(
        &self,
        headers: &HeaderMap,
        vocabulary: &Vocabulary,
        program: &Program,
    ) -> Result<Arc<Facts>, ClaimError> {
        let mut lines = headers.get_all(CARVEOUT_USE).iter();
        match (lines.next(), lines.next()) {
            (_, Some(_)) => Err(ClaimError::SeveralLines),
            (None, None) => self.silent(vocabulary, program),
            (Some(line), None) => self.spoken(line, vocabulary, program),
        }
    }

    fn silent(&self, vocabulary: &Vocabulary, program: &Program) -> Result<Arc<Facts>, ClaimError> {
        let mut silent = self.silent.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(claim) = &*silent {
            return Ok(claim.clone());
        }
        let claim = admitted(self.by_default.clone(), vocabulary, program)?;
        Ok(silent.insert(claim).clone())
    }

    fn spoken(
        &self,
        line: &HeaderValue,
        vocabulary: &Vocabulary,
        program: &Program,
    ) -> Result<Arc<Facts>, ClaimError> {
        if let Some(claim) = self.spoken.lock().unwrap_or_else(PoisonError::into_inner).get(line) {
            return Ok(claim.clone());
        }
        let text = line.to_str().map_err(|_not_ascii| ClaimError::NotAscii)?;
        let spoken = Facts::parse(vocabulary, text, Attester::Caller)?;
        let claim = admitted(self.by_default.overridden_by(&spoken), vocabulary, program)?;
        if line.len() <= KEPT_LENGTH {
            self.spoken.lock().unwrap_or_else(PoisonError::into_inner).put(line.clone(), claim.clone());
        }
        Ok(claim)
    }
}

/// A claim may name only a purpose that the program is registered for.
fn admitted(claim: Facts, vocabulary: &Vocabulary, program: &Program) -> Result<Arc<Facts>, ClaimError> {
    program.admits(&claim, vocabulary)?;
    Ok(Arc::new(claim))
}
