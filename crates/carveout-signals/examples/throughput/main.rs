//! How fast texts are read, on one core, with all recognisers on.
//!
//! `cargo run --release -p carveout-signals --example throughput`, with a word for one of the texts only

#![allow(clippy::print_stdout, reason = "a measurement is printed")]

mod texts;

use std::{fs, hint::black_box};

use carveout_signals::{PersonCount, Scanner, tripwire::Tripwire};

/// Each text is scanned in prompts of so many bytes.
const PROMPT: usize = 64 << 10;
const ROUNDS: usize = 9;
/// How often a text is read in a round: the kernel counts processor time by steps of some milliseconds.
const TIMES: usize = 8;

fn main() {
    let scanner = Scanner::default();
    let only = std::env::args().nth(1).unwrap_or_default();
    println!("| text | MB/s | findings in a MB |");
    println!("|---|---|---|");
    for (name, text) in texts::all().into_iter().filter(|(name, _)| name.contains(&only)) {
        let text = text.as_str();
        let mut rates: Vec<f64> = (0..ROUNDS)
            .map(|_| {
                let start = processor_seconds();
                for prompt in (0..TIMES).flat_map(|_| prompts(text)) {
                    black_box(scanner.scan(black_box(prompt)));
                }
                (TIMES * text.len()) as f64 / (processor_seconds() - start) / 1e6
            })
            .collect();
        rates.sort_by(f64::total_cmp);
        let rate = rates.get(ROUNDS / 2).copied().unwrap_or_default();
        let found = prompts(text).map(|prompt| scanner.scan(prompt).findings.len()).sum::<usize>() as f64
            / (text.len() as f64 / 1e6);
        println!("| {name} | {rate:.0} | {found:.0} |");
    }
    let prompt = first_bytes(&texts::english(), 2048).to_owned();
    let chat = first_bytes(&texts::CHAT.join(" ").repeat(4), 2048).to_owned();
    let wire = Tripwire::embedded();
    let scan = microseconds(|| {
        black_box(scanner.scan(black_box(&prompt)));
    });
    let read = microseconds(|| {
        black_box(wire.read(black_box(&prompt)));
    });
    println!("\nA prompt of 2 KB takes {scan:.1} us, and {read:.1} us more for the tripwire.");
    let all = microseconds(|| {
        let (seen, reading) = wire.scan(&scanner, black_box(&chat));
        let mut count = PersonCount::default();
        count.add(&seen);
        black_box((count.persons(), reading.raised().count()));
    });
    println!(
        "Chat of 2 KB with an address, a telephone number and a line of code: {all:.1} us for everything that is done with a \
         text: all recognisers, all views, the tripwire on each that decodes, and the bounds of persons."
    );
}

/// Microseconds of processor for a call: the median of several rounds.
fn microseconds(mut call: impl FnMut()) -> f64 {
    const CALLS: u32 = 10_000;
    let mut rounds: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = processor_seconds();
            (0..CALLS).for_each(|_| call());
            (processor_seconds() - start) * 1e6 / f64::from(CALLS)
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    rounds.get(ROUNDS / 2).copied().unwrap_or_default()
}

/// About so many bytes of a text.
fn first_bytes(text: &str, bytes: usize) -> &str {
    let end = (0..4).map(|less| bytes - less).find(|place| text.is_char_boundary(*place));
    text.get(..end.unwrap_or(0)).unwrap_or_default()
}

/// A text in parts of about the same length, cut after lines.
fn prompts(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let from = (0..4)
            .map(|more| PROMPT + more)
            .find(|place| rest.is_char_boundary(*place))
            .unwrap_or(rest.len());
        let cut =
            rest.get(from..).and_then(|tail| tail.find(['\n', '}'])).map_or(rest.len(), |end| from + end + 1);
        let (prompt, after) = rest.split_at(cut.min(rest.len()));
        rest = after;
        (!prompt.is_empty()).then_some(prompt)
    })
}

/// Seconds that this thread spent on a processor: other work on the machine doesn't count.
fn processor_seconds() -> f64 {
    let spent = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds: f64 = spent.split(' ').next().and_then(|word| word.parse().ok()).unwrap_or_default();
    nanoseconds / 1e9
}
