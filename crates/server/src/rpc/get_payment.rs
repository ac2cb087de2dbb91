//! Payments by id.

use ppob_api::v1;
use ppob_engine::QueryError;
use ppob_types::{PaymentId, PaymentKey};
use tonic::{Request, Status};

use super::key;
use crate::consumer::{Role, caller};
use crate::convert::payment;
use crate::errors::{self, Violations};
use crate::shared::Shared;

const MOST_IDS: usize = 200;

pub(crate) async fn get_payment(
    shared: &Shared,
    request: Request<v1::GetPaymentRequest>,
) -> Result<v1::GetPaymentResponse, Status> {
    let _overhead = shared.overhead("GetPayment");
    let consumer = caller(&request, Role::Read)?;
    let key = key(consumer, &request.get_ref().payment_id)?;
    let stored = shared.engine.get_payment(&key).await.map_err(errors::query)?;
    let catalogue = shared.engine.catalogue();
    Ok(v1::GetPaymentResponse {
        payment: Some(payment::payment(&stored, &shared.view(&catalogue))),
    })
}

pub(crate) async fn batch_get_payments(
    shared: &Shared,
    request: Request<v1::BatchGetPaymentsRequest>,
) -> Result<v1::BatchGetPaymentsResponse, Status> {
    let _overhead = shared.overhead("BatchGetPayments");
    let consumer = caller(&request, Role::Read)?;
    let asked = request.into_inner().payment_ids;
    if asked.is_empty() || asked.len() > MOST_IDS {
        return Err(Violations::one("payment_ids", "must be 1 to 200 ids"));
    }
    let mut bad = Violations::default();
    let mut ids = Vec::with_capacity(asked.len());
    for (at, id) in asked.iter().enumerate() {
        ids.extend(bad.take(&format!("payment_ids[{at}]"), PaymentId::new(id)));
    }
    bad.check()?;
    let catalogue = shared.engine.catalogue();
    let view = shared.view(&catalogue);
    let mut answer = v1::BatchGetPaymentsResponse::default();
    for id in ids {
        let key = PaymentKey { consumer: consumer.clone(), id };
        match shared.engine.get_payment(&key).await {
            Ok(stored) => answer.payments.push(payment::payment(&stored, &view)),
            Err(QueryError::NotFound) => answer.missing_payment_ids.push(key.id.to_string()),
            Err(error) => return Err(errors::query(error)),
        }
    }
    Ok(answer)
}
