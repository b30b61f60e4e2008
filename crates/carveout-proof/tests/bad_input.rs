//! What can't be answered gets a reason instead of an answer: never a wrong one.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops where it can't go on"
)]

mod common;

use std::{
    fmt::Write as _,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use carveout_proof::{Budget, Change, Diff, Prover, Undecided};
use carveout_terms::{Agreement, RedLines, Stack, Vocabulary};
use common::{Pair, deeply, draft, every_use::inside, regions, stack, world};

const EVERYTHING: &str = "permit when { true };";

/// Two numbers, two times, and an intent that nobody can observe.
fn vocabulary() -> Arc<Vocabulary> {
    let schema = r#"
entity Program;
entity Purpose;
entity Intent enum ["intentional", "unknown"];
entity Other enum ["unknown"];
action invoke appliesTo {
  principal: [Program],
  resource: [Other],
  context: {
    @attester("caller") @doc("what the use is for") purpose: Purpose,
    @attester("none") @doc("whether it is meant") intent: Intent,
    @attester("gateway") @doc("the time") at: datetime,
    @attester("gateway") @doc("when the key ends") ends: datetime,
    @attester("gateway") @doc("who made it") maker: Other,
    @attester("gateway") @doc("whose machines") host: Other,
    @attester("gateway") @doc("who operates it") operator: Other,
    @attester("gateway") @doc("the line") model: Other,
    @attester("gateway") @doc("unreadable parts") parts: Long,
    @attester("gateway") @doc("tools offered") tools: Long,
  }
};
"#;
    let taxonomy = "vocabulary = \"plain\"\nversion = \"1\"\n[Purpose]\n\"intel\" = \"I.\"\n\"intel.home\" = \"H.\"\n\
                    \"intel.abroad\" = \"A.\"\n\"supply\" = \"S.\"\n\"unknown\" = \"U.\"\n";
    Arc::new(Vocabulary::parse(schema, taxonomy).unwrap_or_else(|problems| panic!("{problems}")))
}

fn one(vocabulary: &Arc<Vocabulary>, policies: &[&str]) -> Arc<Stack> {
    let agreement = draft(vocabulary, "terms", "", policies).unwrap_or_else(|problems| panic!("{problems}"));
    stack(vocabulary, vec![agreement])
}

fn compared(vocabulary: &Arc<Vocabulary>, old: &[&str], new: &[&str]) -> Result<Diff, Undecided> {
    Pair::of(&one(vocabulary, old), &one(vocabulary, new))?.diff()
}

#[test]
fn two_facts_compared_with_each_other_are_undecided() {
    let vocabulary = vocabulary();
    for (condition, facts) in [
        ("context.parts < context.tools", ["`parts`", "`tools`"]),
        ("context.parts <= context.tools", ["`parts`", "`tools`"]),
        ("context.tools == context.parts", ["`parts`", "`tools`"]),
        ("context.at >= context.ends", ["`at`", "`ends`"]),
    ] {
        let forbid = format!("forbid when {{ {condition} }};");
        let error = compared(&vocabulary, &[EVERYTHING], &[EVERYTHING, &forbid]).unwrap_err();
        let Undecided::Unsupported { what, hint } = &error else { panic!("{condition}: {error}") };
        assert!(facts.iter().all(|fact| what.contains(fact)), "{condition}: {what}");
        assert!(hint.contains("with a number or a time"), "{hint}");
    }
    // A fact compared with itself is no such comparison.
    let same = ["permit when { context.parts <= context.parts };"];
    assert_eq!(compared(&vocabulary, &[EVERYTHING], &same).unwrap().change, Change::Equivalent);
}

/// What lowered clauses can't hold is refused when a text is read, or is undecided.
#[test]
fn constructs_outside_of_the_fragment_get_no_verdict() {
    let vocabulary = vocabulary();
    for condition in [
        "context.parts + 1 > 2",
        "context.parts * 2 == 4",
        "-context.parts < 0",
        "principal == Program::\"x\"",
        "resource in Other::\"unknown\"",
        "context has parts",
        "context.purpose is Purpose",
        "context.purpose.name == \"x\"",
        "\"abc\" like \"a*\"",
        "ip(\"10.0.0.1\").isLoopback()",
        "decimal(\"1.0\").lessThan(decimal(\"2.0\"))",
        "context.at.offset(duration(\"1d\")) > datetime(\"2026-01-01\")",
        "context.at.toDate() == datetime(\"2026-01-01\")",
        "context.at.toTime() < duration(\"8h\")",
        "context == {}",
        "{a: 1}.a == 1",
        "[1, 2].contains(context.parts)",
        "context.purpose in Purpose::\"nowhere\"",
        "context.purpose == Purpose::\"nowhere\"",
        "context.nothing == 1",
    ] {
        let forbid = format!("forbid when {{ {condition} }};");
        let Ok(agreement) = draft(&vocabulary, "terms", "", &[EVERYTHING, &forbid]) else { continue };
        let with = stack(&vocabulary, vec![agreement]);
        let verdict = Pair::of(&one(&vocabulary, &[EVERYTHING]), &with).and_then(|mut pair| pair.diff());
        assert!(verdict.is_err(), "{condition}: {:?}", verdict.map(|diff| diff.change));
    }
}

#[test]
fn texts_of_different_vocabularies_are_not_compared() {
    let (plain, other) = (vocabulary(), &world::tiny().vocabulary);
    let mut prover = Prover::new(Arc::clone(&plain), Budget::unlimited()).unwrap();
    let foreign = one(other, &[EVERYTHING]);
    assert_eq!(prover.law(&foreign).unwrap_err(), Undecided::OtherVocabulary);
    let lines = "+++\nredlines = \"mine\"\nversion = \"1\"\nvocabulary = \"world\"\nparty = { id = \"me\", name = \"Me\" }\n+++\n# Lines\n\
                 ## 1 Never\nProse.\n\n```cedar\nforbid (principal, action, resource) when { context.retry };\n```\n";
    let lines = RedLines::parse(lines, other).unwrap_or_else(|problems| panic!("{problems}"));
    let law = prover.law(&one(&plain, &[EVERYTHING])).unwrap();
    assert_eq!(prover.red_lines(&law, &lines).unwrap_err(), Undecided::OtherVocabulary);
}

/// A line that rules out what another one demands: each is answered by itself, and never both kept.
#[test]
fn contradictory_red_lines_are_never_both_kept() {
    let vocabulary = vocabulary();
    let clause = |number: u8, effect: &str| {
        format!(
            "## {number} Line\nProse.\n\n```cedar\n{effect} (principal, action, resource) when {{ context.purpose in Purpose::\"intel\" }};\n```\n"
        )
    };
    let text = format!(
        "+++\nredlines = \"mine\"\nversion = \"1\"\nvocabulary = \"plain\"\nparty = {{ id = \"me\", name = \"Me\" }}\n+++\n# Lines\n{}{}",
        clause(1, "forbid"),
        clause(2, "permit")
    );
    let lines = RedLines::parse(&text, &vocabulary).unwrap_or_else(|problems| panic!("{problems}"));
    for policies in [
        &[EVERYTHING][..],
        &["permit when { false };"],
        &[EVERYTHING, "forbid when { context.purpose == Purpose::\"intel.home\" };"],
        &["permit when { context.purpose == Purpose::\"intel.home\" };"],
    ] {
        let mut prover = Prover::new(Arc::clone(&vocabulary), Budget::unlimited()).unwrap();
        let law = prover.law(&one(&vocabulary, policies)).unwrap();
        let verdicts = prover.red_lines(&law, &lines).unwrap();
        assert!(!verdicts.iter().all(carveout_proof::LineVerdict::kept), "{policies:?}");
    }
}

#[test]
fn a_thousand_purposes_are_no_trouble() {
    let mut taxonomy = "vocabulary = \"vast\"\nversion = \"1\"\n[Purpose]\n\"unknown\" = \"U.\"\n".to_owned();
    for field in 0..40 {
        let _ = writeln!(taxonomy, "\"f{field}\" = \"F.\"");
        for task in 0..24 {
            let _ = writeln!(taxonomy, "\"f{field}.t{task}\" = \"T.\"");
        }
    }
    let schema = vocabulary().sources().0.to_owned();
    let vast = Arc::new(Vocabulary::parse(&schema, &taxonomy).unwrap());
    deeply(|| {
        let old = [EVERYTHING, "forbid when { context.purpose in Purpose::\"f7\" || context.parts > 3 };"];
        let new = [EVERYTHING, "forbid when { context.purpose in Purpose::\"f7\" && context.parts > 3 };"];
        let diff = compared(&vast, &old, &new).unwrap();
        assert_eq!(diff.change, Change::Wider);
        let words: Vec<String> =
            diff.permits_opened.cubes.iter().map(|cube| cube.cube.words(&vast).to_string()).collect();
        assert!(diff.permits_opened.exhausted, "{words:?}");
        assert_eq!(words.len(), 2, "{words:?}");
        assert!(words.iter().any(|words| words.contains("f7") && words.contains("less than 4")), "{words:?}");
    });
}

#[test]
fn agreements_without_policies_permit_nothing() {
    let vocabulary = vocabulary();
    assert_eq!(compared(&vocabulary, &[], &[]).unwrap().change, Change::Equivalent);
    let opened = compared(&vocabulary, &[], &[EVERYTHING]).unwrap();
    assert_eq!(opened.change, Change::Wider);
    let [cube] = &opened.permits_opened.cubes[..] else { panic!("{:?}", opened.permits_opened) };
    assert!(opened.permits_opened.exhausted);
    // The agreement is in force from a day on; nothing else is said of the uses it permits.
    assert_eq!(cube.cube.words(&vocabulary).to_string(), "at is at or after 2026-01-01T00:00:00.000Z");
    let never =
        compared(&vocabulary, &[], &["permit when { context.parts > 1 && context.parts < 2 };"]).unwrap();
    assert_eq!(never.change, Change::Equivalent);
}

/// That nobody can observe a fact is a matter of grades. What the words say is still decided.
#[test]
fn conditions_on_what_nobody_can_observe_are_decided_as_they_stand() {
    let vocabulary = vocabulary();
    let forbid = "forbid when { context.intent == Intent::\"intentional\" };";
    let diff = compared(&vocabulary, &[EVERYTHING], &[EVERYTHING, forbid]).unwrap();
    assert_eq!(diff.change, Change::Narrower);
    let [cube] = &diff.permits_closed.cubes[..] else { panic!("{:?}", diff.permits_closed) };
    assert!(
        cube.cube.words(&vocabulary).to_string().contains("intent is intentional"),
        "{}",
        cube.cube.words(&vocabulary)
    );
}

#[test]
fn a_clause_that_may_fail_is_refused_before_any_proof() {
    let vocabulary = vocabulary();
    // Where 64 bits overflow the policy would fail, and Cedar would skip it.
    let overflow = draft(&vocabulary, "terms", "", &["forbid when { context.parts + 1 > 0 };"]);
    assert!(overflow.is_err());
}

/// However early the budget is spent: what is said then is so, and what isn't is not said.
#[test]
fn a_spent_budget_never_turns_into_a_wrong_answer() {
    let world = world::tiny();
    let mut whole = 0;
    for seed in 0..6 {
        let mut drawer = common::drawn::Drawer::new(world, 7_000 + seed);
        let old = drawer.stack();
        let new = drawer.changed(&old);
        let (old, new) = (old.stack(world), new.stack(world));
        let truth = Pair::of(&old, &new).unwrap().diff().unwrap();
        for questions in [0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610, 987] {
            let asked = Arc::new(AtomicUsize::new(0));
            let budget =
                Budget::unlimited().until(move || asked.fetch_add(1, Ordering::Relaxed) >= questions);
            let answer = Prover::new(Arc::clone(&world.vocabulary), budget).and_then(|mut prover| {
                let (old, new) = (prover.law(&old)?, prover.law(&new)?);
                prover.diff(&old, &new)
            });
            match answer {
                Ok(diff) => {
                    assert_eq!(diff.change, truth.change, "seed {seed}, {questions} questions");
                    whole += usize::from(same_or_less(&truth, &diff));
                }
                Err(error) => assert_eq!(error, Undecided::BudgetSpent, "seed {seed}"),
            }
        }
        let spent = Prover::new(Arc::clone(&world.vocabulary), Budget::unlimited().until(|| true))
            .and_then(|mut prover| prover.law(&old).map(drop));
        assert_eq!(spent.unwrap_err(), Undecided::BudgetSpent);
    }
    assert!(whole > 0, "no budget was ever enough");
}

/// Every use that is shown moves; and if all regions are whole, none is missing.
fn same_or_less(truth: &Diff, diff: &Diff) -> bool {
    for (moved, region) in regions(diff) {
        for shown in &region.cubes {
            assert!(moved.holds(&shown.before.ruling, &shown.after.ruling));
            let known = regions(truth).filter(|(other, _)| *other == moved);
            let mut cubes = known.flat_map(|(_, region)| &region.cubes);
            assert!(cubes.any(|cube| inside(&cube.cube, &shown.witness.all)), "{moved:?}");
        }
        if region.exhausted {
            for (_, known) in regions(truth).filter(|(other, _)| *other == moved) {
                for shown in &known.cubes {
                    let found = region.cubes.iter().any(|cube| inside(&cube.cube, &shown.witness.all));
                    assert!(found, "{moved:?}: a use is missing from a region that is called whole");
                }
            }
        }
    }
    regions(diff).all(|(_, region)| region.exhausted)
}

#[test]
fn reading_refuses_what_no_agreement_can_say() {
    let vocabulary = vocabulary();
    let read = |body: &str| Agreement::draft(&common::source("plain", "terms", body, []), &vocabulary);
    assert!(read("governs = { maker = \"nobody\" }").is_err());
    assert!(read("presume = { nothing = \"unknown\" }").is_err());
    assert!(read("until = 2025-01-01").is_err());
}
