//! The recognisers on the labelled set.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of tests are tests: clippy.toml exempts test functions only"
)]

mod labelled;

use labelled::{Half, documents, score::score};

#[test]
fn the_set_is_large_enough_and_every_mark_is_in_its_text() {
    let documents = documents();
    assert!(documents.len() >= 500, "{}", documents.len());
    for document in &documents {
        for label in &document.labels {
            assert!(
                document.text.get(label.start..label.end).is_some_and(|text| text.len() > 4),
                "{document:?}"
            );
        }
    }
    let texts: std::collections::HashSet<&str> =
        documents.iter().map(|document| document.text.as_str()).collect();
    assert_eq!(texts.len(), documents.len(), "no document is in both halves, or twice");
}

#[test]
fn recognisers_keep_the_recall_and_precision_that_docs_state() {
    let documents = documents();
    for half in [Half::Dev, Half::Test] {
        let scores = score(&documents, half, None);
        let (marked, found, wrong) = scores.values().fold((0, 0, 0), |(marked, found, wrong), score| {
            (marked + score.marked, found + score.found, wrong + score.wrong)
        });
        let recall = found as f64 / marked as f64;
        let precision = found as f64 / (found + wrong) as f64;
        assert!(recall >= 0.97 && precision >= 0.97, "{half:?} {recall} {precision} {scores:#?}");
    }
}
