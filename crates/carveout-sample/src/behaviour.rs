//! How a model of the sample provider behaves: its name says.

use crate::judge;

/// What a model name asks for. `sample-1` answers; every other name is a way
/// in which real providers have failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// `sample-1`: answers at once.
    Answers,
    /// `sample-1-slow`: 100 ms before every event of a stream, 2 s before a whole answer.
    Slow,
    /// `sample-1-hang`: never answers.
    Hangs,
    /// `sample-1-stall`: sends half of the answer, then nothing more, and keeps the connection.
    Stalls,
    /// `sample-1-cut`: sends half of the answer, then breaks the connection.
    Cuts,
    /// `sample-1-drop`: closes the connection without an answer.
    Drops,
    /// `sample-1-unfinished`: half of the stream, then a clean end; a whole answer lacks its second half.
    Unfinished,
    /// `sample-1-garbage`: bytes that are not JSON, called JSON.
    Garbage,
    /// `sample-1-unknown-event`: in its midst, an event (or a content part) of a kind that nobody has specified.
    UnknownEvent,
    /// `sample-1-error-event`: half of the stream, then an error event; a whole answer is the 500 error.
    ErrorEvent,
    /// `sample-1-html`: 502 with a page for people, as a proxy in between would send.
    Html,
    /// `sample-judge`: answers with the verdict that the content asks for.
    Judges,
    /// `sample-1-400`, `-401`, `-404`, `-429` (with `retry-after`), `-500`, `-503`: that status, in the
    /// dialect's error form.
    Refuses(u16),
}

const BY_NAME: [(&str, Behaviour); 18] = [
    ("sample-1", Behaviour::Answers),
    ("sample-1-slow", Behaviour::Slow),
    ("sample-1-hang", Behaviour::Hangs),
    ("sample-1-stall", Behaviour::Stalls),
    ("sample-1-cut", Behaviour::Cuts),
    ("sample-1-drop", Behaviour::Drops),
    ("sample-1-unfinished", Behaviour::Unfinished),
    ("sample-1-garbage", Behaviour::Garbage),
    ("sample-1-unknown-event", Behaviour::UnknownEvent),
    ("sample-1-error-event", Behaviour::ErrorEvent),
    ("sample-1-html", Behaviour::Html),
    (judge::MODEL, Behaviour::Judges),
    ("sample-1-400", Behaviour::Refuses(400)),
    ("sample-1-401", Behaviour::Refuses(401)),
    ("sample-1-404", Behaviour::Refuses(404)),
    ("sample-1-429", Behaviour::Refuses(429)),
    ("sample-1-500", Behaviour::Refuses(500)),
    ("sample-1-503", Behaviour::Refuses(503)),
];

impl Behaviour {
    /// The behaviour of a model, or `None` if there is no such model.
    pub fn of(model: &str) -> Option<Self> {
        BY_NAME.iter().find(|(name, _)| *name == model).map(|(_, behaviour)| *behaviour)
    }

    /// Every model's name, the one that behaves first.
    pub fn models() -> impl Iterator<Item = &'static str> {
        BY_NAME.iter().map(|(name, _)| *name)
    }
}
