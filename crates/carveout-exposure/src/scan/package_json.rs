//! `package.json` and the lock files of npm, which may be one long line.

use std::io::BufRead;

use super::Scanned;
use crate::{
    fingerprints::Fingerprints,
    json::{JsonError, Reader, Token, skip},
};

/// Members whose keys are packages.
const TABLES: [&str; 6] = [
    "dependencies",
    "devDependencies",
    "peerDependencies",
    "optionalDependencies",
    "resolutions",
    "overrides",
];

/// Tells the packages.
pub(super) fn scan(
    fingerprints: &Fingerprints,
    input: &mut impl BufRead,
    scanned: &mut Scanned,
) -> Result<(), String> {
    let mut reader = Reader::new(input);
    walk(fingerprints, &mut reader, scanned).map_err(|error| format!("it is no JSON: {error}"))
}

fn walk(
    fingerprints: &Fingerprints,
    reader: &mut Reader<impl BufRead>,
    scanned: &mut Scanned,
) -> Result<(), JsonError> {
    // For each open object the key that it is the value of.
    let mut path: Vec<String> = Vec::new();
    let mut key = String::new();
    loop {
        match reader.next()? {
            Token::BeginObject => path.push(std::mem::take(&mut key)),
            Token::BeginArray => path.push(String::new()),
            Token::EndObject | Token::EndArray => {
                path.pop();
            }
            Token::Key(next) => {
                match path.last().map(String::as_str) {
                    Some(table) if TABLES.contains(&table) => {
                        scanned.package(fingerprints, "npm", &next, reader.line());
                    }
                    // Lock files of version 2 on: `node_modules/@example/sdk`, also below others.
                    Some("packages") => {
                        let name = next.rsplit("node_modules/").next().unwrap_or_default();
                        scanned.package(fingerprints, "npm", name, reader.line());
                    }
                    // Scripts, settings of tools and the rest name no packages of their own.
                    _ if matches!(next.as_str(), "scripts" | "config" | "eslintConfig") => {
                        skip(reader)?;
                        continue;
                    }
                    _ => {}
                }
                key = next;
            }
            Token::String(_) | Token::Literal(_) => {}
            Token::End => return Ok(()),
        }
    }
}
