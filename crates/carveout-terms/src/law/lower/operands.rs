//! What tests are made of: facts, members, numbers and times.

use std::ops::Range;

use cedar_policy_core::{
    ast::{EntityUID, Expr, ExprKind, Literal, Var},
    parser::Loc,
};

use super::{super::evaluate::constant_time, Lowering};
use crate::{Enumeration, FactId, FactKind, MemberSet, Problem, vocabulary::APPROVALS};

/// What an operator is applied to.
pub(super) enum Operand<'e> {
    Fact(FactId),
    Member(&'e EntityUID),
    Members(Vec<&'e EntityUID>),
    Number(i64),
    Time(i64),
    Truth(bool),
}

impl Lowering<'_> {
    pub(super) fn operand<'e>(&mut self, expression: &'e Expr) -> Option<Operand<'e>> {
        match expression.expr_kind() {
            ExprKind::Lit(Literal::EntityUID(uid)) => Some(Operand::Member(uid)),
            ExprKind::Lit(Literal::Long(number)) => Some(Operand::Number(*number)),
            ExprKind::Lit(Literal::Bool(value)) => Some(Operand::Truth(*value)),
            ExprKind::GetAttr { .. } => self.fact(expression).map(Operand::Fact),
            ExprKind::ExtensionFunctionApp { .. } => match constant_time(expression) {
                Some(millis) => Some(Operand::Time(millis)),
                None => self.outside(expression),
            },
            ExprKind::Set(elements) => {
                let mut members = Vec::new();
                for element in elements.iter() {
                    match element.expr_kind() {
                        ExprKind::Lit(Literal::EntityUID(uid)) => members.push(&**uid),
                        _ => return self.outside(element),
                    }
                }
                Some(Operand::Members(members))
            }
            _ => self.outside(expression),
        }
    }

    pub(super) fn fact(&mut self, expression: &Expr) -> Option<FactId> {
        let ExprKind::GetAttr { expr, attr } = expression.expr_kind() else {
            return self.outside(expression);
        };
        if !matches!(expr.expr_kind(), ExprKind::Var(Var::Context)) {
            return self.refuse(expression, "facts have no parts", "write `context.fact`");
        }
        if attr == APPROVALS {
            let message = "approvals can't be tested in a clause";
            return self.refuse(expression, message, "mark the `forbid` with `@hold(\"party/role\")`");
        }
        let found = self.vocabulary.fact(attr);
        if found.is_none() {
            let problem =
                Problem::error("unknown-fact", self.span(expression), format!("unknown fact `{attr}`"))
                    .maybe_hint(self.vocabulary.suggest_fact(attr));
            self.problems.push(problem);
        }
        found
    }

    pub(super) fn truth_fact(&mut self, expression: &Expr) -> Option<FactId> {
        let fact = self.fact(expression)?;
        match self.vocabulary.get(fact).kind() {
            FactKind::Bool => Some(fact),
            _ => self.refuse(expression, "this fact is neither true nor false", "compare it with a member"),
        }
    }

    /// A single member, where a group would silently never match.
    pub(super) fn member(&mut self, fact: FactId, name: &EntityUID) -> Option<MemberSet> {
        let enumeration = self.enumeration_of(fact, name)?;
        let id: &str = name.eid().as_ref();
        if enumeration.is_group(id) {
            let message = format!("`{id}` is a group, which no fact is equal to");
            let hint = format!("write `context.{} in {name}`", self.vocabulary.get(fact).name());
            self.problems.push(Problem::error("group-as-member", self.name_span(name), message).hint(hint));
            return None;
        }
        self.resolve(&enumeration, name)
    }

    pub(super) fn members(&mut self, fact: FactId, names: &[&EntityUID]) -> Option<MemberSet> {
        let resolved: Vec<_> = names.iter().map(|name| self.member(fact, name)).collect();
        let mut members = MemberSet::default();
        for one in resolved {
            one?.iter().for_each(|member| members.insert(member));
        }
        Some(members)
    }

    pub(super) fn enumeration_of(
        &mut self,
        fact: FactId,
        name: &EntityUID,
    ) -> Option<std::sync::Arc<Enumeration>> {
        let declared = self.vocabulary.get(fact);
        let enumeration = declared.kind().enumeration();
        if enumeration.is_none() {
            let message = format!("`{}` is a number, time or truth value, never `{name}`", declared.name());
            self.problems.push(Problem::error("wrong-type", self.name_span(name), message));
        }
        enumeration.cloned()
    }

    pub(super) fn resolve(&mut self, enumeration: &Enumeration, name: &EntityUID) -> Option<MemberSet> {
        let id: &str = name.eid().as_ref();
        let ty = name.entity_type().to_string();
        if ty != enumeration.name() {
            let message = format!("`{name}` is no member of `{}`", enumeration.name());
            let hint = format!("write `{}::\"{id}\"`", enumeration.name());
            self.problems.push(Problem::error("wrong-type", self.name_span(name), message).hint(hint));
            return None;
        }
        let resolved = enumeration.resolve(id);
        if resolved.is_none() {
            let message = format!("`{}` has no member or group `{id}`", enumeration.name());
            self.problems.push(
                Problem::error("unknown-member", self.name_span(name), message)
                    .maybe_hint(enumeration.suggest(id)),
            );
        }
        resolved
    }

    pub(super) fn span(&self, expression: &Expr) -> Range<usize> {
        expression.source_loc().map_or_else(|| self.policy.clone(), range)
    }

    fn name_span(&self, name: &EntityUID) -> Range<usize> {
        name.loc().map_or_else(|| self.policy.clone(), range)
    }
}

fn range(location: &Loc) -> Range<usize> {
    location.start()..location.end()
}
