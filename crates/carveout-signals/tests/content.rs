//! Texts that come back, as they were, in part, and in other words.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "in a test, what is unexpected ends it")]

use carveout_signals::{
    content::{Claimed, Claims, ContentKey, Derivations, ENOUGH, STRETCH, SURE_RUN, Words},
    meters::{MeterKey, Reader, Writer},
};

fn key() -> ContentKey {
    key_of(5)
}

fn key_of(seed: u64) -> ContentKey {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    ContentKey::of(&MeterKey::new(&bytes).scope("content"))
}

fn words(text: &str) -> Words {
    Words::of(&key(), text)
}

/// Made-up answers of models, each of another kind. They were written for this test.
const PRODUCED: [&str; 6] = [
    "The convoy left the eastern depot before dawn with eleven vehicles and reached the river crossing at ten past six. Two trucks were left behind with broken axles and wait for parts from the northern workshop. The road beyond the crossing is passable for wheeled vehicles as far as the second bridge, which carries no more than twenty tonnes.",
    "Patients who received the new dressing healed four days sooner on average than those who were treated in the usual way. No infections were recorded in either group during the first week. The ward suggests ordering enough of it for the winter months, when burns from stoves are most frequent.",
    "The village council meets every second Thursday in the school because the town hall lost its roof in the storm. Its oldest member speaks for the families along the canal and is usually followed by the fishermen. A quarrel about grazing rights keeps the two largest households apart since last autumn.",
    "To repair the pump, close both valves and drain the housing through the lower plug. Lift the rotor straight up so that the seal does not tear, clean the seat with a soft cloth, and set in the new seal with its lip downwards. Tighten the cover bolts crosswise in three steps and never beyond forty newton metres.",
    "Revenue grew by seven percent over the year, carried almost entirely by the maintenance contracts in the south. Wages rose faster than prices and took up most of the gain. The board proposes to pay no dividend and to replace the oldest of the three presses before it fails.",
    "The radio mast on the ridge is visited by one technician on the first Monday of each month, who comes alone in a white van. A generator starts by itself when the mains fail and runs for about nine hours. The fence on the northern side has a gap behind the transformer hut.",
];

/// The same, lightly reworded: a word here and there, an order changed, as somebody does who wants it not to be found.
const REWORDED: [&str; 6] = [
    "Before dawn the convoy left the eastern depot with eleven vehicles and arrived at the river crossing at ten past six. Two lorries were left behind with broken axles and are waiting for parts from the northern workshop. The road beyond the crossing can be used by wheeled vehicles as far as the second bridge, which carries no more than twenty tonnes.",
    "Patients given the new dressing healed four days sooner on average than patients who were treated in the usual way. No infections were seen in either group in the first week. The ward recommends ordering enough of it for winter, when burns from stoves are most common.",
    "Every second Thursday the village council meets in the school, because the town hall lost its roof in a storm. The oldest member speaks for families along the canal and the fishermen usually follow. Since last autumn a quarrel about grazing rights keeps the two largest households apart.",
    "Close both valves and drain the housing through the lower plug before repairing the pump. Lift the rotor straight up so the seal is not torn, clean the seat using a soft cloth, and put in the new seal with its lip downwards. Tighten the cover bolts crosswise in three steps, and not beyond forty newton metres.",
    "Over the year revenue grew seven percent, almost entirely carried by maintenance contracts in the south. Wages rose more quickly than prices and used up most of the gain. The board proposes paying no dividend and replacing the oldest of the three presses before it breaks.",
    "One technician visits the radio mast on the ridge on the first Monday of every month, and comes alone in a white van. When the mains fail a generator starts by itself and runs for some nine hours. There is a gap in the fence on the northern side behind the transformer hut.",
];

