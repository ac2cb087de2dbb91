//! Callbacks, which report the end of a top-up.
//!
//! Their `sign` is the one of the reference: it shows that somebody knew our key and this reference, and
//! covers nothing else, so whoever saw one callback (or one request) can write another. It is a hint: the
//! engine asks before anything counts.

use ppob_provider::{Callback, CallbackError, RawCallback};
use ppob_types::{AttemptId, Observed, RawAnswer, Sensitive, StatusReport, StatusVerdict};

use crate::codes::{masked, prepaid};
use crate::sign::Credentials;
use crate::status::top_up_verdict;
use crate::wire::{Node, data_of, top_up_reference};

/// Reads a callback. Everything in it is text, also what is a number in answers; version 1 of the interface
/// calls some fields otherwise.
pub(crate) fn decode(raw: &RawCallback, ours: &Credentials) -> Result<Callback, CallbackError> {
    let data = data_of(&raw.body);
    let Ok(Node::Object(fields)) = data else { return Err(CallbackError::Unreadable) };
    let reference = fields.text("ref_id").ok_or(CallbackError::NotAuthentic)?;
    let signature = fields.text("sign").ok_or(CallbackError::NotAuthentic)?;
    if !ours.verifies(reference, signature) {
        return Err(CallbackError::NotAuthentic);
    }
    let either = |paths: [&str; 2]| paths.iter().find_map(|path| fields.text(path));
    let customer = either(["customer_id", "hp"]);
    let code = fields.code("rc");
    let verdict = top_up_verdict(&fields, code.as_deref().and_then(prepaid));
    let mut unlisted = None;
    // What is on no list ends nothing, and it is no reason to stop looking either.
    let verdict = verdict.unwrap_or_else(|| {
        let personal: Vec<&str> = customer.into_iter().collect();
        unlisted = Some(masked(code.as_deref(), fields.text("message"), &personal));
        StatusVerdict::Pending
    });
    let paid = verdict == StatusVerdict::Succeeded;
    let provider_ref = fields.tr_id().and_then(top_up_reference);
    Ok(Callback {
        attempt: AttemptId::parse(reference).ok(),
        provider_ref: provider_ref.clone(),
        customer: customer.map(Sensitive::new),
        provider_code: either(["product_code", "code"]).map(str::to_owned),
        report: StatusReport {
            verdict,
            observed: Observed {
                provider_ref: provider_ref.filter(|_| paid),
                charged: fields.money("price").filter(|_| paid),
                balance_after: fields.money("balance"),
                unlisted,
                raw: Some(RawAnswer::new(&raw.body)),
                ..Observed::default()
            },
        },
    })
}
