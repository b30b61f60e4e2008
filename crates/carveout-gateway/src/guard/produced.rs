//! What an answer says, put together from its pieces, so that it is known again.

use std::{collections::BTreeMap, pin::Pin};

use carveout_dialects::ReplyText;

use super::{
    Basis,
    watch::{Channel, channel},
};
use crate::contents::AT_ONCE;

/// So many bytes of an answer are remembered at most.
const MOST: usize = 1 << 20;

/// What is left to do until an answer is remembered.
pub(super) type Remembering = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The texts of one streamed answer.
#[derive(Debug, Default)]
pub(super) struct Produced {
    texts: BTreeMap<Channel, String>,
    bytes: usize,
}

impl Produced {
    /// What hears an answer, if it matters to anybody afterwards.
    pub(super) fn of(basis: &Basis) -> Option<Self> {
        basis.is_remembered().then(Self::default)
    }

    /// Hears a piece.
    pub(super) fn hear(&mut self, text: &ReplyText<'_>) {
        let Some(channel) = channel(text) else { return };
        if self.bytes.saturating_add(text.text.len()) > MOST {
            return;
        }
        self.bytes += text.text.len();
        self.texts.entry(channel).or_default().push_str(&text.text);
    }

    /// The answer is over: what it said was produced for its use's purpose. A long one is still to be taken apart, on a thread of
    /// its own, so that no other request waits for it.
    pub(super) fn end(self, basis: &Basis) -> Option<Remembering> {
        if self.bytes <= AT_ONCE {
            self.remember(basis);
            return None;
        }
        let basis = basis.clone();
        Some(Box::pin(async move {
            if let Err(panicked) = tokio::task::spawn_blocking(move || self.remember(&basis)).await {
                tracing::error!(%panicked, "what an answer says is not remembered");
            }
        }))
    }

    fn remember(&self, basis: &Basis) {
        basis.produced(self.texts.values().map(String::as_str));
    }
}
