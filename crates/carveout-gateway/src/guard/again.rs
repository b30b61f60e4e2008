//! An answer that was kept on hold: read again for what it shows, and released as it was kept.

use std::sync::Arc;

use bytes::Bytes;
use carveout_dialects::{Dialect, Judged, ReplyError, ReplyReader};
use http::{
    HeaderValue, Response,
    header::{CACHE_CONTROL, CONTENT_TYPE},
};

use super::{Release, Reply, watch::Watch};
use crate::{attest::Evidence, house::House};

/// An answer that was kept, whole or as the events of a stream.
pub(crate) struct Again {
    bytes: Bytes,
    judged: Vec<Judged>,
    streamed: bool,
}

impl Again {
    /// Reads it as it was read when it came.
    pub(crate) fn read(house: &House, dialect: Dialect, bytes: Bytes) -> Result<Self, ReplyError> {
        // The one is an object, and no line of the other begins like one.
        let streamed = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{');
        let mut reader = ReplyReader::new(dialect, streamed, house.limits.reply());
        let judged = vec![reader.push(&bytes)?, reader.finish()?];
        Ok(Self { bytes, judged, streamed })
    }

    /// Whom it shows.
    pub(crate) fn evidence(&self, house: &Arc<House>) -> Evidence {
        let mut watch = Watch::new(house.measures.scanner(), Evidence::default(), false);
        for judged in &self.judged {
            if self.streamed {
                for text in judged.texts() {
                    watch.hear(&text);
                }
            } else {
                watch.read_whole(judged, &[]);
            }
        }
        watch.end_all();
        watch.evidence().clone()
    }

    /// Gives it away, once it has been decided and recorded that it may go.
    pub(crate) fn release(self) -> Response<Reply> {
        let kind = if self.streamed { "text/event-stream" } else { "application/json" };
        let mut response = Response::new(Reply::own(Release::judged(self.bytes)));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}
