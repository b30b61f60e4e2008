//! Findings of several views, put together: one for each identifier and place.

use crate::{Evidence, Finding, Kind, View};

/// What was found so far, in the order of the spans.
#[derive(Debug, Default)]
pub(crate) struct Merged {
    findings: Vec<Finding>,
}

impl Merged {
    /// Adds what one view shows. Where it meets what earlier views showed, the surer finding stays; of equally sure ones
    /// the longer, then the earlier.
    pub(crate) fn add(&mut self, findings: impl Iterator<Item = Finding>) {
        let mut new: Vec<Finding> = findings.collect();
        if new.is_empty() {
            return;
        }
        if !stand_apart(&new) {
            sort(&mut new);
            keep_best(&mut new, |_, _| true);
        }
        if self.findings.is_empty() {
            self.findings = new;
            return;
        }
        // What a view takes over from around it is mostly known: then nothing is to be put in order.
        new.retain(|finding| !self.is_known(finding));
        if new.is_empty() {
            return;
        }
        self.findings.extend(new);
        sort(&mut self.findings);
        // What lies side by side in one view may meet in the original, where four characters encode three.
        keep_best(&mut self.findings, |one, other| one.via != other.via || one.via.is_plain());
    }

    /// Whether the text as it stands shows as much in this place, and as surely: the finding would lose to what is known, and
    /// meets nothing else.
    fn is_known(&self, finding: &Finding) -> bool {
        let after = self.findings.partition_point(|known| known.span.start <= finding.span.start);
        let turned = finding.via.iter().any(|view| view == View::Bidirectional);
        let known = after.checked_sub(1).and_then(|place| self.findings.get(place));
        !turned
            && known.is_some_and(|known| {
                known.span.end >= finding.span.end
                    && known.confidence >= finding.confidence
                    && known.via.is_plain()
                    && known.kind != Kind::Name
            })
    }

    /// Hands over what was found.
    pub(crate) fn finish(self, evidence: &mut Evidence) {
        evidence.findings = self.findings;
        evidence.people.sort_by_key(|people| people.span);
        evidence.opaque.sort_by_key(|opaque| (opaque.span, opaque.bytes));
        evidence.opaque.dedup_by(|later, earlier| later.span.overlaps(earlier.span));
    }
}

/// Whether findings stand in order, and none meets another: so it is, mostly.
fn stand_apart(findings: &[Finding]) -> bool {
    findings.is_sorted_by(|earlier, later| earlier.span.end <= later.span.start)
}

/// By span; what was found in order needs no sorting.
fn sort(findings: &mut [Finding]) {
    if !findings.is_sorted_by_key(|finding| finding.span) {
        findings.sort_by_key(|finding| finding.span);
    }
}

/// Leaves out what meets a better finding; they are sorted by span.
fn keep_best(sorted: &mut Vec<Finding>, may_clash: impl Fn(&Finding, &Finding) -> bool) {
    // In place: a table of a million rows has millions of findings.
    sorted.dedup_by(|later, earlier| {
        let clash = earlier.span.overlaps(later.span) && may_clash(earlier, later);
        if clash && is_better(later, earlier) {
            std::mem::swap(later, earlier);
        }
        clash
    });
}

fn is_better(one: &Finding, other: &Finding) -> bool {
    let rank = |finding: &Finding| {
        let length = finding.span.end - finding.span.start;
        // A name column may hold anything: what is recognised in it says more.
        let named = finding.kind == Kind::Name;
        // Where the direction is overridden, the turned text is what is shown.
        let turned = finding.via.iter().any(|view| view == View::Bidirectional);
        (!named, turned, finding.confidence, finding.via.is_plain(), length)
    };
    // A longer reading of the same thing: a part of it was seen as it stands, the rest was in disguise.
    let same = one.kind == other.kind && one.confidence == other.confidence;
    if same && one.via != other.via {
        let strictly = |a: &Finding, b: &Finding| {
            a.span.start <= b.span.start && a.span.end >= b.span.end && a.span != b.span
        };
        if strictly(one, other) || strictly(other, one) {
            return strictly(one, other);
        }
    }
    rank(one) > rank(other)
}
