//! Logistic regression over windows, by stochastic gradient descent with steps of their own for each weight (AdaGrad).

use carveout_signals::tripwire::{FEATURES, Family, Head, Model, SLOTS, STEPS, Tripwire, windows};

use crate::{
    arithmetic::sigmoid,
    data::{Example, Part},
};

const EPOCHS: usize = 24;
/// Steps: of n-grams, which are many and share what they mean, and of classes.
const RATES: [f64; 2] = [0.03, 0.1];
/// How strongly weights are pulled to nought.
const PULLS: [f64; 2] = [1e-3, 3e-3];
/// What one of another family's examples counts as a counter-example.
const OTHERS: f64 = 0.25;
/// Of a hundred texts of the calibration part so many may trip the wire: of counter-examples that are meant to be hard, and of
/// ordinary work.
const FALSE_ALARMS: [f64; 2] = [5.0, 1.0];

type Window = (Vec<usize>, Vec<usize>);

/// What to choose steps and features by: each of four folds of the parts that are not the test is scored by a model that learnt
/// from the other three. Returns the recall of each family where two of a hundred quiet texts trip the wire.
///
/// `told` is given every text that is wrong then.
pub(crate) fn folds(
    examples: &[Example],
    told: &mut impl FnMut(Family, i32, &Example),
) -> Vec<(Family, f64)> {
    let known: Vec<Example> = examples.iter().filter(|one| one.part != Part::Test).cloned().collect();
    let fold = |one: &Example| one.group % 5;
    let mut scores: Vec<Vec<(i32, Example)>> = vec![Vec::new(); Family::ALL.len()];
    for left_out in 0..4 {
        let part = |one: &Example| if fold(one) == left_out { Part::Calibrate } else { Part::Train };
        let folded: Vec<Example> =
            known.iter().map(|one| Example { part: part(one), ..one.clone() }).collect();
        let tripwire = Tripwire::new(&learn(&folded));
        for one in folded.iter().filter(|one| one.part == Part::Calibrate) {
            let reading = tripwire.read(&one.text);
            for (family, scores) in Family::ALL.into_iter().zip(&mut scores) {
                if one.is_of(family) || one.is_against() {
                    scores.push((reading.score(family), one.clone()));
                }
            }
        }
    }
    let mut recalls = Vec::new();
    for (family, scores) in Family::ALL.into_iter().zip(&scores) {
        let (loud, mut quiet): (Vec<_>, Vec<_>) = scores.iter().partition(|(_, one)| one.is_of(family));
        quiet.sort_unstable_by_key(|(score, _)| -score);
        let threshold = threshold(quiet.iter().map(|(score, one)| (*score, one.of.is_some())));
        quiet
            .iter()
            .take_while(|(score, _)| *score >= threshold)
            .for_each(|(score, one)| told(family, *score, one));
        let (seen, missed): (Vec<&(i32, Example)>, Vec<_>) =
            loud.iter().copied().partition(|(score, _)| *score >= threshold);
        missed.iter().for_each(|(score, one)| told(family, *score, one));
        recalls.push((family, seen.len() as f64 / loud.len() as f64));
    }
    recalls
}

/// Learns the model of all families.
pub(crate) fn learn(examples: &[Example]) -> Model {
    let train: Vec<(&Example, Vec<Window>)> = examples
        .iter()
        .filter(|example| example.part == Part::Train)
        .map(|example| (example, windows(&example.text)))
        .collect();
    let mut heads = Vec::new();
    let mut weights = Vec::new();
    for family in Family::ALL {
        let (head, own) = quantised(&learn_one(family, &train));
        heads.push(head);
        weights.push(own);
    }
    let mut model =
        Model { heads: heads.try_into().expect("one each"), weights: weights.try_into().expect("one each") };
    calibrate(&mut model, examples);
    model
}

struct Learnt {
    bias: f64,
    grams: Vec<f64>,
    classes: Vec<f64>,
    squares: [Vec<f64>; 2],
    bias_square: f64,
}

impl Learnt {
    fn score(&self, (slots, features): &Window) -> f64 {
        let root = (slots.len().max(1) as f64).sqrt();
        let grams: f64 = slots.iter().map(|slot| self.grams[*slot]).sum();
        let classes: f64 = features.iter().map(|feature| self.classes[*feature]).sum();
        self.bias + grams / root + classes
    }

    fn step(&mut self, window: &Window, error: f64) {
        let (slots, features) = window;
        let root = (slots.len().max(1) as f64).sqrt();
        for slot in slots {
            let weight = &mut self.grams[*slot];
            let gradient = error / root + PULLS[0] * *weight;
            let square = &mut self.squares[0][*slot];
            *square += gradient * gradient;
            *weight -= RATES[0] * gradient / (square.sqrt() + 1e-6);
        }
        for feature in features {
            let weight = &mut self.classes[*feature];
            let gradient = error + PULLS[1] * *weight;
            let square = &mut self.squares[1][*feature];
            *square += gradient * gradient;
            *weight -= RATES[1] * gradient / (square.sqrt() + 1e-6);
        }
        self.bias_square += error * error;
        self.bias -= 0.05 * error / (self.bias_square.sqrt() + 1e-6);
    }
}

