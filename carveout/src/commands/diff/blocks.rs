//! The text of a clause, paragraph by paragraph and block by block.

use super::words::{Piece, PieceKind, compared, related};

/// A paragraph, or a block of code.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub(super) struct Block {
    /// The language of code; none for prose.
    pub(super) language: Option<String>,
    pub(super) pieces: Vec<Piece>,
}

impl Block {
    /// Whether it is the same on both sides.
    pub(super) fn is_same(&self) -> bool {
        self.pieces.iter().all(|piece| piece.kind == PieceKind::Same)
    }
}

/// What happened to each paragraph and block of a text.
pub(super) fn blocks(old: &str, new: &str) -> Vec<Block> {
    aligned(&parts(old), &parts(new))
}

/// A paragraph or block of code, on one side.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Part {
    language: Option<String>,
    text: String,
}

/// The paragraphs and blocks of a text. Where lines are broken means nothing in a paragraph.
fn parts(text: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut lines = text.lines();
    let mut open = false;
    while let Some(line) = lines.next() {
        let trimmed = line.trim();
        if let Some(language) = trimmed.strip_prefix("```") {
            let code: Vec<&str> = lines.by_ref().take_while(|line| line.trim() != "```").collect();
            let text = code.iter().flat_map(|line| [*line, "\n"]).collect();
            parts.push(Part { language: Some(language.trim().to_owned()), text });
            open = false;
        } else if trimmed.is_empty() {
            open = false;
        } else {
            match parts.last_mut() {
                Some(last) if open && continues(&last.text, trimmed) => {
                    last.text.push(' ');
                    last.text.push_str(trimmed.trim_start_matches("> "));
                }
                _ => parts.push(Part { language: None, text: trimmed.to_owned() }),
            }
            open = true;
        }
    }
    parts
}

/// Whether a line goes on with the paragraph, list item or quotation before it.
fn continues(before: &str, line: &str) -> bool {
    let starts = ["- ", "* ", "| ", "#"].iter().any(|start| line.starts_with(start))
        || line.split_once(". ").is_some_and(|(number, _)| number.bytes().all(|byte| byte.is_ascii_digit()));
    !starts && before.starts_with('>') == line.starts_with('>') && !before.starts_with('#')
}

/// Blocks side by side: the same ones aligned, and of those between them each with the one it was made from.
fn aligned(old: &[Part], new: &[Part]) -> Vec<Block> {
    let mut blocks = Vec::new();
    let texts = |parts: &[Part]| -> Vec<String> { parts.iter().map(|part| part.text.clone()).collect() };
    let operations = similar::capture_diff_slices(similar::Algorithm::Patience, &texts(old), &texts(new));
    for operation in operations {
        let (was, is) = (operation.old_range(), operation.new_range());
        let (was, is) = (old.get(was).unwrap_or_default(), new.get(is).unwrap_or_default());
        let mut waiting = is.iter().peekable();
        for part in was {
            let partner = waiting
                .clone()
                .position(|other| other.language == part.language && related(&part.text, &other.text));
            let Some(partner) = partner else {
                blocks.push(block(part, &part.text, ""));
                continue;
            };
            for added in waiting.by_ref().take(partner) {
                blocks.push(block(added, "", &added.text));
            }
            if let Some(other) = waiting.next() {
                blocks.push(block(part, &part.text, &other.text));
            }
        }
        blocks.extend(waiting.map(|added| block(added, "", &added.text)));
    }
    blocks
}

fn block(part: &Part, old: &str, new: &str) -> Block {
    let pieces = if part.language.is_some() { code(old, new) } else { compared(old, new) };
    Block { language: part.language.clone(), pieces }
}

/// Code is compared line by line first, because a line of it is one thing that is said.
fn code(old: &str, new: &str) -> Vec<Piece> {
    let lines = |text: &str| -> Vec<Part> {
        text.split_inclusive('\n').map(|line| Part { language: None, text: line.to_owned() }).collect()
    };
    let mut pieces: Vec<Piece> = Vec::new();
    for piece in aligned(&lines(old), &lines(new)).into_iter().flat_map(|line| line.pieces) {
        match pieces.last_mut() {
            Some(last) if last.kind == piece.kind => last.text.push_str(&piece.text),
            _ => pieces.push(piece),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(old: &str, new: &str) -> Vec<String> {
        let shown = |piece: &Piece| match piece.kind {
            PieceKind::Same => piece.text.clone(),
            PieceKind::Removed => format!("[-{}-]", piece.text),
            PieceKind::Added => format!("{{+{}+}}", piece.text),
        };
        blocks(old, new).iter().map(|block| block.pieces.iter().map(shown).collect()).collect()
    }

    #[test]
    fn paragraphs_are_matched_and_reflowed_and_code_is_compared_by_lines() {
        for (old, new, shown) in [
            ("One\ntwo.\n\nThree.", "One two.\n\nThree.", vec!["One two.", "Three."]),
            ("One.\n\nThree.", "One.\n\nTwo, new.\n\nThree.", vec!["One.", "{+Two, new.+}", "Three."]),
            ("- a b c\n- d", "- a b\n- d", vec!["- a b[- c-]", "- d"]),
            ("> a\n> b", "> a b", vec!["> a b"]),
            (
                "```uses\ndeny: a=b, c=d\ndeny: e=f\n```",
                "```uses\ndeny: e=f\n```",
                vec!["[-deny: a=b, c=d\n-]deny: e=f\n"],
            ),
            (
                "```cedar\nwhen {\n  a && b && c\n};\n```",
                "```cedar\nwhen {\n  a && b && d\n};\n```",
                vec!["when {\n  a && b && [-c-]{+d+}\n};\n"],
            ),
            ("A sentence.", "```cedar\nA sentence.\n```", vec!["[-A sentence.-]", "{+A sentence.\n+}"]),
        ] {
            assert_eq!(marked(old, new), shown, "{old} to {new}");
        }
    }
}
