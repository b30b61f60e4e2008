//! From the text of a lowered policy to a term.

use std::{collections::HashMap, sync::Arc};

use carveout_terms::Vocabulary;
use cedar_policy::{Policy, PolicyId, RequestEnv, Schema};
use cedar_policy_symcc::{
    CompiledPolicy, SymEnv, never_errors_asserts, never_matches_asserts,
    term::Term,
    term_factory::{and, bvsle, bvslt, ext_datetime_val, record_get},
};

use crate::Undecided;

/// A policy as two terms.
#[derive(Clone, Debug)]
pub(crate) struct Compiled {
    /// Whether it matches.
    pub(crate) matches: Term,
    /// Whether it fails to evaluate.
    pub(crate) fails: Term,
}

/// Compiles policies, each text once.
///
/// One request environment stands for all: a clause tests only facts, every action of a vocabulary
/// has the same facts, and scopes are open. [`carveout_terms`] refuses everything else.
pub(crate) struct Compiler {
    schema: Schema,
    request: RequestEnv,
    environment: SymEnv,
    compiled: HashMap<String, Arc<Compiled>>,
}

impl Compiler {
    pub(crate) fn new(vocabulary: &Vocabulary) -> Result<Self, Undecided> {
        let failed = |error: &dyn std::fmt::Display| Undecided::Vocabulary(error.to_string());
        let schema = Schema::from_json_value(vocabulary.schema().clone()).map_err(|error| failed(&error))?;
        let request = schema.request_envs().next();
        let request = request.ok_or_else(|| failed(&"it has no action that applies to anything"))?;
        let environment = SymEnv::new(&schema, &request).map_err(|error| failed(&error))?;
        Ok(Self { schema, request, environment, compiled: HashMap::new() })
    }

    /// The record of facts.
    pub(crate) fn context(&self) -> Term {
        self.environment.request.context.clone()
    }

    /// The environment that every term is about.
    pub(crate) const fn environment(&self) -> &SymEnv {
        &self.environment
    }

    /// Compiles a policy without its hold.
    pub(crate) fn compile(&mut self, policy: &str) -> Result<Arc<Compiled>, String> {
        if let Some(known) = self.compiled.get(policy) {
            return Ok(Arc::clone(known));
        }
        let parsed =
            Policy::parse(Some(PolicyId::new("clause")), policy).map_err(|error| error.to_string())?;
        let symbolic = CompiledPolicy::compile_with_custom_symenv(
            &parsed,
            &self.request,
            &self.schema,
            self.environment.clone(),
        )
        .map_err(|error| error.to_string())?;
        // Both are lists of assertions whose last one is the question; those before it restrict the
        // entities, which have no attributes and no parents here.
        let last = |asserts: &[Term]| asserts.last().cloned().unwrap_or_else(|| Term::from(true));
        let compiled = Arc::new(Compiled {
            matches: last(never_matches_asserts(&symbolic).asserts()),
            fails: last(never_errors_asserts(&symbolic).asserts()),
        });
        self.compiled.insert(policy.to_owned(), Arc::clone(&compiled));
        Ok(compiled)
    }
}

impl Compiler {
    /// Whether the time of a use, the fact `at`, is in a window: from a moment, up to but not
    /// including another.
    pub(crate) fn at_within(&self, from: i64, until: Option<i64>) -> Term {
        let at = ext_datetime_val(record_get(self.context(), &"at".into()));
        let begun = bvsle(Term::from(from), at.clone());
        match until {
            Some(until) => and(begun, bvslt(at, Term::from(until))),
            None => begun,
        }
    }
}
