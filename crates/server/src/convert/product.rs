//! Products.

use ppob_api::v1;
use ppob_routing::{Candidate, LeftOut, Product, Route};
use ppob_types::{CutOff, Family, Rupiah};

use super::customer_hint::customer_hint;
use super::family::family;
use super::scalar::{count, rupiah, time, word};

const MINUTES: u32 = 24 * 60;

/// The message of a product, given the route that a payment now would have.
pub(crate) fn product(product: &Product, route: &Route) -> v1::Product {
    let totals = route.candidates.iter().filter_map(|one| one.total);
    let best = route.candidates.first();
    let price_at = best.and_then(|best| product.offer(&best.provider));
    v1::Product {
        product_code: product.code.to_string(),
        name: product.name.clone(),
        family: family(product.family).into(),
        nominal_rupiah: rupiah(product.nominal),
        open_amount: product.has_open_price(),
        has_bill: product.family.is_bill(),
        has_token: product.family == Family::PlnPrepaid,
        admin_rupiah: rupiah(lowest_admin(&route.candidates)),
        lowest_total_rupiah: rupiah(totals.clone().min()),
        highest_total_rupiah: rupiah(totals.max()),
        available: best.is_some(),
        unavailable_reason: if best.is_some() { String::new() } else { unavailable_reason(route) },
        price_time: price_at.map(|offer| time(offer.as_of)),
        offer_count: count(product.offers.len()),
        // No provider kind can be told any yet: one that is given a parameter does not send.
        needed_parameters: Vec::new(),
        customer_number_hint: customer_hint(product.family).to_owned(),
        cut_offs: cut_offs(product),
    }
}

fn lowest_admin(candidates: &[Candidate]) -> Option<Rupiah> {
    candidates.iter().filter_map(|one| one.admin).min()
}

/// The most passing of the reasons: what has to be waited for.
fn unavailable_reason(route: &Route) -> String {
    route
        .left_out
        .iter()
        .map(|(_, reason)| reason)
        .max_by_key(|reason| passing(reason))
        .map_or_else(|| word(LeftOut::NotConfigured.as_str()), |reason| word(reason.as_str()))
}

const fn passing(reason: &LeftOut) -> u8 {
    match reason {
        LeftOut::NotConfigured => 0,
        LeftOut::Off => 1,
        LeftOut::Frozen { .. } => 2,
        LeftOut::Drain => 3,
        LeftOut::SwitchedOff => 4,
        LeftOut::NoCapability => 5,
        LeftOut::AlreadyTried => 6,
        LeftOut::Closed => 7,
        LeftOut::CutOff => 8,
        LeftOut::PricesTooOld => 9,
        LeftOut::CostAboveCap => 10,
        LeftOut::BalanceTooLow => 11,
        LeftOut::BreakerOpen => 12,
        LeftOut::OneAtATime => 13,
        LeftOut::NoRoom => 14,
    }
}

/// The hours in which no offer can be bought.
fn cut_offs(product: &Product) -> Vec<v1::CutOff> {
    let hours: Option<Vec<CutOff>> = product.offers.iter().map(|offer| offer.cut_off).collect();
    let Some(hours) = hours.filter(|hours| !hours.is_empty()) else {
        return Vec::new();
    };
    let closed = |minute: u32| hours.iter().all(|one| contains(*one, (minute % MINUTES) * 60));
    (0..MINUTES)
        .filter(|start| closed(*start) && !closed(start + MINUTES - 1))
        .map(|start| {
            let end = (start..start + MINUTES).find(|minute| !closed(*minute));
            v1::CutOff { start: clock(start), end: clock(end.unwrap_or(start)) }
        })
        .collect()
}

const fn contains(hours: CutOff, second: u32) -> bool {
    if hours.from_second <= hours.until_second {
        hours.from_second <= second && second < hours.until_second
    } else {
        second >= hours.from_second || second < hours.until_second
    }
}

fn clock(minute: u32) -> String {
    let minute = minute % MINUTES;
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

#[cfg(test)]
mod tests {
    use ppob_routing::Offer;
    use ppob_types::{Cost, ProductCode, ProviderName, Timestamp};

    use super::*;

    fn sold(cut_offs: &[Option<(u32, u32)>]) -> Product {
        let offers = cut_offs.iter().enumerate().map(|(at, hours)| Offer {
            provider: ProviderName::new(&format!("p{at}")).unwrap(),
            provider_code: "X".to_owned(),
            cost: Cost::Fixed(Rupiah::new(1)),
            admin: None,
            open: true,
            cut_off: hours
                .map(|(from, until)| CutOff { from_second: from * 60, until_second: until * 60 }),
            as_of: Timestamp::default(),
        });
        Product {
            code: ProductCode::new("PLN-PREPAID-20000").unwrap(),
            family: Family::PlnPrepaid,
            name: String::new(),
            nominal: None,
            offers: offers.collect(),
        }
    }

    fn shown(cut_offs_of: &[Option<(u32, u32)>]) -> Vec<(String, String)> {
        cut_offs(&sold(cut_offs_of)).into_iter().map(|one| (one.start, one.end)).collect()
    }

    #[test]
    fn a_product_is_closed_while_every_offer_is() {
        let pair = |start: &str, end: &str| (start.to_owned(), end.to_owned());
        let night = Some((23 * 60, 60));
        assert_eq!(shown(&[night]), [pair("23:00", "01:00")]);
        assert_eq!(shown(&[night, Some((23 * 60 + 30, 30))]), [pair("23:30", "00:30")]);
        assert_eq!(shown(&[night, None]), []);
        assert_eq!(shown(&[night, Some((60, 120))]), []);
        assert_eq!(shown(&[]), []);
    }
}
