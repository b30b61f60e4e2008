//! Every operator, against what it means, for every value of its facts.

use std::sync::Arc;

use carveout_terms::Vocabulary;
use cedar_policy::EntityUid;
use cedar_policy_symcc::{
    ext::Ext,
    op::{ExtOp, Op, Uuf},
    term::{Term, TermPrim},
    term_factory::set_of,
    term_type::TermType,
};

use super::Blaster;
use crate::{
    Budget, Undecided,
    engine::{Answer, Circuit, Fabric, Space, Wire},
    symbolic::Compiler,
};

const SCHEMA: &str = r#"
entity Program;
entity Colour enum ["amber", "blue", "unknown"];
entity Other enum ["unknown"];
action invoke appliesTo {
  principal: [Program],
  resource: [Other],
  context: {
    @attester("caller") @doc("x") colour: Colour,
    @attester("caller") @doc("x") shade: Colour,
    @attester("caller") @doc("x") tags: Set<Colour>,
    @attester("caller") @doc("x") labels: Set<Colour>,
    @attester("gateway") @doc("x") at: datetime,
    @attester("gateway") @doc("x") ends: datetime,
    @attester("gateway") @doc("x") maker: Other,
    @attester("gateway") @doc("x") host: Other,
    @attester("gateway") @doc("x") operator: Other,
    @attester("gateway") @doc("x") model: Other,
    @attester("gateway") @doc("x") flag: Bool,
    @attester("gateway") @doc("x") sign: Bool,
    @attester("gateway") @doc("x") parts: Long,
    @attester("gateway") @doc("x") tools: Long,
  }
};
"#;

/// One value of every fact that the terms are about. Members by position, sets as bits.
#[derive(Clone, Copy, Debug)]
struct Sample {
    colour: usize,
    shade: usize,
    tags: u8,
    labels: u8,
    flag: bool,
    sign: bool,
    parts: i64,
    at: i64,
}

struct Stand {
    vocabulary: Arc<Vocabulary>,
    context: Term,
    circuit: Circuit,
    space: Space,
    blaster: Blaster,
}

impl Stand {
    fn new() -> Self {
        let vocabulary =
            Arc::new(Vocabulary::parse(SCHEMA, "vocabulary = \"ops\"\nversion = \"1\"\n").unwrap());
        let context = Compiler::new(&vocabulary).unwrap().context();
        let mut circuit = Circuit::new(&Budget::unlimited());
        let space = Space::new(Arc::clone(&vocabulary), &mut circuit);
        Self { vocabulary, context, circuit, space, blaster: Blaster::default() }
    }

    fn fact(&self, name: &str, ty: TermType) -> Term {
        app(Op::RecordGet(name.into()), [self.context.clone()], ty)
    }

    fn truth(&mut self, term: &Term) -> Result<Wire, Undecided> {
        self.blaster.truth(&mut self.circuit, &mut self.space, term)
    }

    /// The wires that together say that every fact is as in the sample.
    fn wires(&mut self, sample: Sample) -> Vec<Wire> {
        let fact = |name: &str| self.vocabulary.fact(name).unwrap();
        let [colour, shade, tags, labels, flag, sign, parts, at] =
            ["colour", "shade", "tags", "labels", "flag", "sign", "parts", "at"].map(fact);
        let mut wires = Vec::new();
        for (fact, bits) in [
            (colour, 1 << sample.colour),
            (shade, 1 << sample.shade),
            (tags, sample.tags),
            (labels, sample.labels),
            (flag, u8::from(sample.flag)),
            (sign, u8::from(sample.sign)),
        ] {
            let members = match self.space.fabric(fact) {
                Fabric::Member(members) | Fabric::Set(members) => members.clone(),
                Fabric::Bool(wire) => vec![*wire],
                Fabric::Number { .. } => Vec::new(),
            };
            let is = |(at, wire): (usize, Wire)| if bits >> at & 1 == 1 { wire } else { !wire };
            wires.extend(members.into_iter().enumerate().map(is));
        }
        for (fact, number) in [(parts, sample.parts), (at, sample.at)] {
            wires.push(self.space.at_least(&mut self.circuit, fact, number));
            wires.push(!self.space.at_least(&mut self.circuit, fact, number + 1));
        }
        wires
    }

