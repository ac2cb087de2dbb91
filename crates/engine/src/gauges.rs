//! What is open, how old it is, and how the providers stand: as numbers, when somebody looks.

use std::collections::BTreeMap;

use ppob_payment::PaymentState;
use ppob_types::{Rupiah, Timestamp};

use crate::Engine;

impl Engine {
    /// Brings the gauges up to date. Called for each scrape: nothing is measured in between.
    pub fn update_gauges(&self) {
        let now = self.inner.now();
        self.open_payments(now);
        for (name, setup) in &self.inner.told().setups {
            let provider = name.to_string();
            let info = setup.guarded.provider.info();
            let overview = setup.guarded.reserve.overview();
            gauge("ppob_provider_plaintext", &provider, u64::from(info.plaintext));
            gauge("ppob_provider_active", &provider, u64::from(self.is_active(name)));
            gauge("ppob_provider_payments_in_flight", &provider, u64::from(overview.in_flight));
            gauge("ppob_provider_payments_waiting", &provider, u64::from(overview.waiting));
            gauge("ppob_provider_breaker_open", &provider, u64::from(is_open(overview.breaker)));
            if let Some(known) = self.inner.providers.balances.known(name) {
                rupiah("ppob_provider_balance_rupiah", &provider, known.amount);
            }
            if let Some(hole) = self.inner.accounts.hole(name) {
                rupiah("ppob_provider_balance_hole_rupiah", &provider, hole);
            }
            rupiah("ppob_provider_balance_floor_rupiah", &provider, setup.balance_floor);
            let status = self.inner.prices.status(name);
            if let Some(fetched_at) = status.fetched_at {
                let age = now.since(fetched_at).as_secs();
                gauge("ppob_catalogue_age_seconds", &provider, age);
            }
            let unmapped = u64::try_from(status.unmapped.len()).unwrap_or(u64::MAX);
            gauge("ppob_catalogue_unmapped_rows", &provider, unmapped);
        }
    }

    fn is_active(&self, name: &ppob_types::ProviderName) -> bool {
        self.inner.providers.mode(name) == ppob_routing::Mode::Active
    }

    fn open_payments(&self, now: Timestamp) {
        let mut by_state: BTreeMap<&'static str, (u64, u64)> = BTreeMap::new();
        let mut in_doubt: BTreeMap<String, (u64, u64)> =
            self.inner.told().setups.keys().map(|name| (name.to_string(), (0, 0))).collect();
        for state in [PaymentState::Accepted, PaymentState::Processing, PaymentState::InDoubt] {
            by_state.insert(state.as_str(), (0, 0));
        }
        for stored in self.inner.live.all_open() {
            let state = stored.payment.state();
            let live = stored.payment.live_attempt();
            let since = live.map_or(stored.payment.terms.accepted_at, |attempt| attempt.changed_at);
            let age = now.since(since).as_secs();
            let add = |(count, oldest): &mut (u64, u64)| {
                *count += 1;
                *oldest = (*oldest).max(age);
            };
            by_state.get_mut(state.as_str()).map(add);
            if state == PaymentState::InDoubt
                && let Some(attempt) = live
            {
                add(in_doubt.entry(attempt.provider.to_string()).or_default());
            }
        }
        for (state, (count, oldest)) in by_state {
            metrics::gauge!("ppob_payments_open", "state" => state).set(float(count));
            metrics::gauge!("ppob_payments_open_oldest_seconds", "state" => state)
                .set(float(oldest));
        }
        for (provider, (count, oldest)) in in_doubt {
            gauge("ppob_payments_in_doubt", &provider, count);
            gauge("ppob_payments_in_doubt_oldest_seconds", &provider, oldest);
        }
    }
}

const fn is_open(breaker: ppob_layers::BreakerState) -> bool {
    matches!(breaker, ppob_layers::BreakerState::Open | ppob_layers::BreakerState::HalfOpen)
}

fn gauge(name: &'static str, provider: &str, value: u64) {
    metrics::gauge!(name, "provider" => provider.to_owned()).set(float(value));
}

#[expect(clippy::cast_precision_loss, reason = "a gauge; the exact amount is in the journal")]
#[expect(clippy::as_conversions, reason = "a gauge; the exact amount is in the journal")]
fn rupiah(name: &'static str, provider: &str, amount: Rupiah) {
    metrics::gauge!(name, "provider" => provider.to_owned()).set(amount.get() as f64);
}

#[expect(clippy::cast_precision_loss, reason = "a gauge")]
#[expect(clippy::as_conversions, reason = "a gauge")]
fn float(value: u64) -> f64 {
    value as f64
}
