//! Content that comes back: under another claim, or in a later request as what a model had produced for a purpose.
//!
//! As with meters, a use is judged with what is known at that moment, and what it brings is taken in before another is
//! judged, if it is permitted: one text that is sent twice at once under two claims doesn't pass both times unseen. What is denied or
//! held is not taken in. Only keyed digests are kept: in memory, and beside the ledger, from where a restart has them again.

mod facts;

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use carveout_dialects::{Asked, Speaker};
use carveout_signals::{
    content::{Claimed, Claims, ContentKey, Derivations, Words},
    meters::MeterKey,
};
use carveout_terms::{Facts, Ruling, Vocabulary};

pub(crate) use self::facts::Declared;
use crate::{
    attest::AttestError,
    house::{Bound, House},
    kept::{self, Keeper},
    meters::Judged,
};

/// Texts whose claim is remembered, one for each program and each agreement that it was sent under.
const MOST_TEXTS: usize = 400_000;

/// Fingerprints of answers that are remembered: one for every word.
const MOST_FINGERPRINTS: usize = 2_000_000;

/// So many fingerprints are remembered at a time: whoever decides doesn't wait until all of a long answer is.
const A_WHILE: usize = 4_096;

/// Texts of more bytes than this are taken apart on a thread of their own, so that no other request waits for them.
pub(crate) const AT_ONCE: usize = 64 << 10;

/// What one gateway remembers of contents.
pub(crate) struct Contents {
    facts: Declared,
    /// None if the vocabulary has no fact for it.
    known: Option<(ContentKey, Arc<Keeper>)>,
    claims: Mutex<Claims>,
    derivations: Arc<RwLock<Derivations>>,
}

/// What contents are known by.
pub(crate) struct Remembered {
    pub(crate) claims: Claims,
    pub(crate) derivations: Derivations,
}

impl Default for Remembered {
    fn default() -> Self {
        Self { claims: Claims::new(MOST_TEXTS), derivations: Derivations::new(MOST_FINGERPRINTS) }
    }
}

/// What a request carries.
#[derive(Debug, Default)]
pub(crate) struct Carried {
    /// Digests of the texts of its user and of its tools: what is claimed for it is claimed for these.
    texts: Vec<u64>,
    /// The purposes that any of its texts was produced for.
    sources: Vec<String>,
}

impl Contents {
    /// Goes on with what was kept, if the vocabulary has a fact for any of it.
    pub(crate) fn new(facts: Declared, made: Option<(&MeterKey, Remembered, Arc<Keeper>)>) -> Self {
        let mut known = None;
        let mut remembered = Remembered::default();
        if let Some((key, again, keeper)) = made {
            known = facts.any().then(|| (ContentKey::of(&key.scope("content")), keeper));
            remembered = again;
        }
        let Remembered { claims, derivations } = remembered;
        let (claims, derivations) = (Mutex::new(claims), Arc::new(RwLock::new(derivations)));
        Self { facts, known, claims, derivations }
    }

    /// Shows what contents are known by, which nobody changes meanwhile.
    pub(crate) fn locked<R>(&self, show: impl FnOnce(&Claims, &Derivations) -> R) -> R {
        let claims = self.claims.lock().unwrap_or_else(PoisonError::into_inner);
        let derivations = self.derivations.read().unwrap_or_else(PoisonError::into_inner);
        show(&claims, &derivations)
    }

    /// Takes the texts of a request apart, if the vocabulary has a fact for any of it, and compares them with what was
    /// produced until now. Whoever has an answer's text to send has it from an answer that was remembered before.
    pub(crate) async fn look(&self, asked: &Arc<Asked>) -> Result<Carried, AttestError> {
        let Some((key, _)) = self.known.clone() else { return Ok(Carried::default()) };
        let derivations = Arc::clone(&self.derivations);
        if asked.texts().map(|text| text.text.len()).sum::<usize>() <= AT_ONCE {
            return Ok(Carried::by(&key, &derivations, asked));
        }
        let asked = Arc::clone(asked);
        let reading = tokio::task::spawn_blocking(move || Carried::by(&key, &derivations, &asked));
        reading.await.map_err(|_panicked| AttestError::Unread)
    }

