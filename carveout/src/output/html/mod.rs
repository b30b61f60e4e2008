//! Pages that stand alone: one file, nothing fetched, no script.

mod region;

use std::fmt::{Display, Write};

pub(crate) use self::region::region;
use super::visible::steers;

const STYLE: &str = include_str!("style.css");

/// A page in the making. Markup is written in this source; everything else is text and is escaped.
#[derive(Debug, Default)]
pub(crate) struct Html(String);

impl Html {
    /// Markup. Only a text that stands in the source of this program can be markup.
    pub(crate) fn markup(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Text that anybody wrote.
    pub(crate) fn text(&mut self, text: impl Display) -> &mut Self {
        for character in text.to_string().chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                // What hides or reorders other text is shown as what it is.
                _ if steers(character) => {
                    let _ = write!(self.0, "{}", character.escape_unicode());
                }
                _ => self.0.push(character),
            }
        }
        self
    }

    /// Text between two pieces of markup.
    pub(crate) fn within(
        &mut self,
        open: &'static str,
        text: impl Display,
        close: &'static str,
    ) -> &mut Self {
        self.markup(open).text(text).markup(close)
    }

    /// The whole document.
    pub(crate) fn document(self, title: &str) -> String {
        let mut page = Self::default();
        page.markup("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .markup("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .markup("<meta name=\"color-scheme\" content=\"light dark\">\n")
            .markup("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n")
            .within("<title>", title, "</title>\n")
            .markup("<style>\n")
            .markup(STYLE)
            .markup("</style>\n</head>\n<body>\n");
        page.0.push_str(&self.0);
        page.markup("</body>\n</html>\n");
        page.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_never_markup() {
        let mut html = Html::default();
        html.within("<p>", "<script>'\"&\u{202e}\u{1b}[1m\n", "</p>");
        assert_eq!(html.0, "<p>&lt;script&gt;&#39;&quot;&amp;\\u{202e}\\u{1b}[1m\n</p>");
    }

    #[test]
    fn a_page_fetches_nothing() {
        let page = Html::default().document("</title><script>");
        assert!(page.contains("<title>&lt;/title&gt;&lt;script&gt;</title>"));
        for outside in ["http://", "https://", "url(", "@import", "<script", "<link", "src="] {
            assert!(!page.contains(outside), "{outside}");
        }
    }
}
