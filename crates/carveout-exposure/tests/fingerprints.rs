//! The rules of the packs: each finds its examples and none of its look-alikes.

use carveout_exposure::fingerprints::Fingerprints;

const RULES: &str = include_str!("../../../packs/fingerprints.toml");

#[test]
fn every_rule_finds_its_examples_and_no_look_alike() {
    let fingerprints = Fingerprints::parse(RULES).unwrap();
    assert_eq!(fingerprints.failing_examples(), []);
    assert!(fingerprints.rules().len() >= 40);
    let providers: std::collections::BTreeSet<&str> =
        fingerprints.rules().iter().map(|rule| rule.provider()).collect();
    let expected = ["amazon", "anthropic", "google", "meta", "mistral", "openai", "unknown", "xai"];
    assert_eq!(providers.into_iter().collect::<Vec<_>>(), expected);
}

#[test]
fn a_rule_that_fails_its_example_is_told() {
    let wrong = RULES.replace("misses = [\"claude-monet\",", "misses = [\"claude-3-5-sonnet\",");
    let fingerprints = Fingerprints::parse(&wrong).unwrap();
    assert_eq!(fingerprints.failing_examples(), [("anthropic-model", "claude-3-5-sonnet", false)]);
}

#[test]
fn files_that_are_wrong_are_refused() {
    let rule =
        |lines: &str| format!("format = 1\nversion = \"x\"\n[[rule]]\nid = \"a\"\nprovider = \"p\"\n{lines}");
    let examples = "hits = [\"x\"]\nmisses = [\"y\"]\n";
    for (text, told) in [
        ("format = 2\nversion = \"x\"\nrule = []".to_owned(), "format 2"),
        (rule(examples), "looks for one thing"),
        (
            rule("model = [\"abc\"]\nhost = [\"a.b\"]\nhits = [\"x\"]\nmisses = [\"y\"]"),
            "looks for one thing",
        ),
        (rule("model = [\"abc\"]\nhits = []\nmisses = []"), "has examples"),
        (rule("model = [\"a{b\"]\nhits = [\"x\"]\nmisses = [\"y\"]"), "open bracket"),
        (rule("model = [\"a*\"]\nhits = [\"x\"]\nmisses = [\"y\"]"), "two plain characters"),
        (rule("model = [\"abc\"]\ngrade = \"observed\"\nhits = [\"x\"]\nmisses = [\"y\"]"), "gateway"),
        (rule("models = [\"abc\"]"), "models"),
    ] {
        let error = Fingerprints::parse(&text).unwrap_err().to_string();
        assert!(error.contains(told), "{told}: {error}");
    }
    let twice = RULES.replace("id = \"openai-pypi\"", "id = \"anthropic-pypi\"");
    assert!(Fingerprints::parse(&twice).unwrap_err().to_string().contains("two of it"));
}
