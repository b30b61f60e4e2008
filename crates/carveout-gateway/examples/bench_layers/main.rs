//! What each stop of a request costs: CPU time of the gateway's process per request, in layers over a pass-through
//! floor made of the same hyper stack, and how many entries share a sync. Prints a table; takes about a minute.
//!
//! The provider and the load are other processes (this program again, in other roles), so that only the
//! gateway's own time is counted. Numbers are medians of several rounds in which the layers take turns.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a measurement: it prints, and what is unexpected ends it"
)]

#[path = "../../tests/gateway/kit/mod.rs"]
#[expect(dead_code, reason = "the tests use the rest of it")]
mod kit;
mod layer;
mod load;

use std::{
    net::SocketAddr,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use carveout_gateway::{Monitoring, ProgramSettings};
use carveout_ledger::{Ledger, Options};
use carveout_terms::{Agreement, Program, Stack, Vocabulary};
use sha2::Digest as _;

use crate::{kit::Kit, layer::LAYERS};

/// Rounds per measurement; the median counts.
const ROUNDS: usize = 5;

/// A claim that the sample terms permit.
const CLAIM: &str = "purpose=logistics.supply, volume=targeted, subject=none, weapon_function=none";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let role: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = runtime();
    match role.as_slice() {
        ["provider"] => runtime.block_on(load::provide()),
        ["load", address, connections, kilobytes, millis] => {
            let (connections, kilobytes) = (connections.parse().unwrap(), kilobytes.parse().unwrap());
            let time = Duration::from_millis(millis.parse().unwrap());
            let done = load::run(address.parse().unwrap(), connections, kilobytes, time);
            println!("{}", runtime.block_on(done));
        }
        // To be profiled: `bench_layers provider`, `bench_layers gateway ADDRESS`, `bench_layers load ADDRESS 32 1 9999`.
        ["gateway", address] => runtime.block_on(stand(address.parse().unwrap())),
        _ => runtime.block_on(measure()),
    }
}

/// As in the program: one core is left to the ledger's threads, and a single worker needs no others.
fn runtime() -> tokio::runtime::Runtime {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let mut runtime = match cores.saturating_sub(1) {
        0 | 1 => tokio::runtime::Builder::new_current_thread(),
        workers => {
            let mut several = tokio::runtime::Builder::new_multi_thread();
            several.worker_threads(workers);
            several
        }
    };
    runtime.enable_all().build().unwrap()
}

/// Another process of this program, with its first line of output.
fn other(role: &[&str]) -> (Child, String) {
    let mut child =
        Command::new(std::env::current_exe().unwrap()).args(role).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let output = child.stdout.as_mut().unwrap();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(output), &mut line).unwrap();
    (child, line.trim().to_owned())
}

fn pack(file: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../packs").join(file);
    std::fs::read_to_string(path).unwrap()
}

/// The `defense` vocabulary without the facts that say what texts show: evidence, meters, contents, judges. Each fact is three
/// lines: its attester, its meaning, its name.
fn without_evidence() -> Arc<Vocabulary> {
    const EVIDENCE: [&str; 9] = [
        "identifiers:",
        "persons_",
        "attempted_persons_",
        "opaque_texts:",
        "reclaimed:",
        "derived_from:",
        "tool_result_",
        "tripwire:",
        "judgement",
    ];
    let mut kept: Vec<String> = Vec::new();
    let schema = pack("defense/defense.cedarschema");
    for line in schema.lines() {
        if EVIDENCE.iter().any(|fact| line.trim_start().starts_with(fact)) {
            while kept.last().is_some_and(|above| above.trim_start().starts_with('@')) {
                kept.pop();
            }
        } else {
            kept.push(line.to_owned());
        }
    }
    Arc::new(Vocabulary::parse(&kept.join("\n"), &pack("defense/defense.toml")).unwrap())
}

/// Samples as they would be in a real workspace: the sample terms and the sample program.
fn sample_program(vocabulary: Arc<Vocabulary>) -> ProgramSettings {
    let agreement = Agreement::parse(&pack("sample/sample-terms.md"), &vocabulary).unwrap();
    let digest = hex::encode(sha2::Sha256::digest(kit::KEY.as_bytes()));
    let key = format!("\n[[key]]\nid = \"depot\"\nsha256 = \"{digest}\"\n");
    let program = pack("sample/programs/logistics-support.toml") + &key;
    let program = Program::parse(&program, &vocabulary).unwrap();
    let stack = Stack::new(vocabulary, vec![Arc::new(agreement)], program.presume().clone()).unwrap();
    let (program, stack) = (Arc::new(program), Arc::new(stack));
    ProgramSettings { program, stack, designations: Vec::new(), monitoring: Monitoring::default() }
}

/// A gateway to that provider, with the sample terms.
fn sample_kit(provider: SocketAddr, vocabulary: Arc<Vocabulary>) -> Kit {
    let mut kit = Kit::with_options(provider, Options::default());
    kit.settings.vocabulary = vocabulary.clone();
    kit.settings.programs = vec![sample_program(vocabulary)];
    let mut target = kit::target("main");
    target.deployment = Some("vendor_cloud".to_owned());
    kit.settings.routes = vec![kit::route("depot", vec![target])];
    kit
}

