//! Designations: any text is a record, a notice, or a list of problems, each with a place in the text. A record has an
//! answer for any date, and compiles to an agreement with no clause that isn't ours.
#![no_main]

use std::sync::LazyLock;

use carveout_terms::{
    Vocabulary,
    designation::{Docket, Options, Record, Situation, Status, When},
};
use libfuzzer_sys::fuzz_target;

static DEFENSE: LazyLock<Vocabulary> = LazyLock::new(|| {
    let schema = include_str!("../../packs/defense/defense.cedarschema");
    Vocabulary::parse(schema, include_str!("../../packs/defense/defense.toml"))
        .expect("the vocabulary is read")
});

fuzz_target!(|source: &str| match Record::parse(source) {
    Ok(Record::Notice(notice)) => assert!(!notice.of().is_empty()),
    Ok(Record::Designation(designation)) => {
        let docket = Docket::alone(*designation);
        let known = When::find("2026-11-23").expect("a date");
        let compile = |known, hold| {
            let party = "customer".to_owned();
            let options = Options { known, program: None, announced: false, hold, party };
            let compiled = docket.compile(&DEFENSE, &options).expect("what is compiled is an agreement");
            assert!(compiled.agreement.policies().iter().all(|policy| policy.clause().starts_with("1.")));
            compiled
        };
        let compiled = compile(Some(known), false);
        // As a gateway compiles it: at every instant as it is known then.
        compile(None, true);
        let asked = Situation::usual().map(|situation| docket.in_force_for(&situation, known, known).status);
        assert!(
            compiled.enforces()
                || asked.iter().all(|status| *status != Status::Barred)
                || !compiled.left_out.is_empty()
        );
    }
    Err(problems) => {
        assert!(!problems.list().is_empty());
        for problem in problems.list() {
            assert!(source.get(problem.span.clone()).is_some(), "{problem} is outside of the text");
        }
    }
});
