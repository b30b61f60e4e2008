//! Agreed examples: a use, and the ruling that both parties expect of it.

use std::{collections::BTreeMap, fmt, ops::Range};

use super::{Agreement, Applies, Assignment, Local, markdown::Block};
use crate::{FactId, Facts, Problem, Value, Vocabulary, problem::nearest};

/// The ruling that an example expects.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ExampleRuling {
    /// The agreement permits the use.
    Permit,
    /// The agreement holds it for a role.
    Hold,
    /// The agreement denies it.
    Deny,
}

impl fmt::Display for ExampleRuling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Permit => "permit",
            Self::Hold => "hold",
            Self::Deny => "deny",
        })
    }
}

/// One line of a `uses` block: `deny: purpose=…, volume=bulk`.
#[derive(Debug, Clone)]
pub struct Example {
    clause: String,
    expected: ExampleRuling,
    facts: Facts,
    text: String,
    span: Range<usize>,
}

impl Example {
    /// The clause it illustrates: the one it stands in, or the one it names.
    #[must_use]
    pub fn clause(&self) -> &str {
        &self.clause
    }

    /// The ruling expected.
    #[must_use]
    pub const fn expected(&self) -> ExampleRuling {
        self.expected
    }

    /// The facts it states.
    #[must_use]
    pub const fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The facts as written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where it is in the source.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }
}

/// What running an example showed.
#[derive(Debug, Clone)]
pub struct ExampleOutcome<'a> {
    /// The example.
    pub example: &'a Example,
    /// The ruling that the agreement by itself gives.
    pub ruling: ExampleRuling,
    /// The clauses that the ruling rests on.
    pub grounds: Vec<String>,
    /// Why the example fails, if it does.
    pub failure: Option<String>,
}

/// Reads the lines of a `uses` block.
pub(super) fn block(
    source: &str,
    clause: &str,
    block: &Block,
    vocabulary: &Vocabulary,
    numbers: &BTreeMap<String, Range<usize>>,
    problems: &mut Vec<Problem>,
) -> Vec<Example> {
    let mut examples = Vec::new();
    let mut start = block.content.start;
    for line in source.get(block.content.clone()).unwrap_or_default().split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        let span = start + indent..start + line.trim_end().len().max(indent);
        start += line.len();
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        match example(line.trim(), clause, &span, vocabulary, numbers) {
            Ok(example) => examples.push(example),
            Err(problem) => problems.push(problem),
        }
    }
    examples
}

fn example(
    line: &str,
    own: &str,
    span: &Range<usize>,
    vocabulary: &Vocabulary,
    numbers: &BTreeMap<String, Range<usize>>,
) -> Result<Example, Problem> {
    let shape = "write `permit: fact=member, …`, `deny: …` or `hold: …`; `deny 4.2: …` names another clause";
    let malformed = || Problem::error("example", span.clone(), format!("`{line}` is no example")).hint(shape);
    let (head, facts) = line.split_once(':').ok_or_else(malformed)?;
    let (ruling, named) = head.trim().split_once(' ').unwrap_or((head.trim(), ""));
    let expected = match ruling {
        "permit" => ExampleRuling::Permit,
        "hold" => ExampleRuling::Hold,
        "deny" => ExampleRuling::Deny,
        _ => return Err(malformed()),
    };
    let clause = if named.trim().is_empty() { own } else { named.trim() };
    if !numbers.contains_key(clause) {
        let message = format!("the example names clause `{clause}`, which doesn't exist");
        let hint = nearest(clause, numbers.keys().map(String::as_str));
        return Err(Problem::error("missing-clause", span.clone(), message).maybe_hint(hint));
    }
    let facts_text = facts.trim();
    let parsed = Facts::suppose(vocabulary, facts_text)
        .map_err(|errors| Problem::error("example-facts", span.clone(), errors.to_string()))?;
    Ok(Example {
        clause: clause.to_owned(),
        expected,
        facts: parsed,
        text: facts_text.to_owned(),
        span: span.clone(),
    })
}

