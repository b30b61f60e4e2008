//! Agreements as long as real ones, over a vocabulary of 40 purposes: what the bench measures and the
//! tests prove things about. The same seed, the same text.

use std::{fmt::Write as _, sync::Arc};

use carveout_terms::{Agreement, Vocabulary};

use super::dice::Dice;

const FIELDS: [&str; 8] = ["admin", "logistics", "intel", "planning", "cyber", "weapons", "health", "law"];
const TASKS: [&str; 5] = ["draft", "search", "assess", "decide", "act"];

/// Enumerated facts beside the purpose: type, fact, members.
const FACTS: [(&str, &str, &[&str]); 7] = [
    ("Volume", "volume", &["bulk", "targeted", "unknown"]),
    ("Source", "source", &["bought", "collected", "own", "public", "shared", "unknown"]),
    ("Subject", "subject", &["citizen", "foreigner", "none", "resident", "unknown"]),
    (
        "Authority",
        "authority",
        &["consent", "contract", "court_order", "none", "statute", "unknown", "warrant"],
    ),
    ("Autonomy", "autonomy", &["autonomous", "manual", "supervised", "unknown"]),
    ("Control", "control", &["approves_each", "none", "post_hoc", "unknown", "watches"]),
    ("Effect", "effect", &["advice", "benefit", "detention", "force", "none", "unknown"]),
];
const STEPS: [&str; 6] = ["link", "profile", "query", "rank", "score", "unknown"];
const ROLES: [&str; 2] = ["customer/release-authority", "customer/counsel"];

pub(crate) fn vocabulary() -> Arc<Vocabulary> {
    let quoted =
        |members: &[&str]| members.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    let (mut types, mut facts) = (String::new(), String::new());
    for (ty, fact, members) in FACTS {
        let _ = writeln!(types, "entity {ty} enum [{}];", quoted(members));
        let _ = writeln!(facts, "@attester(\"caller\") @doc(\"a fact\") {fact}: {ty},");
    }
    let steps = quoted(&STEPS);
    let schema = format!(
        r#"
entity Program;
entity Purpose;
{types}
entity Step enum [{steps}];
entity Target enum ["unknown"];
entity Maker enum ["acme", "birch", "unknown"];
action invoke appliesTo {{
  principal: [Program],
  resource: [Target],
  context: {{
    @attester("caller") @doc("what the use is for") purpose: Purpose,
    {facts}
    @attester("caller") @doc("what is done") steps: Set<Step>,
    @attester("gateway") @doc("the time") at: datetime,
    @attester("gateway") @doc("who made it") maker: Maker,
    @attester("gateway") @doc("whose machines") host: Target,
    @attester("gateway") @doc("who operates it") operator: Target,
    @attester("gateway") @doc("the line") model: Target,
    @attester("gateway") @doc("how many persons") persons: Long,
  }}
}};
"#
    );
    let mut taxonomy =
        "vocabulary = \"forty\"\nversion = \"1\"\n[Purpose]\n\"unknown\" = \"Not said.\"\n".to_owned();
    for field in FIELDS {
        let _ = writeln!(taxonomy, "\"{field}\" = \"A field.\"");
        for task in TASKS {
            let _ = writeln!(taxonomy, "\"{field}.{task}\" = \"A task.\"");
        }
    }
    Arc::new(Vocabulary::parse(&schema, &taxonomy).unwrap_or_else(|problems| panic!("{problems}")))
}

/// The policies of an agreement of so many clauses: a grant, then restrictions and some holds.
pub(crate) fn policies(clauses: usize, seed: u64) -> Vec<String> {
    let mut dice = Dice::new(seed);
    let grant = "permit (principal, action, resource) when { context.maker == Maker::\"acme\" };".to_owned();
    std::iter::once(grant).chain((1..clauses).map(|_| restriction(&mut dice))).collect()
}

/// The same, with about one clause in ten changed: dropped, with a condition less, or replaced.
pub(crate) fn revised(policies: &[String], seed: u64) -> Vec<String> {
    let mut dice = Dice::new(seed);
    let mut revised = policies.to_vec();
    let changes = policies.len().div_ceil(10);
    for change in 0..changes {
        let at = if revised.len() > 1 { 1 + dice.below(revised.len() - 1) } else { 0 };
        let policy = revised[at].clone();
        match change % 3 {
            0 => revised[at] = policy.replacen("when { ", "when { context.persons >= 1000 && ", 1),
            1 if revised.len() > 2 => drop(revised.remove(at)),
            _ => revised[at] = restriction(&mut dice),
        }
    }
    revised
}

pub(crate) fn agreement(vocabulary: &Vocabulary, policies: &[String]) -> Agreement {
    let text = super::source(vocabulary.name(), "long", "", policies.iter().cloned());
    Agreement::draft(&text, vocabulary).unwrap_or_else(|problems| panic!("{problems}"))
}

/// "No use for these purposes with these properties, unless under this authority."
fn restriction(dice: &mut Dice) -> String {
    let mut conditions = vec![purposes(dice)];
    for _ in 0..1 + dice.below(2) {
        conditions.push(match dice.below(10) {
            0 => format!("context.persons > {}", dice.pick(&[100, 1000, 10_000])),
            1 => format!("context.steps.contains(Step::\"{}\")", dice.pick(&STEPS)),
            _ => listed(dice),
        });
    }
    let unless = if dice.chance(40) { format!(" unless {{ {} }}", listed(dice)) } else { String::new() };
    let hold = if dice.chance(25) { format!("@hold(\"{}\")\n", dice.pick(&ROLES)) } else { String::new() };
    format!("{hold}forbid (principal, action, resource) when {{ {} }}{unless};", conditions.join(" && "))
}

fn purposes(dice: &mut Dice) -> String {
    let field = dice.pick(&FIELDS);
    if dice.chance(50) {
        return format!("context.purpose in Purpose::\"{field}\"");
    }
    let names = dice.some(&TASKS).into_iter().map(|task| format!("Purpose::\"{field}.{task}\""));
    format!("[{}].contains(context.purpose)", names.collect::<Vec<_>>().join(", "))
}

fn listed(dice: &mut Dice) -> String {
    let (ty, fact, members) = dice.pick(&FACTS);
    let names = dice.some(members).into_iter().map(|name| format!("{ty}::\"{name}\""));
    format!("[{}].contains(context.{fact})", names.collect::<Vec<_>>().join(", "))
}
