//! The answer, before it takes a dialect's form.

use serde_json::{Deserializer, Map, Value};

use crate::LABEL;
use crate::asked::Asked;

/// What is answered to one request.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) id: String,
    pub(crate) model: String,
    pub(crate) choices: Vec<Choice>,
    pub(crate) input_tokens: usize,
    pub(crate) output_tokens: usize,
}

/// One of the answers that `n` asks for: a text, or calls.
#[derive(Debug)]
pub(crate) struct Choice {
    pub(crate) text: String,
    pub(crate) calls: Vec<Call>,
    pub(crate) finish: Finish,
}

/// A call of a tool that the request offers.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) name: String,
    pub(crate) input: Map<String, Value>,
}

/// Why a choice ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Finish {
    Stop,
    Length,
    Calls,
}

/// How much of the question an answer repeats, in characters.
const QUOTED: usize = 160;

impl Answer {
    /// Answers a request. `id` is what the provider calls it.
    pub(crate) fn to(asked: &Asked, id: String) -> Self {
        Self::of(asked, id, (0..asked.choices).map(|index| choice(asked, index)).collect())
    }

    /// Answers with just this text.
    pub(crate) fn saying(asked: &Asked, id: String, text: String) -> Self {
        Self::of(asked, id, vec![Choice { text, calls: Vec::new(), finish: Finish::Stop }])
    }

    fn of(asked: &Asked, id: String, choices: Vec<Choice>) -> Self {
        Self {
            id,
            model: asked.model.clone(),
            input_tokens: asked.input_tokens,
            output_tokens: choices.iter().map(Choice::words).sum(),
            choices,
        }
    }
}

impl Choice {
    /// The text as it is streamed: a word and the space after it.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = &str> {
        self.text.split_inclusive(' ')
    }

    fn words(&self) -> usize {
        let input = |call: &Call| Value::Object(call.input.clone()).to_string().split_whitespace().count();
        self.text.split_whitespace().count() + self.calls.iter().map(|call| 1 + input(call)).sum::<usize>()
    }
}

impl Call {
    /// The arguments as the text that OpenAI carries, and that both stream.
    pub(crate) fn arguments(&self) -> String {
        Value::Object(self.input.clone()).to_string()
    }

    /// The arguments in pieces of a few characters, cut where no parser would like it.
    pub(crate) fn pieces(&self) -> Vec<String> {
        let letters: Vec<char> = self.arguments().chars().collect();
        letters.chunks(7).map(|chunk| chunk.iter().collect()).collect()
    }
}

fn choice(asked: &Asked, index: usize) -> Choice {
    let calls = if asked.answers_tool { Vec::new() } else { calls(&asked.text, &asked.tools) };
    if !calls.is_empty() {
        return Choice { text: String::new(), calls, finish: Finish::Calls };
    }
    let text = text(asked, index);
    let words = text.split_whitespace().count();
    if words <= asked.most_words {
        return Choice { text, calls, finish: Finish::Stop };
    }
    let kept: Vec<&str> = text.split_whitespace().take(asked.most_words).collect();
    Choice { text: kept.join(" "), calls, finish: Finish::Length }
}

fn text(asked: &Asked, index: usize) -> String {
    let quoted: String = asked.text.chars().take(QUOTED).collect();
    let verb = if asked.answers_tool { "The tool answered" } else { "It was asked" };
    let which = if asked.choices > 1 { format!(" (choice {})", index + 1) } else { String::new() };
    let persons = persons(&asked.text);
    let text = format!("{LABEL} {verb}: \"{quoted}\"{which}{persons}");
    match wanted_words(&asked.text) {
        Some(words) => text
            .split_whitespace()
            .chain(std::iter::repeat("sample"))
            .take(words)
            .collect::<Vec<_>>()
            .join(" "),
        None => text,
    }
}

/// As many made-up addresses as `[persons 5]` asks for: what a model shows that nobody asked about.
fn persons(text: &str) -> String {
    let wanted = text.split_once("[persons ").and_then(|(_, rest)| rest.split_once(']'));
    let wanted = wanted.and_then(|(number, _)| number.trim().parse().ok()).unwrap_or(0);
    (1..=std::cmp::min(wanted, 1_000)).map(|number| format!(" person{number}@sample.org")).collect()
}

/// The number in `[words 50]`, at most what the asker's limit could ever keep.
fn wanted_words(text: &str) -> Option<usize> {
    let (_, rest) = text.split_once("[words ")?;
    let (number, _) = rest.split_once(']')?;
    number.trim().parse().ok().map(|words: usize| words.clamp(1, 100_000))
}

/// The calls that `[call NAME {..}]` markers ask for, of tools on offer.
fn calls(text: &str, offered: &[String]) -> Vec<Call> {
    text.split("[call ").skip(1).filter_map(call).filter(|call| offered.contains(&call.name)).collect()
}

/// Reads `NAME {..}]` or `NAME]`.
fn call(marker: &str) -> Option<Call> {
    let end = marker.find([' ', ']'])?;
    let (name, rest) = marker.split_at(end);
    let input = match rest.strip_prefix(' ') {
        Some(json) => Deserializer::from_str(json).into_iter::<Map<String, Value>>().next()?.ok()?,
        None => Map::new(),
    };
    Some(Call { name: name.to_owned(), input })
}
