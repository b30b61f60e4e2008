//! The `cedar` blocks of a clause: parsed, lowered, held, checked for silence, validated.

use std::ops::Range;

use cedar_policy_core::{
    ast::{self, ActionConstraint, EntityUID, Expr, Policy as CedarPolicy, PolicySet, StaticPolicy},
    extensions::Extensions,
    parser::{Loc, parse_policyset},
    validator::{ValidationMode, Validator, ValidatorSchema},
};
use miette::Diagnostic;

use super::{Effect, Policy, markdown::Block, nesting::too_deep};
use crate::{
    Problem, RoleId, Severity, Vocabulary,
    law::{Condition, SilenceError, lower, silent_facts, turns_on_scrutiny_alone},
    problem::nearest,
    vocabulary::{APPROVALS, ROLE},
};

/// Longer blocks are refused unread: a chain of `||` or `.` is nested too, and needs no brackets. The
/// longest block of the sample terms has about 1,000 bytes.
const LONGEST_BLOCK: usize = 8 * 1024;

/// Compiles the policies of one agreement.
pub(super) struct Compiler<'a> {
    pub(super) vocabulary: &'a Vocabulary,
    pub(super) source: &'a str,
    /// The roles that the parties have; none if the front matter couldn't be read.
    pub(super) roles: Option<&'a [RoleId]>,
    pub(super) limit: bool,
    pub(super) silence: Silence,
}

/// What becomes of a restriction that somebody escapes by saying nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Silence {
    Refused,
    Warned,
    Allowed,
}

