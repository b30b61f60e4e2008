//! The ledger from outside: what it promises, and what happens when the disk doesn't.

mod common;
mod disk_faults;
mod kills;
mod power_cuts;
mod promises;
mod receipts;
mod tampering;
