//! Check digits.

/// The Luhn sum of digits: ISO/IEC 7812-1, annex B.
pub(crate) fn luhn(digits: &[u8]) -> bool {
    let (rest, eights) = digits.as_rchunks::<8>();
    // Zeros before the first digit change nothing.
    let rest = rest.iter().fold(0, |all, digit| all >> 8 | u64::from(*digit) << 56);
    let sum: u64 = eights.iter().map(|eight| luhn_of_eight(u64::from_le_bytes(*eight))).sum();
    (sum + luhn_of_eight(rest)).is_multiple_of(10)
}

/// The Luhn sum of eight digits, the last one in the highest byte: every other one before it counts twice.
const fn luhn_of_eight(digits: u64) -> u64 {
    const EVERY_OTHER: u64 = 0x00ff_00ff_00ff_00ff;
    const ONES: u64 = 0x0001_0001_0001_0001;
    let (twice, once) = (digits & EVERY_OTHER, digits >> 8 & EVERY_OTHER);
    // Of a digit above 4, twice has two digits, whose sum is 9 less.
    let above_four = (twice + 3 * ONES) >> 3 & ONES;
    let sums = 2 * twice - 9 * above_four + once;
    sums.wrapping_mul(ONES) >> 48
}

/// The sum of digits, each times its weight.
#[inline]
pub(crate) fn weighted<const DIGITS: usize, const WEIGHTS: usize>(
    digits: &[u8; DIGITS],
    weights: &[u32; WEIGHTS],
) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| u32::from(*digit) * weight).sum()
}

/// ISO/IEC 7064, MOD 11,10: the last digit checks the others.
pub(crate) fn mod_11_10(digits: &[u8]) -> bool {
    let Some((check, rest)) = digits.split_last() else { return false };
    // A product of 1 to 10 and a digit make 1 to 19.
    const NEXT: [u8; 20] = {
        let mut next = [0; 20];
        let mut sum = 0;
        while sum < 20 {
            #[expect(clippy::indexing_slicing, reason = "the loop ends before the array does")]
            {
                next[sum] = if sum % 10 == 0 { 9 } else { (sum % 10 * 2 % 11) as u8 };
            }
            sum += 1;
        }
        next
    };
    let product = rest
        .iter()
        .fold(10, |product, digit| NEXT.get(usize::from(digit + product)).copied().unwrap_or_default());
    (11 - product) % 10 == *check
}

/// ISO/IEC 7064, MOD 97-10, over letters and digits already in order: letters count as 10 to 35.
pub(crate) fn mod_97(characters: impl Iterator<Item = u8>) -> u32 {
    characters.fold(0, |rest, character| match character {
        b'0'..=b'9' => (rest * 10 + u32::from(character - b'0')) % 97,
        b'A'..=b'Z' => (rest * 100 + u32::from(character - b'A') + 10) % 97,
        _ => rest,
    })
}

/// Verhoeff's dihedral check (J. Verhoeff, "Error Detecting Decimal Codes", 1969).
pub(crate) fn verhoeff(digits: &[u8]) -> bool {
    let sum = digits
        .iter()
        .rev()
        .enumerate()
        .fold(0, |sum, (position, digit)| dihedral(sum, turned(position, *digit)));
    sum == 0
}

/// The product in the symmetries of a pentagon: 0 to 4 turn, 5 to 9 turn and mirror.
const fn dihedral(left: u8, right: u8) -> u8 {
    match (left < 5, right < 5) {
        (true, true) => (left + right) % 5,
        (true, false) => (left + right - 5) % 5 + 5,
        (false, true) => (left - 5 + 5 - right) % 5 + 5,
        (false, false) => (left + 5 - right) % 5,
    }
}

/// Verhoeff's permutation, applied as often as the digit's place from the right.
fn turned(position: usize, digit: u8) -> u8 {
    const ONCE: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    (0..position % 8).fold(digit, |digit, _| ONCE.get(usize::from(digit)).copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(text: &str) -> Vec<u8> {
        text.bytes().filter(u8::is_ascii_digit).map(|byte| byte - b'0').collect()
    }

    /// A check over the digits of a number.
    type Check = fn(&[u8]) -> bool;

    #[test]
    fn every_changed_digit_is_noticed() {
        let checks: [(&str, Check); 4] = [
            ("79927398713", luhn),
            ("4539578763621486", luhn),
            ("36574261809", mod_11_10),
            ("236", verhoeff),
        ];
        for (number, check) in checks {
            let good = digits(number);
            assert!(check(&good), "{number}");
            for position in 0..good.len() {
                for change in 1..10 {
                    let mut bad = good.clone();
                    bad[position] = (bad[position] + change) % 10;
                    assert!(!check(&bad), "{number} {position} {change}");
                }
            }
        }
    }

    #[test]
    fn luhn_sums_of_any_length_are_those_of_one_digit_after_the_other() {
        let slowly = |digits: &[u8]| {
            let double = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
            let counted = digits.iter().rev().zip(0..).map(|(digit, place)| match place % 2 {
                0 => u32::from(*digit),
                _ => double(u32::from(*digit)),
            });
            counted.sum::<u32>().is_multiple_of(10)
        };
        for number in 0..20_000_u64 {
            let digits = digits(&number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_string());
            for length in 0..=digits.len() {
                assert_eq!(luhn(&digits[..length]), slowly(&digits[..length]), "{digits:?} {length}");
            }
        }
    }

    #[test]
    fn verhoeff_notices_neighbours_that_changed_places() {
        let good = digits("142857 0");
        assert!(verhoeff(&good));
        for position in 0..good.len() - 1 {
            let mut bad = good.clone();
            bad.swap(position, position + 1);
            assert!(!verhoeff(&bad), "{position}");
        }
    }

    #[test]
    fn account_numbers_leave_a_rest_of_one() {
        assert_eq!(mod_97("WEST12345698765432GB82".bytes()), 1);
        assert_eq!(mod_97("WEST12345698765432GB83".bytes()), 2);
    }
}
