//! Finding organisations among others: identifiers, names, and what goes to a person.
#![expect(clippy::unwrap_used, reason = "tests of a table")]

use carveout_exposure::{
    graph::{Graph, GraphBuilder, Kind, Party},
    identifier::Identifier,
    matching::{Matcher, Verdict},
    names::{Lexicon, MATCH},
};

fn graph() -> Graph {
    let mut builder = GraphBuilder::new();
    let mut company = |names: &[&str], identifiers: &[&str]| {
        let read = |text: &&str| {
            let (scheme, value) = text.split_once(':').unwrap();
            Identifier::of_scheme(scheme, value).unwrap()
        };
        let identifiers: Vec<Identifier> = identifiers.iter().map(read).collect();
        builder.node(&Party { kind: Kind::Organisation, names, identifiers: &identifiers });
    };
    company(&["Example Model Maker, Inc.", "EMM Labs"], &["uei:ABCDEFGHJK12", "domain:example.org"]);
    company(&["Sample Logistics Corporation"], &["uei:ABCDEFGHJK13"]);
    company(&["Sample Logistics GmbH"], &[]);
    company(&["Corp"], &["uei:ABCDEFGHJK14"]);
    company(&["General Holdings Services Corp"], &[]);
    company(&["Quillfeather Systems LLC"], &[]);
    for number in 0..50 {
        company(
            &[&format!("Tradeword{} Services Corp", char::from(b'a' + number % 26).to_string().repeat(4))],
            &[],
        );
    }
    builder.finish()
}

#[test]
fn organisations_are_found_by_identifier_then_by_name() {
    let graph = graph();
    let matcher = Matcher::new(&graph);
    for (name, identifier, expected, verdict) in [
        ("EXAMPLE MODEL MAKER", "", "Example Model Maker, Inc.", Some(Verdict::Same)),
        ("Exampel Model-Maker Incorporated", "", "Example Model Maker, Inc.", Some(Verdict::Same)),
        ("E.M.M. Labs", "", "Example Model Maker, Inc.", Some(Verdict::Same)),
        ("", "uei:ABCDEFGHJK12", "Example Model Maker, Inc.", Some(Verdict::Same)),
        ("Example Model Makers", "uei:ABCDEFGHJK12", "Example Model Maker, Inc.", Some(Verdict::Same)),
        ("Unrelated Plumbing", "uei:ABCDEFGHJK12", "Example Model Maker, Inc.", Some(Verdict::Review)),
        ("", "domain:example.org", "Example Model Maker, Inc.", Some(Verdict::Review)),
        ("Example Model Maker", "domain:www.example.org", "Example Model Maker, Inc.", Some(Verdict::Same)),
        ("Sample Logistics Corp.", "", "Sample Logistics Corporation", Some(Verdict::Same)),
        ("Quill Feather Systems", "", "Quillfeather Systems LLC", Some(Verdict::Same)),
        ("Corp", "", "Corp", Some(Verdict::Review)),
        ("Services Corp", "", "", None),
        ("Nobody At All", "", "", None),
        ("", "", "", None),
    ] {
        let identifiers: Vec<Identifier> = identifier
            .split_once(':')
            .map(|(scheme, value)| Identifier::of_scheme(scheme, value).unwrap())
            .into_iter()
            .collect();
        let names: Vec<&str> = Some(name).filter(|name| !name.is_empty()).into_iter().collect();
        let found = matcher.find(&names, &identifiers);
        let first = found.first().map(|first| (graph.name(first.node), first.verdict));
        assert_eq!(first, verdict.map(|verdict| (expected, verdict)), "{name} {identifier}: {found:?}");
    }
    let both = matcher.find(&["Sample Logistics"], &[]);
    assert_eq!(both.len(), 2, "two companies of one name are both told: {both:?}");
}

#[test]
fn common_words_never_match_by_themselves() {
    let lexicon = Lexicon::standard();
    for (one, other) in [
        ("CORP", "Corp."),
        ("Services", "Services Inc"),
        ("Management Company", "Westerly Management Company"),
        ("Global Services", "Global Logistics"),
        ("Sample Bank", "Other Bank"),
        ("Holdings Group International", "Sample Holdings Group International"),
    ] {
        let score = lexicon.compare(&lexicon.read(one), &lexicon.read(other)).score;
        assert!(score < MATCH, "{one} {other}: {score}");
    }
    let same = lexicon.compare(&lexicon.read("Sample Bank"), &lexicon.read("Sample Bank Ltd")).score;
    assert!(same >= MATCH, "{same}");
}

#[test]
fn words_are_weighed_by_how_many_names_have_them() {
    let mut lexicon = Lexicon::standard();
    for number in 0..20_000 {
        lexicon.count(&format!("word{number} {}", if number % 10 == 0 { "sunrise" } else { "other" }));
    }
    let compare = |lexicon: &Lexicon| {
        lexicon.compare(&lexicon.read("Sunrise Quarrel"), &lexicon.read("Sunrise Thicket")).score
    };
    assert!(compare(&lexicon) < compare(&Lexicon::standard()));
}

#[test]
fn scores_say_the_same_from_both_sides_and_stay_in_their_range() {
    let lexicon = Lexicon::standard();
    let names = [
        "Example Model Maker, Inc.",
        "Example Model Maker II",
        "ООО Пример",
        "Primer LLC",
        "A.B.C.",
        "ABC",
        "The The",
        "First Bank",
        "1st Bank",
        "Example",
        "",
        "株式会社サンプル",
        "SampleLogistics",
        "Sample Logistics",
        "Corp",
    ];
    for one in names {
        for other in names {
            let (one, other) = (lexicon.read(one), lexicon.read(other));
            let there = lexicon.compare(&one, &other).score;
            let back = lexicon.compare(&other, &one).score;
            assert!((there - back).abs() < 1e-9, "{one:?} {other:?}: {there} {back}");
            assert!((0.0..=1.0).contains(&there));
        }
    }
}
