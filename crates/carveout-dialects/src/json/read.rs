//! Bytes to canonical text and nodes, in one pass and without recursion.

use super::tape::Node;
use super::write::write_char;
use super::{JsonError, JsonFault, Kind, Limits, Tape};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Objects with more members than this have their keys sorted to find duplicates.
const PAIRWISE: usize = 16;

impl Tape {
    /// Reads `source` strictly, appending its canonical text to `out`. The nodes of a document read
    /// before are dropped. On an error `out` may hold part of the document: cut it back.
    ///
    /// # Errors
    /// The first fault, with its byte offset in `source`.
    pub fn read(&mut self, source: &[u8], limits: &Limits, out: &mut String) -> Result<(), JsonError> {
        let fail = |fault, offset| Err(JsonError { fault, offset });
        self.nodes.clear();
        self.open.clear();
        // Nodes hold 32-bit offsets; escapes never grow, so the canonical text fits where the source does.
        let limit = limits.bytes.min((u32::MAX as usize).saturating_sub(out.len()));
        if source.len() > limit {
            return fail(JsonFault::TooLarge { limit }, limit);
        }
        if source.starts_with(BYTE_ORDER_MARK) {
            return fail(JsonFault::ByteOrderMark, 0);
        }
        let text = match str::from_utf8(source) {
            Ok(text) => text,
            // No length: the last character is not wrong, only incomplete.
            Err(error) if error.error_len().is_none() => return fail(JsonFault::UnexpectedEnd, source.len()),
            Err(error) => return fail(JsonFault::InvalidUtf8, error.valid_up_to()),
        };
        let mut reader = Reader { text, at: 0, copied: 0, out, tape: self, depth: limits.depth };
        reader.document().map_err(|fault| JsonError { fault, offset: reader.at })?;
        reader.copy();
        self.refuse_duplicates(out)
    }

    /// Canonical escaping is one-to-one, so equal names have equal canonical text.
    fn refuse_duplicates(&mut self, out: &str) -> Result<(), JsonError> {
        let Self { nodes, keys, .. } = self;
        for (index, object) in nodes.iter().enumerate().filter(|(_, node)| node.kind == Kind::Object) {
            keys.clear();
            let mut at = index + 1;
            while at < object.next as usize {
                keys.push(as_u32(at));
                at = nodes.get(at + 1).map_or(usize::MAX, |value| value.next as usize);
            }
            if let Some(duplicate) = duplicate(nodes, keys, out) {
                let shown = name(duplicate, out).chars().take(64).collect();
                let fault = JsonFault::DuplicateKey { name: shown };
                return Err(JsonError { fault, offset: duplicate.source as usize });
            }
        }
        Ok(())
    }
}

/// The later of two equal keys.
fn duplicate<'n>(nodes: &'n [Node], keys: &mut [u32], out: &str) -> Option<&'n Node> {
    let node = |key: u32| nodes.get(key as usize);
    if keys.len() <= PAIRWISE {
        let mut rest = &*keys;
        while let Some((&first, after)) = rest.split_first() {
            let first = node(first)?;
            let length = first.end - first.start;
            let same =
                |other: &&Node| other.end - other.start == length && name(other, out) == name(first, out);
            if let Some(second) = after.iter().filter_map(|&key| node(key)).find(same) {
                return Some(second);
            }
            rest = after;
        }
        return None;
    }
    // Sorting, not hashing: no sender can choose names that make it slow.
    keys.sort_by(|&one, &other| {
        node(one).map(|node| name(node, out)).cmp(&node(other).map(|node| name(node, out)))
    });
    let same = |pair: &&[u32]| match pair {
        [one, other] => node(*one).map(|node| name(node, out)) == node(*other).map(|node| name(node, out)),
        _ => false,
    };
    // The sort is stable, so of two equal keys the second is the later one.
    keys.windows(2).find(same).and_then(|pair| node(*pair.last()?))
}

fn name<'t>(key: &Node, out: &'t str) -> &'t str {
    out.get(key.start as usize..key.end as usize).unwrap_or_default()
}

#[expect(clippy::cast_possible_truncation, reason = "`Tape::read` refuses more than u32::MAX bytes")]
fn as_u32(offset: usize) -> u32 {
    offset as u32
}

/// A value has been read; or, with false, a container has been opened and is not empty.
type Complete = bool;

/// Source bytes are copied to `out` in runs: from `copied` up to the next byte whose canonical form differs.
struct Reader<'s, 'o> {
    text: &'s str,
    at: usize,
    copied: usize,
    out: &'o mut String,
    tape: &'o mut Tape,
    depth: usize,
}

