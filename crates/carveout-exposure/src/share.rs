//! Shares of ownership, exactly.

use std::fmt;

/// A share in billionths of the whole: 50% is half a milliard. What a source writes with more digits is rounded
/// down at its lower and up at its upper end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Share(u64);

impl Share {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// All of it.
    pub const WHOLE: Self = Self(1_000_000_000);
    /// Half of it.
    pub const HALF: Self = Self(500_000_000);

    /// From billionths.
    #[must_use]
    pub const fn from_billionths(billionths: u64) -> Self {
        Self(billionths)
    }

    /// In billionths.
    #[must_use]
    pub const fn billionths(self) -> u64 {
        self.0
    }

    /// The sum.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// What is left.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// Reads percent: `33.3`, `33.3%`, `33,3 %`.
    fn percent(text: &str, round_up: bool) -> Option<Self> {
        let text = text.trim().trim_end_matches('%').trim_end();
        let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || whole.len() > 6 || !digits(whole) || !digits(fraction) {
            return None;
        }
        let kept: String = fraction.chars().chain(std::iter::repeat('0')).take(7).collect();
        let lost = fraction.bytes().skip(7).any(|byte| byte != b'0');
        let value = whole.parse::<u64>().ok()? * 10_000_000 + kept.parse::<u64>().ok()?;
        Some(Self(value + u64::from(lost && round_up)))
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = (self.0 / 10_000_000, self.0 % 10_000_000);
        let fraction = format!("{fraction:07}");
        match fraction.trim_end_matches('0') {
            "" => write!(f, "{whole}%"),
            digits => write!(f, "{whole}.{digits}%"),
        }
    }
}

impl serde::Serialize for Share {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What is known of a share: at least, and at most.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize)]
pub struct Stake {
    /// At least this.
    pub least: Share,
    /// At most this.
    pub most: Share,
}

impl Stake {
    /// Owned, but nobody says how much.
    pub const UNKNOWN: Self = Self { least: Share::NONE, most: Share::WHOLE };

    /// Exactly this.
    #[must_use]
    pub const fn exactly(share: Share) -> Self {
        Self { least: share, most: share }
    }

    /// Reads what sources write: `51`, `51.5%`, `25-50`, `25% to 50%`, `>50`, `75+`, `<10%`, `majority`, `100%`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        let down = |text: &str| Share::percent(text, false);
        let up = |text: &str| Share::percent(text, true);
        if text == "majority" {
            return Some(Self { least: Share(Share::HALF.0 + 1), most: Share::WHOLE });
        }
        for dash in [" to ", "\u{2013}", "-"] {
            if let Some((least, most)) = text.split_once(dash) {
                let (least, most) = (down(least)?, up(most)?);
                return (least <= most).then_some(Self { least, most });
            }
        }
        if let Some(rest) = text.strip_prefix(">=").or_else(|| text.strip_suffix('+')) {
            return Some(Self { least: down(rest)?, most: Share::WHOLE });
        }
        if let Some(rest) = text.strip_prefix('>') {
            return Some(Self { least: Share(down(rest)?.0 + 1), most: Share::WHOLE });
        }
        if let Some(rest) = text.strip_prefix("<=").or_else(|| text.strip_prefix('<')) {
            return Some(Self { least: Share::NONE, most: up(rest)? });
        }
        Some(Self { least: down(&text)?, most: up(&text)? })
    }
}

#[cfg(test)]
mod tests {
    use super::{Share, Stake};

    #[test]
    fn stakes_are_read_as_sources_write_them() {
        for (text, expected) in [
            ("50", Some(("50%", "50%"))),
            ("33.3333333333%", Some(("33.3333333%", "33.3333334%"))),
            ("33,5 %", Some(("33.5%", "33.5%"))),
            ("25-50", Some(("25%", "50%"))),
            ("25% to 50%", Some(("25%", "50%"))),
            ("75+", Some(("75%", "100%"))),
            (">50%", Some(("50.0000001%", "100%"))),
            ("<10", Some(("0%", "10%"))),
            ("majority", Some(("50.0000001%", "100%"))),
            ("400", Some(("400%", "400%"))),
            ("50-25", None),
            ("-5", None),
            ("1e2", None),
            ("", None),
            ("NaN", None),
            ("9999999", None),
        ] {
            let read = Stake::parse(text).map(|stake| (stake.least.to_string(), stake.most.to_string()));
            let read = read.as_ref().map(|(least, most)| (least.as_str(), most.as_str()));
            assert_eq!(read, expected, "{text}");
        }
        assert!(Share::HALF < Stake::parse(">50").unwrap().least);
    }
}
