//! How much is read, and how long anything may take.

use std::time::Duration;

use carveout_dialects::json;

/// Caps on what is read, in bytes unless said otherwise.
#[derive(Debug, Clone)]
pub struct Limits {
    /// A request's head.
    pub head: usize,
    /// A request's body, once unpacked.
    pub body: usize,
    /// How many times its packed size a body may unpack to.
    pub gzip_ratio: usize,
    /// How deep JSON may be nested.
    pub depth: usize,
    /// A provider's whole reply; in a stream, one event.
    pub reply: usize,
    /// The input of one tool call in a reply.
    pub call: usize,
    /// How many tool calls one reply may hold.
    pub calls: usize,
    /// Callers connected at once; more wait to be accepted.
    pub connections: usize,
    /// Unused connections kept open to each provider.
    pub idle_connections: usize,
}

impl Limits {
    /// As the dialects count a reply.
    pub(crate) fn reply(&self) -> json::Limits {
        json::Limits { depth: self.depth, bytes: self.reply }
    }

    /// As the dialects count the input of a tool call.
    pub(crate) fn call(&self) -> json::Limits {
        json::Limits { depth: self.depth, bytes: self.call }
    }

    /// As the dialects count a request.
    pub(crate) fn request(&self) -> json::Limits {
        json::Limits { depth: self.depth, bytes: self.body }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head: 32 << 10,
            body: 8 << 20,
            gzip_ratio: 100,
            depth: 64,
            reply: 8 << 20,
            call: 1 << 20,
            calls: 128,
            connections: 4_096,
            idle_connections: 64,
        }
    }
}

/// How long each thing may take.
#[derive(Debug, Clone)]
pub struct Patience {
    /// For a request's head to arrive; also for an unused connection of a caller.
    pub head: Duration,
    /// For a request's body to arrive.
    pub body: Duration,
    /// For a connection to a provider, TLS included.
    pub connect: Duration,
    /// From the request's last byte to the reply's head.
    pub first_byte: Duration,
    /// Between two pieces of a reply.
    pub idle: Duration,
    /// For a caller that takes nothing of what is written to it.
    pub stalled_caller: Duration,
    /// For an unused connection to a provider.
    pub pooled: Duration,
    /// For a receipt whose checkpoint is not published yet.
    pub receipt: Duration,
    /// For officers, by a request that waits for its hold, however long it asks to wait.
    pub hold: Duration,
    /// For one try to tell a webhook.
    pub notice: Duration,
    /// Before the second try to tell a webhook; each further pause is four times as long.
    pub notice_retry: Duration,
    /// For requests under way when the gateway is told to stop.
    pub drain: Duration,
    /// How far the clock may step back before decisions stop.
    pub clock_tolerance: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(30),
            body: Duration::from_secs(60),
            connect: Duration::from_secs(5),
            first_byte: Duration::from_secs(600),
            idle: Duration::from_secs(120),
            stalled_caller: Duration::from_secs(120),
            pooled: Duration::from_secs(30),
            receipt: Duration::from_secs(3),
            hold: Duration::from_secs(300),
            notice: Duration::from_secs(10),
            notice_retry: Duration::from_secs(1),
            drain: Duration::from_secs(30),
            clock_tolerance: Duration::from_secs(5),
        }
    }
}
