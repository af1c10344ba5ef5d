//! Counters and latencies for Prometheus. Labels are route templates, methods, status codes and outcomes: never an id,
//! an address, a document or anything else that points at a person.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use metrics::{Counter, Gauge, Key, Label, Level, Metadata, Recorder};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

const METADATA: Metadata<'static> = Metadata::new("aldaba_server", Level::INFO, None);
const LATENCY: &str = "aldaba_http_request_duration_seconds";
const BUCKETS: [f64; 11] = [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];

/// The server's figures. Each server has its own, so that tests do not see each other's.
pub struct Metrics {
    recorder: Arc<PrometheusRecorder>,
    handle: PrometheusHandle,
    streams: Gauge,
    open_streams: AtomicUsize,
    /// Calls refused at the edge for coming too often.
    pub rate_limited: Counter,
}

impl Metrics {
    /// Figures that start at zero.
    #[must_use]
    pub fn new() -> Self {
        let builder = PrometheusBuilder::new();
        let builder = builder
            .set_buckets_for_metric(Matcher::Full(LATENCY.to_owned()), &BUCKETS)
            .unwrap_or_else(|_| PrometheusBuilder::new());
        let recorder = Arc::new(builder.build_recorder());
        let handle = recorder.handle();
        let streams = recorder.register_gauge(&Key::from_static_name("aldaba_event_streams"), &METADATA);
        let rate_limited = recorder.register_counter(&Key::from_static_name("aldaba_rate_limited_total"), &METADATA);
        Self {
            recorder,
            handle,
            streams,
            open_streams: AtomicUsize::new(0),
            rate_limited,
        }
    }

    /// An event stream was opened.
    pub fn stream_opened(&self) {
        self.open_streams.fetch_add(1, Ordering::Relaxed);
        self.streams.increment(1.0);
    }

    /// An event stream ended.
    pub fn stream_ended(&self) {
        self.open_streams.fetch_sub(1, Ordering::Relaxed);
        self.streams.decrement(1.0);
    }

    /// Event streams that are open now.
    #[must_use]
    pub fn open_streams(&self) -> usize {
        self.open_streams.load(Ordering::Relaxed)
    }

    /// One answered HTTP request. `route` is the template (`/v1/requests/{id}/reveal`), never the path.
    pub fn http(&self, method: &'static str, route: &str, status: u16, latency: Duration) {
        let labels = vec![
            Label::from_static_parts("method", method),
            Label::new("route", route.to_owned()),
            Label::new("status", status.to_string()),
        ];
        self.recorder
            .register_histogram(&Key::from_parts(LATENCY, labels), &METADATA)
            .record(latency.as_secs_f64());
    }

    /// How something ended: `backchannel_logout` / `given_up`, `sms_budget` / `used_up`.
    pub fn outcome(&self, what: &'static str, outcome: &'static str) {
        let labels = vec![
            Label::from_static_parts("what", what),
            Label::from_static_parts("outcome", outcome),
        ];
        self.recorder
            .register_counter(&Key::from_parts("aldaba_outcomes_total", labels), &METADATA)
            .increment(1);
    }

    /// What a message's try came to: `sent`, `retry`, `given_up`.
    pub fn message(&self, result: &'static str) {
        self.messages(result, 1);
    }

    /// The same of several.
    pub fn messages(&self, result: &'static str, count: u64) {
        let labels = vec![Label::from_static_parts("result", result)];
        self.recorder
            .register_counter(&Key::from_parts("aldaba_messages_total", labels), &METADATA)
            .increment(count);
    }

    /// The figures in Prometheus' text format.
    #[must_use]
    pub fn render(&self) -> String {
        self.handle.render()
    }

    /// Folds recent latencies into their buckets; to be called every few seconds, so that they take no memory.
    pub fn fold(&self) {
        self.handle.run_upkeep();
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}
