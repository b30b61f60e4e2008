//! Measures the ledger on a directory and prints a table.
//!
//! `cargo run --release -p carveout-ledger --example throughput -- [DIRECTORY] [ENTRIES]`

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a measuring tool that has nobody to report an error to"
)]

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use carveout_ledger::{
    Cited, Commitment, CommittedPart, Decided, DecisionId, Digest, Entry, Event, Genesis, Ledger, Options,
    Presumed, RecordedFacts, Ruling, Salt, SigningKey, Target, Timestamp, verify_directory,
};

const ORIGIN: &str = "sample.example/throughput";

fn main() {
    let mut arguments = std::env::args().skip(1);
    let directory = arguments.next().map_or_else(|| PathBuf::from("target/throughput"), PathBuf::from);
    let entries: u64 = arguments.next().map_or(1_000_000, |text| text.parse().expect("a number of entries"));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .expect("a runtime");
    let _ = std::fs::remove_dir_all(&directory);
    let many = runtime.block_on(appends(&directory.join("many"), 1_000, entries));
    let verified = verify(&directory.join("many"));
    let few = runtime.block_on(appends(&directory.join("few"), 32, 100_000.min(entries)));
    let one = runtime.block_on(appends(&directory.join("one"), 1, 5_000.min(entries)));
    let recovery = runtime.block_on(recovery(&directory.join("recovery"), 100_000.min(entries)));
    println!("Entries of {} bytes, each appended by itself:\n", decided(1).encode().expect("an entry").len());
    println!(
        "| in flight | entries | durable appends/s | entries/sync | p50 us | p99 us |\n|---|---|---|---|---|---|"
    );
    [many, few, one].iter().for_each(|row| println!("{row}"));
    println!("\nVerified again from the stored bytes, tiles, root and signature: {verified}.");
    println!("Opened after a crash with nothing published: {recovery}.");
    let _ = std::fs::remove_dir_all(&directory);
}

fn key() -> SigningKey {
    SigningKey::from_seed(ORIGIN, &[1; 32]).expect("a key")
}

fn create(directory: &Path, options: Options) -> Ledger {
    let _ = std::fs::remove_dir_all(directory);
    std::fs::create_dir_all(directory).expect("a directory");
    let genesis = Genesis {
        origin: ORIGIN.into(),
        log_key: key().verifier().to_string(),
        parties: Vec::new(),
        software: "throughput".into(),
    };
    let genesis = Entry { at: Timestamp::from_millis(0), event: Event::Genesis(genesis) };
    Ledger::create(directory, options, key(), genesis).expect("a ledger")
}

/// An entry of ordinary size.
fn decided(number: u64) -> Entry {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&number.to_le_bytes());
    let text = str::to_owned;
    let decided = Decided {
        decision: DecisionId::from_bytes(id),
        program: text("sample-program"),
        key: text("sample-key"),
        route: text("sample-model"),
        endpoint: text("chat_completions"),
        target: Target {
            provider: text("sample-provider"),
            maker: text("sample-maker"),
            host: text("sample-host"),
            operator: text("sample-operator"),
            model: text("sample-model-1"),
        }
        .into(),
        facts: RecordedFacts {
            caller: text("purpose=logistics.supply, subject=none, source=internal"),
            program: text("agency=sample, component=supply"),
            gateway: text("opaque_parts=0, tools_offered=0"),
            evidence: Vec::new(),
            approvals: Vec::new(),
        },
        presumed: vec![Presumed { agreement: None, fact: text("volume=targeted") }],
        ruling: Ruling::Deny,
        roles: Vec::new(),
        grounds: vec![Cited { agreement: text("sample-logistics"), clause: text("4.2") }],
        terms: Digest::from_bytes([1; 32]),
        facts_digest: Digest::from_bytes([2; 32]),
        body: Commitment::to(CommittedPart::Request, &Salt::from_bytes([3; 32]), b"body"),
        body_bytes: 1_024,
        hold: None,
        hold_until: None,
        monitored: Vec::new(),
        designations: Vec::new(),
        parent: None,
        judged: Vec::new(),
        found: None,
    };
    Entry { at: Timestamp::from_millis(1_772_703_000_000), event: Event::Decided(decided) }
}

async fn appends(directory: &Path, in_flight: u64, entries: u64) -> String {
    let ledger = create(directory, Options::default());
    let next = Arc::new(AtomicU64::new(0));
    let began = Instant::now();
    let tasks: Vec<_> = (0..in_flight)
        .map(|_| {
            let (ledger, next) = (ledger.clone(), next.clone());
            tokio::spawn(async move {
                let mut times = Vec::new();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= entries {
                        return times;
                    }
                    let entry = decided(number);
                    let asked = Instant::now();
                    ledger.append(entry).await.expect("an append");
                    times.push(asked.elapsed());
                }
            })
        })
        .collect();
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.expect("a task"));
    }
    let elapsed = began.elapsed();
    let entries_per_sync = ledger.statistics().entries_per_sync();
    ledger.close().await.expect("a close");
    times.sort_unstable();
    let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default().as_micros();
    let per_second = entries as f64 / elapsed.as_secs_f64();
    format!("| {in_flight} | {entries} | {per_second:.0} | {entries_per_sync:.1} | {} | {} |", at(50), at(99))
}

fn verify(directory: &Path) -> String {
    let began = Instant::now();
    let verified = verify_directory(directory, &key().verifier(), None, |_| ()).expect("a sound ledger");
    format!("{} entries in {:.1} s", verified.checkpoint.size(), began.elapsed().as_secs_f64())
}

/// Copies a ledger whose entries are durable but not published, as a crash leaves it, and opens the copy.
async fn recovery(directory: &Path, entries: u64) -> String {
    let patient = Options {
        publish_interval: Duration::from_secs(3_600),
        unpublished_bytes: 1 << 30,
        queue_bytes: 1 << 30,
        ..Options::default()
    };
    let ledger = create(&directory.join("live"), patient);
    ledger.append_all((0..entries).map(decided).collect()).await.expect("appends");
    let crashed = directory.join("crashed");
    copy(&directory.join("live"), &crashed);
    let began = Instant::now();
    let (opened, recovery) = Ledger::open(&crashed, Options::default(), key()).expect("a recovery");
    let seconds = began.elapsed().as_secs_f64();
    drop((ledger, opened));
    format!("{} entries of the write-ahead log in {seconds:.1} s", recovery.replayed)
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a directory");
    for entry in std::fs::read_dir(from).expect("a directory") {
        let entry = entry.expect("a directory entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a copy");
        }
    }
}
