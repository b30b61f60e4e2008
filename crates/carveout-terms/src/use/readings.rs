//! The ways in which a use can be read, where those who speak of it disagree.

use super::UseLayers;
use crate::{FactId, Facts, Value, Vocabulary, agreement::Assignment, law::Test};

/// More readings of one use than this are not decided one by one.
const MOST_READINGS: usize = 16;

/// The readings of one use.
#[derive(Clone, Debug)]
pub(crate) enum Readings {
    /// All of them, the claimed one first.
    Each(Vec<Assignment>),
    /// Too many. What is left is what each fact may be.
    TooMany(Possibilities),
}

/// What each fact of a vocabulary may be.
#[derive(Clone, Debug)]
pub(crate) struct Possibilities(pub(crate) Vec<Vec<Possibility>>);

/// One way to read a fact.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Possibility {
    pub(crate) value: Value,
    /// Evidence speaks about the fact, so silence on it is not filled by a presumption.
    pub(crate) evident: bool,
}

/// The readings of a fact on which the layers or the evidence disagree.
struct Open {
    fact: FactId,
    ways: Vec<Possibility>,
}

/// Reads the layers of a use, or names a fact that nobody stated though it has no `unknown`.
pub(super) fn read(vocabulary: &Vocabulary, layers: &UseLayers<'_>) -> Result<Readings, String> {
    let mut base = Vec::with_capacity(vocabulary.facts().len());
    let mut open = Vec::new();
    let mut stated = [layers.gateway, layers.program, layers.caller].map(|layer| layer.map(Facts::in_order));
    for (fact, declared) in vocabulary.facts() {
        let silence = vocabulary.silence(fact);
        let stated = stated.iter_mut().filter_map(|layer| layer.as_mut()?.get(fact));
        let mut stated = stated.filter(|value| Some(*value) != silence);
        let first = stated.next();
        let agreed = stated.all(|other| Some(other) == first);
        let spoken_of = layers.evidence.iter().any(|facts| facts.get(fact).is_some());
        match first.or(silence) {
            Some(value) => base.push(value.clone()),
            None => return Err(declared.name().to_owned()),
        }
        if !agreed || spoken_of {
            let ways = ways(layers, fact, silence);
            if ways.len() > 1 {
                open.push(Open { fact, ways });
            }
        }
    }
    Ok(combined(base, &open))
}

/// Every way to read one fact, the claimed one first. Evidence adds ways and takes none away.
fn ways(layers: &UseLayers<'_>, fact: FactId, silence: Option<&Value>) -> Vec<Possibility> {
    let mut ways: Vec<Possibility> = Vec::new();
    let stated = [layers.gateway, layers.program, layers.caller];
    for value in stated.into_iter().filter_map(|layer| layer?.get(fact)) {
        if Some(value) != silence {
            add(&mut ways, value, false);
        }
    }
    let mut evidence = layers.evidence.iter().filter_map(|facts| facts.get(fact)).peekable();
    if let (true, Some(silence)) = (ways.is_empty(), silence) {
        add(&mut ways, silence, false);
        // Where evidence speaks, what nobody claimed is also read without a presumption.
        if evidence.peek().is_some() {
            add(&mut ways, silence, true);
        }
    }
    evidence.for_each(|value| add(&mut ways, value, Some(value) == silence));
    if let Some(silence) = silence {
        add_unions(&mut ways, silence);
    }
    ways
}

fn add(ways: &mut Vec<Possibility>, value: &Value, evident: bool) {
    let way = Possibility { value: value.clone(), evident };
    if !ways.contains(&way) {
        ways.push(way);
    }
}

/// Sets add up: if one says `query` and another `link`, both may have been done.
fn add_unions(ways: &mut Vec<Possibility>, silence: &Value) {
    let mut position = 0;
    while let Some(Value::Members(set)) = ways.get(position).map(|way| way.value.clone()) {
        let earlier: Vec<Value> = ways.iter().take(position).map(|way| way.value.clone()).collect();
        for other in earlier.iter().filter(|other| *other != silence) {
            if let Value::Members(other) = other
                && Value::Members(set.clone()) != *silence
            {
                add(ways, &Value::Members(set.union(other)), false);
            }
        }
        position += 1;
        if ways.len() > MOST_READINGS {
            return;
        }
    }
}

