//! Front matter.

use super::{
    Expected, check,
    common::{clauses, source},
};

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
