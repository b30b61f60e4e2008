//! How much hangs on whom.

use std::collections::{BTreeMap, BTreeSet};

use super::house::{House, Served, Usage};

/// How the work is shared out among makers, or hosts, or operators.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct Concentration {
    /// By what it was told apart: `maker`, `host`, `operator`.
    pub by: &'static str,
    /// What each has, the most first.
    pub shares: Vec<Share>,
    /// The Herfindahl-Hirschman index by calls: the sum of the squares of the shares in percent. 10,000 is one for all. The
    /// Merger Guidelines of 2023 (Department of Justice and Federal Trade Commission) call a market above 1,800 highly
    /// concentrated; that is a rule about markets, and here only a scale.
    pub index: f64,
}

/// What one of them has.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub struct Share {
    /// Who.
    pub who: String,
    /// Calls.
    pub calls: u64,
    /// Tokens, as the providers counted them.
    pub tokens: u64,
    /// Of all calls, in percent.
    pub percent: f64,
}

/// Something that stops with one maker, host or operator.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize)]
pub struct SinglePoint {
    /// `program` or `route`.
    pub kind: &'static str,
    /// Which.
    pub what: String,
    /// `maker`, `host` or `operator`.
    pub by: &'static str,
    /// On whom all of it hangs.
    pub who: String,
    /// Whether the ledger recorded that, or the configuration says so.
    pub evidence: &'static str,
}

type Part = (&'static str, fn(&Served) -> &String);

const PARTS: [Part; 3] = [
    ("maker", |served| &served.maker),
    ("host", |served| &served.host),
    ("operator", |served| &served.operator),
];

/// The shares of calls by maker, host and operator.
pub(super) fn shares(usage: &[Usage]) -> Vec<Concentration> {
    let total: u64 = usage.iter().map(|usage| usage.calls).sum();
    if total == 0 {
        return Vec::new();
    }
    let of = |(by, part): Part| {
        let mut sums: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
        for usage in usage {
            let sum = sums.entry(part(&usage.served)).or_default();
            sum.0 += usage.calls;
            sum.1 += usage.input_tokens + usage.output_tokens;
        }
        let mut shares: Vec<Share> = sums
            .into_iter()
            .map(|(who, (calls, tokens))| Share {
                who: who.to_owned(),
                calls,
                tokens,
                percent: percent(calls, total),
            })
            .collect();
        shares.sort_by(|one, other| other.calls.cmp(&one.calls).then(one.who.cmp(&other.who)));
        let index = shares.iter().map(|share| share.percent * share.percent).sum();
        Concentration { by, shares, index }
    };
    PARTS.map(of).into()
}

#[expect(clippy::cast_precision_loss, reason = "calls beyond 2^53 would be off by less than can be shown")]
fn percent(part: u64, total: u64) -> f64 {
    100.0 * part as f64 / total as f64
}

/// Programs whose recorded calls all hang on one, and routes whose configured targets do.
pub(super) fn single_points(house: &House<'_>) -> Vec<SinglePoint> {
    let mut points = BTreeSet::new();
    for (by, part) in PARTS {
        let called = house.usage.iter().map(|usage| (&usage.program, part(&usage.served)));
        gather(
            called,
            |what, who| SinglePoint { kind: "program", what, by, who, evidence: "observed" },
            &mut points,
        );
        let configured = house.targets.iter().map(|target| (&target.route, part(&target.served)));
        gather(
            configured,
            |what, who| SinglePoint { kind: "route", what, by, who, evidence: "configured" },
            &mut points,
        );
    }
    points.into_iter().collect()
}

fn gather<'a>(
    pairs: impl Iterator<Item = (&'a String, &'a String)>,
    point: impl Fn(String, String) -> SinglePoint,
    points: &mut BTreeSet<SinglePoint>,
) {
    let mut by_what: BTreeMap<&String, BTreeSet<&String>> = BTreeMap::new();
    for (what, who) in pairs {
        by_what.entry(what).or_default().insert(who);
    }
    for (what, who) in by_what {
        if let (1, Some(only)) = (who.len(), who.first()) {
            points.insert(point(what.clone(), (*only).clone()));
        }
    }
}
