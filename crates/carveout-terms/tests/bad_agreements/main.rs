//! Agreements that can't be used: what is wrong, where, and what to do about it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops where it can't go on"
)]

mod bodies;
#[path = "../common/mod.rs"]
mod common;
mod heads;
mod policies;

use common::{clauses, errors, parse, source};
use proptest::prelude::*;

/// A problem expected: its code, the text that its span covers, and a part of its hint (or `-`).
type Expected = (&'static str, &'static str, &'static str);

fn check(wrong: &mut Vec<String>, name: &str, text: &str, expected: &[Expected]) {
    let found: Vec<(String, String, String)> = match parse(text) {
        Ok(_) => Vec::new(),
        Err(problems) => errors(&problems)
            .into_iter()
            .map(|problem| {
                let excerpt = text.get(problem.span.clone()).unwrap_or("(outside of the source)");
                (
                    problem.code.to_owned(),
                    excerpt.to_owned(),
                    problem.hint.clone().unwrap_or_else(|| "-".into()),
                )
            })
            .collect(),
    };
    let fits = found.len() == expected.len()
        && found.iter().zip(expected).all(|(found, expected)| {
            found.0 == expected.0 && found.1 == expected.1 && found.2.contains(expected.2)
        });
    if !fits {
        wrong.push(format!("{name}:\n  expected {expected:#?}\n  found {found:#?}"));
    }
}

#[test]
fn a_limit_only_forbids() {
    let mut wrong = Vec::new();
    let text = source("l", "role = \"limit\"", &clauses(["permit (principal, action, resource);"]));
    check(
        &mut wrong,
        "limit",
        &text,
        &[("limit-permits", "permit (principal, action, resource);", "write `role = \"grant\"`")],
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// One file with most mistakes there are: all of them are reported.
#[test]
fn all_errors_are_reported_at_once() {
    let body = "```cedar\npermit (principal, action, resource);\n```\n\
        ## 1 One\nSee clause 9.\n```cedar\npermit (principal, action, resource) when { context.purpos == Purpose::\"translation\" };\n```\n\
        ## 1 One again\n```cedar\nforbid (principal, action, resource) when { context.volume == Volume::\"bulk\" };\n```\n\
        ## 2 Two\n```cedar\npermit (principal, action resource);\n```\n\
        ## 3 Three\n```cedar\npermit (principal, action, resource) when { context.volume == 3 };\n```\n```uses\ndeny 8: volume=bulk\ndeny: volume=bulk\npermit: volume=bluk\nperhaps: volume=bulk\n```\n\
        ## 4 Four\n```cedar\n@hold(\"nobody/there\") forbid (principal, action, resource) when { context.purpose == Purpose::\"intel\" };\n```\n```Uses\n```\n";
    let text = source("BAD", "governs = { mker = \"acme\" }", body);
    let problems = parse(&text).err().unwrap();
    let codes: Vec<&str> = errors(&problems).iter().map(|problem| problem.code).collect();
    assert_eq!(
        codes,
        [
            "agreement-id",
            "governs",
            "policy-outside-clause",
            "missing-clause",
            "unknown-fact",
            "duplicate-clause",
            "silent",
            "cedar-syntax",
            "validation",
            "missing-clause",
            "ungrounded-example",
            "example-facts",
            "example",
            "unknown-role",
            "group-as-member",
            "unknown-block",
        ],
        "{problems}"
    );
    let places: Vec<(usize, usize)> =
        problems.list().iter().map(|problem| problems.position(problem)).collect();
    assert!(places.is_sorted(), "{places:?}");
}

/// A broken head must not make problems of a sound body.
#[test]
fn a_body_is_not_blamed_for_its_head() {
    let body = clauses([
        "@hold(\"customer/counsel\") forbid (principal, action, resource) when { context.volum == Volume::\"bulk\" };",
    ]);
    let text = source("g", "", &body).replace("version = \"1\"", "version = 1");
    let problems = parse(&text).err().unwrap();
    let codes: Vec<&str> = errors(&problems).iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["front-matter", "unknown-fact"], "{problems}");
}

#[test]
fn conditions_nested_deeply_are_refused_not_overflowed() {
    let codes = |condition: String| -> Vec<&'static str> {
        let policy = format!("permit (principal, action, resource) when {{ {condition} }};");
        let problems = parse(&source("g", "", &clauses([policy.as_str()]))).err();
        let mut codes: Vec<_> = problems.iter().flat_map(errors).map(|problem| problem.code).collect();
        codes.dedup();
        codes
    };
    let chain = |count: usize| vec!["context.retry"; count].join("||");
    let around = |open: &str, close: &str, count: usize| {
        format!("{}context.retry{}", open.repeat(count), close.repeat(count))
    };
    assert_eq!(codes(chain(100)), [""; 0]);
    assert_eq!(codes(chain(500)), ["not-a-test"]);
    assert_eq!(codes(chain(20_000)), ["long-block"]);
    for (open, close) in
        [("(", ")"), ("!(", ")"), ("[", "]"), ("{a:", "}"), ("if (", ") then true else false")]
    {
        // The block of `when` is one level.
        let deep = codes(around(open, close, 23));
        assert!(deep.is_empty() || deep == ["not-a-test"], "{open}: {deep:?}");
        assert_eq!(codes(around(open, close, 24)), ["too-deep"], "{open}");
        assert_eq!(codes(around(open, "", 3_000)).len(), 1, "{open}");
    }
    assert_eq!(codes(around("if context.retry then context.retry else ", "", 150)), ["not-a-test"]);
    assert_eq!(codes(around("if true then true else ", "", 340)), ["not-a-test"]);
    assert_eq!(codes(format!("context.retry{}", ".a".repeat(4_000))), ["not-a-test"]);
    assert_eq!(codes(format!("context.retry{}", "&&true".repeat(1_300))), ["not-a-test"]);
}

fn sample() -> String {
    let policy = "@hold(\"customer/counsel\")\nforbid (principal, action, resource)\nwhen { [Volume::\"bulk\", Volume::\"unknown\"].contains(context.volume) && context.parts > 2 }\nunless { context.purpose in Purpose::\"logistics\" };";
    let mut text = source(
        "g",
        "governs = { maker = \"acme\" }\npresume = { authority = \"contract\" }",
        &clauses([policy, "permit (principal, action, resource);"]),
    );
    text.push_str("\n## 3 Größe — “quoted”\n- a list, see clause 1\n  - nested: clauses 2 and 3\n\n```uses\npermit: purpose=translation, steps=(query link)\ndeny 1: volume=bulk, parts=3\n```\n");
    text
}

#[test]
fn the_sample_of_the_property_is_sound() {
    assert!(parse(&sample()).is_ok(), "{}", parse(&sample()).err().unwrap());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever a file says, reading it ends, and every problem is somewhere in it.
    #[test]
    fn mutated_agreements_never_panic(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..12, any::<prop::sample::Index>()), 1..5),
    ) {
        const PIECES: [&str; 24] = [
            "", "\n", "`", "```", "```cedar\n", "+++", "\"", "{", "}", "(", ")", "é", "\u{feff}", "\r\n", "\t", "#", "## 1 ", "clause 1.",
            "::", "context.", "!", "\0", "- ", "> ",
        ];
        let mut text = sample();
        for (at, cut, piece) in edits {
            let places: Vec<usize> = text.char_indices().map(|(place, _)| place).chain([text.len()]).collect();
            let start = at.index(places.len());
            let end = (start + cut).min(places.len() - 1);
            text.replace_range(places[start]..places[end], PIECES[piece.index(PIECES.len())]);
        }
        if let Err(problems) = parse(&text) {
            for problem in problems.list() {
                prop_assert!(text.get(problem.span.clone()).is_some(), "{problem:?} in {text:?}");
            }
        }
    }
}
