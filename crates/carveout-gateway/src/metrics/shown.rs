//! What is counted, as OpenMetrics text.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, atomic::AtomicU64},
};

use carveout_ledger::Timestamp;
use carveout_terms::designation::{Status, When};
use prometheus_client::{
    encoding::text::encode,
    metrics::{counter::ConstCounter, family::Family, gauge::Gauge},
    registry::Registry,
};

use super::{Labels, Metrics};
use crate::house::{House, InForce};

/// The media type of what [`text`] writes.
pub(super) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

type Gauges<const N: usize> = Family<Labels<N>, Gauge>;
type Seconds<const N: usize> = Family<Labels<N>, Gauge<f64, AtomicU64>>;

/// Everything that is counted, and how things stand now.
pub(super) async fn text(house: &House) -> Result<String, std::fmt::Error> {
    let terms = house.terms.now().await;
    let mut registry = Registry::with_prefix("carveout");
    counted(&house.metrics, &mut registry);
    ledger(house, &mut registry);
    waiting(house, &mut registry);
    if let Ok(now) = house.clock.now() {
        designations(&terms, now, &mut registry);
        phase_outs(&house.metrics, Timestamp::from_millis(now.millis()), &mut registry);
    }
    let mut text = String::new();
    encode(&mut text, &registry)?;
    Ok(text)
}

fn counted(metrics: &Metrics, registry: &mut Registry) {
    registry.register("rulings", "Decisions that were recorded", metrics.rulings.clone());
    registry.register("barred_uses", "Uses that a designation denied", metrics.barred.clone());
    registry.register(
        "phase_out_uses",
        "Permitted uses during a designation's phase-out",
        metrics.phase_out_uses.clone(),
    );
    registry.register(
        "announced_uses",
        "Permitted uses that a designation would bar if it were more than announced",
        metrics.announced_uses.clone(),
    );
    registry.register("ends", "Attempts at a provider, by how they ended", metrics.ends.clone());
    registry.register(
        "not_admitted",
        "Decisions that could not be recorded, so that nothing was forwarded",
        metrics.not_admitted.clone(),
    );
    registry.register(
        "adoptions",
        "Times that terms were replaced while the gateway runs",
        metrics.adoptions.clone(),
    );
}

fn ledger(house: &House, registry: &mut Registry) {
    let done = house.ledger.statistics();
    let counter = ConstCounter::new;
    registry.register("ledger_entries", "Entries made durable since the start", counter(done.entries));
    registry.register("ledger_syncs", "Syncs of the disk that made them so", counter(done.syncs));
    registry.register("ledger_checkpoints", "Checkpoints that were published", counter(done.checkpoints));
    gauge(registry, "ledger_size", "Entries under the latest checkpoint", size(house));
    gauge(
        registry,
        "ready",
        "Whether requests can be decided, recorded and forwarded",
        house.is_ready().into(),
    );
}

fn size(house: &House) -> i64 {
    i64::try_from(house.ledger.latest_checkpoint().size()).unwrap_or(i64::MAX)
}

fn gauge(registry: &mut Registry, name: &str, help: &str, value: i64) {
    let gauge: Gauge = Gauge::default();
    gauge.set(value);
    registry.register(name, help, gauge);
}

fn waiting(house: &House, registry: &mut Registry) {
    let waiting: Gauges<1> = Family::default();
    for program in house.metrics.by_program.keys() {
        let count = house.holds.as_ref().map_or(0, |holds| holds.waiting(program));
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        waiting.get_or_create(&[("program", program.clone())]).set(count);
    }
    registry.register("holds_waiting", "Uses that wait for an approval", waiting);
}

/// What each designation does in general. What it does to one use depends on the use.
fn designations(terms: &Arc<InForce>, now: carveout_terms::Timestamp, registry: &mut Registry) {
    let (standing, left): (Gauges<2>, Seconds<1>) = Default::default();
    let watched: BTreeMap<&str, _> = terms.watched().map(|watched| (watched.id(), watched)).collect();
    for (id, watched) in watched {
        let at = When::Instant(now);
        let status = watched.docket().in_force(at, at).status;
        standing
            .get_or_create(&[("designation", id.to_owned()), ("status", status.as_str().to_owned())])
            .set(1);
        if let Status::PhaseOut { until } = status {
            left.get_or_create(&[("designation", id.to_owned())]).set(seconds(until.millis(), now.millis()));
        }
    }
    registry.register("designation", "What a designation does now, in general", standing);
    registry.register(
        "phase_out_seconds",
        "Seconds until a designation bars what its phase-out lets go on, in general",
        left,
    );
}

fn phase_outs(metrics: &Metrics, now: Timestamp, registry: &mut Registry) {
    let left: Seconds<2> = Family::default();
    let mut seen = metrics.phase_outs.lock().unwrap_or_else(PoisonError::into_inner);
    seen.retain(|_, until| *until > now);
    for ((program, designation), until) in &*seen {
        left.get_or_create(&[("program", program.clone()), ("designation", designation.clone())])
            .set(seconds(until.millis(), now.millis()));
    }
    registry.register(
        "phase_out_use_seconds",
        "Seconds until the first use of a program that was seen since the last adoption is barred",
        left,
    );
}

#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds of a hundred thousand years are exact in a double"
)]
fn seconds(until: i64, now: i64) -> f64 {
    until.saturating_sub(now) as f64 / 1_000.0
}