/// Every combination, unless there are too many.
fn combined(base: Vec<Value>, open: &[Open]) -> Readings {
    let count = open.iter().map(Open::values).try_fold(1_usize, usize::checked_mul);
    if count.is_none_or(|count| count > MOST_READINGS) {
        return Readings::TooMany(possibilities(base, open));
    }
    let mut readings = vec![Assignment::new(base)];
    for Open { fact, ways } in open {
        let with = |way: &Possibility| {
            let read = readings.iter().cloned();
            read.map(|reading| reading.read_as(*fact, way)).collect::<Vec<_>>()
        };
        readings = ways.iter().flat_map(with).collect();
    }
    Readings::Each(readings)
}

impl Open {
    /// How many different values there are. Silence with and without a presumption is one.
    fn values(&self) -> usize {
        let earlier = |position| self.ways.iter().take(position);
        let ways = self.ways.iter().enumerate();
        ways.filter(|(position, way)| earlier(*position).all(|other| other.value != way.value)).count()
    }
}

fn possibilities(base: Vec<Value>, open: &[Open]) -> Possibilities {
    let mut all: Vec<Vec<Possibility>> =
        base.into_iter().map(|value| vec![Possibility { value, evident: false }]).collect();
    for Open { fact, ways } in open {
        if let Some(place) = all.get_mut(fact.index()) {
            place.clone_from(ways);
        }
    }
    Possibilities(all)
}

impl Possibilities {
    fn of(&self, fact: FactId) -> &[Possibility] {
        self.0.get(fact.index()).map_or(&[], Vec::as_slice)
    }

    /// Whether a fact may be `unknown`.
    pub(crate) fn holds_silence(&self, vocabulary: &Vocabulary, fact: FactId) -> bool {
        self.of(fact).iter().any(|way| vocabulary.silence(fact) == Some(&way.value))
    }

    /// Whether a fact may be `unknown` without evidence that speaks about it.
    pub(crate) fn holds_unspoken_silence(&self, vocabulary: &Vocabulary, fact: FactId) -> bool {
        self.of(fact).iter().any(|way| vocabulary.silence(fact) == Some(&way.value) && !way.evident)
    }

    /// The same, with what is presumed in place of silence that no evidence speaks about.
    pub(crate) fn presuming(&self, vocabulary: &Vocabulary, presumptions: &Facts) -> Self {
        let mut presumed = self.clone();
        for (fact, value) in presumptions.iter() {
            let silence = vocabulary.silence(fact);
            for way in presumed.0.get_mut(fact.index()).into_iter().flatten() {
                if silence == Some(&way.value) && !way.evident {
                    way.value = value.clone();
                }
            }
        }
        presumed
    }

    /// The answer to a test if all readings agree on it.
    pub(crate) fn answer(&self, test: &Test) -> Option<bool> {
        let mut facts = test.facts();
        let first = facts.next()?;
        let second = facts.next().unwrap_or(first);
        let answers = self.of(first).iter().flat_map(|left| {
            let rights = self.of(second).iter();
            rights
                .map(move |right| test.holds(&|fact| if fact == first { &left.value } else { &right.value }))
        });
        unanimous(answers)
    }

    /// The answer to a question about one fact if all readings agree on it.
    pub(crate) fn every(&self, fact: FactId, question: impl Fn(&Value) -> bool) -> Option<bool> {
        unanimous(self.of(fact).iter().map(|way| question(&way.value)))
    }
}

fn unanimous(mut answers: impl Iterator<Item = bool>) -> Option<bool> {
    let first = answers.next()?;
    answers.all(|answer| answer == first).then_some(first)
}
