//! What `check` proves about an agreement: what each clause is worth, and which do nothing.

use std::{sync::Arc, time::Duration};

use carveout_proof::{Contradiction, Grade, Graded, Idle, IdleReason, Prover, WhatIfError};
use carveout_terms::{Agreement, Attester, ClauseRef, Condition, Fact, Facts, Vocabulary};
use miette::miette;
use serde_json::{Value as Json, json};

use crate::{
    cli::Limits,
    commands::judge::measured::{Measured, Measurements},
    output::Printer,
    proving::{Means, prove as run},
};

/// Everything proven about one agreement.
#[derive(Debug)]
pub(super) struct Proofs {
    grades: Vec<Graded>,
    idle: Vec<Idle>,
    idle_conditions: Vec<Condition>,
    /// Pairs of examples, as they are written.
    contradictions: Vec<[String; 2]>,
    /// What was measured of judges, for the clauses that rest on one.
    judged: Vec<Measured>,
}

/// Proves that no clause can fail to evaluate, and everything else that `check` says.
pub(super) fn prove(
    agreement: &Agreement,
    vocabulary: &Arc<Vocabulary>,
    timeout: Option<Duration>,
) -> miette::Result<Proofs> {
    let limits = Limits { cubes: None, timeout };
    let (subject, words) = (agreement.clone(), Arc::clone(vocabulary));
    let proven = run(limits, move |means| analysis(&subject, &words, means))?;
    let stopped = proven.stopped.map(|stopped| format!("; {}", stopped.words())).unwrap_or_default();
    proven.found.map_err(|error| {
        let help = "`--without-proofs` leaves out the grades and the search for idle clauses";
        miette!(help = help, "undecided: {error}{stopped}")
    })
}

fn analysis(
    agreement: &Agreement,
    vocabulary: &Arc<Vocabulary>,
    means: &Means,
) -> Result<Proofs, WhatIfError> {
    let mut prover = Prover::new(Arc::clone(vocabulary), means.budget.clone())?;
    let law = prover.alone(agreement)?;
    let own = |clause: &ClauseRef| clause.agreement == agreement.id();
    let mut grades = prover.grades(&law)?;
    grades.retain(|graded| own(&graded.clause));
    let mut idle = prover.idle(&law)?;
    idle.retain(|idle| own(&idle.clause));
    let idle_conditions = prover.idle_conditions(agreement)?;
    let text = |example: &carveout_terms::Example| {
        format!("clause {}: {}: {}", example.clause(), example.expected(), example.text())
    };
    let contradictions = Contradiction::among(agreement, vocabulary);
    let contradictions = contradictions.iter().map(|pair| [text(pair.first), text(pair.second)]).collect();
    Ok(Proofs { grades, idle, idle_conditions, contradictions, judged: Vec::new() })
}

impl Proofs {
    /// The same, with what was measured of judges.
    pub(super) fn with(
        self,
        measurements: &Measurements,
        agreement: &Agreement,
        vocabulary: &Vocabulary,
    ) -> Self {
        let rests = self.grades.iter().filter(|graded| rests_on(graded, vocabulary, Fact::is_verdict));
        let clauses = rests.filter_map(|graded| agreement.clause(&graded.clause.clause));
        let mut judged: Vec<Measured> = clauses
            .flat_map(|clause| measurements.of(agreement, clause).cloned().collect::<Vec<_>>())
            .collect();
        judged.dedup();
        Self { judged, ..self }
    }

    /// How good the classifier is that a clause rests on.
    fn recall(&self, graded: &Graded, vocabulary: &Vocabulary) -> Option<String> {
        if rests_on(graded, vocabulary, |fact| fact.name() == TRIPWIRE) {
            return Some("What the tripwire misses is measured in docs/tripwire.md.".to_owned());
        }
        if !rests_on(graded, vocabulary, Fact::is_verdict) {
            return None;
        }
        let measured: Vec<String> = self
            .judged
            .iter()
            .filter(|one| one.clause == graded.clause.clause)
            .map(Measured::words)
            .collect();
        Some(if measured.is_empty() {
            "Its recall has not been measured: see `carveout judge calibrate`.".to_owned()
        } else {
            format!("Measured: {}.", measured.join("; "))
        })
    }

    /// The grade of a clause: that of its weakest policy.
    pub(super) fn grade(&self, clause: &str) -> Option<Grade> {
        self.grades.iter().filter(|graded| graded.clause.clause == clause).map(|graded| graded.grade).max()
    }

