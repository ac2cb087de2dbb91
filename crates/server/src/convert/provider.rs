//! Providers as operators see them.

use ppob_api::v1;
use ppob_engine::ProviderStatus;
use ppob_layers::{BreakerState, TripReason};
use ppob_routing::Mode;
use ppob_types::{Cost, PriceRow, ProviderName, Timestamp};

use super::scalar::{count, span, time};

/// What is counted about one provider elsewhere.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) offers: i32,
    pub(crate) open_offers: i32,
    pub(crate) pending: i32,
    pub(crate) in_doubt: i32,
}

/// The message of a provider.
pub(crate) fn provider(
    status: &ProviderStatus,
    counts: Counts,
    now: Timestamp,
    simulated: bool,
) -> v1::ProviderStatus {
    let (mode, mode_reason) = mode(&status.mode);
    let fetched_at = status.catalogue.fetched_at;
    v1::ProviderStatus {
        provider: status.name.to_string(),
        kind: status.kind.to_owned(),
        mode: mode.into(),
        mode_reason,
        operations: vec![paying(status)],
        balance_rupiah: status.balance.map(|known| known.amount.get()),
        balance_time: status.balance.map(|known| time(known.seen_at)),
        balance_floor_rupiah: status.balance_floor.get(),
        price_time: fetched_at.map(time),
        price_age: fetched_at.map(|at| span(now.since(at))),
        offer_count: counts.offers,
        available_offer_count: counts.open_offers,
        unmapped_count: count(status.catalogue.unmapped.len()),
        in_flight: count(status.reserve.in_flight),
        pending: counts.pending,
        in_doubt: counts.in_doubt,
        plaintext: status.plaintext,
        last_error: status.catalogue.last_error.clone().unwrap_or_default(),
        simulated,
        ..Default::default()
    }
}

/// A row of a price list that is no product of ours.
pub(crate) fn unmapped(
    provider: &ProviderName,
    row: &PriceRow,
    seen_at: Option<Timestamp>,
) -> v1::UnmappedProduct {
    let price_text = match row.cost {
        Cost::Fixed(cost) => cost.to_string(),
        Cost::BillPlus(extra) => format!("bill + {extra}"),
    };
    v1::UnmappedProduct {
        provider: provider.to_string(),
        provider_product_code: row.provider_code.clone(),
        name: row.name.clone(),
        group: row.group.clone(),
        price_text,
        status_text: if row.open { "open" } else { "closed" }.to_owned(),
        last_seen_time: seen_at.map(time),
        ..Default::default()
    }
}

fn mode(mode: &Mode) -> (v1::ProviderMode, String) {
    match mode {
        Mode::Active => (v1::ProviderMode::Active, String::new()),
        Mode::Drain => (v1::ProviderMode::Drain, String::new()),
        Mode::Off => (v1::ProviderMode::Off, String::new()),
        Mode::Frozen { reason } => (v1::ProviderMode::Frozen, reason.clone()),
    }
}

fn paying(status: &ProviderStatus) -> v1::OperationHealth {
    let breaker = match status.reserve.breaker {
        BreakerState::Closed => v1::BreakerState::Closed,
        BreakerState::Open => v1::BreakerState::Open,
        // A few payments at a time: it is still finding out whether calls may pass.
        BreakerState::HalfOpen | BreakerState::Ramp(_) => v1::BreakerState::HalfOpen,
    };
    v1::OperationHealth {
        operation: v1::ProviderOperation::Pay.into(),
        breaker: breaker.into(),
        breaker_reason: status
            .reserve
            .reason
            .map(|reason| trip(reason).to_owned())
            .unwrap_or_default(),
        ..Default::default()
    }
}

const fn trip(reason: TripReason) -> &'static str {
    match reason {
        TripReason::Unknowns => "Too many payments had an unknown outcome.",
        TripReason::Unreachable => "The provider was not reached several times in a row.",
        TripReason::InsufficientBalance => "Our deposit at the provider is used up.",
        TripReason::ProductClosed => "The provider does not sell the product now.",
        TripReason::CutOff => "The product is inside its cut-off hours.",
        TripReason::Credentials => "The provider refused our credentials; a person must look.",
    }
}
