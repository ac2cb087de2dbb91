//! Whether a request can be a payment at all. Pure.

use ppob_journal::{Fingerprint, StoredPayment};
use ppob_payment::{Approval, PaymentRequest};
use ppob_routing::Product;
use ppob_types::{
    Cost, CustomerNumber, CustomerNumberError, Family, Parameters, ProductCode, Purchase, Rupiah,
};
use sha2::{Digest, Sha256};

use super::{CreatePayment, RequestedApproval, RequestedParameters};
use crate::CreateError;

/// The request in the form that is recorded and fingerprinted.
pub(super) fn recorded(
    request: &CreatePayment,
    family: Family,
) -> Result<PaymentRequest, CreateError> {
    Ok(PaymentRequest {
        purchase: purchase(
            &request.product,
            family,
            &request.customer_number,
            request.amount,
            &request.parameters,
        )?,
        approval: match &request.approval {
            RequestedApproval::ListPrice => Approval::ListPrice,
            RequestedApproval::Total(total) => Approval::Total(*total),
            RequestedApproval::Inquiry(id) => Approval::Inquired(id.clone()),
        },
        allow_lower_total: request.allow_lower_total,
        repeat: request.repeat,
        despite_in_doubt: request.despite_in_doubt.clone(),
        shown: None,
    })
}

/// What and for whom, normalised.
pub(crate) fn purchase(
    product: &ProductCode,
    family: Family,
    customer_number: &str,
    amount: Option<Rupiah>,
    parameters: &RequestedParameters,
) -> Result<Purchase, CustomerNumberError> {
    let second_id = parameters.second_id.as_deref();
    Ok(Purchase {
        product: product.clone(),
        family,
        customer: CustomerNumber::parse(family, customer_number)?,
        amount,
        parameters: Parameters {
            months: parameters.months,
            year: parameters.year,
            second_id: second_id
                .map(|second| CustomerNumber::parse(Family::Other, second))
                .transpose()?,
        },
    })
}

pub(super) fn same_request(
    request: &CreatePayment,
    known: &StoredPayment,
) -> Result<(), CreateError> {
    let same = recorded(request, known.request.purchase.family)
        .is_ok_and(|recorded| fingerprint(&recorded) == known.fingerprint);
    if same { Ok(()) } else { Err(CreateError::IdReused) }
}

pub(super) fn fingerprint(request: &PaymentRequest) -> Fingerprint {
    Fingerprint(Sha256::digest(request.canonical().as_bytes()).into())
}

pub(super) fn check_fields(request: &CreatePayment, product: &Product) -> Result<(), CreateError> {
    let problem = field_problem(product, request.amount, &request.parameters);
    if let Some((field, problem)) = problem {
        return Err(CreateError::FieldInvalid { field, problem });
    }
    if product.family.is_bill() && request.approval == RequestedApproval::ListPrice {
        return Err(CreateError::FieldInvalid {
            field: "approval",
            problem: "a bill is paid only with an inquiry_id or an approved_total_rupiah",
        });
    }
    if let RequestedApproval::Total(total) = &request.approval
        && !total.is_positive()
    {
        return Err(CreateError::FieldInvalid {
            field: "approved_total_rupiah",
            problem: "must be more than zero",
        });
    }
    Ok(())
}

/// What is wrong with the open amount or the parameters for this product, if anything.
pub(crate) fn field_problem(
    product: &Product,
    amount: Option<Rupiah>,
    parameters: &RequestedParameters,
) -> Option<(&'static str, &'static str)> {
    match amount {
        Some(_) if !product.takes_amount() => {
            return Some(("amount_rupiah", "this product has no open amount; leave it out"));
        }
        Some(amount) if !amount.is_positive() => {
            return Some(("amount_rupiah", "must be more than zero"));
        }
        None if product.needs_amount() => {
            return Some(("amount_rupiah", "this product needs an amount"));
        }
        Some(_) | None => {}
    }
    if parameters.months.is_some() && product.family != Family::Bpjs {
        return Some(("parameters", "months are for BPJS products only"));
    }
    if parameters.months.is_some_and(|months| !(1..=24).contains(&months)) {
        return Some(("parameters", "months must be 1 to 24"));
    }
    if parameters.year.is_some() && product.family != Family::Tax {
        return Some(("parameters", "a year is for tax products only"));
    }
    if parameters.year.is_some_and(|year| !(1990..=2100).contains(&year)) {
        return Some(("parameters", "the year must have four digits, such as 2026"));
    }
    let second = matches!(product.family, Family::Tax | Family::Games | Family::Other);
    if parameters.second_id.is_some() && !second {
        return Some(("parameters", "this product takes no second identity"));
    }
    None
}

/// A listed price above what was approved is refused before anything is accepted.
pub(super) fn check_price(recorded: &PaymentRequest, product: &Product) -> Result<(), CreateError> {
    let Some(approved) = recorded.approved_total() else {
        return Ok(());
    };
    if product.family.is_bill() {
        return Ok(());
    }
    let amount = recorded.purchase.amount.or(product.nominal);
    let lowest = product.offers.iter().filter(|offer| offer.open).filter_map(|o| o.total(amount));
    match lowest.min() {
        Some(total) if total > approved => Err(CreateError::TotalAboveApproved { total, approved }),
        _ => Ok(()),
    }
}

