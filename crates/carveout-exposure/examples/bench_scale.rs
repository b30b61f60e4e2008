//! The graph at its real size: loaded from tables and from a snapshot, a designation's whole report, and names found in it.
//! `bench_scale FOLDER [ENTITIES EDGES NAMES]` writes tables into the folder and a snapshot of what it read from them;
//! `bench_scale FOLDER --snapshot` goes on from that, in a process of its own, whose memory is then that of the snapshot.
//! The shape is made up from a fixed seed: tiers of firms like a pyramid, a few with most of the edges, rings, doubles.
#![expect(clippy::print_stdout, reason = "a bench reports to the terminal")]

use std::{
    fs::File,
    io::{BufReader, BufWriter, Write},
    path::Path,
};

use carveout_exposure::{
    graph::{Graph, GraphBuilder, NodeId},
    matching::{Matcher, Verdict},
    ownership::{AffiliateRule, affiliates},
    paths::Reached,
    report::{Question, Report, Started},
    share::Share,
    sources::{plain_entities, plain_links},
};
use carveout_terms::designation::{Designation, Docket, When};

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

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
    let number = usize::try_from(number).unwrap_or(0);
    words.get(number % words.len()).copied().unwrap_or_default()
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

/// Where the tiers of firms end, in thousandths: few primes, and most firms in the last of six tiers.
const TIERS: [u64; 7] = [0, 2, 12, 60, 200, 500, 1000];

/// Writes the tables. Rows that are written twice, rings of firms that work for each other, and stakes beyond the whole
/// are among them.
fn write_tables(folder: &Path, entities: u64, edges: u64) -> Outcome {
    let mut firms = BufWriter::new(File::create(folder.join("entities.csv"))?);
    writeln!(firms, "name,uei")?;
    for number in 0..entities {
        writeln!(firms, "{},{}", name(number), uei(number))?;
    }
    firms.flush()?;
    let mut links = BufWriter::new(File::create(folder.join("links.csv"))?);
    writeln!(links, "from,relation,to,share,since")?;
    let mut numbers = Numbers(7);
    let mut written = 0;
    // The barred one offers three products that many firms use.
    for product in 0..3 {
        writeln!(links, "uei:{},embedded_in,product:p{product},,2025-01-01", uei(entities - 1))?;
        written += 1;
    }
    while written < edges {
        let row = match numbers.next(100) {
            0..10 => {
                let (one, other) = (numbers.heavy(entities), numbers.next(entities));
                format!("uei:{},owns,uei:{},{},2020-01-01", uei(one), uei(other), numbers.next(100))
            }
            10..15 => {
                format!("uei:{},controls,uei:{},,", uei(numbers.heavy(entities)), uei(numbers.next(entities)))
            }
            15..20 => format!(
                "product:p{},used_by,uei:{},,2025-06-01",
                numbers.heavy(2_000),
                uei(numbers.next(entities))
            ),
            20..22 => format!(
                "uei:{},performs,award:A{},,",
                uei(numbers.heavy(entities / 100)),
                numbers.next(50_000)
            ),
            22..24 => format!(
                "uei:{},works_for,uei:{},,2025-10-01",
                uei(numbers.next(entities)),
                uei(numbers.next(entities))
            ),
            _ => work(&mut numbers, entities),
        };
        let times = 1 + u64::from(numbers.next(20) == 0);
        for _ in 0..times {
            writeln!(links, "{row}")?;
        }
        written += times;
    }
    Ok(links.flush()?)
}

/// A firm that works for one of the tier above.
fn work(numbers: &mut Numbers, entities: u64) -> String {
    let tier = usize::try_from(numbers.heavy(5)).unwrap_or(0);
    let tier = 5 - tier;
    let bound = |tier: usize| TIERS.get(tier).copied().unwrap_or(1000) * entities / 1000;
    let (above, from, to) = (bound(tier - 1), bound(tier), bound(tier + 1));
    let sub = from + numbers.next(to - from);
    let prime = above + numbers.heavy(from - above);
    format!("uei:{},works_for,uei:{},,2025-10-01", uei(sub), uei(prime))
}

fn load_tables(folder: &Path) -> Outcome<Graph> {
    let open = |name: &str| File::open(folder.join(name)).map(|file| BufReader::with_capacity(1 << 20, file));
    let mut builder = GraphBuilder::new();
    let source = builder.source("made up");
    plain_entities(open("entities.csv")?, &[], &mut builder)?;
    plain_links(open("links.csv")?, &[], source, &mut builder)?;
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

/// Does something and says what it took, by the processor and by the clock of the wall.
fn timed<T>(what: &str, work: impl FnOnce() -> Outcome<(T, String)>) -> Outcome<T> {
    let (start, wall) = (used(), std::time::Instant::now());
    let (value, result) = work()?;
    let (seconds, wall) = (used() - start, wall.elapsed().as_secs_f64());
    println!("| {what} | {result} | {seconds:.2} s | {wall:.2} s | {} |", peak());
    Ok(value)
}

/// A misspelling of a name: a letter left out, and small letters.
fn misspelt(name: &str, number: u64) -> String {
    let place = usize::try_from(number % 4).unwrap_or(0) + 1;
    let letters = name.to_lowercase();
    letters.chars().enumerate().filter(|(position, _)| *position != place).map(|(_, letter)| letter).collect()
}

fn docket(entities: u64) -> Outcome<Docket> {
    let day = When::find("2026-11-23").ok_or("no day")?;
    Ok(Docket::alone(Designation::supposed(&format!("uei:{}", uei(entities - 1)), None, day)))
}

fn header() {
    println!(
        "| what, on one thread | result | processor | wall | most memory so far |\n|---|---|---|---|---|"
    );
}

fn from_tables(folder: &Path, entities: u64, edges: u64) -> Outcome {
    write_tables(folder, entities, edges)?;
    header();
    let graph = timed("tables read and put together", || {
        let graph = load_tables(folder)?;
        let said = format!("{} nodes, {} edges", graph.node_count(), graph.edge_count());
        Ok((graph, said))
    })?;
    let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 23).ok_or("no day")?;
    let owner: Vec<NodeId> = graph.find(&format!("uei:{}", uei(3))).into_iter().collect();
    let half = AffiliateRule::Ownership { threshold: Share::HALF.billionths(), aggregate: true };
    for (what, rule) in
        [("owned to half, in the aggregate", half), ("any affiliate", AffiliateRule::AnyAffiliate)]
    {
        timed(what, || Ok(((), format!("{} reached", affiliates(&graph, &owner, rule, day).len()))))?;
    }
    timed("snapshot written", || {
        let file = folder.join("graph.snapshot");
        graph.write_snapshot(BufWriter::new(File::create(&file)?))?;
        Ok(((), format!("{} MB", std::fs::metadata(&file)?.len() >> 20)))
    })?;
    write_edges(folder, &graph, entities)?;
    Ok(())
}

