//! The policies of a clause, compiled.

use std::ops::Range;

use cedar_policy_core::ast::{Expr, Policy as CedarPolicy, PolicyID};

use crate::{
    RoleId, Vocabulary,
    law::{Condition, Words},
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
    pub(super) id: String,
    pub(super) clause: String,
    pub(super) effect: Effect,
    pub(super) hold: Option<RoleId>,
    pub(super) silent: Option<String>,
    pub(super) has_unless: bool,
    pub(super) condition: Condition,
    /// The condition as it was written.
    pub(super) written: Expr,
    /// The lowered condition, without the hold.
    pub(super) lowered: Expr,
    pub(super) cedar: CedarPolicy,
    pub(super) span: Range<usize>,
    /// Where its block starts: Cedar's own places count from there.
    pub(super) block: usize,
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

    /// The lowered policy as Cedar prints it, without its hold: what is proven about.
    #[must_use]
    pub fn unheld(&self) -> String {
        let effect = if self.permits() { "permit" } else { "forbid" };
        format!("{effect} (principal, action, resource) when {{ {} }};", self.lowered)
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

    /// Turns places within the block into places within the source.
    pub(super) fn place_in(&mut self, block: usize) {
        self.block = block;
        self.span = self.span.start + block..self.span.end + block;
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
