//! Requests to inquire and to pay.

use ppob_api::error::Reason;
use ppob_api::v1;
use ppob_api::v1::create_payment_request::Approval;
use ppob_api::v1::product_parameters;
use ppob_engine::{CreatePayment, Inquire, RequestedApproval, RequestedParameters};
use ppob_routing::Catalogue;
use ppob_types::{ConsumerId, CustomerNumber, Family, InquiryId, PaymentId, ProductCode, Rupiah};
use tonic::Status;

use super::scalar::duration;
use crate::consumer::Caller;
use crate::errors::{Problem, Violations};

/// No customer number is longer than this, in bytes.
const LONGEST_NUMBER: usize = 64;

/// A request to inquire.
pub(crate) fn inquire(
    message: v1::InquireRequest,
    consumer: ConsumerId,
) -> Result<Inquire, Status> {
    let mut bad = Violations::default();
    let product = bad.take("product_code", ProductCode::new(&message.product_code));
    let amount = amount("amount_rupiah", message.amount_rupiah, &mut bad);
    let parameters = parameters(message.parameters, &mut bad);
    check_number(&message.customer_number, &mut bad);
    match product {
        Some(product) => bad.check().map(|()| Inquire {
            consumer,
            product,
            customer_number: message.customer_number,
            amount,
            parameters,
        }),
        None => Err(bad.status()),
    }
}

/// A request to pay.
pub(crate) fn create_payment(
    message: v1::CreatePaymentRequest,
    caller: &Caller,
    catalogue: &Catalogue,
) -> Result<CreatePayment, Status> {
    let mut bad = Violations::default();
    let id = bad.take("payment_id", PaymentId::new(&message.payment_id));
    let product = bad.take("product_code", ProductCode::new(&message.product_code));
    let amount = amount("amount_rupiah", message.amount_rupiah, &mut bad);
    let parameters = parameters(message.parameters, &mut bad);
    check_number(&message.customer_number, &mut bad);
    let maximum = self::amount("max_total_rupiah", message.max_total_rupiah, &mut bad);
    let approval = approval(message.approval, &mut bad);
    let repeat = u32::try_from(message.repeat);
    let repeat = bad.take("repeat", repeat.map_err(|_| "must not be negative"));
    let despite_in_doubt = match message.despite_in_doubt.as_str() {
        "" => None,
        id => bad.take("despite_in_doubt", PaymentId::new(id)),
    };
    let pay_within = message.pay_within.as_ref().and_then(|span| {
        let span = duration(span).filter(|span| !span.is_zero());
        bad.take("pay_within", span.ok_or("must be more than zero"))
    });
    let (Some(id), Some(product), Some(approval), Some(repeat)) = (id, product, approval, repeat)
    else {
        return Err(bad.status());
    };
    bad.check()?;
    let approval = within_maximum(approval, maximum, &product, catalogue)?;
    Ok(CreatePayment {
        consumer: caller.consumer.clone(),
        id,
        product,
        customer_number: message.customer_number,
        amount,
        parameters,
        approval,
        allow_lower_total: message.allow_lower_total,
        repeat,
        despite_in_doubt,
        pay_within,
        limits: caller.limits.clone(),
    })
}

fn approval(given: Option<Approval>, bad: &mut Violations) -> Option<RequestedApproval> {
    match given {
        None => Some(RequestedApproval::ListPrice),
        Some(Approval::InquiryId(id)) => {
            bad.take("inquiry_id", InquiryId::new(&id)).map(RequestedApproval::Inquiry)
        }
        Some(Approval::ApprovedTotalRupiah(total)) => {
            amount("approved_total_rupiah", Some(total), bad).map(RequestedApproval::Total)
        }
    }
}

/// Holds the approval under the caller's own ceiling.
///
/// A listed price with a ceiling is the approval of that ceiling: for listed prices an approved total
/// is the most that is paid. What an inquiry showed is known to the engine alone, so a ceiling cannot
/// be held there, and saying nothing about it would be worse than refusing.
fn within_maximum(
    approval: RequestedApproval,
    maximum: Option<Rupiah>,
    product: &ProductCode,
    catalogue: &Catalogue,
) -> Result<RequestedApproval, Status> {
    let Some(maximum) = maximum else {
        return Ok(approval);
    };
    let is_bill = catalogue.get(product).is_some_and(|product| product.family.is_bill());
    match approval {
        RequestedApproval::Total(total) if total > maximum => Err(above(total, maximum)),
        RequestedApproval::Inquiry(_) => Err(Violations::one(
            "max_total_rupiah",
            "cannot be used together with inquiry_id yet; compare it with the bill's total_rupiah and leave it out",
        )),
        RequestedApproval::ListPrice if !is_bill => Ok(RequestedApproval::Total(maximum)),
        approval => Ok(approval),
    }
}

fn above(total: Rupiah, maximum: Rupiah) -> Status {
    let message = format!(
        "the approved total {total} is more than your own maximum {maximum}; nothing was accepted"
    );
    Problem::nothing_done(Reason::TOTAL_ABOVE_MAXIMUM, message)
        .with("total_rupiah", total.get())
        .with("max_total_rupiah", maximum.get())
        .precondition("max_total_rupiah")
        .status()
}

