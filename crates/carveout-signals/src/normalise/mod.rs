//! The ways in which a text is read besides as it stands.
//!
//! While a text is looked through, places are noted where something may hide ([`Suspicions`]). From those, and from
//! nothing else, further texts are made ([`Mapped`]) that are looked through in the same way. A finding in one of them leads
//! back to the bytes that it came from.

mod bidi;
mod decode;
mod escapes;
mod fold;
mod hidden;
mod leet;
mod mapped;
mod rows;
mod spaced;
mod spoken;
mod suspicions;
mod windows;

use std::fmt;

pub(crate) use self::{
    fold::stands_for,
    mapped::Mapped,
    rows::{Noted, is_letter},
    suspicions::Suspicions,
};
use crate::Opaque;

/// One way of reading a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum View {
    /// Compatible forms and look-alikes as ASCII, digits of all scripts as 0 to 9, invisible characters left out.
    Folded,
    /// Characters that no screen shows: tags, variation selectors.
    Hidden,
    /// In the order in which it is shown, where its direction was overridden.
    Bidirectional,
    /// Percent signs, character references and backslashes resolved.
    Escaped,
    /// Base64 decoded.
    Base64,
    /// Hexadecimal digits decoded.
    Hexadecimal,
    /// Letters spaced out, put together.
    Spaced,
    /// `at` and `dot` as signs.
    Spoken,
    /// Letters that look like digits read as digits.
    Leet,
}

impl View {
    /// All of them, in the order in which they are tried.
    pub const ALL: [Self; 9] = [
        Self::Folded,
        Self::Hidden,
        Self::Bidirectional,
        Self::Escaped,
        Self::Base64,
        Self::Hexadecimal,
        Self::Spaced,
        Self::Spoken,
        Self::Leet,
    ];

    /// Its name in documents.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Folded => "folded",
            Self::Hidden => "hidden",
            Self::Bidirectional => "bidi",
            Self::Escaped => "escaped",
            Self::Base64 => "base64",
            Self::Hexadecimal => "hex",
            Self::Spaced => "spaced",
            Self::Spoken => "spoken",
            Self::Leet => "leet",
        }
    }

    /// Whether the reading is a guess, so that only a finding that is likely by itself counts.
    pub(crate) const fn is_guess(self) -> bool {
        matches!(self, Self::Leet | Self::Spaced | Self::Spoken)
    }

    /// Whether the view decodes what was encoded, and neither guesses nor folds single characters.
    pub(crate) const fn decodes(self) -> bool {
        matches!(self, Self::Hidden | Self::Bidirectional | Self::Escaped | Self::Base64 | Self::Hexadecimal)
    }

    /// The text as this view reads it, as far as something may hide there. Empty if nothing does.
    pub(crate) fn of(self, text: &str, suspicions: &Suspicions, opaque: &mut Vec<Opaque>) -> Mapped {
        match self {
            Self::Folded => fold::view(text, &suspicions.strange, &suspicions.signs),
            Self::Hidden => hidden::view(text, suspicions.hidden),
            Self::Bidirectional => bidi::view(text, suspicions.turned),
            Self::Escaped => escapes::view(text, &suspicions.escaped),
            Self::Base64 => decode::base64(text, &suspicions.long, opaque),
            Self::Hexadecimal => decode::hexadecimal(text, &suspicions.long),
            Self::Spaced => spaced::view(text, &suspicions.spaced),
            Self::Spoken => spoken::view(text, &suspicions.apart),
            Self::Leet => leet::view(text, &suspicions.leet),
        }
    }
}

/// The views that a finding was seen through, the outermost first; none if the text shows it as it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Views([Option<View>; Views::MOST]);

impl Views {
    /// How many views may lie on top of each other.
    pub(crate) const MOST: usize = 3;

    /// These and one more, if there may be one more.
    pub(crate) fn with(self, view: View) -> Option<Self> {
        let mut views = self;
        let slot = views.0.iter_mut().find(|slot| slot.is_none())?;
        *slot = Some(view);
        Some(views)
    }

    /// The views, the outermost first.
    pub fn iter(self) -> impl Iterator<Item = View> {
        self.0.into_iter().flatten()
    }

    /// Whether the text shows it as it stands.
    #[must_use]
    pub fn is_plain(self) -> bool {
        self.iter().next().is_none()
    }

    /// Whether one of them is a guess.
    pub(crate) fn is_guess(self) -> bool {
        self.iter().any(View::is_guess)
    }
}

impl fmt::Display for Views {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.iter().map(View::as_str).collect();
        formatter.write_str(if names.is_empty() { "plain" } else { "" })?;
        formatter.write_str(&names.join("+"))
    }
}
