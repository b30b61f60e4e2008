//! Second stop: what is asked, in one strict pass over the body.

use bytes::Bytes;
use carveout_dialects::{Asked, Dialect, Notice};

use crate::limits::Limits;

/// Parses the body, or says what is wrong with it and where.
pub(crate) fn read(dialect: Dialect, body: &Bytes, limits: &Limits) -> Result<Asked, Box<Notice>> {
    carveout_dialects::read(dialect, body, &limits.request()).map_err(|error| {
        Box::new(if error.is_too_large() {
            Notice::too_large(limits.body)
        } else {
            Notice::bad_request(error.to_string(), error.place())
        })
    })
}