/// The edges that exposure goes along, as pairs of numbers, for whoever wants to walk them too.
fn write_edges(folder: &Path, graph: &Graph, entities: u64) -> Outcome {
    let numbers: std::collections::HashMap<NodeId, u32> =
        (0..).zip(graph.nodes()).map(|(number, (id, _))| (id, number)).collect();
    let number = |node: NodeId| numbers.get(&node).copied().unwrap_or(u32::MAX);
    let source = graph.find(&format!("uei:{}", uei(entities - 1))).ok_or("no source")?;
    let mut file = BufWriter::new(File::create(folder.join("edges.bin"))?);
    file.write_all(&number(source).to_le_bytes())?;
    use carveout_exposure::graph::EdgeKind;
    for (id, _) in graph.nodes() {
        let carries = |kind| !matches!(kind, EdgeKind::Owns | EdgeKind::Controls | EdgeKind::BecomesPart);
        for edge in graph.outgoing(id).filter(|edge| carries(edge.kind)) {
            file.write_all(&number(edge.from).to_le_bytes())?;
            file.write_all(&number(edge.to).to_le_bytes())?;
        }
    }
    Ok(file.flush()?)
}

fn from_snapshot(folder: &Path, entities: u64, names: u64) -> Outcome {
    header();
    let graph = timed("snapshot read and checked", || {
        let file = BufReader::with_capacity(1 << 20, File::open(folder.join("graph.snapshot"))?);
        let graph = Graph::read_snapshot(file)?;
        let said = format!("{} nodes, {} edges", graph.node_count(), graph.edge_count());
        Ok((graph, said))
    })?;
    let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 23).ok_or("no day")?;
    let barred = graph.find(&format!("uei:{}", uei(entities - 1))).ok_or("no source")?;
    timed("reachability from one source", || {
        let reached = Reached::from(&graph, &[barred], day, None);
        Ok(((), format!("{} reached", reached.nodes().len())))
    })?;
    let docket = docket(entities)?;
    let (on, known) = (docket.instrument().dates.effective, docket.instrument().dates.effective);
    let dockets = [&docket];
    timed("a designation's whole report, as JSON", || {
        let question = Question {
            graph: &graph,
            docket: &docket,
            dockets: &dockets,
            house: None,
            on,
            known,
            started: Started::default(),
            hypothetical: true,
        };
        let report = Report::of(&question);
        let bytes = serde_json::to_vec(&report)?.len();
        let ways: usize = report.touched.iter().map(|touched| touched.ways.len()).sum();
        let told = format!(
            "{} told of {}, {} tiers, {ways} ways, {} KB",
            report.touched.len(),
            report.touched.len() as u64 + report.not_told,
            report.tiers.len(),
            bytes >> 10
        );
        Ok(((), told))
    })?;
    let matcher = timed("index of all names", || Ok((Matcher::new(&graph), String::new())))?;
    timed(&format!("{names} misspelt names looked for"), || {
        let mut found = 0_u64;
        for number in 0..names {
            let wanted = (number * 89) % entities;
            let right = graph.find(&format!("uei:{}", uei(wanted)));
            let candidates = matcher.find(&[&misspelt(&name(wanted), number)], &[]);
            let same = |verdict| verdict == Verdict::Same;
            found +=
                u64::from(candidates.iter().any(|found| Some(found.node) == right && same(found.verdict)));
        }
        Ok(((), format!("{found} found")))
    })
}

fn main() -> Outcome {
    let mut arguments = std::env::args().skip(1);
    let Some(folder) = arguments.next() else {
        println!("the graph at its real size: not measured; `cargo xtask bench exposure` gives the folder");
        return Ok(());
    };
    let rest: Vec<String> = arguments.collect();
    let numbers: Vec<u64> = rest.iter().filter_map(|word| word.parse().ok()).collect();
    let (entities, edges, names) = match numbers.as_slice() {
        [entities, edges, names] => (*entities, *edges, *names),
        _ => (895_000, 10_000_000, 10_000),
    };
    let folder = Path::new(&folder);
    match rest.iter().any(|word| word == "--snapshot") {
        false => from_tables(folder, entities, edges),
        true => from_snapshot(folder, entities, names),
    }
}
