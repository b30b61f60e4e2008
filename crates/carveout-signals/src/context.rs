//! Words beside a number that say what it is.

use std::{ops::BitOr, sync::LazyLock};

use aho_corasick::{
    Anchored,
    automaton::{Automaton as _, StateID},
    dfa::DFA,
};

use crate::bytes::{at, before, slice};

/// A set of families of such words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Context(u32);

impl Context {
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const PHONE: Self = Self(1);
    pub(crate) const SSN: Self = Self(1 << 1);
    pub(crate) const PASSPORT: Self = Self(1 << 2);
    pub(crate) const IMEI: Self = Self(1 << 3);
    pub(crate) const IMSI: Self = Self(1 << 4);
    pub(crate) const DEVICE: Self = Self(1 << 5);
    pub(crate) const PLATE: Self = Self(1 << 6);
    pub(crate) const VIN: Self = Self(1 << 7);
    pub(crate) const GEOHASH: Self = Self(1 << 8);
    pub(crate) const PLACE: Self = Self(1 << 9);
    pub(crate) const VERSION: Self = Self(1 << 10);
    pub(crate) const DE: Self = Self(1 << 11);
    pub(crate) const FR: Self = Self(1 << 12);
    pub(crate) const ES: Self = Self(1 << 13);
    pub(crate) const GB: Self = Self(1 << 14);
    pub(crate) const NL: Self = Self(1 << 15);
    pub(crate) const SE: Self = Self(1 << 16);
    pub(crate) const PL: Self = Self(1 << 17);
    pub(crate) const IN: Self = Self(1 << 18);
    pub(crate) const BR: Self = Self(1 << 19);
    pub(crate) const CARD: Self = Self(1 << 20);
    pub(crate) const EMAIL: Self = Self(1 << 21);
    pub(crate) const MAC: Self = Self(1 << 22);

    /// Whether a recogniser finds more with these words than without.
    pub(crate) const fn helps(self) -> bool {
        let of_themselves = Self::EMAIL.0 | Self::CARD.0 | Self::MAC.0 | Self::PLACE.0 | Self::VERSION.0;
        self.0 & !of_themselves != 0
    }

    /// Whether one of these families is among them.
    pub(crate) const fn has(self, family: Self) -> bool {
        self.0 & family.0 != 0
    }
}

impl BitOr for Context {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// How far before a number a word may stand, in bytes: a label, a few words, a JSON key.
const REACH: usize = 40;

/// Bytes of the longest word, which may begin before that.
const LONGEST: usize = 18;

/// Words in small letters. Up to four letters they must stand alone; `tel` is not in `hotel`.
const WORDS: &[(&str, Context)] = &[
    ("phone", Context::PHONE),
    ("tel", Context::PHONE),
    ("telefon", Context::PHONE),
    ("téléphone", Context::PHONE),
    ("telephone", Context::PHONE),
    ("teléfono", Context::PHONE),
    ("mobile", Context::PHONE),
    ("mobil", Context::PHONE),
    ("handy", Context::PHONE),
    ("portable", Context::PHONE),
    ("cell", Context::PHONE),
    ("call", Context::PHONE),
    ("called", Context::PHONE),
    ("caller", Context::PHONE),
    ("dial", Context::PHONE),
    ("fax", Context::PHONE),
    ("sms", Context::PHONE),
    ("text", Context::PHONE),
    ("whatsapp", Context::PHONE),
    ("msisdn", Context::PHONE),
    ("contact", Context::PHONE),
    ("ring", Context::PHONE),
    ("ssn", Context::SSN),
    ("ssns", Context::SSN),
    ("social security", Context::SSN),
    ("social_security", Context::SSN),
    ("socialsecurity", Context::SSN),
    ("taxpayer", Context::SSN),
    ("itin", Context::SSN),
    ("passport", Context::PASSPORT),
    ("passeport", Context::PASSPORT),
    ("reisepass", Context::PASSPORT),
    ("pasaporte", Context::PASSPORT),
    ("travel document", Context::PASSPORT),
    ("imei", Context::IMEI),
    ("imsi", Context::IMSI),
    ("idfa", Context::DEVICE),
    ("idfv", Context::DEVICE),
    ("gaid", Context::DEVICE),
    ("aaid", Context::DEVICE),
    ("adid", Context::DEVICE),
    ("maid", Context::DEVICE),
    ("ifa", Context::DEVICE),
    ("advertis", Context::DEVICE),
    ("device id", Context::DEVICE),
    ("device_id", Context::DEVICE),
    ("deviceid", Context::DEVICE),
    ("android_id", Context::DEVICE),
    ("android id", Context::DEVICE),
    ("androidid", Context::DEVICE),
    ("plate", Context::PLATE),
    ("licence no", Context::PLATE),
    ("registration", Context::PLATE),
    ("number plate", Context::PLATE),
    ("kennzeichen", Context::PLATE),
    ("kenteken", Context::PLATE),
    ("immatricul", Context::PLATE),
    ("matrícula", Context::PLATE),
    ("matricula", Context::PLATE),
    ("targa", Context::PLATE),
    ("vin", Context::VIN),
    ("vehicle id", Context::VIN),
    ("chassis", Context::VIN),
    ("fahrgestell", Context::VIN),
    ("geohash", Context::GEOHASH),
    ("lat", Context::PLACE),
    ("latitude", Context::PLACE),
    ("coordinate", Context::PLACE),
    ("gps", Context::PLACE),
    ("location", Context::PLACE),
    ("position", Context::PLACE),
    ("version", Context::VERSION),
    ("release", Context::VERSION),
    ("firmware", Context::VERSION),
    ("build", Context::VERSION),
    ("section", Context::VERSION),
    ("steuer", Context::DE),
    ("idnr", Context::DE),
    ("tax id", Context::DE),
    ("tax_id", Context::DE),
    ("nir", Context::FR),
    ("sécurité sociale", Context::FR),
    ("securite sociale", Context::FR),
    ("insee", Context::FR),
    ("dni", Context::ES),
    ("nie", Context::ES),
    ("nif", Context::ES),
    ("nhs", Context::GB),
    ("bsn", Context::NL),
    ("burgerservice", Context::NL),
    ("sofinummer", Context::NL),
    ("personnummer", Context::SE),
    ("personal identity", Context::SE),
    ("pesel", Context::PL),
    ("aadhaar", Context::IN),
    ("aadhar", Context::IN),
    ("uidai", Context::IN),
    ("cpf", Context::BR),
    ("card", Context::CARD),
    ("visa", Context::CARD),
    ("mastercard", Context::CARD),
    ("amex", Context::CARD),
    ("pan", Context::CARD),
    ("email", Context::EMAIL),
    ("e-mail", Context::EMAIL),
    ("mail", Context::EMAIL),
    ("mac", Context::MAC),
    ("bssid", Context::MAC),
    ("hwaddr", Context::MAC),
];

#[expect(clippy::expect_used, reason = "the table above is fixed, and a test builds it")]
static FINDER: LazyLock<DFA> = LazyLock::new(|| {
    DFA::builder()
        .ascii_case_insensitive(true)
        .build(WORDS.iter().map(|(word, _)| word))
        .expect("a hundred short words")
});

/// Words seen last, so that every byte of a text is searched once at most, however many ask.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words {
    /// From where on the text was searched.
    from: usize,
    /// Up to where the text was searched.
    place: usize,
    state: StateID,
    /// The families seen last, with the ends of their words, and the next slot to fill.
    seen: [(usize, Context); SEEN],
    next: usize,
}

