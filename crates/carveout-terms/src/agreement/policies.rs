//! The `cedar` blocks of a clause: parsed, lowered, held, checked for silence, validated.

use std::ops::Range;

use cedar_policy_core::{
    ast::{
        self, ActionConstraint, EntityUID, Expr, Policy as CedarPolicy, PolicyID, PolicySet, StaticPolicy,
    },
    extensions::Extensions,
    parser::parse_policyset,
    validator::{ValidationMode, Validator, ValidatorSchema},
};
use miette::Diagnostic;

use super::markdown::Block;
use crate::{
    Problem, RoleId, Vocabulary,
    law::{Condition, SilenceError, Words, lower, silent_facts},
    problem::nearest,
    vocabulary::{APPROVALS, ROLE},
};

/// Permit or forbid.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Effect {
    Permit,
    Forbid,
}

/// One policy of a clause.
#[derive(Debug, Clone)]
pub struct Policy {
    id: String,
    clause: String,
    effect: Effect,
    hold: Option<RoleId>,
    silent: Option<String>,
    has_unless: bool,
    condition: Condition,
    cedar: CedarPolicy,
    span: Range<usize>,
}

impl Policy {
    /// The id: the clause's number, and a letter where the clause has several policies.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The number of the clause.
    #[must_use]
    pub fn clause(&self) -> &str {
        &self.clause
    }

    /// Whether it permits; otherwise it forbids.
    #[must_use]
    pub fn permits(&self) -> bool {
        self.effect == Effect::Permit
    }

    /// The role whose approval lifts it.
    #[must_use]
    pub const fn hold(&self) -> Option<&RoleId> {
        self.hold.as_ref()
    }

    /// Why it may be escaped by saying nothing, if its author said so with `@silent`.
    #[must_use]
    pub fn silent(&self) -> Option<&str> {
        self.silent.as_deref()
    }

    /// Its condition in words.
    #[must_use]
    pub const fn words<'a>(&'a self, vocabulary: &'a Vocabulary) -> Words<'a> {
        Words { vocabulary, condition: &self.condition }
    }

    /// Where it is in the source.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// The lowered policy as Cedar prints it, holds included: what is evaluated.
    #[must_use]
    pub fn lowered(&self) -> String {
        self.cedar.to_string()
    }

    pub(crate) const fn effect(&self) -> Effect {
        self.effect
    }

    pub(crate) const fn condition(&self) -> &Condition {
        &self.condition
    }

    pub(crate) const fn cedar(&self) -> &CedarPolicy {
        &self.cedar
    }

    pub(super) const fn has_unless(&self) -> bool {
        self.has_unless
    }
}

/// Gives the policies of one clause their ids.
pub(super) fn name_policies(clause: &str, policies: &mut [Policy]) {
    let several = policies.len() > 1;
    for (position, policy) in policies.iter_mut().enumerate() {
        policy.id = if several { format!("{clause}{}", letters(position)) } else { clause.to_owned() };
        policy.cedar = policy.cedar.new_id(PolicyID::from_string(&policy.id));
    }
}

/// `a` to `z`, then `aa` and so on.
fn letters(position: usize) -> String {
    let last = char::from(b'a' + u8::try_from(position % 26).unwrap_or(0));
    if position < 26 { last.to_string() } else { format!("{}{last}", letters(position / 26 - 1)) }
}

/// Compiles the policies of one agreement.
pub(super) struct Compiler<'a> {
    pub(super) vocabulary: &'a Vocabulary,
    pub(super) source: &'a str,
    pub(super) roles: &'a [RoleId],
    pub(super) limit: bool,
}