/// Whoever approves more than this means any price, and no open amount comes near it. Without this bound, few such payments would fill up what
/// a day can count, and their ends would take from it what others count.
const AT_ANY_PRICE: Rupiah = Rupiah::new(1_000_000_000_000_000);

/// The most the end customer may have to pay: what was approved, or the dearest offer of this moment that
/// stays within `limit`; the cheapest one if none does. The payment is held to it, so that what is counted
/// against limits is never too little.
pub(super) fn most_total(
    recorded: &PaymentRequest,
    product: &Product,
    limit: Option<Rupiah>,
) -> Rupiah {
    if let Some(approved) = recorded.approved_total() {
        return approved.min(AT_ANY_PRICE);
    }
    let amount = recorded.purchase.amount.or(product.nominal);
    let totals = product.offers.iter().filter_map(|offer| {
        let cost = match offer.cost {
            Cost::Fixed(cost) => cost,
            Cost::BillPlus(_) => offer.cost.of_bill(amount?).ok()?,
        };
        Some(listed_total(offer.total(amount), amount, cost))
    });
    let within = |total: &Rupiah| limit.is_none_or(|limit| *total <= limit);
    let dearest = totals.clone().filter(within).max();
    dearest.or_else(|| totals.min()).unwrap_or_default().min(AT_ANY_PRICE)
}

/// What the end customer pays for a listed price.
pub(crate) fn listed_total(total: Option<Rupiah>, nominal: Option<Rupiah>, cost: Rupiah) -> Rupiah {
    total.or(nominal).unwrap_or(cost)
}

#[cfg(test)]
mod tests {
    use ppob_routing::Offer;
    use ppob_types::{ProviderName, Timestamp};

    use super::*;

    fn token(fees: &[i64]) -> Product {
        let offer = |(number, fee): (usize, &i64)| Offer {
            provider: ProviderName::new(&format!("provider-{number}")).unwrap(),
            provider_code: "PLNS20".to_owned(),
            cost: Cost::Fixed(Rupiah::new(20_700)),
            admin: Some(Rupiah::new(*fee)),
            open: true,
            cut_off: None,
            as_of: Timestamp::default(),
        };
        Product {
            code: ProductCode::new("PLN-PREPAID-20000").unwrap(),
            family: Family::PlnPrepaid,
            name: "Token".to_owned(),
            nominal: Some(Rupiah::new(20_000)),
            offers: fees.iter().enumerate().map(offer).collect(),
        }
    }

    #[test]
    fn only_what_is_priced_by_the_amount_needs_one_and_a_bill_never_does() {
        let fixed = Cost::Fixed(Rupiah::new(10_765));
        let fee = Cost::BillPlus(Rupiah::new(1_000));
        let given = Some(Rupiah::new(50_000));
        // `(family, nominal, price, may go without, may have one)`
        for (family, nominal, cost, without, with) in [
            (Family::Other, None, fixed, true, true),
            (Family::Other, None, fee, true, true),
            (Family::Other, given, fixed, true, false),
            (Family::MobileTopUp, None, fixed, true, true),
            (Family::MobileTopUp, None, fee, false, true),
            (Family::MobileTopUp, given, fixed, true, false),
            (Family::Emoney, None, fee, false, true),
            (Family::Games, None, fixed, true, false),
            (Family::PlnPostpaid, None, fee, true, false),
        ] {
            let mut product = Product { family, nominal, ..token(&[1_500]) };
            for offer in &mut product.offers {
                offer.cost = cost;
            }
            let fits =
                |amount| field_problem(&product, amount, &RequestedParameters::default()).is_none();
            let shown = format!("{family} {nominal:?} {cost:?}");
            assert_eq!((fits(None), fits(given)), (without, with), "{shown}");
            assert!(!fits(Some(Rupiah::ZERO)), "{shown}");
        }
    }

    #[test]
    fn a_listed_price_comes_to_its_dearest_offer_within_the_limit() {
        let request = |approval| PaymentRequest {
            purchase: purchase(
                &ProductCode::new("PLN-PREPAID-20000").unwrap(),
                Family::PlnPrepaid,
                "91011121314",
                None,
                &RequestedParameters::default(),
            )
            .unwrap(),
            approval,
            allow_lower_total: false,
            repeat: 0,
            despite_in_doubt: None,
            shown: None,
        };
        let listed = request(Approval::ListPrice);
        let most = |fees: &[i64], limit: Option<i64>| {
            most_total(&listed, &token(fees), limit.map(Rupiah::new)).get()
        };
        assert_eq!(most(&[2_500, 3_000, 1_500], None), 23_000);
        assert_eq!(most(&[2_500, 3_000, 1_500], Some(22_999)), 22_500);
        assert_eq!(most(&[2_500, 3_000], Some(20_000)), 22_500, "the limit refuses this one");
        assert_eq!(most(&[], None), 0, "nothing can be chosen, so nothing is paid");
        let approved = request(Approval::Total(Rupiah::new(50_000)));
        assert_eq!(most_total(&approved, &token(&[2_500]), None).get(), 50_000);
    }
}
