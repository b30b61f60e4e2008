//! Credentials that can't be printed by accident.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// A credential for a provider. `Debug` shows nothing of it, and its memory is wiped when it is dropped.
///
/// ```
/// let secret = carveout_gateway::Secret::new("sk-abc".to_owned());
/// assert_eq!(format!("{secret:?}"), "Secret(..)");
/// ```
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Secret(String);

impl Secret {
    /// Takes the text over; the caller keeps no copy.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself, for the one place that writes it into a request's head.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(..)")
    }
}
