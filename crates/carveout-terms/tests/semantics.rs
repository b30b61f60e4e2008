//! How a use is decided: DESIGN section 4, point by point.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops where it can't go on"
)]

mod common;

use std::sync::Arc;

use carveout_terms::{Agreement, Reason, Stack, StackError, Use, UseError, UseLayers};
use common::{Said, agreement, policy, source, stack, stack_presuming, told, vocabulary};

const ALL: &str = r#"permit when { context.purpose != Purpose::"unknown" };"#;
const SUPPLY: &str = r#"permit when { context.purpose == Purpose::"logistics.supply" };"#;
const NO_BULK: &str = r#"forbid when { [Volume::"bulk", Volume::"unknown"].contains(context.volume) };"#;
const NO_INTEL: &str =
    r#"@silent("the grant asks for a purpose") forbid when { context.purpose in Purpose::"intel" };"#;
const HOLD_INTEL: &str = r#"@hold("customer/release-authority") @silent("the grant asks for a purpose") forbid when { context.purpose in Purpose::"intel" };"#;
const HOLD_BULK: &str = r#"@hold("customer/counsel") forbid when { [Volume::"bulk", Volume::"unknown"].contains(context.volume) };"#;
const ASK_OFFICER: &str = r#"@hold("vendor/duty-officer") @silent("elsewhere") forbid when { context.purpose == Purpose::"intel.foreign" };"#;

/// One stack, and what it says to several uses: what is said, then the answer.
struct Case {
    about: &'static str,
    stack: Stack,
    uses: Vec<(Said<'static>, &'static str)>,
}

fn case(
    about: &'static str,
    agreements: Vec<Arc<Agreement>>,
    uses: &[(Said<'static>, &'static str)],
) -> Case {
    Case { about, stack: stack(agreements), uses: uses.to_vec() }
}

fn presuming(
    about: &'static str,
    agreements: Vec<Arc<Agreement>>,
    presume: &str,
    uses: &[(Said<'static>, &'static str)],
) -> Case {
    Case { about, stack: stack_presuming(agreements, presume), uses: uses.to_vec() }
}

