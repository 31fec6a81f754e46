//! Counts, levels and durations of the service, by labels of closed types, in a registry of this service alone.
//! Refuses a label outside the list, and more series than anybody could read: past the limit a partner becomes `other`.

mod label;
mod table;

pub use label::Told;
pub use table::{Count, Lasting, Level};

use label::Labels;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;
use table::{COUNTS, LASTING, LEVELS};

/// The most series of one metric, and of all.
///
/// Source: REFERENCE 17, ours: 60 partners with a dozen outcomes each stay below
const SERIES_PER_METRIC: usize = 2_000;
const SERIES: usize = 20_000;

/// Upper bounds in seconds: from one call on loopback to a business day.
const BUCKETS: [f64; 14] = [
    0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0, 600.0, 3_600.0, 28_800.0, 86_400.0,
];

#[derive(Clone)]
struct Buckets;

impl MetricConstructor<Histogram> for Buckets {
    fn new_metric(&self) -> Histogram {
        Histogram::new(BUCKETS)
    }
}

type Level64 = Gauge<f64, AtomicU64>;

/// The metrics of one service.
pub struct Metrics {
    registry: Registry,
    counts: BTreeMap<Count, Family<Labels, Counter>>,
    levels: BTreeMap<Level, Family<Labels, Level64>>,
    lasting: BTreeMap<Lasting, Family<Labels, Histogram, Buckets>>,
    /// Which series there are, by metric.
    series: Mutex<BTreeMap<&'static str, BTreeSet<Labels>>>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::default();
        let counts = COUNTS.iter().map(|(count, name, help)| {
            let family = Family::default();
            registry.register(*name, *help, family.clone());
            (*count, family)
        });
        let counts = counts.collect();
        let levels = LEVELS.iter().map(|(level, name, help)| {
            let family = Family::default();
            registry.register(*name, *help, family.clone());
            (*level, family)
        });
        let levels = levels.collect();
        let lasting = LASTING.iter().map(|(lasting, name, help)| {
            let family = Family::new_with_constructor(Buckets);
            registry.register(*name, *help, family.clone());
            (*lasting, family)
        });
        let lasting = lasting.collect();
        Self {
            registry,
            counts,
            levels,
            lasting,
            series: Mutex::default(),
        }
    }
}

impl Metrics {
    pub fn count(&self, count: Count, told: &[Told<'_>]) {
        let labels = self.bounded(name_of(COUNTS, count), Labels::of(told));
        if let Some(family) = self.counts.get(&count) {
            family.get_or_create(&labels).inc();
        }
    }

    pub fn set(&self, level: Level, told: &[Told<'_>], value: f64) {
        let labels = self.bounded(name_of(LEVELS, level), Labels::of(told));
        if let Some(family) = self.levels.get(&level) {
            family.get_or_create(&labels).set(value);
        }
    }

    pub fn took(&self, lasting: Lasting, told: &[Told<'_>], time: Duration) {
        let labels = self.bounded(name_of(LASTING, lasting), Labels::of(told));
        if let Some(family) = self.lasting.get(&lasting) {
            family.get_or_create(&labels).observe(time.as_secs_f64());
        }
    }

    /// Everything in the text form of OpenMetrics.
    pub fn text(&self) -> String {
        let mut text = String::new();
        match prometheus_client::encoding::text::encode(&mut text, &self.registry) {
            Ok(()) => text,
            // Writing to a string cannot fail; an empty page is seen at once.
            Err(std::fmt::Error) => String::new(),
        }
    }

    /// The labels as they are told: whole, or without the partner where there are too many.
    fn bounded(&self, metric: &'static str, labels: Labels) -> Labels {
        let mut series = self.known();
        let all: usize = series.values().map(BTreeSet::len).sum();
        let of_metric = series.entry(metric).or_default();
        if of_metric.contains(&labels) {
            return labels;
        }
        if of_metric.len() < SERIES_PER_METRIC && all < SERIES {
            of_metric.insert(labels.clone());
            return labels;
        }
        drop(series);
        if let Some(family) = self.counts.get(&Count::Folded) {
            family.get_or_create(&Labels(BTreeMap::new())).inc();
        }
        labels.of_others()
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<&'static str, BTreeSet<Labels>>> {
        match self.series.lock() {
            Ok(series) => series,
            Err(poisoned) => poisoned.into_inner(),
        }
    }
}

fn name_of<T: Copy + PartialEq>(table: &[(T, &'static str, &str)], wanted: T) -> &'static str {
    let row = table.iter().find(|(metric, _, _)| *metric == wanted);
    row.map_or("", |(_, name, _)| *name)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use domain::ids::PartnerId;
    use domain::workflow::Disposition;

    fn lines(metrics: &Metrics, start: &str) -> usize {
        metrics
            .text()
            .lines()
            .filter(|line| line.starts_with(start))
            .count()
    }

    #[test]
    fn every_metric_has_one_row_and_is_told() {
        let metrics = Metrics::default();
        assert_eq!(
            (
                metrics.counts.len(),
                metrics.levels.len(),
                metrics.lasting.len()
            ),
            (COUNTS.len(), LEVELS.len(), LASTING.len())
        );
        COUNTS.iter().for_each(|row| metrics.count(row.0, &[]));
        LEVELS.iter().for_each(|row| metrics.set(row.0, &[], 1.0));
        LASTING
            .iter()
            .for_each(|row| metrics.took(row.0, &[], Duration::ZERO));
        let text = metrics.text();
        let names = COUNTS
            .iter()
            .map(|row| row.1)
            .chain(LEVELS.iter().map(|row| row.1));
        for name in names.chain(LASTING.iter().map(|row| row.1)) {
            assert!(text.contains(&format!("# HELP {name} ")), "{name}");
        }
    }

    #[test]
    fn ten_thousand_partners_are_no_ten_thousand_series() {
        let metrics = Metrics::default();
        for number in 0..10_000 {
            let partner = PartnerId::new(format!("partner-{number}"));
            let told = [
                Told::Partner(&partner),
                Told::Outcome(Disposition::Complete),
            ];
            metrics.count(Count::Requests, &told);
        }
        assert_eq!(
            lines(&metrics, "matchmark_requests_total"),
            SERIES_PER_METRIC + 1
        );
        let folded = "matchmark_series_folded_total{} 8000";
        assert_eq!(lines(&metrics, folded), 1);
    }

    #[test]
    fn a_level_holds_its_last_value_and_a_duration_its_bucket() {
        let metrics = Metrics::default();
        metrics.set(Level::QueueDepth, &[], 7.0);
        metrics.set(Level::QueueDepth, &[], 3.0);
        assert_eq!(lines(&metrics, "matchmark_queue_depth{} 3.0"), 1);
        metrics.took(Lasting::Ack, &[], Duration::from_millis(200));
        let text = metrics.text();
        assert!(
            text.contains("matchmark_ack_seconds_bucket{le=\"0.25\"} 1"),
            "{text}"
        );
        assert!(text.contains("matchmark_ack_seconds_bucket{le=\"0.1\"} 0"));
    }
}
