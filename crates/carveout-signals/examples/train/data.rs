//! The examples: groups of texts, expanded and divided.

use std::{fs, path::Path};

use carveout_signals::tripwire::Family;

/// Texts made of one line at most.
const VARIANTS: usize = 4;

/// What a group is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Train,
    Calibrate,
    Test,
}

/// One text.
#[derive(Clone, Debug)]
pub(crate) struct Example {
    pub(crate) text: String,
    /// The family that it is an example or a counter-example of; none if it is ordinary work.
    pub(crate) of: Option<Family>,
    pub(crate) positive: bool,
    pub(crate) register: String,
    /// Which group of its file and sign it belongs to, counted from 0.
    pub(crate) group: usize,
    /// Which line it was made of.
    pub(crate) line: usize,
    pub(crate) part: Part,
}

impl Example {
    pub(crate) fn is_of(&self, family: Family) -> bool {
        self.positive && self.of == Some(family)
    }

    /// Whether a family's wire must stay quiet on it: other families' examples are neither.
    pub(crate) fn is_against(&self) -> bool {
        !self.positive
    }
}

/// All examples of a folder.
pub(crate) fn read(folder: &Path) -> Result<Vec<Example>, String> {
    let files = [
        ("surveillance.txt", Some(Family::MassSurveillance)),
        ("targeting.txt", Some(Family::Targeting)),
        ("profiling.txt", Some(Family::Profiling)),
        ("ordinary.txt", None),
    ];
    let mut examples = Vec::new();
    for (name, of) in files {
        let path = folder.join(name);
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let first = examples.len();
        parse(&text, of, &mut examples).map_err(|error| format!("{name}: {error}"))?;
        if examples.len() == first {
            return Err(format!("{name} holds no examples"));
        }
    }
    Ok(examples)
}

fn parse(text: &str, of: Option<Family>, examples: &mut Vec<Example>) -> Result<(), String> {
    let mut group: Option<(bool, usize, &str)> = None;
    let mut seen = [0, 0];
    for (number, line) in text.lines().enumerate() {
        let line = line.trim_end();
        if line.is_empty() || line.starts_with('#') && group.is_none() {
            continue;
        }
        if let Some(head) = line.strip_prefix("== ") {
            let wrong = || format!("line {}: a group is `== + name | register`", number + 1);
            let (sign, rest) = head.split_at_checked(2).ok_or_else(wrong)?;
            let (_, register) = rest.split_once(" | ").ok_or_else(wrong)?;
            let positive = match sign {
                "+ " => true,
                "- " => false,
                _ => return Err(wrong()),
            };
            let count = seen.get_mut(usize::from(positive)).ok_or_else(wrong)?;
            group = Some((positive, *count, register));
            *count += 1;
            continue;
        }
        let (positive, group, register) = group.ok_or_else(|| format!("line {}: no group", number + 1))?;
        for text in variants(line) {
            let text = text.replace("\\n", "\n");
            let part = match group % 5 {
                3 => Part::Calibrate,
                4 => Part::Test,
                _ => Part::Train,
            };
            examples.push(Example {
                text,
                of,
                positive,
                register: register.to_owned(),
                group,
                line: number,
                part,
            });
        }
    }
    Ok(())
}

/// Texts with one of each `<alternative|another>`: every alternative is in one of them, as far as there are variants.
fn variants(line: &str) -> Vec<String> {
    let mut texts: Vec<String> = (0..VARIANTS).map(|variant| filled(line, variant)).collect();
    texts.dedup();
    let mut distinct: Vec<String> = Vec::new();
    for text in texts {
        if !distinct.contains(&text) {
            distinct.push(text);
        }
    }
    distinct
}

fn filled(line: &str, variant: usize) -> String {
    let (mut text, mut rest, mut slot) = (String::new(), line, 0);
    while let Some((before, after)) = rest.split_once('<') {
        let inside =
            after.split_once('>').filter(|(inside, _)| inside.contains('|') && !inside.contains('<'));
        let Some((inside, after)) = inside else {
            text.push_str(before);
            text.push('<');
            rest = after;
            continue;
        };
        let options: Vec<&str> = inside.split('|').collect();
        text.push_str(before);
        text.push_str(options[(variant + slot * (variant / options.len())) % options.len()]);
        rest = after;
        slot += 1;
    }
    text.push_str(rest);
    text
}