fn learn_one(family: Family, train: &[(&Example, Vec<Window>)]) -> Learnt {
    let mut learnt = Learnt {
        bias: -1.0,
        grams: vec![0.0; SLOTS],
        classes: vec![0.0; FEATURES],
        squares: [vec![0.0; SLOTS], vec![0.0; FEATURES]],
        bias_square: 0.0,
    };
    let positives = train.iter().filter(|(example, _)| example.is_of(family)).count();
    let lift = (train.len() - positives) as f64 / positives.max(1) as f64 / 2.0;
    let mut order: Vec<usize> = (0..train.len()).collect();
    let mut seed = 11_u64;
    for _ in 0..EPOCHS {
        for at in (1..order.len()).rev() {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            order.swap(at, (seed >> 33) as usize % (at + 1));
        }
        for at in &order {
            let (example, windows) = &train[*at];
            // Of an example its highest window is the one that shows it; of anything else no window may.
            if example.is_of(family) {
                let highest = windows.iter().map(|window| (window, learnt.score(window)));
                if let Some((window, score)) = highest.max_by(|one, other| one.1.total_cmp(&other.1)) {
                    learnt.step(window, lift * (sigmoid(score) - 1.0));
                }
            } else {
                let weight = if example.is_against() { 1.0 } else { OTHERS };
                for window in windows {
                    let score = learnt.score(window);
                    learnt.step(window, weight * sigmoid(score));
                }
            }
        }
    }
    learnt
}

/// The same in whole numbers.
fn quantised(learnt: &Learnt) -> (Head, Vec<i8>) {
    let largest = learnt.grams.iter().fold(1e-9, |largest: f64, weight| largest.max(weight.abs()));
    let unit = largest / 127.0;
    let weights = learnt.grams.iter().map(|weight| (weight / unit).round() as i8).collect();
    let mut classes = [0; FEATURES];
    for (whole, weight) in classes.iter_mut().zip(&learnt.classes) {
        *whole = (weight * 1024.0).round() as i32;
    }
    let head = Head {
        bias: (learnt.bias * 1024.0).round() as i32,
        scale: (unit * 1024.0 * 256.0).round() as i32,
        threshold: i32::MAX,
        classes,
        curve: [i32::MAX; STEPS],
    };
    (head, weights)
}

/// Chooses each threshold and fits each curve (Platt 1999) on the calibration part, which no weight was learnt from.
fn calibrate(model: &mut Model, examples: &[Example]) {
    let tripwire = Tripwire::new(model);
    let part: Vec<_> = examples
        .iter()
        .filter(|example| example.part == Part::Calibrate)
        .map(|example| (example, tripwire.read(&example.text)))
        .collect();
    for (family, head) in Family::ALL.into_iter().zip(&mut model.heads) {
        let scores = |wanted: &dyn Fn(&Example) -> bool| -> Vec<i32> {
            part.iter().filter(|(one, _)| wanted(one)).map(|(_, reading)| reading.score(family)).collect()
        };
        let quiet = scores(&Example::is_against);
        let loud = scores(&|example| example.is_of(family));
        let quiet_texts = part.iter().filter(|(one, _)| one.is_against());
        head.threshold =
            threshold(quiet_texts.map(|(one, reading)| (reading.score(family), one.of.is_some())));
        head.curve = curve(&loud, &quiet);
    }
}

/// The least score that no more than the allowed share of quiet texts reach; each says whether it is a hard one.
fn threshold(quiet: impl Iterator<Item = (i32, bool)>) -> i32 {
    let quiet: Vec<(i32, bool)> = quiet.collect();
    let of = |hard: bool, allowed: f64| {
        let mut scores: Vec<i32> = quiet.iter().filter(|one| one.1 == hard).map(|one| one.0).collect();
        scores.sort_unstable_by(|one, other| other.cmp(one));
        let allowed = (scores.len() as f64 * allowed / 100.0) as usize;
        scores.get(allowed).map_or(i32::MIN + 1, |score| score + 1)
    };
    of(true, FALSE_ALARMS[0]).max(of(false, FALSE_ALARMS[1]))
}

fn curve(loud: &[i32], quiet: &[i32]) -> [i32; STEPS] {
    // The targets that Platt smooths with, so that few texts don't make a curve too sure.
    let high = (loud.len() + 1) as f64 / (loud.len() + 2) as f64;
    let low = 1.0 / (quiet.len() + 2) as f64;
    let points: Vec<(f64, f64)> = loud
        .iter()
        .map(|score| (f64::from(*score) / 1024.0, high))
        .chain(quiet.iter().map(|score| (f64::from(*score) / 1024.0, low)))
        .collect();
    let (mut slope, mut offset) = (1.0, 0.0);
    for _ in 0..4000 {
        let (mut by_slope, mut by_offset) = (0.0, 0.0);
        for (score, target) in &points {
            let error = sigmoid(slope * score + offset) - target;
            by_slope += error * score;
            by_offset += error;
        }
        let rate = 0.5 / points.len() as f64;
        slope = (slope - rate * by_slope).max(0.05);
        offset -= rate * by_offset;
    }
    let mut curve = [0; STEPS];
    for (step, from) in curve.iter_mut().enumerate() {
        let share = 0.05 * (step + 1) as f64;
        *from = ((logit(share) - offset) / slope * 1024.0).round() as i32;
    }
    curve
}

/// The inverse of the logistic function, by halving.
fn logit(share: f64) -> f64 {
    let (mut low, mut high) = (-20.0, 20.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if sigmoid(middle) < share { low = middle } else { high = middle }
    }
    (low + high) / 2.0
}
