//! The RPCs.

pub(crate) mod catalog;
pub(crate) mod operator;
pub(crate) mod page;
pub(crate) mod payment;

mod abandon_payment;
mod add_note;
mod check_now;
mod close_day;
mod create_payment;
mod erase_customer;
mod explain_route;
mod export_customer;
mod get_payment;
mod import_statement;
mod inquire;
mod list_audit;
mod list_payments;
mod list_products;
mod list_providers;
mod list_reviews;
mod list_unlisted_replies;
mod list_unmapped_products;
mod record_deposit;
mod refresh_catalog;
mod reload_config;
mod resolve_payment;
mod set_modes;
mod stream_payment_events;
mod watch_catalog;
mod watch_payment;

use std::pin::Pin;

use ppob_types::{ConsumerId, PaymentId, PaymentKey};
use tokio::sync::mpsc::{OwnedPermit, Sender};
use tokio_stream::Stream;
use tonic::Status;

use crate::errors::Violations;

/// The answers of a streaming RPC.
pub(crate) type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send + 'static>>;

/// Room kept free for the word that ends a stream: without it a reader that is behind would take the
/// end of the stream for the end of the news.
fn last_word<T>(answers: &Sender<T>) -> Option<OwnedPermit<T>> {
    answers.clone().try_reserve_owned().ok()
}

/// The key of a payment.
fn key(consumer: ConsumerId, id: &str) -> Result<PaymentKey, Status> {
    PaymentId::new(id)
        .map(|id| PaymentKey { consumer, id })
        .map_err(|error| Violations::one("payment_id", &error.to_string()))
}
