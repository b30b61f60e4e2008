//! From terms to wires.

#[cfg(test)]
mod tests;

use std::{collections::HashMap, sync::Arc};

use carveout_terms::{FactKind, Vocabulary};
use cedar_policy_symcc::{
    ext::Ext,
    op::{ExtOp, Op},
    term::{Term, TermPrim},
    term_type::TermType,
};

use super::signal::{Number, Signal};
use crate::{
    Undecided,
    engine::{Circuit, Fabric, Space, Wire},
};

/// Turns terms into wires, each application once.
#[derive(Default)]
pub(crate) struct Blaster {
    /// By the address of the arguments and the operator. The term is kept, so that its address is
    /// not used again.
    known: HashMap<(usize, String), (Term, Signal)>,
}

/// What a term is turned into wires with.
pub(crate) struct Bench<'a> {
    pub(crate) circuit: &'a mut Circuit,
    pub(crate) space: &'a mut Space,
}

impl Blaster {
    /// The wire of a term that is true or false.
    pub(crate) fn truth(
        &mut self,
        circuit: &mut Circuit,
        space: &mut Space,
        term: &Term,
    ) -> Result<Wire, Undecided> {
        match self.signal(&mut Bench { circuit, space }, term)? {
            Signal::Truth(wire) => Ok(wire),
            _ => Err(outside("a condition that is neither true nor false")),
        }
    }

    fn signal(&mut self, bench: &mut Bench<'_>, term: &Term) -> Result<Signal, Undecided> {
        match term {
            Term::Prim(literal) => bench.literal(literal),
            Term::Var(variable) if variable.id == "context" => Ok(Signal::Facts),
            Term::Var(variable) => Err(outside(format!("the variable `{}`", variable.id))),
            Term::None(_) => Ok(Signal::Maybe { there: bench.circuit.constant(false), value: None }),
            Term::Some(inner) => {
                let value = self.signal(bench, inner)?;
                Ok(Signal::Maybe { there: bench.circuit.constant(true), value: Some(Box::new(value)) })
            }
            Term::Set { elts_ty, elts } => {
                let elements: Result<Vec<Signal>, Undecided> =
                    elts.iter().map(|element| self.signal(bench, element)).collect();
                bench.set(elts_ty, elements?)
            }
            Term::Record(_) => Err(outside("a record")),
            Term::App { op, args, .. } => {
                let key = (Arc::as_ptr(args) as usize, operator(op));
                if let Some((_, signal)) = self.known.get(&key) {
                    return Ok(signal.clone());
                }
                let signal = self.application(bench, op, args)?;
                self.known.insert(key, (term.clone(), signal.clone()));
                Ok(signal)
            }
        }
    }

    fn application(
        &mut self,
        bench: &mut Bench<'_>,
        op: &Op,
        arguments: &[Term],
    ) -> Result<Signal, Undecided> {
        let signals: Result<Vec<Signal>, Undecided> =
            arguments.iter().map(|argument| self.signal(bench, argument)).collect();
        bench.apply(op, signals?)
    }
}

