//! Agreements that can't be used: what is wrong, where, and what to do about it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops where it can't go on"
)]

mod common;

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

/// One policy in one clause.
const POLICIES: &[(&str, &str, &[Expected])] = &[
    (
        "unknown fact",
        r#"permit (principal, action, resource) when { context.purpos == Purpose::"translation" };"#,
        &[("unknown-fact", "context.purpos", "did you mean `purpose`?")],
    ),
    (
        "unknown fact, nothing near",
        r#"permit (principal, action, resource) when { context.zzzzzzzz == Purpose::"translation" };"#,
        &[("unknown-fact", "context.zzzzzzzz", "-")],
    ),
    (
        "unknown member",
        r#"permit (principal, action, resource) when { context.purpose == Purpose::"translaton" };"#,
        &[("unknown-member", "Purpose::\"translaton\"", "did you mean `translation`?")],
    ),
    (
        "a member in another case",
        r#"permit (principal, action, resource) when { context.purpose == Purpose::"Translation" };"#,
        &[("unknown-member", "Purpose::\"Translation\"", "did you mean `translation`?")],
    ),
    (
        "a member in letters that look alike",
        "permit (principal, action, resource) when { context.purpose == Purpose::\"tr\u{0430}nslation\" };",
        &[("unknown-member", "Purpose::\"tr\u{0430}nslation\"", "did you mean `translation`?")],
    ),
    (
        "unknown member of a list",
        r#"permit (principal, action, resource) when { [Purpose::"translation", Purpose::"intel.froeign"].contains(context.purpose) };"#,
        &[("unknown-member", "Purpose::\"intel.froeign\"", "did you mean `intel.foreign`?")],
    ),
    (
        "unknown group",
        r#"permit (principal, action, resource) when { context.purpose in Purpose::"logistic" };"#,
        &[("unknown-member", "Purpose::\"logistic\"", "did you mean `logistics`?")],
    ),
    (
        "a group as a member",
        r#"permit (principal, action, resource) when { context.purpose == Purpose::"logistics" };"#,
        &[("group-as-member", "Purpose::\"logistics\"", "write `context.purpose in Purpose::\"logistics\"`")],
    ),
    (
        "a group in a list",
        r#"permit (principal, action, resource) when { [Purpose::"logistics"].contains(context.purpose) };"#,
        &[("group-as-member", "Purpose::\"logistics\"", "write `context.purpose in")],
    ),
    (
        "another type's member",
        r#"permit (principal, action, resource) when { context.purpose == Volume::"bulk" };"#,
        &[("wrong-type", "Volume::\"bulk\"", "write `Purpose::\"bulk\"`")],
    ),
    (
        "`in` on a set",
        r#"permit (principal, action, resource) when { context.steps in Step::"query" };"#,
        &[("not-a-test", "context.steps in Step::\"query\"", "`.contains(…)`")],
    ),
    (
        "`in` on a number",
        r#"permit (principal, action, resource) when { context.parts in Purpose::"logistics" };"#,
        &[("not-a-test", "context.parts in Purpose::\"logistics\"", "on a set fact")],
    ),
    (
        "`in` without a fact",
        r#"permit (principal, action, resource) when { Purpose::"translation" in Purpose::"logistics" };"#,
        &[("not-a-test", "Purpose::\"translation\" in Purpose::\"logistics\"", "write `context.fact in")],
    ),
    (
        "the scope's variables",
        r#"permit (principal, action, resource) when { principal == Program::"x" };"#,
        &[("not-a-test", "principal", "test facts")],
    ),
    (
        "arithmetic",
        "permit (principal, action, resource) when { context.parts + 1 < 3 };",
        &[("not-a-test", "context.parts + 1", "compare the fact with a constant")],
    ),
    (
        "arithmetic in a test",
        "permit (principal, action, resource) when { context.parts * 2 == context.tools };",
        &[("not-a-test", "context.parts * 2", "compare the fact with a constant")],
    ),
    (
        "approvals",
        r#"forbid (principal, action, resource) when { !context.approvals.contains(Role::"customer/counsel") };"#,
        &[(
            "not-a-test",
            "context.approvals.contains(Role::\"customer/counsel\")",
            "mark the `forbid` with `@hold",
        )],
    ),
    (
        "`has`",
        "forbid (principal, action, resource) when { context has volume };",
        &[("not-a-test", "context has volume", "test facts")],
    ),
    (
        "`like`",
        r#"forbid (principal, action, resource) when { "a" like "*" };"#,
        &[("not-a-test", "\"a\" like \"*\"", "test facts")],
    ),
    (
        "a part of a fact",
        "forbid (principal, action, resource) when { context.volume.size == 1 };",
        &[("not-a-test", "context.volume.size", "write `context.fact`")],
    ),
    (
        "`isEmpty`",
        "forbid (principal, action, resource) when { context.steps.isEmpty() };",
        &[("not-a-test", "context.steps.isEmpty()", "test for `unknown`")],
    ),
    (
        "a fact that isn't a truth value",
        "permit (principal, action, resource) when { context.volume };",
        &[("not-a-test", "context.volume", "compare it with a member")],
    ),
    (
        "constants only",
        "permit (principal, action, resource) when { 1 == 1 };",
        &[("not-a-test", "1 == 1", "compare `context.fact`")],
    ),
    (
        "a time that is none",
        r#"permit (principal, action, resource) when { context.at < datetime("soon") };"#,
        &[("not-a-test", "datetime(\"soon\")", "test facts")],
    ),
    (
        "a number compared with a member",
        r#"permit (principal, action, resource) when { context.parts == Volume::"bulk" };"#,
        &[("wrong-type", "Volume::\"bulk\"", "-")],
    ),
    (
        "a member compared with a number",
        "permit (principal, action, resource) when { context.volume == 3 };",
        &[("validation", "context.volume == 3", "compatible types")],
    ),
    (
        "a time compared with a number",
        "permit (principal, action, resource) when { context.at < 3 };",
        &[("validation", "context.at", "-")],
    ),
    (
        "a truth value compared with a member",
        r#"permit (principal, action, resource) when { context.volume == true };"#,
        &[("validation", "context.volume == true", "compatible types")],
    ),
    (
        "facts of two types compared",
        "permit (principal, action, resource) when { context.maker == context.host };",
        &[("wrong-type", "context.maker == context.host", "compare facts of one type")],
    ),
    (
        "silent on unknown",
        r#"forbid (principal, action, resource) when { context.volume == Volume::"bulk" };"#,
        &[(
            "silent",
            r#"forbid (principal, action, resource) when { context.volume == Volume::"bulk" };"#,
            "cover `unknown` for `volume`",
        )],
    ),
    (
        "silent on two facts",
        r#"forbid (principal, action, resource) when { context.volume == Volume::"bulk" && context.authority == Authority::"contract" };"#,
        &[
            (
                "silent",
                r#"forbid (principal, action, resource) when { context.volume == Volume::"bulk" && context.authority == Authority::"contract" };"#,
                "for `authority`",
            ),
            (
                "silent",
                r#"forbid (principal, action, resource) when { context.volume == Volume::"bulk" && context.authority == Authority::"contract" };"#,
                "for `volume`",
            ),
        ],
    ),
    (
        "silent on a set",
        r#"forbid (principal, action, resource) when { context.steps.containsAll([Step::"link", Step::"profile"]) };"#,
        &[(
            "silent",
            r#"forbid (principal, action, resource) when { context.steps.containsAll([Step::"link", Step::"profile"]) };"#,
            "for `steps`",
        )],
    ),
    (
        "silent where sets are combined",
        r#"forbid (principal, action, resource) when { context.steps.containsAll([Step::"link", Step::"profile"]) && context.steps.contains(Step::"query") };"#,
        &[(
            "silent",
            r#"forbid (principal, action, resource) when { context.steps.containsAll([Step::"link", Step::"profile"]) && context.steps.contains(Step::"query") };"#,
            "for `steps`",
        )],
    ),
    (
        "silent where numbers are compared",
        r#"forbid (principal, action, resource) when { context.parts < context.tools && context.volume == Volume::"bulk" };"#,
        &[(
            "silent",
            r#"forbid (principal, action, resource) when { context.parts < context.tools && context.volume == Volume::"bulk" };"#,
            "for `volume`",
        )],
    ),
    (
        "a hold may not be silent either",
        r#"@hold("customer/counsel") forbid (principal, action, resource) when { context.volume == Volume::"bulk" };"#,
        &[(
            "silent",
            r#"@hold("customer/counsel") forbid (principal, action, resource) when { context.volume == Volume::"bulk" };"#,
            "for `volume`",
        )],
    ),
    (
        "silence without a reason",
        r#"@silent(" ") forbid (principal, action, resource) when { context.volume == Volume::"bulk" };"#,
        &[
            (
                "annotation",
                r#"@silent(" ") forbid (principal, action, resource) when { context.volume == Volume::"bulk" };"#,
                "@silent(\"",
            ),
            (
                "silent",
                r#"@silent(" ") forbid (principal, action, resource) when { context.volume == Volume::"bulk" };"#,
                "`volume`",
            ),
        ],
    ),
    (
        "unknown annotation",
        r#"@holds("customer/counsel") forbid (principal, action, resource);"#,
        &[(
            "annotation",
            r#"@holds("customer/counsel") forbid (principal, action, resource);"#,
            "did you mean `hold`?",
        )],
    ),
    (
        "an id of one's own",
        r#"@id("4.2") forbid (principal, action, resource);"#,
        &[("annotation", r#"@id("4.2") forbid (principal, action, resource);"#, "named by their clause")],
    ),
    (
        "unknown role",
        r#"@hold("customer/release-authorty") forbid (principal, action, resource);"#,
        &[(
            "unknown-role",
            r#"@hold("customer/release-authorty") forbid (principal, action, resource);"#,
            "did you mean `customer/release-authority`?",
        )],
    ),
    (
        "a hold on a permit",
        r#"@hold("customer/counsel") permit (principal, action, resource);"#,
        &[(
            "annotation",
            r#"@hold("customer/counsel") permit (principal, action, resource);"#,
            "take it off",
        )],
    ),
    (
        "a scope that isn't open",
        r#"permit (principal == Program::"p", action, resource);"#,
        &[(
            "scope",
            r#"permit (principal == Program::"p", action, resource);"#,
            "write `(principal, action, resource)`",
        )],
    ),
    (
        "a template",
        "permit (principal == ?principal, action, resource);",
        &[(
            "template",
            "permit (principal == ?principal, action, resource);",
            "write `(principal, action, resource)`",
        )],
    ),
    (
        "a syntax error",
        "permit (principal, action, resource) when { context.volume = };",
        &[("cedar-syntax", "}", "-")],
    ),
    (
        "a policy that is not closed",
        "permit (principal, action, resource) when {",
        &[("cedar-syntax", "", "-")],
    ),
];

#[test]
fn policies_that_cant_be_used() {
    let mut wrong = Vec::new();
    for (name, policy, expected) in POLICIES {
        check(&mut wrong, name, &source("g", "", &clauses([*policy])), expected);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A body under a plain head.
const BODIES: &[(&str, &str, &[Expected])] = &[
    (
        "two clauses of one number",
        "## 1 One\nText.\n## 2 Two\nText.\n## 1 Again\nText.\n",
        &[("duplicate-clause", "## 1 Again\n", "its own number")],
    ),
    (
        "two clauses of one number, one with a dot",
        "## 1 One\nText.\n## 1. Again\nText.\n",
        &[("duplicate-clause", "## 1. Again\n", "its own number")],
    ),
    (
        "a reference to a clause that isn't there",
        "## 1 One\nAs clauses 1 and 2.3 say.\n",
        &[("missing-clause", "2.3", "of this agreement")],
    ),
    (
        "a reference in a list inside a list",
        "## 1 One\n- outer, see clause 1\n  - inner, see clause 7\n",
        &[("missing-clause", "7", "did you mean `1`?")],
    ),
    (
        "a policy outside of any clause",
        "```cedar\npermit (principal, action, resource);\n```\n",
        &[(
            "policy-outside-clause",
            "```cedar\npermit (principal, action, resource);\n```",
            "put it under a heading",
        )],
    ),
    (
        "an example and a duty outside of any clause",
        "## Preface\n```uses\npermit: purpose=translation\n```\n```duty\nrecord\n```\n",
        &[
            ("example-outside-clause", "```uses\npermit: purpose=translation\n```", "put it under"),
            ("duty-outside-clause", "```duty\nrecord\n```", "put it under"),
        ],
    ),
    (
        "an example that is none",
        "## 1 One\n```uses\nallow: purpose=translation\npermit purpose=translation\n```\n",
        &[
            ("example", "allow: purpose=translation", "write `permit:"),
            ("example", "permit purpose=translation", "write `permit:"),
        ],
    ),
    (
        "an example of a clause that isn't there",
        "## 1 One\n```uses\npermit 2: purpose=translation\n```\n",
        &[("missing-clause", "permit 2: purpose=translation", "did you mean `1`?")],
    ),
    (
        "an example with a misspelt fact and member",
        "## 1 One\n```uses\n  permit: purpos=translation, volume=bulky  \n```\n",
        &[("example-facts", "permit: purpos=translation, volume=bulky", "-")],
    ),
    (
        "an example that its clause can't ground",
        "## 1 One\n```cedar\npermit (principal, action, resource);\n```\n```uses\ndeny: purpose=translation\nhold 1: purpose=translation\n```\n",
        &[
            ("ungrounded-example", "deny: purpose=translation", "move the example"),
            ("ungrounded-example", "hold 1: purpose=translation", "move the example"),
        ],
    ),
    (
        "a duty that nobody can carry out",
        "## 1 One\n```duty\nnotify\n```\n",
        &[("duty", "```duty\nnotify\n```", "write `record`")],
    ),
    (
        "a block that is nearly one",
        "## 1 One\n```Cedar\nforbid (principal, action, resource);\n```\n",
        &[("unknown-block", "```Cedar\nforbid (principal, action, resource);\n```", "did you mean `cedar`?")],
    ),
    (
        "a block with something after its name",
        "## 1 One\n```cedar title=x\nforbid (principal, action, resource);\n```\n",
        &[(
            "unknown-block",
            "```cedar title=x\nforbid (principal, action, resource);\n```",
            "did you mean `cedar`?",
        )],
    ),
    (
        "a policy in an unmarked block",
        "## 1 One\n```\nforbid (principal, action, resource);\n```\n",
        &[("unmarked-policy", "```\nforbid (principal, action, resource);\n```", "starts with ```cedar")],
    ),
    (
        "a policy in an indented block",
        "## 1 One\n\n    forbid (principal, action, resource);\n\nText.\n",
        &[("unmarked-policy", "forbid (principal, action, resource);\n", "not indented")],
    ),
    (
        "a fence indented by a tab",
        "## 1 One\n\n\t```cedar\n\tforbid (principal, action, resource);\n\t```\n",
        &[("unmarked-policy", "```cedar\n\tforbid (principal, action, resource);\n\t```\n", "not indented")],
    ),
    (
        "one bad block beside others",
        "## 1 One\n```cedar\npermit (principal, action resource);\n```\n## 2 Two\n```cedar\npermit (principal, action, resource) when { context.volum == Volume::\"bulk\" };\n```\n",
        &[("cedar-syntax", "resource", "-"), ("unknown-fact", "context.volum", "did you mean `volume`?")],
    ),
    (
        "many problems of one policy",
        "## 1 One\n```cedar\n@holds(\"a\") forbid (principal == Program::\"p\", action, resource) when { context.volum == Volume::\"bulk\" || context.parts + 1 > 2 };\n```\n",
        &[
            (
                "scope",
                "@holds(\"a\") forbid (principal == Program::\"p\", action, resource) when { context.volum == Volume::\"bulk\" || context.parts + 1 > 2 };",
                "write",
            ),
            (
                "annotation",
                "@holds(\"a\") forbid (principal == Program::\"p\", action, resource) when { context.volum == Volume::\"bulk\" || context.parts + 1 > 2 };",
                "hold",
            ),
            ("unknown-fact", "context.volum", "`volume`"),
            ("not-a-test", "context.parts + 1", "constant"),
        ],
    ),
    (
        "a cedar block in a list",
        "## 1 One\n- item\n\n  ```cedar\n  permit (principal, action, resource)\n  when { context.volum == Volume::\"bulk\" };\n  ```\n",
        &[("unknown-fact", "context.volum", "`volume`")],
    ),
];

#[test]
fn bodies_that_cant_be_used() {
    let mut wrong = Vec::new();
    for (name, body, expected) in BODIES {
        check(&mut wrong, name, &source("g", "", body), expected);
        // Nothing changes in a file with Windows line ends, but the line ends themselves.
        let text = source("g", "", body).replace('\n', "\r\n");
        let codes: Vec<&str> =
            parse(&text).err().iter().flat_map(errors).map(|problem| problem.code).collect();
        let expected: Vec<&str> = expected.iter().map(|expected| expected.0).collect();
        if codes != expected {
            wrong.push(format!("{name}, CRLF: expected {expected:?}, found {codes:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const HEAD_WITHOUT_VERSION: &str = "agreement = \"g\"\nvocabulary = \"small\"\nrole = \"grant\"\neffective = 2026-01-01\n\
    party = [ { id = \"vendor\", name = \"Example Vendor\", roles = [\"duty-officer\"] }, \
    { id = \"customer\", name = \"Example Agency\", roles = [\"release-authority\", \"counsel\"] } ]\n\n";

/// A text in the head, and what takes its place.
type Edit = (&'static str, &'static str);

/// Lines that replace or join those of a plain head.
const HEADS: &[(&str, &[Edit], &[Expected])] = &[
    (
        "an unknown key",
        &[("version = \"1\"", "version = \"1\"\nversoin = \"2\"")],
        &[("front-matter", "versoin", "-")],
    ),
    ("a missing key", &[("version = \"1\"\n", "")], &[("front-matter", HEAD_WITHOUT_VERSION, "-")]),
    ("a role that isn't one", &[("\"grant\"", "\"grand\"")], &[("front-matter", "\"grand\"", "-")]),
    (
        "a bad id",
        &[("agreement = \"g\"", "agreement = \"G 1\"")],
        &[("agreement-id", "\"G 1\"", "lowercase")],
    ),
    ("another vocabulary", &[("\"small\"", "\"large\"")], &[("other-vocabulary", "\"large\"", "-")]),
    (
        "a window that is empty",
        &[("2026-01-01", "2026-01-01\nuntil = 2026-01-01")],
        &[("empty-window", "2026-01-01", "-")],
    ),
    (
        "a time without a zone",
        &[("2026-01-01", "2026-01-01T00:00:00")],
        &[("time", "2026-01-01T00:00:00", "-")],
    ),
    (
        "governs by an unknown fact",
        &[("+++\n# ", "governs = { mker = \"acme\" }\n+++\n# ")],
        &[("governs", "\"acme\"", "did you mean `maker`?")],
    ),
    (
        "governs by another fact",
        &[("+++\n# ", "governs = { volume = \"bulk\" }\n+++\n# ")],
        &[("governs", "\"bulk\"", "use maker, host, operator or model")],
    ),
    (
        "governs an unknown member",
        &[("+++\n# ", "governs = { maker = [\"acme\", \"brich\"] }\n+++\n# ")],
        &[("unknown-member", "[\"acme\", \"brich\"]", "did you mean `birch`?")],
    ),
    (
        "governs nothing",
        &[("+++\n# ", "governs = { maker = [] }\n+++\n# ")],
        &[("governs", "[]", "leave it out")],
    ),
    ("a party twice", &[("id = \"customer\"", "id = \"vendor\"")], &[("duplicate-party", "\"vendor\"", "-")]),
    (
        "a party with a bad id",
        &[("id = \"customer\"", "id = \"The Customer\"")],
        &[("party-id", "\"The Customer\"", "lowercase")],
    ),
    (
        "a role with a bad id",
        &[("\"counsel\"", "\"legal counsel\"")],
        &[("party-id", "\"customer\"", "lowercase")],
    ),
    (
        "an unknown fact is presumed",
        &[("+++\n# ", "presume = { volum = \"bulk\" }\n+++\n# ")],
        &[("presume", "volum", "did you mean `volume`?")],
    ),
    (
        "a gateway fact is presumed",
        &[("+++\n# ", "presume = { maker = \"acme\" }\n+++\n# ")],
        &[("presume", "maker", "-")],
    ),
    (
        "unknown is presumed",
        &[("+++\n# ", "presume = { volume = \"unknown\", steps = [\"unknown\"] }\n+++\n# ")],
        &[("presume", "\"unknown\"", "-"), ("presume", "[\"unknown\"]", "-")],
    ),
    (
        "a group is presumed",
        &[("+++\n# ", "presume = { purpose = \"intel\" }\n+++\n# ")],
        &[("presume", "\"intel\"", "it is a group")],
    ),
    (
        "two members are presumed of one",
        &[("+++\n# ", "presume = { volume = [\"bulk\", \"targeted\"] }\n+++\n# ")],
        &[("presume", "[\"bulk\", \"targeted\"]", "it has one value")],
    ),
    (
        "facts smuggled into a presumption",
        &[("+++\n# ", "presume = { volume = 'bulk\", maker=\"acme' }\n+++\n# ")],
        &[("presume", "'bulk\", maker=\"acme'", "it is one of")],
    ),
    (
        "many things at once",
        &[
            ("agreement = \"g\"", "agreement = \"G\""),
            ("\"small\"", "\"large\""),
            ("2026-01-01", "2026-01-01T00:00:00"),
            ("+++\n# ", "governs = { maker = \"brich\" }\npresume = { volume = \"bluk\" }\n+++\n# "),
        ],
        &[
            ("agreement-id", "\"G\"", "lowercase"),
            ("other-vocabulary", "\"large\"", "-"),
            ("time", "2026-01-01T00:00:00", "-"),
            ("unknown-member", "\"brich\"", "`birch`"),
            ("presume", "\"bluk\"", "`bulk`"),
        ],
    ),
];

#[test]
fn heads_that_cant_be_used() {
    let mut wrong = Vec::new();
    let held = clauses(["@hold(\"customer/release-authority\") forbid (principal, action, resource);"]);
    for (name, edits, expected) in HEADS {
        let mut text = source("g", "", &held);
        for (from, to) in *edits {
            assert!(text.contains(from), "{name}: nothing to edit");
            text = text.replacen(from, to, 1);
        }
        // A party or role that isn't there can't hold; that is another problem than the one asked about.
        if *name == "a party twice" || *name == "a party with a bad id" {
            text = text.replace("@hold(\"customer/release-authority\") ", "");
        }
        check(&mut wrong, name, &text, expected);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_without_a_head() {
    let mut wrong = Vec::new();
    let files: &[(&str, &str, &[Expected])] = &[
        ("an empty file", "", &[("front-matter", "", "start the file with a line `+++`")]),
        ("no head", "# Terms\n", &[("front-matter", "# Terms", "start the file")]),
        (
            "a head that isn't closed",
            "+++\nagreement = \"g\"\n# Terms\n",
            &[("front-matter", "+++", "then a line `+++`")],
        ),
        (
            "a head with something after its fence",
            "+++ toml\n+++\n",
            &[("front-matter", "+++ toml", "start the file")],
        ),
        (
            "a byte order mark",
            "\u{feff}+++\n+++\n",
            &[("byte-order-mark", "\u{feff}", "save it as UTF-8 without one")],
        ),
        ("YAML", "---\nagreement: g\n---\n", &[("front-matter", "---", "start the file")]),
    ];
    for (name, text, expected) in files {
        check(&mut wrong, name, text, expected);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
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
