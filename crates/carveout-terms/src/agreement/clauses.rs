//! Clauses: what their headings, prose and blocks add up to.

use std::{collections::BTreeMap, ops::Range};

use super::{
    Example, Policy,
    compile::Compiler,
    examples,
    markdown::{Block, Section, first_sentence, references},
};
use crate::{Problem, Vocabulary, law::Condition, problem::nearest};

/// What a clause does. It follows from the clause's policies.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClauseKind {
    /// It permits.
    Grant,
    /// It forbids.
    Restriction,
    /// It forbids with an exception, or permits within what another clause of its part forbids.
    CarveOut,
    /// It obliges somebody to record or report. The gateway's ledger carries out `record`.
    Duty,
    /// It has no effect on rulings.
    Prose,
}

impl ClauseKind {
    /// The word used in tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Grant => "grant",
            Self::Restriction => "restriction",
            Self::CarveOut => "carve-out",
            Self::Duty => "duty",
            Self::Prose => "prose",
        }
    }
}

/// A numbered clause.
#[derive(Debug, Clone)]
pub struct Clause {
    number: String,
    heading: String,
    prose: String,
    kind: ClauseKind,
    span: Range<usize>,
}

impl Clause {
    /// The number, such as `4.2`.
    #[must_use]
    pub fn number(&self) -> &str {
        &self.number
    }

    /// The heading without its number.
    #[must_use]
    pub fn heading(&self) -> &str {
        &self.heading
    }

    /// The prose, its paragraphs separated by blank lines.
    #[must_use]
    pub fn prose(&self) -> &str {
        &self.prose
    }

    /// The first sentence of the prose, which refusals cite.
    #[must_use]
    pub fn sentence(&self) -> &str {
        first_sentence(self.prose.split("\n\n").next().unwrap_or_default())
    }

    /// What the clause does.
    #[must_use]
    pub const fn kind(&self) -> ClauseKind {
        self.kind
    }

    /// Where its heading is in the source.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }
}

/// The code of an example that its clause can't have caused.
pub(super) const UNGROUNDED: &str = "ungrounded-example";

/// What the sections of an agreement amount to.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) title: Option<String>,
    pub(super) clauses: Vec<Clause>,
    pub(super) policies: Vec<Policy>,
    pub(super) examples: Vec<Example>,
}

pub(super) fn read(
    source: &str,
    sections: Vec<Section>,
    vocabulary: &Vocabulary,
    compiler: &Compiler<'_>,
    problems: &mut Vec<Problem>,
) -> Read {
    let numbers = numbers(&sections, problems);
    let mut read = Read::default();
    for section in sections {
        check_references(source, &section, &numbers, problems);
        match &section.number {
            Some(number) => {
                let policies = read.policies.len();
                let mut duty = false;
                for block in &section.blocks {
                    match block.language.as_str() {
                        "cedar" => read.policies.extend(compiler.block(number, block, problems)),
                        "uses" => {
                            read.examples.extend(examples::block(
                                source, number, block, vocabulary, &numbers, problems,
                            ));
                        }
                        "duty" => duty |= check_duty(source, block, problems),
                        _ => check_read_only(source, block, problems),
                    }
                }
                let own = read.policies.get_mut(policies..).unwrap_or_default();
                super::policies::name_policies(number, own);
                read.clauses.push(clause(&section, number, own, duty));
            }
            None => {
                if read.title.is_none() && !section.heading.is_empty() {
                    read.title = Some(section.heading.clone());
                }
                outside_clauses(source, &section, problems);
            }
        }
    }
    check_examples(&read, problems);
    read
}

fn clause(section: &Section, number: &str, policies: &[Policy], duty: bool) -> Clause {
    let prose: Vec<&str> = section.prose.iter().map(|prose| prose.text.as_str()).collect();
    Clause {
        number: number.to_owned(),
        heading: section.heading.clone(),
        prose: prose.join("\n\n"),
        kind: kind(policies, duty),
        span: section.heading_span.clone(),
    }
}

fn kind(policies: &[Policy], duty: bool) -> ClauseKind {
    let (permits, forbids): (Vec<_>, Vec<_>) = policies.iter().partition(|policy| policy.permits());
    let excepted = |policy: &&&Policy| {
        policy.condition().conjuncts().iter().any(|part| match part {
            Condition::Not(inner) => !matches!(**inner, Condition::Test(_)),
            _ => false,
        }) || policy.has_unless()
    };
    match (permits.is_empty(), forbids.is_empty()) {
        (true, true) if duty => ClauseKind::Duty,
        (true, true) => ClauseKind::Prose,
        (false, true) => ClauseKind::Grant,
        (true, false) if forbids.iter().any(|policy| excepted(&policy)) => ClauseKind::CarveOut,
        (true, false) => ClauseKind::Restriction,
        (false, false) => ClauseKind::CarveOut,
    }
}

