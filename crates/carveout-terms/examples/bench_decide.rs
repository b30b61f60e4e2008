//! Measures what a decision costs, from the claim's text to the ruling. Prints JSON.
//!
//! `cargo run --release -p carveout-terms --example bench_decide`
//!
//! Timed is what the gateway does per request: read the claim, state the measured facts, assemble the
//! use with its digest, decide. A use "seen" repeats one claim; a "new" one never repeats a cell.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark prints, and stops where it can't go on"
)]

use std::{fmt::Write as _, fs, hint::black_box, path::Path, sync::Arc, time::Instant};

use carveout_terms::{
    Agreement, Attester, FactKind, Facts, Stack, Timestamp, Use, UseLayers, Value, Vocabulary,
};

const ROUNDS: usize = 20_000;
const PURPOSES: [&str; 8] = [
    "logistics.supply",
    "logistics.maintenance",
    "translation",
    "intel.foreign",
    "intel.counter",
    "software.dev",
    "cyber.defense",
    "simulation",
];
const VOLUMES: [&str; 3] = ["targeted", "bulk", "unknown"];
const SOURCES: [&str; 8] = [
    "commercially_purchased",
    "publicly_available",
    "compulsory_process",
    "consensual",
    "incidental",
    "user_submitted",
    "synthetic",
    "unknown",
];
const SUBJECTS: [&str; 6] = ["us_person", "us_national", "person_in_us", "non_us_person", "none", "unknown"];
const FUNCTIONS: [&str; 8] =
    ["none", "detect", "track", "identify", "prioritise", "select", "engage", "unknown"];
const EFFECTS: [&str; 8] = [
    "informational",
    "administrative",
    "kinetic_nonlethal",
    "kinetic_lethal",
    "cyber",
    "electronic_warfare",
    "detention",
    "unknown",
];

fn main() {
    let vocabulary = Arc::new(
        Vocabulary::parse(&pack("defense/defense.cedarschema"), &pack("defense/defense.toml"))
            .expect("vocabulary"),
    );
    let sample = pack("sample/sample-terms.md");
    let stacks = [
        ("sample", sample.clone()),
        ("30_clauses", generated(30)),
        ("300_clauses", generated(300)),
        ("1000_clauses", generated(1000)),
    ];
    let mut results = serde_json::Map::new();
    for (name, source) in stacks {
        let started = Instant::now();
        let agreement = Agreement::parse(&source, &vocabulary).expect("agreement");
        let parsed = started.elapsed();
        let bench = Bench::new(&vocabulary, agreement);
        let seen = bench.median(|_| claim(0));
        let new = bench.median(claim);
        results.insert(
            name.to_owned(),
            serde_json::json!({
                "policies": bench.policies,
                "seen_us": micros(seen),
                "new_us": micros(new),
                "parse_agreement_ms": parsed.as_secs_f64() * 1e3,
            }),
        );
    }
    results.insert("parts_us".to_owned(), parts(&vocabulary, &sample));
    println!("{}", serde_json::Value::Object(results));
}

fn pack(path: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs").join(path);
    fs::read_to_string(file).expect("a pack")
}

fn micros(nanos: u128) -> f64 {
    nanos as f64 / 1e3
}

/// The `number`th claim. Each looks different to the agreements.
fn claim(number: usize) -> String {
    let mut rest = number;
    let mut pick = |names: &[&'static str]| {
        let name = names.get(rest % names.len()).copied().unwrap_or_default();
        rest /= names.len();
        name
    };
    let (purpose, volume, source, subject) =
        (pick(&PURPOSES), pick(&VOLUMES), pick(&SOURCES), pick(&SUBJECTS));
    format!(
        "purpose={purpose}, volume={volume}, source={source}, subject={subject}, steps=(query analyse), weapon_function={}, effect={}",
        pick(&FUNCTIONS),
        pick(&EFFECTS),
    )
}

struct Bench {
    stack: Stack,
    policies: usize,
    registered: Facts,
    target: Facts,
}

impl Bench {
    fn new(vocabulary: &Arc<Vocabulary>, agreement: Agreement) -> Self {
        let registered = "agency=defense, component=other_component, system_class=routine_business, \
                          classification=unclassified, geography=united_states, impact_level=il4, \
                          authority=contract, autonomy=decision_support, human_control=approve_each";
        let target = "maker=sample-maker, host=sample-host, operator=sample-operator, model=sample-1, deployment=vendor_cloud";
        Self {
            registered: Facts::parse(vocabulary, registered, Attester::Program).expect("registered facts"),
            target: Facts::parse(vocabulary, target, Attester::Gateway).expect("target"),
            policies: agreement.policies().len(),
            stack: Stack::new(vocabulary.clone(), vec![Arc::new(agreement)], Facts::default())
                .expect("stack"),
        }
    }