impl Bench<'_> {
    fn literal(&self, literal: &TermPrim) -> Result<Signal, Undecided> {
        Ok(match literal {
            TermPrim::Bool(value) => Signal::Truth(self.circuit.constant(*value)),
            TermPrim::Bitvec(bits) => Signal::Number(Number::Constant(
                bits.to_int().try_into().map_err(|_| outside("a number of more than 64 bits"))?,
            )),
            TermPrim::Ext(Ext::Datetime { dt }) => Signal::Number(Number::Constant(i64::from(dt))),
            TermPrim::Entity(uid) => {
                let of = uid.type_name().to_string();
                let enumeration = enumeration(self.space.vocabulary(), &of)?;
                let name: &str = uid.id().as_ref();
                let at = enumeration.position(name).ok_or_else(|| outside(format!("`{uid}`")))?;
                let wire = |member: usize| self.circuit.constant(member == usize::from(at));
                let members = (0..enumeration.members().len()).map(wire).collect();
                Signal::Member { of, members }
            }
            TermPrim::Ext(_) => return Err(outside("an address, a decimal number or a duration")),
            TermPrim::String(_) => return Err(outside("a text")),
        })
    }

    fn set(&mut self, of: &TermType, elements: Vec<Signal>) -> Result<Signal, Undecided> {
        let TermType::Entity { ety } = of else { return Err(outside("a set of anything but members")) };
        let of = ety.to_string();
        let count = enumeration(self.space.vocabulary(), &of)?.members().len();
        let mut wires: Vec<Vec<Wire>> = vec![Vec::new(); count];
        for element in elements {
            let Signal::Member { members, .. } = element else {
                return Err(outside("a set of anything but members"));
            };
            wires.iter_mut().zip(members).for_each(|(all, wire)| all.push(wire));
        }
        let members = wires.into_iter().map(|wires| self.circuit.any(wires)).collect();
        Ok(Signal::Set { of, members })
    }

    fn apply(&mut self, op: &Op, arguments: Vec<Signal>) -> Result<Signal, Undecided> {
        use Signal::{Facts, Maybe, Member, Number as Numeric, Set, Truth};
        let mut arguments = arguments.into_iter();
        let mut next = || arguments.next();
        let signal = match (op, next(), next(), next()) {
            (Op::And, Some(Truth(first)), Some(Truth(second)), None) => {
                Truth(self.circuit.and(first, second))
            }
            (Op::Or, Some(Truth(first)), Some(Truth(second)), None) => Truth(self.circuit.or(first, second)),
            (Op::Not, Some(Truth(wire)), None, None) => Truth(!wire),
            (Op::Ite, Some(Truth(test)), Some(then), Some(otherwise)) => {
                self.choose(test, then, otherwise)?
            }
            (Op::Eq, Some(first), Some(second), None) => Truth(self.equal(first, second)?),
            (Op::RecordGet(name), Some(Facts), None, None) => self.fact(name)?,
            (Op::OptionGet, Some(Maybe { value: Some(value), .. }), None, None) => *value,
            (Op::Ext(ExtOp::DatetimeVal), Some(Numeric(number)), None, None) => Numeric(number),
            (Op::Bvslt, Some(Numeric(first)), Some(Numeric(second)), None) => {
                Truth(!self.at_least(&first, &second)?)
            }
            (Op::Bvsle, Some(Numeric(first)), Some(Numeric(second)), None) => {
                Truth(self.at_least(&second, &first)?)
            }
            (Op::SetMember, Some(Member { of, members }), Some(Set { of: over, members: held }), None)
                if of == over =>
            {
                let pairs: Vec<Wire> =
                    members.iter().zip(&held).map(|(is, has)| self.circuit.and(*is, *has)).collect();
                Truth(self.circuit.any(pairs))
            }
            (Op::SetSubset, Some(Set { of, members }), Some(Set { of: over, members: held }), None)
                if of == over =>
            {
                let missing: Vec<Wire> =
                    members.iter().zip(&held).map(|(in_, has)| self.circuit.and(*in_, !*has)).collect();
                Truth(!self.circuit.any(missing))
            }
            (Op::SetInter, Some(Set { of, members }), Some(Set { of: over, members: held }), None)
                if of == over =>
            {
                let members =
                    members.iter().zip(&held).map(|(in_, has)| self.circuit.and(*in_, *has)).collect();
                Set { of, members }
            }
            _ => return Err(outside(format!("the operator `{}`", op.mk_name()))),
        };
        Ok(signal)
    }

    fn fact(&self, name: &str) -> Result<Signal, Undecided> {
        let vocabulary = self.space.vocabulary();
        let fact = vocabulary.fact(name).ok_or_else(|| outside(format!("the attribute `{name}`")))?;
        let of = || match vocabulary.get(fact).kind() {
            FactKind::Member(enumeration) | FactKind::Members(enumeration) => enumeration.name().to_owned(),
            FactKind::Bool | FactKind::Long | FactKind::Datetime => String::new(),
        };
        Ok(match self.space.fabric(fact) {
            Fabric::Member(members) => Signal::Member { of: of(), members: members.clone() },
            Fabric::Set(members) => Signal::Set { of: of(), members: members.clone() },
            Fabric::Bool(wire) => Signal::Truth(*wire),
            Fabric::Number { .. } => Signal::Number(Number::Fact(fact)),
        })
    }

    fn choose(&mut self, test: Wire, then: Signal, otherwise: Signal) -> Result<Signal, Undecided> {
        let mut wires = |then: Vec<Wire>, otherwise: Vec<Wire>| -> Vec<Wire> {
            then.into_iter()
                .zip(otherwise)
                .map(|(then, otherwise)| self.circuit.choose(test, then, otherwise))
                .collect()
        };
        Ok(match (then, otherwise) {
            (Signal::Truth(then), Signal::Truth(otherwise)) => {
                Signal::Truth(self.circuit.choose(test, then, otherwise))
            }
            (Signal::Member { of, members }, Signal::Member { of: other, members: others })
                if of == other =>
            {
                Signal::Member { of, members: wires(members, others) }
            }
            (Signal::Set { of, members }, Signal::Set { of: other, members: others }) if of == other => {
                Signal::Set { of, members: wires(members, others) }
            }
            (Signal::Number(then), Signal::Number(otherwise)) => {
                Signal::Number(Number::Either { test, then: Box::new(then), otherwise: Box::new(otherwise) })
            }
            (Signal::Maybe { there, value }, Signal::Maybe { there: other_there, value: other }) => {
                let there = self.circuit.choose(test, there, other_there);
                let value = match (value, other) {
                    (Some(value), Some(other)) => Some(Box::new(self.choose(test, *value, *other)?)),
                    (value, other) => value.or(other),
                };
                Signal::Maybe { there, value }
            }
            _ => return Err(outside("a choice between values of different types")),
        })
    }

    fn equal(&mut self, first: Signal, second: Signal) -> Result<Wire, Undecided> {
        Ok(match (first, second) {
            (Signal::Truth(first), Signal::Truth(second)) => self.circuit.same(first, second),
            // Exactly one wire is true on each side, so one common true wire is enough.
            (Signal::Member { of, members }, Signal::Member { of: other, members: others })
                if of == other =>
            {
                let common: Vec<Wire> =
                    members.iter().zip(&others).map(|(is, too)| self.circuit.and(*is, *too)).collect();
                self.circuit.any(common)
            }
            (Signal::Set { of, members }, Signal::Set { of: other, members: others }) if of == other => {
                let alike: Vec<Wire> =
                    members.iter().zip(&others).map(|(has, too)| self.circuit.same(*has, *too)).collect();
                self.circuit.all(alike)
            }
            (Signal::Number(first), Signal::Number(second)) => {
                let least = self.at_least(&first, &second)?;
                let most = self.at_least(&second, &first)?;
                self.circuit.and(least, most)
            }
            (Signal::Maybe { there, value }, Signal::Maybe { there: other_there, value: other }) => {
                let presence = self.circuit.same(there, other_there);
                let alike = match (value, other) {
                    (Some(value), Some(other)) => self.equal(*value, *other)?,
                    // Where one side is never there, equal means that neither is.
                    _ => !there,
                };
                let content = self.circuit.or(!there, alike);
                self.circuit.and(presence, content)
            }
            _ => return Err(outside("a comparison of values of different types")),
        })
    }

    /// Whether the first number is at least the second.
    fn at_least(&mut self, first: &Number, second: &Number) -> Result<Wire, Undecided> {
        Ok(match (first, second) {
            (Number::Either { test, then, otherwise }, second) => {
                let (then, otherwise) = (self.at_least(then, second)?, self.at_least(otherwise, second)?);
                self.circuit.choose(*test, then, otherwise)
            }
            (first, Number::Either { test, then, otherwise }) => {
                let (then, otherwise) = (self.at_least(first, then)?, self.at_least(first, otherwise)?);
                self.circuit.choose(*test, then, otherwise)
            }
            (Number::Constant(first), Number::Constant(second)) => self.circuit.constant(first >= second),
            (Number::Fact(fact), Number::Constant(bound)) => self.space.at_least(self.circuit, *fact, *bound),
            (Number::Constant(bound), Number::Fact(fact)) => match bound.checked_add(1) {
                Some(above) => !self.space.at_least(self.circuit, *fact, above),
                None => self.circuit.constant(true),
            },
            (Number::Fact(first), Number::Fact(second)) if first == second => self.circuit.constant(true),
            (Number::Fact(first), Number::Fact(second)) => {
                let vocabulary = self.space.vocabulary();
                let (first, second) = (vocabulary.get(*first).name(), vocabulary.get(*second).name());
                return Err(Undecided::unsupported(
                    format!("a clause that compares `{first}` with `{second}`"),
                    "compare each of them with a number or a time instead",
                ));
            }
        })
    }
}

fn enumeration<'v>(
    vocabulary: &'v Vocabulary,
    name: &str,
) -> Result<&'v Arc<carveout_terms::Enumeration>, Undecided> {
    let found = vocabulary.enumerations().iter().find(|enumeration| enumeration.name() == name);
    found.ok_or_else(|| outside(format!("the entity type `{name}`")))
}

/// The operator, told apart from every other on the same arguments.
fn operator(op: &Op) -> String {
    match op {
        Op::RecordGet(name) => format!("record.get {name}"),
        Op::ZeroExtend(by) => format!("zero_extend {by}"),
        Op::Ext(ext) => ext.mk_name().to_owned(),
        Op::Uuf(function) => format!("uuf {}", function.id),
        Op::StringLike(pattern) => format!("like {pattern:?}"),
        other => other.mk_name().to_owned(),
    }
}

fn outside(what: impl Into<String>) -> Undecided {
    Undecided::unsupported(what, "say it with members, numbers and times of single facts")
}
