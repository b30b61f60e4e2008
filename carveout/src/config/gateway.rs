//! The gateway itself: where it listens, and what it bears.

use std::net::SocketAddr;

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Gateway {
    pub(crate) listen: SocketAddr,
    #[serde(default)]
    pub(crate) limits: Limits,
    #[serde(default)]
    pub(crate) seconds: Seconds,
}

/// A listener of its own for what is counted.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Metrics {
    /// A loopback address, unless there is a token.
    pub(crate) listen: SocketAddr,
    /// SHA-256 of the token that whoever reads must show.
    pub(crate) token_sha256: Option<String>,
}

/// Caps, in bytes unless said otherwise. What is left out keeps its default.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limits {
    pub(crate) head_bytes: Option<usize>,
    pub(crate) body_bytes: Option<usize>,
    pub(crate) reply_bytes: Option<usize>,
    pub(crate) call_bytes: Option<usize>,
    pub(crate) calls: Option<usize>,
    pub(crate) gzip_ratio: Option<usize>,
    pub(crate) json_depth: Option<usize>,
    pub(crate) connections: Option<usize>,
    pub(crate) idle_connections: Option<usize>,
}

/// How long each thing may take, in seconds. What is left out keeps its default.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Seconds {
    pub(crate) head: Option<u64>,
    pub(crate) body: Option<u64>,
    pub(crate) admission: Option<u64>,
    pub(crate) connect: Option<u64>,
    pub(crate) first_byte: Option<u64>,
    pub(crate) idle: Option<u64>,
    pub(crate) stalled_caller: Option<u64>,
    pub(crate) drain: Option<u64>,
    pub(crate) clock_tolerance: Option<u64>,
}
