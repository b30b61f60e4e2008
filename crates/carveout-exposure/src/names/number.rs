//! Numbers in names: digits, words, ordinals and Roman numerals are the same number.

/// The number that a folded word says. A single letter is a Roman numeral at the end of a name only, where a
/// series counts: `Fund V`.
pub(super) fn number(word: &str, is_last: bool) -> Option<u64> {
    let digits = word.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let suffix = word.get(digits.len()..).unwrap_or_default();
    if !digits.is_empty() && matches!(suffix, "" | "st" | "nd" | "rd" | "th") {
        return digits.parse().ok();
    }
    spelt(word).or_else(|| roman(word).filter(|_| word.len() > 1 || is_last))
}

/// A ten, which a one may follow: `forty four`.
pub(super) fn is_ten(number: u64) -> bool {
    (20..100).contains(&number) && number.is_multiple_of(10)
}

fn spelt(word: &str) -> Option<u64> {
    Some(match word {
        "one" | "first" => 1,
        "two" | "second" => 2,
        "three" | "third" => 3,
        "four" | "fourth" => 4,
        "five" | "fifth" => 5,
        "six" | "sixth" => 6,
        "seven" | "seventh" => 7,
        "eight" | "eighth" => 8,
        "nine" | "ninth" => 9,
        "ten" | "tenth" => 10,
        "eleven" | "eleventh" => 11,
        "twelve" | "twelfth" => 12,
        "twenty" | "twentieth" => 20,
        "thirty" => 30,
        "forty" | "fourty" => 40,
        "fifty" => 50,
        "sixty" => 60,
        "seventy" => 70,
        "eighty" => 80,
        "ninety" => 90,
        "hundred" => 100,
        _ => return None,
    })
}

/// Roman numerals below forty, in their one right spelling: `mix` and `civil` are words.
fn roman(word: &str) -> Option<u64> {
    let tens = word.bytes().take_while(|letter| *letter == b'x').count().min(3);
    // What may follow the tens; `ix` starts with no ten of its own.
    const ONES: [&str; 10] = ["", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"];
    let ones = word.get(tens..)?;
    let position = ONES.iter().position(|spelling| *spelling == ones)?;
    let value = u64::try_from(tens * 10 + position).ok()?;
    (value > 0).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn words_that_are_numbers() {
        for (word, is_last, expected) in [
            ("44", false, Some(44)),
            ("1st", false, Some(1)),
            ("third", false, Some(3)),
            ("ii", false, Some(2)),
            ("xiii", false, Some(13)),
            ("xxxix", false, Some(39)),
            ("ix", false, Some(9)),
            ("v", true, Some(5)),
            ("v", false, None),
            ("mix", true, None),
            ("iiii", true, None),
            ("3com", false, None),
            ("x1", false, None),
            ("99999999999999999999", false, None),
            ("", true, None),
        ] {
            assert_eq!(number(word, is_last), expected, "{word}");
        }
    }
}
