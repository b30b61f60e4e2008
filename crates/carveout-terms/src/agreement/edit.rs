//! The words of a clause, one by one, and the text without them.
//!
//! A condition is a part of a policy that can be taken out by itself: a conjunct, an alternative, an
//! exception. What a word is worth is the difference that taking it out makes.

use std::ops::Range;

use cedar_policy_core::ast::{Expr, ExprKind, UnaryOp};

use super::{Agreement, Policy};
use crate::{Vocabulary, law::lower};

/// One condition in one clause.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Condition {
    /// The clause's number.
    pub clause: String,
    /// The condition's number within the clause, from 1.
    pub number: usize,
    /// Its Cedar text.
    pub text: String,
    /// What it says, as a phrase.
    pub words: String,
    /// Where it is in the source.
    pub span: Range<usize>,
    /// What stands in its place once it is dropped: `true` among conditions that must all hold, `false`
    /// among alternatives and for an exception.
    pub without: &'static str,
}

/// A change to one place of an agreement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Edit {
    /// Takes the policies out of a clause; its prose stays.
    DropClause {
        /// The clause's number.
        clause: String,
    },
    /// Takes one condition out.
    DropCondition {
        /// The clause's number.
        clause: String,
        /// The condition's number, as [`Agreement::conditions`] counts.
        number: usize,
    },
    /// Puts another condition in the place of one.
    ReplaceCondition {
        /// The clause's number.
        clause: String,
        /// The condition's number, as [`Agreement::conditions`] counts.
        number: usize,
        /// The new condition, in Cedar.
        with: String,
    },
}

/// Why an edit can't be made.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum EditError {
    /// There is no such clause.
    #[error("there is no clause `{0}`; `carveout check` lists the clauses")]
    NoClause(String),
    /// The clause has no policy.
    #[error("clause {0} has no policy, so there is nothing to drop")]
    NothingToDrop(String),
    /// The clause has no such condition.
    #[error("clause {clause} has {count} conditions, numbered from 1, and no condition {number}")]
    NoCondition {
        /// The clause's number.
        clause: String,
        /// The number that was asked for.
        number: usize,
        /// How many conditions the clause has.
        count: usize,
    },
}

impl Agreement {
    /// Every condition of every clause, in the order of the file.
    #[must_use]
    pub fn conditions(&self, vocabulary: &Vocabulary) -> Vec<Condition> {
        let mut conditions: Vec<Condition> = Vec::new();
        for policy in self.policies() {
            let mut parts = Parts { policy, source: self.source(), found: Vec::new() };
            parts.collect(&policy.written, "true");
            for (span, expression, without) in parts.found {
                let Some(text) = self.source().get(span.clone()) else { continue };
                let earlier = conditions.iter().filter(|other| other.clause == policy.clause()).count();
                conditions.push(Condition {
                    clause: policy.clause().to_owned(),
                    number: earlier + 1,
                    text: text.to_owned(),
                    words: words(vocabulary, expression),
                    span,
                    without,
                });
            }
        }
        conditions
    }

    /// The source with an edit made.
    ///
    /// # Errors
    /// If the edit names a clause or condition that isn't there.
    pub fn edited(&self, vocabulary: &Vocabulary, edit: &Edit) -> Result<String, EditError> {
        let mut source = self.source().to_string();
        match edit {
            Edit::DropClause { clause } => {
                let found = self.clause(clause).ok_or_else(|| EditError::NoClause(clause.clone()))?;
                let mut spans: Vec<Range<usize>> = self.policies_of(found).map(Policy::span).collect();
                if spans.is_empty() {
                    return Err(EditError::NothingToDrop(clause.clone()));
                }
                spans.sort_by_key(|span| std::cmp::Reverse(span.start));
                spans.into_iter().for_each(|span| source.replace_range(span, ""));
            }
            Edit::DropCondition { clause, number } => {
                let condition = self.condition(vocabulary, clause, *number)?;
                source.replace_range(condition.span, condition.without);
            }
            Edit::ReplaceCondition { clause, number, with } => {
                let condition = self.condition(vocabulary, clause, *number)?;
                source.replace_range(condition.span, &format!("({with})"));
            }
        }
        Ok(source)
    }

