//! Tools are registered in words of the vocabulary, and in no others.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it can't go on")]

use std::path::PathBuf;

use carveout_terms::{Program, Tool, Vocabulary};

fn vocabulary() -> Vocabulary {
    let pack = |file: &str| {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../packs/defense").join(file);
        std::fs::read_to_string(path).unwrap()
    };
    Vocabulary::parse(&pack("defense.cedarschema"), &pack("defense.toml"))
        .unwrap_or_else(|problems| panic!("{problems}"))
}

fn labels(labels: &[&str]) -> Vec<String> {
    labels.iter().map(|label| (*label).to_owned()).collect()
}

#[test]
fn a_tool_says_what_it_brings_about_and_what_it_reaches() {
    let vocabulary = vocabulary();
    let data = labels(&["volume=bulk, source=commercially_purchased", "subject=us_person"]);
    let tool = Tool::register(&vocabulary, "brokers", Some("informational"), &data, Some(250_000)).unwrap();
    assert_eq!((tool.name(), tool.rows()), ("brokers", 250_000));
    let facts = tool.facts().display(&vocabulary).to_string();
    assert_eq!(facts, "effect=informational, source=commercially_purchased, subject=us_person, volume=bulk");
    let silent = Tool::register(&vocabulary, "look", None, &[], None).unwrap();
    assert!(silent.facts().is_empty());
    assert_eq!(silent.reports_rows(), None);
    assert_eq!(silent.clone().reporting(Some("row_count")).unwrap().reports_rows(), Some("row_count"));
    for nothing in ["", &"x".repeat(129)] {
        let refused = silent.clone().reporting(Some(nothing)).unwrap_err();
        assert!(refused.to_string().contains("such as `row_count`"), "{refused}");
    }
}

#[test]
fn tools_that_cant_be_registered() {
    let vocabulary = vocabulary();
    type Case = (&'static str, Option<&'static str>, &'static [&'static str], Option<u64>, &'static str);
    let table: &[Case] = &[
        ("", None, &[], None, "the name of a tool can't be empty"),
        ("t", Some("kinetic_leathal"), &[], None, "did you mean `kinetic_lethal`?"),
        ("t", Some("kinetic"), &[], None, "`effect` can't be `kinetic`"),
        ("t", None, &["volme=bulk"], None, "did you mean `volume`?"),
        ("t", None, &["volume=bulky"], None, "did you mean `bulk`?"),
        ("t", None, &["bulk"], None, "write it as `fact=member`"),
        ("t", None, &["maker=sample-maker"], None, "attested by gateway"),
        ("t", None, &["intent=intentional"], None, "attested by none"),
        ("t", None, &["volume=bulk", "volume=targeted"], None, "states again"),
        ("t", Some("informational"), &["effect=kinetic_lethal"], None, "states again"),
        ("t", None, &[], Some(u64::MAX), "more than can be written"),
    ];
    for (name, effect, data, rows, says) in table {
        let refused = Tool::register(&vocabulary, name, *effect, &labels(data), *rows).unwrap_err();
        assert!(refused.to_string().contains(says), "{says}: {refused}");
    }
}

#[test]
fn a_programs_own_file_registers_tools() {
    let vocabulary = vocabulary();
    let program =
        |tools: &str| Program::parse(&format!("program = \"p\"\nagreements = [\"a\"]\n{tools}"), &vocabulary);
    let one = "[[tool]]\nname = \"strike\"\neffect = \"kinetic_lethal\"\nlabels = [\"weapon_function=engage\"]\nrows = 3\n";
    let read = program(one).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!((read.tools().len(), read.tools().first().unwrap().name()), (1, "strike"));
    for (tools, says) in [
        (one.repeat(2), "registered twice"),
        (one.replace("effect", "efect"), "unknown field `efect`"),
        (one.replace("kinetic_lethal", "lethal"), "`effect` can't be `lethal`"),
        (one.replace("rows = 3", "rows = -3"), "invalid value: integer `-3`"),
        (one.replace("name = \"strike\"\n", ""), "missing field `name`"),
    ] {
        let problems = program(&tools).unwrap_err().to_string();
        assert!(problems.contains(says), "{says}: {problems}");
    }
}
