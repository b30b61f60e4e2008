//! How often the wire is right on texts that it never saw.

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use carveout_signals::{
    Scanner,
    tripwire::{Family, Model, Tripwire, feature_name},
    wilson,
};

use crate::data::{Example, Part};

/// So many of so many.
#[derive(Clone, Copy, Default)]
struct Share {
    part: usize,
    whole: usize,
}

impl Share {
    fn count(&mut self, is: bool) {
        self.part += usize::from(is);
        self.whole += 1;
    }

    fn of(raised: impl Iterator<Item = bool>) -> Self {
        let mut share = Self::default();
        raised.for_each(|is| share.count(is));
        share
    }

    fn with_interval(self) -> String {
        let (low, high) = wilson(self.part, self.whole);
        format!("{} ({low:.2} to {high:.2})", self.plain())
    }

    fn plain(self) -> String {
        if self.whole == 0 {
            return "none".to_owned();
        }
        format!("{:.3} of {}", self.part as f64 / self.whole as f64, self.whole)
    }
}

/// The tables of the model card.
pub(crate) fn tables(model: &Model, examples: &[Example]) -> String {
    let bench = Bench { tripwire: Tripwire::new(model), scanner: Scanner::default(), examples };
    let mut page = String::new();
    bench.counts(&mut page);
    bench.families(&mut page);
    bench.registers(&mut page);
    bench.disguises(&mut page);
    classes(model, &mut page);
    page
}

struct Bench<'e> {
    tripwire: Tripwire,
    scanner: Scanner,
    examples: &'e [Example],
}

impl Bench<'_> {
    fn part(&self, part: Part) -> impl Iterator<Item = &Example> {
        self.examples.iter().filter(move |example| example.part == part)
    }

    fn raised(&self, text: &str, family: Family) -> bool {
        self.tripwire.scan(&self.scanner, text).1.is_raised(family)
    }

    fn raised_any(&self, text: &str) -> bool {
        self.tripwire.scan(&self.scanner, text).1.raised().next().is_some()
    }

    fn counts(&self, page: &mut String) {
        let count =
            |part, wanted: &dyn Fn(&Example) -> bool| self.part(part).filter(|one| wanted(one)).count();
        let _ =
            writeln!(page, "| part | examples | hard counter-examples | ordinary work |\n|---|---|---|---|");
        for (name, part) in
            [("training", Part::Train), ("calibration", Part::Calibrate), ("test", Part::Test)]
        {
            let _ = writeln!(
                page,
                "| {name} | {} | {} | {} |",
                count(part, &|one| one.positive),
                count(part, &|one| !one.positive && one.of.is_some()),
                count(part, &|one| one.of.is_none()),
            );
        }
    }

    fn families(&self, page: &mut String) {
        let _ = writeln!(
            page,
            "\n| family (test part) | recall | lines seen in at least one wording | false alarms, own hard counter-examples | false alarms, ordinary work | raised by other families' examples |\n|---|---|---|---|---|---|"
        );
        for family in Family::ALL {
            let share = |wanted: &dyn Fn(&Example) -> bool| {
                Share::of(
                    self.part(Part::Test).filter(|one| wanted(one)).map(|one| self.raised(&one.text, family)),
                )
            };
            let mut lines: Vec<(usize, bool)> = Vec::new();
            for one in self.part(Part::Test).filter(|one| one.is_of(family)) {
                let raised = self.raised(&one.text, family);
                match lines.iter_mut().find(|(line, _)| *line == one.line) {
                    Some((_, seen)) => *seen |= raised,
                    None => lines.push((one.line, raised)),
                }
            }
            let _ = writeln!(
                page,
                "| `{}` | {} | {} | {} | {} | {} |",
                family.as_str(),
                share(&|one| one.is_of(family)).with_interval(),
                Share::of(lines.iter().map(|(_, seen)| *seen)).plain(),
                share(&|one| one.is_against() && one.of == Some(family)).with_interval(),
                share(&|one| one.of.is_none()).with_interval(),
                share(&|one| one.positive && one.of != Some(family)).plain(),
            );
        }
    }

    fn registers(&self, page: &mut String) {
        let mut names: Vec<&str> = self.part(Part::Test).map(|one| one.register.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let _ = writeln!(
            page,
            "\n| register (test part) | recall, any family's own wire | false alarms, any wire |\n|---|---|---|"
        );
        for name in names {
            let here = || self.part(Part::Test).filter(|one| one.register == name);
            let own = |one: &Example| one.of.is_some_and(|family| self.raised(&one.text, family));
            let _ = writeln!(
                page,
                "| {name} | {} | {} |",
                Share::of(here().filter(|one| one.positive).map(own)).plain(),
                Share::of(here().filter(|one| !one.positive).map(|one| self.raised_any(&one.text))).plain(),
            );
        }
    }

    fn disguises(&self, page: &mut String) {
        let _ = writeln!(page, "\n| disguise (test part) | recall | false alarms |\n|---|---|---|");
        for (name, disguise) in DISGUISES {
            let own = |one: &Example| one.of.is_some_and(|family| self.raised(&disguise(&one.text), family));
            let recall = Share::of(self.part(Part::Test).filter(|one| one.positive).map(own));
            let quiet = self.part(Part::Test).filter(|one| !one.positive);
            let alarms = Share::of(quiet.map(|one| self.raised_any(&disguise(&one.text))));
            let _ = writeln!(page, "| {name} | {} | {} |", recall.plain(), alarms.plain());
        }
    }
}

