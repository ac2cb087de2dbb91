//! The RPCs.

pub(crate) mod catalog;
pub(crate) mod operator;
mod page;
pub(crate) mod payment;

mod abandon_payment;
mod create_payment;
mod explain_route;
mod get_payment;
mod inquire;
mod list_payments;
mod list_products;
mod list_providers;
mod list_reviews;
mod list_unlisted_replies;
mod list_unmapped_products;
mod check_now;
mod refresh_catalog;
mod resolve_payment;
mod stream_payment_events;
mod watch_payment;

use std::pin::Pin;

use ppob_types::{ConsumerId, PaymentId, PaymentKey};
use tokio_stream::Stream;
use tonic::Status;

use crate::errors::Violations;

/// The answers of a streaming RPC.
pub(crate) type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send + 'static>>;

/// The key of a payment.
fn key(consumer: ConsumerId, id: &str) -> Result<PaymentKey, Status> {
    PaymentId::new(id)
        .map(|id| PaymentKey { consumer, id })
        .map_err(|error| Violations::one("payment_id", &error.to_string()))
}
