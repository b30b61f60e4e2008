//! The head of an agreement: TOML between two lines of `+++`.

use std::{collections::BTreeMap, ops::Range};

use toml::Spanned;

use super::{Party, Role, Window};
use crate::{
    FactId, Facts, MemberSet, Problem, RoleId, Timestamp, Vocabulary, facts::presumed, problem::nearest,
};

const FENCE: &str = "+++";
/// The facts about a target that an agreement can be limited to.
const GOVERNED: [&str; 4] = ["maker", "host", "operator", "model"];

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    agreement: Spanned<String>,
    version: Spanned<String>,
    vocabulary: Spanned<String>,
    role: Role,
    effective: Spanned<toml::value::Datetime>,
    until: Option<Spanned<toml::value::Datetime>>,
    #[serde(default)]
    governs: BTreeMap<String, Spanned<OneOrMany>>,
    party: Spanned<Vec<RawParty>>,
    #[serde(default)]
    presume: BTreeMap<Spanned<String>, Spanned<OneOrMany>>,
}

/// The head of a file of red lines.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRedLines {
    redlines: Spanned<String>,
    version: Spanned<String>,
    vocabulary: Spanned<String>,
    party: Spanned<RawParty>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct RawParty {
    id: Spanned<String>,
    name: String,
    #[serde(default)]
    roles: Vec<String>,
}

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    fn names(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Many(names) => names,
        }
    }
}

/// The head, read and checked.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) id: String,
    pub(super) version: String,
    pub(super) role: Role,
    pub(super) window: Window,
    pub(super) governs: Vec<(FactId, MemberSet)>,
    pub(super) parties: Vec<Party>,
    pub(super) presume: Facts,
}

/// Where the head is in the source: its text, and the end of its closing line.
pub(super) fn locate(source: &str) -> Result<(Range<usize>, usize), Problem> {
    let missing = |message: &str| {
        Problem::error("front-matter", 0..source.find('\n').unwrap_or(source.len()), message)
            .hint("start the file with a line `+++`, then `agreement = \"…\"` and so on, then a line `+++`")
    };
    if source.starts_with('\u{feff}') {
        return Err(Problem::error(
            "byte-order-mark",
            0..'\u{feff}'.len_utf8(),
            "the file starts with a byte order mark",
        )
        .hint("save it as UTF-8 without one"));
    }
    let mut lines = source.split_inclusive('\n');
    let opening = lines.next().filter(|line| line.trim_end() == FENCE);
    let opening = opening.ok_or_else(|| missing("the file doesn't start with front matter"))?;
    let mut end = opening.len();
    for line in lines {
        if line.trim_end() == FENCE {
            return Ok((opening.len()..end, end + line.len()));
        }
        end += line.len();
    }
    Err(missing("the front matter is never closed"))
}

/// Reads the head. What can't be read at all is one problem; what is wrong in it are as many as there are.
pub(super) fn read(
    source: &str,
    text: Range<usize>,
    vocabulary: &Vocabulary,
    problems: &mut Vec<Problem>,
) -> Option<Head> {
    let raw: Raw = parse(source, text, problems)?;
    let mut reading = Reading { vocabulary, problems };
    reading.vocabulary_named(&raw.vocabulary);
    let id = reading.id(&raw.agreement);
    let window = reading.window(&raw);
    let governs = reading.governs(&raw.governs);
    let parties = reading.parties(&raw.party);
    let presume = reading.presume(&raw.presume);
    let version = raw.version.get_ref().clone();
    Some(Head { id, version, role: raw.role, window: window?, governs, parties, presume })
}

/// Reads the head of a file of red lines: terms of one party, in force at any time, for any target.
pub(super) fn read_red_lines(
    source: &str,
    text: Range<usize>,
    vocabulary: &Vocabulary,
    problems: &mut Vec<Problem>,
) -> Option<Head> {
    let raw: RawRedLines = parse(source, text, problems)?;
    let mut reading = Reading { vocabulary, problems };
    reading.vocabulary_named(&raw.vocabulary);
    let id = reading.id(&raw.redlines);
    let parties = reading.parties(&Spanned::new(raw.party.span(), vec![raw.party.into_inner()]));
    Some(Head {
        id,
        version: raw.version.into_inner(),
        role: Role::Grant,
        window: Window::ALWAYS,
        governs: Vec::new(),
        parties,
        presume: Facts::default(),
    })
}

/// Parses the TOML, or reports why it can't be.
fn parse<T: serde::de::DeserializeOwned>(
    source: &str,
    text: Range<usize>,
    problems: &mut Vec<Problem>,
) -> Option<T> {
    // Blank out what precedes the TOML, so that its spans are spans into the file.
    let padded = format!("{}{}", " ".repeat(text.start), source.get(text.clone())?);
    let parsed = toml::from_str(&padded).map_err(|error| {
        // What is missing has no place of its own.
        let span = error.span().filter(|span| !span.is_empty()).unwrap_or(text);
        problems.push(Problem::error("front-matter", span, error.message().replace('\n', "; ")));
    });
    parsed.ok()
}

