//! Questionnaires: any text is one or refused with a reason, and what an answer declares are relations that can be read.
#![no_main]

use carveout_exposure::{
    graph::GraphBuilder,
    questionnaire::{Questionnaire, links},
    sources::plain_links,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| match Questionnaire::parse(text) {
    Err(error) => assert!(!error.0.is_empty()),
    Ok(answer) if answer.open().is_empty() => {
        let stated = links(&answer);
        let mut table = csv::Writer::from_writer(Vec::new());
        table
            .write_record(["from", "relation", "to", "since", "until", "evidence"])
            .expect("memory takes it");
        for row in &stated.rows {
            table.write_record(row).expect("memory takes it");
        }
        let table = table.into_inner().expect("memory takes it");
        let mut builder = GraphBuilder::new();
        let source = builder.source("answer");
        let read = plain_links(table.as_slice(), &[], source, &mut builder).expect("it has the columns");
        assert_eq!(read.read + read.not_read.total(), stated.rows.len() as u64);
    }
    Ok(_) => {}
});