/// The same facts in sentences of their own.
const RETOLD: [&str; 3] = [
    "Eleven trucks set out from the depot in the east early in the morning; they got to the ford shortly after six. A pair of them stayed back because their axles had snapped. Past the ford you can drive on until you come to bridge number two, whose limit is twenty tonnes.",
    "Wounds closed about half a week earlier under the novel bandage than under the old one, and nobody in the trial caught an infection. Stock up for winter, the nurses advise, since that is when stoves burn people.",
    "A lone engineer drives up to the antenna in a pale van once a month, always on its first Monday. If power is lost the backup engine takes over for nine hours. Behind the hut with the transformer the northern fence can be slipped through.",
];

/// Two texts about one convoy that were written apart, with six rows of four words in common.
const APART: [&str; 2] = [
    "The convoy leaves the depot at dawn on Tuesday with nine trucks, and it carries pumps, filters and spare belts for the three stations north of the river.",
    "Nine trucks with pumps, filters and spare belts leave at dawn on Tuesday. They supply three stations north of the river, the last of them after dark, and return empty on Thursday.",
];

/// Texts that have nothing to do with them, but with each other's turns of phrase.
const UNRELATED: [&str; 6] = [
    "Thank you for your message. I hope this helps, and please let me know if you have any further questions about your order. The parcel should arrive within three to five working days.",
    "The pump in the garden was closed for the winter, and both valves of the old housing were painted green by the neighbours.",
    "Revenue and wages are recorded every month. On average the numbers are published on the first Monday of the following month by the board.",
    "The convoy of ideas that left the conference was as long as the road to the river. No more than twenty people stayed until the end of the day.",
    "For the first time in many years, at the end of the day, and as far as I know, there is no reason to believe that it will not be the case in the future.",
    "Patients wait in the school because the hospital lost its heating in the storm. The council meets there every second week.",
];

fn produced(most: usize) -> Derivations {
    let mut derivations = Derivations::new(most);
    for (number, text) in PRODUCED.iter().enumerate() {
        derivations.take(&format!("purpose.{number}"), words(text).fingerprints());
    }
    derivations
}

/// How many texts are found to be derived from their originals, and how many from anything else.
fn found(texts: &[String], of: impl Fn(usize) -> usize) -> (usize, usize) {
    let derivations = produced(100_000);
    let (mut right, mut wrong) = (0, 0);
    for (number, text) in texts.iter().enumerate() {
        let words = words(text);
        let sources = derivations.sources([&words]);
        let own = format!("purpose.{}", of(number));
        right += usize::from(sources.contains(&own.as_str()));
        wrong += sources.iter().filter(|source| **source != own).count();
    }
    (right, wrong)
}

/// Every run of a number of words of the originals, from every seventh place on, within a request of somebody's own.
fn excerpts(length: usize) -> Vec<(usize, String)> {
    let mut all = Vec::new();
    for (number, text) in PRODUCED.iter().enumerate() {
        let own: Vec<&str> = text.split(' ').collect();
        for excerpt in own.windows(length).step_by(7) {
            all.push((
                number,
                format!(
                    "Please go by what follows and tell me where. {} That is all I know.",
                    excerpt.join(" ")
                ),
            ));
        }
    }
    all
}

#[test]
fn copies_and_excerpts_are_found_and_paraphrases_only_if_they_are_light() {
    let same = |number| number;
    let copies: Vec<String> = PRODUCED
        .iter()
        .map(|text| {
            format!("Consider this:\n> {}\nWhom would you choose?", text.to_uppercase().replace(' ', "  "))
        })
        .collect();
    assert_eq!(found(&copies, same), (6, 0), "in capitals, quoted, with other spacing");
    // Measured on this set, and stated in docs/signals.md. What a change makes worse, it makes worse here.
    for (length, at_least) in [(40, 100), (20, 100), (15, 100), (SURE_RUN, 100), (SURE_RUN - 1, 0)] {
        let all = excerpts(length);
        let texts: Vec<String> = all.iter().map(|(_, text)| text.clone()).collect();
        let (right, wrong) = found(&texts, |number| all[number].0);
        let percent = right * 100 / all.len();
        println!("excerpts of {length} words: {right} of {} ({percent}%)", all.len());
        assert!(percent >= at_least && wrong == 0, "{length} words: {percent}%, {wrong} wrong");
    }
    let reworded: Vec<String> = REWORDED.map(str::to_owned).to_vec();
    let (right, wrong) = found(&reworded, same);
    println!("lightly reworded: {right} of 6");
    assert!(right == 6 && wrong == 0, "{right} of 6, {wrong} wrong");
    let retold: Vec<String> = RETOLD.map(str::to_owned).to_vec();
    println!("retold: {} of 3", found(&retold, |number| [0, 1, 5][number]).0);
    let unrelated: Vec<String> = UNRELATED.map(str::to_owned).to_vec();
    assert_eq!(found(&unrelated, |_| 99), (0, 0), "a turn of phrase is no derivation");
}