    fn possible(&mut self, wires: &[Wire]) -> bool {
        matches!(self.circuit.ask(wires), Answer::Possible)
    }
}

fn app<const N: usize>(op: Op, args: [Term; N], ret_ty: TermType) -> Term {
    Term::App { op, args: Arc::new(args.to_vec()), ret_ty }
}

fn truth<const N: usize>(op: Op, args: [Term; N]) -> Term {
    app(op, args, TermType::Bool)
}

fn uid(text: &str) -> EntityUid {
    text.parse().unwrap()
}

fn colours() -> TermType {
    TermType::Entity { ety: uid("Colour::\"blue\"").type_name().clone() }
}

fn number() -> TermType {
    TermType::Bitvec { n: std::num::NonZeroU32::new(64).unwrap() }
}

fn samples() -> impl Iterator<Item = Sample> {
    let truths = || [false, true].into_iter();
    (0..3).flat_map(move |colour| {
        (0..3).flat_map(move |shade| {
            (1..8).flat_map(move |tags| {
                [1, 2, 6, 7].into_iter().flat_map(move |labels| {
                    truths().flat_map(move |flag| {
                        truths().flat_map(move |sign| {
                            [(-1, 4), (0, 5), (5, 6), (6, 0)].into_iter().map(move |(parts, at)| Sample {
                                colour,
                                shade,
                                tags,
                                labels,
                                flag,
                                sign,
                                parts,
                                at,
                            })
                        })
                    })
                })
            })
        })
    })
}

type Meaning = fn(Sample) -> bool;

/// Terms with every operator that is taken, and what each means.
fn taken(stand: &Stand) -> Vec<(Term, Meaning)> {
    let set = || TermType::Set { ty: Arc::new(colours()) };
    let [colour, shade] = ["colour", "shade"].map(|name| stand.fact(name, colours()));
    let [tags, labels] = ["tags", "labels"].map(|name| stand.fact(name, set()));
    let [flag, sign] = ["flag", "sign"].map(|name| stand.fact(name, TermType::Bool));
    let parts = stand.fact("parts", number());
    let at = stand.fact("at", TermType::Ext { xty: cedar_policy_symcc::type_abbrevs::ExtType::DateTime });
    let millis = app(Op::Ext(ExtOp::DatetimeVal), [at.clone()], number());
    let blue = Term::from(uid("Colour::\"blue\""));
    let cold = set_of([blue.clone(), Term::from(uid("Colour::\"unknown\""))], colours());
    let five = || Term::from(5_i64);
    let moment = Term::Prim(TermPrim::Ext(Ext::parse_datetime("1970-01-01T00:00:00.005Z").unwrap()));
    let either = app(Op::Ite, [flag.clone(), parts.clone(), five()], number());
    let some = |inner: &Term| Term::Some(Arc::new(inner.clone()));
    let maybe = app(
        Op::Ite,
        [flag.clone(), some(&colour), Term::None(colours())],
        TermType::Option { ty: Arc::new(colours()) },
    );
    vec![
        (truth(Op::And, [flag.clone(), sign.clone()]), |use_| use_.flag && use_.sign),
        (truth(Op::Or, [flag.clone(), sign.clone()]), |use_| use_.flag || use_.sign),
        (truth(Op::Not, [flag.clone()]), |use_| !use_.flag),
        (truth(Op::Ite, [flag.clone(), sign.clone(), truth(Op::Not, [sign.clone()])]), |use_| {
            if use_.flag { use_.sign } else { !use_.sign }
        }),
        (truth(Op::Eq, [flag.clone(), sign.clone()]), |use_| use_.flag == use_.sign),
        (truth(Op::Eq, [colour.clone(), shade.clone()]), |use_| use_.colour == use_.shade),
        (truth(Op::Eq, [colour.clone(), blue.clone()]), |use_| use_.colour == 1),
        (
            truth(
                Op::Eq,
                [app(Op::Ite, [flag.clone(), colour.clone(), shade.clone()], colours()), blue.clone()],
            ),
            |use_| if use_.flag { use_.colour == 1 } else { use_.shade == 1 },
        ),
        (truth(Op::Eq, [tags.clone(), labels.clone()]), |use_| use_.tags == use_.labels),
        (truth(Op::Eq, [tags.clone(), cold.clone()]), |use_| use_.tags == 0b110),
        (truth(Op::SetMember, [blue.clone(), tags.clone()]), |use_| use_.tags & 0b010 != 0),
        (truth(Op::SetMember, [colour.clone(), cold.clone()]), |use_| use_.colour != 0),
        (truth(Op::SetMember, [colour.clone(), tags.clone()]), |use_| use_.tags >> use_.colour & 1 == 1),
        (truth(Op::SetSubset, [tags.clone(), labels.clone()]), |use_| use_.tags & !use_.labels == 0),
        (truth(Op::SetSubset, [cold.clone(), tags.clone()]), |use_| use_.tags & 0b110 == 0b110),
        (truth(Op::Eq, [app(Op::SetInter, [tags.clone(), labels.clone()], set()), cold.clone()]), |use_| {
            use_.tags & use_.labels == 0b110
        }),
        (
            truth(Op::Eq, [app(Op::Ite, [flag.clone(), tags.clone(), cold.clone()], set()), labels.clone()]),
            |use_| (if use_.flag { use_.tags } else { 0b110 }) == use_.labels,
        ),
        (truth(Op::Bvslt, [parts.clone(), five()]), |use_| use_.parts < 5),
        (truth(Op::Bvslt, [five(), parts.clone()]), |use_| 5 < use_.parts),
        (truth(Op::Bvsle, [parts.clone(), five()]), |use_| use_.parts <= 5),
        (truth(Op::Bvsle, [five(), parts.clone()]), |use_| 5 <= use_.parts),
        (truth(Op::Bvslt, [parts.clone(), Term::from(i64::MIN)]), |_| false),
        (truth(Op::Bvsle, [Term::from(i64::MAX), parts.clone()]), |_| false),
        (truth(Op::Bvsle, [parts.clone(), Term::from(i64::MAX)]), |_| true),
        (truth(Op::Bvslt, [Term::from(i64::MAX), parts.clone()]), |_| false),
        (truth(Op::Bvslt, [parts.clone(), parts.clone()]), |_| false),
        (truth(Op::Eq, [parts.clone(), five()]), |use_| use_.parts == 5),
        (truth(Op::Bvslt, [either, Term::from(6_i64)]), |use_| !use_.flag || use_.parts < 6),
        (truth(Op::Bvslt, [millis.clone(), five()]), |use_| use_.at < 5),
        (truth(Op::Eq, [at, moment]), |use_| use_.at == 5),
        (truth(Op::Eq, [maybe.clone(), some(&blue)]), |use_| use_.flag && use_.colour == 1),
        (truth(Op::Eq, [maybe.clone(), Term::None(colours())]), |use_| !use_.flag),
        (
            truth(
                Op::And,
                [flag.clone(), truth(Op::Eq, [app(Op::OptionGet, [maybe], colours()), blue.clone()])],
            ),
            |use_| use_.flag && use_.colour == 1,
        ),
    ]
}

