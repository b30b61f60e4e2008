//! The patterns of rules.

use super::words::Alphabet;

/// The most plain patterns that one with alternatives stands for.
const MOST_ALTERNATIVES: usize = 64;

/// A piece of a pattern.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Piece {
    Literal(u8),
    /// One of these.
    Set(Vec<u8>),
    /// Characters of the alphabet: at least one, or also none in names of models, which go on or end.
    Star,
}

/// A pattern without alternatives.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Glob {
    text: String,
    pieces: Vec<Piece>,
    alphabet: Alphabet,
}

impl Glob {
    /// All patterns that a written one with `{a,b}` stands for. `None` if brackets are left open or there is nothing.
    pub(super) fn all(text: &str, alphabet: Alphabet) -> Option<Vec<Self>> {
        expanded(text)?.into_iter().map(|text| Self::one(text, alphabet)).collect()
    }

    fn one(text: String, alphabet: Alphabet) -> Option<Self> {
        let mut pieces = Vec::new();
        let mut bytes = text.bytes();
        while let Some(byte) = bytes.next() {
            pieces.push(match byte {
                b'*' => Piece::Star,
                b'[' => {
                    let mut inside = Vec::new();
                    loop {
                        match bytes.next()? {
                            b']' => break,
                            byte => inside.push(byte),
                        }
                    }
                    Piece::Set(set(&inside))
                }
                byte => Piece::Literal(byte),
            });
        }
        (!pieces.is_empty()).then_some(Self { text, pieces, alphabet })
    }

    /// The pattern as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The text, if the pattern has only one.
    pub(super) fn literal(&self) -> Option<&str> {
        self.pieces.iter().all(|piece| matches!(piece, Piece::Literal(_))).then_some(self.text.as_str())
    }

    /// The longest text that every match contains, and where it stands if that is certain.
    pub(super) fn anchor(&self) -> (String, Option<usize>) {
        let mut best = (String::new(), None);
        let (mut run, mut start, mut fixed) = (Vec::new(), 0, true);
        for (position, piece) in self.pieces.iter().chain([&Piece::Star]).enumerate() {
            if let Piece::Literal(byte) = piece {
                run.push(*byte);
                continue;
            }
            if run.len() > best.0.len() {
                best = (String::from_utf8_lossy(&run).into_owned(), fixed.then_some(start));
            }
            run.clear();
            start = position + 1;
            fixed &= matches!(piece, Piece::Set(_));
        }
        best
    }

    /// The patterns that this one stands for when its first set is written out. `None` if it has none.
    pub(super) fn first_characters_spelt_out(&self) -> Option<Vec<Self>> {
        let place = self.pieces.iter().position(|piece| !matches!(piece, Piece::Literal(_)))?;
        let Some(Piece::Set(set)) = self.pieces.get(place) else { return None };
        let with = |byte: &u8| {
            let mut pieces = self.pieces.clone();
            if let Some(piece) = pieces.get_mut(place) {
                *piece = Piece::Literal(*byte);
            }
            Self { pieces, ..self.clone() }
        };
        (place > 0).then(|| set.iter().map(with).collect())
    }

    /// Whether a whole word matches.
    pub(super) fn matches(&self, word: &str) -> bool {
        matched(&self.pieces, word.as_bytes(), self.alphabet)
    }
}

/// Stars are tried from the shortest. Patterns are short and words are bounded, so the product stays small.
fn matched(pieces: &[Piece], word: &[u8], alphabet: Alphabet) -> bool {
    let (Some((piece, rest)), first) = (pieces.split_first(), word.split_first()) else {
        return word.is_empty();
    };
    match (piece, first) {
        (Piece::Star, _) => {
            let reach = word.iter().take_while(|byte| alphabet.holds(**byte)).count();
            let least = usize::from(alphabet != Alphabet::Model);
            (least..=reach).any(|taken| word.get(taken..).is_some_and(|after| matched(rest, after, alphabet)))
        }
        (Piece::Literal(byte), Some((next, after))) => byte == next && matched(rest, after, alphabet),
        (Piece::Set(set), Some((next, after))) => set.contains(next) && matched(rest, after, alphabet),
        (_, None) => false,
    }
}

/// The characters of `[…]`, in which `a-f` is a range.
fn set(inside: &[u8]) -> Vec<u8> {
    match inside {
        [first, b'-', last, rest @ ..] => (*first..=*last).chain(set(rest)).collect(),
        [first, rest @ ..] => std::iter::once(*first).chain(set(rest)).collect(),
        [] => Vec::new(),
    }
}

/// Writes alternatives out.
fn expanded(text: &str) -> Option<Vec<String>> {
    let Some((before, rest)) = text.split_once('{') else {
        return (!text.contains('}')).then(|| vec![text.to_owned()]);
    };
    let (inside, after) = rest.split_once('}')?;
    let tails = expanded(after)?;
    let choices = inside.split(',');
    let all: Vec<String> =
        choices.flat_map(|choice| tails.iter().map(move |tail| format!("{before}{choice}{tail}"))).collect();
    (all.len() <= MOST_ALTERNATIVES).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::{Alphabet, Glob};

    #[test]
    fn patterns_match_whole_words() {
        for (pattern, word, expected) in [
            ("claude-[1-9]*", "claude-3-opus", true),
            ("claude-[1-9]*", "claude-3", true),
            ("claude-[1-9]*", "claude-", false),
            ("{us.,}a-*", "us.a-b", true),
            ("{us.,}a-*", "a-b", true),
            ("{us.,}a-*", "eu.a-b", false),
            ("o[134]", "o3", true),
            ("o[134]", "o2", false),
            ("a*b*c", "axbxxc", true),
            ("a*b*c", "axbxx", false),
            ("a*", "a b", false),
            ("a*", "a", true),
            ("abc", "abc", true),
            ("abc", "abcd", false),
        ] {
            let globs = Glob::all(pattern, Alphabet::Model).unwrap();
            assert_eq!(globs.iter().any(|glob| glob.matches(word)), expected, "{pattern} {word}");
        }
        for pattern in ["", "a[b", "a{b", "a}b"] {
            assert!(Glob::all(pattern, Alphabet::Model).is_none(), "{pattern}");
        }
    }

    #[test]
    fn a_star_stands_for_something_but_in_names_of_models() {
        for (alphabet, expected) in [
            (Alphabet::Setting, false),
            (Alphabet::Host, false),
            (Alphabet::Package, false),
            (Alphabet::Model, true),
        ] {
            assert_eq!(Glob::all("ab*", alphabet).unwrap()[0].matches("ab"), expected, "{alphabet:?}");
        }
    }

    #[test]
    fn the_anchor_is_in_every_match() {
        for (pattern, anchor, place) in [
            ("claude-[1-9]*", "claude-", Some(0)),
            ("*.openai.azure.com", ".openai.azure.com", None),
            ("o[134]-mini*", "-mini", Some(2)),
            ("abc", "abc", Some(0)),
            ("*", "", None),
        ] {
            let glob = &Glob::all(pattern, Alphabet::Host).unwrap()[0];
            assert_eq!(glob.anchor(), (anchor.to_owned(), place), "{pattern}");
        }
    }
}