impl Compiler<'_> {
    /// Compiles one block. Policies with problems are left out.
    pub(super) fn block(&self, clause: &str, block: &Block, problems: &mut Vec<Problem>) -> Vec<Policy> {
        // Cedar sees only the block, so its places count from there.
        let (text, start) = (self.source.get(block.content.clone()).unwrap_or_default(), block.content.start);
        let mut found = Vec::new();
        let mut policies = self.text(clause, text, &mut found);
        problems.extend(found.into_iter().map(|problem| problem.moved(start)));
        policies.iter_mut().for_each(|policy| policy.place_in(start));
        policies
    }

    fn text(&self, clause: &str, text: &str, problems: &mut Vec<Problem>) -> Vec<Policy> {
        if text.len() > LONGEST_BLOCK {
            let message = format!("a block can't be longer than {LONGEST_BLOCK} bytes");
            problems.push(
                Problem::error("long-block", 0..text.len(), message)
                    .hint("split it into several clauses, and name several members at once in a list"),
            );
            return Vec::new();
        }
        if let Some(place) = too_deep(text) {
            problems.push(
                Problem::error("too-deep", place..place + 1, "brackets are nested too deeply")
                    .hint("split the policy into several, or name several members at once in a list"),
            );
            return Vec::new();
        }
        let parsed = match parse_policyset(text) {
            Ok(parsed) => parsed,
            Err(errors) => {
                problems.extend(errors.iter().map(|error| diagnosed("cedar-syntax", error, text.len())));
                return Vec::new();
            }
        };
        for template in parsed.templates() {
            let span = template.loc().map_or(0..text.len(), |loc| loc.start()..loc.end());
            problems.push(
                Problem::error("template", span, "a policy with a slot can't stand in an agreement")
                    .hint("write `(principal, action, resource)` and test facts in `when`"),
            );
        }
        let mut policies: Vec<&CedarPolicy> = parsed.static_policies().collect();
        policies.sort_by_key(|policy| policy.loc().map_or(0, Loc::start));
        policies.into_iter().filter_map(|policy| self.policy(clause, policy, text, problems)).collect()
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
        let written = policy.non_scope_constraints().unwrap_or(&always);
        let lowered = lower(self.vocabulary, written, &span).map_err(|found| problems.extend(found)).ok()?;
        self.check_scrutiny(&lowered.condition, effect, notes.hold.is_some(), &span, problems);
        let mut silent = Vec::new();
        if effect == Effect::Forbid && notes.silent.is_none() && self.silence != Silence::Allowed {
            self.check_silence(&lowered.condition, &span, &mut silent);
        }
        if self.silence == Silence::Refused {
            problems.append(&mut silent);
        }
        if problems.len() > before {
            return None;
        }
        problems.extend(silent.into_iter().map(|problem| Problem { severity: Severity::Warning, ..problem }));
        let Some(cedar) = evaluated(policy, lowered.expression.clone(), notes.hold.as_ref()) else {
            // A policy that can't be built must not just be missing: it might have been a `forbid`.
            problems.push(Problem::error("not-compiled", span, "this policy can't be compiled"));
            return None;
        };
        Some(Policy {
            id: clause.to_owned(),
            clause: clause.to_owned(),
            effect,
            hold: notes.hold,
            silent: notes.silent,
            has_unless: text.get(span.clone()).is_some_and(says_unless),
            condition: lowered.condition,
            written: written.clone(),
            lowered: lowered.expression,
            cedar,
            span,
            block: 0,
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
                ("hold" | "silent", Effect::Permit) => Some(
                    Problem::error("annotation", span.clone(), format!("`@{key}` belongs on a `forbid`"))
                        .hint("take it off; a grant holds nothing and forbids nothing"),
                ),
                ("hold", _) => {
                    let role = RoleId::new(value.clone());
                    let unknown = self.roles.filter(|roles| !roles.contains(&role));
                    let problem = unknown.map(|roles| {
                        Problem::error(
                            "unknown-role",
                            span.clone(),
                            format!("no party has the role `{value}`"),
                        )
                        .maybe_hint(nearest(&value, roles.iter().map(RoleId::as_str)))
                        .hint("list it with its party: `roles = [\"…\"]`, and write `party/role`")
                    });
                    notes.hold = Some(role);
                    problem
                }
                ("silent", _) if value.trim().is_empty() => Some(
                    Problem::error("annotation", span.clone(), "`@silent` needs a reason")
                        .hint("say which clause deals with silence: `@silent(\"clause 2.2 forbids it\")`"),
                ),
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

    /// A fact that raises scrutiny only may hold, or have a judge asked: it may not grant, nor deny by itself.
    fn check_scrutiny(
        &self,
        condition: &Condition,
        effect: Effect,
        holds: bool,
        span: &Range<usize>,
        problems: &mut Vec<Problem>,
    ) {
        if holds {
            return;
        }
        let facts = match effect {
            Effect::Permit => {
                let tested = condition.facts().into_iter();
                Ok(tested.filter(|fact| self.vocabulary.get(*fact).raises_scrutiny_only()).collect())
            }
            Effect::Forbid => turns_on_scrutiny_alone(self.vocabulary, condition),
        };
        match facts {
            Ok(facts) => problems.extend(facts.into_iter().map(|fact| {
                let name = self.vocabulary.get(fact).name();
                let (message, hint) = match effect {
                    Effect::Permit => (
                        format!("a grant can't rest on `{name}`, which only raises scrutiny"),
                        format!("take it out, and test `{name}` in a `forbid` with `@hold(\"party/role\")`"),
                    ),
                    Effect::Forbid => (
                        format!("this denies on `{name}` alone, which only raises scrutiny"),
                        "mark it `@hold(\"party/role\")`, or let it also ask for a fact that a judge attests"
                            .to_owned(),
                    ),
                };
                Problem::error("scrutiny-alone", span.clone(), message).hint(hint)
            })),
            Err(SilenceError { .. }) => problems.push(
                Problem::error(
                    "too-intricate",
                    span.clone(),
                    "this policy is too intricate to check what it rests on",
                )
                .hint("split it into several clauses, or mark it `@hold(\"party/role\")`"),
            ),
        }
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
        let held: Vec<RoleId> = policies.iter().filter_map(|policy| policy.hold().cloned()).collect();
        let schema = match compile_time_schema(self.vocabulary, self.roles.unwrap_or(&held)) {
            Ok(schema) => schema,
            Err(message) => return vec![Problem::error("schema", 0..0, message)],
        };
        let mut problems = Vec::new();
        let validator = Validator::new(schema);
        for policy in policies {
            let set = PolicySet::singleton(policy.cedar.clone());
            let result = validator.validate(&set, ValidationMode::Strict);
            let errors =
                result.validation_errors().map(|error| diagnosed("validation", error, policy.span.len()));
            let warnings = result.validation_warnings().map(|warning| Problem {
                severity: Severity::Warning,
                ..diagnosed("validation", warning, policy.span.len())
            });
            problems.extend(errors.chain(warnings).map(|problem| problem.moved(policy.block)));
        }
        problems
    }
}

#[derive(Default)]
struct Notes {
    hold: Option<RoleId>,
    silent: Option<String>,
}

/// The policy that Cedar evaluates: lowered, and lifted by an approval if it is a hold.
fn evaluated(policy: &CedarPolicy, lowered: Expr, hold: Option<&RoleId>) -> Option<CedarPolicy> {
    let expression = match hold {
        Some(role) => Expr::and(lowered, Expr::not(approved(role)?)),
        None => lowered,
    };
    let evaluated = StaticPolicy::new(
        policy.id().clone(),
        policy.loc().cloned(),
        policy.annotations_arc().as_ref().clone(),
        policy.effect(),
        ast::PrincipalConstraint::any(),
        ActionConstraint::any(),
        ast::ResourceConstraint::any(),
        Some(expression),
    );
    evaluated.ok().map(CedarPolicy::from)
}

/// Whether a policy's text has an `unless`, comments aside.
fn says_unless(text: &str) -> bool {
    text.lines().any(|line| line.split("//").next().is_some_and(|code| code.contains("unless")))
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

/// A problem from one of Cedar's own diagnostics, in a text so many bytes long.
fn diagnosed(code: &'static str, diagnostic: &(impl Diagnostic + ?Sized), length: usize) -> Problem {
    let label = diagnostic.labels().and_then(|mut labels| labels.next());
    let span = label.map_or(0..length, |label| label.offset()..label.offset() + label.len());
    Problem::error(code, span, diagnostic.to_string())
        .maybe_hint(diagnostic.help().map(|help| help.to_string()))
}
