//! Payments.

use ppob_api::v1;
use ppob_journal::StoredPayment;
use ppob_payment::{Approval, Attempt, Conclusion, Payment};
use ppob_types::{Basis, FailureReason, Parameters, Retention, Rupiah, Timestamp};

use super::View;
use super::attempt::attempt;
use super::doubt::doubt;
use super::family::{basis, family, state, token_state};
use super::receipt::receipt;
use super::scalar::{count, long, rupiah, time};

/// The message of a payment.
pub(crate) fn payment(stored: &StoredPayment, view: &View<'_>) -> v1::Payment {
    let payment = &stored.payment;
    let request = &stored.request;
    let purchase = &request.purchase;
    let end = End::of(payment);
    let total = end.total.or_else(|| expected_total(payment));
    v1::Payment {
        personal_data_erased: stored.retention() == Retention::NoPersonalData,
        payment_id: stored.key.id.to_string(),
        product_code: purchase.product.to_string(),
        family: family(purchase.family).into(),
        customer_number: purchase.customer.expose().to_owned(),
        parameters: parameters(&purchase.parameters),
        amount_rupiah: rupiah(purchase.amount),
        state: state(payment.state()).into(),
        total_rupiah: rupiah(total),
        cost_rupiah: rupiah(end.cost),
        commission_rupiah: commission(end.total, end.cost),
        approved_total_rupiah: rupiah(request.approved_total()),
        allow_lower_total: request.allow_lower_total,
        max_total_rupiah: None,
        inquiry_id: match &request.approval {
            Approval::Inquired(id) => id.to_string(),
            Approval::ListPrice | Approval::Total(_) => String::new(),
        },
        receipt: receipt(stored, view),
        failure: end.failure.map(|reason| failure(reason, payment)),
        doubt: doubt(stored, view.engine),
        reversal: end.reversed_at.map(|at| reversal(at, end.basis)),
        basis: end.basis.map_or(v1::Basis::Unspecified, basis).into(),
        attempts: payment.attempts.iter().map(attempt).collect(),
        create_time: Some(time(payment.terms.accepted_at)),
        update_time: Some(time(stored.updated_at)),
        pay_by_time: Some(time(payment.terms.pay_by)),
        final_time: end.at.map(time),
        repeat: count(request.repeat),
        despite_in_doubt: request
            .despite_in_doubt
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        cost_unexpected: payment.paid_attempt().is_some_and(Attempt::cost_is_unexpected),
        late_charge: late_charge(payment),
        token_state: token_state(payment.token_state()).into(),
        abandon_requested: payment.no_further_attempt,
        version: long(stored.version),
    }
}

/// How a payment ended, flat.
#[derive(Default)]
struct End {
    total: Option<Rupiah>,
    cost: Option<Rupiah>,
    failure: Option<FailureReason>,
    reversed_at: Option<Timestamp>,
    basis: Option<Basis>,
    at: Option<Timestamp>,
}

impl End {
    fn of(payment: &Payment) -> Self {
        match &payment.conclusion {
            None => Self::default(),
            Some(Conclusion::Succeeded { total, cost, basis, at, .. }) => Self {
                total: Some(*total),
                cost: Some(*cost),
                basis: Some(*basis),
                at: Some(*at),
                ..Self::default()
            },
            Some(Conclusion::Failed { reason, basis, at }) => Self {
                failure: Some(*reason),
                basis: Some(*basis),
                at: Some(*at),
                ..Self::default()
            },
            Some(Conclusion::Reversed { total, cost, basis, at, .. }) => Self {
                total: Some(*total),
                cost: Some(*cost),
                reversed_at: Some(*at),
                basis: Some(*basis),
                at: Some(*at),
                ..Self::default()
            },
        }
    }
}

/// What a living attempt is expected to cost the end customer.
fn expected_total(payment: &Payment) -> Option<Rupiah> {
    if payment.is_concluded() {
        return None;
    }
    payment.live_attempt().map(|live| live.expected_total)
}

fn commission(total: Option<Rupiah>, cost: Option<Rupiah>) -> Option<i64> {
    total?.minus(cost?).ok().map(Rupiah::get)
}

fn parameters(known: &Parameters) -> Option<v1::ProductParameters> {
    use v1::product_parameters::Family;

    if known.is_empty() {
        return None;
    }
    let months =
        known.months.map(|months| Family::Bpjs(v1::BpjsParameters { months: count(months) }));
    let year = known.year.map(|year| Family::Tax(v1::TaxParameters { year: count(year) }));
    Some(v1::ProductParameters {
        family: months.or(year),
        second_id: known
            .second_id
            .as_ref()
            .map(|second| second.expose().to_owned())
            .unwrap_or_default(),
    })
}

fn failure(reason: FailureReason, payment: &Payment) -> v1::Failure {
    let charged = payment.attempts.iter().any(Attempt::has_open_charge);
    let money = if charged { FailureReason::MONEY_LATE_CHARGE } else { FailureReason::MONEY };
    v1::Failure {
        reason: reason.as_str().to_owned(),
        message: format!("{} {money} {}", reason.happened(), reason.action()),
        new_id_may_help: reason.new_id_may_help(),
        provider_code: String::new(),
    }
}

fn reversal(at: Timestamp, known: Option<Basis>) -> v1::Reversal {
    v1::Reversal {
        reverse_time: Some(time(at)),
        refunded_rupiah: None,
        message: "The provider took the payment back.".to_owned(),
        basis: known.map_or(v1::Basis::Unspecified, basis).into(),
    }
}

fn late_charge(payment: &Payment) -> Option<v1::LateCharge> {
    payment.attempts.iter().find_map(|attempt| {
        let late = attempt.late_charge.as_ref().filter(|_| attempt.has_open_charge())?;
        Some(v1::LateCharge {
            attempt_number: count(attempt.number),
            cost_rupiah: rupiah(late.observed.charged),
            found_time: Some(time(late.found_at)),
            provider_reference: late
                .observed
                .provider_ref
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            basis: basis(late.basis).into(),
        })
    })
}
