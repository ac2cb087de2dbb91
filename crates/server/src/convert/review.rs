//! Payments that need a person.

use ppob_api::v1;
use ppob_engine::{Review, ReviewDetails, ReviewReason};
use ppob_types::Timestamp;

use super::View;
use super::evidence::gathered;
use super::operator::{note, proposed};
use super::payment::payment;
use super::scalar::{span, time};

/// The message of a payment under review.
pub(crate) fn review(review: &Review, details: &ReviewDetails, view: &View<'_>) -> v1::Review {
    let stored = &review.payment;
    let known = &stored.payment;
    let subject = review.attempt.unwrap_or_default();
    v1::Review {
        consumer: stored.key.consumer.to_string(),
        payment: Some(payment(stored, view)),
        reason: reason(review.reason, details.proposed.is_some()).to_owned(),
        since_time: Some(time(review.since)),
        age: Some(span(view.now.since(review.since))),
        evidence: gathered(known.attempts.iter(), subject, details),
        notes: details.notes.iter().map(note).collect(),
        suggested_actions: actions(review, details, view),
        proposed_verdict: details.proposed.as_ref().map(proposed),
        last_check_time: review.attempt().and_then(|attempt| attempt.checked_at).map(time),
        seen: review.seen.map(|seen| seen.to_string()).unwrap_or_default(),
        next_check_time: known.next_check_at.filter(|_| can_ask(review, view)).map(time),
    }
}

/// Why a person should look. That another person waits is said before a doubt is.
const fn reason(reason: ReviewReason, is_proposed: bool) -> &'static str {
    match reason {
        ReviewReason::Contradiction => "CONTRADICTION",
        ReviewReason::LateCharge => "LATE_CHARGE",
        ReviewReason::InDoubt | ReviewReason::PendingTooLong if is_proposed => "VERDICT_PROPOSED",
        ReviewReason::InDoubt => "IN_DOUBT",
        ReviewReason::PendingTooLong => "PENDING_TOO_LONG",
        ReviewReason::TokenMissing => "TOKEN_MISSING",
    }
}

/// Whether the engine can ask anybody with what is known.
fn can_ask(review: &Review, view: &View<'_>) -> bool {
    match review.reason {
        ReviewReason::TokenMissing => true,
        ReviewReason::LateCharge | ReviewReason::Contradiction => false,
        ReviewReason::InDoubt | ReviewReason::PendingTooLong => {
            view.engine.can_ask_about(&review.payment)
        }
    }
}

/// What can be done, best first.
fn actions(review: &Review, details: &ReviewDetails, view: &View<'_>) -> Vec<v1::SuggestedAction> {
    let known = &review.payment.payment;
    let mut actions = Actions { now: view.now, found: Vec::new() };
    let frozen = review.attempt().is_some_and(|attempt| view.engine.is_frozen(&attempt.provider));
    if frozen && matches!(review.reason, ReviewReason::Contradiction | ReviewReason::LateCharge) {
        actions.add(
            "UNFREEZE_PROVIDER",
            "The provider is frozen, so that nothing more is paid there; clear up with it what contradicts itself, then set its mode to ACTIVE.",
        );
    }
    if let Some(open) = &details.proposed {
        actions.add(
            "CONFIRM_VERDICT",
            &format!(
                "{} says that it was not executed. If you have seen evidence for it yourself, give the same verdict.",
                open.proposed.who.actor
            ),
        );
    }
    if can_ask(review, view) && known.next_check_at.is_some() {
        actions.add("CHECK_NOW", "Ask the provider now; the engine also asks by itself.");
    }
    let open = matches!(review.reason, ReviewReason::InDoubt | ReviewReason::PendingTooLong);
    let can_verify = view.engine.can_verify_references(&review.payment, review.attempt());
    if open && can_verify {
        actions.add(
            "SUPPLY_REFERENCE",
            "Find the provider's own number of it in the provider's statement, and check the payment with it; the engine verifies it at the provider.",
        );
    }
    actions.add(
        "CONTACT_PROVIDER",
        "Look for the customer number and the time in the provider's statement, or ask its support.",
    );
    match review.reason {
        // How it ended is known; only the token is missing.
        ReviewReason::TokenMissing => {}
        ReviewReason::LateCharge => actions.add(
            "ADD_NOTE",
            "Ask the provider for the money. How the payment ended stays; once somebody has written a note about the charge, it leaves this queue.",
        ),
        ReviewReason::InDoubt if review.attempt.is_none() => actions.add(
            "ABANDON_PAYMENT",
            "It was open in the backup that was restored, and may have been paid after it. If it is on no provider's statement, abandon it; if it is, tell its caller and leave it open.",
        ),
        ReviewReason::Contradiction | ReviewReason::InDoubt | ReviewReason::PendingTooLong => {
            if can_verify {
                actions.add(
                    "RESOLVE_EXECUTED",
                    "If it was paid, resolve it with the provider's reference; the engine verifies it at the provider.",
                );
            }
            actions.add_from(
                "RESOLVE_NOT_EXECUTED",
                "If it was not paid, two persons resolve it as not executed, with evidence.",
                review.negative_verdict_from,
            );
        }
    }
    actions.found
}

struct Actions {
    now: Timestamp,
    found: Vec<v1::SuggestedAction>,
}

impl Actions {
    fn add(&mut self, action: &str, text: &str) {
        self.add_from(action, text, None);
    }

    fn add_from(&mut self, action: &str, text: &str, not_before: Option<Timestamp>) {
        self.found.push(v1::SuggestedAction {
            action: action.to_owned(),
            text: text.to_owned(),
            not_before_time: not_before.filter(|at| *at > self.now).map(time),
        });
    }
}
