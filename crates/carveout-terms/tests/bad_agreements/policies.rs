//! Policies.

use super::{
    Expected, check,
    common::{clauses, source},
};

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
