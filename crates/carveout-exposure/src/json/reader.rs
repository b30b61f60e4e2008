//! The tokens of a JSON text (RFC 8259).

use std::io::{self, BufRead};

/// The longest string that is kept whole; what goes beyond is dropped, and told.
const LONGEST_STRING: usize = 64 << 10;

/// How deep arrays and objects may nest.
const DEEPEST: usize = 512;

/// A token. Keys and values are told apart; commas and colons are checked and not told.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Token {
    BeginObject,
    EndObject,
    BeginArray,
    EndArray,
    Key(String),
    String(String),
    /// A number, `true`, `false` or `null`, as it is written.
    Literal(String),
    End,
}

/// Why a text can't be read on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JsonError {
    #[error("line {line}: {what}")]
    Syntax { line: u32, what: &'static str },
    #[error("line {line}: {error}")]
    Io { line: u32, error: io::Error },
}

/// What may come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    Value,
    ValueOrEnd,
    KeyOrEnd,
    Key,
    CommaOrEnd,
    Nothing,
}

/// Reads tokens.
pub(crate) struct Reader<R> {
    input: R,
    line: u32,
    /// For each open array or object whether it is an object.
    open: Vec<bool>,
    expect: Expect,
}

impl<R: BufRead> Reader<R> {
    pub(crate) const fn new(input: R) -> Self {
        Self { input, line: 1, open: Vec::new(), expect: Expect::Value }
    }

    /// The line that the last token ended on.
    pub(crate) const fn line(&self) -> u32 {
        self.line
    }

    /// The next token.
    pub(crate) fn next(&mut self) -> Result<Token, JsonError> {
        let Some(byte) = self.significant()? else {
            return if self.expect == Expect::Nothing {
                Ok(Token::End)
            } else {
                self.wrong("the text is cut")
            };
        };
        match (self.expect, byte) {
            (Expect::CommaOrEnd, b',') => {
                self.take();
                self.expect = if self.in_object() { Expect::Key } else { Expect::Value };
                self.next_after_comma()
            }
            (Expect::CommaOrEnd | Expect::ValueOrEnd | Expect::KeyOrEnd, b']' | b'}') => self.close(byte),
            (Expect::KeyOrEnd | Expect::Key, b'"') => self.key(),
            (Expect::Value | Expect::ValueOrEnd, _) => self.value(byte),
            _ => self.wrong("this character does not belong here"),
        }
    }

    /// After a comma neither an end nor another comma may follow, so this goes one level deep.
    fn next_after_comma(&mut self) -> Result<Token, JsonError> {
        match (self.expect, self.significant()?) {
            (Expect::Key, Some(b'"')) => self.key(),
            (Expect::Value, Some(byte)) if byte != b']' => self.value(byte),
            (_, None) => self.wrong("the text is cut"),
            _ => self.wrong("this character does not belong here"),
        }
    }

    fn key(&mut self) -> Result<Token, JsonError> {
        self.take();
        let key = self.string()?;
        match self.significant()? {
            Some(b':') => self.take(),
            _ => return self.wrong("a key without a colon"),
        }
        self.expect = Expect::Value;
        Ok(Token::Key(key))
    }

    fn value(&mut self, byte: u8) -> Result<Token, JsonError> {
        match byte {
            b'{' | b'[' => {
                self.take();
                if self.open.len() >= DEEPEST {
                    return self.wrong("nested deeper than 512");
                }
                self.open.push(byte == b'{');
                self.expect = if byte == b'{' { Expect::KeyOrEnd } else { Expect::ValueOrEnd };
                Ok(if byte == b'{' { Token::BeginObject } else { Token::BeginArray })
            }
            b'"' => {
                self.take();
                let text = self.string()?;
                self.expect = self.after_value();
                Ok(Token::String(text))
            }
            b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => self.literal(),
            _ => self.wrong("this character does not begin a value"),
        }
    }

    fn close(&mut self, byte: u8) -> Result<Token, JsonError> {
        self.take();
        match (self.open.pop(), byte) {
            (Some(true), b'}') => {
                self.expect = self.after_value();
                Ok(Token::EndObject)
            }
            (Some(false), b']') => {
                self.expect = self.after_value();
                Ok(Token::EndArray)
            }
            _ => self.wrong("this bracket closes another one"),
        }
    }