/// More families than stand within reach.
const SEEN: usize = 8;

impl Words {
    /// Nothing was searched yet.
    pub(crate) const fn new() -> Self {
        Self { from: 0, place: usize::MAX, state: StateID::ZERO, seen: [(0, Context::NONE); SEEN], next: 0 }
    }

    /// The families of the words that end shortly before a place, and how many bytes were searched for them. The answer
    /// doesn't depend on which places were asked about before.
    pub(crate) fn preceding(&mut self, bytes: &[u8], place: usize) -> (Context, usize) {
        let low = place.saturating_sub(REACH);
        let from = low.saturating_sub(LONGEST);
        let is_behind = self.place > place + REACH;
        if is_behind || self.place < from || self.from > from {
            self.from = from;
            (self.place, self.state) = (from, start());
            self.seen = [(0, Context::NONE); SEEN];
        }
        let before = self.place;
        let finder = &*FINDER;
        let mut state = self.state;
        for (byte, here) in slice(bytes, before, place).iter().zip(before..) {
            state = finder.next_state(Anchored::No, state, *byte);
            if finder.is_special(state) && finder.is_match(state) {
                self.note(bytes, here + 1, state);
            }
        }
        (self.place, self.state) = (place.max(before), state);
        let near = self.seen.iter().filter(|(end, _)| (low..=place).contains(end));
        (near.fold(Context::NONE, |all, (_, family)| all | *family), self.place - before)
    }

    /// Notes the words that end at a place and stand alone, or are long enough to say something inside others.
    fn note(&mut self, bytes: &[u8], end: usize, state: StateID) {
        for position in 0..FINDER.match_len(state) {
            let Some((word, family)) = WORDS.get(FINDER.match_pattern(state, position).as_usize()) else {
                continue;
            };
            let alone = !before(bytes, end - word.len()).is_ascii_alphabetic()
                && !at(bytes, end).is_ascii_alphabetic();
            if (alone || word.len() > 4)
                && let Some(slot) = self.seen.get_mut(self.next % SEEN)
            {
                *slot = (end, *family);
                self.next += 1;
            }
        }
    }
}

#[expect(clippy::expect_used, reason = "the automaton is built for searches that start anywhere")]
fn start() -> StateID {
    FINDER.start_state(Anchored::No).expect("an unanchored start")
}

/// The families of the words in a short text, such as a column's header.
pub(crate) fn families(text: &[u8]) -> Context {
    let mut words = Words::new();
    let tail = text.len().saturating_sub(REACH);
    words.preceding(slice(text, tail, text.len()), text.len() - tail).0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_is_longer_than_the_search_goes_back() {
        assert_eq!(WORDS.iter().map(|(word, _)| word.len()).max(), Some(LONGEST));
    }

    #[test]
    fn the_answer_does_not_depend_on_earlier_questions() {
        let text = "the telephone's number, which is written down on the other page".as_bytes();
        for place in 0..text.len() {
            let alone = Words::new().preceding(text, place).0;
            for earlier in 0..text.len() {
                let mut words = Words::new();
                words.preceding(text, earlier);
                assert_eq!(words.preceding(text, place).0, alone, "{earlier}, then {place}");
            }
        }
    }

    #[test]
    fn words_shortly_before_a_number_are_seen_and_parts_of_words_are_not() {
        for (text, family, expected) in [
            ("Phone: ", Context::PHONE, true),
            (r#"{"homePhone":""#, Context::PHONE, true),
            ("the hotel has ", Context::PHONE, false),
            ("tel. ", Context::PHONE, true),
            ("having ", Context::VIN, false),
            ("social_security_number=", Context::SSN, true),
            ("N° de sécurité sociale ", Context::FR, true),
            ("phone numbers are never given in this very long sentence about ", Context::PHONE, false),
        ] {
            let (found, _) = Words::new().preceding(text.as_bytes(), text.len());
            assert_eq!(found.has(family), expected, "{text}");
        }
    }
}
