//! Offers as a route sees them.

use std::collections::BTreeMap;

use ppob_api::v1;
use ppob_engine::RouteExplanation;
use ppob_routing::Product;
use ppob_types::{Cost, ProviderName, Rupiah};

use super::order::explanation;
use super::scalar::{count, rupiah, time, word};

const CHOSEN: &str = "CHOSEN";

/// Every offer of a product, those that may be asked first.
pub(crate) fn offers(
    product: &Product,
    explained: &RouteExplanation,
    amount: Option<Rupiah>,
) -> Vec<v1::RouteOffer> {
    let route = &explained.route;
    let left_out: BTreeMap<&ProviderName, _> =
        route.left_out.iter().map(|(name, reason)| (name, reason)).collect();
    let listed = |name| v1::RouteOffer {
        success_permille: success(explained, name),
        ..listed(product, name, amount)
    };
    let chosen = route.candidates.iter().enumerate().map(|(place, one)| v1::RouteOffer {
        rank: count(place.saturating_add(1)),
        reason: CHOSEN.to_owned(),
        explanation: explanation(explained, place),
        ..listed(&one.provider)
    });
    let others = left_out.into_iter().map(|(name, reason)| v1::RouteOffer {
        rank: 0,
        reason: word(reason.as_str()),
        explanation: reason.to_string(),
        ..listed(name)
    });
    chosen.chain(others).collect()
}

/// How often payments went well there lately, if enough is known.
fn success(explained: &RouteExplanation, name: &ProviderName) -> Option<i32> {
    let facts = explained.facts.get(name).filter(|facts| facts.health_is_known)?;
    Some(count(facts.health.success_permille()))
}

/// What the price list says, whatever routing makes of it.
fn listed(product: &Product, name: &ProviderName, amount: Option<Rupiah>) -> v1::RouteOffer {
    let Some(offer) = product.offer(name) else {
        return v1::RouteOffer { provider: name.to_string(), ..v1::RouteOffer::default() };
    };
    let amount = amount.or(product.nominal);
    let (cost, over_bill) = match (offer.cost, amount) {
        (Cost::Fixed(cost), _) => (Some(cost), None),
        (Cost::BillPlus(extra), None) => (None, Some(extra)),
        (Cost::BillPlus(extra), Some(bill)) => (offer.cost.of_bill(bill).ok(), Some(extra)),
    };
    v1::RouteOffer {
        provider: name.to_string(),
        provider_product_code: offer.provider_code.clone(),
        cost_rupiah: rupiah(cost),
        total_rupiah: rupiah(offer.total(amount)),
        admin_rupiah: rupiah(offer.admin),
        price_time: Some(time(offer.as_of)),
        cost_over_bill_rupiah: rupiah(over_bill),
        ..v1::RouteOffer::default()
    }
}

/// How many offers there are of each provider, and how many of them are open.
pub(crate) fn counts<'a>(
    products: impl Iterator<Item = &'a Product>,
) -> BTreeMap<ProviderName, (i32, i32)> {
    let mut counts: BTreeMap<ProviderName, (usize, usize)> = BTreeMap::new();
    for offer in products.flat_map(|product| &product.offers) {
        let (all, open) = counts.entry(offer.provider.clone()).or_default();
        *all += 1;
        *open += usize::from(offer.open);
    }
    counts.into_iter().map(|(name, (all, open))| (name, (count(all), count(open)))).collect()
}
