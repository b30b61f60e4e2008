//! Words of classes: who, what of them, what is done. Features that a person can understand are made of those.

use std::sync::LazyLock;

/// The classes, in the order of their bits. `lexicon.txt` lists the words of each.
pub(super) const CLASSES: [&str; 28] = [
    "population",
    "persons",
    "personal data",
    "watching",
    "identity",
    "no suspicion",
    "target",
    "force",
    "weapon",
    "choosing",
    "without a person",
    "score",
    "refusal",
    "prediction",
    "offence",
    "trait",
    "feeling",
    "conduct",
    "law or teaching",
    "fiction or game",
    "machine or goods",
    "anonymous",
    "single case",
    "ordinary work",
    "perhaps force",
    "enemy",
    "trade, science or nature",
    "emergency",
];

/// Classes that mean something together, by their positions.
pub(super) const TOGETHER: [&[usize]; 34] = [
    &[0, 2],
    &[0, 3],
    &[0, 2, 3],
    &[0, 2, 4],
    &[1, 2, 3],
    &[1, 3, 4],
    &[2, 3, 4],
    &[0, 5],
    &[2, 5],
    &[6, 9],
    &[6, 7],
    &[7, 8],
    &[7, 9],
    &[1, 7],
    &[7, 10],
    &[8, 10],
    &[1, 7, 9],
    &[1, 11],
    &[0, 11],
    &[11, 12],
    &[1, 12],
    &[1, 13, 14],
    &[1, 13],
    &[1, 15],
    &[1, 16],
    &[11, 17],
    &[6, 8],
    &[6, 25],
    &[7, 25],
    &[24, 8],
    &[24, 25],
    &[24, 10],
    &[9, 25],
    &[1, 24, 8],
];

/// Features of classes: each by itself, and those together.
pub(super) const FEATURES: usize = CLASSES.len() + TOGETHER.len();

/// Classes as bits.
pub(super) type Classes = u32;

/// Entries by the hash of their words. Linear probing in a table that is at most half full.
pub(super) struct Lexicon(Vec<(u32, Classes)>);

const SLOTS: u32 = 1 << 12;

pub(super) static LEXICON: LazyLock<Lexicon> =
    LazyLock::new(|| Lexicon::parse(include_str!("../../tripwire/lexicon.txt")));

impl Lexicon {
    /// Reads lines of `class: word, two words, …`; a `+` after a word adds its English endings.
    fn parse(text: &str) -> Self {
        let mut lexicon = Self(vec![(0, 0); SLOTS as usize]);
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let Some((class, words)) = line.split_once(':') else { continue };
            let Some(bit) = CLASSES.iter().position(|known| *known == class) else { continue };
            for word in words.split(',').map(str::trim).filter(|word| !word.is_empty()) {
                for form in forms(word) {
                    lexicon.add(hash_of(&form), 1 << bit);
                }
            }
        }
        lexicon
    }

    fn add(&mut self, hash: u32, classes: Classes) {
        let mut slot = hash % SLOTS;
        while let Some(entry) = self.0.get_mut(slot as usize) {
            if entry.1 == 0 || entry.0 == hash {
                *entry = (hash, entry.1 | classes);
                return;
            }
            slot = (slot + 1) % SLOTS;
        }
    }

    /// The classes of a word or of two, by their hash.
    pub(super) fn classes(&self, hash: u32) -> Classes {
        let mut slot = hash % SLOTS;
        while let Some((known, classes)) = self.0.get(slot as usize) {
            if *classes == 0 || *known == hash {
                return *classes;
            }
            slot = (slot + 1) % SLOTS;
        }
        0
    }

    #[cfg(test)]
    fn used(&self) -> usize {
        self.0.iter().filter(|(_, classes)| *classes != 0).count()
    }
}

/// A word with its English endings, if it asks for them.
fn forms(word: &str) -> Vec<String> {
    let Some(stem) = word.strip_suffix('+') else { return vec![word.to_owned()] };
    let mut forms = vec![stem.to_owned(), format!("{stem}s")];
    match stem.strip_suffix('e') {
        Some(short) => forms.extend([format!("{stem}d"), format!("{short}ing"), format!("{stem}r")]),
        None => forms.extend([
            format!("{stem}ed"),
            format!("{stem}ing"),
            format!("{stem}es"),
            format!("{stem}er"),
        ]),
    }
    forms
}

