//! What can be bought, and from whom.

use ppob_api::v1::{CatalogChange, ExplainRouteResponse, Product};

use super::text::{moment, or_dash, rupiah, table, word};
use crate::text::Add;

/// Products, one per row.
pub(crate) fn products(products: &[Product]) -> String {
    if products.is_empty() {
        return "No products. Are providers configured, and were their price lists read? \
                See `ppob providers`."
            .to_owned();
    }
    let rows = products.iter().map(|product| {
        let family = word(product.family().as_str_name(), "FAMILY_");
        [
            product.product_code.clone(),
            product.name.clone(),
            family.to_ascii_lowercase().replace('_', "-"),
            total(product),
            rupiah(product.admin_rupiah),
            product.offer_count.to_string(),
            if product.available {
                "yes".to_owned()
            } else {
                format!("no: {}", or_dash(&product.unavailable_reason))
            },
        ]
    });
    table(["PRODUCT", "NAME", "FAMILY", ">TOTAL", ">ADMIN", ">OFFERS", "AVAILABLE"], rows.collect())
}

/// Changes of products, one per line.
pub(crate) fn changes(changes: &[CatalogChange]) -> String {
    let mut text = String::new();
    for change in changes {
        let product = change.product.clone().unwrap_or_default();
        let available = if product.available {
            "available".to_owned()
        } else {
            format!("not available: {}", or_dash(&product.unavailable_reason))
        };
        text.add(format_args!(
            "{}  {:<7}  {}  {}  {available}\n",
            moment(change.change_time.as_ref()),
            word(change.kind().as_str_name(), "CATALOG_CHANGE_KIND_"),
            product.product_code,
            total(&product),
        ));
    }
    text
}

/// The offers for a product, in the order they would be asked.
pub(crate) fn route(product: &str, route: &ExplainRouteResponse) -> String {
    let chosen = route.offers.iter().find(|offer| offer.rank == 1);
    let mut text = chosen.map_or_else(
        || format!("{product}: no provider would be asked now.\n"),
        |first| format!("{product}: {} would be asked first.\n", first.provider),
    );
    text.add(format_args!(
        "Strategy {}, as of {}.\n",
        or_dash(&route.strategy),
        moment(route.route_time.as_ref())
    ));
    let rows = route.offers.iter().map(|offer| {
        [
            if offer.rank == 0 { "-".to_owned() } else { offer.rank.to_string() },
            offer.provider.clone(),
            offer.provider_product_code.clone(),
            offer
                .cost_rupiah
                .or(offer.cost_over_bill_rupiah)
                .map_or_else(|| "-".to_owned(), |cost| cost_text(offer.cost_rupiah, cost)),
            rupiah(offer.total_rupiah),
            why(&offer.explanation),
        ]
    });
    text.push_str(&table(["RANK", "PROVIDER", "CODE", ">COST", ">TOTAL", "WHY"], rows.collect()));
    text
}

/// Place and strategy are told by the table, so of "Would be asked at place 2 (strategy cheapest): it …" the reason is
/// enough.
fn why(explanation: &str) -> String {
    let told = explanation.strip_prefix("Would be asked ").and_then(|rest| rest.split_once("): "));
    let Some((_, reason)) = told else { return explanation.to_owned() };
    let mut letters = reason.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn cost_text(fixed: Option<i64>, cost: i64) -> String {
    match fixed {
        Some(cost) => rupiah(Some(cost)),
        None => format!("bill + {}", rupiah(Some(cost))),
    }
}

fn total(product: &Product) -> String {
    match (product.lowest_total_rupiah, product.highest_total_rupiah) {
        (Some(low), Some(high)) if low != high => {
            format!("{} - {}", rupiah(Some(low)), rupiah(Some(high)))
        }
        (Some(total), _) => rupiah(Some(total)),
        (None, _) if product.has_bill => "bill".to_owned(),
        (None, _) => "-".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use ppob_api::v1::{Family, RouteOffer};

    use super::*;

    #[test]
    fn products_tell_their_price_and_why_they_cannot_be_bought() {
        let token = Product {
            product_code: "PLN-PREPAID-20000".to_owned(),
            name: "PLN Token 20.000".to_owned(),
            family: Family::PlnPrepaid.into(),
            lowest_total_rupiah: Some(22_500),
            highest_total_rupiah: Some(23_000),
            admin_rupiah: Some(2_500),
            available: true,
            offer_count: 2,
            ..Product::default()
        };
        let bill = Product {
            product_code: "PLN-POSTPAID".to_owned(),
            name: "PLN".to_owned(),
            family: Family::PlnPostpaid.into(),
            has_bill: true,
            unavailable_reason: "CUT_OFF".to_owned(),
            offer_count: 1,
            ..Product::default()
        };
        assert_eq!(
            products(&[token, bill]),
            "PRODUCT            NAME              FAMILY                        TOTAL     ADMIN  OFFERS  AVAILABLE\n\
             PLN-PREPAID-20000  PLN Token 20.000  pln-prepaid   Rp 22.500 - Rp 23.000  Rp 2.500       2  yes\n\
             PLN-POSTPAID       PLN               pln-postpaid                   bill         -       1  no: CUT_OFF"
        );
    }

    #[test]
    fn a_route_tells_who_is_asked_and_why_others_are_not() {
        let offer = |provider: &str, rank, cost, explanation: &str| RouteOffer {
            provider: provider.to_owned(),
            provider_product_code: "PLNS20".to_owned(),
            rank,
            cost_rupiah: cost,
            total_rupiah: cost.map(|_| 22_500),
            cost_over_bill_rupiah: cost.is_none().then_some(700),
            explanation: explanation.to_owned(),
            ..RouteOffer::default()
        };
        let explained = ExplainRouteResponse {
            strategy: "cheapest".to_owned(),
            offers: vec![
                offer("mmbc-a", 1, Some(20_500), "Would be asked first (strategy cheapest)."),
                offer(
                    "iak",
                    2,
                    Some(20_600),
                    "Would be asked at place 2 (strategy cheapest): it costs Rp 100 more than mmbc-a.",
                ),
                offer("mmbc-b", 0, None, "It is switched off."),
            ],
            ..ExplainRouteResponse::default()
        };
        assert_eq!(
            route("PLN-PREPAID-20000", &explained),
            "\
PLN-PREPAID-20000: mmbc-a would be asked first.
Strategy cheapest, as of -.
RANK  PROVIDER  CODE             COST      TOTAL  WHY
1     mmbc-a    PLNS20      Rp 20.500  Rp 22.500  Would be asked first (strategy cheapest).
2     iak       PLNS20      Rp 20.600  Rp 22.500  It costs Rp 100 more than mmbc-a.
-     mmbc-b    PLNS20  bill + Rp 700          -  It is switched off."
        );
    }
}
