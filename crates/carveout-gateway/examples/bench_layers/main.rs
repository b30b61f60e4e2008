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
use carveout_terms::{Agreement, Program, Stack};
use sha2::Digest as _;

use crate::{kit::Kit, layer::LAYERS};

/// The program's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
        ["load", address, connections, millis] => {
            let (connections, millis) = (connections.parse().unwrap(), millis.parse().unwrap());
            let done = load::run(address.parse().unwrap(), connections, Duration::from_millis(millis));
            println!("{}", runtime.block_on(done));
        }
        // To be profiled: `bench_layers provider`, `bench_layers gateway ADDRESS`, `bench_layers load ADDRESS 32 9999`.
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

/// Samples as they would be in a real workspace: the sample terms and the sample program.
fn sample_program() -> ProgramSettings {
    let pack = |file: &str| {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../packs/sample").join(file);
        std::fs::read_to_string(path).unwrap()
    };
    let vocabulary = kit::vocabulary();
    let agreement = Agreement::parse(&pack("sample-terms.md"), &vocabulary).unwrap();
    let digest = hex::encode(sha2::Sha256::digest(kit::KEY.as_bytes()));
    let key = format!("\n[[key]]\nid = \"depot\"\nsha256 = \"{digest}\"\n");
    let program = Program::parse(&(pack("programs/logistics-support.toml") + &key), &vocabulary).unwrap();
    let stack = Stack::new(vocabulary, vec![Arc::new(agreement)], program.presume().clone()).unwrap();
    ProgramSettings { program: Arc::new(program), stack: Arc::new(stack), monitoring: Monitoring::default() }
}

/// A gateway to that provider, with the sample terms.
fn sample_kit(provider: SocketAddr) -> Kit {
    let mut kit = Kit::with_options(provider, Options::default());
    kit.settings.programs = vec![sample_program()];
    let mut target = kit::target("main");
    target.deployment = Some("vendor_cloud".to_owned());
    kit.settings.routes = vec![kit::route("depot", vec![target])];
    kit
}

async fn stand(provider: SocketAddr) {
    let gateway = sample_kit(provider).start().await;
    println!("{}", gateway.address);
    std::future::pending().await
}

async fn measure() {
    let (mut provider, address) = other(&["provider"]);
    let address: SocketAddr = address.parse().unwrap();
    let kit = sample_kit(address);
    let bench = Arc::new(layer::Bench::new(&kit.settings, &kit.directory.path().join("layers"), address));
    let mut servers = Vec::new();
    for layer in LAYERS {
        servers.push((layer.name(), layer::serve(bench.clone(), layer).await));
    }
    let ledger = kit.settings.ledger.clone();
    let gateway = kit.start().await;
    servers.push(("the gateway, whole", gateway.address));

    let many = rounds(&servers, &ledger, 32, 1_500).await;
    let one = rounds(&servers, &ledger, 1, 700).await;
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

/// The median round of each server. The servers take turns, so that a busy moment of the machine meets all of them.
async fn rounds(
    servers: &[(&str, SocketAddr)],
    ledger: &Ledger,
    connections: usize,
    millis: u64,
) -> Vec<Round> {
    let mut measured = vec![Vec::new(); servers.len()];
    for round in 0..=ROUNDS {
        for (results, (_, address)) in measured.iter_mut().zip(servers) {
            let (address, connections) = (address.to_string(), connections.to_string());
            let (before, recorded) = (load::cpu(), ledger.statistics());
            let length = millis.to_string();
            let ask = move || other(&["load", &address, &connections, &length]);
            let (mut child, done) = tokio::task::spawn_blocking(ask).await.unwrap();
            child.wait().unwrap();
            let done: f64 = done.parse().unwrap();
            let (after, records) = (load::cpu(), ledger.statistics());
            let each = |spent: Duration| spent.as_secs_f64() * 1e6 / done;
            let (serving, ledger_threads) =
                (each(after.serving - before.serving), each(after.ledger - before.ledger));
            let syncs = records.syncs - recorded.syncs;
            #[expect(clippy::cast_precision_loss, reason = "a ratio for people to read")]
            let entries_per_sync =
                (syncs > 0).then(|| (records.entries - recorded.entries) as f64 / syncs as f64);
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
