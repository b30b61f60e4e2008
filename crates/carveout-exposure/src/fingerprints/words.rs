//! What belongs to one word of a text.

/// The characters of a word of a kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Alphabet {
    /// Names of models, with what their hosts put before and behind: `us.maker.model-1:0`, `maker/model@2`.
    Model,
    /// Names of hosts.
    Host,
    /// Names of settings.
    Setting,
    /// Names of packages.
    Package,
}

impl Alphabet {
    pub(super) const fn holds(self, byte: u8) -> bool {
        byte.is_ascii_alphanumeric()
            || match self {
                Self::Model => matches!(byte, b'-' | b'.' | b'_' | b':' | b'/' | b'@'),
                Self::Host => matches!(byte, b'-' | b'.'),
                Self::Setting => byte == b'_',
                Self::Package => matches!(byte, b'-' | b'.' | b'_' | b'/' | b'@' | b':'),
            }
    }
}

/// The longest word that is looked at. Longer ones are encoded data.
const LONGEST_WORD: usize = 256;

/// Where the word ends that reaches from `place` to the right.
pub(super) fn end(text: &[u8], place: usize, alphabet: Alphabet) -> usize {
    let rest = text.get(place..).unwrap_or_default();
    place + rest.iter().take(LONGEST_WORD).take_while(|byte| alphabet.holds(**byte)).count()
}

/// Where the word starts that reaches to `place` from the left.
pub(super) fn start(text: &[u8], place: usize, alphabet: Alphabet) -> usize {
    let before = text.get(..place).unwrap_or_default();
    place - before.iter().rev().take(LONGEST_WORD).take_while(|byte| alphabet.holds(**byte)).count()
}

/// The line that a place is on.
pub(super) fn line(text: &[u8], place: usize) -> &[u8] {
    /// How far a line is looked at in each direction: minified code has no lines.
    const REACH: usize = 400;
    let from = place.saturating_sub(REACH);
    let before = text.get(from..place).unwrap_or_default();
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(from, |position| from + position + 1);
    let until = text.len().min(place + REACH);
    let after = text.get(place..until).unwrap_or_default();
    let end = after.iter().position(|byte| *byte == b'\n').map_or(until, |position| place + position);
    text.get(start..end).unwrap_or_default()
}
