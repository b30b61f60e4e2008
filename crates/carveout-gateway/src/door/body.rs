//! Reading a request's body, whole, under caps of size, time and expansion.

use std::{io::Read, time::Duration};

use bytes::{Bytes, BytesMut};
use flate2::bufread::GzDecoder;
use http::HeaderMap;
use http_body::Body;
use http_body_util::BodyExt;

use super::headers::{Coding, HeadError, coding, demand_json};
use crate::limits::Limits;

/// Why a body was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BodyError {
    #[error(transparent)]
    Head(#[from] HeadError),
    #[error("the body is larger than {limit} bytes: send less in one request")]
    TooLarge { limit: usize },
    #[error("the body unpacks to more than {ratio} times its size: send it unpacked")]
    TooDense { ratio: usize },
    #[error("the body is not one whole gzip member")]
    Gzip,
    #[error("the body did not arrive within {seconds} seconds")]
    Slow { seconds: u64 },
    #[error("the body ended before its announced length")]
    Cut,
}

/// Reads the body to its end and unpacks it.
pub(crate) async fn take<B>(
    headers: &HeaderMap,
    body: B,
    limits: &Limits,
    patience: Duration,
) -> Result<Bytes, BodyError>
where
    B: Body<Data = Bytes> + Unpin,
{
    demand_json(headers)?;
    let coding = coding(headers)?;
    if body.size_hint().lower() > limits.body as u64 {
        return Err(BodyError::TooLarge { limit: limits.body });
    }
    let packed = tokio::time::timeout(patience, collect(body, limits.body))
        .await
        .map_err(|_elapsed| BodyError::Slow { seconds: patience.as_secs() })??;
    match coding {
        Coding::Identity => Ok(packed),
        Coding::Gzip => unpack(&packed, limits),
    }
}

/// Most bodies arrive in one frame, which is then passed on without a copy.
async fn collect<B>(mut body: B, limit: usize) -> Result<Bytes, BodyError>
where
    B: Body<Data = Bytes> + Unpin,
{
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(0).min(limit);
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_gone| BodyError::Cut)?.into_data() else { continue };
        if first.len() + rest.len() + data.len() > limit {
            return Err(BodyError::TooLarge { limit });
        }
        if first.is_empty() && rest.is_empty() {
            first = data;
            continue;
        }
        if rest.is_empty() {
            rest.reserve(announced.max(first.len() + data.len()));
            rest.extend_from_slice(&std::mem::take(&mut first));
        }
        rest.extend_from_slice(&data);
    }
    Ok(if rest.is_empty() { first } else { rest.freeze() })
}

/// Unpacks one gzip member (RFC 1952). It stops as soon as either cap is passed, so a bomb costs what the cap allows.
fn unpack(packed: &[u8], limits: &Limits) -> Result<Bytes, BodyError> {
    let by_ratio = packed.len().saturating_mul(limits.gzip_ratio);
    let cap = by_ratio.min(limits.body);
    let mut decoder = GzDecoder::new(packed);
    let mut unpacked = Vec::new();
    let within = u64::try_from(cap).unwrap_or(u64::MAX).saturating_add(1);
    decoder.by_ref().take(within).read_to_end(&mut unpacked).map_err(|_malformed| BodyError::Gzip)?;
    if unpacked.len() > cap {
        return Err(match by_ratio < limits.body {
            true => BodyError::TooDense { ratio: limits.gzip_ratio },
            false => BodyError::TooLarge { limit: limits.body },
        });
    }
    if decoder.into_inner().is_empty() { Ok(unpacked.into()) } else { Err(BodyError::Gzip) }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};
    use http_body_util::Full;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(5);

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    fn head(encoded: bool) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", "application/json".parse().unwrap());
        if encoded {
            headers.insert("content-encoding", "gzip".parse().unwrap());
        }
        headers
    }

    fn limits() -> Limits {
        Limits { body: 100_000, gzip_ratio: 20, ..Limits::default() }
    }

    #[tokio::test]
    async fn bodies_are_taken_or_refused() {
        let mut two_members = gzip(b"{}");
        two_members.extend(gzip(b"[]"));
        let mut state = 1_u64;
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state.to_be_bytes()[0]
        })
        .take(150_000)
        .collect();
        let mut cut = gzip(&noise[..1000]);
        cut.truncate(cut.len() - 9);
        type Case = (&'static str, bool, Vec<u8>, Result<usize, BodyError>);
        let cases: Vec<Case> = vec![
            ("plain", false, b"{}".to_vec(), Ok(2)),
            ("empty", false, vec![], Ok(0)),
            ("at the cap", false, vec![b' '; 100_000], Ok(100_000)),
            ("over the cap", false, vec![b' '; 100_001], Err(BodyError::TooLarge { limit: 100_000 })),
            ("gzip", true, gzip(b"{\"a\":1}"), Ok(7)),
            ("a bomb", true, gzip(&vec![b' '; 10_000_000]), Err(BodyError::TooLarge { limit: 100_000 })),
            ("a small bomb", true, gzip(&vec![b' '; 90_000]), Err(BodyError::TooDense { ratio: 20 })),
            ("large once unpacked", true, gzip(&noise), Err(BodyError::TooLarge { limit: 100_000 })),
            ("two members", true, two_members, Err(BodyError::Gzip)),
            ("cut", true, cut, Err(BodyError::Gzip)),
            ("not gzip", true, b"{}".to_vec(), Err(BodyError::Gzip)),
        ];
        for (name, encoded, body, expected) in cases {
            let taken = take(&head(encoded), Full::new(Bytes::from(body)), &limits(), PATIENCE).await;
            assert_eq!(taken.map(|bytes| bytes.len()), expected, "{name}");
        }
    }
}
