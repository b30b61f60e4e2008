//! Grades: on whose word a clause rests.
//!
//! Two uses are compared: what happens, and what is stated. They agree on every fact that a class of
//! attesters can't misstate. If the clause denies the first and the stack permits the second, that
//! class can talk its way past the clause, and the clause is worth no more than its word.

use std::collections::BTreeMap;

use carveout_terms::{Attester, ClauseRef, FactId, Facts, Value};

use crate::{
    Law, Prover, Undecided,
    engine::{Answer, Fabric, Space, Wire},
    law::PolicyTerm,
    symbolic::{Blaster, both, not},
};

/// What a clause is worth, best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Grade {
    /// Observed: only the gateway itself could be wrong.
    A,
    /// Attested: by a registration or an approval that a party signed.
    B,
    /// Judged: by a classifier whose recall was measured.
    C,
    /// Claimed: by the caller's word.
    D,
    /// Unobservable: nobody can know the fact that it turns on.
    F,
}

impl Grade {
    /// The letter.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::D => "D",
            Self::F => "F",
        }
    }

    /// What the letter stands for.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::A => "observed",
            Self::B => "attested",
            Self::C => "judged",
            Self::D => "claimed",
            Self::F => "unobservable",
        }
    }
}

/// The grade of one policy, with the proof of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Graded {
    /// The clause.
    pub clause: ClauseRef,
    /// The policy.
    pub policy: String,
    /// The grade.
    pub grade: Grade,
    /// The facts whose misstatement is enough, and who attests each. Empty for an A.
    pub rests_on: Vec<(FactId, Attester)>,
    /// A use that the clause keeps from being permitted, by the facts that are misstated.
    pub truth: Facts,
    /// The same facts misstated, so that the use is permitted.
    pub stated: Facts,
}

/// The classes of attesters, weakest first, and the grade of a clause that each can talk its way past.
const CLASSES: [(Attester, Grade); 5] = [
    (Attester::None, Grade::F),
    (Attester::Caller, Grade::D),
    (Attester::Judge, Grade::C),
    (Attester::Program, Grade::B),
    (Attester::Officer, Grade::B),
];

/// Two spaces that share what can't be misstated.
struct Lie {
    stated: Space,
    /// For each fact that can be misstated, whether it is not.
    honest: BTreeMap<FactId, Wire>,
}

impl Prover {
    /// The grade of every policy of a law.
    ///
    /// # Errors
    /// If a question stays undecided.
    pub fn grades(&mut self, law: &Law) -> Result<Vec<Graded>, Undecided> {
        // The bounds of every number are made first: the spaces of lies share them.
        self.wire(&law.permitted())?;
        for policy in &law.policies {
            self.wire(&policy.matches)?;
        }
        let mut graded: Vec<Graded> = Vec::new();
        let mut open: Vec<&PolicyTerm> = law.policies.iter().collect();
        for (class, grade) in CLASSES {
            let lie = self.lie(class);
            let mut blaster = Blaster::default();
            let mut still_open = Vec::new();
            for policy in open {
                match self.talked_past(law, policy, &lie, &mut blaster)? {
                    Some(found) => graded.push(Graded { grade, ..found }),
                    None => still_open.push(policy),
                }
            }
            open = still_open;
        }
        graded.extend(open.into_iter().map(|policy| nothing_rests(policy, Grade::A)));
        let position = |graded: &Graded| {
            law.policies
                .iter()
                .position(|policy| policy.id == graded.policy && policy.clause == graded.clause)
        };
        graded.sort_by_key(position);
        Ok(graded)
    }

    /// What a class of attesters can misstate: its own facts and those of every weaker class.
    fn lie(&mut self, class: Attester) -> Lie {
        let vocabulary = self.vocabulary().clone();
        let misstated = |fact: FactId| vocabulary.get(fact).attester() >= class;
        let stated = self.space.sharing(&mut self.circuit, |fact| !misstated(fact));
        let mut honest = BTreeMap::new();
        for (fact, _) in vocabulary.facts().filter(|(fact, _)| misstated(*fact)) {
            let pairs = match (self.space.fabric(fact), stated.fabric(fact)) {
                (Fabric::Member(truth), Fabric::Member(said)) | (Fabric::Set(truth), Fabric::Set(said)) => {
                    truth.iter().copied().zip(said.iter().copied()).collect()
                }
                (Fabric::Bool(truth), Fabric::Bool(said)) => vec![(*truth, *said)],
                _ => Vec::new(),
            };
            let alike: Vec<Wire> =
                pairs.into_iter().map(|(truth, said)| self.circuit.same(truth, said)).collect();
            honest.insert(fact, self.circuit.all(alike));
        }
        Lie { stated, honest }
    }

    fn talked_past(
        &mut self,
        law: &Law,
        policy: &PolicyTerm,
        lie: &Lie,
        blaster: &mut Blaster,
    ) -> Result<Option<Graded>, Undecided> {
        let permitted = law.permitted();
        // A restriction is escaped by a use that it names; a grant is taken by a use that it doesn't.
        let (truth, goal) = if policy.permits {
            (
                both(not(policy.matches.clone()), not(permitted.clone())),
                both(policy.matches.clone(), permitted),
            )
        } else {
            (policy.matches.clone(), both(not(policy.matches.clone()), permitted))
        };
        let truth = self.wire(&truth)?;
        let mut stated = lie.stated.clone();
        let goal = blaster.truth(&mut self.circuit, &mut stated, &goal)?;
        let mut question = vec![truth, goal];
        if !self.possible(&question)? {
            return Ok(None);
        }
        // As few lies as are enough; those of stronger attesters are spared first.
        let mut facts: Vec<FactId> = lie.honest.keys().copied().collect();
        facts.sort_by_key(|fact| self.vocabulary().get(*fact).attester());
        let mut rests_on = Vec::new();
        for fact in facts {
            let Some(honest) = lie.honest.get(&fact) else { continue };
            question.push(*honest);
            if !self.possible(&question)? {
                question.pop();
                rests_on.push((fact, self.vocabulary().get(fact).attester()));
            }
        }
        match self.circuit.ask(&question) {
            Answer::Possible => {}
            Answer::Impossible(_) | Answer::Stopped => return Err(Undecided::BudgetSpent),
        }
        let only = |values: BTreeMap<FactId, Value>| {
            let chosen = values.into_iter().filter(|(fact, _)| rests_on.iter().any(|(lied, _)| lied == fact));
            self.facts(&chosen.collect())
        };
        let truth = only(self.space.values(&self.circuit));
        let stated = only(stated.values(&self.circuit));
        Ok(Some(Graded { rests_on: rests_on.clone(), truth, stated, ..nothing_rests(policy, Grade::A) }))
    }
}

fn nothing_rests(policy: &PolicyTerm, grade: Grade) -> Graded {
    Graded {
        clause: policy.clause.clone(),
        policy: policy.id.clone(),
        grade,
        rests_on: Vec::new(),
        truth: Facts::default(),
        stated: Facts::default(),
    }
}
