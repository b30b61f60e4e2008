//! Vocabularies that can't be used: what is wrong, and where.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops where it can't go on"
)]

mod common;

use std::fmt::Write as _;

use carveout_terms::{Agreement, Vocabulary};
use common::{SCHEMA, TAXONOMY, clauses, source, vocabulary};

/// An edit of the schema or of the taxonomy, and what comes of it: code, excerpt, a part of the message.
struct Case {
    name: &'static str,
    edits: &'static [(&'static str, &'static str)],
    code: &'static str,
    excerpt: &'static str,
    message: &'static str,
}

const fn case(
    name: &'static str,
    edits: &'static [(&'static str, &'static str)],
    code: &'static str,
    excerpt: &'static str,
    message: &'static str,
) -> Case {
    Case { name, edits, code, excerpt, message }
}

const CASES: &[Case] = &[
    case("syntax of the schema", &[("entity Program;", "entity Program")], "schema", "entity", ""),
    case(
        "syntax of the taxonomy",
        &[("version = \"1\"\n[Purpose]", "version = \n[Purpose]")],
        "taxonomy",
        "",
        "quoted",
    ),
    case("no version", &[("version = \"1\"\n[Purpose]", "[Purpose]")], "taxonomy", "", "version"),
    case(
        "a type that isn't there",
        &[("[Model]\n\"line", "[Modle]\n\"line")],
        "unknown-type",
        "Modle",
        "no entity type `Modle`",
    ),
    case(
        "members in two places",
        &[("[Model]\n\"line", "[Volume]\n\"bulk\" = \"x\"\n\"unknown\" = \"x\"\n[Model]\n\"line")],
        "declared-twice",
        "Volume",
        "in the schema already",
    ),
    case(
        "no unknown",
        &[("enum [\"targeted\", \"bulk\", \"unknown\"]", "enum [\"targeted\", \"bulk\"]")],
        "enumeration",
        "Volume",
        "no member `unknown`",
    ),
    case(
        "an unknown that is a group",
        &[("\"unknown\" = \"Not said.\"\n[Model]", "\"unknown\" = \"x\"\n\"unknown.x\" = \"x\"\n[Model]")],
        "enumeration",
        "Purpose",
        "no member `unknown`",
    ),
    case(
        "no parent",
        &[("\"intel\" = \"Intelligence.\"\n", "")],
        "enumeration",
        "Purpose",
        "`intel.foreign` has no parent: add a node `intel`",
    ),
    case(
        "names that differ in case",
        &[("\"translation\" = \"Translating.\"", "\"translation\" = \"T.\"\n\"Translation\" = \"T.\"")],
        "enumeration",
        "Purpose",
        "differ only in case",
    ),
    case(
        "a name in other letters",
        &[("\"translation\" =", "\"tr\u{430}nslation\" =")],
        "enumeration",
        "Purpose",
        "can't be a name",
    ),
    case(
        "a name with a space",
        &[("\"translation\" =", "\"translation \" =")],
        "enumeration",
        "Purpose",
        "can't be a name",
    ),
    case(
        "an empty part of a name",
        &[("\"translation\" =", "\"translation.\" =")],
        "enumeration",
        "Purpose",
        "can't be a name",
    ),
    case(
        "no attester",
        &[("@attester(\"caller\") @doc(\"how", "@doc(\"how")],
        "fact",
        "volume",
        "say who attests it",
    ),
    case(
        "no such attester",
        &[("@attester(\"caller\") @doc(\"how", "@attester(\"anybody\") @doc(\"how")],
        "fact",
        "volume",
        "`anybody` is no attester",
    ),
    case("no doc", &[("@doc(\"how the data was selected\") ", "")], "fact", "volume", "say what it means"),
    case("an optional fact", &[("volume: Volume", "volume?: Volume")], "fact", "volume", "can't be optional"),
    case(
        "a fact of text",
        &[("volume: Volume", "volume: String")],
        "fact",
        "volume",
        "`String` is no enumeration",
    ),
    case(
        "a fact with parts",
        &[("volume: Volume", "volume: {a: Long}")],
        "fact",
        "volume",
        "a fact is an enumeration",
    ),
    case(
        "a fact over an open type",
        &[("volume: Volume", "volume: Program")],
        "fact",
        "volume",
        "`Program` is no enumeration",
    ),
    case(
        "a number that the caller states",
        &[("@attester(\"gateway\") @doc(\"tools", "@attester(\"caller\") @doc(\"tools")],
        "fact",
        "tools",
        "only the gateway can attest it",
    ),
    case(
        "a fact named approvals",
        &[("volume: Volume", "approvals: Volume")],
        "fact",
        "approvals",
        "reserved",
    ),
    case(
        "a fact of roles",
        &[
            ("entity Model;", "entity Model;\nentity Role enum [\"a\", \"unknown\"];"),
            ("volume: Volume", "volume: Role"),
        ],
        "fact",
        "volume",
        "reserved",
    ),
    case("a fact in upper case", &[("volume: Volume", "Volume: Volume")], "fact", "Volume", "lowercase"),
    case("no clock", &[("at: datetime", "when: datetime")], "missing-fact", "context", "`at` is missing"),
    case("a clock that is none", &[("at: datetime", "at: Long")], "engine-fact", "at", "must be a datetime"),
    case(
        "a maker that is a set",
        &[("maker: Maker", "maker: Set<Maker>")],
        "engine-fact",
        "maker",
        "must be an enumeration",
    ),
    case(
        "a maker that callers state",
        &[("@attester(\"gateway\") @doc(\"who made it\")", "@attester(\"caller\") @doc(\"who made it\")")],
        "engine-fact",
        "maker",
        "only the gateway can attest it",
    ),
];

