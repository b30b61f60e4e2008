//! Keyed digests that stand for persons.

use std::{
    fmt,
    hash::{Hash, Hasher},
};

use sha2::{Digest as _, Sha256};

use crate::{Canonical, Kind};

/// Bytes of SHA-256's block, as HMAC needs them (RFC 2104).
const BLOCK: usize = 64;

/// The first 96 bits of HMAC-SHA-256 over a kind and a canonical identifier. Among a thousand million persons two
/// share one with a probability of less than one in a thousand million.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pseudonym([u8; 12]);

impl fmt::Debug for Pseudonym {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Pseudonym(…)")
    }
}

impl Pseudonym {
    /// The bytes that are kept.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 12] {
        &self.0
    }

    /// The pseudonym with these bytes, as kept before.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 12]) -> Self {
        Self(bytes)
    }

    /// How many zero bits it begins with: what a sketch samples by.
    pub(super) const fn zeros(self) -> u32 {
        let [a, b, c, d, ..] = self.0;
        u32::from_be_bytes([a, b, c, d]).leading_zeros()
    }
}

impl Hash for Pseudonym {
    /// Other bits than [`Pseudonym::zeros`] looks at, which a sketch makes alike.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let [_, _, _, _, a, b, c, d, e, f, g, h] = self.0;
        state.write_u64(u64::from_le_bytes([a, b, c, d, e, f, g, h]));
    }
}

/// The customer's key, of which every scope has a key of its own.
#[derive(Clone)]
pub struct MeterKey(Keyed);

/// The key of one scope.
#[derive(Clone)]
pub struct ScopeKey(Keyed);

impl MeterKey {
    /// The key with these bytes. They should be secret and random.
    #[must_use]
    pub fn new(secret: &[u8; 32]) -> Self {
        Self(Keyed::new(secret))
    }

    /// The key of a scope. Who has it can't tell that of another scope.
    #[must_use]
    pub fn scope(&self, name: &str) -> ScopeKey {
        ScopeKey(Keyed::new(&self.0.digest([b"scope\0", name.as_bytes()])))
    }
}

impl ScopeKey {
    /// The pseudonym of an identifier.
    #[must_use]
    pub fn pseudonym(&self, kind: Kind, canonical: &Canonical) -> Pseudonym {
        let digest = self.0.digest([&[kind.code()], canonical.as_str().as_bytes()]);
        let mut bytes = [0; 12];
        bytes.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        Pseudonym(bytes)
    }

    /// The pseudonym of what a call of a tool returned: the call by its digest and its giving out, and the digest of its words.
    #[must_use]
    pub fn returned(&self, (call, giving): (u64, u64), words: &[u8; 32], rows: u64) -> Pseudonym {
        // No kind of identifier has this code.
        const RETURNED: u8 = 0xff;
        let numbers = [call, giving, rows].map(u64::to_le_bytes);
        let digest = self.0.digest([&[RETURNED][..], numbers.as_flattened(), words]);
        let mut bytes = [0; 12];
        bytes.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        Pseudonym(bytes)
    }

    /// 64 bits that stand for a name.
    #[must_use]
    pub fn named(&self, name: &str) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.0.digest([b"named\0", name.as_bytes()]);
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }

    /// 128 bits for a keyed hash of another kind, under a name of its own.
    #[must_use]
    pub fn derive(&self, name: &str) -> [u8; 16] {
        let digest = self.0.digest([b"derive\0", name.as_bytes()]);
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        bytes
    }
}

impl fmt::Debug for MeterKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("MeterKey(…)")
    }
}

impl fmt::Debug for ScopeKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ScopeKey(…)")
    }
}

/// HMAC-SHA-256 (RFC 2104) with both pads already taken in: a short message costs two blocks.
#[derive(Clone)]
struct Keyed {
    inner: Sha256,
    outer: Sha256,
}

impl Keyed {
    fn new(key: &[u8; 32]) -> Self {
        let padded = |pad: u8| {
            let mut block = [pad; BLOCK];
            block.iter_mut().zip(key).for_each(|(to, from)| *to ^= from);
            Sha256::new_with_prefix(block)
        };
        Self { inner: padded(0x36), outer: padded(0x5c) }
    }

    fn digest<'a>(&self, parts: impl IntoIterator<Item = &'a [u8]>) -> [u8; 32] {
        let mut inner = self.inner.clone();
        parts.into_iter().for_each(|part| inner.update(part));
        let mut outer = self.outer.clone();
        outer.update(inner.finalize());
        outer.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_hmac() {
        // RFC 4231, test case 1: its key of 20 bytes is padded with zeros, as a key of 32 bytes may be.
        let mut key = [0; 32];
        key[..20].fill(0x0b);
        let digest = Keyed::new(&key).digest([b"Hi ".as_slice(), b"There"]);
        assert_eq!(hex::encode(digest), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    }

    #[test]
    fn scopes_and_kinds_see_different_persons() {
        let key = MeterKey::new(&[7; 32]);
        let (canonical, one, other) =
            (Canonical::new("4158672309"), key.scope("agreement:a"), key.scope("agreement:b"));
        let seen = one.pseudonym(Kind::Phone, &canonical);
        assert_eq!(seen, key.scope("agreement:a").pseudonym(Kind::Phone, &canonical));
        assert_ne!(seen, other.pseudonym(Kind::Phone, &canonical));
        assert_ne!(seen, one.pseudonym(Kind::Imsi, &canonical));
        assert_ne!(seen, MeterKey::new(&[8; 32]).scope("agreement:a").pseudonym(Kind::Phone, &canonical));
        assert_eq!(format!("{seen:?} {one:?} {key:?}"), "Pseudonym(…) ScopeKey(…) MeterKey(…)");
    }
}
