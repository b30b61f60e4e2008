//! Nothing acknowledged is ever lost: the power goes at every kind of moment.

use std::sync::Arc;

use crate::common::disk::{Fault, MemoryDisk, Random};
use crate::common::*;
use carveout_ledger::{verify::verify_storage, *};

/// What was acknowledged before the power went, and the largest checkpoint anybody saw.
struct Witnessed {
    positions: Vec<Position>,
    checkpoint: Option<Checkpoint>,
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap()
}

/// Small segments and an eager publisher: rotation, publication and removal all happen within a few entries.
fn options(random: &mut Random) -> Options {
    let publish_interval = std::time::Duration::from_millis(random.below(3));
    Options { publish_interval, segment_bytes: 200 + random.below(4_000), ..Options::default() }
}

/// Appends single entries and groups until the ledger fails or enough were appended.
async fn work(ledger: Ledger, random: &mut Random, next: &mut u64, witnessed: &mut Witnessed) {
    for _ in 0..random.below(60) {
        let count = if random.below(4) == 0 { 1 + random.below(40) } else { 1 };
        let entries: Vec<_> = (*next..*next + count).map(denied).collect();
        *next += count;
        if random.below(3) == 0 {
            // Nobody waits for this one: it may be lost, and nothing else with it.
            drop(ledger.append_soon(&denied(*next)));
            *next += 1;
        }
        match ledger.append_all(entries).await {
            Ok(positions) => witnessed.positions.extend(positions),
            Err(_) => break,
        }
        witnessed.checkpoint = Some(ledger.latest_checkpoint());
        if random.below(8) == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    }
    witnessed.checkpoint = Some(ledger.latest_checkpoint());
}

/// Creates, then several times works until the power goes and opens again, with the power going then too.
fn live_through(seed: u64) {
    let mut random = Random(seed);
    let mut disk = MemoryDisk::default();
    let mut witnessed = Witnessed { positions: Vec::new(), checkpoint: None };
    let mut next = 1;
    disk.fail_after(random.below(120), Fault::PowerCut);
    runtime().block_on(async {
        if let Ok(ledger) = Ledger::create_in(Arc::new(disk.clone()), options(&mut random), key(), genesis())
        {
            work(ledger, &mut random, &mut next, &mut witnessed).await;
        }
    });
    for round in 0..4 {
        disk = disk.after_power_cut(random.below(u64::MAX));
        if round < 3 {
            disk.fail_after(random.below(150), Fault::PowerCut);
        }
        runtime().block_on(async {
            let opened = Ledger::open_in(Arc::new(disk.clone()), options(&mut random), key());
            match opened {
                Ok((ledger, _)) => work(ledger, &mut random, &mut next, &mut witnessed).await,
                Err(LedgerError::Missing { .. }) if witnessed.checkpoint.is_none() => {
                    // The founding did not finish: it may be done again.
                    if let Ok(ledger) =
                        Ledger::create_in(Arc::new(disk.clone()), options(&mut random), key(), genesis())
                    {
                        work(ledger, &mut random, &mut next, &mut witnessed).await;
                    }
                }
                Err(error) => assert!(round < 3, "seed {seed}, round {round}: {error}"),
            }
        });
    }
    disk.heal();
    check(seed, &disk, &witnessed);
}

fn check(seed: u64, disk: &MemoryDisk, witnessed: &Witnessed) {
    let Some(checkpoint) = &witnessed.checkpoint else { return };
    let verified = verify_storage(disk, &key().verifier(), Some(checkpoint), |_| ());
    let verified = verified.unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    let reader = LedgerReader::open_in(disk.clone(), &key().verifier()).unwrap();
    for position in &witnessed.positions {
        let entry = reader.entry(position.index).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        assert_eq!(leaf_hash(&entry), position.leaf, "seed {seed}: entry {}", position.index);
    }
    assert!(verified.checkpoint.size() > witnessed.positions.len() as u64);
}

#[test]
fn nothing_acknowledged_is_lost_wherever_the_power_goes() {
    let lives = scale("CARVEOUT_POWER_CUTS", 100);
    for seed in 0..lives {
        live_through(seed);
    }
}
