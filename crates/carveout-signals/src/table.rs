//! Rows about persons: of tables with a header (comma, semicolon, tab or bar between cells), and of lists of objects.

use memchr::memchr_iter;

use crate::{
    Confidence, Kind, People, Span,
    bytes::{at, slice},
    recognise::{Column, Match, Member, Reading, Short, header, members},
    scan::{Rows, look},
};

/// Bytes of the longest header line.
const LONGEST_HEADER: usize = 2048;
/// Bytes in which a header has its first cell.
const FIRST_CELL: usize = 48;
/// Cells of the widest table.
const MOST_CELLS: usize = 256;

/// Reads every table, adds what its headers help to recognise and the names it holds, and returns its rows.
pub(crate) fn read(reading: &Reading<'_>, found: &mut Vec<Match>) -> Rows {
    debug_assert!(found.is_sorted_by_key(|one| one.start), "a text is looked through from start to end");
    let known = found.len();
    let mut rows = Rows::new();
    let mut open: Option<Table> = None;
    let mut start = 0;
    let ends = memchr_iter(b'\n', reading.bytes).chain([reading.bytes.len()]);
    for end in ends {
        let line = Span::new(start, end);
        start = end + 1;
        match open.take() {
            Some(mut table) => {
                if table.row(reading, line, found, known) {
                    open = Some(table);
                } else {
                    rows.extend(table.people());
                    open = Table::open(reading, line);
                }
            }
            None => open = Table::open(reading, line),
        }
    }
    rows.extend(open.and_then(|table| table.people()));
    rows.extend(objects(reading, found, known));
    rows
}

/// A table whose header was read.
struct Table {
    delimiter: u8,
    columns: Vec<Column>,
    span: Span,
    rows: usize,
    unidentified: usize,
    /// Whether the header has a column about a person.
    personal: bool,
    /// What was found up to here is before the rows that come.
    seen: usize,
}

impl Table {
    /// The table that a line may be the header of.
    fn open(reading: &Reading<'_>, line: Span) -> Option<Self> {
        let bytes = reading.bytes;
        if !(3..=LONGEST_HEADER).contains(&(line.end - line.start)) {
            return None;
        }
        let first = slice(bytes, line.start, line.end.min(line.start + FIRST_CELL));
        let lead = usize::from(first.first() == Some(&b'|'));
        // Most lines are no header, and most numbers none.
        if first.get(lead).is_some_and(u8::is_ascii_digit) {
            return None;
        }
        let delimiter = *first.iter().skip(lead).find(|byte| matches!(byte, b',' | b';' | b'\t' | b'|'))?;
        let mut columns = Vec::new();
        for cell in cells(bytes, line, delimiter) {
            let text = slice(bytes, cell.start, cell.end);
            let named = text.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
            let blanks = text.iter().filter(|byte| **byte == b' ').count();
            if (!named && !text.is_empty()) || text.len() > 40 || blanks > 3 || columns.len() == MOST_CELLS {
                return None;
            }
            columns.push(header(text));
        }
        let has = |wanted: fn(&Column) -> bool| columns.iter().any(wanted);
        // A plain `name` is a person's beside a telephone or a number of a person, not by itself.
        let named = has(|column| *column == Column::Perhaps)
            && has(|column| matches!(column, Column::Said(context) if context.helps()));
        let personal = named || has(|column| matches!(column, Column::Name { .. } | Column::Personal));
        let says = columns.iter().any(|column| !matches!(column, Column::Other));
        (columns.len() > 1 && says).then_some(Self {
            delimiter,
            columns,
            span: line,
            rows: 0,
            unidentified: 0,
            personal,
            seen: 0,
        })
    }

