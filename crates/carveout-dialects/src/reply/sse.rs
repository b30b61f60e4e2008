//! The event stream format (WHATWG HTML, section 9.2), decoded incrementally.

use thiserror::Error;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Takes bytes in pieces of any size and tells whole events.
pub struct EventDecoder {
    limit: usize,
    /// The line so far, when a piece ended inside it.
    line: Vec<u8>,
    name: Vec<u8>,
    data: Vec<u8>,
    has_data: bool,
    /// No line has ended yet: a byte order mark may stand here.
    at_start: bool,
    /// The last piece ended in a carriage return; a line feed now belongs to it.
    after_return: bool,
}

/// What a stream consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item<'a> {
    /// An event with data. (The format drops events without.)
    Event {
        /// Its name; empty if it has none.
        name: &'a [u8],
        /// Its data lines, joined by line feeds.
        data: &'a [u8],
    },
    /// A comment, which senders use to keep a connection alive. What it says is dropped.
    Comment,
}

/// An event, a line of one, or a whole reply is over the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("an event or a whole reply is larger than {limit} bytes")]
pub struct EventTooLarge {
    /// The limit in bytes.
    pub limit: usize,
}

impl std::fmt::Debug for EventDecoder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let held = self.line.len() + self.data.len();
        formatter.debug_struct("EventDecoder").field("held", &held).finish_non_exhaustive()
    }
}

impl EventDecoder {
    /// A decoder that takes events of at most `limit` bytes.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            line: Vec::new(),
            name: Vec::new(),
            data: Vec::new(),
            has_data: false,
            at_start: true,
            after_return: false,
        }
    }

    /// Takes the next piece and tells what it completes.
    ///
    /// # Errors
    /// An event over the limit, or the first error of `tell`; the decoder is of no use afterwards.
    pub fn push<E: From<EventTooLarge>>(
        &mut self,
        piece: &[u8],
        mut tell: impl FnMut(Item<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut rest = piece;
        if self.after_return && !rest.is_empty() {
            rest = rest.strip_prefix(b"\n").unwrap_or(rest);
            self.after_return = false;
        }
        while let Some(at) = memchr::memchr2(b'\n', b'\r', rest) {
            let (line, ending) = rest.split_at_checked(at).unwrap_or_default();
            self.whole_line(line, &mut tell)?;
            rest = match ending {
                [b'\r', b'\n', after @ ..] => after,
                [b'\r'] => {
                    self.after_return = true;
                    &[]
                }
                [_, after @ ..] => after,
                [] => &[],
            };
        }
        self.check(rest.len())?;
        self.line.extend_from_slice(rest);
        Ok(())
    }

    fn whole_line<E: From<EventTooLarge>>(
        &mut self,
        end: &[u8],
        tell: &mut impl FnMut(Item<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.check(end.len())?;
        if self.line.is_empty() {
            return self.field(end, tell);
        }
        let mut line = std::mem::take(&mut self.line);
        line.extend_from_slice(end);
        self.field(&line, tell)?;
        line.clear();
        self.line = line;
        Ok(())
    }

    fn field<E>(&mut self, line: &[u8], tell: &mut impl FnMut(Item<'_>) -> Result<(), E>) -> Result<(), E> {
        let line = if std::mem::take(&mut self.at_start) {
            line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line)
        } else {
            line
        };
        if line.is_empty() {
            return self.dispatch(tell);
        }
        let colon = memchr::memchr(b':', line).unwrap_or(line.len());
        let (name, value) = line.split_at_checked(colon).unwrap_or_default();
        let value = value.strip_prefix(b":").unwrap_or(value);
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match name {
            b"" => return tell(Item::Comment),
            b"data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.data.push(b'\n');
                }
                self.data.extend_from_slice(value);
            }
            b"event" => {
                self.name.clear();
                self.name.extend_from_slice(value);
            }
            // `id` and `retry` serve reconnecting, which neither dialect does; others are ignored by the format.
            _ => {}
        }
        Ok(())
    }

    fn dispatch<E>(&mut self, tell: &mut impl FnMut(Item<'_>) -> Result<(), E>) -> Result<(), E> {
        let told = if std::mem::take(&mut self.has_data) {
            tell(Item::Event { name: &self.name, data: &self.data })
        } else {
            Ok(())
        };
        self.name.clear();
        self.data.clear();
        told
    }

    fn check(&self, more: usize) -> Result<(), EventTooLarge> {
        let held = self.line.len() + self.name.len() + self.data.len();
        if held + more > self.limit { Err(EventTooLarge { limit: self.limit }) } else { Ok(()) }
    }
}
