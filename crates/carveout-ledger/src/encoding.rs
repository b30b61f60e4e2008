//! Standard base 64 with padding (RFC 4648 section 4), as C2SP notes use it.

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// Encodes bytes.
pub(crate) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Decodes the one canonical spelling of some bytes; the engine refuses stray bits and absent padding.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Decodes a 32-byte hash.
pub(crate) fn decode_hash(text: &str) -> Option<[u8; 32]> {
    decode(text)?.try_into().ok()
}