impl Compiler<'_> {
    /// Compiles one block. Policies with problems are left out.
    pub(super) fn block(&self, clause: &str, block: &Block, problems: &mut Vec<Problem>) -> Vec<Policy> {
        // Everything else blanked, so that Cedar's spans are spans into the file.
        let mut text = " ".repeat(block.content.start);
        text.push_str(self.source.get(block.content.clone()).unwrap_or_default());
        let parsed = match parse_policyset(&text) {
            Ok(parsed) => parsed,
            Err(errors) => {
                problems.extend(errors.iter().map(|error| diagnosed("cedar-syntax", error, &block.content)));
                return Vec::new();
            }
        };
        for template in parsed.templates() {
            let span = template.loc().map_or(block.content.clone(), |loc| loc.start()..loc.end());
            problems.push(Problem::error(
                "template",
                span,
                "a policy with a slot can't stand in an agreement",
            ));
        }
        let mut policies: Vec<&CedarPolicy> = parsed.static_policies().collect();
        policies.sort_by_key(|policy| policy.loc().map_or(0, ast_start));
        policies.into_iter().filter_map(|policy| self.policy(clause, policy, &text, problems)).collect()
    }

    fn policy(
        &self,
        clause: &str,
        policy: &CedarPolicy,
        text: &str,
        problems: &mut Vec<Problem>,
    ) -> Option<Policy> {
        let span = policy.loc().map_or(0..0, |loc| loc.start()..loc.end());
        let before = problems.len();
        let effect = match policy.effect() {
            ast::Effect::Permit => Effect::Permit,
            ast::Effect::Forbid => Effect::Forbid,
        };
        self.check_scope(policy, &span, problems);
        let notes = self.annotations(policy, effect, &span, problems);
        let always = Expr::val(true);
        let lowered = lower(self.vocabulary, policy.non_scope_constraints().unwrap_or(&always))
            .map_err(|found| problems.extend(found))
            .ok();
        let lowered = lowered?;
        if effect == Effect::Forbid && notes.silent.is_none() {
            self.check_silence(&lowered.condition, &span, problems);
        }
        if problems.len() > before {
            return None;
        }
        let expression = match &notes.hold {
            Some(role) => Expr::and(lowered.expression, Expr::not(approved(role)?)),
            None => lowered.expression,
        };
        let cedar = StaticPolicy::new(
            policy.id().clone(),
            policy.loc().cloned(),
            policy.annotations_arc().as_ref().clone(),
            policy.effect(),
            ast::PrincipalConstraint::any(),
            ActionConstraint::any(),
            ast::ResourceConstraint::any(),
            Some(expression),
        );
        Some(Policy {
            id: clause.to_owned(),
            clause: clause.to_owned(),
            effect,
            hold: notes.hold,
            silent: notes.silent,
            has_unless: text.get(span.clone()).is_some_and(|text| text.contains("unless")),
            condition: lowered.condition,
            cedar: cedar.ok()?.into(),
            span,
        })
    }

    fn check_scope(&self, policy: &CedarPolicy, span: &Range<usize>, problems: &mut Vec<Problem>) {
        let open = *policy.action_constraint() == ActionConstraint::any()
            && policy.principal_constraint() == ast::PrincipalConstraint::any()
            && policy.resource_constraint() == ast::ResourceConstraint::any();
        if !open {
            problems.push(
                Problem::error("scope", span.clone(), "a policy's scope must be open")
                    .hint("write `(principal, action, resource)` and test facts in `when`"),
            );
        }
        if self.limit && policy.effect() == ast::Effect::Permit {
            problems.push(
                Problem::error("limit-permits", span.clone(), "a limit only forbids")
                    .hint("write `role = \"grant\"`, or turn the `permit` into an exception of a `forbid`"),
            );
        }
    }

    fn annotations(
        &self,
        policy: &CedarPolicy,
        effect: Effect,
        span: &Range<usize>,
        problems: &mut Vec<Problem>,
    ) -> Notes {
        let mut notes = Notes::default();
        for (key, value) in policy.annotations() {
            let (key, value) = (key.to_string(), value.val.to_string());
            let problem = match (key.as_str(), effect) {
                ("hold" | "silent", Effect::Permit) => Some(Problem::error(
                    "annotation",
                    span.clone(),
                    format!("`@{key}` belongs on a `forbid`"),
                )),
                ("hold", _) => {
                    let role = RoleId::new(value.clone());
                    let problem = (!self.roles.contains(&role)).then(|| {
                        Problem::error(
                            "unknown-role",
                            span.clone(),
                            format!("no party has the role `{value}`"),
                        )
                        .maybe_hint(nearest(&value, self.roles.iter().map(RoleId::as_str)))
                        .hint("list it with its party: `roles = [\"…\"]`, and write `party/role`")
                    });
                    notes.hold = Some(role);
                    problem
                }
                ("silent", _) if value.trim().is_empty() => {
                    Some(Problem::error("annotation", span.clone(), "`@silent` needs a reason"))
                }
                ("silent", _) => {
                    notes.silent = Some(value);
                    None
                }
                _ => Some(
                    Problem::error("annotation", span.clone(), format!("unknown annotation `@{key}`"))
                        .maybe_hint(nearest(&key, ["hold", "silent"]))
                        .hint(
                            "policies are named by their clause; only `@hold` and `@silent` mean something",
                        ),
                ),
            };
            problems.extend(problem);
        }
        notes
    }

    fn check_silence(&self, condition: &Condition, span: &Range<usize>, problems: &mut Vec<Problem>) {
        match silent_facts(self.vocabulary, condition) {
            Ok(facts) => problems.extend(facts.into_iter().map(|fact| {
                let name = self.vocabulary.get(fact).name();
                let message = format!("saying nothing about `{name}` escapes this restriction");
                Problem::error("silent", span.clone(), message).hint(format!(
                    "let it also cover `unknown` for `{name}`, or mark it `@silent(\"reason\")`"
                ))
            })),
            Err(SilenceError { .. }) => problems.push(
                Problem::error(
                    "too-intricate",
                    span.clone(),
                    "this restriction is too intricate to check for silence",
                )
                .hint("split it into several clauses, or mark it `@silent(\"reason\")`"),
            ),
        }
    }

    /// Validates the lowered policies strictly against the schema.
    pub(super) fn validate(&self, policies: &[Policy]) -> Vec<Problem> {
        let schema = match compile_time_schema(self.vocabulary, self.roles) {
            Ok(schema) => schema,
            Err(message) => return vec![Problem::error("schema", 0..0, message)],
        };
        let mut problems = Vec::new();
        let validator = Validator::new(schema);
        for policy in policies {
            let set = PolicySet::singleton(policy.cedar.clone());
            let result = validator.validate(&set, ValidationMode::Strict);
            problems
                .extend(result.validation_errors().map(|error| diagnosed("validation", error, &policy.span)));
            problems.extend(result.validation_warnings().map(|warning| {
                let mut problem = diagnosed("validation", warning, &policy.span);
                problem.severity = crate::Severity::Warning;
                problem
            }));
        }
        problems
    }
}

