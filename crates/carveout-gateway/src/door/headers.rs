//! What a request may carry in its head, and what is taken off at the door.

use http::{
    HeaderMap, HeaderName,
    header::{
        CONNECTION, CONTENT_ENCODING, CONTENT_TYPE, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRAILER,
        TRANSFER_ENCODING, UPGRADE,
    },
};

/// The header with which a caller says what it uses the model for.
pub(crate) const CARVEOUT_USE: HeaderName = HeaderName::from_static("carveout-use");

/// The header with which a caller comes back for a request that was put on hold.
pub(crate) const CARVEOUT_HOLD: HeaderName = HeaderName::from_static("carveout-hold");

/// Headers of one hop (RFC 9110 section 7.6.1), and the unregistered ones that behave like them.
const HOP_BY_HOP: [HeaderName; 9] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// Takes off the headers of this hop, those that `Connection` nominates, and every `Carveout-*` header except the
/// claim and the hold: the others are the gateway's own words, and nothing behind the door may meet a forged one.
pub(crate) fn strip(headers: &mut HeaderMap) {
    strip_nominated(headers);
    for name in &HOP_BY_HOP {
        headers.remove(name);
    }
    let forged: Vec<HeaderName> = headers
        .keys()
        .filter(|name| {
            name.as_str().starts_with("carveout-") && **name != CARVEOUT_USE && **name != CARVEOUT_HOLD
        })
        .cloned()
        .collect();
    for name in forged {
        headers.remove(name);
    }
}

fn strip_nominated(headers: &mut HeaderMap) {
    if !headers.contains_key(CONNECTION) {
        return;
    }
    let nominated: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .filter_map(|token| HeaderName::from_bytes(token.trim_ascii()).ok())
        .collect();
    for name in nominated {
        headers.remove(name);
    }
}

/// How a request's body is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    Identity,
    Gzip,
}

/// Why a body can't be read, by its head alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HeadError {
    #[error("the body needs exactly one `content-type` header, and it must be `application/json` in UTF-8")]
    ContentType,
    #[error("the body's `content-encoding` must be absent, `identity` or `gzip`, given once")]
    ContentEncoding,
}

/// The body must say once, and without a second opinion, that it is JSON in UTF-8 (RFC 8259 section 8.1).
pub(crate) fn demand_json(headers: &HeaderMap) -> Result<(), HeadError> {
    let mut given = headers.get_all(CONTENT_TYPE).iter();
    let (Some(only), None) = (given.next(), given.next()) else { return Err(HeadError::ContentType) };
    if is_json(only.as_bytes()) { Ok(()) } else { Err(HeadError::ContentType) }
}

/// Whether a `Content-Type` value is `application/json`, with no other parameter than `charset=utf-8`.
pub(crate) fn is_json(value: &[u8]) -> bool {
    is_media_type(value, b"application/json")
}

/// Whether a `Content-Type` value is a server-sent event stream.
pub(crate) fn is_event_stream(value: &[u8]) -> bool {
    is_media_type(value, b"text/event-stream")
}

fn is_media_type(value: &[u8], essence: &[u8]) -> bool {
    let mut parts = value.split(|byte| *byte == b';').map(<[u8]>::trim_ascii);
    parts.next().is_some_and(|first| first.eq_ignore_ascii_case(essence))
        && parts.all(|parameter| {
            parameter.eq_ignore_ascii_case(b"charset=utf-8")
                || parameter.eq_ignore_ascii_case(b"charset=\"utf-8\"")
        })
}

/// The body's coding; anything that can't be undone here is refused, since it couldn't be judged.
pub(crate) fn coding(headers: &HeaderMap) -> Result<Coding, HeadError> {
    let mut given = headers.get_all(CONTENT_ENCODING).iter();
    match (given.next(), given.next()) {
        (None, _) => Ok(Coding::Identity),
        (Some(only), None) => match only.as_bytes().trim_ascii().to_ascii_lowercase().as_slice() {
            b"identity" => Ok(Coding::Identity),
            b"gzip" | b"x-gzip" => Ok(Coding::Gzip),
            _ => Err(HeadError::ContentEncoding),
        },
        (Some(_), Some(_)) => Err(HeadError::ContentEncoding),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn map(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn what_belongs_to_the_hop_or_is_forged_is_taken_off() {
        let mut headers = map(&[
            ("connection", "keep-alive, X-Private"),
            ("connection", "x-second,,"),
            ("x-private", "1"),
            ("x-second", "2"),
            ("keep-alive", "timeout=5"),
            ("te", "trailers"),
            ("upgrade", "h2c"),
            ("carveout-ruling", "permit"),
            ("carveout-receipt", "index=1"),
            ("carveout-anything", "x"),
            ("carveout-use", "volume=targeted"),
            ("accept", "application/json"),
        ]);
        strip(&mut headers);
        let mut left: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();
        left.sort_unstable();
        assert_eq!(left, ["accept", "carveout-use"]);
    }

    #[test]
    fn content_types() {
        let cases: &[(&[(&str, &str)], bool)] = &[
            (&[("content-type", "application/json")], true),
            (&[("content-type", "Application/JSON; charset=UTF-8")], true),
            (&[("content-type", "application/json; charset=utf-16")], false),
            (&[("content-type", "application/json; boundary=x")], false),
            (&[("content-type", "text/plain")], false),
            (&[("content-type", "application/json, text/plain")], false),
            (&[("content-type", "application/json"), ("content-type", "application/json")], false),
            (&[], false),
        ];
        for (lines, accepted) in cases {
            let headers = lines.iter().fold(HeaderMap::new(), |mut headers, (name, value)| {
                headers.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), value.parse().unwrap());
                headers
            });
            assert_eq!(demand_json(&headers).is_ok(), *accepted, "{lines:?}");
        }
    }

    #[test]
    fn codings() {
        assert_eq!(coding(&map(&[])), Ok(Coding::Identity));
        assert_eq!(coding(&map(&[("content-encoding", "GZIP")])), Ok(Coding::Gzip));
        for refused in [&[("content-encoding", "br")][..], &[("content-encoding", "gzip, gzip")]] {
            assert_eq!(coding(&map(refused)), Err(HeadError::ContentEncoding), "{refused:?}");
        }
        let twice = map(&[("content-encoding", "gzip"), ("content-encoding", "identity")]);
        assert_eq!(coding(&twice), Err(HeadError::ContentEncoding));
    }
}
