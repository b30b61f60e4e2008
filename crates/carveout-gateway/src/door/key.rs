//! Who is asking: a key, and by it a program.

use http::{HeaderMap, HeaderName, Uri, header::AUTHORIZATION};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq;

const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// Every key starts with this, so that a key that leaked is recognised wherever it turns up.
const PREFIX: &str = "cvo_";

/// Every officer's token starts with this.
const OFFICER_PREFIX: &str = "cvt_";

/// The secret part: 32 random bytes in unpadded base64url.
const SECRET_LENGTH: usize = 43;

/// Names of query parameters in which other services take credentials. A key in a URL ends up in every log on the way.
const KEY_PARAMETERS: [&str; 8] =
    ["key", "api_key", "apikey", "api-key", "x-api-key", "token", "access_token", "authorization"];

/// Why nobody was recognised. The text says nothing of which part was wrong: that is for the owner of the key to
/// know, and for nobody else to learn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KeyError {
    #[error("no key was given: send it as `Authorization: Bearer` or `x-api-key`")]
    Missing,
    #[error(
        "`Authorization` and `x-api-key` name different keys, or one of them is given twice: send one key"
    )]
    Ambiguous,
    #[error("the key is not known here")]
    Unknown,
    #[error("the key has expired: ask for a new one")]
    Expired,
    #[error("a key in the address is refused, and should be replaced: addresses are logged on their way")]
    InAddress,
}

/// Refuses a request that carries a credential in its query string.
pub(crate) fn refuse_in_address(uri: &Uri) -> Result<(), KeyError> {
    let Some(query) = uri.query() else { return Ok(()) };
    let decoded = percent_decoded(query).to_ascii_lowercase();
    let named = decoded
        .split(['&', ';'])
        .any(|pair| KEY_PARAMETERS.contains(&pair.split('=').next().unwrap_or_default().trim()));
    if named || decoded.contains(PREFIX) || decoded.contains(OFFICER_PREFIX) {
        Err(KeyError::InAddress)
    } else {
        Ok(())
    }
}

fn percent_decoded(query: &str) -> String {
    let mut decoded = Vec::with_capacity(query.len());
    let mut rest = query.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let escaped = (byte == b'%')
            .then(|| after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok()))
            .flatten()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        decoded.push(escaped.unwrap_or(byte));
        rest = if escaped.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// The one key that a request presents.
pub(crate) fn presented(headers: &HeaderMap) -> Result<&str, KeyError> {
    let bearer = only(headers, &AUTHORIZATION)?.map(|value| bearer_token(value).ok_or(KeyError::Unknown));
    let api_key = only(headers, &X_API_KEY)?;
    match (bearer.transpose()?, api_key) {
        (None, None) => Err(KeyError::Missing),
        (Some(key), None) | (None, Some(key)) => Ok(key),
        (Some(one), Some(other)) if bool::from(one.as_bytes().ct_eq(other.as_bytes())) => Ok(one),
        (Some(_), Some(_)) => Err(KeyError::Ambiguous),
    }
}

fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, KeyError> {
    let mut given = headers.get_all(name).iter();
    match (given.next(), given.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_not_ascii| KeyError::Unknown),
        (Some(_), Some(_)) => Err(KeyError::Ambiguous),
    }
}

/// The scheme's name is case-insensitive (RFC 9110 section 11.1).
fn bearer_token(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The id inside a key's text: `cvo_<id>_<secret>`. The secret may hold underscores, its length is fixed.
pub(crate) fn id_of(key: &str) -> Option<&str> {
    id_after(PREFIX, key)
}

/// The id inside an officer's token: `cvt_<id>_<secret>`.
pub(crate) fn officer_of(token: &str) -> Option<&str> {
    id_after(OFFICER_PREFIX, token)
}

fn id_after<'k>(prefix: &str, key: &'k str) -> Option<&'k str> {
    let body = key.strip_prefix(prefix)?;
    let end = body.len().checked_sub(SECRET_LENGTH + 1)?;
    let (id, secret) = body.split_at_checked(end)?;
    (secret.starts_with('_') && !id.is_empty()).then_some(id)
}

/// Whether the whole text hashes to the stored digest, in time that doesn't depend on where they differ. An unknown
/// id is compared too, against a digest that nothing hashes to, so that time doesn't tell which ids exist.
pub(crate) fn matches(key: &str, stored: Option<&[u8; 32]>) -> bool {
    let presented: [u8; 32] = Sha256::digest(key.as_bytes()).into();
    let equal = bool::from(presented.ct_eq(stored.unwrap_or(&[0; 32])));
    equal && stored.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "abcdefghijklmnopqrstuvwxyz_-0123456789ABCDE";

    #[test]
    fn ids_are_found_in_keys() {
        assert_eq!(SECRET.len(), SECRET_LENGTH);
        let cases: &[(String, Option<&str>)] = &[
            (format!("cvo_depot-7_{SECRET}"), Some("depot-7")),
            (format!("cvo_with_underscore_{SECRET}"), Some("with_underscore")),
            (format!("cvo__{SECRET}"), None),
            (format!("cvo_{SECRET}"), None),
            (format!("sk_depot_{SECRET}"), None),
            ("cvo_".to_owned(), None),
            (format!("cvo_é{}", &SECRET[1..]), None),
        ];
        for (key, id) in cases {
            assert_eq!(id_of(key), *id, "{key}");
        }
    }

    #[test]
    fn keys_are_presented_once() {
        type Lines = &'static [(&'static str, &'static str)];
        let cases: &[(Lines, Result<&str, KeyError>)] = &[
            (&[], Err(KeyError::Missing)),
            (&[("authorization", "Bearer one")], Ok("one")),
            (&[("authorization", "bearer one")], Ok("one")),
            (&[("x-api-key", "one")], Ok("one")),
            (&[("authorization", "Bearer one"), ("x-api-key", "one")], Ok("one")),
            (&[("authorization", "Bearer one"), ("x-api-key", "two")], Err(KeyError::Ambiguous)),
            (&[("authorization", "Bearer one"), ("authorization", "Bearer one")], Err(KeyError::Ambiguous)),
            (&[("x-api-key", "one"), ("x-api-key", "two")], Err(KeyError::Ambiguous)),
            (&[("authorization", "Basic b25l")], Err(KeyError::Unknown)),
            (&[("authorization", "Basic b25l"), ("x-api-key", "one")], Err(KeyError::Unknown)),
        ];
        for (lines, expected) in cases {
            let mut headers = HeaderMap::new();
            for (name, value) in *lines {
                headers.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), value.parse().unwrap());
            }
            assert_eq!(presented(&headers), *expected, "{lines:?}");
        }
    }

    #[test]
    fn keys_in_addresses_are_refused() {
        let cases = [
            ("/v1/models", true),
            ("/v1/messages?beta=true", true),
            ("/v1/models?limit=10&after=key", true),
            ("/v1/models?key=1", false),
            ("/v1/models?API%5FKEY=1", false),
            ("/v1/models?limit=1&Access_Token=x", false),
            ("/v1/models?anything=cvo_depot_xyz", false),
            ("/v1/models?anything=%63vo%5Fdepot", false),
        ];
        for (address, accepted) in cases {
            assert_eq!(refuse_in_address(&address.parse().unwrap()).is_ok(), accepted, "{address}");
        }
    }

    #[test]
    fn a_key_matches_its_own_digest_only() {
        let stored: [u8; 32] = Sha256::digest(b"cvo_a").into();
        assert!(matches("cvo_a", Some(&stored)));
        assert!(!matches("cvo_b", Some(&stored)));
        assert!(!matches("cvo_a", None));
    }
}
