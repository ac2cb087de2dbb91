//! A payment: where it stands, what that means for the money, what to do.

use ppob_api::v1::{Attempt, Payment, PaymentState, TokenState};

use super::struk::struk;
use super::text::{masked, moment, or_dash, rupiah, table, word};
use crate::text::Add;

/// The consumer where none are configured; operators need not name it.
const LOCAL: &str = "local";

/// What is said of a payment in doubt if the server says nothing.
const DOUBT: &str = "It may or may not be paid: do not pay again by other means and do not refund.";

/// Who reads about a payment, and so which commands are of use.
#[derive(Clone, Copy)]
enum Reader<'a> {
    /// The caller.
    Owner,
    /// An operator, who has to say whose payment it is.
    Operator(&'a str),
}

impl Reader<'_> {
    /// What the operators' commands need to find it.
    fn subject(self, id: &str) -> String {
        match self {
            Self::Operator(consumer) if consumer != LOCAL => format!("{id} --consumer {consumer}"),
            Self::Operator(_) | Self::Owner => id.to_owned(),
        }
    }

    /// How two persons say the same: where consumers are configured, each with a key of their own.
    fn second(self) -> &'static str {
        match self {
            Self::Operator(consumer) if consumer != LOCAL => "",
            Self::Operator(_) | Self::Owner => "--second-person NAME ",
        }
    }

    /// How to look at it again.
    fn follow(self, id: &str) -> String {
        match self {
            Self::Owner => format!("ppob payment watch {id}"),
            Self::Operator(_) => format!("ppob reviews --id {id}"),
        }
    }
}

/// One payment as its caller reads it; with its struk if it was paid.
pub(crate) fn payment(payment: &Payment) -> String {
    shown(payment, Reader::Owner)
}

/// The same without the struk.
pub(crate) fn payment_in_short(payment: &Payment) -> String {
    stands(payment, Reader::Owner)
}

/// The same for an operator: a payment of `consumer`.
pub(crate) fn payment_of(payment: &Payment, consumer: &str) -> String {
    shown(payment, Reader::Operator(consumer))
}

fn shown(payment: &Payment, reader: Reader<'_>) -> String {
    let struk = struk(payment).map(|struk| format!("{struk}\n")).unwrap_or_default();
    format!("{struk}{}", stands(payment, reader))
}

fn stands(payment: &Payment, reader: Reader<'_>) -> String {
    let mut text = String::new();
    text.add(format_args!("Payment {}: {}\n", payment.payment_id, state(payment)));
    text.push_str(&meaning(payment, reader));
    if let Some(late) = &payment.late_charge {
        text.add(format_args!(
            "A LATE CHARGE of {} was found on {} (reference {}): it was paid after all. \
             Operators were alarmed.\n",
            rupiah(late.cost_rupiah),
            moment(late.found_time.as_ref()),
            or_dash(&late.provider_reference),
        ));
    }
    if payment.cost_rupiah.is_some() {
        text.add(format_args!(
            "Total {}, cost {}, commission {}{}.\n",
            rupiah(payment.total_rupiah),
            rupiah(payment.cost_rupiah),
            rupiah(payment.commission_rupiah),
            if payment.cost_unexpected { "; the cost is NOT what was expected" } else { "" },
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
    table(["ID", "STATE", "PRODUCT", "CUSTOMER", ">TOTAL", "ACCEPTED"], rows.collect())
}

fn state(payment: &Payment) -> &'static str {
    word(payment.state().as_str_name(), "PAYMENT_STATE_")
}

/// What the state means for the money, and what to do.
fn meaning(payment: &Payment, reader: Reader<'_>) -> String {
    let follow = reader.follow(&payment.payment_id);
    match payment.state() {
        PaymentState::Succeeded if payment.token_state() == TokenState::Awaited => {
            format!("Paid. The token has not come yet; the engine keeps asking:\n  {follow}\n")
        }
        PaymentState::Succeeded => "Paid.\n".to_owned(),
        PaymentState::Failed => failed(payment),
        PaymentState::Reversed => reversed(payment),
        PaymentState::InDoubt => in_doubt(payment, reader),
        PaymentState::Accepted | PaymentState::Processing | PaymentState::Unspecified => format!(
            "It is still being worked on and may be paid at any moment. Do not pay again by other \
             means. Follow it:\n  {follow}\n"
        ),
    }
}

fn failed(payment: &Payment) -> String {
    let mut text = String::new();
    if payment.late_charge.is_none() {
        text.push_str("Nothing was paid.\n");
    }
    if let Some(failure) = &payment.failure {
        let again = if failure.new_id_may_help {
            "A new payment with a new id may succeed."
        } else {
            "The same request with a new id would fail the same way."
        };
        text.add(format_args!("{}: {} {again}\n", failure.reason, failure.message));
    }
    text
}

fn in_doubt(payment: &Payment, reader: Reader<'_>) -> String {
    let id = &payment.payment_id;
    let subject = reader.subject(id);
    let doubt = payment.doubt.clone().unwrap_or_default();
    let mut text = format!(
        "{} since {}: {}\n",
        or_dash(&doubt.reason),
        moment(doubt.since_time.as_ref()),
        if doubt.message.is_empty() { DOUBT } else { &doubt.message },
    );
    if doubt.next_check_time.is_some() {
        text.add(format_args!(
            "The engine looks again at {}. Follow it:\n  {}\n",
            moment(doubt.next_check_time.as_ref()),
            reader.follow(id)
        ));
    }
    let referenced =
        payment.attempts.last().is_some_and(|attempt| !attempt.provider_reference.is_empty());
    if !referenced {
        text.add(format_args!(
            "Without a reference of the provider only its statement tells. When it is found there:\n  \
             ppob resolve {subject} --executed INVOICE --actor NAME --evidence TEXT\n"
        ));
    }
    if doubt.late_execution_time.is_some() {
        text.add(format_args!(
            "If it was not paid, two persons may say so, some time after {}:\n  \
             ppob resolve {subject} --not-executed --actor NAME {}--evidence TEXT\n",
            moment(doubt.late_execution_time.as_ref()),
            reader.second()
        ));
    }
    if doubt.may_pay_again {
        text.add(format_args!(
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
    table(["ATTEMPT", "PROVIDER", "STATE", "REASON", "REFERENCE", ">CHARGED"], rows.collect())
}

#[cfg(test)]
mod tests;
