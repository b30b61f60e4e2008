//! What stands below the head: clauses, fences, examples.

use super::{
    Expected, check,
    common::{errors, parse, source},
};

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
