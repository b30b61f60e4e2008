//! Edits to a draft's text.

use std::ops::Range;

use carveout_terms::{Agreement, Clause, ExampleRuling, Policy, RoleId, Vocabulary};

use super::CounterError;
use crate::{
    Cube,
    drafting::{Head, NewClause, Rule, Spelling, give, listed},
};

/// One change to the text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Change {
    /// A clause loses everything but its number and heading.
    Reserve { clause: String },
    /// A restriction gets an exception.
    Except { policy: String, clause: String, cubes: Vec<Cube> },
    /// A new clause.
    Add(Added),
    /// A new clause that is left out for once: those after it keep their numbers.
    LeftOut,
}

/// A new clause.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Added {
    pub(super) rule: Rule,
    pub(super) spelling: Spelling,
    /// An example, once one is known.
    pub(super) example: Option<(ExampleRuling, String)>,
}

impl Added {
    pub(super) const fn new(rule: Rule) -> Self {
        Self { rule, spelling: Spelling::Usual, example: None }
    }
}

/// What follows a changed version, so that nobody takes one text for the other.
const COUNTERED: &str = "-counter";

/// The draft with these changes. What is read back is a draft: its examples may fail, and are seen to later.
pub(super) fn changed(
    draft: &Agreement,
    changes: &[Change],
    vocabulary: &Vocabulary,
) -> Result<Agreement, CounterError> {
    let plain = written(draft, changes, vocabulary, &[])?;
    let read = read(&plain, vocabulary)?;
    // An exception may cover silence, and then its author has to say so.
    let silent: Vec<String> = silent(&read).filter(|policy| !silent_before(draft, policy)).collect();
    if silent.is_empty() {
        return Ok(read);
    }
    self::read(&written(draft, changes, vocabulary, &silent)?, vocabulary)
}

fn read(text: &str, vocabulary: &Vocabulary) -> Result<Agreement, CounterError> {
    Agreement::draft(text, vocabulary).map_err(|problems| CounterError::Unwritable(problems.to_string()))
}

/// The policies that are escaped by saying nothing, and don't say why.
fn silent(agreement: &Agreement) -> impl Iterator<Item = String> {
    let warnings = agreement.warnings();
    let silent: Vec<Range<usize>> = warnings
        .list()
        .iter()
        .filter(|warning| warning.code == "silent")
        .map(|warning| warning.span.clone())
        .collect();
    let ids: Vec<String> = agreement
        .policies()
        .iter()
        .filter(|policy| silent.contains(&policy.span()))
        .map(|policy| policy.id().to_owned())
        .collect();
    ids.into_iter()
}

fn silent_before(draft: &Agreement, policy: &str) -> bool {
    silent(draft).any(|silent| silent == policy)
}

fn written(
    draft: &Agreement,
    changes: &[Change],
    vocabulary: &Vocabulary,
    silent: &[String],
) -> Result<String, CounterError> {
    let source = draft.source();
    let mut replaced: Vec<(Range<usize>, String)> = Vec::new();
    for change in changes {
        match change {
            Change::Reserve { clause } => {
                let Some(clause) = draft.clause(clause) else { continue };
                replaced.push((body(draft, clause), "\n\nReserved.\n\n".to_owned()));
            }
            Change::Except { policy, cubes, .. } => {
                let Some(policy) = draft.policies().iter().find(|known| known.id() == policy) else {
                    continue;
                };
                replaced.extend(excepted(source, policy, cubes, vocabulary));
                if silent.iter().any(|id| id == policy.id()) {
                    let at = policy.span().start;
                    let reason = "the exception covers what a Use leaves unsaid";
                    replaced.push((at..at, format!("@silent(\"{reason}\")\n")));
                }
            }
            Change::Add(..) | Change::LeftOut => {}
        }
    }
    let roles: Vec<&RoleId> = changes
        .iter()
        .filter_map(|change| match change {
            Change::Add(Added { rule: Rule::Hold(role, _), .. }) => Some(role),
            _ => None,
        })
        .collect();
    replaced.push(head(draft, &roles, vocabulary)?);
    replaced.sort_by_key(|(place, _)| std::cmp::Reverse((place.start, place.end)));
    let mut text = source.to_string();
    for (place, new) in replaced {
        if text.get(place.clone()).is_some() {
            text.replace_range(place, &new);
        }
    }
    Ok(text + &added(draft, changes, vocabulary))
}