    fn condition(
        &self,
        vocabulary: &Vocabulary,
        clause: &str,
        number: usize,
    ) -> Result<Condition, EditError> {
        if self.clause(clause).is_none() {
            return Err(EditError::NoClause(clause.to_owned()));
        }
        let own: Vec<Condition> =
            self.conditions(vocabulary).into_iter().filter(|condition| condition.clause == clause).collect();
        let count = own.len();
        own.into_iter().find(|condition| condition.number == number).ok_or_else(|| EditError::NoCondition {
            clause: clause.to_owned(),
            number,
            count,
        })
    }
}

/// Where a part of a policy is in the source.
fn placed(policy: &Policy, expression: &Expr) -> Option<Range<usize>> {
    let loc = expression.source_loc()?;
    Some(loc.start() + policy.block..loc.end() + policy.block)
}

/// Collects the parts of a policy that can be taken out one by one, groups before their own parts.
struct Parts<'a> {
    policy: &'a Policy,
    source: &'a str,
    found: Vec<(Range<usize>, &'a Expr, &'static str)>,
}

impl<'a> Parts<'a> {
    /// `without` is what leaves the rest as it is: `true` among conjuncts, `false` among alternatives.
    fn collect(&mut self, expression: &'a Expr, without: &'static str) {
        match expression.expr_kind() {
            ExprKind::And { left, right } => {
                self.alternative_or_conjunct(expression, without, "true");
                self.collect(left, "true");
                self.collect(right, "true");
            }
            ExprKind::Or { left, right } => {
                self.alternative_or_conjunct(expression, without, "false");
                self.collect(left, "false");
                self.collect(right, "false");
            }
            // What `unless` excepts is dropped by never excepting it.
            ExprKind::UnaryApp { op: UnaryOp::Not, arg } if self.is_exception(arg) => match arg.expr_kind() {
                ExprKind::And { .. } => self.collect(arg, "false"),
                ExprKind::Or { left, right } => {
                    self.found(arg, "false");
                    self.collect(left, "false");
                    self.collect(right, "false");
                }
                _ => self.found(arg, "false"),
            },
            ExprKind::UnaryApp { op: UnaryOp::Not, arg } if combines(arg) => {
                self.found(expression, without);
                self.collect(arg, if without == "true" { "false" } else { "true" });
            }
            ExprKind::Lit(_) => {}
            _ => self.found(expression, without),
        }
    }

    /// A combination inside one of the other kind can also be taken out whole.
    fn alternative_or_conjunct(&mut self, expression: &'a Expr, without: &'static str, own: &'static str) {
        if without != own {
            self.found(expression, without);
        }
    }

    fn found(&mut self, expression: &'a Expr, without: &'static str) {
        if let Some(span) = placed(self.policy, expression)
            && !self.found.iter().any(|(known, ..)| *known == span)
        {
            self.found.push((span, expression, without));
        }
    }

    /// Whether an expression is the whole of an `unless { … }`.
    fn is_exception(&self, expression: &Expr) -> bool {
        let Some(before) = placed(self.policy, expression).and_then(|span| self.source.get(..span.start))
        else {
            return false;
        };
        let code = before.trim_end_matches(|c: char| c.is_whitespace() || c == '(');
        code.strip_suffix('{').is_some_and(|code| code.trim_end().ends_with("unless"))
    }
}

fn combines(expression: &Expr) -> bool {
    matches!(expression.expr_kind(), ExprKind::And { .. } | ExprKind::Or { .. })
}

fn words(vocabulary: &Vocabulary, expression: &Expr) -> String {
    lower(vocabulary, expression, &(0..0)).map_or_else(
        |_| expression.to_string(),
        |lowered| crate::Words { vocabulary, condition: &lowered.condition }.to_string(),
    )
}