    /// Reads a further line; no if the table has ended.
    fn row(&mut self, reading: &Reading<'_>, line: Span, found: &mut Vec<Match>, known: usize) -> bool {
        let bytes = reading.bytes;
        let text = slice(bytes, line.start, line.end);
        if memchr::memchr(self.delimiter, text).is_none() {
            return false;
        }
        // The line under a Markdown header.
        if text.iter().all(|byte| matches!(byte, b'|' | b'-' | b':' | b' ' | b'\r')) {
            return true;
        }
        let cells: Vec<Span> = cells(bytes, line, self.delimiter).take(MOST_CELLS + 1).collect();
        if cells.len() != self.columns.len() {
            return self.rows > 0;
        }
        let added = found.len();
        let before = found.get(self.seen..known).unwrap_or_default();
        self.seen += before.iter().take_while(|one| one.start < line.start).count();
        let own: Vec<(usize, bool)> = found
            .get(self.seen..known)
            .unwrap_or_default()
            .iter()
            .take_while(|one| one.start < line.end)
            .map(|one| (one.start, one.kind.counts_persons() && one.confidence > Confidence::Possible))
            .collect();
        let mut identified = own.iter().any(|(_, person)| *person);
        for (cell, column) in cells.iter().zip(&self.columns) {
            let sure = own.iter().any(|(start, person)| *person && (cell.start..cell.end).contains(start));
            if let Column::Said(context) = column
                && context.helps()
                && !sure
            {
                let text = reading.text.get(cell.range()).unwrap_or_default();
                let inner = Reading::new(text, reading.region, reading.reserved, *context);
                let inner = inner.without(reading.without);
                let (more, _) = look(&inner);
                reading.walk(inner.walked() + text.len());
                found.extend(more.into_iter().map(|one| Match {
                    start: one.start + cell.start,
                    end: one.end + cell.start,
                    ..one
                }));
            }
        }
        identified |= found.get(added..).unwrap_or_default().iter().any(|one| one.kind.counts_persons());
        self.rows += 1;
        self.unidentified += usize::from(!identified);
        self.span.end = line.end;
        found.extend(reading.heard(self.name(reading, &cells, identified)));
        true
    }

    /// The name in a row: its parts together, or the whole one.
    fn name(&self, reading: &Reading<'_>, cells: &[Span], identified: bool) -> Option<Match> {
        let about_person = self.personal || identified;
        let of = |wanted: Column| {
            let chosen = self.columns.iter().zip(cells).filter(move |(column, _)| **column == wanted);
            chosen.map(|(_, cell)| *cell).filter(|cell| cell.start < cell.end)
        };
        let parts = of(Column::Name { part: true });
        if let Some(whole) = of(Column::Name { part: false }).next() {
            named(reading, std::iter::once(whole))
        } else if parts.clone().next().is_some() {
            named(reading, parts)
        } else {
            named(reading, of(Column::Perhaps).take(usize::from(about_person)).take(1))
        }
    }

    /// The rows, if they are about persons.
    fn people(self) -> Option<People> {
        let about_persons = self.personal || (self.rows > self.unidentified);
        (self.rows > 0 && about_persons).then_some(People {
            span: self.span,
            rows: self.rows,
            unidentified: self.unidentified,
        })
    }
}

/// Whether an identifier of a person lies in a range; they are sorted, and `seen` are before this range and those that come.
fn holds(found: &[Match], seen: &mut usize, span: Span) -> bool {
    let later = found.get(*seen..).unwrap_or_default();
    *seen += later.iter().take_while(|one| one.start < span.start).count();
    let inside = found.get(*seen..).unwrap_or_default().iter().take_while(|one| one.start < span.end);
    inside.into_iter().any(|one| one.kind.counts_persons())
}

/// A name, in small letters with single blanks.
fn named(reading: &Reading<'_>, cells: impl Iterator<Item = Span> + Clone) -> Option<Match> {
    let texts = || cells.clone().filter_map(|cell| reading.text.get(cell.range()));
    if texts().any(|text| text.bytes().any(|byte| byte.is_ascii_digit())) {
        return None;
    }
    let (first, last) = (cells.clone().next()?, cells.clone().last()?);
    let bytes: usize = cells.clone().map(|cell| cell.end - cell.start + 1).sum();
    let name = match bytes <= Short::MOST && texts().all(str::is_ascii) {
        true => in_ascii(texts()).finish(),
        false => in_small_letters(texts()).into(),
    };
    let letters = name.chars().filter(|character| character.is_alphabetic()).take(2).count();
    // Cells between the parts would be covered by a span from the first to the last.
    let adjacent = last.start.saturating_sub(first.end) <= 4 || first == last;
    let end = if adjacent { last.end } else { first.end };
    (letters >= 2).then(|| Match::new(Kind::Name, (first.start, end), name, Confidence::Likely))
}

/// Cells in small letters with single blanks.
fn in_small_letters<'t>(cells: impl Iterator<Item = &'t str>) -> String {
    let mut name = String::new();
    for word in cells.flat_map(str::split_whitespace) {
        if !name.is_empty() {
            name.push(' ');
        }
        name.extend(word.chars().flat_map(char::to_lowercase));
    }
    name
}

