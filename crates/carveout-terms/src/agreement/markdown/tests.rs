use super::{first_sentence, references, sections, split_number};

#[test]
fn a_sentence_ends_where_a_reader_would_say() {
    let table = [
        ("", ""),
        ("No full stop", "No full stop"),
        ("One. Two.", "One."),
        ("One! Two.", "One!"),
        ("Is it? It is.", "Is it?"),
        ("See clause 4.2. The rest follows.", "See clause 4.2."),
        ("The U.S. Army may. It need not.", "The U.S. Army may."),
        ("Tools, e.g. Search, are allowed. Not others.", "Tools, e.g. Search, are allowed."),
        ("Under Art. 5 it is forbidden. Always.", "Under Art. 5 it is forbidden."),
        ("It shall not \"spy.\" It may read.", "It shall not \"spy.\""),
        ("It shall not “spy.” It may read.", "It shall not “spy.”"),
        ("It may read (see 28 CFR 202.205.) And write.", "It may read (see 28 CFR 202.205.)"),
        ("At 5 p.m. it ends. Then it starts.", "At 5 p.m. it ends."),
        ("A version 1.2.3 is meant. Not 2.", "A version 1.2.3 is meant."),
        ("Ellipses... are no end. This is.", "Ellipses... are no end."),
        ("Größe zählt. Länge nicht.", "Größe zählt."),
        ("。全角。Not ours. Ours.", "。全角。Not ours."),
    ];
    for (prose, sentence) in table {
        assert_eq!(first_sentence(prose), sentence, "of {prose:?}");
    }
}

#[test]
fn references_are_found_and_told_from_other_documents() {
    let table: [(&str, &[&str]); 17] = [
        ("As clause 4.2 says.", &["4.2"]),
        ("Clause 1. And more.", &["1"]),
        ("clauses 4.2, 4.3 and 5 apply", &["4.2", "4.3", "5"]),
        ("clauses 3.3 to 3.6", &["3.3", "3.6"]),
        ("clauses 3.3–3.6", &["3.3", "3.6"]),
        ("clause 3.1 or 3.2", &["3.1", "3.2"]),
        ("Under clause 5.1, 20 parts may be sent", &["5.1"]),
        ("clause 4 and 3 persons", &["4"]),
        ("clause\n4.2", &["4.2"]),
        ("clause 4.2(a)", &["4.2"]),
        ("clause 7 of this agreement", &["7"]),
        ("clause 7 of these terms", &["7"]),
        ("clause 7 of the lease", &[]),
        ("clauses 7 and 8 of EO 12333", &[]),
        ("a subclause 7", &[]),
        ("a clause about 7 things", &[]),
        ("no clause", &[]),
    ];
    for (prose, expected) in table {
        let found = references(prose);
        let numbers: Vec<&str> = found.iter().map(|(number, _)| number.as_str()).collect();
        assert_eq!(numbers, expected, "in {prose:?}");
        for (number, place) in &found {
            assert_eq!(&prose[place.clone()], number);
        }
    }
}

#[test]
fn a_heading_starts_with_its_number_or_has_none() {
    let table = [
        ("4.2 Bulk data", Some("4.2"), "Bulk data"),
        ("4. Restrictions", Some("4"), "Restrictions"),
        ("4.2", Some("4.2"), ""),
        ("4.2\u{a0}Bulk", Some("4.2"), "Bulk"),
        ("Terms of use", None, "Terms of use"),
        ("4.a Bulk", None, "4.a Bulk"),
        ("\u{664}.\u{662} Bulk", None, "\u{664}.\u{662} Bulk"),
        ("", None, ""),
    ];
    for (heading, number, rest) in table {
        assert_eq!(split_number(heading), (number.map(str::to_owned), rest.to_owned()), "of {heading:?}");
    }
}

#[test]
fn prose_is_split_where_its_blocks_are() {
    let body = "# Title\nbefore\n\n4.2 Bulk\n---\nA *first*\nparagraph.\n\n- item `one`\n  - inner\n- two\n\n> quoted\n\n```uses\nx\n```\n";
    let sections = sections(body);
    let prose: Vec<&str> = sections[2].prose.iter().map(|prose| prose.text.as_str()).collect();
    assert_eq!(prose, ["A first paragraph.", "item one", "inner", "two", "quoted"]);
    assert_eq!((sections[2].number.as_deref(), sections[1].heading.as_str()), (Some("4.2"), "Title"));
    assert_eq!(&body[sections[2].blocks[0].content.clone()], "x\n");
    assert_eq!(&body[sections[2].prose[1].span.clone()], "item `one`");
}
