//! The rows that results of tools bring, result by result: a conversation sends each of them again with every turn.

use std::sync::Arc;

use carveout_dialects::{Asked, Text};
use sha2::{Digest as _, Sha256};

/// Rows of one result that may each be about somebody, and in which nobody was found, whether it shows or reports them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Returned {
    /// The id of the call that it says it answers.
    pub(crate) call: Arc<str>,
    /// The digest of all its words, to the byte.
    pub(crate) words: [u8; 32],
    pub(crate) rows: usize,
}

/// Puts results together from their texts.
#[derive(Default)]
pub(super) struct Results {
    /// The result at hand, by its number.
    open: Option<(usize, Arc<str>, Sha256, usize)>,
    whole: Vec<Returned>,
}

impl Results {
    /// Takes the next text of a request, with the rows that it brings. One that names no call can't be known again.
    pub(super) fn take(&mut self, asked: &Asked, text: &Text<'_>, rows: usize) {
        let Some(result) = asked.result_of(text) else { return };
        let Some(call) = result.call else { return };
        if self.open.as_ref().is_none_or(|(number, ..)| *number != result.number) {
            self.close();
            self.open = Some((result.number, (&*call).into(), Sha256::new(), 0));
        }
        if let Some((_, _, words, all)) = &mut self.open {
            // What stands where in a result is part of what it says.
            words.update((text.text.len() as u64).to_le_bytes());
            words.update(text.text.as_bytes());
            *all = all.saturating_add(rows);
        }
    }

    fn close(&mut self) {
        if let Some((_, call, words, rows)) = self.open.take().filter(|(.., rows)| *rows > 0) {
            self.whole.push(Returned { call, words: words.finalize().into(), rows });
        }
    }

    /// Those that bring any rows.
    pub(super) fn end(mut self) -> Arc<[Returned]> {
        self.close();
        self.whole.into()
    }
}