    /// Decides a use with what is known of its content, and takes that in if the use is permitted.
    pub(crate) fn judge(
        &self,
        house: &Arc<House>,
        (program, bound): (&str, &Bound),
        (claim, carried): (&Facts, &Carried),
        decide: impl FnOnce(&Facts) -> Result<Judged, AttestError>,
    ) -> Result<Judged, AttestError> {
        let Some((key, keeper)) = &self.known else { return decide(&Facts::default()) };
        let vocabulary = &*house.vocabulary;
        let claimed = claimed(key, (vocabulary, program, bound), (claim, carried));
        let mut claims = self.claims.lock().unwrap_or_else(PoisonError::into_inner);
        let reclaimed = claimed.iter().any(|one| claims.is_reclaimed(*one));
        let judged = decide(&self.facts.state(vocabulary, reclaimed, &carried.sources)?)?;
        if judged.decision.ruling == Ruling::Permit {
            let fresh: Vec<Claimed> = claimed.into_iter().filter(|one| claims.take(*one)).collect();
            if !fresh.is_empty() {
                kept::vouch_behind(house, keeper.sent(&fresh));
            }
        }
        Ok(judged)
    }

    /// Whether it matters what answers say.
    pub(crate) const fn reads_answers(&self) -> bool {
        self.known.is_some() && self.facts.derived_from.is_some()
    }

    /// Remembers what was produced for the purpose of a claim.
    pub(crate) fn produced<'t>(
        &self,
        house: &Arc<House>,
        claim: &Facts,
        texts: impl IntoIterator<Item = &'t str>,
    ) {
        let Some((key, keeper)) = self.known.as_ref().filter(|_| self.reads_answers()) else { return };
        let words: Vec<Words> = texts.into_iter().map(|text| Words::of(key, text)).collect();
        let fingerprints: Vec<u64> = words.iter().flat_map(Words::fingerprints).collect();
        if fingerprints.is_empty() {
            return;
        }
        let purpose = facts::purpose(&house.vocabulary, claim);
        let derivations = || self.derivations.write().unwrap_or_else(PoisonError::into_inner);
        let Some(answer) = derivations().begin(purpose) else { return };
        let mut parts = fingerprints.chunks(A_WHILE).peekable();
        while let Some(part) = parts.next() {
            let mut derivations = derivations();
            derivations.go_on(answer, part.iter().copied());
            // What a snapshot holds a part of is told as a whole behind it.
            if parts.peek().is_none() {
                kept::vouch_behind(house, keeper.produced(purpose, &fingerprints));
            }
        }
    }

    /// These facts without what is known of contents: that changes while a use waits.
    pub(crate) fn without(&self, facts: &Facts) -> Facts {
        facts.filtered(|fact| !self.facts.has(fact))
    }
}

impl Carried {
    fn by(key: &ContentKey, derivations: &RwLock<Derivations>, asked: &Asked) -> Self {
        let mut texts = Vec::new();
        let mut all = Vec::new();
        for text in asked.texts() {
            let words = Words::of(key, &text.text);
            // What a program says to every model alike, and what the model said itself, is under no one claim.
            if matches!(text.speaker, Speaker::User | Speaker::Tool) {
                texts.extend(words.digest());
            }
            all.push(words);
        }
        let derivations = derivations.read().unwrap_or_else(PoisonError::into_inner);
        let sources = derivations.sources(&all).into_iter().map(str::to_owned).collect();
        Self { texts, sources }
    }
}

/// The texts and the claim as its program, and all programs under each of its agreements, know them.
fn claimed(
    key: &ContentKey,
    (vocabulary, program, bound): (&Vocabulary, &str, &Bound),
    (claim, carried): (&Facts, &Carried),
) -> Vec<Claimed> {
    let claim = key.digest(&claim.display(vocabulary).to_string());
    let agreements = bound.stack.agreements().iter().map(|one| format!("agreement {}", one.id()));
    let scopes: Vec<String> = agreements.chain([format!("program {program}")]).collect();
    let known_in = |scope: &String, text: u64| key.digest(&format!("{scope}\0{text:016x}"));
    let contents = scopes.iter().flat_map(|scope| carried.texts.iter().map(|text| known_in(scope, *text)));
    contents.map(|content| Claimed { content, claim }).collect()
}
