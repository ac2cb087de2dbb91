//! The engine's own alarms: a metric that must stay at none.

use std::sync::{Arc, Mutex};

use metrics::{
    Counter, CounterFn, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};

use crate::checker::ViolationKind;
use crate::stage::lock;

/// Which alarms rang.
#[derive(Clone, Debug, Default)]
pub(crate) struct Alarms(Arc<Mutex<Vec<(ViolationKind, String)>>>);

impl Alarms {
    pub(crate) fn rung(&self) -> Vec<(ViolationKind, String)> {
        lock(&self.0).clone()
    }
}

struct Alarm {
    alarms: Alarms,
    kind: ViolationKind,
    what: String,
}

impl CounterFn for Alarm {
    fn increment(&self, _: u64) {
        lock(&self.alarms.0).push((self.kind, self.what.clone()));
    }

    fn absolute(&self, _: u64) {}
}

impl Recorder for Alarms {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        let kind = match key.name() {
            "ppob_invariant_violations_total" => ViolationKind::InvariantBroken,
            "ppob_late_charges_total" => ViolationKind::LateCharge,
            "ppob_contradicting_evidence_total" => ViolationKind::FalseContradiction,
            "ppob_balance_holes_total" => ViolationKind::HoleOfNobody,
            _ => return Counter::noop(),
        };
        let what = key.to_string();
        Counter::from_arc(Arc::new(Alarm { alarms: self.clone(), kind, what }))
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}
