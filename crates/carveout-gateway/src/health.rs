//! What a load balancer asks: is it alive, and can it decide, record and forward now.

use http::{Method, Response, request::Parts};

use crate::{guard::Reply, house::House, notices};

/// Answers `/healthz` and `/readyz`, which need no key and say nothing else.
pub(crate) fn answer(house: &House, head: &Parts) -> Option<Response<Reply>> {
    if !matches!(head.method, Method::GET | Method::HEAD) {
        return None;
    }
    match head.uri.path() {
        "/healthz" => Some(notices::text(200, "ok\n")),
        "/readyz" if house.is_ready() => Some(notices::text(200, "ready\n")),
        "/readyz" => Some(notices::text(503, "not ready\n")),
        _ => None,
    }
}
