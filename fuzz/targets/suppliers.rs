//! Sources of suppliers: any bytes are read or noted, and any graph can be asked who is whose.
#![no_main]

use carveout_exposure::{
    graph::GraphBuilder,
    ownership::{AffiliateRule, affiliates, effective},
    sources::{
        followthemoney, gleif_relationships, hand_kept, plain_entities, plain_links, sam_entities,
        usaspending_subawards,
    },
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &[u8])| {
    let (kind, bytes) = input;
    let mut builder = GraphBuilder::new();
    let source = builder.source("fuzz");
    let _ = match kind % 7 {
        0 => sam_entities(bytes, &mut builder).map(drop),
        1 => usaspending_subawards(bytes, source, &mut builder).map(drop),
        2 => gleif_relationships(bytes, source, &mut builder).map(drop),
        3 => followthemoney(bytes, source, &mut builder).map(drop),
        4 => plain_entities(bytes, &[], &mut builder).map(drop),
        5 => plain_links(bytes, &[], source, &mut builder).map(drop),
        _ => {
            let _ = hand_kept(&String::from_utf8_lossy(bytes), source, &mut builder);
            Ok(())
        }
    };
    let graph = builder.finish();
    let Some((first, _)) = graph.nodes().next() else { return };
    let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 23).expect("a day");
    for threshold in [1, 500_000_000, 1_000_000_000] {
        let rule = AffiliateRule::Ownership { threshold, aggregate: true };
        for reached in affiliates(&graph, &[first], rule, day) {
            assert_eq!(reached.through.first(), Some(&first));
            assert_eq!(reached.through.last(), Some(&reached.node));
        }
    }
    let _ = affiliates(&graph, &[first], AffiliateRule::AnyAffiliate, day);
    let _ = effective(&graph, &[first], day);
    for problem in graph.problems() {
        assert!(!problem.told(&graph).to_string().is_empty());
    }
});
