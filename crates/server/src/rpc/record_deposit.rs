//! Money paid into a deposit.

use ppob_api::v1;
use ppob_engine::NewDeposit;
use ppob_types::Rupiah;
use tonic::{Request, Status};

use super::operator::{provider, who};
use crate::convert::operator;
use crate::convert::scalar::moment;
use crate::errors::{self, Violations};
use crate::shared::Shared;

pub(crate) async fn record_deposit(
    shared: &Shared,
    request: &Request<v1::RecordDepositRequest>,
) -> Result<v1::RecordDepositResponse, Status> {
    let message = request.get_ref();
    let who = who(request, &message.actor)?;
    let provider = provider(shared, &message.provider)?;
    let credited_at = message.deposit_time.as_ref().and_then(moment).ok_or_else(|| {
        Violations::one("deposit_time", "is missing or no moment; say when it was credited")
    })?;
    tracing::info!(operator = %who.operator, %provider, "an operator records a deposit");
    let deposit = shared
        .engine
        .record_deposit(NewDeposit {
            id: message.deposit_id.clone(),
            provider,
            amount: Rupiah::new(message.amount_rupiah),
            credited_at,
            reference: message.reference.as_str().into(),
            who,
        })
        .await
        .map_err(|error| errors::operate(&error))?;
    Ok(v1::RecordDepositResponse { deposit: Some(operator::deposit(&deposit)) })
}
