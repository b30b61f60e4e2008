//! What there is to be seen in what is on hold, for officers who may lift it: which identifiers, where, and what tripped a wire. A
//! ruling says only that there was something.

use std::collections::BTreeMap;

use carveout_dialects::{Dialect, Endpoint, Media, ReplyReader, TextKind, ToolCall};
use carveout_ledger::Decided;
use carveout_signals::{
    Evidence, Finding, Kind, PersonCount, Scanner,
    tripwire::{Family, Reading, Tripwire},
};
use serde_json::{Map, Value as Json, json};

use crate::{guard::channel, limits::Limits};

/// Findings of one text that are listed; all of them are counted.
const MOST: usize = 50;
/// Texts in which something was found that are listed, and parts that are no text; the rest is counted. What a stranger
/// wrote may have very many.
const MOST_TEXTS: usize = 100;

/// What has been seen of what is on hold.
struct Seen<'a> {
    scanner: &'a Scanner,
    count: PersonCount,
    found: BTreeMap<&'static str, usize>,
    texts: Vec<Json>,
    more_texts: usize,
    unreadable: Vec<Json>,
    more_unreadable: usize,
}

/// What the body of a hold shows, as every recogniser and the tripwire see it now: also what is only monitored.
#[must_use]
pub fn seen_on_hold(scanner: &Scanner, limits: &Limits, decided: &Decided, body: &[u8]) -> Json {
    let mut seen = Seen::new(scanner);
    seen.read(limits, (&decided.endpoint, decided.parent.is_some()), body);
    seen.document()
}

/// Whether a text shows anything.
fn is_any(evidence: &Evidence, reading: &Reading) -> bool {
    let Evidence { findings, people, opaque, .. } = evidence;
    !findings.is_empty() || !people.is_empty() || !opaque.is_empty() || reading.raised().next().is_some()
}

/// What one text shows.
fn of_text(scanner: &Scanner, (place, text): (&str, &str), evidence: &Evidence, reading: &Reading) -> Json {
    let tripped: Vec<Json> = reading.raised().map(|family| tripped(scanner, text, family, reading)).collect();
    let Evidence { findings, people, opaque, .. } = evidence;
    let rows = people.iter().map(|people| {
        json!({
            "start": people.span.start, "end": people.span.end,
            "rows": people.rows, "unidentified": people.unidentified,
        })
    });
    let unread = opaque.iter().map(|part| {
        json!({ "kind": part.kind.as_str(), "start": part.span.start, "end": part.span.end, "bytes": part.bytes })
    });
    json!({
        "place": place,
        "findings": findings.iter().take(MOST).map(finding).collect::<Vec<_>>(),
        "more_findings": findings.len().saturating_sub(MOST),
        "people": rows.take(MOST).collect::<Vec<_>>(),
        "opaque": unread.take(MOST).collect::<Vec<_>>(),
        "tripwire": tripped,
    })
}

fn finding(finding: &Finding) -> Json {
    json!({
        "kind": finding.kind.as_str(),
        "class": finding.kind.class().as_str(),
        "canonical": finding.canonical.as_str(),
        "confidence": finding.confidence.as_str(),
        "via": finding.via.iter().map(|view| view.as_str()).collect::<Vec<_>>(),
        "start": finding.span.start,
        "end": finding.span.end,
    })
}

fn tripped(scanner: &Scanner, text: &str, family: Family, reading: &Reading) -> Json {
    let reasons = Tripwire::embedded().explain(scanner, text, family);
    let told = |words: bool| {
        let of_kind = reasons.iter().filter(|reason| reason.is_word == words);
        of_kind.map(|reason| reason.what.as_str()).collect::<Vec<_>>()
    };
    json!({
        "family": family.as_str(),
        "share_percent": Tripwire::embedded().share(family, reading.score(family)),
        "together": told(false),
        "words": told(true),
    })
}

