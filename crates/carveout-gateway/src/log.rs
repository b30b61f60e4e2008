//! What may be written into logs: ids and reasons, never content, keys or header values.

use std::{
    error::Error,
    fmt::{self, Write as _},
};

/// Shows a text that came from outside with its control characters escaped, so that it can't forge a line.
pub(crate) struct Escaped<T>(pub(crate) T);

impl<T: fmt::Display> fmt::Display for Escaped<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Escaping(formatter), "{}", self.0)
    }
}

struct Escaping<'a, 'f>(&'a mut fmt::Formatter<'f>);

impl fmt::Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            if character.is_control() {
                write!(self.0, "{}", character.escape_unicode())?;
            } else {
                self.0.write_char(character)?;
            }
        }
        Ok(())
    }
}

/// An error with what caused it, in one line.
pub(crate) struct Causes<'a>(pub(crate) &'a (dyn Error + 'static));

impl fmt::Display for Causes<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", Escaped(self.0))?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(formatter, ": {}", Escaped(error))?;
            cause = error.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_from_outside_stays_on_its_line() {
        assert_eq!(Escaped("a\nERROR b\u{1b}[31m é").to_string(), "a\\u{a}ERROR b\\u{1b}[31m é");
    }
}