    fn once(&self, claim: &str) {
        let vocabulary = self.stack.vocabulary();
        let claim = Facts::parse(vocabulary, claim, Attester::Caller).expect("claim");
        let use_ = self.assemble(vocabulary, &claim);
        black_box(self.stack.decide(&use_));
    }

    fn assemble(&self, vocabulary: &Vocabulary, claim: &Facts) -> Use {
        let mut measured = self.target.clone();
        let at = Timestamp::from_millis(1_780_000_000_123);
        measured.set_datetime(vocabulary, "at", at).expect("at");
        for (fact, declared) in vocabulary.facts() {
            match declared.kind() {
                FactKind::Long => measured.state(vocabulary, fact, Value::Long(0)).expect("a count"),
                FactKind::Bool => {
                    measured.state(vocabulary, fact, Value::Bool(false)).expect("a truth value")
                }
                _ => {}
            }
        }
        let layers = UseLayers {
            caller: Some(claim),
            program: Some(&self.registered),
            gateway: Some(&measured),
            ..UseLayers::default()
        };
        Use::assemble(vocabulary, &layers).expect("use")
    }

    fn median(&self, claim: impl Fn(usize) -> String) -> u128 {
        let claims: Vec<String> = (0..ROUNDS).map(claim).collect();
        self.once(claims.first().map_or("", String::as_str));
        median(claims.iter().map(|claim| timed(|| self.once(claim))).collect())
    }
}

/// Where the time of a use seen before goes.
fn parts(vocabulary: &Arc<Vocabulary>, sample: &str) -> serde_json::Value {
    let bench = Bench::new(vocabulary, Agreement::parse(sample, vocabulary).expect("agreement"));
    let text = claim(0);
    let facts = Facts::parse(vocabulary, &text, Attester::Caller).expect("claim");
    let use_ = bench.assemble(vocabulary, &facts);
    let measure = |what: &dyn Fn()| micros(median((0..ROUNDS).map(|_| timed(what)).collect()));
    serde_json::json!({
        "parse_claim": measure(&|| drop(black_box(Facts::parse(vocabulary, &text, Attester::Caller)))),
        "assemble": measure(&|| drop(black_box(bench.assemble(vocabulary, &facts)))),
        "decide_seen": measure(&|| drop(black_box(bench.stack.decide(&use_)))),
    })
}

fn timed(work: impl FnOnce()) -> u128 {
    let started = Instant::now();
    work();
    started.elapsed().as_nanos()
}

fn median(mut times: Vec<u128>) -> u128 {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// An agreement of so many clauses, as realistic as a formula makes them: one grant, and restrictions
/// that each name a purpose, or a group, and two or three more facts.
fn generated(clauses: usize) -> String {
    let mut text = String::from(
        "+++\nagreement = \"generated\"\nversion = \"1\"\nvocabulary = \"defense\"\nrole = \"grant\"\n\
         effective = 2026-01-01\nparty = [ { id = \"vendor\", name = \"Example Model Maker\" } ]\n+++\n# Generated terms\n\
         ## 1 All lawful purposes\nThe model may be used for any lawful purpose that is stated.\n\n```cedar\n\
         permit (principal, action, resource) when { context.purpose != Purpose::\"unknown\" };\n```\n",
    );
    let groups = ["intel", "targeting", "surveillance", "weapons", "logistics", "cyber"];
    for number in 2..=clauses {
        let pick = |names: &[&'static str], stride: usize| {
            names.get(number / stride % names.len()).copied().unwrap_or_default()
        };
        let purpose = match number % 4 {
            0 => format!("context.purpose in Purpose::\"{}\"", pick(&groups, 4)),
            _ => format!("context.purpose == Purpose::\"{}\"", pick(&PURPOSES, 1)),
        };
        let (volume, source, effect) = (pick(&VOLUMES, 3), pick(&SOURCES, 5), pick(&EFFECTS, 7));
        let (subject, function) = (pick(&SUBJECTS, 2), pick(&FUNCTIONS, 11));
        let _ = write!(
            text,
            "## {number} Restriction {number}\nThe model shall not be used so, as clause 1 says.\n\n```cedar\n\
             @silent(\"generated\")\nforbid (principal, action, resource)\nwhen {{\n  {purpose} &&\n  \
             [Volume::\"{volume}\", Volume::\"unknown\"].contains(context.volume) &&\n  \
             (context.source == Source::\"{source}\" || context.effect == Effect::\"{effect}\")\n}}\n\
             unless {{ context.subject == Subject::\"{subject}\" || context.weapon_function == WeaponFunction::\"{function}\" }};\n```\n"
        );
    }
    text
}
