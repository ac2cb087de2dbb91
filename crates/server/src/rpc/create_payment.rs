//! Paying.

use ppob_api::v1;
use tonic::{Request, Status};

use crate::consumer::{Role, identity};
use crate::convert::scalar::duration;
use crate::convert::{payment, request as read};
use crate::deadline;
use crate::errors::{self, Violations};
use crate::shared::Shared;

/// Takes a payment in and waits for it. The engine works on it in a task of its own: a caller that
/// goes away changes nothing.
pub(crate) async fn create_payment(
    shared: &Shared,
    request: Request<v1::CreatePaymentRequest>,
) -> Result<v1::CreatePaymentResponse, Status> {
    let mut overhead = shared.overhead("CreatePayment");
    let caller = identity(&request, Role::Pay)?.clone();
    let wait = match &request.get_ref().wait {
        None => None,
        Some(wait) => {
            Some(duration(wait).ok_or_else(|| Violations::one("wait", "must not be negative"))?)
        }
    };
    let patience = deadline::patience(request.metadata(), wait)?;
    let catalogue = shared.engine.catalogue();
    let wanted = read::create_payment(request.into_inner(), &caller, &catalogue)?;
    let ticket = shared.engine.create_payment(wanted).await.map_err(errors::create)?;
    let existed = ticket.existed();
    let settled = ticket.clone().settled(patience);
    let stored = overhead
        .outside(async {
            tokio::select! {
                stored = settled => stored,
                () = shared.closing.waits.cancelled() => ticket.payment(),
            }
        })
        .await;
    Ok(v1::CreatePaymentResponse {
        payment: Some(payment::payment(&stored, &shared.view(&catalogue))),
        existed,
    })
}
