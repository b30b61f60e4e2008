//! Which kind of inventory a document is, told from its own words.

use std::io::{self, BufRead};

use serde_json::Value;

use super::{cyclonedx_json, cyclonedx_xml, part::Part, spdx};
use crate::{
    json::{JsonError, Reader, Token, skip, small},
    unread::NotRead,
};

/// A kind of inventory and its version.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Format {
    /// `CycloneDX` or `SPDX`.
    pub name: &'static str,
    /// As the document says.
    pub version: String,
}

/// Versions that were read against their specifications.
const KNOWN: [(&str, &[&str]); 2] =
    [("CycloneDX", &["1.4", "1.5", "1.6", "1.7"]), ("SPDX", &["2.3", "3.0", "3.0.0", "3.0.1"])];

/// How the reading of an inventory went.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Read {
    /// What it is.
    pub format: Format,
    /// How many parts were told.
    pub parts: u64,
    /// What was not read, and why.
    pub not_read: NotRead,
}

/// Why a document can't be read as an inventory. Parts that were told before stay told.
#[derive(Debug, thiserror::Error)]
pub enum InventoryError {
    /// Something else.
    #[error(
        "this is no bill of materials: it says neither `bomFormat` nor `spdxVersion` nor an SPDX `@context`"
    )]
    Other,
    /// Cut, or not JSON or XML.
    #[error("the bill of materials can't be read: {0}")]
    Broken(String),
    /// XML that defines entities, which can grow without bound.
    #[error(
        "line {0}: the document has a type definition, which a bill of materials doesn't need and which can hold an entity bomb; remove it"
    )]
    Doctype(u32),
    /// The source failed.
    #[error("the bill of materials can't be read: {0}")]
    Io(#[from] io::Error),
}

impl From<JsonError> for InventoryError {
    fn from(error: JsonError) -> Self {
        Self::Broken(error.to_string())
    }
}

/// Where parts go, and what a document has said of itself so far.
pub(super) struct Sink<'a> {
    pub(super) each: &'a mut dyn FnMut(Part),
    pub(super) parts: u64,
    pub(super) not_read: NotRead,
    pub(super) format: Option<Format>,
}

impl Sink<'_> {
    pub(super) fn tell(&mut self, part: Part) {
        if part.name.is_empty() && part.package.is_none() {
            self.not_read.note(format_args!("line {}", part.line), "", "a part without a name");
            return;
        }
        self.parts = self.parts.saturating_add(1);
        (self.each)(part);
    }

    pub(super) fn is(&mut self, name: &'static str, version: &str) {
        let known = KNOWN.iter().any(|(known, versions)| *known == name && versions.contains(&version));
        if !known {
            self.not_read.note(
                "version",
                version,
                "a version that was not checked: what is new in it is not read",
            );
        }
        self.format = Some(Format { name, version: version.to_owned() });
    }
}

/// Reads a bill of materials and tells every part.
///
/// # Errors
/// If it is none, or is cut, or is XML with a type definition.
pub fn read(mut input: impl BufRead, each: &mut dyn FnMut(Part)) -> Result<Read, InventoryError> {
    let is_xml = first_byte(&mut input)? == Some(b'<');
    let mut sink = Sink { each, parts: 0, not_read: NotRead::default(), format: None };
    if is_xml {
        cyclonedx_xml::read(input, &mut sink)?;
    } else {
        json(&mut Reader::new(input), &mut sink)?;
    }
    let format = sink.format.ok_or(InventoryError::Other)?;
    Ok(Read { format, parts: sink.parts, not_read: sink.not_read })
}

/// The first byte that is neither white space nor a byte order mark. Those are taken.
fn first_byte(input: &mut impl BufRead) -> io::Result<Option<u8>> {
    loop {
        let buffer = input.fill_buf()?;
        let blank =
            |byte: &u8| byte.is_ascii_whitespace() && *byte != b'\n' || b"\xef\xbb\xbf".contains(byte);
        match buffer.iter().position(|byte| !blank(byte)) {
            Some(position) => {
                let byte = buffer.get(position).copied();
                input.consume(position);
                return Ok(byte);
            }
            None if buffer.is_empty() => return Ok(None),
            None => {
                let length = buffer.len();
                input.consume(length);
            }
        }
    }
}

/// The members of the outermost object. They may come in any order.
fn json(reader: &mut Reader<impl BufRead>, sink: &mut Sink<'_>) -> Result<(), InventoryError> {
    if reader.next()? != Token::BeginObject {
        return Err(InventoryError::Other);
    }
    let mut spec_version = String::new();
    let mut is_cyclonedx = false;
    let mut agents = spdx::Agents::default();
    loop {
        match reader.next()? {
            Token::EndObject => break,
            Token::Key(key) => match key.as_str() {
                "bomFormat" => is_cyclonedx = text(reader)? == "CycloneDX",
                "specVersion" => spec_version = text(reader)?,
                "spdxVersion" => {
                    let version = text(reader)?;
                    sink.is("SPDX", version.trim_start_matches("SPDX-"));
                }
                "@context" => agents.context(&text(reader)?, sink),
                "metadata" => cyclonedx_json::metadata(reader, sink)?,
                "components" => cyclonedx_json::elements(reader, cyclonedx_json::COMPONENT, sink)?,
                "services" => cyclonedx_json::elements(reader, cyclonedx_json::SERVICE, sink)?,
                "packages" => spdx::packages(reader, sink)?,
                "@graph" => agents.graph(reader, sink)?,
                _ => skip(reader)?,
            },
            _ => {}
        }
    }
    agents.finish(sink);
    if is_cyclonedx {
        sink.is("CycloneDX", &spec_version);
    }
    // What follows the object is no part of it; a second one would be a second document.
    match reader.next()? {
        Token::End => Ok(()),
        _ => Err(InventoryError::Broken(format!("line {}: more follows the document", reader.line()))),
    }
}

/// A string member; of an array the first string.
fn text(reader: &mut Reader<impl BufRead>) -> Result<String, InventoryError> {
    let first = reader.next()?;
    Ok(match small(reader, first)? {
        Value::String(text) => text,
        Value::Array(values) => values.iter().find_map(Value::as_str).unwrap_or_default().to_owned(),
        _ => String::new(),
    })
}
