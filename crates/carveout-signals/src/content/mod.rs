//! Content that comes back: under another claim, or in another program's request, as what a model had produced.
//!
//! Texts are compared by their words ([`Words`]): case, spacing, punctuation, full width and invisible characters make no
//! difference, and a changed word makes one. Only keyed 64-bit digests of words are kept, so nobody without the key can
//! look up whether a text was seen.
//!
//! - [`Claims`] remembers under which claim a text was first sent.
//! - [`Derivations`] remembers fingerprints of what was produced for a purpose. A fingerprint is the digest of
//!   [`SHINGLE`] words in a row, and all of them are kept: whether a text is derived follows from its words and not from
//!   which of their digests happen to be small under a key. [`ENOUGH`] of one answer must stand within a [`STRETCH`].
//!
//! Memory is bounded: both keep two generations, and when the younger is full the older is forgotten.

mod claims;
mod derivations;
pub(crate) mod generations;
mod sip;
mod words;

pub use self::{
    claims::{Claimed, Claims},
    derivations::{Answer, Derivations, ENOUGH, STRETCH, SURE_RUN},
    words::{ContentKey, SHINGLE, Words},
};