impl Agreement {
    /// Runs the agreed examples on this agreement alone, as `check` does.
    ///
    /// An example runs on its own facts and the presumptions. Of what it doesn't state, enumerated
    /// facts are `unknown`, counts are zero, the target is one that the agreement governs, and the
    /// time is the moment the agreement takes effect.
    #[must_use]
    pub fn run_examples(&self, vocabulary: &Vocabulary) -> Vec<ExampleOutcome<'_>> {
        self.examples.iter().map(|example| self.run_example(vocabulary, example)).collect()
    }

    fn run_example<'a>(&'a self, vocabulary: &Vocabulary, example: &'a Example) -> ExampleOutcome<'a> {
        let assignment = self.supposed(vocabulary, &example.facts);
        let local = self.rule(vocabulary, &assignment, &[]);
        let (ruling, grounds) = self.outcome(&local);
        let failure = if self.applies(vocabulary, &assignment) != Applies::Yes {
            Some("the agreement doesn't apply to this target at this time".to_owned())
        } else if let Some((policy, message)) = &local.failed {
            Some(format!("policy {policy} failed to evaluate: {message}"))
        } else if ruling != example.expected {
            Some(format!("expected {}, but the ruling is {ruling}", example.expected))
        } else if ruling != ExampleRuling::Permit && !grounds.contains(&example.clause) {
            let by = if grounds.is_empty() { "no clause".to_owned() } else { grounds.join(", ") };
            Some(format!("the ruling is right, but it is grounded in {by}, not in clause {}", example.clause))
        } else {
            None
        };
        ExampleOutcome { example, ruling, grounds, failure }
    }

    /// The use that an example or a what-if means, on a plain target that this agreement governs.
    pub(crate) fn supposed(&self, vocabulary: &Vocabulary, facts: &Facts) -> Assignment {
        let mut values: Vec<Value> = vocabulary
            .facts()
            .map(|(_, fact)| {
                Value::silence(fact.kind()).unwrap_or(match fact.kind() {
                    crate::FactKind::Bool => Value::Bool(false),
                    crate::FactKind::Datetime => Value::Datetime(self.window.effective),
                    _ => Value::Long(0),
                })
            })
            .collect();
        let mut set = |fact: FactId, value: Value| {
            if let Some(place) = values.get_mut(fact.index()) {
                *place = value;
            }
        };
        for (fact, members) in &self.governs {
            if let Some(first) = members.iter().next() {
                set(*fact, Value::Member(first));
            }
        }
        for (fact, value) in facts.iter() {
            set(fact, value.clone());
        }
        Assignment::new(values)
    }

    fn outcome(&self, local: &Local) -> (ExampleRuling, Vec<String>) {
        let clauses = |policies: &[usize]| {
            let mut clauses: Vec<String> = policies
                .iter()
                .filter_map(|policy| self.policies.get(*policy))
                .map(|policy| policy.clause().to_owned())
                .collect();
            clauses.dedup();
            clauses
        };
        if local.permitted(self.role) {
            (ExampleRuling::Permit, clauses(&local.permits))
        } else if local.permitted_if_lifted(self.role) {
            (ExampleRuling::Hold, clauses(&local.holds))
        } else {
            (
                ExampleRuling::Deny,
                clauses(&local.forbids.iter().chain(&local.holds).copied().collect::<Vec<_>>()),
            )
        }
    }

    /// The permit examples that are permitted only because something was presumed.
    #[must_use]
    pub fn rests_on_presumption(&self, vocabulary: &Vocabulary, example: &Example) -> bool {
        let without = self.supposed(vocabulary, &example.facts);
        let local = self.rule_without_presumptions(vocabulary, &without);
        example.expected == ExampleRuling::Permit && !local.permitted(self.role)
    }
}
