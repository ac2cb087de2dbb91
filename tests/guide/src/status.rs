//! What the answer to a status check means.

use ppob_http::Answer;
use ppob_provider::{AttemptRef, ProviderError};
use ppob_types::{StatusReport, StatusVerdict};

use crate::codes::classify;
use crate::pay::{observe, receipt};
use crate::wire::{answered, unreadable};

/// Anything that is not understood is an error of the check, and no verdict about the payment.
pub(crate) fn interpret(
    attempt: &AttemptRef,
    answer: &Answer,
) -> Result<StatusReport, ProviderError> {
    let reply = answered(answer)?;
    if reply.contradicts(&attempt.purchase, Some(attempt.attempt.as_str())) {
        return Err(unreadable("the status in the answer is of another payment"));
    }
    let mut observed = observe(answer, &reply);
    let refusal = reply.pesan.as_deref().and_then(classify);
    let verdict = match (reply.status.as_str(), refusal) {
        // A success is told to the customer, so it has to say whose it is.
        ("sukses", _) if reply.reference.is_some() => StatusVerdict::Succeeded,
        ("proses", _) => StatusVerdict::Pending,
        ("gagal", Some(rejection)) if observed.provider_ref.is_none() => {
            StatusVerdict::Rejected(rejection)
        }
        ("tidak ada", _) => StatusVerdict::NotFound,
        _ => return Err(unreadable("the answer has no known status")),
    };
    if verdict == StatusVerdict::Succeeded {
        observed.receipt = Some(Box::new(receipt(attempt.purchase.family, &reply)));
    }
    Ok(StatusReport { verdict, observed })
}
