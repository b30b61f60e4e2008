//! Columns and members that hold a person's name, by what their header calls them. Names in free text are not looked for:
//! no recogniser of ours could say how often it is right.

use memchr::memmem;

use super::short::Short;
use crate::{
    Span,
    bytes::{Set, at, before, is_among, letters_digits_and, slice},
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

/// Reads a header.
pub(crate) fn header(cell: &[u8]) -> Column {
    if cell.len() > LONGEST {
        return Column::Other;
    }
    let plain = plain(cell);
    if let Some(column) = of_persons(plain.as_bytes()) {
        return column;
    }
    match families(cell) {
        Context::NONE => Column::Other,
        said => Column::Said(said),
    }
}

/// Bytes of the longest header that is read.
const LONGEST: usize = 40;

/// Its letters and digits, in small letters.
fn plain(cell: &[u8]) -> Short {
    let mut plain = Short::default();
    plain.extend(cell.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase));
    plain
}

/// The column, if its header, without blanks and marks, says that it holds names, or something else about a person. Arms of a
/// match are told apart by their length first.
fn of_persons(plain: &[u8]) -> Option<Column> {
    Some(match plain {
        b"fullname" | b"personname" | b"customername" | b"clientname" | b"patientname" | b"employeename"
        | b"membername" | b"studentname" | b"passengername" | b"cardholder" | b"cardholdername"
        | b"accountholder" | b"accountholdername" | b"contactname" | b"subscribername" | b"ownername"
        | b"nomcomplet" | b"nombrecompleto" => Column::Name { part: false },
        b"firstname" | b"lastname" | b"givenname" | b"givennames" | b"familyname" | b"surname"
        | b"forename" | b"middlename" | b"maidenname" | b"nachname" | b"vorname" | b"familienname"
        | b"prenom" | b"apellido" | b"apellidos" | b"cognome" | b"achternaam" | b"efternamn" => {
            Column::Name { part: true }
        }
        b"name" | b"names" | b"nom" | b"nombre" | b"nome" => Column::Perhaps,
        b"dob" | b"dateofbirth" | b"birthdate" | b"birthday" | b"geburtsdatum" | b"gender" | b"sex"
        | b"homeaddress" | b"maritalstatus" | b"nationality" | b"ethnicity" | b"citizenship" => {
            Column::Personal
        }
        _ => return None,
    })
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
    // A rare quotation mark makes the search fast, and both cases of the first letter are found at once. Most texts have none.
    let from = memchr::memchr(b'"', bytes).unwrap_or(bytes.len()).saturating_sub(b"ame\\".len());
    let ends = memmem::find_iter(bytes.get(from..).unwrap_or_default(), b"ame");
    ends.filter_map(move |place| member(bytes, (from + place).checked_sub(1)?))
}

/// The member whose key ends in the `name` at a place.
fn member(bytes: &[u8], place: usize) -> Option<Member> {
    const LONGEST_KEY: usize = 24;
    const LONGEST_VALUE: usize = 120;
    static IN_KEYS: Set = letters_digits_and(b"_- ", false);
    let end = place + 4;
    let (quote, after) = closing(bytes, end)?;
    let earlier = slice(bytes, place.saturating_sub(LONGEST_KEY), place);
    let start = place - earlier.iter().rev().take_while(|byte| is_among(&IN_KEYS, **byte)).count();
    if before(bytes, start) != b'"' {
        return None;
    }
    // Keys are shorter than headers may be.
    let column = of_persons(plain(slice(bytes, start, end)).as_bytes())?;
    let blank = |place: &usize| matches!(at(bytes, *place), b' ' | b'\t' | b'\n' | b'\r');
    let colon = (after..after + 4).find(|place| !blank(place)).filter(|place| at(bytes, *place) == b':')?;
    let value = (colon + 1..colon + 8).find(|place| !blank(place))?;
    let opening = slice(bytes, value, value + quote.len());
    let value = value + quote.len();
    let text = slice(bytes, value, (value + LONGEST_VALUE).min(bytes.len()));
    let length = memchr::memchr2(b'"', b'\\', text)?;
    let is_text = opening == quote && length >= 2;
    is_text.then_some(Member { key: Span::new(start, end), value: Span::new(value, value + length), column })
}

/// The quotation mark that a key ends with, escaped or not, and the place after it.
fn closing(bytes: &[u8], end: usize) -> Option<(&'static [u8], usize)> {
    let marks: [&'static [u8]; 2] = [b"\"", b"\\\""];
    let mark = marks.into_iter().find(|mark| slice(bytes, end, end + mark.len()) == *mark)?;
    Some((mark, end + mark.len()))
}
