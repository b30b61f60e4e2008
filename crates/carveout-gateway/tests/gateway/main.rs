//! The gateway on real sockets, with a scripted provider, real terms and a real ledger.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "in a test, what is unexpected ends it"
)]

mod answers;
mod bad_input;
mod calls;
mod contents;
mod designations;
mod detectors;
mod evidence;
mod guard;
mod holds;
mod invariants;
mod judge;
mod judged_answers;
mod judged_together;
mod kit;
mod meters;
mod metrics;
mod monitored_answers;
mod monitors;
mod provider_faults;
mod settings;
mod tls;
mod waiting;
mod way;
mod webhooks;
