//! What to do about each reason.

use std::collections::BTreeMap;

use ppob_api::error::{Reason, reason};

/// A sentence on what to do: in words of the command line where there are some, else those of the
/// table; none for words that this version does not know.
pub(super) fn of(reason: Option<&str>, metadata: &BTreeMap<String, String>) -> Option<String> {
    let told = |key: &str| metadata.get(key).map(String::as_str);
    let advice = match reason? {
        reason::CREDENTIALS_MISSING | reason::CREDENTIALS_INVALID => {
            "set PPOB_API_KEY to the key of a configured consumer."
        }
        reason::ROLE_MISSING | reason::FAMILY_NOT_ALLOWED => {
            "ask whoever runs the engine to give this consumer the right."
        }
        reason::FIELD_INVALID => "correct the value and try again.",
        reason::PROVIDERS_UNAVAILABLE => {
            "try again shortly; `ppob providers` tells how they stand."
        }
        reason::PRODUCT_UNKNOWN => "see `ppob products` for the codes.",
        reason::PAYMENT_NOT_FOUND => {
            "check the id; operators also name its consumer with --consumer. That it is unknown is no promise; \
             `ppob payment abandon ID` gives one."
        }
        reason::PAYMENT_ID_REUSED => {
            "the id stands for another request: look at it with `ppob payment get ID`, and use a new id."
        }
        reason::PAYMENT_ID_ABANDONED => "use a new id.",
        reason::PAYMENT_OPEN => {
            return Some(told("payment_id").map_or_else(
                || "wait for the open payment of this product and customer to end.".to_owned(),
                |id| format!("wait for the open one to end: ppob payment watch {id}"),
            ));
        }
        reason::REPEAT_NEEDED => {
            return Some(told("next_repeat").map_or_else(
                || "if an equal payment is meant, give the next --repeat.".to_owned(),
                |next| format!("if an equal payment is meant, add --repeat {next}"),
            ));
        }
        reason::INQUIRY_UNKNOWN | reason::INQUIRY_EXPIRED | reason::INQUIRY_MISMATCH => {
            "inquire again, show the customer the new bill, and pay that inquiry."
        }
        reason::TOTAL_ABOVE_MAXIMUM => "inquire again, or raise --approved-total or --max-total.",
        reason::DESPITE_REFUSED => {
            "wait and ask again, or look at the payment in doubt: only when it says so may it be paid again."
        }
        reason::RATE_LIMITED => "wait a moment, then repeat the same command.",
        reason::NO_ROUTE => "see `ppob explain PRODUCT` for why no provider can be asked.",
        reason::CUT_OFF => "try again after the biller's closing hours.",
        reason::NUMBER_INVALID => "check the customer number.",
        reason::BILL_ALREADY_PAID => "there is nothing to pay.",
        reason::SECOND_PERSON_NEEDED => "name somebody else with --second-person.",
        reason::REFERENCE_TAKEN => {
            "another payment was settled with this reference; find the right one on the statement."
        }
        reason::REFERENCE_MISMATCH => {
            "the provider's transaction does not fit this payment; find the right one on the statement."
        }
        reason::TOO_EARLY_FOR_VERDICT => {
            "wait and ask again. The engine counts the time that it saw pass itself, half a minute more, and \
             anew after a restart."
        }
        reason::PROVIDER_UNKNOWN => "see `ppob providers` for the names.",
        reason::ATTEMPT_ALIVE => {
            "an attempt may still pay; no further one will begin. Follow it: ppob payment watch ID"
        }
        other => Reason::of(other)?.action,
    };
    Some(advice.to_owned())
}