#[derive(Default)]
struct Notes {
    hold: Option<RoleId>,
    silent: Option<String>,
}

fn ast_start(location: &cedar_policy_core::parser::Loc) -> usize {
    location.start()
}

/// `context.approvals.contains(Role::"party/role")`.
fn approved(role: &RoleId) -> Option<Expr> {
    let context = Expr::get_attr(Expr::var(ast::Var::Context), APPROVALS.into());
    Some(Expr::contains(context, Expr::val(role_entity(role)?)))
}

/// A role as Cedar names it.
pub(crate) fn role_entity(role: &RoleId) -> Option<EntityUID> {
    let ty: ast::EntityType = ROLE.parse().ok()?;
    Some(EntityUID::from_components(ty, ast::Eid::new(role.as_str()), None))
}

/// The vocabulary's schema with these roles written in.
fn compile_time_schema(vocabulary: &Vocabulary, roles: &[RoleId]) -> Result<ValidatorSchema, String> {
    let mut schema = vocabulary.schema().clone();
    if !roles.is_empty() {
        let names: Vec<&str> = roles.iter().map(RoleId::as_str).collect();
        if let Some(types) = schema.pointer_mut("//entityTypes") {
            types[ROLE] = serde_json::json!({ "enum": names });
        }
        let actions = schema.pointer_mut("//actions").and_then(serde_json::Value::as_object_mut);
        for action in actions.into_iter().flat_map(serde_json::Map::values_mut) {
            if let Some(attributes) = action.pointer_mut("/appliesTo/context/attributes") {
                let element = serde_json::json!({ "type": "EntityOrCommon", "name": ROLE });
                attributes[APPROVALS] = serde_json::json!({ "type": "Set", "element": element });
            }
        }
    }
    ValidatorSchema::from_json_value(schema, Extensions::all_available()).map_err(|error| error.to_string())
}

/// A problem from one of Cedar's own diagnostics.
fn diagnosed(code: &'static str, diagnostic: &(impl Diagnostic + ?Sized), whole: &Range<usize>) -> Problem {
    let label = diagnostic.labels().and_then(|mut labels| labels.next());
    let span = label.map_or_else(|| whole.clone(), |label| label.offset()..label.offset() + label.len());
    Problem::error(code, span, diagnostic.to_string())
        .maybe_hint(diagnostic.help().map(|help| help.to_string()))
}