struct Reading<'a> {
    vocabulary: &'a Vocabulary,
    problems: &'a mut Vec<Problem>,
}

impl Reading<'_> {
    fn id(&mut self, id: &Spanned<String>) -> String {
        if !is_id(id.get_ref()) {
            let message = format!("`{}` can't be an agreement's id", id.get_ref());
            self.problems.push(
                Problem::error("agreement-id", id.span(), message)
                    .hint("use lowercase letters, digits and hyphens"),
            );
        }
        id.get_ref().clone()
    }

    fn vocabulary_named(&mut self, name: &Spanned<String>) {
        if name.get_ref() != self.vocabulary.name() {
            let message = format!(
                "this agreement is written in the vocabulary `{}`, but `{}` was given",
                name.get_ref(),
                self.vocabulary.name()
            );
            self.problems.push(Problem::error("other-vocabulary", name.span(), message));
        }
    }

    fn window(&mut self, raw: &Raw) -> Option<Window> {
        let effective = self.time(&raw.effective);
        let until = raw.until.as_ref().map(|until| self.time(until));
        let (effective, until) = (effective?, until.map_or(Some(None), |until| until.map(Some))?);
        if let (Some(end), Some(written)) = (until, &raw.until)
            && end <= effective
        {
            let message = "the agreement ends before it takes effect";
            self.problems.push(Problem::error("empty-window", written.span(), message));
        }
        Some(Window { effective, until })
    }

    fn time(&mut self, written: &Spanned<toml::value::Datetime>) -> Option<Timestamp> {
        let text = written.get_ref().to_string();
        let parsed = text.parse().map_err(|error: crate::TimestampError| {
            self.problems.push(Problem::error("time", written.span(), error.to_string()));
        });
        parsed.ok()
    }

    fn governs(&mut self, raw: &BTreeMap<String, Spanned<OneOrMany>>) -> Vec<(FactId, MemberSet)> {
        let mut governs = Vec::new();
        for (name, members) in raw {
            let fact = self.vocabulary.fact(name).filter(|_| GOVERNED.contains(&name.as_str()));
            let Some((fact, enumeration)) =
                fact.and_then(|fact| Some((fact, self.vocabulary.get(fact).kind().enumeration()?)))
            else {
                let message = format!("an agreement can't govern by `{name}`");
                self.problems.push(
                    Problem::error("governs", members.span(), message)
                        .maybe_hint(nearest(name, GOVERNED))
                        .hint("use maker, host, operator or model"),
                );
                continue;
            };
            if members.get_ref().names().is_empty() {
                let message = format!("an empty list of `{name}` governs nothing");
                self.problems.push(
                    Problem::error("governs", members.span(), message)
                        .hint("leave it out to govern every target"),
                );
            }
            let mut set = MemberSet::default();
            for member in members.get_ref().names() {
                match enumeration.resolve(member) {
                    Some(found) => found.iter().for_each(|member| set.insert(member)),
                    None => self.problems.push(
                        Problem::error(
                            "unknown-member",
                            members.span(),
                            format!("there is no {name} `{member}`"),
                        )
                        .maybe_hint(enumeration.suggest(member)),
                    ),
                }
            }
            governs.push((fact, set));
        }
        governs
    }

    fn parties(&mut self, raw: &Spanned<Vec<RawParty>>) -> Vec<Party> {
        let mut parties: Vec<Party> = Vec::new();
        if raw.get_ref().is_empty() {
            self.problems.push(Problem::error("no-party", raw.span(), "an agreement needs a party"));
        }
        for party in raw.get_ref() {
            let id = party.id.get_ref();
            if parties.iter().any(|other| other.id == *id) {
                let message = format!("the party `{id}` is listed twice");
                self.problems.push(Problem::error("duplicate-party", party.id.span(), message));
            }
            for name in std::iter::once(id).chain(&party.roles).filter(|name| !is_id(name)) {
                let message = format!("`{name}` can't be the id of a party or role");
                self.problems.push(
                    Problem::error("party-id", party.id.span(), message)
                        .hint("use lowercase letters, digits and hyphens"),
                );
            }
            let roles = party.roles.iter().map(|role| RoleId::new(format!("{id}/{role}"))).collect();
            parties.push(Party { id: id.clone(), name: party.name.clone(), roles });
        }
        parties
    }

    fn presume(&mut self, raw: &BTreeMap<Spanned<String>, Spanned<OneOrMany>>) -> Facts {
        let mut facts = Facts::default();
        for (name, members) in raw {
            match presumed(self.vocabulary, name.get_ref(), members.get_ref().names()) {
                Ok((fact, value)) => facts.insert(fact, value),
                Err(error) => self.problems.push(Problem::fact("presume", error, name, members)),
            }
        }
        facts
    }
}

pub(crate) fn is_id(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}