    pub(super) fn print(&self, printer: &Printer, agreement: &Agreement, vocabulary: &Vocabulary) {
        let word = |graded: &Graded| {
            let recall = self.recall(graded, vocabulary).map(|recall| format!(" {recall}"));
            format!("{}{}", sentence(graded, agreement, vocabulary), recall.unwrap_or_default())
        };
        let idle = |idle: &Idle| format!("{}: {}", idle.policy, why(&idle.reason));
        let condition = |condition: &Condition| {
            let Condition { clause, number, words, .. } = condition;
            format!("{clause}#{number}: \"{words}\" makes no difference to any use")
        };
        let pair = |[first, second]: &[String; 2]| format!("{first}\n  {second}");
        let sections: [(&str, Vec<String>); 4] = [
            ("on whose word each clause rests", self.grades.iter().map(word).collect()),
            ("clauses that do nothing", self.idle.iter().map(idle).collect()),
            ("conditions that do nothing", self.idle_conditions.iter().map(condition).collect()),
            ("examples that contradict each other", self.contradictions.iter().map(pair).collect()),
        ];
        for (label, items) in sections {
            if !items.is_empty() {
                printer.line(format_args!("\n{label}:"));
                items.iter().for_each(|item| printer.line(format_args!("  {item}")));
            }
        }
        printer.line("\nproven: no clause can fail to evaluate");
    }

    pub(super) fn document(&self, vocabulary: &Vocabulary) -> Json {
        let graded = |graded: &Graded| {
            let rests_on = graded.rests_on.iter().map(
                |(fact, attester)| json!({ "fact": vocabulary.get(*fact).name(), "attester": attester }),
            );
            json!({
                "clause": graded.clause.clause, "policy": graded.policy, "grade": graded.grade.as_str(),
                "meaning": graded.grade.meaning(), "rests_on": rests_on.collect::<Vec<_>>(),
                "truth": shown(&graded.truth, vocabulary), "stated": shown(&graded.stated, vocabulary),
                "judged": self.judged.iter().filter(|one| one.clause == graded.clause.clause).collect::<Vec<_>>(),
            })
        };
        let idle = |idle: &Idle| json!({ "clause": idle.clause.clause, "policy": idle.policy, "why": why(&idle.reason) });
        let condition = |condition: &Condition| {
            json!({
                "clause": condition.clause, "number": condition.number, "cedar": condition.text,
                "words": condition.words,
            })
        };
        json!({
            "never_fails": true,
            "grades": self.grades.iter().map(graded).collect::<Vec<_>>(),
            "idle": self.idle.iter().map(idle).collect::<Vec<_>>(),
            "idle_conditions": self.idle_conditions.iter().map(condition).collect::<Vec<_>>(),
            "contradictory_examples": self.contradictions,
        })
    }
}

/// The fact that the tripwire states.
const TRIPWIRE: &str = "tripwire";

fn rests_on(graded: &Graded, vocabulary: &Vocabulary, is: impl Fn(&Fact) -> bool) -> bool {
    graded.rests_on.iter().any(|(rests, _)| is(vocabulary.get(*rests)))
}

/// Why a policy has its grade, and on whose word it rests.
fn sentence(graded: &Graded, agreement: &Agreement, vocabulary: &Vocabulary) -> String {
    let Graded { policy, grade, .. } = graded;
    let heading = agreement.clause(&graded.clause.clause).map_or("", |clause| clause.heading());
    let head = format!("{policy} {heading}: {} ({})", grade.as_str(), grade.meaning());
    if graded.rests_on.is_empty() {
        return format!("{head}. It rests on what the gateway itself measures, and on nobody's word.");
    }
    let facts: Vec<String> =
        graded.rests_on.iter().map(|(fact, _)| format!("`{}`", vocabulary.get(*fact).name())).collect();
    let who = graded.rests_on.iter().map(|(_, attester)| *attester).max().map_or("", whose);
    format!(
        "{head}. It rests on {who} about {}: {} becomes permitted once it is stated as {}.",
        facts.join(" and "),
        shown(&graded.truth, vocabulary),
        shown(&graded.stated, vocabulary)
    )
}

const fn whose(attester: Attester) -> &'static str {
    match attester {
        Attester::None => "what nobody can observe",
        Attester::Caller => "the caller's word",
        Attester::Judge => "a classifier's opinion",
        Attester::Program => "what the parties registered",
        Attester::Officer => "an officer's signed word",
        Attester::Gateway => "the gateway's measurement",
    }
}

fn shown(facts: &Facts, vocabulary: &Vocabulary) -> String {
    facts.display(vocabulary).to_string()
}

fn why(reason: &IdleReason) -> String {
    let listed = |clauses: &[ClauseRef]| {
        let numbers: Vec<&str> = clauses.iter().map(|clause| clause.clause.as_str()).collect();
        numbers.join(", ")
    };
    match reason {
        IdleReason::NeverMatches => "no use at all meets its condition".to_owned(),
        IdleReason::Redundant { covered_by } => {
            format!("whatever it says is said by {} already", listed(covered_by))
        }
        IdleReason::Shadowed { by } => format!("whatever it permits is forbidden by {}", listed(by)),
        IdleReason::NothingToForbid => "it restricts only what no clause grants".to_owned(),
        IdleReason::Together => {
            "taking it out changes no ruling, because of several clauses together".to_owned()
        }
    }
}