#[test]
fn every_operator_that_is_taken_means_what_it_says() {
    let mut stand = Stand::new();
    for (number, (term, meaning)) in taken(&stand).into_iter().enumerate() {
        let wire = stand.truth(&term).unwrap_or_else(|error| panic!("term {number}: {error}"));
        for sample in samples() {
            let mut wires = stand.wires(sample);
            wires.push(wire);
            assert_eq!(stand.possible(&wires), meaning(sample), "term {number} of {sample:?}: {term:?}");
            let last = wires.len() - 1;
            wires[last] = !wire;
            assert_eq!(stand.possible(&wires), !meaning(sample), "not term {number} of {sample:?}");
        }
    }
}

/// Whether an operator is taken at all. A new operator of the compiler doesn't pass unnoticed here.
fn is_taken(op: &Op) -> bool {
    match op {
        Op::And
        | Op::Or
        | Op::Not
        | Op::Ite
        | Op::Eq
        | Op::RecordGet(_)
        | Op::OptionGet
        | Op::Ext(ExtOp::DatetimeVal)
        | Op::Bvslt
        | Op::Bvsle
        | Op::SetMember
        | Op::SetSubset
        | Op::SetInter => true,
        Op::Bvadd
        | Op::Bvlshr
        | Op::Bvmul
        | Op::Bvneg
        | Op::Bvnego
        | Op::Bvsaddo
        | Op::Bvsdiv
        | Op::Bvshl
        | Op::Bvsmod
        | Op::Bvsmulo
        | Op::Bvsrem
        | Op::Bvssubo
        | Op::Bvsub
        | Op::Bvudiv
        | Op::Bvule
        | Op::Bvult
        | Op::Bvurem
        | Op::StringLike(_)
        | Op::Uuf(_)
        | Op::ZeroExtend(_)
        | Op::Ext(
            ExtOp::DatetimeOfBitVec
            | ExtOp::DecimalVal
            | ExtOp::DurationOfBitVec
            | ExtOp::DurationVal
            | ExtOp::IpaddrAddrV4
            | ExtOp::IpaddrAddrV6
            | ExtOp::IpaddrIsV4
            | ExtOp::IpaddrPrefixV4
            | ExtOp::IpaddrPrefixV6,
        ) => false,
    }
}

