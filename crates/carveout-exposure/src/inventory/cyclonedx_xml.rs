//! CycloneDX in XML, event by event.

use std::{
    cell::Cell,
    io::{self, BufRead, Read},
    rc::Rc,
};

use quick_xml::{
    events::{BytesStart, Event},
    reader::Reader,
};

use super::{
    document::{InventoryError, Sink},
    part::{Part, PartKind},
};
use crate::package_url::Package;

/// How deep elements may nest: a hundred components, each in a list, and what is in the last.
const DEEPEST: usize = 300;

/// The most bytes that a single tag or text may have.
const LONGEST_EVENT: u64 = 16 << 20;

/// The most characters of a text that are kept.
const LONGEST_TEXT: usize = 64 << 10;

/// Reads the document and tells its parts.
pub(super) fn read(input: impl BufRead, sink: &mut Sink<'_>) -> Result<(), InventoryError> {
    let room = Rc::new(Cell::new(LONGEST_EVENT));
    let lines = Rc::new(Cell::new(1));
    let metered = Metered { input, room: Rc::clone(&room), lines: Rc::clone(&lines) };
    let mut reader = Reader::from_reader(metered);
    let mut walk = Walk::default();
    let mut buffer = Vec::new();
    loop {
        room.set(LONGEST_EVENT);
        buffer.clear();
        let event = reader.read_event_into(&mut buffer);
        let line = lines.get();
        let broken = |what: &dyn std::fmt::Display| InventoryError::Broken(format!("line {line}: {what}"));
        match event.map_err(|error| broken(&error))? {
            Event::Start(start) => walk.open(&start, line, sink).map_err(|what| broken(&what))?,
            Event::Empty(start) => {
                walk.open(&start, line, sink).map_err(|what| broken(&what))?;
                walk.close(sink, line);
            }
            Event::End(_) => walk.close(sink, line),
            Event::Text(text) => walk.say(&text.xml10_content()),
            Event::CData(text) => walk.say(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let character = reference.resolve_char_ref().map_err(|error| broken(&error))?;
                let character = match (character, reference.as_ref()) {
                    (Some(character), _) => character,
                    (None, "lt") => '<',
                    (None, "gt") => '>',
                    (None, "amp") => '&',
                    (None, "quot") => '"',
                    (None, "apos") => '\'',
                    (None, _) => return Err(broken(&"an entity that nothing defines")),
                };
                walk.say(character.encode_utf8(&mut [0; 4]));
            }
            Event::DocType(_) => return Err(InventoryError::Doctype(line)),
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
    if walk.path.is_empty() { Ok(()) } else { Err(InventoryError::Broken("the document is cut".to_owned())) }
}

/// Where in the document we are, and the parts that are open.
#[derive(Default)]
struct Walk {
    path: Vec<String>,
    parts: Vec<Open>,
    text: String,
}

/// A part whose end has not come, and how deep its own element is.
struct Open {
    part: Part,
    group: String,
    depth: usize,
}

impl Walk {
    fn open(&mut self, start: &BytesStart<'_>, line: u32, sink: &mut Sink<'_>) -> Result<(), &'static str> {
        if self.path.len() >= DEEPEST {
            return Err("elements are nested more than 300 deep");
        }
        let name = start.local_name().as_ref().to_owned();
        if self.path.is_empty() {
            root(start, sink)?;
        }
        self.text.clear();
        let kind = match (self.path.last().map(String::as_str), name.as_str()) {
            (Some("components" | "metadata"), "component") => Some(kind(start)),
            (Some("services"), "service") => Some(PartKind::Service),
            _ => None,
        };
        self.path.push(name);
        if let Some(kind) = kind {
            let part = Part::new(kind, line);
            self.parts.push(Open { part, group: String::new(), depth: self.path.len() });
        }
        Ok(())
    }

    fn say(&mut self, text: &str) {
        let room = LONGEST_TEXT.saturating_sub(self.text.len());
        if text.len() <= room {
            self.text.push_str(text);
        }
    }

    fn close(&mut self, sink: &mut Sink<'_>, line: u32) {
        let depth = self.path.len();
        let text = std::mem::take(&mut self.text);
        if self.parts.last().is_some_and(|open| open.depth == depth) {
            if let Some(mut open) = self.parts.pop() {
                let group = std::mem::take(&mut open.group);
                open.part.grouped(&group);
                open.part.line = line;
                sink.tell(open.part);
            }
        } else if let Some(open) = self.parts.last_mut() {
            let below: Vec<&str> = self.path.iter().skip(open.depth).map(String::as_str).collect();
            member(open, &below, text.trim());
        }
        self.path.pop();
    }
}

/// What the text of an element below a part's own says of the part.
fn member(open: &mut Open, below: &[&str], text: &str) {
    let part = &mut open.part;
    match below {
        ["name"] => text.clone_into(&mut part.name),
        ["group"] => text.clone_into(&mut open.group),
        ["version"] => part.version = Some(text.to_owned()),
        ["purl"] => part.package = Package::parse(text),
        ["publisher" | "author"] | ["supplier" | "manufacturer" | "provider", "name"] => {
            part.supplied_by(text)
        }
        ["endpoints", "endpoint"] => part.endpoints.push(text.to_owned()),
        ["modelCard"] => part.kind = PartKind::Model,
        _ => {}
    }
}

fn kind(start: &BytesStart<'_>) -> PartKind {
    let attribute = start.try_get_attribute("type").ok().flatten();
    match attribute.as_ref().map(|attribute| attribute.value.as_ref()) {
        Some("machine-learning-model") => PartKind::Model,
        Some("data") => PartKind::Data,
        _ => PartKind::Component,
    }
}

/// The outermost element, whose namespace ends in the version.
fn root(start: &BytesStart<'_>, sink: &mut Sink<'_>) -> Result<(), &'static str> {
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|_| "an attribute that can't be read")?;
        if let Some((_, version)) = attribute.value.split_once("cyclonedx.org/schema/bom/") {
            sink.is("CycloneDX", version);
        }
    }
    Ok(())
}

/// A reader that stops when a single event grows without end, and counts lines.
struct Metered<R> {
    input: R,
    room: Rc<Cell<u64>>,
    lines: Rc<Cell<u32>>,
}

impl<R: BufRead> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut available = self.fill_buf()?;
        let length = available.read(buffer)?;
        self.consume(length);
        Ok(length)
    }
}

impl<R: BufRead> BufRead for Metered<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.room.get() == 0 {
            return Err(io::Error::other("a tag or text is longer than 16 MB"));
        }
        self.input.fill_buf()
    }

    fn consume(&mut self, length: usize) {
        self.room.set(self.room.get().saturating_sub(length as u64));
        let taken = self.input.fill_buf().ok().and_then(|buffer| buffer.get(..length));
        let lines = taken.map_or(0, |taken| taken.iter().filter(|byte| **byte == b'\n').count());
        self.lines.set(self.lines.get().saturating_add(u32::try_from(lines).unwrap_or(u32::MAX)));
        self.input.consume(length);
    }
}