/// Every clause number and where it stands; a number that stands twice is a problem.
fn numbers(sections: &[Section], problems: &mut Vec<Problem>) -> BTreeMap<String, Range<usize>> {
    let mut numbers: BTreeMap<String, Range<usize>> = BTreeMap::new();
    for section in sections {
        let Some(number) = &section.number else { continue };
        if numbers.contains_key(number) {
            let message = format!("there are two clauses {number}");
            problems.push(
                Problem::error("duplicate-clause", section.heading_span.clone(), message)
                    .hint("give every clause its own number: decisions cite it"),
            );
        }
        numbers.insert(number.clone(), section.heading_span.clone());
    }
    numbers
}

fn check_references(
    source: &str,
    section: &Section,
    numbers: &BTreeMap<String, Range<usize>>,
    problems: &mut Vec<Problem>,
) {
    for prose in &section.prose {
        for (number, place) in references(source.get(prose.span.clone()).unwrap_or_default()) {
            if !numbers.contains_key(&number) {
                let span = prose.span.start + place.start..prose.span.start + place.end;
                let message = format!("there is no clause {number}");
                problems.push(
                    Problem::error("missing-clause", span, message)
                        .maybe_hint(nearest(&number, numbers.keys().map(String::as_str)))
                        .hint("refer to a clause of this agreement, or say whose it is: `clause 7 of the …`"),
                );
            }
        }
    }
}

fn outside_clauses(source: &str, section: &Section, problems: &mut Vec<Problem>) {
    for block in &section.blocks {
        let (code, what) = match block.language.as_str() {
            "cedar" => ("policy-outside-clause", "a policy"),
            "uses" => ("example-outside-clause", "an example"),
            "duty" => ("duty-outside-clause", "a duty"),
            _ => {
                check_read_only(source, block, problems);
                continue;
            }
        };
        let message = format!("{what} outside any numbered clause");
        problems.push(
            Problem::error(code, block.span.clone(), message)
                .hint("put it under a heading such as `### 4.2 Bulk data`"),
        );
    }
}

/// What isn't marked as a policy isn't run. It must not look as if it were.
fn check_read_only(source: &str, block: &Block, problems: &mut Vec<Problem>) {
    const KNOWN: [&str; 3] = ["cedar", "uses", "duty"];
    let written = block.language.as_str();
    let word = written.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let text = source.get(block.content.clone()).unwrap_or_default();
    let meant = KNOWN.iter().any(|known| word.eq_ignore_ascii_case(known));
    if meant || nearest(word, KNOWN).is_some() && !word.is_empty() {
        let message = format!("a block marked `{written}` is not run");
        problems.push(
            Problem::error("unknown-block", block.span.clone(), message)
                .maybe_hint(nearest(word, KNOWN))
                .hint("mark it `cedar`, `uses` or `duty`, in lowercase and with nothing after it"),
        );
    } else if looks_like_policy(text) {
        problems.push(
            Problem::error("unmarked-policy", block.span.clone(), "this policy is not run")
                .hint("put it into a block that starts with ```cedar, not indented"),
        );
    }
}

fn looks_like_policy(text: &str) -> bool {
    ["permit", "forbid"]
        .iter()
        .any(|effect| text.split(effect).skip(1).any(|rest| rest.trim_start().starts_with('(')))
}

fn check_duty(source: &str, block: &Block, problems: &mut Vec<Problem>) -> bool {
    for line in source.get(block.content.clone()).unwrap_or_default().lines().map(str::trim) {
        if !line.is_empty() && line != "record" {
            let message = format!("`{line}` is no duty that can be carried out here");
            problems.push(
                Problem::error("duty", block.span.clone(), message)
                    .hint("write `record`; leave other duties to the prose"),
            );
        }
    }
    true
}

/// A denial or hold that its own clause can't have caused is an example of something else.
fn check_examples(read: &Read, problems: &mut Vec<Problem>) {
    for example in &read.examples {
        let restricts =
            read.policies.iter().any(|policy| policy.clause() == example.clause() && !policy.permits());
        if !matches!(example.expected(), super::ExampleRuling::Permit) && !restricts {
            let message =
                format!("clause {} forbids nothing, so it can't deny or hold this use", example.clause());
            problems.push(
                Problem::error(UNGROUNDED, example.span(), message).hint(
                    "move the example to the clause that forbids it, or name that clause: `deny 4.2: …`",
                ),
            );
        }
    }
}