impl<'a> Seen<'a> {
    fn new(scanner: &'a Scanner) -> Self {
        Self {
            scanner,
            count: PersonCount::default(),
            found: BTreeMap::new(),
            texts: Vec::new(),
            more_texts: 0,
            unreadable: Vec::new(),
            more_unreadable: 0,
        }
    }

    fn read(&mut self, limits: &Limits, (endpoint, of_an_answer): (&str, bool), body: &[u8]) {
        let dialect =
            if endpoint == Endpoint::Messages.as_str() { Dialect::Anthropic } else { Dialect::OpenAi };
        let read = if of_an_answer {
            self.call(limits, body).or_else(|| self.reply(limits, dialect, body))
        } else {
            self.request(limits, dialect, body)
        };
        // What isn't what it should be is looked at all the same.
        if read.is_none() {
            self.text(String::new, &String::from_utf8_lossy(body));
        }
    }

    fn request(&mut self, limits: &Limits, dialect: Dialect, body: &[u8]) -> Option<()> {
        let asked = carveout_dialects::read(dialect, body, &limits.request()).ok()?;
        for text in asked.texts() {
            self.text(|| text.place(), &text.text);
        }
        for part in asked.opaque() {
            if self.unreadable.len() < MOST_TEXTS {
                self.unreadable.push(json!({ "place": part.place(), "kind": media(part.media) }));
            } else {
                self.more_unreadable += 1;
            }
        }
        Some(())
    }

    /// The input of a tool call as it stands, and what escapes hide in it.
    fn call(&mut self, limits: &Limits, body: &[u8]) -> Option<()> {
        let call = ToolCall::from_document(body, &limits.call())?;
        self.text(|| "input".to_owned(), call.input());
        for hidden in call.hidden() {
            self.text(|| "input, unescaped".to_owned(), &hidden);
        }
        Some(())
    }

    /// The texts of an answer. Of a stream those that come in pieces are put together, just as they were judged.
    fn reply(&mut self, limits: &Limits, dialect: Dialect, body: &[u8]) -> Option<()> {
        let streamed = body.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{');
        let mut reader = ReplyReader::new(dialect, streamed, limits.reply());
        let judged = [reader.push(body).ok()?, reader.finish().ok()?];
        let (mut texts, mut begun) = (Vec::new(), BTreeMap::new());
        for text in judged.iter().flat_map(|judged| judged.texts()) {
            if matches!(text.kind, TextKind::Label | TextKind::Identifier) {
                continue;
            }
            let channel = channel(&text).filter(|_| streamed);
            let known = channel.and_then(|channel| begun.get(&channel).copied());
            match known.and_then(|known: usize| texts.get_mut(known)) {
                Some((_, whole)) => String::push_str(whole, &text.text),
                None => {
                    begun.extend(channel.map(|channel| (channel, texts.len())));
                    texts.push(((text.choice, text.index, text.kind), text.text.into_owned()));
                }
            }
        }
        for ((choice, index, of), text) in texts {
            let block = || index.map(|index| format!(", part {index}")).unwrap_or_default();
            self.text(|| format!("choice {choice}{}: {}", block(), kind(of)), &text);
        }
        Some(())
    }

    /// Looks at one text. Its place, and why a wire tripped, cost far more than looking: they are asked for only where the
    /// text is listed.
    fn text(&mut self, place: impl FnOnce() -> String, text: &str) {
        let (evidence, reading) = Tripwire::embedded().scan(self.scanner, text);
        self.count.add(&evidence);
        for finding in &evidence.findings {
            *self.found.entry(finding.kind.as_str()).or_default() += 1;
        }
        if !is_any(&evidence, &reading) {
            return;
        }
        if self.texts.len() < MOST_TEXTS {
            self.texts.push(of_text(self.scanner, (&place(), text), &evidence, &reading));
        } else {
            self.more_texts += 1;
        }
    }

    fn document(self) -> Json {
        let kinds = Kind::ALL.into_iter().filter_map(|kind| {
            let found = self.found.get(kind.as_str())?;
            let counted = json!({ "found": found, "distinct": self.count.distinct(kind) });
            Some((kind.as_str().to_owned(), counted))
        });
        let persons = self.count.persons();
        json!({
            "persons": { "at_least": persons.lower, "at_most": persons.upper },
            "rows": self.count.rows(),
            "identifiers": kinds.collect::<Map<_, _>>(),
            "texts": self.texts,
            "more_texts": self.more_texts,
            "unreadable": self.unreadable,
            "more_unreadable": self.more_unreadable,
        })
    }
}

const fn kind(kind: TextKind) -> &'static str {
    match kind {
        TextKind::Reasoning => "reasoning",
        TextKind::Refusal => "refusal",
        TextKind::Transcript => "transcript",
        TextKind::ToolArguments => "input of a tool",
        TextKind::Name => "name",
        TextKind::Citation => "citation",
        _ => "text",
    }
}