/// A way to disguise a text.
type Disguise = fn(&str) -> String;

const DISGUISES: [(&str, Disguise); 13] = [
    ("as it stands", str::to_owned),
    ("zero-width characters", |text| text.chars().flat_map(|one| [one, '\u{200b}']).collect()),
    ("full width", |text| text.chars().map(|one| moved(one, '!'..='~', 0xfee0)).collect()),
    ("look-alikes", |text| {
        text.chars()
            .map(|one| "aceopx".find(one).and_then(|at| "асеорх".chars().nth(at)).unwrap_or(one))
            .collect()
    }),
    ("digits for letters", |text| {
        text.chars()
            .map(|one| "oieast".find(one).and_then(|at| "013457".chars().nth(at)).unwrap_or(one))
            .collect()
    }),
    ("capitals", str::to_uppercase),
    ("letters spaced out", |text| {
        let word = |word: &str| word.chars().map(String::from).collect::<Vec<_>>().join(" ");
        text.split(' ').map(word).collect::<Vec<_>>().join("  ")
    }),
    ("percent-encoding", |text| text.bytes().map(|byte| format!("%{byte:02X}")).collect()),
    ("base64", |text| STANDARD.encode(text)),
    ("hexadecimal", |text| hex::encode(text)),
    ("emoji tags", |text| text.chars().map(|one| moved(one, ' '..='~', 0xe0000)).collect()),
    ("within two pages of ordinary text", |text| {
        let page = "The pump is inspected every Monday, and the parts are ordered from the usual supplier. "
            .repeat(25);
        format!("{page}{text} {page}")
    }),
    ("every fifth letter left out", |text| {
        text.chars().enumerate().filter(|(at, _)| at % 5 != 4).map(|(_, one)| one).collect()
    }),
];

fn moved(one: char, range: std::ops::RangeInclusive<char>, by: u32) -> char {
    if range.contains(&one) { char::from_u32(u32::from(one) + by).unwrap_or(one) } else { one }
}

/// The weightiest features of classes.
fn classes(model: &Model, page: &mut String) {
    let _ = writeln!(page, "\n| family | what raises most | what lowers most |\n|---|---|---|");
    for (family, head) in Family::ALL.into_iter().zip(&model.heads) {
        let mut order: Vec<(i32, usize)> = head.classes.iter().copied().zip(0..).collect();
        order.sort_unstable_by(|one, other| other.cmp(one));
        let told = |(weight, feature): &(i32, usize)| {
            format!("{} {:+.1}", feature_name(*feature), f64::from(*weight) / 1024.0)
        };
        let raises: Vec<String> = order.iter().take(5).map(told).collect();
        let lowers: Vec<String> = order.iter().rev().take(4).map(told).collect();
        let _ = writeln!(page, "| `{}` | {} | {} |", family.as_str(), raises.join("; "), lowers.join("; "));
    }
}

/// What went wrong in the parts that may be looked at: training and calibration.
pub(crate) fn misread(model: &Model, examples: &[Example]) -> String {
    let tripwire = Tripwire::new(model);
    let mut page = String::new();
    for one in examples.iter().filter(|one| one.part != Part::Test) {
        let reading = tripwire.read(&one.text);
        for family in Family::ALL {
            let wrong = if one.is_of(family) {
                !reading.is_raised(family)
            } else {
                one.is_against() && reading.is_raised(family)
            };
            if wrong {
                let sign = if one.positive { "missed" } else { "wrong" };
                let _ = writeln!(
                    page,
                    "{sign} {:?} {} {}: {}",
                    one.part,
                    family.as_str(),
                    reading.score(family),
                    one.text
                );
            }
        }
    }
    page
}
