//! A program: a task order or project, the agreements that bind it, and the keys that speak for it.

use std::{collections::BTreeMap, ops::Range};

use toml::Spanned;

use crate::{
    Attester, Facts, MemberSet, Problem, Problems, Speaker, Timestamp, Tool, ToolError, Value, Vocabulary,
    agreement::is_id,
    facts::{presumed, stated},
};

/// A program's registration.
#[derive(Clone, Debug)]
pub struct Program {
    id: String,
    name: String,
    agreements: Vec<String>,
    purposes: Option<MemberSet>,
    facts: Facts,
    presume: Facts,
    keys: Vec<ProgramKey>,
    tools: Vec<Tool>,
}

/// A key that a program's callers authenticate with. Only its digest is kept.
#[derive(Clone, Debug)]
pub struct ProgramKey {
    /// The id, which is part of the key's text and may be logged.
    pub id: String,
    /// SHA-256 of the key's whole text.
    pub sha256: [u8; 32],
    /// The first moment at which it is no longer good.
    pub expires: Option<Timestamp>,
    /// What a request with this key claims where it says nothing itself.
    pub claim: Facts,
}

/// A claim names a purpose that the program isn't registered for.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "the program `{program}` is not registered for the purpose `{purpose}`; ask its contracts officer to add it"
)]
pub struct PurposeRefused {
    /// The program.
    pub program: String,
    /// The purpose claimed.
    pub purpose: String,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    program: Spanned<String>,
    name: Option<String>,
    agreements: Spanned<Vec<String>>,
    purposes: Option<Spanned<Vec<String>>>,
    #[serde(default)]
    facts: BTreeMap<Spanned<String>, Spanned<Names>>,
    #[serde(default)]
    presume: BTreeMap<Spanned<String>, Spanned<Names>>,
    #[serde(default)]
    key: Vec<RawKey>,
    #[serde(default)]
    tool: Vec<Spanned<RawTool>>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTool {
    name: String,
    effect: Option<String>,
    #[serde(default)]
    labels: Vec<String>,
    rows: Option<u64>,
    reports_rows: Option<String>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct RawKey {
    id: Spanned<String>,
    sha256: Spanned<String>,
    expires: Option<Spanned<toml::value::Datetime>>,
    claim: Option<Spanned<String>>,
}

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Names {
    One(String),
    Many(Vec<String>),
}

impl Names {
    fn list(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Many(names) => names,
        }
    }
}

impl Program {
    /// Reads a program's registration from TOML.
    ///
    /// # Errors
    /// Reports every problem, each with a span into `source`.
    pub fn parse(source: &str, vocabulary: &Vocabulary) -> Result<Self, Problems> {
        let failed = |problems| Problems::new("program", source, problems);
        let raw: Raw = toml::from_str(source).map_err(|error| {
            let span = error.span().unwrap_or(0..source.len());
            failed(vec![Problem::error("program", span, error.message().replace('\n', "; "))])
        })?;
        let mut reading = Reading { vocabulary, problems: Vec::new() };
        let program = reading.program(&raw);
        if reading.problems.is_empty() { Ok(program) } else { Err(failed(reading.problems)) }
    }

    /// The id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The name that people know.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The ids of the agreements that bind it, in order.
    #[must_use]
    pub fn agreements(&self) -> &[String] {
        &self.agreements
    }

    /// The facts registered for it.
    #[must_use]
    pub const fn facts(&self) -> &Facts {
        &self.facts
    }

    /// What is presumed about its uses.
    #[must_use]
    pub const fn presume(&self) -> &Facts {
        &self.presume
    }

    /// Its keys.
    #[must_use]
    pub fn keys(&self) -> &[ProgramKey] {
        &self.keys
    }

    /// The tools registered for it.
    #[must_use]
    pub fn tools(&self) -> &[Tool] {
        &self.tools
    }

    /// Whether a claim stays within the purposes that the program is registered for.
    ///
    /// # Errors
    /// If it names another purpose. A claim that names none is left for the agreements to rule on.
    pub fn admits(&self, claim: &Facts, vocabulary: &Vocabulary) -> Result<(), PurposeRefused> {
        let Some(purposes) = &self.purposes else { return Ok(()) };
        let Some(fact) = vocabulary.fact("purpose") else { return Ok(()) };
        let Some(enumeration) = vocabulary.get(fact).kind().enumeration() else { return Ok(()) };
        match claim.get(fact) {
            Some(Value::Member(member))
                if *member != enumeration.unknown() && !purposes.contains(*member) =>
            {
                Err(PurposeRefused {
                    program: self.id.clone(),
                    purpose: enumeration.member_name(*member).to_owned(),
                })
            }
            _ => Ok(()),
        }
    }
}

struct Reading<'v> {
    vocabulary: &'v Vocabulary,
    problems: Vec<Problem>,
}