fn amount(field: &str, amount: Option<i64>, bad: &mut Violations) -> Option<Rupiah> {
    let amount = Rupiah::new(amount?);
    if !amount.is_positive() {
        bad.add(field, "must be more than zero");
    }
    Some(amount)
}

fn check_number(number: &str, bad: &mut Violations) {
    if number.trim().is_empty() {
        bad.add("customer_number", "is missing");
    } else if number.len() > LONGEST_NUMBER {
        bad.add("customer_number", "is longer than 64 bytes");
    }
}

fn parameters(given: Option<v1::ProductParameters>, bad: &mut Violations) -> RequestedParameters {
    let Some(given) = given else {
        return RequestedParameters::default();
    };
    let mut wanted = RequestedParameters::default();
    match given.family {
        None => {}
        Some(product_parameters::Family::Bpjs(bpjs)) => {
            let months = u32::try_from(bpjs.months).ok().filter(|months| (1..=12).contains(months));
            let months = months.ok_or("must be 1 to 12");
            wanted.months = bad.take("parameters.bpjs.months", months);
        }
        Some(product_parameters::Family::Tax(tax)) if tax.year == 0 => {}
        Some(product_parameters::Family::Tax(tax)) => {
            let year = u32::try_from(tax.year).map_err(|_| "must have four digits, such as 2026");
            wanted.year = bad.take("parameters.tax.year", year);
        }
    }
    if !given.second_id.is_empty() {
        let second = CustomerNumber::parse(Family::Other, &given.second_id);
        let expected = second.map_err(|error| format!("expected {}", error.expected));
        bad.take("parameters.second_id", expected);
        wanted.second_id = Some(given.second_id);
    }
    wanted
}

#[cfg(test)]
mod tests {
    use ppob_api::error::{reason, reason_of};

    use super::*;
    use crate::consumer::LocalConsumer;

    fn message() -> v1::CreatePaymentRequest {
        v1::CreatePaymentRequest {
            payment_id: "payment-0001".to_owned(),
            product_code: "PLN-PREPAID-20000".to_owned(),
            customer_number: "91011121314".to_owned(),
            ..Default::default()
        }
    }

    fn read(message: v1::CreatePaymentRequest) -> Result<CreatePayment, Status> {
        let caller = LocalConsumer::new().unwrap().caller();
        create_payment(message, &caller, &Catalogue::default())
    }

    #[test]
    fn all_wrong_fields_are_named_at_once_without_their_values() {
        let wrong = v1::CreatePaymentRequest {
            payment_id: "x".to_owned(),
            product_code: "pln".to_owned(),
            customer_number: "9".repeat(65),
            amount_rupiah: Some(-1),
            max_total_rupiah: Some(0),
            repeat: -1,
            despite_in_doubt: "y".to_owned(),
            pay_within: Some(prost_types::Duration { seconds: -1, nanos: 0 }),
            approval: Some(Approval::ApprovedTotalRupiah(-5)),
            parameters: Some(v1::ProductParameters {
                family: Some(product_parameters::Family::Bpjs(v1::BpjsParameters { months: 13 })),
                second_id: "§§§".to_owned(),
            }),
            ..Default::default()
        };
        let status = read(wrong).unwrap_err();
        let details = tonic_types::StatusExt::get_error_details(&status);
        let fields: Vec<&str> = details
            .bad_request()
            .unwrap()
            .field_violations
            .iter()
            .map(|violation| violation.field.as_str())
            .collect();
        for field in [
            "payment_id",
            "product_code",
            "customer_number",
            "amount_rupiah",
            "max_total_rupiah",
            "repeat",
            "despite_in_doubt",
            "pay_within",
            "approved_total_rupiah",
            "parameters.bpjs.months",
            "parameters.second_id",
        ] {
            assert!(fields.contains(&field), "{field} is not in {fields:?}");
        }
        assert!(!status.message().contains("9999") && !status.message().contains('§'));
    }

    #[test]
    fn a_ceiling_never_raises_an_approval() {
        let total = |total| Some(Approval::ApprovedTotalRupiah(total));
        let listed = read(v1::CreatePaymentRequest { max_total_rupiah: Some(23_000), ..message() });
        assert_eq!(listed.unwrap().approval, RequestedApproval::Total(Rupiah::new(23_000)));
        let lower = read(v1::CreatePaymentRequest {
            approval: total(22_500),
            max_total_rupiah: Some(23_000),
            ..message()
        });
        assert_eq!(lower.unwrap().approval, RequestedApproval::Total(Rupiah::new(22_500)));
        let higher = read(v1::CreatePaymentRequest {
            approval: total(24_000),
            max_total_rupiah: Some(23_000),
            ..message()
        });
        assert_eq!(reason_of(&higher.unwrap_err()).as_deref(), Some(reason::TOTAL_ABOVE_MAXIMUM));
    }
}
