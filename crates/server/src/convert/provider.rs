//! Providers as operators see them.

use std::time::Duration;

use ppob_api::v1;
use ppob_engine::{CatalogueStatus, ProviderStatus, RefusalTrust};
use ppob_layers::{BreakerState, TripReason};

use ppob_routing::{Catalogue, Mode};
use ppob_types::{Cost, PriceRow, ProviderName, Timestamp};

use super::scalar::{count, span, time};

/// Who set a mode that nobody set.
const ENGINE: &str = "engine";

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
    let (mode_reason, mode_actor, mode_time) = match &status.switched {
        Some(switch) => (switch.reason.clone(), switch.actor.clone(), switch.at.map(time)),
        None => (String::new(), ENGINE.to_owned(), None),
    };
    let fetched_at = status.catalogue.fetched_at;
    v1::ProviderStatus {
        provider: status.name.to_string(),
        kind: status.kind.to_owned(),
        mode: mode(&status.mode).into(),
        mode_reason,
        mode_actor,
        mode_time,
        operations: vec![paying(status, now)],
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
        exclusive_account: status.exclusive_account,
        refusal_trust: trust(status.refusal_trust).into(),
        last_error: status.catalogue.last_error.clone().unwrap_or_default(),
        last_error_time: status.catalogue.failed_at.map(time),
        offer_switches: status
            .offers_off
            .iter()
            .map(|(product, switch)| v1::OfferSwitch {
                provider: status.name.to_string(),
                product_code: product.to_string(),
                mode: v1::OfferMode::Off.into(),
                reason: switch.reason.clone(),
                actor: switch.actor.clone(),
                switch_time: switch.at.map(time),
                until_time: switch.until.map(time),
            })
            .collect(),
        simulated,
    }
}

/// A row of a price list that is no product of ours.
pub(crate) fn unmapped(
    provider: &ProviderName,
    row: &PriceRow,
    catalogue: &CatalogueStatus,
    products: &Catalogue,
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
        first_seen_time: catalogue.first_seen.get(&row.provider_code).copied().map(time),
        last_seen_time: catalogue.fetched_at.map(time),
        suggested_product_code: suggestion(row, products).unwrap_or_default(),
    }
}

/// The product with the most words in its code, all of which are words of the row.
fn suggestion(row: &PriceRow, products: &Catalogue) -> Option<String> {
    let text = format!("{} {} {}", row.provider_code, row.group, row.name).to_ascii_uppercase();
    let words: Vec<&str> = text.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let fits = |code: &str| code.split('-').all(|word| words.contains(&word));
    let fitting =
        products.products().map(|product| product.code.as_str()).filter(|code| fits(code));
    fitting.max_by_key(|code| code.split('-').count()).map(str::to_owned)
}

const fn mode(mode: &Mode) -> v1::ProviderMode {
    match mode {
        Mode::Active => v1::ProviderMode::Active,
        Mode::Drain => v1::ProviderMode::Drain,
        Mode::Off => v1::ProviderMode::Off,
        Mode::Frozen { .. } => v1::ProviderMode::Frozen,
    }
}

const fn trust(trust: RefusalTrust) -> v1::RefusalTrust {
    match trust {
        RefusalTrust::Authenticated => v1::RefusalTrust::Authenticated,
        RefusalTrust::CorroboratedByBalance => v1::RefusalTrust::Corroborated,
        RefusalTrust::None => v1::RefusalTrust::None,
    }
}

fn paying(status: &ProviderStatus, now: Timestamp) -> v1::OperationHealth {
    let reserve = &status.reserve;
    let breaker = match reserve.breaker {
        BreakerState::Closed => v1::BreakerState::Closed,
        BreakerState::Open => v1::BreakerState::Open,
        // A few payments at a time: it is still finding out whether calls may pass.
        BreakerState::HalfOpen | BreakerState::Ramp(_) => v1::BreakerState::HalfOpen,
    };
    v1::OperationHealth {
        operation: v1::ProviderOperation::Pay.into(),
        breaker: breaker.into(),
        breaker_reason: reserve.reason.map(|reason| trip(reason).to_owned()).unwrap_or_default(),
        open_until_time: reserve.open_for.map(|left| time(now.plus(left))),
        success_permille: status.health.map(|health| count(health.success_permille())),
        usual_latency: status
            .health
            .map(|health| span(Duration::from_micros(health.latency_micros))),
        unknown_count: count(reserve.unknown),
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