impl Reader<'_, '_> {
    fn document(&mut self) -> Result<(), JsonFault> {
        self.skip_whitespace();
        if self.peek().is_none() {
            return Err(JsonFault::Empty);
        }
        let mut complete = self.value()?;
        while let Some(&innermost) = self.tape.open.last() {
            complete = self.within(innermost, complete)?;
        }
        self.skip_whitespace();
        if self.peek().is_some() { Err(JsonFault::TrailingGarbage) } else { Ok(()) }
    }

    /// One step inside the innermost open container: its end, or its next value.
    fn within(&mut self, innermost: u32, complete: Complete) -> Result<Complete, JsonFault> {
        let is_object = self.node(innermost).is_some_and(|node| node.kind == Kind::Object);
        if complete {
            let (close, expected) = if is_object { (b'}', "`,` or `}`") } else { (b']', "`,` or `]`") };
            self.skip_whitespace();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(byte) if byte == close => {
                    self.close();
                    return Ok(true);
                }
                _ => return Err(self.unexpected(expected)),
            }
            self.skip_whitespace();
        }
        if is_object {
            self.key()?;
        }
        self.value()
    }

    fn key(&mut self) -> Result<(), JsonFault> {
        if self.peek() != Some(b'"') {
            return Err(self.unexpected("a member name in quotes"));
        }
        self.string(Kind::Key)?;
        self.skip_whitespace();
        if self.peek() != Some(b':') {
            return Err(self.unexpected("`:`"));
        }
        self.at += 1;
        self.skip_whitespace();
        Ok(())
    }

    fn value(&mut self) -> Result<Complete, JsonFault> {
        match self.peek() {
            Some(b'"') => self.string(Kind::String),
            Some(b'{') => return self.open(Kind::Object, b'}'),
            Some(b'[') => return self.open(Kind::Array, b']'),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Kind::True),
            Some(b'f') => self.word("false", Kind::False),
            Some(b'n') => self.word("null", Kind::Null),
            Some(b'N' | b'I') => Err(JsonFault::NotFinite),
            _ => Err(self.unexpected("a value")),
        }?;
        Ok(true)
    }

    fn open(&mut self, kind: Kind, close: u8) -> Result<Complete, JsonFault> {
        if self.tape.open.len() >= self.depth {
            return Err(JsonFault::TooDeep { limit: self.depth });
        }
        let index = as_u32(self.tape.nodes.len());
        self.push(kind, self.at);
        self.tape.open.push(index);
        self.at += 1;
        self.skip_whitespace();
        if self.peek() == Some(close) {
            self.close();
            return Ok(true);
        }
        Ok(false)
    }

    /// Ends the innermost container; the cursor is on its last byte.
    fn close(&mut self) {
        self.at += 1;
        let end = self.position();
        let next = as_u32(self.tape.nodes.len());
        let innermost = self.tape.open.pop();
        if let Some(node) = innermost.and_then(|index| self.tape.nodes.get_mut(index as usize)) {
            node.end = end;
            node.next = next;
        }
    }

    fn string(&mut self, kind: Kind) -> Result<(), JsonFault> {
        let source = self.at;
        self.at += 1;
        let start = self.position();
        let mut escaped = false;
        loop {
            self.at += plain_length(self.rest());
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => escaped |= self.escape()?,
                Some(found) => return Err(JsonFault::ControlCharacter { found }),
                None => return Err(JsonFault::UnexpectedEnd),
            }
        }
        let end = self.position();
        self.at += 1;
        let next = as_u32(self.tape.nodes.len() + 1);
        self.tape.nodes.push(Node { kind, escaped, start, end, next, source: as_u32(source) });
        Ok(())
    }

    /// Reads one escape and writes its canonical form. True if that is an escape too.
    fn escape(&mut self) -> Result<bool, JsonFault> {
        match self.rest().get(1) {
            Some(b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.at += 2;
                Ok(true)
            }
            Some(b'/') => {
                // `\/` is `/`: drop the backslash, keep the rest of the run.
                self.copy();
                self.at += 1;
                self.copied = self.at;
                self.at += 1;
                Ok(false)
            }
            Some(b'u') => {
                self.copy();
                let (character, length) = self.unicode_escape()?;
                self.at += length;
                self.copied = self.at;
                Ok(write_char(self.out, character))
            }
            Some(_) => Err(JsonFault::BadEscape),
            None => Err(JsonFault::UnexpectedEnd),
        }
    }

    /// The character of a `\u` escape, or of two that make a surrogate pair, and its length in bytes.
    fn unicode_escape(&self) -> Result<(char, usize), JsonFault> {
        let first = self.code_unit(0)?;
        if let Some(character) = char::from_u32(first) {
            return Ok((character, 6));
        }
        let is_leading = (0xd800..0xdc00).contains(&first);
        match self.rest().get(6..) {
            Some([b'\\', b'u', ..]) if is_leading => {}
            Some([] | [b'\\']) if is_leading => return Err(JsonFault::UnexpectedEnd),
            _ => return Err(JsonFault::LoneSurrogate),
        }
        let second = self.code_unit(6)?;
        if !(0xdc00..0xe000).contains(&second) {
            return Err(JsonFault::LoneSurrogate);
        }
        let character = char::from_u32(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00));
        character.map(|character| (character, 12)).ok_or(JsonFault::LoneSurrogate)
    }

    fn code_unit(&self, from: usize) -> Result<u32, JsonFault> {
        let digits = self.rest().get(from + 2..from + 6).ok_or(JsonFault::UnexpectedEnd)?;
        digits.iter().try_fold(0, |unit, &digit| {
            let value = char::from(digit).to_digit(16).ok_or(JsonFault::BadEscape)?;
            Ok(unit << 4 | value)
        })
    }

    fn number(&mut self) -> Result<(), JsonFault> {
        let source = self.at;
        self.push(Kind::Number, source);
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'I') => return Err(JsonFault::NotFinite),
            Some(b'0') if self.rest().get(1).is_some_and(u8::is_ascii_digit) => {
                return Err(JsonFault::LeadingZero);
            }
            _ => self.digits()?,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        self.finish_scalar();
        self.refuse_infinite(source)
    }

    /// `1e999` is a number to some readers and infinity, or an error, to others.
    fn refuse_infinite(&self, source: usize) -> Result<(), JsonFault> {
        let spelt = self.text.get(source..self.at).unwrap_or_default();
        // Fewer digits than f64 has decimal exponents can't overflow without an exponent.
        let may_overflow = spelt.len() > 300 || spelt.contains(['e', 'E']);
        if may_overflow && spelt.parse::<f64>().is_ok_and(f64::is_infinite) {
            return Err(JsonFault::NotFinite);
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), JsonFault> {
        let digits = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += digits;
        match self.peek() {
            _ if digits > 0 => Ok(()),
            Some(_) => Err(JsonFault::IncompleteNumber),
            None => Err(JsonFault::UnexpectedEnd),
        }
    }

    fn word(&mut self, word: &'static str, kind: Kind) -> Result<(), JsonFault> {
        if !self.rest().starts_with(word.as_bytes()) {
            let is_cut = word.as_bytes().starts_with(self.rest());
            return Err(if is_cut { JsonFault::UnexpectedEnd } else { self.unexpected("a value") });
        }
        self.push(kind, self.at);
        self.at += word.len();
        self.finish_scalar();
        Ok(())
    }

    fn push(&mut self, kind: Kind, source: usize) {
        let start = self.position();
        let next = as_u32(self.tape.nodes.len() + 1);
        let node = Node { kind, escaped: false, start, end: start, next, source: as_u32(source) };
        self.tape.nodes.push(node);
    }

    fn finish_scalar(&mut self) {
        let end = self.position();
        if let Some(node) = self.tape.nodes.last_mut() {
            node.end = end;
        }
    }

    /// Where the cursor's byte stands in the canonical text.
    fn position(&self) -> u32 {
        as_u32(self.out.len() + (self.at - self.copied))
    }

    /// Copies the pending run of source bytes that are canonical as they are.
    fn copy(&mut self) {
        // Runs begin and end at ASCII bytes, hence on character boundaries.
        self.out.push_str(self.text.get(self.copied..self.at).unwrap_or_default());
        self.copied = self.at;
    }

    fn skip_whitespace(&mut self) {
        if !matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            return;
        }
        self.copy();
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
        self.copied = self.at;
    }

    fn node(&self, index: u32) -> Option<&Node> {
        self.tape.nodes.get(index as usize)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &[u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn unexpected(&self, expected: &'static str) -> JsonFault {
        self.peek().map_or(JsonFault::UnexpectedEnd, |found| JsonFault::Unexpected { found, expected })
    }
}

/// How many bytes can be taken as they are: up to a quote, a backslash or a control character.
fn plain_length(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
    const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);
    // The classic test for a zero byte in a word. Its false alarms stand only after (above) a true one,
    // and the lowest is taken.
    let has_zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGHS;
    let (words, _) = bytes.as_chunks::<8>();
    let mut length = 0;
    for word in words {
        let word = u64::from_le_bytes(*word);
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGHS;
        let special =
            control | has_zero(word ^ (ONES * u64::from(b'"'))) | has_zero(word ^ (ONES * u64::from(b'\\')));
        if special != 0 {
            return length + (special.trailing_zeros() / 8) as usize;
        }
        length += 8;
    }
    let rest = bytes.get(length..).unwrap_or_default();
    length + rest.iter().position(|&byte| byte < 0x20 || byte == b'"' || byte == b'\\').unwrap_or(rest.len())
}
