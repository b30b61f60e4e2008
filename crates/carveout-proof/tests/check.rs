//! Red lines, grades, idle clauses and the worth of words, on agreements whose answers are plain.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where it can't go on"
)]

use std::{collections::BTreeMap, sync::Arc};

use carveout_proof::{
    Budget, Change, Contradiction, Dates, IdleReason, LineKind, Prover, Undecided, WhatIfError, side,
};
use carveout_terms::{Agreement, Edit, RedLines, Vocabulary};

const HEAD: &str = "version = \"1\"\nvocabulary = \"defense\"\n";
const PARTIES: &str = "party = [ { id = \"vendor\", name = \"Example Model Maker\" }, \
                       { id = \"customer\", name = \"Example Agency\", roles = [\"counsel\"] } ]\n";

fn vocabulary() -> Arc<Vocabulary> {
    let schema = include_str!("../../../packs/defense/defense.cedarschema");
    Arc::new(Vocabulary::parse(schema, include_str!("../../../packs/defense/defense.toml")).unwrap())
}

fn clauses(policies: &[&str]) -> String {
    let clause = |(at, policy): (usize, &&str)| {
        format!("\n## {0} Clause {0}\nProse.\n```cedar\n{policy}\n```\n", at + 1)
    };
    policies.iter().enumerate().map(clause).collect()
}

fn agreement(role: &str, head: &str, policies: &[&str]) -> Agreement {
    let text = format!(
        "+++\nagreement = \"terms\"\nrole = \"{role}\"\neffective = 2026-01-01\n{HEAD}{PARTIES}{head}+++\n# Terms\n{}",
        clauses(policies)
    );
    Agreement::draft(&text, &vocabulary()).unwrap_or_else(|problems| panic!("{problems}"))
}

fn red_lines(policies: &[&str]) -> RedLines {
    let party = "party = { id = \"vendor\", name = \"Example Model Maker\" }\n";
    let text = format!("+++\nredlines = \"lines\"\n{HEAD}{party}+++\n# Lines\n{}", clauses(policies));
    RedLines::parse(&text, &vocabulary()).unwrap_or_else(|problems| panic!("{problems}"))
}

fn prover() -> Prover {
    Prover::new(vocabulary(), Budget::unlimited()).unwrap()
}

const ALL: &str = "permit (principal, action, resource);";
const BULK: &str = "forbid (principal, action, resource) when { [Volume::\"bulk\", Volume::\"unknown\"].contains(context.volume) };";

#[test]
fn a_line_is_kept_or_crossed_with_a_use_and_the_clauses_responsible() {
    let held = "@hold(\"customer/counsel\")\nforbid (principal, action, resource) when { [Volume::\"bulk\", Volume::\"unknown\"].contains(context.volume) };";
    let never = "forbid (principal, action, resource) when { context.volume == Volume::\"bulk\" };";
    let never_without = "@hold(\"customer/counsel\")\nforbid (principal, action, resource) when { context.volume == Volume::\"bulk\" };";
    let always = "permit (principal, action, resource) when { context.purpose in Purpose::\"logistics\" && context.volume == Volume::\"targeted\" };";
    let too_much = "permit (principal, action, resource) when { context.purpose in Purpose::\"logistics\" };";
    /// Terms, a line, its kind, whether it is kept, and the clauses responsible.
    type Case<'a> = (&'a [&'a str], &'a str, LineKind, bool, &'a [&'a str]);
    let cases: [Case<'_>; 9] = [
        (&[ALL, BULK], never, LineKind::Never, true, &[]),
        (&[ALL], never, LineKind::Never, false, &["1"]),
        (&[ALL, held], never, LineKind::Never, false, &["2"]),
        (&[ALL, held], never_without, LineKind::Never, true, &[]),
        (&[ALL], never_without, LineKind::Never, false, &["1"]),
        (&[ALL, BULK], always, LineKind::Always, true, &[]),
        (&[ALL, BULK], too_much, LineKind::Always, false, &["2"]),
        (&[ALL, held], too_much, LineKind::Always, false, &["2"]),
        (&[], always, LineKind::Always, false, &[]),
    ];
    for (terms, line, kind, kept, responsible) in cases {
        let mut prover = prover();
        let law = prover.alone(&agreement("grant", "", terms)).unwrap();
        let [verdict] = &prover.red_lines(&law, &red_lines(&[line])).unwrap()[..] else { panic!() };
        assert_eq!((verdict.kind, verdict.kept()), (kind, kept), "{terms:?} {line}: {verdict:?}");
        assert_eq!(verdict.crossed.cubes.is_empty(), kept, "{line}");
        let clauses: Vec<&str> = verdict.responsible.iter().map(|clause| clause.clause.as_str()).collect();
        assert_eq!(clauses, responsible, "{terms:?} {line}");
    }
}

