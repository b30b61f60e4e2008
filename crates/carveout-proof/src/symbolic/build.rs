//! Building terms around compiled clauses: what is presumed, which agreements apply, how they combine.

use std::{collections::BTreeMap, sync::Arc};

use carveout_terms::{Enumeration, FactId, FactKind, MemberSet, Value, Vocabulary};
use cedar_policy::{EntityId, EntityTypeName, EntityUid};
use cedar_policy_symcc::{
    op::Op,
    term::Term,
    term_factory::{and, eq, ite, or, record_get, set_of, set_subset},
    term_type::TermType,
};

pub(crate) use cedar_policy_symcc::term_factory::not;

pub(crate) fn both(first: Term, second: Term) -> Term {
    and(first, second)
}

pub(crate) fn all(terms: impl IntoIterator<Item = Term>) -> Term {
    balanced(terms, and).unwrap_or_else(|| Term::from(true))
}

pub(crate) fn any(terms: impl IntoIterator<Item = Term>) -> Term {
    balanced(terms, or).unwrap_or_else(|| Term::from(false))
}

/// Combines terms two by two, so that the depth of the whole grows with the logarithm of their count:
/// everything that walks a term recurses.
fn balanced(terms: impl IntoIterator<Item = Term>, combine: fn(Term, Term) -> Term) -> Option<Term> {
    let mut level: Vec<Term> = terms.into_iter().collect();
    while level.len() > 1 {
        let mut next = Vec::with_capacity(level.len().div_ceil(2));
        let mut terms = level.into_iter();
        while let Some(first) = terms.next() {
            next.push(match terms.next() {
                Some(second) => combine(first, second),
                None => first,
            });
        }
        level = next;
    }
    level.pop()
}

/// The facts of a vocabulary as terms.
pub(crate) struct FactTerms<'a> {
    pub(crate) vocabulary: &'a Vocabulary,
    pub(crate) context: Term,
}

impl FactTerms<'_> {
    pub(crate) fn fact(&self, fact: FactId) -> Term {
        record_get(self.context.clone(), &self.vocabulary.get(fact).name().into())
    }

    /// Whether an enumerated fact is one of these members.
    pub(crate) fn one_of(&self, fact: FactId, members: &MemberSet) -> Term {
        let Some(enumeration) = self.vocabulary.get(fact).kind().enumeration() else {
            return Term::from(false);
        };
        any(members.iter().filter_map(|at| Some(eq(self.fact(fact), member(enumeration, at)?))))
    }

    /// Whether a set fact holds nothing but these members.
    pub(crate) fn within(&self, fact: FactId, members: &MemberSet) -> Term {
        match self.value(fact, &Value::Members(members.clone())) {
            Some(all) => set_subset(self.fact(fact), all),
            None => Term::from(false),
        }
    }

    /// Whether nothing is known about a fact.
    pub(crate) fn silent(&self, fact: FactId) -> Term {
        match Value::silence(self.vocabulary.get(fact).kind()).and_then(|value| self.value(fact, &value)) {
            Some(silence) => eq(self.fact(fact), silence),
            None => Term::from(false),
        }
    }

    /// A term with these presumptions filled in wherever it asks about a fact that nothing is known of.
    pub(crate) fn presuming(&self, presumed: &BTreeMap<FactId, Value>) -> Substitution {
        let replaced = presumed.iter().filter_map(|(fact, value)| {
            let presumed = self.value(*fact, value)?;
            let name = self.vocabulary.get(*fact).name().to_owned();
            Some((name, ite(self.silent(*fact), presumed, self.fact(*fact))))
        });
        Substitution { facts: replaced.collect(), context: self.context.clone() }
    }

    fn value(&self, fact: FactId, value: &Value) -> Option<Term> {
        let enumeration = self.vocabulary.get(fact).kind().enumeration()?;
        match (self.vocabulary.get(fact).kind(), value) {
            (FactKind::Member(_), Value::Member(at)) => member(enumeration, *at),
            (FactKind::Members(_), Value::Members(members)) => {
                let elements: Option<Vec<Term>> = members.iter().map(|at| member(enumeration, at)).collect();
                let ety = entity_type(enumeration)?;
                Some(set_of(elements?, TermType::Entity { ety }))
            }
            _ => None,
        }
    }
}

/// Replaces facts within a term.
pub(crate) struct Substitution {
    facts: BTreeMap<String, Term>,
    context: Term,
}

impl Substitution {
    pub(crate) fn apply(&self, term: &Term) -> Term {
        if self.facts.is_empty() {
            return term.clone();
        }
        match term {
            Term::App { op: Op::RecordGet(name), args, .. }
                if args.first() == Some(&self.context) && self.facts.contains_key(name.as_str()) =>
            {
                self.facts.get(name.as_str()).cloned().unwrap_or_else(|| term.clone())
            }
            Term::App { op, args, ret_ty } => Term::App {
                op: op.clone(),
                args: Arc::new(args.iter().map(|argument| self.apply(argument)).collect()),
                ret_ty: ret_ty.clone(),
            },
            Term::Some(inner) => Term::Some(Arc::new(self.apply(inner))),
            Term::Set { elts_ty, elts } => Term::Set {
                elts_ty: elts_ty.clone(),
                elts: Arc::new(elts.iter().map(|element| self.apply(element)).collect()),
            },
            Term::Record(fields) => {
                let replaced = fields.iter().map(|(name, field)| (name.clone(), self.apply(field)));
                Term::Record(Arc::new(replaced.collect()))
            }
            Term::Prim(_) | Term::Var(_) | Term::None(_) => term.clone(),
        }
    }
}

pub(super) fn entity_type(enumeration: &Enumeration) -> Option<EntityTypeName> {
    enumeration.name().parse().ok()
}

pub(super) fn member(enumeration: &Enumeration, at: u16) -> Option<Term> {
    let name = EntityId::new(enumeration.member_name(at));
    Some(Term::from(EntityUid::from_type_name_and_id(entity_type(enumeration)?, name)))
}
