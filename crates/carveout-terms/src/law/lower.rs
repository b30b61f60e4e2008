//! Taking Cedar's syntax tree apart, once.
//!
//! What is accepted is the part of Cedar that can be decided exactly and can never fail to evaluate:
//! Boolean combinations of tests of single facts. Everything else is refused here with a reason, so
//! that no policy reaches the evaluator whose error could make a `forbid` vanish.

mod operands;

use std::ops::Range;

use cedar_policy_core::ast::{BinaryOp, Expr, ExprKind, Literal, UnaryOp};

use self::operands::Operand;
use super::{Comparison, Condition, Test};
use crate::{FactId, FactKind, MemberSet, Problem, Vocabulary};

/// A lowered expression: for Cedar to evaluate, and for everything else to read.
pub(crate) struct Lowered {
    pub(crate) expression: Expr,
    pub(crate) condition: Condition,
}

/// Lowers a condition, or reports everything in it that can't be.
///
/// Every problem has a place: where Cedar kept none, that is `policy`, the whole policy's.
pub(crate) fn lower(
    vocabulary: &Vocabulary,
    expression: &Expr,
    policy: &Range<usize>,
) -> Result<Lowered, Vec<Problem>> {
    let mut lowering = Lowering { vocabulary, policy, depth: 0, problems: Vec::new() };
    match lowering.lower(expression) {
        Some(lowered) if lowering.problems.is_empty() => Ok(lowered),
        lowered => {
            // Nothing is refused without a reason: a policy that is only missing forbids nothing.
            if lowered.is_none() && lowering.problems.is_empty() {
                lowering.outside::<()>(expression);
            }
            Err(lowering.problems)
        }
    }
}

/// Deeper conditions are refused. Evaluating one takes stack at every level, and running out of it is
/// an error like any other.
const DEEPEST: usize = 128;

struct Lowering<'a> {
    vocabulary: &'a Vocabulary,
    policy: &'a Range<usize>,
    depth: usize,
    problems: Vec<Problem>,
}

