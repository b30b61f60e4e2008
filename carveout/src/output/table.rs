//! Tables for people: left-aligned columns, the last one wrapped.

use std::fmt;

use super::Printer;

/// How wide a table may get.
const WIDTH: usize = 100;

/// Rows of text under headings.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these headings.
    pub(crate) fn new<const N: usize>(headings: [&str; N]) -> Self {
        Self { rows: vec![headings.map(str::to_owned).to_vec()] }
    }

    /// Adds a row.
    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.to_vec());
    }

    /// A table with as many columns as there are headings.
    pub(crate) fn of(headings: impl IntoIterator<Item = String>) -> Self {
        Self { rows: vec![headings.into_iter().collect()] }
    }

    /// Adds a row, a cell for each heading.
    pub(crate) fn cells(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    fn widths(&self) -> Vec<usize> {
        let columns = self.rows.first().map_or(0, Vec::len);
        (0..columns)
            .map(|column| {
                self.rows.iter().filter_map(|row| row.get(column)).map(|cell| length(cell)).max().unwrap_or(0)
            })
            .collect()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths = self.widths();
        let before: usize = widths.iter().rev().skip(1).map(|width| width + 2).sum();
        for (position, row) in self.rows.iter().enumerate() {
            if position > 0 {
                writeln!(f)?;
            }
            let last = row.len().saturating_sub(1);
            for (cell, width) in row.iter().zip(&widths).take(last) {
                write!(f, "{cell}{}", " ".repeat(width + 2 - length(cell).min(width + 1)))?;
            }
            let lines = wrapped(row.last().map_or("", String::as_str), WIDTH.saturating_sub(before).max(30));
            write!(f, "{}", lines.join(&format!("\n{}", " ".repeat(before))))?;
        }
        Ok(())
    }
}

/// The characters that are seen: without colour codes.
fn length(text: &str) -> usize {
    anstream::adapter::strip_str(text).to_string().chars().count()
}

/// Breaks text between words.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if length(line) + 1 + length(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Prints text broken between words, the first line after `first` and the others after `others`.
pub(crate) fn indented(printer: &Printer, first: &str, others: &str, text: &str) {
    for (position, line) in wrapped(text, WIDTH - others.len()).iter().enumerate() {
        printer.line(format_args!("{}{line}", if position == 0 { first } else { others }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_the_last_one_wraps() {
        let mut table = Table::new(["a", "what"]);
        table.row(["long".into(), "word ".repeat(30).trim().into()]);
        let text = table.to_string();
        assert!(text.starts_with("a     what\nlong  word word"));
        assert!(text.lines().all(|line| line.len() <= WIDTH), "{text}");
        assert!(text.lines().nth(2).unwrap().starts_with("      word"));
    }
}
