//! Making sure that nothing is paid.

use ppob_api::v1;
use ppob_engine::{AbandonError, Abandoned};
use ppob_payment::PaymentState;
use tonic::{Request, Status};

use super::key;
use crate::consumer::{Role, caller};
use crate::convert::payment;
use crate::errors;
use crate::shared::Shared;

pub(crate) async fn abandon_payment(
    shared: &Shared,
    request: Request<v1::AbandonPaymentRequest>,
) -> Result<v1::AbandonPaymentResponse, Status> {
    let _overhead = shared.overhead("AbandonPayment");
    let consumer = caller(&request, Role::Pay)?;
    let key = key(consumer, &request.get_ref().payment_id)?;
    let catalogue = shared.engine.catalogue();
    let (result, stored) = match shared.engine.abandon(&key).await {
        Ok(Abandoned::NeverAPayment) => (v1::AbandonResult::IdClosed, None),
        Ok(Abandoned::Payment(stored)) => (v1::AbandonResult::Failed, Some(stored)),
        Err(AbandonError::Ended) => {
            let stored = shared.engine.get_payment(&key).await.map_err(errors::query)?;
            if stored.payment.state() != PaymentState::Failed {
                return Err(errors::abandon(&AbandonError::Ended));
            }
            (v1::AbandonResult::AlreadyFailed, Some(stored))
        }
        Err(error) => return Err(errors::abandon(&error)),
    };
    let view = shared.view(&catalogue);
    Ok(v1::AbandonPaymentResponse {
        result: result.into(),
        payment: stored.map(|stored| payment::payment(&stored, &view)),
    })
}
