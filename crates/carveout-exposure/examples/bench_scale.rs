//! The graph at its real size: loading, a designation's reach, and names found in it.
//! `bench_scale [ENTITIES EDGES NAMES]`; the shape is made up, heavy-tailed, with rings and doubles, from a fixed seed.
#![expect(clippy::print_stdout, reason = "a bench reports to the terminal")]

use std::io::{BufReader, Read};

use carveout_exposure::{
    graph::{Graph, GraphBuilder, NodeId},
    matching::{Matcher, Verdict},
    ownership::{AffiliateRule, affiliates},
    share::Share,
    sources::{plain_entities, plain_links},
};

/// A small generator of numbers (xorshift), the same every time.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % below.max(1)
    }

    /// Small numbers often, large ones seldom: a few firms have most of the edges.
    fn heavy(&mut self, below: u64) -> u64 {
        let bound = self.next(below) + 1;
        let bound = self.next(bound) + 1;
        self.next(bound)
    }
}

/// A reader of rows that are made as they are read.
struct Rows<F> {
    row: F,
    left: u64,
    open: Vec<u8>,
    taken: usize,
}

impl<F: FnMut(u64) -> String> Read for Rows<F> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.taken == self.open.len() {
            if self.left == 0 {
                return Ok(0);
            }
            self.left -= 1;
            self.open = (self.row)(self.left).into_bytes();
            self.taken = 0;
        }
        let mut rest = self.open.get(self.taken..).unwrap_or_default();
        let length = rest.read(buffer)?;
        self.taken += length;
        Ok(length)
    }
}

fn rows(header: &str, left: u64, row: impl FnMut(u64) -> String) -> impl Read {
    BufReader::with_capacity(1 << 20, Rows { row, left, open: header.as_bytes().to_vec(), taken: 0 })
}

const SYLLABLES: [&str; 24] = [
    "bar", "cel", "dor", "fen", "gal", "hun", "jor", "kel", "lim", "mor", "nav", "ost", "pel", "quor", "rin",
    "sel", "tam", "ul", "ven", "wex", "yar", "zen", "tri", "plo",
];
const TRADES: [&str; 8] = [
    "Systems",
    "Logistics",
    "Services",
    "Engineering",
    "Supplies",
    "Technologies",
    "Construction",
    "Consulting",
];
const FORMS: [&str; 5] = ["Inc", "LLC", "Corp", "Ltd", "Co"];

fn pick<'a>(words: &[&'a str], number: u64) -> &'a str {
    usize::try_from(number)
        .ok()
        .and_then(|number| words.get(number % words.len()))
        .copied()
        .unwrap_or_default()
}

/// The name of a firm, by its number.
fn name(number: u64) -> String {
    let mut numbers = Numbers(number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    numbers.next(2);
    let mut word = String::new();
    for _ in 0..3 + numbers.next(2) {
        word.push_str(pick(&SYLLABLES, numbers.next(24)));
    }
    format!("{word} {} {}", pick(&TRADES, numbers.next(8)), pick(&FORMS, numbers.next(5)))
}

fn uei(number: u64) -> String {
    const DIGITS: [&str; 8] = ["A", "B", "C", "D", "E", "F", "G", "H"];
    let digit = |place: u32| pick(&DIGITS, number >> (3 * place));
    (0..12).map(|place| digit(11 - place)).collect()
}

fn loaded(entities: u64, edges: u64) -> Result<Graph, Box<dyn std::error::Error>> {
    let mut builder = GraphBuilder::new();
    let source = builder.source("made up");
    let firms = rows("name,uei\n", entities, |number| format!("{},{}\n", name(number), uei(number)));
    plain_entities(firms, &[], &mut builder)?;
    let mut numbers = Numbers(7);
    let links = rows("from,relation,to,share,since\n", edges, |_| {
        let (one, other) = (numbers.heavy(entities), numbers.next(entities));
        match numbers.next(10) {
            0 => format!("uei:{},owns,uei:{},{},2020-01-01\n", uei(one), uei(other), numbers.next(100)),
            1 => format!("uei:{},controls,uei:{},,\n", uei(one), uei(other)),
            _ => format!("uei:{},works_for,uei:{},,2025-10-01\n", uei(other), uei(one)),
        }
    });
    plain_links(links, &[], source, &mut builder)?;
    Ok(builder.finish())
}

/// The most memory that the process has held, in megabytes.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok());
    kilobytes.map_or_else(|| "unknown".to_owned(), |kilobytes| format!("{} MB", kilobytes / 1024))
}

/// The processor time that this process has used, in seconds: other work on the machine doesn't count. The kernel counts
/// in hundredths.
fn used() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |place: usize| fields.get(place).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

/// A misspelling of a name: a letter left out, and small letters.
fn misspelt(name: &str, number: u64) -> String {
    let place = usize::try_from(number % 4).unwrap_or(0) + 1;
    name.to_lowercase()
        .chars()
        .enumerate()
        .filter(|(position, _)| *position != place)
        .map(|(_, letter)| letter)
        .collect()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<u64> = std::env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    let (entities, edges, names) = match arguments.as_slice() {
        [entities, edges, names] => (*entities, *edges, *names),
        _ => (895_000, 10_000_000, 10_000),
    };
    println!("| what, on one thread | processor time |\n|---|---|");
    let start = used();
    let graph = loaded(entities, edges)?;
    println!(
        "| {} organisations and {} edges from CSV | {:.1} s, at most {} held |",
        graph.node_count(),
        graph.edge_count(),
        used() - start,
        peak()
    );
    let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 23).ok_or("no day")?;
    let barred: Vec<NodeId> = graph.find(&format!("uei:{}", uei(3))).into_iter().collect();
    for (what, rule) in [
        (
            "owned to half, in the aggregate",
            AffiliateRule::Ownership { threshold: Share::HALF.billionths(), aggregate: true },
        ),
        ("any affiliate", AffiliateRule::AnyAffiliate),
    ] {
        let start = used();
        let reached = affiliates(&graph, &barred, rule, day).len();
        println!("| {what}: {reached} reached | {:.2} s |", used() - start);
    }
    let start = used();
    let matcher = Matcher::new(&graph);
    println!("| index of all names | {:.1} s, at most {} held |", used() - start, peak());
    let start = used();
    let mut found = 0_u64;
    for number in 0..names {
        let wanted = (number * 89) % entities;
        let candidates = matcher.find(&[&misspelt(&name(wanted), number)], &[]);
        let right = graph.find(&format!("uei:{}", uei(wanted)));
        found += u64::from(
            candidates
                .iter()
                .any(|candidate| Some(candidate.node) == right && candidate.verdict == Verdict::Same),
        );
    }
    let seconds = used() - start;
    println!("| {names} misspelt names looked for, {found} found | {seconds:.1} s |");
    Ok(())
}