#[test]
fn an_always_line_asks_nothing_of_targets_that_the_terms_don_t_govern() {
    let always = red_lines(&[
        "permit (principal, action, resource) when { context.purpose == Purpose::\"translation\" };",
    ]);
    let mut prover = prover();
    let law = prover.alone(&agreement("grant", "governs = { maker = \"sample-maker\" }\n", &[ALL])).unwrap();
    assert!(prover.red_lines(&law, &always).unwrap()[0].kept());
}

#[test]
fn a_clause_is_worth_the_weakest_word_that_gets_past_it() {
    let cases = [
        (
            "forbid (principal, action, resource) when { context.deployment != Deployment::\"gov_cloud\" };",
            "A",
            "",
        ),
        ("forbid (principal, action, resource) when { context.opaque_parts > 0 };", "A", ""),
        (
            "forbid (principal, action, resource) when { context.component != Component::\"other_component\" };",
            "B",
            "component",
        ),
        (BULK, "D", "volume"),
        (
            "forbid (principal, action, resource) when { context.purpose in Purpose::\"surveillance\" && context.intent == Intent::\"intentional\" };",
            "F",
            "intent",
        ),
        // Whoever registered the component can't help where the caller's word is enough.
        (
            "forbid (principal, action, resource) when { context.purpose in Purpose::\"intel\" && context.component != Component::\"other_component\" };",
            "D",
            "purpose",
        ),
        // Two words that only together get past it.
        (
            "forbid (principal, action, resource) when { context.volume != Volume::\"targeted\" || context.component != Component::\"other_component\" };",
            "D",
            "volume",
        ),
    ];
    for (policy, grade, fact) in cases {
        let mut prover = prover();
        let law = prover.alone(&agreement("grant", "", &[ALL, policy])).unwrap();
        let graded = prover.grades(&law).unwrap();
        let graded = graded.iter().find(|graded| graded.clause.clause == "2").unwrap();
        let names: Vec<&str> =
            graded.rests_on.iter().map(|(fact, _)| prover.vocabulary().get(*fact).name()).collect();
        assert_eq!((graded.grade.as_str(), names.join(" ").as_str()), (grade, fact), "{policy}: {graded:?}");
        assert_eq!(graded.truth == graded.stated, fact.is_empty(), "{policy}");
    }
}

#[test]
fn grants_and_limits_have_grades_too() {
    let claimed =
        "permit (principal, action, resource) when { context.purpose == Purpose::\"translation\" };";
    for (role, policy, grade) in [("grant", claimed, "D"), ("grant", ALL, "A"), ("limit", BULK, "D")] {
        let mut prover = prover();
        let law = prover.alone(&agreement(role, "", &[policy])).unwrap();
        let graded = prover.grades(&law).unwrap();
        let own = graded.iter().find(|graded| graded.clause.agreement == "terms").unwrap();
        assert_eq!(own.grade.as_str(), grade, "{role} {policy}: {own:?}");
    }
}

#[test]
fn clauses_that_do_nothing_are_found_and_explained() {
    let narrower = "forbid (principal, action, resource) when { context.volume == Volume::\"bulk\" && context.subject == Subject::\"us_person\" };";
    let never = "forbid (principal, action, resource) when { context.volume == Volume::\"bulk\" && context.volume == Volume::\"targeted\" };";
    let supply =
        "permit (principal, action, resource) when { context.purpose == Purpose::\"logistics.supply\" };";
    let other = "forbid (principal, action, resource) when { context.purpose == Purpose::\"translation\" };";
    let every = "forbid (principal, action, resource) when { context.purpose in Purpose::\"logistics\" };";
    let clause =
        |number: &str| carveout_terms::ClauseRef { agreement: "terms".into(), clause: number.into() };
    /// Terms, and which of their clauses are idle for which reason.
    type Case<'a> = (&'a [&'a str], Vec<(&'a str, IdleReason)>);
    let cases: [Case<'_>; 6] = [
        (&[ALL, BULK], vec![]),
        (&[ALL, BULK, narrower], vec![("3", IdleReason::Redundant { covered_by: vec![clause("2")] })]),
        (&[ALL, never], vec![("2", IdleReason::NeverMatches)]),
        (&[supply, other], vec![("2", IdleReason::NothingToForbid)]),
        (&[ALL, supply], vec![("2", IdleReason::Redundant { covered_by: vec![clause("1")] })]),
        (&[supply, every], vec![("1", IdleReason::Shadowed { by: vec![clause("2")] })]),
    ];
    for (policies, expected) in cases {
        let mut prover = prover();
        let law = prover.alone(&agreement("grant", "", policies)).unwrap();
        let idle = prover.idle(&law).unwrap();
        let found: Vec<(&str, IdleReason)> =
            idle.iter().map(|idle| (idle.policy.as_str(), idle.reason.clone())).collect();
        for expected in &expected {
            assert!(found.contains(expected), "{policies:?}: {expected:?} is not among {found:?}");
        }
        assert!(!expected.is_empty() || found.is_empty(), "{policies:?}: {found:?}");
    }
}

