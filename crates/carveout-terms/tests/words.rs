//! Conditions in words, kinds of clauses, and explanations.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops where it can't go on"
)]

mod common;

use carveout_terms::ClauseKind;
use common::{Said, agreement, clauses, parse, source, stack_presuming, vocabulary};

#[test]
fn conditions_read_like_english() {
    let table = [
        ("true", "always"),
        ("false", "never"),
        (r#"context.purpose == Purpose::"translation""#, "purpose is translation"),
        (r#"context.purpose != Purpose::"unknown""#, "purpose is not unknown"),
        (r#"!(context.purpose == Purpose::"unknown")"#, "purpose is not unknown"),
        (r#"context.purpose in Purpose::"intel""#, "purpose is within intel"),
        (r#"!(context.purpose in Purpose::"intel")"#, "purpose is outside of intel"),
        (
            r#"context.purpose in [Purpose::"intel.home", Purpose::"translation"]"#,
            "purpose is within intel.home or translation",
        ),
        (
            r#"!(context.purpose in [Purpose::"logistics", Purpose::"intel", Purpose::"translation"])"#,
            "purpose is outside of intel, logistics and translation",
        ),
        (
            r#"[Volume::"bulk", Volume::"unknown"].contains(context.volume)"#,
            "volume is either bulk or unknown",
        ),
        (
            r#"![Volume::"bulk", Volume::"unknown"].contains(context.volume)"#,
            "volume is neither bulk nor unknown",
        ),
        (
            r#"[Purpose::"unknown", Purpose::"translation", Purpose::"intel.foreign"].contains(context.purpose)"#,
            "purpose is one of intel.foreign, translation or unknown",
        ),
        (r#"context.steps.contains(Step::"link")"#, "steps include link"),
        (r#"!context.steps.contains(Step::"link")"#, "steps do not include link"),
        (r#"context.steps.containsAny([Step::"link", Step::"profile"])"#, "steps include link or profile"),
        (
            r#"!context.steps.containsAny([Step::"link", Step::"profile"])"#,
            "steps include none of link or profile",
        ),
        (r#"context.steps.containsAll([Step::"link", Step::"profile"])"#, "steps include link and profile"),
        (
            r#"!context.steps.containsAll([Step::"link", Step::"profile"])"#,
            "steps do not include all of link and profile",
        ),
        (
            r#"[Step::"query", Step::"link"].containsAll(context.steps)"#,
            "steps are nothing but link and query",
        ),
        (
            r#"![Step::"query", Step::"link"].containsAll(context.steps)"#,
            "steps are more than link and query",
        ),
        ("context.parts > 2", "parts is more than 2"),
        ("context.parts >= 2", "parts is at least 2"),
        ("2 > context.parts", "parts is less than 2"),
        ("context.parts == 2", "parts is 2"),
        ("context.parts != 2", "parts is not 2"),
        ("context.tools <= context.parts", "tools is at most parts"),
        (r#"context.at < datetime("2026-06-01")"#, "at is before 2026-06-01T00:00:00.000Z"),
        (r#"context.at >= datetime("2026-06-01")"#, "at is at or after 2026-06-01T00:00:00.000Z"),
        ("context.at > context.ends", "at is after ends"),
        ("context.retry", "retry is true"),
        ("!context.retry", "retry is false"),
        ("context.retry && context.parts > 0", "retry is true, and parts is more than 0"),
        (
            "context.retry && (context.parts > 0 || context.tools > 0)",
            "retry is true, and (parts is more than 0, or tools is more than 0)",
        ),
        (
            "context.retry && !(context.parts > 0 && context.tools > 0)",
            "retry is true, unless (parts is more than 0, and tools is more than 0)",
        ),
        ("!(context.parts > 0 && context.tools > 0)", "not (parts is more than 0, and tools is more than 0)"),
        (
            "if context.retry then context.parts > 0 else context.tools > 0",
            "(if retry is true, then parts is more than 0; otherwise tools is more than 0)",
        ),
    ];
    let vocabulary = vocabulary();
    for (condition, words) in table {
        let agreement = agreement("g", "", &[&format!("permit when {{ {condition} }};")]);
        assert_eq!(agreement.policies()[0].words(&vocabulary).to_string(), words, "{condition}");
    }
}

#[test]
fn a_clause_is_what_its_policies_do() {
    let forbid =
        r#"@silent("s") forbid (principal, action, resource) when { context.purpose in Purpose::"intel" }"#;
    let unless = format!("{forbid} unless {{ context.volume == Volume::\"targeted\" }};");
    let comment = format!("// unless it is lifted\n{forbid};");
    let both = format!("{forbid};\npermit (principal, action, resource);");
    let body =
        clauses(["permit (principal, action, resource);", &format!("{forbid};"), &unless, &comment, &both]);
    let text =
        source("g", "", &format!("{body}\n## 6 Duty\nText.\n```duty\nrecord\n```\n## 7 Prose\nText.\n"));
    let agreement = parse(&text).unwrap_or_else(|problems| panic!("{problems}"));
    let kinds: Vec<ClauseKind> = agreement.clauses().iter().map(carveout_terms::Clause::kind).collect();
    use ClauseKind::{CarveOut, Duty, Grant, Prose, Restriction};
    assert_eq!(kinds, [Grant, Restriction, CarveOut, Restriction, CarveOut, Duty, Prose]);
    let ids: Vec<&str> = agreement.policies().iter().map(carveout_terms::Policy::id).collect();
    assert_eq!(ids, ["1", "2", "3", "4", "5a", "5b"]);
    for policy in agreement.policies() {
        let excerpt = &text[policy.span()];
        assert!(excerpt.starts_with("permit") || excerpt.starts_with("@silent"), "{excerpt}");
    }
}

/// Of each policy: its id, whether it matched, and the tests that turned it.
#[test]
fn an_explanation_names_the_tests_that_turned_each_policy() {
    let terms = agreement(
        "g",
        "presume = { volume = \"targeted\" }",
        &[
            r#"permit when { context.purpose != Purpose::"unknown" };"#,
            r#"forbid when { [Volume::"bulk", Volume::"unknown"].contains(context.volume) && context.parts > 0 };"#,
            r#"@hold("customer/counsel") @silent("s") forbid when { context.purpose in Purpose::"intel" && (context.retry || context.tools > 1) };"#,
        ],
    );
    let birch = agreement("h", "governs = { maker = \"birch\" }", &["permit when { true };"]);
    let stack = stack_presuming([terms, birch], "authority=contract");
    let explained = |caller, gateway, approvals| {
        let use_ = Said { caller, gateway, approvals, ..Said::default() }.assemble(stack.vocabulary());
        let explanation = stack.explain(&use_);
        let [ours, theirs] = explanation.agreements.as_slice() else { panic!("two agreements") };
        assert!(ours.applies && !theirs.applies);
        let policies = ours.policies.iter().map(|policy| {
            let turns: Vec<String> = policy
                .turned_by
                .iter()
                .map(|turn| {
                    format!("{} ({}){}", turn.condition, turn.facts, if turn.met { "" } else { " not met" })
                })
                .collect();
            format!(
                "{} {}: {}",
                policy.policy,
                if policy.matched { "matched" } else { "did not match" },
                turns.join(" + ")
            )
        });
        (ours.presumed.clone(), policies.collect::<Vec<_>>())
    };
    let (presumed, policies) = explained("purpose=intel.foreign", "parts=1, tools=2", &[]);
    assert_eq!(presumed, "authority=contract, volume=targeted");
    assert_eq!(
        policies,
        [
            "1 matched: purpose is not unknown (purpose=intel.foreign)",
            "2 did not match: volume is either bulk or unknown (volume=targeted) not met",
            "3 matched: purpose is within intel (purpose=intel.foreign) + tools is more than 1 (tools=2)",
        ]
    );
    let (presumed, policies) =
        explained("purpose=intel.foreign, volume=bulk", "parts=1", &["customer/counsel"]);
    assert_eq!(presumed, "authority=contract");
    assert_eq!(
        policies[1],
        "2 matched: volume is either bulk or unknown (volume=bulk) + parts is more than 0 (parts=1)"
    );
    assert_eq!(
        policies[2],
        "3 did not match: retry is true (retry=?0) not met + tools is more than 1 (tools=0) not met"
    );
    let (_, policies) = explained("purpose=intel.foreign, volume=bulk", "tools=2", &["customer/counsel"]);
    assert_eq!(
        policies[2],
        "3 did not match: purpose is within intel (purpose=intel.foreign) + tools is more than 1 (tools=2)"
    );
}

/// Evidence adds readings: the one that makes the ruling is explained, the claimed one where it does.
#[test]
fn an_explanation_is_of_the_reading_that_makes_the_ruling() {
    let terms = agreement(
        "g",
        "",
        &["permit when { true };", r#"@silent("s") forbid when { context.volume == Volume::"bulk" };"#],
    );
    let stack = stack_presuming([terms], "");
    for (caller, evidence, forbidden, facts) in [
        ("volume=targeted", "volume=bulk", true, "volume=bulk"),
        ("volume=bulk", "volume=targeted", true, "volume=bulk"),
        ("volume=targeted", "volume=unknown", false, "volume=targeted"),
    ] {
        let use_ = Said { caller, evidence: &[evidence], ..Said::default() }.assemble(stack.vocabulary());
        let explanation = stack.explain(&use_);
        let policy = &explanation.agreements[0].policies[1];
        assert_eq!(policy.matched, forbidden, "{caller} and {evidence}");
        assert_eq!(policy.turned_by[0].facts, facts, "{caller} and {evidence}");
        assert_eq!(stack.decide(&use_).ruling.as_str(), if forbidden { "deny" } else { "permit" });
    }
}

#[test]
fn permits_that_rest_on_a_presumption_are_known() {
    let body = clauses([
        r#"permit (principal, action, resource) when { context.purpose != Purpose::"unknown" };"#,
        r#"forbid (principal, action, resource) when { [Volume::"bulk", Volume::"unknown"].contains(context.volume) };"#,
    ]) + "```uses\npermit: purpose=translation\npermit: purpose=translation, volume=targeted\ndeny: purpose=translation, volume=bulk\ndeny: purpose=translation, volume=targeted\npermit: volume=targeted\n```\n";
    let agreement = parse(&source("g", "presume = { volume = \"targeted\" }", &body))
        .unwrap_or_else(|problems| panic!("{problems}"));
    let vocabulary = vocabulary();
    let rests: Vec<bool> = agreement
        .examples()
        .iter()
        .map(|example| agreement.rests_on_presumption(&vocabulary, example))
        .collect();
    assert_eq!(rests, [true, false, false, false, true]);
    let failed: Vec<Option<String>> =
        agreement.run_examples(&vocabulary).into_iter().map(|outcome| outcome.failure).collect();
    assert_eq!(
        failed,
        [
            None,
            None,
            None,
            Some("expected deny, but the ruling is permit".into()),
            Some("expected permit, but the ruling is deny".into()),
        ]
    );
}
