//! What a provider says when it refuses.

use crate::json::{Document, Limits, View};

/// Characters of a provider's message that are shown.
const SHOWN: usize = 1_000;

/// A provider's error body, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderError {
    /// The provider's own word for the kind of error.
    pub kind: Option<String>,
    /// What it says, shortened.
    pub message: String,
}

/// Reads the body of an error reply of either dialect. Nothing, if it isn't one: then its bytes
/// say nothing that may be shown.
#[must_use]
pub fn provider_error(body: &[u8], limits: &Limits) -> Option<ProviderError> {
    let document = Document::read(body, limits).ok()?;
    let error = document.root().member("error")?;
    let kind = error.member("type").and_then(View::string).map(std::borrow::Cow::into_owned);
    Some(ProviderError { kind, message: message(document.root()) })
}

/// The message of a document with an `error` member, which is an object or, on some servers, a string.
pub(super) fn message(root: View<'_>) -> String {
    let error = root.member("error");
    let said = error.and_then(|error| error.member("message").unwrap_or(error).string());
    said.map_or_else(|| "no message".to_owned(), |said| said.chars().take(SHOWN).collect())
}
