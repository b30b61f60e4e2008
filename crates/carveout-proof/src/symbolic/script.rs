//! Questions as SMT-LIB text, for the second opinion of an outside solver.
//!
//! The text is what Cedar's own encoder makes of the terms, so that it shares nothing with this crate's
//! way from terms to wires. Only the bounds of the space of uses are added. Whoever has a solver runs
//! it; this crate writes the questions and reads the answers.

use std::{
    fmt::Write as _,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use carveout_terms::{FactId, FactKind};
use cedar_policy_symcc::{
    CedarSymCompiler, ResetMode, SymEnv,
    err::Error,
    solver::WriterSolver,
    term::Term,
    term_factory::{bvsle, bvslt, eq, ext_datetime_val, set_member, set_of},
    term_type::TermType,
};

use super::build::{FactTerms, all, any, both, entity_type, member, not};
use crate::{
    Constraint, Cube, Region, Undecided,
    engine::{Fabric, Space},
};

/// Something that was found out, as a question whose answer is known.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    what: String,
    question: Term,
    possible: bool,
}

impl Finding {
    /// The answer to a question.
    pub(crate) fn answer(question: Term, possible: bool) -> Self {
        let what = if possible { "some use meets the condition" } else { "no use meets the condition" };
        Self { what: what.to_owned(), question, possible }
    }

    /// What a region says: each cube holds only what is wanted or allowed, and if it is exhausted,
    /// nothing that is wanted lies outside of them.
    pub(crate) fn region(facts: &FactTerms<'_>, wanted: &Term, allowed: &Term, region: &Region) -> Vec<Self> {
        let count = region.cubes.len();
        let cubes = any(region.cubes.iter().map(|cube| cube_term(facts, cube)));
        let outside = not(any([wanted.clone(), allowed.clone()]));
        let mut findings = vec![Self {
            what: format!("all of {count} cubes lie inside of their region"),
            question: both(cubes.clone(), outside),
            possible: false,
        }];
        if region.exhausted {
            findings.push(Self {
                what: format!("{count} cubes are their whole region"),
                question: both(wanted.clone(), not(cubes)),
                possible: false,
            });
        }
        findings
    }
}

/// Findings as SMT-LIB text, and what was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Script {
    text: String,
    asked: Vec<Asked>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Asked {
    what: String,
    possible: bool,
}

/// Why an outside solver gave no second opinion, or another one.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SecondOpinionError {
    /// It answers a question otherwise.
    #[error("the outside solver disagrees that {what}; trust neither answer, and please report this")]
    Disagrees {
        /// What was found here.
        what: String,
    },
    /// It doesn't know.
    #[error("the outside solver can't say whether {what}; give it more time, or do without it")]
    Unsure {
        /// What was found here.
        what: String,
    },
    /// It printed something else than answers.
    #[error("the outside solver answered {answers} of {questions} questions, then `{printed}`")]
    Unreadable {
        /// How many questions it answered.
        answers: usize,
        /// How many it was asked.
        questions: usize,
        /// What it printed instead of the next answer.
        printed: String,
    },
}

impl Script {
    /// The text, for a solver that reads SMT-LIB with cvc5's theory of finite sets.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many questions the text asks.
    #[must_use]
    pub const fn questions(&self) -> usize {
        self.asked.len()
    }

    /// Reads what the solver printed: one `sat` or `unsat` for each question.
    ///
    /// # Errors
    /// If any answer is another one than was found here, or is missing.
    pub fn compare(&self, printed: &str) -> Result<(), SecondOpinionError> {
        let mut lines = printed.lines().map(str::trim).filter(|line| !line.is_empty());
        for (answers, asked) in self.asked.iter().enumerate() {
            let what = || asked.what.clone();
            match (lines.next().unwrap_or_default(), asked.possible) {
                ("sat", true) | ("unsat", false) => {}
                ("sat", false) | ("unsat", true) => {
                    return Err(SecondOpinionError::Disagrees { what: what() });
                }
                ("unknown", _) => return Err(SecondOpinionError::Unsure { what: what() }),
                (other, _) => return Err(self.unreadable(answers, other)),
            }
        }
        lines.next().map_or(Ok(()), |more| Err(self.unreadable(self.asked.len(), more)))
    }

    fn unreadable(&self, answers: usize, printed: &str) -> SecondOpinionError {
        let questions = self.asked.len();
        SecondOpinionError::Unreadable { answers, questions, printed: printed.to_owned() }
    }