async fn stand(provider: SocketAddr) {
    let gateway = sample_kit(provider, kit::vocabulary()).start().await;
    println!("{}", gateway.address);
    std::future::pending().await
}

async fn measure() {
    let (mut provider, address) = other(&["provider"]);
    let address: SocketAddr = address.parse().unwrap();
    let kit = sample_kit(address, kit::vocabulary());
    let bench = Arc::new(layer::Bench::new(&kit.settings, &kit.directory.path().join("layers"), address));
    let mut servers = Vec::new();
    for layer in LAYERS {
        servers.push((layer.name(), layer::serve(bench.clone(), layer).await));
    }
    let plain = sample_kit(address, without_evidence());
    let ledgers = [kit.settings.ledger.clone(), plain.settings.ledger.clone()];
    let (gateway, plain) = (kit.start().await, plain.start().await);
    servers.push(("the gateway, without evidence", plain.address));
    servers.push(("the gateway, whole", gateway.address));

    let many = rounds(&servers, &ledgers, [32, 1, 1_500]).await;
    let one = rounds(&servers, &ledgers, [1, 1, 700]).await;
    // The last two, which differ in the vocabulary's facts of evidence only.
    let long = rounds(&servers[LAYERS.len()..], &ledgers, [32, 2, 1_500]).await;
    println!(
        "CPU microseconds of the process for a 1 KB request, medians of {ROUNDS} rounds in which the layers take turns"
    );
    println!(
        "(the program's allocator and runtime, sample terms, decision remembered); of these, the ledger's own threads; and entries for each sync.\n"
    );
    println!(
        "| layer | 32 connections | ledger's threads | entries/sync | 1 connection | ledger's threads | entries/sync |"
    );
    println!("|---|---|---|---|---|---|---|");
    for (((name, _), many), one) in servers.iter().zip(many).zip(one) {
        println!("| {name} | {} | {} |", many.shown(), one.shown());
    }
    println!(
        "\nA request of 2 KB at 32 connections: {:.1} without the vocabulary's facts of evidence, {:.1} with them.",
        long[0].cpu, long[1].cpu
    );
    provider.kill().unwrap();
    provider.wait().unwrap();
}

/// What one round came to: CPU microseconds per request, those of the ledger's threads among them, and how many entries
/// shared a sync.
#[derive(Clone, Copy, Debug)]
struct Round {
    cpu: f64,
    ledger: f64,
    entries_per_sync: Option<f64>,
}

impl Round {
    fn shown(&self) -> String {
        let shared = self.entries_per_sync.map_or_else(|| "-".to_owned(), |entries| format!("{entries:.1}"));
        format!("{:.1} | {:.1} | {shared}", self.cpu, self.ledger)
    }
}

/// Entries and syncs of all ledgers so far.
fn recorded(ledgers: &[Ledger]) -> (u64, u64) {
    let all = ledgers.iter().map(Ledger::statistics);
    all.fold((0, 0), |(entries, syncs), one| (entries + one.entries, syncs + one.syncs))
}

/// The median round of each server. The servers take turns, so that a busy moment of the machine meets all of them.
async fn rounds(
    servers: &[(&str, SocketAddr)],
    ledgers: &[Ledger],
    [connections, kilobytes, millis]: [u32; 3],
) -> Vec<Round> {
    let mut measured = vec![Vec::new(); servers.len()];
    for round in 0..=ROUNDS {
        for (results, (_, address)) in measured.iter_mut().zip(servers) {
            let load = [connections, kilobytes, millis].map(|number| number.to_string());
            let address = address.to_string();
            let (before, recorded) = (load::cpu(), recorded(ledgers));
            let ask = move || other(&["load", &address, &load[0], &load[1], &load[2]]);
            let (mut child, done) = tokio::task::spawn_blocking(ask).await.unwrap();
            child.wait().unwrap();
            let done: f64 = done.parse().unwrap();
            let (after, records) = (load::cpu(), self::recorded(ledgers));
            let each = |spent: Duration| spent.as_secs_f64() * 1e6 / done;
            let (serving, ledger_threads) =
                (each(after.serving - before.serving), each(after.ledger - before.ledger));
            let syncs = records.1 - recorded.1;
            #[expect(clippy::cast_precision_loss, reason = "a ratio for people to read")]
            let entries_per_sync = (syncs > 0).then(|| (records.0 - recorded.0) as f64 / syncs as f64);
            // The first round warms connections and memos.
            if round > 0 {
                results.push(Round {
                    cpu: serving + ledger_threads,
                    ledger: ledger_threads,
                    entries_per_sync,
                });
            }
        }
    }
    measured.into_iter().map(median).collect()
}

fn median(mut rounds: Vec<Round>) -> Round {
    rounds.sort_by(|one, other| one.cpu.total_cmp(&other.cpu));
    rounds[rounds.len() / 2]
}
