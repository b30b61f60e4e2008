//! Evaluation, by Cedar's own evaluator.

use std::{collections::BTreeMap, sync::Arc};

use cedar_policy_core::{
    ast::{
        Context, EntityUID, EntityUIDEntry, Expr, ExprKind, Literal, Name, Policy, Request,
        Value as CedarValue, ValueKind,
    },
    entities::Entities,
    evaluator::Evaluator,
    extensions::Extensions,
};
use smol_str::SmolStr;

use crate::{Fact, FactKind, Value, vocabulary::APPROVALS};

/// One set of facts, ready for any number of policies to be evaluated on.
pub(crate) struct Evaluation {
    evaluator: Evaluator<'static>,
}

static NO_ENTITIES: std::sync::LazyLock<Entities> = std::sync::LazyLock::new(Entities::new);

static REQUEST: std::sync::LazyLock<Option<[EntityUIDEntry; 3]>> = std::sync::LazyLock::new(|| {
    let entry = |uid: &str| uid.parse::<EntityUID>().ok().map(|uid| EntityUIDEntry::known(uid, None));
    Some([entry("Program::\"program\"")?, entry("Action::\"invoke\"")?, entry("Model::\"model\"")?])
});

impl Evaluation {
    /// Prepares these facts and approvals. `None` only if a value doesn't fit its fact, which the
    /// vocabulary rules out; the caller denies then.
    pub(crate) fn new<'f>(
        facts: impl Iterator<Item = (&'f Fact, &'f Value)>,
        approvals: impl Iterator<Item = EntityUID>,
    ) -> Option<Self> {
        let mut record: BTreeMap<SmolStr, CedarValue> = BTreeMap::new();
        for (fact, value) in facts {
            record.insert(fact.name.clone(), cedar_value(fact.kind(), value)?);
        }
        let approvals = approvals.map(|role| CedarValue::from(Literal::EntityUID(Arc::new(role))));
        record.insert(APPROVALS.into(), CedarValue::set(approvals, None));
        let [program, action, model] = REQUEST.clone()?;
        let request = Request::new_unchecked(program, action, model, Some(Context::Value(Arc::new(record))));
        Some(Self { evaluator: Evaluator::new(request, &NO_ENTITIES, Extensions::all_available()) })
    }

    /// Whether a policy's condition holds.
    ///
    /// # Errors
    /// Cedar's own words for a failed evaluation.
    pub(crate) fn holds(&self, policy: &Policy) -> Result<bool, String> {
        self.evaluator.evaluate(policy).map_err(|error| error.to_string())
    }
}

fn cedar_value(kind: &FactKind, value: &Value) -> Option<CedarValue> {
    match (kind, value) {
        (FactKind::Member(enumeration), Value::Member(member)) => enumeration.cedar_value(*member),
        (FactKind::Members(enumeration), Value::Members(members)) => {
            let members: Option<Vec<_>> =
                members.iter().map(|member| enumeration.cedar_value(member)).collect();
            Some(CedarValue::set(members?, None))
        }
        (FactKind::Bool, Value::Bool(value)) => Some(CedarValue::from(*value)),
        (FactKind::Long, Value::Long(value)) => Some(CedarValue::from(*value)),
        (FactKind::Datetime, Value::Datetime(at)) => {
            let epoch = call("datetime", vec![Expr::val("1970-01-01")])?;
            let duration = call("duration", vec![Expr::val(format!("{}ms", at.millis()))])?;
            constant(&call("offset", vec![epoch, duration])?)
        }
        _ => None,
    }
}

/// The milliseconds of a constant `datetime("…")`, as Cedar itself reads it.
pub(super) fn constant_time(expression: &Expr) -> Option<i64> {
    let ExprKind::ExtensionFunctionApp { fn_name, args } = expression.expr_kind() else { return None };
    let is_literal = matches!(args.first().map(Expr::expr_kind), Some(ExprKind::Lit(Literal::String(_))));
    if fn_name.to_string() != "datetime" || !is_literal {
        return None;
    }
    let epoch = call("datetime", vec![Expr::val("1970-01-01")])?;
    let since = call("durationSince", vec![expression.clone(), epoch])?;
    match constant(&call("toMilliseconds", vec![since])?)?.value_kind() {
        ValueKind::Lit(Literal::Long(millis)) => Some(*millis),
        _ => None,
    }
}

fn call(function: &str, arguments: Vec<Expr>) -> Option<Expr> {
    Some(Expr::call_extension_fn(function.parse::<Name>().ok()?, arguments))
}

fn constant(expression: &Expr) -> Option<CedarValue> {
    let nothing = Evaluation::new(std::iter::empty(), std::iter::empty())?;
    nothing.evaluator.interpret(expression, &std::collections::HashMap::new()).ok()
}
