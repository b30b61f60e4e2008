//! What each stop of a request costs: CPU time of the gateway's process per request, in layers over a pass-through
//! floor made of the same hyper stack. Prints a table; takes about a minute.
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

use carveout_gateway::ProgramSettings;
use carveout_ledger::Options;
use carveout_terms::{Agreement, Program, Stack};
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

/// One core is left to the ledger's threads: with as many workers as cores, the same load costs a tenth more.
fn runtime() -> tokio::runtime::Runtime {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let workers = cores.saturating_sub(1).max(1);
    tokio::runtime::Builder::new_multi_thread().worker_threads(workers).enable_all().build().unwrap()
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
    ProgramSettings { program: Arc::new(program), stack: Arc::new(stack) }
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
    let gateway = kit.start().await;
    servers.push(("the gateway, whole", gateway.address));

    println!(
        "CPU microseconds per 1 KB request, median of {ROUNDS} rounds; sample terms, decision memoised."
    );
    println!("In brackets: how much of it is the ledger's own threads.\n");
    println!("{:<24} {:>18} {:>18} {:>12}", "layer", "32 connections", "1 connection", "requests/s");
    let many = rounds(&servers, 32, 1_500).await;
    let one = rounds(&servers, 1, 700).await;
    for (((name, _), many), one) in servers.iter().zip(many).zip(one) {
        let shown = |round: &Round| format!("{:.1} ({:.1})", round.cpu, round.ledger);
        println!("{name:<24} {:>18} {:>18} {:>12.0}", shown(&many), shown(&one), many.rate);
    }
    println!(
        "\nresident memory at its highest: {} MB (all layers and the gateway in one process)",
        load::peak_memory()
    );
    provider.kill().unwrap();
    provider.wait().unwrap();
}

/// What one round came to: CPU microseconds per request, those of the ledger's threads among them, and requests per
/// second.
#[derive(Clone, Copy, Debug)]
struct Round {
    cpu: f64,
    ledger: f64,
    rate: f64,
}

/// The median round of each server. The servers take turns, so that a busy moment of the machine meets all of them.
async fn rounds(servers: &[(&str, SocketAddr)], connections: usize, millis: u64) -> Vec<Round> {
    let mut measured = vec![Vec::new(); servers.len()];
    for round in 0..=ROUNDS {
        for (results, (_, address)) in measured.iter_mut().zip(servers) {
            let (address, connections) = (address.to_string(), connections.to_string());
            let before = load::cpu();
            let length = millis.to_string();
            let ask = move || other(&["load", &address, &connections, &length]);
            let (mut child, done) = tokio::task::spawn_blocking(ask).await.unwrap();
            child.wait().unwrap();
            let done: f64 = done.parse().unwrap();
            let after = load::cpu();
            let each = |spent: Duration| spent.as_secs_f64() * 1e6 / done;
            let (serving, ledger) =
                (each(after.serving - before.serving), each(after.ledger - before.ledger));
            let rate = done * 1_000.0 / f64::from(u32::try_from(millis).unwrap());
            // The first round warms connections and memos.
            if round > 0 {
                results.push(Round { cpu: serving + ledger, ledger, rate });
            }
        }
    }
    measured.into_iter().map(median).collect()
}

fn median(mut rounds: Vec<Round>) -> Round {
    rounds.sort_by(|one, other| one.cpu.total_cmp(&other.cpu));
    rounds[rounds.len() / 2]
}
