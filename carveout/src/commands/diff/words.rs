//! Word by word: what was struck out of a text, and what was put in.

use std::cmp::Ordering;

use similar::{Algorithm, ChangeTag, capture_diff_slices};

/// A run of text.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub(super) struct Piece {
    pub(super) kind: PieceKind,
    pub(super) text: String,
}

/// What happened to a run of text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum PieceKind {
    Same,
    Removed,
    Added,
}

/// Texts with more words in common than this are one text that was changed; others were replaced.
const RELATED: f64 = 0.4;

/// What the lines of two texts have in common, from 0 to 1: words in any order.
pub(super) fn alike(old: &str, new: &str) -> f64 {
    let words = |text: &str| {
        let mut words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        words.sort_unstable();
        words
    };
    let (old, new) = (words(old), words(new));
    let (mut left, mut right, mut common) = (old.iter().peekable(), new.iter().peekable(), 0_usize);
    while let (Some(first), Some(second)) = (left.peek(), right.peek()) {
        match first.cmp(second) {
            Ordering::Less => {
                left.next();
            }
            Ordering::Greater => {
                right.next();
            }
            Ordering::Equal => {
                common += 1;
                left.next();
                right.next();
            }
        }
    }
    match old.len() + new.len() {
        0 => 1.0,
        all => 2.0 * common as f64 / all as f64,
    }
}

/// Whether one text was made from the other.
pub(super) fn related(old: &str, new: &str) -> bool {
    alike(old, new) > RELATED
}

/// The change from one text to another, in runs of words.
pub(super) fn compared(old: &str, new: &str) -> Vec<Piece> {
    let piece = |kind, text: &str| Piece { kind, text: text.to_owned() };
    if old == new {
        return vec![piece(PieceKind::Same, old)];
    }
    // Texts that have little in common would come out as confetti.
    if !related(old, new) {
        let both = [piece(PieceKind::Removed, old), piece(PieceKind::Added, new)];
        return both.into_iter().filter(|piece| !piece.text.is_empty()).collect();
    }
    let (old, new) = (words(old), words(new));
    let mut pieces: Vec<Piece> = Vec::new();
    for operation in capture_diff_slices(Algorithm::Patience, &old, &new) {
        for (tag, words) in operation.iter_slices(&old, &new) {
            let kind = match tag {
                ChangeTag::Equal => PieceKind::Same,
                ChangeTag::Delete => PieceKind::Removed,
                ChangeTag::Insert => PieceKind::Added,
            };
            push(&mut pieces, kind, &words.concat());
        }
    }
    joined(pieces)
}

fn push(pieces: &mut Vec<Piece>, kind: PieceKind, text: &str) {
    match pieces.last_mut() {
        Some(last) if last.kind == kind => last.text.push_str(text),
        _ => pieces.push(Piece { kind, text: text.to_owned() }),
    }
}

/// Changes with nothing but a space between them, as one change.
fn joined(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut result: Vec<Piece> = Vec::new();
    let (mut removed, mut added) = (String::new(), String::new());
    let flush = |result: &mut Vec<Piece>, removed: &mut String, added: &mut String| {
        for (kind, text) in [(PieceKind::Removed, removed), (PieceKind::Added, added)] {
            if !text.is_empty() {
                result.push(Piece { kind, text: std::mem::take(text) });
            }
        }
    };
    let mut pieces = pieces.into_iter().peekable();
    while let Some(piece) = pieces.next() {
        let changing = !removed.is_empty() && !added.is_empty();
        match piece.kind {
            PieceKind::Removed => removed.push_str(&piece.text),
            PieceKind::Added => added.push_str(&piece.text),
            PieceKind::Same if changing && piece.text == " " && pieces.peek().is_some() => {
                removed.push(' ');
                added.push(' ');
            }
            PieceKind::Same => {
                flush(&mut result, &mut removed, &mut added);
                result.push(piece);
            }
        }
    }
    flush(&mut result, &mut removed, &mut added);
    result
}

/// Words, spaces and marks, which together are the text.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let class = class_of(first);
        let end = match class {
            Class::Mark => first.len_utf8(),
            class => rest.find(|other| class_of(other) != class).unwrap_or(rest.len()),
        };
        let (word, after) = rest.split_at(end);
        words.push(word);
        rest = after;
    }
    words
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Word,
    Space,
    Mark,
}

fn class_of(character: char) -> Class {
    match character {
        _ if character.is_alphanumeric() || matches!(character, '_' | '-' | '\'' | '’') => Class::Word,
        _ if character.is_whitespace() => Class::Space,
        _ => Class::Mark,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(old: &str, new: &str) -> String {
        let pieces = compared(old, new);
        let side = |kinds: [PieceKind; 2]| {
            pieces
                .iter()
                .filter(|piece| kinds.contains(&piece.kind))
                .map(|piece| piece.text.as_str())
                .collect::<String>()
        };
        assert_eq!(side([PieceKind::Same, PieceKind::Removed]), old);
        assert_eq!(side([PieceKind::Same, PieceKind::Added]), new);
        let shown = pieces.iter().map(|piece| match piece.kind {
            PieceKind::Same => piece.text.clone(),
            PieceKind::Removed => format!("[-{}-]", piece.text),
            PieceKind::Added => format!("{{+{}+}}", piece.text),
        });
        shown.collect()
    }

    #[test]
    fn words_are_struck_and_put_in_and_both_texts_can_be_read_off() {
        for (old, new, shown) in [
            ("The data is bulk.", "The data is bulk.", "The data is bulk."),
            ("bulk data about persons.", "bulk data about US persons.", "bulk data about {+US +}persons."),
            ("may, if asked, share it", "may share it", "may[-, if asked,-] share it"),
            ("it shall not share", "it may well share", "it [-shall not-]{+may well+} share"),
            ("one thing entirely", "quite another matter", "[-one thing entirely-]{+quite another matter+}"),
            ("", "new", "{+new+}"),
            ("größer, dann", "größer; dann", "größer[-,-]{+;+} dann"),
        ] {
            assert_eq!(marked(old, new), shown);
        }
    }
}
