//! The body of an agreement: numbered headings, prose, and fenced blocks.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

/// A heading and everything up to the next one.
#[derive(Debug, Default)]
pub(super) struct Section {
    /// The clause number, such as `4.2`; none for headings that are not clauses.
    pub(super) number: Option<String>,
    /// The heading without its number.
    pub(super) heading: String,
    pub(super) heading_span: Range<usize>,
    /// The paragraphs and list items, markup removed.
    pub(super) prose: Vec<Prose>,
    pub(super) blocks: Vec<Block>,
}

#[derive(Debug)]
pub(super) struct Prose {
    pub(super) text: String,
    /// Where it is, markup included.
    pub(super) span: Range<usize>,
}

/// A block of code.
#[derive(Debug)]
pub(super) struct Block {
    /// What its fence says it is; nothing for an indented block.
    pub(super) language: String,
    /// The text between the fences.
    pub(super) content: Range<usize>,
    pub(super) span: Range<usize>,
}

/// Reads the sections of a body. The first one holds what precedes the first heading.
pub(super) fn sections(body: &str) -> Vec<Section> {
    let mut reader =
        Reader { sections: vec![Section::default()], text: String::new(), place: None, block: None };
    for (event, span) in Parser::new(body).into_offset_iter() {
        reader.take(event, span);
    }
    reader.flush();
    reader.sections
}

struct Reader {
    sections: Vec<Section>,
    text: String,
    /// Where that text is.
    place: Option<Range<usize>>,
    block: Option<Block>,
}

impl Reader {
    fn take(&mut self, event: Event<'_>, span: Range<usize>) {
        match event {
            Event::Start(Tag::Heading { .. }) => {
                self.flush();
                self.sections.push(Section { heading_span: span, ..Section::default() });
            }
            Event::End(TagEnd::Heading(_)) => {
                self.place = None;
                let text = std::mem::take(&mut self.text);
                let (number, heading) = split_number(text.trim());
                if let Some(section) = self.sections.last_mut() {
                    section.number = number;
                    section.heading = heading;
                }
            }
            Event::Start(Tag::CodeBlock(kind)) => {
                self.flush();
                let language = match kind {
                    CodeBlockKind::Fenced(language) => language.trim().to_owned(),
                    CodeBlockKind::Indented => String::new(),
                };
                self.block = Some(Block { language, content: span.end..span.start, span });
            }
            Event::End(TagEnd::CodeBlock) => {
                if let (Some(mut block), Some(section)) = (self.block.take(), self.sections.last_mut()) {
                    if block.content.is_empty() {
                        block.content = block.span.start..block.span.start;
                    }
                    section.blocks.push(block);
                }
            }
            Event::Text(text) => match &mut self.block {
                Some(block) => {
                    block.content = block.content.start.min(span.start)..block.content.end.max(span.end);
                }
                None => self.write(&text, span),
            },
            Event::Code(text) => self.write(&text, span),
            Event::SoftBreak | Event::HardBreak => self.text.push(' '),
            // An item's own text ends where a list inside of it starts.
            Event::Start(Tag::Paragraph | Tag::Item | Tag::List(_) | Tag::BlockQuote(_))
            | Event::End(TagEnd::Paragraph | TagEnd::Item | TagEnd::List(_) | TagEnd::BlockQuote(_)) => {
                self.flush();
            }
            _ => {}
        }
    }

    fn write(&mut self, text: &str, span: Range<usize>) {
        self.text.push_str(text);
        let start = self.place.as_ref().map_or(span.start, |place| place.start);
        self.place = Some(start..span.end);
    }

    fn flush(&mut self) {
        let text = std::mem::take(&mut self.text);
        if let (Some(span), Some(section)) = (self.place.take(), self.sections.last_mut())
            && !text.trim().is_empty()
        {
            section.prose.push(Prose { text: text.trim().to_owned(), span });
        }
    }
}

