//! Many calls on one channel at once.

use ppob_api::v1::GetProductRequest;
use tokio::task::JoinSet;
use tonic::Status;

use super::Poured;
use crate::{Engine, Problem, Result, request};

/// Every so many calls one pays.
const ONE_PAYS_OF: usize = 10;

/// All calls are there at once; each has to be answered.
pub(super) async fn pour(engine: &Engine, amount: usize) -> Result<Poured> {
    let client = engine.connection().await?;
    let mut calls: JoinSet<Result<Option<String>, Status>> = JoinSet::new();
    for number in 0..amount {
        let client = client.clone();
        calls.spawn(async move {
            if number % ONE_PAYS_OF == 0 {
                let customer = request::fresh_customer();
                let payment_id = format!("flood-{customer}");
                let token = request::token(&payment_id, &customer);
                client.payments.clone().create_payment(token).await?;
                return Ok(Some(payment_id));
            }
            let product = GetProductRequest { product_code: request::TOKEN.to_owned() };
            client.catalog.clone().get_product(product).await?;
            Ok(None)
        });
    }
    let mut poured = Poured::default();
    let mut unanswered = Vec::new();
    while let Some(call) = calls.join_next().await {
        match call? {
            Ok(paid) => poured.accepted.extend(paid),
            Err(status) => unanswered.push(status),
        }
    }
    match unanswered.first() {
        None => Ok(poured),
        Some(status) => Err(Problem::new(format!(
            "{} of {amount} calls on one channel failed, the first with {status:?}",
            unanswered.len()
        ))),
    }
}