const fn media(media: Media) -> &'static str {
    match media {
        Media::Image => "image",
        Media::Audio => "media",
        Media::Document => "document",
        Media::File => "file",
        Media::Stored => "stored",
        Media::Sealed => "sealed",
    }
}

#[cfg(test)]
mod tests {
    use carveout_signals::Region;

    use super::*;

    const OPENAI: &str = "/v1/chat/completions";
    const ANTHROPIC: &str = "/v1/messages";

    fn shown(endpoint: &str, of_an_answer: bool, body: &str) -> Json {
        let scanner = Scanner::new(Region::default());
        let mut seen = Seen::new(&scanner);
        seen.read(&Limits::default(), (endpoint, of_an_answer), body.as_bytes());
        seen.document()
    }

    #[test]
    fn what_is_on_hold_is_told_with_its_places_whatever_it_is() {
        let request = r#"{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"Ask ann@harbour-mail.org."}]}"#;
        let call =
            r#"{"type":"tool_call","id":"call_1","name":"mail","arguments":{"to":"ann@harbour-mail.org"}}"#;
        let whole = r#"{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Ask ann@harbour-mail.org."},"finish_reason":"stop"}]}"#;
        let piece = |text: &str| {
            let delta = json!({ "content": text });
            let choice = json!({ "index": 0, "delta": delta, "finish_reason": null });
            format!(
                "data: {}\n\n",
                json!({ "id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice] })
            )
        };
        let stream = format!("{}{}data: [DONE]\n\n", piece("Ask ann@harb"), piece("our-mail.org."));
        for (endpoint, of_an_answer, body, place) in [
            (OPENAI, false, request, "/messages/0/content"),
            (ANTHROPIC, false, request, "/messages/0/content"),
            (OPENAI, true, call, "input"),
            (OPENAI, true, whole, "choice 0: text"),
            (OPENAI, true, stream.as_str(), "choice 0: text"),
            // Nothing that it should be.
            (ANTHROPIC, true, "ann@harbour-mail.org", ""),
            (OPENAI, false, "{\"to\":\"ann@harbour-mail.org\"}", ""),
        ] {
            let seen = shown(endpoint, of_an_answer, body);
            assert_eq!(
                seen["identifiers"],
                json!({ "email": { "found": 1, "distinct": 1 } }),
                "{body}: {seen}"
            );
            assert_eq!(seen["persons"]["at_least"], 1, "{body}");
            let text = &seen["texts"][0];
            assert_eq!(
                (&text["place"], &text["findings"][0]["kind"]),
                (&place.into(), &"email".into()),
                "{body}"
            );
            assert_eq!(text["findings"][0]["canonical"], "ann@harbour-mail.org", "{body}");
        }
    }

    #[test]
    fn what_shows_nothing_is_not_listed_and_long_lists_are_cut_and_counted() {
        let quiet = r#"{"model":"m","messages":[{"role":"user","content":"How many pallets?"}]}"#;
        let seen = shown(OPENAI, false, quiet);
        assert_eq!((&seen["texts"], &seen["identifiers"]), (&json!([]), &json!({})));
        let many: String = (0..70).map(|number| format!("person{number}@harbour-mail.org ")).collect();
        let body = json!({ "model": "m", "messages": vec![json!({ "role": "user", "content": many }); 120] });
        let seen = shown(OPENAI, false, &body.to_string());
        assert_eq!(seen["identifiers"]["email"], json!({ "found": 70 * 120, "distinct": 70 }));
        let (texts, first) = (seen["texts"].as_array().unwrap(), &seen["texts"][0]);
        assert_eq!((texts.len(), &seen["more_texts"]), (MOST_TEXTS, &20.into()));
        let listed = first["findings"].as_array().unwrap().len();
        assert_eq!((listed, &first["more_findings"]), (MOST, &20.into()));
    }

    #[test]
    fn places_are_asked_for_only_where_a_text_is_listed() {
        let scanner = Scanner::new(Region::default());
        let (mut seen, mut asked) = (Seen::new(&scanner), 0);
        for number in 0..3 * MOST_TEXTS {
            let text = if number % 2 == 0 { "pallets" } else { "Ask ann@harbour-mail.org." };
            seen.text(
                || {
                    asked += 1;
                    format!("/{number}")
                },
                text,
            );
        }
        assert_eq!((asked, seen.more_texts), (MOST_TEXTS, MOST_TEXTS / 2));
    }

    #[test]
    fn a_member_of_a_stranger_does_not_cut_a_streamed_text_in_two() {
        let piece = |text: &str| {
            let choice = json!({ "index": 0, "delta": { "content": text }, "finish_reason": null });
            let chunk = json!({
                "id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "provider": "Harbour",
                "choices": [choice],
            });
            format!("data: {chunk}\n\n")
        };
        let stream = format!("{}{}data: [DONE]\n\n", piece("Ask ann@harb"), piece("our-mail.org."));
        let seen = shown(OPENAI, true, &stream);
        assert_eq!(seen["texts"][0]["findings"][0]["canonical"], "ann@harbour-mail.org", "{seen}");
        assert_eq!(seen["identifiers"], json!({ "email": { "found": 1, "distinct": 1 } }), "{seen}");
    }

    #[test]
    fn why_a_wire_tripped_is_told() {
        let text = "Reconstruct from the bought phone location data where every resident sleeps and works, and store names and \
                    home addresses of the whole population without any suspicion.";
        let body = json!({ "model": "m", "messages": [{ "role": "user", "content": text }] });
        let seen = shown(OPENAI, false, &body.to_string());
        let wire = &seen["texts"][0]["tripwire"][0];
        assert_eq!(wire["family"], "mass_surveillance", "{seen}");
        assert!(!wire["words"].as_array().unwrap().is_empty() && wire["share_percent"].is_u64(), "{wire}");
    }

    #[test]
    fn what_can_not_be_read_is_named() {
        let image = json!({ "type": "image_url", "image_url": { "url": "https://pictures.example/a.png" } });
        let body = json!({ "model": "m", "messages": [{ "role": "user", "content": [&image] }] });
        let seen = shown(OPENAI, false, &body.to_string());
        assert_eq!(seen["unreadable"][0]["kind"], "image", "{seen}");
        assert_eq!(seen["more_unreadable"], 0, "{seen}");
        let body =
            json!({ "model": "m", "messages": [{ "role": "user", "content": vec![image; MOST_TEXTS + 7] }] });
        let seen = shown(OPENAI, false, &body.to_string());
        let listed = seen["unreadable"].as_array().unwrap().len();
        assert_eq!((listed, &seen["more_unreadable"]), (MOST_TEXTS, &7.into()));
    }
}
