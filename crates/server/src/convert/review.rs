//! Payments that need a person.

use ppob_api::v1;
use ppob_engine::Review;
use ppob_payment::{Attempt, AttemptState, EvidenceKind, Payment, PaymentState};
use ppob_types::Timestamp;

use super::View;
use super::payment::payment;
use super::scalar::{count, span, time};

/// The message of a payment under review.
pub(crate) fn review(review: &Review, view: &View<'_>) -> v1::Review {
    let stored = &review.payment;
    let known = &stored.payment;
    v1::Review {
        consumer: stored.key.consumer.to_string(),
        payment: Some(payment(stored, view)),
        reason: reason(known).to_owned(),
        since_time: Some(time(review.since)),
        age: Some(span(view.now.since(review.since))),
        evidence: known.attempts.iter().flat_map(evidence).collect(),
        suggested_actions: actions(review, view),
        next_check_time: known.next_check_at.map(time),
        ..Default::default()
    }
}

/// Why a person should look.
fn reason(payment: &Payment) -> &'static str {
    if payment.contradicted {
        return "CONTRADICTION";
    }
    match payment.state() {
        PaymentState::Succeeded | PaymentState::Reversed => "TOKEN_MISSING",
        PaymentState::Failed => "LATE_CHARGE",
        PaymentState::Accepted | PaymentState::Processing => "PENDING_TOO_LONG",
        PaymentState::InDoubt => "IN_DOUBT",
    }
}

/// What is known about an attempt, oldest first.
pub(crate) fn evidence(attempt: &Attempt) -> Vec<v1::Evidence> {
    let number = count(attempt.number);
    let answer = attempt.observed.unlisted.as_ref().map(|text| v1::Evidence {
        kind: "ANSWER".to_owned(),
        observe_time: Some(time(attempt.begun_at)),
        attempt_number: number,
        text: format!("The provider answered with words that are on no list: {text}"),
        leaning: v1::EvidenceLeaning::None.into(),
        conclusive: false,
    });
    let unknown = match &attempt.state {
        AttemptState::Unknown(cause) => Some(v1::Evidence {
            kind: "ANSWER".to_owned(),
            observe_time: Some(time(attempt.changed_at)),
            attempt_number: number,
            text: format!("The outcome became unknown: {}.", cause.as_str()),
            leaning: v1::EvidenceLeaning::None.into(),
            conclusive: false,
        }),
        _ => None,
    };
    let hints = attempt.evidence.iter().map(|hint| {
        let (kind, text, leaning) = hint_text(hint.kind);
        v1::Evidence {
            kind: kind.to_owned(),
            observe_time: Some(time(hint.at)),
            attempt_number: number,
            text: text.to_owned(),
            leaning: leaning.into(),
            conclusive: false,
        }
    });
    answer.into_iter().chain(unknown).chain(hints).collect()
}

const fn hint_text(kind: EvidenceKind) -> (&'static str, &'static str, v1::EvidenceLeaning) {
    match kind {
        EvidenceKind::BillGone => (
            "REINQUIRY",
            "A fresh inquiry says that nothing is owed: paid by this attempt, or by somebody else.",
            v1::EvidenceLeaning::Executed,
        ),
        EvidenceKind::BillStillThere => (
            "REINQUIRY",
            "A fresh inquiry still shows the bill: not paid, or the biller lags behind.",
            v1::EvidenceLeaning::NotExecuted,
        ),
        EvidenceKind::NotFound => (
            "STATUS_CHECK",
            "The provider does not find the attempt. That proves nothing by itself.",
            v1::EvidenceLeaning::None,
        ),
    }
}

fn actions(review: &Review, view: &View<'_>) -> Vec<v1::SuggestedAction> {
    let known = &review.payment.payment;
    let action = |action: &str, text: &str, not_before: Option<Timestamp>| v1::SuggestedAction {
        action: action.to_owned(),
        text: text.to_owned(),
        not_before_time: not_before.filter(|at| *at > view.now).map(time),
    };
    let mut actions = Vec::new();
    if known.contradicted {
        actions.push(action(
            "UNFREEZE_PROVIDER",
            "The provider is frozen because its facts contradict each other; clear that up with it first.",
            None,
        ));
    }
    let can_ask = known.is_concluded() || view.engine.can_ask_about(&review.payment);
    if known.next_check_at.is_some() && can_ask {
        actions.push(action(
            "CHECK_NOW",
            "Ask the provider now; the engine also asks by itself.",
            None,
        ));
    }
    actions.push(action(
        "CONTACT_PROVIDER",
        "Look for the customer number and the time in the provider's statement, or ask its support.",
        None,
    ));
    // How it ended is known; only the token is missing.
    if known.is_concluded() {
        return actions;
    }
    actions.push(action(
        "RESOLVE_EXECUTED",
        "If it was paid, resolve it with the provider's reference; the engine verifies it at the provider.",
        None,
    ));
    actions.push(action(
        "RESOLVE_NOT_EXECUTED",
        "If it was not paid, two persons resolve it as not executed, with evidence.",
        review.negative_verdict_from,
    ));
    actions
}