impl Lowering<'_> {
    fn lower(&mut self, expression: &Expr) -> Option<Lowered> {
        if self.depth == DEEPEST {
            return self.refuse(
                expression,
                "this condition is nested too deeply",
                "name several members at once: `[Type::\"one\", Type::\"other\"].contains(context.fact)`",
            );
        }
        self.depth += 1;
        let lowered = self.level(expression);
        self.depth -= 1;
        lowered
    }

    fn level(&mut self, expression: &Expr) -> Option<Lowered> {
        let keep = |expression: Expr, condition| Some(Lowered { expression, condition });
        match expression.expr_kind() {
            ExprKind::Lit(Literal::Bool(value)) => keep(expression.clone(), Condition::Always(*value)),
            ExprKind::And { left, right } => {
                let (left, right) = self.both(left, right)?;
                let lowered = Expr::and(left.expression, right.expression);
                keep(placed(lowered, expression), left.condition.and(right.condition))
            }
            ExprKind::Or { left, right } => {
                let (left, right) = self.both(left, right)?;
                let lowered = Expr::or(left.expression, right.expression);
                keep(placed(lowered, expression), left.condition.or(right.condition))
            }
            ExprKind::UnaryApp { op: UnaryOp::Not, arg } => {
                let arg = self.lower(arg)?;
                keep(placed(Expr::not(arg.expression), expression), arg.condition.not())
            }
            ExprKind::If { test_expr, then_expr, else_expr } => {
                let test = self.lower(test_expr);
                let (then, otherwise) = self.both(then_expr, else_expr)?;
                let test = test?;
                let lowered = Expr::ite(test.expression, then.expression, otherwise.expression);
                let condition = Condition::If {
                    test: Box::new(test.condition),
                    then: Box::new(then.condition),
                    otherwise: Box::new(otherwise.condition),
                };
                keep(placed(lowered, expression), condition)
            }
            ExprKind::GetAttr { .. } => {
                let fact = self.truth_fact(expression)?;
                keep(expression.clone(), Condition::Test(Test::IsTrue { fact }))
            }
            ExprKind::UnaryApp { op: UnaryOp::IsEmpty, .. } => self.refuse(
                expression,
                "a set fact is never empty: silence is the member `unknown`",
                "test for `unknown` instead",
            ),
            ExprKind::BinaryApp { op, arg1, arg2 } => self.binary(expression, *op, arg1, arg2),
            _ => self.outside(expression),
        }
    }

    /// Lowers both, so that the problems of both are reported.
    fn both(&mut self, left: &Expr, right: &Expr) -> Option<(Lowered, Lowered)> {
        let left = self.lower(left);
        let right = self.lower(right);
        left.zip(right)
    }

    fn binary(&mut self, whole: &Expr, op: BinaryOp, arg1: &Expr, arg2: &Expr) -> Option<Lowered> {
        if let BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::GetTag | BinaryOp::HasTag = op {
            return self.outside(whole);
        }
        let left = self.operand(arg1);
        let right = self.operand(arg2);
        let (left, right) = left.zip(right)?;
        match op {
            BinaryOp::In => self.group(whole, arg1, &left, &right),
            BinaryOp::Eq => self.equal(whole, &left, &right),
            BinaryOp::Less => self.compare(whole, Comparison::Less, &left, &right),
            BinaryOp::LessEq => self.compare(whole, Comparison::LessOrEqual, &left, &right),
            BinaryOp::Contains | BinaryOp::ContainsAll | BinaryOp::ContainsAny => {
                self.contains(whole, op, &left, &right)
            }
            _ => self.outside(whole),
        }
    }

    /// `fact in Group` becomes `[member, member].contains(fact)`: Cedar's own hierarchy is never asked.
    fn group(
        &mut self,
        whole: &Expr,
        arg1: &Expr,
        left: &Operand<'_>,
        right: &Operand<'_>,
    ) -> Option<Lowered> {
        let Operand::Fact(fact) = left else {
            return self.refuse(
                whole,
                "`in` asks whether a fact is in a group",
                "write `context.fact in Type::\"group\"`",
            );
        };
        let FactKind::Member(enumeration) = self.vocabulary.get(*fact).kind() else {
            return self.refuse(
                whole,
                "`in` needs a fact with one member",
                "use `.contains(…)` on a set fact",
            );
        };
        let named = match right {
            Operand::Member(name) => vec![*name],
            Operand::Members(names) => names.clone(),
            _ => {
                return self.refuse(
                    whole,
                    "`in` needs a group on its right",
                    "write `context.fact in Type::\"group\"`",
                );
            }
        };
        let mut members = MemberSet::default();
        for name in named {
            self.resolve(enumeration, name)?.iter().for_each(|member| members.insert(member));
        }
        let list = members.iter().filter_map(|member| enumeration.cedar_value(member)).map(Expr::from);
        let list = Expr::set(list.map(|member| placed(member, whole)));
        let lowered = placed(Expr::contains(placed(list, whole), arg1.clone()), whole);
        Some(Lowered {
            expression: lowered,
            condition: Condition::Test(Test::OneOf { fact: *fact, members }),
        })
    }

    fn equal(&mut self, whole: &Expr, left: &Operand<'_>, right: &Operand<'_>) -> Option<Lowered> {
        let condition = match (left, right) {
            (Operand::Fact(fact), Operand::Member(name)) | (Operand::Member(name), Operand::Fact(fact)) => {
                let members = self.member(*fact, name)?;
                Condition::Test(Test::OneOf { fact: *fact, members })
            }
            (Operand::Fact(fact), Operand::Members(names))
            | (Operand::Members(names), Operand::Fact(fact)) => {
                let fact = *fact;
                let members = self.members(fact, names)?;
                let all = Condition::Test(Test::HasAll { fact, members: members.clone() });
                all.and(Condition::Test(Test::Within { fact, members }))
            }
            (Operand::Fact(fact), Operand::Truth(value)) | (Operand::Truth(value), Operand::Fact(fact)) => {
                let test = Condition::Test(Test::IsTrue { fact: *fact });
                if *value { test } else { test.not() }
            }
            _ => return self.compare(whole, Comparison::Equal, left, right),
        };
        Some(Lowered { expression: whole.clone(), condition })
    }

    fn compare(
        &mut self,
        whole: &Expr,
        comparison: Comparison,
        left: &Operand<'_>,
        right: &Operand<'_>,
    ) -> Option<Lowered> {
        let condition = match (left, right) {
            (Operand::Fact(fact), Operand::Number(constant) | Operand::Time(constant)) => {
                Condition::Test(Test::Compare { fact: *fact, comparison, constant: *constant })
            }
            // A constant on the left: `c < f` is `!(f <= c)`.
            (Operand::Number(constant) | Operand::Time(constant), Operand::Fact(fact)) => {
                let (comparison, negated) = match comparison {
                    Comparison::Less => (Comparison::LessOrEqual, true),
                    Comparison::LessOrEqual => (Comparison::Less, true),
                    Comparison::Equal => (Comparison::Equal, false),
                };
                let test = Condition::Test(Test::Compare { fact: *fact, comparison, constant: *constant });
                if negated { test.not() } else { test }
            }
            (Operand::Fact(left), Operand::Fact(right)) if !self.comparable(*left, *right) => {
                let (left, right) = (self.vocabulary.get(*left).name(), self.vocabulary.get(*right).name());
                let message =
                    format!("`{left}` and `{right}` are of different types, so they are never equal");
                self.problems.push(
                    Problem::error("wrong-type", self.span(whole), message)
                        .hint("compare facts of one type, or a fact with a constant"),
                );
                return None;
            }
            (Operand::Fact(left), Operand::Fact(right)) => {
                Condition::Test(Test::CompareFacts { left: *left, comparison, right: *right })
            }
            _ => {
                return self.refuse(whole, "this compares no fact", "compare `context.fact` with a constant");
            }
        };
        Some(Lowered { expression: whole.clone(), condition })
    }

    fn contains(
        &mut self,
        whole: &Expr,
        op: BinaryOp,
        left: &Operand<'_>,
        right: &Operand<'_>,
    ) -> Option<Lowered> {
        let test = match (op, left, right) {
            (BinaryOp::Contains, Operand::Members(names), Operand::Fact(fact)) => {
                Test::OneOf { fact: *fact, members: self.members(*fact, names)? }
            }
            (BinaryOp::Contains, Operand::Fact(fact), Operand::Member(name)) => {
                Test::HasAll { fact: *fact, members: self.member(*fact, name)? }
            }
            (BinaryOp::ContainsAll, Operand::Fact(fact), Operand::Members(names)) => {
                Test::HasAll { fact: *fact, members: self.members(*fact, names)? }
            }
            (BinaryOp::ContainsAll, Operand::Members(names), Operand::Fact(fact)) => {
                Test::Within { fact: *fact, members: self.members(*fact, names)? }
            }
            (BinaryOp::ContainsAny, Operand::Fact(fact), Operand::Members(names))
            | (BinaryOp::ContainsAny, Operand::Members(names), Operand::Fact(fact)) => {
                Test::HasAny { fact: *fact, members: self.members(*fact, names)? }
            }
            _ => {
                return self.refuse(
                    whole,
                    "this asks about no fact",
                    "write `[Type::\"member\"].contains(context.fact)` or `context.facts.contains(Type::\"member\")`",
                );
            }
        };
        Some(Lowered { expression: whole.clone(), condition: Condition::Test(test) })
    }

    /// Whether two facts have the same type. Members of different enumerations are never equal,
    /// whatever their names.
    fn comparable(&self, left: FactId, right: FactId) -> bool {
        match (self.vocabulary.get(left).kind(), self.vocabulary.get(right).kind()) {
            (FactKind::Member(left), FactKind::Member(right))
            | (FactKind::Members(left), FactKind::Members(right)) => left.name() == right.name(),
            (left, right) => std::mem::discriminant(left) == std::mem::discriminant(right),
        }
    }

    fn outside<T>(&mut self, expression: &Expr) -> Option<T> {
        if let ExprKind::BinaryApp { op: BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul, .. }
        | ExprKind::UnaryApp { op: UnaryOp::Neg, .. } = expression.expr_kind()
        {
            return self.refuse(
                expression,
                "arithmetic can overflow, and a policy that fails to evaluate forbids nothing",
                "compare the fact with a constant",
            );
        }
        self.refuse(
            expression,
            "this is outside what can be proven about a clause",
            "test facts: `context.fact == Type::\"member\"`, `in`, `.contains(…)`, `<`, `&&`, `||`, `!`, `if`",
        )
    }

    fn refuse<T>(&mut self, expression: &Expr, message: impl Into<String>, hint: &str) -> Option<T> {
        self.problems.push(Problem::error("not-a-test", self.span(expression), message).hint(hint));
        None
    }
}

fn placed(expression: Expr, like: &Expr) -> Expr {
    expression.with_maybe_source_loc(like.source_loc().cloned())
}
