//! The only bytes that a caller can get.

use std::{
    convert::Infallible,
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::{Buf, Bytes};
use carveout_ledger::Outcome;
use http_body::{Body, Frame, SizeHint};

use super::stream::Stream;
use crate::settle::Attempt;

/// Bytes that may go to a caller. Replies to callers are made of nothing else, and only the guard mints them: from
/// what it has judged of a provider's reply, or from the gateway's own words.
#[derive(Debug)]
pub(crate) struct Release(Bytes);

impl Release {
    /// What was judged.
    pub(super) fn judged(bytes: Bytes) -> Self {
        Self(bytes)
    }

    /// The gateway's own words: a notice, a list, a receipt.
    pub(crate) fn own(bytes: Bytes) -> Self {
        Self(bytes)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl Buf for Release {
    fn remaining(&self) -> usize {
        self.0.remaining()
    }

    fn chunk(&self) -> &[u8] {
        self.0.chunk()
    }

    fn advance(&mut self, count: usize) {
        self.0.advance(count);
    }
}

/// An answer's body.
pub(crate) struct Reply(Kind);

#[expect(
    clippy::large_enum_variant,
    reason = "most replies are whole, and a box would cost each an allocation"
)]
enum Kind {
    Own(Option<Release>),
    Whole(Option<(Release, Attempt)>, u64),
    Stream(Box<Stream>),
}

/// The reply had to be broken off; the connection to the caller is closed with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BrokenOff;

impl fmt::Display for BrokenOff {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the reply was broken off")
    }
}

impl std::error::Error for BrokenOff {}

impl From<Infallible> for BrokenOff {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl Reply {
    pub(crate) fn own(release: Release) -> Self {
        Self(Kind::Own(Some(release)))
    }

    /// A whole reply, whose attempt is settled when the caller's connection takes it.
    pub(super) fn whole(release: Release, attempt: Attempt) -> Self {
        let length = release.remaining() as u64;
        Self(Kind::Whole(Some((release, attempt)), length))
    }

    pub(super) fn stream(stream: Stream) -> Self {
        Self(Kind::Stream(Box::new(stream)))
    }

    /// What of the gateway's own or of an answer that was kept is still to go, from some byte on.
    pub(super) fn rest(mut self, from: usize) -> Option<Release> {
        let Kind::Own(release) = &mut self.0 else { return None };
        let mut release = release.take()?;
        release.advance(from.min(release.remaining()));
        release.has_remaining().then_some(release)
    }
}

/// Also what a caller doesn't wait for may be for officers to see.
impl Drop for Reply {
    fn drop(&mut self) {
        if let Kind::Stream(stream) = &self.0
            && stream.goes_on_alone()
            && let Kind::Stream(stream) = std::mem::replace(&mut self.0, Kind::Own(None))
        {
            stream.go_on_alone();
        }
    }
}

impl Body for Reply {
    type Data = Release;
    type Error = BrokenOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Release>, BrokenOff>>> {
        match &mut self.0 {
            Kind::Own(release) => Poll::Ready(release.take().map(|release| Ok(Frame::data(release)))),
            Kind::Whole(reply, _) => Poll::Ready(reply.take().map(|(release, mut attempt)| {
                attempt.released(release.bytes());
                attempt.settle(Outcome::Completed);
                Ok(Frame::data(release))
            })),
            Kind::Stream(stream) => {
                stream.poll_release(context).map(|next| next.map(|it| it.map(Frame::data)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Own(release) => release.is_none(),
            Kind::Whole(reply, _) => reply.is_none(),
            Kind::Stream(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Own(release) => {
                SizeHint::with_exact(release.as_ref().map_or(0, |release| release.remaining() as u64))
            }
            Kind::Whole(reply, length) => SizeHint::with_exact(if reply.is_some() { *length } else { 0 }),
            Kind::Stream(_) => SizeHint::default(),
        }
    }
}