/// The head with another version, and with the roles that clauses now name.
fn head(
    draft: &Agreement,
    roles: &[&RoleId],
    vocabulary: &Vocabulary,
) -> Result<(Range<usize>, String), CounterError> {
    let source = draft.source();
    let version = format!("{}{COUNTERED}", draft.version());
    let end = head_end(source);
    let mut head = Head { version: &version, ..Head::of(draft, vocabulary) };
    let missing = |role: &&&RoleId| !head.parties.iter().any(|party| party.roles.contains(role));
    let version_line = lines(source, 0..end).find(|line| {
        let text = source.get(line.clone()).unwrap_or_default();
        text.strip_prefix("version").is_some_and(|rest| rest.trim_start().starts_with('='))
    });
    match (roles.iter().any(|role| missing(&role)), version_line) {
        // Only the version is touched: the rest of the head stays as its author laid it out.
        (false, Some(line)) => Ok((line, format!("version = {version:?}"))),
        _ => {
            for role in roles {
                give(&mut head.parties, role).ok_or(CounterError::Unwritable(format!(
                    "no party of the draft can give the role `{role}`"
                )))?;
            }
            Ok((0..end, head.to_string()))
        }
    }
}

/// Where the head ends: after its second line `+++`.
fn head_end(source: &str) -> usize {
    let mut fences = lines(source, 0..source.len())
        .filter(|line| source.get(line.clone()).is_some_and(|text| text.trim_end() == "+++"));
    let end = fences.nth(1).map_or(0, |line| line.end);
    if source.get(end..).is_some_and(|rest| rest.starts_with('\n')) { end + 1 } else { end }
}

/// The lines of a part of a text, their ends left out.
fn lines(source: &str, part: Range<usize>) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut start = part.start;
    source.get(part).unwrap_or_default().split_inclusive('\n').map(move |line| {
        let place = start..start + line.trim_end_matches(['\n', '\r']).len();
        start += line.len();
        place
    })
}

/// What stands between a clause's heading and the next one.
fn body(draft: &Agreement, clause: &Clause) -> Range<usize> {
    let source = draft.source();
    let start = clause.span().end;
    let start = source.get(..start).map_or(start, |before| before.trim_end().len());
    let next = draft.clauses().iter().map(|other| other.span().start).filter(|other| *other > start).min();
    let mut end = next.unwrap_or(source.len());
    let mut fenced = false;
    for line in lines(source, start..end).skip(1) {
        let text = source.get(line.clone()).unwrap_or_default();
        fenced ^= is_fence(text);
        if !fenced && text.starts_with('#') {
            end = line.start;
            break;
        }
    }
    start..end
}

fn is_fence(line: &str) -> bool {
    ["```", "~~~"].iter().any(|fence| line.trim_start().starts_with(fence))
}

/// An exception at the end of a policy, and a sentence about it below its block.
fn excepted(
    source: &str,
    policy: &Policy,
    cubes: &[Cube],
    vocabulary: &Vocabulary,
) -> Vec<(Range<usize>, String)> {
    let span = policy.span();
    let end =
        source.get(span.clone()).and_then(|text| text.rfind(';')).map_or(span.end, |at| span.start + at);
    let condition = format!("\nunless {{\n  {}\n}}", listed(vocabulary, cubes));
    let closing = lines(source, span.end..source.len())
        .find(|line| source.get(line.clone()).is_some_and(is_fence))
        .map_or(source.len(), |line| line.end);
    let words: Vec<String> = cubes.iter().map(|cube| cube.words(vocabulary).to_string()).collect();
    let sentence = match words.as_slice() {
        [one] => format!("\n\nThis does not reach a Use where {one}."),
        several => {
            format!("\n\nThis does not reach a Use in any of these cases:\n\n- {}", several.join("\n- "))
        }
    };
    vec![(end..end, condition), (closing..closing, sentence)]
}

