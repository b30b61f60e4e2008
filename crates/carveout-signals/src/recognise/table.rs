//! The table of recognisers.

use super::{
    card, device_id, iban, imsi_imei, national_id,
    number::Digits,
    passport, phone, place,
    reading::{Match, Reading},
    ssn, vin,
    word::Word,
};
use crate::Kind;

/// Lengths that a recogniser may say yes to, a bit for each.
const fn lengths(from: u32, to: u32) -> u64 {
    (u64::MAX >> (63 - to)) & (u64::MAX << from)
}

/// Those of numbers, with the numbers of digits they are asked about. Where two are equally sure, the earlier one counts.
const NUMBERS: [(u64, OfNumbers); 13] = [
    (lengths(9, 9), ssn::number),
    (lengths(14, 19), card::number),
    (lengths(15, 16), imsi_imei::device),
    (lengths(14, 15), imsi_imei::subscription),
    (lengths(11, 11), national_id::german),
    (lengths(15, 15), national_id::french),
    (lengths(10, 10), national_id::british),
    (lengths(9, 9), national_id::dutch),
    (lengths(10, 12), national_id::swedish),
    (lengths(11, 11), national_id::polish),
    (lengths(12, 12), national_id::indian),
    (lengths(11, 11), national_id::brazilian),
    (lengths(7, 18), phone::number),
];

/// A recogniser of numbers.
type OfNumbers = fn(&Digits<'_>, &Reading<'_>) -> Option<Match>;

/// Those of words, with the lengths they are asked about; words of 63 and more have one bit.
const WORDS: [(u64, OfWords); 8] = [
    (lengths(4, 63), iban::account),
    (lengths(16, 16), national_id::italian),
    (lengths(15, 15), national_id::french_corsican),
    (lengths(17, 17), vin::vehicle),
    (lengths(8, 9), national_id::spanish),
    (lengths(7, 9), passport::written),
    (lengths(16, 16) | lengths(32, 32), device_id::bare),
    (lengths(6, 12), place::geohash),
];

/// A recogniser of words.
type OfWords = fn(&Word<'_>, &Reading<'_>) -> Option<Match>;

/// For each length a bit for each recogniser that is asked about it.
const fn by_length<F: Copy, const N: usize>(asked: &[(u64, F); N]) -> [u16; 64] {
    let mut table = [0; 64];
    let mut length = 0;
    while length < 64 {
        let mut place = 0;
        while place < N {
            #[expect(clippy::indexing_slicing, reason = "both loops end before the arrays do")]
            if asked[place].0 >> length & 1 == 1 {
                table[length] |= 1 << place;
            }
            place += 1;
        }
        length += 1;
    }
    table
}

/// For each number of digits the recognisers that are asked about it.
static ASKED: [u16; 64] = by_length(&NUMBERS);

/// The recognisers that are asked about numbers of so many digits.
pub(super) fn asked_about(digits: usize) -> impl Iterator<Item = OfNumbers> {
    chosen(ASKED.get(digits).copied().unwrap_or(0), &NUMBERS)
}

/// Whether any recogniser is.
pub(super) fn is_asked_about(digits: usize) -> bool {
    ASKED.get(digits).is_some_and(|asked| *asked != 0)
}

/// The recognisers that are asked about words of so many bytes.
pub(super) fn asked_about_word(bytes: usize) -> impl Iterator<Item = OfWords> {
    static ASKED: [u16; 64] = by_length(&WORDS);
    chosen(ASKED.get(bytes.min(63)).copied().unwrap_or(0), &WORDS)
}

fn chosen<F: Copy>(mut asked: u16, of: &'static [(u64, F)]) -> impl Iterator<Item = F> {
    std::iter::from_fn(move || {
        let (_, recognise) = of.get(asked.trailing_zeros() as usize)?;
        asked &= asked.wrapping_sub(1);
        Some(*recognise)
    })
}

/// One kind of identifier that is looked for: what counts, what doesn't, and who says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recogniser {
    /// Its name, which labelled sets and documents use.
    pub name: &'static str,
    /// What it finds.
    pub kind: Kind,
    /// The rule, in a sentence.
    pub rule: &'static str,
    /// What is left out although it has the shape.
    pub left_out: &'static str,
    /// The standard or authority that the rule is from.
    pub source: &'static str,
}