fn edited(edits: &[(&str, &str)]) -> (String, String) {
    let (mut schema, mut taxonomy) = (SCHEMA.to_owned(), TAXONOMY.to_owned());
    for (from, to) in edits {
        let text =
            if taxonomy.contains(from) && !schema.contains(from) { &mut taxonomy } else { &mut schema };
        assert!(text.contains(from), "nothing to edit: {from}");
        *text = text.replacen(from, to, 1);
    }
    (schema, taxonomy)
}

#[test]
fn vocabularies_that_cant_be_used() {
    let mut wrong = Vec::new();
    for Case { name, edits, code, excerpt, message } in CASES {
        let (schema, taxonomy) = edited(edits);
        let Err(problems) = Vocabulary::parse(&schema, &taxonomy) else {
            wrong.push(format!("{name}: accepted"));
            continue;
        };
        let [problem] = problems.list() else {
            wrong.push(format!("{name}: {problems}"));
            continue;
        };
        let found = problems.source_text().get(problem.span.clone()).unwrap_or("(outside)");
        if problem.code != *code
            || !found.contains(excerpt)
            || found.len() > 400 && !excerpt.is_empty()
            || !problem.message.contains(message)
        {
            wrong.push(format!("{name}: {} at {found:?}: {}", problem.code, problem.message));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn all_facts_that_are_wrong_are_reported() {
    let (schema, taxonomy) = edited(&[
        ("volume: Volume", "volume: String"),
        ("authority: Authority", "authority?: Authority"),
        ("at: datetime", "at: Long"),
    ]);
    let problems = Vocabulary::parse(&schema, &taxonomy).unwrap_err();
    let codes: Vec<&str> = problems.list().iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["fact", "fact", "engine-fact"], "{problems}");
}

#[test]
fn a_tree_has_leaves_for_members_and_inner_nodes_for_groups() {
    let vocabulary = vocabulary();
    let purpose =
        vocabulary.enumerations().iter().find(|enumeration| enumeration.name() == "Purpose").unwrap();
    assert_eq!(purpose.groups().collect::<Vec<_>>(), ["intel", "intel.home", "logistics"]);
    let below = |group: &str| {
        let members = purpose.resolve(group).unwrap();
        members.iter().map(|member| purpose.member_name(member).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(below("intel"), ["intel.foreign", "intel.home.mass", "intel.home.one"]);
    assert_eq!(below("intel.home"), ["intel.home.mass", "intel.home.one"]);
    assert_eq!(below("translation"), ["translation"]);
    assert_eq!(purpose.resolve("Intel"), None);
    assert_eq!(purpose.doc("intel"), Some("Intelligence."));
}

/// Nothing here grows with the square of a tree or of an agreement.
#[test]
fn large_vocabularies_and_agreements_are_read_in_reasonable_time() {
    let mut taxonomy = TAXONOMY.to_owned();
    let mut nodes = String::new();
    for number in 0..1000 {
        let _ = writeln!(nodes, "\"logistics.n{number:04}\" = \"Node {number}.\"");
    }
    taxonomy = taxonomy.replacen("\"intel\" =", &format!("{nodes}\"intel\" ="), 1);
    let started = std::time::Instant::now();
    let vocabulary = Vocabulary::parse(SCHEMA, &taxonomy).unwrap_or_else(|problems| panic!("{problems}"));
    let policies: Vec<String> = (0..300)
        .map(|number| {
            format!(
                "@silent(\"s\") forbid (principal, action, resource) when {{ (context.purpose in Purpose::\"logistics\" || context.purpose == Purpose::\"logistics.n{number:04}\") && \
                 context.volume == Volume::\"bulk\" && context.parts > {number} }};"
            )
        })
        .collect();
    let text = source("g", "", &clauses(policies.iter().map(String::as_str)));
    let agreement = Agreement::parse(&text, &vocabulary).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(agreement.policies().len(), 300);
    // Seconds in a debug build on a busy machine; a square would be minutes.
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
    println!("a tree of 1,000 and an agreement of 300 clauses: {:?}", started.elapsed());
}
