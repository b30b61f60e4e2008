//! Agreements drawn at random, with everything that a clause can say about one fact.

use std::{fmt::Write as _, sync::Arc};

use carveout_terms::{Agreement, Facts, Stack};

use super::{
    dice::Dice,
    source,
    world::{ROLES, Words, World},
};

/// A stack that was drawn, still as text.
#[derive(Clone, Debug)]
pub(crate) struct Drawn {
    agreements: Vec<Terms>,
    /// What the program presumes.
    presume: Option<String>,
}

#[derive(Clone, Debug)]
struct Terms {
    head: String,
    limit: bool,
    policies: Vec<Written>,
}

#[derive(Clone, Debug)]
struct Written {
    permits: bool,
    hold: Option<&'static str>,
    condition: String,
}

impl Drawn {
    pub(crate) fn stack(&self, world: &World) -> Arc<Stack> {
        let agreements =
            self.agreements.iter().enumerate().map(|(number, terms)| Arc::new(terms.parse(world, number)));
        let presume = Facts::suppose(&world.vocabulary, self.presume.as_deref().unwrap_or_default()).unwrap();
        Arc::new(Stack::new(Arc::clone(&world.vocabulary), agreements.collect(), presume).unwrap())
    }
}

impl Terms {
    fn parse(&self, world: &World, number: usize) -> Agreement {
        let policies = self.policies.iter().map(Written::text);
        let text = source("world", &format!("t{number}"), &self.head, policies);
        Agreement::draft(&text, &world.vocabulary).unwrap_or_else(|problems| panic!("{problems}\n{text}"))
    }
}

impl Written {
    fn text(&self) -> String {
        let effect = if self.permits { "permit" } else { "forbid" };
        let hold = self.hold.map(|role| format!("@hold(\"{role}\")\n")).unwrap_or_default();
        format!("{hold}{effect} (principal, action, resource) when {{ {} }};", self.condition)
    }
}

/// Draws stacks from a world.
pub(crate) struct Drawer<'w> {
    pub(crate) world: &'w World,
    pub(crate) dice: Dice,
    /// At most so many policies in an agreement.
    pub(crate) policies: usize,
}

impl<'w> Drawer<'w> {
    pub(crate) fn new(world: &'w World, seed: u64) -> Self {
        Self { world, dice: Dice::new(seed), policies: 5 }
    }