/// Splits `4.2 Bulk data` into its number and the rest. A number may end in a dot.
fn split_number(heading: &str) -> (Option<String>, String) {
    let (first, rest) = heading.split_once(char::is_whitespace).unwrap_or((heading, ""));
    let number = first.strip_suffix('.').unwrap_or(first);
    if is_number(number) {
        (Some(number.to_owned()), rest.trim().to_owned())
    } else {
        (None, heading.to_owned())
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty()
        && text.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The clause numbers that prose refers to: `clause 4.2`, `clauses 4.2, 4.3 and 5`.
///
/// A number followed by `of` and anything but `this` or `these` belongs to another document. After the
/// singular, a further number counts only if it has a dot: in `under clause 5, 20 parts` it has none.
pub(super) fn references(prose: &str) -> Vec<(String, Range<usize>)> {
    let lower = prose.to_ascii_lowercase();
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = lower.get(from..).and_then(|rest| rest.find("clause")) {
        let start = from + at;
        from = start + "clause".len();
        let whole_word = !prose.get(..start).is_some_and(|before| before.ends_with(char::is_alphanumeric));
        let plural = lower.get(from..).is_some_and(|rest| rest.starts_with('s'));
        let mut rest = from + usize::from(plural);
        let mut list = Vec::new();
        while whole_word && let Some(number) = number_at(prose, rest) {
            let written = prose.get(number.clone()).unwrap_or_default();
            if !plural && !list.is_empty() && !written.contains('.') {
                break;
            }
            rest = number.end;
            list.push((written.to_owned(), number));
        }
        let after = prose.get(rest..).unwrap_or_default().trim_start();
        let elsewhere = after
            .strip_prefix("of ")
            .is_some_and(|owner| !["this", "these"].iter().any(|ours| owner.trim_start().starts_with(ours)));
        if !elsewhere {
            found.append(&mut list);
        }
    }
    found
}

/// The number that starts after blanks and joining words at `from`.
fn number_at(prose: &str, from: usize) -> Option<Range<usize>> {
    let mut start = from;
    loop {
        let rest = prose.get(start..)?;
        let blanks = rest.len() - rest.trim_start_matches([' ', '\n', '\r', ',', '–', '-']).len();
        let rest = rest.get(blanks..)?;
        let joining = ["and ", "or ", "to ", "through "].iter().find(|word| rest.starts_with(**word));
        start += blanks;
        match joining {
            Some(word) => start += word.len(),
            None => break,
        }
    }
    let rest = prose.get(start..)?;
    let length = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    let number = rest.get(..length)?.trim_end_matches('.');
    is_number(number).then(|| start..start + number.len())
}

/// The first sentence of a clause's prose, its closing quotation mark or bracket included.
pub(super) fn first_sentence(prose: &str) -> &str {
    for (place, mark) in prose.match_indices(['.', '!', '?']) {
        let after = prose.get(place + mark.len()..).unwrap_or_default();
        let rest = after.trim_start_matches(['"', '\'', ')', ']', '”', '’', '»']);
        let end = prose.len() - rest.len();
        if !rest.starts_with(char::is_whitespace) {
            continue;
        }
        let word = prose.get(..place).and_then(|before| before.rsplit([' ', '(', '"', '“']).next());
        let continues = rest.trim_start().starts_with(char::is_lowercase);
        let abbreviated = mark == "." && word.is_some_and(is_abbreviation);
        if !continues && !abbreviated {
            return prose.get(..end).unwrap_or(prose);
        }
    }
    prose
}

/// `U.S.`, `e.g.` and `Art.` don't end a sentence; `4.2.` does.
fn is_abbreviation(word: &str) -> bool {
    const KNOWN: [&str; 16] = [
        "Art", "No", "Nos", "para", "paras", "ss", "Sec", "sec", "cf", "vs", "Mr", "Ms", "Dr", "St", "Inc",
        "Fig",
    ];
    let letters =
        word.split('.').all(|part| part.chars().count() == 1 && part.chars().all(char::is_alphabetic));
    letters || KNOWN.contains(&word)
}

#[cfg(test)]
mod tests;