/// New clauses, in a chapter of their own at the end.
fn added(draft: &Agreement, changes: &[Change], vocabulary: &Vocabulary) -> String {
    let mut text = String::new();
    for (number, change) in numbered(draft, changes) {
        let (Change::Add(Added { rule, spelling, example }), Some(number)) = (change, number) else {
            continue;
        };
        if text.is_empty() {
            let chapter = number.split('.').next().unwrap_or_default();
            text = format!("\n## {chapter} Amendments\n\nThese clauses amend those before them.\n");
        }
        let heading = match rule {
            Rule::Permit { .. } | Rule::PermitCubes(_) => "Also permitted",
            Rule::Forbid(_) => "Not included",
            Rule::Hold(..) => "Only with an approval",
        };
        let clause = NewClause {
            number,
            heading: heading.to_owned(),
            rule: rule.clone(),
            spelling: *spelling,
            note: String::new(),
            example: example.clone(),
        };
        text.push_str(&format!("\n{}", clause.shown(vocabulary)));
    }
    if draft.source().ends_with('\n') { text } else { format!("\n{text}") }
}

/// Every change, with the number of the clause that it adds if it adds one.
pub(super) fn numbered<'c>(
    draft: &Agreement,
    changes: &'c [Change],
) -> impl Iterator<Item = (Option<String>, &'c Change)> {
    let first = |clause: &Clause| clause.number().split('.').next().and_then(|part| part.parse::<u64>().ok());
    let chapter = draft.clauses().iter().filter_map(first).max().unwrap_or(0).saturating_add(1);
    let mut count = 0;
    changes.iter().map(move |change| {
        let adds = matches!(change, Change::Add(..) | Change::LeftOut);
        count += usize::from(adds);
        (adds.then(|| format!("{chapter}.{count}")), change)
    })
}

/// The agreement without the examples that it no longer bears out, and those examples.
pub(super) fn without_failing_examples(
    agreement: &Agreement,
    vocabulary: &Vocabulary,
) -> Result<(Agreement, Vec<LostExample>), CounterError> {
    let warnings = agreement.warnings();
    let ungrounded: Vec<Range<usize>> = warnings
        .list()
        .iter()
        .filter(|warning| warning.code == "ungrounded-example")
        .map(|warning| warning.span.clone())
        .collect();
    let mut lost: Vec<(Range<usize>, LostExample)> = agreement
        .run_examples(vocabulary)
        .into_iter()
        .filter(|outcome| outcome.failure.is_some() || ungrounded.contains(&outcome.example.span()))
        .map(|outcome| {
            let example = outcome.example;
            let lost = LostExample {
                clause: example.clause().to_owned(),
                expected: example.expected().to_string(),
                use_: example.text().to_owned(),
            };
            (example.span(), lost)
        })
        .collect();
    lost.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    let mut text = agreement.source().to_string();
    for (span, _) in &lost {
        if text.get(span.clone()).is_some() {
            text.replace_range(span.clone(), "");
        }
    }
    lost.reverse();
    Ok((read(&text, vocabulary)?, lost.into_iter().map(|(_, lost)| lost).collect()))
}

/// An agreed example that the edited draft no longer bears out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LostExample {
    /// Its clause.
    pub clause: String,
    /// The ruling that was expected.
    pub expected: String,
    /// The use, as a dictionary.
    pub use_: String,
}
