//! Questionnaires: what is asked, what is answered, and what follows from it.
#![expect(clippy::unwrap_used, reason = "a test stops where it can't go on")]

use carveout_exposure::{
    graph::GraphBuilder,
    questionnaire::{Asking, Questionnaire, links, template},
    sources::plain_links,
};

fn asked() -> String {
    let owned = |text: &str| vec![text.to_owned()];
    template(&Asking {
        id: "sample-desk-2026",
        asked_by: "Example \"Agency\"",
        asked: "2026-11-23".parse().unwrap(),
        supplier: "Sample Help Desk Inc",
        identifiers: &owned("uei:ABCDEFGHJK12"),
        products: &["desk".to_owned(), "chat".to_owned()],
        about: &owned("anthropic"),
        used_by: &owned("program:alpha"),
    })
}

fn answered(text: &str) -> String {
    text.replace(
        "# answered = 2026-01-31\nanswered_by = \"\"",
        "answered = 2026-11-30\nanswered_by = \"counsel\"",
    )
    .replacen(
        "uses_models = \"\"",
        "uses_models = \"yes\"\n[[product.model]]\nmaker = \"Anthropic\"\nuntil = 2027-03-31",
        1,
    )
    .replacen("uses_models = \"\"", "uses_models = \"no\"", 1)
}

#[test]
fn what_is_asked_reads_back_and_says_what_is_open() {
    let read = Questionnaire::parse(&asked()).unwrap();
    assert_eq!((read.id(), read.supplier()), ("sample-desk-2026", "Sample Help Desk Inc"));
    assert_eq!(read.asked_by(), "Example \"Agency\"");
    assert_eq!(read.open().len(), 3, "{:?}", read.open());
    assert!(read.open().iter().any(|open| open.contains("`desk` uses models of anthropic")));
}

#[test]
fn an_answer_becomes_declared_relations() {
    let read = Questionnaire::parse(&answered(&asked())).unwrap();
    assert_eq!((read.open().len(), read.answered_by()), (0, Some("counsel")));
    let stated = links(&read);
    assert_eq!(stated.denied, ["chat"]);
    let rows: Vec<String> = stated.rows.iter().map(|row| row.join(",")).collect();
    assert_eq!(
        rows,
        [
            "uei:ABCDEFGHJK12,offers,product:desk,,,declared",
            "maker:anthropic,embedded_in,product:desk,,2027-03-31,declared",
            "product:desk,used_by,program:alpha,,,declared",
            "uei:ABCDEFGHJK12,offers,product:chat,,,declared",
            "product:chat,used_by,program:alpha,,,declared",
        ]
    );
    let table = format!("from,relation,to,since,until,evidence\n{}\n", rows.join("\n"));
    let mut builder = GraphBuilder::new();
    let source = builder.source("answer");
    let imported = plain_links(table.as_bytes(), &[], source, &mut builder).unwrap();
    assert_eq!((imported.read, imported.not_read.total()), (5, 0));
}

#[test]
fn what_contradicts_itself_is_refused_with_everything_at_once() {
    for (change, said) in [
        (("format = 1", "format = 2"), "reads format 1"),
        (("questionnaire = \"sample", "questionnaire = \"Sample"), "can't be its id"),
        (("answered = 2026-11-30", "answered = 2026-11-01"), "before it was asked"),
        (("uses_models = \"no\"", "uses_models = \"perhaps\""), "none of yes, no, not_known"),
        (("uses_models = \"yes\"", "uses_models = \"no\""), "which of both is it?"),
        (("maker = \"Anthropic\"", "maker = \"\""), "no maker"),
        (("until = 2027-03-31", "since = 2027-04-01\nuntil = 2027-03-31"), "ends before it begins"),
        (("\"uei:ABCDEFGHJK12\"", "\"uei:12\""), "is no identifier"),
        (("\"program:alpha\"", "\"alpha\""), "neither `program:…` nor `award:…`"),
        (("name = \"chat\"", "name = \"desk\""), "no name of its own"),
        (("answered_by", "answred_by"), "answred_by"),
        (("until = 2027-03-31", "until = 2027-03-31T00:00:00Z"), "is no day"),
    ] {
        let text = answered(&asked());
        assert!(text.contains(change.0), "{} is there to be changed", change.0);
        let error = Questionnaire::parse(&text.replacen(change.0, change.1, 1)).unwrap_err().to_string();
        assert!(error.contains(said), "{said}: {error}");
    }
    let twice =
        answered(&asked()).replace("format = 1", "format = 2").replace("\"program:alpha\"", "\"alpha\"");
    let error = Questionnaire::parse(&twice).unwrap_err();
    assert_eq!(error.0.len(), 3, "{error}");
    assert!(Questionnaire::parse("nothing").is_err());
}
