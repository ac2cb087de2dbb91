//! A payment: where it stands, what that means for the money, what to do.

use ppob_api::v1::{Attempt, Payment, PaymentState, TokenState};

use super::struk::struk;
use super::text::{masked, moment, or_dash, rupiah, table, word};

/// One payment as people read it; with its struk if it was paid.
pub(crate) fn payment(payment: &Payment) -> String {
    let mut text = String::new();
    if let Some(struk) = struk(payment) {
        text.push_str(&struk);
        text.push('\n');
    }
    text.push_str(&format!("Payment {}: {}\n", payment.payment_id, state(payment)));
    text.push_str(&meaning(payment));
    if let Some(late) = &payment.late_charge {
        text.push_str(&format!(
            "A LATE CHARGE of {} was found on {} (reference {}): it was paid after all. \
             Operators were alarmed.\n",
            rupiah(late.cost_rupiah),
            moment(late.found_time.as_ref()),
            or_dash(&late.provider_reference),
        ));
    }
    if payment.cost_rupiah.is_some() {
        text.push_str(&format!(
            "Total {}, cost {}, commission {}{}.\n",
            rupiah(payment.total_rupiah),
            rupiah(payment.cost_rupiah),
            rupiah(payment.commission_rupiah),
            if payment.cost_unexpected {
                "; the cost is NOT what was expected"
            } else {
                ""
            },
        ));
    }
    if !payment.attempts.is_empty() {
        text.push_str(&attempts(&payment.attempts));
        text.push('\n');
    }
    text
}

/// Payments, one per row.
pub(crate) fn payments(payments: &[Payment]) -> String {
    if payments.is_empty() {
        return "No payments.".to_owned();
    }
    let rows = payments.iter().map(|payment| {
        [
            payment.payment_id.clone(),
            state(payment).to_owned(),
            payment.product_code.clone(),
            masked(&payment.customer_number),
            rupiah(payment.total_rupiah),
            moment(payment.create_time.as_ref()),
        ]
    });
    table(
        ["ID", "STATE", "PRODUCT", "CUSTOMER", ">TOTAL", "ACCEPTED"],
        rows.collect(),
    )
}

fn state(payment: &Payment) -> &'static str {
    word(payment.state().as_str_name(), "PAYMENT_STATE_")
}

/// What the state means for the money, and what to do.
fn meaning(payment: &Payment) -> String {
    let id = &payment.payment_id;
    match payment.state() {
        PaymentState::Succeeded if payment.token_state() == TokenState::Awaited => format!(
            "Paid. The token has not come yet; the engine keeps asking:\n  ppob payment watch {id}\n"
        ),
        PaymentState::Succeeded => "Paid.\n".to_owned(),
        PaymentState::Failed => failed(payment),
        PaymentState::Reversed => reversed(payment),
        PaymentState::InDoubt => in_doubt(payment),
        PaymentState::Accepted | PaymentState::Processing | PaymentState::Unspecified => format!(
            "It is still being worked on and may be paid at any moment. Do not pay again by other \
             means. Follow it:\n  ppob payment watch {id}\n"
        ),
    }
}

fn failed(payment: &Payment) -> String {
    let Some(failure) = &payment.failure else {
        return "Nothing was paid.\n".to_owned();
    };
    let again = if failure.new_id_may_help {
        "A new payment with a new id may succeed."
    } else {
        "A new payment would fail the same way."
    };
    let charged = if payment.late_charge.is_some() {
        ""
    } else {
        " Nothing was paid."
    };
    format!("{}: {}{charged} {again}\n", failure.reason, failure.message)
}

fn in_doubt(payment: &Payment) -> String {
    let id = &payment.payment_id;
    let mut text = String::new();
    if let Some(doubt) = &payment.doubt {
        text.push_str(&format!(
            "{}: {} Since {}.\n",
            doubt.reason,
            doubt.message,
            moment(doubt.since_time.as_ref())
        ));
    }
    text.push_str(
        "It may or may not have been paid. Do not pay again by other means, and do not refund.\n",
    );
    let next = payment.doubt.as_ref().and_then(|doubt| doubt.next_check_time.as_ref());
    match next {
        Some(next) => text.push_str(&format!(
            "The engine asks the provider next at {}. Follow it:\n  ppob payment watch {id}\n",
            moment(Some(next))
        )),
        None => text.push_str(&format!(
            "Only a person can find out: look at the provider's statement, then\n  \
             ppob resolve {id} --executed INVOICE --actor NAME --evidence TEXT\n"
        )),
    }
    if payment.doubt.as_ref().is_some_and(|doubt| doubt.may_pay_again) {
        text.push_str(&format!(
            "To pay once more on purpose although it may turn out paid: --despite-in-doubt {id} --repeat {}\n",
            payment.repeat.saturating_add(1)
        ));
    }
    text
}

fn reversed(payment: &Payment) -> String {
    let reversal = payment.reversal.as_ref();
    format!(
        "It was paid, and the provider took it back on {}; {} came back to the deposit.\n",
        moment(reversal.and_then(|reversal| reversal.reverse_time.as_ref())),
        rupiah(reversal.and_then(|reversal| reversal.refunded_rupiah)),
    )
}

fn attempts(attempts: &[Attempt]) -> String {
    let rows = attempts.iter().map(|attempt| {
        [
            attempt.number.to_string(),
            attempt.provider.clone(),
            word(attempt.state().as_str_name(), "ATTEMPT_STATE_").to_owned(),
            or_dash(&attempt.reason).to_owned(),
            or_dash(&attempt.provider_reference).to_owned(),
            rupiah(attempt.charged_rupiah),
        ]
    });
    table(
        ["ATTEMPT", "PROVIDER", "STATE", "REASON", "REFERENCE", ">CHARGED"],
        rows.collect(),
    )
}

#[cfg(test)]
mod tests;
