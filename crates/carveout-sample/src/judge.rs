//! `sample-judge`: it answers with the verdict that the content asks for. It judges nothing.

use serde_json::Value;

use crate::Behaviour;
use crate::asked::Asked;

/// The model's name.
pub(crate) const MODEL: &str = "sample-judge";

/// What is answered, and how.
pub(crate) struct Verdict {
    pub(crate) text: String,
    pub(crate) behaviour: Behaviour,
}

/// Reads the exchange that is judged, and does what the marker in it wants: `[judge request WORD]` while there is a
/// request only, `[judge answer WORD]` once there is an answer.
pub(crate) fn verdict(asked: &Asked) -> Verdict {
    let exchange: Value = serde_json::from_str(&asked.text).unwrap_or_default();
    let text = |member| exchange.get(member).and_then(Value::as_str).unwrap_or_default();
    let of = if exchange.get("response").is_some() { "answer" } else { "request" };
    let wanted = [text("request"), text("response")].into_iter().find_map(|text| marker(text, of));
    let verdict = |word: &str| format!("{{\"verdict\":\"{word}\"}}");
    let (text, behaviour) = match wanted.as_deref() {
        Some("violates") => (verdict("violates"), Behaviour::Answers),
        Some("prose") => ("That seems to comply.".to_owned(), Behaviour::Answers),
        Some("hangs") => (String::new(), Behaviour::Hangs),
        Some("stalls") => (verdict("complies"), Behaviour::Stalls),
        _ => (verdict("complies"), Behaviour::Answers),
    };
    Verdict { text, behaviour }
}

fn marker(text: &str, of: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("[judge {of} "))?;
    rest.split_once(']').map(|(word, _)| word.to_owned())
}