    fn literal(&mut self) -> Result<Token, JsonError> {
        let mut text = String::new();
        while let Some(byte) =
            self.peek()?.filter(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte))
        {
            self.take();
            text.push(char::from(byte));
            if text.len() > 400 {
                return self.wrong("a number of more than 400 digits");
            }
        }
        let known = matches!(text.as_str(), "true" | "false" | "null")
            || text.parse::<f64>().is_ok_and(f64::is_finite);
        if !known {
            return self.wrong("neither a number nor true, false or null");
        }
        self.expect = self.after_value();
        Ok(Token::Literal(text))
    }

    /// The rest of a string after its quote.
    fn string(&mut self) -> Result<String, JsonError> {
        let mut bytes = Vec::new();
        loop {
            let Some(byte) = self.peek()? else { return self.wrong("the text is cut in a string") };
            self.take();
            match byte {
                b'"' => break,
                b'\\' => {
                    let character = self.escaped()?;
                    let mut buffer = [0; 4];
                    push(&mut bytes, character.encode_utf8(&mut buffer).as_bytes());
                }
                0..0x20 => return self.wrong("a control character in a string"),
                byte => push(&mut bytes, &[byte]),
            }
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(text),
            // A long string may have been cut within a character.
            Err(error)
                if error.utf8_error().error_len().is_none() && error.as_bytes().len() >= LONGEST_STRING =>
            {
                Ok(String::from_utf8_lossy(error.as_bytes()).into_owned())
            }
            Err(_) => self.wrong("not UTF-8"),
        }
    }

    fn escaped(&mut self) -> Result<char, JsonError> {
        let Some(byte) = self.peek()? else { return self.wrong("the text is cut in a string") };
        self.take();
        Ok(match byte {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(),
            _ => return self.wrong("an escape that there is none of"),
        })
    }

    fn unicode(&mut self) -> Result<char, JsonError> {
        let unit = self.hex()?;
        if !(0xd800..0xe000).contains(&unit) {
            return char::from_u32(unit).map_or_else(|| self.wrong("half a character"), Ok);
        }
        if unit < 0xdc00 && self.peek()? == Some(b'\\') {
            self.take();
            if self.peek()? == Some(b'u') {
                self.take();
                let low = self.hex()?;
                let code = 0x1_0000 + ((unit - 0xd800) << 10) + low.wrapping_sub(0xdc00);
                if (0xdc00..0xe000).contains(&low)
                    && let Some(character) = char::from_u32(code)
                {
                    return Ok(character);
                }
            }
        }
        self.wrong("half a character")
    }

    fn hex(&mut self) -> Result<u32, JsonError> {
        let mut value = 0;
        for _ in 0..4 {
            let digit = self.peek()?.and_then(|byte| char::from(byte).to_digit(16));
            let Some(digit) = digit else { return self.wrong("an escape without four digits") };
            self.take();
            value = value * 16 + digit;
        }
        Ok(value)
    }

    fn after_value(&self) -> Expect {
        if self.open.is_empty() { Expect::Nothing } else { Expect::CommaOrEnd }
    }

    fn in_object(&self) -> bool {
        self.open.last() == Some(&true)
    }

    /// The next byte that is no white space, which is not taken.
    fn significant(&mut self) -> Result<Option<u8>, JsonError> {
        loop {
            match self.peek()? {
                Some(b'\n') => {
                    self.line = self.line.saturating_add(1);
                    self.take();
                }
                Some(b' ' | b'\t' | b'\r') => self.take(),
                Some(0xef) if self.line == 1 && self.expect == Expect::Value && self.open.is_empty() => {
                    self.mark()?
                }
                other => return Ok(other),
            }
        }
    }

    /// A byte order mark, which some tools write.
    fn mark(&mut self) -> Result<(), JsonError> {
        for expected in *b"\xef\xbb\xbf" {
            if self.peek()? != Some(expected) {
                return self.wrong("this character does not begin a value");
            }
            self.take();
        }
        Ok(())
    }

    fn peek(&mut self) -> Result<Option<u8>, JsonError> {
        let line = self.line;
        match self.input.fill_buf() {
            Ok(buffer) => Ok(buffer.first().copied()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => self.peek(),
            Err(error) => Err(JsonError::Io { line, error }),
        }
    }

    fn take(&mut self) {
        self.input.consume(1);
    }

    fn wrong<T>(&self, what: &'static str) -> Result<T, JsonError> {
        Err(JsonError::Syntax { line: self.line, what })
    }
}

fn push(bytes: &mut Vec<u8>, more: &[u8]) {
    if bytes.len() + more.len() <= LONGEST_STRING {
        bytes.extend_from_slice(more);
    }
}

#[cfg(test)]
mod tests {
    use super::{Reader, Token};

    fn tokens(text: &[u8]) -> Result<Vec<Token>, String> {
        let mut reader = Reader::new(text);
        let mut tokens = Vec::new();
        loop {
            match reader.next().map_err(|error| error.to_string())? {
                Token::End => return Ok(tokens),
                token => tokens.push(token),
            }
        }
    }

    #[test]
    fn texts_are_read_or_refused_as_serde_does() {
        for text in [
            r#"{"a":[1,-2.5e3,true,null,"x\u00e9\ud83d\ude00\n"],"b":{}}"#,
            " [ ] ",
            r#""just a string""#,
            "[[[[]]]]",
            r#"{"a":1,"a":2}"#,
            "",
            "{",
            "[1,]",
            r#"{"a" 1}"#,
            r#"{"a":1,}"#,
            "[1 2]",
            "[1]]",
            "{]",
            "nul",
            r#""\ud83d""#,
            r#""\x""#,
            "\"\t\"",
            "[1}",
            "{,}",
            "[,1]",
            "1 2",
            "--1",
        ] {
            let theirs = serde_json::from_str::<serde_json::Value>(text).is_ok();
            assert_eq!(tokens(text.as_bytes()).is_ok(), theirs, "{text}");
        }
    }

    #[test]
    fn tokens_come_in_order_with_their_lines() {
        let mut reader = Reader::new("\u{feff}{\n\"a\": [1,\n\"b\"]}".as_bytes());
        let mut seen = Vec::new();
        loop {
            match reader.next().unwrap() {
                Token::End => break,
                token => seen.push((token, reader.line())),
            }
        }
        let text = |text: &str| text.to_owned();
        assert_eq!(
            seen,
            [
                (Token::BeginObject, 1),
                (Token::Key(text("a")), 2),
                (Token::BeginArray, 2),
                (Token::Literal(text("1")), 2),
                (Token::String(text("b")), 3),
                (Token::EndArray, 3),
                (Token::EndObject, 3),
            ]
        );
    }

    #[test]
    fn depth_and_strings_are_bounded() {
        assert!(tokens("[".repeat(600).as_bytes()).unwrap_err().contains("deeper"));
        let long = format!("\"{}\"", "é".repeat(100_000));
        assert!(matches!(&tokens(long.as_bytes()).unwrap()[0], Token::String(text) if text.len() <= 65_540));
        assert!(tokens(b"\"\xff\"").unwrap_err().contains("UTF-8"));
    }
}
