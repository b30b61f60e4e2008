//! What is told, and how it is signed.

use carveout_ledger::{Entry, Event, HoldId, Position, Timestamp};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;

use crate::{secret::Secret, settings::HoldNews};

const VERSION: u64 = 1;

/// One piece of news about one hold. Its id is the hash of the entry that says so: the same for every try.
#[derive(Debug)]
pub(crate) struct Notice {
    pub(super) hold: HoldId,
    pub(super) news: HoldNews,
    pub(super) id: String,
    pub(super) body: String,
}

impl Notice {
    /// `None` if the entries are not about a hold.
    pub(super) fn new(news: HoldNews, entry: &Entry, position: Position, opened: &Entry) -> Option<Self> {
        let Event::Decided(held) = &opened.event else { return None };
        let hold = held.hold?;
        let (officer, roles, until) = match &entry.event {
            Event::Approved(approved) => (Some(&approved.officer), &approved.roles, Some(approved.until)),
            Event::Refused(refused) => (Some(&refused.officer), &refused.roles, None),
            _ => (None, &held.roles, held.hold_until),
        };
        let clauses: Vec<_> = held
            .grounds
            .iter()
            .map(|cited| json!({ "agreement": cited.agreement, "clause": cited.clause }))
            .collect();
        let id = position.leaf.to_string();
        let body = json!({
            "version": VERSION,
            "id": id,
            "news": news.as_str(),
            "hold": hold.to_string(),
            "program": held.program,
            "clauses": clauses,
            "roles": roles,
            "officer": officer,
            "until": until.map(|until| until.to_string()),
            "at": entry.at.to_string(),
            "index": position.index,
        });
        Some(Self { hold, news, id, body: body.to_string() })
    }
}

/// `t=<seconds since 1970>,v1=<hexadecimal HMAC-SHA256 over the seconds, a full stop and the body>`.
///
/// The time is signed so that a receiver can refuse what is too old to be anything but a repetition.
pub(super) fn signature(secret: &Secret, at: Timestamp, body: &str) -> String {
    let seconds = at.millis().div_euclid(1_000);
    // Of any length: a key longer than a block is hashed first (RFC 2104).
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()) else {
        return String::new();
    };
    mac.update(format!("{seconds}.").as_bytes());
    mac.update(body.as_bytes());
    let mut text = format!("t={seconds},v1=");
    for byte in mac.finalize().into_bytes() {
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_over_the_time_and_the_body() {
        // Made with: printf '1772703000.{"a":1}' | openssl dgst -sha256 -hmac "a secret of thirty-two characters"
        let secret = Secret::new("a secret of thirty-two characters".to_owned());
        let at = Timestamp::from_millis(1_772_703_000_999);
        let signed = signature(&secret, at, "{\"a\":1}");
        assert_eq!(
            signed,
            "t=1772703000,v1=c7d1a2780b64517d80132afbb36dca5c095a1c112fc1a34dc63ab31b19ce81e4"
        );
        assert_ne!(signed, signature(&secret, at, "{\"a\":2}"));
        assert_ne!(signed, signature(&secret, Timestamp::from_millis(1_772_703_001_000), "{\"a\":1}"));
    }
}