#[test]
fn a_condition_that_makes_no_difference_is_found() {
    // The exception is vacuous: bulk data is never targeted.
    let vacuous = "forbid (principal, action, resource) when { [Volume::\"bulk\", Volume::\"unknown\"].contains(context.volume) } \
                   unless { context.volume == Volume::\"targeted\" && context.subject == Subject::\"none\" };";
    let idle = prover().idle_conditions(&agreement("grant", "", &[ALL, vacuous])).unwrap();
    let texts: Vec<&str> = idle.iter().map(|condition| condition.text.as_str()).collect();
    // The whole exception, and the half of it that doesn't matter because the other never holds.
    let whole = "context.volume == Volume::\"targeted\" && context.subject == Subject::\"none\"";
    assert_eq!(texts, [whole, "context.subject == Subject::\"none\""]);
    assert!(prover().idle_conditions(&agreement("grant", "", &[ALL, BULK])).unwrap().is_empty());
}

#[test]
fn examples_that_can_t_both_be_right_are_found() {
    let text = |uses: &str| {
        format!(
            "+++\nagreement = \"terms\"\nrole = \"grant\"\neffective = 2026-01-01\n{HEAD}{PARTIES}presume = {{ volume = \"targeted\" }}\n+++\n\
             # Terms\n## 1 Grant\nProse.\n```cedar\n{ALL}\n```\n## 2 Bulk\nProse.\n```cedar\n{BULK}\n```\n```uses\n{uses}\n```\n"
        )
    };
    let cases = [
        ("permit: subject=none\ndeny: subject=none, volume=bulk", 0),
        ("permit: subject=none\ndeny: volume=targeted, subject=none", 1),
        ("permit: subject=none\ndeny: volume=unknown, subject=none", 1),
        ("permit: subject=none\npermit: subject=none", 0),
    ];
    for (uses, expected) in cases {
        let agreement = Agreement::draft(&text(uses), &vocabulary()).unwrap();
        assert_eq!(Contradiction::among(&agreement, &vocabulary()).len(), expected, "{uses}");
    }
}

#[test]
fn every_word_has_its_worth() {
    let policy = "forbid (principal, action, resource) when { context.volume == Volume::\"bulk\" && \
                  (context.subject == Subject::\"us_person\" || context.subject == Subject::\"unknown\") };";
    let worths = prover().worth_of_each(&agreement("grant", "", &[ALL, policy])).unwrap();
    let found: BTreeMap<String, Change> = worths
        .into_iter()
        .map(|worth| {
            let name = match &worth.edit {
                Edit::DropClause { clause } => format!("clause {clause}"),
                _ => worth.condition.unwrap().text,
            };
            (name, worth.diff.unwrap().change)
        })
        .collect();
    let expected = [
        ("clause 1", Change::Narrower),
        ("clause 2", Change::Wider),
        ("context.volume == Volume::\"bulk\"", Change::Narrower),
        (
            "context.subject == Subject::\"us_person\" || context.subject == Subject::\"unknown\"",
            Change::Narrower,
        ),
        ("context.subject == Subject::\"us_person\"", Change::Wider),
        ("context.subject == Subject::\"unknown\"", Change::Wider),
    ];
    assert_eq!(found, expected.into_iter().map(|(name, change)| (name.to_owned(), change)).collect());
}

#[test]
fn an_edit_that_makes_no_agreement_is_said_to_be_one() {
    let edit = Edit::ReplaceCondition { clause: "2".into(), number: 1, with: "context.volum == 3".into() };
    let error = prover().what_if(&agreement("grant", "", &[ALL, BULK]), &edit).unwrap_err();
    assert!(
        matches!(&error, WhatIfError::Unreadable(problems) if problems.to_string().contains("volum")),
        "{error}"
    );
}

#[test]
fn dates_count_only_where_they_are_asked_for() {
    let (first, second) =
        (agreement("grant", "", &[ALL]), agreement("grant", "until = 2027-01-01\n", &[ALL]));
    for (dates, expected) in [(Dates::Ignored, Change::Equivalent), (Dates::Respected, Change::Narrower)] {
        let mut prover = prover();
        let sides = [&first, &second].map(|terms| side(&vocabulary(), [terms.clone()], dates).unwrap());
        let [old, new] = sides.map(|stack| prover.law(&stack).unwrap());
        assert_eq!(prover.diff(&old, &new).unwrap().change, expected);
    }
}

#[test]
fn a_spent_budget_is_no_answer() {
    let mut prover = Prover::new(vocabulary(), Budget::unlimited().until(|| true)).unwrap();
    assert!(matches!(
        prover.alone(&agreement("grant", "", &[ALL])),
        Err(WhatIfError::Undecided(Undecided::BudgetSpent))
    ));
}
