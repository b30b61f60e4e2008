//! What a meter of a million persons costs: to take a person in, to ask, to write down, and to read back.
//!
//! `cargo run --release -p carveout-signals --example bench_meters`

#![allow(clippy::print_stdout, reason = "a measurement is printed")]

use std::{fs, hint::black_box};

use carveout_signals::{
    Kind, PersonCount, Scanner,
    meters::{MeterKey, Meters, Minute, Person, Pseudonym, Reader, Sight, Writer},
};

const PERSONS: u64 = 1_000_000;
const DAY: Minute = 24 * 60;
const START: Minute = 29_000_000;

fn main() {
    let windows = vec![DAY, 30 * DAY, 366 * DAY];
    let mut meters = Meters::new(windows.clone(), 2_000_000);
    let sights: Vec<Sight> =
        (0..PERSONS).map(|n| Sight { persons: vec![person(n)], rows: 0, returned: Vec::new() }).collect();
    let minute = |n: usize| START + u32::try_from(n / 700).unwrap_or_default();
    println!("| a meter of {PERSONS} persons, three windows | |\n|---|---|");
    row("take a new person in", PERSONS, || {
        for (n, sight) in sights.iter().enumerate() {
            meters.take("s", sight, minute(n));
        }
    });
    row("take a known person in, a day later", PERSONS, || {
        for (n, sight) in sights.iter().enumerate() {
            meters.take("s", sight, DAY + minute(n));
        }
    });
    let now = START + 3 * DAY;
    row("ask with one person, and take in", 100_000, || {
        for sight in sights.iter().take(100_000) {
            black_box(meters.prospect("s", sight, now));
            meters.take("s", sight, now);
        }
    });
    let mut bytes = Vec::new();
    row("write a snapshot", 1, || {
        let mut writer = Writer::default();
        meters.write(&mut writer);
        bytes = writer.into_bytes();
    });
    println!("| bytes of the snapshot | {:.1} MB |", bytes.len() as f64 / 1e6);
    row("read it back", 1, || {
        let mut again = Meters::new(windows.clone(), 2_000_000);
        assert!(again.read_again(&mut Reader::new(&bytes)).is_ok());
        black_box(again.kept());
    });
    let mut count = PersonCount::default();
    count.add(&Scanner::default().scan("write to ann@sample.org"));
    let key = MeterKey::new(&[7; 32]).scope("agreement:a");
    row("the pseudonym of one identifier", 100_000, || {
        for _ in 0..100_000 {
            black_box(Sight::of(black_box(&count), &key));
        }
    });
    println!("| resident memory at its highest | {} MB |", peak_megabytes());
}

fn row(what: &str, times: u64, work: impl FnOnce()) {
    let start = processor_seconds();
    work();
    let each = (processor_seconds() - start) * 1e9 / times as f64;
    if each > 1e6 {
        println!("| {what} | {:.0} ms |", each / 1e6);
    } else {
        println!("| {what} | {each:.0} ns |");
    }
}

/// A person whose pseudonym is as random as a keyed digest.
fn person(number: u64) -> Person {
    let mixed = |salt: u64| {
        let mut bits = number.wrapping_add(salt).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        bits ^= bits >> 31;
        bits.wrapping_mul(0xbf58_476d_1ce4_e5b9)
    };
    let mut bytes = [0; 12];
    let source = mixed(1).to_be_bytes().into_iter().chain(mixed(2).to_be_bytes());
    bytes.iter_mut().zip(source).for_each(|(to, from)| *to = from);
    Person { kind: Kind::Phone, pseudonym: Pseudonym::from_bytes(bytes), sure: true }
}

/// Seconds that this thread spent on a processor: other work on the machine doesn't count.
fn processor_seconds() -> f64 {
    let spent = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds: f64 = spent.split(' ').next().and_then(|word| word.parse().ok()).unwrap_or_default();
    nanoseconds / 1e9
}

fn peak_megabytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    kilobytes.unwrap_or_default() / 1024
}
