//! Columns and members that hold a person's name, by what their header calls them. Names in free text are not looked for:
//! no recogniser of ours could say how often it is right.

use memchr::memmem;

use crate::{
    Span,
    bytes::{at, before, slice},
    context::{Context, families},
};

/// What a header says of its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    /// Names of persons; a part of one if `part`.
    Name { part: bool },
    /// Names of something: of persons if the row has an identifier of a person too.
    Perhaps,
    /// Something that these words stand for.
    Said(Context),
    /// A date of birth, a sex, an address: nothing that is recognised, but the row is about a person.
    Personal,
    /// Anything else.
    Other,
}

/// Whole names, without blanks and marks.
const WHOLE: [&str; 18] = [
    "fullname",
    "personname",
    "customername",
    "clientname",
    "patientname",
    "employeename",
    "membername",
    "studentname",
    "passengername",
    "cardholder",
    "cardholdername",
    "accountholder",
    "accountholdername",
    "contactname",
    "subscribername",
    "ownername",
    "nomcomplet",
    "nombrecompleto",
];

/// Parts of names.
const PARTS: [&str; 18] = [
    "firstname",
    "lastname",
    "givenname",
    "givennames",
    "familyname",
    "surname",
    "forename",
    "middlename",
    "maidenname",
    "nachname",
    "vorname",
    "familienname",
    "prenom",
    "apellido",
    "apellidos",
    "cognome",
    "achternaam",
    "efternamn",
];

const PERHAPS: [&str; 5] = ["name", "names", "nom", "nombre", "nome"];

const PERSONAL: [&str; 12] = [
    "dob",
    "dateofbirth",
    "birthdate",
    "birthday",
    "geburtsdatum",
    "gender",
    "sex",
    "homeaddress",
    "maritalstatus",
    "nationality",
    "ethnicity",
    "citizenship",
];

/// Reads a header.
pub(crate) fn header(cell: &[u8]) -> Column {
    const LONGEST: usize = 40;
    if cell.len() > LONGEST {
        return Column::Other;
    }
    let plain: String = cell
        .iter()
        .filter(|byte| byte.is_ascii_alphanumeric())
        .map(|byte| char::from(byte.to_ascii_lowercase()))
        .collect();
    let is = |names: &[&str]| names.contains(&plain.as_str());
    let said = families(cell);
    if is(&WHOLE) {
        Column::Name { part: false }
    } else if is(&PARTS) {
        Column::Name { part: true }
    } else if is(&PERHAPS) {
        Column::Perhaps
    } else if is(&PERSONAL) {
        Column::Personal
    } else if said != Context::NONE {
        Column::Said(said)
    } else {
        Column::Other
    }
}

/// A member of an object that holds a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) key: Span,
    pub(crate) value: Span,
    pub(crate) column: Column,
}

/// Members such as `"first_name": "…"`, also inside a JSON text that is itself in a string.
pub(crate) fn members(bytes: &[u8]) -> impl Iterator<Item = Member> {
    // A rare quotation mark makes the search fast, and both cases of the first letter are found at once.
    let plain = memmem::find_iter(bytes, b"ame\"");
    let escaped = memmem::find_iter(bytes, b"ame\\\"");
    let mut found: Vec<Member> =
        plain.chain(escaped).filter_map(|place| member(bytes, place.checked_sub(1)?)).collect();
    found.sort_by_key(|member| member.key);
    found.into_iter()
}

/// The member whose key ends in the `name` at a place.
fn member(bytes: &[u8], place: usize) -> Option<Member> {
    const LONGEST_KEY: usize = 24;
    const LONGEST_VALUE: usize = 120;
    let end = place + 4;
    let (quote, after) = closing(bytes, end)?;
    let low = place.saturating_sub(LONGEST_KEY);
    let mut start = place;
    while start > low
        && (before(bytes, start).is_ascii_alphanumeric()
            || matches!(before(bytes, start), b'_' | b'-' | b' '))
    {
        start -= 1;
    }
    if before(bytes, start) != b'"' {
        return None;
    }
    let column = header(slice(bytes, start, end));
    if !matches!(column, Column::Name { .. } | Column::Perhaps) {
        return None;
    }
    let blank = |place: &usize| matches!(at(bytes, *place), b' ' | b'\t' | b'\n' | b'\r');
    let colon = (after..after + 4).find(|place| !blank(place)).filter(|place| at(bytes, *place) == b':')?;
    let value = (colon + 1..colon + 8).find(|place| !blank(place))?;
    let opening = slice(bytes, value, value + quote.len());
    let value = value + quote.len();
    let text = slice(bytes, value, (value + LONGEST_VALUE).min(bytes.len()));
    let length = text.iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
    let is_text = opening == quote && length >= 2;
    is_text.then_some(Member { key: Span::new(start, end), value: Span::new(value, value + length), column })
}

/// The quotation mark that a key ends with, escaped or not, and the place after it.
fn closing(bytes: &[u8], end: usize) -> Option<(&'static [u8], usize)> {
    let marks: [&'static [u8]; 2] = [b"\"", b"\\\""];
    let mark = marks.into_iter().find(|mark| slice(bytes, end, end + mark.len()) == *mark)?;
    Some((mark, end + mark.len()))
}