/// The same of short cells of ASCII. A blank is what is one in all of Unicode, vertical tabs too.
fn in_ascii<'t>(cells: impl Iterator<Item = &'t str>) -> Short {
    let mut name = Short::default();
    for cell in cells {
        let mut apart = !name.as_bytes().is_empty();
        for byte in cell.bytes() {
            if char::from(byte).is_whitespace() {
                apart = !name.as_bytes().is_empty();
            } else {
                if std::mem::take(&mut apart) {
                    name.push(b' ');
                }
                name.push(byte.to_ascii_lowercase());
            }
        }
    }
    name
}

/// The cells of a line, without blanks and quotation marks around.
fn cells(bytes: &[u8], line: Span, delimiter: u8) -> impl Iterator<Item = Span> {
    let (mut start, mut end) = (line.start, line.end);
    if delimiter == b'|' {
        // Markdown has bars at both ends.
        start += usize::from(at(bytes, start) == b'|');
        let text = slice(bytes, start, end);
        let blank = text.iter().rev().take_while(|byte| byte.is_ascii_whitespace()).count();
        end -= blank;
        end -= usize::from(end > start && at(bytes, end - 1) == b'|');
    }
    let mut place = Some(start);
    std::iter::from_fn(move || {
        let from = place?;
        let quoted = at(bytes, from) == b'"' && from < end;
        let text = slice(bytes, from, end);
        let inside =
            if quoted { memchr::memchr(b'"', text.get(1..)?).map_or(0, |length| length + 1) } else { 0 };
        let length =
            memchr::memchr(delimiter, text.get(inside..)?).map_or(text.len(), |length| inside + length);
        place = (length < text.len()).then_some(from + length + 1);
        Some(trimmed(bytes, Span::new(from, from + length)))
    })
}

fn trimmed(bytes: &[u8], cell: Span) -> Span {
    let outside = |byte: u8| byte.is_ascii_whitespace() || byte == b'"';
    let (mut start, mut end) = (cell.start, cell.end);
    while start < end && outside(at(bytes, start)) {
        start += 1;
    }
    while end > start && outside(at(bytes, end - 1)) {
        end -= 1;
    }
    Span::new(start, end)
}

/// Objects with members for names, one row each.
fn objects(reading: &Reading<'_>, found: &mut Vec<Match>, known: usize) -> Option<People> {
    /// Bytes of the last object that are looked at.
    const LAST: usize = 512;
    let members: Vec<Member> = members(reading.bytes).collect();
    let starts = starts(reading.bytes, &members);
    let mut people: Option<People> = None;
    let mut seen = 0;
    for (position, start) in starts.iter().enumerate() {
        let next = starts.get(position + 1).copied().unwrap_or(members.len());
        let Some(own) = members.get(*start..next) else { continue };
        let (Some(first), Some(last)) = (own.first(), own.last()) else { continue };
        let end = members.get(next).map_or(last.value.end + LAST, |member| member.key.start);
        let span = Span::new(first.key.start, end.min(reading.bytes.len()));
        let identified = holds(found.get(..known).unwrap_or_default(), &mut seen, span);
        let sure = own.iter().any(|member| matches!(member.column, Column::Name { .. }));
        if !sure && !identified {
            continue;
        }
        let parts = |part| {
            let members = own.iter().filter(move |member| member.column == Column::Name { part });
            members.map(|member| member.value)
        };
        found.extend(reading.heard(match parts(false).next() {
            Some(whole) => named(reading, std::iter::once(whole)),
            None if sure => named(reading, parts(true)),
            None => named(reading, std::iter::once(first.value)),
        }));
        let row = People {
            span: Span::new(span.start, last.value.end),
            rows: 1,
            unidentified: usize::from(!identified),
        };
        people = Some(people.map_or(row, |all| People {
            span: Span::new(all.span.start, row.span.end),
            rows: all.rows + 1,
            unidentified: all.unidentified + row.unidentified,
        }));
    }
    people
}

/// Which members begin an object: those whose key the object before has already.
fn starts(bytes: &[u8], members: &[Member]) -> Vec<usize> {
    let mut starts: Vec<usize> = Vec::new();
    for (position, member) in members.iter().enumerate() {
        let key = slice(bytes, member.key.start, member.key.end);
        let first = starts.last().copied().unwrap_or(0);
        let own = members.get(first..position).unwrap_or_default();
        // An object has at most eight members for names; what has more is looked at in parts.
        let again =
            own.len() >= 8 || own.iter().any(|other| slice(bytes, other.key.start, other.key.end) == key);
        if starts.is_empty() || again {
            starts.push(position);
        }
    }
    starts
}