#[test]
fn every_other_operator_is_refused() {
    let function = Uuf { id: "f".into(), arg: number(), out: number() };
    let refused = [
        Op::Bvadd,
        Op::Bvlshr,
        Op::Bvmul,
        Op::Bvneg,
        Op::Bvnego,
        Op::Bvsaddo,
        Op::Bvsdiv,
        Op::Bvshl,
        Op::Bvsmod,
        Op::Bvsmulo,
        Op::Bvsrem,
        Op::Bvssubo,
        Op::Bvsub,
        Op::Bvudiv,
        Op::Bvule,
        Op::Bvult,
        Op::Bvurem,
        Op::Uuf(Arc::new(function)),
        Op::ZeroExtend(0),
        Op::Ext(ExtOp::DatetimeOfBitVec),
        Op::Ext(ExtOp::DecimalVal),
        Op::Ext(ExtOp::DurationOfBitVec),
        Op::Ext(ExtOp::DurationVal),
        Op::Ext(ExtOp::IpaddrAddrV4),
        Op::Ext(ExtOp::IpaddrAddrV6),
        Op::Ext(ExtOp::IpaddrIsV4),
        Op::Ext(ExtOp::IpaddrPrefixV4),
        Op::Ext(ExtOp::IpaddrPrefixV6),
    ];
    let mut stand = Stand::new();
    let parts = stand.fact("parts", number());
    for op in refused {
        assert!(!is_taken(&op), "{op:?}");
        for args in [vec![parts.clone()], vec![parts.clone(), Term::from(5_i64)]] {
            let made = Term::App { op: op.clone(), args: Arc::new(args), ret_ty: number() };
            let test = truth(Op::Bvslt, [made.clone(), Term::from(1_i64)]);
            for term in [made, test] {
                assert!(matches!(stand.truth(&term), Err(Undecided::Unsupported { .. })), "{op:?}");
            }
        }
    }
}

#[test]
fn operators_on_values_of_other_types_are_refused() {
    let mut stand = Stand::new();
    let [colour, maker] = ["colour", "maker"].map(|name| stand.fact(name, colours()));
    let [tags, flag, parts, tools] =
        ["tags", "flag", "parts", "tools"].map(|name| stand.fact(name, number()));
    let text = Term::Prim(TermPrim::String("amber".into()));
    for (term, says) in [
        (truth(Op::And, [flag.clone(), colour.clone()]), "`and`"),
        (truth(Op::Not, [parts.clone()]), "`not`"),
        (truth(Op::Eq, [colour.clone(), maker.clone()]), "different types"),
        (truth(Op::Eq, [colour.clone(), tags.clone()]), "different types"),
        (truth(Op::Eq, [colour.clone(), text]), "a text"),
        (truth(Op::SetMember, [maker, tags.clone()]), "`set.member`"),
        (truth(Op::SetSubset, [colour.clone(), tags]), "`set.subset`"),
        (truth(Op::Ite, [flag.clone(), flag, colour.clone()]), "different types"),
        (truth(Op::Bvslt, [parts.clone(), tools.clone()]), "`parts` with `tools`"),
        (truth(Op::Eq, [tools, parts.clone()]), "`tools` with `parts`"),
        (truth(Op::Bvslt, [parts, colour.clone()]), "`bvslt`"),
        (colour, "neither true nor false"),
        (stand.fact("nothing", TermType::Bool), "`nothing`"),
        (stand.context.clone(), "neither true nor false"),
    ] {
        let error = stand.truth(&term).unwrap_err().to_string();
        assert!(error.contains(says), "{says}: {error}");
    }
}
