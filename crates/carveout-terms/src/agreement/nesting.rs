//! How deeply a policy's text is nested, found without taking it apart.
//!
//! Cedar's parser takes a dozen calls for every bracket, so a page of brackets could exhaust the
//! stack, which no error can report. What is nested too deeply is refused before it is parsed.

/// More brackets inside each other than this are refused. Clauses that lawyers can read have four or five.
const DEEPEST: usize = 24;

/// Where brackets are nested too deeply, if they are.
pub(super) fn too_deep(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let skipped = match next {
            '"' => string_length(rest),
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            _ => next.len_utf8(),
        };
        match next {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return Some(text.len() - rest.len());
        }
        rest = rest.get(skipped..)?;
    }
    None
}

/// The length of the string literal at the start. A quotation mark that is never closed opens none.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (place, c) in text.char_indices().skip(1) {
        match c {
            '"' if !escaped => return place + 1,
            _ => escaped = c == '\\' && !escaped,
        }
    }
    1
}

#[cfg(test)]
mod tests {
    use super::{DEEPEST, too_deep};

    #[test]
    fn brackets_count_where_they_are_code() {
        let deep = "(".repeat(DEEPEST + 1);
        let table = [
            (String::new(), None),
            ("([{".repeat(DEEPEST / 3), None),
            ("()[]{}".repeat(100), None),
            (deep.clone(), Some(DEEPEST)),
            (format!("\"{deep}\""), None),
            (format!("\"\\\"{deep}\""), None),
            (format!("// {deep}\n"), None),
            (format!("// \"\n{deep}"), Some(5 + DEEPEST)),
            (format!("\"\\\\\"{deep}"), Some(4 + DEEPEST)),
            (format!("\"{deep}"), Some(1 + DEEPEST)),
            (deep.replace('(', "(\")\""), Some(4 * DEEPEST)),
        ];
        for (text, expected) in table {
            assert_eq!(too_deep(&text), expected, "{text}");
        }
    }
}
