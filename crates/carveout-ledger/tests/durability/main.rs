//! The ledger from outside: what it promises, and what happens when the disk doesn't.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of tests are tests: clippy.toml exempts test functions only"
)]

mod common;
mod disk_faults;
mod kills;
mod power_cuts;
mod promises;
mod receipts;
mod tampering;