    /// Puts findings into text.
    pub(crate) fn of(
        facts: &FactTerms<'_>,
        space: &Space,
        environment: &SymEnv,
        findings: &[Finding],
    ) -> Result<Self, Undecided> {
        // The encoder takes a constant for answered, and so is it: the compiler found it by itself.
        let open: Vec<&Finding> = findings.iter().filter(|finding| !finding.question.is_literal()).collect();
        let wrong = |finding: &&Finding| {
            finding.question.is_literal() && finding.question != Term::from(finding.possible)
        };
        if let Some(finding) = findings.iter().find(wrong) {
            return Err(unwritable(format!("{}, but the compiler says otherwise", finding.what)));
        }
        let questions = open.iter().map(|finding| finding.question.clone());
        let terms: Vec<Term> = std::iter::once(uses(facts, space)).chain(questions).collect();
        let asked = open
            .iter()
            .map(|finding| Asked { what: finding.what.clone(), possible: finding.possible })
            .collect();
        Ok(Self { text: one_by_one(&encoded(terms, environment)?), asked })
    }
}

/// What every use is known to be: the same bounds as [`Space`] has.
fn uses(facts: &FactTerms<'_>, space: &Space) -> Term {
    let bounds =
        |(fact, declared): (FactId, &carveout_terms::Fact)| match (space.fabric(fact), declared.kind()) {
            (Fabric::Set(_), FactKind::Members(enumeration)) => {
                let Some(ety) = entity_type(enumeration) else { return Term::from(false) };
                not(eq(facts.fact(fact), set_of([], TermType::Entity { ety })))
            }
            (Fabric::Number { least, most, .. }, kind) => {
                let number = number(facts, fact, kind);
                both(bvsle(Term::from(*least), number.clone()), bvsle(number, Term::from(*most)))
            }
            _ => Term::from(true),
        };
    all(facts.vocabulary.facts().map(bounds))
}

fn number(facts: &FactTerms<'_>, fact: FactId, kind: &FactKind) -> Term {
    match kind {
        FactKind::Datetime => ext_datetime_val(facts.fact(fact)),
        _ => facts.fact(fact),
    }
}

fn cube_term(facts: &FactTerms<'_>, cube: &Cube) -> Term {
    all(cube.constraints().map(|(fact, constraint)| constraint_term(facts, fact, constraint)))
}

fn constraint_term(facts: &FactTerms<'_>, fact: FactId, constraint: &Constraint) -> Term {
    let kind = facts.vocabulary.get(fact).kind();
    match constraint {
        Constraint::OneOf(members) => facts.one_of(fact, members),
        Constraint::Holds { all_of, none_of } => {
            let holds = |at: u16| {
                let member = kind.enumeration().and_then(|enumeration| member(enumeration, at));
                member.map_or_else(|| Term::from(false), |member| set_member(member, facts.fact(fact)))
            };
            both(all(all_of.iter().map(holds)), all(none_of.iter().map(|at| not(holds(at)))))
        }
        Constraint::Is(value) => eq(facts.fact(fact), Term::from(*value)),
        Constraint::Between { from, below } => {
            let number = number(facts, fact, kind);
            let from = from.map(|from| bvsle(Term::from(from), number.clone()));
            let below = below.map(|below| bvslt(number.clone(), Term::from(below)));
            all(from.into_iter().chain(below))
        }
    }
}

/// The text in which Cedar's encoder asks whether all of these terms can hold.
fn encoded(terms: Vec<Term>, environment: &SymEnv) -> Result<String, Undecided> {
    let writer = WriterSolver { w: Vec::<u8>::new() };
    let compiler = CedarSymCompiler::new(writer).map_err(|error| unwritable(error.to_string()))?;
    let mut compiler = compiler.with_reset_mode(ResetMode::Comment);
    {
        let writing = pin!(compiler.check_unsat_raw(Arc::new(terms), environment));
        // Writing to memory never waits, so the first poll is the last.
        match writing.poll(&mut Context::from_waker(Waker::noop())) {
            // A writer answers every question with "unknown".
            Poll::Ready(Ok(_) | Err(Error::SolverUnknown)) => {}
            Poll::Ready(Err(error)) => return Err(unwritable(error.to_string())),
            Poll::Pending => return Err(unwritable("the encoder waits for something".to_owned())),
        }
    }
    let written = std::mem::take(&mut compiler.solver_mut().w);
    String::from_utf8(written).map_err(|error| unwritable(error.to_string()))
}

/// The first assertion holds for all questions; every other one is a question by itself.
fn one_by_one(written: &str) -> String {
    let mut text = "(set-option :incremental true)\n".to_owned();
    let mut assertions = 0_usize;
    for line in written.lines() {
        if line.starts_with("(assert ") {
            assertions += 1;
            if assertions > 1 {
                let _ = writeln!(text, "(push 1)\n{line}\n(check-sat)\n(pop 1)");
                continue;
            }
        }
        if line != "(check-sat)" {
            let _ = writeln!(text, "{line}");
        }
    }
    text
}

fn unwritable(why: String) -> Undecided {
    Undecided::unsupported(format!("a question for an outside solver ({why})"), "report this as a defect")
}