macro_rules! recognisers {
    ($($name:literal $kind:ident: $rule:literal; $left_out:literal; $source:literal.)*) => {
        /// Everything that is looked for.
        pub const RECOGNISERS: &[Recogniser] = &[$(Recogniser {
            name: $name, kind: Kind::$kind, rule: $rule, left_out: $left_out, source: $source,
        }),*];
    };
}

recognisers! {
    "email" Email: "local part, at sign, domain of two labels or more";
        "reserved domains, file names, users in URLs; mailboxes of roles are only possible"; "RFC 5321, RFC 6531, RFC 2606, RFC 2142".
    "phone" Phone: "a country code after a plus or an international prefix with a national number of that country's length, or a national number of the tenant's region";
        "555-0100 to 555-0199; freephone and premium numbers are only possible"; "ITU-T E.164 and E.123, NANPA".
    "card" Card: "14 to 19 digits of a network's range that pass Luhn";
        "published test numbers"; "ISO/IEC 7812-1".
    "iban" Iban: "a country's length and MOD 97-10";
        "the registry's examples"; "ISO 13616-1, SWIFT IBAN registry".
    "ssn" Ssn: "3-2-4 digits with hyphens, or nine beside a word; areas, groups and serials that exist";
        "the advertising range 987-65-432x, withdrawn numbers"; "SSA, IRS".
    "passport" Passport: "a number beside the word, or a machine-readable zone whose digits check";
        "specimens of Utopia"; "ICAO Doc 9303".
    "imsi" Imsi: "14 or 15 digits beside the word, with a mobile country code";
        "001 (tests) and 999 (private networks)"; "ITU-T E.212".
    "imei" Imei: "15 digits that pass Luhn, beside the word or grouped as printed";
        "reporting body 00 and printed examples"; "3GPP TS 23.003, GSMA TS.06".
    "mac" Mac: "six pairs of hexadecimal digits, or three groups of four with dots";
        "group addresses, 00-00-5E-00-53; local addresses are only possible"; "IEEE 802, RFC 9542".
    "ip" Ip: "a public IPv4 or IPv6 address";
        "private, shared, local, multicast, documentation, public resolvers; beside `version` only possible"; "RFC 6890, RFC 5737, RFC 3849".
    "device_id" DeviceId: "a UUID or 16 or 32 hexadecimal digits beside a word such as idfa, gaid, android_id";
        "all zeros"; "RFC 9562".
    "plate" Plate: "two to eight capitals and digits beside a word such as plate, registration, Kennzeichen";
        "the forms' own placeholders"; "state and national forms".
    "vin" Vin: "17 characters whose ninth checks, or beside a word such as VIN, chassis";
        "published examples"; "ISO 3779, 49 CFR 565.15".
    "place" Place: "latitude and longitude with four decimals, or three beside a word; a geohash beside the word";
        "0, 0"; "ISO 6709".
    "de_tax_id" NationalId: "German tax id: 11 digits, MOD 11,10, one digit repeated";
        "published examples; without word or grouping only possible"; "Bundeszentralamt für Steuern".
    "fr_nir" NationalId: "French NIR: 15 characters, key of 97"; "published examples"; "INSEE".
    "es_dni" NationalId: "Spanish DNI or NIE: eight digits and the letter of the rest by 23"; "published examples"; "Real Decreto 1553/2005".
    "it_cf" NationalId: "Italian codice fiscale: 16 characters and their check letter"; "published examples"; "DM 23 December 1976".
    "gb_nhs" NationalId: "NHS number beside the word: 10 digits, MOD 11"; "numbers from 999"; "NHS Data Dictionary".
    "nl_bsn" NationalId: "Dutch BSN beside the word: 9 digits, eleven test"; "numbers from 9999"; "RvIG".
    "se_pnr" NationalId: "Swedish personal number: date, hyphen, four digits, Luhn; bare beside the word"; "published examples"; "Skatteverket SKV 704".
    "pl_pesel" NationalId: "PESEL: 11 digits, date, weights 1, 3, 7, 9"; "published examples; without a word only possible"; "Act of 24 September 2010, article 15".
    "in_aadhaar" NationalId: "Aadhaar: 12 digits in fours or beside the word, Verhoeff"; "numbers from 9999"; "UIDAI".
    "br_cpf" NationalId: "CPF: 11 digits, two of which check"; "published examples; bare without a word only possible"; "IN RFB 1.548/2015".
    "name" Name: "a value in a column or member whose header says it is a person's name"; "names in free text; a bare `name` without another identifier in the row"; "Carveout".
}
