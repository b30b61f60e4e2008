//! Texts of two vocabularies, compared in what can be said in either.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it can't go on")]

use std::sync::Arc;

use carveout_proof::{Budget, Change, Dates, Diff, Prover, Undecided, side};
use carveout_terms::{Agreement, Reason, Vocabulary};

const SCHEMA: &str = include_str!("../../../packs/defense/defense.cedarschema");
const TAXONOMY: &str = include_str!("../../../packs/defense/defense.toml");

fn vocabulary(schema: impl Fn(&str) -> String, taxonomy: impl Fn(&str) -> String) -> Arc<Vocabulary> {
    let (schema, taxonomy) = (schema(SCHEMA), taxonomy(TAXONOMY));
    assert!(schema != SCHEMA || taxonomy != TAXONOMY, "the change was made");
    Arc::new(Vocabulary::parse(&schema, &taxonomy).unwrap_or_else(|problems| panic!("{problems}")))
}

fn plain() -> Arc<Vocabulary> {
    Arc::new(Vocabulary::parse(SCHEMA, TAXONOMY).unwrap())
}

fn terms(vocabulary: &Vocabulary, head: &str, policy: &str) -> Agreement {
    let text = format!(
        "+++\nagreement = \"terms\"\nversion = \"1\"\nvocabulary = \"defense\"\nrole = \"grant\"\neffective = 2026-01-01\n\
         party = [ {{ id = \"vendor\", name = \"Example Model Maker\" }} ]\n{head}+++\n# Terms\n\
         ## 1 Grant\nProse.\n```cedar\npermit (principal, action, resource);\n```\n\
         ## 2 Limit\nProse.\n```cedar\n@silent(\"a test\")\n{policy}\n```\n"
    );
    Agreement::parse(&text, vocabulary).unwrap_or_else(|problems| panic!("{problems}"))
}

/// The same text, read by two vocabularies.
fn diff(old: &Arc<Vocabulary>, new: &Arc<Vocabulary>, head: &str, policy: &str) -> Result<Diff, Undecided> {
    let mut prover = Prover::between(old, new, Budget::unlimited())?;
    let stack = |vocabulary| side(vocabulary, [terms(vocabulary, head, policy)], Dates::Ignored).unwrap();
    let (old, new) = (prover.law(&stack(old))?, prover.law(&stack(new))?);
    prover.diff(&old, &new)
}

const SURVEILLANCE: &str =
    "forbid (principal, action, resource) when { context.purpose in Purpose::\"surveillance\" };";

#[test]
fn a_group_that_grows_forbids_what_could_not_be_said_before() {
    let line = "\"surveillance.drone\" = \"Watching from drones.\"\n\"influence\" =";
    let new = vocabulary(str::to_owned, |taxonomy| taxonomy.replacen("\"influence\" =", line, 1));
    let found = diff(&plain(), &new, "", SURVEILLANCE).unwrap();
    assert_eq!(found.change, Change::Equivalent, "what is new was refused, and is forbidden");
    let found = diff(&new, &plain(), "", SURVEILLANCE).unwrap();
    assert_eq!(found.change, Change::Equivalent);
}

#[test]
fn a_new_member_opens_what_no_clause_names() {
    let line = "\"weather\" = \"Forecasting weather.\"\n\"influence\" =";
    let new = vocabulary(str::to_owned, |taxonomy| taxonomy.replacen("\"influence\" =", line, 1));
    let found = diff(&plain(), &new, "", SURVEILLANCE).unwrap();
    assert_eq!(found.change, Change::Wider);
    let [cube] = found.permits_opened.cubes.as_slice() else { panic!("{found:?}") };
    assert!(found.permits_opened.exhausted);
    let common = plain().merged(&new).unwrap();
    assert_eq!(cube.cube.words(&common).to_string(), "purpose is weather");
    assert_eq!(cube.before.reason, Reason::NotExpressible);
    // And the other way round it is closed.
    assert_eq!(diff(&new, &plain(), "", SURVEILLANCE).unwrap().change, Change::Narrower);
}

#[test]
fn a_member_that_becomes_a_group_is_another_way_to_say_it() {
    let line = "\"influence.abroad\" = \"Abroad.\"\n\"influence\" =";
    let new = vocabulary(str::to_owned, |taxonomy| taxonomy.replacen("\"influence\" =", line, 1));
    let influence =
        "forbid (principal, action, resource) when { context.purpose in Purpose::\"influence\" };";
    assert_eq!(diff(&plain(), &new, "", influence).unwrap().change, Change::Equivalent);
    assert_eq!(diff(&plain(), &new, "", SURVEILLANCE).unwrap().change, Change::Both);
}

#[test]
fn a_new_fact_is_compared_where_only_one_side_knows_it() {
    let fact =
        "@attester(\"gateway\")\n@doc(\"files\")\nfiles: Long,\n@attester(\"gateway\")\n    @doc(\"the time";
    let new = vocabulary(
        |schema| schema.replacen("@attester(\"gateway\")\n    @doc(\"the time", fact, 1),
        str::to_owned,
    );
    assert_eq!(diff(&plain(), &new, "", SURVEILLANCE).unwrap().change, Change::Equivalent);
    let mut prover = Prover::between(&plain(), &new, Budget::unlimited()).unwrap();
    let files = "forbid (principal, action, resource) when { context.files > 3 };";
    let never = "forbid (principal, action, resource) when { context.tools_offered > 1000 && context.tools_offered < 1000 };";
    let old = side(&plain(), [terms(&plain(), "", never)], Dates::Ignored).unwrap();
    let new = side(&new, [terms(&new, "", files)], Dates::Ignored).unwrap();
    let (old, new) = (prover.law(&old).unwrap(), prover.law(&new).unwrap());
    let found = prover.diff(&old, &new).unwrap();
    assert_eq!(found.change, Change::Narrower);
    let words: Vec<String> = found
        .permits_closed
        .cubes
        .iter()
        .map(|cube| cube.cube.words(prover.vocabulary()).to_string())
        .collect();
    assert_eq!(words, ["files is at least 4"]);
}

#[test]
fn presumptions_and_governed_targets_keep_their_meaning() {
    // The positions of members differ between the two, their names don't.
    let line = "\"aardvark\" = \"Sorts first.\"\n\"influence\" =";
    let maker = "\"targeted\" = \"";
    let new = vocabulary(str::to_owned, |taxonomy| {
        let taxonomy = taxonomy.replacen("\"influence\" =", line, 1);
        taxonomy.replacen(maker, &format!("\"another\" = \"Another.\"\n{maker}"), 1)
    });
    let head = "governs = { model = \"claude\" }\npresume = { volume = \"targeted\" }\n";
    let bulk = "forbid (principal, action, resource) when { [Volume::\"bulk\", Volume::\"unknown\"].contains(context.volume) };";
    let found = diff(&plain(), &new, head, bulk).unwrap();
    assert_eq!(found.change, Change::Wider, "{found:?}");
    assert!(found.permits_closed.is_empty());
}

#[test]
fn facts_of_other_types_can_t_be_compared() {
    let new =
        vocabulary(|schema| schema.replacen("tools_offered: Long", "tools_offered: Bool", 1), str::to_owned);
    let error = diff(&plain(), &new, "", SURVEILLANCE).unwrap_err();
    assert!(error.to_string().contains("tools_offered"), "{error}");
}
