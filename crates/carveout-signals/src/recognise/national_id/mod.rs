//! National numbers that have checksums. Canonical form: the country's ISO 3166 code in small letters, a colon, and
//! the number in capitals and digits.

mod letters;
mod numbers;

use smol_str::SmolStr;

pub(crate) use self::{
    letters::{french_corsican, italian, spanish},
    numbers::{brazilian, british, dutch, french, german, indian, polish, swedish},
};
use super::reading::Match;
use crate::{Confidence, Kind};

/// A finding of a country's number.
fn found(
    country: &str,
    number: &str,
    span: (usize, usize),
    confidence: Confidence,
    examples: &[&str],
) -> Match {
    let canonical: SmolStr = country.chars().chain([':']).chain(number.chars()).collect();
    Match::new(Kind::NationalId, span, canonical, confidence).reserved(examples.contains(&number))
}

/// How sure a number is that checks: by a word beside it, by the way it is written, or by neither.
fn confidence(said: bool, written: bool, alone: Option<Confidence>) -> Option<Confidence> {
    match (said, written) {
        (true, _) => Some(Confidence::Certain),
        (false, true) => Some(Confidence::Likely),
        (false, false) => alone,
    }
}
