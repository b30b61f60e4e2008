//! The conditions of clauses, and texts without them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it can't go on")]

mod common;

use carveout_terms::{Agreement, Edit, EditError};
use common::{clauses, source, vocabulary};

const FORBID: &str = "@silent(\"a test\")
forbid (principal, action, resource)
when { [Volume::\"bulk\", Volume::\"unknown\"].contains(context.volume) && (context.retry || context.parts >= 2) }
when { context.purpose != Purpose::\"translation\" }
unless { context.purpose in Purpose::\"logistics\" || context.tools == 0 && !context.retry };";

fn agreement() -> Agreement {
    let permit = "permit (principal, action, resource);";
    Agreement::parse(&source("terms", "", &clauses([permit, FORBID])), &vocabulary())
        .unwrap_or_else(|problems| panic!("{problems}"))
}

#[test]
fn each_condition_of_a_clause_is_found_once_with_what_stands_in_its_place() {
    let agreement = agreement();
    let found: Vec<(usize, String, &str)> = agreement
        .conditions(&vocabulary())
        .into_iter()
        .filter(|condition| condition.clause == "2")
        .map(|condition| (condition.number, condition.text, condition.without))
        .collect();
    let expected = [
        ("[Volume::\"bulk\", Volume::\"unknown\"].contains(context.volume)", "true"),
        ("context.retry || context.parts >= 2", "true"),
        ("context.retry", "false"),
        ("context.parts >= 2", "false"),
        ("context.purpose != Purpose::\"translation\"", "true"),
        ("context.purpose in Purpose::\"logistics\" || context.tools == 0 && !context.retry", "false"),
        ("context.purpose in Purpose::\"logistics\"", "false"),
        ("context.tools == 0 && !context.retry", "false"),
        ("context.tools == 0", "true"),
        ("!context.retry", "true"),
    ];
    let expected: Vec<_> =
        (1..).zip(expected).map(|(number, (text, without))| (number, text.to_owned(), without)).collect();
    assert_eq!(found, expected);
}

#[test]
fn an_edited_text_is_still_an_agreement() {
    let (agreement, vocabulary) = (agreement(), vocabulary());
    for condition in agreement.conditions(&vocabulary) {
        let (clause, number) = (condition.clause.clone(), condition.number);
        let edits = [
            Edit::DropCondition { clause: clause.clone(), number },
            Edit::ReplaceCondition { clause: clause.clone(), number, with: "context.tools < 3".into() },
            Edit::DropClause { clause },
        ];
        for edit in edits {
            let source = agreement.edited(&vocabulary, &edit).unwrap();
            assert_ne!(source.as_str(), &**agreement.source());
            Agreement::draft(&source, &vocabulary).unwrap_or_else(|problems| panic!("{edit:?}: {problems}"));
        }
    }
}

#[test]
fn an_edit_of_nothing_says_what_is_there() {
    let (agreement, vocabulary) = (agreement(), vocabulary());
    let refused = |edit| agreement.edited(&vocabulary, &edit).unwrap_err();
    let clause = || "9".to_owned();
    assert_eq!(refused(Edit::DropClause { clause: clause() }), EditError::NoClause("9".into()));
    let missing = EditError::NoCondition { clause: "2".into(), number: 11, count: 10 };
    assert_eq!(refused(Edit::DropCondition { clause: "2".into(), number: 11 }), missing);
}
