//! The commands as people and programs run them: the real binary, its output and its exit codes.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of tests are tests: clippy.toml exempts test functions only"
)]

mod body;
mod check;
mod compare;
mod contents;
mod counter;
mod decide;
mod demo;
mod designations;
mod detectors;
mod diff;
mod exposure;
mod guide;
mod holds;
mod init;
mod judge;
mod keys;
mod kit;
mod live;
mod monitors;
mod outputs;
mod packs;
mod reconcile;
mod redecide;
mod redlines;
mod scan;
mod serve;
mod settle;
mod sign;
mod verify;
mod what_if;