#[test]
fn what_is_derived_follows_from_the_words_and_not_from_the_key() {
    for seed in 0..1_000 {
        let key = key_of(seed);
        let words = |text: &str| Words::of(&key, text);
        let mut derivations = Derivations::new(10_000);
        derivations.take("convoys", words(APART[1]).fingerprints());
        assert!(derivations.sources([&words(APART[0])]).is_empty(), "key {seed}: written apart");
        let excerpt: Vec<&str> = APART[1].split(' ').skip(seed as usize % 20).take(SURE_RUN).collect();
        assert_eq!(derivations.sources([&words(&excerpt.join(" "))]), ["convoys"], "key {seed}");
        let less = excerpt[1..].join(" ");
        assert!(derivations.sources([&words(&less)]).is_empty(), "key {seed}: a word fewer");
    }
}

#[test]
fn turns_of_phrase_do_not_add_up_over_answers_or_over_a_long_text() {
    let phrase =
        |number: usize| format!("alpha{number} beta{number} gamma{number} delta{number} epsilon{number}");
    let apart =
        |number: usize| format!("{} and w{number} x{number} y{number} z{number} v{number}", phrase(number));
    let (texts, few): (Vec<String>, _) = ((0..40).map(apart).collect(), ENOUGH / 2 - 1);
    // One phrase of each of forty answers, one after the other.
    let mut derivations = Derivations::new(100_000);
    for text in &texts {
        derivations.take("reports", words(text).fingerprints());
    }
    let borrowed =
        |numbers: std::ops::Range<usize>| numbers.map(phrase).collect::<Vec<_>>().join(" or rather ");
    assert!(derivations.sources([&words(&borrowed(0..40))]).is_empty());
    // The phrases of one answer: too few in any stretch, then one more.
    let mut derivations = Derivations::new(100_000);
    derivations.take("reports", words(&texts.join(" ")).fingerprints());
    let own = "own words that nobody has said before ".repeat(STRETCH / 6);
    let thin = [borrowed(0..few), own.clone(), borrowed(few..2 * few), own].join(" ");
    assert!(derivations.sources([&words(&thin)]).is_empty());
    assert_eq!(derivations.sources([&words(&borrowed(0..few + 1))]), ["reports"]);
}

#[test]
fn what_is_said_again_for_another_purpose_stays_what_it_was_too() {
    let mut derivations = Derivations::new(100_000);
    let said = words(PRODUCED[0]);
    for purpose in ["intel", "translation", "logistics"] {
        derivations.take(purpose, said.fingerprints());
    }
    assert_eq!(derivations.sources([&said]), ["intel", "logistics"], "the first and the last");
}

/// The texts of this repository that were written for something else, in pieces of this many words.
fn pieces(folders: &[&str], length: usize) -> Vec<String> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files: Vec<_> = folders
        .iter()
        .flat_map(|folder| std::fs::read_dir(root.join(folder)).unwrap().flatten())
        .map(|file| file.path())
        .filter(|path| path.extension().is_some_and(|one| one == "md" || one == "txt"))
        // It quotes the tripwire's examples.
        .filter(|path| !path.ends_with("docs/tripwire.md"))
        .collect();
    files.sort();
    let texts = files.iter().map(|path| std::fs::read_to_string(path).unwrap());
    let split = |text: String| {
        let words: Vec<&str> = text.split_whitespace().collect();
        words.chunks(length).map(|piece| piece.join(" ")).collect::<Vec<_>>()
    };
    texts.flat_map(split).collect()
}

