//! Texts in blocks, so that a file's size doesn't matter.

use std::io::{self, BufRead, Read};

use super::{Scanned, imports, installs, kind::Language, manifest::Manifest};
use crate::fingerprints::{Fingerprints, RuleKind};

/// How much is searched at once.
const BLOCK: usize = 256 << 10;

/// The longest line whose meaning is looked at; longer ones are searched all the same, in pieces.
const LONGEST_LINE: usize = 64 << 10;

/// How far pieces of a longer line overlap: no word is longer.
const OVERLAP: usize = 512;

/// How much of a file must hold no zero byte for it to be text.
const PROBE: usize = 8 << 10;

/// Searches a text, and reads its lines.
pub(super) fn scan(
    fingerprints: &Fingerprints,
    language: Language,
    mut input: impl BufRead,
    scanned: &mut Scanned,
) -> io::Result<()> {
    let mut manifest = Manifest::new(language);
    let mut block: Vec<u8> = Vec::with_capacity(BLOCK + OVERLAP);
    let mut line = 1_u32;
    let mut first = true;
    loop {
        let room = BLOCK.saturating_sub(block.len()) as u64;
        let taken = input.by_ref().take(room).read_to_end(&mut block)?;
        if std::mem::take(&mut first) && block.iter().take(PROBE).any(|byte| *byte == 0) {
            return Ok(());
        }
        let is_last = (taken as u64) < room;
        let whole = block.iter().rposition(|byte| *byte == b'\n').map_or(0, |position| position + 1);
        // A line longer than a block is searched in pieces that overlap.
        let (searched, kept) = match (is_last, whole) {
            (true, _) => (block.len(), block.len()),
            (false, 0) => (block.len(), block.len().saturating_sub(OVERLAP)),
            (false, whole) => (whole, whole),
        };
        let text = block.get(..searched).unwrap_or_default();
        search(fingerprints, language, text, line, scanned);
        if reads_lines(language) {
            lines(fingerprints, language, text, line, &mut manifest, scanned);
        }
        line = line.saturating_add(newlines(block.get(..kept).unwrap_or_default()));
        block.drain(..kept);
        if is_last {
            return Ok(());
        }
    }
}

fn reads_lines(language: Language) -> bool {
    !matches!(language, Language::Other | Language::Source)
}

/// Models, hosts and settings.
fn search(fingerprints: &Fingerprints, language: Language, text: &[u8], line: u32, scanned: &mut Scanned) {
    let (mut counted, mut number) = (0, line);
    for found in fingerprints.text(text) {
        number = number.saturating_add(newlines(text.get(counted..found.place).unwrap_or_default()));
        counted = found.place;
        let is_setting = matches!(found.rule.kind(), RuleKind::Setting { .. });
        if is_setting && language.is_source() && !is_read(text, found.place, &found.text) {
            continue;
        }
        let grade = found.rule.grade();
        scanned.add(found.rule, grade, number, &found.text, in_comment(text, found.place, language));
    }
}

fn lines(
    fingerprints: &Fingerprints,
    language: Language,
    text: &[u8],
    first: u32,
    manifest: &mut Manifest,
    scanned: &mut Scanned,
) {
    for (number, line) in (first..).zip(text.split(|byte| *byte == b'\n')) {
        if line.len() > LONGEST_LINE {
            continue;
        }
        let Ok(line) = std::str::from_utf8(line) else { continue };
        let line = line.trim_end_matches('\r');
        match language {
            Language::Python | Language::JavaScript | Language::GoSource => {
                imports::scan(fingerprints, language, line, number, scanned);
            }
            Language::Commands => installs::scan(fingerprints, line, number, scanned),
            _ => manifest
                .line(line, &mut |ecosystem, name| scanned.package(fingerprints, ecosystem, name, number)),
        }
    }
}

/// Endings of settings, by which they are known wherever they stand.
const SETTING_ENDINGS: [&str; 8] =
    ["_KEY", "_TOKEN", "_URL", "_ENDPOINT", "_BASE", "_MODEL", "_API_VERSION", "_DEPLOYMENT"];

/// Whether a name in a program is read from its surroundings: quoted, or a member of something. `OPENAI_REPLY` by itself is
/// a constant of the program's own.
fn is_read(text: &[u8], place: usize, name: &str) -> bool {
    let before = place.checked_sub(1).and_then(|before| text.get(before));
    before.is_some_and(|byte| matches!(byte, b'"' | b'\'' | b'`' | b'.' | b'$' | b'{' | b'%'))
        || SETTING_ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// Whether the line up to a place begins as a comment does.
fn in_comment(text: &[u8], place: usize, language: Language) -> bool {
    let before = text.get(place.saturating_sub(LONGEST_LINE)..place).unwrap_or_default();
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |position| position + 1);
    let line = before.get(start..).unwrap_or_default().trim_ascii_start();
    let signs: &[&[u8]] = match language {
        Language::JavaScript | Language::GoSource | Language::Source | Language::Gradle => {
            &[b"//", b"/*", b"* "]
        }
        Language::Maven => &[b"<!--"],
        Language::Other => &[b"//", b"/*", b"* ", b"# ", b"#\t", b"--", b"<!--", b"; "],
        _ => &[b"#"],
    };
    signs.iter().any(|sign| line.starts_with(sign))
}

fn newlines(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.iter().filter(|byte| **byte == b'\n').count()).unwrap_or(u32::MAX)
}
