//! Asking a provider now.

use ppob_api::error::Reason;
use ppob_api::v1;
use ppob_journal::StoredPayment;
use ppob_payment::{Next, next};
use tonic::{Request, Status};

use super::operator::{actor, foreign_key};
use crate::consumer::{Role, caller};
use crate::convert::payment;
use crate::convert::scalar::{count, time};
use crate::errors::{self, Problem, Violations};
use crate::shared::Shared;

pub(crate) async fn check_now(
    shared: &Shared,
    request: &Request<v1::CheckNowRequest>,
) -> Result<v1::CheckNowResponse, Status> {
    let operator = caller(request, Role::Operate)?;
    let request = request.get_ref();
    actor(&request.actor)?;
    if !request.provider_reference.is_empty() {
        return Err(Violations::one(
            "provider_reference",
            "is not taken here yet; give it to ResolvePayment as executed, which verifies it at the provider",
        ));
    }
    let key = foreign_key(&request.consumer, &request.payment_id)?;
    let before = shared.engine.get_payment(&key).await.map_err(errors::query)?;
    let attempt = checkable(&before, shared)?;
    tracing::info!(%operator, payment = %key, "an operator asks a provider about a payment");
    let after = shared.engine.check_now(&key).await.map_err(|error| errors::operate(&error))?;
    let catalogue = shared.engine.catalogue();
    let view = shared.view(&catalogue);
    Ok(v1::CheckNowResponse {
        payment: Some(payment::payment(&after, &view)),
        evidence: Some(v1::Evidence {
            kind: "STATUS_CHECK".to_owned(),
            observe_time: Some(time(view.now)),
            attempt_number: count(attempt),
            text: found(&before, &after),
            leaning: v1::EvidenceLeaning::None.into(),
            conclusive: after.payment.is_concluded() && !before.payment.is_concluded(),
        }),
    })
}

/// The attempt that can be asked about.
fn checkable(stored: &StoredPayment, shared: &Shared) -> Result<u32, Status> {
    let refused = |reason, message: &str| {
        Problem::nothing_done(reason, message).precondition("payment_id").status()
    };
    let open = stored.payment.live_attempt().is_some();
    let nobody_knows = open && !shared.engine.can_ask_about(stored);
    match next(&stored.payment, shared.clock.now()) {
        Next::Check { attempt, .. } if !nobody_knows => Ok(attempt),
        Next::Check { .. } | Next::Review => Err(refused(
            Reason::CHECK_NOT_POSSIBLE,
            "the provider cannot be asked about this payment with what is known; resolve it with evidence",
        )),
        Next::Route | Next::GiveUp(_) | Next::AwaitAnswer | Next::Nothing => Err(refused(
            Reason::NOTHING_TO_CHECK,
            "the payment has no attempt whose outcome is open; there is nothing to ask",
        )),
    }
}

fn found(before: &StoredPayment, after: &StoredPayment) -> String {
    let (was, is) = (before.payment.state(), after.payment.state());
    if was == is {
        format!("The provider was asked, or could not be; the payment stays {}.", is.as_str())
    } else {
        format!("After asking the provider the payment is {} (was {}).", is.as_str(), was.as_str())
    }
}