impl Reading<'_> {
    fn program(&mut self, raw: &Raw) -> Program {
        let id = raw.program.get_ref().clone();
        if !is_id(&id) {
            let message =
                format!("`{id}` can't be a program's id; use lowercase letters, digits and hyphens");
            self.problem("program-id", raw.program.span(), message);
        }
        if raw.agreements.get_ref().is_empty() {
            self.problem("no-agreements", raw.agreements.span(), "a program needs at least one agreement");
        }
        Program {
            name: raw.name.clone().unwrap_or_else(|| id.clone()),
            agreements: raw.agreements.get_ref().clone(),
            purposes: raw.purposes.as_ref().map(|purposes| self.purposes(purposes)),
            facts: self.facts(&raw.facts),
            presume: self.presume(&raw.presume),
            keys: self.keys(&raw.key),
            tools: self.tools(&raw.tool),
            id,
        }
    }

    fn purposes(&mut self, raw: &Spanned<Vec<String>>) -> MemberSet {
        let fact = self.vocabulary.fact("purpose");
        let enumeration = fact.and_then(|fact| self.vocabulary.get(fact).kind().enumeration());
        let Some(enumeration) = enumeration else {
            self.problem("purposes", raw.span(), "this vocabulary has no purposes");
            return MemberSet::default();
        };
        let mut purposes = MemberSet::default();
        for name in raw.get_ref() {
            match enumeration.resolve(name) {
                Some(members) => members.iter().for_each(|member| purposes.insert(member)),
                None => self.problems.push(
                    Problem::error("unknown-purpose", raw.span(), format!("there is no purpose `{name}`"))
                        .maybe_hint(enumeration.suggest(name)),
                ),
            }
        }
        purposes
    }

    fn facts(&mut self, raw: &BTreeMap<Spanned<String>, Spanned<Names>>) -> Facts {
        let speaker = Speaker::As(Attester::Program);
        let mut facts = Facts::default();
        for (name, value) in raw {
            match stated(self.vocabulary, name.get_ref(), value.get_ref().list(), speaker) {
                Ok((fact, value)) => facts.insert(fact, value),
                Err(error) => self.problems.push(Problem::fact("facts", error, name, value)),
            }
        }
        facts
    }

    fn presume(&mut self, raw: &BTreeMap<Spanned<String>, Spanned<Names>>) -> Facts {
        let mut facts = Facts::default();
        for (name, value) in raw {
            match presumed(self.vocabulary, name.get_ref(), value.get_ref().list()) {
                Ok((fact, value)) => facts.insert(fact, value),
                Err(error) => self.problems.push(Problem::fact("presume", error, name, value)),
            }
        }
        facts
    }

    fn keys(&mut self, raw: &[RawKey]) -> Vec<ProgramKey> {
        let mut keys: Vec<ProgramKey> = Vec::new();
        for key in raw {
            let id = key.id.get_ref();
            if keys.iter().any(|other| other.id == *id) {
                self.problem("duplicate-key", key.id.span(), format!("the key `{id}` is listed twice"));
            }
            if !is_id(id) {
                let message =
                    format!("`{id}` can't be a key's id; use lowercase letters, digits and hyphens");
                self.problem("key-id", key.id.span(), message);
            }
            let Some(sha256) = hex(key.sha256.get_ref()) else {
                let message = "`sha256` is not 64 lowercase hexadecimal digits; print them with `carveout keygen --program`";
                self.problem("key-digest", key.sha256.span(), message);
                continue;
            };
            let expires = key.expires.as_ref().and_then(|written| {
                let parsed: Result<Timestamp, _> = written.get_ref().to_string().parse();
                parsed.map_err(|error| self.problem("time", written.span(), error.to_string())).ok()
            });
            let claim = key.claim.as_ref().map(|claim| self.claim(claim)).unwrap_or_default();
            keys.push(ProgramKey { id: id.clone(), sha256, expires, claim });
        }
        keys
    }

    fn tools(&mut self, raw: &[Spanned<RawTool>]) -> Vec<Tool> {
        let mut tools: Vec<Tool> = Vec::new();
        for written in raw {
            let RawTool { name, effect, labels, rows, reports_rows } = written.get_ref();
            let tool = Tool::register(self.vocabulary, name, effect.as_deref(), labels, *rows);
            let tool = match tool.and_then(|tool| tool.reporting(reports_rows.as_deref())) {
                Ok(tool) if tools.iter().all(|other| other.name() != name) => Ok(tool),
                Ok(_) => Err(ToolError::Twice(name.clone())),
                Err(error) => Err(error),
            };
            match tool {
                Ok(tool) => tools.push(tool),
                Err(error) => self.problem("tool", written.span(), error.to_string()),
            }
        }
        tools
    }

    fn claim(&mut self, claim: &Spanned<String>) -> Facts {
        Facts::parse(self.vocabulary, claim.get_ref(), Attester::Caller).unwrap_or_else(|errors| {
            self.problem("claim", claim.span(), errors.to_string());
            Facts::default()
        })
    }

    fn problem(&mut self, code: &'static str, span: Range<usize>, message: impl Into<String>) {
        self.problems.push(Problem::error(code, span, message));
    }
}

fn hex(text: &str) -> Option<[u8; 32]> {
    let digits: Vec<u8> = text
        .bytes()
        .map(|byte| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        })
        .collect::<Option<_>>()?;
    let bytes: Vec<u8> =
        digits.chunks_exact(2).filter_map(|pair| Some(pair.first()? << 4 | pair.get(1)?)).collect();
    if digits.len() == 64 { bytes.try_into().ok() } else { None }
}
