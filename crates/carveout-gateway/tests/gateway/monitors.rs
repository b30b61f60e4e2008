//! Monitored terms: recorded with each decision, without an effect on any, and for no longer than was agreed.

use std::sync::Arc;

use carveout_gateway::{MonitorTerms, RelaxedTerms};
use carveout_ledger::{Cited, Ruling};
use carveout_terms::{ClauseRef, Timestamp};

use crate::kit::{
    self, CHAT, Kit, PERMITTED, decided,
    officers::{HELD, Skew},
    provider::{OPENAI_REPLY, Provider, json_reply},
};

const HOUR: i64 = 3_600_000;

fn cited(clause: &str) -> Vec<Cited> {
    vec![Cited { agreement: "test-terms".to_owned(), clause: clause.to_owned() }]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clause_that_is_only_monitored_is_enforced_again_at_its_time() {
    let provider = Provider::saying(json_reply(OPENAI_REPLY)).await;
    let skew = Skew::default();
    let mut kit = Kit::new(provider.address);
    kit.settings.clock = skew.clock();
    let until = Timestamp::from_millis(kit::now().millis() + HOUR);
    for program in &mut kit.settings.programs {
        let clause = ClauseRef { agreement: "test-terms".to_owned(), clause: "2.2".to_owned() };
        let stack = Arc::new(program.stack.without(&[clause]).unwrap());
        program.monitoring.relaxed = vec![RelaxedTerms { until, stack }];
        let (monitor, stack) = ("purchased".to_owned(), program.stack.clone());
        program.monitoring.monitors = vec![MonitorTerms { monitor, until: Some(until), stack }];
    }
    let gateway = kit.start().await;
    assert_eq!(gateway.chat(HELD, CHAT).await.status, 200, "only monitored");
    assert_eq!(gateway.chat(PERMITTED, CHAT).await.status, 200);
    assert_eq!(
        gateway.chat("purpose=logistics.supply, volume=bulk", CHAT).await.status,
        403,
        "another clause"
    );
    skew.set(HOUR + 60_000);
    assert_eq!(gateway.chat(HELD, CHAT).await.status, 403, "enforced again");
    // A clock that is set back does not bring it back.
    skew.set(0);
    assert_eq!(gateway.chat(HELD, CHAT).await.status, 503);
    skew.set(HOUR + 60_000);

    let entries = gateway.events().await;
    let found: Vec<_> = decided(&entries)
        .into_iter()
        .map(|one| {
            (one.ruling, one.monitored.iter().map(|it| (it.ruling, it.grounds.clone())).collect::<Vec<_>>())
        })
        .collect();
    let monitored = |ruling, clause| vec![(ruling, cited(clause))];
    assert_eq!(
        found,
        [
            (Ruling::Permit, monitored(Ruling::Hold, "2.2")),
            (Ruling::Permit, monitored(Ruling::Permit, "1.1")),
            (Ruling::Deny, monitored(Ruling::Deny, "2.1")),
            (Ruling::Hold, Vec::new()),
        ]
    );
    let terms: Vec<_> = decided(&entries).iter().map(|one| one.terms).collect();
    assert!(terms[0] == terms[1] && terms[0] != terms[3], "each decision names what decided it");
    assert_eq!(decided(&entries)[0].monitored[0].terms, terms[3]);
    assert_eq!(provider.seen().len(), 2);
}