    fn words(&self) -> &'w Words {
        &self.world.words
    }

    pub(crate) fn stack(&mut self) -> Drawn {
        let agreements = (0..1 + self.dice.below(3)).map(|_| self.terms()).collect();
        let presume = self.dice.chance(20).then(|| self.presumed());
        Drawn { agreements, presume }
    }

    /// Another stack, most often a small change of the first one.
    pub(crate) fn changed(&mut self, old: &Drawn) -> Drawn {
        if self.dice.chance(20) {
            return self.stack();
        }
        let mut new = old.clone();
        let at = self.dice.below(new.agreements.len());
        let (again, written) = (self.terms(), self.written(new.agreements[at].limit));
        let terms = &mut new.agreements[at];
        let policy = self.dice.below(terms.policies.len());
        match self.dice.below(6) {
            0 => terms.policies[policy].condition = written.condition,
            1 => terms.policies[policy] = written,
            2 => terms.policies.push(written),
            3 if terms.policies.len() > 1 => drop(terms.policies.remove(policy)),
            3 => {
                terms.policies[policy].condition = format!("!({})", terms.policies[policy].condition);
            }
            4 => {
                let narrowed = format!("({}) && ({})", terms.policies[policy].condition, written.condition);
                terms.policies[policy].condition = narrowed;
            }
            _ if terms.limit == again.limit => terms.head = again.head,
            _ => new.presume = Some(self.presumed()),
        }
        new
    }

    /// A presumption of the program's.
    fn presumed(&mut self) -> String {
        let words = self.words();
        match self.dice.below(2) {
            0 => format!("volume={}", self.dice.pick(&told(words.volumes))),
            _ => format!("purpose={}", self.dice.pick(&told(words.purposes))),
        }
    }

    fn terms(&mut self) -> Terms {
        let limit = self.dice.chance(20);
        let mut policies: Vec<Written> =
            (0..1 + self.dice.below(self.policies)).map(|_| self.written(limit)).collect();
        if !limit && self.dice.chance(60) {
            policies.push(Written { permits: true, hold: None, condition: "true".to_owned() });
        }
        Terms { head: self.head(limit), limit, policies }
    }

    fn head(&mut self, limit: bool) -> String {
        let mut head = String::new();
        if limit {
            head.push_str("role = \"limit\"\n");
        }
        if self.dice.chance(25) {
            let _ = writeln!(head, "effective = {}", self.dice.pick(&["2026-06-01", "2026-05-31"]));
            if self.dice.chance(50) {
                head.push_str("until = 2026-06-02\n");
            }
        } else {
            head.push_str("effective = 0000-01-01\n");
        }
        if self.dice.chance(25) {
            let _ = writeln!(head, "governs = {{ maker = \"{}\" }}", self.dice.pick(&["acme", "birch"]));
        }
        if self.dice.chance(30) {
            let words = self.words();
            let presumed = match self.dice.below(3) {
                0 => format!("volume = \"{}\"", self.dice.pick(&told(words.volumes))),
                1 => format!("purpose = \"{}\"", self.dice.pick(&told(words.purposes))),
                _ => {
                    let steps = self.dice.some(&told(words.steps));
                    let steps: Vec<String> = steps.iter().map(|step| format!("\"{step}\"")).collect();
                    format!("steps = [{}]", steps.join(", "))
                }
            };
            let _ = writeln!(head, "presume = {{ {presumed} }}");
        }
        head
    }

    /// A policy that permits, or one that forbids or holds, as text.
    pub(crate) fn policy(&mut self, permits: bool) -> String {
        let drawn = self.written(!permits);
        Written { permits, hold: drawn.hold.filter(|_| !permits), ..drawn }.text()
    }

    fn written(&mut self, limit: bool) -> Written {
        let permits = !limit && self.dice.chance(40);
        let hold = (!permits && self.dice.chance(40)).then(|| self.dice.pick(&ROLES));
        Written { permits, hold, condition: self.condition(3) }
    }

    fn condition(&mut self, depth: usize) -> String {
        if depth == 0 || self.dice.chance(30) {
            return self.test();
        }
        let first = self.condition(depth - 1);
        match self.dice.below(9) {
            0..=3 => format!("({first} && {})", self.condition(depth - 1)),
            4..=6 => format!("({first} || {})", self.condition(depth - 1)),
            7 => format!("!({first})"),
            _ => {
                format!("(if {first} then {} else {})", self.condition(depth - 1), self.condition(depth - 1))
            }
        }
    }

    fn listed(&mut self, ty: &str, names: &[&'static str]) -> String {
        let chosen = self.dice.some(names);
        let names: Vec<String> = chosen.into_iter().map(|name| format!("{ty}::\"{name}\"")).collect();
        format!("[{}]", names.join(", "))
    }

    /// One test of one fact.
    fn test(&mut self) -> String {
        let words = self.words();
        let equality = self.dice.pick(&["==", "!="]);
        let comparison = self.dice.pick(&["<", "<=", ">", ">=", "==", "!="]);
        match self.dice.below(21) {
            0..=2 => format!("context.purpose {equality} Purpose::\"{}\"", self.dice.pick(words.purposes)),
            3..=5 => format!("context.purpose in Purpose::\"{}\"", self.dice.pick(words.groups)),
            6 => format!("context.purpose in {}", self.listed("Purpose", words.groups)),
            7 => format!("{}.contains(context.purpose)", self.listed("Purpose", words.purposes)),
            8..=9 => format!("{}.contains(context.volume)", self.listed("Volume", words.volumes)),
            10 => format!("Volume::\"{}\" {equality} context.volume", self.dice.pick(words.volumes)),
            11 => format!("context.maker == Maker::\"{}\"", self.dice.pick(words.makers)),
            12 => format!("context.steps.contains(Step::\"{}\")", self.dice.pick(words.steps)),
            13 => format!("context.steps.containsAll({})", self.listed("Step", words.steps)),
            14 => format!("context.steps.containsAny({})", self.listed("Step", words.steps)),
            15 => {
                let steps = self.listed("Step", words.steps);
                let method = self.dice.pick(&["containsAll", "containsAny"]);
                format!("{steps}.{method}(context.steps)")
            }
            16 => format!("context.steps {equality} {}", self.listed("Step", words.steps)),
            17 => format!("context.parts {comparison} {}", self.dice.pick(words.numbers)),
            18 => format!("{} {comparison} context.parts", self.dice.pick(words.numbers)),
            19 => format!("context.at {comparison} datetime(\"{}\")", self.dice.pick(words.times)),
            _ => match self.dice.below(3) {
                0 => "context.retry".to_owned(),
                1 => format!("context.retry {equality} true"),
                _ => self.dice.pick(&["true", "false"]).to_owned(),
            },
        }
    }
}

/// Without `unknown`, which nobody presumes: it is what silence means anyway.
fn told(members: &[&'static str]) -> Vec<&'static str> {
    members.iter().copied().filter(|member| *member != "unknown").collect()
}