#[test]
fn no_text_that_was_written_apart_is_taken_for_a_derivation() {
    let produced = pieces(&["docs", "."], 300);
    let others = pieces(&["crates/carveout-signals/tripwire", "crates/carveout-signals/tests/data"], 60);
    let mut derivations = Derivations::new(1_000_000);
    for piece in &produced {
        derivations.take("documents", words(piece).fingerprints());
    }
    let wrong: Vec<&String> =
        others.iter().filter(|piece| !derivations.sources([&words(piece)]).is_empty()).collect();
    println!("{} of {} texts beside {} answers", wrong.len(), others.len(), produced.len());
    assert!(produced.len() > 100 && others.len() > 100, "{} and {}", produced.len(), others.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
    let again = produced.iter().filter(|piece| !derivations.sources([&words(piece)]).is_empty()).count();
    assert_eq!(again, produced.iter().filter(|piece| words(piece).fingerprints().count() >= ENOUGH).count());
}

#[test]
fn a_text_is_its_words_however_they_are_written() {
    let plain = "Twelve pallets of blankets go to the northern depot on Monday, two of them with Ann.";
    let digest = words(plain).digest();
    assert!(digest.is_some());
    for same in [
        "twelve PALLETS of blankets -- go to the northern depot (on Monday): two of them with Ann!",
        "Twelve pal\u{200b}lets of blankets\ngo to the northern depot on Monday, two of them with Ann.",
        "Ｔｗｅｌｖｅ pallets of blankets go to the northern depot on Monday, two of them with Ann.",
    ] {
        assert_eq!(words(same).digest(), digest, "{same}");
    }
    let other_key = ContentKey::of(&MeterKey::new(&[6; 32]).scope("content"));
    assert_ne!(Words::of(&other_key, plain).digest(), digest);
    assert_ne!(words(&plain.replace("Twelve", "Eleven")).digest(), digest);
    assert_eq!(words("thanks, that is all").digest(), None, "it says too little");
    assert_eq!(format!("{:?}", key()), "ContentKey(…)");
}

#[test]
fn what_comes_back_under_another_claim_is_known_and_memory_is_bounded() {
    let mut claims = Claims::new(100);
    let claimed = |content, claim| Claimed { content, claim };
    claims.take(claimed(1, 10));
    assert!(!claims.is_reclaimed(claimed(1, 10)) && claims.is_reclaimed(claimed(1, 11)));
    claims.take(claimed(1, 11));
    assert!(!claims.is_reclaimed(claimed(1, 10)), "what was claimed first stands");
    let mut writer = Writer::default();
    claims.write(&mut writer);
    let bytes = writer.into_bytes();
    let mut again = Claims::new(100);
    again.read_again(&mut Reader::new(&bytes)).unwrap();
    assert!(again.is_reclaimed(claimed(1, 11)) && again.kept() == 1);
    assert!(again.read_again(&mut Reader::new(&bytes[..bytes.len() - 1])).is_err());
    // The last fifty are always remembered, and a hundred at most.
    for content in 2..500 {
        claims.take(claimed(content, 10));
        assert!(claims.kept() <= 100);
    }
    assert!(!claims.is_reclaimed(claimed(1, 11)) && claims.is_reclaimed(claimed(450, 11)));

    let mut few = produced(40);
    assert!(few.kept() <= 40);
    let mut writer = Writer::default();
    produced(100_000).write(&mut writer);
    few.read_again(&mut Reader::new(&writer.into_bytes())).unwrap();
    let words = words(PRODUCED[3]);
    assert_eq!(few.sources([&words]), ["purpose.3"]);
}