/// The hash of one word.
#[inline(always)]
pub(super) fn hash(word: &[u8]) -> u32 {
    word.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

/// The hash of two words, by theirs.
pub(super) const fn pair(first: u32, second: u32) -> u32 {
    (first.rotate_left(7) ^ second).wrapping_mul(0x9e37_79b1)
}

fn hash_of(entry: &str) -> u32 {
    let mut words = entry.split(' ').map(|word| hash(word.as_bytes()));
    let first = words.next().unwrap_or(0);
    words.next().map_or(first, |second| pair(first, second))
}

/// What a feature of classes is called.
pub(super) fn name(feature: usize) -> String {
    match CLASSES.get(feature) {
        Some(class) => (*class).to_owned(),
        None => {
            let together = TOGETHER.get(feature - CLASSES.len()).copied().unwrap_or_default();
            let names: Vec<&str> = together.iter().filter_map(|class| CLASSES.get(*class).copied()).collect();
            names.join(" × ")
        }
    }
}

/// Features of classes as bits: each class by itself, then those together.
pub(super) type Shown = u64;

/// The classes of each of [`TOGETHER`], as bits.
const NEEDED: [Classes; TOGETHER.len()] = {
    let mut needed = [0; TOGETHER.len()];
    let mut at = 0;
    while at < TOGETHER.len() {
        let mut class = 0;
        #[expect(
            clippy::indexing_slicing,
            reason = "both places are below the lengths that they are compared with"
        )]
        while class < TOGETHER[at].len() {
            needed[at] |= 1 << TOGETHER[at][class];
            class += 1;
        }
        at += 1;
    }
    needed
};

/// For each eight classes, and which of them a window has, the features that no other one of them is needed for.
#[expect(clippy::indexing_slicing, reason = "each loop ends where its table does")]
static ALLOWED: [[Shown; 256]; 4] = {
    let mut allowed = [[0; 256]; 4];
    let mut feature = 0;
    while feature < FEATURES {
        let needed = if feature < CLASSES.len() { 1 << feature } else { NEEDED[feature - CLASSES.len()] };
        let needed: [u8; 4] = needed.to_le_bytes();
        let mut eight = 0;
        while eight < 4 {
            let mut present = 0;
            while present < 256 {
                if needed[eight] & !(present as u8) == 0 {
                    allowed[eight][present] |= 1 << feature;
                }
                present += 1;
            }
            eight += 1;
        }
        feature += 1;
    }
    allowed
};

/// The features of classes that a window shows.
pub(super) fn shown(classes: Classes) -> Shown {
    let allowed = ALLOWED.iter().zip(classes.to_le_bytes());
    let each = allowed.map(|(allowed, eight)| allowed.get(usize::from(eight)).copied().unwrap_or_default());
    each.fold(Shown::MAX, |all, one| all & one)
}

/// The same, one by one.
pub(super) fn features(mut shown: Shown) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let next = (shown != 0).then(|| shown.trailing_zeros() as usize);
        shown &= shown.wrapping_sub(1);
        next
    })
}

const _: () = assert!(FEATURES <= Shown::BITS as usize, "every feature has a bit");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_has_words_and_the_table_has_room() {
        let text = include_str!("../../tripwire/lexicon.txt");
        for class in CLASSES {
            assert!(text.lines().any(|line| line.starts_with(&format!("{class}:"))), "{class}");
        }
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let class = line.split(':').next().unwrap();
            assert!(CLASSES.contains(&class), "`{class}` is no class");
            assert!(line.is_ascii() && !line.chars().any(char::is_uppercase), "{line}");
        }
        assert!(LEXICON.used() * 2 < SLOTS as usize, "{} entries", LEXICON.used());
    }

    #[test]
    fn a_feature_is_shown_with_all_its_classes_and_not_without_one() {
        for (feature, needed) in (0..CLASSES.len()).map(|class| 1 << class).chain(NEEDED).enumerate() {
            assert_eq!(shown(needed) >> feature & 1, 1, "{}", name(feature));
            for class in (0..CLASSES.len()).filter(|class| needed >> class & 1 == 1) {
                assert_eq!(shown(Classes::MAX & !(1 << class)) >> feature & 1, 0, "{}", name(feature));
            }
        }
        assert_eq!((shown(0), shown(Classes::MAX)), (0, (1 << FEATURES) - 1));
    }

    #[test]
    fn words_and_pairs_of_words_have_classes() {
        let of = |entry: &str| LEXICON.classes(hash_of(entry));
        assert_ne!(of("citizens") & 1, 0);
        assert_ne!(of("everyone") & 1, 0);
        assert_ne!(of("tracked") & 1 << 3, 0);
        assert_ne!(of("no warrant") & 1 << 5, 0);
        assert_eq!(of("marmalade"), 0);
        assert_eq!(name(CLASSES.len() + 2), "population × personal data × watching");
    }
}