fn caller(caller: &'static str) -> Said<'static> {
    Said { caller, ..Said::default() }
}

fn on(gateway: &'static str) -> Said<'static> {
    Said { caller: "purpose=translation, volume=targeted", gateway, ..Said::default() }
}

fn evident(caller: &'static str, evidence: &'static [&'static str]) -> Said<'static> {
    Said { caller, evidence, ..Said::default() }
}

fn approved(caller: &'static str, approvals: &'static [&'static str]) -> Said<'static> {
    Said { caller, approvals, ..Said::default() }
}

fn cases() -> Vec<Case> {
    let grant = |policies: &[&str]| agreement("g", "", policies);
    let second = |policies: &[&str]| agreement("h", "", policies);
    let limit = |policies: &[&str]| agreement("l", "role = \"limit\"", policies);
    let presume_strict = "presume = { authority = \"contract\" }";
    let no_contract = r#"@silent("presumed") forbid when { context.authority == Authority::"contract" };"#;
    vec![
        case(
            "4.7 closed world: what no grant permits is denied",
            vec![grant(&[SUPPLY])],
            &[
                (caller("purpose=logistics.supply"), "permit: g 1"),
                (caller("purpose=logistics.repair"), "deny"),
                (caller(""), "deny"),
            ],
        ),
        case(
            "4.4 silence is unknown, and so is a stated unknown",
            vec![grant(&[ALL, NO_BULK])],
            &[
                (caller("purpose=translation, volume=targeted"), "permit: g 1"),
                (caller("purpose=translation"), "deny: g 2"),
                (caller("purpose=translation, volume=unknown"), "deny: g 2"),
                (caller("volume=targeted"), "deny"),
            ],
        ),
        case(
            "4.2 a group means its leaves, however deep",
            vec![grant(&[ALL, NO_INTEL])],
            &[
                (caller("purpose=intel.foreign"), "deny: g 2"),
                (caller("purpose=intel.home.mass"), "deny: g 2"),
                (caller("purpose=translation"), "permit: g 1"),
            ],
        ),
        case(
            "4.6 only agreements that govern the target apply",
            vec![
                agreement("g", "governs = { maker = \"acme\" }", &[ALL]),
                agreement("h", "governs = { maker = \"birch\", model = \"line\" }", &[SUPPLY]),
            ],
            &[
                (on("maker=acme"), "permit: g 1"),
                (on("maker=birch"), "deny"),
                (
                    Said { caller: "purpose=logistics.supply", gateway: "maker=birch", ..Said::default() },
                    "permit: h 1",
                ),
            ],
        ),
        case(
            "4.6 an unknown target is governed by whatever may govern it, and granted nothing by it",
            vec![
                grant(&[ALL]),
                agreement("h", "governs = { maker = \"birch\" }", &[SUPPLY]),
                agreement("l", "role = \"limit\"\ngoverns = { maker = \"birch\" }", &[NO_BULK]),
            ],
            &[
                (on("maker=acme"), "permit: g 1"),
                (on("maker=unknown"), "deny"),
                (
                    Said { caller: "purpose=logistics.supply", gateway: "maker=unknown", ..Said::default() },
                    "deny: l 1",
                ),
            ],
        ),
        case(
            "4.6 an unknown target is not enough for a grant",
            vec![agreement("g", "governs = { maker = \"acme\" }", &[ALL])],
            &[(on("maker=unknown"), "deny")],
        ),
        case("4.6 a limit grants nothing", vec![limit(&[NO_BULK])], &[(caller("volume=targeted"), "deny")]),
        case(
            "4.6 a limit forbids",
            vec![grant(&[ALL]), limit(&[NO_BULK])],
            &[
                (caller("purpose=translation, volume=targeted"), "permit: g 1"),
                (caller("purpose=translation"), "deny: l 1"),
            ],
        ),
        case(
            "4.6 every grant must permit: permits are never united",
            vec![
                grant(&[SUPPLY]),
                second(&[r#"permit when { context.purpose == Purpose::"translation" };"#]),
            ],
            &[(caller("purpose=logistics.supply"), "deny"), (caller("purpose=translation"), "deny")],
        ),
        case(
            "4.6 two grants that both permit",
            vec![grant(&[ALL]), second(&[SUPPLY])],
            &[
                (caller("purpose=logistics.supply"), "permit: g 1, h 1"),
                (caller("purpose=translation"), "deny"),
            ],
        ),
        case(
            "4.8 a hold names its role, and its approval lifts it",
            vec![grant(&[ALL, HOLD_INTEL])],
            &[
                (caller("purpose=intel.foreign"), "hold for customer/release-authority: g 2"),
                (approved("purpose=intel.foreign", &["customer/release-authority"]), "permit: g 1"),
                (
                    approved("purpose=intel.foreign", &["customer/counsel"]),
                    "hold for customer/release-authority: g 2",
                ),
                (
                    approved("purpose=intel.foreign", &["Customer/Release-Authority"]),
                    "hold for customer/release-authority: g 2",
                ),
                (approved("volume=bulk", &["customer/release-authority"]), "deny"),
            ],
        ),
        case(
            "4.8 two holds need both roles",
            vec![grant(&[ALL, HOLD_INTEL, HOLD_BULK])],
            &[
                (
                    caller("purpose=intel.foreign"),
                    "hold for customer/counsel, customer/release-authority: g 2, g 3",
                ),
                (
                    approved("purpose=intel.foreign", &["customer/counsel"]),
                    "hold for customer/release-authority: g 2",
                ),
                (
                    approved("purpose=intel.foreign", &["customer/counsel", "customer/release-authority"]),
                    "permit: g 1",
                ),
            ],
        ),
        case(
            "4.8 holds of two agreements name both",
            vec![grant(&[ALL, HOLD_INTEL]), limit(&[ASK_OFFICER])],
            &[
                (
                    caller("purpose=intel.foreign"),
                    "hold for customer/release-authority, vendor/duty-officer: g 2, l 1",
                ),
                (
                    approved("purpose=intel.foreign", &["vendor/duty-officer"]),
                    "hold for customer/release-authority: g 2",
                ),
            ],
        ),
        case(
            "4.8 what another clause forbids is denied: an approval that can't help is not asked for",
            vec![grant(&[ALL, HOLD_INTEL, NO_BULK])],
            &[
                (caller("purpose=intel.foreign"), "deny: g 3"),
                (approved("purpose=intel.foreign", &["customer/release-authority"]), "deny: g 3"),
            ],
        ),
        case(
            "4.8 hold in one agreement, denial in another",
            vec![grant(&[ALL, HOLD_INTEL]), limit(&[NO_BULK])],
            &[(caller("purpose=intel.foreign"), "deny: l 1")],
        ),
        case(
            "4.8 hold in one agreement, nothing granted in another",
            vec![grant(&[ALL, HOLD_INTEL]), second(&[SUPPLY])],
            &[(caller("purpose=intel.foreign"), "deny")],
        ),
        case(
            "4.4 a presumption stands in for silence only",
            vec![agreement("g", "presume = { volume = \"targeted\" }", &[ALL, NO_BULK])],
            &[
                (caller("purpose=translation"), "permit: g 1"),
                (caller("purpose=translation, volume=unknown"), "permit: g 1"),
                (caller("purpose=translation, volume=bulk"), "deny: g 2"),
                (evident("purpose=translation", &["volume=bulk"]), "deny: g 2"),
                (evident("purpose=translation", &["volume=unknown"]), "deny: g 2"),
                (evident("purpose=translation", &["volume=targeted"]), "deny: g 2"),
                (evident("purpose=translation, volume=targeted", &["volume=targeted"]), "permit: g 1"),
            ],
        ),
        case(
            "4.5 a strict presumption isn't argued away by evidence",
            vec![agreement("g", presume_strict, &[ALL, no_contract])],
            &[
                (caller("purpose=translation"), "deny: g 2"),
                (evident("purpose=translation", &["authority=warrant"]), "deny: g 2"),
                (
                    Said { caller: "purpose=translation", program: "authority=warrant", ..Said::default() },
                    "permit: g 1",
                ),
            ],
        ),
        presuming(
            "4.4 a program's presumptions serve grants, never limits",
            vec![grant(&[ALL, NO_BULK])],
            "volume=targeted",
            &[(caller("purpose=translation"), "permit: g 1")],
        ),
        presuming(
            "4.4 so a limit sees the silence",
            vec![grant(&[ALL]), limit(&[NO_BULK])],
            "volume=targeted",
            &[(caller("purpose=translation"), "deny: l 1")],
        ),
        presuming(
            "4.4 an agreement's presumptions serve itself only",
            vec![
                agreement("g", "presume = { volume = \"targeted\" }", &[ALL, NO_BULK]),
                second(&[ALL, NO_BULK]),
            ],
            "",
            &[(caller("purpose=translation"), "deny: h 2")],
        ),
        presuming(
            "4.4 a program's presumption comes before its agreement's",
            vec![agreement("g", "presume = { volume = \"targeted\" }", &[ALL, NO_BULK])],
            "volume=bulk",
            &[(caller("purpose=translation"), "deny: g 2")],
        ),
        case(
            "4.5 claim and evidence: the strictest reading rules",
            vec![grant(&[ALL, NO_BULK, HOLD_INTEL])],
            &[
                (evident("purpose=translation, volume=targeted", &["volume=bulk"]), "deny: g 2"),
                (evident("purpose=translation, volume=bulk", &["volume=targeted"]), "deny: g 2"),
                (
                    evident("purpose=translation, volume=targeted", &["purpose=intel.foreign"]),
                    "hold for customer/release-authority: g 3",
                ),
                (
                    evident(
                        "purpose=translation, volume=targeted",
                        &["purpose=intel.foreign", "volume=bulk"],
                    ),
                    "deny: g 2",
                ),
                (
                    Said {
                        caller: "purpose=translation, volume=targeted",
                        program: "volume=bulk",
                        ..Said::default()
                    },
                    "deny: g 2",
                ),
            ],
        ),
        case(
            "4.5 what several say of a set adds up",
            vec![grant(&[
                ALL,
                r#"@silent("elsewhere") forbid when { context.steps.containsAll([Step::"link", Step::"profile"]) };"#,
            ])],
            &[
                (evident("purpose=translation, steps=query", &["steps=link"]), "permit: g 1"),
                (evident("purpose=translation, steps=profile", &["steps=link"]), "deny: g 2"),
                (evident("purpose=translation, steps=query", &["steps=link", "steps=profile"]), "deny: g 2"),
            ],
        ),
        case(
            "4.5 more than 16 readings are held for whoever can lift a hold",
            vec![grant(&[ALL, HOLD_INTEL])],
            &[
                (many("purpose=translation"), "hold for customer/release-authority"),
                (
                    Said { approvals: &["customer/release-authority"], ..many("purpose=translation") },
                    "permit: g 1",
                ),
                (many("purpose=intel.foreign"), "hold for customer/release-authority: g 2"),
                (many("volume=targeted"), "deny"),
            ],
        ),
        case(
            "4.5 but denied where a reading may be denied",
            vec![grant(&[ALL, HOLD_INTEL, NO_BULK])],
            &[
                (many("purpose=translation"), "deny: g 3"),
                (
                    Said { approvals: &["customer/release-authority"], ..many("purpose=translation") },
                    "deny: g 3",
                ),
            ],
        ),
        case(
            "4.5 and denied where nobody can lift anything",
            vec![grant(&[ALL])],
            &[(many("purpose=translation"), "deny")],
        ),
        case(
            "4.12 an agreement applies from `effective`, up to but not including `until`",
            vec![agreement("g", "effective = 2026-06-01T12:00:00Z\nuntil = 2026-07-01", &[ALL])],
            &[
                (on("at=\"2026-06-01T11:59:59.999Z\""), "deny"),
                (on("at=\"2026-06-01T12:00:00Z\""), "permit: g 1"),
                (on("at=\"2026-06-30T23:59:59.999Z\""), "permit: g 1"),
                (on("at=\"2026-07-01T00:00:00Z\""), "deny"),
            ],
        ),
        case(
            "4.12 clauses about time",
            vec![grant(&[ALL, r#"forbid when { context.at >= datetime("2026-06-02T00:00:00+0200") };"#])],
            &[
                (on("at=\"2026-06-01T21:59:59.999Z\""), "permit: g 1"),
                (on("at=\"2026-06-01T22:00:00Z\""), "deny: g 2"),
            ],
        ),
        case(
            "4.1 a number and a truth value",
            vec![grant(&[
                ALL,
                "forbid when { context.parts > 2 || context.retry && context.tools > context.parts };",
            ])],
            &[
                (on("parts=2"), "permit: g 1"),
                (on("parts=3"), "deny: g 2"),
                (on("retry=?1, parts=1, tools=1"), "permit: g 1"),
                (on("retry=?1, parts=1, tools=2"), "deny: g 2"),
            ],
        ),
    ]
}

/// Five facts in dispute, each with two values: 32 readings. None of them turns on the purpose.
fn many(caller: &'static str) -> Said<'static> {
    const EVIDENCE: &[&str] = &["volume=bulk, steps=link, authority=warrant, model=line.small, host=acme"];
    Said { caller, evidence: EVIDENCE, ..Said::default() }
}

#[test]
fn uses_are_decided_as_the_design_says() {
    let mut wrong = Vec::new();
    for Case { about, stack, uses } in cases() {
        for (said, expected) in uses {
            for _ in 0..2 {
                let answer = told(&said.decide(&stack));
                if answer != *expected {
                    wrong.push(format!(
                        "{about}\n    {} | {} | {} | {:?} | {:?}\n    expected {expected}, got {answer}",
                        said.caller, said.program, said.gateway, said.evidence, said.approvals
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_decision_names_what_was_presumed_for_it_and_by_whom() {
    let presuming = |id, policies: &[&str]| agreement(id, "presume = { volume = \"targeted\" }", policies);
    let limit =
        |policies: &[&str]| agreement("l", "role = \"limit\"\npresume = { volume = \"targeted\" }", policies);
    let elsewhere = || {
        agreement(
            "e",
            "governs = { maker = \"birch\" }\npresume = { volume = \"targeted\" }",
            &[ALL, NO_BULK],
        )
    };
    let silent = || caller("purpose=translation");
    let cases = [
        ("an agreement's", stack([presuming("g", &[ALL, NO_BULK])]), silent(), "g volume=targeted"),
        (
            "what is said isn't presumed",
            stack([presuming("g", &[ALL, NO_BULK])]),
            caller("purpose=translation, volume=bulk"),
            "",
        ),
        ("what no clause asks for neither", stack([presuming("g", &[ALL])]), silent(), ""),
        (
            "nor what evidence speaks of, where it rules",
            stack([presuming("g", &[ALL, NO_BULK])]),
            evident("purpose=translation", &["volume=bulk"]),
            "",
        ),
        (
            "nor by an agreement that governs something else",
            stack([agreement("g", "", &[ALL, NO_BULK]), elsewhere()]),
            silent(),
            "",
        ),
        (
            "the program's before an agreement's",
            stack_presuming([presuming("g", &[ALL, NO_BULK])], "volume=targeted"),
            silent(),
            "the program volume=targeted",
        ),
        (
            "the program's for grants, a limit's own for itself",
            stack_presuming([presuming("g", &[ALL, NO_BULK]), limit(&[NO_BULK])], "volume=targeted"),
            silent(),
            "the program volume=targeted; l volume=targeted",
        ),
        (
            "each agreement's own",
            stack([presuming("g", &[ALL, NO_BULK]), presuming("h", &[ALL, NO_BULK])]),
            silent(),
            "g volume=targeted; h volume=targeted",
        ),
        (
            "with too many readings too",
            stack([agreement(
                "g",
                "presume = { authority = \"contract\" }",
                &[
                    ALL,
                    HOLD_INTEL,
                    r#"@silent("presumed") forbid when { context.purpose == Purpose::"intel.foreign" && context.authority == Authority::"contract" };"#,
                ],
            )]),
            many("purpose=translation"),
            "g authority=contract",
        ),
    ];
    for (about, stack, said, expected) in cases {
        // Made once, and remembered once.
        for _ in 0..2 {
            let presumed = said.decide(&stack).presumed;
            let told: Vec<String> = presumed
                .iter()
                .map(|one| format!("{} {}", one.agreement.as_deref().unwrap_or("the program"), one.fact))
                .collect();
            assert_eq!(told.join("; "), expected, "{about}");
        }
    }
}

#[test]
fn a_denial_without_grounds_says_why() {
    let granted = stack([agreement("g", "", &[SUPPLY]), agreement("h", "", &[ALL])]);
    let reason = caller("purpose=translation").decide(&granted).reason;
    assert_eq!(reason, Reason::NotGranted { agreements: vec!["g".into()] });
    let elsewhere = stack([agreement("g", "governs = { maker = \"birch\" }", &[ALL])]);
    assert_eq!(caller("purpose=translation").decide(&elsewhere).reason, Reason::NothingGoverns);
    assert_eq!(many("purpose=translation").decide(&granted).reason, Reason::TooManyReadings);
}

#[test]
fn a_stack_is_never_empty_doubled_or_of_two_vocabularies() {
    let vocabulary = vocabulary();
    let other = carveout_terms::Vocabulary::parse(
        common::SCHEMA,
        &common::TAXONOMY.replace(
            "\"translation\" = \"Translating.\"",
            "\"a\" = \"A.\"\n\"translation\" = \"Translating.\"",
        ),
    )
    .unwrap();
    let ours = agreement("g", "", &[ALL]);
    let theirs = Arc::new(
        Agreement::parse(&source("g", "", &common::clauses([policy(ALL).as_str()])), &other).unwrap(),
    );
    let new = |agreements| Stack::new(vocabulary.clone(), agreements, carveout_terms::Facts::default()).err();
    assert_eq!(new(vec![]), Some(StackError::Empty));
    assert_eq!(new(vec![ours.clone(), ours.clone()]), Some(StackError::Duplicate("g".into())));
    assert_eq!(new(vec![theirs]), Some(StackError::OtherVocabulary("g".into())));
    assert_eq!(new(vec![ours.clone()]), None);
    let foreign = caller("purpose=translation").assemble(&other);
    let decision = stack([ours]).decide(&foreign);
    assert_eq!((told(&decision).as_str(), decision.reason), ("deny", Reason::OtherVocabulary));
}

#[test]
fn a_use_without_a_measured_fact_is_not_assembled() {
    let vocabulary = vocabulary();
    let gateway =
        carveout_terms::Facts::suppose(&vocabulary, &common::GATEWAY.replace(", parts=0", "")).unwrap();
    let layers = UseLayers { gateway: Some(&gateway), ..UseLayers::default() };
    assert_eq!(Use::assemble(&vocabulary, &layers).err(), Some(UseError::Missing("parts".into())));
    assert!(matches!(Use::assemble(&vocabulary, &UseLayers::default()).err(), Some(UseError::Missing(_))));
}

#[test]
fn the_digest_covers_everything_that_was_said() {
    let vocabulary = vocabulary();
    let base = Said { caller: "purpose=translation", ..Said::default() };
    let same = base.assemble(&vocabulary).digest();
    assert_eq!(base.assemble(&vocabulary).digest(), same);
    let others = [
        Said { caller: "purpose=intel.foreign", ..base.clone() },
        Said { caller: "", program: "purpose=translation", ..base.clone() },
        Said { gateway: "parts=1", ..base.clone() },
        Said { evidence: &["purpose=translation"], ..base.clone() },
        Said { evidence: &["purpose=translation", "purpose=translation"], ..base.clone() },
        Said { approvals: &["a/b"], ..base.clone() },
    ];
    let mut digests: Vec<_> = others.iter().map(|said| said.assemble(&vocabulary).digest()).collect();
    digests.push(same);
    digests.sort_unstable();
    digests.dedup();
    assert_eq!(digests.len(), 7);
}
