//! A hold as its entry says it.

use carveout_ledger::{
    Commitment, CommittedPart, Decided, Digest, Entry, Event, HoldId, Salt, Timestamp, leaf_hash,
};
use miette::{IntoDiagnostic, miette};
use serde_json::Value as Json;

/// A hold, read from the entry that opened it.
pub(super) struct Hold {
    pub(super) id: HoldId,
    pub(super) index: u64,
    pub(super) leaf: Digest,
    pub(super) at: Timestamp,
    pub(super) until: Timestamp,
    pub(super) decided: Decided,
    /// `waiting`, `approved`, `collected`, `refused` or `expired`.
    pub(super) state: String,
    /// The roles whose approval is missing.
    pub(super) missing: Vec<String>,
    /// The roles in which whoever looks may answer.
    pub(super) yours: Vec<String>,
    /// Who approved, as which roles, and until when.
    pub(super) approvals: Vec<(String, Vec<String>, String)>,
    /// The request, checked against the commitment in the entry.
    pub(super) body: Option<String>,
    /// What recognisers and the tripwire see in it.
    pub(super) evidence: Option<Json>,
}

impl Hold {
    /// A hold that the entry with these bytes opened, and that waits.
    pub(super) fn opened(index: u64, bytes: &[u8]) -> miette::Result<Option<Self>> {
        let entry = Entry::parse(bytes).into_diagnostic()?;
        let Event::Decided(decided) = entry.event else { return Ok(None) };
        let (Some(id), Some(until)) = (decided.hold, decided.hold_until) else { return Ok(None) };
        Ok(Some(Self {
            id,
            index,
            leaf: leaf_hash(bytes),
            at: entry.at,
            until,
            missing: decided.roles.clone(),
            decided,
            state: "waiting".to_owned(),
            yours: Vec::new(),
            approvals: Vec::new(),
            body: None,
            evidence: None,
        }))
    }

    pub(super) fn is_over(&self) -> bool {
        !matches!(self.state.as_str(), "waiting" | "approved")
    }

    /// Takes over a request, if it is what the entry commits to.
    pub(super) fn show_body(&mut self, body: &[u8], salt: &Salt) -> miette::Result<()> {
        let commitment: &Commitment = &self.decided.body;
        if !commitment.opens(CommittedPart::Request, salt, body) {
            return Err(miette!(
                help = "answer nothing: what would be sent is not what was shown",
                "the request that is shown for `{}` is not the one that its entry commits to",
                self.id
            ));
        }
        self.body = Some(String::from_utf8_lossy(body).into_owned());
        Ok(())
    }

    /// A hold as a gateway describes it. What stands in its entry is read from the entry.
    pub(super) fn described(document: &Json) -> miette::Result<Self> {
        let misshapen = || miette!("the gateway's answer is not a hold: is it another version of carveout?");
        let text = |name: &str| document[name].as_str().map(str::to_owned);
        let index = document["index"].as_u64().ok_or_else(misshapen)?;
        let entry = text("entry").ok_or_else(misshapen)?;
        let mut hold = Self::opened(index, entry.as_bytes())?.ok_or_else(misshapen)?;
        if text("hold") != Some(hold.id.to_string()) {
            return Err(misshapen());
        }
        hold.state = text("state").ok_or_else(misshapen)?;
        hold.missing = texts(&document["missing"]);
        hold.yours = texts(&document["yours"]);
        let approvals = document["approvals"].as_array().map(Vec::as_slice).unwrap_or_default();
        let of = |one: &Json, name: &str| one[name].as_str().unwrap_or_default().to_owned();
        hold.approvals = approvals
            .iter()
            .map(|one| (of(one, "officer"), texts(&one["roles"]), of(one, "until")))
            .collect();
        if let (Some(body), Some(salt)) = (text("body"), text("salt")) {
            hold.show_body(body.as_bytes(), &Salt::from_hex(&salt).ok_or_else(misshapen)?)?;
            hold.evidence = document.get("evidence").cloned();
        }
        Ok(hold)
    }
}

fn texts(list: &Json) -> Vec<String> {
    let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect()
}
