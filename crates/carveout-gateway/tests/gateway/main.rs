//! The gateway on real sockets, with a scripted provider, real terms and a real ledger.

mod bad_input;
mod invariants;
mod kit;
mod provider_faults;
mod settings;
mod way;
